"""What the pages of all phones need of HTTP: their events, the fields of an act, and its refusal.

A page follows a chat through server-sent events, each a JSON object with its `kind`; the first is the whole view.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from json import JSONDecodeError
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox.changes import Change, Subscription
from newsbot.sandbox.errors import SandboxError

PING_EVERY: Final = 15.0  #: seconds; notices a page that is gone

Event = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class EventStreams:
    """The pages that are open now."""

    def __init__(self) -> None:
        self.followers: set[asyncio.Task[Any]] = set()

    async def serve(
        self,
        request: web.Request,
        following: AbstractContextManager[Subscription],
        view: Callable[[], Event],
        events: Callable[[Change], Iterable[Event] | None],
    ) -> web.StreamResponse:
        """Tell the page the `view`, then the `events` of every change, until it closes or they are None: nobody there.

        `events` is asked of a change and, now and then, of the change "ping", which says nothing.
        """
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await stream.prepare(request)
        follower: asyncio.Task[Any] = asyncio.current_task()  # type: ignore[assignment]  # a handler runs in a task
        self.followers.add(follower)
        try:
            # The view is taken while we are subscribed already: what happens in between is seen twice, never missed.
            with following as changes:
                await _write(stream, view())
                while True:
                    try:
                        change = await asyncio.wait_for(changes.next(), PING_EVERY)
                    except TimeoutError:
                        change = Change("ping", 0)
                        await stream.write(b":\n\n")
                    told = events(change)
                    if told is None:
                        break
                    for event in told:
                        await _write(stream, event)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self.followers.discard(follower)
        return stream

    async def end(self, _: web.Application) -> None:
        """For the server's end, which open streams would hold up."""
        followers = list(self.followers)
        for follower in followers:
            follower.cancel()
        await asyncio.gather(*followers, return_exceptions=True)


async def _write(stream: web.StreamResponse, event: Event) -> None:
    await stream.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())


def refusing(act: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    """A handler that answers with what `act` returns, as JSON, and with 400 when no app could do that."""

    async def handler(request: web.Request) -> web.Response:
        try:
            result = await act(request)
        except (SandboxError, KeyError, ValueError) as error:
            message = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            return web.json_response({"error": {"code": "refused", "message": message}}, status=400)
        return web.json_response(result or {})

    return handler


async def fields_of(request: web.Request) -> Mapping[str, Any]:
    """What a form or a JSON object says; nothing at all is an empty one."""
    if request.content_type != "application/json":
        return await request.post()
    try:
        fields = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        raise web.HTTPBadRequest(text="The request is not valid JSON.") from None
    return fields if isinstance(fields, dict) else {}
