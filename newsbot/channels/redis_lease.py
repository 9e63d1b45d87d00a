"""Who works, when only one process may: a key in Redis that lasts while its holder renews it."""

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


class LeaseLost(StoreError):
    """Another process does this work now."""


class Lease:
    """Raises what the Redis client raises. A server's clock that jumps can give it to two for a moment."""

    def __init__(self, redis: Redis, key: str) -> None:
        self._redis = redis
        self._key = key
        self._token = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"

    async def hold(self) -> bool:
        """Take it or go on holding it; False while another process holds it."""
        while not await _renew(self._redis, [self._key], [self._token, LIFE // timedelta(milliseconds=1)]):
            holder = await self._redis.get(self._key)
            if holder is None:
                continue
            token = holder.decode() if isinstance(holder, bytes) else holder
            if not _is_dead(token):
                return False
            await _end(self._redis, [self._key], [token])
        return True

    async def wait(self) -> None:
        """Until it is ours, however long Redis is away meanwhile."""
        while True:
            try:
                if await self.hold():
                    return
            except AWAY as error:
                log.warning("waiting for Redis", lease=self._key, reason=str(error))
            await asyncio.sleep(ASK_EVERY)

    async def end(self) -> None:
        """Let another have it at once; if Redis is away it runs out by itself."""
        with suppress(*AWAY):
            await _end(self._redis, [self._key], [self._token])


def _is_dead(token: str) -> bool:
    """A process of this machine that is gone needn't be waited for."""
    host, _, rest = token.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
