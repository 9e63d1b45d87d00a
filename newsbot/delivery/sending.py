"""Jobs at their moments: one task hands them out in order, a number of senders has one request on its way each."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from newsbot.channels.channel import Pusher
from newsbot.delivery.congestion import WIDER_AFTER, CongestionWindow
from newsbot.delivery.work import Job
from newsbot.domain.attempt import Attempt

#: seconds after its claim that a reader may still be sent to. Less than `heartbeats.LIFE`: when this process slept for
#: longer, another worker has the unit, and sends.
CLAIM_LIFE: Final = 10.0

SOON: Final = 0.0005  #: seconds for which sleeping isn't worth it: the event loop counts milliseconds

#: seconds: at high rates all that is due in it is sent together, at its end. Waking up costs as much as sending
TICK: Final = 0.004

#: seconds that a job may be late without losing its moment, or half of what lies between two: the pace leaves more of a
#: limit
LATE: Final = 0.01

#: where a process may die: `at` is called there, for tests
REQUEST_SENT: Final = "request_sent"
ANSWER_READ: Final = "answer_read"


class Sending:
    """`hand_out` is the one task, `run` is one sender. `may_begin` is asked right before each request; `dropped` is
    told of those it forbids. `interval`: seconds between two moments.

    Moments that have passed while something else took its time aren't made up for, or a second would hold more than the
    platform allows: who is late goes at the pace, and as many moments to come are left out.
    """

    def __init__(
        self,
        pusher: Pusher,
        *,
        may_begin: Callable[[Job], bool],
        answered: Callable[[Job, Attempt], None],
        dropped: Callable[[Job], None],
        at: Callable[[str], None],
        interval: float,
    ) -> None:
        self._pusher = pusher
        self._may_begin = may_begin
        self._answered = answered
        self._dropped = dropped
        self._at = at
        self._by_ticks = interval < TICK
        self._window = CongestionWindow(interval)
        self._interval = interval
        self._late = max(LATE, interval / 2)
        self._last = 0.0  # when the last job was due
        self._lost = 0  # moments that were used later: as many of those to come are to be left out
        self._late_jobs, self._worst, self._counted = 0, 0.0, 0  # since one left in time; how many count in `_lost`
        # Not an asyncio.Queue, whose putting, getting and counting costs a tenth of a request.
        self._jobs: deque[Job] = deque()
        self._idle: deque[asyncio.Future[tuple[Job, int]]] = deque()  # senders that wait for a job
        self._waiting: asyncio.Future[None] | None = None  # whoever hands out, for a job, a sender or an answer
        self._unfinished = 0
        self._finished = asyncio.Event()
        self._finished.set()

    def add(self, job: Job) -> None:
        self._jobs.append(job)
        if not self._unfinished:
            self._finished.clear()
        self._unfinished += 1
        self._stir()

    def without_the_lost(self, moments: list[float]) -> list[float]:
        """Of moments to come those that may be used. Beside who was late, more would be too many; a second later they
        would not.
        """
        if moments[0] - self._last > 1:
            self._lost = 0
        left_out = min(self._lost, len(moments))
        self._lost -= left_out
        return moments[left_out:]

    async def hand_out(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            while not self._jobs:
                await self._stirred()
            job = self._jobs.popleft()
            now = clock()
            due = at = max(job.at, self._last + self._interval)
            if self._by_ticks:
                at = math.ceil(due / TICK) * TICK
            if at - now > SOON:
                await asyncio.sleep(at - now)
                now = clock()
            while (not self._idle or self._window.full(now)) and self._may_begin(job):
                with suppress(TimeoutError):
                    async with asyncio.timeout(WIDER_AFTER):
                        await self._stirred()  # a sender is idle, and something was heard
                now = clock()
            if now - job.claimed_at > CLAIM_LIFE or not self._may_begin(job):
                self._dropped(job)
                self._finish()
            else:
                self._last = due if now - due <= self._late else now
                self._judge(now - job.at)
                self._idle.popleft().set_result((job, self._window.begin(now)))

    def _judge(self, late: float) -> None:
        """A job left so many seconds after its moment. Those behind it in the queue are late with it, and have lost
        nothing more: no more is lost than the time that passed, nor more than they are.
        """
        if late <= self._late:
            self._late_jobs, self._worst, self._counted = 0, 0.0, 0
            return
        self._late_jobs, self._worst = self._late_jobs + 1, max(self._worst, late)
        more = min(round(self._worst / self._interval), self._late_jobs) - self._counted
        if more > 0:
            self._counted += more
            self._lost += more

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            waiting = loop.create_future()
            self._idle.append(waiting)
            self._stir()
            try:
                job, number = await waiting
            finally:
                if waiting.cancelled():
                    self._idle.remove(waiting)
            try:
                self._at(REQUEST_SENT)
                attempt = await self._pusher.push(job.prepared, job.to)
                self._at(ANSWER_READ)
                self._answered(job, attempt)
            finally:
                self._window.end(number)
                self._finish()

    async def finished(self) -> None:
        """Returns when nothing waits and no request is on its way."""
        await self._finished.wait()

    def _finish(self) -> None:
        self._unfinished -= 1
        if not self._unfinished:
            self._finished.set()

    def _stir(self) -> None:
        if self._waiting is not None:
            with suppress(asyncio.InvalidStateError):
                self._waiting.set_result(None)

    async def _stirred(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None
