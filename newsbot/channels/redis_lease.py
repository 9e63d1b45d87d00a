"""Who works, when only one process may: a key in Redis that names the holder and counts its heartbeats.

A holder is gone when its count stands still for LIFE on the *waiter's* monotonic clock. A time to live on the server
would do for less, until the server's clock jumps: back, and nobody can take over for as long; forward, and two hold it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from redis.asyncio import Redis

from newsbot.errors import StoreError
from newsbot.redis_client import AWAY, Script

log = structlog.get_logger()

ASK_EVERY: Final = 1.0  #: seconds
LIFE: Final = timedelta(seconds=15)  #: how long a holder may be silent before another takes over

_renew: Final = Script(__package__, "lease_renew.lua")
_end: Final = Script(__package__, "lease_end.lua")
_ours: Final[set[str]] = set()  # the tokens of this process


class LeaseLost(StoreError):
    """Another process does this work now."""


class Lease:
    """Raises what the Redis client raises."""

    def __init__(self, redis: Redis, key: str, *, life: timedelta = LIFE) -> None:
        self._redis = redis
        self._key = key
        self._life = life.total_seconds()
        self._token = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"
        self._seen: tuple[bytes, bytes] | None = None  # another holder and its beats
        self._seen_at = 0.0
        _ours.add(self._token)

    async def hold(self) -> bool:
        """Take it or go on holding it (a heartbeat); False while another process holds it."""
        clock = asyncio.get_running_loop().time
        while True:
            holder, beats = await _renew(self._redis, [self._key], [self._token])
            if holder.decode() == self._token:
                self._seen = None
                return True
            if self._seen != (holder, beats):
                self._seen, self._seen_at = (holder, beats), clock()
            if not _is_dead(holder.decode()) and clock() - self._seen_at <= self._life:
                return False
            await _end(self._redis, [self._key], [holder, beats])

    async def wait(self) -> None:
        """Until it is ours, however long Redis is away meanwhile."""
        while True:
            try:
                if await self.hold():
                    return
            except AWAY as error:
                # The holder could not beat either: it gets its whole time again.
                self._seen = None
                log.warning("waiting for Redis", lease=self._key, reason=str(error))
            await asyncio.sleep(ASK_EVERY)

    async def end(self) -> None:
        """Let another have it at once; if Redis is away, the others see that we are silent."""
        _ours.discard(self._token)
        with suppress(*AWAY):
            await _end(self._redis, [self._key], [self._token, ""])


def _is_dead(token: str) -> bool:
    """A process of this machine that is gone needn't be waited for."""
    host, _, rest = token.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        # A container's processes get the same ids each time it starts.
        return token not in _ours
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
