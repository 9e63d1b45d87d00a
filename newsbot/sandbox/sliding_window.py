"""How often something happened within the last so many seconds."""

from __future__ import annotations

from collections import deque

__all__ = ["SlidingWindow"]


class SlidingWindow:
    """Times of what happened within the last `seconds`, on any clock that doesn't go back."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.times: deque[float] = deque()
        self.worst = 0  #: the most there ever were within `seconds`

    def count(self, now: float) -> int:
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        return len(self.times)

    def add(self, now: float) -> None:
        self.times.append(now)
        self.worst = max(self.worst, self.count(now))
