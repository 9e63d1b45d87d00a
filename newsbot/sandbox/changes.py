"""The change feed: what happens in chats, told to whoever follows them, without anyone waiting for a slow reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["Change", "ChangeFeed", "Subscription"]

BACKLOG: Final = 1000  #: changes kept for a follower; more, and it gets one `overflow` instead


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened; kinds and data are listed in the docstring of each server's package.

    A chat is named as its server names it: by a number on Telegram, by a person's id in text on Messenger. What
    concerns everybody has no chat: 0 or "".
    """

    kind: str
    chat_id: int | str
    data: dict[str, Any] = field(default_factory=dict)


class Subscription:
    """An endless iterator over changes, oldest first."""

    def __init__(self, chat_id: int | str | None) -> None:
        self.chat_id = chat_id
        self._queue: asyncio.Queue[Change] = asyncio.Queue()

    def offer(self, change: Change) -> None:
        if self.chat_id is not None and change.chat_id and change.chat_id != self.chat_id:
            return
        if self._queue.qsize() >= BACKLOG:
            while not self._queue.empty():
                self._queue.get_nowait()
            change = Change("overflow", self.chat_id or 0)
        self._queue.put_nowait(change)

    async def next(self) -> Change:
        return await self._queue.get()

    async def __aiter__(self) -> AsyncIterator[Change]:
        while True:
            yield await self._queue.get()


class ChangeFeed:
    """Tells every subscription; costs nothing while there is none."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    @property
    def followed(self) -> bool:
        return bool(self._subscriptions)

    @contextmanager
    def subscribe(self, chat_id: int | str | None = None) -> Iterator[Subscription]:
        """Follow one chat (and what concerns everybody), or everything."""
        subscription = Subscription(chat_id)
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)

    def tell(self, change: Change) -> None:
        for subscription in self._subscriptions:
            subscription.offer(change)
