"""The sandbox's Bot API over real HTTP, and our side of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from newsbot.channels.http_exchange import open_session
from newsbot.channels.inbox import Handle
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.receiver import BotIdentity
from newsbot.domain.message import IncomingMessage
from newsbot.errors import StoreUnavailable
from newsbot.sandbox.telegram.faults import Fault
from newsbot.sandbox.telegram.limits import FloodLimits
from newsbot.sandbox.telegram.reader_side import ReaderSide
from newsbot.sandbox.telegram.server import ServerOptions, create_telegram_app
from newsbot.sandbox.telegram.state import SandboxState
from newsbot.sandbox.telegram.webhook_sender import RetryPolicy

TOKEN = "10000:token-of-these-tests"


@dataclass
class TelegramSandbox:
    state: SandboxState
    readers: ReaderSide
    api: TelegramApi
    bot: BotIdentity
    url: str

    def misbehave(self, action: str, methods: str, **rule: Any) -> Fault:
        return self.state.faults.add(Fault(action, methods, **rule))

    def texts(self, chat_id: int, viewer_id: int | None = None) -> list[str]:
        """What the bot has written there, as it stands now, oldest first."""
        bubbles = self.readers.view(chat_id, viewer_id or chat_id)
        return [
            bubble.get("text") or bubble.get("caption", "")
            for bubble in bubbles
            if bubble.get("from", {}).get("id") == self.bot.id
        ]


@asynccontextmanager
async def running_app(app: web.Application, *, shutdown_timeout: float = 0.1) -> AsyncIterator[str]:
    """Serves on a free port of this machine; its address."""
    runner = web.AppRunner(app, shutdown_timeout=shutdown_timeout, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def telegram_sandbox(*, read_limit: float = 5.0) -> AsyncIterator[TelegramSandbox]:
    """Without flood limits: tests that want a 429 order one."""
    limits = FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0)
    state = SandboxState.open(token=TOKEN, limits=limits)
    options = ServerOptions(webhook_retry=RetryPolicy(base=0.05, cap=(0.2, 0.2), timeout=5))
    async with running_app(create_telegram_app(state, options)) as url, open_session() as session:
        api = TelegramApi(session, TOKEN, api_url=url, read_limit=read_limit)
        bot = await api.check_token()
        yield TelegramSandbox(state, ReaderSide(state), api, bot, url)
    state.close()


class RecordingInbox:
    """The receiving half of an inbox: keeps in memory, once per event id. `away`: as if its store were down."""

    def __init__(self) -> None:
        self.kept: list[IncomingMessage] = []
        self.away = False
        self.refused = 0

    async def put(self, incoming: IncomingMessage) -> bool:
        return await self.put_many([incoming]) == 1

    async def put_many(self, incoming: list[IncomingMessage]) -> int:
        if self.away:
            self.refused += 1
            raise StoreUnavailable
        before = len(self.kept)
        known = {one.event_id for one in self.kept}
        for one in incoming:
            if one.event_id not in known:
                known.add(one.event_id)
                self.kept.append(one)
        return len(self.kept) - before

    async def work(self, handle: Handle) -> None:
        raise NotImplementedError("nobody handles what is only recorded")

    async def waiting(self) -> int:
        return len(self.kept)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.kept]


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
