"""What Prometheus is told of an account's pace: what was granted, how long that was waited for, what slowed us down."""

from __future__ import annotations

from typing import Final

from newsbot.delivery.pacing import Lane, Stop
from newsbot.observability import Metrics

_STOPS: Final = {Stop.NOBODY: "nobody", Stop.PUSHES: "pushes", Stop.EVERYTHING: "everything"}
_SCOPES: Final = {False: "chat", True: "account"}


class PacingFigures:
    """Series are looked up once: this is on the way of every reply."""

    def __init__(self, metrics: Metrics, channel: str) -> None:
        self._granted = {lane: metrics.pace_granted.labels(channel, lane.value) for lane in Lane}
        self._waits = {lane: metrics.pace_wait_seconds.labels(channel, lane.value) for lane in Lane}
        self._floods = {account: metrics.floods.labels(channel, scope) for account, scope in _SCOPES.items()}
        self._restraints = {stop: metrics.restraints.labels(channel, name) for stop, name in _STOPS.items()}

    def granted(self, lane: Lane, count: int) -> None:
        self._granted[lane].inc(count)

    def waited(self, lane: Lane, seconds: float) -> None:
        self._waits[lane].observe(seconds)

    def flooded(self, *, account: bool) -> None:
        """The platform refused a chat; `account`: and all pause for it."""
        self._floods[account].inc()

    def restrained(self, stop: Stop) -> None:
        self._restraints[stop].inc()
