"""What ten editors who watch a broadcast on their live pages cost the sending.

The same broadcast, at Telegram's paid limit, to the sandbox's readers: once with nobody watching and once with WATCHERS
open pages (server-sent events), again and again, in turns, in one run. One process of the program does everything: it
sends, and serves the pages. Its processor time is counted from the order to send to the end.

BENCH_READERS, BENCH_RATE (a second) and BENCH_ROUNDS are other numbers.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiohttp

from bench.desk_pages import sign_in
from bench.tables import show
from newsbot.bootstrap import Parts
from newsbot.observability import configure_logging
from newsbot.redis_client import connect
from newsbot.rehearsal.judge import Judge
from newsbot.rehearsal.measuring import Meter
from newsbot.rehearsal.stage import TOPIC, Stage
from newsbot.rehearse_command import WORDS, Wish, open_stage

READERS: Final = int(os.environ.get("BENCH_READERS", "10000"))
RATE: Final = int(os.environ.get("BENCH_RATE", "1000"))
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "5"))
WATCHERS: Final = 10
PATIENCE: Final = 300 + 3 * READERS / RATE  #: seconds for a broadcast to end


@dataclass(frozen=True)
class Sending:
    """One broadcast: messages a second, and seconds of the program's processor time for 1,000."""

    rate: float
    cpu: float
    seen: int  #: events that those who watched were sent


def main() -> None:
    configure_logging(level="error")
    asyncio.run(_measure())


async def _measure() -> None:
    found: dict[int, list[Sending]] = {0: [], WATCHERS: []}
    wish = Wish(readers=READERS, rate=RATE)
    with tempfile.TemporaryDirectory(prefix="newsbot-bench-watching-") as folder:
        stage_of = open_stage(Path(folder), wish, lambda line: print(line, flush=True))
        async with stage_of as (stage, _, parts), aiohttp.ClientSession() as http:
            house = _House(stage, http, parts)
            async with house.ten_editors() as editors:
                await house.send([])  # until everything has run once
                for number in range(ROUNDS):
                    for watchers in (0, WATCHERS) if number % 2 == 0 else (WATCHERS, 0):
                        found[watchers].append(await house.send(editors[:watchers]))
                        print(watchers, found[watchers][-1], flush=True)
    _tell(found)


def _tell(found: dict[int, list[Sending]]) -> None:
    alone, watched = found[0], found[WATCHERS]
    rates = [statistics.median(one.rate for one in several) for several in (alone, watched)]
    cpus = [statistics.median(one.cpu for one in several) for several in (alone, watched)]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    show(
        f"A broadcast to {READERS:,} at {RATE:,} a second, medians of {ROUNDS} rounds in turns (load {load})",
        ("", "nobody watches", f"{WATCHERS} watch", "ratio"),
        [
            ("messages a second", *rates, rates[1] / rates[0]),
            ("CPU seconds for 1,000", *cpus, cpus[1] / cpus[0]),
            ("the same, the least of a round", *_least(alone, watched)),
        ],
    )


def _least(alone: list[Sending], watched: list[Sending]) -> tuple[float, float, float]:
    """What a busy machine disturbed least."""
    least = [min(one.cpu for one in several) for several in (alone, watched)]
    return least[0], least[1], least[1] / least[0]


class _House:
    def __init__(self, stage: Stage, http: aiohttp.ClientSession, parts: Parts) -> None:
        self._stage = stage
        self._http = http
        self._parts = parts
        self._sent = 0
        self.address = f"http://127.0.0.1:{stage.settings['NEWSBOT_WEB__PORT']}"

    @asynccontextmanager
    async def ten_editors(self) -> AsyncIterator[list[aiohttp.ClientSession]]:
        redis = await connect(self._stage.redis.url)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(redis.aclose)
            editors = []
            for _ in range(WATCHERS):
                jar = aiohttp.CookieJar(unsafe=True)
                http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
                await sign_in(http, self.address, redis, now=datetime.now(UTC))
                editors.append(http)
            yield editors

    async def send(self, editors: list[aiohttp.ClientSession]) -> Sending:
        """Broadcast once while these watch it."""
        self._sent += 1
        words = f"{WORDS} ({self._sent})"
        redis = await connect(self._stage.redis.url)
        meter = Meter(self._stage.troupe, redis)
        await meter.look()
        meter.begin()
        said = await self._stage.command("broadcast", "--text", words, "--yes", "--topic", TOPIC, "--breaking")
        number = re.search(r"Broadcast (\d+) is handed over", said)
        assert number is not None, said
        watching = [asyncio.create_task(self._watch(http, int(number[1]))) for http in editors]
        async with asyncio.timeout(PATIENCE):
            await self._until_over(int(number[1]))
            seen = await asyncio.gather(*watching)
        await meter.look()
        await redis.aclose()
        if editors:
            assert min(seen) > 3, f"a page that was to be live was not: {seen}"
        judge = Judge(self._http, self._stage.address, words)  # read only now: the sandbox was busy
        while await judge.look():
            pass
        assert len(judge.copies) == READERS, len(judge.copies)
        return Sending(READERS / (judge.last_at - judge.first_at), meter.cpu_seconds / READERS * 1000, sum(seen))

    async def _watch(self, http: aiohttp.ClientSession, alert: int) -> int:
        """As the page's script does, until it is over; how many changes were shown."""
        seen = 0
        forever = aiohttp.ClientTimeout(total=None)
        async with http.get(f"{self.address}/desk/alerts/{alert}/live", timeout=forever) as answer:
            assert answer.status == 200, answer
            async for line in answer.content:
                seen += line.startswith(b"event: parts")
                if line.startswith((b"event: end", b"event: reload")):
                    break
        return seen

    async def _until_over(self, alert: int) -> None:
        alerts = await self._parts.alerts()
        while (found := await alerts.get(alert)) is None or found.totals is None:
            await asyncio.sleep(0.5)


if __name__ == "__main__":
    main()
