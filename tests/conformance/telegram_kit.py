"""Telegram for the conformance kit: updates in, calls of the Bot API out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from newsbot.channels.inbox import Inbox
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.channels.telegram.receiver import BotIdentity, receive
from newsbot.channels.telegram.renderer import Rendered, render
from newsbot.channels.telegram.webhook import PATH, SECRET_HEADER, webhook_handler
from newsbot.channels.telegram.wire import (
    AnswerCallback,
    EditCaption,
    EditMessage,
    Request,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from newsbot.domain.message import AnyReply, ChatKind, IncomingMessage
from newsbot.domain.subscriber import Address
from newsbot.text.clipping import Unit, length
from tests.builders import NOW
from tests.conformance.kit import Deliver, Numbers, Pushing, Raw, Shown
from tests.telegram_oracle import MarkupRefusedError, parse_html
from tests.telegram_sandbox import running_app, telegram_sandbox

BOT = BotIdentity(id=10_000, username="ProbhatBot")
SECRET = "a-secret-of-these-tests"
READER, SHARED = 1001, -2002
TYPES = {ChatKind.PRIVATE: "private", ChatKind.GROUP: "supergroup", ChatKind.BROADCAST: "channel"}


class TelegramKit:
    name = "telegram"
    places = (ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.BROADCAST)
    windows = False
    redelivers = True
    batches = False
    tells_language = True

    def __init__(self, place: ChatKind = ChatKind.PRIVATE, language: str = "") -> None:
        self._place, self._language = place, language
        self._chat = {"id": READER if place is ChatKind.PRIVATE else SHARED, "type": TYPES[place]}
        self._numbers = Numbers()
        self._standing: dict[int, Request] = {}  # by message id
        self.address = Address(self.name, str(self._chat["id"]))

    # --- in ---------------------------------------------------------------------------------------------------------

    def typed(self, text: str, user_id: str = "") -> Raw:
        chat = {"id": int(user_id), "type": "private"} if user_id and self._place is ChatKind.PRIVATE else self._chat
        message = {"message_id": 100_000 + self._numbers.next("message"), "chat": chat, "date": _now(), "text": text}
        if self._place is ChatKind.BROADCAST:
            return self._update("channel_post", message | {"sender_chat": self._chat})
        return self._update("message", message | {"from": self._person(user_id)})

    def pressed(self, action: str, label: str) -> Raw:
        for message_id, request in reversed(self._standing.items()):
            if any(button.get("callback_data") == action for button in _buttons(request)):
                return self._update(
                    "callback_query",
                    {
                        "id": f"callback-{self._numbers.next('callback')}",
                        "from": self._person(""),
                        "message": {"message_id": message_id, "chat": self._chat, "date": _now()},
                        "data": action,
                    },
                )
        raise LookupError(f"no button on Telegram does {action!r}")

    def added(self) -> Raw:
        was, now = ({"status": status, "user": {"id": BOT.id}} for status in ("left", "member"))
        change = {"chat": self._chat, "from": self._person(""), "date": _now()}
        return self._update("my_chat_member", change | {"old_chat_member": was, "new_chat_member": now})

    def body(self, *events: Raw) -> bytes:
        (update,) = events
        return json.dumps(update).encode()

    async def understand(self, body: bytes) -> list[IncomingMessage]:
        found = receive(json.loads(body), BOT, NOW)
        return [found] if found else []

    @asynccontextmanager
    async def serving(self, inbox: Inbox) -> AsyncIterator[Deliver]:
        app = web.Application()
        app.router.add_post(PATH, webhook_handler(inbox, BOT, SECRET, clock=lambda: NOW))
        async with running_app(app) as url, aiohttp.ClientSession() as client:

            async def deliver(body: bytes) -> int:
                async with client.post(f"{url}{PATH}", data=body, headers={SECRET_HEADER: SECRET}) as answer:
                    return answer.status

            yield deliver

    def malformed(self) -> Sequence[bytes]:
        text = {"message_id": 1, "date": _now(), "chat": self._chat, "from": self._person(""), "text": "খবর"}
        broken: list[Any] = [
            [],
            {},
            {"update_id": "one", "message": text},
            {"update_id": 7_000_001, "message": None},
            {"update_id": 7_000_002, "message": text | {"chat": 5}},
            {"update_id": 7_000_003, "message": text | {"date": "yesterday", "text": ["খবর"]}},
            {"update_id": 7_000_004, "callback_query": {"id": 5, "data": {"a": 1}}},
            {"update_id": 7_000_005, "something_new": {"of": "tomorrow"}},
        ]
        return [b"", b"\xff", b'{"update_id": 7', *(json.dumps(one).encode() for one in broken)]

    # --- out --------------------------------------------------------------------------------------------------------

    async def answered(self, incoming: IncomingMessage, replies: Sequence[AnyReply]) -> Shown:
        rendered = [render(reply, callback_id=incoming.callback_id) for reply in replies]
        requests = [one.request for one in rendered if one.request is not None]
        if incoming.callback_id and not any(isinstance(request, AnswerCallback) for request in requests):
            requests.insert(0, AnswerCallback(callback_id=incoming.callback_id))
        return self._shown(rendered, requests)

    async def pushed(self, reply: AnyReply) -> Shown:
        rendered = render(reply)
        return self._shown([rendered], [rendered.request] if rendered.request else [])

    def _shown(self, rendered: Sequence[Rendered], requests: Sequence[Request]) -> Shown:
        for request in requests:
            if isinstance(request, EditMessage | EditCaption):
                self._standing.pop(int(request.message_id), None)
                self._standing[int(request.message_id)] = request
            elif not isinstance(request, AnswerCallback):
                self._standing[self._numbers.next("sent")] = request
        deeds = [button.get("callback_data") or button["url"] for one in requests for button in _buttons(one)]
        return Shown(
            wire="\n".join(_written(request) for request in requests),
            text="\n".join(_read(request) for request in requests),
            deeds=frozenset(deeds) | {url for request in requests for url in _links(request)},
            losses=tuple(f"{loss.what}: {loss.how}" for one in rendered for loss in one.losses),
        )

    def complaints(self, reply: AnyReply) -> list[str]:
        request = render(reply, callback_id="1").request
        return [] if request is None else list(_complaints(request))

    @asynccontextmanager
    async def pushing(self) -> AsyncIterator[Pushing]:
        async with telegram_sandbox() as sandbox:
            reader = sandbox.readers.add_user("পাঠক")
            sandbox.readers.start(reader.id)
            yield Pushing(TelegramPusher(sandbox.api), str(reader.id), 0.0, lambda: len(sandbox.texts(reader.id)))

    # --- parts ------------------------------------------------------------------------------------------------------

    def _update(self, kind: str, content: dict[str, Any]) -> Raw:
        return {"update_id": 500_000 + self._numbers.next("update"), kind: content}

    def _person(self, user_id: str) -> dict[str, Any]:
        person = {"id": int(user_id or READER), "is_bot": False, "first_name": "পাঠক"}
        return person | ({"language_code": self._language} if self._language else {})


def _now() -> int:
    return int(NOW.timestamp())


def _buttons(request: Request) -> Iterator[dict[str, str]]:
    for row in request.parameters().get("reply_markup", {}).get("inline_keyboard", ()):
        yield from row


def _written(request: Request) -> str:
    lines = [f"{request.method} {json.dumps(request.parameters(), ensure_ascii=False, indent=1)}"]
    if isinstance(request, SendDocument):
        lines.append(f"file {request.name}\n{request.content.decode()}")
    return "\n".join(lines)


def _html(request: Request) -> str:
    parameters = request.parameters()
    return str(parameters.get("text") or parameters.get("caption") or "")


def _read(request: Request) -> str:
    if isinstance(request, AnswerCallback):
        return request.text
    labels = [button["text"] for button in _buttons(request)]
    return "\n".join((parse_html(_html(request)).text, *labels))


def _links(request: Request) -> Iterator[str]:
    if not isinstance(request, AnswerCallback):
        yield from (url for _, _, url in parse_html(_html(request)).entities if url)


def _complaints(request: Request) -> Iterator[str]:
    if isinstance(request, AnswerCallback):
        if length(request.text, Unit.UTF16) > 200:
            yield "a notice is too long"
        return
    try:
        shown = parse_html(_html(request)).text
    except MarkupRefusedError as error:
        yield str(error)
        return
    in_message = isinstance(request, SendMessage | EditMessage)
    if length(shown, Unit.UTF16) > (4096 if in_message else 1024):
        yield "the text is too long"
    if in_message and not shown.strip():
        yield "the text is empty"
    if isinstance(request, SendPhoto) and not request.photo:
        yield "there is no picture"
    buttons = list(_buttons(request))
    if len(buttons) > 100:
        yield "there are too many buttons"
    for button in buttons:
        if not button["text"].strip():
            yield "a button has no label"
        if len(button.get("callback_data", "").encode()) > 64:
            yield "a button's action is too long"
