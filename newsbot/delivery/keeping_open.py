"""Before a reader's window closes they are asked, once, whether to go on: whatever they press opens it anew.

Asked is who subscribes to something and whose alerts come on this channel, in the last hours of their window, by day,
and not again until they have been heard of. They are marked as asked before anything is sent, so that whoever dies in
between has asked nobody twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from newsbot.channels.channel import Operation, Pusher, Recipient
from newsbot.delivery.closing import Closing, ClosingWindows
from newsbot.delivery.pacing import Lane, Pacing
from newsbot.delivery.permits import NO_LANES, Author, Consent, Permit, Purpose, permit
from newsbot.domain.attempt import Attempt, Reason, Refused, TryLater, Unreachable
from newsbot.domain.message import TextReply
from newsbot.domain.subscriber import Address, as_unreachable
from newsbot.errors import StoreError
from newsbot.subscribers.store import SubscriberStore

LAST_HOURS: Final = timedelta(hours=3)  #: of a window: then its reader is asked
#: of a window, in which it is too late to ask: a reader needs time to see it
TOO_LATE: Final = timedelta(minutes=10)
NIGHT: Final = (22, 7)  #: o'clock where the reader is: nobody is asked from the first to the second
EVERY: Final = timedelta(minutes=5)  #: between two looks through the segments
TRIES: Final = 3  #: of one question that the channel doesn't take now
LONGEST_WAIT: Final = 60.0  #: seconds before it is tried again

_log = structlog.get_logger()


def is_night(now: datetime, timezone: str) -> bool:
    """Where the reader is; an unknown zone is taken for UTC. Pure."""
    try:
        hour = now.astimezone(ZoneInfo(timezone)).hour
    except (ZoneInfoNotFoundError, ValueError):
        hour = now.hour
    begins, ends = NIGHT
    return hour >= begins or hour < ends


def may_ask(one: Closing, now: datetime) -> Permit | None:
    """Pure."""
    left = one.window.expires_at - now
    if not TOO_LATE <= left <= LAST_HOURS or is_night(now, one.timezone):
        return None
    allowed = permit(Author.BOT, Purpose.KEEP_ASKING, one.window, Consent.SUBSCRIBED, NO_LANES, now)
    return allowed if isinstance(allowed, Permit) else None


class KeepingOpen:
    """Of one channel account. `question`: in this language; `barred`: why nothing may be sent now, '': it may."""

    def __init__(
        self,
        windows: ClosingWindows,
        pusher: Pusher,
        pacing: Pacing,
        subscribers: SubscriberStore,
        question: Callable[[str], TextReply],
        *,
        barred: Callable[[], Awaitable[str]],
        clock: Callable[[], datetime],
    ) -> None:
        self._windows = windows
        self._pusher = pusher
        self._pacing = pacing
        self._subscribers = subscribers
        self._question = question
        self._barred = barred
        self._clock = clock
        self._prepared: dict[str, Hashable] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                asked = await self.look()
                if asked:
                    _log.info("readers are asked whether to go on", channel=self._pusher.name, count=asked)
            except StoreError as error:
                _log.warning("nobody can be asked whether to go on now", reason=str(error))
            await asyncio.sleep(EVERY.total_seconds())

    async def look(self) -> int:
        """Ask all whose time it is; how many were asked. Raises StoreError."""
        if await self._barred() or not await self._pusher.answers():
            return 0
        count = 0
        for segment in await self._windows.segments():
            start: int | None = 0
            while start is not None:
                now = self._clock()
                found, start = await self._windows.closing(
                    segment, after=now + TOO_LATE, until=now + LAST_HOURS, start=start
                )
                for one in await self._windows.ask([one for one in found if may_ask(one, now)]):
                    count += await self._ask(one)
        return count

    async def _ask(self, one: Closing) -> bool:
        """False if the channel did not take it; then this reader is not asked in this window."""
        for _ in range(TRIES):
            await self._pacing.turn(one.user_id, Lane.DIGEST)
            if may_ask(one, self._clock()) is None:
                return False
            until = one.window.expires_at.timestamp()
            attempt = await self._pusher.push(self._message(one.language), Recipient(one.user_id, window_until=until))
            if not isinstance(attempt, TryLater):
                await self._learn(one, attempt)
                return not isinstance(attempt, Refused | Unreachable)
            await asyncio.sleep(min(attempt.after.total_seconds(), LONGEST_WAIT))
        return False

    def _message(self, language: str) -> Hashable:
        if language not in self._prepared:
            self._prepared[language] = self._pusher.prepare(Operation.SEND, self._question(language))
        return self._prepared[language]

    async def _learn(self, one: Closing, attempt: Attempt) -> None:
        address = Address(self._pusher.name, one.user_id)
        match attempt:
            case Refused(reason=Reason.OUTSIDE_WINDOW):
                await self._subscribers.close_window(address)
            case Unreachable(strike=False) if await self._subscribers.get(address) is not None:
                await self._subscribers.change(address, "unreachable", as_unreachable, now=self._clock())
            case _:
                pass
