"""How alerts end: with everybody's outcome known, or as much of it as can be.

An alert is over in SQL first and in the ledger then: whatever was on its way is settled by who sent it, and what a dead
worker left is settled here. Everything may be done again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.ledger import Ledger, UnitLost
from newsbot.delivery.outcomes import resends
from newsbot.domain.alert import STOPPED_EXPIRED, STOPPED_LEDGER_LOST, Alert, AlertState, Outcome, Totals
from newsbot.heartbeats import new_name, retire

OPEN: Final = frozenset(state for state in AlertState if not state.final)

log = structlog.get_logger()


class Ending:
    """`ledgers`: of every channel account. Raises StoreUnavailable."""

    def __init__(self, alerts: AlertStore, ledgers: Sequence[Ledger], *, clock: Callable[[], datetime]) -> None:
        self._alerts = alerts
        self._ledgers = tuple(ledgers)
        self._clock = clock
        self._worker = new_name()  # as whom the ledgers know us

    async def stop(self, alert: Alert, reason: str) -> bool:
        """Nobody more gets it. False if it is over already."""
        stopped = await self._alerts.turn(alert.id, AlertState.STOPPED, of=OPEN, now=self._clock(), reason=reason)
        if stopped:
            log.info("alert stopped", alert=alert.id, reason=reason)
        return stopped

    async def done_if_settled(self, alert: Alert) -> bool:
        """It is done when every unit of it is closed."""
        if await self._open_units(alert):
            return False
        totals = await totals_of(self._ledgers, alert.id)
        if alert.state in (AlertState.RUNNING, AlertState.PAUSED) and not totals.audience:
            # It had readers when it began. Whoever sent it again would send it twice.
            if await self.stop(alert, STOPPED_LEDGER_LOST):
                log.error("the record of an alert is gone, so it is stopped", alert=alert.id)
            return True
        of = (AlertState.PLANNED, AlertState.RUNNING, AlertState.PAUSED)
        if await self._alerts.turn(alert.id, AlertState.DONE, of=of, now=self._clock(), totals=totals):
            log.info("alert done", alert=alert.id, audience=totals.audience, sent=totals.sent, skipped=totals.skipped)
        return True

    async def expire(self, alert: Alert) -> bool:
        """Its time is over. The workers close the units that are theirs; the others are closed here: perhaps it is
        paused, there is no worker, or they are busy with a greater one. False while requests are on their way.
        """
        if alert.state is AlertState.PLANNED:
            return await self.stop(alert, STOPPED_EXPIRED)
        for ledger in self._ledgers:
            await self._close_unowned(ledger, alert)
        return await self.done_if_settled(alert)

    async def _close_unowned(self, ledger: Ledger, alert: Alert) -> None:
        async with self._as_worker(ledger) as worker:
            while taken := await ledger.take(worker, [alert.id]):
                try:
                    if not await ledger.close(taken.unit, worker, Outcome.EXPIRED):
                        await ledger.give_back(taken.unit, worker)
                        return
                except UnitLost:
                    continue

    async def recover(self, ledger: Ledger, alert: Alert) -> None:
        """Settle what dead workers left begun, and leave its units to the living."""
        resend = [alert.id] if resends(alert, ledger.channel) else []
        async with self._as_worker(ledger) as worker:
            ours = []
            while taken := await ledger.take(worker, [alert.id], resend=resend):
                ours.append(taken.unit)
            for unit in ours:
                await ledger.give_back(unit, worker)

    @asynccontextmanager
    async def _as_worker(self, ledger: Ledger) -> AsyncIterator[str]:
        await ledger.beat(self._worker)
        try:
            yield self._worker
        except BaseException:
            # A unit may be ours without our knowing: whoever comes next takes it from the name that ends here.
            retire(self._worker)
            self._worker = new_name()
            raise

    async def account(self, alert: Alert) -> bool:
        """Keep the totals of an alert that was stopped. False while deliveries of it are on their way."""
        for ledger in self._ledgers:
            await ledger.release(alert.id)
        if await self._open_units(alert):
            return False
        totals = await totals_of(self._ledgers, alert.id)
        await self._alerts.keep_totals(alert.id, totals)
        log.info("alert accounted for", alert=alert.id, audience=totals.audience, sent=totals.sent)
        return True

    async def account_again(self, alert: Alert) -> None:
        """Keep the totals as they are now, of one that has some: an echo came late, or a reader has caught up."""
        kept = alert.totals
        if kept is None or not (kept.unknown or kept.held):
            return
        totals = await totals_of(self._ledgers, alert.id)
        if totals != kept and totals.audience == kept.audience:  # else the ledger has lost it
            await self._alerts.keep_totals(alert.id, totals)

    async def _open_units(self, alert: Alert) -> int:
        return sum([await ledger.open_units(alert.id) for ledger in self._ledgers])


async def totals_of(ledgers: Sequence[Ledger], alert_id: int) -> Totals:
    """How far an alert has come, over all channels."""
    by_channel = {ledger.channel: await ledger.totals(alert_id) for ledger in ledgers}
    return replace(added(by_channel.values()), channels=by_channel if len(by_channel) > 1 else {})


def added(totals: Iterable[Totals]) -> Totals:
    found = list(totals)
    outcomes: Counter[Outcome] = Counter()
    for one in found:
        outcomes.update(one.outcomes)
    return Totals(
        audience=sum(one.audience for one in found),
        outcomes=dict(outcomes),
        waiting=sum(one.waiting for one in found),
        in_flight=sum(one.in_flight for one in found),
        untouched=sum(one.untouched for one in found),
    )
