"""Politeness towards a host: one request at a time, a pause between two, and silence for as long as it asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from newsbot.ingest.fetching import HostBusy

_REMEMBERED = 2_000  #: hosts; idle ones beyond are forgotten


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_at: float = 0.0  #: loop time before which no request begins
    closed_until: float = 0.0  #: loop time until which the host does not want to hear from us
    waiting: int = 0


class HostTurns:
    """Gives out turns; all waiting is on the event loop's own clock, so a wrong wall clock does no harm."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, pause: timedelta) -> AsyncIterator[None]:
        """Hold the host alone; the next turn begins `pause` after this one ends.

        Raises HostBusy at once, instead of waiting, while the host has asked for silence.
        """
        entry = self._hosts.setdefault(host, _Host())
        entry.waiting += 1
        loop = asyncio.get_running_loop()
        try:
            async with entry.lock:
                self._refuse_if_closed(entry, host, loop.time())
                await asyncio.sleep(max(0.0, entry.next_at - loop.time()))
                try:
                    yield
                finally:
                    entry.next_at = loop.time() + pause.total_seconds()
        finally:
            entry.waiting -= 1
            self._forget_idle(loop.time())

    def close(self, host: str, duration: timedelta) -> None:
        """The host asked for no requests for `duration`."""
        entry = self._hosts.setdefault(host, _Host())
        entry.closed_until = max(entry.closed_until, asyncio.get_running_loop().time() + duration.total_seconds())

    @staticmethod
    def _refuse_if_closed(entry: _Host, host: str, now: float) -> None:
        if entry.closed_until > now:
            left = timedelta(seconds=entry.closed_until - now)
            raise HostBusy(f"{host} asked for no requests for a while", retry_after=left)

    def _forget_idle(self, now: float) -> None:
        if len(self._hosts) <= _REMEMBERED:
            return
        for host in [
            host
            for host, entry in self._hosts.items()
            if not entry.waiting and entry.next_at <= now and entry.closed_until <= now
        ]:
            del self._hosts[host]
