"""The sandbox's time: the machine's own, moved ahead on demand, so that a day's window closes within a test."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["VirtualClock"]


class VirtualClock:
    """Seconds since 1970. It never goes back: what has a time keeps its order."""

    def __init__(self, base: Callable[[], float] = time.time) -> None:
        self._base = base
        self.ahead = 0.0  #: seconds by which it is ahead of `base`

    def __call__(self) -> float:
        return self._base() + self.ahead

    def advance(self, seconds: float) -> float:
        """Move ahead; the new time. Raises ValueError for a step back."""
        if not 0 <= seconds < 1e10:
            raise ValueError(f"The clock can only be moved ahead, not by {seconds} seconds")
        self.ahead += seconds
        return self()
