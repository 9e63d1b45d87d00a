"""What answers taught us about subscribers: who can't be reached, who has a new id, whose forum topic is gone.

Kept beside the sending, never in its way: what finds no room is learnt again from the next alert.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from newsbot.domain.attempt import Reason
from newsbot.domain.subscriber import THREAD, Address, Preferences, as_unreachable
from newsbot.errors import StoreError
from newsbot.subscribers.store import SubscriberStore

ROOM: Final = 10_000  #: marks that wait
AGAIN: Final = 2.0  #: seconds before a store that is away is asked again

_STRANGER: Final = Preferences(extra=(("stranger", ""),))
_log = structlog.get_logger()


class _ForgottenError(Exception):
    """Nothing is known of them any more."""


@dataclass(frozen=True, slots=True)
class _Unreachable:
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Moved:
    new_id: str


@dataclass(frozen=True, slots=True)
class _ThreadGone:
    thread_id: str


_Mark = _Unreachable | _Moved | _ThreadGone


class Marking:
    """`run` does the work; `unreachable`, `moved` and `thread_gone` never wait."""

    def __init__(self, subscribers: SubscriberStore, channel: str, *, clock: Callable[[], datetime]) -> None:
        self._subscribers = subscribers
        self._channel = channel
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[str, _Mark]] = asyncio.Queue(ROOM)

    def unreachable(self, user_id: str, reason: Reason) -> None:
        self._put(user_id, _Unreachable(reason))

    def moved(self, user_id: str, new_id: str) -> None:
        self._put(user_id, _Moved(new_id))

    def thread_gone(self, user_id: str, thread_id: str) -> None:
        self._put(user_id, _ThreadGone(thread_id))

    def _put(self, user_id: str, what: _Mark) -> None:
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

    async def _mark(self, address: Address, what: _Mark) -> None:
        match what:
            case _Moved(new_id):
                if await self._subscribers.move(address, Address(self._channel, new_id), now=self._clock()):
                    _log.info("a chat has a new id", old=str(address), new=new_id)
            case _Unreachable(reason):
                if await self._changed(address, "unreachable", as_unreachable):
                    _log.info("a subscriber can't be reached", subscriber=str(address), reason=reason.value)
            case _ThreadGone(thread_id):
                if await self._changed(address, "thread", partial(_without_thread, thread_id)):
                    _log.info("a group's forum topic is gone", subscriber=str(address), thread=thread_id)

    async def _changed(self, address: Address, what: str, change: Callable[[Preferences], Preferences]) -> bool:
        """False for who forgot themselves meanwhile: they are not made a subscriber again."""

        def unless_forgotten(preferences: Preferences) -> Preferences:
            if preferences == _STRANGER:
                raise _ForgottenError
            return change(preferences)

        try:
            await self._subscribers.change(address, what, unless_forgotten, now=self._clock(), initial=_STRANGER)
        except _ForgottenError:
            return False
        return True


def _without_thread(thread_id: str, preferences: Preferences) -> Preferences:
    """If it is still that one: its administrators may have chosen another meanwhile."""
    return preferences.with_note(THREAD, "") if preferences.note(THREAD) == thread_id else preferences
