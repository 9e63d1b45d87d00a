"""The ledger in Redis: an alert's audience and what became of it are bits, segment by segment.

Beside the subscribers' own keys (`redis_segments`), in the segment's hash slot; `unit` stands for
`{telegram:12}:alert:<id>:<tier>`. A *rank* is how many of the audience stand before the reader.

    key                              type    what                                             how long
    {telegram:12}:alert:<id>:planned string  readers of the alert here: it is frozen          the alert's life + 7 days
    {telegram:12}:alert:<id>:told    bitmap  bore its second mark before                      as planned
    {telegram:12}:alert:<id>:outcomes  hash  outcome → who has it, 2 bytes a position, in     as planned
                                             order; empty: they have a bitmap
    {telegram:12}:alert:<id>:outcome:<n> bitmap who has it, while units are open; then only   as planned
                                             where it takes less room than a list
    {telegram:12}:story:<mark>       bitmap  was told of the story (or of one article of it), 4 days from the last
                                             or is to be; `domain.alert.marks_of`             freezing for it
    {telegram:12}:sole:<story>       string  the mark of its article, while all its alerts    as the mark
                                             here were for one: its bitmap is the story's
    {telegram:12}:strikes            hash    position → the alert that found no chat first    until something is sent
    unit:audience                    bitmap  who it is for, frozen when planned               as planned; once closed,
                                                                                              48 h or as copies
    unit:state                       hash    owner, turn, number: whose it is, and its last   as planned
                                             numbered call
                                             clock: what the server's said when somebody last waited, in ms
                                             wants, topics, story (its marks), of, until: what of the alert is
                                             needed here
                                             closed: the outcome of whoever had none then
    unit:begun                       bitmap  a request was begun and has no outcome yet       until closed
    unit:waiting                     bitmap  to be sent later                                 until closed
    unit:later                       zset    position of those → when, in ms by the server's  until closed
                                             clock
    unit:doubtful                    bitmap  a request was begun before, and its answer       until closed
                                             never came
    unit:settled                     bitmap  has an outcome                                   until closed
    unit:copies                      bitmap  was sent, and the message's id is known          48 h from the last one
    unit:messages                    string  4 bytes by rank: the platform's message id; on   48 h from the last one
                                             channels with windows 1: there is a copy
    unit:other_messages              hash    position → one that doesn't fit into 4 bytes     48 h from the last one
    {telegram:12}:held               zset    alert → when somebody here was held first, in    48 h; the newest 200
                                             unix seconds: where to look for what was missed
    {telegram:12}:tmp:<what>         bitmap  within one script                                the script

Who is in the audience and neither begun, waiting nor settled is untouched. Of closed units, the audience is whoever has
an outcome. What earlier versions have kept in place of that is read by `ledger_by_rank.lua`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from redis.asyncio import Redis

from newsbot.delivery.delivery_lines import log_deliveries, log_unit
from newsbot.delivery.ledger import OUTCOMES_KEPT, Claim, Fate, Reach, Result, Settle, Taken, Unit, UnitLost
from newsbot.delivery.permits import MARGIN
from newsbot.delivery.redis_audiences import Audiences, seconds_kept
from newsbot.delivery.redis_unit_list import UnitList
from newsbot.delivery.redis_units import CLOSED, SUPERSEDED, Closed, Units
from newsbot.domain.alert import Alert, Audience, Outcome, Totals
from newsbot.domain.subscriber import Slot
from newsbot.errors import StoreUnavailable
from newsbot.heartbeats import LIFE, Watch, new_name
from newsbot.observability import Metrics
from newsbot.redis_client import store_errors
from newsbot.redis_replicas import ReplicaBehind, Replicas

T = TypeVar("T")


@dataclass(slots=True)
class _Hold:
    """A unit that a worker of ours owns."""

    given_back: bool = False
    since: float = field(default_factory=time.monotonic)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # one numbered call after the other


class RedisLedger:
    """See `Ledger`. `account`: ours on the channel; `life`: how long a worker may be silent; `windows`: readers may be
    written to only for a while after they were heard of; `metrics`: where it is told how long each call took;
    `replicas`: that must have what a promotion must not undo, nobody's unless given.

    Workers are known by names that nobody else ever had (`heartbeats.new_name`).
    """

    def __init__(
        self,
        redis: Redis,
        channel: str,
        account: str,
        *,
        life: timedelta = LIFE,
        windows: bool = False,
        metrics: Metrics | None = None,
        replicas: Replicas | None = None,
    ) -> None:
        self.channel = channel
        self._replicas = replicas or Replicas(redis, wanted=0)
        self._redis = redis
        self._account = account
        self._audiences = Audiences(redis, channel)
        self._units = Units(redis, channel, replicas=self._replicas, windows=windows)
        self._windows = windows
        self._list = UnitList(redis, f"{channel}:{account}")
        self._watch = Watch(life)
        self._gone: frozenset[str] = frozenset()
        self._holds: dict[tuple[str, Unit], _Hold] = {}
        self._numbers = count(1)
        self._releaser = new_name()
        self._seconds = (metrics or Metrics()).ledger_seconds

    # --- freezing ----------------------------------------------------------------------------------------------------

    async def segments(self) -> tuple[int, ...]:
        with self._asking("listing segments"):
            found: Any = await _awaited(self._redis.smembers(f"segments:{self.channel}:{self._account}"))
        return tuple(sorted(int(one) for one in found))

    async def reach(self, audience: Audience, *, story: str = "") -> Reach:
        segments = await self.segments()
        beyond = int(time.time() + MARGIN.total_seconds()) if self._windows else None
        with self._asking("counting an audience"):
            return await self._audiences.reach(audience, segments, story, beyond)

    async def freeze(self, alert: Alert, segment: int, *, first: Slot | None = None, now: datetime) -> int:
        with self._asking("freezing an audience"):
            readers, tiers = await self._audiences.freeze(alert, segment, first, now)
            await self._offer(alert, segment, tiers, now)
        return readers

    async def freeze_copies(self, alert: Alert, segment: int, *, now: datetime) -> int | None:
        with self._asking("freezing an audience"):
            frozen = await self._audiences.freeze_copies(alert, segment, now)
            if frozen is None:
                return None
            readers, tiers = frozen
            await self._offer(alert, segment, tiers, now)
        return readers

    async def freeze_again(self, alert: Alert, segment: int, *, now: datetime) -> int:
        with self._asking("freezing an audience"):
            readers, tiers = await self._audiences.freeze_again(alert, segment, now)
            await self._offer(alert, segment, tiers, now)
        return readers

    async def _offer(self, alert: Alert, segment: int, tiers: Sequence[int], now: datetime) -> None:
        await self._list.offer(alert.id, segment, tiers, seconds_kept(alert, now))
        # An alert runs when this is done, and is frozen no more: who was forgotten then would be skipped.
        await self._replicas.barrier()

    # --- working -----------------------------------------------------------------------------------------------------

    async def beat(self, worker: str) -> None:
        with self._asking("saying that a worker lives"):
            self._gone = self._watch.silent(await self._list.beat(worker))
            await self._replicas.look()

    async def take(self, worker: str, alert_ids: Sequence[int], *, resend: Sequence[int] = ()) -> Taken | None:
        with self._asking("taking a unit"):
            while True:
                gone = self._gone - {worker}
                held = [unit for (by, unit), hold in self._holds.items() if by == worker and not hold.given_back]
                given = await self._list.take(worker, alert_ids, gone=gone, held=held)
                self._gone = self._watch.silent(given.beats)
                if given.unit is None:
                    if self._gone - {worker} <= gone:
                        return None
                    continue  # somebody died since
                recovered = await self._adopt(given.unit, worker, given.turn, resend=given.unit.alert_id in resend)
                if recovered is not None:
                    return Taken(given.unit, recovered)

    async def _adopt(self, unit: Unit, worker: str, turn: int, *, resend: bool) -> int | None:
        """How many were recovered; None when it is not ours after all."""
        recovered, told = await self._units.adopt(unit, worker, turn, number=next(self._numbers), resend=resend)
        # Closed by somebody who died before it was off the list.
        if recovered == CLOSED and (closed := await self._units.close(unit, worker, Outcome.STOPPED)):
            await self._done(unit, closed, None)
        if recovered in (CLOSED, SUPERSEDED):
            self._holds.pop((worker, unit), None)
            return None
        self._holds[worker, unit] = _Hold()
        await log_deliveries(self.channel, unit, told)
        return recovered

    async def replicated(self) -> None:
        with self._asking("waiting for a replica"):
            await self._replicas.follow()

    async def claim(self, unit: Unit, worker: str, count: int, alert: Alert) -> Claim:
        hold = self._hold(unit, worker)
        with self._asking("claiming readers"):
            async with hold.lock:
                claim, told = await self._units.claim(unit, worker, next(self._numbers), count)
        await log_deliveries(self.channel, unit, told)
        return self._kept(claim, unit, worker)

    async def take_back(self, unit: Unit, worker: str, *, but: Collection[int] = ()) -> int:
        hold = self._hold(unit, worker)
        with self._asking("taking claims back"):
            async with hold.lock:
                back = await self._units.take_back(unit, worker, next(self._numbers), but)
        return self._kept(back, unit, worker)

    async def settle(self, unit: Unit, results: Sequence[Result], *, lasting: bool = False) -> None:
        with self._asking("settling deliveries"):
            told = await self._units.settle(unit, results, lasting=lasting)
        # A second answer that never came makes of a delay an outcome; the other outcomes are known to who asks.
        await log_deliveries(self.channel, unit, told, but={one.position for one in results if isinstance(one, Settle)})

    async def close(self, unit: Unit, worker: str, outcome: Outcome) -> bool:
        with self._asking("closing a unit"):
            closed = await self._units.close(unit, worker, outcome)
            if closed:
                await self._done(unit, closed, self._holds.pop((worker, unit), None))
        return bool(self._kept(closed, unit, worker))

    async def give_back(self, unit: Unit, worker: str) -> None:
        hold = self._holds.get((worker, unit))
        if hold is None:
            return
        hold.given_back = True
        with self._asking("giving a unit back"):
            given_back = await self._units.give_back(unit, worker)
            if given_back:
                await self._list.free(unit, worker, int(OUTCOMES_KEPT.total_seconds()))
        if given_back is not False:
            self._holds.pop((worker, unit), None)

    async def strike(self, unit: Unit, position: int) -> bool:
        with self._asking("counting a strike"):
            return await self._units.strike(unit, position)

    # --- what was held -----------------------------------------------------------------------------------------------

    async def offer(self, slot: Slot) -> tuple[Unit, ...]:
        with self._asking("looking up what a reader missed"):
            return await self._units.missed(slot, "offer")

    async def missed(self, slot: Slot) -> tuple[Unit, ...]:
        with self._asking("looking up what a reader missed"):
            return await self._units.missed(slot, "list")

    async def decline(self, slot: Slot) -> None:
        with self._asking("noting that a reader declined"):
            await self._units.missed(slot, "decline")

    # --- figures -----------------------------------------------------------------------------------------------------

    async def open_units(self, alert_id: int) -> int:
        with self._asking("counting units"):
            return len(await self._list.of(alert_id))

    async def totals(self, alert_id: int) -> Totals:
        with self._asking("adding up an alert"):
            return await self._units.totals(alert_id, await self._list.segments(alert_id))

    async def fate(self, alert_id: int, slot: Slot) -> Fate:
        with self._asking("looking a delivery up"):
            return await self._units.fate(alert_id, slot)

    async def release(self, alert_id: int) -> None:
        while (taken := await self.take(self._releaser, [alert_id])) is not None:
            with suppress(UnitLost):
                await self.close(taken.unit, self._releaser, Outcome.STOPPED)
        with self._asking("releasing an alert"):
            for unit in await self._list.of(alert_id):
                # A living worker's: it has nothing to do with it any more, unless requests are on their way.
                if closed := await self._units.close(unit, "", Outcome.STOPPED):
                    await self._done(unit, closed, None)

    async def _done(self, unit: Unit, closed: Closed, hold: _Hold | None) -> None:
        """Take a closed unit off the list of work. Who does so says it, once."""
        now, struck_off = time.monotonic(), False
        await log_deliveries(self.channel, unit, closed.told)
        try:
            struck_off = await self._list.strike_off(unit)
        except asyncio.CancelledError:
            struck_off = True  # we stop, and nobody else may find it there
            raise
        finally:
            if struck_off and closed.outcomes:
                log_unit(self.channel, unit, None if hold is None else now - hold.since, closed.outcomes)

    # --- what they are made of ---------------------------------------------------------------------------------------

    def _hold(self, unit: Unit, worker: str) -> _Hold:
        hold = self._holds.get((worker, unit))
        if hold is None or hold.given_back:
            raise UnitLost
        return hold

    def _kept(self, answer: T | None, unit: Unit, worker: str) -> T:
        """Raises UnitLost when the answer says that the unit is another's."""
        if answer is None:
            self._holds.pop((worker, unit), None)
            raise UnitLost
        return answer

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            with store_errors(doing):
                yield
            self._seconds.labels(self.channel, doing).observe(time.perf_counter() - began)
        except ReplicaBehind:
            raise
        except StoreUnavailable:
            # The others could not beat either.
            self._watch.restart()
            self._gone = frozenset()
            self._replicas.look_again()
            raise


async def _awaited(command: Any) -> Any:
    # The library types a command for its two clients at once; ours always awaits.
    return await command
