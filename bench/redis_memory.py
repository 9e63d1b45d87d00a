"""Memory of the Redis server: for each subscriber with five topics and settings; for each delivery, while corrections
are possible and after. What a story reserves counts with its delivery.

Subscribers come as a rebuild brings them, with their addresses; deliveries are those of an article's alert, to all of
them who can be reached or to who follows three topics or one of twelve; every twentieth is refused.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis

from bench.ledger import NOW, TOPICS, an_alert
from bench.tables import show
from newsbot.delivery.ledger import COPIES_KEPT, Settle
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Alert, Audience, Outcome
from newsbot.domain.subscriber import SEGMENT_SIZE, Address, Preferences, Subscriber
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.heartbeats import new_name
from newsbot.observability import configure_logging
from newsbot.redis_client import connect
from newsbot.subscribers import packing
from newsbot.subscribers.redis_segments import Segments

SEGMENTS = 16  #: 1,048,576 subscribers: address buckets, made once for 10,000,000, are shared by fewer
BATCH = 2_000
REFUSED = 20  #: every so many
LANGUAGES = ["bn", "bn", "bn", "en"]
ZONES = ["Asia/Dhaka"] * 9 + ["Asia/Dubai"]
AUDIENCES = (("everyone", ()), ("three topics", tuple(TOPICS[:3])), ("one topic", (TOPICS[0],)))


async def measure(folder: Path) -> None:
    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        empty = await memory(redis)
        readers = await subscribers(redis)
        subscribed = await memory(redis)
        ledger = RedisLedger(redis, "telegram", "1")
        # What scripts and buffers take once, whatever is sent, is no delivery's.
        await deliveries(redis, ledger, an_articles_alert(1, ()))
        rows = [
            (name, *await deliveries(redis, ledger, an_articles_alert(number, topics)))
            for number, (name, topics) in enumerate(AUDIENCES, 2)
        ]
        await redis.aclose()
    show(
        f"Memory of Redis, {readers:,} subscribers",
        ["bytes for each", "value", "wanted"],
        [("subscriber with five topics and settings", (subscribed - empty) / readers, "at most 64")],
    )
    show(
        "Bytes for each delivery (wanted: at most 8, then under 1)",
        ["to", "deliveries", "planned", "while it can be corrected", "after 48 hours"],
        rows,
    )


async def deliveries(redis: Redis, ledger: RedisLedger, alert: Alert) -> tuple[int, float, float, float]:
    """How many there were, and what each takes: planned, sent, after 48 hours. Then all of them are forgotten."""
    before = await memory(redis)
    for segment in await ledger.segments():
        await ledger.freeze(alert, segment, now=NOW)
    frozen = await memory(redis)
    sent = await deliver(ledger, alert)
    while_copies = await memory(redis)
    names = [name async for name in redis.scan_iter(match="*}:alert:*", count=10_000)]
    names += [name async for name in redis.scan_iter(match="*}:story:*", count=10_000)]
    for name in names:
        if await redis.ttl(name) <= COPIES_KEPT.total_seconds():
            await redis.unlink(name)
    after = await memory(redis)
    await redis.unlink(*names)
    return sent, (frozen - before) / sent, (while_copies - before) / sent, (after - before) / sent


async def subscribers(redis: Redis) -> int:
    """Five topics each, a language, some in another time zone; half of them wrote within the week."""
    chance = random.Random(7)
    segments = Segments(redis, {"telegram": "1"})
    for segment in range(SEGMENTS):
        start = segment * SEGMENT_SIZE
        numbers = range(start, start + SEGMENT_SIZE)
        await segments.replace("telegram", segment, [a_reader(chance, number) for number in numbers])
        key = f"{{telegram:{segment}}}"
        days = [NOW - timedelta(days=chance.randrange(14)) for _ in numbers]
        async with redis.pipeline(transaction=False) as pipe:
            pipe.set(f"{key}:days", b"".join(packing.day_of(day) for day in days))
            for back in range(7):
                day = NOW - timedelta(days=back)
                wrote = packing.bitmap(at for at, one in enumerate(days) if one == day)
                pipe.set(f"{key}:{packing.active_bitmap(day)}", wrote)
            await pipe.execute()
    return SEGMENTS * SEGMENT_SIZE


def a_reader(chance: random.Random, number: int) -> Subscriber:
    chosen = Preferences(
        language=chance.choice(LANGUAGES),
        timezone=chance.choice(ZONES),
        topics=frozenset(chance.sample(TOPICS, 5)),
        onboarded=True,
        paused=chance.random() < 0.05,
        unreachable=chance.random() < 0.1,
    )
    address = Address("telegram", str(5_000_000_000 + number * 7))
    return Subscriber(address=address, number=number, version=1, preferences=chosen, since=NOW)


def an_articles_alert(number: int, topics: tuple[str, ...]) -> Alert:
    return replace(an_alert(number, Audience(topics=topics)), story=f"article:{number}", article_id=number)


async def deliver(ledger: RedisLedger, alert: Alert) -> int:
    """Everybody's turn comes; how many deliveries there were."""
    worker, done = new_name(), 0
    while (taken := await ledger.take(worker, [alert.id])) is not None:
        while (claim := await ledger.claim(taken.unit, worker, BATCH, alert)).readers:
            results = []
            for reader in claim.readers:
                done += 1
                outcome = Outcome.BLOCKED if done % REFUSED == 0 else Outcome.SENT
                results.append(Settle(reader.position, outcome, str(10_000_000 + done)))
            await ledger.settle(taken.unit, results)
        await ledger.close(taken.unit, worker, Outcome.EXPIRED)
    return done


async def memory(redis: Redis) -> int:
    """Of what is kept: without what the server holds for its clients, scripts and files meanwhile."""
    await asyncio.sleep(1)
    stats = await redis.memory_stats()
    return int(stats["dataset.bytes"]) + int(stats["overhead.total"]) - int(stats["clients.normal"])


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
