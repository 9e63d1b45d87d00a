"""Figures that must be looked up: what waits in the inboxes, how alerts stand, whom we can reach, what Redis holds.

Nothing here is on the way of a message. What costs the server something for each segment is asked for more rarely.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from redis.asyncio import Redis

from newsbot.channels.redis_inbox import RedisInbox
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.ledger import Ledger
from newsbot.domain.alert import AlertState, Audience
from newsbot.errors import StoreError
from newsbot.observability import Metrics
from newsbot.redis_client import store_errors

LOOK_EVERY: Final = timedelta(seconds=5)
ALERTS_EVERY: Final = timedelta(seconds=15)  #: a script for each segment of each alert that is not over
READERS_EVERY: Final = timedelta(minutes=1)  #: a greater one for each segment

#: of `newsbot_alerts`, besides the states that are not final
_HELD: Final = "held"
_SELF_PAUSED: Final = "self_paused"
_STATES: Final = (*(state.value for state in AlertState if not state.final), _HELD, _SELF_PAUSED)


_OPEN: Final = ("untouched", "waiting", "in_flight")  #: of `newsbot_alert_deliveries`, besides outcomes


@dataclass(frozen=True, slots=True)
class Watched:
    """A channel account."""

    name: str  #: the channel's
    inbox: RedisInbox
    ledger: Ledger


class Gauges:
    """Of all channel accounts. A store that is away leaves its figures as they were: /readyz tells it."""

    def __init__(self, accounts: Sequence[Watched], alerts: AlertStore, redis: Redis, metrics: Metrics) -> None:
        self._accounts = tuple(accounts)
        self._alerts = alerts
        self._redis = redis
        self._metrics = metrics

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as looks:
            looks.create_task(_every(LOOK_EVERY, self.inboxes))
            looks.create_task(_every(LOOK_EVERY, self.memory))
            looks.create_task(_every(ALERTS_EVERY, self.alerts))
            looks.create_task(_every(READERS_EVERY, self.readers))

    async def inboxes(self) -> None:
        for account in self._accounts:
            inbox = account.inbox
            self._metrics.inbox_waiting.labels(account.name).set(await inbox.waiting())
            self._metrics.inbox_oldest_seconds.labels(account.name).set(await inbox.oldest_seconds())
            self._metrics.inbox_set_aside.labels(account.name).set(await inbox.failures())

    async def memory(self) -> None:
        with store_errors("asking for the server's memory"):
            info: dict[str, Any] = await self._redis.info("memory")
        self._metrics.redis_memory_bytes.set(info["used_memory"])
        self._metrics.redis_memory_limit_bytes.set(info["maxmemory"])

    async def alerts(self) -> None:
        standing = await self._alerts.standing()
        states = Counter(one.alert.state.value for one in standing)
        states[_HELD] = sum(one.held for one in standing)
        states[_SELF_PAUSED] = sum(bool(one.alert.pauses) for one in standing)
        for state in _STATES:
            self._metrics.alerts.labels(state).set(states[state])
        found: dict[str, Counter[str]] = {}
        units: dict[str, int] = {}
        for account in self._accounts:
            counts = Counter[str](dict.fromkeys(_OPEN, 0))
            units[account.name] = 0
            for one in standing:
                totals = await account.ledger.totals(one.alert.id)
                units[account.name] += await account.ledger.open_units(one.alert.id)
                counts.update({"untouched": totals.untouched, "waiting": totals.waiting, "in_flight": totals.in_flight})
                counts.update({outcome.name.lower(): many for outcome, many in totals.outcomes.items()})
            found[account.name] = counts
        self._metrics.alert_deliveries.clear()  # or an outcome of alerts that are over would stay
        for channel, counts in found.items():
            self._metrics.units_open.labels(channel).set(units[channel])
            for state, many in counts.items():
                self._metrics.alert_deliveries.labels(channel, state).set(many)

    async def readers(self) -> None:
        for account in self._accounts:
            reach = await account.ledger.reach(Audience())
            self._metrics.readers.labels(account.name, "now").set(reach.now)
            self._metrics.readers.labels(account.name, "later").set(reach.waiting)


async def _every(interval: timedelta, look: Callable[[], Awaitable[None]]) -> None:
    while True:
        with suppress(StoreError):
            await look()
        await asyncio.sleep(interval.total_seconds())
