"""What every storage of figures by the day promises, on SQLite, on PostgreSQL and in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from newsbot.database import Database
from newsbot.rollups.figures import Count, Figure, Layer, Series, Span
from newsbot.rollups.sql_days import add
from newsbot.rollups.sql_rollups import MOST_A_DAY, SqlRollups
from tests.memory_rollups import MemoryRollups

MONDAY, TUESDAY, WEDNESDAY = date(2025, 11, 17), date(2025, 11, 18), date(2025, 11, 19)
NEW = Series("telegram", "12", Figure.NEW)
SPORTS = Series("telegram", "12", Figure.TOPIC, "sports")
BOTH = (Figure.NEW, Figure.TOPIC)


class World:
    """A store, and a way to count something into it."""

    def __init__(self, store: Any, count: Callable[[date, Series, int], Awaitable[None]]) -> None:
        self.store = store
        self.count = count


@pytest.fixture(params=["sql", "memory"])
def world(request: pytest.FixtureRequest, database: Database) -> World:
    if request.param == "memory":
        memory = MemoryRollups()

        async def remember(day: date, series: Series, many: int) -> None:
            memory.add(day, series, many)

        return World(memory, remember)

    async def write(day: date, series: Series, many: int) -> None:
        # By turns in two layers: whoever reads sees one figure.
        layer = Layer.JOURNAL if many > 0 else Layer.FORGOTTEN
        async with database.writing() as connection:
            await add(connection, [Count(day, layer, series, many)], dialect=database.dialect)

    return World(SqlRollups(database), write)


async def test_a_days_counts_are_added_up_over_what_they_come_from(world: World) -> None:
    await world.count(MONDAY, NEW, 5)
    await world.count(MONDAY, NEW, 2)
    await world.count(MONDAY, NEW, -1)
    await world.count(WEDNESDAY, SPORTS, 3)
    found = await world.store.days(Span(MONDAY, WEDNESDAY), BOTH)
    assert found == {MONDAY: {NEW: 6}, WEDNESDAY: {SPORTS: 3}}
    assert list(found) == [MONDAY, WEDNESDAY]


async def test_only_the_days_and_figures_that_were_asked_for_come_back(world: World) -> None:
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        await world.count(day, NEW, 1)
        await world.count(day, SPORTS, 1)
    assert await world.store.days(Span(TUESDAY, TUESDAY), [Figure.NEW]) == {TUESDAY: {NEW: 1}}


async def test_what_was_before_a_day_is_the_sum_of_it_without_the_day(world: World) -> None:
    await world.count(MONDAY, SPORTS, 5)
    await world.count(TUESDAY, SPORTS, -2)
    await world.count(WEDNESDAY, SPORTS, 4)
    assert await world.store.before(WEDNESDAY, BOTH) == {SPORTS: 3}
    assert await world.store.before(MONDAY, BOTH) == {}


async def test_what_comes_to_nothing_is_left_out(world: World) -> None:
    await world.count(MONDAY, NEW, 2)
    await world.count(MONDAY, NEW, -2)
    assert await world.store.days(Span(MONDAY, MONDAY), BOTH) == {}
    assert await world.store.before(TUESDAY, BOTH) == {}


async def test_vain_searches_come_back_added_up_the_most_frequent_first(world: World) -> None:
    for words, day in (("সেতু", MONDAY), ("মেট্রো", MONDAY), ("মেট্রো", TUESDAY), ("পুরোনো", WEDNESDAY)):
        await world.store.note(words, day)
    found = await world.store.vain_searches(Span(MONDAY, TUESDAY))
    assert [(one.words, one.times) for one in found] == [("মেট্রো", 2), ("সেতু", 1)]
    assert len(await world.store.vain_searches(Span(MONDAY, WEDNESDAY), limit=1)) == 1


async def test_a_day_tells_only_so_many_searches_apart_and_counts_the_others_together(database: Database) -> None:
    store = SqlRollups(database)
    for number in range(MOST_A_DAY + 2):
        await store.note(f"word {number}", MONDAY)
    await store.note("word 1", MONDAY)
    found = {one.words: one.times for one in await store.vain_searches(Span(MONDAY, MONDAY), limit=2 * MOST_A_DAY)}
    assert len(found) == MOST_A_DAY + 1
    assert (found[""], found["word 1"]) == (2, 2)


async def test_old_searches_go(database: Database) -> None:
    store = SqlRollups(database)
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        await store.note("সেতু", day)
    assert await store.forget_searches(WEDNESDAY) == 2
    assert sum(one.times for one in await store.vain_searches(Span(MONDAY, WEDNESDAY))) == 1


async def test_failures_of_a_source_add_up(database: Database) -> None:
    store = SqlRollups(database)
    for _ in range(3):
        await store.failed("main", MONDAY)
    series = Series("", "", Figure.FAILURES, "main")
    assert await store.days(Span(MONDAY, MONDAY), [Figure.FAILURES]) == {MONDAY: {series: 3}}
