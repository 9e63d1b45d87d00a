"""The senders: a fixed number of tasks, each with one request on its way. Jobs come in the order of their moments."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Final

from newsbot.channels.channel import Pusher
from newsbot.delivery.work import Job
from newsbot.domain.attempt import Attempt

#: seconds after its claim that a reader may still be sent to. Less than `heartbeats.LIFE`: when this process slept for
#: longer, another worker has the unit, and sends.
CLAIM_LIFE: Final = 10.0

SOON: Final = 0.0005  #: seconds for which sleeping isn't worth it: the event loop counts milliseconds

#: seconds: at high rates all that is due in it is sent together, at its end. Waking up costs as much as sending
TICK: Final = 0.004

#: where a process may die: `at` is called there, for tests
REQUEST_SENT: Final = "request_sent"
ANSWER_READ: Final = "answer_read"


class Sending:
    """`run` is one sender. `may_begin` is asked right before each request; `dropped` is told of those it forbids.

    `apart`: seconds between two requests. Their moments lie as far apart, but moments that have passed while something
    else took its time would be made up for at once, and a second would then hold more than the platform allows.
    Where they are closer than a tick they go out by the tick.
    """

    def __init__(
        self,
        pusher: Pusher,
        *,
        may_begin: Callable[[Job], bool],
        answered: Callable[[Job, Attempt], None],
        dropped: Callable[[Job], None],
        at: Callable[[str], None],
        apart: float,
    ) -> None:
        self._pusher = pusher
        self._apart = apart
        self._last_at = -float("inf")
        self._may_begin = may_begin
        self._answered = answered
        self._dropped = dropped
        self._at = at
        # Not an asyncio.Queue, whose putting, getting and counting costs a tenth of a request.
        self._jobs: deque[Job] = deque()
        self._idle: deque[asyncio.Future[None]] = deque()  # senders that wait for a job
        self._unfinished = 0
        self._finished = asyncio.Event()
        self._finished.set()

    def add(self, job: Job) -> None:
        self._jobs.append(job)
        if not self._unfinished:
            self._finished.clear()
        self._unfinished += 1
        while self._idle:
            waiting = self._idle.popleft()
            if not waiting.done():  # it is, when its sender was cancelled
                waiting.set_result(None)
                break

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        clock = loop.time
        while True:
            while not self._jobs:
                waiting = loop.create_future()
                self._idle.append(waiting)
                await waiting
            job = self._jobs.popleft()
            try:
                now = clock()
                self._last_at = at = max(job.at, now, self._last_at + self._apart)
                if self._apart < TICK:
                    at = math.ceil(at / TICK) * TICK
                if (early := at - now) > SOON:
                    await asyncio.sleep(early)
                    now = clock()
                if now - job.claimed_at > CLAIM_LIFE or not self._may_begin(job):
                    self._dropped(job)
                    continue
                self._at(REQUEST_SENT)
                attempt = await self._pusher.push(job.prepared, job.to)
                self._at(ANSWER_READ)
                self._answered(job, attempt)
            finally:
                self._unfinished -= 1
                if not self._unfinished:
                    self._finished.set()

    async def finished(self) -> None:
        """Returns when nothing waits and no request is on its way."""
        await self._finished.wait()
