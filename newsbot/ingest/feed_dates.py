"""Times that a source gives, made aware and believable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from newsbot.text.date_parser import parse_bengali_datetime

__all__ = ["believable", "read_time"]

AHEAD: Final = timedelta(minutes=15)  #: clocks differ by less; what is dated later is dated wrong
_EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)  # before that nobody published on the web: an unset field
_SECONDS_UNTIL: Final = 10_000_000_000  # larger numbers are milliseconds


def read_time(value: object, tz: tzinfo, now: datetime) -> datetime | None:
    """The time that a text, or a number of (milli)seconds since 1970, names, in UTC; None if none or unbelievable."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) in (10, 13):
        value = int(value)
    if isinstance(value, int | float):
        return _from_number(value, now)
    if not isinstance(value, str):
        return None
    return believable(parse_bengali_datetime(value, tz, now), now)


def believable(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment in UTC; None if it lies over AHEAD in the future or before the web."""
    if moment is None:
        return None
    try:
        moment = moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if _EARLIEST <= moment <= now + AHEAD else None


def _from_number(value: float, now: datetime) -> datetime | None:
    try:
        return believable(datetime.fromtimestamp(value / 1000 if value > _SECONDS_UNTIL else value, UTC), now)
    except (OverflowError, ValueError, OSError):
        return None
