"""What the program's processes and its Redis server use meanwhile."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis

from newsbot.redis_client import AWAY
from newsbot.rehearsal.stage import Troupe

LOOK_EVERY: Final = 0.25  #: seconds
_TICK: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass
class Usage:
    """Of all the program's processes together, but `rss_mb`: of the largest."""

    cpu: dict[int, float] = field(default_factory=dict)  #: process → seconds
    rss_mb: float = 0.0

    @property
    def cpu_seconds(self) -> float:
        return sum(self.cpu.values())


class Meter:
    """`watch` looks until it is cancelled. Without /proc (not Linux) nothing is known of processes."""

    def __init__(self, troupe: Troupe, redis: Redis) -> None:
        self._troupe = troupe
        self._redis = redis
        self.usage = Usage()
        self._from: dict[int, float] = {}  # seconds of CPU that processes had used when it began to count
        self._counted: dict[str, int] = {}  # the server's counters, as they stood at the last look
        self.redis_reads = 0  #: requests that the server read: round trips
        self.redis_commands = 0

    async def watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        for one in self._troupe.living:
            self._look_at(one.process.pid)
        try:
            stats: Any = await self._redis.info("stats")
        except AWAY:
            return
        self.redis_reads += self._grown(stats, "total_reads_processed")
        self.redis_commands += self._grown(stats, "total_commands_processed")

    def begin(self) -> None:
        """From here on it counts."""
        self._from = dict(self.usage.cpu)
        self.redis_reads = self.redis_commands = 0

    @property
    def cpu_seconds(self) -> float:
        return self.usage.cpu_seconds - sum(self._from.values())

    def _grown(self, stats: dict[str, Any], name: str) -> int:
        """By how much since the last look; a server that was started again begins at 0."""
        now = int(stats.get(name, 0))
        before = self._counted.get(name, now)
        self._counted[name] = now
        return now - before if now >= before else now

    def _look_at(self, pid: int) -> None:
        try:
            numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return
        self.usage.cpu[pid] = (int(numbers[11]) + int(numbers[12])) / _TICK
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "")
        if peak:
            self.usage.rss_mb = max(self.usage.rss_mb, int(peak.split()[1]) / 1024)
