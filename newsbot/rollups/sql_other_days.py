"""Counts alerts and articles by the day. A day stays open for as long as its figures may still change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.schema import articles
from newsbot.database import Database
from newsbot.delivery.alert_json import totals_from_json
from newsbot.delivery.schema import alerts
from newsbot.domain.alert import AlertKind, Totals
from newsbot.rollups.days import A_DAY, bounds, day_of, days
from newsbot.rollups.figures import Count, Figure, Layer, Series
from newsbot.rollups.sql_days import Mark, mark_of, move_mark, replace_days

__all__ = ["AlertDays", "SourceDays", "counted_by"]

ALERTS_OPEN: Final = timedelta(days=9)  #: an alert's outcomes may change until a week after its end
ARTICLES_OPEN: Final = timedelta(days=2)  #: an article may be found so late
AT_FIRST: Final = 400  #: days back that are counted the first time

_SENDING: Final = [kind.value for kind in AlertKind if not kind.touches_copies]


def counted_by(mark: Mark | None) -> date | None:
    """The day on which alerts were counted last: of the days up to then each has been counted. Readers are counted
    before alerts (`Parts.rollup_keeper`), so theirs were, too.
    """
    return None if mark is None or mark.through is None else mark.through + A_DAY + ALERTS_OPEN


class _OpenDays:
    """A layer whose days are counted again and again until they are `open_for` old."""

    def __init__(self, database: Database, zone: tzinfo, layer: Layer, open_for: timedelta) -> None:
        self._database = database
        self._zone = zone
        self._layer = layer
        self._open_for = open_for

    async def _count(self, now: datetime, of_day: Callable[[AsyncConnection, date], Awaitable[list[Count]]]) -> None:
        today = day_of(now, self._zone)
        through = day_of(now - self._open_for, self._zone) - A_DAY
        async with self._database.reading() as connection:
            mark = await mark_of(connection, self._layer)
        first = today - AT_FIRST * A_DAY
        if mark is not None and mark.through is not None and mark.zone == str(self._zone):
            first = mark.through + A_DAY
        counts: list[Count] = []
        for day in days(first, today):
            async with self._database.reading() as connection:
                counts += await of_day(connection, day)
        # All at once: hundreds of small transactions would each wait for the disk.
        async with self._database.writing() as connection:
            await move_mark(connection, self._layer, Mark(str(self._zone), through, 0), dialect=self._database.dialect)
            await replace_days(connection, self._layer, first, today, counts)


class AlertDays(_OpenDays):
    """How many alerts were made on a day, and what became of what they sent."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        super().__init__(database, zone, Layer.ALERTS, ALERTS_OPEN)

    async def count(self, *, now: datetime) -> None:
        await self._count(now, self._of_day)

    async def _of_day(self, connection: AsyncConnection, day: date) -> list[Count]:
        begins, ends = bounds(day, self._zone)
        made = select(alerts.c.cls, alerts.c.totals).where(
            alerts.c.created_at >= begins, alerts.c.created_at < ends, alerts.c.kind.in_(_SENDING)
        )
        sums: Counter[Series] = Counter()
        for row in await connection.execute(made):
            sums[Series("", "", Figure.ALERTS, row.cls)] += 1
            totals = totals_from_json(row.totals) or Totals()
            for channel, own in (totals.channels or {"": totals}).items():
                sums[Series(channel, "", Figure.SENT, row.cls)] += own.sent
                sums[Series(channel, "", Figure.REFUSED, row.cls)] += own.refused
                sums[Series(channel, "", Figure.UNKNOWN, row.cls)] += own.unknown
        return [Count(day, self._layer, series, many) for series, many in sums.items() if many]


class SourceDays(_OpenDays):
    """How many articles of each source were published on a day."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        super().__init__(database, zone, Layer.SOURCES, ARTICLES_OPEN)

    async def count(self, *, now: datetime) -> None:
        await self._count(now, self._of_day)

    async def _of_day(self, connection: AsyncConnection, day: date) -> list[Count]:
        begins, ends = bounds(day, self._zone)
        published = (
            select(articles.c.source, func.count().label("many"))
            .where(articles.c.published_at >= begins, articles.c.published_at < ends)
            .group_by(articles.c.source)
        )
        rows = await connection.execute(published)
        return [Count(day, self._layer, Series("", "", Figure.ARTICLES, row.source), row.many) for row in rows]
