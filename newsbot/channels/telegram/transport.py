"""The one way to Telegram's servers: python-telegram-bot's `BaseRequest` over an aiohttp session that is shared.

What matters to a sender is whether a message can have been accepted, so failures come in two kinds: `NotSent` (nothing
reached Telegram: try again) and `AnswerLost` (the request was begun, its answer never came: it may have been accepted).
The library's own transport doesn't tell them apart; it closes idle connections after 5 seconds and gives up reading
after 5, while Telegram may hold an answer for 60 seconds because of a flood wait.

The bot's token is part of every address, so no exception or log line carries an address, nor an error of aiohttp's.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, Final

import aiohttp
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData
from yarl import URL

READ_LIMIT: Final = 65.0  #: seconds of silence before an answer counts as lost: Telegram holds flood waits for up to 60
CONNECT_LIMIT: Final = 10.0  #: seconds for a free connection, the name, the handshake; nothing is sent before
IN_FLIGHT: Final = 500  #: connections; above 1,000 active requests the server answers 429
KEEP_ALIVE: Final = 60.0  #: seconds that an idle connection is kept: a reply after a pause needs no new handshake

_TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]{8,}")
_TYPED_BY_LIBRARY: Final = frozenset({400, 401, 403, 404, 409})  #: others lose their status in the library's exceptions


@dataclass(slots=True)  # not frozen: see `Sent`
class Answer:
    """An HTTP answer of the Bot API, or of a proxy in front of it."""

    status: int
    body: bytes = b""
    retry_after: str = ""  #: the header; a 429 carries it


class NotSent(NetworkError):
    """Nothing reached Telegram: no connection, name, certificate or free place in the pool."""


class AnswerLost(NetworkError):
    """The request was begun and no whole answer came: it may have been carried out."""


class UnexpectedAnswer(NetworkError):
    """An answer whose status says more than the library's exceptions can hold."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


def open_session(ssl_context: SSLContext | None = None) -> aiohttp.ClientSession:
    """The session for everything that is sent to Telegram: connections kept alive, no cookies, no limits of time.

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
    body: bytes | aiohttp.FormData,
    *,
    read_limit: float = READ_LIMIT,
    connect_limit: float = CONNECT_LIMIT,
) -> Answer:
    """POST `body` (JSON, or a form with files) and return the whole answer, whatever its status. No redirects.

    Takes at most `connect_limit` + `read_limit` seconds, however slowly bytes trickle in. Raises NotSent, AnswerLost.
    """
    headers = {"Content-Type": "application/json"} if isinstance(body, bytes) else None
    limits = aiohttp.ClientTimeout(total=None, connect=connect_limit, sock_read=read_limit)
    try:
        async with (
            asyncio.timeout(connect_limit + read_limit),
            session.post(url, data=body, headers=headers, timeout=limits, allow_redirects=False) as response,
        ):
            return Answer(response.status, await response.read(), response.headers.get("Retry-After", ""))
    except (aiohttp.ClientError, OSError, RuntimeError) as error:
        failure = failure_of(error, session)
    raise failure  # here and not above: aiohttp's error, which may hold the address, must not come along as its context


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
    """One line about an error, without the token."""
    if isinstance(error, aiohttp.InvalidURL):
        return "the address of the Bot API is not a valid URL"
    text = redact(str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def redact(text: str) -> str:
    """`text` without anything that looks like a bot's token."""
    return _TOKEN.sub("<token>", text)


class AiohttpRequest(BaseRequest):
    """For `telegram.Bot(request=…)`. The session is the caller's, who closes it."""

    def __init__(self, session: aiohttp.ClientSession, *, read_limit: float = READ_LIMIT) -> None:
        self._session = session
        self._read_limit = read_limit

    @property
    def read_timeout(self) -> float:
        return self._read_limit

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close: the session is shared."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """The library's seam. Of its four time limits only reading counts here; the rest is CONNECT_LIMIT and a total.

        Raises NotSent, AnswerLost, UnexpectedAnswer and whatever the library makes of the statuses it knows.
        """
        if method != "POST":
            raise NotImplementedError("files are not downloaded here")
        read_limit = float(read_timeout) if isinstance(read_timeout, int | float) else self._read_limit
        answer = await exchange(self._session, url, _body(request_data), read_limit=read_limit)
        if 200 <= answer.status < 300 or answer.status in _TYPED_BY_LIBRARY:
            return answer.status, answer.body
        raise UnexpectedAnswer(answer)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library does it, but the payload stays out of the log and anything but an object is refused."""
        try:
            parsed = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            raise TelegramError("Invalid server response")
        return parsed


def _body(request_data: RequestData | None) -> bytes | aiohttp.FormData:
    if request_data is None:
        return b"{}"
    if not request_data.contains_files:
        return json.dumps(request_data.parameters, ensure_ascii=False).encode()
    form = aiohttp.FormData(quote_fields=False)  # Telegram shows a file's name as it is written here
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form
