"""The senders: a fixed number of tasks, each with one request on its way. Jobs come in the order of their moments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from newsbot.channels.channel import Pusher
from newsbot.delivery.work import Job
from newsbot.domain.attempt import Attempt

#: seconds after its claim that a reader may still be sent to. Less than `heartbeats.LIFE`: when this process slept for
#: longer, another worker has the unit, and sends.
CLAIM_LIFE: Final = 10.0

SOON: Final = 0.0005  #: seconds for which sleeping isn't worth it: the event loop counts milliseconds

#: where a process may die: `at` is called there, for tests
REQUEST_SENT: Final = "request_sent"
ANSWER_READ: Final = "answer_read"


class Sending:
    """`run` is one sender. `may_begin` is asked right before each request; `dropped` is told of those it forbids.

    `apart`: seconds between two requests. Their moments lie as far apart, but moments that have passed while something
    else took its time would be made up for at once, and a second would then hold more than the platform allows.
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
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()

    def add(self, job: Job) -> None:
        self._jobs.put_nowait(job)

    async def run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            job = await self._jobs.get()
            try:
                self._last_at = max(job.at, clock(), self._last_at + self._apart)
                if (early := self._last_at - clock()) > SOON:
                    await asyncio.sleep(early)
                if clock() - job.claimed_at > CLAIM_LIFE or not self._may_begin(job):
                    self._dropped(job)
                    continue
                self._at(REQUEST_SENT)
                attempt = await self._pusher.push(job.prepared, job.to)
                self._at(ANSWER_READ)
                self._answered(job, attempt)
            finally:
                self._jobs.task_done()

    async def finished(self) -> None:
        """Returns when nothing waits and no request is on its way."""
        await self._jobs.join()
