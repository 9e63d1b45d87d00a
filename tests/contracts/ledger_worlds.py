"""Subscribers and a ledger over them, in memory and in Redis, for the suites that both must pass."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from redis.asyncio import Redis

from newsbot.delivery.ledger import COPIES_KEPT, Claim, Ledger, Taken, Unit
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Alert
from newsbot.domain.subscriber import Slot, Subscriber
from newsbot.domain.window import Window
from newsbot.heartbeats import new_name, retire
from newsbot.subscribers.redis_segments import Segments
from newsbot.subscribers.states import Forgotten
from tests.builders import NOW, a_subscriber, an_address
from tests.memory_ledger import MemoryLedger


class World(Protocol):
    ledger: Ledger
    other: Ledger  #: another process's

    async def put(self, *topics: str, number: int, active_at: datetime | None = None, **preferences: Any) -> None:
        """Write the reader `number`, in place of what is there."""
        ...

    async def forget(self, number: int) -> None: ...

    async def heard_of(self, number: int, window: Window, *, now: datetime | None = None) -> None:
        """The reader did something that opens it, in a world with windows: they are active, now if no time is given."""
        ...

    def worker(self) -> str:
        """Another one that lives."""
        ...

    def die(self, worker: str) -> None: ...

    async def pass_time(self, span: timedelta) -> None: ...

    async def forget_copies(self, unit: Unit) -> None:
        """As 48 hours after the unit's last message. It is closed."""
        ...


class MemoryWorld:
    def __init__(self, *, windows: bool = False) -> None:
        self.readers: dict[int, Subscriber] = {}
        self.memory = MemoryLedger(self.readers, windows={} if windows else None)
        self.ledger: Ledger = self.memory
        self.other: Ledger = self.memory

    async def put(self, *topics: str, number: int, active_at: datetime | None = None, **preferences: Any) -> None:
        self.readers[number] = _reader(*topics, number=number, active_at=active_at, **preferences)

    async def forget(self, number: int) -> None:
        del self.readers[number]
        (self.memory.windows or {}).pop(number, None)

    async def heard_of(self, number: int, window: Window, *, now: datetime | None = None) -> None:
        self.readers[number] = replace(self.readers[number], active_at=now or datetime.now(UTC))
        self.memory.heard_of(number, window)

    def worker(self) -> str:
        return new_name()

    def die(self, worker: str) -> None:
        self.memory.dead.add(worker)

    async def pass_time(self, span: timedelta) -> None:
        self.memory.skip(span)

    async def forget_copies(self, unit: Unit) -> None:
        self.memory.forget_copies(unit)


class RedisWorld:
    def __init__(self, redis: Redis, *, windows: bool = False) -> None:
        self.redis = redis
        self.segments = Segments(redis, {"telegram": "1"})
        self.ledger: Ledger = RedisLedger(redis, "telegram", "1", windows=windows)
        self.other: Ledger = RedisLedger(redis, "telegram", "1", windows=windows)
        self._version = 0

    async def put(self, *topics: str, number: int, active_at: datetime | None = None, **preferences: Any) -> None:
        self._version += 1
        reader = _reader(*topics, number=number, active_at=active_at, **preferences)
        await self.segments.apply([replace(reader, version=self._version)])
        if active_at is not None:
            await self.segments.touch(reader.address, reader.slot, active_at)

    async def forget(self, number: int) -> None:
        self._version += 1
        await self.segments.apply([Forgotten("telegram", number, self._version)])

    async def heard_of(self, number: int, window: Window, *, now: datetime | None = None) -> None:
        slot = Slot.of("telegram", number)
        found = await self.segments.read(slot)
        assert found is not None
        await self.segments.touch(found.address, slot, now or datetime.now(UTC), window)

    def worker(self) -> str:
        return new_name()

    def die(self, worker: str) -> None:
        retire(worker)

    async def pass_time(self, span: timedelta) -> None:
        await asyncio.sleep(span.total_seconds())

    async def forget_copies(self, unit: Unit) -> None:
        key = f"{{telegram:{unit.segment}}}:alert:{unit.alert_id}:{int(unit.tier)}"
        for name in ("audience", "copies", "messages", "other_messages"):
            assert await self.redis.ttl(f"{key}:{name}") <= COPIES_KEPT.total_seconds(), name
            await self.redis.delete(f"{key}:{name}")


def _reader(*topics: str, number: int, active_at: datetime | None, **preferences: Any) -> Subscriber:
    address = an_address(preferences.pop("user_id", str(1000 + number)))
    return replace(a_subscriber(*topics, address=address, number=number, **preferences), active_at=active_at)


async def frozen(world: World, alert: Alert, *segments: int, **first: Any) -> int:
    return sum([await world.ledger.freeze(alert, segment, now=NOW, **first) for segment in segments or (0,)])


async def taken(ledger: Ledger, worker: str, *alerts: Alert, resend: bool = False) -> Taken:
    """Waits until there is something to take."""
    ids = [alert.id for alert in alerts]
    deadline = time.monotonic() + 10
    while (found := await ledger.take(worker, ids, resend=ids if resend else ())) is None:
        assert time.monotonic() < deadline, "nothing to take"
        await asyncio.sleep(0.02)
    return found


async def claimed(ledger: Ledger, unit: Unit, worker: str, count: int, alert: Alert) -> Claim:
    """Waits until somebody's turn comes."""
    deadline = time.monotonic() + 10
    while not (claim := await ledger.claim(unit, worker, count, alert)).readers:
        assert time.monotonic() < deadline, "nobody's turn comes"
        assert claim.next_in is not None, "nobody waits"
        await asyncio.sleep(claim.next_in.total_seconds() + 0.001)
    return claim
