"""What a server's headers say about time: come back later, keep this for a while."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["parse_max_age", "parse_retry_after"]

LONGEST_RETRY_AFTER = timedelta(hours=24)  #: a server that asks for more is asked again after a day
_MAX_AGE: Final = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_UNCACHED: Final = re.compile(r"(?:^|[,\s])no-(?:cache|store)\b", re.IGNORECASE)


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3), at most a day; None if there is none or it can't be read."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return min(max(when - now, timedelta(0)), LONGEST_RETRY_AFTER)


def parse_max_age(cache_control: str) -> timedelta:
    """How long the server calls its answer fresh; 0 if it doesn't say or forbids keeping it."""
    found = _MAX_AGE.search(cache_control)
    if not found or _UNCACHED.search(cache_control):
        return timedelta(0)
    return timedelta(seconds=int(found[1]))
