"""The ledger against dictionaries, whatever happens in between: subscribers change, workers die and wake again, answers
get lost, stories return, the server is killed and started again.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from newsbot.delivery.ledger import Fate, Ledger, Postpone, Reach, Reader, Result, Settle, Unit, UnitLost
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import AlertKind, Audience, Outcome, Totals
from newsbot.domain.subscriber import SEGMENT_SIZE, Preferences
from newsbot.domain.window import Opener, Window
from newsbot.errors import StoreUnavailable
from newsbot.redis_client import connect
from tests.builders import an_alert
from tests.contracts.ledger_worlds import MemoryWorld, RedisWorld
from tests.properties.ledger_model import Model, slot
from tests.redis_server import RedisServer

T = TypeVar("T")

SEGMENTS = (0, 1)
NUMBERS = (0, 1, 2, 3, 4, 9, SEGMENT_SIZE, SEGMENT_SIZE + 8)
CHANNEL = 9  #: the number of the newsroom's public channel
ALERTS = {
    1: an_alert(1, story="a"),
    2: an_alert(2, story="b", audience=Audience()),
    3: an_alert(3, story="a", audience=Audience(topics=("politics", "sports"), languages=("en", "bn"))),
    4: an_alert(4, story="c", kind=AlertKind.CORRECTION, of=1),
    5: an_alert(5, story="d", kind=AlertKind.RECALL, of=2),
    6: an_alert(6, story="a", article_id=3, again=True, audience=Audience()),
    7: an_alert(7, story="a", article_id=1, kind=AlertKind.RETRY, of=1),
}
RESEND = (1, 3)

preferences = st.builds(
    Preferences,
    language=st.sampled_from(["bn", "en"]),
    topics=st.frozensets(st.sampled_from(["sports", "politics"])),
    paused=st.sampled_from([False] * 5 + [True]),
    stopped=st.sampled_from([False] * 5 + [True]),
    unreachable=st.sampled_from([False] * 5 + [True]),
    extra=st.sampled_from([()] * 7 + [(("elsewhere", "1"), ("linked", "console:7"))]),
)
results = st.sampled_from(
    [
        ("held", Outcome.HELD),
        *[("sent", Outcome.SENT)] * 3,
        ("settle", Outcome.BLOCKED),
        ("settle", Outcome.BAD_MARKUP),
        ("settle", Outcome.UNKNOWN),
        ("wait", timedelta()),
        ("wait", timedelta(hours=5)),
        ("doubt", timedelta()),
    ]
)
seldom = st.sampled_from([False] * 4 + [True])


@dataclass
class Worker:
    """A process: what it knows of its own work."""

    name: str
    ledger: Ledger
    alive: bool = True
    units: list[Unit] = field(default_factory=list)
    begun: list[tuple[Unit, int]] = field(default_factory=list)
    stale: set[Unit] = field(default_factory=set)  # a claim's answer was lost


class Machine(RuleBasedStateMachine):
    server: RedisServer | None
    windows: bool  # readers may be written to only for a while after they were heard of

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.model = Model(alerts=ALERTS, windows={} if self.windows else None)
        #: one clock for all that is said of days: windows are judged by the server's, so it is the real one
        self.now = datetime.now(UTC)
        self.openings = count(1)
        #: for each delivery: requests that may have reached the reader, and how often that was in doubt
        self.maybe_sent: Counter[tuple[int, int]] = Counter()
        self.doubts: Counter[tuple[int, int]] = Counter()
        self.world: Any = MemoryWorld(windows=self.windows)
        if self.server is not None:
            self.redis = self.run(connect(self.server.url))
            self.run(self.redis.flushdb())
            self.world = RedisWorld(self.redis, windows=self.windows)
        self.workers = [self.hire(), self.hire()]
        for number in NUMBERS:
            self.write(number, Preferences(topics=frozenset({"sports"})), active=number == 3)
            if number % 4:
                self.heard_of(number)
        for alert in (1, 2):
            self.freeze(alert, 0)
        for which in (0, 1, 0, 1):
            self.take(which, [1, 2])

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            if self.server is not None:
                self.run(self.redis.aclose())
            self.loop.close()

    def run(self, doing: Awaitable[T]) -> T:
        return self.loop.run_until_complete(doing)

    def hire(self) -> Worker:
        ledger = (
            self.world.ledger if self.server is None else RedisLedger(self.redis, "telegram", "1", windows=self.windows)
        )
        return Worker(self.world.worker(), ledger)

    # --- subscribers ---------------------------------------------------------------------------------------------

    @rule(number=st.sampled_from(NUMBERS), chosen=preferences, active=st.booleans())
    def write(self, number: int, chosen: Preferences, active: bool) -> None:
        active = active or number in self.model.active
        names = ("language", "paused", "stopped", "unreachable", "extra")
        chosen_as = {name: getattr(chosen, name) for name in names}
        moment = self.now if active else None
        self.run(self.world.put(*sorted(chosen.topics), number=number, active_at=moment, **chosen_as))
        self.model.readers[number] = chosen
        if active:
            self.model.active.add(number)

    @rule(number=st.sampled_from(NUMBERS), really=seldom)
    def forget(self, number: int, really: bool) -> None:
        if really and number in self.model.readers:
            self.run(self.world.forget(number))
            del self.model.readers[number]
            self.model.active.discard(number)
            (self.model.windows or {}).pop(number, None)

    @rule(number=st.sampled_from(NUMBERS))
    def heard_of(self, number: int) -> None:
        if self.model.windows is None or number not in self.model.readers:
            return
        # Never the same end twice: what the platform calls closed is the window that was meant.
        ends = int(time.time()) + 4 * 3600 + 60 * next(self.openings)
        window = Window(datetime.fromtimestamp(ends, UTC), Opener.BUTTON)
        self.run(self.world.heard_of(number, window, now=self.now))
        self.model.windows[number] = ends
        self.model.active.add(number)

    @rule(number=st.sampled_from(NUMBERS), shown=st.booleans())
    def catch_up(self, number: int, shown: bool) -> None:
        missed = self.run(self.world.ledger.missed(slot(number)))
        assert missed == (self.model.missed(number) if number in self.model.readers else missed)
        for unit in missed[: int(shown)]:
            result = Settle(number % SEGMENT_SIZE, Outcome.SENT)
            self.run(self.world.ledger.settle(unit, [result]))
            self.model.tell(unit, number, result)

    @rule(data=st.data(), times=st.integers(1, 2))
    def echo(self, data: st.DataObject, times: int) -> None:
        """Of a request that may have reached the reader."""
        sent = sorted(key for key, requests in self.maybe_sent.items() if requests)
        if not sent:
            return
        alert, number = data.draw(st.sampled_from(sent))
        unit = self.model.deliveries[alert][number].unit
        result = Settle(number % SEGMENT_SIZE, Outcome.SENT, str(number + 5_000))
        for _ in range(times):
            self.run(self.world.ledger.settle(unit, [result]))
            self.model.tell(unit, number, result)

    # --- alerts --------------------------------------------------------------------------------------------------

    @rule(alert=st.sampled_from(sorted(ALERTS)), segment=st.sampled_from(SEGMENTS))
    def freeze(self, alert: int, segment: int) -> None:
        ledger = self.world.ledger
        if ALERTS[alert].kind.touches_copies:
            copies = self.run(ledger.freeze_copies(ALERTS[alert], segment, now=self.now))
            assert copies == self.model.freeze_copies(ALERTS[alert], segment)
            return
        if ALERTS[alert].kind is AlertKind.RETRY:
            self.retry(alert, segment)
            return
        first = CHANNEL if alert == 1 else None
        at = None if first is None else slot(first)
        frozen = self.run(ledger.freeze(ALERTS[alert], segment, first=at, now=self.now))
        assert frozen == self.model.freeze(ALERTS[alert], segment, first)

    def retry(self, alert: int, segment: int) -> None:
        """Of what has ended."""
        of = ALERTS[alert].of
        self.release(of, now=True)
        if (of, segment) in self.model.frozen and self.model.closed.issuperset(self.model.units(of)):
            frozen = self.run(self.world.ledger.freeze_again(ALERTS[alert], segment, now=self.now))
            assert frozen == self.model.freeze_again(ALERTS[alert], segment)

    @rule(alert=st.sampled_from([1, 2, 3, 6]))
    def reach(self, alert: int) -> None:
        who = self.model.audience(ALERTS[alert])
        now = len(who if self.model.windows is None else who & self.model.windows.keys())
        found = self.run(self.world.ledger.reach(ALERTS[alert].audience, story=ALERTS[alert].marks[0]))
        assert found == Reach(now, len(who) - now)

    @rule(alert=st.sampled_from(sorted(ALERTS)), now=seldom)
    def release(self, alert: int, now: bool) -> None:
        if not now:
            return
        self.run(self.world.ledger.release(alert))
        for unit in self.model.units(alert):
            if unit not in self.model.closed:
                if self.is_dead(self.model.owners.get(unit)):
                    self.recover(unit, resend=False)
                    # Whoever released it owned it meanwhile.
                    self.model.owners.pop(unit, None)
                self.model.close(unit, Outcome.STOPPED)

    @rule(alert=st.sampled_from(sorted(ALERTS)))
    def two_days_pass(self, alert: int) -> None:
        """For the units that are closed, and of which no copies are being corrected."""
        corrected = {(ALERTS[later].of, segment) for later, segment in self.model.frozen}
        for unit in self.model.units(alert):
            if unit in self.model.closed and (unit.alert_id, unit.segment) not in corrected:
                self.run(self.world.forget_copies(unit))
                self.model.forget_copies(unit)

    # --- workers -------------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 1), alerts=st.permutations(sorted(ALERTS)))
    def take(self, which: int, alerts: Sequence[int]) -> None:
        worker = self.workers[which]
        expected = None
        for alert in alerts:
            for unit in self.model.units(alert):
                if expected is None and unit not in self.model.closed and self.may_take(unit, worker):
                    expected = unit
        self.run(worker.ledger.beat(worker.name))  # sees who is dead
        found = self.run(worker.ledger.take(worker.name, alerts, resend=RESEND))
        assert (found and found.unit) == expected
        if expected is not None:
            assert found is not None
            ours = self.model.owners.get(expected) == worker.name
            recovered = 0 if ours else self.recover(expected, resend=expected.alert_id in RESEND)
            assert found.recovered == recovered
            self.model.owners[expected] = worker.name
            self.model.given_back.discard(expected)
            worker.units.append(expected)

    def may_take(self, unit: Unit, worker: Worker) -> bool:
        owner = self.model.owners.get(unit)
        ours = owner == worker.name and unit in self.model.given_back
        return owner is None or ours or self.is_dead(owner)

    def is_dead(self, name: str | None) -> bool:
        return name is not None and all(worker.name != name or not worker.alive for worker in self.workers)

    def recover(self, unit: Unit, *, resend: bool) -> int:
        for number in self.model.in_state(unit, "begun"):
            self.doubts[unit.alert_id, number] += 1
        return self.model.recover(unit, resend=resend)

    def owned(self) -> list[tuple[Worker, Unit]]:
        """Workers, also those that are thought dead, and units that they take for their own."""
        return [(worker, unit) for worker in self.workers for unit in worker.units]

    def with_turns(self) -> list[tuple[Worker, Unit]]:
        """Those of them where it is somebody's turn."""
        return [
            (worker, unit)
            for worker, unit in self.owned()
            if any(one.state == "untouched" or one.due for one in self.model.of(unit).values())
        ]

    def sending(self) -> list[Worker]:
        return [worker for worker in self.workers if worker.begun]

    def is_lost(self, unit: Unit, worker: Worker) -> bool:
        if unit not in self.model.closed and self.model.owners.get(unit) == worker.name:
            return False
        worker.units.remove(unit)
        worker.stale.discard(unit)
        return True

    @precondition(owned)
    @rule(count=st.sampled_from([1, 2, 9]), answered=st.sampled_from([True, True, False]), data=st.data())
    def claim(self, count: int, answered: bool, data: st.DataObject) -> None:
        worker, unit = data.draw(st.sampled_from(self.with_turns() or self.owned()))
        if unit in worker.stale:
            self.take_back(worker, unit)
            if unit not in worker.units:
                return
        asking = worker.ledger.claim(unit, worker.name, count, ALERTS[unit.alert_id])
        if self.is_lost(unit, worker):
            with pytest.raises(UnitLost):
                self.run(asking)
            return
        claim = self.run(asking)
        self.follow_claim(unit, count, claim.readers)
        waiting = [one for one in self.model.of(unit).values() if one.state == "waiting"]
        assert (claim.next_in is None) == (not waiting)
        assert claim.in_flight == len(self.model.in_state(unit, "begun"))
        if not answered:
            worker.stale.add(unit)
            return
        for reader in claim.readers:
            number = unit.segment * SEGMENT_SIZE + reader.position
            worker.begun.append((unit, number))
            self.maybe_sent[unit.alert_id, number] += 1

    def follow_claim(self, unit: Unit, count: int, readers: tuple[Reader, ...]) -> None:
        alert, here = ALERTS[unit.alert_id], self.model.of(unit)
        wanted = {number for number, one in here.items() if self.model.wants(number, one)}
        closed = {number for number in wanted if self.model.shut_out(number, here[number])}
        wanted -= closed
        copies = self.model.deliveries.get(alert.of, {})
        due = {number for number, one in here.items() if one.state == "waiting" and one.due}
        untouched = [number for number in self.model.in_state(unit, "untouched") if number in wanted]
        chosen = [unit.segment * SEGMENT_SIZE + reader.position for reader in readers]
        assert len(chosen) == len(set(chosen)) == min(count, len(due & wanted) + len(untouched))
        first, then = [n for n in chosen if n in due], [n for n in chosen if n not in due]
        assert set(first) <= wanted
        assert not then or set(first) == due & wanted, "who waits goes first"
        assert then == untouched[: len(then)]
        for number in sorted(due - wanted):
            # Their turn came, if there was one: only the ledger knows who of the due went first.
            fate = self.run(self.world.ledger.fate(alert.id, slot(number)))
            if len(chosen) < count or fate.outcome is not None:
                if number in closed:
                    self.model.hold(here[number])
                else:
                    self.model.withdraw(number, here[number], Outcome.WITHDRAWN)
        for number in self.model.in_state(unit, "untouched"):
            if number in closed:
                self.model.hold(here[number])
        for number, reader in zip(chosen, readers, strict=True):
            here[number].state = "begun"
            they = self.model.readers[number]
            topic = next((topic for topic in alert.audience.topics if topic in they.topics), "")
            copy = copies[number].copy if number in copies else ""
            position = number % SEGMENT_SIZE
            until = 0.0
            if self.model.has_windows(here[number]):
                until = self.model.windows[number]
            elif self.model.windows is not None:
                until = reader.window_until
            assert reader == Reader(position, str(1000 + number), they.language, topic, "", copy, until)

    def take_back(self, worker: Worker, unit: Unit) -> None:
        ours = [number for of, number in worker.begun if of == unit]
        asking = worker.ledger.take_back(unit, worker.name, but=[number % SEGMENT_SIZE for number in ours])
        if self.is_lost(unit, worker):
            with pytest.raises(UnitLost):
                self.run(asking)
            return
        left = [number for number in self.model.in_state(unit, "begun") if number not in ours]
        assert self.run(asking) == len(left)
        for number in left:
            self.model.tell(unit, number, Postpone(number % SEGMENT_SIZE, timedelta()))
        worker.stale.discard(unit)

    @precondition(owned)
    @rule(what=st.lists(results, min_size=1, max_size=4), data=st.data())
    def work(self, what: list[tuple[str, Any]], data: st.DataObject) -> None:
        """A claim, and what became of some of it."""
        self.claim(9, True, data)
        if self.sending():
            self.tell(what, False, data)

    @precondition(sending)
    @rule(what=st.lists(results, min_size=1, max_size=4), repeat=st.booleans(), data=st.data())
    def tell(self, what: list[tuple[str, Any]], repeat: bool, data: st.DataObject) -> None:
        """Also by one whose units were taken over since."""
        worker = data.draw(st.sampled_from(self.sending()))
        unit = data.draw(st.sampled_from(worker.begun))[0]
        ours = [number for of, number in worker.begun if of == unit]
        told: dict[int, Result] = {}
        for number, (kind, value) in zip(dict.fromkeys(ours), what, strict=False):
            told[number] = self.result(number, kind, value)
        for _ in range(2 if repeat else 1):
            self.run(worker.ledger.settle(unit, list(told.values())))
        for number, result in told.items():
            key = unit.alert_id, number
            if isinstance(result, Postpone) and result.doubtful:
                self.doubts[key] += 1
            elif isinstance(result, Postpone):
                self.maybe_sent[key] -= 1
            for _ in range(2 if repeat and not getattr(result, "doubtful", False) else 1):
                self.model.tell(unit, number, result)
            worker.begun.remove((unit, number))

    def result(self, number: int, kind: str, value: Any) -> Result:
        position = number % SEGMENT_SIZE
        if kind == "held":
            return Settle(position, value, window_until=(self.model.windows or {}).get(number, 0))
        if kind == "sent":
            return Settle(position, value, str(number + 5_000))
        return Settle(position, value) if kind == "settle" else Postpone(position, value, doubtful=kind == "doubt")

    @precondition(owned)
    @rule(outcome=st.sampled_from([Outcome.EXPIRED, Outcome.STOPPED]), early=seldom, data=st.data())
    def close(self, outcome: Outcome, early: bool, data: st.DataObject) -> None:
        worker, unit = data.draw(st.sampled_from(self.owned()))
        if not early and (worker, unit) in self.with_turns():
            return
        asking = worker.ledger.close(unit, worker.name, outcome)
        if unit in self.model.closed:
            assert self.run(asking)
            worker.units.remove(unit)
        elif self.is_lost(unit, worker):
            with pytest.raises(UnitLost):
                self.run(asking)
        else:
            closed = self.run(asking)
            assert closed == self.model.close(unit, outcome)
            if closed:
                worker.units.remove(unit)

    @precondition(owned)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        worker, unit = data.draw(st.sampled_from(self.owned()))
        self.run(worker.ledger.give_back(unit, worker.name))
        if not self.is_lost(unit, worker):
            worker.units.remove(unit)
            if self.model.in_state(unit, "begun"):
                self.model.given_back.add(unit)
            else:
                del self.model.owners[unit]

    @rule(which=st.integers(0, 1), idle=seldom)
    def lose_sight_of(self, which: int, idle: bool) -> None:
        """The others think that the worker is dead; it works on until it is told otherwise, and another one comes."""
        zombie = self.workers[which]
        if not zombie.begun and not idle:
            return
        zombie.alive = False
        self.world.die(zombie.name)
        self.workers[which] = self.hire()
        self.workers.append(zombie)
        self.take(which, sorted(ALERTS))

    # --- the server ----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.server is not None)
    @rule(really=seldom)
    def kill_the_server(self, really: bool) -> None:
        assert self.server is not None
        if not really:
            return
        self.server.kill()
        for _ in range(2):
            with suppress(StoreUnavailable):
                self.run(self.world.ledger.totals(1))
        self.run(self.server.start())
        self.run(self.redis.connection_pool.disconnect())

    @precondition(lambda self: self.server is not None)
    @rule()
    def forget_scripts(self) -> None:
        self.run(self.redis.script_flush())

    # --- what always holds ---------------------------------------------------------------------------------------

    @invariant()
    def nobody_is_skipped(self) -> None:
        if not hasattr(self, "world"):
            return
        for alert, totals, opened in self.run(self.figures()):
            assert totals == self.model.totals(alert)
            assert totals.skipped == 0
            assert opened == sum(unit not in self.model.closed for unit in self.model.units(alert))

    async def figures(self) -> list[tuple[int, Totals, int]]:
        ledger = self.world.ledger
        totals = await asyncio.gather(*(ledger.totals(alert) for alert in ALERTS))
        opened = await asyncio.gather(*(ledger.open_units(alert) for alert in ALERTS))
        return list(zip(ALERTS, totals, opened, strict=True))

    @invariant()
    def everyones_fate_is_known(self) -> None:
        if hasattr(self, "world"):
            assert self.run(self.fates()) == [self.model.fate(alert, number) for alert in ALERTS for number in NUMBERS]

    async def fates(self) -> list[Fate]:
        asked = [self.world.ledger.fate(alert, slot(number)) for alert in ALERTS for number in NUMBERS]
        return list(await asyncio.gather(*asked))

    @invariant()
    def nobody_gets_it_twice_unless_that_was_in_doubt(self) -> None:
        for key, times in getattr(self, "maybe_sent", {}).items():
            assert times <= 1 + min(1, self.doubts[key])


def run_machine(server: RedisServer | None, examples: int, *, windows: bool) -> None:
    machine: Any = type("LedgerMachine", (Machine,), {"server": server, "windows": windows})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory(prefix="newsbot-ledger-") as folder:
        server = RedisServer(Path(folder))
        asyncio.run(server.start())
        yield server
        server.kill()


@pytest.mark.redis
@pytest.mark.parametrize("windows", [False, True])
def test_the_ledger_is_a_dictionary_whatever_breaks(server: RedisServer, windows: bool) -> None:
    run_machine(server, 30, windows=windows)


@pytest.mark.parametrize("windows", [False, True])
def test_the_tests_own_ledger_is_that_dictionary_too(windows: bool) -> None:
    run_machine(None, 60, windows=windows)
