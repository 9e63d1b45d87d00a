"""Ready bodies by the thousand, over HTTP: each gets its answer, or is known to be lost or not sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from yarl import URL

from newsbot.channels.http_exchange import Answer, AnswerLost, NotSent, open_session
from newsbot.channels.mass_transport import MassTransport
from tests.telegram_sandbox import running_app


@dataclass
class Server:
    """Answers a number with itself; `0` gets no answer until `silence` is over."""

    url: URL = field(default_factory=URL)
    bodies: list[bytes] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    silence: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(body)
        self.types.add(request.headers["Content-Type"])
        if body == b"0":
            await self.silence.wait()
        if body == b"429":
            return web.Response(status=429, body=body, headers={"Retry-After": "7"})
        return web.Response(body=body)


@asynccontextmanager
async def a_server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_post("/", server.answer)
    async with running_app(app) as url:
        server.url = URL(url)
        yield server
        server.silence.set()


async def test_each_request_gets_its_own_answer() -> None:
    async with a_server() as server, open_session() as session:
        transport = MassTransport(session)
        bodies = [str(number).encode() for number in range(1, 200)]
        answers = await asyncio.gather(*(transport.post(server.url, body) for body in bodies))
    assert answers == [Answer(200, body) for body in bodies]
    assert server.types == {"application/json"}


async def test_a_refusal_is_an_answer_with_its_pause() -> None:
    async with a_server() as server, open_session() as session:
        assert await MassTransport(session).post(server.url, b"429") == Answer(429, b"429", "7")


async def test_an_answer_that_does_not_come_is_lost_and_the_others_are_not() -> None:
    async with a_server() as server, open_session() as session:
        transport = MassTransport(session, limit=0.2, tick=0.05)
        lost, quick = await asyncio.gather(
            transport.post(server.url, b"0"), transport.post(server.url, b"1"), return_exceptions=True
        )
        assert isinstance(lost, AnswerLost)
        assert quick == Answer(200, b"1")
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        # The same task's next request has its own time.
        assert await transport.post(server.url, b"2") == Answer(200, b"2")


async def test_who_is_cancelled_is_cancelled() -> None:
    async with a_server() as server, open_session() as session:
        transport = MassTransport(session, limit=60, tick=0.01)
        task = asyncio.create_task(transport.post(server.url, b"0"))
        async with asyncio.timeout(10):
            while not server.bodies:
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_nothing_is_sent_where_nobody_listens() -> None:
    async with a_server() as server:
        url = server.url
    async with open_session() as session:
        with pytest.raises(NotSent) as raised:
            await MassTransport(session).post(url, b"1")
    assert raised.value.__context__ is None  # aiohttp's error may hold the address, and the address the token


async def test_a_closed_session_sends_nothing() -> None:
    async with open_session() as session:
        transport = MassTransport(session)
    with pytest.raises(NotSent):
        await transport.post(URL("http://127.0.0.1:1/"), b"1")
