"""Is everything all right? What a newsroom looks at first, put together from what the stores know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from newsbot.articles.store import SourceState
from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.delivery.notices import Notice
from newsbot.desk.drafts import Draft
from newsbot.desk.standing import halted_among
from newsbot.desk.touched import has_copies_of_its_own
from newsbot.desk.turn import Desk
from newsbot.domain.alert import Alert, AlertState
from newsbot.domain.source import Source
from newsbot.subscribers.store import SubscriberCounts

__all__ = ["ChannelStanding", "Inboxes", "Overview", "Queue", "SourceTrouble", "look_over"]

#: failures in a row that are a trouble: a site that is away for a minute is none
FAILURES: Final = 3
#: a source that was not read for so long, and for so many of its own intervals
UNREAD_FOR: Final = timedelta(hours=1)
UNREAD_INTERVALS: Final = 10
SLOW_ANSWERS: Final = timedelta(seconds=60)  #: a reader who waits longer for an answer gives up


class WaitingEvents(Protocol):
    """An inbox, as far as it is asked here."""

    async def waiting(self) -> int: ...

    async def oldest_seconds(self) -> float: ...


Inboxes = Mapping[str, WaitingEvents]  #: by channel


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """`halt`: our account is refused there; `blocked`: or may not write."""

    channel: str
    readers: SubscriberCounts
    halt: Notice | None = None
    blocked: bool = False

    @property
    def well(self) -> bool:
        return self.halt is None and not self.blocked


@dataclass(frozen=True, slots=True)
class SourceTrouble:
    """`error`: the last failure in words; '': it was simply not read."""

    source: str
    error: str
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What readers of a channel did and nobody answered yet."""

    channel: str
    waiting: int
    oldest: timedelta

    @property
    def slow(self) -> bool:
        return self.oldest >= SLOW_ANSWERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    going_out: tuple[Alert, ...]
    channels: tuple[ChannelStanding, ...]
    readers: SubscriberCounts
    sources: int
    troubles: tuple[SourceTrouble, ...]
    queues: tuple[Queue, ...]
    scheduled: tuple[Draft, ...]  #: drafts that go out at their time, the earliest first
    withdrawn: tuple[Alert, ...]  #: readers still have copies of articles that were withdrawn

    @property
    def stuck(self) -> tuple[Alert, ...]:
        """Alerts that have paused themselves."""
        return tuple(
            alert for alert in self.going_out if alert.pauses or (alert.state is AlertState.PAUSED and alert.reason)
        )

    @property
    def well(self) -> bool:
        halted = any(not one.well for one in self.channels)
        return not (halted or self.stuck or self.troubles or self.withdrawn or any(one.slow for one in self.queues))


async def look_over(desk: Desk, sources: Sequence[Source], inboxes: Inboxes) -> Overview:
    """Raises StoreUnavailable."""
    now = desk.house.clock()
    standing = await desk.alerts.standing()
    return Overview(
        going_out=tuple(one.alert for one in standing),
        channels=await _channels(desk, now),
        readers=await desk.house.subscribers.counts(),
        sources=len(sources),
        troubles=source_troubles(sources, await desk.house.articles.source_states(), now),
        queues=await _queues(inboxes),
        scheduled=await desk.drafts.scheduled(),
        withdrawn=await _withdrawn(desk, now),
    )


def source_troubles(
    sources: Sequence[Source], states: Mapping[str, SourceState], now: datetime
) -> tuple[SourceTrouble, ...]:
    """Pure."""
    found = []
    for source in sources:
        state = states.get(source.id)
        if state is None:
            continue  # it is new: its turn comes
        patience = max(UNREAD_FOR, UNREAD_INTERVALS * source.every)
        unread = state.fetched_at is not None and now - state.fetched_at > patience
        if state.failures >= FAILURES or unread:
            found.append(SourceTrouble(source.id, state.error, state.fetched_at))
    return tuple(found)


async def _queues(inboxes: Inboxes) -> tuple[Queue, ...]:
    return tuple(
        [
            Queue(channel, await inbox.waiting(), timedelta(seconds=await inbox.oldest_seconds()))
            for channel, inbox in inboxes.items()
        ]
    )


async def _channels(desk: Desk, now: datetime) -> tuple[ChannelStanding, ...]:
    found = []
    halted = await halted_among(desk, desk.outlets, now)
    for name in desk.outlets:
        halt = await desk.notices.standing(name)
        blocked = halt is None and name in halted
        found.append(ChannelStanding(name, await desk.house.subscribers.counts(name), halt, blocked))
    return tuple(found)


async def _withdrawn(desk: Desk, now: datetime) -> tuple[Alert, ...]:
    """Alerts that are over whose article was withdrawn since, and nobody recalled or corrected the copies."""
    found = []
    for alert in await desk.alerts.withdrawn(since=now - COPIES_KEPT):
        if alert.state.final and await has_copies_of_its_own(desk, alert):
            found.append(alert)
    return tuple(found)
