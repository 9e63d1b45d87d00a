"""What a newsroom meets when something is wrong at the start: one clear line, status 2, nothing lost or overwritten."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from tests.newsroom_folder import NEWSROOM, TOKEN
from tests.programs import WITHIN, free_port, program, ready, run_to_end
from tests.telegram_sandbox import running_app


class Newsroom:
    """A folder with everything that a start needs, and the sandbox's Telegram."""

    def __init__(self, folder: Path, telegram: str, state: SandboxState) -> None:
        self.state = state
        (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
        self.folder = folder
        self.port = free_port()
        self.settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": telegram,
            "NEWSBOT_WEB__PORT": str(self.port),
        }

    async def refusal(self, **settings: str) -> str:
        """The one line with which a start ends that can't be."""
        status, out, err = await run_to_end("run", folder=self.folder, settings=self.settings | settings)
        lines = [line for line in err.splitlines() if line.startswith("newsbot: ")]
        assert (status, out, len(lines)) == (2, "", 1), err
        assert "Traceback" not in err
        return lines[0].removeprefix("newsbot: ")


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    async with running_app(create_telegram_app(state)) as url:
        yield Newsroom(tmp_path, url, state)
    state.close()


async def test_it_starts_says_so_and_stops_when_asked(newsroom: Newsroom) -> None:
    async with program("run", folder=newsroom.folder, settings=newsroom.settings) as running:
        await ready(newsroom.port, running)
        status, out, _ = await run_to_end("health", folder=newsroom.folder, settings=newsroom.settings)
        assert (status, out) == (0, "ready\n")
        assert await running.stop() == 0
    assert "newsbot runs" in running.err
    assert "newsbot stopped" in running.err
    assert TOKEN not in running.err


async def test_an_editor_who_presses_start_after_the_bot_did_gets_the_editors_menu(newsroom: Newsroom) -> None:
    settings = newsroom.settings | {"NEWSBOT_ADMINS": "telegram:4001"}
    readers = ReaderSide(newsroom.state)
    async with program("run", folder=newsroom.folder, settings=settings) as running:
        await ready(newsroom.port, running)
        readers.add_user("রহিমা", user_id=4001, language_code="bn")
        readers.add_user("করিম", user_id=4002, language_code="bn")
        for user_id in (4001, 4002):
            readers.start(user_id)
        async with asyncio.timeout(WITHIN):
            while menu(newsroom.state, 4001)[:5] != ["broadcast", "broadcasts", "stats", "desk", "roles"]:
                await asyncio.sleep(0.05)
        assert menu(newsroom.state, 4001)[5:] == menu(newsroom.state, 4002)
        assert await running.stop() == 0


def menu(state: SandboxState, user_id: int) -> list[str]:
    return [command["command"] for command in state.commands_for(user_id, user_id)]


async def test_no_token(newsroom: Newsroom) -> None:
    line = await newsroom.refusal(NEWSBOT_TELEGRAM__TOKEN="")
    assert line.startswith("NEWSBOT_TELEGRAM__TOKEN: it is missing; get one from @BotFather")
    assert not (newsroom.folder / "data").exists()


async def test_a_wrong_token(newsroom: Newsroom) -> None:
    wrong = "10000001:another-token_0123456789_0123456"
    line = await newsroom.refusal(NEWSBOT_TELEGRAM__TOKEN=wrong)
    assert line.startswith("NEWSBOT_TELEGRAM__TOKEN or __API_URL: ")
    assert wrong not in line


async def test_telegram_that_can_not_be_reached(newsroom: Newsroom) -> None:
    line = await newsroom.refusal(NEWSBOT_TELEGRAM__API_URL=f"http://127.0.0.1:{free_port()}")
    assert "doesn't answer getMe" in line


async def test_a_port_in_use(newsroom: Newsroom) -> None:
    with closing(socket.create_server(("127.0.0.1", newsroom.port))):
        line = await newsroom.refusal()
    assert line.startswith(f"port {newsroom.port} on 127.0.0.1 is in use by another program")


async def test_a_second_one_in_the_same_folder(newsroom: Newsroom) -> None:
    async with program("run", folder=newsroom.folder, settings=newsroom.settings) as running:
        await ready(newsroom.port, running)
        line = await newsroom.refusal(NEWSBOT_WEB__PORT=str(free_port()))
        assert f"Another newsbot (process {running.process.pid}) is running with the data folder" in line
        assert await running.stop() == 0


@pytest.mark.parametrize("made_as", ["a file", "a folder in a file"])
async def test_a_data_folder_that_can_not_be_written(newsroom: Newsroom, made_as: str) -> None:
    # Root may write anywhere, so that what stands in the way is a file.
    obstacle = newsroom.folder / "obstacle"
    obstacle.write_text("precious", "utf-8")
    data = obstacle if made_as == "a file" else obstacle / "data"
    line = await newsroom.refusal(NEWSBOT_DATA_DIR=str(data))
    assert str(data) in line
    assert "NEWSBOT_DATA_DIR" in line
    assert obstacle.read_text("utf-8") == "precious"


async def test_a_damaged_database_is_left_as_it_is(newsroom: Newsroom) -> None:
    data = newsroom.folder / "data"
    data.mkdir()
    damaged = b"SQLite format 3\x00" + os.urandom(8192)
    (data / "newsbot.sqlite3").write_bytes(damaged)
    line = await newsroom.refusal()
    assert "newsbot.sqlite3" in line
    assert (data / "newsbot.sqlite3").read_bytes() == damaged


async def test_a_damaged_append_only_file_is_left_as_it_is(newsroom: Newsroom) -> None:
    async with program("run", folder=newsroom.folder, settings=newsroom.settings) as running:
        await ready(newsroom.port, running)
        assert await running.stop() == 0
    (log,) = (newsroom.folder / "data" / "redis" / "appendonlydir").glob("*.incr.aof")
    damaged = b"*3\r\n$3\r\nSET\r\nwhat is this?" + log.read_bytes() + b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n"
    log.write_bytes(damaged)
    line = await newsroom.refusal()
    assert str(log.parent) in line or log.name in line
    assert log.read_bytes() == damaged


async def test_servers_that_can_not_be_reached(newsroom: Newsroom) -> None:
    port = free_port()
    postgres = await newsroom.refusal(NEWSBOT_DATABASE_URL=f"postgresql://me:my-password@127.0.0.1:{port}/news")
    redis = await newsroom.refusal(NEWSBOT_REDIS_URL=f"redis://:my-password@127.0.0.1:{port}/0")
    assert f"news on 127.0.0.1:{port}" in postgres
    assert f"127.0.0.1:{port}" in redis
    assert "my-password" not in postgres + redis


async def test_a_missing_newsroom_file(newsroom: Newsroom) -> None:
    line = await newsroom.refusal(NEWSBOT_NEWSROOM="elsewhere.toml")
    assert line.startswith("elsewhere.toml: there is no such file; copy newsroom.example.toml to it")


@pytest.mark.parametrize("command", ["run", "chat", "stats", "ingest"])
async def test_nothing_is_made_before_the_newsroom_file_is_read(newsroom: Newsroom, command: str) -> None:
    (newsroom.folder / "newsroom.toml").unlink()
    status, _, err = await run_to_end(command, folder=newsroom.folder, settings=newsroom.settings)
    assert status == 2
    assert err.startswith("newsbot: newsroom.toml: there is no such file")
    assert list(newsroom.folder.iterdir()) == []


async def test_wrong_settings_are_all_told_at_once(newsroom: Newsroom) -> None:
    wrong = {"NEWSBOT_WEB__PORT": "many", "NEWSBOT_LOG__LEVEL": "loud"}
    status, _, err = await run_to_end("run", folder=newsroom.folder, settings=newsroom.settings | wrong)
    assert status == 2
    assert [line.split(":")[1].strip() for line in err.splitlines()] == ["NEWSBOT_WEB__PORT", "NEWSBOT_LOG__LEVEL"]


@pytest.mark.parametrize("arguments", [("sing",), ("run", "--loudly"), ("subscribers", "import", "nowhere.jsonl"), ()])
async def test_wrong_usage_is_status_2(newsroom: Newsroom, arguments: tuple[str, ...]) -> None:
    status, _, err = await run_to_end(*arguments, folder=newsroom.folder)
    assert status == 2
    assert "Traceback" not in err
