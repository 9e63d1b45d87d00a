"""What a ledger should hold, as dictionaries: who is in which alert's audience, and what became of each delivery.

It follows what the ledger chose to do where the ledger may choose (who of several goes first) and says what is right
everywhere else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from newsbot.delivery.ledger import Fate, Postpone, Result, Settle, Tier, Unit
from newsbot.domain.alert import Alert, Outcome, Totals
from newsbot.domain.subscriber import SEGMENT_SIZE, Preferences, Slot

HOURS = 3600.0


@dataclass
class Delivery:
    unit: Unit
    state: str = "untouched"  # or begun, waiting, settled
    outcome: Outcome | None = None
    due: bool = False  # who waits: now, or in hours
    doubtful: bool = False
    copy: str = ""


@dataclass
class Model:
    readers: dict[int, Preferences] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)  # wrote today
    alerts: dict[int, Alert] = field(default_factory=dict)
    deliveries: dict[int, dict[int, Delivery]] = field(default_factory=dict)  # alert → number
    frozen: dict[tuple[int, int], int] = field(default_factory=dict)  # alert, segment → readers
    alerted: dict[str, set[int]] = field(default_factory=dict)  # mark → numbers
    told: dict[int, set[int]] = field(default_factory=dict)  # alert → who bore its second mark before
    owners: dict[Unit, str] = field(default_factory=dict)
    given_back: set[Unit] = field(default_factory=set)  # with requests on their way
    closed: set[Unit] = field(default_factory=set)
    long_over: set[Unit] = field(default_factory=set)  # nobody can be offered it or have it corrected any more
    windows: dict[int, float] | None = None  # number → until when, unix seconds: hours away; None: there are none

    # --- who -------------------------------------------------------------------------------------------------------

    def audience(self, alert: Alert) -> set[int]:
        return {
            number
            for number, they in self.readers.items()
            if self.follows(they, alert)
            and number not in self.alerted.get(alert.marks[0], ())
            and (not alert.audience.languages or they.language in alert.audience.languages)
        }

    def follows(self, they: Preferences, alert: Alert) -> bool:
        topics = set(alert.audience.topics)
        return they.wants_alerts and (not topics or bool(topics & they.topics))

    def wants(self, number: int, one: Delivery) -> bool:
        they = self.readers.get(number)
        if they is None:
            return False
        alert = self.alerts[one.unit.alert_id]
        if one.unit.tier is Tier.CHANNEL or alert.kind.touches_copies:
            return not they.unreachable
        return self.follows(they, alert)

    def asked_for(self, one: Delivery) -> bool:
        """It is neither a copy nor the public channel's."""
        return one.unit.tier is not Tier.CHANNEL and not self.alerts[one.unit.alert_id].kind.touches_copies

    def shut_out(self, number: int, one: Delivery) -> bool:
        return self.has_windows(one) and number not in (self.windows or ())

    def has_windows(self, one: Delivery) -> bool:
        return self.windows is not None and one.unit.tier is not Tier.CHANNEL

    def missed(self, number: int) -> tuple[Unit, ...]:
        found = [they[number].unit for they in self.deliveries.values() if number in they]
        held = [unit for unit in found if self.deliveries[unit.alert_id][number].outcome is Outcome.HELD]
        held = [unit for unit in held if unit not in self.long_over]
        return tuple(sorted(held, key=lambda unit: -unit.alert_id))

    def units(self, alert_id: int) -> list[Unit]:
        return sorted({one.unit for one in self.deliveries.get(alert_id, {}).values()})

    def of(self, unit: Unit) -> dict[int, Delivery]:
        return {n: one for n, one in self.deliveries.get(unit.alert_id, {}).items() if one.unit == unit}

    def in_state(self, unit: Unit, state: str) -> list[int]:
        return sorted(number for number, one in self.of(unit).items() if one.state == state)

    # --- freezing --------------------------------------------------------------------------------------------------

    def freeze(self, alert: Alert, segment: int, first: int | None) -> int:
        if (alert.id, segment) not in self.frozen:
            here = {number for number in self.audience(alert) if number // SEGMENT_SIZE == segment}
            if first is not None and first // SEGMENT_SIZE == segment:
                here.discard(first)
                they = self.readers.get(first)
                if they and not they.unreachable and first not in self.alerted.get(alert.marks[0], ()):
                    self._add(alert, first, Tier.CHANNEL)
            for number in here:
                self._add(alert, number, Tier.TODAY if number in self.active else Tier.REST)
            self._count(alert, segment)
            those = {n for n in self.deliveries[alert.id] if n // SEGMENT_SIZE == segment}
            self.told.setdefault(alert.id, set()).update(those & self.alerted.get(alert.marks[1], set()))
            for mark in alert.marks:
                self.alerted.setdefault(mark, set()).update(those)
        return self.frozen[alert.id, segment]

    def freeze_copies(self, alert: Alert, segment: int) -> int | None:
        if (alert.id, segment) not in self.frozen:
            originals = {n: one for n, one in self.deliveries.get(alert.of, {}).items() if one.unit.segment == segment}
            if any(one.state == "begun" for one in originals.values()):
                return None
            for number, one in originals.items():
                if one.copy:
                    self._add(alert, number, one.unit.tier)
            self._count(alert, segment)
        return self.frozen[alert.id, segment]

    def freeze_again(self, alert: Alert, segment: int) -> int:
        if (alert.id, segment) not in self.frozen:
            originals = {n: one for n, one in self.deliveries.get(alert.of, {}).items() if one.unit.segment == segment}
            missed = {n: one.outcome for n, one in originals.items() if one.outcome and one.outcome.retriable}
            refused = {n for n, outcome in missed.items() if outcome.refused}
            passed_over = missed.keys() - refused - self.alerted.get(alert.marks[0], set())
            here = {n for n in refused | passed_over if n in self.readers and self.follows(self.readers[n], alert)}
            for number in here:
                self._add(alert, number, Tier.REST)
            self._count(alert, segment)
            kept = (here - refused) & self.alerted.get(alert.marks[1], set())
            self.told.setdefault(alert.id, set()).update(kept, here & refused & self.told.get(alert.of, set()))
            for mark in alert.marks:
                self.alerted.setdefault(mark, set()).update(here)
        return self.frozen[alert.id, segment]

    def _add(self, alert: Alert, number: int, tier: Tier) -> None:
        unit = Unit(alert.id, tier, number // SEGMENT_SIZE)
        self.deliveries.setdefault(alert.id, {})[number] = Delivery(unit)

    def _count(self, alert: Alert, segment: int) -> None:
        here = [n for n in self.deliveries.setdefault(alert.id, {}) if n // SEGMENT_SIZE == segment]
        self.frozen[alert.id, segment] = len(here)

    # --- what becomes of it ----------------------------------------------------------------------------------------

    def recover(self, unit: Unit, *, resend: bool) -> int:
        begun = self.in_state(unit, "begun")
        for number in begun:
            one = self.of(unit)[number]
            if resend:
                self._doubt(one)
            else:
                self._settle(one, Outcome.UNKNOWN)
        return len(begun)

    def tell(self, unit: Unit, number: int, result: Result) -> None:
        one = self.deliveries[unit.alert_id][number]
        match result:
            case Settle():
                if result.outcome is Outcome.HELD and (self.windows or {}).get(number) == result.window_until:
                    del (self.windows or {})[number]
                self._told_outcome(one, result)
            case Postpone():
                self._told_to_wait(unit, one, result)

    def _told_outcome(self, one: Delivery, result: Settle) -> None:
        if one.state == "settled" and not _replaces(result.outcome, one.outcome):
            return
        if result.outcome is Outcome.UNKNOWN and one.state == "waiting":
            one.doubtful = True
            return
        self._settle(one, result.outcome)
        if result.outcome is not Outcome.UNKNOWN:
            one.doubtful = False
        if result.outcome is Outcome.SENT:
            copy = "1" if result.message_id and self.windows is not None else result.message_id
            one.copy = "" if one.unit in self.long_over else copy

    def _told_to_wait(self, unit: Unit, one: Delivery, result: Postpone) -> None:
        due = result.after.total_seconds() < HOURS
        if one.state == "settled":
            in_doubt = result.doubtful or one.doubtful
            if one.outcome is Outcome.UNKNOWN and unit not in self.closed and not in_doubt:
                self._wait(one, due=due)
        elif one.state == "waiting":
            one.doubtful, one.due = result.doubtful, due
        elif result.doubtful:
            self._doubt(one)
            one.due = due
        else:
            self._wait(one, due=due)

    def withdraw(self, number: int, one: Delivery, outcome: Outcome) -> None:
        """Who is not begun gets nothing any more."""
        they = self.readers.get(number)
        if they is not None and they.elsewhere and self.asked_for(one):
            outcome = Outcome.ELSEWHERE
        elif not one.doubtful:
            alert = self.alerts[one.unit.alert_id]
            for at, mark in enumerate(alert.marks):
                if not (at and number in self.told.get(alert.id, ())):
                    self.alerted.get(mark, set()).discard(number)
        self._settle(one, Outcome.UNKNOWN if one.doubtful else outcome)

    def hold(self, one: Delivery) -> None:
        """Of somebody who is not begun."""
        self._settle(one, Outcome.UNKNOWN if one.doubtful else Outcome.HELD)

    def close(self, unit: Unit, outcome: Outcome) -> bool:
        if self.in_state(unit, "begun"):
            return False
        for number, one in self.of(unit).items():
            if one.state != "settled":
                if outcome is Outcome.EXPIRED and self.wants(number, one) and self.shut_out(number, one):
                    self.hold(one)
                    continue
                self.withdraw(number, one, outcome if self.wants(number, one) else Outcome.WITHDRAWN)
        self.closed.add(unit)
        self.owners.pop(unit, None)
        return True

    def forget_copies(self, unit: Unit) -> None:
        self.long_over.add(unit)
        for one in self.of(unit).values():
            one.copy = ""

    def _doubt(self, one: Delivery) -> None:
        if one.doubtful:
            self._settle(one, Outcome.UNKNOWN)
        else:
            one.doubtful = True
            self._wait(one, due=True)

    def _wait(self, one: Delivery, *, due: bool) -> None:
        one.state, one.outcome, one.due = "waiting", None, due

    def _settle(self, one: Delivery, outcome: Outcome) -> None:
        one.state, one.outcome = "settled", outcome

    # --- figures ---------------------------------------------------------------------------------------------------

    def totals(self, alert_id: int) -> Totals:
        deliveries = list(self.deliveries.get(alert_id, {}).values())
        states = Counter(one.state for one in deliveries)
        outcomes = Counter(one.outcome for one in deliveries if one.outcome is not None)
        return Totals(
            audience=len(deliveries),
            outcomes=dict(sorted(outcomes.items())),
            waiting=states["waiting"],
            in_flight=states["begun"],
            untouched=states["untouched"],
        )

    def fate(self, alert_id: int, number: int) -> Fate:
        one = self.deliveries.get(alert_id, {}).get(number)
        if one is None:
            return Fate()
        return Fate(True, one.outcome, waiting=one.state == "waiting", begun=one.state == "begun")


def _replaces(new: Outcome, old: Outcome | None) -> bool:
    if old is Outcome.HELD:
        return new not in (Outcome.UNKNOWN, Outcome.HELD)
    return old is Outcome.UNKNOWN and new is not Outcome.UNKNOWN


def slot(number: int) -> Slot:
    return Slot.of("telegram", number)
