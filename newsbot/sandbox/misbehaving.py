"""Carries out a fault: a refusal or a proxy's page instead of the answer, or the answer late, lost or in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from newsbot.sandbox.faults import FaultRule

__all__ = ["misbehave"]

_PROXY_PAGE: Final = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body><center><h1>{0}</h1></center></body>\r\n</html>\r\n"
)


async def misbehave(
    fault: FaultRule, request: web.Request, respond: Callable[[], Awaitable[web.Response]]
) -> web.StreamResponse:
    """`respond` executes the call; a fault that strikes before it leaves it undone. Raises the fault's refusal."""
    match fault.action:
        case "status":
            raise fault.refusal()
        case "html":
            page = _PROXY_PAGE.format(f"{fault.status} Bad Gateway" if fault.status == 502 else fault.status)
            return web.Response(status=fault.status, text=page, content_type="text/html")
        case "slow":
            await asyncio.sleep(fault.seconds)
            return await respond()
        case "drop_before":
            return _dropped(request)
    answer = await respond()
    match fault.action:
        case "drop_after":
            return _dropped(request)
        case "half":
            return await _half(request, answer)
        case "trickle":
            return await _trickled(request, answer, fault.seconds)
        case _:
            await asyncio.sleep(fault.seconds)
            return answer


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, answer: web.Response) -> web.StreamResponse:
    body = _bytes(answer)
    stream = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    stream.content_length = len(body)
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return stream


async def _trickled(request: web.Request, answer: web.Response, seconds: float) -> web.StreamResponse:
    body = _bytes(answer)
    pieces = min(len(body), max(2, int(seconds / 0.05)))
    stream = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    stream.content_length = len(body)
    await stream.prepare(request)
    for piece in range(pieces):
        await stream.write(body[len(body) * piece // pieces : len(body) * (piece + 1) // pieces])
        await asyncio.sleep(seconds / pieces)
    await stream.write_eof()
    return stream


def _bytes(answer: web.Response) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""
