"""A newsroom with what plans its alerts, for tests: over stores in memory, or over the real ones.

house = a_memory_house()
await house.article(1, breaking=True)
await house.planner.round()                             # or .rounds(): until nothing is waited for
assert await house.state("article:1") == (AlertState.RUNNING, "")
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from redis.asyncio import Redis

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import ArticleStore
from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.planner import Planner
from newsbot.delivery.policy import Limits
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, Audience, Totals
from newsbot.domain.subscriber import Preferences, Slot
from newsbot.errors import StoreUnavailable
from newsbot.observability import Metrics
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.builders import NOW, a_draft, a_new_alert, a_subscriber, an_address, some_topics
from tests.delivering import deliver
from tests.fakes import MemoryArticleStore
from tests.memory_alert_store import MemoryAlertStore
from tests.memory_ledger import MemoryLedger

HOUR = timedelta(hours=1)
OPEN = [state for state in AlertState if not state.final]


@dataclass
class House:
    """`enrol` registers a reader; time stands still at `now`, and `seconds` count only what is waited for."""

    articles: ArticleStore
    alerts: AlertStore
    ledger: Any
    enrol: Callable[..., Awaitable[None]]
    now: datetime = NOW
    seconds: float = 1000.0
    first: Slot | None = None
    started: int = 0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.planner = self.a_planner()

    def a_planner(
        self,
        articles: ArticleStore | None = None,
        alerts: AlertStore | None = None,
        ledger: Any = None,
        metrics: Metrics | None = None,
    ) -> Planner:
        return Planner(
            articles or self.articles,
            alerts or self.alerts,
            [ledger or self.ledger],
            some_topics(),
            limits=self.limits,
            keep=timedelta(days=30),
            clock=lambda: self.now,
            first=self._first,
            started=self._started,
            monotonic=lambda: self.seconds,
            metrics=metrics,
        )

    async def _first(self) -> Slot | None:
        return self.first

    def _started(self) -> None:
        self.started += 1

    async def reader(self, number: int, *topics: str, **preferences: Any) -> None:
        await self.enrol(number, *topics, **preferences)

    async def article(self, number: int = 1, **changes: Any) -> int:
        return (await self.articles.put(a_draft(number, **changes), now=self.now, announce=True)).article.id

    async def rounds(self) -> None:
        """Until nothing is waited for; a second passes in between."""
        for _ in range(20):
            if not await self.planner.round():
                return
            self.seconds += 1
        raise AssertionError("the planner waits for ever")

    async def running(self, number: int = 1, **changes: Any) -> Alert:
        article_id = await self.article(number, **changes)
        await self.planner.round()
        return await self.alert(f"article:{article_id}")

    async def alert(self, origin: str) -> Alert:
        alert = await self.alerts.by_origin(origin)
        assert alert is not None
        return alert

    async def state(self, origin: str) -> tuple[AlertState, str]:
        alert = await self.alert(origin)
        return alert.state, alert.reason

    async def touch(self, kind: AlertKind, of: Alert, number: int = 1) -> Alert:
        """Have its copies corrected or recalled."""
        new = a_new_alert(
            origin=f"{kind.value}:{of.origin}:{number}",
            kind=kind,
            of=of.id,
            article_id=0,
            cls=of.cls,
            audience=Audience(),
        )
        return await self.alerts.create(new, now=self.now)

    def lose_call(self, number: int, *, after: bool) -> count[int]:
        """The planner's call of this number to any store is lost. Counts its calls."""
        calls = count()
        stores = [_Faulty(one, calls, number, after=after) for one in (self.articles, self.alerts, self.ledger)]
        self.planner = self.a_planner(*stores)
        return calls


def a_memory_house() -> House:
    """Three readers: two follow sports, one politics."""
    readers: dict[int, Any] = {}
    articles = MemoryArticleStore()

    def add(number: int, *topics: str, **preferences: Any) -> None:
        address = an_address(str(1000 + number))
        readers[number] = a_subscriber(*topics, address=address, number=number, **preferences)

    async def enrol(number: int, *topics: str, **preferences: Any) -> None:
        add(number, *topics, **preferences)

    for number, topic in enumerate(("sports", "sports", "politics")):
        add(number, topic)
    return House(articles, MemoryAlertStore(articles), MemoryLedger(readers), enrol)


async def a_real_house(database: Database, redis: Redis) -> House:
    """The same three readers, in SQL and Redis."""
    subscribers = RedisSubscriberStore(SqlJournal(database, {"telegram": "1"}), redis)

    async def enrol(number: int, *topics: str, **preferences: Any) -> None:
        wanted = Preferences(topics=frozenset(topics), **preferences)
        address = an_address(str(1000 + number))
        await subscribers.change(address, "changed", lambda _: wanted, now=NOW, initial=wanted)

    for number, topic in enumerate(("sports", "sports", "politics")):
        await enrol(number, topic)
    return House(SqlArticleStore(database), SqlAlertStore(database), RedisLedger(redis, "telegram", "1"), enrol)


class _Faulty:
    """A store whose call number `fails_at` is lost: before anything was done, or (`after`) with only its answer."""

    def __init__(self, store: Any, calls: count[int], fails_at: int, *, after: bool) -> None:
        self._store, self._calls, self._fails_at, self._after = store, calls, fails_at, after

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._store, name)
        if not asyncio.iscoroutinefunction(value):
            return value

        async def call(*args: Any, **named: Any) -> Any:
            fails = next(self._calls) == self._fails_at
            if fails and not self._after:
                raise StoreUnavailable
            answer = await value(*args, **named)
            if fails:
                raise StoreUnavailable
            return answer

        return call


Story = list[tuple[AlertKind, AlertClass, AlertState, str, Totals | None]]


async def a_day(house: House, look: Callable[[], Awaitable[None]]) -> Story:
    """An alert of each kind from its cause to its end; what is left of it."""
    first = await house.article(1)
    second = await house.article(2, breaking=True)
    await house.article(3, published_at=NOW - 4 * HOUR)
    await house.article(4, topics=("politics",))
    fifth = await house.article(5)
    await look()
    await house.articles.withdraw(a_draft(4).url, now=NOW)
    paused = await house.alert(f"article:{fifth}")
    await house.alerts.turn(paused.id, AlertState.PAUSED, of=OPEN, now=NOW)
    await look()
    await deliver(house.alerts, house.ledger)
    await look()
    await house.touch(AlertKind.CORRECTION, await house.alert(f"article:{first}"))
    await look()
    await house.touch(AlertKind.RECALL, await house.alert(f"article:{second}"))
    await look()
    await deliver(house.alerts, house.ledger)
    house.now += 3 * HOUR
    await look()
    alerts = (await house.alerts.recent(limit=50))[::-1]
    return [(alert.kind, alert.cls, alert.state, alert.reason, alert.totals) for alert in alerts]
