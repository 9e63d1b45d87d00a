"""What the rest of the house asks of the storage of subscribers.

A change is journalled (SQL, committed) before the caller hears of it, then applied to the working copy in Redis if
newer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsbot.domain.subscriber import Address, Preferences, Subscriber
from newsbot.domain.window import Window


@dataclass(frozen=True, slots=True)
class SubscriberEvent:
    """A row of the journal: what was true of a subscriber from `at` on."""

    at: datetime
    #: `started`, `topics`, `paused`, `resumed`, `stopped`, `language`, `unreachable`, `revived`, `moved`, `linked`,
    #: `unlinked`, `elsewhere` (the linked address can or can't be reached now), `forgotten`, `imported`…
    what: str
    state: Subscriber


@dataclass(frozen=True, slots=True)
class SubscriberCounts:
    """Figures for /stats, from the working copy."""

    subscribers: int  #: not stopped, not forgotten
    reachable: int  #: of them, not paused, not unreachable, and not written to on their other channel
    by_topic: dict[str, int]  #: of the reachable


class SubscriberStore(Protocol):
    """Readers and what they chose. Raises StoreUnavailable when SQL or Redis is away: then nothing was confirmed.

    One contract suite (`tests/contracts/test_subscriber_store.py`) runs against every implementation.
    """

    async def get(self, address: Address) -> Subscriber | None:
        """None for a stranger and for one who was forgotten."""
        ...

    async def change(
        self,
        address: Address,
        what: str,
        change: Callable[[Preferences], Preferences],
        *,
        now: datetime,
        initial: Preferences | None = None,
    ) -> Subscriber:
        """Apply `change` (pure; may be called again after a concurrent change) to the reader's preferences and keep it.

        A stranger is registered first, with `initial`. Durable when this returns. A change that changes nothing writes
        nothing. What the reader chose holds at the linked address too, in one transaction with it.
        """
        ...

    async def touch(self, address: Address, *, now: datetime, window: Window | None = None) -> None:
        """The reader wrote: note the day (activity tiers) and revive an unreachable one. Cheap when nothing changes.

        `window`: the one that this opened, on channels that have them. The latest end wins. Of strangers nothing is
        noted, so whoever registers one touches them again.
        """
        ...

    async def window(self, address: Address) -> Window | None:
        """The last one that is known of, open or not, to the second; None of a stranger, and where it was closed."""
        ...

    async def close_window(self, address: Address) -> None:
        """The platform says that it isn't open."""
        ...

    async def move(self, old: Address, new: Address, *, now: datetime) -> Subscriber | None:
        """The chat has a new id (a group became a supergroup): same number, new address. None if `old` is a stranger.

        If `new` is known already, it keeps its own number, gets the topics of both, and `old` is forgotten.
        """
        ...

    async def link(
        self, address: Address, other: Address, *, now: datetime, initial: Preferences | None = None
    ) -> Subscriber:
        """Make the readers at both addresses one: both choose what is `linking.united`, and an alert goes to one.

        A stranger is registered as the other side chose, two with `initial`. Raises CannotLink. Linking who are linked
        already changes nothing.
        """
        ...

    async def unlink(self, address: Address, *, now: datetime) -> Address | None:
        """Two readers again, who choose the same until one of them chooses otherwise. The other address; None: none."""
        ...

    async def forget(self, address: Address, *, now: datetime) -> bool:
        """Delete everything known of the reader but the number and the date. False for a stranger.

        A linked address stays, and stands alone.
        """
        ...

    async def history(self, address: Address) -> tuple[SubscriberEvent, ...]:
        """The reader's own rows, oldest first ('since when do I follow this?', /mydata)."""
        ...

    async def counts(self, channel: str | None = None) -> SubscriberCounts: ...

    def all(self) -> AsyncIterator[Subscriber]:
        """Everyone who is not forgotten, by channel and number, from the journal."""
        ...
