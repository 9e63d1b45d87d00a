"""How often: calls in a sliding window of time."""

from __future__ import annotations

from collections import deque

from newsbot.sandbox.messenger.errors import GraphError

__all__ = ["CallWindow", "rate_exceeded"]


class CallWindow:
    """At most `most` calls within any `seconds`; zero or less: any number."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._times: deque[float] = deque()
        self.worst = 0  #: the most there ever were within `seconds`

    def count(self, now: float) -> int:
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        return len(self._times)

    def add(self, now: float) -> None:
        self._times.append(now)
        self.worst = max(self.worst, self.count(now))

    def admit(self, now: float) -> None:
        """Count a call, or refuse it. Raises GraphError 613."""
        if 0 < self.most <= self.count(now):
            raise rate_exceeded()
        self.add(now)


def rate_exceeded() -> GraphError:
    return GraphError(613, "(#613) Calls to this api have exceeded the rate limit.")
