"""Results on their way into the ledger, in batches as they come. They wait in memory while Redis is away: nothing that
is known is given up.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog

from newsbot.delivery.ledger import Ledger, Postpone, Settle
from newsbot.delivery.marking import Marking
from newsbot.delivery.outcomes import Verdict, struck_out
from newsbot.delivery.work import Owned, Settlement
from newsbot.domain.alert import AlertClass, Outcome
from newsbot.errors import StoreError
from newsbot.observability import Metrics

AGAIN: Final = 0.5  #: seconds before a ledger that is away is asked again
#: seconds that results wait for others to be kept with, while not many have come: a call to Redis costs as much as
#: sending two messages
TOGETHER: Final = 0.05
MANY: Final = 48

_NAMES: Final = {outcome: outcome.name.lower() for outcome in Outcome}
_log = structlog.get_logger()


class Settling:
    """`run` does the work. `settled(n)` is told when so many deliveries are off our hands."""

    def __init__(
        self,
        ledger: Ledger,
        marking: Marking,
        metrics: Metrics,
        *,
        settled: Callable[[int], None],
        before: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._marking = marking
        self._metrics = metrics
        self._settled = settled
        self._before = before
        for cls in AlertClass:  # Prometheus sees no growth in a series that begins with 1
            metrics.deliveries.labels(ledger.channel, cls.value, _NAMES[Outcome.UNKNOWN])
        self._waiting: list[Settlement] = []
        self._arrived = asyncio.Event()
        self._many = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, settlement: Settlement) -> None:
        self._waiting.append(settlement)
        if len(self._waiting) == 1:
            self._arrived.set()
            self._idle.clear()
        elif len(self._waiting) == MANY:
            self._many.set()

    async def finished(self) -> None:
        """Returns when everything is kept."""
        await self._idle.wait()

    async def run(self) -> None:
        while True:
            await self._arrived.wait()
            if len(self._waiting) < MANY:
                with suppress(TimeoutError):
                    async with asyncio.timeout(TOGETHER):
                        await self._many.wait()
            self._arrived.clear()
            self._many.clear()
            batch, self._waiting = self._waiting, []
            by_unit: defaultdict[Owned, list[Settlement]] = defaultdict(list)
            for one in batch:
                by_unit[one.job.owned].append(one)
            for owned, settlements in by_unit.items():
                await self._keep(owned, settlements)
            if not self._waiting:
                self._idle.set()

    async def _keep(self, owned: Owned, settlements: list[Settlement]) -> None:
        somebody_waits = False
        for one in settlements:
            if one.verdict.strike:
                one.verdict = await self._struck(owned, one.verdict)
            somebody_waits = somebody_waits or isinstance(one.verdict.result, Postpone)
        if somebody_waits:
            async with owned.lock:
                await self._settle(owned, settlements)
        else:
            await self._settle(owned, settlements)
        if somebody_waits or not owned.begun:
            owned.wake()
        # Settle before counting: if we die in between, a figure is wrong; the other way round a reader gets it twice.
        self._count(settlements)
        self._settled(len(settlements))

    async def _settle(self, owned: Owned, settlements: list[Settlement]) -> None:
        self._before()
        results = [one.verdict.result for one in settlements]
        if owned.lost:  # who owns it now has taken them over; only what became of a request is news to them
            results = [result for result in results if isinstance(result, Settle)]
        told = False
        while True:
            try:
                # Lasting: what is off our hands and forgotten by a promoted replica would be sent again.
                await self._ledger.settle(owned.unit, results, lasting=True)
            except StoreError as error:
                if not told:
                    _log.warning("results wait for the ledger", count=len(results), reason=str(error))
                    told = True
                await asyncio.sleep(AGAIN)
            else:
                break
        owned.begun.difference_update([one.verdict.result.position for one in settlements])

    async def _struck(self, owned: Owned, verdict: Verdict) -> Verdict:
        while True:
            try:
                twice = await self._ledger.strike(owned.unit, verdict.result.position)
            except StoreError as error:
                _log.warning("a strike waits for the ledger", reason=str(error))
                await asyncio.sleep(AGAIN)
            else:
                return struck_out(verdict) if twice else replace(verdict, strike=False)

    def _count(self, settlements: list[Settlement]) -> None:
        """Of one unit."""
        owned, work = settlements[0].job.owned, settlements[0].job.work
        # Once: this is on the way of every message.
        log = _log.bind(alert=owned.unit.alert_id, channel=self._ledger.channel, unit=str(owned.unit))
        now = asyncio.get_running_loop().time()
        names: Counter[str] = Counter()
        for one in settlements:
            verdict, to = one.verdict, one.job.to
            if isinstance(verdict.result, Settle):
                event, name = "delivery", _NAMES[verdict.result.outcome]
                told: dict[str, object] = {"outcome": name}
            else:
                event, name = "delivery postponed", "postponed"
                told = {"after": verdict.result.after.total_seconds()}
            names[name] += 1
            seconds = round(now - one.job.claimed_at, 3)
            log.debug(event, position=one.job.position, to=to.user_id, seconds=seconds, **told)
            if verdict.unreachable is not None:
                self._marking.unreachable(to.user_id, verdict.unreachable)
            if verdict.moved_to:
                self._marking.moved(to.user_id, verdict.moved_to)
            if verdict.thread_gone:
                self._marking.thread_gone(to.user_id, to.thread_id)
        for name, many in names.items():
            self._metrics.deliveries.labels(self._ledger.channel, work.alert.cls.value, name).inc(many)
