"""The transport against servers that misbehave on the socket: what was not sent is told from what may have been."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from newsbot.channels.http_exchange import (
    Answer,
    AnswerLost,
    HttpFailure,
    NotSent,
    describe,
    exchange,
    open_session,
    redact,
)
from newsbot.channels.telegram.transport import AiohttpRequest, LibraryAnswerLost, LibraryNotSent, UnexpectedAnswer

TOKEN = "123456789:AAHsecret_Token-of-35-letters_abcdef"
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def a_server(behaviour: Behaviour, *, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Its address, with the token in it."""

    conversations: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await behaviour(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, host, 0)
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}/bot{TOKEN}/sendMessage"
    finally:
        server.close()
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


async def failure(session: aiohttp.ClientSession, url: str) -> HttpFailure:
    """What the transport raises; checked for the token on the way."""
    with pytest.raises(HttpFailure) as raised:
        await exchange(session, url, b'{"chat_id": 1}', read_limit=0.4, connect_limit=0.4)
    error = raised.value
    assert error.__cause__ is None
    assert error.__context__ is None
    told = repr(error) + str(error) + "".join(traceback.format_exception(error))
    assert TOKEN not in told
    assert "secret" not in told
    return error


async def test_a_refused_connection_was_not_sent(session: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    error = await failure(session, f"http://127.0.0.1:{unused_tcp_port}/bot{TOKEN}/sendMessage")
    assert type(error) is NotSent


async def test_an_unknown_name_was_not_sent() -> None:
    class NoSuchName(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
            raise OSError(f"no address for {host}")

        async def close(self) -> None:
            pass

    connector = aiohttp.TCPConnector(resolver=NoSuchName())
    async with aiohttp.ClientSession(connector=connector) as session:
        error = await failure(session, f"https://api.telegram.example/bot{TOKEN}/sendMessage")
    assert type(error) is NotSent
    assert "api.telegram.example" in error.message


async def test_a_failed_handshake_was_not_sent(session: aiohttp.ClientSession) -> None:
    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with a_server(speak_plainly) as url:
        error = await failure(session, url.replace("http://", "https://"))
    assert type(error) is NotSent


async def test_no_free_connection_in_time_was_not_sent() -> None:
    async def stay_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session, a_server(stay_silent) as url:
        holding = asyncio.create_task(exchange(session, url, b"{}", read_limit=30))
        while len(session.connector._acquired) < 1:  # type: ignore[union-attr]
            await asyncio.sleep(0)
        error = await failure(session, url)
        holding.cancel()
        await asyncio.wait([holding])
    assert type(error) is NotSent


async def test_a_closed_session_did_not_send() -> None:
    session = open_session()
    await session.close()
    error = await failure(session, f"http://127.0.0.1:1/bot{TOKEN}/sendMessage")
    assert type(error) is NotSent


async def test_an_impossible_address_did_not_send(session: aiohttp.ClientSession) -> None:
    error = await failure(session, f"http://[::/bot{TOKEN}/sendMessage")
    assert type(error) is NotSent


async def take_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)


async def take_and_reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.transport.abort()


async def take_and_stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await reader.read()


async def answer_half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    whole = answer(b'{"ok": true, "result": {"message_id": 1}}')
    writer.write(whole[: len(whole) - 10])
    await writer.drain()


async def answer_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize(
    "behaviour", [take_and_close, take_and_reset, take_and_stay_silent, answer_half, answer_nonsense]
)
async def test_an_answer_that_never_came_whole_is_lost(session: aiohttp.ClientSession, behaviour: Behaviour) -> None:
    async with a_server(behaviour) as url:
        error = await failure(session, url)
    assert type(error) is AnswerLost


async def test_an_answer_that_trickles_in_is_given_up_at_the_total_limit(session: aiohttp.ClientSession) -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        for byte in answer(b'{"ok": true, "result": true}'):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.1)  # never silent for as long as the reading limit

    async with a_server(trickle) as url:
        begun = time.monotonic()
        error = await failure(session, url)
        assert time.monotonic() - begun < 3
    assert type(error) is AnswerLost


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "429 Too Many Requests", "502 Bad Gateway", "302 Found"])
async def test_every_whole_answer_comes_back_as_it_is(session: aiohttp.ClientSession, status: str) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(b"<html>", status, "Retry-After: 7", "Location: http://127.0.0.1:1/"))
        await writer.drain()

    async with a_server(respond) as url:
        assert await exchange(session, url, b"{}") == Answer(int(status[:3]), b"<html>", "7")


async def test_one_connection_serves_one_request_after_another(session: aiohttp.ClientSession) -> None:
    connections = 0

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await read_request(reader)
            writer.write(answer(b'{"ok": true, "result": true}'))
            await writer.drain()

    async with a_server(respond) as url:
        for _ in range(5):
            assert (await exchange(session, url, b"{}")).status == 200
        assert connections == 1
        await session.close()


def a_bot(session: aiohttp.ClientSession, url: str) -> Bot:
    request = AiohttpRequest(session)
    return Bot(TOKEN, base_url=url.split(TOKEN)[0], request=request, get_updates_request=request)


@pytest.mark.parametrize(
    ("status", "description", "expected"),
    [
        ("400 Bad Request", "Bad Request: chat not found", BadRequest),
        ("401 Unauthorized", "Unauthorized", InvalidToken),
        ("403 Forbidden", "Forbidden: bot was blocked by the user", Forbidden),
        ("421 Misdirected Request", "Misdirected Request: unallowed token specified", UnexpectedAnswer),
        ("429 Too Many Requests", "Too Many Requests: retry after 7", UnexpectedAnswer),
        ("500 Internal Server Error", "Internal Server Error: restart", UnexpectedAnswer),
    ],
)
async def test_the_librarys_bot_raises_its_own_errors_over_our_transport(
    session: aiohttp.ClientSession, status: str, description: str, expected: type[TelegramError]
) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(f'{{"ok": false, "description": "{description}"}}'.encode(), status))
        await writer.drain()

    async with a_server(respond) as url:
        with pytest.raises(TelegramError) as raised:
            await a_bot(session, url).send_message(1, "x")
    assert type(raised.value) is expected
    assert TOKEN not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(("behaviour", "expected"), [(None, LibraryNotSent), (take_and_close, LibraryAnswerLost)])
async def test_the_librarys_bot_tells_what_was_not_sent_from_what_may_have_been(
    session: aiohttp.ClientSession, unused_tcp_port: int, behaviour: Behaviour | None, expected: type[TelegramError]
) -> None:
    async with a_server(behaviour or take_and_close) as url:
        if behaviour is None:
            url = f"http://127.0.0.1:{unused_tcp_port}/bot{TOKEN}/sendMessage"
        with pytest.raises(TelegramError) as raised:
            await a_bot(session, url).send_message(1, "x")
    assert type(raised.value) is expected
    assert TOKEN not in "".join(traceback.format_exception(raised.value))


async def test_a_page_instead_of_json_is_no_answer_and_stays_out_of_the_log(
    session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(b"<html>a private page</html>"))
        await writer.drain()

    caplog.set_level(logging.DEBUG, "aiohttp")
    async with a_server(respond) as url:
        with pytest.raises(TelegramError, match="Invalid server response"):
            await a_bot(session, url).send_message(1, "x")
    assert "private" not in caplog.text


async def test_what_was_sent_is_plain_json(session: aiohttp.ClientSession) -> None:
    received = asyncio.get_running_loop().create_future()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.set_result(await read_request(reader))
        writer.write(answer(b'{"ok": true, "result": true}'))
        await writer.drain()

    async with a_server(respond) as url:
        await a_bot(session, url).delete_webhook(drop_pending_updates=False)
    head, body = (await received).split(b"\r\n\r\n")
    assert b"content-type: application/json" in head.lower()
    assert body == b'{"drop_pending_updates": false}'


def test_an_error_is_described_without_token_or_address() -> None:
    assert describe(aiohttp.InvalidURL(f"http://x/bot{TOKEN}/getMe")) == "the platform's address is not a valid URL"
    assert describe(OSError(f"http://x/bot{TOKEN}/getMe failed")) == "OSError: http://x/bot<token>/getMe failed"
    assert describe(TimeoutError()) == "TimeoutError"
    assert redact("10:30 was fine") == "10:30 was fine"
    address = "/v26.0/me?access_token=EAAGsecret&appsecret_proof=0a1b2c&fields=id&input_token=x%7Cy"
    assert redact(address) == "/v26.0/me?access_token=<token>&appsecret_proof=<token>&fields=id&input_token=<token>"
    assert redact("Error validating EAAGm0PX4ZCpsBAtokenofapage: expired") == "Error validating <token>: expired"


async def test_a_tls_context_can_be_given() -> None:
    context = ssl.create_default_context()
    async with open_session(context) as session:
        assert session.connector is not None
        assert session.connector._ssl is context  # type: ignore[attr-defined]
