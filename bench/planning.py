"""Planning an alert for 1,000,000 and for 10,000,000 subscribers and three topics: in all, and the longest command.

Both in one server, in turns. The server's time is its own (SLOWLOG); in all is what the planner waits, round trips and
the disk among it.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bench.crowd import a_crowd
from bench.ledger import NOW, TOPICS, an_alert
from bench.tables import show
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Audience
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.observability import configure_logging
from newsbot.redis_client import connect

SIZES = (1_000_000, 10_000_000)
ROUNDS = 7
AUDIENCE = Audience(topics=tuple(TOPICS[:3]))
NOTABLE = 200  #: microseconds: commands that took less are not looked at
WANTED = {1_000_000: "under 2", 10_000_000: "ten times that"}
LONGEST_WANTED = "at most 5"


@dataclass
class Planned:
    readers: int = 0
    seconds: list[float] = field(default_factory=list)
    servers: list[float] = field(default_factory=list)  #: seconds of its time
    longest: list[float] = field(default_factory=list)  #: milliseconds of one command


async def measure(folder: Path) -> None:
    async with EmbeddedRedis(folder) as server:
        redis = await connect(server.url)
        await a_crowd(redis, SIZES[-1], account=str(SIZES[-1]))
        smaller = range(SIZES[0] // 65_536 + 1)
        await _awaited(redis.sadd(f"segments:telegram:{SIZES[0]}", *smaller))
        await redis.config_set("slowlog-log-slower-than", NOTABLE)
        await redis.config_set("slowlog-max-len", 1_000)
        found = {size: Planned() for size in SIZES}
        for number in range(ROUNDS + 1):
            for size, planned in found.items():
                await plan(redis, size, number * 100 + len(str(size)), planned, counts=number > 0)
        segments = {size: await _awaited(redis.scard(f"segments:telegram:{size}")) for size in SIZES}
        await redis.aclose()
    rows = [
        (
            f"{size:,}",
            segments[size],
            f"{planned.readers:,}",
            statistics.median(planned.seconds),
            WANTED[size],
            statistics.median(planned.servers),
            statistics.median(planned.longest),
            max(planned.longest),
            LONGEST_WANTED,
        )
        for size, planned in found.items()
    ]
    head = ["subscribers", "segments", "audience", "seconds", "wanted", "server s", "longest ms", "of all", "wanted"]
    show(f"Planning, three topics of twelve, median of {ROUNDS}", head, rows)
    ratio = statistics.median(found[SIZES[1]].seconds) / statistics.median(found[SIZES[0]].seconds)
    print(f"  ten times the subscribers: {ratio:.1f} times as long (wanted: at most 10)")


async def plan(redis: Redis, size: int, number: int, planned: Planned, *, counts: bool) -> None:
    """What the planner does for one alert; `counts`: the first time warms up."""
    alert = an_alert(number, AUDIENCE)
    await redis.slowlog_reset()
    before = await servers_time(redis)
    begin = time.perf_counter()
    ledger = RedisLedger(redis, "telegram", str(size))
    planned.readers = sum([await ledger.freeze(alert, segment, now=NOW) for segment in await ledger.segments()])
    seconds = time.perf_counter() - begin
    servers = await servers_time(redis) - before
    took = [one["duration"] for one in await redis.slowlog_get(1_000) if not one["command"].startswith(b"INFO")]
    if counts:
        planned.seconds.append(seconds)
        planned.servers.append(servers)
        planned.longest.append(max([NOTABLE, *took]) / 1e3)


async def servers_time(redis: Redis) -> float:
    """Seconds spent in scripts, and in whatever else planning asks for."""
    stats = await redis.info("commandstats")
    asked_for = ("evalsha", "eval", "smembers")  # commands of a script count as the script's
    return sum(stats.get(f"cmdstat_{name}", {"usec": 0})["usec"] for name in asked_for) / 1e6


async def _awaited(command: Any) -> Any:
    return await command


def main() -> None:
    configure_logging(level="error")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
