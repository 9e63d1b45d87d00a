"""`newsbot run` is told to stop, whatever it is doing: it ends in time, says nothing but that, and loses nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.embedded_redis_process import ping
from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from newsbot.sandbox.telegram.faults import Fault
from tests.newsroom_folder import NEWSROOM, TOKEN
from tests.programs import WITHIN, Lateness, free_port, program, ready
from tests.telegram_sandbox import running_app, until

READER = 7_000_000_001
GRACE = 10.0  #: seconds; what Docker gives before it kills


class Town:
    """A newsroom's folder, the sandbox's Telegram and one reader."""

    def __init__(self, folder: Path, state: SandboxState, url: str) -> None:
        (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
        self.folder, self.state, self.readers = folder, state, ReaderSide(state)
        self.readers.add_user("পাঠক", user_id=READER)
        self.port = free_port()
        self.settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": url,
            "NEWSBOT_WEB__PORT": str(self.port),
        }

    def answers(self) -> list[str]:
        return [one.get("text", "") for one in self.readers.view(READER, READER) if one["from"]["id"] != READER]

    def hang(self, methods: str) -> Fault:
        """Telegram takes these calls and says nothing for minutes."""
        return self.state.faults.add(Fault("slow", methods, seconds=300))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    async with running_app(create_telegram_app(state)) as url:
        yield Town(tmp_path, state, url)
    state.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_while_it_starts(town: Town, number: signal.Signals) -> None:
    hanging = town.hang("getMe")
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await until(lambda: hanging.struck > 0, seconds=WITHIN)
        began = time.monotonic()
        assert await running.stop(number) == 0
        assert time.monotonic() - began < GRACE
    assert "Traceback" not in running.err
    assert "newsbot stopped" in running.err
    assert not (town.folder / "data" / "redis" / "redis.sock").exists()


async def test_in_the_middle_of_an_answer_which_is_given_the_next_time(town: Town) -> None:
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await ready(town.port, running)
        town.readers.start(READER)
        await until(lambda: len(town.answers()) == 1, seconds=WITHIN)
        hanging = town.hang("sendMessage")
        town.readers.send_text(READER, "/subscribe খেলা")
        await until(lambda: hanging.struck > 0, seconds=WITHIN)
        began = time.monotonic()
        assert await running.stop() == 0
        assert time.monotonic() - began < GRACE
    assert "Traceback" not in running.err
    town.state.faults.clear()
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await until(lambda: len(town.answers()) > 1, seconds=WITHIN)
        assert await running.stop() == 0
    assert "খেলা" in town.answers()[1]


async def test_the_second_time_it_ends_at_once_and_its_server_with_it(town: Town) -> None:
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await ready(town.port, running)
        hanging = town.hang("sendMessage")
        town.readers.start(READER)
        await until(lambda: hanging.struck > 0, seconds=WITHIN)
        running.process.send_signal(signal.SIGINT)
        await until(lambda: "newsbot stops" in running.err, seconds=WITHIN)
        began = time.monotonic()
        assert await running.stop(signal.SIGINT) == 130
        assert time.monotonic() - began < 4  # not the time that an answer is given to end
    assert "Traceback" not in running.err
    socket = town.folder / "data" / "redis" / "redis.sock"
    async with asyncio.timeout(WITHIN):
        while await ping(socket) != "silent":
            await asyncio.sleep(0.02)
    town.state.faults.clear()
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await until(lambda: len(town.answers()) == 1, seconds=WITHIN)
        assert await running.stop() == 0


async def test_though_its_own_server_hangs_which_is_ended_with_it(town: Town) -> None:
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await ready(town.port, running)
        server = Redis.from_url(f"unix://{town.folder / 'data' / 'redis' / 'redis.sock'}")
        pid = (await server.info("server"))["process_id"]
        await server.aclose()
        os.kill(pid, signal.SIGSTOP)
        async with Lateness() as machine:
            began = time.monotonic()
            assert await running.stop() == 0
            assert time.monotonic() - began < GRACE + machine.late
    assert "Traceback" not in running.err
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await ready(town.port, running)
        assert await running.stop() == 0
