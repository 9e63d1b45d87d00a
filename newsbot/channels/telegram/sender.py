"""Answers to readers on Telegram: render, send, and when Telegram refuses, the next best thing that it takes.

What to do after each try is decided by `next_step`, a pure function; the loop obeys it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from weakref import WeakValueDictionary

import structlog

from newsbot.channels.telegram import menu as command_menu
from newsbot.channels.telegram.administrators import Administrators
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.fallback import next_best
from newsbot.channels.telegram.receiver import CHANNEL
from newsbot.channels.telegram.renderer import LIMITS, Rendered, render
from newsbot.channels.telegram.wire import AnswerCallback, Destination, EditCaption, EditMessage, Request
from newsbot.delivery.pacing import Lane, Pacing, Unpaced
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import AnyReply, CommandMenu, IncomingMessage
from newsbot.domain.subscriber import Address

PATIENCE: Final = timedelta(seconds=5)  #: that the pauses Telegram asks for may hold up one reply
TRIES: Final = 6  #: of one reply in all its forms
SECOND_TRY: Final = timedelta(seconds=1)  #: before repeating what does no harm twice

Moved = Callable[[Address, Address], Awaitable[None]]  #: (old, new): a group has got a new id

_log = structlog.get_logger(channel=CHANNEL)


@dataclass(frozen=True, slots=True)
class Again:
    """Send this, there, after a pause."""

    request: Request
    to: Destination
    after: timedelta = timedelta(0)


def next_step(request: Request, to: Destination, attempt: Attempt, *, tries: int, patience: timedelta) -> Again | None:
    """What to try after an attempt; None: it stands. `tries` made so far, `patience` left for waiting."""
    if tries >= TRIES:
        return None
    match attempt, request:
        case TryLater(after=after), _:
            return Again(request, to, after) if after <= patience else None
        case Unknown(), _ if request.repeatable and tries < 2:
            return Again(request, to, SECOND_TRY)
        case Unreachable(moved_to=new_id), _ if new_id and new_id != to.chat_id:
            there = Destination(new_id)  # neither its topics nor its messages keep their numbers
            return Again(request.as_new() if isinstance(request, EditMessage | EditCaption) else request, there)
        case Refused(reason=Reason.THREAD_GONE), _ if to.thread_id:
            return Again(request, replace(to, thread_id=""))
        case Refused(reason=Reason.TARGET_GONE | Reason.CANT_EDIT), EditMessage() | EditCaption():
            return Again(request.as_new(), to)
        case Refused(), _ if other := next_best(request, attempt):
            return Again(other, to)
        case _:
            return None


class TelegramChannel:
    """Implements `Channel`. Replies to one chat keep their order; different chats don't wait for each other."""

    name = CHANNEL
    limits = LIMITS

    def __init__(
        self,
        api: TelegramApi,
        *,
        pacing: Pacing | None = None,
        moved: Moved | None = None,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._api = api
        self._pacing = pacing or Unpaced()
        self._moved = moved
        self._patience = patience
        self._order: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._administrators = Administrators(api)

    async def reply(self, to: IncomingMessage, replies: tuple[AnyReply, ...]) -> tuple[Attempt, ...]:
        """See `Channel.reply`. A notice (Toast) goes onto the pressed button; without one it is left out (Sent)."""
        rendered = [render(reply, callback_id=to.callback_id) for reply in replies]
        for reply, one in zip(replies, rendered, strict=True):
            for loss in one.losses:
                _log.info("not shown as meant", reply=type(reply).__name__, what=loss.what, how=loss.how)
        # At once, or the button spins until everything is sent.
        acknowledging = asyncio.create_task(self._acknowledge(to, rendered)) if to.callback_id else None
        chat_id = to.address.user_id
        order = self._order.setdefault(chat_id, asyncio.Lock())
        try:
            async with order:
                attempts = await self._send_all(Destination(chat_id, to.thread_id), rendered)
        except BaseException:
            if acknowledging:
                acknowledging.cancel()
            raise
        notice = await acknowledging if acknowledging else Sent()
        return tuple(notice if attempt is None else attempt for attempt in attempts)

    async def is_administrator(self, incoming: IncomingMessage) -> bool:
        return await self._administrators.include(incoming)

    async def publish_menu(self, menu: CommandMenu) -> None:
        """See `Channel.publish_menu`. Trouble is logged: the menu waits for the next start, the bot doesn't."""
        await command_menu.publish(self._api, menu)

    async def _acknowledge(self, to: IncomingMessage, rendered: list[Rendered]) -> Attempt:
        notices = [one.request for one in rendered if isinstance(one.request, AnswerCallback)]
        if len(notices) > 1:
            _log.info("not shown as meant", reply="Toast", what="notice", how="left out: a button shows only one")
        request = notices[0] if notices else AnswerCallback(callback_id=to.callback_id)
        attempt, _ = await self._deliver(request, Destination(to.address.user_id))
        return attempt

    async def _send_all(self, to: Destination, rendered: list[Rendered]) -> list[Attempt | None]:
        """One attempt a reply, in order; None for notices. What no reply can overcome ends the rest unsent."""
        attempts: list[Attempt | None] = []
        hopeless: Attempt | None = None
        for one in rendered:
            if one.request is None or isinstance(one.request, AnswerCallback):
                attempts.append(None)
                continue
            if hopeless is None:
                attempt, to = await self._deliver(one.request, to)
                if not isinstance(attempt, Sent):
                    _log.warning(
                        "a reply was not delivered", method=one.request.method, chat=to.chat_id, attempt=attempt
                    )
                if isinstance(attempt, Unreachable | TryLater) or (isinstance(attempt, Refused) and attempt.stop):
                    hopeless = attempt
            attempts.append(hopeless or attempt)
        return attempts

    async def _deliver(self, request: Request, to: Destination) -> tuple[Attempt, Destination]:
        patience = self._patience
        tries = 0
        while True:
            if not isinstance(request, AnswerCallback):
                await self._pacing.turn(to.chat_id, Lane.REPLY)
            attempt = await self._api.send(request, to)
            if isinstance(attempt, TryLater) and attempt.reason is Reason.FLOOD:
                await self._pacing.flooded(to.chat_id, attempt.after)
            tries += 1
            step = next_step(request, to, attempt, tries=tries, patience=patience)
            if step is None:
                return attempt, to
            await self._report(request, attempt, to, step)
            request, to = step.request, step.to
            patience -= step.after
            await asyncio.sleep(step.after.total_seconds())

    async def _report(self, request: Request, attempt: Attempt, to: Destination, step: Again) -> None:
        if isinstance(attempt, Unreachable) and attempt.moved_to:
            old, new = Address(CHANNEL, to.chat_id), Address(CHANNEL, attempt.moved_to)
            _log.info("a group has a new id", old=str(old), new=str(new))
            if self._moved is not None:
                await self._moved(old, new)
        elif isinstance(attempt, Refused) and step.request != request:
            _log.warning(
                "telegram refused a message, sending the next best",
                method=request.method,
                then=step.request.method,
                reason=attempt.reason,
                detail=attempt.detail,
            )
