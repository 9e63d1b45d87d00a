"""Keeps the counts of days up to date. One process does it; what it does may be done twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, Protocol

import structlog

from newsbot.errors import StoreError
from newsbot.rollups.days import day_of

__all__ = ["DayCounter", "RollupKeeper"]

COUNT_EVERY: Final = timedelta(minutes=5)
#: at least so many times as long as counting took lies between two counts: a day on which a million readers were
#: imported is counted more rarely
RESTS: Final = 20
SEARCHES_KEPT: Final = timedelta(days=90)

log = structlog.get_logger()


class DayCounter(Protocol):
    async def count(self, *, now: datetime) -> None:
        """Bring the days up to date that may have changed. Raises StoreError; safe to repeat."""
        ...


class RollupKeeper:
    """`forget` deletes what was searched for in vain before a day."""

    def __init__(
        self,
        counters: Sequence[DayCounter],
        forget: Callable[[date], Awaitable[int]],
        *,
        zone: tzinfo,
        clock: Callable[[], datetime],
    ) -> None:
        self._counters = tuple(counters)
        self._forget = forget
        self._zone = zone
        self._clock = clock

    async def run(self) -> None:
        """Never returns; cancel it. Survives the absence of the database."""
        while True:
            began = time.monotonic()
            await self.round()
            took = time.monotonic() - began
            await asyncio.sleep(max(COUNT_EVERY.total_seconds(), RESTS * took))

    async def count(self) -> None:
        """Bring all figures up to date. Raises StoreError."""
        now = self._clock()
        for counter in self._counters:
            await counter.count(now=now)

    async def round(self) -> None:
        try:
            await self.count()
            await self._forget(day_of(self._clock() - SEARCHES_KEPT, self._zone))
        except StoreError as error:
            log.warning("the figures of the day were not counted", reason=str(error))
