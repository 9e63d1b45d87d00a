"""Plays a fault script: each fault at its moment, and ends those that last."""

from __future__ import annotations

import asyncio
import math
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, TypeVar

from newsbot.rehearsal.judge import Judge
from newsbot.rehearsal.script import OF_ANSWERS, OF_REQUESTS, Fault
from newsbot.rehearsal.stage import FIRST_GROUP, Stage

LOOK_EVERY: Final = 0.05  #: seconds
WRITING: Final = "send*"  #: requests that a broadcast consists of
LATE: Final = 3.0  #: seconds by which answers come late

T = TypeVar("T")

#: how the sandbox is told
_ACTIONS: Final[dict[str, dict[str, Any]]] = {
    "flood": {"action": "status", "status": 429},
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
        self._striking: set[asyncio.Task[None]] = set()
        self._migrated = 0
        self._ended = 0  # requests that struck faults which are over
        self.played: list[str] = []  #: kinds, as they happened
        self.missed: list[str] = []  #: whose moment had not come when it was cancelled
        self.failed: list[str] = []  #: what could not be made to happen, and why

    async def play(self, faults: tuple[Fault, ...]) -> None:
        """Until each has had its moment, and those that last are over. Cancelled: those that last are ended, and
        `missed` holds what did not come to it.
        """
        left = list(faults)
        try:
            while left:
                for fault in [one for one in left if one.at.reached(self._share(), self._elapsed())]:
                    left.remove(fault)
                    task = asyncio.create_task(self._strike(fault))
                    self._striking.add(task)
                    task.add_done_callback(self._striking.discard)
                await asyncio.sleep(LOOK_EVERY)
            await asyncio.gather(*self._striking)
        finally:
            self.missed += [fault.kind for fault in left]
            for task in self._striking:
                task.cancel()
            await asyncio.gather(*self._striking, return_exceptions=True)

    async def disturbed(self) -> int:
        """Requests that a fault took the answer of, or made late: each may leave a reader in doubt."""
        return self._ended + await self._struck(*OF_ANSWERS)

    async def _struck(self, *kinds: str) -> int:
        return sum(int(one["struck"]) for one in await self._judge.get("/faults") if one["name"] in kinds)

    async def _strike(self, fault: Fault) -> None:
        """Nothing counts as played before it has happened."""
        happened = False
        try:
            async with self._happening(fault):
                happened = True
                self.played.append(fault.kind)
                self._say(f"{self._elapsed():6.1f} s  {fault.told}")
                await self._last(fault)
        except asyncio.CancelledError:
            if not happened:
                self.missed.append(fault.kind)
            raise
        except Exception as error:
            self._say(f"{self._elapsed():6.1f} s  {fault.kind} FAILED: {error}")
            self.failed.append(f"{fault.kind} ({type(error).__name__}: {error})")

    async def _last(self, fault: Fault) -> None:
        end = self._share() + fault.spans
        await asyncio.sleep(fault.lasts)
        while fault.spans and self._share() < end:  # noqa: ASYNC110 - it is what the judge says at its next look
            await asyncio.sleep(LOOK_EVERY)

    @asynccontextmanager
    async def _happening(self, fault: Fault) -> AsyncIterator[None]:
        """It has begun within the block, and is ended after it."""
        if fault.kind in OF_REQUESTS:
            async with self._trouble(fault):
                yield
            return
        match fault.kind:
            case "kill-worker":
                await self._signal_one(signal.SIGKILL)
            case "stop-worker":
                await self._signal_one(signal.SIGTERM)
            case "kill-all":
                for one in await _some(lambda: self._stage.troupe.living):
                    one.process.kill()
            case "freeze-worker":
                with _thawed(await self._signal_one(signal.SIGSTOP)):
                    yield
                return
            case "restart-redis":
                os.kill(await _some(lambda: self._stage.redis.pid), signal.SIGKILL)
            case "freeze-redis":
                pid = await _some(lambda: self._stage.redis.pid)
                os.kill(pid, signal.SIGSTOP)
                with _thawed(pid):
                    yield
                return
            case "database-away":
                async with self._stage.database_away():
                    yield
                return
            case "clock-jump":
                file = self._stage.shift
                before = float(file.read_text("utf-8")) if file.exists() else 0.0
                draft = file.with_suffix(".part")
                draft.write_text(str(before + fault.by), "utf-8")
                draft.replace(file)
            case "migrations":
                group = FIRST_GROUP - self._migrated
                self._migrated += 1
                moved = await self._judge.post(f"/groups/{group}/migrate")
                self._judge.moved(group, int(moved["id"]))
        yield

    async def _signal_one(self, number: signal.Signals) -> int:
        """Its process id."""
        process = self._dice.choice(await _some(lambda: self._stage.troupe.delivering)).process
        process.send_signal(number)
        return process.pid

    @asynccontextmanager
    async def _trouble(self, fault: Fault) -> AsyncIterator[None]:
        ordered = {"methods": WRITING, **_ACTIONS[fault.kind], "probability": fault.share, "name": fault.kind}
        if fault.kind == "flood":
            ordered["retry_after"] = math.ceil(fault.wait)
        await self._judge.post("/faults", seed=self._dice.randrange(1 << 30), **ordered)
        yield
        if fault.lasts or fault.spans:
            if fault.kind in OF_ANSWERS:
                self._ended += await self._struck(fault.kind)
            await self._judge.delete("/faults", name=fault.kind)


async def _some(those: Callable[[], T | None]) -> T:
    """What there is, once there is any: it may just be starting again."""
    while not (found := those()):  # noqa: ASYNC110 - others change it
        await asyncio.sleep(LOOK_EVERY)
    return found


@contextmanager
def _thawed(pid: int) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
