"""What a message costs as subscribers, topics and workers grow: our processor, the server's, requests to it.

The worker is the real one, over a real Redis and alerts in SQLite, at 1,000 a second, which all workers of a row share
(they run in this process, each with a ledger and a pace of its own). Readers are simulated: each answers after 30 ms.
Rows take turns, so that a busy machine is busy for all of them; each is compared with the first of its table.

What it takes of memory: each row once more, in a process of its own that has done nothing else.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import Hashable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import uvloop
from redis.asyncio import Redis

from bench.crowd import a_crowd
from bench.delivery import CardComposer
from bench.ledger import TOPICS
from bench.tables import show
from newsbot.bootstrap import utc_now
from newsbot.channels.channel import Operation, Recipient
from newsbot.database import open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.pacing import FREE_RATE
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.delivery.worker import DeliveryWorker
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, Audience, NewAlert
from newsbot.domain.attempt import Attempt, Sent
from newsbot.domain.message import AnyReply
from newsbot.domain.subscriber import SEGMENT_SIZE
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.garbage_collection import settle_down
from newsbot.observability import Metrics, configure_logging
from newsbot.redis_client import connect
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore

RATE = 1_000
ROUNDS = 3
WARM, MESSAGES = 500, 3_000
ANSWERED_AFTER = 0.03  #: seconds
MORE_TOPICS = {12: 0, 50: 38, 200: 188}  #: how many there are → how many besides the usual
MILLION, TEN = 1_000_000, 10_000_000


@dataclass
class Row:
    subscribers: int
    topics: int = 12
    workers: int = 1
    ours: list[float] = field(default_factory=list)  #: µs of this process a message
    servers: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    mb: float = 0.0  #: most that a process with these workers ever took of memory

    @property
    def account(self) -> str:
        return f"{self.subscribers}-{self.topics}"


class Readers:
    """Implements `Pusher`. `warm` and `enough` are set on the way."""

    name = "telegram"

    def __init__(self) -> None:
        self.answers_so_far = 0
        self.warm, self.enough = asyncio.Event(), asyncio.Event()

    def prepare(self, operation: Operation, reply: AnyReply | None) -> Hashable:
        return operation

    async def push(self, prepared: Hashable, to: Recipient) -> Attempt:
        await asyncio.sleep(ANSWERED_AFTER)
        self.answers_so_far += 1
        if self.answers_so_far == WARM:
            self.warm.set()
        elif self.answers_so_far == WARM + MESSAGES:
            self.enough.set()
        return Sent(str(self.answers_so_far))

    async def answers(self) -> bool:
        return True


class House:
    def __init__(
        self, redis: Redis, alerts: SqlAlertStore, subscribers: RedisSubscriberStore, *, first_alert: int = 1
    ) -> None:
        self.redis, self.alerts, self.subscribers = redis, alerts, subscribers
        self.asked = 0
        self._numbers = count(first_alert)

    async def measure(self, row: Row) -> None:
        alert = await self._alert(row)
        readers = Readers()
        workers = [asyncio.create_task(self._worker(row, readers).run()) for _ in range(row.workers)]
        waiting = asyncio.gather(*workers)
        await self._reached(readers.warm, waiting)
        before = await self._spent()
        await self._reached(readers.enough, waiting)
        after = await self._spent()
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await self.alerts.turn(alert.id, AlertState.STOPPED, of=[AlertState.RUNNING], now=utc_now())
        ours, servers, requests, seconds = (then - now for then, now in zip(after, before, strict=True))
        row.ours.append(ours / MESSAGES * 1e6)
        row.servers.append(servers / MESSAGES * 1e6)
        row.requests.append(requests / MESSAGES)
        row.rates.append(MESSAGES / seconds)

    async def _reached(self, event: asyncio.Event, waiting: asyncio.Future[Any]) -> None:
        reached = asyncio.create_task(event.wait())
        await asyncio.wait({reached, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not reached.done():
            waiting.result()

    async def _spent(self) -> tuple[float, float, float, float]:
        info = await self.redis.info("cpu")
        servers = info["used_cpu_user"] + info["used_cpu_sys"]
        return time.process_time(), servers, float(self.asked), time.perf_counter()

    async def _alert(self, row: Row) -> Alert:
        now, number = utc_now(), next(self._numbers)
        new = NewAlert(
            origin=f"broadcast:{number}",
            kind=AlertKind.BROADCAST,
            cls=AlertClass.BREAKING,
            story=f"broadcast:{number}",
            expires_at=now + timedelta(hours=1),
            audience=Audience(topics=tuple(TOPICS[:3])),
        )
        alert = await self.alerts.create(new, now=now)
        ledger = RedisLedger(self.redis, "telegram", row.account)
        for segment in await ledger.segments():
            await ledger.freeze(alert, segment, now=now)
        await self.alerts.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=now)
        return alert

    def _worker(self, row: Row, readers: Readers) -> DeliveryWorker:
        return DeliveryWorker(
            ledger=RedisLedger(self.redis, "telegram", row.account),
            alerts=self.alerts,
            pacing=RedisPacing(self.redis, "telegram:all", RATE, replies=FREE_RATE),
            pusher=readers,
            composer=CardComposer(),
            subscribers=self.subscribers,
            metrics=Metrics(),
            clock=utc_now,
            in_flight=500,
            connections=max(64, 256 // row.workers),
        )


async def measure(folder: Path) -> None:
    tables = {
        "subscribers": [Row(10_000), Row(100_000), Row(MILLION), Row(TEN)],
        "topics": [Row(MILLION, topics=topics) for topics in MORE_TOPICS],
        "workers": [Row(TEN, workers=workers) for workers in (1, 2, 4, 8, 16)],
    }
    rows = [row for table in tables.values() for row in table]
    database = await open_database(None, folder)
    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        subscribers = RedisSubscriberStore(SqlJournal(database, {"telegram": "1"}), redis)
        house = House(redis, SqlAlertStore(database), subscribers)

        def asked() -> None:
            house.asked += 1

        house.redis = await connect(server.url, asked=asked)
        first = 0
        for row in {row.account: row for row in rows}.values():
            await a_crowd(redis, row.subscribers, account=row.account, topics=MORE_TOPICS[row.topics], first=first)
            first += row.subscribers // SEGMENT_SIZE + 1
        settle_down()  # as the program does
        for _ in range(ROUNDS):
            for row in rows:
                await house.measure(row)
        await house.redis.aclose()
        await redis.aclose()
        for number, row in enumerate(rows):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                first_alert = 1 + len(rows) * ROUNDS + number
                row.mb = await asyncio.wrap_future(alone.submit(memory, folder, server.url, row, first_alert))
    await database.close()
    for name, table in tables.items():
        tell(name, table)


def memory(folder: Path, redis_url: str, row: Row, first_alert: int) -> float:
    """Most that this process took while it did the row, MB."""
    configure_logging(level="error")

    async def alone() -> None:
        database = await open_database(None, folder)
        redis = await connect(redis_url)
        subscribers = RedisSubscriberStore(SqlJournal(database, {"telegram": "1"}), redis)
        house = House(redis, SqlAlertStore(database), subscribers, first_alert=first_alert)
        settle_down()
        await house.measure(row)
        await redis.aclose()
        await database.close()

    uvloop.run(alone())
    status = Path("/proc/self/status").read_text()  # getrusage would say what our parent took before us, too
    (most,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(most) / 1024


def tell(name: str, table: list[Row]) -> None:
    median = statistics.median
    cells = []
    for row in table:
        ratio = median((a + b) / (c + d) for a, b, c, d in zip(row.ours, row.servers, *_first(table), strict=True))
        cells.append(
            (
                f"{row.subscribers:,}",
                row.topics,
                row.workers,
                round(median(row.rates)),
                round(median(row.ours)),
                round(median(row.servers)),
                median(row.requests),
                ratio,
                round(row.mb),
            )
        )
    head = ["subscribers", "topics", "workers", "sent/s", "our µs", "server µs", "requests", "× the first", "MB"]
    show(f"A message, as {name} grow, median of {ROUNDS}", head, cells)


def _first(table: list[Row]) -> tuple[list[float], list[float]]:
    return table[0].ours, table[0].servers


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
