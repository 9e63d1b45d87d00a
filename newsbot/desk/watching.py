"""How alerts stand, for those who watch: one look at an alert serves all who watch it, however many they are.

The ledgers are asked once a second for each alert that somebody watches in this process, and not at all when nobody
does: ten editors before their screens cost the sending what one costs.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Self

import structlog

from newsbot.delivery.curves import CurveStore, Point, whole_curve
from newsbot.delivery.ending import totals_of
from newsbot.desk.audit import Act, Entry, alert_subject, draft_subject
from newsbot.desk.drafts import draft_of
from newsbot.desk.outlets import seconds_for
from newsbot.desk.standing import halted_among
from newsbot.desk.turn import Desk
from newsbot.domain.alert import Alert, AlertState, Totals
from newsbot.errors import StoreError

__all__ = ["Seen", "Watching", "look_at", "look_closely"]

LOOK_EVERY: Final = timedelta(seconds=1)
AROUND_EVERY: Final = timedelta(seconds=3)
#: over how long a rate is taken: long enough for a batch to be no jump, short enough for a pause to show at once
RATE_OVER: Final = timedelta(seconds=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An alert as it stood at one look."""

    alert: Alert
    totals: Totals
    rates: Mapping[str, float] = field(default_factory=dict)  #: channel → deliveries a second, lately
    halted: frozenset[str] = frozenset()  #: channels that take nothing of us now, of those where it is to go on
    deeds: tuple[Entry, ...] = ()  #: who did what to it, oldest first; only after a close look
    points: tuple[Point, ...] = ()  #: of its curve, oldest first, the last one now; only after a close look
    seconds_left: float = 0.0  #: at the rates that the settings allow; 0: nothing is left, or it does not go on

    @property
    def over(self) -> bool:
        """Nothing of it changes any more, but for late echoes and readers who catch up."""
        return self.alert.state.final and self.alert.totals is not None

    @property
    def left(self) -> int:
        return self.totals.left

    def by_channel(self, names: Mapping[str, object]) -> dict[str, Totals]:
        """Of each channel that it is for; where there is one, that one's are the whole."""
        found = self.totals.by_channel(names)
        return {name: own for name, own in found.items() if own.audience or own is self.totals}


@dataclass(frozen=True, slots=True)
class Around:
    """What hardly changes from one look at an alert to the next, and takes the database most of the time of a look."""

    halted: frozenset[str]  #: channels that take nothing of us
    deeds: tuple[Entry, ...]
    points: tuple[Point, ...]  #: of its curve, as they are kept

    @classmethod
    async def of(cls, desk: Desk, curves: CurveStore, alert: Alert) -> Self:
        runs = alert.state is AlertState.RUNNING
        halted = frozenset(await halted_among(desk, desk.outlets, desk.house.clock())) if runs else frozenset()
        points = (await curves.points([alert.id])).get(alert.id, ())
        return cls(halted, await _deeds(desk, alert), points)


async def look_closely(desk: Desk, curves: CurveStore, alert: Alert, around: Around | None = None) -> Seen:
    """`look_at`, and who did what to it, and how it came so far. `around`: where it was asked for just before."""
    around = around or await Around.of(desk, curves, alert)
    seen = await look_at(desk, alert, halted=around.halted)
    curve = whole_curve(alert, around.points)
    if curve and not alert.state.final:
        curve = (*curve, Point(desk.house.clock(), seen.totals.sent, seen.totals.settled))
    return replace(seen, deeds=around.deeds, points=curve)


async def _deeds(desk: Desk, alert: Alert) -> tuple[Entry, ...]:
    """The approval that it went out with, too: in the log that was done to its draft."""
    draft = draft_of(alert.origin)
    told = await desk.audit.of(draft_subject(draft)) if draft else ()
    approvals = [entry for entry in told if entry.act == Act.APPROVED]
    return (*approvals[-1:], *await desk.audit.of(alert_subject(alert.id)))


async def look_at(desk: Desk, alert: Alert, *, halted: Collection[str] | None = None) -> Seen:
    """Ask the ledgers, unless it is over. `halted`: channels that take nothing of us, where that is known."""
    ledgers = [outlet.ledger for outlet in desk.outlets.values()]
    totals = alert.totals or await totals_of(ledgers, alert.id)
    seen = Seen(alert=alert, totals=totals)
    if alert.state is not AlertState.RUNNING:
        return seen
    open_ones = {name: own.left for name, own in seen.by_channel(desk.outlets).items() if own.left}
    if halted is None:
        halted = await halted_among(desk, open_ones, desk.house.clock())
    going = {name: left for name, left in open_ones.items() if name not in halted and name not in alert.pauses}
    return replace(
        seen, halted=frozenset(open_ones.keys() & set(halted)), seconds_left=seconds_for(desk.outlets, going)
    )


@dataclass(slots=True, eq=False)
class _Watched:
    """An alert that somebody watches."""

    followers: int = 0
    seen: Seen | None = None
    gone: bool = False  #: it is no longer kept
    looks: int = 0
    around: Around | None = None
    around_until: float = 0.0  #: by the monotonic clock
    turned: object = None  #: how the alert stood then
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    #: (when, channel → how many were settled), of the last seconds
    history: deque[tuple[float, dict[str, int]]] = field(default_factory=lambda: deque(maxlen=64))

    async def changed(self, known: int) -> int:
        """Wait until it was looked at more than `known` times, or somebody is to end; how often it was by now."""
        async with self.news:
            if self.looks <= known:
                await self.news.wait()
        return self.looks

    async def tell(self) -> None:
        async with self.news:
            self.news.notify_all()

    def rates(self, now: float, settled: dict[str, int]) -> dict[str, float]:
        self.history.append((now, settled))
        while len(self.history) > 2 and now - self.history[0][0] > RATE_OVER.total_seconds():
            self.history.popleft()
        began, before = self.history[0]
        took = now - began
        return {name: max(0, many - before.get(name, 0)) / took for name, many in settled.items()} if took > 0 else {}


class Watching:
    """Of one process. `close` ends all who follow: a server that stops doesn't wait for them."""

    def __init__(self, desk: Desk, curves: CurveStore, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._curves = curves
        self._monotonic = monotonic
        self._watched: dict[int, _Watched] = {}
        self._looking: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self.looks = 0  #: how often an alert was looked at, for all together
        self.failures = 0  #: and how often it could not be

    async def follow(self, alert_id: int) -> AsyncIterator[Seen]:
        """As it stands now, then each time it was looked at, until it is over or no longer kept."""
        async with self._following(alert_id) as watched:
            known = 0
            while not self._closed.is_set():
                known = await watched.changed(known)
                if watched.gone or self._closed.is_set() or watched.seen is None:
                    return
                seen = watched.seen
                yield seen
                if seen.over:
                    return

    @property
    def watched(self) -> int:
        """Alerts that somebody watches."""
        return len(self._watched)

    async def close(self) -> None:
        self._closed.set()
        for watched in self._watched.values():
            await watched.tell()

    @asynccontextmanager
    async def _following(self, alert_id: int) -> AsyncIterator[_Watched]:
        watched = self._watched.setdefault(alert_id, _Watched())
        watched.followers += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="looking at watched alerts")
        try:
            yield watched
        finally:
            watched.followers -= 1
            if not watched.followers and self._watched.get(alert_id) is watched:
                del self._watched[alert_id]
            if not self._watched and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _look(self) -> None:
        """Until nobody follows. A store that is away is waited for: what was seen last stays on the screens."""
        while True:
            for alert_id, watched in list(self._watched.items()):
                try:
                    await self._look_at(alert_id, watched)
                except StoreError as error:
                    self.failures += 1
                    log.warning("a watched alert is not looked at for now", alert=alert_id, reason=str(error))
                except Exception:  # one that can't be looked at must not take the others from the screens
                    self.failures += 1
                    log.exception("a watched alert can't be looked at", alert=alert_id)
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def _look_at(self, alert_id: int, watched: _Watched) -> None:
        alert = await self._desk.alerts.get(alert_id)
        self.looks += 1
        if alert is None:
            watched.gone = True
        else:
            around = await self._around(alert, watched)
            seen = await look_closely(self._desk, self._curves, alert, around)
            settled = {name: own.settled for name, own in seen.by_channel(self._desk.outlets).items()}
            rates = watched.rates(self._monotonic(), settled)
            watched.seen = replace(seen, rates=rates)
        watched.looks += 1
        await watched.tell()

    async def _around(self, alert: Alert, watched: _Watched) -> Around:
        """Asked for anew every AROUND_EVERY, and at once when somebody or something has turned the alert."""
        turned = alert.state, tuple(alert.pauses), alert.version, alert.totals is None
        now = self._monotonic()
        if watched.around is None or watched.turned != turned or now >= watched.around_until:
            watched.around = await Around.of(self._desk, self._curves, alert)
            watched.turned, watched.around_until = turned, now + AROUND_EVERY.total_seconds()
        return watched.around
