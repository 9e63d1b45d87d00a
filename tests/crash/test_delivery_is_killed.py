"""SIGKILL for whoever delivers, for its Redis, for its database, in mid-broadcast: nobody is skipped.

Nobody gets it twice either, but those whose answer was on its way and whose alert says that twice is better than not.
The platform is the sandbox, in this process; who delivers is another one.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.bootstrap import utc_now
from newsbot.database import open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.claiming import AFTER_CLAIM, BEFORE_CLAIM
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.sending import ANSWER_READ, REQUEST_SENT
from newsbot.delivery.worker import BEFORE_SETTLE
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, AlertText, Audience, NewAlert, Totals
from newsbot.domain.message import Span
from newsbot.domain.subscriber import Address
from newsbot.redis_client import client, connect
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.crash.delivery_process import Settings
from tests.postgres_server import PostgresServer
from tests.programs import clean_environment
from tests.redis_server import RedisServer
from tests.telegram_sandbox import TOKEN, TelegramSandbox, telegram_sandbox

ROOT = Path(__file__).parents[2]
READERS = range(8_000_000_001, 8_000_000_121)
IN_FLIGHT = 20
POINTS = [BEFORE_CLAIM, AFTER_CLAIM, REQUEST_SENT, ANSWER_READ, BEFORE_SETTLE]


@dataclass
class Newsroom:
    """Readers, an alert that runs, and what the platform has seen of it."""

    sandbox: TelegramSandbox
    settings: Settings
    server: RedisServer
    alerts: SqlAlertStore
    redis: Redis
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    @property
    def ledger(self) -> RedisLedger:
        return RedisLedger(self.redis, "telegram", TOKEN.partition(":")[0])

    async def broadcast(self, cls: AlertClass) -> Alert:
        now = utc_now()
        new = NewAlert(
            origin="broadcast:1",
            kind=AlertKind.BROADCAST,
            cls=cls,
            story="broadcast:1",
            expires_at=now + timedelta(hours=3),
            audience=Audience(),
            text=AlertText(spans=(Span("হাওরে পানি বাড়ছে"),)),
        )
        alert = await self.alerts.create(new, now=now)
        for segment in await self.ledger.segments():
            assert await self.ledger.freeze(alert, segment, now=now) == len(READERS)
        await self.alerts.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=now)
        return alert

    async def process(self, settings: Settings | None = None) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crash.delivery_process", (settings or self.settings).json()),
            cwd=ROOT,
            env=clean_environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        self.processes.append(process)
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"working\n"
        return process

    async def finished(self, alert: Alert) -> Totals:
        async with asyncio.timeout(90):
            while await self.ledger.open_units(alert.id):
                await asyncio.sleep(0.05)
        totals = await self.ledger.totals(alert.id)
        assert (totals.skipped, totals.in_flight, totals.waiting, totals.untouched) == (0, 0, 0, 0)
        assert totals.audience == len(READERS)
        assert totals.refused == 0
        return totals

    async def sent(self, at_least: int) -> None:
        async with asyncio.timeout(60):
            while len(self.sandbox.state.ledger) < at_least:
                await asyncio.sleep(0.005)

    @property
    def messages(self) -> Counter[int]:
        """How many of them each reader has got."""
        return Counter(row.chat_id for row in self.sandbox.state.ledger)


@asynccontextmanager
async def a_newsroom(folder: Path, database_url: str | None = None) -> AsyncIterator[Newsroom]:
    server = RedisServer(folder)
    await server.start()
    database = await open_database(database_url, folder)
    redis = await connect(server.url)
    async with telegram_sandbox() as sandbox:
        subscribers = RedisSubscriberStore(SqlJournal(database, {"telegram": TOKEN.partition(":")[0]}), redis)
        for reader in READERS:
            sandbox.readers.add_user("পাঠক", user_id=reader, started=True)
            await subscribers.change(Address("telegram", str(reader)), "started", lambda known: known, now=utc_now())
        settings = Settings(str(folder), server.url, sandbox.url, TOKEN, database_url, in_flight=IN_FLIGHT)
        newsroom = Newsroom(sandbox, settings, server, SqlAlertStore(database), redis)
        # The sandbox answers like a server across the world, so that requests are on their way.
        sandbox.misbehave("slow_after", "sendMessage", seconds=0.08)
        try:
            yield newsroom
        finally:
            for process in newsroom.processes:
                if process.returncode is None:
                    process.kill()
                await process.wait()
            await redis.aclose()
            await database.close()
            server.kill()


@pytest.mark.parametrize("cls", [AlertClass.TOPIC, AlertClass.BREAKING])
@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_point_nobody_is_skipped(tmp_path: Path, point: str, cls: AlertClass) -> None:
    nth = {REQUEST_SENT: 30, ANSWER_READ: 30}.get(point, 4)
    async with a_newsroom(tmp_path) as newsroom:
        alert = await newsroom.broadcast(cls)
        victim = await newsroom.process(newsroom.settings.dying(point, nth))
        async with asyncio.timeout(60):
            assert await victim.wait() == -signal.SIGKILL
        assert 0 < len(newsroom.messages) < len(READERS)
        await newsroom.process()
        totals = await newsroom.finished(alert)
        messages = newsroom.messages
    assert totals.sent + totals.unknown == len(READERS)
    if cls is AlertClass.BREAKING:
        assert totals.unknown == 0
        assert set(messages) == set(READERS)
        assert messages.total() - len(READERS) <= IN_FLIGHT
    else:
        assert totals.unknown <= IN_FLIGHT
        assert set(messages.values()) == {1}
        assert totals.sent <= len(messages)


async def test_killed_again_and_again_it_comes_to_its_end(tmp_path: Path) -> None:
    async with a_newsroom(tmp_path) as newsroom:
        alert = await newsroom.broadcast(AlertClass.TOPIC)
        for point in (AFTER_CLAIM, REQUEST_SENT, BEFORE_SETTLE):
            victim = await newsroom.process(newsroom.settings.dying(point, 2))
            async with asyncio.timeout(60):
                assert await victim.wait() == -signal.SIGKILL
        await newsroom.process()
        totals = await newsroom.finished(alert)
    assert totals.unknown <= 3 * IN_FLIGHT
    assert set(newsroom.messages.values()) == {1}


async def test_a_stop_under_load_leaves_nobody_unknown(tmp_path: Path) -> None:
    async with a_newsroom(tmp_path) as newsroom:
        alert = await newsroom.broadcast(AlertClass.TOPIC)
        first = await newsroom.process()
        await newsroom.sent(at_least=20)
        first.terminate()
        async with asyncio.timeout(30):
            assert await first.wait() == 0
        stopped = await newsroom.ledger.totals(alert.id)
        assert (stopped.in_flight, stopped.unknown) == (0, 0)
        assert 20 <= stopped.sent < len(READERS)
        await newsroom.process()
        totals = await newsroom.finished(alert)
    assert totals.sent == len(READERS)
    assert newsroom.messages == Counter(READERS)


async def test_a_worker_that_wakes_when_another_has_its_unit_doubles_nobody_but_those_it_had_begun(
    tmp_path: Path,
) -> None:
    async with a_newsroom(tmp_path) as newsroom:
        newsroom.settings = replace(newsroom.settings, rate=60)
        alert = await newsroom.broadcast(AlertClass.BREAKING)
        zombie = await newsroom.process()
        await newsroom.sent(at_least=20)
        zombie.send_signal(signal.SIGSTOP)
        other = await newsroom.process()
        before = len(newsroom.messages)
        await newsroom.sent(
            at_least=before + 2 * IN_FLIGHT
        )  # after fifteen seconds' silence it has taken the unit over
        assert (await newsroom.ledger.totals(alert.id)).untouched
        zombie.send_signal(signal.SIGCONT)
        totals = await newsroom.finished(alert)
        for process in (zombie, other):
            process.terminate()
            async with asyncio.timeout(30):
                assert await process.wait() == 0
        messages = newsroom.messages
    assert (totals.sent, totals.unknown) == (len(READERS), 0)
    assert set(messages) == set(READERS)
    assert messages.total() - len(READERS) <= IN_FLIGHT


async def test_redis_dies_and_comes_back_and_nobody_notices(tmp_path: Path) -> None:
    async with a_newsroom(tmp_path) as newsroom:
        newsroom.settings = replace(newsroom.settings, rate=60)
        alert = await newsroom.broadcast(AlertClass.TOPIC)
        await newsroom.process()
        await newsroom.sent(at_least=20)
        newsroom.server.kill()
        await asyncio.sleep(1)  # for as long as it is away
        before = len(newsroom.sandbox.state.ledger)
        await asyncio.sleep(1)
        assert len(newsroom.sandbox.state.ledger) == before
        await newsroom.server.start()
        await newsroom.redis.aclose()
        newsroom.redis = client(newsroom.server.url)
        totals = await newsroom.finished(alert)
        await newsroom.redis.aclose()
    assert totals.sent == len(READERS)
    assert newsroom.messages == Counter(READERS)


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


async def test_the_database_dies_and_comes_back_and_nobody_notices(tmp_path: Path, postgres: PostgresServer) -> None:
    async with a_newsroom(tmp_path, postgres.url("postgres")) as newsroom:
        newsroom.settings = replace(newsroom.settings, rate=20)
        alert = await newsroom.broadcast(AlertClass.TOPIC)
        await newsroom.process()
        await newsroom.sent(at_least=10)
        postgres.kill()
        await asyncio.sleep(5)  # for as long as it is away
        before = len(newsroom.sandbox.state.ledger)
        assert before < len(READERS)
        await asyncio.sleep(1)
        assert len(newsroom.sandbox.state.ledger) == before  # nobody could stop it
        await asyncio.to_thread(postgres.start)
        totals = await newsroom.finished(alert)
    assert totals.sent == len(READERS)
    assert newsroom.messages == Counter(READERS)
