"""What a driver's exception means, in our words and in one line; never in the driver's, which could hold a secret."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from newsbot.errors import StartError, StoreError, StoreUnavailable

#: SQLite's primary result codes → what to say, and whether waiting may help
_SQLITE: Final[dict[int, tuple[str, bool]]] = {
    sqlite3.SQLITE_BUSY: ("is locked by another program: stop it, or wait until it is done", True),
    sqlite3.SQLITE_LOCKED: ("is locked by another program: stop it, or wait until it is done", True),
    # Where not even reading is possible: it has waited ten seconds by then.
    sqlite3.SQLITE_PROTOCOL: ("is locked by another program: stop it, or wait until it is done", True),
    sqlite3.SQLITE_FULL: ("can't grow, the disk is full: free some space", True),
    sqlite3.SQLITE_IOERR: ("can't be read or written, the disk reports an error: look at the system's log", True),
    sqlite3.SQLITE_CANTOPEN: ("can't be opened: check that the folder exists and may be written to", True),
    sqlite3.SQLITE_READONLY: ("may not be written to: give the program's user the right to", True),
    sqlite3.SQLITE_PERM: ("may not be opened: give the program's user the right to", True),
    sqlite3.SQLITE_NOTADB: ("is not an SQLite database; it was left as it is: move it away or restore a copy", False),
    sqlite3.SQLITE_CORRUPT: ("is damaged; it was left as it is: restore a copy of it", False),
}
_NOT_SQLITE_DATA: Final = ("file is not a database", sqlite3.SQLITE_NOTADB), ("malformed", sqlite3.SQLITE_CORRUPT)

#: SQLSTATE, or its class of two letters → the same
_POSTGRESQL: Final[dict[str, tuple[str, bool]]] = {
    "28": ("refused the user name or the password: check NEWSBOT_DATABASE_URL", True),
    "3D": ("does not exist on its server: create it with createdb, or check NEWSBOT_DATABASE_URL", True),
    "42501": ("does not allow its user to create tables: grant the right to, or make the user its owner", True),
    "53100": ("can't grow, its server's disk is full: free some space", True),
    "53": ("is out of space, memory or connections", True),
    "57": ("is starting, stopping or was told to stop", True),
    "58": ("can't be read or written, its disk reports an error", True),
    "08": ("can't be reached", True),
    "25006": ("is read-only, a standby perhaps", True),
    "40": ("was too busy with the same rows", True),
    "XX": ("is damaged or met an error of its own: look at the server's log", False),
}
_BROKEN: Final = frozenset({"InterfaceError", "TimeoutError"})
_AWAY: Final = "can't be reached: check that the server runs and that NEWSBOT_DATABASE_URL names it"


@contextmanager
def as_store_error(database: str) -> Iterator[None]:
    """Turn a driver's exception into StoreUnavailable or StoreError. `database`: how to call it, without password."""
    try:
        yield
    except (SQLAlchemyError, OSError, TimeoutError, sqlite3.Error) as error:
        said = _explain(error)
        if said is None:
            cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
            raise StoreError(f"{_sentence(database)} refused a statement ({type(cause).__name__}).") from error
        reason, may_pass = said
        message = f"{_sentence(database)} {reason}."
        raise (StoreUnavailable(message) if may_pass else StoreError(message)) from error


@contextmanager
def why_not(database: str) -> Iterator[None]:
    """The same at the start, where every such exception ends the program with one line (StartError)."""
    try:
        with as_store_error(database):
            yield
    except StoreError as error:
        raise StartError(str(error)) from error


def _sentence(database: str) -> str:
    return database[0].upper() + database[1:]


def _explain(error: BaseException) -> tuple[str, bool] | None:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, sqlite3.Error):
            return _explain_sqlite(cause)
        sqlstate = getattr(cause, "sqlstate", None)
        if isinstance(sqlstate, str):
            return _POSTGRESQL.get(sqlstate) or _POSTGRESQL.get(sqlstate[:2])
    # Broken connections carry no code: the driver's InterfaceError, the system's OSError, our own limits of time.
    if any(isinstance(cause, OSError) or type(cause).__name__ in _BROKEN for cause in causes):
        return _AWAY, True
    return None


def _explain_sqlite(error: sqlite3.Error) -> tuple[str, bool] | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    return next((_SQLITE[code] for words, code in _NOT_SQLITE_DATA if words in str(error)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception, then what it wraps, innermost last."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        wrapped = getattr(seen, "orig", None)
        seen = wrapped if isinstance(wrapped, BaseException) else seen.__cause__
