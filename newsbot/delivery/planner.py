"""From the outbox of articles to alerts that run, and from alerts that run to their end.

One round looks at everything and does what is due: decide what is in the outbox, stop what was withdrawn, fix the
audience of what is planned, end what has been delivered or whose time is over, bring a story's cards up to date. Every
step may be done again, and what a step needs to know it reads from the stores, so a round that broke off anywhere is
repaired by the next.

Whom the editors must be told of needs no message from here: `AlertStore.withdrawn` finds the alerts whose article was
taken back, and a stopped one says so in its `reason`.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from newsbot.articles.store import ArticleStore
from newsbot.delivery.alerts import STANDING_KNOWN, AlertStore, Standing
from newsbot.delivery.copies import Proceed, Stop, WaitFor, before_touching, goes_to
from newsbot.delivery.ending import Ending
from newsbot.delivery.ledger import MISSED_KEPT, Ledger
from newsbot.delivery.outbox import Outbox
from newsbot.delivery.policy import Limits
from newsbot.delivery.retelling import StoryUpdates
from newsbot.delivery.troubles import Troubles
from newsbot.domain.alert import STOPPED_ARTICLE_WITHDRAWN, Alert, AlertClass, AlertKind, AlertState, Audience
from newsbot.domain.subscriber import Slot
from newsbot.domain.topic import Topics
from newsbot.errors import StoreUnavailable
from newsbot.observability import Metrics

LOOK_EVERY: Final = timedelta(seconds=1)  #: unless woken
LOOK_AGAIN: Final = timedelta(milliseconds=100)  #: when something is on its way that a step waits for
RECOVER_EVERY: Final = timedelta(seconds=5)
UPDATE_EVERY: Final = timedelta(seconds=15)  #: looking for cards to bring up to date, which is no hurry
ACCOUNT_EVERY: Final = timedelta(seconds=30)  #: bringing the figures of those that have ended up to the ledgers'
SETTLES_WITHIN: Final = MISSED_KEPT + timedelta(hours=1)  #: from its end: later nothing of an alert changes any more
RETAIN_EVERY: Final = timedelta(hours=6)

log = structlog.get_logger()


async def no_channel() -> Slot | None:
    """The newsroom has no public channel."""
    return None


async def nothing_lost() -> bool:
    return False


class Planner:
    """`unchanging`: channels where nothing that was sent can be changed or deleted. `first` says where the newsroom's
    public channel is, which gets breaking news first. `started` is told when an alert can be pushed. `lost` says
    whether the subscribers that audiences are made of are missing. `keep`: how long
    alerts are kept after they have ended. `monotonic` counts seconds.
    """

    def __init__(
        self,
        articles: ArticleStore,
        alerts: AlertStore,
        ledgers: Sequence[Ledger],
        topics: Topics,
        *,
        limits: Limits,
        keep: timedelta,
        clock: Callable[[], datetime],
        unchanging: Collection[str] = (),
        first: Callable[[], Awaitable[Slot | None]] = no_channel,
        started: Callable[[], None] = lambda: None,
        lost: Callable[[], Awaitable[bool]] = nothing_lost,
        monotonic: Callable[[], float] = time.monotonic,
        metrics: Metrics | None = None,
    ) -> None:
        self._articles = articles
        self._alerts = alerts
        self._ledgers = tuple(ledgers)
        self._unchanging = frozenset(unchanging)
        self._keep = keep
        self._clock = clock
        self._first = first
        self._started = started
        self._lost = lost
        self._monotonic = monotonic
        self._seconds = (metrics or Metrics()).planning_seconds
        self._outbox = Outbox(articles, alerts, topics, limits=limits, clock=clock)
        self._ending = Ending(alerts, ledgers, clock=clock)
        self._woken = asyncio.Event()
        self._troubles = Troubles()
        self._held_since: dict[int, float] = {}  # corrections that wait until every worker knows of them
        self._recovered: dict[int, float] = {}  # correction or recall → when its parent was last taken over
        self._updates = StoryUpdates(articles, alerts, self._outbox.reconsider, clock=clock)
        self._update_at = -math.inf
        self._account_at = -math.inf
        self._retain_at = -math.inf

    def wake(self) -> None:
        """Look now: there is something in the outbox, or an alert has changed."""
        self._woken.set()

    async def run(self) -> None:
        """Never returns; cancel it. Survives the absence of the stores."""
        away = False
        while True:
            self._woken.clear()
            again = LOOK_EVERY
            try:
                if await self.round():
                    again = LOOK_AGAIN
            except StoreUnavailable as error:
                if not away:
                    log.warning("nothing can be planned at the moment", reason=str(error))
                away = True
            else:
                if away:
                    log.info("planning goes on")
                away = False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), again.total_seconds())

    async def round(self) -> bool:
        """Do what is due. True: something is on its way, look again soon. Raises StoreUnavailable."""
        if await self._lost():  # it would find no readers, and be done
            raise StoreUnavailable("the ledger is empty, though readers are known")
        waits = await self._outbox.decide()
        standing = await self._alerts.standing()
        # Withdrawals before anything that needs the ledger: they count even while it is away.
        stopped = {one.alert.id for one in standing if await self._guarded(one.alert, self._stop_withdrawn(one))}
        self._forget({one.alert.id for one in standing})
        # What is new first: its readers wait, while those that run only need to be looked at.
        for one in sorted(standing, key=lambda one: one.alert.state is not AlertState.PLANNED):
            if one.alert.id not in stopped:
                waits |= await self._guarded(one.alert, self._tend(one.alert))
        for alert in await self._alerts.unaccounted():
            waits |= await self._guarded(alert, self._account(alert))
        waits |= await self._update()
        await self._account_again()
        await self._retain()
        return waits

    async def _stop_withdrawn(self, standing: Standing) -> bool:
        alert = standing.alert
        if not standing.held or not alert.article_id or alert.kind.touches_copies:
            return False
        article = await self._articles.get(alert.article_id)
        if article is None or article.withdrawn_at is None:
            return False  # its copies are about to be corrected
        await self._ending.stop(alert, STOPPED_ARTICLE_WITHDRAWN)
        return True

    async def _tend(self, alert: Alert) -> bool:
        """What is due for one that stands. True: it waits for something on its way."""
        if alert.expires_at <= self._clock():
            return not await self._ending.expire(alert)
        if alert.state is AlertState.PLANNED:
            return await (self._plan_copies(alert) if alert.kind.touches_copies else self._plan(alert))
        if alert.state is AlertState.RUNNING:
            await self._ending.done_if_settled(alert)
        return False

    async def _plan(self, alert: Alert) -> bool:
        if await self._still_held_for_another(alert):
            return True
        # The public channel is everybody's: what is only for some is not shown there.
        first = None
        if alert.cls is AlertClass.BREAKING and alert.audience == Audience() and alert.kind is not AlertKind.RETRY:
            first = await self._first()
        began = self._monotonic()
        reached = 0
        for ledger in self._of(alert):
            there = first if first is not None and first.channel == ledger.channel else None
            for segment in await ledger.segments():
                if alert.kind is AlertKind.RETRY:
                    reached += await ledger.freeze_again(alert, segment, now=self._clock())
                else:
                    reached += await ledger.freeze(alert, segment, first=there, now=self._clock())
        self._seconds.labels(alert.cls.value).observe(self._monotonic() - began)
        await self._start(alert, reached)
        return False

    def _of(self, alert: Alert) -> tuple[Ledger, ...]:
        """Those on which it has anything to do."""
        return tuple(
            ledger
            for ledger in self._ledgers
            if goes_to(alert, ledger.channel, edits=ledger.channel not in self._unchanging)
        )

    async def _still_held_for_another(self, alert: Alert) -> bool:
        """Readers whom a stopped alert of its story never reached are this one's as soon as that is accounted for."""
        of_story = await self._alerts.of_story(alert.story)
        return any(one.state is AlertState.STOPPED and one.totals is None and one.id != alert.id for one in of_story)

    async def _plan_copies(self, alert: Alert) -> bool:
        parent = await self._alerts.get(alert.of)
        match before_touching(alert, parent, await self._alerts.copies_touched(alert.of)):
            case Stop(others, reason):
                for other in others:
                    await self._ending.stop(other, reason)
                return True
            case WaitFor():
                return True
            case Proceed(claimed_meanwhile):
                if claimed_meanwhile and not self._known_to_workers(alert):
                    return True
        reached = 0
        for ledger in self._of(alert):
            for segment in await ledger.segments():
                frozen = await ledger.freeze_copies(alert, segment, now=self._clock())
                if frozen is None:
                    await self._recover(ledger, alert, parent)
                    return True
                reached += frozen
        await self._start(alert, reached)
        return False

    def _known_to_workers(self, alert: Alert) -> bool:
        """By now every worker has seen that the alert is held, or has stopped claiming: readers whom it claimed before
        are begun, which the ledger waits for, and those it claims later get the new text.
        """
        held_since = self._held_since.setdefault(alert.id, self._monotonic())
        return self._monotonic() - held_since > STANDING_KNOWN.total_seconds()

    async def _recover(self, ledger: Ledger, alert: Alert, parent: Alert | None) -> None:
        """Requests of the parent are on their way. If who sent them is dead, nobody but us takes over what is held."""
        now = self._monotonic()
        if parent is not None and now - self._recovered.get(alert.id, -math.inf) > RECOVER_EVERY.total_seconds():
            self._recovered[alert.id] = now
            await self._ending.recover(ledger, parent)

    async def _start(self, alert: Alert, reached: int) -> None:
        if not reached:
            await self._ending.done_if_settled(alert)
        elif await self._alerts.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=self._clock()):
            log.info("alert runs", alert=alert.id, kind=alert.kind.value, cls=alert.cls.value, audience=reached)
            self._started()
        elif (meanwhile := await self._alerts.get(alert.id)) is not None and meanwhile.state.final:
            await self._ending.account(alert)  # whoever stopped it may have counted before all of this was frozen

    async def _account(self, alert: Alert) -> bool:
        return not await self._ending.account(alert)

    async def _account_again(self) -> None:
        if self._monotonic() < self._account_at:
            return
        for alert in await self._alerts.accounted(since=self._clock() - SETTLES_WITHIN):
            await self._guarded(alert, self._accounted_again(alert))
        self._account_at = self._monotonic() + ACCOUNT_EVERY.total_seconds()

    async def _accounted_again(self, alert: Alert) -> bool:
        await self._ending.account_again(alert)
        return False

    def _forget(self, standing: set[int]) -> None:
        for kept in (self._held_since, self._recovered):
            for alert_id in kept.keys() - standing:
                del kept[alert_id]

    async def _update(self) -> bool:
        if self._monotonic() < self._update_at:
            return False
        made = await self._updates.look()
        self._update_at = self._monotonic() + UPDATE_EVERY.total_seconds()
        return made

    async def _retain(self) -> None:
        if self._monotonic() >= self._retain_at:
            await self._alerts.retain(keep_since=self._clock() - self._keep)
            self._retain_at = self._monotonic() + RETAIN_EVERY.total_seconds()

    async def _guarded(self, alert: Alert, work: Awaitable[bool]) -> bool:
        return await self._troubles.guarded(f"alert {alert.id}", work)
