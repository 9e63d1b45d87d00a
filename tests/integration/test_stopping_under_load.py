"""Processes with roles of their own are told to stop while each has its hands full and somebody doesn't answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from newsbot.sandbox.telegram.faults import Fault
from tests.newsroom_folder import NEWSROOM, TOKEN
from tests.postgres_server import PostgresServer, execute
from tests.programs import WITHIN, Lateness, Program, free_port, program, ready, run_to_end
from tests.redis_server import RedisServer
from tests.telegram_sandbox import running_app, until

PUSH_TOKEN = "a-token-for-the-push"
FIRST, READERS = 7_100_000_001, 40
IN_FLIGHT = 10
WRITER = 7_000_000_001
GRACE = 10.0  #: seconds; what Docker gives before it kills
ROLES = ("bot", "ingest", "deliver", "web")
SOURCE = """
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


class Town:
    """A newsroom with servers of its own, of which some may be made to hang; the sandbox's Telegram and readers."""

    def __init__(self, folder: Path, state: SandboxState, redis: RedisServer, postgres: PostgresServer | None) -> None:
        self.folder, self.state, self.redis, self.postgres = folder, state, redis, postgres
        self.readers, self.site = ReaderSide(state), SilentSite()
        self.readers.add_virtual_users(FIRST, READERS)
        self.readers.add_user("পাঠক", user_id=WRITER)
        self.settings: dict[str, str] = {}
        self.started: list[tuple[Program, int]] = []

    async def open(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        url = await stack.enter_async_context(running_app(create_telegram_app(self.state)))
        site = await stack.enter_async_context(running_app(self.site.app))
        (self.folder / "newsroom.toml").write_text(NEWSROOM + SOURCE.format(url=site), "utf-8")
        self.settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": url,
            "NEWSBOT_TELEGRAM__RATE": "10",
            "NEWSBOT_REDIS_URL": self.redis.url,
            "NEWSBOT_INGEST__TOKEN": PUSH_TOKEN,
            "NEWSBOT_DELIVERY__IN_FLIGHT": str(IN_FLIGHT),
        }
        if self.postgres is not None:
            await execute(self.postgres.url("postgres"), "CREATE DATABASE newsbot")
            self.settings["NEWSBOT_DATABASE_URL"] = self.postgres.url("newsbot")
        lines: list[dict[str, Any]] = [{"format": "newsbot-subscribers", "version": 1}]
        for reader in range(FIRST, FIRST + READERS):
            preferences = {"language": "bn", "timezone": "Asia/Dhaka", "topics": ["sports"]}
            since = "2026-01-18T10:00:00+00:00"
            lines.append({"address": f"telegram:{reader}", "since": since, "preferences": preferences})
        (self.folder / "readers.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
        await self.command("subscribers", "import", "readers.jsonl")

    async def command(self, *arguments: str) -> str:
        status, out, err = await run_to_end(*arguments, folder=self.folder, settings=self.settings)
        assert status == 0, err
        return out

    async def start(self, roles: Sequence[str]) -> None:
        for role in roles:
            port = free_port()
            own = self.settings | {"NEWSBOT_WEB__PORT": str(port)}
            running = program("run", "--role", role, folder=self.folder, settings=own)
            self.started.append((await self._stack.enter_async_context(running), port))
        await asyncio.gather(*(ready(port, running) for running, port in self.started))

    async def alert(self) -> None:
        """Is on its way."""
        await self.command("broadcast", "--yes", "--text", "সেতু খুলে দেওয়া হয়েছে।")
        await until(lambda: len(self.state.ledger) >= 5, seconds=WITHIN)

    async def push_half(self) -> None:
        """To whoever was started last: an article that never comes whole."""
        _, self._pushing = await asyncio.open_connection("127.0.0.1", self.started[-1][1])
        self._stack.callback(self._pushing.close)
        head = f"POST /api/articles HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {PUSH_TOKEN}\r\n"
        self._pushing.write(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n[".encode())
        await self._pushing.drain()

    async def finds(self, part: str) -> None:
        """Until every process says that this server does not answer."""
        async with aiohttp.ClientSession() as session, asyncio.timeout(WITHIN):
            for _, port in self.started:
                while True:
                    async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                        if part in (await answer.json())["problems"]:
                            break
                    await asyncio.sleep(0.05)

    async def stop_all(self) -> None:
        """Each in time, and told in one line."""
        async with Lateness() as machine:
            began = time.monotonic()
            statuses = await asyncio.gather(*(running.stop() for running, _ in self.started))
            took = time.monotonic() - began
        said = [running.err for running, _ in self.started]
        assert statuses == [0] * len(statuses), said
        assert took < GRACE + machine.late, (took, machine.late, said)
        for words in said:
            assert "Traceback" not in words, words
            assert words.count("newsbot stopped") == 1, words

    async def account(self) -> dict[str, Any]:
        """Of the alert, once it is done. Asking takes a process each time: first the copies are waited for."""
        await until(lambda: len(self.copies) >= READERS - IN_FLIGHT, seconds=WITHIN)
        async with asyncio.timeout(WITHIN):
            while True:
                found: dict[str, Any] = json.loads(await self.command("alerts", "show", "1", "--json"))
                if found["state"] == "done":
                    return found
                await asyncio.sleep(0.2)

    @property
    def copies(self) -> Counter[int]:
        return Counter(entry.chat_id for entry in self.state.ledger if "সেতু" in entry.text)


@asynccontextmanager
async def a_town(folder: Path, *, postgres: bool = False) -> AsyncIterator[Town]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    async with AsyncExitStack() as stack:
        stack.callback(state.close)
        redis = RedisServer(Path(stack.enter_context(TemporaryDirectory(prefix="newsbot-redis-"))))
        stack.callback(redis.kill)
        await redis.start()
        server = None
        if postgres:
            server = await asyncio.to_thread(PostgresServer)
            stack.callback(server.stop)
            await asyncio.to_thread(server.start)
        town = Town(folder, state, redis, server)
        await town.open(stack)
        yield town


@pytest.mark.parametrize(
    ("roles", "hangs"),
    [
        pytest.param(ROLES, {"platform"}, id="roles-platform"),
        pytest.param(ROLES, {"database", "redis", "platform"}, id="roles-everything"),
        pytest.param(("all",), {"redis"}, id="all-redis"),
        pytest.param(("all",), {"redis", "platform"}, id="all-redis+platform"),
        pytest.param(("all",), {"database"}, id="all-database"),
        pytest.param(("all",), {"database", "redis", "platform"}, id="all-everything"),
    ],
)
async def test_everything_stops_in_time_and_nobody_is_skipped_or_told_twice(
    tmp_path: Path, roles: tuple[str, ...], hangs: set[str]
) -> None:
    async with a_town(tmp_path, postgres="database" in hangs) as town:
        await town.start(roles)
        await until(lambda: town.site.asked > 0, seconds=WITHIN)
        await town.alert()
        with ExitStack() as hanging:
            if "platform" in hangs:
                fault = town.state.faults.add(Fault("slow", "sendMessage", seconds=300))
                town.readers.start(WRITER)
                await until(lambda: fault.struck > IN_FLIGHT, seconds=WITHIN)
            await town.push_half()
            if "redis" in hangs:
                hanging.enter_context(town.redis.hanging())
            if town.postgres is not None:
                hanging.enter_context(town.postgres.hanging())
                town.readers.start(WRITER)
            # A database alone hangs at the last moment: there are connections then which nobody uses, and whose closing
            # it doesn't answer. Beside the others, it does long enough for every statement to wait.
            for server in hangs - {"platform"} if hangs != {"database"} else ():
                await town.finds(server)
            await town.stop_all()
        town.state.faults.clear()
        sent = len(town.copies)
        town.started.clear()
        await town.start(["deliver"] if len(roles) > 1 else roles)
        account = await town.account()
    assert (account["audience"], account["skipped"], account["in_flight"]) == (READERS, 0, 0)
    assert account["sent"] == READERS - account["unknown"]
    if hangs == {"platform"}:
        assert account["unknown"] == IN_FLIGHT
    elif hangs == {"database"}:  # the ledger is Redis': what was answered is kept
        assert account["unknown"] == 0
    else:
        assert account["unknown"] <= IN_FLIGHT
    assert set(town.copies.values()) == {1}
    assert len(town.copies) >= max(sent, account["sent"])
