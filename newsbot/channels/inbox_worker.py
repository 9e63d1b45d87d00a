"""Working off the inbox: read ahead a little, one reader's events in order, many readers side by side, acknowledge in
batches.

Redis may go away and come back at any time: what was read stays in memory, what was handled is acknowledged later,
and what the server handed out in an answer that never arrived is asked for again. Keys: see `redis_inbox`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog
from redis.asyncio import Redis

from newsbot.channels.inbox import Handle
from newsbot.channels.message_json import dump, load
from newsbot.channels.redis_lease import Lease, LeaseLost
from newsbot.domain.message import IncomingMessage
from newsbot.errors import StoreUnavailable
from newsbot.redis_client import AWAY, BLOCK
from newsbot.stopping import By, Stopping

log = structlog.get_logger()

READERS_AT_ONCE: Final = 64  #: whose events are handled side by side
READ_AHEAD: Final = 2_048  #: events in memory; the rest waits in Redis
BATCH: Final = 128  #: events read, or acknowledged, in one round trip
RETRY_AFTER: Final = (0.5, 2.0, 8.0)  #: seconds before the second, third and last try of an event whose handling raises
AWAY_PAUSES: Final = (0.05, 0.2, 0.5, 1.0, 2.0)  #: seconds between tries while a storage is away; the last one repeats
CRASHES: Final = 3  #: times an event may be begun again after the process died; more, and it is what kills it
FINISH: Final = 5.0  #: seconds that handling may take to end when we are told to stop
KEEP_FAILED: Final = 1_000  #: events that were set aside and can still be looked at
RENEW_EVERY: Final = 3.0  #: seconds

_GROUP: Final = "workers"
#: One name for all: whoever holds the lease inherits what the one before had been handed.
_CONSUMER: Final = "worker"
_NEW: Final = ">"


@dataclass(slots=True)
class _Entry:
    id: bytes
    incoming: IncomingMessage
    again: bool  #: was handed out before, perhaps to a process that died


@dataclass(slots=True)
class _Handled:
    id: bytes
    failure: str = ""  #: why it is set aside
    content: bytes = b""  #: of what is set aside


class InboxWorker:
    """One turn at the inbox, while the lease lasts; `retry_after` as RETRY_AFTER; `stopping`: by when it must have
    ended once the process stops.
    """

    def __init__(
        self,
        redis: Redis,
        prefix: str,
        handle: Handle,
        lease: Lease,
        *,
        retry_after: tuple[float, ...] = RETRY_AFTER,
        stopping: Stopping | None = None,
    ) -> None:
        self._redis = redis
        self._events = f"{prefix}:events"
        self._begun_again = f"{prefix}:again"
        self._failed = f"{prefix}:failed"
        self._failures = f"{prefix}:failures"
        self._handle = handle
        self._lease = lease
        self._retry_after = retry_after
        self._clock = stopping or Stopping()
        self._chains: dict[str, deque[_Entry]] = {}  # by reader; the first is being handled
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: set[bytes] = set()  # entries, from being read to being acknowledged
        self._handled: deque[_Handled] = deque()  # and not acknowledged yet
        # What was handed out is not asked for while some of it is being acknowledged: the answer could bring it back.
        self._unacknowledged = asyncio.Lock()
        self._slots = asyncio.Semaphore(READERS_AT_ONCE)
        self._room = asyncio.Event()
        self._to_acknowledge = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Raises LeaseLost when another process took over. Handling that has begun is let end
        (FINISH).
        """
        acknowledging = asyncio.create_task(self._acknowledge_forever())
        try:
            await self._read_forever()
        finally:
            self._stopping.set()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._clock.at_most(FINISH, By.ANSWERS))
            await self._clock.end([*self._tasks, acknowledging], By.RESULTS)
            with suppress(*AWAY):
                async with self._clock.until(By.RESULTS):
                    while self._handled:
                        await self._acknowledge()

    async def _read_forever(self) -> None:
        clock = asyncio.get_running_loop().time
        renewed = clock()
        cursor = "0"  # first what was handed out before, then what is new
        away = 0
        while True:
            try:
                if clock() - renewed > RENEW_EVERY:
                    if not await self._lease.hold():
                        raise LeaseLost
                    renewed = clock()
                if len(self._held) >= READ_AHEAD:
                    self._room.clear()
                    await _wait(self._room, 1.0)
                    continue
                cursor = await self._read(cursor)
                if away:
                    log.info("the inbox is back", inbox=self._events)
                away = 0
            except AWAY as error:
                # What was handed out in an answer that never came is asked for again.
                cursor = "0"
                if "NOGROUP" in str(error):
                    with suppress(*AWAY):
                        await self._redis.xgroup_create(self._events, _GROUP, id="0", mkstream=True)
                        continue
                if not away:
                    log.warning("the inbox is away", inbox=self._events, reason=str(error))
                await asyncio.sleep(_pause(away))
                away += 1

    async def _read(self, cursor: str) -> str:
        """Take some entries in; the cursor for the next time."""
        if cursor == _NEW:
            found: Any = await self._redis.xreadgroup(_GROUP, _CONSUMER, {self._events: _NEW}, count=BATCH, block=BLOCK)
            self._take_in(_entries(found), again=False)
            return _NEW
        async with self._unacknowledged:
            found = await self._redis.xreadgroup(_GROUP, _CONSUMER, {self._events: cursor}, count=BATCH)
            entries = _entries(found)
            self._take_in(entries, again=True)
        return entries[-1][0].decode() if entries else _NEW

    def _take_in(self, entries: list[tuple[bytes, bytes]], *, again: bool) -> None:
        for entry_id, content in entries:
            if entry_id in self._held:
                continue
            self._held.add(entry_id)
            try:
                self._queue(_Entry(entry_id, load(content), again))
            except ValueError as error:
                self._finish(_Handled(entry_id, f"it can't be read: {error}", content))

    def _queue(self, entry: _Entry) -> None:
        reader = str(entry.incoming.address)
        if (chain := self._chains.get(reader)) is not None:
            chain.append(entry)
            return
        self._chains[reader] = deque([entry])
        task = asyncio.create_task(self._work_off(reader))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, reader: str) -> None:
        """One reader's events, until there are none, or until we stop: then the rest stays in the inbox."""
        chain = self._chains[reader]
        try:
            while chain and not self._stopping.is_set():
                async with self._slots:
                    handled = await self._handle_one(chain[0])
                if handled is not None:
                    chain.popleft()
                    self._finish(handled)
        finally:
            del self._chains[reader]

    async def _handle_one(self, entry: _Entry) -> _Handled | None:
        """None: we were told to stop, and it stays in the inbox."""
        if entry.again and (crashes := await self._begin_again(entry)) > CRASHES:
            return _Handled(entry.id, f"the process died {crashes} times while it was handled", dump(entry.incoming))
        failures = away = 0
        while True:
            try:
                await self._handle(entry.incoming)
            except StoreUnavailable as error:
                # No fault of the event: it waits for as long as it takes.
                log.warning("handling waits for a storage", reason=str(error))
                pause = _pause(away)
                away += 1
            except Exception as error:  # whatever it is, this reader's next event and the others go on
                if failures == len(self._retry_after):
                    log.exception("an event is set aside", event_id=entry.incoming.event_id)
                    return _Handled(entry.id, f"{type(error).__name__}: {error}", dump(entry.incoming))
                log.warning("handling failed", event_id=entry.incoming.event_id, reason=repr(error), tries=failures + 1)
                pause = self._retry_after[failures]
                failures += 1
            else:
                return _Handled(entry.id)
            if await _wait(self._stopping, pause):
                return None

    async def _begin_again(self, entry: _Entry) -> int:
        """How often it was begun since it was first handed out; a count that can't be kept delays nothing."""
        with suppress(*AWAY):
            counted: Any = self._redis.hincrby(self._begun_again, entry.id.decode(), 1)
            return int(await counted)
        return 0

    def _finish(self, handled: _Handled) -> None:
        self._handled.append(handled)
        self._to_acknowledge.set()

    async def _acknowledge_forever(self) -> None:
        away = 0
        while True:
            await self._to_acknowledge.wait()
            self._to_acknowledge.clear()
            while self._handled:
                try:
                    await self._acknowledge()
                    away = 0
                except AWAY as error:
                    log.warning("acknowledging waits for the inbox", inbox=self._events, reason=str(error))
                    await asyncio.sleep(_pause(away))
                    away += 1

    async def _acknowledge(self) -> None:
        """Take the oldest handled entries out of the inbox, at once; set aside those that failed."""
        batch = [self._handled[at] for at in range(min(BATCH, len(self._handled)))]
        ids = [handled.id for handled in batch]
        async with self._unacknowledged, self._redis.pipeline(transaction=True) as pipe:
            for handled in batch:
                if handled.failure:
                    reason = handled.failure.encode("utf-8", "backslashreplace")
                    pipe.xadd(
                        self._failed,
                        {"event": handled.content, "reason": reason},
                        maxlen=KEEP_FAILED,
                        approximate=True,
                    )
                    pipe.incr(self._failures)
            pipe.xack(self._events, _GROUP, *ids)
            pipe.xdel(self._events, *ids)
            pipe.hdel(self._begun_again, *[entry_id.decode() for entry_id in ids])
            await pipe.execute()
        for entry_id in ids:
            self._handled.popleft()
            self._held.discard(entry_id)
        self._room.set()


def _pause(tries: int) -> float:
    return AWAY_PAUSES[min(tries, len(AWAY_PAUSES) - 1)]


def _entries(found: Any) -> list[tuple[bytes, bytes]]:
    """(entry, event) of the one stream. The older protocol answers with a list, the newer with a map of lists.

    What was deleted from the stream, but never acknowledged, comes without its event.
    """
    streams = found.values() if isinstance(found, dict) else (entries for _, entries in found or ())
    for entries in streams:
        flat = entries[0] if entries and isinstance(entries[0], list) else entries
        return [(entry_id, (fields or {}).get(b"event", b"")) for entry_id, fields in flat]
    return []


async def _wait(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was set in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
