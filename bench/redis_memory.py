"""Memory of the Redis server: for each subscriber with five topics and settings; for each delivery, while corrections
are possible and after. What a story reserves counts with its delivery.

Subscribers come as a rebuild brings them, with their addresses; deliveries are those of an alert to all of them who can
be reached, every twentieth refused, as the ledger keeps them.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis

from bench.ledger import NOW, TOPICS, an_alert
from bench.tables import show
from newsbot.delivery.ledger import Settle
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Audience, Outcome
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
OF_COPIES = ("copies", "messages", "other_messages")  #: what ends after 48 hours


async def measure(folder: Path) -> None:
    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        empty = await memory(redis)
        readers = await subscribers(redis)
        subscribed = await memory(redis)
        ledger = RedisLedger(redis, "telegram", "1")
        # What scripts and buffers take once, whatever is sent, is no delivery's.
        await freeze(ledger, 1)
        await deliver(ledger, 1)
        await redis.unlink(*[name async for name in redis.scan_iter(match="*:alert:*")])
        await redis.unlink(*[name async for name in redis.scan_iter(match="*:story:*")])
        full = await memory(redis)
        await freeze(ledger, 2)
        frozen = await memory(redis)
        sent = await deliver(ledger, 2)
        while_copies = await memory(redis)
        names = [name.decode() async for name in redis.scan_iter(match="*:alert:*", count=10_000)]
        await redis.unlink(*(name for name in names if name.rpartition(":")[2] in OF_COPIES))
        after = await memory(redis)
        await redis.aclose()
    per_delivery = (while_copies - full) / sent
    show(
        f"Memory of Redis, {readers:,} subscribers, {sent:,} deliveries",
        ["bytes for each", "value", "wanted"],
        [
            ("subscriber with five topics and settings", (subscribed - empty) / readers, "at most 64"),
            ("delivery, planned", (frozen - full) / sent, ""),
            ("delivery, while it can be corrected", per_delivery, "at most 8"),
            ("delivery, after 48 hours", (after - full) / sent, "under 1"),
        ],
    )


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


async def freeze(ledger: RedisLedger, number: int) -> None:
    for segment in await ledger.segments():
        await ledger.freeze(an_alert(number, Audience()), segment, now=NOW)


async def deliver(ledger: RedisLedger, number: int) -> int:
    """Everybody's turn comes; how many deliveries there were."""
    worker, done = new_name(), 0
    alert = an_alert(number, Audience())
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
