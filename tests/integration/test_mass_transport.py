"""Ready bodies by the thousand, over HTTP: each gets its answer, or is known to be lost or not sent."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, TCPConnector, web
from yarl import URL

from newsbot.channels.http_exchange import Answer, AnswerLost, NotSent, open_session
from newsbot.channels.mass_transport import MassTransport, Target
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
        answers = await asyncio.gather(*(transport.post(Target(server.url), body) for body in bodies))
    assert answers == [Answer(200, body) for body in bodies]
    assert server.types == {"application/json"}


async def test_a_refusal_is_an_answer_with_its_pause() -> None:
    async with a_server() as server, open_session() as session:
        assert await MassTransport(session).post(Target(server.url), b"429") == Answer(429, b"429", "7")


async def test_an_answer_that_does_not_come_is_lost_and_the_others_are_not() -> None:
    async with a_server() as server, open_session() as session:
        transport = MassTransport(session, limit=0.2, tick=0.05)
        lost, quick = await asyncio.gather(
            transport.post(Target(server.url), b"0"), transport.post(Target(server.url), b"1"), return_exceptions=True
        )
        assert isinstance(lost, AnswerLost)
        assert quick == Answer(200, b"1")
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        # The same task's next request has its own time.
        assert await transport.post(Target(server.url), b"2") == Answer(200, b"2")


async def test_who_is_cancelled_is_cancelled() -> None:
    async with a_server() as server, open_session() as session:
        transport = MassTransport(session, limit=60, tick=0.01)
        task = asyncio.create_task(transport.post(Target(server.url), b"0"))
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
            await MassTransport(session).post(Target(url), b"1")
    assert raised.value.__context__ is None  # aiohttp's error may hold the address, and the address the token


async def test_a_closed_session_sends_nothing() -> None:
    async with open_session() as session:
        transport = MassTransport(session)
    with pytest.raises(NotSent):
        await transport.post(Target(URL("http://127.0.0.1:1/")), b"1")


async def test_who_gets_no_connection_in_time_has_sent_nothing() -> None:
    async with a_server() as server, ClientSession(connector=TCPConnector(limit=1)) as session:
        transport, target = MassTransport(session, limit=0.3, tick=0.05), Target(server.url)
        first = asyncio.create_task(transport.post(target, b"0"))
        async with asyncio.timeout(10):
            while not server.bodies:
                await asyncio.sleep(0.01)
        behind = MassTransport(session, limit=0.05, tick=0.01)
        with pytest.raises(NotSent):
            await behind.post(target, b"1")
        with pytest.raises(AnswerLost):
            await first
        assert server.bodies == [b"0"]
        assert await transport.post(target, b"2") == Answer(200, b"2")


BYTES = {
    "slowly, in pieces": [b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 5\r\n\r\n", b"h", b"ello"],
    "in chunks": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nhe\r\n", b"3\r\nllo\r\n0\r\n\r\n"],
    "until the end": [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"hello"],
    "after a word on the way": [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
    "zipped though we asked for nothing": [
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(b"hello")),
        gzip.compress(b"hello"),
    ],
}
BROKEN = {
    "nothing": [],
    "half a head": [b"HTTP/1.1 200 OK\r\nContent-"],
    "half a body": [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"],
}


@asynccontextmanager
async def a_server_that_says(*pieces: bytes, closes: bool) -> AsyncIterator[tuple[URL, list[bytes]]]:
    """To each whole request, whose heads it gives; `closes`: that was the connection's last."""
    heads: list[bytes] = []

    served = set[asyncio.Task[None]]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = 0
        with suppress(ConnectionError, asyncio.IncompleteReadError):  # the other side is done
            while not (closes and said):
                heads.append(await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(2)
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.01)
                said += 1
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.add(asyncio.create_task(answer(reader, writer)))

    async with await asyncio.start_server(begin, "127.0.0.1", 0) as listening:
        yield URL(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/bot/send"), heads
        await asyncio.gather(*served)


@pytest.mark.parametrize("pieces", BYTES.values(), ids=BYTES)
async def test_an_answer_is_read_however_it_comes(pieces: list[bytes]) -> None:
    closes = b"close" in pieces[0]
    async with a_server_that_says(*pieces, closes=closes) as (url, heads), open_session() as session:
        transport, target = MassTransport(session), Target(url, {"Authorization": "Bearer x"})
        for _ in range(2):
            assert await transport.post(target, b"{}") == Answer(200, b"hello")
        lines = heads[1].decode().rstrip().split("\r\n")
        assert lines[0] == "POST /bot/send HTTP/1.1"
        assert {"Authorization: Bearer x", "Content-Type: application/json", "Content-Length: 2"} <= set(lines)
        assert f"Host: {url.host}:{url.port}" in lines
        assert heads[0] == heads[1]


@pytest.mark.parametrize("pieces", BROKEN.values(), ids=BROKEN)
async def test_a_broken_answer_is_lost(pieces: list[bytes]) -> None:
    async with a_server_that_says(*pieces, closes=True) as (url, heads), open_session() as session:
        with pytest.raises(AnswerLost) as raised:
            await MassTransport(session).post(Target(url), b"{}")
        assert len(heads) == 1  # it is not tried again
    assert raised.value.__context__ is None


async def test_a_header_of_two_lines_is_refused() -> None:
    async with open_session() as session:
        with pytest.raises(ValueError, match="more than one line"):
            await MassTransport(session).post(Target(URL("http://127.0.0.1:1/"), {"X": "1\r\nY: 2"}), b"1")
