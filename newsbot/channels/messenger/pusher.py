"""The same message to many on Messenger: rendered and serialised once, only the reader changes.

Nothing is sent to a reader whose window is closed, or closes while the request may be on its way. Nothing is sent
twice: where an answer is lost the delivery is unknown, and its echo, which carries the delivery's id, settles it.

An alert is one message wherever that is possible. Where it isn't (a picture, a very long text), the last of them
carries the delivery's id and its attempt is the delivery's; what came before it is not sent again when the last is
tried again.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from newsbot.channels.channel import Operation, Recipient
from newsbot.channels.http_exchange import HttpFailure
from newsbot.channels.messenger import outcomes
from newsbot.channels.messenger.attachments import Attachments
from newsbot.channels.messenger.fallback import next_best
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.receiver import CHANNEL, REPLY
from newsbot.channels.messenger.renderer import render
from newsbot.channels.messenger.requests import body_of, head_of
from newsbot.channels.messenger.wire import File, Message, Picture
from newsbot.delivery.permits import NO_LANES, Author, Consent, Denial, Messaging, Permit, Purpose, permit
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, TryLater, Unknown
from newsbot.domain.message import AnyReply, FileReply, Toast
from newsbot.domain.window import Opener, Window
from newsbot.errors import StoreError

PROBE_LIMIT: Final = 10.0  #: seconds that `answers` waits
FIRST_REST: Final = timedelta(minutes=1)  #: from sending, after the platform restricted the Page; then doubled
LONGEST_REST: Final = timedelta(hours=4)
HALF_SENT: Final = 10_000  #: deliveries of which a part is sent, that are remembered

_log = structlog.get_logger(channel=CHANNEL)


@dataclass(slots=True, eq=False)
class Piece:
    """One message without its reader. `head` is None for a picture until it is uploaded."""

    message: Message
    silent: bool
    head: bytes | None
    #: Messenger refused this for its form and took that: the next readers get it at once
    instead: Piece | None = None


@dataclass(slots=True, eq=False)
class Prepared:
    """The messages of one alert. () for what can't be done on Messenger."""

    pieces: tuple[Piece, ...]


class MessengerPusher:
    """Implements `Pusher`. `blocked`: what the platform said of blocking the Page, None: it doesn't; `rest`: after the
    first message that a restriction refused; `clock`: unix seconds.
    """

    name = CHANNEL

    def __init__(
        self,
        graph: GraphApi,
        *,
        attachments: Attachments | None = None,
        blocked: Callable[[], Awaitable[object | None]] | None = None,
        rest: timedelta = FIRST_REST,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._graph = graph
        self._attachments = attachments
        self._blocked = blocked
        self._clock = clock
        self._half_sent: dict[tuple[str, str], int] = {}  # reader, delivery → messages that are sent
        self._first_rest = self._rest = rest
        self._resting_until = 0.0
        self._was_blocked = False

    def prepare(self, operation: Operation, reply: AnyReply | None) -> Prepared:
        """See `Pusher.prepare`. Raises ValueError for what can't be pushed (a notice on a button, a file, nothing)."""
        if operation is not Operation.SEND:
            return Prepared(())
        if reply is None or isinstance(reply, Toast | FileReply):
            raise ValueError(f"there is nothing to {operation}")
        rendered = render(reply, lasting=True)
        for loss in rendered.losses:
            _log.info("not shown as meant", reply=type(reply).__name__, what=loss.what, how=loss.how)
        return Prepared(tuple(self._piece(message, silent=rendered.silent) for message in rendered.messages))

    async def push(self, prepared: Hashable, to: Recipient) -> Attempt:
        """See `Pusher.push`. Edits and deletions are refused without a request: Messenger has none."""
        assert isinstance(prepared, Prepared)
        try:
            return self._learnt(await self._pushed(prepared, to))
        except StoreError as error:  # of pictures; nothing of this message went out
            _log.warning("a picture can't be sent now", reason=str(error))
            return TryLater(outcomes.TEMPORARY_FOR, Reason.NO_CONNECTION)

    async def _pushed(self, prepared: Prepared, to: Recipient) -> Attempt:
        if not prepared.pieces:
            return Refused(Reason.CANT_EDIT, "a message on Messenger stays as it is")
        if len(prepared.pieces) == 1:
            return await self._sent(prepared.pieces[0], to, to.delivery or REPLY)
        return await self._all_sent(prepared.pieces, to)

    def _permit(self, to: Recipient) -> Permit | Denial:
        """Only subscribers are pushed to, so consent is given; what opened the window is no matter here."""
        window = Window(datetime.fromtimestamp(to.window_until, UTC), Opener.MESSAGE) if to.window_until else None
        now = datetime.fromtimestamp(self._clock(), UTC)
        return permit(Author.BOT, Purpose.ALERT, window, Consent.SUBSCRIBED, NO_LANES, now)

    async def answers(self) -> bool:
        """See `Pusher.answers`. False also while the token is refused or the platform restricts the Page: a channel
        that was halted for that goes on when it is mended. A restriction may show only when something is sent, so after
        one it rests, longer each time, unless the platform says that it is over.
        """
        try:
            if self._blocked is not None and await self._blocked() is not None:
                self._was_blocked = True
                return False
            if self._was_blocked:
                self._was_blocked, self._resting_until = False, 0.0
            if self._clock() < self._resting_until:
                return False
            answer = await self._graph.call("GET", "me", query={"fields": "id"}, read_limit=PROBE_LIMIT)
        except (HttpFailure, StoreError):
            return False
        return isinstance(outcomes.of_action(answer), Sent)

    async def _all_sent(self, pieces: tuple[Piece, ...], to: Recipient) -> Attempt:
        """The attempt of the last, or of the first that ends it."""
        delivery = (to.user_id, to.delivery)
        done = self._half_sent.pop(delivery, 0) if to.delivery else 0
        *before, last = pieces
        for number, piece in enumerate(before[done:], start=done):
            attempt = await self._sent(piece, to, REPLY)
            match attempt:
                case Sent() | Unknown():  # what may stand there is not sent again
                    continue
                case Refused(stop=False) if isinstance(piece.message, Picture) and attempt.reason in _OF_A_PICTURE:
                    _log.warning("an alert goes out without its picture", detail=attempt.detail)
                case TryLater():
                    self._remember(delivery, number)
                    return attempt
                case _:
                    return attempt
        attempt = await self._sent(last, to, to.delivery or REPLY)
        if isinstance(attempt, TryLater):
            self._remember(delivery, len(before))
        return attempt

    def _remember(self, delivery: tuple[str, str], sent: int) -> None:
        if not sent or not delivery[1]:
            return
        while len(self._half_sent) >= HALF_SENT:
            del self._half_sent[next(iter(self._half_sent))]
        self._half_sent[delivery] = sent

    async def _sent(self, piece: Piece, to: Recipient, metadata: str) -> Attempt:
        """In the next best form while one is refused for its form; the next readers get at once what was taken."""
        form = piece.instead or piece
        attempt = await self._post(form, to, metadata)
        refused: Refused | None = None
        while isinstance(attempt, Refused) and (other := next_best(form.message, attempt)) is not None:
            refused = attempt
            form = self._piece(other, silent=piece.silent)
            attempt = await self._post(form, to, metadata)
        if refused is not None and isinstance(attempt, Sent) and piece.instead is not form:
            piece.instead = form
            _log.warning(
                "messenger refused a message, its readers get the next best",
                form=type(piece.message).__name__,
                then=type(form.message).__name__,
                reason=refused.reason,
                detail=refused.detail,
            )
        return attempt

    async def _post(self, piece: Piece, to: Recipient, metadata: str) -> Attempt:
        allowed = self._permit(to)  # for each message: one with a picture waits for its own pace
        if isinstance(allowed, Denial):
            return Refused(Reason.OUTSIDE_WINDOW, allowed.why)
        head = piece.head
        if head is None:
            assert isinstance(piece.message, Picture)
            return await self._post_picture(piece, piece.message, to, metadata)
        try:
            return outcomes.from_answer(await self._graph.send_ready(body_of(head, to.user_id, metadata)))
        except HttpFailure as failure:
            return outcomes.from_failure(failure)

    async def _post_picture(self, piece: Piece, picture: Picture, to: Recipient, metadata: str) -> Attempt:
        if self._attachments is None:
            return Refused(Reason.BAD_PICTURE, "there is nowhere to upload it")

        async def post(uploaded: Picture) -> Attempt:
            return await self._post(self._piece(uploaded, silent=piece.silent), to, metadata)

        return await self._attachments.sent(picture, to.user_id, post)

    def _piece(self, message: Message, *, silent: bool) -> Piece:
        assert not isinstance(message, File)
        waits = isinstance(message, Picture) and not message.attachment_id
        head = None
        if not waits:
            head = head_of(message, Messaging.UPDATE, silent=silent, ready=self._graph.ready_fields)
        return Piece(message, silent, head)

    def _learnt(self, attempt: Attempt) -> Attempt:
        if isinstance(attempt, Sent):
            self._rest = self._first_rest
            return attempt
        restricted = isinstance(attempt, Refused) and attempt.reason is Reason.RESTRICTED
        if restricted and self._clock() >= self._resting_until:  # once for all requests that were on their way
            self._resting_until = self._clock() + self._rest.total_seconds()
            seconds = round(self._rest.total_seconds())
            _log.error("the platform restricts the page, sending rests", attempt=attempt, seconds=seconds)
            self._rest = min(self._rest * 2, LONGEST_REST)
        return attempt


_OF_A_PICTURE: Final = frozenset({Reason.BAD_PICTURE, Reason.BAD_REQUEST})
