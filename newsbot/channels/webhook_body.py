"""The body of a webhook's call, bounded in size and in time."""

from __future__ import annotations

import asyncio

from aiohttp import web


async def read_body(request: web.Request, *, limit: int, patience: float) -> bytes:
    """The whole body; no more than `limit` bytes of it are held in memory, and it has `patience` seconds to arrive.

    Raises HTTPRequestEntityTooLarge (413) or HTTPRequestTimeout (408).
    """
    try:
        async with asyncio.timeout(patience):
            body = await _read(request, limit)
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body came too slowly.") from None
    if body is None:
        raise web.HTTPRequestEntityTooLarge(
            max_size=limit, actual_size=request.content_length or limit, text=f"The body is over {limit} bytes."
        )
    return body


async def _read(request: web.Request, limit: int) -> bytes | None:
    if (request.content_length or 0) > limit:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)
