"""What the benchmarks of the webhooks share: a platform that posts over many connections, the receiver's CPU time."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from aiohttp import web

CONNECTIONS = 40  #: Telegram's default

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve(handlers: dict[tuple[str, str], Handler]) -> None:
    """The receiving process: prints its port and serves until it is ended."""
    app = web.Application()
    for (method, path), handler in handlers.items():
        app.router.add_route(method, path, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


@asynccontextmanager
async def receiving(*command: str) -> AsyncIterator[tuple[int, int]]:
    """Port and pid of a process that `serve`s."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline()), process.pid
    finally:
        process.terminate()
        await process.wait()


class _Connection(asyncio.Protocol):
    """Posts the next request when the last one is acknowledged."""

    def __init__(self, following: Callable[[], bytes | None], ending: bytes, done: asyncio.Future[None]) -> None:
        self._following = following
        self._ending = ending
        self._done = done
        self.acknowledged = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 200"):
            self._transport.close()
            self._done.set_exception(RuntimeError(f"it was not taken: {data[:100]!r}"))
        elif data.endswith(self._ending):
            self.acknowledged += 1
            self._next()

    def _next(self) -> None:
        request = self._following()
        if request is not None:
            self._transport.write(request)
        elif not self._done.done():
            self._transport.close()
            self._done.set_result(None)


async def load(port: int, requests: Iterator[bytes], *, seconds: float, ending: bytes) -> tuple[int, float]:
    """Post whole HTTP requests, over CONNECTIONS connections, each answered 200 with `ending` at its end: how many were
    acknowledged, and in how many seconds.
    """
    begun = time.perf_counter()

    def following() -> bytes | None:
        return next(requests) if time.perf_counter() - begun < seconds else None

    loop = asyncio.get_running_loop()
    finished = [loop.create_future() for _ in range(CONNECTIONS)]
    protocols = [
        (await loop.create_connection(lambda done=done: _Connection(following, ending, done), "127.0.0.1", port))[1]
        for done in finished
    ]
    await asyncio.gather(*finished)
    return sum(protocol.acknowledged for protocol in protocols), time.perf_counter() - begun


def cpu_seconds(pid: int) -> float:
    """User and system time of a process (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
