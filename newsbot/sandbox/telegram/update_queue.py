"""Updates that wait for the bot: kept 24 hours, taken by long polling or by the webhook's sender, confirmed by either.

Offsets as the Bot API has them: a positive one forgets everything below it, a negative one keeps the last so many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any, Final

__all__ = ["DEFAULT_TYPES", "UPDATE_TYPES", "Update", "UpdateQueue"]

KEPT: Final = timedelta(hours=24)

UPDATE_TYPES: Final = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
]
#: what a bot gets that never asked for anything in particular
DEFAULT_TYPES: Final = frozenset(UPDATE_TYPES) - {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True, slots=True)
class Update:
    """One update; updates with the same `lane` (a chat, or a user) reach a webhook in order, one at a time."""

    update_id: int
    kind: str
    payload: dict[str, Any]
    lane: int
    at: datetime

    def json(self) -> dict[str, Any]:
        return {"update_id": self.update_id, self.kind: self.payload}


class UpdateQueue:
    """Waiting updates by id, and whoever waits for them."""

    def __init__(self, clock: Callable[[], datetime], changed: Callable[[int], None]) -> None:
        self._clock = clock
        self._changed = changed  # told the id of every update that comes or goes
        self._waiting: dict[int, Update] = {}
        self._arrived = asyncio.Event()
        # From the clock, so that a sandbox which lost its folder does not repeat ids that a bot has already confirmed.
        self.next_id = int(clock().timestamp())
        self.allowed: tuple[str, ...] = ()  #: empty: DEFAULT_TYPES

    def __len__(self) -> int:
        self._expire()
        return len(self._waiting)

    def get(self, update_id: int) -> Update | None:
        return self._waiting.get(update_id)

    def restore(self, updates: Iterable[Update]) -> None:
        for update in sorted(updates, key=lambda update: update.update_id):
            self._waiting[update.update_id] = update
            self.next_id = max(self.next_id, update.update_id + 1)

    def add(self, kind: str, payload: dict[str, Any], lane: int) -> Update | None:
        """Queue an update unless the bot doesn't want its kind."""
        if kind not in (self.allowed or DEFAULT_TYPES):
            return None
        update = Update(self.next_id, kind, payload, lane, self._clock())
        self.next_id += 1
        self._waiting[update.update_id] = update
        self._changed(update.update_id)
        self.wake()
        return update

    def wake(self) -> None:
        """Let everyone who waits look again."""
        self._arrived.set()
        self._arrived = asyncio.Event()

    @property
    def arrival(self) -> asyncio.Event:
        """Set at the next arrival or `wake`. Take it before looking at the queue: what comes in between sets it."""
        return self._arrived

    def waiting(self, after: int = 0) -> list[Update]:
        """What waits with an id above `after`, oldest first."""
        self._expire()
        newest_first = takewhile(lambda update: update.update_id > after, reversed(self._waiting.values()))
        return list(newest_first)[::-1]

    def take(self, offset: int, limit: int) -> list[Update]:
        """What getUpdates answers with now, having forgotten what `offset` confirms."""
        self._expire()
        if offset > 0:
            self.confirm(list(takewhile(lambda update_id: update_id < offset, self._waiting)))
        elif offset < 0:
            self.confirm(list(self._waiting)[:offset])
        return list(islice(self._waiting.values(), limit))

    def confirm(self, update_ids: Iterable[int]) -> None:
        for update_id in update_ids:
            if self._waiting.pop(update_id, None) is not None:
                self._changed(update_id)

    def drop_all(self) -> None:
        self.confirm(list(self._waiting))

    def _expire(self) -> None:
        oldest = self._clock() - KEPT
        expired = []
        for update in self._waiting.values():
            if update.at > oldest:
                break
            expired.append(update.update_id)
        self.confirm(expired)
