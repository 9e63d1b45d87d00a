"""Bulk sends per second, beside what others do with the same messages, and what a broadcast at 30/s is like.

    ours        the worker: ledger and pace in a real Redis, alerts in SQLite, bodies reused
    bare        aiohttp in a loop of as many tasks, which post the same bodies: no ledger, no pace
    tuned       the same over our session, which keeps no cookies and sets no timers
    aiogram     `Bot.send_message`
    library     python-telegram-bot's `Bot.send_message` over its own transport

All in this process, one after the other, round by round (so that a busy machine is busy for all of them), on uvloop,
with the same number of connections, against a sink in another process. Then the sandbox, which has the real limits.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardMarkup as AiogramKeyboard
from aiogram.types import LinkPreviewOptions as AiogramPreview
from redis.asyncio import Redis
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.request import HTTPXRequest

from bench.sink import sink
from bench.tables import show
from newsbot.bootstrap import utc_now
from newsbot.channels.channel import Operation, Pusher
from newsbot.channels.http_exchange import open_session
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.channels.telegram.renderer import render
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.database import open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.composer import Composed, Variant
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.delivery.worker import DeliveryWorker
from newsbot.domain.alert import Alert, AlertClass, AlertKind, AlertState, Audience, NewAlert
from newsbot.domain.message import Button, CardReply, IncomingMessage, Kind, Span, TextReply
from newsbot.domain.subscriber import Address, Preferences
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.garbage_collection import settle_down
from newsbot.observability import Metrics, configure_logging
from newsbot.redis_client import connect
from newsbot.sandbox import DEMO_TOKEN as SANDBOX_TOKEN
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.states import Imported

CONNECTIONS = 64
ROUNDS = 3
MESSAGES = {"ours": 20_000, "bare": 20_000, "tuned": 20_000, "aiogram": 2_000, "library": 400}
WANTED = {"library": 10.0, "aiogram": 3.0, "bare": 0.8}
FIRST = 5_000_000_000
AT_30 = 300  #: readers of the broadcast at 30/s
REPLIES = 60
TOKEN = "10000:token-of-the-benchmark"

CARD = CardReply(
    kicker="নদীবন্দর কাপ",
    headline="শেষ ওভারের নাটকে ফাইনালে খুলনা",
    summary="শেষ ছয় বলে দরকার ছিল ১৪ রান। দুই বল বাকি থাকতেই জয় নিশ্চিত করেন অধিনায়ক।",
    source="নদীবার্তা",
    when="মঙ্গলবার (১৮ নভেম্বর), সন্ধ্যা ৭টা ১২ মিনিট",
    url="https://nodibarta.example/khela/101",
    buttons=((Button("পড়ুন", url="https://nodibarta.example/khela/101"), Button("কেন পেলাম?", "w:7")),),
)


class CardComposer:
    async def compose(self, alert: Alert, variant: Variant) -> Composed | None:
        return Composed(Operation.SEND, CARD)


@dataclass
class Newsroom:
    """Stores, and one audience for each round."""

    redis: Redis
    alerts: SqlAlertStore
    subscribers: RedisSubscriberStore
    channel: str = "telegram"
    account: str = "10000"
    windows: bool = False
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def ledger(self) -> RedisLedger:
        return RedisLedger(self.redis, self.channel, self.account, windows=self.windows)

    async def readers(self, first: int, count: int, topic: str) -> None:
        preferences = Preferences(topics=frozenset({topic}), onboarded=True)
        imported = [
            Imported(Address(self.channel, str(number)), utc_now(), preferences)
            for number in range(first, first + count)
        ]
        for start in range(0, count, 1000):
            await self.subscribers.take_over(imported[start : start + 1000], now=utc_now())

    async def alert(self, topic: str) -> Alert:
        now = utc_now()
        new = NewAlert(
            origin=f"broadcast:{topic}",
            kind=AlertKind.BROADCAST,
            cls=AlertClass.BREAKING,
            story=f"broadcast:{topic}",
            expires_at=now + timedelta(hours=1),
            audience=Audience(topics=(topic,)),
        )
        alert = await self.alerts.create(new, now=now)
        ledger = self.ledger
        for segment in await ledger.segments():
            await ledger.freeze(alert, segment, now=now)
        await self.alerts.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=now)
        return alert

    async def deliver(
        self, alert: Alert, pusher: Pusher, *, rate: float, in_flight: int, connections: int | None = None
    ) -> Clock:
        """Until nothing is open; when it sent."""
        clock = Clock()
        ledger = self.ledger
        worker = DeliveryWorker(
            ledger=ledger,
            alerts=self.alerts,
            pacing=RedisPacing(self.redis, f"{self.channel}:{self.account}", rate),
            pusher=pusher,
            composer=CardComposer(),
            subscribers=self.subscribers,
            metrics=self.metrics,
            clock=utc_now,
            in_flight=in_flight,
            connections=connections,
            at=clock,
        )
        task = asyncio.create_task(worker.run())
        while await ledger.open_units(alert.id):
            await asyncio.sleep(0.2)
            if task.done():
                task.result()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        totals = await ledger.totals(alert.id)
        assert totals.sent == totals.audience, totals
        return clock


class Clock:
    """The first request and the last answer."""

    def __init__(self) -> None:
        self.first = 0.0
        self.last = 0.0

    def __call__(self, point: str) -> None:
        if point == "answer_read":
            self.last = time.perf_counter()
        elif point == "request_sent" and not self.first:
            self.first = time.perf_counter()

    @property
    def seconds(self) -> float:
        return self.last - self.first


@asynccontextmanager
async def a_newsroom(
    folder: Path, channel: str = "telegram", account: str = "10000", *, windows: bool = False
) -> AsyncIterator[Newsroom]:
    database = await open_database(None, folder)
    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        subscribers = RedisSubscriberStore(SqlJournal(database, {channel: account}), redis)
        yield Newsroom(redis, SqlAlertStore(database), subscribers, channel, account, windows)
        await redis.aclose()
    await database.close()


# --- as fast as possible ---------------------------------------------------------------------------------------------


async def side_by_side(tasks: int, count: int, send: Callable[[int], Awaitable[object]]) -> float:
    """Seconds for `count` messages by so many tasks."""
    numbers = iter(range(FIRST, FIRST + count))

    async def sender() -> None:
        for number in numbers:
            await send(number)

    began = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(tasks)))
    return time.perf_counter() - began


async def bare(url: str, count: int, session: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession) -> float:
    async with session() as opened:
        prepared = TelegramPusher(TelegramApi(opened, TOKEN, api_url=url)).prepare(Operation.SEND, CARD)
        headers = {"Content-Type": "application/json"}

        async def send(number: int) -> None:
            body = b'%b"chat_id":%d}' % (prepared.head, number)
            async with opened.post(prepared.url, data=body, headers=headers) as answer:
                await answer.read()

        return await side_by_side(CONNECTIONS, count, send)


async def aiogram(url: str, count: int) -> float:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url), limit=CONNECTIONS)
    parameters = _parameters(AiogramKeyboard.model_validate, AiogramPreview.model_validate)
    async with AiogramBot(TOKEN, session=session) as bot:
        return await side_by_side(CONNECTIONS, count, lambda number: bot.send_message(number, **parameters))


async def library(url: str, count: int) -> float:
    request = HTTPXRequest(connection_pool_size=CONNECTIONS, pool_timeout=60)
    parameters = _parameters(InlineKeyboardMarkup.de_json, LinkPreviewOptions.de_json)
    async with Bot(TOKEN, base_url=f"{url}/bot", request=request) as bot:
        return await side_by_side(CONNECTIONS, count, lambda number: bot.send_message(number, **parameters))


def _parameters(keyboard: Callable[[Any], object], preview: Callable[[Any], object]) -> dict[str, Any]:
    """The same message, of the library's own objects, which whoever writes to many makes once."""
    request = render(CARD).request
    assert request is not None
    parameters = request.parameters()
    return {
        "text": parameters["text"],
        "parse_mode": parameters["parse_mode"],
        "reply_markup": keyboard(parameters["reply_markup"]),
        "link_preview_options": preview(parameters["link_preview_options"]),
    }


async def fast(newsroom: Newsroom) -> list[tuple[str, float, float, float, str]]:
    rates: dict[str, list[float]] = {name: [] for name in MESSAGES}
    costs: dict[str, list[float]] = {name: [] for name in MESSAGES}
    for number in range(ROUNDS):
        await newsroom.readers(FIRST + number * MESSAGES["ours"], MESSAGES["ours"], f"round-{number}")
    with sink() as url:
        async with open_session() as session:
            api = TelegramApi(session, TOKEN, api_url=url)

            async def ours(url: str, count: int, number: int = 0) -> float:
                alert = await newsroom.alert(f"round-{number}")
                clock = await newsroom.deliver(
                    alert, TelegramPusher(api), rate=1e6, in_flight=500, connections=CONNECTIONS
                )
                return clock.seconds

            for number in range(ROUNDS):
                contenders = {
                    "ours": partial(ours, number=number),
                    "bare": bare,
                    "tuned": partial(bare, session=open_session),
                    "aiogram": aiogram,
                    "library": library,
                }
                for name, contender in contenders.items():
                    processor = time.process_time()
                    rates[name].append(MESSAGES[name] / await contender(url, MESSAGES[name]))
                    costs[name].append((time.process_time() - processor) / MESSAGES[name] * 1000)
    rows = []
    for name, those in rates.items():
        ratio = statistics.median(ours / theirs for ours, theirs in zip(rates["ours"], those, strict=True))
        wanted = f"at least {WANTED[name]:g}" if name in WANTED else ""
        rows.append((name, statistics.median(those), statistics.median(costs[name]), ratio, wanted))
    return rows


# --- at Telegram's pace ----------------------------------------------------------------------------------------------


@contextmanager
def sandbox() -> Iterator[str]:
    """In another process, with Telegram's limits; its address."""
    command = [sys.executable, "-m", "newsbot.sandbox", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.kill()
        process.wait()


async def paced(newsroom: Newsroom) -> list[tuple[str, float | str]]:
    await newsroom.readers(FIRST + 1_000_000, AT_30, "paced")
    with sandbox() as url:
        async with open_session() as session:
            control = f"{url}/sandbox/telegram"
            users = {"first_id": FIRST + 1_000_000, "count": 2_000}
            async with session.post(f"{control}/virtual-users", json=users) as answer:
                assert answer.status == 200, await answer.text()
            api = TelegramApi(session, SANDBOX_TOKEN, api_url=url)
            channel = TelegramChannel(api, pacing=RedisPacing(newsroom.redis, "telegram:10000", 30))
            idle, _ = await replies(channel, FIRST + 1_000_500)
            alert = await newsroom.alert("paced")
            delivering = asyncio.create_task(newsroom.deliver(alert, TelegramPusher(api), rate=30, in_flight=30))
            await asyncio.sleep(1)
            busy, ends = await replies(channel, FIRST + 1_000_700)
            clock = await delivering
            async with session.get(f"{control}/counters") as answer:
                counters = json.loads(await answer.read())
    during = (AT_30 + sum(end <= clock.last for end in ends)) / clock.seconds
    return [
        ("messages a second, replies among them", during),
        ("of the 30 allowed", during / 30),
        ("most in any second", float(counters["worst_second"])),
        ("429s", float(counters["refused"])),
        ("a reply, p50, idle, ms", statistics.median(idle)),
        ("a reply, p99, idle, ms", statistics.quantiles(idle, n=100)[98]),
        ("a reply, p50, during it, ms", statistics.median(busy)),
        ("a reply, p99, during it, ms", statistics.quantiles(busy, n=100)[98]),
    ]


async def replies(channel: TelegramChannel, first: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each, one after the other, some in a second; and when each was over."""
    took, ends = [], []
    reply = TextReply(paragraphs=((Span("সর্বশেষ", "bold"),),))
    for number in range(first, first + REPLIES):
        incoming = IncomingMessage(event_id=str(number), address=Address("telegram", str(number)), kind=Kind.TEXT)
        began = time.perf_counter()
        await channel.reply(incoming, (reply,))
        ends.append(time.perf_counter())
        took.append((ends[-1] - began) * 1000)
        await asyncio.sleep(0.1)
    return took, ends


async def measure(folder: Path) -> None:
    async with a_newsroom(folder) as newsroom:
        settle_down()  # as the program does
        rows = await fast(newsroom)
        show(
            f"Bulk sends, {CONNECTIONS} connections, {ROUNDS} rounds, medians",
            ["who", "messages a second", "CPU ms each", "ours to theirs", "wanted"],
            rows,
        )
        show("A broadcast at 30 a second, with replies", ["what", "value"], await paced(newsroom))


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
