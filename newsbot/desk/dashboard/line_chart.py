"""The curve of an alert's deliveries as the coordinates of an SVG. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsbot.desk.watching import Seen

__all__ = ["HEIGHT", "WIDTH", "Curve", "curve_of"]

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
    if len(points) < 2 or top <= 0:
        return None
    first, last = points[0], points[-1]
    whole = (last.at - first.at).total_seconds()
    if whole <= 0:
        return None
    placed = [
        (WIDTH * (one.at - first.at).total_seconds() / whole, HEIGHT * (1 - min(one.settled, top) / top))
        for one in points
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    return Curve(line, f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}", top, first.at, last.at, last.settled)
