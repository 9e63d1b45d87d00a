"""The inbox: events kept, and kept and handled, per second, beside a bare XADD on the same server (every write on the
disk).
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.tables import show
from newsbot.channels.message_json import dump
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.domain.message import IncomingMessage, Kind
from newsbot.domain.subscriber import Address
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.observability import configure_logging
from newsbot.redis_client import connect

EVENTS = 2_000
TASKS = 32
ROUNDS = 3


def events(start: int) -> list[IncomingMessage]:
    return [
        IncomingMessage(
            event_id=str(700_000_000 + start + n),
            address=Address("telegram", str(1_000_000 + n % 500)),
            kind=Kind.TEXT,
            text="খেলার সর্বশেষ খবর",
            sender_name="রহিমা খাতুন",
        )
        for n in range(EVENTS)
    ]


async def rate(
    doing: Callable[[list[IncomingMessage]], Awaitable[None]], batches: list[list[IncomingMessage]]
) -> float:
    """Events per second, the median of the batches."""
    rates = []
    for batch in batches:
        begin = time.perf_counter()
        await doing(batch)
        rates.append(len(batch) / (time.perf_counter() - begin))
    return statistics.median(rates)


async def side_by_side(batch: list[IncomingMessage], one: Callable[[IncomingMessage], Awaitable[object]]) -> None:
    left = iter(batch)

    async def task() -> None:
        for incoming in left:
            await one(incoming)

    await asyncio.gather(*(task() for _ in range(TASKS)))


async def measure(folder: Path) -> None:
    batches = iter(range(0, 10**9, EVENTS))

    def some() -> list[list[IncomingMessage]]:
        return [events(next(batches)) for _ in range(ROUNDS)]

    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        inbox = RedisInbox(redis, "telegram:1")
        handled = 0

        async def handle(incoming: IncomingMessage) -> None:
            nonlocal handled
            handled += 1

        async def bare(batch: list[IncomingMessage]) -> None:
            await side_by_side(batch, lambda one: redis.xadd("bare", {"event": dump(one)}))

        async def put(batch: list[IncomingMessage]) -> None:
            await side_by_side(batch, inbox.put)

        async def put_many(batch: list[IncomingMessage]) -> None:
            for start in range(0, len(batch), 100):
                await inbox.put_many(batch[start : start + 100])

        async def through(batch: list[IncomingMessage]) -> None:
            goal = handled + len(batch)
            await side_by_side(batch, inbox.put)
            while handled < goal:
                await asyncio.sleep(0.002)

        await rate(bare, some())  # opens the connections
        alone = await rate(bare, some())
        rows = [(f"bare XADD, {TASKS} at once", alone, 1.0)]
        for name, doing in ((f"put, {TASKS} at once", put), ("put_many, 100 at once", put_many)):
            found = await rate(doing, some())
            rows.append((name, found, found / alone))
        work = asyncio.create_task(inbox.work(handle))
        while await inbox.waiting():
            await asyncio.sleep(0.01)
        found = await rate(through, some())
        rows.append((f"put, {TASKS} at once, and handled", found, found / alone))
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await redis.aclose()
    show("Inbox, events per second", ["what", "events/s", "of bare"], rows)


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
