"""Processes with roles of their own are told to stop while each has its hands full and nobody answers it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiohttp import web

from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from newsbot.sandbox.telegram.faults import Fault
from tests.programs import WITHIN, Program, free_port, program, ready, run_to_end
from tests.redis_server import RedisServer
from tests.telegram_sandbox import running_app, until

TOKEN = "10000001:token-of-these-tests_0123456789"
PUSH_TOKEN = "a-token-for-the-push"
FIRST, READERS = 7_100_000_001, 60
IN_FLIGHT = 10
WRITER = 7_000_000_001
GRACE = 10.0  #: seconds; what Docker gives before it kills
ROLES = ("bot", "ingest", "deliver", "web")
NEWSROOM = """
[newsroom]
name = {{ bn = "দৈনিক নমুনা" }}
site = "https://www.example.com"

[[topics]]
id = "sports"
name = {{ bn = "খেলা" }}

[[sources]]
id = "silent"
url = "{url}/feed.xml"
allow_private = true
"""


class SilentSite:
    """Takes requests and says nothing."""

    def __init__(self) -> None:
        self.asked = 0
        self.app = web.Application()
        self.app.router.add_get("/{path:.*}", self._say_nothing)

    async def _say_nothing(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        await asyncio.sleep(300)
        return web.Response()


@pytest.fixture
async def redis_server() -> AsyncIterator[RedisServer]:
    with TemporaryDirectory(prefix="newsbot-redis-") as folder:
        server = RedisServer(Path(folder))
        await server.start()
        try:
            yield server
        finally:
            server.kill()


def copies(state: SandboxState) -> Counter[int]:
    """How often each reader got it."""
    return Counter(entry.chat_id for entry in state.ledger if "সেতু" in entry.text)


async def test_every_role_stops_in_time_and_what_was_not_answered_is_unknown(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    readers, site = ReaderSide(state), SilentSite()
    readers.add_virtual_users(FIRST, READERS)
    readers.add_user("পাঠক", user_id=WRITER)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(running_app(create_telegram_app(state)))
        (tmp_path / "newsroom.toml").write_text(
            NEWSROOM.format(url=await stack.enter_async_context(running_app(site.app))), "utf-8"
        )
        settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": url,
            "NEWSBOT_REDIS_URL": redis_server.url,
            "NEWSBOT_INGEST__TOKEN": PUSH_TOKEN,
            "NEWSBOT_DELIVERY__IN_FLIGHT": str(IN_FLIGHT),
        }

        async def command(*arguments: str) -> str:
            status, out, err = await run_to_end(*arguments, folder=tmp_path, settings=settings)
            assert status == 0, err
            return out

        async def start(role: str) -> tuple[Program, int]:
            port = free_port()
            own = settings | {"NEWSBOT_WEB__PORT": str(port)}
            running = await stack.enter_async_context(program("run", "--role", role, folder=tmp_path, settings=own))
            await ready(port, running)
            return running, port

        lines = [{"format": "newsbot-subscribers", "version": 1}]
        for reader in range(FIRST, FIRST + READERS):
            preferences = {"language": "bn", "timezone": "Asia/Dhaka", "topics": ["sports"]}
            since = "2026-01-18T10:00:00+00:00"
            lines.append({"address": f"telegram:{reader}", "since": since, "preferences": preferences})
        (tmp_path / "readers.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
        await command("subscribers", "import", "readers.jsonl")
        started = [await start(role) for role in ROLES]

        await command("broadcast", "--yes", "--text", "সেতু খুলে দেওয়া হয়েছে।")
        await until(lambda: len(state.ledger) >= 5, seconds=WITHIN)
        hanging = state.faults.add(Fault("slow", "sendMessage", seconds=300))
        readers.start(WRITER)
        _, pushing = await asyncio.open_connection("127.0.0.1", started[-1][1])
        head = f"POST /api/articles HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {PUSH_TOKEN}\r\n"
        pushing.write(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n[".encode())
        await pushing.drain()
        await until(lambda: hanging.struck > IN_FLIGHT and site.asked > 0, seconds=WITHIN)

        began = time.monotonic()
        statuses = await asyncio.gather(*(running.stop() for running, _ in started))
        took = time.monotonic() - began
        pushing.close()
        assert statuses == [0, 0, 0, 0], [running.err for running, _ in started]
        assert took < GRACE
        for running, _ in started:
            assert "Traceback" not in running.err
        sent = len(state.ledger)

        state.faults.clear()
        await start("deliver")
        await until(lambda: len(copies(state)) >= READERS - IN_FLIGHT, seconds=WITHIN)
        async with asyncio.timeout(WITHIN):
            while (account := json.loads(await command("alerts", "show", "1", "--json")))["state"] != "done":
                await asyncio.sleep(0.2)
    assert (account["audience"], account["skipped"], account["in_flight"]) == (READERS, 0, 0)
    assert account["unknown"] == IN_FLIGHT
    assert account["sent"] == READERS - IN_FLIGHT
    assert set(copies(state).values()) == {1}
    assert len(copies(state)) >= sent
    state.close()
