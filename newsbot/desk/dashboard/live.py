"""Server-sent events: parts of a page, rendered anew by the server as they change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import Final

import structlog
from aiohttp import web

from newsbot.desk.dashboard.visit import Visit
from newsbot.desk.roles import Right
from newsbot.errors import StoreError

__all__ = ["Parts", "stream"]

#: how often it is asked whether who watches still may, and said that the connection lives
ASK_EVERY: Final = timedelta(seconds=5)
#: after which a browser tries again, in milliseconds
AGAIN: Final = 2000

log = structlog.get_logger()

Parts = Mapping[str, str]  #: id of an element of the page → its HTML


async def stream(visit: Visit, right: Right, parts: AsyncIterator[Parts]) -> web.StreamResponse:
    """Send what has changed of `parts` until they end, who watches leaves, or they may not watch any more."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    response.headers["X-Accel-Buffering"] = "no"  # a proxy would hold it back
    await response.prepare(visit.request)
    await response.write(f"retry: {AGAIN}\n\n".encode())
    shown: dict[str, str] = {}
    allowed = asyncio.create_task(_while_allowed(visit, right, response), name="asking whether they may watch")
    sending = asyncio.create_task(_send(response, parts, shown), name="sending what has changed")
    try:
        done, _ = await asyncio.wait({allowed, sending}, return_when=asyncio.FIRST_COMPLETED)
        if sending in done and sending.exception() is None:
            await response.write(b"event: end\ndata: {}\n\n")
        elif allowed in done and allowed.exception() is None:
            await response.write(b"event: reload\ndata: {}\n\n")
    except ConnectionError:
        pass  # they have left
    finally:
        for task in (allowed, sending):
            task.cancel()
        for ended in await asyncio.gather(allowed, sending, return_exceptions=True):
            if isinstance(ended, StoreError):
                log.warning("a page is live no more for now", page=visit.request.path, reason=str(ended))
            elif isinstance(ended, Exception) and not isinstance(ended, ConnectionError):
                log.error("a page is live no more", page=visit.request.path, exc_info=ended)
    return response


async def _send(response: web.StreamResponse, parts: AsyncIterator[Parts], shown: dict[str, str]) -> None:
    async with aclosing(parts) as following:  # type: ignore[type-var]
        async for anew in following:
            changed = {part: html for part, html in anew.items() if shown.get(part) != html}
            if changed:
                shown.update(changed)
                await response.write(f"event: parts\ndata: {json.dumps(changed)}\n\n".encode())


async def _while_allowed(visit: Visit, right: Right, response: web.StreamResponse) -> None:
    while True:
        await asyncio.sleep(ASK_EVERY.total_seconds())
        if not await visit.still_may(right):
            return
        await response.write(b": here\n\n")
