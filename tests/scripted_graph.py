"""A Graph API that answers what a test says: refusals, silence, nonsense; it keeps what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

import aiohttp
from aiohttp import web

from newsbot.channels.http_exchange import open_session
from newsbot.channels.messenger.graph import GraphApi
from tests.telegram_sandbox import running_app

PAGE = "101000000000007"
TOKEN = "EAAscripted-page-token"
SECRET = "scripted-app-secret"

Scripted = tuple[int, dict[str, Any]] | Literal["lost"]


@dataclass
class ScriptedGraph:
    """`answers` are given to messages in their order, then `m_1`, `m_2`…; `lost` breaks the connection off."""

    graph: GraphApi = field(init=False)
    session: aiohttp.ClientSession = field(init=False)
    answers: deque[Scripted] = field(default_factory=deque)
    profile: tuple[int, dict[str, Any]] = (200, {"id": PAGE})
    headers: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    uploads: list[dict[str, Any]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def refuses(self, code: int, subcode: int = 0, status: int = 400) -> None:
        """The next message."""
        error = {"message": "no", "type": "OAuthException", "code": code, "error_subcode": subcode}
        self.answers.append((status, {"error": {**error, "fbtrace_id": "Atrace"}}))

    @property
    def texts(self) -> list[str]:
        """What was asked for, each by its words or its kind."""
        return [_words(body["message"]) for body in self.messages]

    async def answer(self, request: web.Request) -> web.Response:
        body = await _body_of(request)
        if request.method == "GET":
            return self._json(*self.profile)
        if "sender_action" in body:
            self.actions.append(body["sender_action"])
            return self._json(200, {"recipient_id": body["recipient"]["id"]})
        if request.path.endswith("message_attachments"):
            self.uploads.append(body)
            scripted = self.answers.popleft() if self.answers else None
            if scripted == "lost":
                raise web.HTTPServiceUnavailable
            return self._json(*(scripted or (200, {"attachment_id": f"{900 + len(self.uploads)}"})))
        self.messages.append(body)
        scripted = self.answers.popleft() if self.answers else None
        if scripted == "lost":
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
            return web.Response()
        if scripted is not None:
            return self._json(*scripted)
        return self._json(200, {"recipient_id": body["recipient"]["id"], "message_id": f"m_{next(self.numbers)}"})

    def _json(self, status: int, body: dict[str, Any]) -> web.Response:
        return web.json_response(body, status=status, headers=self.headers)


async def _body_of(request: web.Request) -> dict[str, Any]:
    if request.content_type != "multipart/form-data":
        return dict(await request.json()) if request.can_read_body else {}
    body: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            body[name] = (value.filename, value.content_type, value.file.read())
        else:
            text = str(value)
            body[name] = json.loads(text) if text.startswith("{") else text
    return body


def _words(message: dict[str, Any]) -> str:
    if "text" in message:
        return str(message["text"])
    attachment = message["attachment"]
    payload = attachment["payload"]
    if "elements" in payload:
        return "cards: " + " | ".join(element["title"] for element in payload["elements"])
    return str(payload.get("text") or attachment["type"])


@asynccontextmanager
async def scripted_graph(**options: Any) -> AsyncIterator[ScriptedGraph]:
    """`options` are the client's (`GraphApi`)."""
    scripted = ScriptedGraph()
    app = web.Application(client_max_size=1 << 26)
    app.router.add_route("*", "/{path:.*}", scripted.answer)
    async with running_app(app) as url, open_session() as session:
        scripted.session = session
        scripted.graph = GraphApi(session, PAGE, TOKEN, SECRET, url, **options)
        yield scripted
