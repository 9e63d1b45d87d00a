"""Who works, when only one process may: a key in Redis that names the holder and counts its heartbeats.

A holder that is silent, as `heartbeats` tells it, is replaced by whoever waits.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from redis.asyncio import Redis

from newsbot.errors import StoreError
from newsbot.heartbeats import LIFE, Watch, new_name, retire
from newsbot.redis_client import AWAY, Script

log = structlog.get_logger()

ASK_EVERY: Final = 1.0  #: seconds

_renew: Final = Script(__package__, "lease_renew.lua")
_end: Final = Script(__package__, "lease_end.lua")


class LeaseLost(StoreError):
    """Another process does this work now."""


class Lease:
    """Raises what the Redis client raises."""

    def __init__(self, redis: Redis, key: str, *, life: timedelta = LIFE) -> None:
        self._redis = redis
        self._key = key
        self._token = new_name()
        self._watch = Watch(life)

    async def hold(self) -> bool:
        """Take it or go on holding it (a heartbeat); False while another process holds it."""
        while True:
            holder, beats = await _renew(self._redis, [self._key], [self._token])
            if holder.decode() == self._token:
                self._watch.restart()
                return True
            if not self._watch.silent({holder.decode(): beats}):
                return False
            await _end(self._redis, [self._key], [holder, beats])

    async def wait(self) -> None:
        """Until it is ours, however long Redis is away meanwhile."""
        while True:
            try:
                if await self.hold():
                    return
            except AWAY as error:
                # The holder could not beat either.
                self._watch.restart()
                log.warning("waiting for Redis", lease=self._key, reason=str(error))
            await asyncio.sleep(ASK_EVERY)

    async def end(self) -> None:
        """Let another have it at once; if Redis is away, the others see that we are silent."""
        retire(self._token)
        with suppress(*AWAY):
            await _end(self._redis, [self._key], [self._token, ""])
