"""A newsroom whose work many processes share, on a real PostgreSQL and a real Redis, with the sandbox's Telegram and a
site with a feed: what a test needs to freeze and kill them, and to see what readers got.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from newsbot.bootstrap import utc_now
from newsbot.database import open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Alert, Outcome, Totals
from newsbot.domain.subscriber import Address, Slot
from newsbot.redis_client import connect
from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.integration.local_sites import Site, a_site
from tests.integration.test_servers_misbehave import a_postgres, a_redis
from tests.newsroom_folder import NEWSROOM, TOKEN
from tests.postgres_server import PostgresServer
from tests.programs import WITHIN, Program, free_port, program, ready, run_to_end
from tests.redis_server import RedisServer
from tests.telegram_sandbox import running_app, until

FIRST = 7_100_000_001
FEED = "/rss.xml"
SOURCE = """
[[sources]]
id = "feed"
url = "{feed}"
topics = ["sports"]
every = "10 s"
pages = false
allow_private = true
"""
ITEM = """<item><title>{title}</title><link>{site}/{number}</link><pubDate>{at}</pubDate>
<description>দিনের খেলার খবর নিয়ে প্রতিবেদন নম্বর {number}। মাঠে আজ অনেক দর্শক ছিলেন।</description></item>"""


@dataclass
class Member:
    """One of the processes."""

    role: str
    port: int
    running: Program

    @property
    def pid(self) -> int:
        return self.running.process.pid

    def freeze(self) -> None:
        self.running.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.running.process.send_signal(signal.SIGCONT)

    @property
    def said(self) -> str:
        return self.running.out + self.running.err

    async def killed(self) -> None:
        self.running.process.kill()
        await self.running.ended()


@dataclass
class Ended:
    """An alert that is over: its figures, and what is noted for each reader."""

    alert: Alert
    totals: Totals
    outcomes: dict[int, Outcome | None]


class SharedNewsroom:
    """Readers who follow sports: `count` from FIRST on."""

    def __init__(
        self,
        folder: Path,
        state: SandboxState,
        telegram: str,
        site: Site,
        postgres: PostgresServer,
        redis: RedisServer,
        count: int,
    ) -> None:
        self.folder, self.state, self.site, self.postgres, self.redis = folder, state, site, postgres, redis
        self.readers, self.count = ReaderSide(state), count
        self.readers.add_virtual_users(FIRST, count)
        (folder / "newsroom.toml").write_text(NEWSROOM + SOURCE.format(feed=site.url + FEED), "utf-8")
        self.settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": telegram,
            "NEWSBOT_DATABASE_URL": postgres.url("newsbot"),
            "NEWSBOT_REDIS_URL": redis.url,
        }
        self.members: list[Member] = []
        self.reading = self.most_reading = 0  #: requests for the feed that are being answered; at most at once
        self.read = 0  #: requests for the feed that have been answered
        self._items: list[str] = []
        site.put_handler(FEED, self._feed)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> SharedNewsroom:
        lines: list[dict[str, Any]] = [{"format": "newsbot-subscribers", "version": 1}]
        for reader in range(FIRST, FIRST + self.count):
            preferences = {"language": "bn", "timezone": "Asia/Dhaka", "topics": ["sports"]}
            since = "2026-01-18T10:00:00+00:00"
            lines.append({"address": f"telegram:{reader}", "since": since, "preferences": preferences})
        (self.folder / "readers.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
        await self.command("subscribers", "import", "readers.jsonl")
        return self

    async def __aexit__(self, *_: object) -> None:
        for member in self.members:
            if member.running.process.returncode is None:
                member.wake()
        await self._stack.aclose()

    async def command(self, *arguments: str) -> str:
        status, out, err = await run_to_end(*arguments, folder=self.folder, settings=self.settings)
        assert status == 0, err
        return out

    async def start(self, *roles: str) -> list[Member]:
        """One more process of each of these; they are ready."""
        return list(await asyncio.gather(*map(self._start, roles)))

    async def _start(self, role: str) -> Member:
        port = free_port()
        settings = self.settings | {"NEWSBOT_WEB__PORT": str(port)}
        running = await self._stack.enter_async_context(
            program("run", "--role", role, folder=self.folder, settings=settings)
        )
        member = Member(role, port, running)
        self.members.append(member)
        await ready(port, running, within=3 * WITHIN)  # many begin at once
        return member

    def alive(self, role: str) -> list[Member]:
        return [one for one in self.members if one.role == role and one.running.process.returncode is None]

    async def leader(self, role: str) -> Member:
        """Who does what one process of this role does, as soon as somebody does."""
        redis = await connect(self.redis.url)
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    holder = await redis.hget(f"{{leader:{role}}}", "holder")
                    for member in self.alive(role):
                        if holder is not None and holder.decode().split(":")[1] == str(member.pid):
                            return member
                    await asyncio.sleep(0.05)
        finally:
            await redis.aclose()

    async def stop(self) -> None:
        """All end as they should."""
        living = [one for one in self.members if one.running.process.returncode is None]
        for member, status in zip(living, await asyncio.gather(*(one.running.stop() for one in living)), strict=True):
            assert status == 0, member.said
            assert "Traceback" not in member.said, member.said

    def publish(self, number: int) -> None:
        """An article in the feed, which alerts all readers."""
        at = format_datetime(utc_now())
        self._items.insert(0, ITEM.format(title=headline(number), site=self.site.url, number=number, at=at))

    async def _feed(self, _: web.Request) -> web.Response:
        self.reading += 1
        self.most_reading = max(self.most_reading, self.reading)
        await asyncio.sleep(0.3)  # long enough for another to come
        self.reading -= 1
        self.read += 1
        items = "".join(self._items)
        body = f'<rss version="2.0"><channel><title>নমুনা</title>{items}</channel></rss>'
        return web.Response(text=body, content_type="application/rss+xml")

    def copies(self, words: str) -> Counter[int]:
        """How often each reader got a message with these words, as Telegram has written it down."""
        return Counter(entry.chat_id for entry in self.state.ledger if words in entry.text)

    async def sent(self, words: str, at_least: int) -> None:
        await until(lambda: self.copies(words).total() >= at_least, seconds=2 * WITHIN)

    async def ended(self) -> list[Ended]:
        """What the ledger has of each alert, the oldest first, once all have ended."""
        database, redis = await open_database(self.postgres.url("newsbot"), self.folder), await connect(self.redis.url)
        try:
            alerts = SqlAlertStore(database)
            async with asyncio.timeout(2 * WITHIN):
                while not all(one.state.final for one in await alerts.recent()):
                    await asyncio.sleep(0.1)
            account = TOKEN.partition(":")[0]
            subscribers = RedisSubscriberStore(SqlJournal(database, {"telegram": account}), redis)
            slots = {}
            for reader in range(FIRST, FIRST + self.count):
                subscriber = await subscribers.get(Address("telegram", str(reader)))
                assert subscriber is not None
                slots[reader] = Slot.of("telegram", subscriber.number)
            ledger = RedisLedger(redis, "telegram", account)
            return [
                Ended(
                    alert,
                    await ledger.totals(alert.id),
                    {reader: (await ledger.fate(alert.id, slot)).outcome for reader, slot in slots.items()},
                )
                for alert in (await alerts.recent())[::-1]
            ]
        finally:
            await redis.aclose()
            await database.close()


def headline(number: int) -> str:
    return f"খেলার খবর: {('প্রথম', 'দ্বিতীয়', 'তৃতীয়')[number - 1]} প্রতিবেদন"


@asynccontextmanager
async def a_shared_newsroom(folder: Path, *, readers: int) -> AsyncIterator[SharedNewsroom]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    try:
        async with (
            a_postgres() as postgres,
            a_redis() as redis,
            a_site() as site,
            running_app(create_telegram_app(state)) as telegram,
            SharedNewsroom(folder, state, telegram, site, postgres, redis, readers) as newsroom,
        ):
            yield newsroom
    finally:
        state.close()
