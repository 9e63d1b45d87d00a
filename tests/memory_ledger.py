"""A ledger in memory, at the height of its protocol: the contract suite of the real one runs against it too.

readers = {0: a_subscriber("sports", number=0), 1: …}     # or any mapping to subscribers; changes count at once
ledger = MemoryLedger(readers)
await ledger.freeze(an_alert(), 0, now=NOW)
ledger.dead.add("worker")                                # its units are taken over from now on
ledger.skip(timedelta(seconds=30))                       # who waits becomes due
ledger.away = True                                       # StoreUnavailable until it is False again
ledger = MemoryLedger(readers, windows={0: window, …})   # by the reader's number; a channel with windows
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from newsbot.delivery.ledger import (
    MISSED_KEPT,
    Claim,
    Fate,
    Postpone,
    Reach,
    Reader,
    Result,
    Settle,
    Taken,
    Tier,
    Unit,
    UnitLost,
)
from newsbot.delivery.permits import is_open
from newsbot.domain.alert import Alert, Audience, Outcome, Totals
from newsbot.domain.subscriber import Slot, Subscriber
from newsbot.domain.window import Window
from newsbot.errors import StoreUnavailable


@dataclass
class _Unit:
    """What is kept of a unit, by position in the segment."""

    alert: Alert
    audience: frozenset[int]
    copies: dict[int, str] = field(default_factory=dict)  # of the alert that is corrected or recalled
    begun: set[int] = field(default_factory=set)
    waiting: dict[int, float] = field(default_factory=dict)  # until when
    doubtful: set[int] = field(default_factory=set)  # begun before, without an answer
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    messages: dict[int, str] = field(default_factory=dict)
    owner: str = ""
    given_back: bool = False  # with requests on their way
    closed: bool = False
    copies_kept: bool = True

    @property
    def untouched(self) -> list[int]:
        return sorted(self.audience - self.begun - self.waiting.keys() - self.outcomes.keys())

    def forget(self, position: int) -> None:
        self.begun.discard(position)
        self.waiting.pop(position, None)


class MemoryLedger:
    """Implements `newsbot.delivery.ledger.Ledger`."""

    def __init__(
        self,
        readers: Mapping[Any, Subscriber] | None = None,
        *,
        channel: str = "telegram",
        clock: Callable[[], float] = time.monotonic,
        windows: dict[int, Window] | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.channel = channel
        self.readers: Mapping[Any, Subscriber] = {} if readers is None else readers
        self.windows = windows
        self.away = False
        self.dead: set[str] = set()
        self._clock = clock
        self._wall_clock = wall
        self._skipped = 0.0
        self._units: dict[Unit, _Unit] = {}
        self._planned: dict[tuple[int, int], int] = {}
        self._stories: dict[tuple[str, int], set[int]] = {}
        self._told: dict[tuple[int, int], set[int]] = {}
        self._strikes: dict[tuple[int, int], int] = {}
        self._held: dict[Slot, dict[Unit, float]] = {}  # since when
        self._offered: set[Slot] = set()  # since their window opened
        self._declined: set[Slot] = set()

    def skip(self, time_passes: timedelta) -> None:
        self._skipped += time_passes.total_seconds()

    def forget_copies(self, unit: Unit) -> None:
        """As 48 hours after its last message."""
        if unit in self._units:
            self._units[unit].messages.clear()
            self._units[unit].copies_kept = False

    def heard_of(self, number: int, window: Window) -> None:
        """The reader did something that opens it."""
        assert self.windows is not None
        slot, before = Slot.of(self.channel, number), self.windows.get(number)
        if before is None or before.expires_at < window.expires_at:
            if self._closed(slot):
                self._offered.discard(slot)
            self.windows[number] = window

    # --- freezing ----------------------------------------------------------------------------------------------------

    async def segments(self) -> tuple[int, ...]:
        self._reach()
        return tuple(sorted({one.slot.segment for one in self._of_channel()}))

    async def reach(self, audience: Audience, *, story: str = "") -> Reach:
        self._reach()
        who = [one for segment in await self.segments() for one in self._audience(audience, segment, story)]
        closed = sum(self._closed(one.slot) for one in who)
        return Reach(len(who) - closed, closed)

    async def freeze(self, alert: Alert, segment: int, *, first: Slot | None = None, now: datetime) -> int:
        self._reach()
        if (alert.id, segment) in self._planned:
            return self._planned[alert.id, segment]
        marked = [self._stories.setdefault((mark, segment), set()) for mark in alert.marks]
        tiers: dict[Tier, set[int]] = {tier: set() for tier in Tier}
        for one in self._audience(alert.audience, segment, (*alert.marks, "")[0]):
            tiers[_tier(one, now)].add(one.slot.position)
        if first is not None and first.segment == segment:
            for positions in tiers.values():
                positions.discard(first.position)
            there = self._at(segment, first.position)
            if there is not None and not there.preferences.unreachable and not (marked and first.position in marked[0]):
                tiers[Tier.CHANNEL].add(first.position)
        if len(marked) > 1:
            self._told[alert.id, segment] = marked[1] & set().union(*tiers.values())
        for tier, positions in tiers.items():
            if positions:
                self._units[Unit(alert.id, tier, segment)] = _Unit(alert, frozenset(positions))
                for mark in marked:
                    mark |= positions
        self._planned[alert.id, segment] = sum(map(len, tiers.values()))
        return self._planned[alert.id, segment]

    async def freeze_copies(self, alert: Alert, segment: int, *, now: datetime) -> int | None:
        self._reach()
        if (alert.id, segment) in self._planned:
            return self._planned[alert.id, segment]
        parents = {unit.tier: it for unit, it in self._of(alert.of) if unit.segment == segment}
        if any(parent.begun for parent in parents.values()):
            return None
        for tier, parent in parents.items():
            copies = {one: parent.messages[one] for one in parent.messages if parent.outcomes.get(one) is Outcome.SENT}
            if copies:
                self._units[Unit(alert.id, tier, segment)] = _Unit(alert, frozenset(copies), copies)
        self._planned[alert.id, segment] = sum(
            len(it.audience) for unit, it in self._of(alert.id) if unit.segment == segment
        )
        return self._planned[alert.id, segment]

    async def freeze_again(self, alert: Alert, segment: int, *, now: datetime) -> int:
        self._reach()
        if (alert.id, segment) in self._planned:
            return self._planned[alert.id, segment]
        marked = [self._stories.setdefault((mark, segment), set()) for mark in alert.marks]
        willing = {one.slot.position for one in self._audience(Audience(alert.audience.topics), segment, "")}
        missed: set[int] = set()
        refused: set[int] = set()
        for unit, it in self._of(alert.of):
            if unit.segment == segment:
                found = {position for position, outcome in it.outcomes.items() if outcome.retriable}
                refused |= {position for position in found if it.outcomes[position].refused}
                missed |= {position for position in found if not (marked and position in marked[0])}
        everyone = (missed | refused) & willing
        if len(marked) > 1:
            before = self._told.get((alert.of, segment), set())
            self._told[alert.id, segment] = (marked[1] & everyone - refused) | (refused & before)
        if everyone:
            self._units[Unit(alert.id, Tier.REST, segment)] = _Unit(alert, frozenset(everyone))
            for mark in marked:
                mark |= everyone
        self._planned[alert.id, segment] = len(everyone)
        return len(everyone)

    # --- working -----------------------------------------------------------------------------------------------------

    async def beat(self, worker: str) -> None:
        self._reach()

    async def take(self, worker: str, alert_ids: Sequence[int], *, resend: Sequence[int] = ()) -> Taken | None:
        self._reach()
        for alert_id in alert_ids:
            for unit, it in self._of(alert_id):
                if it.closed:
                    continue
                ours = it.given_back and it.owner == worker
                if ours or it.owner == "" or it.owner in self.dead - {worker}:
                    recovered = 0 if ours else self._recover(it, resend=alert_id in resend)
                    it.owner, it.given_back = worker, False
                    return Taken(unit, recovered)
        return None

    async def replicated(self) -> None:
        self._reach()

    async def claim(self, unit: Unit, worker: str, count: int, alert: Alert) -> Claim:
        self._reach()
        it = self._owned(unit, worker)
        now = self._now()
        due = sorted((until, position) for position, until in it.waiting.items() if until <= now)
        turn: list[int] = []
        windowed = self._has_windows(unit, it)
        for _, position in due:
            if len(turn) < count:
                closed = windowed and self._closed(Slot(self.channel, unit.segment, position))
                if self._wants(unit, it, position) and not closed:
                    turn.append(position)
                elif self._wants(unit, it, position) and position not in it.doubtful:
                    self._hold(unit, it, position)
                else:
                    self._withdraw(unit, it, position)
        for position in it.untouched:
            if self._wants(unit, it, position):
                if windowed and self._closed(Slot(self.channel, unit.segment, position)):
                    self._hold(unit, it, position)
                elif len(turn) < count:
                    turn.append(position)
        for position in turn:
            it.waiting.pop(position, None)
            it.begun.add(position)
        first = min(it.waiting.values(), default=None)
        return Claim(
            tuple(self._reader(unit, it, position) for position in turn),
            None if first is None else timedelta(seconds=max(0.0, first - now)),
            len(it.begun),
        )

    async def take_back(self, unit: Unit, worker: str, *, but: Collection[int] = ()) -> int:
        self._reach()
        it = self._owned(unit, worker)
        left = it.begun - set(but)
        for position in left:
            self._wait(it, position, timedelta(), doubtful=False)
        return len(left)

    async def settle(self, unit: Unit, results: Sequence[Result], *, lasting: bool = False) -> None:
        self._reach()
        it = self._units.get(unit)
        if it is None:
            return
        for result in results:
            if result.position not in it.audience:
                continue
            match result:
                case Settle():
                    self._settle(unit, it, result)
                case Postpone():
                    self._postpone(it, result)

    async def close(self, unit: Unit, worker: str, outcome: Outcome) -> bool:
        self._reach()
        if unit in self._units and self._units[unit].closed:
            return True
        return self._close(unit, self._owned(unit, worker), outcome)

    async def give_back(self, unit: Unit, worker: str) -> None:
        self._reach()
        it = self._units.get(unit)
        if it is not None and it.owner == worker:
            it.given_back = bool(it.begun)
            it.owner = worker if it.begun else ""

    async def strike(self, unit: Unit, position: int) -> bool:
        self._reach()
        return self._strikes.setdefault((unit.segment, position), unit.alert_id) != unit.alert_id

    # --- what was held -----------------------------------------------------------------------------------------------

    async def offer(self, slot: Slot) -> tuple[Unit, ...]:
        missed = await self.missed(slot)
        if slot in self._declined or slot in self._offered:
            return ()
        if missed:
            self._offered.add(slot)
        return missed

    async def missed(self, slot: Slot) -> tuple[Unit, ...]:
        self._reach()
        oldest = self._wall() - MISSED_KEPT.total_seconds()
        held = self._held.get(slot, {})
        recent = [unit for unit, since in held.items() if since >= oldest and self._units[unit].copies_kept]
        still = [unit for unit in recent if self._units[unit].outcomes.get(slot.position) is Outcome.HELD]
        return tuple(sorted(still, key=lambda unit: -unit.alert_id))

    async def decline(self, slot: Slot) -> None:
        self._reach()
        self._declined.add(slot)

    # --- figures -----------------------------------------------------------------------------------------------------

    async def open_units(self, alert_id: int) -> int:
        self._reach()
        return sum(not it.closed for _, it in self._of(alert_id))

    async def totals(self, alert_id: int) -> Totals:
        self._reach()
        units = [it for _, it in self._of(alert_id)]
        outcomes = [outcome for it in units for outcome in it.outcomes.values()]
        return Totals(
            audience=sum(len(it.audience) for it in units),
            outcomes={outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
            waiting=sum(len(it.waiting) for it in units),
            in_flight=sum(len(it.begun) for it in units),
            untouched=sum(len(it.untouched) for it in units),
        )

    async def fate(self, alert_id: int, slot: Slot) -> Fate:
        self._reach()
        for unit, it in self._of(alert_id):
            if unit.segment == slot.segment and slot.position in it.audience:
                return Fate(
                    in_audience=True,
                    outcome=it.outcomes.get(slot.position),
                    waiting=slot.position in it.waiting,
                    begun=slot.position in it.begun,
                )
        return Fate()

    async def release(self, alert_id: int) -> None:
        self._reach()
        for unit, it in self._of(alert_id):
            if not it.closed:
                if it.owner in self.dead:
                    self._recover(it, resend=False)
                self._close(unit, it, Outcome.STOPPED)

    # --- what they are made of ---------------------------------------------------------------------------------------

    def _reach(self) -> None:
        if self.away:
            raise StoreUnavailable

    def _now(self) -> float:
        return self._clock() + self._skipped

    def _wall(self) -> float:
        return self._wall_clock() + self._skipped

    def _has_windows(self, unit: Unit, it: _Unit) -> bool:
        return self.windows is not None and unit.tier is not Tier.CHANNEL

    def _closed(self, slot: Slot) -> bool:
        if self.windows is None:
            return False
        now = datetime.fromtimestamp(self._wall(), UTC)
        return not is_open(self.windows.get(slot.number), now)

    def _hold(self, unit: Unit, it: _Unit, position: int) -> None:
        slot = Slot(self.channel, unit.segment, position)
        it.forget(position)
        it.outcomes[position] = Outcome.HELD
        self._held.setdefault(slot, {}).setdefault(unit, self._wall())
        self._declined.discard(slot)

    def _of_channel(self) -> Iterator[Subscriber]:
        return (one for one in self.readers.values() if one.address.channel == self.channel)

    def _at(self, segment: int, position: int) -> Subscriber | None:
        slot = Slot(self.channel, segment, position)
        likely = self.readers.get(slot.number)
        if likely is not None and likely.slot == slot:
            return likely
        return next((one for one in self._of_channel() if one.slot == slot), None)

    def _of(self, alert_id: int) -> list[tuple[Unit, _Unit]]:
        return [(unit, self._units[unit]) for unit in sorted(self._units) if unit.alert_id == alert_id]

    def _owned(self, unit: Unit, worker: str) -> _Unit:
        it = self._units.get(unit)
        if it is None or it.closed or it.owner != worker or it.given_back:
            raise UnitLost
        return it

    def _audience(self, audience: Audience, segment: int, story: str) -> list[Subscriber]:
        alerted = self._stories.get((story, segment), set()) if story else set[int]()
        return [
            one
            for one in self._of_channel()
            if one.slot.segment == segment
            and one.slot.position not in alerted
            and _follows(one, audience)
            and (not audience.languages or one.preferences.language in audience.languages)
        ]

    def _wants(self, unit: Unit, it: _Unit, position: int) -> bool:
        one = self._at(unit.segment, position)
        if one is None:
            return False
        if unit.tier is Tier.CHANNEL or it.alert.kind.touches_copies:
            return not one.preferences.unreachable
        return _follows(one, it.alert.audience)

    def _reader(self, unit: Unit, it: _Unit, position: int) -> Reader:
        one = self._at(unit.segment, position)
        assert one is not None
        return Reader(
            position=position,
            user_id=one.address.user_id,
            language=one.preferences.language,
            topic=next((topic for topic in it.alert.audience.topics if topic in one.preferences.topics), ""),
            thread_id=dict(one.preferences.extra).get("thread", ""),
            message_id=it.copies.get(position, ""),
            window_until=self.windows[one.number].expires_at.timestamp() if self._has_windows(unit, it) else 0.0,  # type: ignore[index]
        )

    def _settle(self, unit: Unit, it: _Unit, result: Settle) -> None:
        position, before = result.position, it.outcomes.get(result.position)
        slot = Slot(self.channel, unit.segment, position)
        if result.outcome is Outcome.HELD and self.windows is not None:
            believed = self.windows.get(slot.number)
            if believed is not None and believed.expires_at.timestamp() == result.window_until:
                del self.windows[slot.number]
        if before not in (None, Outcome.UNKNOWN, Outcome.HELD):
            return
        if before is Outcome.HELD and result.outcome in (Outcome.UNKNOWN, Outcome.HELD):
            return
        if result.outcome is Outcome.HELD:
            it.doubtful.discard(position)
            self._hold(unit, it, position)
            return
        if result.outcome is Outcome.UNKNOWN:
            if position in it.waiting:
                it.doubtful.add(position)
                return
        else:
            it.doubtful.discard(position)
        it.forget(position)
        it.outcomes[position] = result.outcome
        if result.outcome is Outcome.SENT:
            self._strikes.pop((unit.segment, position), None)
            if result.message_id and it.copies_kept:
                it.messages[position] = result.message_id if self.windows is None else "1"

    def _postpone(self, it: _Unit, result: Postpone) -> None:
        position, before = result.position, it.outcomes.get(result.position)
        if before is not None:
            if before is not Outcome.UNKNOWN or it.closed or position in it.doubtful or result.doubtful:
                return
            del it.outcomes[position]
        self._wait(it, position, result.after, doubtful=result.doubtful)

    def _wait(self, it: _Unit, position: int, after: timedelta, *, doubtful: bool) -> None:
        was_waiting = position in it.waiting
        it.forget(position)
        if doubtful and position in it.doubtful and not was_waiting:
            it.outcomes[position] = Outcome.UNKNOWN
            return
        if doubtful:
            it.doubtful.add(position)
        elif was_waiting:
            it.doubtful.discard(position)
        it.waiting[position] = self._now() + after.total_seconds()

    def _recover(self, it: _Unit, *, resend: bool) -> int:
        left = sorted(it.begun)
        for position in left:
            if resend:
                self._wait(it, position, timedelta(), doubtful=True)
            else:
                it.forget(position)
                it.outcomes[position] = Outcome.UNKNOWN
        return len(left)

    def _withdraw(self, unit: Unit, it: _Unit, position: int, outcome: Outcome = Outcome.WITHDRAWN) -> None:
        """Settle somebody who is not begun: what was sent in doubt stays in doubt, else the story is free for them."""
        it.forget(position)
        if position in it.doubtful:
            it.outcomes[position] = Outcome.UNKNOWN
        elif self._elsewhere(unit, it, position):
            it.outcomes[position] = Outcome.ELSEWHERE
        else:
            it.outcomes[position] = outcome
            for at, mark in enumerate(() if it.alert.kind.touches_copies else it.alert.marks):
                if not (at and position in self._told[it.alert.id, unit.segment]):
                    self._stories.get((mark, unit.segment), set()).discard(position)

    def _elsewhere(self, unit: Unit, it: _Unit, position: int) -> bool:
        one = self._at(unit.segment, position)
        if unit.tier is Tier.CHANNEL or it.alert.kind.touches_copies:
            return False
        return one is not None and one.preferences.elsewhere

    def _close(self, unit: Unit, it: _Unit, outcome: Outcome) -> bool:
        if it.begun:
            return False
        for position in [*it.waiting, *it.untouched]:
            wants = self._wants(unit, it, position)
            closed = self._has_windows(unit, it) and self._closed(Slot(self.channel, unit.segment, position))
            if wants and closed and outcome is Outcome.EXPIRED and position not in it.doubtful:
                self._hold(unit, it, position)
                continue
            self._withdraw(unit, it, position, outcome if wants else Outcome.WITHDRAWN)
        it.closed, it.owner = True, ""
        return True


def _tier(one: Subscriber, now: datetime) -> Tier:
    if one.active_at is None:
        return Tier.REST
    days = (now.astimezone(UTC).date() - one.active_at.astimezone(UTC).date()).days
    return Tier.TODAY if days == 0 else Tier.WEEK if 0 < days < 7 else Tier.REST


def _follows(one: Subscriber, audience: Audience) -> bool:
    """Whether they belong to it, whatever their language, and can be written to."""
    they = one.preferences
    if not they.wants_alerts:
        return False
    return not audience.topics or bool(they.topics & set(audience.topics))
