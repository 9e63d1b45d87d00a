"""`python -m newsbot.sandbox` as a process: it says when it is ready, stops when told, and finds everything again."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from newsbot.newsroom_file import load_newsroom
from newsbot.sandbox import DEMO_TOKEN
from newsbot.sandbox.messenger import DEMO_PAGE
from tests.telegram_sandbox import running_app, until

WITHIN = 20.0  #: seconds for a process to start or stop


async def start(*arguments: str | Path) -> Process:
    command = [sys.executable, "-m", "newsbot.sandbox", *map(str, arguments)]
    return await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)


async def end_of(process: Process) -> tuple[int, str, str]:
    async with asyncio.timeout(WITHIN):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def sandbox(folder: Path, *arguments: str) -> AsyncIterator[tuple[Process, str]]:
    process = await start("--data", folder, "--port", "0", *arguments)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("sandbox ready http://127.0.0.1:")
        yield process, line.split()[2]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def ask(session: aiohttp.ClientSession, url: str, fields: dict[str, Any] | None = None) -> Any:
    async with session.get(url) if fields is None else session.post(url, json=fields) as answer:
        assert answer.ok, await answer.text()
        return await answer.json()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_cleanly_even_while_a_bot_polls_and_a_phone_listens(tmp_path: Path, how: signal.Signals) -> None:
    async with sandbox(tmp_path) as (process, url), aiohttp.ClientSession() as session:
        user = (await ask(session, f"{url}/phone", {"first_name": "রাফি"}))["id"]
        poll = asyncio.create_task(session.get(f"{url}/bot{DEMO_TOKEN}/getUpdates?timeout=50"))
        async with session.get(f"{url}/phone/{user}/events") as events:
            assert (await events.content.readline()).startswith(b'data: {"kind": "view"')
            process.send_signal(how)
            assert await end_of(process) == (0, "", "")
        await asyncio.gather(poll, return_exceptions=True)


async def test_starting_again_finds_the_same_articles_readers_and_messages(tmp_path: Path) -> None:
    async with sandbox(tmp_path) as (process, url), aiohttp.ClientSession() as session:
        await ask(session, f"{url}/newsroom/publish", {"section": "sports"})
        user = (await ask(session, f"{url}/phone", {"first_name": "রাফি"}))["id"]
        await ask(session, f"{url}/phone/{user}/start", {})
        before = (await ask(session, f"{url}/newsroom/articles"))["articles"]
        process.send_signal(signal.SIGTERM)
        await end_of(process)

    async with sandbox(tmp_path) as (_, url), aiohttp.ClientSession() as session:
        after = (await ask(session, f"{url}/newsroom/articles"))["articles"]
        assert [{**one, "url": ""} for one in after] == [{**one, "url": ""} for one in before]
        async with session.get(f"{url}/phone/{user}/events") as events:
            assert "/start" in (await events.content.readline()).decode()


async def test_it_leaves_a_bots_settings_in_its_folder(tmp_path: Path) -> None:
    async with sandbox(tmp_path) as (_, url):
        assert load_newsroom(tmp_path / "newsroom.toml").newsroom.site == url
        settings = (tmp_path / "bot.env").read_text("utf-8")
    assert f"NEWSBOT_TELEGRAM__API_URL={url}\n" in settings
    assert "MESSENGER" not in settings


async def test_a_bot_that_speaks_for_the_page_is_told_of_it_too_and_found_when_it_listens(tmp_path: Path) -> None:
    got: list[bytes] = []

    async def verify(request: web.Request) -> web.Response:
        assert request.query["hub.verify_token"] == DEMO_PAGE.verify_token
        return web.Response(text=request.query["hub.challenge"])

    async def receive(request: web.Request) -> web.Response:
        got.append(await request.read())
        return web.Response()

    bot = web.Application()
    bot.add_routes([web.get("/messenger/webhook", verify), web.post("/messenger/webhook", receive)])
    async with running_app(bot) as bot_url, sandbox(tmp_path, "--messenger", "--bot", bot_url) as (_, url):
        settings = dict(line.split("=", 1) for line in (tmp_path / "bot.env").read_text("utf-8").splitlines())
        assert settings["NEWSBOT_MESSENGER__API_URL"] == url
        async with aiohttp.ClientSession() as session:
            query = {"access_token": settings["NEWSBOT_MESSENGER__PAGE_TOKEN"]}
            async with session.get(f"{url}/v26.0/me", params=query) as answer:
                assert (await answer.json())["id"] == settings["NEWSBOT_MESSENGER__PAGE_ID"]
            async with asyncio.timeout(WITHIN):
                while not (await ask(session, f"{url}/sandbox/messenger/webhook"))["fields"]:
                    await asyncio.sleep(0.02)
            person = await ask(session, f"{url}/sandbox/messenger/people", {"first_name": "রাফি"})
            await ask(session, f"{url}/sandbox/messenger/people/{person['id']}/text", {"text": "খবর"})
            await until(lambda: bool(got))


async def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = await end_of(await start("--data", tmp_path, "--port", str(port)))
    assert (status, out) == (2, "")
    assert err == (
        f"sandbox: port {port} on 127.0.0.1 is in use; choose another with --port, or --port 0 for any free one.\n"
    )


async def test_two_sandboxes_do_not_share_a_folder(tmp_path: Path) -> None:
    async with sandbox(tmp_path):
        status, out, err = await end_of(await start("--data", tmp_path, "--port", "0"))
    assert (status, out) == (2, "")
    assert err == f"sandbox: {tmp_path}: another sandbox runs in this folder; stop it or choose another.\n"


async def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, out, err = await end_of(await start("--data", tmp_path / "file" / "data", "--port", "0"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "can't be used" in err


async def test_a_spoilt_articles_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "articles.jsonl").write_text("what\n")
    status, out, err = await end_of(await start("--data", tmp_path, "--port", "0"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "articles.jsonl, line 1: this is not an article" in err
    assert (tmp_path / "portal" / "articles.jsonl").read_text() == "what\n"


async def test_a_spoilt_chat_database_is_told_in_one_line(tmp_path: Path) -> None:
    async with sandbox(tmp_path):
        (database,) = (tmp_path / "telegram").glob("*.sqlite3")
    for leftover in database.parent.glob("*.sqlite3-*"):
        leftover.unlink()
    spoilt = b"what is this? " * 1000
    database.write_bytes(spoilt)
    status, out, err = await end_of(await start("--data", tmp_path, "--port", "0"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "can't be read (file is not a database); move the folder away to begin anew." in err
    assert database.read_bytes() == spoilt


async def test_a_wrong_port_is_wrong_usage() -> None:
    status, _, err = await end_of(await start("--port", "many"))
    assert status == 2
    assert "'many' is not a port; write a number from 0 to 65535, like 8090" in err
