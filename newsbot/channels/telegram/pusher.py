"""The same message to many: rendered and serialised once, only the recipient changes from one request to the next.

Nothing of the library's is built on this way; what Telegram says is understood by `outcomes`, as for replies.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from newsbot.channels.channel import Operation, Recipient
from newsbot.channels.http_exchange import AnswerLost, NotSent
from newsbot.channels.mass_transport import Target
from newsbot.channels.telegram import outcomes
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.fallback import next_best, other_edit
from newsbot.channels.telegram.receiver import CHANNEL
from newsbot.channels.telegram.renderer import render
from newsbot.channels.telegram.wire import DeleteMessage, Request, number
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, Unreachable
from newsbot.domain.message import AnyReply, MessageRef, Toast

PROBE_LIMIT: Final = 10.0  #: seconds that `answers` waits

_SOME_MESSAGE: Final = MessageRef("", "0")  # stands for each reader's own copy
_log = structlog.get_logger(channel=CHANNEL)


@dataclass(slots=True, eq=False)
class Prepared:
    """A request without its recipient. `head`: the JSON object up to where the recipient's fields follow."""

    operation: Operation
    request: Request
    target: Target
    head: bytes
    #: Telegram refused this for its form and took that: the next readers get it at once
    instead: Prepared | None = None


class TelegramPusher:
    """Implements `Pusher`. `paid`: messages above the free rate are paid for (allow_paid_broadcast)."""

    name = CHANNEL

    def __init__(self, api: TelegramApi, *, paid: bool = False) -> None:
        self._api = api
        self._paid = paid

    def prepare(self, operation: Operation, reply: AnyReply | None) -> Prepared:
        """See `Pusher.prepare`. Raises ValueError for what can't be pushed (a notice on a button, nothing to send)."""
        return self._serialised(operation, self._rendered(operation, reply))

    def _rendered(self, operation: Operation, reply: AnyReply | None) -> Request:
        if operation is Operation.DELETE:
            return DeleteMessage(message_id=_SOME_MESSAGE.message_id)
        if reply is None or isinstance(reply, Toast):
            raise ValueError(f"there is nothing to {operation}")
        rendered = render(replace(reply, replaces=_SOME_MESSAGE if operation is Operation.EDIT else None))
        assert rendered.request is not None
        for loss in rendered.losses:
            _log.info("not shown as meant", reply=type(reply).__name__, what=loss.what, how=loss.how)
        return rendered.request

    def _serialised(self, operation: Operation, request: Request) -> Prepared:
        parameters = request.parameters()
        parameters.pop("message_id", None)
        if self._paid and operation is Operation.SEND:
            parameters["allow_paid_broadcast"] = True
        body = json.dumps(parameters, ensure_ascii=False).encode()
        head = body[:-1] + b"," if parameters else b"{"
        return Prepared(operation, request, self._api.target(request.method), head)

    async def push(self, prepared: Hashable, to: Recipient) -> Attempt:
        """See `Pusher.push`. A chat that has a new id gets it there: `Sent.moved_to`; one whose forum topic is gone
        gets it in general: `Sent.thread_gone`.
        """
        assert isinstance(prepared, Prepared)
        form = prepared.instead or prepared
        attempt = await self._post(form, to)
        if isinstance(attempt, Sent):
            return attempt
        if isinstance(attempt, Unreachable) and attempt.moved_to:
            return await self._post_to_new_id(form, to, attempt)
        if isinstance(attempt, Refused):
            attempt = await self._next_best(prepared, form, to, attempt)
        return _of_delete(attempt) if prepared.operation is Operation.DELETE else attempt

    async def answers(self) -> bool:
        """See `Pusher.answers`. A refusal is an answer, unless it is our token that is refused."""
        try:
            answer = await self._api.raw("getMe", {}, read_limit=PROBE_LIMIT)
        except (NotSent, AnswerLost):
            return False
        return answer.status < 500 and answer.status not in (401, 404) and b'"ok"' in answer.body

    async def _post(self, form: Prepared, to: Recipient) -> Attempt:
        try:
            answer = await self._api.mass.post(form.target, form.head + _fields(form.operation, to))
        except (NotSent, AnswerLost) as error:
            return outcomes.from_error(error)
        return outcomes.from_answer(answer)

    async def _post_to_new_id(self, form: Prepared, to: Recipient, moved: Unreachable) -> Attempt:
        # Neither a chat's topics nor its messages keep their numbers: there is no copy to edit or delete.
        if form.operation is not Operation.SEND or moved.moved_to == to.user_id:
            return moved
        attempt = await self._post(form, Recipient(moved.moved_to))
        return replace(attempt, moved_to=moved.moved_to) if isinstance(attempt, Sent) else attempt

    async def _next_best(self, prepared: Prepared, form: Prepared, to: Recipient, refused: Refused) -> Attempt:
        if refused.reason is Reason.THREAD_GONE and to.thread_id:
            attempt = await self._post(form, replace(to, thread_id=""))
            return replace(attempt, thread_gone=True) if isinstance(attempt, Sent) else attempt
        if form.operation is Operation.EDIT and (other := other_edit(form.request, refused)):
            return await self._post(self._serialised(form.operation, other), to)
        request = next_best(form.request, refused)
        if request is None:
            return refused
        plainer = self._serialised(form.operation, request)
        attempt = await self._post(plainer, to)
        if isinstance(attempt, Sent) and prepared.instead is None:
            prepared.instead = plainer
            _log.warning(
                "telegram refused a message, its readers get the next best",
                method=form.request.method,
                then=request.method,
                reason=refused.reason,
                detail=refused.detail,
            )
        return attempt


def _fields(operation: Operation, to: Recipient) -> bytes:
    """The end of the JSON object."""
    chat = to.user_id if to.user_id.lstrip("-").isdecimal() else json.dumps(number(to.user_id))
    if operation is not Operation.SEND:
        return f'"chat_id":{chat},"message_id":{int(to.message_id)}}}'.encode()
    if to.thread_id:
        return f'"chat_id":{chat},"message_thread_id":{int(to.thread_id)}}}'.encode()
    return f'"chat_id":{chat}}}'.encode()


def _of_delete(attempt: Attempt) -> Attempt:
    match attempt:
        case Refused(reason=Reason.TARGET_GONE):  # the reader deleted it, or an answer of ours was lost
            return Sent()
        case Refused(reason=Reason.CANT_EDIT):
            return replace(attempt, reason=Reason.TOO_LATE)
        case _:
            return attempt
