"""How long the versions of the Graph API live, as the platform's changelog of 2026-10-29 says. Pure.

A version that has ended is not refused: calls are silently answered by the oldest that lives, which may mean anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from newsbot.domain.finding import Finding, State

__all__ = ["ENDS", "version_finding"]

WARN_FROM: Final = timedelta(days=183)  #: before its end
WHAT: Final = "graph version"

#: version → the day it ends; None: not announced
ENDS: Final[Mapping[str, date | None]] = {
    "v20.0": date(2026, 9, 24),  # and all before it
    "v21.0": date(2027, 1, 21),
    "v22.0": date(2027, 5, 20),
    "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18),
    "v25.0": date(2028, 7, 29),
    "v26.0": None,
    "v27.0": None,
}
_OLDEST, *_, _NEWEST = ENDS


def version_finding(version: str, today: date) -> Finding:
    """Whether `version` (`v26.0`) lives, and for how long."""
    if _number(version) > _number(_NEWEST):
        words = f"{version} is newer than {_NEWEST}, the newest that this newsbot knows; when it ends is not known here"
        return Finding(State.NOTE, WHAT, words)
    end = ENDS[max(version, _OLDEST, key=_number)]
    if end is None:
        return Finding(State.WELL, WHAT, f"{version}; its end is not announced")
    remedy = f"set NEWSBOT_MESSENGER__GRAPH_VERSION={_longest_lived()}"
    left = (end - today).days
    if left <= 0:
        return Finding(State.WRONG, WHAT, f"{version} ended on {end}; another answers in its place: {remedy}")
    if end - today <= WARN_FROM:
        return Finding(State.NOTE, WHAT, f"{version} ends on {end}, in {left} days: {remedy} before")
    return Finding(State.WELL, WHAT, f"{version}, until {end}")


def _longest_lived() -> str:
    """The oldest of those whose end is not announced: the best tried."""
    return next(version for version, end in ENDS.items() if end is None)


def _number(version: str) -> int:
    return int(version.removeprefix("v").partition(".")[0])
