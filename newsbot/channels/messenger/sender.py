"""Answers to readers on Messenger: render, send, and when Messenger refuses, the next best thing that it takes.

What to do after each try is decided by `next_step`, a pure function; the loop obeys it. A request whose answer was lost
is never repeated: the message may stand there already, and its echo will say so.

An answer needs its permit like everything else: what is worked off late, or goes to an editor who was last heard of
long ago, may meet a closed window, and then nothing is sent.

`typing_on` is shown only where a file or a picture takes its time; nothing else is worth a call of our quota.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

import structlog

from newsbot.channels.http_exchange import HttpFailure
from newsbot.channels.messenger import outcomes
from newsbot.channels.messenger.answer import render_answer
from newsbot.channels.messenger.attachments import Attachments
from newsbot.channels.messenger.fallback import next_best
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.receiver import CHANNEL, REPLY
from newsbot.channels.messenger.renderer import LIMITS, Rendered
from newsbot.channels.messenger.requests import action_of, body_of, form_of, head_of
from newsbot.channels.messenger.wire import File, Message, Picture
from newsbot.delivery.pacing import Lane, Pacing, Unpaced
from newsbot.delivery.permits import NO_LANES, Author, Consent, Denial, Permit, Purpose, is_open, opened_by, permit
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unreachable
from newsbot.domain.message import AnyReply, CommandMenu, IncomingMessage
from newsbot.domain.subscriber import Address
from newsbot.domain.window import Window

PATIENCE: Final = timedelta(seconds=8)  #: for pauses within one reply: a reader must be answered within 30 seconds
TURN_WITHIN: Final = timedelta(minutes=2)  #: a reply that isn't due by then is given up: nothing is sent at all now
TRIES: Final = 6  #: of one message in all its forms
FIRST_PAUSE: Final = timedelta(seconds=1)  #: before trying again what failed for the platform's reasons; then doubled

_PASSES_SOON: Final = frozenset({Reason.SERVER_ERROR, Reason.NO_CONNECTION})

_TOO_LATE: Final = Refused(Reason.OUTSIDE_WINDOW, "the window closed while the answer waited")

_log = structlog.get_logger(channel=CHANNEL)


@dataclass(frozen=True, slots=True)
class Again:
    """Send this after a pause."""

    message: Message
    after: timedelta = timedelta(0)


def next_step(message: Message, attempt: Attempt, *, tries: int, patience: timedelta) -> Again | None:
    """What to try after an attempt; None: it stands. `tries` made so far, `patience` left for waiting."""
    if tries >= TRIES:
        return None
    match attempt:
        case TryLater(after=after, reason=reason):
            wait = min(after, FIRST_PAUSE * 2 ** (tries - 1)) if reason in _PASSES_SOON else after
            return Again(message, wait) if wait <= patience else None
        case Refused() if other := next_best(message, attempt):
            return Again(other)
        case _:
            return None


async def nobody_known(address: Address) -> Window | None:
    return None


class MessengerChannel:
    """Implements `Channel`. Replies to one reader keep their order; different readers don't wait for each other."""

    name = CHANNEL
    limits = LIMITS

    def __init__(
        self,
        graph: GraphApi,
        *,
        attachments: Attachments | None = None,
        pacing: Pacing | None = None,
        patience: timedelta = PATIENCE,
        window: Callable[[Address], Awaitable[Window | None]] = nobody_known,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Without `attachments` pictures that editors sent are left out, and that is logged. `window`: the one that is
        known of a reader, asked where what is answered opens none that is still open.
        """
        self._graph = graph
        self._attachments = attachments
        self._pacing = pacing or Unpaced()
        self._patience = patience
        self._window = window
        self._clock = clock
        self._order: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def reply(self, to: IncomingMessage, replies: tuple[AnyReply, ...]) -> tuple[Attempt, ...]:
        """See `Channel.reply`. A notice for a button becomes a line of the reply that follows, or a message.

        A reply of several messages is `Sent` when all were; else its attempt is that of the first that was not. Outside
        the reader's window all are `Refused`, and nothing is sent. Raises StoreError when it can't be asked.
        """
        if not replies:
            return ()
        allowed = await self._permit(to)
        if isinstance(allowed, Denial):
            _log.warning("an answer is not sent", to=str(to.address), why=str(allowed))
            return tuple(Refused(Reason.OUTSIDE_WINDOW, str(allowed)) for _ in replies)
        rendered = render_answer(replies)
        for reply, one in zip(replies, rendered, strict=True):
            for loss in one.losses:
                _log.info("not shown as meant", reply=type(reply).__name__, what=loss.what, how=loss.how)
        user_id = to.address.user_id
        order = self._order.setdefault(user_id, asyncio.Lock())
        async with order:
            return _each(rendered, await self._send_all(user_id, rendered, allowed))

    async def is_administrator(self, incoming: IncomingMessage) -> bool:
        """A Page's chats are private: whoever writes decides."""
        return True

    async def publish_menu(self, menu: CommandMenu) -> None:
        """Nothing: ten changes in ten minutes are all that the platform allows, so the Page's profile is synchronised
        by a command of an operator's and not whenever a process starts.
        """

    async def _permit(self, to: IncomingMessage) -> Permit | Denial:
        now = self._clock()
        window = opened_by(to, now)
        if not is_open(window, now):
            window = await self._window(to.address)
        return permit(Author.BOT, Purpose.REPLY, window, Consent.STRANGER, NO_LANES, now)

    async def _send_all(self, user_id: str, rendered: list[Rendered], allowed: Permit) -> list[Attempt | None]:
        """One attempt a reply, in order; None where it has no messages. What none can overcome ends the rest unsent."""
        attempts: list[Attempt | None] = []
        hopeless: Attempt | None = None
        for one in rendered:
            failed: Attempt | None = None
            attempt: Attempt | None = None
            for message in one.messages:
                attempt = hopeless or await self._deliver(message, user_id, allowed, silent=one.silent)
                if isinstance(attempt, Sent):
                    continue
                failed = failed or attempt
                if hopeless is None:
                    _log.warning("a reply was not delivered", form=type(message).__name__, attempt=attempt)
                    hopeless = attempt if _is_hopeless(attempt) else None
            attempts.append(failed or attempt)
        return attempts

    async def _deliver(self, message: Message, user_id: str, allowed: Permit, *, silent: bool) -> Attempt:
        patience = self._patience
        tries = 0
        while True:
            try:
                async with asyncio.timeout(TURN_WITHIN.total_seconds()):
                    await self._pacing.turn(user_id, Lane.REPLY)
            except TimeoutError:  # the quota is used up
                return TryLater(TURN_WITHIN, Reason.FLOOD, Scope.CHANNEL)
            attempt = await self._try(message, user_id, allowed, silent=silent)
            if isinstance(attempt, TryLater) and attempt.reason is Reason.FLOOD and attempt.scope is Scope.CHAT:
                await self._pacing.flooded(user_id, attempt.after)
            tries += 1
            step = next_step(message, attempt, tries=tries, patience=patience)
            if step is None:
                return attempt
            if step.message is not message:
                _log.warning("messenger refused a message, sending the next best", attempt=attempt)
            message = step.message
            patience -= step.after
            await asyncio.sleep(step.after.total_seconds())

    async def _try(self, message: Message, user_id: str, allowed: Permit, *, silent: bool) -> Attempt:
        """One request, and a second for a picture that Messenger has forgotten. Never raises for what it does."""
        if not allowed.holds(self._clock()):
            return _TOO_LATE
        match message:
            case File():
                await self._show_typing(user_id)
                return await self._send_file(message, user_id, allowed, silent=silent)
            case Picture():
                if self._attachments is None:
                    return Refused(Reason.BAD_PICTURE, "there is nowhere to upload it")
                await self._show_typing(user_id)
                send = partial(self._send, user_id=user_id, allowed=allowed, silent=silent)
                return await self._attachments.sent(message, user_id, send)
            case _:
                return await self._send(message, user_id, allowed, silent=silent)

    async def _send(self, message: Message, user_id: str, allowed: Permit, *, silent: bool) -> Attempt:
        if not allowed.holds(self._clock()):  # a picture waits for its own pace
            return _TOO_LATE
        head = head_of(message, allowed.messaging, silent=silent, ready=self._graph.ready_fields)
        try:
            return outcomes.from_answer(await self._graph.send_ready(body_of(head, user_id, REPLY)))
        except HttpFailure as failure:
            return outcomes.from_failure(failure)

    async def _send_file(self, file: File, user_id: str, allowed: Permit, *, silent: bool) -> Attempt:
        form = form_of(file, user_id, REPLY, allowed.messaging, silent=silent)
        try:
            return outcomes.from_answer(await self._graph.call("POST", f"{self._graph.page_id}/messages", body=form))
        except HttpFailure as failure:
            return outcomes.from_failure(failure)

    async def _show_typing(self, user_id: str) -> None:
        try:
            await self._graph.call("POST", f"{self._graph.page_id}/messages", body=action_of("typing_on", user_id))
        except HttpFailure as failure:
            _log.debug("typing is not shown", reason=failure.message)


def _is_hopeless(attempt: Attempt) -> bool:
    """Whether what follows would meet the same."""
    match attempt:
        case Unreachable() | TryLater():
            return True
        case Refused(reason=reason, stop=stop):
            return stop or reason is Reason.OUTSIDE_WINDOW
        case _:
            return False


def _each(rendered: list[Rendered], attempts: list[Attempt | None]) -> tuple[Attempt, ...]:
    """For a reply that another says, the other's attempt."""
    found: list[Attempt] = []
    for place, attempt in enumerate(attempts):
        others = (*attempts[place + 1 :], *reversed(attempts[:place]))
        found.append(attempt or next((other for other in others if other is not None), Sent()))
    return tuple(found)
