"""A running bot whose PostgreSQL or Redis goes away and comes back: it says so, keeps on, and answers everybody."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import pytest

from newsbot.redis_client import connect
from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from tests.newsroom_folder import NEWSROOM, TOKEN
from tests.postgres_server import PostgresServer, execute
from tests.programs import WITHIN, Program, free_port, program, ready, run_to_end
from tests.redis_server import RedisServer
from tests.telegram_sandbox import running_app, until

READER = 7_000_000_001


class House:
    """A newsroom with servers of its own, the sandbox's Telegram and one reader."""

    def __init__(
        self, folder: Path, state: SandboxState, url: str, postgres: PostgresServer, redis: RedisServer
    ) -> None:
        (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
        self.folder, self.readers, self.postgres, self.redis = folder, ReaderSide(state), postgres, redis
        self.readers.add_user("পাঠক", user_id=READER)
        self.port = free_port()
        self.settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": url,
            "NEWSBOT_WEB__PORT": str(self.port),
            "NEWSBOT_DATABASE_URL": postgres.url("newsbot"),
            "NEWSBOT_REDIS_URL": redis.url,
        }

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Program]:
        async with program("run", folder=self.folder, settings=self.settings) as running:
            await ready(self.port, running)
            yield running
            assert running.process.returncode is None, running.err
            assert await running.stop() == 0, running.err
            assert "Traceback" not in running.err, running.err

    def answers(self) -> list[str]:
        return [one.get("text", "") for one in self.readers.view(READER, READER) if one["from"]["id"] != READER]

    async def ask(self, text: str) -> list[str]:
        """What the bot writes when the reader has written this."""
        before = len(self.answers())
        self.readers.send_text(READER, text)
        await until(lambda: len(self.answers()) > before, seconds=WITHIN)
        return self.answers()[before:]

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


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    postgres = await asyncio.to_thread(PostgresServer)
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    with TemporaryDirectory(prefix="newsbot-redis-") as folder:
        redis = RedisServer(Path(folder))
        try:
            await redis.start()
            await asyncio.to_thread(postgres.start)
            await execute(postgres.url("postgres"), "CREATE DATABASE newsbot")
            async with running_app(create_telegram_app(state)) as url:
                yield House(tmp_path, state, url, postgres, redis)
        finally:
            redis.kill()
            await asyncio.to_thread(postgres.stop)
            state.close()


async def test_redis_goes_and_comes_back(house: House) -> None:
    async with house.bot():
        await house.ask("/start")
        house.redis.kill()
        problems = await house.problems(bool)
        assert set(problems) == {"redis"}
        before = len(house.answers())
        house.readers.send_text(READER, "/subscribe খেলা")
        await house.redis.start()
        await until(lambda: len(house.answers()) > before, seconds=WITHIN)
        assert "খেলা" in house.answers()[before]
        await house.problems(lambda found: not found)
        assert "খেলা" in (await house.ask("/mytopics"))[0]


async def test_postgres_goes_and_comes_back_and_readers_are_told_to_try_again(house: House) -> None:
    async with house.bot():
        await house.ask("/start")
        await house.ask("/subscribe খেলা")
        house.postgres.kill()
        problems = await house.problems(bool)
        assert set(problems) == {"database"}
        (apology,) = await house.ask("/unsubscribe খেলা")
        assert "একটু পরে আবার চেষ্টা করুন" in apology
        await asyncio.to_thread(house.postgres.start)
        await house.problems(lambda found: not found)
        assert "খেলা" in (await house.ask("/mytopics"))[0]
        await house.ask("/unsubscribe খেলা")
        assert "খেলা" not in (await house.ask("/mytopics"))[0]


async def emptied(house: House) -> None:
    redis = await connect(house.redis.url)
    await redis.flushall()
    await redis.aclose()


async def rebuilt(house: House) -> None:
    status, _, err = await run_to_end("subscribers", "rebuild", folder=house.folder, settings=house.settings)
    assert status == 0, err


async def test_an_empty_redis_is_refused_at_the_start_until_it_is_written_anew(house: House) -> None:
    async with house.bot():
        await house.ask("/start")
        await house.ask("/subscribe খেলা")
    await emptied(house)
    status, _, err = await run_to_end("run", folder=house.folder, settings=house.settings)
    assert status == 2
    assert err.splitlines()[-1].startswith("newsbot: Redis is empty, and the journal knows readers.")
    assert "newsbot subscribers rebuild" in err
    await rebuilt(house)
    async with house.bot():
        assert "খেলা" in (await house.ask("/mytopics"))[0]


async def test_a_redis_that_is_emptied_meanwhile_alerts_nobody_twice_and_nobody_unseen(house: House) -> None:
    first, count = 7_100_000_001, 40
    house.settings["NEWSBOT_TELEGRAM__RATE"] = "5"
    house.readers.add_virtual_users(first, count)
    lines = [{"format": "newsbot-subscribers", "version": 1}]
    for reader in range(first, first + count):
        preferences = {"language": "bn", "timezone": "Asia/Dhaka", "topics": ["sports"]}
        since = "2026-01-18T10:00:00+00:00"
        lines.append({"address": f"telegram:{reader}", "since": since, "preferences": preferences})
    (house.folder / "readers.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    await run_to_end("subscribers", "import", "readers.jsonl", folder=house.folder, settings=house.settings)

    def copies(words: str) -> Counter[int]:
        return Counter(entry.chat_id for entry in house.readers.state.ledger if words in entry.text)

    async with house.bot():
        send = ("broadcast", "--yes", "--text")
        await run_to_end(*send, "সেতু খুলে দেওয়া হয়েছে।", folder=house.folder, settings=house.settings)
        await until(lambda: len(copies("সেতু")) >= count // 4, seconds=WITHIN)
        await emptied(house)
        problems = await house.problems(bool)
        assert "newsbot subscribers rebuild" in problems["redis"]
        await rebuilt(house)
        await house.problems(lambda found: not found)
        await run_to_end(*send, "ফেরি চলছে।", folder=house.folder, settings=house.settings)
        await until(lambda: len(copies("ফেরি")) == count, seconds=WITHIN)
    assert max(copies("সেতু").values()) == 1
    assert len(copies("সেতু")) < count
    _, listed, _ = await run_to_end("alerts", "list", folder=house.folder, settings=house.settings)
    assert "stopped (ledger_lost)" in listed


async def test_health_does_not_wait_for_a_server_that_hangs(house: House) -> None:
    async with house.bot():
        await house.ask("/start")
        with house.redis.hanging():
            problems = await house.problems(bool)
            assert problems == {"redis": "no answer in 2 s"}
            status, _, err = await run_to_end("health", folder=house.folder, settings=house.settings)
            assert (status, err) == (1, "redis: no answer in 2 s\n")
        await house.problems(lambda found: not found)
        assert await house.ask("/mytopics")
