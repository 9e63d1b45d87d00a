"""The inbox in Redis: a stream of events, each kept once, handled in order for each reader by one process at a time.

    key                          type    what                                                      how long
    {inbox:<name>}:events        stream  events that are not handled yet; group `workers`          until handled
    {inbox:<name>}:seen:<block>  bitmap  decimal event ids that were put, 65,536 a block           48 h from the last
    {inbox:<name>}:id:<id>       string  any other event id that was put; a long one's digest      48 h
    {inbox:<name>}:again         hash    entry → times it was begun again after a crash            until handled
    {inbox:<name>}:failed        stream  events that were set aside, with the reason               the last 1,000
    {inbox:<name>}:failures      string  how many were ever set aside                              lasting
    {inbox:<name>}:worker        hash    who works it off, and its heartbeats                      while it works

Events that are put at the same time go to Redis together: while one round trip is under way (it ends when the disk has
them), those that come wait for the next. So a busy webhook pays for few of them, and an idle one waits for nothing.

An event is handled at least once: after a crash between its handling and its acknowledgement it is handed out again,
so handling it twice must do no harm. Nothing that is unhandled is ever trimmed: when Redis is full, `put` refuses and
the platform keeps it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final

import structlog
from redis.asyncio import Redis

from newsbot.channels.inbox import Handle
from newsbot.channels.inbox_worker import RETRY_AFTER, InboxWorker
from newsbot.channels.message_json import dump
from newsbot.channels.redis_lease import Lease, LeaseLost
from newsbot.domain.message import IncomingMessage
from newsbot.errors import StoreUnavailable
from newsbot.redis_client import Script, store_errors
from newsbot.stopping import By, Stopping

log = structlog.get_logger()

REMEMBER: Final = 48 * 3600  #: seconds; platforms repeat an event for up to a day
BLOCK: Final = 65_536  #: event ids in a bitmap
BATCH: Final = 200  #: events put in one round trip
LONGEST_ID: Final = 48  #: characters of an id that is remembered as it is

Call = tuple[list[str], list[bytes | str | int]]  #: keys and arguments of `inbox_put.lua`

_put: Final = Script(__package__, "inbox_put.lua")


class RedisInbox:
    """See `Inbox`. `name`: the channel and its account, `telegram:123456`.

    `retry_after`: seconds before each further try of an event whose handling raises. `kept` is told how many events
    were new, each time some were put. `stopping`: by when working it off must have ended once the process stops.
    """

    def __init__(
        self,
        redis: Redis,
        name: str,
        *,
        retry_after: tuple[float, ...] = RETRY_AFTER,
        kept: Callable[[int], None] = lambda count: None,
        stopping: Stopping | None = None,
    ) -> None:
        self._redis = redis
        self._prefix = f"{{inbox:{name}}}"
        self._events = f"{self._prefix}:events"
        self._name = name
        self._retry_after = retry_after
        self._kept = kept
        self._stopping = stopping or Stopping()
        self._waiting: deque[_Putting] = deque()
        self._sender: asyncio.Task[None] | None = None

    async def put(self, incoming: IncomingMessage) -> bool:
        return await self.put_many([incoming]) == 1

    async def put_many(self, incoming: list[IncomingMessage]) -> int:
        new = 0
        for start in range(0, len(incoming), BATCH):  # one after the other: behind what was refused nothing may be kept
            calls = [self._put_arguments(one) for one in incoming[start : start + BATCH]]
            putting = _Putting(calls, asyncio.get_running_loop().create_future())
            self._waiting.append(putting)
            if self._sender is None:
                self._sender = asyncio.create_task(self._send())
            new += await putting.new
        return new

    async def _send(self) -> None:
        """Until nothing waits. Who waits is answered whatever happens."""
        together: list[_Putting] = []
        try:
            while self._waiting:
                together = self._next_together()
                try:
                    with store_errors("keeping an event"):
                        answers = iter(await _put.each(self._redis, [call for one in together for call in one.calls]))
                except Exception as error:
                    # Behind a Redis that is away, nobody waits for it to be found away again.
                    rest = self._waiting if isinstance(error, StoreUnavailable) else ()
                    for one in (*together, *rest):
                        one.refuse(error)
                    if rest:
                        self._waiting.clear()
                else:
                    self._kept(sum(one.keep(list(islice(answers, len(one.calls)))) for one in together))
        finally:
            self._sender = None
            for one in (*together, *self._waiting):
                one.new.cancel()  # does nothing to those that were answered
            self._waiting.clear()

    def _next_together(self) -> list[_Putting]:
        together = [self._waiting.popleft()]
        size = len(together[0].calls)
        while self._waiting and size + len(self._waiting[0].calls) <= BATCH:
            together.append(self._waiting.popleft())
            size += len(together[-1].calls)
        return together

    async def work(self, handle: Handle) -> None:
        lease = Lease(self._redis, f"{self._prefix}:worker")
        try:
            while True:
                await lease.wait()
                try:
                    await InboxWorker(
                        self._redis,
                        self._prefix,
                        handle,
                        lease,
                        retry_after=self._retry_after,
                        stopping=self._stopping,
                    ).run()
                except LeaseLost:
                    log.error("another process works this inbox off now", inbox=self._name)  # noqa: TRY400 - one line
        finally:
            async with self._stopping.until(By.RETURNS):
                await lease.end()

    async def waiting(self) -> int:
        with store_errors("counting events"):
            return int(await self._redis.xlen(self._events))

    async def oldest_seconds(self) -> float:
        """How long the oldest event waits that is not handled yet, by the server's clock; 0 while none does."""
        with store_errors("looking for the oldest event"):
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.xrange(self._events, count=1)
                pipe.time()
                first, (seconds, microseconds) = await pipe.execute()
        if not first:
            return 0.0
        put_at = int(first[0][0].partition(b"-")[0]) / 1000
        return max(0.0, int(seconds) + int(microseconds) / 1_000_000 - put_at)

    async def failures(self) -> int:
        """Events that were ever set aside."""
        with store_errors("counting failures"):
            return int(await self._redis.get(f"{self._prefix}:failures") or 0)

    def _put_arguments(self, incoming: IncomingMessage) -> Call:
        event_id = incoming.event_id
        # Python reckons with the id: Lua would round one above 2^53.
        if event_id.isascii() and event_id.isdecimal() and str(int(event_id)) == event_id:
            block, offset = divmod(int(event_id), BLOCK)
            return [self._events, f"{self._prefix}:seen:{block}"], [dump(incoming), offset, REMEMBER]
        return [self._events, f"{self._prefix}:id:{_short(event_id)}"], [dump(incoming), "", REMEMBER]


@dataclass(slots=True)
class _Putting:
    """What one caller wants kept; `new`: how many of its events were new, when they are."""

    calls: list[Call]
    new: asyncio.Future[int]

    def keep(self, answers: list[int]) -> int:
        if not self.new.done():  # its caller may have been cancelled
            self.new.set_result(sum(answers))
        return sum(answers)

    def refuse(self, error: Exception) -> None:
        if not self.new.done():
            self.new.set_exception(type(error)(*error.args))  # each caller's own: its traceback grows


def _short(event_id: str) -> str:
    """As good as the id: Messenger's have some 120 characters, and millions of them are remembered."""
    if len(event_id) <= LONGEST_ID:
        return event_id
    digest = hashlib.blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
