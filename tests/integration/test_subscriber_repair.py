"""Journal and working copy part ways, and come together again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import insert, text

from newsbot.database import Database
from newsbot.domain.subscriber import SEGMENT_SIZE, Preferences, Subscriber
from newsbot.domain.window import Opener, Window
from newsbot.errors import StoreError, StoreUnavailable
from newsbot.redis_client import client
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.schema import subscribers
from tests.builders import NOW, an_address

LATER = NOW + timedelta(hours=1)
ACCOUNTS = {"telegram": "1234567"}


@pytest.fixture
async def journal(database: Database) -> SqlJournal:
    return SqlJournal(database, ACCOUNTS)


@pytest.fixture
async def store(journal: SqlJournal, redis: Redis) -> RedisSubscriberStore:
    return RedisSubscriberStore(journal, redis)


@pytest.fixture
async def away(journal: SqlJournal, tmp_path: Path) -> RedisSubscriberStore:
    """The same readers, with a Redis that is down."""
    return RedisSubscriberStore(journal, client(f"unix://{tmp_path}/nowhere.sock"))


async def has_a_full_life(store: RedisSubscriberStore) -> None:
    """Readers of every kind."""
    for number in range(1, 40):
        chosen = Preferences(
            language="en" if number % 3 else "bn",
            topics=frozenset(topic for at, topic in enumerate(("sports", "খেলা", "world")) if number >> at & 1),
            paused=number % 5 == 0,
            stopped=number % 7 == 0,
            unreachable=number % 11 == 0,
            onboarded=number % 2 == 0,
            extra=(("note", "ক"),) if number % 13 == 0 else (),
        )
        await store.change(an_address(str(number)), "imported", lambda _, chosen=chosen: chosen, now=NOW)  # type: ignore[misc]
    await store.change(an_address("an odd id"), "started", lambda p: p, now=NOW)
    await store.change(an_address("3"), "topics", lambda p: replace(p, topics=frozenset()), now=LATER)
    await store.forget(an_address("4"), now=LATER)
    await store.move(an_address("5"), an_address("-100500"), now=LATER)


async def contents(redis: Redis) -> dict[bytes, object]:
    """Every key and value; a string's zeros at its end say nothing, and neither does a key of nothing."""
    found: dict[bytes, object] = {}
    for key in await redis.keys("*"):
        match await redis.type(key):
            case b"string":
                found[key] = (await redis.get(key) or b"").rstrip(b"\0")
            case b"hash":
                found[key] = await redis.hgetall(key)
            case b"set":
                found[key] = await redis.smembers(key)
    return {key: value for key, value in found.items() if value}


async def everyone(store: RedisSubscriberStore) -> list[Subscriber | None]:
    return [await store.get(one.address) async for one in store.all()]


async def test_a_lost_redis_is_noticed_and_rebuilt_to_the_bit(store: RedisSubscriberStore, redis: Redis) -> None:
    await has_a_full_life(store)
    assert await store.replay_recent() == 39  # the first time, on a server that never had them: all are written
    before, readers, counts = await contents(redis), await everyone(store), await store.counts()
    assert len(readers) == 39

    await redis.flushdb()
    await store.replay_recent()

    after = await contents(redis)
    used = b"{telegram:0}:bitmaps"  # remembers names that nobody uses now
    assert before.pop(used) >= after.pop(used)  # type: ignore[operator]
    assert after == before
    assert await everyone(store) == readers
    assert await store.counts() == counts


async def test_rebuilding_what_is_there_repairs_it(store: RedisSubscriberStore, redis: Redis) -> None:
    await has_a_full_life(store)
    readers, counts = await everyone(store), await store.counts()
    await redis.setbit("{telegram:0}:topic:sports", 60_000, 1)
    await redis.setbit("{telegram:0}:topic:nonsense", 1, 1)
    await redis.sadd("{telegram:0}:bitmaps", "topic:nonsense")
    await redis.setrange("{telegram:0}:ids", 0, b"12345678")
    told: list[tuple[int, int]] = []
    assert await store.rebuild(lambda done, total: told.append((done, total))) == 39
    assert told == [(0, 1), (1, 1)]
    assert await everyone(store) == readers
    assert await store.counts() == counts


async def test_a_change_that_reached_only_the_journal_is_replayed(
    store: RedisSubscriberStore, journal: SqlJournal
) -> None:
    await store.change(an_address("1"), "started", lambda p: p, now=NOW)
    await store.replay_recent()
    await journal.change(
        an_address("1"), "topics", lambda p: replace(p, topics=frozenset({"sports"})), now=NOW, initial=Preferences()
    )
    await journal.change(an_address("2"), "started", lambda p: p, now=NOW, initial=Preferences())
    assert (await store.counts()).by_topic == {}
    assert await store.replay_recent() == 2
    assert (await store.counts()).by_topic == {"sports": 1}
    assert await store.replay_recent() == 0


async def test_without_redis_nothing_is_confirmed_and_asking_again_confirms_it(
    store: RedisSubscriberStore, away: RedisSubscriberStore
) -> None:
    def follow(preferences: Preferences) -> Preferences:
        return replace(preferences, topics=frozenset({"sports"}))

    for attempt in (
        away.get(an_address()),
        away.change(an_address(), "topics", follow, now=NOW),
        away.touch(an_address(), now=NOW),
        away.counts(),
        away.replay_recent(),
        away.rebuild(),
    ):
        with pytest.raises(StoreUnavailable, match="Redis"):
            await attempt
    changed = await store.change(an_address(), "topics", follow, now=LATER)
    assert changed.version == 1
    assert await store.get(an_address()) == changed
    assert (await store.counts()).by_topic == {"sports": 1}


async def test_who_was_forgotten_while_redis_was_away_is_forgotten_when_asked_again(
    store: RedisSubscriberStore, away: RedisSubscriberStore, redis: Redis
) -> None:
    await store.change(an_address("770077"), "started", lambda p: p, now=NOW)
    await store.replay_recent()
    with pytest.raises(StoreUnavailable):
        await away.forget(an_address("770077"), now=LATER)
    assert await store.forget(an_address("770077"), now=LATER) is True
    assert await store.get(an_address("770077")) is None
    assert await store.forget(an_address("770077"), now=LATER) is False
    assert "770077" not in str(await contents(redis))


async def test_nothing_is_left_of_who_was_forgotten_but_number_and_date(
    store: RedisSubscriberStore, redis: Redis, database: Database
) -> None:
    secret = Preferences(language="xx", topics=frozenset({"topic-of-one"}), extra=(("note", "private"),))
    for user_id in ("an-odd-id", "1234512345"):
        await store.change(an_address(user_id), "started", lambda _: secret, now=NOW)
        await store.touch(an_address(user_id), now=NOW)
        assert await store.forget(an_address(user_id), now=LATER)
    packed = (1234512345).to_bytes(8, "big")
    left = await contents(redis)
    assert not any(b"an-odd-id" in key or b"1234512345" in key for key in left)
    assert not any(word in str(left) for word in ("an-odd-id", "1234512345", "private", str(packed)[2:-1]))
    assert {key for key in left if b"{telegram:0}" in key} == {b"{telegram:0}:versions", b"{telegram:0}:bitmaps"}
    async with database.reading() as connection:
        rows = [tuple(row) for row in await connection.execute(text("SELECT * FROM subscribers"))]
        rows += [tuple(row) for row in await connection.execute(text("SELECT * FROM subscriber_events"))]
    assert not any(word in str(rows) for word in ("an-odd-id", "1234512345", "private", "topic-of-one"))
    assert len(rows) == 4


async def test_another_account_begins_a_segment_of_its_own_and_sees_only_its_readers(
    database: Database, redis: Redis, store: RedisSubscriberStore
) -> None:
    first = await store.change(an_address("1"), "started", lambda p: p, now=NOW)
    await store.replay_recent()
    other = RedisSubscriberStore(SqlJournal(database, {"telegram": "7654321"}), redis)
    await other.replay_recent()
    assert await other.get(an_address("1")) is None
    second = await other.change(an_address("1"), "started", lambda p: p, now=LATER)
    assert (first.number, second.number) == (0, SEGMENT_SIZE)
    assert (await other.counts()).subscribers == 1
    assert [one async for one in other.all()] == [second]

    await redis.flushdb()
    await other.replay_recent()
    assert await other.get(an_address("1")) == second
    # The first bot is in use again: its readers were not in the rebuilt Redis.
    await store.replay_recent()
    assert await store.get(an_address("1")) == first
    assert (await store.change(an_address("2"), "started", lambda p: p, now=LATER)).number == 1


async def test_a_full_segment_is_followed_by_the_next_free_one(database: Database, redis: Redis) -> None:
    one, other = (SqlJournal(database, {"telegram": account}) for account in ("1", "2"))
    async with database.writing() as connection:
        row = {"channel": "telegram", "number": SEGMENT_SIZE - 2, "account": "1", "user_id": None, "since": NOW}
        await connection.execute(insert(subscribers).values(**row))
    initial = Preferences()
    (stranger,) = await other.change(an_address("x"), "started", lambda p: p, now=NOW, initial=initial)
    assert stranger.slot.segment == 1
    (last,) = await one.change(an_address("a"), "started", lambda p: p, now=NOW, initial=initial)
    (first,) = await one.change(an_address("b"), "started", lambda p: p, now=NOW, initial=initial)
    assert (last.number, first.number) == (SEGMENT_SIZE - 1, 2 * SEGMENT_SIZE)
    assert await one.segments() == (("telegram", 0), ("telegram", 2))
    store = RedisSubscriberStore(one, redis)
    assert await store.rebuild() == 2
    assert (await store.counts()).subscribers == 2
    assert await store.get(an_address("a")) == last
    assert await store.get(an_address("b")) == first


async def test_changes_during_a_rebuild_are_not_lost(store: RedisSubscriberStore) -> None:
    await has_a_full_life(store)

    async def change_all() -> None:
        for number in (1, 2, 6, 8, 9):
            await store.change(
                an_address(str(number)), "topics", lambda _: Preferences(topics=frozenset({"new"})), now=LATER
            )

    await asyncio.gather(store.rebuild(), change_all(), store.rebuild())
    assert (await store.counts()).by_topic["new"] == 5


async def test_another_journal_than_the_one_replayed_replaces_everything(
    store: RedisSubscriberStore, redis: Redis
) -> None:
    await has_a_full_life(store)
    await store.replay_recent()
    await redis.set("replayed:telegram:1234567", 10**6)  # as if a longer journal had been replayed
    await redis.sadd("segments:telegram:1234567", 9)
    await redis.setbit("{telegram:9}:known", 5, 1)
    await redis.sadd("{telegram:9}:bitmaps", "known")
    await store.replay_recent()
    assert (await store.counts()).subscribers == len([one async for one in store.all() if not one.preferences.stopped])
    assert await redis.exists("{telegram:9}:known") == 0


async def test_a_full_redis_confirms_nothing(store: RedisSubscriberStore, redis: Redis) -> None:
    known = await store.change(an_address("1"), "started", lambda p: p, now=NOW)
    await redis.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(StoreUnavailable):
            await store.change(an_address("2"), "started", lambda p: p, now=NOW)
        assert await store.get(an_address("1")) == known
    finally:
        await redis.config_set("maxmemory", "0")
    assert (await store.change(an_address("2"), "started", lambda p: p, now=NOW)).version == 1


async def test_a_channel_without_an_account_is_told(store: RedisSubscriberStore) -> None:
    stranger = an_address(channel="messenger")
    for attempt in (
        store.change(stranger, "started", lambda p: p, now=NOW),
        store.get(stranger),
        store.touch(stranger, now=NOW),
        store.forget(stranger, now=NOW),
        store.counts("messenger"),
    ):
        with pytest.raises(StoreError, match="channel messenger"):
            await attempt


async def test_what_falls_behind_is_caught_up_by_itself(
    store: RedisSubscriberStore, away: RedisSubscriberStore, journal: SqlJournal
) -> None:
    await store.replay_recent()
    often = timedelta(milliseconds=5)
    keeping = [asyncio.create_task(one.keep_in_step(often)) for one in (store, away)]
    await journal.change(an_address("1"), "started", lambda p: p, now=NOW, initial=Preferences())
    async with asyncio.timeout(10):
        while (await store.counts()).subscribers == 0:
            await asyncio.sleep(0.01)
    assert not any(task.done() for task in keeping)
    for task in keeping:
        task.cancel()
    _, running = await asyncio.wait(keeping, timeout=5)
    assert not running


async def test_a_rebuild_keeps_the_windows_and_a_lost_redis_loses_them(
    store: RedisSubscriberStore, redis: Redis
) -> None:
    window = Window(NOW + timedelta(hours=24), Opener.BUTTON)
    await store.replay_recent()
    for user_id in ("1", "an odd id"):
        await store.change(an_address(user_id), "started", lambda p: p, now=NOW)
        await store.touch(an_address(user_id), now=NOW, window=window)
    await store.rebuild()
    assert [await store.window(an_address(user_id)) for user_id in ("1", "an odd id")] == [window, window]
    await redis.flushall()
    await store.replay_recent()
    assert [await store.window(an_address(user_id)) for user_id in ("1", "an odd id")] == [None, None]


async def test_when_a_forgotten_reader_could_be_written_to_is_forgotten_too(
    store: RedisSubscriberStore, redis: Redis
) -> None:
    now = datetime.now(UTC)
    await store.change(an_address(), "started", lambda p: p, now=now)
    await store.touch(an_address(), now=now, window=Window(now + timedelta(hours=24), Opener.BUTTON))
    assert len([key for key in await contents(redis) if b":windows" in key or b":ending:" in key]) == 2
    await store.forget(an_address(), now=now)
    assert not [key for key in await contents(redis) if b":windows" in key or b":ending:" in key]
