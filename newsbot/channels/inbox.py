"""What the rest of the house asks of the inbox: every event that a platform delivers is kept before it is acknowledged,
and handled once, in order for each reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from newsbot.domain.message import IncomingMessage

Handle = Callable[[IncomingMessage], Awaitable[None]]


class Inbox(Protocol):
    """Durable: what `put` has returned for survives any crash. One contract suite runs against every implementation."""

    async def put(self, incoming: IncomingMessage) -> bool:
        """Keep it. False if this event id was put before (the platform delivered it again). Raises StoreUnavailable."""
        ...

    async def put_many(self, incoming: list[IncomingMessage]) -> int:
        """Keep all, in order, in few round trips; says how many were new."""
        ...

    async def work(self, handle: Handle) -> None:
        """Hand events to `handle` until cancelled: those left from before a crash first, one reader's one at a time and
        in order, different readers' side by side (bounded).

        An event whose handling raises is tried again with back-off, a few times, then set aside (kept for inspection,
        counted), and the reader's later events go on. On cancellation, events being handled are finished (up to a few
        seconds) or stay in the inbox.
        """
        ...

    async def waiting(self) -> int:
        """Events kept and not handled yet."""
        ...
