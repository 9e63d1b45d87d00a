"""From an alert whose turn it is to jobs for the senders: a unit, moments of the pace, readers, their messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

import structlog

from newsbot.channels.channel import Pusher
from newsbot.delivery.composer import Composer, Variant
from newsbot.delivery.ledger import Claim, Ledger, Postpone, Reader, Tier, UnitLost
from newsbot.delivery.outcomes import Sign, Verdict
from newsbot.delivery.pacing import BulkPacing, Granted, Lane
from newsbot.delivery.sending import Sending
from newsbot.delivery.work import NEVER, Job, Owned, Settlement, Work
from newsbot.domain.alert import AlertClass, Outcome
from newsbot.observability import Metrics

LANES: Final = {AlertClass.BREAKING: Lane.BREAKING, AlertClass.TOPIC: Lane.TOPIC, AlertClass.DIGEST: Lane.DIGEST}
CHANNEL_FIRST: Final = 2.0  #: seconds at most that the readers wait for the newsroom's own channel
LOOK_AGAIN: Final = 1.0  #: seconds before looking for a unit again, or for one that was not ready to be closed
LONGEST_REST: Final = 0.25  #: seconds of waiting for the pace before anything else is looked at
#: seconds without a moment after which an alert asks like the most urgent, and for how long: another process that has
#: only breaking news to send would keep the schedule filled beyond the reach of all other lanes
PATIENCE: Final = 0.5

#: where a process may die: `at` is called there, for tests
BEFORE_CLAIM: Final = "before_claim"
AFTER_CLAIM: Final = "after_claim"

_EVENTS: Final = ("taken", "taken_over", "lost", "done")  # to units
_BECAME: Final = {True: "waiting", False: "unknown"}  # by whether they are sent again

T = TypeVar("T")
_log = structlog.get_logger()


class Claiming:
    """One alert's turn at a time. `count(n)` is told of readers who are begun now (n > 0) or given up again (n < 0).

    Raises StoreError where ledger, pacing or articles are away; what was begun is then given up and taken back later.
    Who was claimed is handed on beside the next turn, which raises what went wrong with that: a server's answer takes
    as long as sending a hundred messages.
    """

    def __init__(
        self,
        worker: str,
        ledger: Ledger,
        pacing: BulkPacing,
        composer: Composer,
        pusher: Pusher,
        sending: Sending,
        *,
        settle: Callable[[Settlement], None],
        count: Callable[[int], None],
        at: Callable[[str], None],
        metrics: Metrics,
        echoes: bool = False,
    ) -> None:
        self._worker = worker
        self._ledger = ledger
        self._pacing = pacing
        self._composer = composer
        self._pusher = pusher
        self._sending = sending
        self._settle = settle
        self._count = count
        self._at = at
        self._echoes = echoes
        self._claimed = metrics.claim_readers.labels(pusher.name)
        # Before anything happens: Prometheus sees no growth in a series that begins with 1.
        self._units = {event: metrics.units.labels(pusher.name, event) for event in _EVENTS}
        self._recovered = {
            resent: metrics.deliveries_recovered.labels(pusher.name, became) for resent, became in _BECAME.items()
        }
        self._spare: list[float] = []  # moments that were granted and found no reader
        self._turns = dict.fromkeys(Lane, 0.0)  # when it is our turn to ask for more
        self._handing: asyncio.Task[int] | None = None  # who was claimed last

    async def turn(self, work: Work, room: int) -> int:
        """Claim up to `room` readers of this alert; how many there were."""
        clock = asyncio.get_running_loop().time
        now = clock()
        if self._handing is not None and self._handing.done():
            await self.handed_on()
        owned = work.next_unit(now) or await self._take(work, now)
        if owned is None:
            return 0
        if work.closing is not None:
            await self._close(work, owned, work.closing)
            return 0
        moments = await self._moments(work, room)
        if not moments:
            return 0
        claimed_at = clock()
        claim = await self._while_ours(work, owned, lambda: self._claim(owned, len(moments), work))
        if claim is None or not claim.readers:
            self._spare = moments + self._spare
            if claim is not None:
                await self._nobody(work, owned, claim)
            return 0
        try:
            await self.handed_on()  # those before them: moments are used in their order
        except BaseException:
            self._give_up(owned, claim.readers)
            raise
        self._handing = asyncio.create_task(self._hand_on(work, owned, claim.readers, moments, claimed_at))
        if owned.unit.tier is Tier.CHANNEL and await self.handed_on():
            work.channel_until = now + CHANNEL_FIRST
        return len(claim.readers)

    async def handed_on(self) -> int:
        """When who was claimed is handed on: how many. Raises StoreError; being cancelled gives them up too."""
        handing, self._handing = self._handing, None
        return await handing if handing is not None else 0

    async def stop(self) -> None:
        """Give up who is not handed on yet."""
        if self._handing is not None:
            self._handing.cancel()
            await asyncio.gather(self._handing, return_exceptions=True)

    async def tidy(self, work: Work) -> None:
        """Take back at once who was claimed and will not be begun with: if we died now they would be unknown."""
        for owned in tuple(work.units):
            if owned.stale and not owned.lock.locked():
                await self._while_ours(work, owned, _nothing)

    async def give_back(self, work: Work) -> None:
        """Let go of this alert's units; requests on their way stay ours."""
        for owned in tuple(work.units):
            await self._while_ours(work, owned, partial(self._ledger.give_back, owned.unit, self._worker))
            work.units = [one for one in work.units if one is not owned]

    async def _take(self, work: Work, now: float) -> Owned | None:
        if work.take_after > now:
            return None
        alert_id = work.alert.id
        taken = await self._ledger.take(self._worker, [alert_id], resend=[alert_id] if work.resend else ())
        if taken is None:
            work.take_after = now + LOOK_AGAIN
            return None
        self._units["taken"].inc()
        if taken.recovered:
            self._units["taken_over"].inc()
            self._recovered[work.resend].inc(taken.recovered)
            _log.warning("a unit is taken over", unit=str(taken.unit), begun=taken.recovered, sent_again=work.resend)
        owned = next((one for one in work.units if one.unit == taken.unit), None)
        if owned is None:
            owned = Owned(taken.unit)
            work.units.append(owned)
        return owned

    async def _moments(self, work: Work, count: int) -> list[float]:
        """When its next messages may be sent, at most `count`; none: not yet, and it has waited a little."""
        clock = asyncio.get_running_loop().time
        # Later than its neighbour's moment it would be one too many.
        oldest = clock() - self._pacing.interval.total_seconds()
        moments = [moment for moment in self._spare if moment >= oldest]
        self._spare = moments[count:]
        if moments:
            return moments[:count]
        lane = self._lane(work, clock())
        if (early := self._turns[lane] - clock()) <= 0:
            answer = await self._pacing.take(lane, count)
            early = answer.again_after / 1_000_000
            self._turns[lane] = clock() + early
            if isinstance(answer, Granted):
                work.waits_since = NEVER
                first, interval = clock() + answer.after / 1_000_000, self._pacing.interval.total_seconds()
                return self._sending.without_the_lost([first + place * interval for place in range(answer.count)])
        work.waits_since = min(work.waits_since, clock())
        await asyncio.sleep(min(early, LONGEST_REST))
        return []

    @staticmethod
    def _lane(work: Work, now: float) -> Lane:
        if now >= work.hurries_until and now - work.waits_since >= PATIENCE:
            work.hurries_until, work.waits_since = now + PATIENCE, NEVER
        return Lane.BREAKING if now < work.hurries_until else LANES[work.alert.cls]

    async def _claim(self, owned: Owned, count: int, work: Work) -> Claim:
        self._at(BEFORE_CLAIM)
        try:
            claim = await self._ledger.claim(owned.unit, self._worker, count, work.alert)
        except BaseException:
            owned.stale = True  # it may have been done, and we don't know who they are
            raise
        owned.begun.update(reader.position for reader in claim.readers)
        self._count(len(claim.readers))
        self._claimed.observe(len(claim.readers))
        self._at(AFTER_CLAIM)
        return claim

    async def _hand_on(
        self, work: Work, owned: Owned, readers: Sequence[Reader], moments: Sequence[float], claimed_at: float
    ) -> int:
        """Jobs for those who may be sent to; how many moments they take."""
        used = handed = 0
        try:
            messages = [await self._message(work, reader) for reader in readers]
            waits = await self._pacing.chats([reader.user_id for reader in readers])
            for reader, message, wait in zip(readers, messages, waits, strict=True):
                job = Job.of(work, owned, reader, message, moments[used], claimed_at, echoes=self._echoes)
                if message is None:
                    break
                handed += 1
                if wait:
                    self._settle(Settlement(job, Verdict(Postpone(reader.position, wait), Sign.NOTHING)))
                else:
                    self._sending.add(job)
                    used += 1
            return used
        finally:
            self._spare = [*moments[used:], *self._spare]
            self._give_up(owned, readers[handed:])

    def _give_up(self, owned: Owned, readers: Sequence[Reader]) -> None:
        if readers:
            owned.begun.difference_update(reader.position for reader in readers)
            owned.stale = True
            owned.wake()
            self._count(-len(readers))

    async def _message(self, work: Work, reader: Reader) -> Hashable | None:
        """None when there is nothing to show any more."""
        if work.closing is not None:
            return None
        kind = (reader.language, reader.topic, reader.user_id.startswith(("-", "@")))
        prepared = work.prepared.get(kind)
        if prepared is None:
            language, topic, shared = kind
            composed = await self._composer.compose(work.alert, Variant(language, topic, shared=shared))
            if composed is None:
                work.closing = Outcome.WITHDRAWN
                return None
            prepared = work.prepared[kind] = self._pusher.prepare(composed.operation, composed.reply)
        return prepared

    async def _nobody(self, work: Work, owned: Owned, claim: Claim) -> None:
        now = asyncio.get_running_loop().time()
        if claim.next_in is not None:
            owned.due = now + max(claim.next_in, timedelta(milliseconds=1)).total_seconds()
        elif owned.begun:
            owned.due = NEVER  # until they are settled
        elif claim.in_flight:
            owned.stale, owned.due = True, now + LOOK_AGAIN
        else:
            await self._close(work, owned, Outcome.EXPIRED)

    async def _close(self, work: Work, owned: Owned, outcome: Outcome) -> None:
        if owned.begun:
            owned.due = NEVER
            return
        closed = await self._while_ours(work, owned, lambda: self._ledger.close(owned.unit, self._worker, outcome))
        if closed:
            work.units = [one for one in work.units if one is not owned]
            self._units["done"].inc()
        elif closed is not None:
            owned.stale, owned.due = True, asyncio.get_running_loop().time() + LOOK_AGAIN

    async def _while_ours(self, work: Work, owned: Owned, do: Callable[[], Awaitable[T]]) -> T | None:
        """`do` under the unit's lock, after taking back who was claimed and will not be begun with. A unit that is lost
        is let go of: None.
        """
        async with owned.lock:
            try:
                if owned.stale:
                    await self._take_back(owned)
                return await do()
            except UnitLost:
                owned.lost = True
                self._units["lost"].inc()
                work.units = [one for one in work.units if one is not owned]
                _log.warning("another worker has this unit now", unit=str(owned.unit), begun=len(owned.begun))
                return None

    async def _take_back(self, owned: Owned) -> None:
        owned.stale = False  # first: others may be given up meanwhile
        try:
            await self._ledger.take_back(owned.unit, self._worker, but=frozenset(owned.begun))
        except BaseException:
            owned.stale = True
            raise


async def _nothing() -> None:
    return
