"""How quickly an alert went out, from what was noted on its way."""

from __future__ import annotations

from datetime import timedelta

from newsbot.delivery.curve_keeper import CurveKeeper
from newsbot.delivery.curves import SHORTEST, Point, next_look, seconds_to
from newsbot.domain.alert import AlertState, Outcome, Totals
from tests.builders import NOW, an_alert
from tests.delivering import answered, begin
from tests.memory_rollups import MemoryCurveStore
from tests.planning_house import House, a_memory_house

SECOND = timedelta(seconds=1)
SENT_TO_ALL = Totals(100, {Outcome.SENT: 100})


def done(**changes):
    over = {"state": AlertState.DONE, "started_at": NOW, "ended_at": NOW + 10 * SECOND, "totals": SENT_TO_ALL}
    return an_alert(**over | changes)


def at(seconds: float, sent: int) -> Point:
    return Point(NOW + seconds * SECOND, sent, sent)


def test_without_points_it_went_out_evenly() -> None:
    assert seconds_to(done(), [], 0.5) == 5
    assert seconds_to(done(), [], 1) == 10


def test_points_say_when_half_had_it_and_between_two_it_went_out_evenly() -> None:
    curve = [at(2, 40), at(4, 60), at(9, 90)]
    assert seconds_to(done(), curve, 0.5) == 3
    assert seconds_to(done(), curve, 1) == 10
    assert seconds_to(done(), [at(2, 0), at(4, 100)], 1) == 4


def test_what_was_confirmed_after_its_end_takes_no_time() -> None:
    late = done(totals=Totals(120, {Outcome.SENT: 120}))
    assert seconds_to(late, [at(5, 60)], 0.5) == 5


def test_nothing_is_known_while_it_goes_out_or_where_nobody_got_it() -> None:
    assert seconds_to(done(state=AlertState.RUNNING, ended_at=None, totals=None), [at(1, 9)], 0.5) is None
    assert seconds_to(done(totals=Totals(5, {Outcome.BLOCKED: 5})), [], 0.5) is None
    assert seconds_to(done(started_at=None), [], 0.5) is None


def test_what_was_stopped_never_came_to_all() -> None:
    stopped = done(state=AlertState.STOPPED)
    assert seconds_to(stopped, [], 0.5) == 5
    assert seconds_to(stopped, [], 1) is None


def test_points_lie_further_apart_the_longer_it_takes() -> None:
    assert next_look(timedelta(0)) == SHORTEST
    assert next_look(timedelta(hours=1)) == timedelta(minutes=6)


class Watched:
    """A house whose running alerts are looked at."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.curves = MemoryCurveStore()
        self.keeper = CurveKeeper(house.alerts, [house.ledger], self.curves, clock=lambda: house.now)

    async def look(self, seconds: float = 0) -> None:
        self.house.now += seconds * SECOND
        await self.keeper.look()


async def test_a_running_alert_is_noted_as_far_as_it_has_come_and_not_while_nothing_moves() -> None:
    house = a_memory_house()
    for number in range(4):
        await house.reader(number, "sports")
    watched = Watched(house)
    await watched.look()
    alert = await house.running(1)
    await watched.look()
    unit, claim = await begin(house.alerts, house.ledger, count=2)
    await answered(house.ledger, unit, claim)
    await watched.look(1)  # too soon
    await watched.look(1)
    await watched.look(2)
    began = house.now - 4 * SECOND
    assert await watched.curves.points([alert.id]) == {alert.id: (Point(began, 0, 0), Point(began + 2 * SECOND, 2, 2))}


async def test_a_time_in_which_nothing_moved_is_level_in_the_curve() -> None:
    house = a_memory_house()
    for number in range(4):
        await house.reader(number, "sports")
    watched = Watched(house)
    alert = await house.running(1)
    began = house.now
    await watched.look()
    for _ in range(3):
        await watched.look(60)  # the platform is away
    unit, claim = await begin(house.alerts, house.ledger, count=4)
    await answered(house.ledger, unit, claim)
    await watched.look(60)
    away_until, moved_by = began + 180 * SECOND, began + 240 * SECOND
    kept = await watched.curves.points([alert.id])
    assert kept == {alert.id: (Point(began, 0, 0), Point(away_until, 0, 0), Point(moved_by, 4, 4))}


async def test_what_ended_soon_after_a_time_in_which_nothing_moved_did_not_go_out_meanwhile() -> None:
    house = a_memory_house()
    await house.reader(1, "sports")
    watched = Watched(house)
    alert = await house.running(1)
    began = house.now
    await watched.look()
    await watched.look(60)
    await house.alerts.turn(alert.id, AlertState.STOPPED, of=[AlertState.RUNNING], now=house.now)
    await watched.look(1)
    kept = await watched.curves.points([alert.id])
    assert kept == {alert.id: (Point(began, 0, 0), Point(began + 60 * SECOND, 0, 0))}
