"""The sandbox's time: the machine's own, moved ahead on demand, so that a day's window closes within a test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

__all__ = ["VirtualClock"]


class VirtualClock:
    """Seconds since 1970. It never goes back: what has a time keeps its order."""

    def __init__(self, base: Callable[[], float] = time.time) -> None:
        self._base = base
        self.ahead = 0.0  #: seconds by which it is ahead of `base`
        self._moved = asyncio.Event()

    def __call__(self) -> float:
        return self._base() + self.ahead

    def advance(self, seconds: float) -> float:
        """Move ahead; the new time. Raises ValueError for a step back."""
        if not 0 <= seconds < 1e10:
            raise ValueError(f"The clock can only be moved ahead, not by {seconds} seconds")
        self.ahead += seconds
        self._moved.set()
        self._moved = asyncio.Event()
        return self()

    async def pause(self, seconds: float) -> None:
        """Wait so many real seconds, or until the clock is moved."""
        moved = self._moved
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await moved.wait()
