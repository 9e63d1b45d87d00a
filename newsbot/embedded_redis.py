"""The Redis-compatible server that lives in the data folder, for who installs none: found, started, watched, stopped.

One process owns it (`EmbeddedRedis`) and holds the folder's lock: two servers on one append-only folder would both
start and silently diverge. Other commands use the running server through its socket (`connect_or_start`).

    <data>/redis/lock           held by the owner; its text names it and the socket
    <data>/redis/server.lock    held by the server too
    <data>/redis/users.lock     shared by the commands that use another's server
    <data>/redis/appendonlydir  what is kept; written through to the disk before each answer (`appendfsync always`)
    <data>/redis/server.log     what the server says
    <data>/redis/redis.sock     its socket, or in a short folder when that path is too long for one
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import structlog

from newsbot.embedded_redis_lock import POLL, FolderLock, FolderTaken, FolderUsers, Owner
from newsbot.embedded_redis_process import (
    ServerProcess,
    failure_in,
    find_server,
    is_torn,
    ping,
    refuse_what_looks_new,
)
from newsbot.errors import StartError
from newsbot.stopping import MOMENT, By, Stopping

log = structlog.get_logger()

SOCKET_PATH_LIMIT: Final = 103  #: bytes in a socket's address: 107 on Linux, 103 on macOS
START_TIMEOUT: Final = 30.0  #: seconds until the server must answer at all; loading may take longer
STOP_TIMEOUT: Final = 10.0  #: seconds
RESTARTS: Final = 5  #: deaths in a row after which we give up
SETTLED_AFTER: Final = 60.0  #: seconds alive after which a death is the first of a row again
LOG_LIMIT: Final = 1_000_000  #: bytes after which the server's log is put aside at a start


class EmbeddedRedis:
    """Owns the server from `async with` to its end; restarts it when it dies; never deletes what it keeps.

    Raises StartError when there is no server program, the folder can't be used or is owned by another process, or
    what is kept is damaged. `failed` gets its StartError when the server has died too often later on: then the
    program should end with it.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        memory: str = "1gb",
        server: Path | None = None,
        on_restart: Callable[[], None] = lambda: None,
        backoff: float = 0.1,
        restarts: int = RESTARTS,
        stopping: Stopping | None = None,
    ) -> None:
        """`memory`: what the server may use, as in `maxmemory`; when it is full, writes are refused and nothing is
        evicted.

        `backoff`: seconds before the first restart, doubled at each death in a row. `stopping`: by when it must have
        ended once our process stops.
        """
        self.folder = data_dir.absolute() / "redis"
        self.socket = _socket_path(self.folder)
        self.url = _url(self.socket)
        self.failed: asyncio.Future[StartError]
        self._memory = memory
        self._server = server
        self._on_restart = on_restart
        self._backoff = backoff
        self._restarts = restarts
        self._stopping = stopping or Stopping()
        self._lock = FolderLock(self.folder)
        self._log_start = 0
        self._process: ServerProcess | None = None
        self._supervisor: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id, while there is one."""
        return self._process.pid if self._process and not self._process.ended.done() else None

    async def __aenter__(self) -> Self:
        self.failed = asyncio.get_running_loop().create_future()
        program = self._server or find_server()
        _make_folders(self.folder, self.socket)
        await self._lock.acquire(self.socket)
        try:
            self._process = await self._start(program)
        except BaseException:
            await self._stop()
            raise
        self._supervisor = asyncio.create_task(self._supervise(program), name="embedded redis")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        if self._process is not None:
            await self._end(self._process)
            self._process = None
        with suppress(OSError):
            self.socket.unlink(missing_ok=True)
        self._lock.release()

    async def _start(self, program: Path) -> ServerProcess:
        try:
            return await self._start_once(program, tolerant=False)
        except _TornTail:
            # A power cut leaves half a record at the end. So does damage that makes a length too large, and then more
            # is lost than the last record: keep a copy before the server cuts the file.
            copy = self.folder / "appendonlydir.torn"
            try:
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(self.folder / "appendonlydir", copy)
            except OSError as error:
                raise StartError(
                    f"The append-only file in {self.folder} ends in half a record and can't be copied before it is "
                    f"repaired ({error.strerror or error}); make room on the disk."
                ) from None
            log.warning("the append-only file ended in half a record, which is dropped", copy=str(copy))
            return await self._start_once(program, tolerant=True)

    async def _start_once(self, program: Path, *, tolerant: bool) -> ServerProcess:
        log_file = self.folder / "server.log"
        try:
            # Ours by the lock: nobody else can be listening on it.
            self.socket.unlink(missing_ok=True)
            if log_file.exists() and log_file.stat().st_size > LOG_LIMIT:
                log_file.replace(log_file.with_suffix(".log.1"))
            self._log_start = log_file.stat().st_size if log_file.exists() else 0
            refuse_what_looks_new(self.folder)
        except OSError as error:
            raise _unusable(self.folder, error) from None
        process = await ServerProcess.start(
            [str(program), *_options(self.folder, self.socket, log_file, self._memory, tolerant=tolerant)],
            inherit=self._lock.for_server,
        )
        try:
            await self._until_ready(process)
        except TimeoutError:
            await self._end(process)
            raise StartError(f"The embedded Redis server does not answer; see {log_file}") from None
        except BaseException:
            await self._end(process)
            raise
        if process.ended.done():
            said = _tail(log_file, self._log_start)
            if not tolerant and is_torn(said):
                raise _TornTail
            raise StartError(failure_in(said, self.folder, "does not start"))
        return process

    async def _end(self, process: ServerProcess) -> None:
        left = self._stopping.left(By.CLOSED)
        # Half of it for ending by itself, half for being killed.
        await process.stop(STOP_TIMEOUT if left is None else max(left / 2, MOMENT))

    async def _until_ready(self, process: ServerProcess) -> None:
        """Until it answers or has ended. Raises TimeoutError when it does neither; loading counts as an answer."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + START_TIMEOUT
        while not process.ended.done():
            match await ping(self.socket):
                case "ready":
                    return
                case "loading":
                    deadline = clock() + START_TIMEOUT
                case "silent" if clock() > deadline:
                    raise TimeoutError
            await asyncio.wait([process.ended], timeout=0.01)

    async def _supervise(self, program: Path) -> None:
        clock = asyncio.get_running_loop().time
        deaths = 0
        while self._process is not None:
            began = clock()
            status = await asyncio.shield(self._process.ended)
            deaths = 1 if clock() - began > SETTLED_AFTER else deaths + 1
            log.error("the embedded Redis server died", status=status, deaths=deaths)
            said = _tail(self.folder / "server.log", self._log_start)
            problem = StartError(failure_in(said, self.folder, f"died {deaths} times in a row"))
            while True:
                if deaths > self._restarts:
                    self.failed.set_result(problem)
                    return
                await asyncio.sleep(min(self._backoff * 2 ** (deaths - 1), 5.0))
                try:
                    self._process = await self._start(program)
                except StartError as error:
                    deaths, problem = deaths + 1, error
                    reason = str(error)
                    log.error("the embedded Redis server does not start again", reason=reason, deaths=deaths)  # noqa: TRY400 - one line
                    continue
                log.warning("the embedded Redis server was restarted")
                self._on_restart()
                break


@asynccontextmanager
async def connect_or_start(data_dir: Path) -> AsyncIterator[str]:
    """The URL of the server in this data folder: the running one's, or of one that is started and stopped again at the
    end of the block, once no other command uses it any more (at once when the block is cancelled).

    For commands, beside a running `newsbot run` or none. Raises StartError.
    """
    folder = data_dir.absolute() / "redis"
    while True:
        async with AsyncExitStack() as stack:
            users = FolderUsers(folder)
            stack.callback(users.release)
            owner = Owner.of(folder)
            if owner is None:
                try:
                    server = await stack.enter_async_context(EmbeddedRedis(data_dir))
                except FolderTaken:
                    continue  # by a command that was begun at the same moment
                stack.push_async_exit(partial(_leave_to_others, users))
                url = server.url
            elif users.join() and (socket := await _answering(owner, data_dir, folder)) is not None:
                url = _url(socket)
            else:
                await asyncio.sleep(POLL)  # it is just ending
                continue
            yield url
            return


async def _leave_to_others(
    users: FolderUsers, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
) -> None:
    if kind is None or issubclass(kind, Exception):
        await users.alone()


async def _answering(owner: Owner | None, data_dir: Path, folder: Path) -> Path | None:
    """The socket of the owner's server when it answers; None: the owner has ended. It may have taken the lock a moment
    ago and be starting its server. Raises StartError where it lives and its server doesn't answer.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + START_TIMEOUT
    while owner is not None and await ping(owner.socket) == "silent":
        if clock() > deadline:
            raise StartError(
                f"Process {owner.pid} has the data folder {data_dir} and its Redis server does not answer; stop it."
            )
        await asyncio.sleep(POLL)
        owner = Owner.of(folder)
    return None if owner is None else owner.socket


class _TornTail(Exception):
    """The append-only file ends in the middle of a record."""


def _options(folder: Path, socket: Path, log_file: Path, memory: str, *, tolerant: bool) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(log_file),
        "daemonize": "no",
        "databases": "1",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-load-truncated": "yes" if tolerant else "no",
        "auto-aof-rewrite-min-size": "16mb",
        "maxmemory": memory,
        "maxmemory-policy": "noeviction",
    }
    return [part for name, value in settings.items() for part in (f"--{name}", value)]


def _url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}"


def _socket_path(folder: Path) -> Path:
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    short = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(os.environ.get("XDG_RUNTIME_DIR") or gettempdir()) / f"newsbot-{os.getuid()}-{short}" / "redis.sock"


def _make_folders(folder: Path, socket: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from None
    if socket.parent != folder and socket.parent.stat().st_uid != os.getuid():
        raise StartError(
            f"{socket.parent} belongs to another user; set NEWSBOT_DATA_DIR to a folder with a shorter path."
        )


def _unusable(folder: Path, error: OSError) -> StartError:
    return StartError(
        f"The data folder {folder.parent} can't be used ({error.strerror or error}); "
        "make it writable, or set NEWSBOT_DATA_DIR to one that is."
    )


def _tail(log_file: Path, start: int) -> str:
    try:
        with log_file.open("rb") as said:
            said.seek(start)
            return said.read(LOG_LIMIT).decode(errors="replace")
    except OSError:
        return ""
