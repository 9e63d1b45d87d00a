"""When to try again what failed."""

from __future__ import annotations

from datetime import timedelta

__all__ = ["backoff", "spread"]

LONGEST_BACKOFF = timedelta(hours=1)
_DOUBLINGS = 16  #: more would only overflow


def backoff(failures: int, first: timedelta, *, jitter: float, longest: timedelta = LONGEST_BACKOFF) -> timedelta:
    """`first` doubled with every failure in a row, at most `longest`, spread by `jitter` (0 to 1) over ±20 %."""
    return spread(min(first * 2 ** min(max(failures - 1, 0), _DOUBLINGS), longest), 0.2, jitter=jitter)


def spread(duration: timedelta, share: float, *, jitter: float) -> timedelta:
    """`duration` ± `share` of it, so that many sources don't fall due together. `jitter` is from 0 to 1."""
    return duration * (1 + share * (2 * jitter - 1))
