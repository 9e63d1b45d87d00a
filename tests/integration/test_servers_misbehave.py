"""Servers that answer and don't do as asked, while an alert goes out: it says so, sends nothing that it could not note
or stop, and goes on by itself. In the end everybody has it once.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import asyncpg
import pytest
from redis.asyncio import Redis

from newsbot.redis_client import connect
from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from newsbot.sandbox.telegram.faults import Fault
from tests.disks import fill
from tests.newsroom_folder import NEWSROOM, TOKEN
from tests.postgres_server import PostgresServer, execute
from tests.programs import WITHIN, Program, free_port, program, ready, run_to_end
from tests.redis_server import RedisServer
from tests.telegram_sandbox import running_app, until

FIRST, READERS = 7_100_000_001, 120
QUIET = 1.5  #: seconds without a message that show that sending holds


class House:
    """A newsroom with a Redis of its own, the sandbox's Telegram and readers who follow sports."""

    def __init__(self, folder: Path, state: SandboxState, url: str, redis_url: str) -> None:
        (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
        self.folder, self.state, self.readers = folder, state, ReaderSide(state)
        self.readers.add_virtual_users(FIRST, READERS)
        self.port, self.shift = free_port(), folder / "shift"
        self.settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": url,
            "NEWSBOT_TELEGRAM__RATE": "8",
            "NEWSBOT_WEB__PORT": str(self.port),
            "NEWSBOT_REDIS_URL": redis_url,
        }

    async def command(self, *arguments: str) -> str:
        status, out, err = await run_to_end(*arguments, folder=self.folder, settings=self.settings)
        assert status == 0, err
        return out

    def runs(self) -> AbstractAsyncContextManager[Program]:
        return program("run", folder=self.folder, settings=self.settings, shift=self.shift)

    async def knows_its_readers(self) -> None:
        lines = [{"format": "newsbot-subscribers", "version": 1}]
        for reader in range(FIRST, FIRST + READERS):
            preferences = {"language": "bn", "timezone": "Asia/Dhaka", "topics": ["sports"]}
            since = "2026-01-18T10:00:00+00:00"
            lines.append({"address": f"telegram:{reader}", "since": since, "preferences": preferences})
        (self.folder / "readers.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
        await self.command("subscribers", "import", "readers.jsonl")

    async def begins(self, running: Program, *urgency: str) -> None:
        await ready(self.port, running)
        await self.command("broadcast", "--yes", *urgency, "--text", "সেতু খুলে দেওয়া হয়েছে।")
        await until(lambda: self.sent() >= 3, seconds=WITHIN)

    @asynccontextmanager
    async def bot(self, *urgency: str) -> AsyncIterator[Program]:
        await self.knows_its_readers()
        async with self.runs() as running:
            await self.begins(running, *urgency)
            yield running
            assert running.process.returncode is None, running.err
            assert await running.stop() == 0, running.err
            assert "Traceback" not in running.err, running.err

    @property
    def copies(self) -> Counter[int]:
        return Counter(entry.chat_id for entry in self.state.ledger if "সেতু" in entry.text)

    def sent(self) -> int:
        return self.copies.total()

    def replies_to(self, reader: int) -> int:
        return sum(entry.chat_id == reader and "সেতু" not in entry.text for entry in self.state.ledger)

    async def problems(self, until_it_says: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        """What /readyz says, once it says that."""
        async with aiohttp.ClientSession() as session, asyncio.timeout(WITHIN):
            while True:
                async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                    found: dict[str, Any] = await answer.json()
                    assert (answer.status == 503) == bool(found["problems"])
                if until_it_says(found["problems"]):
                    return found["problems"]
                await asyncio.sleep(0.05)

    async def holds(self, part: str, words: str) -> None:
        """It says so, and nothing more is sent."""
        problems = await self.problems(lambda found: words in found.get(part, ""))
        assert set(problems) == {part}
        before = self.sent()
        while True:  # what was on its way, or was claimed, may still arrive
            await asyncio.sleep(QUIET)
            if self.sent() == before:
                break
            before = self.sent()
        assert before < READERS

    async def push(self, name: str) -> tuple[int, str]:
        """An article that is large and follows no topic, as the CMS sends it; what it is told."""
        words = random.Random(name)
        article = {
            "@type": "NewsArticle",
            "url": f"https://www.example.com/{name}",
            "headline": f"দীর্ঘ প্রতিবেদন {name}",
            "articleBody": " ".join(f"{words.getrandbits(64):x}" for _ in range(20_000)),
        }
        headers = {"Authorization": f"Bearer {TOKEN}"}
        address = f"http://127.0.0.1:{self.port}/api/articles"
        async with aiohttp.ClientSession() as session, session.post(address, json=article, headers=headers) as answer:
            found = await answer.json()
            return answer.status, found["items"][0]["status"] if "items" in found else found["error"]["message"]

    async def goes_on(self, few: int = 5) -> None:
        """Without anybody's doing."""
        await self.problems(lambda found: not found)
        before = self.sent()
        await until(lambda: self.sent() >= min(before + few, READERS), seconds=WITHIN)

    async def account(self) -> dict[str, Any]:
        """Of the alert, once it is over."""
        async with asyncio.timeout(WITHIN):
            while True:
                found: dict[str, Any] = json.loads(await self.command("alerts", "show", "1", "--json"))
                if found["state"] == "done":
                    return found
                await asyncio.sleep(0.2)

    async def everybody_has_it_once(self) -> None:
        await until(lambda: self.sent() >= READERS, seconds=WITHIN)  # before that, asking takes the bot's processor
        account = await self.account()
        assert (account["audience"], account["sent"], account["skipped"]) == (READERS, READERS, 0)
        assert self.copies == Counter(range(FIRST, FIRST + READERS))


@asynccontextmanager
async def a_house(folder: Path, redis_url: str) -> AsyncIterator[House]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    try:
        async with running_app(create_telegram_app(state)) as url:
            yield House(folder, state, url, redis_url)
    finally:
        state.close()


@asynccontextmanager
async def a_redis(port: int = 0) -> AsyncIterator[RedisServer]:
    with TemporaryDirectory(prefix="newsbot-redis-") as folder:
        server = RedisServer(Path(folder), port)
        try:
            await server.start()
            yield server
        finally:
            server.kill()


class Gate:
    """A name for whichever server is the primary: who connects is led there, and stays there. `slow`: seconds that what
    is said there takes on its way.
    """

    def __init__(self, to: Path) -> None:
        self.to = to
        self.slow: Callable[[], float] = lambda: 0.0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        async with server:
            yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(self.to))
        await asyncio.gather(_pour(reader, back, lambda: self.slow()), _pour(there, writer))


async def _pour(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, slow: Callable[[], float] = lambda: 0.0
) -> None:
    try:
        while piece := await reader.read(65536):
            await asyncio.sleep(slow())
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def in_step(primary: Redis, replica: Redis) -> None:
    """The replica has all that the primary has acknowledged."""
    async with asyncio.timeout(WITHIN):
        while (await replica.info("replication"))["master_link_status"] != "up":
            await asyncio.sleep(0.05)
        await primary.wait(1, 0)


async def test_redis_is_full_then_slow_then_a_replica_then_refuses_the_password(tmp_path: Path) -> None:
    async with a_redis() as server, a_house(tmp_path, server.url) as house, house.bot() as running:
        redis = await connect(server.url)
        await redis.config_set("maxmemory", 1)
        await house.holds("redis", "it is full")
        await redis.config_set("maxmemory", 0)
        await house.goes_on()
        with server.hanging():
            await house.holds("redis", "no answer in 2 s")
        await house.goes_on()
        await redis.config_set("requirepass", "changed")
        await redis.client_kill_filter(_type="normal", skipme=True)
        await house.holds("redis", "refuses the user name or password")
        await redis.config_set("requirepass", "")
        await house.goes_on()
        assert "Redis is full: give it more memory" in running.err + running.out
        await house.everybody_has_it_once()
        await redis.aclose()


async def test_a_replica_is_promoted_and_what_the_old_primary_refuses_goes_to_it(tmp_path: Path) -> None:
    async with a_redis(free_port()) as first, a_redis(free_port()) as second:
        old, new = await connect(first.url), await connect(second.url)
        await new.replicaof("127.0.0.1", str(first.port))
        await in_step(old, new)
        gate = Gate(first.socket)
        async with gate.open() as url, a_house(tmp_path, url) as house, house.bot():
            await old.replicaof("127.0.0.1", "1")  # first it takes no more: then all of it is there
            await house.holds("redis", "it is a replica: promote it")
            await new.replicaof("NO", "ONE")
            gate.to = second.socket
            await house.goes_on()
            await house.everybody_has_it_once()
        await old.aclose()
        await new.aclose()


async def test_a_slow_redis_makes_all_slow_and_loses_nothing(tmp_path: Path) -> None:
    """Each command takes 0.3 to 1.5 seconds: less than is waited for an answer."""
    delays = random.Random(6)
    async with a_redis() as server:
        gate = Gate(server.socket)
        async with gate.open() as url, a_house(tmp_path, url) as house, house.bot():
            said: list[dict[str, str]] = []

            def seen(problems: dict[str, str]) -> bool:
                said.append(problems)
                return house.sent() >= before + 5 and house.replies_to(FIRST) > 0

            gate.slow, before = lambda: delays.uniform(0.3, 1.5), house.sent()
            house.readers.send_text(FIRST, "/mytopics")
            await house.problems(seen)
            # Either it answers, or it took too long to: nothing else is wrong.
            assert all(problems in ({}, {"redis": "no answer in 2 s"}) for problems in said)
            gate.slow = lambda: 0.0
            await house.goes_on()
            await house.everybody_has_it_once()
            assert house.replies_to(FIRST) == 1


async def test_postgres_is_read_only_for_a_while(tmp_path: Path) -> None:
    async with a_postgres() as postgres, a_redis() as server, a_house(tmp_path, server.url) as house:
        house.settings["NEWSBOT_DATABASE_URL"] = postgres.url("newsbot")
        async with house.bot():
            reload = "SELECT pg_reload_conf()"
            await execute(postgres.url("postgres"), "ALTER SYSTEM SET default_transaction_read_only = on", reload)
            await house.holds("database", "is read-only, a standby perhaps")
            await execute(postgres.url("postgres"), "ALTER SYSTEM RESET default_transaction_read_only", reload)
            await house.goes_on()
            await house.everybody_has_it_once()


@pytest.mark.parametrize("small_disk", ["16m"], indirect=True)
async def test_the_disk_of_sqlite_is_full(tmp_path: Path, small_disk: Path) -> None:
    async with a_redis() as server, a_house(tmp_path, server.url) as house:
        house.settings["NEWSBOT_DATA_DIR"] = str(small_disk)
        house.readers.add_user("পাঠক", user_id=1001)
        async with house.bot():
            filler = fill(small_disk)
            house.readers.start(1001)  # who registers writes
            await house.holds("database", "the disk is full")
            filler.unlink()
            await house.goes_on()
            await house.everybody_has_it_once()


@asynccontextmanager
async def a_postgres(**disks: Path) -> AsyncIterator[PostgresServer]:
    server = await asyncio.to_thread(PostgresServer, **disks)
    try:
        await asyncio.to_thread(server.start)
        await execute(server.url("postgres"), "CREATE DATABASE newsbot")
        yield server
    finally:
        await asyncio.to_thread(server.stop)


@pytest.mark.parametrize("small_disk", ["96m"], indirect=True)
async def test_the_disk_of_postgres_is_full(tmp_path: Path, small_disk: Path) -> None:
    """It goes on changing what it has, so that most of what the program writes is done, and refuses what is new."""
    async with a_postgres(disk=small_disk) as postgres, a_redis() as server, a_house(tmp_path, server.url) as house:
        house.settings |= {"NEWSBOT_DATABASE_URL": postgres.url("newsbot"), "NEWSBOT_INGEST__TOKEN": TOKEN}
        async with house.bot() as running:
            assert await house.push("first") == (200, "created")
            filler = fill(small_disk)
            assert (await house.push("second"))[0] == 503
            await house.holds("database", "its server's disk is full: free some space")
            filler.unlink()
            await house.goes_on()
            assert await house.push("first") == (200, "unchanged")
            assert await house.push("second") == (200, "created")
            await house.everybody_has_it_once()
            assert "its server's disk is full: free some space" in running.err + running.out


@pytest.mark.parametrize("small_disk", ["48m"], indirect=True)
async def test_the_disk_of_postgres_log_is_full(tmp_path: Path, small_disk: Path) -> None:
    """Then the server goes down, and stays down until there is room and somebody starts it."""
    async with a_postgres(log_disk=small_disk) as postgres, a_redis() as server, a_house(tmp_path, server.url) as house:
        house.settings |= {"NEWSBOT_DATABASE_URL": postgres.url("newsbot"), "NEWSBOT_INGEST__TOKEN": TOKEN}
        async with house.bot():
            assert await house.push("first") == (200, "created")
            filler = fill(small_disk)
            with suppress(asyncpg.PostgresError, OSError):
                for number in range(1_000):
                    await execute(postgres.url("postgres"), f"CREATE TABLE t{number} (x int)", "SELECT pg_switch_wal()")
            await asyncio.to_thread(postgres.ended)
            await house.holds("database", "can't be reached")
            filler.unlink()
            await asyncio.to_thread(postgres.start)
            await house.goes_on()
            assert await house.push("first") == (200, "unchanged")
            await house.everybody_has_it_once()


async def test_the_programs_clock_jumps_both_ways(tmp_path: Path) -> None:
    async with a_redis() as server, a_house(tmp_path, server.url) as house, house.bot():
        for hours in (1, -2, 0):
            house.shift.write_text(str(hours * 3600), "utf-8")
            await house.goes_on(few=15)
        await house.everybody_has_it_once()


async def test_sqlite_is_locked_for_long_by_another_program(tmp_path: Path) -> None:
    async with a_redis() as server, a_house(tmp_path, server.url) as house, house.bot():
        other = sqlite3.connect(tmp_path / "data" / "newsbot.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        house.readers.add_user("পাঠক", user_id=1001)
        house.readers.start(1001)  # who registers writes
        await house.holds("database", "is locked by another program")
        other.execute("ROLLBACK")
        other.close()
        await house.goes_on()
        await house.everybody_has_it_once()


async def test_the_platform_is_away_or_refuses_our_account(tmp_path: Path) -> None:
    # Whether what a proxy refused was carried out isn't known: only breaking news is sent again.
    async with a_redis() as server, a_house(tmp_path, server.url) as house, house.bot("--breaking"):
        for fault, words in (
            (partial(Fault, "html", status=502), "the platform is away"),
            (partial(Fault, "status", status=401), "the platform refuses our account"),
        ):
            for method in ("sendMessage", "getMe"):
                house.state.faults.add(fault(methods=method))
            await house.holds("alerts on telegram", words)
            house.state.faults.clear()
            await house.goes_on()
        await house.everybody_has_it_once()
