"""1,000,000 subscribers on a channel with windows: counting who can be written to now, holding the others at the first
claim of a unit, and claims after that, beside the same claims on a channel without windows.

One in four has an open window, ending at any moment of the next 24 hours. The server is the embedded one.
"""

from __future__ import annotations

import asyncio
import random
import struct
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis

from bench.ledger import READERS, a_reader, an_alert
from bench.tables import show, timed
from newsbot.delivery.ledger import Settle
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Audience, Outcome
from newsbot.domain.subscriber import SEGMENT_SIZE, Slot
from newsbot.domain.window import Opener
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.heartbeats import new_name
from newsbot.observability import configure_logging
from newsbot.redis_client import connect
from newsbot.subscribers import packing
from newsbot.subscribers.redis_segments import Segments, prefix

OPEN = 0.25  #: of the readers
QUARTER = 900  #: seconds: see windows.lua
BATCH = 30
CLAIMS = 200  #: after each unit's first
EVERYONE = Audience()


async def measure(folder: Path) -> None:
    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        await fill(redis)
        ledgers = {windows: RedisLedger(redis, "telegram", "1", windows=windows) for windows in (False, True)}
        rows: list[tuple[object, ...]] = []
        for windows, ledger in ledgers.items():
            kind = "with windows" if windows else "without"
            reach = await timed([lambda one=ledger: one.reach(EVERYONE)] * 20)
            rows.append((f"reach, {kind}", reach.p50, max(reach.times)))
            first, then = await claims(ledger, 2 if windows else 1)
            rows.append((f"first claim of a unit, {kind}", first[len(first) // 2], first[-1]))
            rows.append((f"claim of {BATCH}, {kind}", then[len(then) // 2], then[-1]))
        show(f"{READERS:,} subscribers, milliseconds", ["what", "p50", "longest"], rows)
        totals = await ledgers[True].totals(2)
        assert totals.skipped == 0, totals
        reached = await ledgers[True].reach(EVERYONE)
        offers = await timed([lambda n=n: ledgers[True].offer(Slot("telegram", 0, n)) for n in range(500)])
        memory = await size(redis)
        show(
            "Beside that",
            ["what", "value"],
            [
                ("can be written to now, wait", f"{reached.now:,}, {reached.waiting:,}"),
                ("held by the first claims", f"{totals.held:,}"),
                ("looking up what a reader missed, p50 ms", offers.p50),
                ("windows, bytes a subscriber", memory / READERS),
            ],
        )
        await redis.aclose()


async def claims(ledger: RedisLedger, number: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each unit's first claim, and of those after it, from the shortest."""
    alert, worker = an_alert(number, EVERYONE), new_name()
    for segment in await ledger.segments():
        await ledger.freeze(alert, segment, now=datetime.now(UTC))
    first: list[float] = []
    then: list[float] = []
    while (taken := await ledger.take(worker, [alert.id])) is not None:
        for times in [first] + [then] * (CLAIMS // 16):
            start = time.perf_counter()
            claim = await ledger.claim(taken.unit, worker, BATCH, alert)
            times.append((time.perf_counter() - start) * 1000)
            await ledger.settle(taken.unit, [Settle(reader.position, Outcome.SENT) for reader in claim.readers])
    return sorted(first), sorted(then)


async def fill(redis: Redis) -> None:
    chance, now = random.Random(7), int(datetime.now(UTC).timestamp())
    segments = Segments(redis, {"telegram": "1"})
    for start in range(0, READERS, SEGMENT_SIZE):
        numbers = range(start, min(start + SEGMENT_SIZE, READERS))
        await segments.replace("telegram", start // SEGMENT_SIZE, [a_reader(chance, number) for number in numbers])
        ends = [now + chance.randrange(86_400) if chance.random() < OPEN else 0 for _ in numbers]
        key = prefix(Slot("telegram", start // SEGMENT_SIZE, 0))
        async with redis.pipeline(transaction=False) as pipe:
            pipe.set(f"{key}:windows", b"".join(struct.pack(">IB", end, bool(end) * Opener.MESSAGE) for end in ends))
            for quarter in {end // QUARTER for end in ends if end}:
                bits = packing.bitmap(at for at, end in enumerate(ends) if end and end // QUARTER == quarter)
                pipe.set(f"{key}:ending:{quarter}", bits, ex=timedelta(days=2))
                pipe.zadd(f"{key}:endings", {str(quarter): quarter})
            await pipe.execute()


async def size(redis: Redis) -> int:
    kept = 0
    for kind in ("windows", "ending:*", "endings"):
        for name in await redis.keys(f"*:{kind}"):
            kept += int(await redis.memory_usage(name) or 0)
    return kept


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
