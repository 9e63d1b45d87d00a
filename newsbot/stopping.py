"""The end of a process: whoever is told to stop has ended within ten seconds, whatever hangs.

There is one clock for the whole of it, begun by the signal (or by a task that failed). Whatever has something to bring
to an end asks that clock by when; what isn't done at that moment is left as it is:

    ANSWERS   requests to platforms; readers' messages that are being answered; nothing new is begun
    RESULTS   what became of requests, into the ledger; answered messages, out of the inbox
    RETURNS   units and leases, for others to have at once; subscribers that answers taught us about
    TASKS     a task's own tasks have ended
    WORK      everything that ran side by side has ended, the web server too
    CLOSED    connections are closed, the embedded Redis server has ended
    ENDED     the process has ended

Leaving something is what being killed does to all of it, and as safe: who was marked and has no result is unknown,
units and leases are taken over, messages are handed out again, a transaction is rolled back by its server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from enum import Enum
from typing import Any, Final

#: seconds that cancelled tasks get however late it is: one that nothing holds up needs a moment all the same
MOMENT: Final = 0.1


class By(Enum):
    """Seconds after the stop was begun. Docker and systemd's cautious settings kill after 10."""

    ANSWERS = 5.0
    RESULTS = 6.5
    RETURNS = 7.2
    TASKS = 7.6
    WORK = 8.0
    CLOSED = 8.6
    ENDED = 9.0


class Stopping:
    """The clock, and what had to be left. Without a stop that was begun nothing is limited."""

    def __init__(self) -> None:
        self.told = asyncio.Event()  #: a stop was begun
        self.error: BaseException | None = None  #: why, when nobody asked for it
        self._left: set[asyncio.Task[Any]] = set()
        self._began_at = 0.0

    def begin(self, error: BaseException | None = None) -> None:
        """Only the first time counts. Within an event loop."""
        if not self.told.is_set():
            self.error = error
            self._began_at = asyncio.get_running_loop().time()
            self.told.set()

    def left(self, by: By) -> float | None:
        """Seconds; None while no stop was begun: as long as it takes."""
        if not self.told.is_set():
            return None
        return max(self._began_at + by.value - asyncio.get_running_loop().time(), 0.0)

    def at_most(self, seconds: float, by: By) -> float:
        """So many seconds, or fewer if that moment comes earlier."""
        left = self.left(by)
        return seconds if left is None else min(seconds, left)

    @asynccontextmanager
    async def until(self, by: By) -> AsyncIterator[None]:
        """What isn't done at that moment is broken off, silently."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.left(by)):
                yield

    async def end(self, tasks: Collection[asyncio.Task[Any]], by: By) -> None:
        """Cancel these tasks and wait for their end: `ended`."""
        for task in tasks:
            task.cancel()
        await self.ended(tasks, by)

    async def ended(self, tasks: Collection[asyncio.Task[Any]], by: By) -> None:
        """Wait for their end. Those that go on all the same are left: a statement that a database doesn't answer can't
        be cancelled.
        """
        left = self.left(by)
        if tasks:
            _, going_on = await asyncio.wait(tasks, timeout=None if left is None else max(left, MOMENT))
            self._left |= going_on

    @property
    def unfinished(self) -> list[str]:
        """Names of the tasks that were left and go on."""
        return sorted({_name(task) for task in self._left if not task.done()})


def _name(task: asyncio.Task[Any]) -> str:
    """As it was called, or what it does."""
    name = task.get_name()
    return getattr(task.get_coro(), "__qualname__", name) if name.startswith("Task-") else name
