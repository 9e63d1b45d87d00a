"""Messenger events per second and core, through real HTTP into a durable inbox, beside simpler receivers.

    ours        the webhook with the Redis inbox: signature, size, taking apart, once per event, then 200
    batched     the same, twenty events in one body, as the platform sends them when it is busy
    bare        an aiohttp handler that does one XADD of the raw body: the least that is durable
    echoes      ours, with the echoes of our own alerts, as they come back during a broadcast

Each runs in a process of its own, with uvloop, against one embedded server (AOF, fsync always); 40 connections. The CPU
time is the receiving process's alone: client and Redis have the other core. Bodies are made and signed beforehand.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvloop
from aiohttp import web

from bench import webhook_load
from bench.tables import show
from bench.webhook_load import CONNECTIONS, Handler, cpu_seconds, load, receiving
from newsbot.channels.messenger.receiver import PageIdentity
from newsbot.channels.messenger.signature import SIGNATURE_HEADER, sign
from newsbot.channels.messenger.webhook import PATH, RECEIVED, MessengerWebhook
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.observability import Metrics
from newsbot.redis_client import connect

VARIANTS = {"ours": 1, "batched": 20, "bare": 1, "echoes": 1}  #: events in a body
PAGE = "105550001112223"
SECRET = "0123456789abcdef0123456789abcdef"
SECONDS = 3.0  #: a round
ROUNDS = 3
MOST = 40_000  #: events prepared for a round: more than are ever taken


def an_item(variant: str, number: int) -> dict[str, object]:
    """A reader's message of usual size, or the echo of an alert: 300 to 600 bytes on the wire."""
    reader = str(6_000_000_000_000_000 + number % 5_000)
    mid = f"m_{number:0120d}"
    moment = 1_763_445_600_000 + number
    if variant == "echoes":
        text = "সেতু খুলে দেওয়া হলো, যান চলাচল শুরু"
        echo = {"is_echo": True, "app_id": 99, "mid": mid, "metadata": f"12:0:3:{number % 65_536}", "text": text}
        return {"sender": {"id": PAGE}, "recipient": {"id": reader}, "timestamp": moment, "message": echo}
    message = {"mid": mid, "text": "আজকের খেলার ৫টি খবর"}
    return {"sender": {"id": reader}, "recipient": {"id": PAGE}, "timestamp": moment, "message": message}


def requests_of(variant: str, first: int) -> Iterator[bytes]:
    """Whole HTTP requests, signed."""
    size = VARIANTS[variant]
    for start in range(first, first + MOST, size):
        items = [an_item(variant, number) for number in range(start, start + size)]
        entry = {"id": PAGE, "time": 1_763_445_600_000 + start, "messaging": items}
        body = json.dumps({"object": "page", "entry": [entry]}, separators=(",", ":")).encode()
        head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\n{SIGNATURE_HEADER}: {sign(SECRET, body)}\r\n"
        yield f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def serve(variant: str, redis_url: str) -> None:
    """The receiving process."""
    redis = await connect(redis_url)
    if variant == "bare":

        async def handler(request: web.Request) -> web.StreamResponse:
            await redis.xadd("bench", {"u": await request.read()})
            return web.Response(text=RECEIVED)

        handlers: dict[tuple[str, str], Handler] = {("POST", PATH): handler}
    else:
        inbox = RedisInbox(redis, f"messenger:{PAGE}")
        page = PageIdentity(PAGE, "99")
        webhook = MessengerWebhook(inbox, page, app_secrets=(SECRET,), verify_token="bench", metrics=Metrics())
        handlers = dict(webhook.handlers())
    await webhook_load.serve(handlers)


async def measure() -> dict[str, list[tuple[float, float]]]:
    """Per variant, per round: events a second, and events per CPU-second of the receiving process."""
    results: dict[str, list[tuple[float, float]]] = {variant: [] for variant in VARIANTS}
    first = 1
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedRedis(Path(folder)) as redis:
            for _ in range(ROUNDS):
                for variant, size in VARIANTS.items():
                    prepared = list(requests_of(variant, first))
                    first += MOST
                    command = (sys.executable, "-m", "bench.messenger_webhook", "serve", variant, redis.url)
                    async with receiving(*command) as (port, pid):
                        before = cpu_seconds(pid)
                        taken, seconds = await load(port, iter(prepared), seconds=SECONDS, ending=RECEIVED.encode())
                        events = taken * size
                        results[variant].append((events / seconds, events / (cpu_seconds(pid) - before)))
    return results


def main() -> None:
    results = uvloop.run(measure())
    rates = {variant: statistics.median(rate for rate, _ in rounds) for variant, rounds in results.items()}
    per_core = {variant: statistics.median(core for _, core in rounds) for variant, rounds in results.items()}
    show(
        f"Messenger webhook, median of {ROUNDS} rounds of {SECONDS:.0f} s, {CONNECTIONS} connections",
        ("receiver", "events/s", "events per CPU-second", "of bare"),
        [(name, round(rates[name]), round(per_core[name]), per_core[name] / per_core["bare"]) for name in VARIANTS],
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        uvloop.run(serve(sys.argv[2], sys.argv[3]))
    else:
        main()
