"""Programs that a command of ours starts beside itself: they end when it does, however it ends."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from newsbot.errors import StartError

READY_WITHIN = 60.0  #: seconds for a process to say that it is ready
STOP_WITHIN = 10.0  #: seconds for a process to end by itself before it is killed (`newsbot.stopping`: it does)
PREFIX = "NEWSBOT_"
ORPHAN_GUARD = Path(__file__).with_name("orphan_guard.py")


@dataclass
class Child:
    """A process of ours; its errors go to a log file. It is stopped too when we die, in whatever way."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    def last_words(self) -> str:
        lines = self.log.read_text("utf-8", errors="replace").strip().splitlines()[-5:]
        return " | ".join(line.strip() for line in lines) or "it printed nothing"

    async def end(self) -> None:
        """Ask it to stop; kill it if it doesn't."""
        if self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), STOP_WITHIN)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()

    async def drain(self) -> None:
        """Until it ends. What it prints is thrown away: a full pipe would stop it."""
        assert self.process.stdout is not None
        while await self.process.stdout.read(65_536):
            pass
        await self.process.wait()

    async def line(self, beginning: str) -> str:
        """The rest of the first line that it prints with this beginning. Raises StartError."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(READY_WITHIN):
                while line := (await self.process.stdout.readline()).decode("utf-8", "replace"):
                    if line.startswith(beginning):
                        return line.removeprefix(beginning).strip()
        except TimeoutError:
            raise StartError(f"the {self.name} was not ready within {READY_WITHIN:.0f} s: see {self.log}") from None
        await self.process.wait()
        raise StartError(self.last_words().removeprefix(f"{self.name}: "))

    async def answers(self, port: int) -> bool:
        """True once /readyz at this port says so. Raises StartError."""
        for _ in range(int(READY_WITHIN / 0.1)):
            if self.process.returncode is not None:
                raise StartError(self.last_words().removeprefix("newsbot: "))
            if await _is_ready(port):
                return True
            await asyncio.sleep(0.1)
        raise StartError(f"the {self.name} was not ready within {READY_WITHIN:.0f} s: see {self.log}")


async def start_child(
    name: str, folder: Path, module_and_arguments: Sequence[str], *, settings: Mapping[str, str] | None = None
) -> Child:
    """`python -m MODULE ARGUMENT…`, without our own settings in its environment but with `settings`. Its errors are
    added to `NAME.log` in `folder`.
    """
    environment = {key: value for key, value in os.environ.items() if not key.upper().startswith(PREFIX)}
    environment |= settings or {}
    watch = "kernel" if sys.platform == "linux" else "pipe"
    log_path = folder / f"{name}.log"
    with log_path.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(ORPHAN_GUARD), watch, str(os.getpid())),
            *(sys.executable, "-m", *module_and_arguments),
            stdin=asyncio.subprocess.PIPE if watch == "pipe" else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=environment,
            # Ctrl-C reaches only us: we say who stops first.
            start_new_session=True,
        )
    return Child(name, process, log_path)


@asynccontextmanager
async def child(
    name: str, folder: Path, module_and_arguments: Sequence[str], *, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Child]:
    """One that is stopped at the end of the block; its log begins anew."""
    (folder / f"{name}.log").unlink(missing_ok=True)
    started = await start_child(name, folder, module_and_arguments, settings=settings)
    try:
        yield started
    finally:
        await started.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
