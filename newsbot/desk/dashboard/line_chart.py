"""Figures over time as the coordinates of an SVG: an alert's deliveries, or whatever. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsbot.desk.watching import Seen

__all__ = ["HEIGHT", "WIDTH", "Curve", "curve_of", "line_and_area"]

WIDTH: Final = 600
HEIGHT: Final = 150


@dataclass(frozen=True, slots=True)
class Curve:
    """`line`, `area`: points of a polyline and a polygon in a box of WIDTH times HEIGHT, whose height is `top`."""

    line: str
    area: str
    top: int
    first: datetime
    last: datetime
    reached: int


def curve_of(seen: Seen) -> Curve | None:
    """How many it was done with, over time. None where there is no time yet."""
    points, top = seen.points, seen.totals.audience
    shape = line_and_area([(one.at, one.settled) for one in points], top=top)
    if shape is None:
        return None
    return Curve(*shape, top, points[0].at, points[-1].at, points[-1].settled)


def line_and_area(points: Sequence[tuple[datetime, float]], *, top: float) -> tuple[str, str] | None:
    """Points of a polyline and a polygon, in the box whose height is `top`; oldest first. None without any time."""
    if len(points) < 2 or top <= 0:
        return None
    first, last = points[0][0], points[-1][0]
    whole = (last - first).total_seconds()
    if whole <= 0:
        return None
    across, up = WIDTH / whole, HEIGHT / top
    line = " ".join(
        f"{(at - first).total_seconds() * across:.1f},{HEIGHT - min(value, top) * up:.1f}" for at, value in points
    )
    return line, f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}"
