"""The demo's newsroom takes an article back: the bot is told, as a newsroom's CMS would tell it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import aiohttp

from tests.programs import WITHIN, program


async def test_what_the_newsroom_withdraws_readers_no_longer_get(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    async with (
        program("demo", "--port", "0", "--data", data, folder=tmp_path) as demo,
        aiohttp.ClientSession() as http,
    ):
        portal = _address(await demo.printed("Ctrl-C"))
        api = f"{_bot_address(data)}/api/articles"
        newest = (await _until_any(http, api))[0]
        number = newest["url"].rpartition("/")[2]
        # A browser may know this machine by another name than the bot does.
        elsewhere = portal.replace("127.0.0.1", "localhost")
        answer = await http.post(f"{elsewhere}/newsroom/articles/{number}/withdraw", json={})
        assert answer.status == 200
        left = [article["url"] for article in await _until_any(http, api)]
        assert newest["url"] not in left
        assert len(left) > 1


def _address(printed: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert found
    return found[0]


def _bot_address(data: Path) -> str:
    found = re.search(r"^NEWSBOT_WEB__PORT=(\d+)$", (data / "demo.env").read_text("utf-8"), re.M)
    assert found
    return f"http://127.0.0.1:{found[1]}"


async def _until_any(http: aiohttp.ClientSession, api: str) -> list[dict[str, str]]:
    async with asyncio.timeout(WITHIN):
        while True:
            found: list[dict[str, str]] = (await (await http.get(api)).json())["articles"]
            if len(found) > 1:
                return found
            await asyncio.sleep(0.05)
