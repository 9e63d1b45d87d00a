"""`newsbot rehearse`: sets the stage, has the alert sent while things go wrong, and reports."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import aiohttp
import typer

from newsbot.bootstrap import Parts
from newsbot.channel_account import in_flight
from newsbot.config import load_settings
from newsbot.delivery.pacing import FREE_RATE
from newsbot.domain.alert import Alert, Outcome
from newsbot.domain.subscriber import Address
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.errors import NewsbotError, StoreError
from newsbot.redis_client import close, connect
from newsbot.rehearsal.judge import Judge
from newsbot.rehearsal.measuring import Meter
from newsbot.rehearsal.player import Player
from newsbot.rehearsal.report import Report, in_words, median, percentile
from newsbot.rehearsal.script import Script
from newsbot.rehearsal.stage import (
    FIRST_CALLER,
    FIRST_GROUP,
    FIRST_READER,
    TOPIC,
    Stage,
    Troupe,
    bot_settings,
    empty_folder,
    free_ports,
    only,
    shift_file,
    the_sandbox,
    write_subscribers,
)

T = TypeVar("T")

NOTHING_GOES_WRONG: Final = Script("")
WORDS: Final = "মহড়া: এটি একটি পরীক্ষামূলক সতর্কবার্তা।"  #: what the simulated readers are told
CALLERS: Final = 200  #: people who ask for the news meanwhile, one after another: none is told to slow down
ASK_EVERY: Final = 0.25  #: seconds, while the alert goes out
ASK_IDLE: Final = 0.1  #: seconds, before
IDLE: Final = 60  #: replies at most that are timed before anything is sent
FEW: Final = 10  #: and at least; as many as a twentieth of the readers
FIRST_READ_WITHIN: Final = 30.0  #: seconds after which the sources' first reading is not waited for any more
REPLY_WITHIN: Final = 30.0  #: seconds after which a reply is not waited for any more
COMPARED: Final = 200_000  #: readers at most of whom ledger and sandbox are compared
SLACK: Final = 600.0  #: seconds beyond what the sending takes at this rate before it counts as stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for on the command line."""

    readers: int
    rate: int
    workers: int = 1
    script: Script = NOTHING_GOES_WRONG
    ordinary: bool = False  #: not breaking: what is in doubt is not sent again
    seed: int = 1
    as_json: bool = False
    folder: Path = Path("data/rehearsal")


async def rehearse(wish: Wish) -> bool:
    """Print the report. False when a promise was broken. Raises StartError and ConfigurationError."""

    def say(line: str) -> None:
        typer.echo(line, err=True)

    empty_folder(folder := wish.folder.resolve())
    async with open_stage(folder, wish, say) as (stage, judge, parts):
        report = await _Rehearsal(wish, stage, judge, parts, say).run()
        # Before anything is closed: whatever goes wrong with that, the report is there.
        if wish.as_json:
            typer.echo(json.dumps(report.json(), ensure_ascii=False))
        else:
            typer.echo("\n".join(["", *in_words(report)]))
    return not report.problems


def roles(workers: int) -> tuple[str, ...]:
    """One process does everything, or several share the work."""
    return ("all",) if workers == 1 else ("bot", "ingest", "web", *["deliver"] * workers)


@asynccontextmanager
async def open_stage(folder: Path, wish: Wish, say: Callable[[str], None]) -> AsyncIterator[tuple[Stage, Judge, Parts]]:
    """Everything that a rehearsal runs, in an empty folder, with its readers subscribed. `say` tells people."""
    async with AsyncExitStack() as stack:
        say("The sandbox and a Redis server start…")
        those = roles(wish.workers)
        port = free_ports(len(those))
        address = await stack.enter_async_context(the_sandbox(folder, port))
        redis = await stack.enter_async_context(EmbeddedRedis(folder / "bot"))
        settings = bot_settings(folder, redis.url, wish.rate, port)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        judge = Judge(session, address, WORDS)
        await _people(judge, wish)
        troupe = Troupe(folder, settings, those, shift_file(folder))
        stage = Stage(folder, address, settings, redis, troupe)
        say(f"{wish.readers:,} simulated readers subscribe…")
        write_subscribers(folder / "readers.jsonl", wish.readers, wish.script.groups, datetime.now(UTC).isoformat())
        await stage.command("subscribers", "import", str(folder / "readers.jsonl"))
        those_are = f"{len(those)} processes, the first" if len(those) > 1 else "1 process,"
        say(f"The program starts, as {those_are} with http://127.0.0.1:{port}/readyz…")
        await stack.enter_async_context(troupe)
        await troupe.ready()
        with only(settings):
            parts = await stack.enter_async_context(Parts(load_settings(None)))
        yield stage, judge, parts


async def _people(judge: Judge, wish: Wish) -> None:
    share = wish.script.blocked
    await judge.post("/virtual-users", first_id=FIRST_READER, count=wish.readers, blocked=share, seed=wish.seed)
    await judge.post("/virtual-users", first_id=FIRST_CALLER, count=CALLERS)
    for number in range(wish.script.groups):
        await judge.post("/groups", title=f"দল {number + 1}", chat_id=FIRST_GROUP - number, kind="group")
    if wish.rate > FREE_RATE:
        await judge.put("/limits", paid_per_second=wish.rate)
    else:
        await judge.put("/limits", per_second=wish.rate)


class _Rehearsal:
    def __init__(self, wish: Wish, stage: Stage, judge: Judge, parts: Parts, say: Callable[[str], None]) -> None:
        self._wish = wish
        self._stage = stage
        self._judge = judge
        self._parts = parts
        self._say = say
        self._audience = wish.readers + wish.script.groups

    async def run(self) -> Report:
        await self._sources_read()
        async with _beside(self._judge.follow()):
            first = min(IDLE, max(FEW, self._wish.readers // 20))
            self._say(f"{first} replies while nothing is sent…")
            await self._ask(first)
            await self._answered()
            idle = self._judge.forget_replies()
            redis = await connect(self._stage.redis.url)
            meter = Meter(self._stage.troupe, redis)
            try:
                await meter.look()
                meter.begin()
                alert = await self._broadcast()
                async with _beside(meter.watch(), self._ask_on()):
                    await self._go_out(alert)
                await meter.look()
            finally:
                await close(redis)
            await self._answered()
        # Not beside `follow`: two who read the same would count it twice.
        while await self._judge.look():
            pass
        return await self._report(await _patiently(partial(self._get, alert)), meter, idle)

    async def _sources_read(self) -> None:
        """Until each was read once: it keeps a processor busy for seconds, and comes with a start, not an alert."""
        store, sources = await self._parts.articles(), self._parts.newsroom.sources
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_READ_WITHIN):
                while True:
                    states = await store.source_states()
                    if all(source.id in states and states[source.id].known for source in sources):
                        return
                    await asyncio.sleep(0.25)

    async def _broadcast(self) -> int:
        arguments = ["broadcast", "--text", WORDS, "--yes", "--topic", TOPIC]
        said = await self._stage.command(*arguments, *(() if self._wish.ordinary else ("--breaking",)))
        found = re.search(r"Broadcast (\d+) is handed over", said)
        if found is None:
            raise NewsbotError(f"the program would not broadcast: {said.strip()}")
        return int(found[1])

    async def _go_out(self, alert: int) -> None:
        judge = self._judge
        self._say(f"The alert goes out to {self._audience:,}, at {self._wish.rate:,} a second…")
        player = Player(
            self._stage,
            judge,
            share=lambda: len(judge.copies) / self._audience,
            elapsed=lambda: time.time() - judge.first_at if judge.first_at else 0.0,
            say=self._say,
            seed=self._wish.seed,
        )
        self._player = player
        playing = asyncio.create_task(player.play(self._wish.script.drawn(self._wish.seed).playable))
        try:
            limit = self._audience / self._wish.rate * 3 + SLACK
            async with asyncio.timeout(limit):
                await self._until_over(alert)
        except TimeoutError:
            self._say("It does not come to its end; here is how far it got.")
        finally:
            playing.cancel()
            with suppress(asyncio.CancelledError):
                await playing

    async def _until_over(self, alert: int) -> None:
        told = time.monotonic()
        while True:
            with suppress(StoreError):
                found = await (await self._parts.alerts()).get(alert)
                if found is not None and found.state.final and found.totals is not None:
                    return
            if time.monotonic() - told > 10:
                told = time.monotonic()
                self._say(f"{len(self._judge.copies):,} of {self._audience:,} readers have it")
            await asyncio.sleep(0.25)

    # --- replies -----------------------------------------------------------------------------------------------------

    async def _ask(self, times: int) -> None:
        for number in range(times):
            await self._ask_one(number, ASK_IDLE)

    async def _ask_on(self) -> None:
        number = IDLE
        while True:
            await self._ask_one(number, ASK_EVERY)
            number += 1

    async def _ask_one(self, number: int, pause: float) -> None:
        # The sandbox may be busy; a question more or less is nothing.
        with suppress(aiohttp.ClientError, TimeoutError):
            await self._judge.ask(FIRST_CALLER + number % CALLERS, "/help")
        await asyncio.sleep(pause)

    async def _answered(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(REPLY_WITHIN):
                await self._judge.all_answered()

    # --- the end -----------------------------------------------------------------------------------------------------

    async def _get(self, number: int) -> Alert:
        alert = await (await self._parts.alerts()).get(number)
        assert alert is not None
        return alert

    async def _report(self, alert: Alert, meter: Meter, idle: list[float]) -> Report:
        judge, wish, settings = self._judge, self._wish, self._parts.settings
        totals = alert.totals or await (await self._parts.ledger("telegram")).totals(alert.id)
        skipped, disagreements, compared = await self._compare(alert)
        counters = await judge.get("/counters")
        span = max(judge.last_at - judge.first_at, 0.001)
        sent = sum(judge.copies.values())
        during = [judge.seconds[second] for second in range(int(judge.first_at), int(judge.last_at) + 1)]
        at = judge.reached_at
        return Report(
            readers=wish.readers,
            rate=wish.rate,
            workers=wish.workers,
            faults=wish.script.name,
            seed=wish.seed,
            audience=totals.audience,
            sent=len(judge.copies),
            skipped=skipped + totals.skipped + max(0, self._audience - totals.audience),
            duplicates=sent - len(judge.copies),
            unknown=totals.unknown,
            refused={one.name.lower(): count for one, count in totals.outcomes.items() if one.refused},
            other={
                one.name.lower(): count
                for one, count in totals.outcomes.items()
                if not one.refused and one not in (Outcome.SENT, Outcome.UNKNOWN)
            },
            disagreements=disagreements,
            compared=compared,
            bound=in_flight(settings.delivery.in_flight, settings.telegram.rate),
            deaths=self._stage.troupe.deaths,
            disturbed=await self._player.disturbed(),
            utilisation=(sent + judge.other) / (span * wish.rate),
            worst_second=counters["worst_second"],
            too_many_requests=counters["refused"],
            seconds_to_half=at[(len(at) - 1) // 2] - judge.first_at if at else 0.0,
            seconds_to_all=at[-1] - judge.first_at if at else 0.0,
            reply_p50_idle_ms=median(idle),
            reply_p99_idle_ms=percentile(idle, 0.99),
            reply_p50_ms=median(judge.replies),
            reply_p99_ms=percentile(judge.replies, 0.99),
            replies=len(judge.replies),
            worker_cpu_s_per_1000=meter.cpu_seconds / max(sent, 1) * 1000,
            worker_rss_mb=meter.usage.rss_mb,
            redis_round_trips_per_message=meter.redis_reads / max(sent, 1),
            redis_commands_per_message=meter.redis_commands / max(sent, 1),
            ended=alert.state.value,
            curve=during,
            played=self._player.played,
            missed=self._player.missed,
            failed=self._player.failed,
        )

    async def _compare(self, alert: Alert) -> tuple[int, int, int]:
        """(skipped, disagreements, compared): each reader's outcome in the ledger beside what the sandbox saw."""
        ledger, subscribers = await self._parts.ledger("telegram"), await self._parts.subscribers()

        async def outcome(reader: int) -> Outcome | None:
            for chat in self._judge.ids(reader):
                if (subscriber := await subscribers.get(Address("telegram", str(chat)))) is not None:
                    return (await ledger.fate(alert.id, subscriber.slot)).outcome
            return None

        groups = range(FIRST_GROUP, FIRST_GROUP - self._wish.script.groups, -1)
        readers = [*groups, *range(FIRST_READER, FIRST_READER + min(self._wish.readers, COMPARED))]
        skipped = disagreements = 0
        for start in range(0, len(readers), 200):
            batch = readers[start : start + 200]
            found = await asyncio.gather(*(_patiently(partial(outcome, one)) for one in batch))
            for reader, told in zip(batch, found, strict=True):
                got = self._judge.copies[reader]
                match told:
                    case Outcome.SENT:
                        disagreements += got == 0
                    case Outcome.UNKNOWN:
                        pass
                    case None:
                        skipped += got == 0
                        disagreements += got > 0
                    case _:
                        disagreements += got > 0
        return skipped, disagreements, len(readers)


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Servers may still be coming back."""
    for _ in range(40):
        try:
            return await ask()
        except StoreError:
            await asyncio.sleep(0.5)
    return await ask()


@asynccontextmanager
async def _beside(*work: Awaitable[None]) -> AsyncIterator[None]:
    """Run these until the end of the block."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
