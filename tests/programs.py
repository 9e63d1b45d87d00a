"""The program itself as a process, with settings of its own and none from the environment."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

import aiohttp

WITHIN = 60.0  #: seconds for whatever a process is waited for; the machine may be busy


def clean_environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")} | dict(settings or {})


def free_port() -> int:
    """One that nobody gets by chance before it is used, or while the program that has it is down.

    The system gives those above to whoever asks for any port, and to every connection that goes out.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_768)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Lateness:
    """How much later than asked for this process is woken, all in all, inside `async with`: by so much a busy machine
    may have held up others too.
    """

    def __init__(self) -> None:
        self.late = 0.0  #: seconds

    async def __aenter__(self) -> Self:
        self._watch = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watch.cancel()

    async def _look(self) -> None:
        while True:
            asked = time.monotonic()
            await asyncio.sleep(0.05)
            self.late += max(time.monotonic() - asked - 0.06, 0.0)


class Program:
    """A command of newsbot that runs; what it prints is collected."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.out = ""
        self.err = ""
        self._readers = [
            asyncio.create_task(self._collect(process.stdout, "out")),
            asyncio.create_task(self._collect(process.stderr, "err")),
        ]

    async def _collect(self, stream: asyncio.StreamReader | None, name: str) -> None:
        assert stream is not None
        while piece := await stream.read(4096):
            setattr(self, name, getattr(self, name) + piece.decode("utf-8", "replace"))

    async def printed(self, text: str, within: float = WITHIN) -> str:
        """Everything on standard output once `text` stands there. Fails when the program ends without it."""
        async with asyncio.timeout(within):
            while text not in self.out:
                ended = self.process.returncode is not None and all(reader.done() for reader in self._readers)
                assert not ended, f"it ended with {self.process.returncode}: {self.out}{self.err}"
                await asyncio.sleep(0.02)
        return self.out

    async def ended(self) -> int:
        async with asyncio.timeout(WITHIN):
            status = await self.process.wait()
            await asyncio.gather(*self._readers)
        return status

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return await self.ended()


@asynccontextmanager
async def program(
    *arguments: str | Path, folder: Path, settings: Mapping[str, str] | None = None, shift: Path | None = None
) -> AsyncIterator[Program]:
    """`newsbot ARGUMENTS` in `folder`; killed at the end if it still runs. `shift`: see `newsbot.shifted_clock`."""
    module = ("newsbot",) if shift is None else ("newsbot.shifted_clock", shift)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *map(str, (*module, *arguments))),
        cwd=folder,
        env=clean_environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    started = Program(process)
    try:
        yield started
    finally:
        if process.returncode is None:
            process.kill()
        await started.ended()


async def run_to_end(
    *arguments: str | Path, folder: Path, settings: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    async with program(*arguments, folder=folder, settings=settings) as started:
        status = await started.ended()
        return status, started.out, started.err


async def ready(port: int, running: Program, within: float = WITHIN) -> None:
    """Wait until the bot at this port says that it is ready."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(within):
        while True:
            assert running.process.returncode is None, running.err
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
