"""The Graph API sandbox on a free port: its state, its readers, plain calls, and a webhook that keeps what comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from newsbot.sandbox.messenger import (
    GraphState,
    ReaderSide,
    RetryPolicy,
    ServerOptions,
    create_messenger_app,
)
from tests.telegram_sandbox import running_app, until

QUICK_RETRIES = RetryPolicy(pauses=(0.0, 0.02, 0.05), timeout=2.0)


@dataclass
class MessengerSandbox:
    state: GraphState
    readers: ReaderSide
    url: str
    http: aiohttp.ClientSession

    async def call(
        self, verb: str, path: str, body: dict[str, Any] | None = None, **query: str
    ) -> tuple[int, dict[str, Any]]:
        """Status and body of a call with the page token in the header."""
        headers = {"Authorization": f"Bearer {self.state.access.token}"}
        url = f"{self.url}/v26.0/{path}"
        async with self.http.request(verb, url, json=body, params=query, headers=headers) as answer:
            return answer.status, await answer.json()

    async def ok(self, verb: str, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
        """The answer to a call that must succeed."""
        status, answer = await self.call(verb, path, body, **query)
        assert status == 200, answer
        return answer

    async def refused(
        self, verb: str, path: str, body: dict[str, Any] | None = None, **query: str
    ) -> tuple[int, int | None]:
        """Code and subcode of the refusal of a call that must fail."""
        status, answer = await self.call(verb, path, body, **query)
        assert status >= 400, answer
        error = answer["error"]
        assert error["message"]
        assert error["type"]
        assert error["fbtrace_id"]
        return error["code"], error.get("error_subcode")

    def to(self, person_id: str, message: Any, **more: Any) -> dict[str, Any]:
        """The body of a send."""
        if isinstance(message, str):
            message = {"text": message}
        return {"recipient": {"id": person_id}, "messaging_type": "RESPONSE", "message": message, **more}

    async def send(self, person_id: str, message: Any, **more: Any) -> str:
        """The mid of a message that must be accepted."""
        answer = await self.ok("POST", "me/messages", self.to(person_id, message, **more))
        assert answer["recipient_id"] == person_id
        return str(answer["message_id"])

    async def refused_send(self, person_id: str, message: Any, **more: Any) -> tuple[int, int | None]:
        return await self.refused("POST", "me/messages", self.to(person_id, message, **more))

    async def order(self, verb: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer of the control API."""
        async with self.http.request(verb, f"{self.url}/sandbox/messenger{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    def texts(self, person_id: str) -> list[str]:
        """What the Page has written there, oldest first."""
        return [bubble["text"] for bubble in self.readers.view(person_id) if not bubble["outgoing"]]


@asynccontextmanager
async def messenger_sandbox(
    state: GraphState | None = None, options: ServerOptions | None = None
) -> AsyncIterator[MessengerSandbox]:
    """Serve `state` (a new one if none is given) while the context is open."""
    state = state or GraphState.open()
    app = create_messenger_app(state, options or ServerOptions(webhook_retry=QUICK_RETRIES))
    async with running_app(app) as url, aiohttp.ClientSession() as http:
        yield MessengerSandbox(state, ReaderSide(state), url, http)


@dataclass
class Webhook:
    """A callback that keeps what it gets. `status` is what it answers."""

    url: str = ""
    status: int = 200
    verify_token: str = "sandbox-verify-token"
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [entry for body in self.bodies for entry in json.loads(body)["entry"]]

    @property
    def items(self) -> list[dict[str, Any]]:
        """Every event, in the order of arrival."""
        return [item for entry in self.entries for item in entry.get("messaging") or entry.get("standby") or ()]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind: `message` (not echoes), `echo`, `postback`, …"""
        if kind == "echo":
            return [item for item in self.items if item.get("message", {}).get("is_echo")]
        found = [item for item in self.items if kind in item]
        return [item for item in found if not (kind == "message" and item["message"].get("is_echo"))]

    async def wait(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        await until(lambda: len(self.of(kind)) >= count)
        return self.of(kind)


@asynccontextmanager
async def webhook(sandbox: MessengerSandbox, *, fields: list[str] | None = None) -> AsyncIterator[Webhook]:
    """A callback, verified and subscribed (to everything unless `fields` are given)."""
    kept = Webhook()

    async def verify(request: web.Request) -> web.Response:
        if request.query.get("hub.verify_token") != kept.verify_token:
            raise web.HTTPForbidden
        return web.Response(text=request.query["hub.challenge"])

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        if kept.status == 200:
            kept.bodies.append(body)
            kept.signatures.append(request.headers["X-Hub-Signature-256"])
        return web.Response(status=kept.status)

    app = web.Application()
    app.add_routes([web.get("/hook", verify), web.post("/hook", receive)])
    async with running_app(app) as url:
        kept.url = f"{url}/hook"
        await sandbox.order("PUT", "/webhook", {"url": kept.url, **({"fields": fields} if fields else {})})
        yield kept
        async with asyncio.timeout(5):
            while sandbox.state.events.unfinished:
                await asyncio.sleep(0.005)
