"""Where a page of articles ends, as an address says it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.domain.article import Cursor
from tests.builders import NOW


def test_an_address_keeps_a_cursor_to_the_microsecond() -> None:
    cursor = Cursor(NOW + timedelta(microseconds=7), 42)
    assert Cursor.parse(cursor.text) == cursor


NONE_OF_OURS = ["", "-", "1", "1-", "-1", "--1", "1--1", "1.5-1", "১-১", " 1-1", "1_0-1", "1-1-1"]


@pytest.mark.parametrize("text", [*NONE_OF_OURS, f"1-{'9' * 19}", f"{'9' * 18}-1"])
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no"):
        Cursor.parse(text)
