"""Flood control, metered in sliding windows: 30 messages in any second, one a second to a chat, 20 a minute to a group.

Figures: the Bot API's FAQ. A chat may be written to in a short burst before "one a second" bites; that is a bucket of
`chat_burst` which refills at `chat_per_second`. Who is refused stays refused until `retry_after` has passed, the
whole bot or the one chat.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from newsbot.sandbox.sliding_window import SlidingWindow
from newsbot.sandbox.telegram.errors import too_many_requests

__all__ = ["FloodLimits", "FloodMeter"]


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """What is allowed. Zero or less switches a limit off."""

    per_second: int = 30  #: messages of the bot in any second
    paid_per_second: int = 1000  #: with allow_paid_broadcast
    chat_per_second: float = 1.0
    chat_burst: int = 5
    group_per_minute: int = 20
    retry_after: int = 3  #: seconds that a bot over `per_second` is told to wait


class FloodMeter:
    """Says yes or 429 to each send. `clock` is monotonic seconds."""

    def __init__(self, limits: FloodLimits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        self._all = SlidingWindow(1.0)
        self._free = SlidingWindow(1.0)
        self._groups: dict[int, SlidingWindow] = {}
        self._next_free: dict[int, float] = {}  # chat: when its bucket is full again
        self._refused_until: dict[int, float] = {}  # chat, or 0 for the bot
        self.accepted = 0
        self.refused = 0

    def admit(self, chat_id: int, *, paid: bool = False) -> None:
        """Count one send, or raise 429 with the seconds to wait."""
        now = self._clock()
        wait = self._wait(chat_id, now, paid=paid)
        if wait is not None:
            scope, seconds = wait
            self.refused += 1
            self._refused_until.setdefault(scope, now + seconds)  # asking again meanwhile makes it no longer
            raise too_many_requests(seconds)
        self.accepted += 1
        self._all.add(now)
        if not paid:
            self._free.add(now)
        if chat_id < 0:
            self._groups.setdefault(chat_id, SlidingWindow(60.0)).add(now)
        elif self.limits.chat_per_second > 0:
            self._next_free[chat_id] = max(self._next_free.get(chat_id, now), now) + 1 / self.limits.chat_per_second
        if len(self._next_free) > 10_000 and self.accepted % 10_000 == 0:
            self._next_free = {chat: full for chat, full in self._next_free.items() if full > now}

    def _wait(self, chat_id: int, now: float, *, paid: bool) -> tuple[int, int] | None:
        """(scope, seconds) of the first limit in the way; the scope is the chat, or 0 for the bot."""
        limits = self.limits
        for scope in (0, chat_id):
            until = self._refused_until.get(scope)
            if until is not None:
                if now < until:
                    return scope, max(1, math.ceil(until - now))
                del self._refused_until[scope]
        window, most = (self._all, limits.paid_per_second) if paid else (self._free, limits.per_second)
        if most > 0 and window.count(now) >= most:
            return 0, max(1, limits.retry_after)
        if chat_id < 0:
            group = self._groups.get(chat_id)
            if group is not None and 0 < limits.group_per_minute <= group.count(now):
                return chat_id, max(1, math.ceil(group.times[0] + 60.0 - now))
        elif limits.chat_per_second > 0:
            behind = self._next_free.get(chat_id, now) - now - (limits.chat_burst - 1) / limits.chat_per_second
            if behind > 1e-9:
                return chat_id, max(1, math.ceil(behind))
        return None

    def counters(self) -> dict[str, int]:
        """accepted, refused (429s given) and the worst second: the most that were accepted within any one second."""
        return {"accepted": self.accepted, "refused": self.refused, "worst_second": self._all.worst}
