"""The ledger for 1,000,000 subscribers: freezing an audience, claiming and settling its readers, the figures, the end.

The server is the embedded one, which writes through to the disk before each answer.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis

from bench.tables import show, timed
from newsbot.delivery.ledger import Settle
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, Audience, Outcome
from newsbot.domain.subscriber import SEGMENT_SIZE, Address, Preferences, Subscriber
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.heartbeats import new_name
from newsbot.observability import configure_logging
from newsbot.redis_client import connect
from newsbot.subscribers.redis_segments import Segments

READERS = 1_000_000
TOPICS = [f"topic-{number}" for number in range(12)]
NOW = datetime.now(UTC)
BATCHES = (1, 30, 500)
CALLS = {1: 2_000, 30: 3_300, 500: 200}  #: claims of each size


@dataclass(frozen=True)
class Cost:
    """What was spent so far."""

    ours: float  #: seconds of this process
    servers: float  #: seconds of the server's
    written: int  #: bytes appended to its file

    @classmethod
    async def of(cls, redis: Redis) -> Cost:
        info = await redis.info("everything")
        servers = info["used_cpu_user"] + info["used_cpu_sys"]
        return cls(time.process_time(), servers, info["aof_current_size"])


async def measure(folder: Path) -> None:
    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        await redis.config_set("auto-aof-rewrite-percentage", 0)  # or the file shrinks while it is measured
        await fill(redis)
        ledger = RedisLedger(redis, "telegram", "1")
        segments = await ledger.segments()
        everyone, some = Audience(), Audience(topics=tuple(TOPICS[:3]), languages=("bn",))

        rows: list[tuple[object, ...]] = []
        for name, audience in (("everyone", everyone), ("three topics, one language", some)):
            reach = await timed([lambda a=audience: ledger.reach(a)] * 20)
            rows.append((f"reach, {name}", reach.p50, reach.p99))
        for number, (name, audience) in enumerate((("everyone", everyone), ("three topics, one language", some)), 1):
            alert = an_alert(number, audience)
            freezing = await timed([lambda s=s, a=alert: ledger.freeze(a, s, now=NOW) for s in segments])
            rows.append((f"freeze, {name}: a segment", freezing.p50, freezing.p99))
            rows.append((f"freeze, {name}: all {len(segments)} segments", sum(freezing.times), ""))
        totals = await timed([lambda: ledger.totals(1)] * 50)
        rows.append(("totals", totals.p50, totals.p99))
        show(f"The ledger, {READERS:,} subscribers, milliseconds", ["what", "p50", "p99"], rows)

        working = [await work(redis, ledger, an_alert(1, everyone), batch) for batch in BATCHES]
        show(
            "Claim and settle, for each reader",
            ["batch", "readers/s", "our CPU µs", "server CPU µs", "bytes to disk", "claim p99 ms", "settle p99 ms"],
            working,
        )

        begin = time.perf_counter()
        await ledger.release(1)
        released = (time.perf_counter() - begin) * 1000
        totals_then = await ledger.totals(1)
        assert totals_then.skipped == 0, totals_then
        memory = (await redis.info("memory"))["used_memory"]
        show(
            "The end",
            ["what", "value"],
            [
                ("stop an alert: close its units, milliseconds", released),
                ("of them untouched", totals_then.outcomes[Outcome.STOPPED]),
                ("server memory, MB", memory / 1e6),
            ],
        )
        await redis.aclose()


async def work(redis: Redis, ledger: RedisLedger, alert: Alert, batch: int) -> tuple[object, ...]:
    """Claim and settle for a while, one after the other, as one worker does."""
    worker, before, begin = new_name(), await Cost.of(redis), time.perf_counter()
    claims, settles, done = [], [], 0
    taken = await ledger.take(worker, [alert.id])
    for _ in range(CALLS[batch]):
        assert taken is not None
        start = time.perf_counter()
        claim = await ledger.claim(taken.unit, worker, batch, alert)
        between = time.perf_counter()
        results = [Settle(reader.position, Outcome.SENT, str(10_000_000 + done)) for reader in claim.readers]
        await ledger.settle(taken.unit, results)
        claims.append(between - start)
        settles.append(time.perf_counter() - between)
        done += len(results)
        if len(results) < batch:
            await ledger.close(taken.unit, worker, Outcome.EXPIRED)
            taken = await ledger.take(worker, [alert.id])
    took, after = time.perf_counter() - begin, await Cost.of(redis)
    if taken is not None:
        await ledger.give_back(taken.unit, worker)
    return (
        batch,
        round(done / took),
        (after.ours - before.ours) / done * 1e6,
        (after.servers - before.servers) / done * 1e6,
        round((after.written - before.written) / done),
        sorted(claims)[len(claims) * 99 // 100] * 1000,
        sorted(settles)[len(settles) * 99 // 100] * 1000,
    )


async def fill(redis: Redis) -> None:
    chance = random.Random(7)
    segments = Segments(redis, {"telegram": "1"})
    for start in range(0, READERS, SEGMENT_SIZE):
        numbers = range(start, min(start + SEGMENT_SIZE, READERS))
        await segments.replace("telegram", start // SEGMENT_SIZE, [a_reader(chance, number) for number in numbers])
        for number in numbers[:: SEGMENT_SIZE // 200]:
            one = a_reader(chance, number)
            await segments.touch(one.address, one.slot, NOW - timedelta(days=chance.randrange(9)))


def a_reader(chance: random.Random, number: int) -> Subscriber:
    chosen = Preferences(
        language=chance.choice(["bn", "bn", "bn", "en"]),
        topics=frozenset(chance.sample(TOPICS, 3)),
        onboarded=True,
        paused=chance.random() < 0.05,
        unreachable=chance.random() < 0.1,
    )
    address = Address("telegram", str(5_000_000_000 + number * 7))
    return Subscriber(address=address, number=number, version=1, preferences=chosen, since=NOW)


def an_alert(number: int, audience: Audience) -> Alert:
    return Alert(
        id=number,
        origin=f"broadcast:{number}",
        kind=AlertKind.BROADCAST,
        cls=AlertClass.BREAKING,
        story=f"broadcast:{number}",
        state=AlertState.RUNNING,
        audience=audience,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=3),
    )


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
