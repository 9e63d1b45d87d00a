"""How often: calls a second and a day, and the usage that the answers' headers tell.

The Send API takes 300 messages a second and 10 with audio or video; above 40 to one Page its inbox breaks, and
nothing goes out until the volume decreases. In 24 hours there are 200 calls for each reader. Seconds are real ones;
the 24 hours go by the sandbox's clock.
"""

from __future__ import annotations

import functools
import json
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from newsbot.sandbox.messenger.errors import GraphError
from newsbot.sandbox.sliding_window import SlidingWindow

__all__ = ["CallMeter", "CallWindow", "GraphLimits", "Usage", "rate_exceeded"]

DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class GraphLimits:
    """What is allowed. Zero or less switches a limit off."""

    per_second: int = 40  #: messages of the Page in any second
    media_per_second: int = 10  #: of those with an image, audio, video or file
    calls_per_reader: int = 200  #: within 24 hours, times the readers that the Page can write to
    readers_at_least: int = 100  #: counted, so that a Page of three can be tried for a day


@dataclass(frozen=True, slots=True)
class Usage:
    """Per cent of the quota that is used, and the minutes until calls are taken again (0: they are)."""

    call_count: int = 0
    total_time: int = 0
    total_cputime: int = 0
    regain_minutes: int = 0


class CallWindow(SlidingWindow):
    """At most `most` calls within any `seconds`; zero or less: any number."""

    def __init__(self, most: int, seconds: float) -> None:
        super().__init__(seconds)
        self.most = most

    def check(self, now: float) -> None:
        """Raises GraphError 613 if one more would be too many."""
        if 0 < self.most <= self.count(now):
            raise rate_exceeded()

    def admit(self, now: float) -> None:
        """Count a call, or refuse it. Raises GraphError 613."""
        self.check(now)
        self.add(now)


class CallMeter:
    """Says yes or 613 to each message, yes or 80006 to each call. `clock`: the sandbox's; `monotonic`: real seconds."""

    def __init__(
        self,
        limits: GraphLimits,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        readers: Callable[[], int],
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._monotonic = monotonic
        self._readers = readers
        self.ordered: Usage | None = None  #: told instead of what is measured; at 100 % nothing is accepted
        self.reset()

    def reset(self) -> None:
        self._sends = CallWindow(0, 1.0)
        self._media = CallWindow(0, 1.0)
        self._minutes: deque[list[int]] = deque()  # [minute, calls]
        self._calls = 0
        self.accepted = 0
        self.refused = 0

    def admit_call(self) -> None:
        """Count a call. Raises GraphError 80006 when the day's quota is used up."""
        usage = self.usage()
        if usage.call_count >= 100:
            self.refused += 1
            raise GraphError(
                80006,
                "(#80006) There have been too many calls to this Messenger account. Wait a bit and try again.",
                2446079,
                regain_minutes=usage.regain_minutes,
            )
        minute = int(self._clock() // 60)
        if not self._minutes or self._minutes[-1][0] != minute:
            self._minutes.append([minute, 0])
        self._minutes[-1][1] += 1
        self._calls += 1

    def admit_send(self, *, media: bool) -> None:
        """Count a message. Raises GraphError 613 when there were too many within a second."""
        now = self._monotonic()
        self._sends.most, self._media.most = self.limits.per_second, self.limits.media_per_second
        try:
            self._sends.check(now)
            if media:
                self._media.admit(now)
            self._sends.add(now)
        except GraphError:
            self.refused += 1
            raise
        self.accepted += 1

    def usage(self) -> Usage:
        """How full the quota is."""
        if self.ordered is not None:
            return self.ordered
        quota = self.limits.calls_per_reader * max(self._readers(), self.limits.readers_at_least)
        self._forget(int(self._clock() // 60) - DAY_MINUTES)
        if quota <= 0:
            return Usage()
        percent = min(100, self._calls * 100 // quota)
        return Usage(percent, percent * 9 // 10, percent * 8 // 10, self._regain(quota) if percent >= 100 else 0)

    def _forget(self, before: int) -> None:
        while self._minutes and self._minutes[0][0] <= before:
            self._calls -= self._minutes.popleft()[1]

    def _regain(self, quota: int) -> int:
        """Minutes until enough of the oldest calls are a day old."""
        too_many = self._calls - quota + 1
        for minute, calls in self._minutes:
            too_many -= calls
            if too_many <= 0:
                return max(1, minute + DAY_MINUTES - math.floor(self._clock() / 60))
        return DAY_MINUTES

    def headers(self, page_id: str, regain_minutes: int = 0) -> dict[str, str]:
        """The usage headers of an answer; `regain_minutes` as an error says it."""
        return dict(_headers(page_id, self.usage(), regain_minutes))

    def counters(self) -> dict[str, int]:
        """accepted, refused and the worst second: the most messages that were accepted within any one second."""
        return {"accepted": self.accepted, "refused": self.refused, "worst_second": self._sends.worst}


@functools.lru_cache(maxsize=256)
def _headers(page_id: str, usage: Usage, regain_minutes: int) -> tuple[tuple[str, str], ...]:
    share = {"call_count": usage.call_count, "total_cputime": usage.total_cputime, "total_time": usage.total_time}
    regain = {"estimated_time_to_regain_access": regain_minutes or usage.regain_minutes}
    business = {page_id: [{"type": "messenger", **share, **regain}]}
    return ("X-App-Usage", json.dumps(share)), ("X-Business-Use-Case-Usage", json.dumps(business))


def rate_exceeded() -> GraphError:
    return GraphError(613, "(#613) Calls to this api have exceeded the rate limit.")
