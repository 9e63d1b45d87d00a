"""How many requests may be on their way before we wait to hear of them. No I/O; times are the event loop's.

A platform counts what arrives in a second. While nothing gets through to it, as on a network that stalls, what we send
on time arrives at once in the next second, beside what is due then. So no more than usual and a little is sent without
hearing of any of it; what is not sent is late then, and whoever is late goes on at the pace (`sending`).
"""

from __future__ import annotations

import math
from typing import Final

#: seconds' worth of messages that may come together: a quarter of what the pace leaves of a limit, for a second
SPARE: Final = 0.01
LEAST: Final = 3  #: messages; where few are sent one of them may just be slow
#: seconds' worth that are on their way as a rule, as long as we know nothing
AT_FIRST: Final = 0.05
REMEMBERED: Final = 0.2  #: seconds' worth of requests by which is learnt what is usual
FEWEST: Final = 20  #: so many at least
#: how much more slowly it is learnt that fewer are usual: moments come in batches, and with each the most is usual
SLOWLY: Final = 3
#: seconds of being full after which a little more may follow: the platform has become slower, which is no stall
WIDER_AFTER: Final = 0.25
WIDER: Final = 0.25  #: of what has been usual
_SECOND: Final = 1.0


class CongestionWindow:
    """`interval`: seconds from one message to the next at the pace."""

    def __init__(self, interval: float) -> None:
        self._first = AT_FIRST / interval, 1 / interval
        self._memory = max(FEWEST, REMEMBERED / interval)
        self._usual, self._rate = self._first  # requests that nobody has heard of yet; requests a second
        self._full_since = math.inf
        self._begun = self._heard = 0  # the numbers of the last request and of the last that was answered
        self._since, self._before = 0.0, 0  # when we began to count for the rate, and what had been begun by then

    def full(self, now: float) -> bool:
        unheard = self._begun - self._heard
        if unheard < self._usual + self._spare:
            if unheard <= self._usual:
                self._full_since = math.inf
            return False
        self._full_since = min(self._full_since, now)
        if now - self._full_since < WIDER_AFTER:
            return True
        self._usual += max(self._usual * WIDER, LEAST, self._first[1] * SPARE)
        self._full_since = now
        return False

    @property
    def _spare(self) -> float:
        return max(LEAST, self._rate * SPARE)

    def begin(self, now: float) -> int:
        """A request is begun; its number."""
        if now - self._since >= _SECOND:
            self._count(now)
        self._begun += 1
        more = self._begun - self._heard - self._usual
        self._usual += more / (self._memory if more > 0 else self._memory * SLOWLY)
        return self._begun

    def end(self, number: int) -> None:
        """It is answered, or has failed. Those before it were slower, or are lost; they are there."""
        self._heard = max(self._heard, number)

    def _count(self, now: float) -> None:
        seconds, requests = now - self._since, self._begun - self._before
        if seconds < 2 * _SECOND:
            self._rate = requests / seconds
        else:  # little or nothing was sent meanwhile, and connections may have been closed
            self._usual, self._rate = self._first
        self._since, self._before = now, self._begun
