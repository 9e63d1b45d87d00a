"""`newsbot demo`: the sandbox and the bot as two processes, the very programs that a newsroom and its rehearsal run.

The bot is given settings of its own (a file in the demo's folder) and none from the environment, so that a demo never
touches the newsroom's real database or token.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from newsbot.errors import NewsbotError, StartError

READY_WITHIN = 60.0  #: seconds for a process to say that it is ready
STOP_WITHIN = 15.0  #: seconds for a process to end by itself before it is killed
PREFIX = "NEWSBOT_"
ORPHAN_GUARD = Path(__file__).with_name("orphan_guard.py")

T = TypeVar("T")


class DemoError(NewsbotError):
    """The demo ended because one of its processes did."""


@dataclass
class Child:
    """A process of the demo; its errors go to a log file. It is stopped too when we die, in whatever way."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    def last_words(self) -> str:
        lines = self.log.read_text("utf-8", errors="replace").strip().splitlines()[-5:]
        return " | ".join(line.strip() for line in lines) or "it printed nothing"


async def run_demo(port: int, data: Path, readers: int) -> None:
    """Start both, print the address, wait for Ctrl-C, SIGTERM or the terminal's end, stop both.

    There are `readers` simulated subscribers at least. The bot takes over those it doesn't know before it starts.

    Raises StartError or DemoError.
    """
    folder = data.resolve()
    with _folder_to_ourselves(folder):
        await _run_in(folder, port, readers)


async def _run_in(folder: Path, port: int, readers: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signal_number, stop.set)
    print("Starting the demo…", flush=True)  # noqa: T201 - this command's own output
    web_port = _free_port()
    sandbox_arguments = [
        "--data",
        str(folder / "sandbox"),
        "--port",
        str(port),
        "--bot",
        f"http://127.0.0.1:{web_port}",
        "--readers",
        str(readers),
    ]
    async with _child("sandbox", folder, ["newsbot.sandbox", *sandbox_arguments]) as sandbox:
        address = await _unless_stopped(_ready_line(sandbox), stop)
        if address is None:
            return
        env_file = _write_settings(folder, address, web_port)
        if await _unless_stopped(_take_over(folder, env_file), stop) is None:
            return
        async with _child("bot", folder, ["newsbot", "--env-file", str(env_file), "run"]) as bot:
            if not await _unless_stopped(_answers(bot, web_port), stop):
                return
            print(f"\n    {address}\n\nOpen it in a browser. Ctrl-C stops everything.", flush=True)  # noqa: T201
            await _unless_stopped(_end_of_any([sandbox, bot]), stop)
    print("\nStopped. The next `make demo` finds the same readers and articles.", flush=True)  # noqa: T201


@contextmanager
def _folder_to_ourselves(folder: Path) -> Iterator[None]:
    """A second demo would write over the first one's logs and settings. The lock ends with the process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "demo.lock").open("a")
    except OSError as error:
        raise StartError(f"the folder {folder} can't be used ({error.strerror}): choose another with --data") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(
                f"another demo runs in the folder {folder}: stop it first, or choose another folder with --data"
            ) from None
        yield


def _write_settings(folder: Path, address: str, web_port: int) -> Path:
    env_file = folder / "demo.env"
    sandbox_env = (folder / "sandbox" / "bot.env").read_text("utf-8")
    env_file.write_text(
        f"{sandbox_env}\nNEWSBOT_DATA_DIR={folder / 'bot'}\nNEWSBOT_WEB__PORT={web_port}\n",
        "utf-8",
    )
    return env_file


async def _take_over(folder: Path, env_file: Path) -> bool:
    """Simulated readers that the bot doesn't know yet become its subscribers. Their file goes when they all are."""
    file = folder / "sandbox" / "readers.jsonl"
    if not file.exists():
        return True
    print("The simulated readers subscribe…", flush=True)  # noqa: T201
    command = ["newsbot", "--env-file", str(env_file), "subscribers", "import", str(file)]
    async with _child("import", folder, command) as taking_over:
        await _drain_until_end(taking_over)
        if taking_over.process.returncode != 0:
            raise StartError(taking_over.last_words().removeprefix("newsbot: "))
    file.unlink()
    return True


@asynccontextmanager
async def _child(name: str, folder: Path, module_and_arguments: list[str]) -> AsyncIterator[Child]:
    environment = {key: value for key, value in os.environ.items() if not key.upper().startswith(PREFIX)}
    watch = "kernel" if sys.platform == "linux" else "pipe"
    log_path = folder / f"{name}.log"
    with log_path.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(ORPHAN_GUARD), watch, str(os.getpid())),
            *(sys.executable, "-m", *module_and_arguments),
            stdin=asyncio.subprocess.PIPE if watch == "pipe" else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=environment,
            # Ctrl-C reaches only us: the bot is to stop before the sandbox it talks to.
            start_new_session=True,
        )
    try:
        yield Child(name, process, log_path)
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _ready_line(sandbox: Child) -> str:
    """The address in the line that the sandbox prints once it serves."""
    assert sandbox.process.stdout is not None
    try:
        async with asyncio.timeout(READY_WITHIN):
            while line := (await sandbox.process.stdout.readline()).decode("utf-8", "replace"):
                if line.startswith("sandbox ready "):
                    return line.removeprefix("sandbox ready ").strip()
    except TimeoutError:
        raise StartError(f"the sandbox was not ready within {READY_WITHIN:.0f} s: see {sandbox.log}") from None
    await sandbox.process.wait()
    raise StartError(sandbox.last_words().removeprefix("sandbox: "))


async def _answers(bot: Child, port: int) -> bool:
    """True once the bot's /readyz says so."""
    for _ in range(int(READY_WITHIN / 0.1)):
        if bot.process.returncode is not None:
            raise StartError(bot.last_words().removeprefix("newsbot: "))
        if await _is_ready(port):
            return True
        await asyncio.sleep(0.1)
    raise StartError(f"the bot was not ready within {READY_WITHIN:.0f} s: see {bot.log}")


async def _is_ready(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()


async def _end_of_any(children: list[Child]) -> None:
    """Raises DemoError when one of the processes ends by itself."""
    ends = {asyncio.ensure_future(_drain_until_end(child)): child for child in children}
    try:
        ended, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in ends:
            task.cancel()
    child = ends[ended.pop()]
    status = child.process.returncode
    raise DemoError(
        f"the {child.name} ended by itself (status {status}): {child.last_words()} (all of it: {child.log})"
    )


async def _drain_until_end(child: Child) -> None:
    assert child.process.stdout is not None
    while await child.process.stdout.read(65_536):  # a full pipe would stop the process
        pass
    await child.process.wait()


async def _unless_stopped(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T | None:
    """What `work` returns, or None when `stop` came first (then `work` is cancelled)."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        return task.result()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
