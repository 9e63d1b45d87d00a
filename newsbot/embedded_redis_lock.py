"""Locks on the embedded server's folder that the kernel takes back when their holders die.

Three files. `lock` is held by the owner alone, so it tells whether there is one; its text tells the owner's process id
and the socket. `server.lock` is inherited by the server, so it is free only when the append-only file is: after the
owner was killed its server still lives for a moment, and a second one beside it would ruin the file. `users.lock` is
shared by the commands that use another's server: a command that owns one stops it when nobody else uses it.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final, Self

import structlog

from newsbot.errors import StartError

log = structlog.get_logger()

POLL: Final = 0.05  #: seconds between two looks at a lock that should come free
ORPHAN_TIMEOUT: Final = 15.0  #: seconds to wait for the server of an owner that was killed
SAY_AFTER: Final = 100  #: looks after which who waits for others says so


@dataclass(frozen=True, slots=True)
class Owner:
    """What stands in the lock file."""

    pid: int
    socket: Path

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """Who owns this folder now; None when nobody does. Raises StartError when that can't be known."""
        try:
            descriptor = os.open(folder / "lock", os.O_RDONLY)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(folder, error) from None
        try:
            if _try_lock(descriptor):
                return None
            found = json.loads(os.pread(descriptor, 4096, 0) or b"{}")
            return cls(int(found.get("pid", 0)), Path(found.get("socket", "")))
        finally:
            os.close(descriptor)


class FolderTaken(StartError):
    """The folder has an owner."""


class FolderLock:
    """The owner's locks of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._owners: int | None = None
        self._servers: int | None = None

    @property
    def for_server(self) -> int:
        """The descriptor that a server must inherit."""
        if self._servers is None:
            raise RuntimeError("the folder is not locked")
        return self._servers

    async def acquire(self, socket: Path) -> None:
        """Raises FolderTaken when the folder has an owner, StartError when the server of the last one does not end."""
        try:
            self._owners = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._servers = os.open(self._folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
            await self._become_owner(self._owners)
            os.ftruncate(self._owners, 0)
            os.pwrite(self._owners, json.dumps({"pid": os.getpid(), "socket": str(socket)}).encode(), 0)
            await self._wait_for_orphan(self._servers)
        except OSError as error:
            self.release()
            raise _unusable(self._folder, error) from None
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """The files stay: removing one would let two processes lock two different files of its name."""
        for descriptor in (self._owners, self._servers):
            if descriptor is not None:
                with suppress(OSError):
                    os.close(descriptor)
        self._owners = self._servers = None

    async def _become_owner(self, descriptor: int) -> None:
        # Who only asks whether there is an owner holds the lock for an instant.
        for _ in range(5):
            if _try_lock(descriptor):
                return
            await asyncio.sleep(POLL)
        raise FolderTaken(self._taken())

    async def _wait_for_orphan(self, descriptor: int) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + ORPHAN_TIMEOUT
        while not _try_lock(descriptor):
            if clock() > deadline:
                raise StartError(
                    f"The Redis server of a newsbot that is gone still runs in {self._folder}; "
                    "it should have ended by itself: stop it, then start again."
                )
            await asyncio.sleep(POLL)

    def _taken(self) -> str:
        owner = Owner.of(self._folder)
        who = f" (process {owner.pid})" if owner and owner.pid else ""
        return (
            f"Another newsbot{who} is running with the data folder {self._folder.parent}; "
            "stop it first, or set NEWSBOT_DATA_DIR to another folder."
        )


class FolderUsers:
    """The commands that use one server, as one of them sees it. Released by `release`, or by the end of the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None

    def join(self) -> bool:
        """Use the owner's server; False while the owner is stopping it."""
        return self._lock(fcntl.LOCK_SH)

    async def alone(self) -> None:
        """Returns when nobody else uses it, and nobody can begin to."""
        for waited in count():
            if self._lock(fcntl.LOCK_EX):
                return
            if waited == SAY_AFTER:
                log.warning("another command still uses the redis server that this one started; waiting for it to end")
            await asyncio.sleep(POLL)

    def release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)

    def _lock(self, kind: int) -> bool:
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unusable(self._folder, error) from None
        return _try_lock(self._descriptor, kind)


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unusable(folder: Path, error: OSError) -> StartError:
    return StartError(
        f"The data folder {folder.parent} can't be used ({error.strerror or error}); "
        "make it writable, or set NEWSBOT_DATA_DIR to one that is."
    )
