"""`newsbot demo`: the sandbox and the bot as two processes, the very programs that a newsroom and its rehearsal run.

The bot is given settings of its own (a file in the demo's folder) and none from the environment, so that a demo never
touches the newsroom's real database or token.
"""

from __future__ import annotations

import asyncio
import fcntl
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from newsbot.child_processes import Child, child, free_port
from newsbot.delivery.pacing import FREE_RATE
from newsbot.desk.approvals import Policy
from newsbot.errors import NewsbotError, StartError

T = TypeVar("T")


class DemoError(NewsbotError):
    """The demo ended because one of its processes did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWish:
    """What was asked for on the command line. `port`: of the page, 0 for a free one; `folder`: where it all stays."""

    folder: Path
    port: int
    readers: int  #: simulated subscribers there are at least
    rate: int = FREE_RATE  #: messages a second; what is above Telegram's free rate is as if paid for
    approval: Policy = Policy.NONE


async def run_demo(wish: DemoWish) -> None:
    """Start both, print the address, wait for Ctrl-C, SIGTERM or the terminal's end, stop both.

    The bot takes over the simulated readers that it doesn't know before it starts.

    Raises StartError or DemoError.
    """
    folder = wish.folder.resolve()
    with _folder_to_ourselves(folder):
        await _run_in(folder, wish)


async def _run_in(folder: Path, wish: DemoWish) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signal_number, stop.set)
    print("Starting the demo…", flush=True)  # noqa: T201 - this command's own output
    web_port = free_port()
    sandbox_arguments = [
        "--data",
        str(folder / "sandbox"),
        "--port",
        str(wish.port),
        "--bot",
        f"http://127.0.0.1:{web_port}",
        "--readers",
        str(wish.readers),
        "--messenger",
    ]
    async with child("sandbox", folder, ["newsbot.sandbox", *sandbox_arguments]) as sandbox:
        address = await _unless_stopped(sandbox.line("sandbox ready "), stop)
        if address is None:
            return
        env_file = _write_settings(folder, web_port, wish)
        if await _unless_stopped(_take_over(folder, env_file), stop) is None:
            return
        async with child("bot", folder, ["newsbot", "--env-file", str(env_file), "run"]) as bot:
            if not await _unless_stopped(bot.answers(web_port), stop):
                return
            if await _unless_stopped(_show_the_page(folder, env_file), stop) is None:
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


def _write_settings(folder: Path, web_port: int, wish: DemoWish) -> Path:
    env_file = folder / "demo.env"
    sandbox_env = (folder / "sandbox" / "bot.env").read_text("utf-8")
    env_file.write_text(
        f"{sandbox_env}\nNEWSBOT_DATA_DIR={folder / 'bot'}\nNEWSBOT_WEB__PORT={web_port}\n"
        f"NEWSBOT_TELEGRAM__RATE={wish.rate}\n"
        f"NEWSBOT_TELEGRAM__PAID_BROADCAST={str(wish.rate > FREE_RATE).lower()}\n"
        f"NEWSBOT_DESK__APPROVAL={wish.approval}\n",
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
    async with child("import", folder, command) as taking_over:
        await taking_over.drain()
        if taking_over.process.returncode != 0:
            raise StartError(taking_over.last_words().removeprefix("newsbot: "))
    file.unlink()
    return True


async def _show_the_page(folder: Path, env_file: Path) -> bool:
    """The Page on Messenger gets its greeting, questions and menu, as an operator gives them; a demo can do without."""
    command = ["newsbot", "--env-file", str(env_file), "messenger", "sync"]
    async with child("profile", folder, command) as syncing:
        await syncing.drain()
        if syncing.process.returncode != 0:
            print(f"The Messenger Page shows no menu: {syncing.last_words()}", flush=True)  # noqa: T201
    return True


async def _end_of_any(children: list[Child]) -> None:
    """Raises DemoError when one of the processes ends by itself."""
    ends = {asyncio.ensure_future(one.drain()): one for one in children}
    try:
        ended, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in ends:
            task.cancel()
    first = ends[ended.pop()]
    status = first.process.returncode
    raise DemoError(
        f"the {first.name} ended by itself (status {status}): {first.last_words()} (all of it: {first.log})"
    )


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
