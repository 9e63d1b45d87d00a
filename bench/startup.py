"""Start-up time and memory of the idle bot, beside a process that only imports the libraries it stands on.

    newsbot --help      until it has ended
    libraries           `import telegram, aiohttp, sqlalchemy, redis`, until it has ended: no bot on them starts sooner
    bot, first start    `newsbot run` in an empty folder, until /readyz says so: database, tables and Redis are made
    bot, later start    the same folder again
    demo                `newsbot demo` in an empty folder (what `make demo` runs), until the page it prints is served
    demo, again         the same folder again, with its readers and articles

Memory is resident (Linux): what the libraries take at their end, and the bot and its Redis IDLE seconds after it is
ready. The bot talks to the sandbox's Telegram, which runs here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
from aiohttp import web

from bench.tables import show
from newsbot.sandbox.telegram import SandboxState, create_telegram_app

ROUNDS = 5
IDLE = 2.0  #: seconds
GIVE_UP = 60.0  #: seconds
LOOK_EVERY = 0.01  #: seconds; how late an end of waiting may be seen
TOKEN = "10000001:token-of-this-benchmark_0123456789"
NEWSROOM = """
[newsroom]
name = { bn = "দৈনিক নমুনা" }
site = "https://www.example.com"

[[topics]]
id = "sports"
name = { bn = "খেলা" }
"""
LIBRARIES = "import telegram, aiohttp, sqlalchemy.ext.asyncio, redis.asyncio\nprint(open('/proc/self/status').read())"

Figures = dict[str, list[float]]


async def start(folder: Path, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=folder, env=environment | settings,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


@asynccontextmanager
async def running(folder: Path, *arguments: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is asked to stop at the end."""
    process = await start(folder, *arguments, **settings)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def served(url: str, process: asyncio.subprocess.Process) -> None:
    """Until this address answers 200. Raises RuntimeError when the process ends instead."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(GIVE_UP):
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            if process.returncode is not None:
                raise RuntimeError(f"it ended with status {process.returncode} before it was ready")
            await asyncio.sleep(LOOK_EVERY)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def resident(status: str) -> float:
    """MB, from the text of /proc/PID/status."""
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def children(pid: int) -> list[int]:
    """Of any of its threads."""
    return [
        int(child)
        for thread in Path(f"/proc/{pid}/task").iterdir()
        for child in (thread / "children").read_text().split()
    ]


async def commands(folder: Path, seconds: Figures, memory: Figures) -> None:
    for name, arguments in (("newsbot --help", ("-m", "newsbot", "--help")), ("libraries", ("-c", LIBRARIES))):
        began = time.perf_counter()
        process = await start(folder, *arguments)
        said, _ = await process.communicate()
        seconds[name].append(time.perf_counter() - began)
        if name == "libraries":
            memory[name].append(resident(said.decode()))


async def bot(name: str, folder: Path, telegram: str, seconds: Figures, memory: Figures) -> None:
    port = free_port()
    settings = {
        "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
        "NEWSBOT_TELEGRAM__API_URL": telegram,
        "NEWSBOT_WEB__PORT": str(port),
        "NEWSBOT_LOG__LEVEL": "error",
    }
    began = time.perf_counter()
    async with running(folder, "-m", "newsbot", "run", **settings) as process:
        await served(f"http://127.0.0.1:{port}/readyz", process)
        seconds[name].append(time.perf_counter() - began)
        await asyncio.sleep(IDLE)
        memory[name].append(resident(Path(f"/proc/{process.pid}/status").read_text()))
        for child in children(process.pid):
            memory["its Redis"].append(resident(Path(f"/proc/{child}/status").read_text()))


async def demo(name: str, folder: Path, seconds: Figures) -> None:
    began = time.perf_counter()
    async with running(folder, "-m", "newsbot", "demo", "--port", "0", "--data", "demo") as process:
        assert process.stdout is not None
        async with asyncio.timeout(GIVE_UP):
            while not (line := (await process.stdout.readline()).decode().strip()).startswith("http"):
                if process.stdout.at_eof():
                    raise RuntimeError("the demo ended by itself")
        await served(line, process)
        seconds[name].append(time.perf_counter() - began)


@asynccontextmanager
async def telegram() -> AsyncIterator[str]:
    state = SandboxState.open(token=TOKEN)
    runner = web.AppRunner(create_telegram_app(state), shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        state.close()


async def measure() -> tuple[Figures, Figures]:
    """Seconds and megabytes of each round."""
    seconds: Figures = defaultdict(list)
    memory: Figures = defaultdict(list)
    async with telegram() as address:
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
                await commands(folder, seconds, memory)
                for when in ("bot, first start", "bot, later start"):
                    await bot(when, folder, address, seconds, memory)
                for when in ("demo", "demo, again"):
                    await demo(when, folder, seconds)
    return seconds, memory


def main() -> None:
    seconds, memory = asyncio.run(measure())
    medians = {name: statistics.median(rounds) for name, rounds in seconds.items()}
    show(
        f"Start-up, median of {ROUNDS}",
        ("what", "seconds", "of libraries"),
        [(name, median, median / medians["libraries"]) for name, median in medians.items()],
    )
    sizes = {name: statistics.median(rounds) for name, rounds in memory.items()}
    show(
        f"Resident memory, idle for {IDLE:.0f} s, median of {ROUNDS}",
        ("process", "MB", "of libraries"),
        [(name, size, size / sizes["libraries"]) for name, size in sizes.items()],
    )


if __name__ == "__main__":
    main()
