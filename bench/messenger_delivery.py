"""Bulk sends to Messenger per second, beside a plain loop that posts the same bodies.

    ours     the worker: ledger with windows and pace in a real Redis, alerts in SQLite, bodies reused, usage read
    bare     aiohttp in a loop of as many tasks, which post the same bodies: no ledger, no pace, no windows
    tuned    the same over our session

All in this process, one after the other, round by round, on uvloop, with the same number of connections: against a
sink, which shows what we cost, and against the Graph sandbox without its limits, which checks each message and is
therefore what is measured there. Both are processes of their own.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import aiohttp
import uvloop
from aiohttp import web

from bench.delivery import CARD, CONNECTIONS, FIRST, Newsroom, a_newsroom, side_by_side
from bench.sink import sink
from bench.tables import show
from newsbot.bootstrap import utc_now
from newsbot.channels.channel import Operation
from newsbot.channels.http_exchange import open_session
from newsbot.channels.messenger.governor import Governor
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.pusher import MessengerPusher
from newsbot.channels.messenger.requests import body_of
from newsbot.delivery.permits import window_after
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.subscriber import Address
from newsbot.domain.window import Opener
from newsbot.garbage_collection import settle_down
from newsbot.observability import configure_logging
from newsbot.sandbox.messenger import GraphLimits, GraphState, PageAccount, ReaderSide, create_messenger_app

PAGE = PageAccount()
ROUNDS = 3
SINK, SANDBOX = 10_000, 2_000  #: messages of a round
TOUCHED_AT_ONCE = 64
WANTED = {"bare": "at least 0.8"}

Contender = Callable[[str, int, int], Awaitable[float]]


def _graph(session: aiohttp.ClientSession, url: str, pacing: RedisPacing | None = None) -> GraphApi:
    watch = Governor(pacing).watch if pacing is not None else None
    return GraphApi(session, PAGE.id, PAGE.token, PAGE.app_secret, url, watch=watch)


async def readers_of_a_round(newsroom: Newsroom, count: int, first: int) -> None:
    """Subscribed, and their windows open."""
    await newsroom.readers(first, count, f"round-{first}")
    now = utc_now()
    window = window_after(Opener.MESSAGE, now)
    for start in range(first, first + count, TOUCHED_AT_ONCE):
        addresses = [Address(newsroom.channel, str(start + one)) for one in range(TOUCHED_AT_ONCE)]
        await asyncio.gather(*(newsroom.subscribers.touch(one, now=now, window=window) for one in addresses))


async def ours(newsroom: Newsroom, url: str, count: int, first: int) -> float:
    pacing = RedisPacing(newsroom.redis, f"messenger:{PAGE.id}", 1e6)
    async with open_session() as session:
        pusher = MessengerPusher(_graph(session, url, pacing))
        alert = await newsroom.alert(f"round-{first}")
        clock = await newsroom.deliver(alert, pusher, rate=1e6, in_flight=500, connections=CONNECTIONS)
    return clock.seconds


async def bare(opened: Callable[[], aiohttp.ClientSession], url: str, count: int, first: int) -> float:
    async with opened() as session:
        graph = _graph(session, url)
        head = MessengerPusher(graph).prepare(Operation.SEND, CARD).pieces[0].head
        assert head is not None
        address = f"{url}/{graph.version}/{PAGE.id}/messages"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {PAGE.token}"}

        async def send(number: int) -> None:
            body = body_of(head, str(number - FIRST + first), f"7:1:0:{number - FIRST}")
            async with session.post(address, data=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                await answer.read()

        return await side_by_side(CONNECTIONS, count, send)


async def measured(newsroom: Newsroom, url: str, count: int, first: int) -> list[tuple[str, float, float, float, str]]:
    contenders: dict[str, Contender] = {
        "ours": partial(ours, newsroom),
        "bare": partial(bare, aiohttp.ClientSession),
        "tuned": partial(bare, open_session),
    }
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    costs: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(ROUNDS):
        await readers_of_a_round(newsroom, count, first + number * count)
        for name, contender in contenders.items():
            processor = time.process_time()
            seconds = await contender(url, count, first + number * count)
            rates[name].append(count / seconds)
            costs[name].append((time.process_time() - processor) / count * 1000)
    return [
        (
            name,
            statistics.median(those),
            statistics.median(costs[name]),
            statistics.median(mine / theirs for mine, theirs in zip(rates["ours"], those, strict=True)),
            WANTED.get(name, ""),
        )
        for name, those in rates.items()
    ]


@contextmanager
def sandbox() -> Iterator[str]:
    """In another process, without limits; its address."""
    command = [sys.executable, "-m", "bench.messenger_delivery", "sandbox"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


async def serve() -> None:
    """The Graph sandbox with all the readers of the rounds, their windows open."""
    state = GraphState.open(limits=GraphLimits(per_second=0, media_per_second=0, calls_per_reader=0))
    readers = ReaderSide(state)
    for number in range(ROUNDS * SANDBOX):
        readers.add_person("পাঠক", person_id=str(FIRST + number), started=True)
    runner = web.AppRunner(create_messenger_app(state), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.sleep(timedelta(hours=1).total_seconds())


async def measure(folder: Path) -> None:
    head = ["who", "messages a second", "CPU ms each", "ours to theirs", "wanted"]
    async with a_newsroom(folder, "messenger", PAGE.id, windows=True) as newsroom:
        settle_down()  # as the program does
        with sandbox() as url:
            title = f"Messages to the Graph sandbox without limits, {CONNECTIONS} connections, {ROUNDS} rounds, medians"
            show(title, head, await measured(newsroom, url, SANDBOX, FIRST))
        with sink("messenger") as url:
            title = f"Messages to a sink, {CONNECTIONS} connections, {ROUNDS} rounds, medians"
            show(title, head, await measured(newsroom, url, SINK, FIRST + 1_000_000))


def main() -> None:
    configure_logging(level="error")
    if sys.argv[1:] == ["sandbox"]:
        uvloop.run(serve())
        return
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
