"""Readers by the day, counted from the journal: right whenever it is counted, and whoever was forgotten."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsbot.database import Database
from newsbot.domain.subscriber import Address, Preferences
from newsbot.rollups.figures import Figure, Series, Span
from newsbot.rollups.sql_journal_days import JournalDays
from newsbot.rollups.sql_rollups import SqlRollups
from newsbot.subscribers.journal import SqlJournal

DHAKA = ZoneInfo("Asia/Dhaka")
BEGIN = datetime(2025, 11, 17, 6, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST = date(2025, 11, 17)
EVERY = tuple(Figure)
TOPICS = ("sports", "politics", "world")


class House:
    def __init__(self, database: Database) -> None:
        self.journal = SqlJournal(database, {"telegram": "12", "messenger": "34"}, zone=DHAKA)
        self.days = JournalDays(database, DHAKA)
        self.store = SqlRollups(database)

    async def change(self, reader: str, at: datetime, what: str = "topics", **changes: object) -> None:
        def change(known: Preferences) -> Preferences:
            return replace(known, **changes)  # type: ignore[arg-type]

        await self.journal.change(Address.parse(reader), what, change, now=at, initial=Preferences())

    async def on(self, day: date, figure: Figure) -> dict[tuple[str, str], int]:
        """(channel, part) → the day's own count."""
        found = (await self.store.days(Span(day, day), [figure])).get(day, {})
        return {(series.channel, series.part): many for series, many in found.items()}

    async def standing(self, day: date) -> dict[Series, int]:
        """At the end of the day."""
        figures = [figure for figure in Figure if figure.standing]
        return dict(await self.store.before(day + DAY, figures))


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


async def true_now(house: House) -> dict[Series, int]:
    """As the readers themselves say."""
    found: Counter[Series] = Counter()
    async for reader in house.journal.all():
        channel, they = reader.address.channel, reader.preferences
        account = house.journal.accounts[channel]
        if not they.stopped:
            found[Series(channel, account, Figure.SUBSCRIBERS)] += 1
        if they.wants_alerts:
            found[Series(channel, account, Figure.REACHABLE)] += 1
            found[Series(channel, account, Figure.LANGUAGE, they.language)] += 1
            for topic in they.topics:
                found[Series(channel, account, Figure.TOPIC, topic)] += 1
    return dict(found)


async def test_who_comes_leaves_and_blocks_is_counted_on_their_day_and_channel(house: House) -> None:
    await house.change("telegram:1", BEGIN, "started", topics=frozenset({"sports"}))
    await house.change("telegram:2", BEGIN, "started", topics=frozenset({"sports", "world"}))
    await house.change("messenger:3", BEGIN + DAY, "started", language="en")
    await house.change("telegram:1", BEGIN + DAY, "stopped", stopped=True)
    await house.change("telegram:2", BEGIN + DAY, "unreachable", unreachable=True)
    await house.change("telegram:1", BEGIN + 2 * DAY, "started", stopped=False)
    await house.days.count(now=BEGIN + 2 * DAY)
    second, third = FIRST + DAY, FIRST + 2 * DAY
    assert await house.on(FIRST, Figure.NEW) == {("telegram", ""): 2}
    assert await house.on(second, Figure.NEW) == {("messenger", ""): 1}
    assert await house.on(second, Figure.LEFT) == {("telegram", ""): 1}
    assert await house.on(second, Figure.BLOCKED) == {("telegram", ""): 1}
    assert await house.on(third, Figure.RETURNED) == {("telegram", ""): 1}
    assert (await house.standing(FIRST))[Series("telegram", "12", Figure.TOPIC, "sports")] == 2
    assert Series("telegram", "12", Figure.TOPIC, "sports") not in await house.standing(second)
    assert await house.standing(third) == await true_now(house)


async def test_a_day_is_the_newsrooms_not_universal_time(house: House) -> None:
    before_midnight = datetime(2025, 11, 17, 17, 59, tzinfo=UTC)  # 23:59 in Dhaka
    await house.change("telegram:1", before_midnight, "started")
    await house.change("telegram:2", before_midnight + timedelta(minutes=2), "started")
    await house.days.count(now=before_midnight + HOUR)
    assert await house.on(FIRST, Figure.NEW) == {("telegram", ""): 1}
    assert await house.on(FIRST + DAY, Figure.NEW) == {("telegram", ""): 1}


async def test_counting_again_changes_nothing_and_days_that_were_missed_are_made_up_for(house: House) -> None:
    await house.change("telegram:1", BEGIN, "started", topics=frozenset({"sports"}))
    await house.days.count(now=BEGIN)
    for _ in range(3):
        await house.days.count(now=BEGIN + HOUR)
    await house.change("telegram:2", BEGIN + 3 * DAY, "started")
    await house.change("telegram:2", BEGIN + 4 * DAY, "stopped", stopped=True)
    await house.days.count(now=BEGIN + 9 * DAY)
    assert await house.on(FIRST, Figure.NEW) == {("telegram", ""): 1}
    assert await house.on(FIRST + 3 * DAY, Figure.NEW) == {("telegram", ""): 1}
    assert await house.on(FIRST + 4 * DAY, Figure.LEFT) == {("telegram", ""): 1}
    assert await house.standing(FIRST + 9 * DAY) == await true_now(house)


async def test_who_imports_readers_sees_no_rush_of_new_ones(house: House) -> None:
    await house.change("telegram:1", BEGIN, "imported")
    await house.days.count(now=BEGIN)
    assert await house.on(FIRST, Figure.NEW) == {}
    assert await house.on(FIRST, Figure.IMPORTED) == {("telegram", ""): 1}


async def test_who_is_forgotten_leaves_the_past_as_it_was_and_no_row_of_theirs(house: House) -> None:
    await house.change("telegram:1", BEGIN, "started", topics=frozenset({"sports"}))
    await house.change("telegram:2", BEGIN, "started", topics=frozenset({"sports"}))
    await house.days.count(now=BEGIN + 3 * DAY)
    past = {day: await house.standing(day) for day in (FIRST, FIRST + DAY)}
    await house.change("telegram:1", BEGIN + 3 * DAY, "topics", topics=frozenset({"world"}))
    await house.journal.forget(Address("telegram", "1"), now=BEGIN + 3 * DAY + HOUR)
    await house.days.count(now=BEGIN + 3 * DAY + 2 * HOUR)
    assert {day: await house.standing(day) for day in past} == past
    assert await house.on(FIRST + 3 * DAY, Figure.LEFT) == {("telegram", ""): 1}
    assert await house.standing(FIRST + 3 * DAY) == await true_now(house)


async def test_counted_anew_the_forgotten_are_still_known_to_have_come_and_gone(house: House) -> None:
    await house.change("telegram:1", BEGIN, "started", topics=frozenset({"sports"}))
    await house.change("telegram:2", BEGIN, "started")
    await house.days.count(now=BEGIN + DAY)
    await house.journal.forget(Address("telegram", "1"), now=BEGIN + DAY)
    await house.days.count_anew(now=BEGIN + DAY + HOUR)
    assert await house.on(FIRST, Figure.NEW) == {("telegram", ""): 2}
    assert await house.on(FIRST + DAY, Figure.LEFT) == {("telegram", ""): 1}
    assert await house.standing(FIRST + DAY) == await true_now(house)


async def test_in_another_time_zone_everything_is_counted_anew(house: House, database: Database) -> None:
    await house.change("telegram:1", datetime(2025, 11, 17, 19, tzinfo=UTC), "started")
    await house.days.count(now=BEGIN + 3 * DAY)
    assert await house.on(FIRST + DAY, Figure.NEW) == {("telegram", ""): 1}
    await JournalDays(database, ZoneInfo("Europe/London")).count(now=BEGIN + 3 * DAY)
    assert await house.on(FIRST, Figure.NEW) == {("telegram", ""): 1}
    assert await house.on(FIRST + DAY, Figure.NEW) == {}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_readers_do_and_whenever_it_is_counted_the_figures_are_true(house: House, seed: int) -> None:
    dice = random.Random(seed)
    now = BEGIN
    for _ in range(120):
        now += timedelta(minutes=dice.randrange(1, 240))
        reader = f"{dice.choice(('telegram', 'messenger'))}:{dice.randrange(8)}"
        match dice.randrange(8):
            case 0:
                await house.change(reader, now, "stopped", stopped=dice.random() < 0.5)
            case 1:
                await house.change(reader, now, "unreachable", unreachable=dice.random() < 0.5)
            case 2:
                await house.change(reader, now, "paused", paused=dice.random() < 0.5)
            case 3:
                await house.change(reader, now, "language", language=dice.choice(("bn", "en")))
            case 4:
                await house.journal.forget(Address.parse(reader), now=now)
            case 5:
                old, new = Address.parse(reader), Address(reader.partition(":")[0], str(dice.randrange(8)))
                await house.journal.move(old, new, now=now)
            case 6:
                await asyncio.gather(house.days.count(now=now), house.journal.forget(Address.parse(reader), now=now))
            case _:
                topics = frozenset(dice.sample(TOPICS, dice.randrange(4)))
                await house.change(reader, now, "topics", topics=topics)
        if dice.random() < 0.2:
            await house.days.count(now=now)
    await house.days.count(now=now)
    assert await house.standing(now.astimezone(DHAKA).date()) == await true_now(house)
    await house.days.count_anew(now=now)
    assert await house.standing(now.astimezone(DHAKA).date()) == await true_now(house)
