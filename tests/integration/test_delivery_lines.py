"""What the log says of deliveries and units, on real Redis: each once, whatever became of it and whoever settled it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from newsbot.channels.channel import Recipient
from newsbot.delivery.ledger import Ledger, Postpone, Settle, Tier, Unit
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Alert, AlertClass, Outcome
from newsbot.domain.attempt import Attempt, Reason, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.subscriber import ELSEWHERE, LINKED
from newsbot.domain.window import Opener, Window
from newsbot.heartbeats import new_name, retire
from tests.builders import NOW, an_alert
from tests.contracts.ledger_worlds import RedisWorld, frozen, taken
from tests.delivery_desk import Desk

READERS = 40
SOON = timedelta(milliseconds=20)
Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def world(redis: Redis) -> RedisWorld:
    return RedisWorld(redis, windows=True)


async def readers(world: RedisWorld) -> None:
    """All follow sports; the windows of 30 and 31 are closed."""
    for number in range(READERS):
        await world.put("sports", number=number)
        if number not in (30, 31):
            await world.heard_of(number, Window(NOW + timedelta(days=9999), Opener.MESSAGE))


def a_desk(ledger: Ledger) -> Desk:
    desk = Desk(seconds=0.001)
    desk.ledger = ledger  # type: ignore[assignment]
    return desk


async def changes_of_mind(world: RedisWorld) -> None:
    """After the audience was frozen."""
    await world.put(number=8)
    await world.put("sports", number=9, extra=((ELSEWHERE, "1"), (LINKED, "messenger:9")))


def answers(cls: AlertClass) -> Callable[[Recipient], Attempt]:
    asked: Counter[int] = Counter()

    def answer(to: Recipient) -> Attempt:
        number = int(to.user_id) - 1000
        asked[number] += 1
        if number == 5:
            return Unreachable(Reason.BLOCKED)
        if number == 6 and asked[number] == 1:
            return TryLater(SOON, Reason.FLOOD)
        if number == 7 and cls is AlertClass.TOPIC:  # nothing else is sent a second time
            return Unknown(Reason.NO_CONNECTION)
        return Sent(to.user_id)

    return answer


def checked(lines: Lines, alert: Alert, outcomes: dict[Outcome, int]) -> None:
    """Every reader has one line, every unit one; both say what the ledger says."""
    deliveries = [one for one in lines if one["event"] == "delivery"]
    assert sorted(one["position"] for one in deliveries) == list(range(READERS))
    assert {(one["log_level"], one["alert"], one["channel"]) for one in deliveries} == {("debug", alert.id, "telegram")}
    names = {outcome.name.lower(): many for outcome, many in outcomes.items()}
    assert Counter(one["outcome"] for one in deliveries) == names
    units = [one for one in lines if one["event"] == "a unit is done"]
    assert len({one["unit"] for one in units}) == len(units)
    assert {one["log_level"] for one in units} == {"info"}
    by_unit: dict[str, Counter[str]] = {one["unit"]: Counter() for one in units}
    for one in deliveries:
        by_unit[one["unit"]][one["outcome"]] += 1
    told = {one["unit"]: {name: one[name] for name in names if name in one} for one in units}
    assert told == by_unit


@pytest.mark.parametrize("cls", [AlertClass.TOPIC, AlertClass.BREAKING])
async def test_each_delivery_has_one_line_and_each_unit_all_of_its_own_after_a_takeover(
    world: RedisWorld, cls: AlertClass
) -> None:
    await readers(world)
    desk = a_desk(world.ledger)
    desk.platform.answer = answers(cls)
    with capture_logs() as lines:
        alert = await desk.alert(cls)
        dead = new_name()
        unit = (await taken(world.other, dead, alert)).unit
        claim = await world.other.claim(unit, dead, 4, alert)
        await world.other.settle(unit, [Settle(claim.readers[0].position, Outcome.SENT)])
        first = claim.readers[0].position
        lines.append({"event": "delivery", "log_level": "debug", "position": first, "outcome": "sent"})
        lines[-1] |= {"alert": alert.id, "channel": "telegram", "unit": str(unit)}  # as its worker would have said
        retire(dead)
        await changes_of_mind(world)
        async with desk.working():
            await desk.closed(alert)
    outcomes = await desk.outcomes(alert)
    assert outcomes.get(Outcome.UNKNOWN, 0) == (4 if cls is AlertClass.TOPIC else 0)
    assert {Outcome.SENT, Outcome.BLOCKED, Outcome.HELD, Outcome.WITHDRAWN, Outcome.ELSEWHERE} <= outcomes.keys()
    checked(lines, alert, outcomes)


async def expires(ledger: Ledger, alert: Alert) -> None:
    worker = new_name()
    while (unit := await ledger.take(worker, [alert.id])) is not None:
        await ledger.close(unit.unit, worker, Outcome.EXPIRED)


async def is_stopped(ledger: Ledger, alert: Alert) -> None:
    for _ in range(2):
        await ledger.release(alert.id)


@pytest.mark.parametrize(("end", "outcome"), [(expires, Outcome.EXPIRED), (is_stopped, Outcome.STOPPED)])
async def test_whom_the_end_of_an_alert_settles_has_a_line_too(
    world: RedisWorld, end: Callable[[Ledger, Alert], Awaitable[None]], outcome: Outcome
) -> None:
    await readers(world)
    desk = a_desk(world.ledger)
    alert = await desk.alert()
    await changes_of_mind(world)
    with capture_logs() as lines:
        await end(world.other, alert)
    outcomes = await desk.outcomes(alert)
    assert {Outcome.WITHDRAWN, outcome} <= outcomes.keys()
    checked(lines, alert, outcomes)


async def test_a_unit_that_was_closed_by_somebody_who_died_then_has_its_line_from_who_finds_it(redis: Redis) -> None:
    """It is closed, and still on the list of work."""
    world = RedisWorld(redis)
    await world.put("sports", number=0)
    alert = an_alert()
    await frozen(world, alert)
    unit = Unit(alert.id, Tier.REST, 0)
    assert isinstance(world.ledger, RedisLedger)
    await world.ledger._units.close(unit, "", Outcome.EXPIRED)
    with capture_logs() as lines:
        for ledger in (world.ledger, world.other):
            assert await ledger.take(new_name(), [alert.id]) is None
    assert [(one["unit"], one["expired"]) for one in done(lines)] == [(str(unit), 1)]


async def test_a_second_answer_that_never_came_makes_an_outcome_with_a_line(redis: Redis) -> None:
    world = RedisWorld(redis)
    await world.put("sports", number=0)
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    unit = (await taken(world.ledger, worker, alert)).unit
    with capture_logs() as lines:
        for _ in range(2):
            assert (await world.ledger.claim(unit, worker, 1, alert)).readers
            await world.ledger.settle(unit, [Postpone(0, timedelta(), doubtful=True)])
    assert [(one["event"], one["position"], one["outcome"]) for one in lines] == [("delivery", 0, "unknown")]


def done(lines: Lines) -> Iterator[MutableMapping[str, Any]]:
    return (one for one in lines if one["event"] == "a unit is done")
