"""How much of our quota is used, as the platform says with each answer, and what we do about it. Pure.

Percentages of three things come, calls, time and processor time; the fullest counts. From SLOW_FROM on we write more
slowly, the more the fuller; from STOP_FROM on pushes stop, and the little that is left is for replies; when the
platform refuses a call, or says that it does, nothing is sent until the moment it names.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from newsbot.delivery.pacing import Restraint, Stop

BUSINESS_USAGE: Final = "X-Business-Use-Case-Usage"
APP_USAGE: Final = "X-App-Usage"

SLOW_FROM: Final = 75  #: per cent
STOP_FROM: Final = 95
SLOWEST: Final = 400  #: per cent of the usual time between two sends, just below STOP_FROM
STEP: Final = 5  #: per cent of usage in which we slow down: fewer different paces, fewer words about them
SLOW_FOR: Final = timedelta(minutes=1)  #: each answer says it anew; when none does, it is over
LOOK_AGAIN: Final = timedelta(minutes=1)  #: pushes stop for so long where the platform names no moment: usage is hourly
LONGEST: Final = timedelta(hours=24)  #: the longest window that quotas are counted in

#: business use cases whose quota is ours
_OURS: Final = frozenset({"messenger", "pages", ""})
_PARTS: Final = ("call_count", "total_cputime", "total_time")


@dataclass(frozen=True, slots=True)
class Usage:
    """`percent` of the fullest quota; `regain`: how long until we may call again, zero while we may."""

    percent: float = 0.0
    regain: timedelta = timedelta(0)


def usage_of(headers: Mapping[str, str]) -> Usage:
    """What an answer's headers say; what can't be read says nothing."""
    percents, minutes = [0.0], [0.0]
    for report in (*_business(headers.get(BUSINESS_USAGE)), *_app(headers.get(APP_USAGE))):
        percents += [_amount(report.get(part)) for part in _PARTS]
        minutes.append(_amount(report.get("estimated_time_to_regain_access")))
    return Usage(max(percents), min(timedelta(minutes=min(max(minutes), 10_000)), LONGEST))


def restraint_of(usage: Usage) -> Restraint | None:
    """What to do; None: nothing."""
    if usage.regain:
        return Restraint(Stop.EVERYTHING, lasting=usage.regain)
    if usage.percent >= STOP_FROM:
        return Restraint(Stop.PUSHES, stretch=SLOWEST, lasting=LOOK_AGAIN)
    if usage.percent >= SLOW_FROM:
        step = (usage.percent - SLOW_FROM) // STEP + 1
        steps = (STOP_FROM - SLOW_FROM) // STEP
        return Restraint(stretch=round(100 + (SLOWEST - 100) * step / steps), lasting=SLOW_FOR)
    return None


def _business(header: str | None) -> Iterator[dict[str, Any]]:
    reports = _parsed(header)
    for per_object in reports.values() if isinstance(reports, dict) else ():
        for report in per_object if isinstance(per_object, list) else (per_object,):
            if isinstance(report, dict) and report.get("type", "") in _OURS:
                yield report


def _app(header: str | None) -> Iterator[dict[str, Any]]:
    report = _parsed(header)
    if isinstance(report, dict):
        yield report


def _parsed(header: str | None) -> object:
    if not header:
        return None
    try:
        return json.loads(header)
    except (ValueError, RecursionError):
        return None


def _amount(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        return 0.0
    return amount if math.isfinite(amount) and amount > 0 else 0.0
