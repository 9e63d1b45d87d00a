"""HTTP to the platforms' servers: one tuned session that all channels share, and failures told apart by what they mean.

What matters to a sender is whether a message can have been accepted, so failures come in two kinds: `NotSent` (nothing
reached the platform: try again) and `AnswerLost` (the request was begun, its answer never came: it may have been
carried out).

An address may hold a secret (Telegram's hold the bot's token), so no exception or log line carries an address, nor an
error of aiohttp's.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Final, Literal

import aiohttp
from yarl import URL

READ_LIMIT: Final = 65.0  #: seconds of silence before an answer counts as lost: Telegram holds flood waits for up to 60
CONNECT_LIMIT: Final = 10.0  #: seconds for a free connection, the name, the handshake; nothing is sent before
IN_FLIGHT: Final = 500  #: connections; above 1,000 active requests Telegram answers 429
KEEP_ALIVE: Final = 60.0  #: seconds that an idle connection is kept: a reply after a pause needs no new handshake

Method = Literal["GET", "POST", "DELETE"]

#: a bot's token at Telegram; what goes with a call of the Graph API, by name and by look
_SECRET: Final = re.compile(
    r"\d+:[A-Za-z0-9_-]{8,}|(?<=access_token=)[^&\s]+|(?<=appsecret_proof=)[^&\s]+|(?<=input_token=)[^&\s]+"
    r"|\bEA[A-Za-z0-9]{20,}"
)
_NO_HEADERS: Final[Mapping[str, str]] = {}


@dataclass(slots=True)  # not frozen: see `Sent`
class Answer:
    """A platform's HTTP answer, or that of a proxy in front of it."""

    status: int
    body: bytes = b""
    retry_after: str = ""  #: the header; a 429 carries it
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS, compare=False, repr=False)


class HttpFailure(Exception):
    """No whole answer. `message` is one line without an address or a secret."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotSent(HttpFailure):
    """Nothing reached the platform: no connection, name, certificate or free place in the pool."""


class AnswerLost(HttpFailure):
    """The request was begun and no whole answer came: it may have been carried out."""


def open_session(ssl_context: SSLContext | None = None) -> aiohttp.ClientSession:
    """The session for everything that is sent to platforms: connections kept alive, no cookies, no limits of time.

    Call it in a running event loop; whoever opens it closes it.
    """
    connector = aiohttp.TCPConnector(
        limit=IN_FLIGHT,
        keepalive_timeout=KEEP_ALIVE,
        ttl_dns_cache=300,
        ssl=True if ssl_context is None else ssl_context,
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=None)
    )


async def exchange(
    session: aiohttp.ClientSession,
    url: URL | str,
    body: bytes | aiohttp.FormData | None,
    *,
    method: Method = "POST",
    headers: Mapping[str, str] = _NO_HEADERS,
    read_limit: float = READ_LIMIT,
    connect_limit: float = CONNECT_LIMIT,
) -> Answer:
    """Send `body` (JSON, a form with files, or nothing) and return the whole answer, whatever its status. No redirects.

    Takes at most `connect_limit` + `read_limit` seconds, however slowly bytes trickle in. Raises NotSent, AnswerLost.
    """
    if isinstance(body, bytes):
        headers = {"Content-Type": "application/json", **headers}
    limits = aiohttp.ClientTimeout(total=None, connect=connect_limit, sock_read=read_limit)
    try:
        async with (
            asyncio.timeout(connect_limit + read_limit),
            session.request(method, url, data=body, headers=headers, timeout=limits, allow_redirects=False) as response,
        ):
            return _answer(response, await response.read())
    except (aiohttp.ClientError, OSError, RuntimeError) as error:
        failure = failure_of(error, session)
    raise failure  # here and not above: aiohttp's error, which may hold the address, must not come along as its context


def _answer(response: aiohttp.ClientResponse, body: bytes) -> Answer:
    return Answer(response.status, body, response.headers.get("Retry-After", ""), response.headers)


def failure_of(error: Exception, session: aiohttp.ClientSession) -> NotSent | AnswerLost:
    """What a request that raised means. Raises `error` itself when it is none of the network's."""
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.InvalidURL():
            return NotSent(describe(error))
        case aiohttp.ClientError() | OSError():  # OSError: time-outs and resets too
            return AnswerLost(describe(error))
        case RuntimeError() if session.closed:
            return NotSent(describe(error))
        case _:
            raise error


def describe(error: BaseException) -> str:
    """One line about an error, without secrets."""
    if isinstance(error, aiohttp.InvalidURL):
        return "the platform's address is not a valid URL"
    text = redact(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def redact(text: str) -> str:
    """`text` without anything that looks like a secret of a channel's."""
    return _SECRET.sub("<token>", text)
