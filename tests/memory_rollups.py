"""Figures by the day, and alerts' curves, in memory, at the height of their protocols."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from newsbot.delivery.curves import Point
from newsbot.errors import StoreUnavailable
from newsbot.rollups.figures import Figure, Series, Span, VainSearch


@dataclass
class MemoryRollups:
    """Implements `newsbot.rollups.figures.RollupStore` and `VainSearches`. `add` is what a count does."""

    away: bool = False
    counted_day: date | None = date.max
    _counts: Counter[tuple[date, Series]] = field(default_factory=Counter)
    _vain: Counter[tuple[date, str]] = field(default_factory=Counter)

    def _reach(self) -> None:
        if self.away:
            raise StoreUnavailable

    def add(self, day: date, series: Series, count: int) -> None:
        self._counts[day, series] += count

    async def days(self, span: Span, figures: Collection[Figure]) -> Mapping[date, Mapping[Series, int]]:
        self._reach()
        found: defaultdict[date, dict[Series, int]] = defaultdict(dict)
        for (day, series), count in sorted(self._counts.items()):
            if span.first <= day <= span.last and series.figure in figures and count:
                found[day][series] = count
        return dict(found)

    async def before(self, day: date, figures: Collection[Figure]) -> Mapping[Series, int]:
        self._reach()
        sums: Counter[Series] = Counter()
        for (of, series), count in self._counts.items():
            if of < day and series.figure in figures:
                sums[series] += count
        return {series: count for series, count in sums.items() if count}

    async def counted(self) -> date | None:
        self._reach()
        return self.counted_day

    async def vain_searches(self, span: Span, *, limit: int = 50) -> tuple[VainSearch, ...]:
        self._reach()
        sums: Counter[str] = Counter()
        for (day, words), times in self._vain.items():
            if span.first <= day <= span.last:
                sums[words] += times
        most = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
        return tuple(VainSearch(words, times) for words, times in most[:limit])

    async def note(self, words: str, day: date) -> None:
        self._reach()
        self._vain[day, words] += 1


@dataclass
class MemoryCurveStore:
    """Implements `newsbot.delivery.curves.CurveStore`."""

    away: bool = False
    _points: dict[int, dict[object, Point]] = field(default_factory=dict)

    def _reach(self) -> None:
        if self.away:
            raise StoreUnavailable

    async def keep(self, alert_id: int, point: Point) -> None:
        self._reach()
        self._points.setdefault(alert_id, {}).setdefault(point.at, point)

    async def points(self, alert_ids: Collection[int]) -> Mapping[int, tuple[Point, ...]]:
        self._reach()
        found = ((alert_id, self._points.get(alert_id, {})) for alert_id in alert_ids)
        return {
            alert_id: tuple(sorted(points.values(), key=lambda one: one.at)) for alert_id, points in found if points
        }
