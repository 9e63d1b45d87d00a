"""Subscribers: a change from the request to its confirmation, import, rebuild, and memory for each subscriber in
Redis.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.tables import show, timed
from newsbot.database import open_database
from newsbot.domain.subscriber import Address, Preferences
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.observability import configure_logging
from newsbot.redis_client import connect
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.states import Imported

READERS = 200_000
BATCH = 1_000
CALLS = 300
TOPICS = [f"topic-{number}" for number in range(12)]


async def measure(folder: Path) -> None:
    chance = random.Random(7)
    now = datetime.now(UTC)
    database = await open_database(None, folder)
    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        store = RedisSubscriberStore(SqlJournal(database, {"telegram": "1"}), redis)
        await store.replay_recent()
        empty = (await redis.info("memory"))["used_memory"]

        begin = time.perf_counter()
        for start in range(0, READERS, BATCH):
            await store.take_over([_reader(chance, start + n, now) for n in range(BATCH)], now=now)
        importing = time.perf_counter() - begin
        memory = (await redis.info("memory"))["used_memory"] - empty

        begin = time.perf_counter()
        await store.rebuild()
        rebuilding = time.perf_counter() - begin
        rebuilt = (await redis.info("memory"))["used_memory"] - empty

        known = [_address(chance.randrange(READERS)) for _ in range(CALLS)]
        calls = {
            "get": [lambda a=a: store.get(a) for a in known],
            "subscribe, a new reader": [
                lambda n=n: store.change(_address(READERS + n), "started", _follow("topic-1"), now=now)
                for n in range(CALLS)
            ],
            "change": [
                lambda a=a, n=n: store.change(a, "topics", _follow(f"t{n}"), now=now) for n, a in enumerate(known)
            ],
            "change that changes nothing": [lambda a=a: store.change(a, "topics", lambda p: p, now=now) for a in known],
            "touch, first of the day": [lambda a=a: store.touch(a, now=now) for a in dict.fromkeys(known)],
            "touch, again": [lambda a=a: store.touch(a, now=now) for a in known],
            "counts": [store.counts] * 100,
        }
        rows = []
        for name, these in calls.items():
            spread = await timed(these)
            rows.append((name, spread.p50, spread.p99))
        await redis.aclose()
    await database.close()
    show(f"Subscribers, {READERS:,} on SQLite, milliseconds", ["what", "p50", "p99"], rows)
    show(
        f"Subscribers, {READERS:,} with {len(TOPICS)} topics",
        ["what", "value"],
        [
            ("import, seconds", importing),
            ("import, readers per second", READERS / importing),
            ("rebuild, seconds", rebuilding),
            ("Redis memory per subscriber after import, bytes", memory / READERS),
            ("Redis memory per subscriber after rebuild, bytes", rebuilt / READERS),
        ],
    )


def _address(number: int) -> Address:
    return Address("telegram", str(5_000_000_000 + number * 7))


def _follow(topic: str):  # type: ignore[no-untyped-def]
    return lambda preferences: replace(preferences, topics=preferences.topics | {topic})


def _reader(chance: random.Random, number: int, now: datetime) -> Imported:
    preferences = Preferences(topics=frozenset(chance.sample(TOPICS, 3)), onboarded=True)
    return Imported(_address(number), now, preferences)


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
