"""Web sites on this machine for tests of ingest: well-behaved ones, and ones that break every rule."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

Answer = web.StreamResponse | str | bytes
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """Answers paths with what was `put` there; everything asked is in `requests`."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.asked: Counter[str] = Counter()
        self._answers: dict[str, Handler] = {}
        self.url = ""

    def put(self, path: str, body: str | bytes, *, content_type: str = "text/html", **headers: str) -> None:
        """Serve `body` at `path`; header names are written with underscores."""
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.Response:
            return web.Response(body=raw, headers={"Content-Type": content_type, **named})

        self._answers[path] = answer

    def put_handler(self, path: str, handler: Handler) -> None:
        self._answers[path] = handler

    def fail(self, path: str, status: int, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, headers=named, text="<h1>error</h1>", content_type=None)

        self._answers[path] = answer

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": to})

        self._answers[path] = answer

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.asked[request.path] += 1
        handler = self._answers.get(request.path)
        return await handler(request) if handler else web.Response(status=404, text="not found")


@asynccontextmanager
async def a_site() -> AsyncIterator[Site]:
    """A site on 127.0.0.1; its address is in `url`."""
    site = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.handle)
    async with TestServer(app) as server:
        site.url = str(server.make_url("")).rstrip("/")
        yield site


@asynccontextmanager
async def a_raw_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A server that says to each connection what `talk` writes; gives its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


class Names(AbstractResolver):
    """Resolves from a table; each look-up takes the next answer of a name, the last one for ever."""

    def __init__(self, table: Mapping[str, list[list[str]]]) -> None:
        self._table = {name: list(answers) for name, answers in table.items()}
        self.looked_up: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.looked_up.append(host)
        if host not in self._table:
            raise OSError(None, "name not known")
        answers = self._table[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass
