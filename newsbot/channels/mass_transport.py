"""Requests of which only the body differs, by the thousand: what `http_exchange.exchange` does, at half its cost.

Connections, their names and certificates, and the reading of answers are aiohttp's. What is saved is what it does anew
for every request and is the same for all of ours: the head is put together once, and one timer looks after all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from aiohttp.http import HttpProcessingError
from yarl import URL

from newsbot.channels.http_exchange import CONNECT_LIMIT, READ_LIMIT, Answer, AnswerLost, NotSent, describe, failure_of

TICK: Final = 0.5  #: seconds between two looks at which requests take too long

#: of a new connection only: whoever uses one that is open needs no timer for it
_LIMITS: Final = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT)
_JSON: Final[Mapping[str, str]] = {"Content-Type": "application/json"}
_UNCOMPRESSED: Final = ("Accept-Encoding",)  # an answer is some hundred bytes


@dataclass(slots=True, eq=False, repr=False)
class Target:
    """Where bodies go. `headers`: besides those that every JSON object's request has."""

    url: URL
    headers: Mapping[str, str] = field(default_factory=dict)
    #: made with the first request, of that session: by it aiohttp finds a connection; up to its body's length as bytes
    _request: aiohttp.ClientRequest | None = None
    _head: bytes = b""

    def ready(self, session: aiohttp.ClientSession) -> tuple[aiohttp.ClientRequest, bytes]:
        """Raises aiohttp.InvalidURL, ValueError for a header that isn't one."""
        if self._request is None:
            headers = {**_JSON, **self.headers}
            request = aiohttp.ClientRequest(
                "POST", self.url, headers=headers, skip_auto_headers=_UNCOMPRESSED, session=session
            )
            lines = [f"POST {self.url.raw_path_qs} HTTP/1.1"]
            lines += [f"{name}: {value}" for name, value in request.headers.items() if name != "Content-Length"]
            if any("\r" in line or "\n" in line for line in lines):
                raise ValueError("a header goes over more than one line")
            self._head = ("\r\n".join(lines) + "\r\nContent-Length: ").encode()
            self._request = request
        return self._request, self._head


class MassTransport:
    """Over a session that is the caller's. `limit`: seconds for all of a request; it may be a tick more."""

    def __init__(
        self, session: aiohttp.ClientSession, *, limit: float = CONNECT_LIMIT + READ_LIMIT, tick: float = TICK
    ) -> None:
        self._session = session
        self._limit = limit
        self._tick = tick
        self._until: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def post(self, target: Target, body: bytes) -> Answer:
        """The whole answer, whatever its status. No redirects. Raises NotSent, AnswerLost."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self._until[task] = loop.time() + self._limit
        if self._timer is None:
            self._timer = loop.call_later(self._tick, self._look)
        connection: aiohttp.connector.Connection | None = None
        try:
            connection, head = await self._connected(target)
            answer = await _exchanged(connection, head, body)
            connection.release()
            return answer
        except asyncio.CancelledError:
            if task not in self._late or task.uncancel() > 0:
                raise
            failure: Exception = (
                NotSent("no connection in time") if connection is None else AnswerLost("no answer in time")
            )
        except HttpProcessingError as error:
            failure = AnswerLost(describe(error))
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            failure = failure_of(error, self._session)
        finally:
            self._until.pop(task, None)
            self._late.discard(task)
            if connection is not None:
                connection.close()  # unless it was released
        raise failure  # here and not above: see `exchange`

    async def _connected(self, target: Target) -> tuple[aiohttp.connector.Connection, bytes]:
        connector = self._session.connector
        if connector is None or self._session.closed:
            raise RuntimeError("the session is closed")
        request, head = target.ready(self._session)
        try:
            return await connector.connect(request, [], _LIMITS), head
        except TimeoutError:
            raise aiohttp.ConnectionTimeoutError("no connection in time") from None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for task in [task for task, until in self._until.items() if until <= now]:
            del self._until[task]
            self._late.add(task)
            task.cancel()
        self._timer = loop.call_later(self._tick, self._look) if self._until else None


async def _exchanged(connection: aiohttp.connector.Connection, head: bytes, body: bytes) -> Answer:
    protocol = connection.protocol
    assert protocol is not None
    assert protocol.transport is not None
    protocol.set_response_params(read_until_eof=True)
    protocol.transport.write(b"%b%d\r\n\r\n%b" % (head, len(body), body))
    message, content = await protocol.read()
    while 100 <= message.code < 200:  # a word on the way to the answer
        message, content = await protocol.read()
    # Nearly every answer comes whole, and then there is nothing to wait for.
    answer = content.read_nowait() if content.is_eof() else await content.read()
    headers = message.headers
    return Answer(message.code, answer, "" if message.code == 200 else headers.get("Retry-After", ""), headers)
