"""Counts by the day in SQL, on SQLite and PostgreSQL alike (`figures.RollupStore` says what each method promises)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.database import Database, insert_into
from newsbot.rollups.figures import Count, Figure, Layer, Series, Span, VainSearch
from newsbot.rollups.schema import day_counts, vain_searches
from newsbot.rollups.searches import OTHERS
from newsbot.rollups.sql_days import add, mark_of
from newsbot.rollups.sql_other_days import counted_by

__all__ = ["SqlRollups"]

MOST_A_DAY: Final = 1_000  #: different searches that are told apart on one day; the others are counted together

_FIGURES: Final = {figure.value: figure for figure in Figure}
_SERIES: Final = (day_counts.c.channel, day_counts.c.account, day_counts.c.figure, day_counts.c.part)


class SqlRollups:
    """`RollupStore` and `VainSearches` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def days(self, span: Span, figures: Collection[Figure]) -> Mapping[date, Mapping[Series, int]]:
        # Added up here: the layers of a series are few, and to have them grouped takes the database longer.
        within = day_counts.c.day.between(span.first, span.last) & _of(figures)
        query = select(day_counts.c.day, *_SERIES, day_counts.c.count).where(within).order_by(day_counts.c.day)
        found: defaultdict[date, Counter[Series]] = defaultdict(Counter)
        async with self._database.reading() as connection:
            for day, channel, account, figure, part, many in await connection.execute(query):
                found[day][Series(channel, account, _FIGURES[figure], part)] += many
        kept = {day: {one: many for one, many in series.items() if many} for day, series in found.items()}
        return {day: series for day, series in kept.items() if series}

    async def before(self, day: date, figures: Collection[Figure]) -> Mapping[Series, int]:
        query = (
            select(*_SERIES, func.sum(day_counts.c.count).label("many"))
            .where(day_counts.c.day < day, _of(figures))
            .group_by(*_SERIES)
        )
        async with self._database.reading() as connection:
            return {_series(*names): int(many) for *names, many in await connection.execute(query) if many}

    async def counted(self) -> date | None:
        async with self._database.reading() as connection:
            return counted_by(await mark_of(connection, Layer.ALERTS))

    async def vain_searches(self, span: Span, *, limit: int = 50) -> tuple[VainSearch, ...]:
        times = func.sum(vain_searches.c.times).label("times")
        query = (
            select(vain_searches.c.words, times)
            .where(vain_searches.c.day.between(span.first, span.last))
            .group_by(vain_searches.c.words)
            .order_by(times.desc(), vain_searches.c.words)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return tuple(VainSearch(row.words, int(row.times)) for row in await connection.execute(query))

    async def note(self, words: str, day: date) -> None:
        async with self._database.writing() as connection:
            if words and await self._full(connection, words, day):
                words = OTHERS
            one_more = insert_into(vain_searches, self._database.dialect).values(day=day, words=words, times=1)
            times = {"times": vain_searches.c.times + 1}
            await connection.execute(one_more.on_conflict_do_update(index_elements=["day", "words"], set_=times))

    async def failed(self, source: str, day: date) -> None:
        """A source could not be read."""
        one = Count(day, Layer.FAILURES, Series("", "", Figure.FAILURES, source), 1)
        async with self._database.writing() as connection:
            await add(connection, [one], dialect=self._database.dialect)

    async def forget_searches(self, before: date) -> int:
        """Delete what was searched for before this day; says how many rows."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(vain_searches).where(vain_searches.c.day < before))).rowcount

    @staticmethod
    async def _full(connection: AsyncConnection, words: str, day: date) -> bool:
        """Whether that day has as many different searches as it may, and not this one."""
        of_day = select(func.count()).where(vain_searches.c.day == day)
        known = select(func.count()).where(vain_searches.c.day == day, vain_searches.c.words == words)
        if (await connection.execute(of_day)).scalar_one() < MOST_A_DAY:
            return False
        return not (await connection.execute(known)).scalar_one()


def _of(figures: Collection[Figure]) -> ColumnElement[bool]:
    return day_counts.c.figure.in_([figure.value for figure in figures])


def _series(channel: str, account: str, figure: str, part: str) -> Series:
    return Series(channel, account, _FIGURES[figure], part)
