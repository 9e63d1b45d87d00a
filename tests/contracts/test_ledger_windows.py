"""What every ledger promises on a channel where readers may be written to only for a while after they were heard of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsbot.delivery.echoes import settle_echo
from newsbot.delivery.ledger import Fate, Postpone, Reach, Settle, Tier, Unit, delivery_id
from newsbot.domain.alert import Alert, AlertKind, Audience, Outcome
from newsbot.domain.subscriber import SEGMENT_SIZE, Slot
from newsbot.domain.window import Opener, Window
from tests.builders import NOW, an_alert
from tests.contracts.ledger_worlds import MemoryWorld, RedisWorld, World, claimed, frozen, taken

REST = Unit(1, Tier.REST, 0)
EVERYONE = Audience()
ELSEWHERE = (("elsewhere", "1"), ("linked", "telegram:7"))
HELD, SENT = Fate(True, Outcome.HELD), Fate(True, Outcome.SENT)


@pytest.fixture(params=[pytest.param("redis", marks=pytest.mark.redis), "memory"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        return MemoryWorld(windows=True)
    return RedisWorld(request.getfixturevalue("redis"), windows=True)


def window(**from_now: float) -> Window:
    return Window((datetime.now(UTC) + timedelta(**from_now)).replace(microsecond=0), Opener.MESSAGE)


def slot(number: int) -> Slot:
    return Slot.of("telegram", number)


async def put(world: World, *numbers: int, open_for: timedelta | None = None) -> None:
    for number in numbers:
        await world.put("sports", number=number)
        if open_for is not None:
            await world.heard_of(number, window(seconds=open_for.total_seconds()))


async def held(world: World, *alerts: Alert, number: int = 0) -> None:
    """The reader is held of these alerts, in their order."""
    await put(world, number)
    for alert in alerts:
        await frozen(world, alert)
        worker = world.worker()
        unit = (await taken(world.ledger, worker, alert)).unit
        claim = await world.ledger.claim(unit, worker, 5, alert)
        assert number not in [reader.position for reader in claim.readers]


async def fates(world: World, alert: Alert, *numbers: int) -> list[Outcome | None]:
    assert (await world.ledger.totals(alert.id)).skipped == 0
    return [(await world.ledger.fate(alert.id, slot(number))).outcome for number in numbers]


# --- whose turn comes -----------------------------------------------------------------------------------------------


async def test_only_whose_window_is_open_is_sent_to_and_the_others_are_held(world: World) -> None:
    await put(world, 0, 3)
    await put(world, 1, open_for=timedelta(hours=5))
    await put(world, 2, open_for=timedelta(days=6))
    await put(world, 4, open_for=timedelta(hours=-1))
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    claim = await world.ledger.claim(REST, worker, 9, alert)
    assert [reader.position for reader in claim.readers] == [1, 2]
    hours = [(reader.window_until - datetime.now(UTC).timestamp()) / 3600 for reader in claim.readers]
    assert hours == [pytest.approx(5, abs=0.1), pytest.approx(144, abs=0.1)]
    assert await fates(world, alert, 0, 1, 2, 3, 4) == [Outcome.HELD, None, None, Outcome.HELD, Outcome.HELD]
    totals = await world.ledger.totals(1)
    assert (totals.held, totals.in_flight, totals.untouched) == (3, 2, 0)


async def test_who_has_a_message_is_sent_its_correction_in_their_window_and_the_others_are_held(world: World) -> None:
    await put(world, 0, 2, open_for=timedelta(hours=3))
    await put(world, 1)  # was held, and has caught up
    alert, correction = an_alert(), an_alert(2, kind=AlertKind.CORRECTION, of=1, origin="correction:1:1")
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 9, alert)
    await world.ledger.settle(REST, [Settle(number, Outcome.SENT, "m_1") for number in (0, 1)])
    await world.ledger.settle(REST, [Settle(2, Outcome.NOT_AVAILABLE), Settle(0, Outcome.SENT, "m_0")])
    assert await world.ledger.close(REST, worker, Outcome.EXPIRED)
    assert await world.ledger.freeze_copies(correction, 0, now=NOW) == 2
    await taken(world.ledger, worker, correction)
    claim = await world.ledger.claim(replace(REST, alert_id=2), worker, 9, correction)
    assert [reader.position for reader in claim.readers] == [0]
    assert claim.readers[0].window_until > datetime.now(UTC).timestamp()
    assert await fates(world, correction, 1, 2) == [Outcome.HELD, None]


@pytest.mark.parametrize(("seconds", "open_"), [(30, False), (59, False), (90, True)])
async def test_a_window_that_is_about_to_close_is_taken_for_closed(world: World, seconds: int, open_: bool) -> None:
    await put(world, 0, open_for=timedelta(seconds=seconds))
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    assert bool((await world.ledger.claim(REST, worker, 9, alert)).readers) is open_
    assert await world.ledger.reach(EVERYONE) == (Reach(1, 0) if open_ else Reach(0, 1))
    assert await fates(world, alert, 0) == [None if open_ else Outcome.HELD]


async def test_the_reach_tells_who_can_be_written_to_now_and_who_must_be_heard_of_first(world: World) -> None:
    await put(world, 0, 1, SEGMENT_SIZE)
    await put(world, 2, 3, SEGMENT_SIZE + 1, SEGMENT_SIZE + 2, open_for=timedelta(hours=3))
    await put(world, 4, open_for=timedelta(minutes=-3))
    await world.put("sports", number=5, paused=True)
    await world.heard_of(5, window(hours=3))
    assert await world.ledger.reach(EVERYONE) == Reach(4, 4)
    assert await world.ledger.reach(Audience(topics=("politics",))) == Reach()


async def test_who_is_held_was_told_and_no_other_article_of_the_story_goes_to_them(world: World) -> None:
    await held(world, an_alert())
    assert await world.ledger.reach(EVERYONE, story="article:1") == Reach()
    later = an_alert(2, story="article:1", article_id=5)
    assert await frozen(world, later) == 0


async def test_a_window_that_closes_while_the_alert_goes_out_counts_when_their_turn_comes(world: World) -> None:
    await put(world, 0, 1, open_for=timedelta(hours=1))
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    (first,) = (await world.ledger.claim(REST, worker, 1, alert)).readers
    refused = Settle(first.position, Outcome.HELD, window_until=first.window_until)
    await world.ledger.settle(REST, [refused])
    assert (await world.ledger.claim(REST, worker, 1, alert)).readers[0].position == 1
    assert await fates(world, alert, 0, 1) == [Outcome.HELD, None]


async def test_who_was_postponed_and_whose_window_has_closed_meanwhile_is_held(world: World) -> None:
    await put(world, 0, 1, open_for=timedelta(hours=1))
    alert, other = an_alert(), an_alert(2, story="other")
    await frozen(world, alert)
    await frozen(world, other)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    zero, one = (await world.ledger.claim(REST, worker, 5, alert)).readers
    soon = timedelta(milliseconds=5)
    await world.ledger.settle(REST, [Postpone(0, soon), Postpone(1, soon, doubtful=True)])
    closes = [Settle(one.position, Outcome.HELD, window_until=one.window_until) for one in (zero, one)]
    unit = (await taken(world.ledger, worker, other)).unit
    await world.ledger.claim(unit, worker, 5, other)
    await world.ledger.settle(unit, closes)
    await world.pass_time(timedelta(milliseconds=20))
    assert (await world.ledger.claim(REST, worker, 5, alert)).readers == ()
    # Who may have it is not offered it a second time.
    assert await fates(world, alert, 0, 1) == [Outcome.HELD, Outcome.UNKNOWN]


async def test_of_an_alert_that_expires_who_could_not_be_written_to_is_held(world: World) -> None:
    await put(world, 0)
    await put(world, 1, open_for=timedelta(hours=1))
    await world.put("sports", number=2)
    alert, stopped = an_alert(), an_alert(2, story="other")
    await frozen(world, alert)
    await frozen(world, stopped)
    await world.put("sports", number=2, stopped=True)
    worker = world.worker()
    for one, outcome in ((alert, Outcome.EXPIRED), (stopped, Outcome.STOPPED)):
        unit = (await taken(world.ledger, worker, one)).unit
        assert await world.ledger.close(unit, worker, outcome)
    assert await fates(world, alert, 0, 1, 2) == [Outcome.HELD, Outcome.EXPIRED, Outcome.WITHDRAWN]
    assert await fates(world, stopped, 0, 1, 2) == [Outcome.STOPPED, Outcome.STOPPED, Outcome.WITHDRAWN]
    assert await world.ledger.missed(slot(0)) == (REST,)


# --- what the platform says ------------------------------------------------------------------------------------------


async def test_a_window_that_the_platform_calls_closed_is_closed_for_what_comes_next(world: World) -> None:
    await put(world, 0, open_for=timedelta(hours=1))
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    (reader,) = (await world.ledger.claim(REST, worker, 1, alert)).readers
    refused = Settle(0, Outcome.HELD, window_until=reader.window_until)
    await world.ledger.settle(REST, [refused, refused])
    assert await world.ledger.fate(1, slot(0)) == HELD
    assert (await world.ledger.totals(1)).outcomes == {Outcome.HELD: 1}
    assert await world.ledger.reach(EVERYONE) == Reach(0, 1)
    assert await world.ledger.missed(slot(0)) == (REST,)


async def test_a_window_that_was_opened_while_the_answer_was_on_its_way_stays_open(world: World) -> None:
    await put(world, 0, open_for=timedelta(hours=1))
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    (reader,) = (await world.ledger.claim(REST, worker, 1, alert)).readers
    await world.heard_of(0, window(hours=24))
    await world.ledger.settle(REST, [Settle(0, Outcome.HELD, window_until=reader.window_until)])
    assert await world.ledger.reach(EVERYONE) == Reach(1, 0)


async def test_an_echo_settles_what_a_killed_worker_left_unknown(world: World) -> None:
    await put(world, 0, 1, open_for=timedelta(hours=1))
    alert = an_alert()
    await frozen(world, alert)
    worker, other = world.worker(), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 5, alert)
    world.die(worker)
    await world.other.beat(other)
    assert (await taken(world.other, other, alert)).recovered == 2
    assert await fates(world, alert, 0, 1) == [Outcome.UNKNOWN, Outcome.UNKNOWN]
    for _ in range(2):
        assert await settle_echo(world.other, delivery_id(REST, 0), "m_abc-1")
    assert await fates(world, alert, 0, 1) == [Outcome.SENT, Outcome.UNKNOWN]
    assert (await world.ledger.totals(1)).outcomes == {Outcome.SENT: 1, Outcome.UNKNOWN: 1}


async def test_an_echo_that_is_quicker_than_the_answer_settles_and_the_answer_changes_nothing(world: World) -> None:
    await put(world, 0, open_for=timedelta(hours=1))
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 5, alert)
    await settle_echo(world.ledger, delivery_id(REST, 0), "m_1")
    assert await world.ledger.fate(1, slot(0)) == SENT
    for answer in (Settle(0, Outcome.UNKNOWN), Settle(0, Outcome.SENT, "m_1"), Postpone(0, timedelta())):
        await world.ledger.settle(REST, [answer])
        assert await world.ledger.fate(1, slot(0)) == SENT


async def test_an_echo_of_what_was_held_says_that_it_was_sent(world: World) -> None:
    await held(world, an_alert())
    await settle_echo(world.ledger, delivery_id(REST, 0), "m_1")
    assert await world.ledger.fate(1, slot(0)) == SENT
    assert await world.ledger.missed(slot(0)) == ()


@pytest.mark.parametrize(
    "text", ["", "reply", "1:3:0", "1:3:0:70000", "1:9:0:1", "x:3:0:0", "7:3:0:0", "1:3:5:0", "1:3:0:9"]
)
async def test_an_echo_of_something_else_settles_nothing(world: World, text: str) -> None:
    await held(world, an_alert())
    await settle_echo(world.ledger, text, "m_1")
    assert await world.ledger.fate(1, slot(0)) == HELD
    assert (await world.ledger.totals(1)).outcomes == {Outcome.HELD: 1}


# --- what was missed -------------------------------------------------------------------------------------------------


async def test_what_was_missed_is_offered_once_newest_first_and_gone_when_it_was_shown(world: World) -> None:
    alerts = [an_alert(n, story=f"story-{n}") for n in (1, 2, 3)]
    await held(world, *alerts)
    await world.heard_of(0, window(hours=24))
    units = tuple(Unit(n, Tier.REST, 0) for n in (3, 2, 1))
    assert await world.ledger.offer(slot(0)) == units
    assert await world.ledger.offer(slot(0)) == ()
    assert await world.ledger.missed(slot(0)) == units
    await world.ledger.settle(units[0], [Settle(0, Outcome.SENT)])
    assert await world.ledger.missed(slot(0)) == units[1:]
    assert await fates(world, alerts[2], 0) == [Outcome.SENT]
    assert (await world.ledger.totals(3)).outcomes == {Outcome.SENT: 1}


async def test_what_was_missed_is_offered_again_in_the_next_window(world: World) -> None:
    await held(world, an_alert())
    await world.heard_of(0, window(seconds=65))
    assert await world.ledger.offer(slot(0)) == (REST,)
    await world.heard_of(0, window(seconds=30))  # an event that comes late
    assert await world.ledger.offer(slot(0)) == ()
    other = an_alert(2, story="other")
    await frozen(world, other)
    worker = world.worker()
    unit = (await taken(world.ledger, worker, other)).unit
    (reader,) = (await world.ledger.claim(unit, worker, 1, other)).readers
    await world.ledger.settle(unit, [Settle(0, Outcome.HELD, window_until=reader.window_until)])
    await world.heard_of(0, window(hours=24))
    assert await world.ledger.offer(slot(0)) == (unit, REST)


async def test_what_was_declined_is_not_offered_until_something_more_is_missed(world: World) -> None:
    await held(world, an_alert())
    await world.ledger.decline(slot(0))
    await world.heard_of(0, window(seconds=30))
    assert await world.ledger.offer(slot(0)) == ()
    await held(world, an_alert(2, story="other"))
    await world.heard_of(0, window(hours=24))
    assert await world.ledger.offer(slot(0)) == (Unit(2, Tier.REST, 0), REST)


async def test_nobody_is_offered_what_another_missed(world: World) -> None:
    await put(world, 1, open_for=timedelta(hours=3))
    await held(world, an_alert(), number=0)
    assert await world.ledger.offer(slot(1)) == ()
    assert await world.ledger.missed(slot(1)) == ()
    assert await world.ledger.missed(slot(SEGMENT_SIZE)) == ()


async def test_who_has_caught_up_has_a_copy_as_everybody_who_was_sent_to(world: World) -> None:
    await put(world, 1, open_for=timedelta(hours=3))
    await put(world, 0, 2)
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 5, alert)
    await world.ledger.settle(REST, [Settle(1, Outcome.SENT, "m_" + "x" * 90), Settle(0, Outcome.SENT, "m_caught-up")])
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    correction = an_alert(2, kind=AlertKind.CORRECTION, of=1, story="")
    assert await world.ledger.freeze_copies(correction, 0, now=NOW) == 2
    assert (await fates(world, correction, 0, 1, 2)) == [None, None, None]


# --- who has another channel -----------------------------------------------------------------------------------------


async def test_who_gets_alerts_on_another_channel_is_not_alerted_here(world: World) -> None:
    await put(world, 0, 1, 2, open_for=timedelta(hours=3))
    await world.put("sports", number=0, extra=ELSEWHERE)
    assert await world.ledger.reach(EVERYONE) == Reach(2)
    alert = an_alert()
    assert await frozen(world, alert) == 2
    await world.put("sports", number=1, extra=ELSEWHERE)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    assert [reader.position for reader in (await world.ledger.claim(REST, worker, 5, alert)).readers] == [2]
    await world.ledger.settle(REST, [Settle(2, Outcome.SENT)])
    assert await world.ledger.close(REST, worker, Outcome.EXPIRED)
    assert await fates(world, alert, 0, 1, 2) == [None, Outcome.ELSEWHERE, Outcome.SENT]
    assert await world.ledger.reach(EVERYONE, story=alert.story) == Reach()


async def test_who_was_postponed_and_gets_alerts_elsewhere_now_is_not_sent_to(world: World) -> None:
    await put(world, 0, open_for=timedelta(hours=3))
    alert = an_alert()
    await frozen(world, alert)
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    await claimed(world.ledger, REST, worker, 1, alert)
    await world.ledger.settle(REST, [Postpone(0, timedelta())])
    await world.put("sports", number=0, extra=ELSEWHERE)
    assert (await world.ledger.claim(REST, worker, 5, alert)).readers == ()
    assert await fates(world, alert, 0) == [Outcome.ELSEWHERE]


async def test_frozen_at_another_time_it_is_the_same(world: World) -> None:
    """The tier of who was active is no matter of windows."""
    await world.put("sports", number=0, active_at=NOW)
    await world.put("sports", number=1, active_at=NOW)
    await world.heard_of(1, window(hours=3), now=NOW)
    alert = an_alert()
    assert await frozen(world, alert) == 2
    worker = world.worker()
    unit = (await taken(world.ledger, worker, alert)).unit
    assert len((await world.ledger.claim(unit, worker, 5, alert)).readers) == 1
    assert (await world.ledger.totals(alert.id)).held == 1
