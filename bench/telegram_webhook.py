"""Webhook updates per second and core, through real HTTP into a durable inbox, beside two simpler receivers.

    ours        the webhook handler with the Redis inbox: secret, size, parsing, once per update, then 200
    bare        an aiohttp handler that does one XADD of the raw body: the least that is durable
    library     json → telegram.Update, as python-telegram-bot's own server does, then the XADD

Each runs in a process of its own, with uvloop, against one embedded server (AOF, fsync always); 40 connections, as many
as Telegram opens. The CPU time is the receiving process's alone: client and Redis have the other core.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import uvloop
from aiohttp import web

from bench import webhook_load
from bench.tables import show
from bench.webhook_load import CONNECTIONS, Handler, cpu_seconds, load, receiving
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.channels.telegram.receiver import BotIdentity
from newsbot.channels.telegram.webhook import PATH, SECRET_HEADER, webhook_handler
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.redis_client import connect

VARIANTS = ("ours", "bare", "library")
SECRET = "a-secret-of-the-benchmark"
SECONDS = 3.0  #: a round
ROUNDS = 3


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
    """The receiving process."""
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

    await webhook_load.serve({("POST", PATH): handler})


def requests_from(update_id: int) -> Iterator[bytes]:
    """Whole HTTP requests, an update each."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Type: application/json\r\n"
    for number in count(update_id):
        body = an_update(number)
        yield f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def measure() -> dict[str, list[tuple[float, float]]]:
    """Per variant, per round: updates a second, and updates per CPU-second of the receiving process."""
    results: dict[str, list[tuple[float, float]]] = {variant: [] for variant in VARIANTS}
    first_id = 1
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedRedis(Path(folder)) as redis:
            for _ in range(ROUNDS):
                for variant in VARIANTS:
                    command = (sys.executable, "-m", "bench.telegram_webhook", "serve", variant, redis.url)
                    async with receiving(*command) as (port, pid):
                        before = cpu_seconds(pid)
                        requests = requests_from(first_id)
                        taken, seconds = await load(port, requests, seconds=SECONDS, ending=b"\r\n\r\n")
                        first_id += 1_000_000
                        results[variant].append((taken / seconds, taken / (cpu_seconds(pid) - before)))
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
