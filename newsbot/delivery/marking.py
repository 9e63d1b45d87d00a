"""What answers taught us about subscribers: who can't be reached, who has a new id.

Kept beside the sending, never in its way: what finds no room is learnt again from the next alert.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from newsbot.domain.attempt import Reason
from newsbot.domain.subscriber import Address, Preferences
from newsbot.errors import StoreError
from newsbot.subscribers.store import SubscriberStore

ROOM: Final = 10_000  #: marks that wait
AGAIN: Final = 2.0  #: seconds before a store that is away is asked again

_STRANGER: Final = Preferences(extra=(("stranger", ""),))
_log = structlog.get_logger()


class _ForgottenError(Exception):
    """Who forgot themselves meanwhile is not made a subscriber again."""


class Marking:
    """`run` does the work; `unreachable` and `moved` never wait."""

    def __init__(self, subscribers: SubscriberStore, channel: str, *, clock: Callable[[], datetime]) -> None:
        self._subscribers = subscribers
        self._channel = channel
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[str, Reason | str]] = asyncio.Queue(ROOM)

    def unreachable(self, user_id: str, reason: Reason) -> None:
        self._put(user_id, reason)

    def moved(self, user_id: str, new_id: str) -> None:
        self._put(user_id, new_id)

    def _put(self, user_id: str, what: Reason | str) -> None:
        try:
            self._waiting.put_nowait((user_id, what))
        except asyncio.QueueFull:
            _log.warning("too many subscribers to mark; this one will be met again", channel=self._channel)

    async def run(self) -> None:
        while True:
            user_id, what = await self._waiting.get()
            while True:
                try:
                    await self._mark(Address(self._channel, user_id), what)
                    break
                except StoreError as error:
                    _log.warning("a subscriber can't be marked now", reason=str(error))
                    await asyncio.sleep(AGAIN)
            self._waiting.task_done()

    async def finished(self) -> None:
        """Returns when everything is kept."""
        await self._waiting.join()

    async def _mark(self, address: Address, what: Reason | str) -> None:
        if not isinstance(what, Reason):
            if await self._subscribers.move(address, Address(self._channel, what), now=self._clock()) is not None:
                _log.info("a chat has a new id", old=str(address), new=what)
            return
        try:
            await self._subscribers.change(address, "unreachable", _unreachable, now=self._clock(), initial=_STRANGER)
        except _ForgottenError:
            return
        _log.info("a subscriber can't be reached", subscriber=str(address), reason=what.value)


def _unreachable(preferences: Preferences) -> Preferences:
    if preferences == _STRANGER:
        raise _ForgottenError
    return replace(preferences, unreachable=True)
