"""Notes how far running alerts have come. One process does it; nothing of a delivery waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from newsbot.delivery.alerts import AlertStore
from newsbot.delivery.curves import CurveStore, Point, next_look
from newsbot.delivery.ending import totals_of
from newsbot.delivery.ledger import Ledger
from newsbot.domain.alert import Alert, AlertState
from newsbot.errors import StoreError

__all__ = ["CurveKeeper"]

LOOK_EVERY: Final = timedelta(seconds=1)

log = structlog.get_logger()


class CurveKeeper:
    """`ledgers`: of every channel account."""

    def __init__(
        self, alerts: AlertStore, ledgers: Sequence[Ledger], curves: CurveStore, *, clock: Callable[[], datetime]
    ) -> None:
        self._alerts = alerts
        self._ledgers = tuple(ledgers)
        self._curves = curves
        self._clock = clock
        self._last: dict[int, Point] = {}  # of each alert that runs
        self._level: dict[int, Point] = {}  # the same, of those of which nothing has moved since the point before

    async def run(self) -> None:
        """Never returns; cancel it. A look that fails is missing from the curve, no more."""
        away = False
        while True:
            try:
                await self.look()
                away = False
            except StoreError as error:
                if not away:
                    log.warning("how quickly alerts go out is not noted at the moment", reason=str(error))
                away = True
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def look(self) -> None:
        running = [one.alert for one in await self._alerts.standing() if one.alert.state is AlertState.RUNNING]
        for alert in running:
            await self._note(alert)
        for alert_id in self._last.keys() - {alert.id for alert in running}:
            del self._last[alert_id]
            await self._keep_level(alert_id)

    async def _note(self, alert: Alert) -> None:
        now, last = self._clock(), self._last.get(alert.id)
        running_for = now - (alert.started_at or now)
        if last is not None and now - last.at < next_look(running_for):
            return
        totals = await totals_of(self._ledgers, alert.id)
        point = Point(now, totals.sent, totals.settled)
        # While nothing moves, one point at its beginning and one at its end say as much as many.
        if last is not None and point.settled == last.settled:
            self._level[alert.id] = point
        else:
            await self._keep_level(alert.id)
            await self._curves.keep(alert.id, point)
        self._last[alert.id] = point

    async def _keep_level(self, alert_id: int) -> None:
        if (end := self._level.pop(alert_id, None)) is not None:
            await self._curves.keep(alert_id, end)
