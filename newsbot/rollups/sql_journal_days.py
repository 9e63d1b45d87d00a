"""Counts the subscribers' journal by the day. A day is counted anew until it is over, then closed.

The first time, and when the newsroom's time zone is another, the whole journal is counted: 1,000,000 rows in pages
small enough that who shares the process with it is answered meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Select, delete, literal, select, true, tuple_

from newsbot.database import Database, insert_into
from newsbot.rollups.days import A_DAY, bounds, day_of
from newsbot.rollups.figures import Count, Layer, Series
from newsbot.rollups.readership import Step, Trace, counted, left_behind
from newsbot.rollups.schema import day_counts, day_marks
from newsbot.rollups.sql_days import Mark, mark_of, move_mark, replace_days, write
from newsbot.subscribers.preferences_json import from_json
from newsbot.subscribers.schema import subscriber_events as events
from newsbot.subscribers.schema import subscribers

__all__ = ["JournalDays"]

PAGE: Final = 500  #: rows at once: some milliseconds
CLOSED_AFTER: Final = timedelta(hours=1)  #: the end of a day: what was written before midnight is committed by then

log = structlog.get_logger()

_before = events.alias("before")


class JournalDays:
    """`zone`: whose days. Only one process counts at a time; two would do no harm."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self._zone = zone

    async def count(self, *, now: datetime) -> None:
        """Bring every day that is not closed up to date."""
        mark = await self._mark()
        if mark.through is None or mark.zone != str(self._zone):
            await self.count_anew(now=now)
            return
        today, day = day_of(now, self._zone), mark.through + A_DAY
        while day <= today:
            closed = day if now >= bounds(day, self._zone)[1] + CLOSED_AFTER else mark.through
            if await self._count_day(day, replace(mark, through=closed)):
                day += A_DAY
            mark = await self._mark()

    async def count_anew(self, *, now: datetime) -> None:
        """Everything that the journal still knows."""
        log.info("the journal is counted by the day, from its beginning")
        while True:
            mark = await self._mark()
            sums = await self._sums(true())
            through = day_of(now - CLOSED_AFTER, self._zone) - A_DAY
            async with self._database.writing() as connection:
                whole = replace(mark, zone=str(self._zone), through=through)
                if not await move_mark(connection, Layer.JOURNAL, whole, dialect=self._database.dialect):
                    continue
                layers = [Layer.JOURNAL.value, Layer.FORGOTTEN.value]
                await connection.execute(delete(day_counts).where(day_counts.c.layer.in_(layers)))
                await write(connection, sums)
                traces = [Trace(*row) for row in await connection.execute(_FORGOTTEN)]
                await write(connection, left_behind(traces, self._zone))
                return

    async def _count_day(self, day: date, mark: Mark) -> bool:
        """False: somebody was forgotten meanwhile, count again."""
        begins, ends = bounds(day, self._zone)
        sums = await self._sums((events.c.at >= begins) & (events.c.at < ends))
        async with self._database.writing() as connection:
            if not await move_mark(connection, Layer.JOURNAL, mark, dialect=self._database.dialect):
                return False
            await replace_days(connection, Layer.JOURNAL, day, day, sums)
        return True

    async def _sums(self, which: ColumnElement[bool]) -> tuple[Count, ...]:
        sums: Counter[tuple[date, Series]] = Counter()
        async for page in self._steps(which):
            for one in counted(page, self._zone):
                sums[one.day, one.series] += one.count
        return tuple(Count(day, Layer.JOURNAL, series, many) for (day, series), many in sums.items() if many)

    async def _steps(self, which: ColumnElement[bool]) -> AsyncIterator[list[Step]]:
        after: tuple[Any, ...] | None = None
        place = tuple_(events.c.at, events.c.id)
        while True:
            query = _STEPS.where(which).limit(PAGE)
            if after is not None:
                query = query.where(
                    place > tuple_(literal(after[0], events.c.at.type), literal(after[1], events.c.id.type))
                )
            async with self._database.reading() as connection:
                rows = (await connection.execute(query)).all()
            if rows:
                yield [_step(row) for row in rows]
                after = (rows[-1].at, rows[-1].id)
                await asyncio.sleep(0)
            if len(rows) < PAGE:
                return

    async def _mark(self) -> Mark:
        async with self._database.reading() as connection:
            mark = await mark_of(connection, Layer.JOURNAL)
        if mark is None:
            new = {"layer": Layer.JOURNAL.value, "zone": str(self._zone)}
            none_yet = insert_into(day_marks, self._database.dialect).values(new)
            async with self._database.writing() as connection:
                await connection.execute(none_yet.on_conflict_do_nothing())
                mark = await mark_of(connection, Layer.JOURNAL)
        assert mark is not None
        return mark


_STEPS: Final[Select[Any]] = (
    select(
        events.c.id,
        events.c.channel,
        subscribers.c.account,
        events.c.at,
        events.c.what,
        _before.c.state.label("before"),
        events.c.state.label("after"),
    )
    .join(subscribers, (subscribers.c.channel == events.c.channel) & (subscribers.c.number == events.c.number))
    .outerjoin(
        _before,
        (_before.c.channel == events.c.channel)
        & (_before.c.number == events.c.number)
        & (_before.c.version == events.c.version - 1),
    )
    .where(events.c.state.is_not(None))
    .order_by(events.c.at, events.c.id)
)

_FORGOTTEN: Final = (
    select(subscribers.c.channel, subscribers.c.account, subscribers.c.since, events.c.at)
    .join(events, (subscribers.c.channel == events.c.channel) & (subscribers.c.number == events.c.number))
    .where(subscribers.c.user_id.is_(None), events.c.state.is_(None))
)


def _step(row: Any) -> Step:
    return Step(
        channel=row.channel,
        account=row.account,
        at=row.at,
        what=row.what,
        before=from_json(row.before) if row.before is not None else None,
        after=from_json(row.after),
    )
