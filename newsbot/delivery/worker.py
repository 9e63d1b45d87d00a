"""Sends alerts to their readers: whose turn it is, at the pace that all share, each reader once.

    watch      which alerts run: an alert that nobody can stop doesn't run
    beat       says that we live, or others take our units over
    schedule   turns between alerts: take a unit, wait for the pace, claim readers
    hand out   each of them to a sender at its moment
    senders    a fixed number of them, each with one request on its way
    settle     what became of deliveries goes into the ledger (`settling`)
    mark       who can't be reached, who moved (`marking`)
    probe      while the platform is away or refuses our account: asks it until that is over (`channel_health`)
    keep       alerts that paused themselves here, and that our account is refused, into the stores
    floods     chats that the platform asks to leave alone, into the pace that all share

A reader is marked in the ledger before the request to them is begun, and at most `in_flight` are marked and not settled
at any moment: so many are unknown when the process is killed, and no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog

from newsbot.channels.channel import USUAL, Pusher, Traits
from newsbot.delivery.alerts import AlertStore, Standing
from newsbot.delivery.breaker import Breaker, Ruling
from newsbot.delivery.channel_health import ChannelHealth, never_barred
from newsbot.delivery.claiming import Claiming
from newsbot.delivery.composer import Composer
from newsbot.delivery.ledger import Ledger
from newsbot.delivery.marking import Marking
from newsbot.delivery.notices import NoticeStore
from newsbot.delivery.outcomes import Sign, decide, resends
from newsbot.delivery.pacing import BulkPacing
from newsbot.delivery.sending import Sending
from newsbot.delivery.settling import TOGETHER, Settling
from newsbot.delivery.turns import Turns
from newsbot.delivery.work import NEVER, Job, Settlement, Work
from newsbot.domain.alert import AlertState
from newsbot.domain.attempt import Attempt, Refused
from newsbot.errors import NewsbotError, StoreError
from newsbot.heartbeats import new_name, retire
from newsbot.observability import Metrics
from newsbot.stopping import By, Stopping
from newsbot.subscribers.store import SubscriberStore

LOOK_EVERY: Final = 0.5  #: seconds between two looks at which alerts run: a stop counts within a second
BLIND_AFTER: Final = 3.0  #: seconds without seeing them after which nobody is claimed
JUST_STARTED: Final = timedelta(seconds=5)
BEAT_EVERY: Final = 2.0  #: seconds
REDIS_AGAIN: Final = 0.5  #: seconds before a ledger or a budget that is away is asked again

BEFORE_SETTLE: Final = "before_settle"  #: see `sending` and `claiming` for the other points where a process may die

_log = structlog.get_logger()


class DeliveryWorker:
    """For one channel account. `in_flight`: see above; `connections`: requests on their way at once (as many, unless
    said otherwise); `notices`: where it is kept that our account is refused; `barred`: why nothing may be sent now
    whatever the platform answers, '' if it may; `stopping`: by when it must have ended once it is cancelled; `at`:
    called at the points where a process may die.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        alerts: AlertStore,
        pacing: BulkPacing,
        pusher: Pusher,
        composer: Composer,
        subscribers: SubscriberStore,
        metrics: Metrics,
        clock: Callable[[], datetime],
        in_flight: int,
        connections: int | None = None,
        traits: Traits = USUAL,
        notices: NoticeStore | None = None,
        barred: Callable[[], Awaitable[str]] = never_barred,
        stopping: Stopping | None = None,
        name: str | None = None,
        at: Callable[[str], None] = lambda point: None,
    ) -> None:
        self._ledger = ledger
        self._alerts = alerts
        self._pacing = pacing
        self._pusher = pusher
        self._metrics = metrics
        self._clock = clock
        self._in_flight = in_flight
        self._connections = connections or in_flight
        self._name = new_name() if name is None else name
        self._works: dict[int, Work] = {}
        self._turns = Turns()
        self._breaker = Breaker(in_flight)
        self._begun = 0  # readers who are marked and not settled
        self._room_since = 0.0  # when there was some for more, though not for many
        self._seen_at = -NEVER  # when we saw which alerts run
        self._blind = ""  # why we haven't seen it for too long
        self._trouble = ""  # why nothing could be claimed
        self._unkept: asyncio.Queue[Callable[[], Awaitable[object]]] = asyncio.Queue()
        self._floods: asyncio.Queue[tuple[str, timedelta]] = asyncio.Queue()
        self._stopping = stopping or Stopping()
        self._stops = False  # nothing new is begun
        self._looked_for = asyncio.Event()  # there is something new to see
        self._changed = asyncio.Event()  # something that the schedule may wait for
        self._health = ChannelHealth(
            pusher,
            metrics,
            notices=notices,
            barred=barred,
            keep=self._unkept.put_nowait,
            back=self._go_on,
            clock=clock,
        )
        self._marking = Marking(subscribers, pusher.name, clock=clock)
        self._settling = Settling(
            ledger, self._marking, metrics, settled=self._settled, before=lambda: at(BEFORE_SETTLE)
        )
        self._sending = Sending(
            pusher,
            may_begin=self._may_begin,
            answered=self._answered,
            dropped=self._dropped,
            at=at,
            interval=pacing.interval.total_seconds(),
        )
        self._claiming = Claiming(
            self._name,
            ledger,
            pacing,
            composer,
            pusher,
            self._sending,
            settle=self._settling.add,
            count=self._count,
            at=at,
            echoes=traits.echoes,
            metrics=metrics,
        )

    def look(self) -> None:
        """An alert has begun: see it now, not at the next look."""
        self._looked_for.set()

    @property
    def holding(self) -> str:
        """Why nothing is sent now, in words; '' while it may be, and where no worker runs."""
        if self._blind:
            return f"alerts could not be stopped now, so none is sent: {self._blind}"
        return self._health.why_not or self._trouble

    async def run(self) -> None:
        """Until cancelled; then nothing new is begun, answers are waited for, and what is known is kept."""
        starting: dict[str, Coroutine[Any, Any, None]] = {
            "watch": self._watch(),
            "schedule": self._schedule(),
            "probe": self._health.probe(),
            "keep": self._keep(),
        }
        ending: dict[str, Coroutine[Any, Any, None]] = {
            "beat": self._beat(),
            "hand out": self._sending.hand_out(),
            "floods": self._tell_floods(),
            "settle": self._settling.run(),
            "mark": self._marking.run(),
        }
        ending |= {f"sender {number}": self._sending.run() for number in range(self._connections)}
        beginners = {asyncio.create_task(work, name=name) for name, work in starting.items()}
        enders = {asyncio.create_task(work, name=name) for name, work in ending.items()}
        try:
            ended, _ = await asyncio.wait(beginners | enders, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                error = task.exception() or NewsbotError(f"the task {task.get_name()!r} ended by itself")
                self._stopping.begin(error)
                raise error
        finally:
            self._stopping.begin()
            self._stops = True
            await self._stopping.end(beginners, By.ANSWERS)
            await self._stop()
            await self._stopping.end(enders, By.TASKS)
            retire(self._name)

    # --- what runs ---------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            asked_at = clock()
            try:
                standing = await self._alerts.standing()
            except StoreError as error:
                if not self._blind and clock() - self._seen_at > BLIND_AFTER:
                    self._blind = str(error)
                    self._metrics.delivery_holds.labels(self._pusher.name, "database_away").inc()
                    _log.warning("nothing is sent while alerts can't be stopped", reason=str(error))
            else:
                if self._blind:
                    self._blind = ""
                    _log.info("alerts can be stopped again, sending goes on")
                self._seen_at = clock()
                self._apply(standing, asked_at)
            self._obey(self._breaker.believe(clock()))
            await self._health.look()
            self._metrics.deliveries_in_flight.labels(self._pusher.name).set(self._begun)
            self._metrics.delivery_holding.labels(self._pusher.name).set(bool(self.holding))
            self._changed.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._looked_for.wait(), LOOK_EVERY)
            self._looked_for.clear()

    def _apply(self, standing: tuple[Standing, ...], asked_at: float) -> None:
        now = self._clock()
        for one in standing:
            work = self._works.get(one.alert.id)
            if work is None:
                work = self._works[one.alert.id] = Work(one.alert, resends(one.alert, self._pusher.name))
                started = one.alert.started_at
                work.first_sent = started is not None and now - started > JUST_STARTED  # not by us
            if work.paused_at < asked_at:  # else it was read before we paused it
                work.sees(one, self._pusher.name, now)
        standing_ids = {one.alert.id for one in standing}
        for alert_id, work in self._works.items():
            if alert_id not in standing_ids:
                work.open, work.over = False, True

    async def _beat(self) -> None:
        while True:
            with suppress(StoreError):  # the schedule says that Redis is away
                await self._ledger.beat(self._name)
            await asyncio.sleep(BEAT_EVERY)

    # --- turns -------------------------------------------------------------------------------------------------------

    async def _schedule(self) -> None:
        while True:
            self._changed.clear()
            try:
                await self._let_go()
                anything_open = any(one.open for one in self._works.values())
                if anything_open:
                    await self._ledger.replicated()
                work = self._next()
                if work is None:
                    if not anything_open:
                        self._trouble = ""  # there is nothing that could be held up
                    await self._rest()
                    continue
                used = await self._claiming.turn(work, self._in_flight - self._begun)
                self._room_since = asyncio.get_running_loop().time()
            except StoreError as error:
                if not self._trouble:
                    _log.warning("nothing new is sent now", reason=str(error))
                self._trouble = str(error)
                await asyncio.sleep(REDIS_AGAIN)
            else:
                if self._trouble:
                    _log.info("sending goes on")
                    self._trouble = ""
                self._turns.took(work.alert.cls, work.alert.id, used)

    def _next(self) -> Work | None:
        now = asyncio.get_running_loop().time()
        if not self._may_claim(now):
            return None
        wanting = [(work.alert.cls, work.alert.id) for work in self._works.values() if work.wants(now)]
        return self._works[self._turns.next(wanting)] if wanting else None

    def _may_claim(self, now: float) -> bool:
        return self._health.may_send and self._has_room(now) and now - self._seen_at <= BLIND_AFTER

    def _has_room(self, now: float) -> bool:
        """For many at a time, or for anybody after a moment: a claim costs as much as sending some messages."""
        room = self._in_flight - self._begun
        if room == 0:
            self._room_since = now
        return room * 4 >= self._in_flight or (room > 0 and now - self._room_since >= TOGETHER)

    async def _rest(self) -> None:
        """Until something changes or a unit is due."""
        now = asyncio.get_running_loop().time()
        until = now + LOOK_EVERY
        if not self._has_room(now):
            until = self._room_since + TOGETHER if self._begun < self._in_flight else until
        elif self._may_claim(now):
            until = min([until, *(work.next_look(now) for work in self._works.values())])
        with suppress(TimeoutError):
            async with asyncio.timeout_at(max(until, now + 0.001)):
                await self._changed.wait()

    async def _let_go(self) -> None:
        """Units of alerts that must not be sent now, once nothing of them is on its way."""
        for work in tuple(self._works.values()):
            await self._claiming.tidy(work)
            if work.working or work.begun:
                continue
            if work.units:
                await self._claiming.give_back(work)
            if work.over:
                alert = await self._alerts.get(work.alert.id)
                if alert is not None and alert.state is AlertState.STOPPED:
                    await self._ledger.release(work.alert.id)
                del self._works[work.alert.id]
                self._breaker.forget(work)
                self._turns.forget(work.alert.cls, work.alert.id)

    # --- deliveries --------------------------------------------------------------------------------------------------

    def _may_begin(self, job: Job) -> bool:
        may = not self._stops and self._health.may_send and job.work.open and not job.owned.lost
        if may and not job.work.first_sent:
            self._first(job.work)
        return may

    def _first(self, work: Work) -> None:
        work.first_sent = True
        waited = (self._clock() - work.alert.created_at).total_seconds()
        self._metrics.first_push_seconds.labels(self._pusher.name, work.alert.cls.value).observe(waited)
        _log.info("an alert goes out", alert=work.alert.id, cls=work.alert.cls.value, seconds_after=round(waited, 3))

    def _answered(self, job: Job, attempt: Attempt) -> None:
        one = Settlement(job, decide(attempt, job.position, resend=job.work.resend, window_until=job.to.window_until))
        if one.verdict.flooded is not None:
            self._floods.put_nowait((job.to.user_id, one.verdict.flooded))
        if one.verdict.sign is Sign.WELL:
            self._health.accepted()
            if self._breaker.clean:
                self._settling.add(one)
                return
        else:
            _log.debug("not delivered", alert=job.work.alert.id, to=job.to.user_id, attempt=attempt)
        self._obey(self._breaker.judge(one, asyncio.get_running_loop().time()), job.work, attempt)

    def _obey(self, ruling: Ruling, work: Work | None = None, attempt: Attempt | None = None) -> None:
        for one in ruling.settle:
            self._settling.add(one)
        for user_id, reason in ruling.mark:
            self._marking.unreachable(user_id, reason)
        if ruling.pause and work is not None:
            channel = self._pusher.name
            work.pausing, work.open = ruling.pause, False
            self._unkept.put_nowait(partial(self._turn_paused, work))
            self._metrics.delivery_holds.labels(channel, ruling.pause).inc()
            _log.error(
                "an alert pauses itself", alert=work.alert.id, channel=channel, reason=ruling.pause, attempt=attempt
            )
        if ruling.halt and isinstance(attempt, Refused):
            self._health.halt(attempt)
        if ruling.hold:
            self._health.hold(attempt)

    def _dropped(self, job: Job) -> None:
        """Certainly not sent: its mark is taken back before the unit's next claim."""
        job.owned.begun.discard(job.position)
        job.owned.stale = True
        job.owned.wake()
        self._settled(1)

    def _count(self, begun: int) -> None:
        self._begun += begun

    def _settled(self, count: int) -> None:
        self._begun -= count
        self._changed.set()

    # --- when something is wrong -------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        self._breaker.answers_again()
        self._changed.set()

    async def _keep(self) -> None:
        """What the stores must know; until an alert's pause is kept, it is paused here only."""
        while True:
            await _until_kept(await self._unkept.get(), "a pause can't be kept in the store")

    async def _turn_paused(self, work: Work) -> None:
        await self._alerts.pause(work.alert.id, self._pusher.name, work.pausing, now=self._clock())
        work.paused_at = asyncio.get_running_loop().time()
        work.pausing = ""

    async def _tell_floods(self) -> None:
        while True:
            chat_id, after = await self._floods.get()
            await _until_kept(partial(self._pacing.flooded, chat_id, after), "a pause can't be noted")

    # --- the end -----------------------------------------------------------------------------------------------------

    async def _stop(self) -> None:
        until = self._stopping.until
        async with until(By.ANSWERS):
            await self._claiming.stop()
            await self._sending.finished()
        self._obey(self._breaker.believe())
        async with until(By.RESULTS):
            await self._settling.finished()
        with suppress(StoreError):
            async with until(By.RETURNS):
                for work in self._works.values():
                    await self._claiming.give_back(work)
        async with until(By.RETURNS):
            await self._marking.finished()
        if self._begun:
            _log.warning("stopped with requests on their way; they are unknown", begun=self._begun)


async def _until_kept(keep: Callable[[], Awaitable[object]], trouble: str) -> None:
    while True:
        try:
            await keep()
            return
        except StoreError as error:
            _log.warning(trouble, reason=str(error))
            await asyncio.sleep(REDIS_AGAIN)
