"""Replies while a broadcast goes out at Telegram's 30 a second: how long readers wait, ours and the library's limiter.

    ours            the worker and replies, two parties to one budget in Redis
    one by one      python-telegram-bot's `AIORateLimiter`; the broadcast is a loop that sends one message after another
    all at once     the same; the broadcast is gathered, as it must be where an answer takes longer than an interval

Each against the sandbox, which has the real limits, one after the other. A reply is asked for four times a second,
before the broadcast and during it, whether or not the one before has come.
"""

from __future__ import annotations

import asyncio
import math
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop
from telegram.ext import AIORateLimiter, ExtBot

from bench.delivery import FIRST, Newsroom, a_newsroom, sandbox
from bench.tables import show
from newsbot.channels.http_exchange import open_session
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.delivery.pacing import FREE_RATE
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.message import IncomingMessage, Kind, Span, TextReply
from newsbot.domain.subscriber import Address
from newsbot.garbage_collection import settle_down
from newsbot.observability import configure_logging
from newsbot.sandbox import DEMO_TOKEN

READERS = 840  #: of the broadcast: 28 seconds
CALLERS = FIRST + 100_000
ASK_EVERY = 0.25  #: seconds
IDLE, BUSY = 100, 100  #: replies
BEGUN = 1.0  #: seconds of the broadcast before the first reply
TEXT = "সর্বশেষ"

Send = Callable[[int], Awaitable[object]]


@dataclass
class Shown:
    idle: list[float] = field(default_factory=list)  #: milliseconds of each reply
    busy: list[float] = field(default_factory=list)
    seconds: float = 0.0
    counters: dict[str, int] = field(default_factory=dict)


async def replies(send: Send, first: int, count: int) -> list[float]:
    async def one(reader: int) -> float:
        began = time.perf_counter()
        await send(reader)
        return (time.perf_counter() - began) * 1000

    asked = []
    for reader in range(first, first + count):
        asked.append(asyncio.create_task(one(reader)))
        await asyncio.sleep(ASK_EVERY)
    return list(await asyncio.gather(*asked))


async def shown(control: str, reply: Send, broadcast: Callable[[], Awaitable[object]]) -> Shown:
    async with open_session() as session:
        for first, count in ((FIRST, READERS), (CALLERS, IDLE + BUSY)):
            users = {"first_id": first, "count": count}
            async with session.post(f"{control}/virtual-users", json=users) as answer:
                assert answer.status == 200, await answer.text()
        found = Shown(await replies(reply, CALLERS, IDLE))
        began = time.perf_counter()

        async def all_of_it() -> None:
            await broadcast()
            found.seconds = time.perf_counter() - began

        sending = asyncio.create_task(all_of_it())
        await asyncio.sleep(BEGUN)
        found.busy = await replies(reply, CALLERS + IDLE, BUSY)
        await sending
        async with session.get(f"{control}/counters") as answer:
            found.counters = await answer.json()
    return found


async def ours(newsroom: Newsroom, url: str) -> Shown:
    await newsroom.readers(FIRST, READERS, "replies")
    async with open_session() as session:
        api = TelegramApi(session, DEMO_TOKEN, api_url=url)
        channel = TelegramChannel(api, pacing=RedisPacing(newsroom.redis, "telegram:10000", FREE_RATE))
        text = TextReply(paragraphs=((Span(TEXT),),))

        async def reply(reader: int) -> None:
            address = Address("telegram", str(reader))
            incoming = IncomingMessage(event_id=str(reader), address=address, kind=Kind.TEXT)
            await channel.reply(incoming, (text,))

        async def broadcast() -> None:
            alert = await newsroom.alert("replies")
            await newsroom.deliver(alert, TelegramPusher(api), rate=FREE_RATE, in_flight=FREE_RATE)

        return await shown(f"{url}/sandbox/telegram", reply, broadcast)


@asynccontextmanager
async def library(url: str) -> AsyncIterator[ExtBot[Any]]:
    limiter = AIORateLimiter(overall_max_rate=FREE_RATE, overall_time_period=1, max_retries=20)
    async with ExtBot(DEMO_TOKEN, base_url=f"{url}/bot", rate_limiter=limiter) as bot:
        yield bot


async def one_by_one(url: str) -> Shown:
    async with library(url) as bot:

        async def broadcast() -> None:
            for reader in range(FIRST, FIRST + READERS):
                await bot.send_message(reader, TEXT)

        return await shown(f"{url}/sandbox/telegram", lambda reader: bot.send_message(reader, TEXT), broadcast)


async def all_at_once(url: str) -> Shown:
    async with library(url) as bot:

        async def broadcast() -> None:
            await asyncio.gather(*(bot.send_message(reader, TEXT) for reader in range(FIRST, FIRST + READERS)))

        return await shown(f"{url}/sandbox/telegram", lambda reader: bot.send_message(reader, TEXT), broadcast)


def p99(found: list[float]) -> float:
    """The 99th in a hundred; of fewer, the longest."""
    return sorted(found)[math.ceil(len(found) * 0.99) - 1]


async def measure(folder: Path) -> None:
    rows = []
    async with a_newsroom(folder) as newsroom:
        settle_down()  # as the program does
        contenders: dict[str, Callable[[str], Awaitable[Shown]]] = {
            "ours": lambda url: ours(newsroom, url),
            "one by one": one_by_one,
            "all at once": all_at_once,
        }
        for name, contender in contenders.items():
            with sandbox() as url:
                found = await contender(url)
            rows.append(
                (
                    name,
                    statistics.median(found.idle),
                    p99(found.idle),
                    statistics.median(found.busy),
                    p99(found.busy),
                    p99(found.busy) - p99(found.idle),
                    found.seconds,
                    found.counters["worst_second"],
                    found.counters["refused"],
                )
            )
    head = ["who", "idle p50", "p99", "during p50", "p99", "more at p99", "broadcast s", "worst second", "429s"]
    show(f"A reply, ms, while {READERS} readers are sent to at {FREE_RATE} a second", head, rows)


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
