"""Calls of the Graph API over HTTP: credentials go with each and show nowhere; answers are told apart."""

from __future__ import annotations

import hashlib
import hmac
import json
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from newsbot.channels.http_exchange import Answer, open_session
from newsbot.channels.messenger.graph import GraphApi, GraphRefused, PageIdentity
from newsbot.errors import ChannelUnavailable, ConfigurationError
from tests.telegram_sandbox import running_app

PAGE = "106378625516323"
TOKEN = "EAAGm0PX4ZCpsBAsecretTokenOfAPage"
SECRET = "app-secret-of-32-characters-here"
PROOF = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()


@dataclass
class Server:
    """Answers every call with `status`, `body` and `headers`, and remembers what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b'{"id": "106378625516323", "name": "The Page"}'
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    authorization: set[str] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.Response:
        if request.content_type == "multipart/form-data":
            fields = await request.post()
            content: Any = {
                name: value.file.read() if isinstance(value, web.FileField) else value for name, value in fields.items()
            }
        else:
            content = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.path, dict(request.query), content))
        self.authorization.add(request.headers["Authorization"])
        return web.Response(status=self.status, body=self.body, headers=self.headers)

    def refuse(self, status: int, code: int, message: str = "no", subcode: int = 0) -> None:
        self.status = status
        error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
        self.body = json.dumps({"error": {**error, "fbtrace_id": "Atrace"}}).encode()


@asynccontextmanager
async def a_server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with running_app(app) as url:
        server.url = url
        yield server


def an_api(session: aiohttp.ClientSession, url: str, **options: Any) -> GraphApi:
    return GraphApi(session, PAGE, TOKEN, SECRET, url, **options)


async def test_each_call_carries_the_token_in_its_header_and_the_proof() -> None:
    form = aiohttp.FormData({"recipient": '{"id":"1"}'})
    form.add_field("filedata", b"bytes", filename="picture.png", content_type="image/png")
    async with a_server() as server, open_session() as session:
        graph = an_api(session, server.url)
        await graph.call("GET", "me", query={"fields": "id"})
        await graph.call("POST", "me/messenger_profile", body={"greeting": "স্বাগতম"})
        await graph.call("POST", "me/message_attachments", body=form)
        await graph.call("DELETE", "me/messenger_profile", body={"fields": ["greeting"]})
        await graph.send_ready(json.dumps({"recipient": {"id": "1"}, **graph.ready_fields}).encode())
    assert server.authorization == {f"Bearer {TOKEN}"}
    assert server.asked == [
        ("GET", "/v26.0/me", {"fields": "id", "appsecret_proof": PROOF}, None),
        ("POST", "/v26.0/me/messenger_profile", {}, {"greeting": "স্বাগতম", "appsecret_proof": PROOF}),
        (
            "POST",
            "/v26.0/me/message_attachments",
            {},
            {"recipient": '{"id":"1"}', "filedata": b"bytes", "appsecret_proof": PROOF},
        ),
        ("DELETE", "/v26.0/me/messenger_profile", {}, {"fields": ["greeting"], "appsecret_proof": PROOF}),
        ("POST", f"/v26.0/{PAGE}/messages", {}, {"recipient": {"id": "1"}, "appsecret_proof": PROOF}),
    ]


async def test_every_answer_is_shown_to_who_watches_our_quota() -> None:
    seen: list[Answer] = []

    async def watch(answer: Answer) -> None:
        seen.append(answer)

    async with a_server() as server, open_session() as session:
        server.headers = {"X-App-Usage": '{"call_count":28}'}
        graph = an_api(session, server.url, watch=watch)
        await graph.call("GET", "me")
        await graph.send_ready(b"{}")
    assert [answer.headers["x-app-usage"] for answer in seen] == ['{"call_count":28}'] * 2


@pytest.mark.parametrize(
    ("status", "code"), [(500, 0), (503, 2), (429, 4), (400, 1), (400, 2), (400, 613), (400, 80006), (400, -1)]
)
async def test_what_may_go_better_in_a_while_is_unavailable(status: int, code: int) -> None:
    async with a_server() as server, open_session() as session:
        server.refuse(status, code)
        with pytest.raises(ChannelUnavailable):
            await an_api(session, server.url).ask("GET", "me")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b"[" * 100_000])
async def test_what_is_not_the_graph_api_is_unavailable(body: bytes) -> None:
    async with a_server() as server, open_session() as session:
        server.body = body
        with pytest.raises(ChannelUnavailable, match="not the Graph API"):
            await an_api(session, server.url).ask("GET", "me")


async def test_an_error_is_an_error_with_status_200_too() -> None:
    async with a_server() as server, open_session() as session:
        server.refuse(200, 100, "(#100) No matching user found", 2018001)
        with pytest.raises(GraphRefused) as raised:
            await an_api(session, server.url).ask("GET", "me")
    error = raised.value.error
    assert (error.status, error.code, error.subcode, error.trace) == (200, 100, 2018001, "Atrace")


async def test_nobody_listening_is_unavailable_and_shows_no_secret(unused_tcp_port: int) -> None:
    async with open_session() as session:
        graph = an_api(session, f"http://127.0.0.1:{unused_tcp_port}")
        with pytest.raises(ChannelUnavailable) as raised:
            await graph.ask("GET", "me")
    told = repr(graph) + "".join(traceback.format_exception(raised.value))
    assert not [secret for secret in (TOKEN, SECRET, PROOF) if secret in told]


async def test_a_token_is_checked_against_its_page() -> None:
    async with a_server() as server, open_session() as session:
        assert await an_api(session, server.url).check_token() == PageIdentity(PAGE, "The Page")
        server.body = b'{"id": "99", "name": "Another"}'
        with pytest.raises(ConfigurationError, match="this token is that of 99"):
            await an_api(session, server.url).check_token()


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (190, "Error validating access token: Session has expired", "PAGE_TOKEN"),
        (2500, "Unknown path components: /v99.0/me", "GRAPH_VERSION"),
        (100, "Invalid appsecret_proof provided in the API argument", "APP_SECRET"),
    ],
)
async def test_a_refused_check_names_the_setting(code: int, message: str, expected: str) -> None:
    async with a_server() as server, open_session() as session:
        server.refuse(400, code, message)
        with pytest.raises(ConfigurationError, match=f"^NEWSBOT_MESSENGER__{expected}: .*Atrace"):
            await an_api(session, server.url).check_token()


async def test_what_can_not_be_right_is_refused_before_any_call() -> None:
    async with open_session() as session:
        with pytest.raises(ConfigurationError) as raised:
            GraphApi(session, "newsbot", "two words", "", version="26")
    assert [mistake.partition(":")[0] for mistake in raised.value.mistakes] == [
        "NEWSBOT_MESSENGER__PAGE_ID",
        "NEWSBOT_MESSENGER__PAGE_TOKEN",
        "NEWSBOT_MESSENGER__APP_SECRET",
        "NEWSBOT_MESSENGER__GRAPH_VERSION",
    ]
