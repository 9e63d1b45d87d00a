"""People who join one after another, as they would: whoever is called does so when their turn comes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final

from aiohttp import web

from newsbot.sandbox.errors import SandboxError

MOST: Final = 200_000  #: of one kind
MOST_AT_ONCE: Final = 1000
JOINING_RATE: Final = 10  #: people a second; each is greeted with two messages of the bot's 30


class Joining:
    """`join` is called for each in turn. Belongs to the sandbox's event loop."""

    def __init__(self, join: Callable[[int], None]) -> None:
        self._join = join
        self._to_come: deque[int] = deque()
        self._called = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Whose turn has not come."""
        return len(self._to_come)

    def call(self, people: Iterable[int]) -> None:
        self._to_come.extend(people)
        self._called.set()

    async def let_them_come(self, _: web.Application) -> AsyncIterator[None]:
        """While the application runs."""
        coming = asyncio.create_task(self._come())
        yield
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)

    async def _come(self) -> None:
        while True:
            await self._called.wait()
            while self._to_come:
                self._join(self._to_come.popleft())
                await asyncio.sleep(1 / JOINING_RATE)
            self._called.clear()


def refuse_too_many(count: int, known: int) -> None:
    """Raises SandboxError when so many more can't be called."""
    if not 1 <= count <= MOST_AT_ONCE or known + count > MOST:
        raise SandboxError(f"Between 1 and {MOST_AT_ONCE} readers can be added at once, {MOST} in all")
