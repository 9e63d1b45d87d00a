"""How quickly an alert goes out: how far it had come, at moments that lie further apart the longer it takes.

What is read of a curve is the time until half, and until all, of those who got it had it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol

from newsbot.domain.alert import Alert, AlertState

__all__ = ["CurveStore", "Point", "next_look", "seconds_to", "whole_curve"]

SHORTEST: Final = timedelta(seconds=2)  #: between two points
#: a point for each tenth that the time so far has grown by: some 60 in the first ten minutes, 100 in nine hours
GROWS_BY: Final = 10


@dataclass(frozen=True, slots=True)
class Point:
    """How many had been sent it, and how many it was done with, at that moment."""

    at: datetime
    sent: int
    settled: int


class CurveStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_curve_store.py`) runs against every implementation.
    """

    async def keep(self, alert_id: int, point: Point) -> None:
        """Safe to repeat: the first point of a moment stands."""
        ...

    async def points(self, alert_ids: Collection[int]) -> Mapping[int, tuple[Point, ...]]:
        """Of each of these alerts that has any, oldest first."""
        ...


def next_look(running_for: timedelta) -> timedelta:
    """How long after a point the next one is due."""
    return max(SHORTEST, running_for / GROWS_BY)


def whole_curve(alert: Alert, points: Sequence[Point]) -> tuple[Point, ...]:
    """From the moment its audience was fixed, when nobody had it, to its end as the alert knows it."""
    if alert.started_at is None:
        return ()
    start, end = Point(alert.started_at, 0, 0), alert.ended_at
    between = [one for one in points if one.at > alert.started_at and (end is None or one.at < end)]
    last = [Point(end, alert.totals.sent, alert.totals.settled)] if end is not None and alert.totals else []
    return (start, *between, *last)


def seconds_to(alert: Alert, points: Sequence[Point], share: float) -> float | None:
    """Until this share (0 to 1) of those who got it had it; between two points it went out evenly.

    None while it goes out, where nobody got it, and where its account isn't known.
    """
    curve = whole_curve(alert, points)
    if not alert.state.final or alert.totals is None or not alert.totals.sent or len(curve) < 2:
        return None
    if alert.state is AlertState.STOPPED and share == 1:
        return None  # it never came to all
    # What caught up or was confirmed after its end is in the totals, not in the time.
    wanted = share * max(one.sent for one in curve)
    for earlier, later in pairwise(curve):
        if later.sent >= wanted:
            gained = later.sent - earlier.sent
            part = (wanted - earlier.sent) / gained if gained else 0.0
            return ((earlier.at - curve[0].at) + (later.at - earlier.at) * part).total_seconds()
    return None
