"""A time of day that a person types into a field or a command: `18:30`, `2026-12-01 18:30`, also in Bengali digits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from newsbot.text.digits import to_ascii_digits

__all__ = ["typed_time"]

_FORM: Final = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})[T ]+)?(\d{1,2}):(\d{2})(?::\d{2})?", re.ASCII)


def typed_time(text: str, *, zone: tzinfo, now: datetime) -> datetime | None:
    """In UTC; without a day, the next time that the clock shows it. None for what is no time."""
    form = _FORM.fullmatch(to_ascii_digits(text.strip()))
    if form is None:
        return None
    today = now.astimezone(zone)
    day = (int(form[1]), int(form[2]), int(form[3])) if form[1] else (today.year, today.month, today.day)
    try:
        there = datetime(*day, int(form[4]), int(form[5]), tzinfo=zone)
        if not form[1] and there <= now:
            there += timedelta(days=1)
        return there.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
