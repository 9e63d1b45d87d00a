"""Plays a fault script: each fault at its moment, and ends those that last."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from newsbot.rehearsal.judge import Judge
from newsbot.rehearsal.script import OF_ANSWERS, OF_REQUESTS, Fault
from newsbot.rehearsal.stage import FIRST_GROUP, Stage

LOOK_EVERY: Final = 0.05  #: seconds
WRITING: Final = "send*"  #: requests that a broadcast consists of
LATE: Final = 3.0  #: seconds by which answers come late

#: how the sandbox is told
_ACTIONS: Final[dict[str, dict[str, Any]]] = {
    "flood": {"action": "status", "status": 429, "retry_after": 3},
    "errors": {"action": "html", "status": 502},
    "lost": {"action": "drop_after"},
    "slow": {"action": "slow_after", "seconds": LATE},
    "trickle": {"action": "trickle", "seconds": LATE},
    "outage": {"action": "drop_before", "methods": "*"},
}


class Player:
    """`share`: how much of the audience has the alert; `elapsed`: seconds since its first message; `say` tells people.

    The same `seed` strikes the same.
    """

    def __init__(
        self,
        stage: Stage,
        judge: Judge,
        *,
        share: Callable[[], float],
        elapsed: Callable[[], float],
        say: Callable[[str], None],
        seed: int,
    ) -> None:
        self._stage = stage
        self._judge = judge
        self._share = share
        self._elapsed = elapsed
        self._say = say
        self._dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._lasting: set[asyncio.Task[None]] = set()
        self._migrated = 0
        self._ended = 0  # requests that struck faults which are over
        self.played: list[str] = []

    async def play(self, faults: tuple[Fault, ...]) -> None:
        """Until each has had its moment, and those that last are over."""
        left = list(faults)
        try:
            while left:
                for fault in [one for one in left if one.at.reached(self._share(), self._elapsed())]:
                    left.remove(fault)
                    self._say(
                        f"{self._elapsed():6.1f} s  {fault.kind}" + (f" for {fault.lasts:g} s" * bool(fault.lasts))
                    )
                    self.played.append(fault.kind)
                    task = asyncio.create_task(self._strike(fault))
                    self._lasting.add(task)
                    task.add_done_callback(self._lasting.discard)
                await asyncio.sleep(LOOK_EVERY)
            await asyncio.gather(*self._lasting)
        finally:
            for task in self._lasting:
                task.cancel()
            await asyncio.gather(*self._lasting, return_exceptions=True)

    async def disturbed(self) -> int:
        """Requests that a fault took the answer of, or made late: each may leave a reader in doubt."""
        return self._ended + await self._struck(*OF_ANSWERS)

    async def _struck(self, *kinds: str) -> int:
        return sum(int(one["struck"]) for one in await self._judge.get("/faults") if one["name"] in kinds)

    async def _strike(self, fault: Fault) -> None:
        if fault.kind in OF_REQUESTS:
            await self._trouble(fault)
            return
        match fault.kind:
            case "kill-worker":
                self._signal_one(signal.SIGKILL)
            case "stop-worker":
                self._signal_one(signal.SIGTERM)
            case "kill-all":
                for one in self._stage.troupe.living:
                    one.process.kill()
            case "freeze-worker":
                if (pid := self._signal_one(signal.SIGSTOP)) is not None:
                    await self._thaw_after(pid, fault.lasts)
            case "restart-redis":
                if (pid := self._stage.redis.pid) is not None:
                    os.kill(pid, signal.SIGKILL)
            case "freeze-redis":
                if (pid := self._stage.redis.pid) is not None:
                    os.kill(pid, signal.SIGSTOP)
                    await self._thaw_after(pid, fault.lasts)
            case "database-away":
                async with self._stage.locked_database():
                    await asyncio.sleep(fault.lasts)
            case "clock-jump":
                file = self._stage.shift
                before = float(file.read_text("utf-8")) if file.exists() else 0.0
                draft = file.with_suffix(".part")
                draft.write_text(str(before + fault.by), "utf-8")
                draft.replace(file)
            case "migrations":
                group = FIRST_GROUP - self._migrated
                self._migrated += 1
                await self._judge.post(f"/groups/{group}/migrate")

    def _signal_one(self, number: signal.Signals) -> int | None:
        delivering = self._stage.troupe.delivering
        if not delivering:
            return None
        process = self._dice.choice(delivering).process
        with suppress(ProcessLookupError):
            process.send_signal(number)
        return process.pid

    async def _thaw_after(self, pid: int, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    async def _trouble(self, fault: Fault) -> None:
        ordered = {"methods": WRITING, **_ACTIONS[fault.kind], "probability": fault.share, "name": fault.kind}
        await self._judge.post("/faults", seed=self._dice.randrange(1 << 30), **ordered)
        if fault.lasts:
            await asyncio.sleep(fault.lasts)
            if fault.kind in OF_ANSWERS:
                self._ended += await self._struck(fault.kind)
            await self._judge.delete("/faults", name=fault.kind)
