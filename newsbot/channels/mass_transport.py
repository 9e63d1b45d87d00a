"""Requests whose address and body are ready, by the thousand: what `http_exchange.exchange` does, at less cost.

What is saved: a timer for each limit of each request (one timer looks after all of them), and aiohttp's own ways of
finding out what a body is and of letting go of a connection, which reading an answer to its end does by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from aiohttp.payload import BytesPayload
from yarl import URL

from newsbot.channels.http_exchange import CONNECT_LIMIT, READ_LIMIT, Answer, AnswerLost, failure_of

TICK: Final = 0.5  #: seconds between two looks at which requests take too long

#: of a new connection only: whoever uses one that is open needs no timer for it
_LIMITS: Final = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_LIMIT)


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

    async def post(self, url: URL, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """The whole answer, whatever its status. No redirects. Raises NotSent, AnswerLost."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self._until[task] = loop.time() + self._limit
        if self._timer is None:
            self._timer = loop.call_later(self._tick, self._look)
        try:
            payload = BytesPayload(body, content_type="application/json")
            response = await self._session.post(
                url, data=payload, headers=headers, timeout=_LIMITS, allow_redirects=False
            )
            content = response.content
            # Nearly every answer comes whole, and then there is nothing to wait for.
            answer = content.read_nowait() if content.is_eof() else await response.read()
            if response.status == 200:
                return Answer(200, answer, "", response.headers)
            return Answer(response.status, answer, response.headers.get("Retry-After", ""), response.headers)
        except asyncio.CancelledError:
            if task not in self._late or task.uncancel() > 0:
                raise
            failure: Exception = AnswerLost("no answer in time")
        except (aiohttp.ClientError, OSError, RuntimeError) as error:
            failure = failure_of(error, self._session)
        finally:
            self._until.pop(task, None)
            self._late.discard(task)
        raise failure  # here and not above: see `exchange`

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for task in [task for task, until in self._until.items() if until <= now]:
            del self._until[task]
            self._late.add(task)
            task.cancel()
        self._timer = loop.call_later(self._tick, self._look) if self._until else None
