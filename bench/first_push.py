"""From `POST /api/articles` to the first push: the whole program as a process, against the sandbox in another.

The clock stops when Telegram's side has written the message down. A bare request to the same server, beside it, says
what of that is the way there and back.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bench.tables import show

ROUNDS = 15
READER = 7_100_000_001
PATIENCE = 60.0


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    try:
        yield started
    finally:
        started.terminate()
        await started.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def measure(folder: Path) -> None:
    port = free_port()
    sandbox_arguments = ("newsbot.sandbox", "--data", str(folder / "sandbox"), "--port", "0")
    async with process(*sandbox_arguments, "--bot", f"http://127.0.0.1:{port}") as sandbox:
        assert sandbox.stdout is not None
        url = (await sandbox.stdout.readline()).decode().split()[-1]
        settings = (folder / "sandbox" / "bot.env").read_text("utf-8")
        token = next(line.partition("=")[2] for line in settings.splitlines() if "INGEST__TOKEN" in line)
        env_file = folder / "bot.env"
        env_file.write_text(f"{settings}\nNEWSBOT_DATA_DIR={folder / 'bot'}\nNEWSBOT_WEB__PORT={port}\n", "utf-8")
        async with (
            process("newsbot", "--env-file", str(env_file), "run"),
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
        ):
            bot, control = f"http://127.0.0.1:{port}", f"{url}/sandbox/telegram"
            await until(lambda: answers(http, f"{bot}/readyz"))
            await http.post(f"{control}/users", json={"first_name": "পাঠক", "user_id": READER})
            await http.post(f"{control}/users/{READER}/start", json={"payload": "topic-sports"})
            await until(lambda: written(http, control, "খেলা"))
            pushes, bare = [], []
            for number in range(ROUNDS):
                began = time.perf_counter()
                await answers(http, f"{bot}/healthz")
                bare.append((time.perf_counter() - began) * 1000)
                pushes.append(await one(http, bot, control, number))
                await asyncio.sleep(1.2)  # a chat takes one a second
    rows = [(name, statistics.median(times), max(times)) for name, times in (("push", pushes), ("GET /healthz", bare))]
    show(f"From POST /api/articles to the first push, {ROUNDS} articles, ms", ("what", "median", "worst"), rows)


async def one(http: aiohttp.ClientSession, bot: str, control: str, number: int) -> float:
    headline = f"পরীক্ষার খবর নম্বর {number}"
    article: dict[str, Any] = {
        "url": f"https://paper.example/sports/bench-{number}",
        "headline": headline,
        "articleBody": f"এটি {number} নম্বর লেখা। মাঠে আজ খেলা হয়েছে, দর্শক ছিলেন অনেক।",
        "articleSection": "খেলা",
        "datePublished": datetime.now(UTC).isoformat(),
    }
    began = time.perf_counter()
    async with http.post(f"{bot}/api/articles", json=article) as answer:
        assert answer.status == 200, await answer.text()
    await until(lambda: written(http, control, headline))
    return (time.perf_counter() - began) * 1000


async def answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def written(http: aiohttp.ClientSession, control: str, words: str) -> bool:
    async with http.get(f"{control}/ledger", params={"chat_id": READER}) as answer:
        return any(words in entry["text"] for entry in (await answer.json())["entries"])


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.002)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
