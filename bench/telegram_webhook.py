"""Webhook updates per second and core, through real HTTP into a durable inbox, beside two simpler receivers.

    ours        the webhook handler with the Redis inbox: secret, size, parsing, once per update, then 200
    bare        an aiohttp handler that does one XADD of the raw body: the least that is durable
    library     json → telegram.Update, as python-telegram-bot's own server does, then the XADD

Each runs in a process of its own, with uvloop, against one embedded server (AOF, fsync always); 40 connections, as many
as Telegram opens. The CPU time is the receiving process's alone: client and Redis have the other core.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import uvloop
from aiohttp import web

from bench.tables import show
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.channels.telegram.receiver import BotIdentity
from newsbot.channels.telegram.webhook import PATH, SECRET_HEADER, webhook_handler
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.redis_client import connect

VARIANTS = ("ours", "bare", "library")
SECRET = "a-secret-of-the-benchmark"
CONNECTIONS = 40  #: Telegram's default
SECONDS = 3.0  #: a round
ROUNDS = 3

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def an_update(update_id: int) -> bytes:
    """A reader's message of usual size, about 450 bytes."""
    reader = 100_000_000 + update_id % 5_000
    person = {"id": reader, "is_bot": False, "first_name": "রহিমা", "last_name": "খাতুন", "language_code": "bn"}
    chat = {"id": reader, "first_name": "রহিমা", "last_name": "খাতুন", "type": "private"}
    message = {
        "message_id": update_id % 1000,
        "from": person,
        "chat": chat,
        "date": 1_763_445_600,
        "text": "/latest খেলা",
        "entities": [{"offset": 0, "length": 7, "type": "bot_command"}],
    }
    return json.dumps({"update_id": update_id, "message": message}, ensure_ascii=False).encode()


async def serve(variant: str, redis_url: str) -> None:
    """The receiving process: prints its port and serves until it is ended."""
    redis = await connect(redis_url)
    handler: Handler
    if variant == "ours":
        handler = webhook_handler(RedisInbox(redis, "telegram:1"), BotIdentity(id=1, username="bench_bot"), SECRET)
    elif variant == "bare":

        async def handler(request: web.Request) -> web.StreamResponse:
            await redis.xadd("bench", {"u": await request.read()})
            return web.Response()
    else:
        from telegram import Update

        async def handler(request: web.Request) -> web.StreamResponse:
            update = Update.de_json(json.loads(await request.read()), None)
            await redis.xadd("bench", {"u": update.to_json()})
            return web.Response()

    app = web.Application()
    app.router.add_post(PATH, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


class _Connection(asyncio.Protocol):
    """One of Telegram's: posts the next update when the last one is acknowledged."""

    def __init__(self, requests: Callable[[], bytes | None], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._done = done
        self.acknowledged = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 200"):
            self._transport.close()
            self._done.set_exception(RuntimeError(f"the update was not taken: {data[:100]!r}"))
        elif data.endswith(b"\r\n\r\n"):  # the answers have no body
            self.acknowledged += 1
            self._next()

    def _next(self) -> None:
        request = self._requests()
        if request is not None:
            self._transport.write(request)
        elif not self._done.done():
            self._transport.close()
            self._done.set_result(None)


async def load(port: int, first_id: int) -> tuple[int, float]:
    """Post updates for SECONDS: how many were acknowledged, and in how many seconds."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Type: application/json\r\n"
    begun = time.perf_counter()
    update_id = first_id

    def requests() -> bytes | None:
        nonlocal update_id
        if time.perf_counter() - begun > SECONDS:
            return None
        update_id += 1
        body = an_update(update_id)
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    loop = asyncio.get_running_loop()
    finished = [loop.create_future() for _ in range(CONNECTIONS)]
    protocols = [
        (await loop.create_connection(lambda done=done: _Connection(requests, done), "127.0.0.1", port))[1]
        for done in finished
    ]
    await asyncio.gather(*finished)
    return sum(protocol.acknowledged for protocol in protocols), time.perf_counter() - begun


def cpu_seconds(pid: int) -> float:
    """User and system time of a process (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure() -> dict[str, list[tuple[float, float]]]:
    """Per variant, per round: updates a second, and updates per CPU-second of the receiving process."""
    results: dict[str, list[tuple[float, float]]] = {variant: [] for variant in VARIANTS}
    first_id = 1
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedRedis(Path(folder)) as redis:
            for _ in range(ROUNDS):
                for variant in VARIANTS:
                    server = await asyncio.create_subprocess_exec(
                        sys.executable, "-m", __name__ if __name__ != "__main__" else "bench.telegram_webhook",
                        "serve", variant, redis.url, stdout=asyncio.subprocess.PIPE,
                    )  # fmt: skip
                    assert server.stdout is not None
                    try:
                        port = int(await server.stdout.readline())
                        before = cpu_seconds(server.pid)
                        count, seconds = await load(port, first_id)
                        first_id += 1_000_000
                        results[variant].append((count / seconds, count / (cpu_seconds(server.pid) - before)))
                    finally:
                        server.terminate()
                        await server.wait()
    return results


def main() -> None:
    results = uvloop.run(measure())
    rates = {variant: statistics.median(rate for rate, _ in rounds) for variant, rounds in results.items()}
    per_core = {variant: statistics.median(core for _, core in rounds) for variant, rounds in results.items()}
    show(
        f"Telegram webhook, median of {ROUNDS} rounds of {SECONDS:.0f} s, {CONNECTIONS} connections",
        ("receiver", "updates/s", "updates per CPU-second", "of bare"),
        [(name, round(rates[name]), round(per_core[name]), per_core[name] / per_core["bare"]) for name in VARIANTS],
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        uvloop.run(serve(sys.argv[2], sys.argv[3]))
    else:
        main()
