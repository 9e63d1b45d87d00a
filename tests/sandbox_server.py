"""The Telegram sandbox under test itself: the server on a free port, its state, its readers, and plain HTTP calls."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from newsbot.sandbox.telegram import (
    FloodLimits,
    ReaderSide,
    RetryPolicy,
    SandboxState,
    ServerOptions,
    create_telegram_app,
)
from tests.telegram_sandbox import running_app

UNLIMITED = FloodLimits(per_second=0, paid_per_second=0, chat_per_second=0, group_per_minute=0)
QUICK_RETRIES = RetryPolicy(base=0.02, cap=(0.1, 0.2), timeout=2.0)


@dataclass
class RunningSandbox:
    state: SandboxState
    readers: ReaderSide
    url: str
    http: aiohttp.ClientSession

    @property
    def token(self) -> str:
        return self.state.account.token

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """The whole answer to a method called with JSON."""
        async with self.http.post(f"{self.url}/bot{self.token}/{method}", json=arguments) as answer:
            body = await answer.json()
        assert answer.status == body.get("error_code", 200)
        return body

    async def ok(self, method: str, **arguments: Any) -> Any:
        """The result of a method that must succeed."""
        body = await self.call(method, **arguments)
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **arguments: Any) -> str:
        """The description of a method that must fail."""
        body = await self.call(method, **arguments)
        assert not body["ok"], body
        return str(body["description"])


@asynccontextmanager
async def running_sandbox(
    state: SandboxState | None = None, options: ServerOptions | None = None
) -> AsyncIterator[RunningSandbox]:
    """Serve `state` (a new one without flood limits if none is given) while the context is open."""
    state = state or SandboxState.open(limits=UNLIMITED)
    app = create_telegram_app(state, options or ServerOptions(webhook_retry=QUICK_RETRIES))
    async with running_app(app, shutdown_timeout=20) as url, aiohttp.ClientSession() as http:
        yield RunningSandbox(state, ReaderSide(state), url, http)


def png(width: int, height: int) -> bytes:
    """A black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\0" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
