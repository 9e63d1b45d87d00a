"""A delivery worker among memory stores and a platform that answers as it is told, in virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from newsbot.channels.channel import Operation, Recipient
from newsbot.delivery.composer import Composed, Variant
from newsbot.delivery.pacing import Budget, Granted, Lane, Pace, Wait, flooded, grant, limit_of
from newsbot.delivery.worker import DeliveryWorker
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, Audience, NewAlert, Outcome, Totals
from newsbot.domain.attempt import Attempt, Sent
from newsbot.domain.message import AnyReply, Span, TextReply
from newsbot.domain.subscriber import Address, Preferences, Subscriber
from newsbot.errors import StoreUnavailable
from newsbot.observability import Metrics
from tests.builders import NOW
from tests.fakes import MemorySubscriberStore
from tests.memory_alert_store import MemoryAlertStore
from tests.memory_ledger import MemoryLedger

Answer = Callable[[Recipient], Attempt]


def loop_time() -> float:
    return asyncio.get_running_loop().time()


def loop_clock() -> datetime:
    return NOW + timedelta(seconds=loop_time())


class MemoryPacing:
    """Implements `BulkPacing` by the pure decisions of `pacing`, on the event loop's clock."""

    def __init__(self, rate: float) -> None:
        self.pace = Pace.of(rate)
        self.budget = Budget()
        self.chat_next: dict[str, int] = {}
        self.away = False

    @property
    def interval(self) -> timedelta:
        return timedelta(microseconds=self.pace.interval)

    def _now(self) -> int:
        if self.away:
            raise StoreUnavailable
        return 1 + round(loop_time() * 1_000_000)

    async def take(self, lane: Lane, count: int = 1) -> Granted | Wait:
        self.budget, _, answer = grant(self.budget, 0, self._now(), lane=lane, count=count, pace=self.pace, limit=None)
        return answer

    async def chats(self, chat_ids: Sequence[str]) -> list[timedelta]:
        now, waits = self._now(), []
        for chat in chat_ids:
            limit = limit_of(chat)
            known = self.chat_next.get(chat, 0)
            wait = max(0, known - limit.tolerance - now)
            if not wait:
                self.chat_next[chat] = max(known, now) + limit.interval
            waits.append(timedelta(microseconds=wait))
        return waits

    async def flooded(self, chat_id: str, after: timedelta) -> None:
        self.budget, self.chat_next[chat_id] = flooded(
            self.budget,
            self.chat_next.get(chat_id, 0),
            self._now(),
            chat=chat_id,
            after=after // timedelta(microseconds=1),
            limit=limit_of(chat_id),
        )


@dataclass(frozen=True, slots=True)
class Pushed:
    at: float
    to: Recipient
    operation: Operation
    text: str


class Platform:
    """Implements `Pusher`. `answer` says what each request is answered; it takes `seconds`."""

    name = "telegram"

    def __init__(self, seconds: float = 0.05) -> None:
        self.seconds = seconds
        self.answer: Answer = lambda to: Sent(to.user_id)
        self.refused: dict[str, Attempt] = {}  # by the first word of the text
        self.well = True
        self.asked: list[float] = []
        self.pushed: list[Pushed] = []
        self.on_their_way = 0
        self.most_on_their_way = 0

    def prepare(self, operation: Operation, reply: AnyReply | None) -> Hashable:
        return operation, reply.plain if isinstance(reply, TextReply) else ""

    async def push(self, prepared: Hashable, to: Recipient) -> Attempt:
        operation, text = prepared  # type: ignore[misc]
        self.pushed.append(Pushed(loop_time(), to, operation, text))
        self.on_their_way += 1
        self.most_on_their_way = max(self.most_on_their_way, self.on_their_way)
        try:
            await asyncio.sleep(self.seconds)
            return self.refused.get(text.split(" ")[0]) or self.answer(to)
        finally:
            self.on_their_way -= 1

    async def answers(self) -> bool:
        self.asked.append(loop_time())
        return self.well

    @property
    def times(self) -> Counter[str]:
        """How often each was written to."""
        return Counter(one.to.user_id for one in self.pushed)

    def worst_second(self) -> int:
        times = sorted(one.at for one in self.pushed)
        return max((sum(begin <= at < begin + 1 for at in times) for begin in times), default=0)


class PlainComposer:
    """Implements `Composer`: the reader's language and topic, and the alert's version."""

    def __init__(self) -> None:
        self.composed: list[Variant] = []
        self.gone = False
        self.away = False

    async def compose(self, alert: Alert, variant: Variant) -> Composed | None:
        if self.away:
            raise StoreUnavailable
        self.composed.append(variant)
        if self.gone:
            return None
        if alert.kind is AlertKind.RECALL:
            return Composed(Operation.DELETE)
        text = f"{alert.id} {variant.language} {variant.topic} {alert.version}"
        operation = Operation.EDIT if alert.kind is AlertKind.CORRECTION else Operation.SEND
        return Composed(operation, TextReply(paragraphs=((Span(text),),)))


@dataclass
class Desk:
    """What a test tells and asks. Everything in it is of one Telegram bot."""

    rate: float = 1000
    in_flight: int = 30
    seconds: float = 0.05
    subscribers: MemorySubscriberStore = field(default_factory=MemorySubscriberStore)
    alerts: MemoryAlertStore = field(default_factory=MemoryAlertStore)
    composer: PlainComposer = field(default_factory=PlainComposer)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.ledger = MemoryLedger(ByNumber(self.subscribers), clock=loop_time)
        self.pacing = MemoryPacing(self.rate)
        self.platform = Platform(self.seconds)

    def worker(self, **changes: Any) -> DeliveryWorker:
        values: dict[str, Any] = {
            "ledger": self.ledger,
            "alerts": self.alerts,
            "pacing": self.pacing,
            "pusher": self.platform,
            "composer": self.composer,
            "subscribers": self.subscribers,
            "metrics": self.metrics,
            "clock": loop_clock,
            "in_flight": self.in_flight,
        }
        return DeliveryWorker(**values | changes)

    @asynccontextmanager
    async def working(self, **changes: Any) -> AsyncIterator[asyncio.Task[None]]:
        """A worker runs; it is stopped at the end, cleanly."""
        task = asyncio.create_task(self.worker(**changes).run())
        try:
            yield task
        finally:
            await stopped(task)

    async def readers(self, numbers: Iterable[int], **preferences: Any) -> None:
        values = {"topics": frozenset({"sports"})} | preferences
        for number in numbers:
            await self.subscribers.change(
                Address("telegram", str(number)), "started", lambda known: replace(known, **values), now=NOW
            )

    async def alert(self, cls: AlertClass = AlertClass.TOPIC, *, topic: str = "sports", **changes: Any) -> Alert:
        """Made, frozen and running."""
        number = len(self.alerts._alerts) + 1
        values: dict[str, Any] = {
            "origin": f"broadcast:{number}",
            "kind": AlertKind.BROADCAST,
            "cls": cls,
            "story": f"broadcast:{number}",
            "expires_at": loop_clock() + timedelta(hours=3),
            "audience": Audience(topics=(topic,) if topic else ()),
        }
        alert = await self.alerts.create(NewAlert(**values | changes), now=loop_clock())
        for segment in await self.ledger.segments():
            if alert.kind.touches_copies:
                assert await self.ledger.freeze_copies(alert, segment, now=loop_clock()) is not None
            else:
                await self.ledger.freeze(alert, segment, now=loop_clock())
        await self.turn(alert, AlertState.RUNNING)
        return alert

    async def turn(self, alert: Alert, to: AlertState) -> None:
        assert await self.alerts.turn(alert.id, to, of=set(AlertState) - {to}, now=loop_clock())

    async def go_on(self, alert: Alert) -> None:
        """An editor lets it go on where it has paused itself."""
        assert await self.alerts.resume(alert.id, "telegram")

    async def paused(self, alert: Alert) -> dict[str, str]:
        """Channel → why it has paused itself there."""
        now = await self.alerts.get(alert.id)
        assert now is not None
        return {channel: pause.reason for channel, pause in now.pauses.items()}

    async def totals(self, alert: Alert) -> Totals:
        totals = await self.ledger.totals(alert.id)
        assert totals.skipped == 0
        return totals

    async def outcomes(self, alert: Alert) -> dict[Outcome, int]:
        return dict((await self.totals(alert)).outcomes)

    async def closed(self, *alerts: Alert, within: float = 60) -> float:
        """Wait until nothing of them is open; the time then."""
        async with asyncio.timeout(within):
            for alert in alerts:
                while await self.ledger.open_units(alert.id):
                    await asyncio.sleep(0.01)
        return loop_time()

    async def until(self, condition: Callable[[], bool], within: float = 60) -> None:
        async with asyncio.timeout(within):
            while not condition():
                await asyncio.sleep(0.01)

    def reader(self, number: int) -> Preferences:
        return self.subscribers._subscribers[Address("telegram", str(number))].preferences


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled() and task.exception() is not None:
        task.result()


class ByNumber(Mapping[int, Subscriber]):
    """The store's subscribers by number; changes count at once."""

    def __init__(self, store: MemorySubscriberStore) -> None:
        self._store = store
        self._addresses: dict[int, Address] = {}

    def __getitem__(self, number: int) -> Subscriber:
        known = self._store._subscribers
        found = known.get(self._addresses.get(number, Address("", "")))
        if found is None or found.number != number:
            self._addresses = {one.number: address for address, one in known.items()}
            found = known[self._addresses[number]]
        return found

    def __iter__(self) -> Iterator[int]:
        return iter([one.number for one in self._store._subscribers.values()])

    def __len__(self) -> int:
        return len(self._store._subscribers)
