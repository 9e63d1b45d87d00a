"""A time that is typed means the newsroom's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsbot.text.typed_times import typed_time

DHAKA = ZoneInfo("Asia/Dhaka")  # six hours before UTC
NOON = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)  # there


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("18:30", datetime(2026, 11, 18, 12, 30, tzinfo=UTC)),
        ("১৮:৩০", datetime(2026, 11, 18, 12, 30, tzinfo=UTC)),
        ("11:59", datetime(2026, 11, 19, 5, 59, tzinfo=UTC)),
        (" 2026-12-01T07:05 ", datetime(2026, 12, 1, 1, 5, tzinfo=UTC)),
        ("2026-12-01 7:05", datetime(2026, 12, 1, 1, 5, tzinfo=UTC)),
        ("2020-01-01 00:00:00", datetime(2019, 12, 31, 18, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_the_newsrooms_clock_shows_it(typed: str, meant: datetime) -> None:
    assert typed_time(typed, zone=DHAKA, now=NOON) == meant


@pytest.mark.parametrize(
    "typed", ["", "noon", "25:00", "12:60", "2026-02-30 12:00", "12", "0000-01-01 00:00", "0001-01-01 00:00"]
)
def test_what_is_no_time_is_none(typed: str) -> None:
    assert typed_time(typed, zone=DHAKA, now=NOON) is None
