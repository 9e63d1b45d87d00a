"""What every storage of subscribers promises: SQLite and PostgreSQL with a real Redis, and the tests' own in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.database import connect_database
from newsbot.domain.subscriber import Address, Preferences
from newsbot.domain.window import Opener, Window
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.store import SubscriberCounts, SubscriberStore
from tests.builders import NOW, an_address
from tests.fakes import MemorySubscriberStore

LATER = NOW + timedelta(hours=1)
ACCOUNTS = {"telegram": "1234567", "console": "local"}


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
async def store(request: pytest.FixtureRequest, redis: Redis, tmp_path: Path) -> AsyncIterator[SubscriberStore]:
    if request.param == "memory":
        yield MemorySubscriberStore()
        return
    database = connect_database(request.getfixturevalue(f"{request.param}_url"), tmp_path)
    yield RedisSubscriberStore(SqlJournal(database, ACCOUNTS), redis)
    await database.close()


def follow(*topics: str):  # type: ignore[no-untyped-def]
    return lambda preferences: replace(preferences, topics=preferences.topics | set(topics))


def unchanged(preferences: Preferences) -> Preferences:
    return preferences


async def test_a_stranger_is_nobody(store: SubscriberStore) -> None:
    assert await store.get(an_address()) is None
    assert await store.history(an_address()) == ()
    assert await store.forget(an_address(), now=NOW) is False
    assert await store.move(an_address(), an_address("-100"), now=NOW) is None
    await store.touch(an_address(), now=NOW)
    assert await store.get(an_address()) is None
    assert [one async for one in store.all()] == []


async def test_a_stranger_is_registered_with_what_is_given_for_a_beginning(store: SubscriberStore) -> None:
    beginning = Preferences(language="en", timezone="Europe/London")
    registered = await store.change(an_address(), "started", follow("sports"), now=NOW, initial=beginning)
    assert registered.preferences == replace(beginning, topics=frozenset({"sports"}))
    assert registered.since == NOW
    assert await store.get(an_address()) == registered


async def test_everything_a_reader_chose_comes_back_as_it_was(store: SubscriberStore) -> None:
    chosen = Preferences(
        language="en",
        timezone="America/St_Johns",
        topics=frozenset({"sports", "politics", "এলাকা"}),
        paused=True,
        stopped=True,
        unreachable=True,
        onboarded=True,
        extra=(("later_feature", "[1,2]"), ("quiet", "২২:০০")),
    )
    kept = await store.change(an_address(), "imported", lambda _: chosen, now=NOW)
    assert kept.preferences == chosen
    assert await store.get(an_address()) == kept
    assert [one async for one in store.all()] == [kept]


@pytest.mark.parametrize(
    "user_id",
    [
        "1",
        "-1",
        "0",
        "007",
        "-0",
        "9007199254740993",
        "-1001234567890",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "১২৩",
        "name@host",
        "x" * 64,
    ],
)
async def test_any_user_id_comes_back_to_the_letter(store: SubscriberStore, user_id: str) -> None:
    other = await store.change(an_address("5"), "started", unchanged, now=NOW)
    kept = await store.change(an_address(user_id), "started", follow("sports"), now=NOW)
    found = await store.get(an_address(user_id))
    assert found is not None
    assert found == kept
    assert found.address.user_id == user_id
    assert await store.get(an_address("5")) == other


async def test_a_change_gives_a_new_version_and_no_change_gives_none(store: SubscriberStore) -> None:
    first = await store.change(an_address(), "started", unchanged, now=NOW)
    second = await store.change(an_address(), "topics", follow("sports"), now=LATER)
    third = await store.change(an_address(), "topics", follow("sports"), now=LATER)
    assert (first.version, second.version, third.version) == (1, 2, 2)
    assert [event.what for event in await store.history(an_address())] == ["started", "topics"]


async def test_the_history_tells_when_what_became_true(store: SubscriberStore) -> None:
    await store.change(an_address(), "started", unchanged, now=NOW)
    await store.change(an_address(), "topics", follow("sports"), now=LATER)
    history = await store.history(an_address())
    assert [(event.at, event.what, event.state.preferences.topics) for event in history] == [
        (NOW, "started", frozenset()),
        (LATER, "topics", frozenset({"sports"})),
    ]


async def test_numbers_are_given_once_even_after_someone_was_forgotten(store: SubscriberStore) -> None:
    numbers = [(await store.change(an_address(str(n)), "started", unchanged, now=NOW)).number for n in range(1, 4)]
    assert await store.forget(an_address("3"), now=LATER)
    numbers.append((await store.change(an_address("3"), "started", unchanged, now=LATER)).number)
    assert numbers == [0, 1, 2, 3]


async def test_channels_have_numbers_of_their_own(store: SubscriberStore) -> None:
    one = await store.change(an_address("7"), "started", unchanged, now=NOW)
    other = await store.change(an_address("7", channel="console"), "started", follow("sports"), now=NOW)
    assert (one.number, other.number) == (0, 0)
    assert await store.get(an_address("7")) == one
    assert await store.get(an_address("7", channel="console")) == other


async def test_many_changes_at_once_all_count(store: SubscriberStore) -> None:
    topics = [f"topic-{number}" for number in range(12)]
    await asyncio.gather(*(store.change(an_address(), "topics", follow(topic), now=NOW) for topic in topics))
    found = await store.get(an_address())
    assert found is not None
    assert found.preferences.topics == frozenset(topics)
    assert found.version == len(topics)
    assert len({one.number async for one in store.all()}) == 1


async def test_many_strangers_at_once_get_different_numbers(store: SubscriberStore) -> None:
    await asyncio.gather(
        *(store.change(an_address(str(n)), "started", follow("sports"), now=NOW) for n in range(1, 31))
    )
    assert [one.number async for one in store.all()] == list(range(30))
    assert (await store.counts()).subscribers == 30


async def test_writing_is_remembered_to_the_day(store: SubscriberStore) -> None:
    await store.change(an_address(), "started", unchanged, now=NOW)
    assert (await store.get(an_address())).active_at is None  # type: ignore[union-attr]
    await store.touch(an_address(), now=NOW)
    await store.touch(an_address(), now=NOW - timedelta(days=2))  # an old event that arrives late
    found = await store.get(an_address())
    assert found is not None
    assert found.active_at == datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC)
    changed = await store.change(an_address(), "topics", follow("sports"), now=NOW)
    assert changed.active_at == found.active_at


async def test_an_unreachable_reader_who_writes_is_reachable_again_with_all_they_chose(store: SubscriberStore) -> None:
    await store.change(an_address(), "started", follow("sports"), now=NOW)
    await store.change(an_address(), "unreachable", lambda p: replace(p, unreachable=True), now=NOW)
    assert (await store.counts()).reachable == 0
    await store.touch(an_address(), now=LATER)
    found = await store.get(an_address())
    assert found is not None
    assert found.preferences == Preferences(topics=frozenset({"sports"}))
    assert [event.what for event in await store.history(an_address())] == ["started", "unreachable", "revived"]


async def test_writing_again_the_same_day_is_no_event(store: SubscriberStore) -> None:
    await store.change(an_address(), "started", unchanged, now=NOW)
    for _ in range(3):
        await store.touch(an_address(), now=NOW)
    assert len(await store.history(an_address())) == 1


async def test_a_forgotten_reader_is_nobody_and_comes_back_as_a_stranger(store: SubscriberStore) -> None:
    await store.change(an_address(), "started", follow("sports"), now=NOW)
    await store.touch(an_address(), now=NOW)
    assert await store.forget(an_address(), now=LATER) is True
    assert await store.get(an_address()) is None
    assert await store.history(an_address()) == ()
    assert await store.forget(an_address(), now=LATER) is False
    assert [one async for one in store.all()] == []
    assert await store.counts() == SubscriberCounts(0, 0, {})

    again = await store.change(an_address(), "started", unchanged, now=LATER)
    assert again.preferences == Preferences()
    assert again.since == LATER
    assert again.active_at is None
    assert len(await store.history(an_address())) == 1


async def test_a_chat_that_moved_is_the_same_subscriber(store: SubscriberStore) -> None:
    old, new = an_address("-5"), an_address("-100500")
    before = await store.change(old, "started", follow("sports"), now=NOW)
    moved = await store.move(old, new, now=LATER)
    assert moved is not None
    assert moved == replace(before, address=new, version=2)
    assert await store.get(new) == moved
    assert await store.get(old) is None
    assert await store.move(old, new, now=LATER) is None
    assert [event.what for event in await store.history(new)] == ["started", "moved"]


async def test_a_chat_that_moves_onto_a_known_one_brings_its_topics_and_is_forgotten(store: SubscriberStore) -> None:
    old, new = an_address("-5"), an_address("-100500")
    await store.change(old, "started", follow("sports"), now=NOW)
    known = await store.change(new, "started", follow("economy"), now=NOW)
    moved = await store.move(old, new, now=LATER)
    assert moved is not None
    assert moved.number == known.number
    assert moved.preferences.topics == frozenset({"sports", "economy"})
    assert await store.get(old) is None
    assert await store.get(new) == moved
    assert [one async for one in store.all()] == [moved]


async def test_a_chat_that_moves_to_where_it_is_stays(store: SubscriberStore) -> None:
    known = await store.change(an_address(), "started", unchanged, now=NOW)
    assert await store.move(an_address(), an_address(), now=NOW) == known


async def test_the_counts_leave_out_who_stopped_paused_or_cannot_be_reached(store: SubscriberStore) -> None:
    async def has(user_id: str, **states: object) -> None:
        chosen = Preferences(topics=frozenset({"sports"}))
        await store.change(an_address(user_id), "imported", lambda _: replace(chosen, **states), now=NOW)  # type: ignore[arg-type]

    for number in range(20):
        await has(f"10{number}")
    await has("1", topics=frozenset({"sports", "economy"}))
    await has("2", paused=True)
    await has("3", unreachable=True, paused=True)
    await has("4", stopped=True)
    await has("5", topics=frozenset())
    await store.change(Address("console", "me"), "started", follow("economy"), now=NOW)

    assert await store.counts("telegram") == SubscriberCounts(24, 22, {"sports": 21, "economy": 1})
    assert await store.counts() == SubscriberCounts(25, 23, {"sports": 21, "economy": 2})


async def test_everyone_is_told_by_channel_and_number(store: SubscriberStore) -> None:
    for user_id, channel in (("9", "telegram"), ("me", "console"), ("3", "telegram")):
        await store.change(an_address(user_id, channel), "started", unchanged, now=NOW)
    assert [str(one.address) async for one in store.all()] == ["console:me", "telegram:9", "telegram:3"]


# --- windows ---------------------------------------------------------------------------------------------------------

WINDOW = Window(NOW + timedelta(hours=24), Opener.MESSAGE)


async def test_what_a_subscriber_does_opens_a_window(store: SubscriberStore) -> None:
    await store.change(an_address(), "started", unchanged, now=NOW)
    assert await store.window(an_address()) is None
    await store.touch(an_address(), now=NOW)
    assert await store.window(an_address()) is None  # the channel has none
    await store.touch(an_address(), now=NOW, window=WINDOW)
    assert await store.window(an_address()) == WINDOW


async def test_of_a_stranger_no_window_is_kept(store: SubscriberStore) -> None:
    await store.touch(an_address(), now=NOW, window=WINDOW)
    await store.change(an_address(), "started", unchanged, now=NOW)
    assert await store.window(an_address()) is None
    await store.touch(an_address(), now=NOW, window=WINDOW)
    assert await store.window(an_address()) == WINDOW


@pytest.mark.parametrize("first", [0, 1, 2])
async def test_the_latest_end_wins_in_whatever_order_events_come(store: SubscriberStore, first: int) -> None:
    windows = [
        Window(NOW + timedelta(hours=24), Opener.BUTTON),
        Window(NOW + timedelta(days=7), Opener.AD),
        Window(NOW + timedelta(hours=25, seconds=1), Opener.REACTION),
    ]
    await store.change(an_address(), "started", unchanged, now=NOW)
    for window in windows[first:] + windows[:first]:
        await store.touch(an_address(), now=NOW, window=window)
    assert await store.window(an_address()) == windows[1]


async def test_every_reader_has_a_window_of_their_own(store: SubscriberStore) -> None:
    windows = {str(n): Window(NOW + timedelta(minutes=7 * n), Opener(n % 6 + 1)) for n in range(1, 20)}
    for user_id, window in windows.items():
        await store.change(an_address(user_id), "started", unchanged, now=NOW)
        await store.touch(an_address(user_id), now=NOW, window=window)
    assert {user_id: await store.window(an_address(user_id)) for user_id in windows} == windows


async def test_a_window_that_the_platform_has_closed_is_closed_until_the_reader_is_heard_of(
    store: SubscriberStore,
) -> None:
    await store.close_window(an_address())  # a stranger's
    await store.change(an_address(), "started", unchanged, now=NOW)
    await store.touch(an_address(), now=NOW, window=WINDOW)
    await store.close_window(an_address())
    assert await store.window(an_address()) is None
    await store.touch(an_address(), now=NOW)
    assert await store.window(an_address()) is None
    await store.touch(an_address(), now=NOW, window=WINDOW)
    assert await store.window(an_address()) == WINDOW


async def test_a_window_outlives_a_change_and_a_new_address_but_not_being_forgotten(store: SubscriberStore) -> None:
    await store.change(an_address(), "started", unchanged, now=NOW)
    await store.touch(an_address(), now=NOW, window=WINDOW)
    await store.change(an_address(), "topics", follow("sports"), now=NOW)
    await store.move(an_address(), an_address("-100"), now=NOW)
    assert await store.window(an_address()) is None
    assert await store.window(an_address("-100")) == WINDOW
    await store.forget(an_address("-100"), now=NOW)
    await store.change(an_address("-100"), "started", unchanged, now=NOW)
    assert await store.window(an_address("-100")) is None
