"""A curve over time as the coordinates of an SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

__all__ = ["HEIGHT", "WIDTH", "Curve", "curve_of"]

WIDTH: Final = 600
HEIGHT: Final = 150


@dataclass(frozen=True, slots=True)
class Curve:
    """`line`, `area`: points of a polyline and a polygon, in a box of WIDTH times HEIGHT, its top being `top`."""

    line: str
    area: str
    top: int
    first: datetime
    last: datetime


def curve_of(points: Sequence[tuple[datetime, int]], *, top: int) -> Curve | None:
    """`points`: oldest first. None where there is no time between them."""
    if len(points) < 2 or top <= 0:
        return None
    first, last = points[0][0], points[-1][0]
    whole = (last - first).total_seconds()
    if whole <= 0:
        return None
    placed = [
        (WIDTH * (at - first).total_seconds() / whole, HEIGHT * (1 - min(value, top) / top)) for at, value in points
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    return Curve(line, f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}", top, first, last)
