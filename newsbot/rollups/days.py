"""Days of the newsroom: a day begins at midnight of its time zone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

__all__ = ["bounds", "day_of", "days"]

A_DAY = timedelta(days=1)


def day_of(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Its first moment, and the next day's, in UTC."""
    return _begins(day, zone), _begins(day + A_DAY, zone)


def days(first: date, last: date) -> Iterator[date]:
    """Each from the first to the last, both of them too."""
    for number in range((last - first).days + 1):
        yield first + number * A_DAY


def _begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
