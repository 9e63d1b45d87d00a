"""What a driver's exception means to who waits for the database."""

from __future__ import annotations

import sqlite3

import pytest

from newsbot.database_errors import as_store_error
from newsbot.errors import StoreUnavailable


def test_a_file_that_could_not_even_be_read_in_time_may_come_back() -> None:
    error = sqlite3.OperationalError("locking protocol")
    error.sqlite_errorcode = sqlite3.SQLITE_PROTOCOL
    told = pytest.raises(StoreUnavailable, match=r"^The database x is locked by another program")
    with told, as_store_error("the database x"):
        raise error
