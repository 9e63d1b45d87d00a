"""Messenger for the conformance kit: signed webhook bodies in, messages of the Send API out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from newsbot.channels.http_exchange import open_session
from newsbot.channels.inbox import Inbox
from newsbot.channels.messenger.answer import render_answer
from newsbot.channels.messenger.envelope import read
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.pusher import MessengerPusher
from newsbot.channels.messenger.receiver import receive
from newsbot.channels.messenger.renderer import Rendered, render
from newsbot.channels.messenger.webhook import PATH, MessengerWebhook
from newsbot.channels.messenger.wire import File, Message, Picture
from newsbot.domain.message import AnyReply, ChatKind, FileReply, IncomingMessage, Toast
from newsbot.domain.subscriber import Address
from newsbot.observability import Metrics
from newsbot.sandbox.messenger.errors import GraphError
from newsbot.sandbox.messenger.shapes import check_message
from tests.builders import NOW
from tests.conformance.kit import Deliver, Numbers, Pushing, Raw, Shown
from tests.messenger_events import PAGE, READER, SECRET, VERIFY_TOKEN, a_body, an_entry, an_item, signed, wire
from tests.messenger_sandbox import messenger_sandbox
from tests.telegram_sandbox import running_app

SENT = int(NOW.timestamp() * 1000)


class MessengerKit:
    name = "messenger"
    places = (ChatKind.PRIVATE,)
    windows = True
    redelivers = True
    batches = True
    tells_language = False

    def __init__(self, place: ChatKind = ChatKind.PRIVATE, language: str = "") -> None:
        assert place is ChatKind.PRIVATE
        self._numbers = Numbers()
        self._standing: list[Message] = []
        self.address = Address(self.name, READER)

    # --- in ---------------------------------------------------------------------------------------------------------

    def typed(self, text: str, user_id: str = "") -> Raw:
        return self._said(user_id, text=text)

    def pressed(self, action: str, label: str) -> Raw:
        last = self._standing[-1] if self._standing else None
        for reply in last.quick_replies if last else ():  # they vanish with the next message
            if reply.action == action:
                return self._said("", text=reply.label, quick_reply={"payload": action})
        for message in reversed(self._standing):
            for button in _buttons(message):
                if button.get("payload") == action:
                    mid = f"m_press_{self._numbers.next('press')}"
                    pressed = {"mid": mid, "title": button["title"], "payload": action}
                    return an_item(timestamp=SENT, postback=pressed)
        raise LookupError(f"nothing on Messenger does {action!r}")

    def added(self) -> Raw:
        raise LookupError("nobody adds the bot to anything on Messenger")

    def body(self, *events: Raw) -> bytes:
        return wire(a_body(an_entry(*events, time=SENT + 400)))

    async def understand(self, body: bytes) -> list[IncomingMessage]:
        events = read(json.loads(body), PAGE.id).events
        return [one for event in events for one in receive(event, PAGE, NOW)]

    @asynccontextmanager
    async def serving(self, inbox: Inbox) -> AsyncIterator[Deliver]:
        webhook = MessengerWebhook(
            inbox, PAGE, app_secrets=[SECRET], verify_token=VERIFY_TOKEN, metrics=Metrics(), clock=lambda: NOW
        )
        app = web.Application()
        for (method, path), handler in webhook.handlers().items():
            app.router.add_route(method, path, handler)
        async with running_app(app) as url, aiohttp.ClientSession() as client:

            async def deliver(body: bytes) -> int:
                async with client.post(f"{url}{PATH}", data=body, headers=signed(body)) as answer:
                    return answer.status

            yield deliver

    def malformed(self) -> Sequence[bytes]:
        text = self._said("", text="খবর")
        broken: list[Any] = [
            [],
            {"object": "page"},
            {"object": "page", "entry": {"id": 5}},
            a_body(an_entry()),
            a_body(an_entry(text | {"sender": "me", "timestamp": "soon"})),
            a_body(an_entry(text | {"message": ["খবর"]})),
            a_body(an_entry({"sender": {"id": READER}, "something_new": {}})),
            a_body({"id": PAGE.id, "changes": [{"field": "feed", "value": 5}]}),
        ]
        return [b"", b"\xff", b'{"object": "page"', *map(wire, broken)]

    # --- out --------------------------------------------------------------------------------------------------------

    async def answered(self, incoming: IncomingMessage, replies: Sequence[AnyReply]) -> Shown:
        return self._shown(render_answer(replies))

    async def pushed(self, reply: AnyReply) -> Shown:
        return self._shown([render(reply, lasting=True)])

    def _shown(self, rendered: Sequence[Rendered]) -> Shown:
        messages = [message for one in rendered for message in one.messages]
        self._standing += messages
        deeds = {
            deed for one in messages for button in _buttons(one) for deed in (button.get("payload"), button.get("url"))
        }
        deeds |= {reply.action for one in messages for reply in one.quick_replies}
        text = "\n".join(line for message in messages for line in _read(message))
        return Shown(
            wire="\n".join(_written(message) for message in messages),
            text=text,
            deeds=frozenset(deed for deed in deeds if deed) | {word for word in text.split() if "://" in word},
            losses=tuple(f"{loss.what}: {loss.how}" for one in rendered for loss in one.losses),
        )

    def complaints(self, reply: AnyReply) -> list[str]:
        forms = (
            [render(reply)] if isinstance(reply, Toast | FileReply) else [render(reply), render(reply, lasting=True)]
        )
        return [complaint for form in forms for message in form.messages for complaint in _complaints(message)]

    @asynccontextmanager
    async def pushing(self) -> AsyncIterator[Pushing]:
        async with messenger_sandbox() as sandbox, open_session() as session:
            sandbox.readers.add_person("পাঠক", person_id=READER, started=True)
            account = sandbox.state.account
            graph = GraphApi(session, account.id, account.token, account.app_secret, sandbox.url)
            until = sandbox.state.clock() + 24 * 3600
            pusher = MessengerPusher(graph, clock=sandbox.state.clock)
            yield Pushing(pusher, READER, until, lambda: len(sandbox.texts(READER)))

    def _said(self, user_id: str, **message: Any) -> Raw:
        mid = f"m_{user_id or 'reader'}_{self._numbers.next('message')}"
        return an_item(user_id or READER, SENT, message={"mid": mid} | message)


def _buttons(message: Message) -> Iterator[dict[str, Any]]:
    payload = message.content().get("attachment", {}).get("payload", {})
    for owner in (payload, *payload.get("elements", ())):
        yield from owner.get("buttons", ())
        if "default_action" in owner:
            yield owner["default_action"]


def _written(message: Message) -> str:
    lines = [json.dumps(message.fields(), ensure_ascii=False, indent=1)]
    if isinstance(message, Picture):
        lines.append(f"picture {message.picture}")
    if isinstance(message, File):
        lines.append(f"file {message.name}\n{message.file.decode()}")
    return "\n".join(lines)


def _read(message: Message) -> Iterator[str]:
    fields = message.fields()
    payload = fields.get("attachment", {}).get("payload", {})
    yield fields.get("text", "") or payload.get("text", "")
    for element in payload.get("elements", ()):
        yield from (element["title"], element.get("subtitle", ""))
    yield from (button["title"] for button in _buttons(message) if "title" in button)
    yield from (reply.label for reply in message.quick_replies)


def _complaints(message: Message) -> Iterator[str]:
    fields = message.fields()
    if isinstance(message, Picture):
        fields["attachment"]["payload"] = {"attachment_id": "1"}  # it is uploaded when it is sent
    if isinstance(message, File):
        return
    try:
        check_message(fields)
    except GraphError as error:
        yield str(error)
