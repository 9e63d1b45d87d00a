"""What the webhook is told: events by the field that one subscribes to, and the queue they wait in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["FIELDS", "Event", "EventQueue"]

#: the Page's webhook fields that this server has events for
FIELDS: Final = (
    "messages",
    "message_deliveries",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_reads",
    "messaging_account_linking",
    "messaging_handovers",
    "messaging_optins",
    "messaging_policy_enforcement",
    "messaging_postbacks",
    "messaging_referrals",
    "standby",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One item of `messaging` (or `standby`). Events of one person reach a webhook that answers in order."""

    field: str
    person_id: str  #: empty: about the Page itself
    item: dict[str, Any]


class EventQueue:
    """Events that no request has carried yet."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self.unfinished = 0  #: waiting, under way, or to be tried again
        self.drops = 0  #: how often everything that waited was given up

    def add(self, event: Event) -> None:
        self.unfinished += 1
        self._events.put_nowait(event)

    def add_later(self, event: Event, seconds: float) -> None:
        self.unfinished += 1
        asyncio.get_running_loop().call_later(seconds, self._events.put_nowait, event)

    async def next(self) -> Event:
        return await self._events.get()

    def finished(self, events: Iterable[Event]) -> None:
        """They were delivered or given up."""
        self.unfinished -= sum(1 for _ in events)

    def take_waiting(self) -> list[Event]:
        """Everything that waits, for one body; the caller says when they are finished."""
        return [self._events.get_nowait() for _ in range(self._events.qsize())]

    def drop_waiting(self) -> None:
        """Give up what waits; what is to be tried again sees it by `drops`."""
        self.drops += 1
        while not self._events.empty():
            self._events.get_nowait()
            self.unfinished -= 1
