"""What every ledger promises: the one in Redis, and the tests' own in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.delivery.ledger import Postpone, Reach, Reader, Settle, Taken, Tier, Unit, UnitLost
from newsbot.domain.alert import Alert, AlertKind, Audience, Outcome, Totals
from newsbot.domain.subscriber import SEGMENT_SIZE, Slot
from tests.builders import NOW, an_alert
from tests.contracts.ledger_worlds import MemoryWorld, RedisWorld, World, claimed, frozen, taken

REST = Unit(1, Tier.REST, 0)
SOON = timedelta(milliseconds=20)
EVERYONE = Audience()


@pytest.fixture(params=[pytest.param("redis", marks=pytest.mark.redis), "memory"])
def world(request: pytest.FixtureRequest) -> World:
    return MemoryWorld() if request.param == "memory" else RedisWorld(request.getfixturevalue("redis"))


async def three_readers(world: World) -> Alert:
    """A frozen alert for readers 0, 1 and 2."""
    for number in range(3):
        await world.put("sports", number=number)
    alert = an_alert()
    await frozen(world, alert)
    return alert


async def three_begun(world: World, worker: str) -> Alert:
    """All three of them are claimed by the worker."""
    alert = await three_readers(world)
    await taken(world.ledger, worker, alert)
    assert len((await world.ledger.claim(REST, worker, 5, alert)).readers) == 3
    return alert


async def totals(world: World, alert: Alert) -> Totals:
    found = await world.ledger.totals(alert.id)
    assert found.skipped == 0
    return found


# --- freezing --------------------------------------------------------------------------------------------------------


async def test_without_subscribers_there_is_nobody(world: World) -> None:
    assert await world.ledger.segments() == ()
    assert await world.ledger.reach(EVERYONE) == Reach(0)
    assert await world.ledger.freeze(an_alert(), 0, now=NOW) == 0
    assert await world.ledger.take(world.worker(), [1]) is None
    assert await world.ledger.totals(1) == Totals()
    assert await world.ledger.open_units(1) == 0


async def test_segments_are_those_with_subscribers(world: World) -> None:
    await world.put(number=1)
    await world.put(number=3 * SEGMENT_SIZE)
    assert await world.ledger.segments() == (0, 3)


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        (EVERYONE, [0, 1, 2]),
        (Audience(topics=("sports",)), [0, 2]),
        (Audience(topics=("politics", "sports")), [0, 1, 2]),
        (Audience(topics=("nobodys",)), []),
        (Audience(languages=("en",)), [1, 2]),
        (Audience(topics=("sports",), languages=("en", "fr")), [2]),
    ],
)
async def test_an_audience_is_who_follows_and_reads_and_can_be_written_to(
    world: World, audience: Audience, who: list[int]
) -> None:
    await world.put("sports", number=0)
    await world.put("politics", number=1, language="en")
    await world.put("sports", "politics", number=2, language="en")
    for number, aside in enumerate(("paused", "stopped", "unreachable"), start=3):
        await world.put("sports", "politics", number=number, **{aside: True}, language="en")
    await world.put("sports", number=6)
    await world.forget(6)
    alert = an_alert(audience=audience)
    assert await world.ledger.reach(audience) == Reach(len(who))
    assert await frozen(world, alert) == len(who)
    fates = [await world.ledger.fate(1, Slot("telegram", 0, number)) for number in range(8)]
    assert [number for number, fate in enumerate(fates) if fate.in_audience] == who
    assert await totals(world, alert) == Totals(audience=len(who), untouched=len(who))


async def test_an_audience_is_frozen_once(world: World) -> None:
    await three_readers(world)
    await world.put("sports", number=3)
    assert await frozen(world, an_alert()) == 3
    assert (await totals(world, an_alert())).audience == 3


async def test_frozen_again_neither_frees_what_is_owned_nor_opens_what_is_closed(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await frozen(world, alert)
    assert await world.other.take(world.worker(), [1]) is None
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    await frozen(world, alert)
    assert await world.ledger.open_units(1) == 0
    assert await world.other.take(world.worker(), [1]) is None


async def test_who_was_active_last_comes_first(world: World) -> None:
    for number, days in enumerate((0, 1, 6, 7)):
        await world.put("sports", number=number, active_at=NOW - timedelta(days=days))
    await world.put("sports", number=4)
    alert, worker = an_alert(), world.worker()
    await frozen(world, alert)
    tiers = {}
    while (found := await world.ledger.take(worker, [1])) is not None:
        claim = await world.ledger.claim(found.unit, worker, 9, alert)
        tiers[found.unit.tier] = [reader.position for reader in claim.readers]
    assert tiers == {Tier.TODAY: [0], Tier.WEEK: [1, 2], Tier.REST: [3, 4]}
    assert list(tiers) == sorted(tiers)


async def test_the_public_channel_comes_first_whatever_it_follows(world: World) -> None:
    await world.put("sports", number=0, active_at=NOW)
    await world.put(number=1, user_id="-1001234", stopped=True)
    alert, worker = an_alert(), world.worker()
    assert await frozen(world, alert, first=Slot("telegram", 0, 1)) == 2
    assert await world.ledger.take(worker, [1]) == Taken(Unit(1, Tier.CHANNEL, 0))
    claim = await world.ledger.claim(Unit(1, Tier.CHANNEL, 0), worker, 9, alert)
    assert claim.readers == (Reader(1, "-1001234", "bn"),)


async def test_the_public_channel_is_written_to_once(world: World) -> None:
    await world.put("sports", number=0, active_at=NOW)
    assert await frozen(world, an_alert(), first=Slot("telegram", 0, 0)) == 1
    assert (await totals(world, an_alert())).audience == 1
    assert await frozen(world, an_alert(2, story="article:1"), first=Slot("telegram", 0, 0)) == 0


@pytest.mark.parametrize("known", [True, False])
async def test_a_public_channel_that_cannot_be_reached_is_left_out(world: World, known: bool) -> None:
    if known:
        await world.put("sports", number=0, unreachable=True)
    await world.put("sports", number=1)
    assert await frozen(world, an_alert(), first=Slot("telegram", 0, 0)) == 1


async def test_a_public_channel_elsewhere_changes_nothing_here(world: World) -> None:
    await world.put("sports", number=0)
    assert await frozen(world, an_alert(), first=Slot("telegram", 5, 0)) == 1
    assert (await taken(world.ledger, world.worker(), an_alert())).unit == REST


async def test_a_reader_is_alerted_once_for_a_story(world: World) -> None:
    await three_readers(world)
    await world.put("politics", number=3)
    again = an_alert(2, story="article:1", audience=EVERYONE)
    assert await world.ledger.reach(EVERYONE, story="article:1") == Reach(1)
    assert await frozen(world, again) == 1
    assert await world.ledger.reach(EVERYONE, story="article:1") == Reach(0)
    assert await frozen(world, an_alert(3, story="article:3", audience=EVERYONE)) == 4


async def test_what_is_sent_again_goes_also_to_who_was_told_of_the_story_but_not_to_who_has_the_article(
    world: World,
) -> None:
    await three_readers(world)
    await world.put("politics", number=3)
    await world.put("economy", number=4)
    second = {"story": "article:1", "article_id": 2}
    assert await frozen(world, an_alert(2, audience=Audience(("sports", "politics")), **second)) == 1
    again = an_alert(3, audience=EVERYONE, again=True, **second)
    assert again.marks == ("article:1:2", "article:1")
    assert await world.ledger.reach(EVERYONE, story=again.marks[0]) == Reach(4)
    assert await frozen(world, again) == 4
    assert not (await world.ledger.fate(3, Slot("telegram", 0, 3))).in_audience
    # Of the story, and of this article of it, everybody is told now; not of the first one.
    assert [await world.ledger.reach(EVERYONE, story=f"article:1{mark}") for mark in ("", ":2", ":1")] == [
        Reach(),
        Reach(),
        Reach(2),
    ]


async def test_what_was_sent_again_and_stopped_leaves_who_was_told_of_the_story_before_told(world: World) -> None:
    await three_readers(world)
    await world.put("politics", number=3)
    await world.put("politics", number=4)
    again = an_alert(2, story="article:1", article_id=2, again=True, audience=EVERYONE)
    assert await frozen(world, again) == 5
    worker = world.worker()
    unit = (await taken(world.ledger, worker, again)).unit
    begun = [reader.position for reader in (await world.ledger.claim(unit, worker, 5, again)).readers]
    assert begun == [0, 1, 2, 3, 4]
    await world.ledger.settle(
        unit, [Settle(2, Outcome.SENT, "1"), *(Postpone(one, timedelta()) for one in (0, 1, 3, 4))]
    )
    # Who waits and wants it no more, and who is still to come when it ends.
    for number, topic in ((0, "sports"), (3, "politics")):
        await world.put(topic, number=number, stopped=True)
    assert [one.position for one in (await world.ledger.claim(unit, worker, 2, again)).readers] == [1, 4]
    await world.ledger.settle(unit, [Postpone(1, timedelta()), Postpone(4, timedelta())])
    await world.ledger.close(unit, worker, Outcome.STOPPED)
    for number, topic in ((0, "sports"), (3, "politics")):
        await world.put(topic, number=number)
    told = an_alert(3, story="article:1", article_id=3, audience=EVERYONE)
    assert await frozen(world, told) == 2
    fates = [await world.ledger.fate(3, Slot("telegram", 0, number)) for number in range(5)]
    assert [fate.in_audience for fate in fates] == [False, False, False, True, True]
    assert await world.ledger.reach(EVERYONE, story="article:1:2") == Reach(4)


async def test_a_public_channel_is_sent_again_what_it_has_not(world: World) -> None:
    await world.put("sports", number=0)
    channel = Slot("telegram", 0, 0)
    await frozen(world, an_alert(), first=channel)
    again = an_alert(2, story="article:1", article_id=2, again=True)
    assert await frozen(world, again, first=channel) == 1
    assert await frozen(world, an_alert(3, story="article:1", article_id=2, again=True), first=channel) == 0


# --- whose turn it is ------------------------------------------------------------------------------------------------


async def test_units_go_by_alert_then_tier_then_segment(world: World) -> None:
    for number in (0, SEGMENT_SIZE):
        await world.put("sports", number=number, active_at=NOW)
        await world.put("sports", number=number + 1)
    await frozen(world, an_alert(1), 1, 0)
    await frozen(world, an_alert(12), 0, 1)
    order, worker = [], world.worker()
    while (found := await world.ledger.take(worker, [12, 1])) is not None:
        order.append(str(found.unit))
    assert order == ["12:1:0", "12:1:1", "12:3:0", "12:3:1", "1:1:0", "1:1:1", "1:3:0", "1:3:1"]
    assert await world.ledger.open_units(12) == 4


async def test_only_the_alerts_that_are_asked_for_are_taken(world: World) -> None:
    await three_readers(world)
    assert await world.ledger.take(world.worker(), [2]) is None
    assert await world.ledger.take(world.worker(), []) is None


async def test_a_unit_has_one_owner(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    assert await world.ledger.take(worker, [1]) == Taken(REST)
    assert await world.other.take(world.worker(), [1]) is None
    with pytest.raises(UnitLost):
        await world.other.claim(REST, world.worker(), 3, alert)
    with pytest.raises(UnitLost):
        await world.other.close(REST, world.worker(), Outcome.STOPPED)
    assert await totals(world, alert) == Totals(audience=3, untouched=3)
    assert len((await world.ledger.claim(REST, worker, 3, alert)).readers) == 3


async def test_readers_are_claimed_once_and_as_many_as_asked_for(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    claims = [await world.ledger.claim(REST, worker, 2, alert) for _ in range(3)]
    assert [[reader.position for reader in claim.readers] for claim in claims] == [[0, 1], [2], []]
    assert [claim.in_flight for claim in claims] == [2, 3, 3]
    assert all(claim.next_in is None for claim in claims)
    assert await totals(world, alert) == Totals(audience=3, in_flight=3)


async def test_a_claim_says_what_is_needed_to_write_to_a_reader(world: World) -> None:
    await world.put("sports", "politics", number=0, language="en")
    await world.put("politics", number=7, user_id="-1009007199254740993", extra=(("thread", "12"),))
    await world.put("sports", number=8, user_id="name@host")
    alert, worker = an_alert(audience=Audience(topics=("politics", "sports"))), world.worker()
    await frozen(world, alert)
    await taken(world.ledger, worker, alert)
    assert (await world.ledger.claim(REST, worker, 9, alert)).readers == (
        Reader(0, "1000", "en", "politics"),
        Reader(7, "-1009007199254740993", "bn", "politics", "12"),
        Reader(8, "name@host", "bn", "sports"),
    )


@pytest.mark.parametrize("change", ["topics", "paused", "stopped", "unreachable", "forgotten"])
async def test_who_does_not_want_it_any_more_does_not_get_it(world: World, change: str) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    if change == "forgotten":
        await world.forget(1)
    elif change == "topics":
        await world.put("politics", number=1)
    else:
        await world.put("sports", number=1, **{change: True})
    claim = await world.ledger.claim(REST, worker, 9, alert)
    assert [reader.position for reader in claim.readers] == [0, 2]
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "5"), Settle(2, Outcome.SENT, "6")])
    assert await world.ledger.close(REST, worker, Outcome.EXPIRED)
    assert (await totals(world, alert)).outcomes == {Outcome.SENT: 2, Outcome.WITHDRAWN: 1}
    assert (await world.ledger.fate(1, Slot("telegram", 0, 1))).outcome is Outcome.WITHDRAWN


async def test_who_comes_back_in_time_gets_it(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.put("sports", number=1, paused=True)
    await world.ledger.claim(REST, worker, 9, alert)
    await world.put("sports", number=1)
    assert [reader.position for reader in (await world.ledger.claim(REST, worker, 9, alert)).readers] == [1]


async def test_who_follows_later_gets_nothing_of_it(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await world.put("sports", number=3)
    await taken(world.ledger, worker, alert)
    assert len((await world.ledger.claim(REST, worker, 9, alert)).readers) == 3


async def test_a_new_id_and_language_count_at_once(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await world.put("sports", number=1, user_id="-100777", language="en")
    await taken(world.ledger, worker, alert)
    assert (await world.ledger.claim(REST, worker, 9, alert)).readers[1] == Reader(1, "-100777", "en", "sports")


# --- what became of it -----------------------------------------------------------------------------------------------


async def test_every_outcome_is_kept_and_counted(world: World) -> None:
    alert = await three_begun(world, world.worker())
    results = [Settle(0, Outcome.SENT, "77"), Settle(1, Outcome.BLOCKED), Settle(2, Outcome.UNKNOWN)]
    for _ in range(2):
        await world.ledger.settle(REST, results)
        assert await totals(world, alert) == Totals(
            audience=3, outcomes={Outcome.SENT: 1, Outcome.UNKNOWN: 1, Outcome.BLOCKED: 1}
        )
    fates = [await world.ledger.fate(1, Slot("telegram", 0, number)) for number in range(3)]
    assert [fate.outcome for fate in fates] == [Outcome.SENT, Outcome.BLOCKED, Outcome.UNKNOWN]


async def test_nothing_replaces_what_is_known_and_what_is_known_replaces_unknown(world: World) -> None:
    alert = await three_begun(world, world.worker())
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "7"), Settle(1, Outcome.UNKNOWN), Settle(2, Outcome.SENT)])
    await world.ledger.settle(
        REST, [Settle(0, Outcome.UNKNOWN), Settle(1, Outcome.SENT, "8"), Settle(2, Outcome.STRIKE)]
    )
    await world.ledger.settle(REST, [Postpone(0, SOON), Postpone(2, SOON, doubtful=True)])
    assert await totals(world, alert) == Totals(audience=3, outcomes={Outcome.SENT: 3})


async def test_who_is_postponed_is_claimed_again_when_due_and_before_the_untouched(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 2, alert)
    await world.ledger.settle(REST, [Postpone(1, timedelta()), Postpone(0, timedelta(hours=1))])
    assert await totals(world, alert) == Totals(audience=3, waiting=2, untouched=1)
    assert (await world.ledger.fate(1, Slot("telegram", 0, 0))).waiting
    claim = await world.ledger.claim(REST, worker, 1, alert)
    assert [reader.position for reader in claim.readers] == [1]
    assert claim.next_in is not None
    assert timedelta(minutes=59) < claim.next_in <= timedelta(hours=1)
    assert claim.in_flight == 1
    assert (await world.ledger.fate(1, Slot("telegram", 0, 1))).begun
    assert [reader.position for reader in (await world.ledger.claim(REST, worker, 5, alert)).readers] == [2]


async def test_who_waits_is_not_claimed_before_their_time(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 3, alert)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT), Settle(2, Outcome.SENT), Postpone(1, SOON)])
    first = await claimed(world.ledger, REST, worker, 3, alert)
    assert [reader.position for reader in first.readers] == [1]
    assert first.next_in is None


async def test_who_waits_and_withdraws_is_settled_when_due(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 3, alert)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT), Settle(1, Outcome.SENT), Postpone(2, timedelta())])
    await world.put("politics", number=2)
    claim = await world.ledger.claim(REST, worker, 3, alert)
    assert (claim.readers, claim.next_in, claim.in_flight) == ((), None, 0)
    assert (await totals(world, alert)).outcomes == {Outcome.SENT: 2, Outcome.WITHDRAWN: 1}
    assert await world.ledger.reach(EVERYONE, story=alert.story) == Reach(1)


async def test_a_result_takes_a_waiting_reader_off_the_list(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 1, alert)
    await world.ledger.settle(REST, [Postpone(0, timedelta())])
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "9")])
    claim = await world.ledger.claim(REST, worker, 5, alert)
    assert [reader.position for reader in claim.readers] == [1, 2]


async def test_in_doubt_a_reader_is_tried_again_once(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 1, alert)
    await world.ledger.settle(REST, [Postpone(0, timedelta(), doubtful=True)])
    assert (await totals(world, alert)).waiting == 1
    assert [reader.position for reader in (await world.ledger.claim(REST, worker, 1, alert)).readers] == [0]
    await world.ledger.settle(REST, [Postpone(0, timedelta(), doubtful=True)])
    assert (await totals(world, alert)).outcomes == {Outcome.UNKNOWN: 1}
    await world.ledger.settle(REST, [Postpone(0, timedelta())])
    assert (await totals(world, alert)).outcomes == {Outcome.UNKNOWN: 1}


async def test_results_of_strangers_and_of_no_unit_change_nothing(world: World) -> None:
    alert = await three_readers(world)
    await world.put("politics", number=9)
    await world.ledger.settle(REST, [Settle(9, Outcome.SENT, "1"), Postpone(65_535, SOON)])
    await world.ledger.settle(Unit(5, Tier.REST, 0), [Settle(0, Outcome.SENT, "1")])
    assert await totals(world, alert) == Totals(audience=3, untouched=3)


async def test_claims_whose_answer_was_lost_are_taken_back(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 1, alert)
    await world.ledger.claim(REST, worker, 2, alert)
    assert await world.ledger.take_back(REST, worker, but=[0]) == 2
    assert await totals(world, alert) == Totals(audience=3, in_flight=1, waiting=2)
    assert await world.ledger.take_back(REST, worker, but=[0]) == 0
    assert [reader.position for reader in (await world.ledger.claim(REST, worker, 5, alert)).readers] == [1, 2]
    with pytest.raises(UnitLost):
        await world.ledger.take_back(REST, world.worker())


# --- workers come and go ---------------------------------------------------------------------------------------------


async def test_what_a_dead_worker_left_is_taken_over_and_unknown(world: World) -> None:
    dead, worker = world.worker(), world.worker()
    alert = await three_begun(world, dead)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "5"), Postpone(2, timedelta())])
    world.die(dead)
    assert await taken(world.other, worker, alert) == Taken(REST, recovered=1)
    assert await totals(world, alert) == Totals(audience=3, outcomes={Outcome.SENT: 1, Outcome.UNKNOWN: 1}, waiting=1)
    with pytest.raises(UnitLost):
        await world.ledger.claim(REST, dead, 1, alert)
    with pytest.raises(UnitLost):
        await world.ledger.take_back(REST, dead)
    with pytest.raises(UnitLost):
        await world.ledger.close(REST, dead, Outcome.EXPIRED)
    assert [reader.position for reader in (await world.other.claim(REST, worker, 9, alert)).readers] == [2]


async def test_what_is_to_be_sent_again_is_sent_again_once(world: World) -> None:
    workers = [world.worker() for _ in range(3)]
    alert = await three_begun(world, workers[0])
    world.die(workers[0])
    assert await taken(world.other, workers[1], alert, resend=True) == Taken(REST, recovered=3)
    assert await totals(world, alert) == Totals(audience=3, waiting=3)
    claim = await world.other.claim(REST, workers[1], 2, alert)
    assert [reader.position for reader in claim.readers] == [0, 1]
    world.die(workers[1])
    assert await taken(world.ledger, workers[2], alert, resend=True) == Taken(REST, recovered=2)
    assert await totals(world, alert) == Totals(audience=3, outcomes={Outcome.UNKNOWN: 2}, waiting=1)


async def test_a_worker_thought_dead_may_still_say_what_it_knows(world: World) -> None:
    zombie, worker = world.worker(), world.worker()
    alert = await three_begun(world, zombie)
    world.die(zombie)
    await taken(world.other, worker, alert)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "5"), Postpone(1, timedelta())])
    assert await totals(world, alert) == Totals(audience=3, outcomes={Outcome.SENT: 1, Outcome.UNKNOWN: 1}, waiting=1)
    assert [reader.position for reader in (await world.other.claim(REST, worker, 9, alert)).readers] == [1]


async def test_late_news_of_a_reader_who_is_to_be_sent_to_again_stops_that(world: World) -> None:
    zombie, worker = world.worker(), world.worker()
    alert = await three_begun(world, zombie)
    world.die(zombie)
    await taken(world.other, worker, alert, resend=True)
    await world.ledger.settle(
        REST, [Settle(0, Outcome.SENT, "5"), Settle(1, Outcome.UNKNOWN), Postpone(2, timedelta(hours=1))]
    )
    claim = await world.other.claim(REST, worker, 9, alert)
    assert [reader.position for reader in claim.readers] == [1]
    assert await totals(world, alert) == Totals(audience=3, outcomes={Outcome.SENT: 1}, waiting=1, in_flight=1)


async def test_what_is_given_back_is_anothers_to_take(world: World) -> None:
    alert, worker, another = await three_readers(world), world.worker(), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.give_back(REST, worker)
    await world.ledger.give_back(REST, worker)
    with pytest.raises(UnitLost):
        await world.ledger.claim(REST, worker, 1, alert)
    assert await world.other.take(another, [1]) == Taken(REST)
    await world.ledger.give_back(REST, worker)
    assert len((await world.other.claim(REST, another, 9, alert)).readers) == 3


async def test_with_requests_on_their_way_a_unit_given_back_stays_with_the_worker(world: World) -> None:
    worker, another = world.worker(), world.worker()
    alert = await three_begun(world, worker)
    await world.ledger.give_back(REST, worker)
    with pytest.raises(UnitLost):
        await world.ledger.claim(REST, worker, 1, alert)
    assert await world.other.take(another, [1]) is None
    assert await world.ledger.take(worker, [1]) == Taken(REST)
    assert (await totals(world, alert)).in_flight == 3
    await world.ledger.give_back(REST, worker)
    world.die(worker)
    assert await taken(world.other, another, alert) == Taken(REST, recovered=3)


async def test_two_chats_not_found_are_a_pattern(world: World) -> None:
    await three_readers(world)
    second, third = Unit(2, Tier.REST, 0), Unit(3, Tier.TODAY, 0)
    assert [await world.ledger.strike(REST, 1) for _ in range(2)] == [False, False]
    assert not await world.ledger.strike(REST, 2)
    assert await world.ledger.strike(second, 1)
    assert await world.ledger.strike(third, 1)


async def test_what_was_sent_takes_strikes_back(world: World) -> None:
    await three_begun(world, world.worker())
    await world.ledger.strike(Unit(9, Tier.REST, 0), 1)
    await world.ledger.settle(REST, [Settle(1, Outcome.SENT, "5")])
    assert not await world.ledger.strike(Unit(2, Tier.REST, 0), 1)


# --- the end ---------------------------------------------------------------------------------------------------------


async def test_closing_settles_whoever_is_left(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await world.put("sports", number=2, stopped=True)
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 1, alert)
    assert not await world.ledger.close(REST, worker, Outcome.EXPIRED)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "5")])
    assert await world.ledger.close(REST, worker, Outcome.EXPIRED)
    assert await world.ledger.close(REST, worker, Outcome.STOPPED)
    assert await totals(world, alert) == Totals(
        audience=3, outcomes={Outcome.SENT: 1, Outcome.EXPIRED: 1, Outcome.WITHDRAWN: 1}
    )
    fates = [(await world.ledger.fate(1, Slot("telegram", 0, number))).outcome for number in range(3)]
    assert fates == [Outcome.SENT, Outcome.EXPIRED, Outcome.WITHDRAWN]
    assert await world.ledger.open_units(1) == 0
    with pytest.raises(UnitLost):
        await world.ledger.claim(REST, worker, 1, alert)


async def test_after_closing_only_what_was_unknown_can_change(world: World) -> None:
    dead, worker = world.worker(), world.worker()
    alert = await three_begun(world, dead)
    world.die(dead)
    await taken(world.other, worker, alert)
    await world.other.close(REST, worker, Outcome.EXPIRED)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "5"), Postpone(1, timedelta())])
    assert await totals(world, alert) == Totals(audience=3, outcomes={Outcome.SENT: 1, Outcome.UNKNOWN: 2})


async def test_who_waits_in_doubt_is_unknown_at_the_end(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 2, alert)
    await world.ledger.settle(REST, [Postpone(0, timedelta(hours=1), doubtful=True), Postpone(1, timedelta(hours=1))])
    assert await world.ledger.close(REST, worker, Outcome.STOPPED)
    assert (await totals(world, alert)).outcomes == {Outcome.UNKNOWN: 1, Outcome.STOPPED: 2}


async def test_the_story_is_free_again_for_who_certainly_got_nothing(world: World) -> None:
    for number in range(5):
        await world.put("sports", number=number)
    alert, worker = an_alert(), world.worker()
    await frozen(world, alert)
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 4, alert)
    await world.ledger.settle(
        REST,
        [
            Settle(0, Outcome.SENT, "1"),
            Settle(1, Outcome.UNKNOWN),
            Postpone(2, timedelta()),
            Postpone(3, timedelta(), doubtful=True),
        ],
    )
    await world.ledger.close(REST, worker, Outcome.STOPPED)
    again = an_alert(2, story=alert.story)
    assert await world.ledger.reach(again.audience, story=alert.story) == Reach(2)
    assert await frozen(world, again) == 2
    fates = [await world.ledger.fate(2, Slot("telegram", 0, number)) for number in range(5)]
    assert [fate.in_audience for fate in fates] == [False, False, True, False, True]


async def test_releasing_closes_what_nobody_is_sending(world: World) -> None:
    """One unit nobody owns, one of a living worker that is idle, one of a dead one, one with requests on their way."""
    for segment in range(4):
        await world.put("sports", number=segment * SEGMENT_SIZE)
        await world.put("sports", number=segment * SEGMENT_SIZE + 1)
    alert = an_alert()
    await frozen(world, alert, 0, 1, 2, 3)
    idle, dead, busy = world.worker(), world.worker(), world.worker()
    for worker in (idle, dead, busy):
        found = await taken(world.ledger, worker, alert)
        if worker != idle:
            await world.ledger.claim(found.unit, worker, 1, alert)
    world.die(dead)
    await world.other.release(1)
    assert await world.ledger.open_units(1) == 1
    assert await totals(world, alert) == Totals(
        audience=8, outcomes={Outcome.UNKNOWN: 1, Outcome.STOPPED: 5}, in_flight=1, untouched=1
    )
    await world.ledger.settle(Unit(1, Tier.REST, 2), [Settle(0, Outcome.SENT, "1")])
    await world.other.release(1)
    assert await world.ledger.open_units(1) == 0
    assert (await totals(world, alert)).outcomes == {Outcome.SENT: 1, Outcome.UNKNOWN: 1, Outcome.STOPPED: 6}
    with pytest.raises(UnitLost):
        await world.ledger.claim(Unit(1, Tier.REST, 0), idle, 1, alert)
    assert await world.ledger.close(Unit(1, Tier.REST, 2), busy, Outcome.STOPPED)


# --- corrections and recalls -----------------------------------------------------------------------------------------


def a_correction(number: int = 2) -> Alert:
    return an_alert(number, kind=AlertKind.CORRECTION, of=1, origin="correction:1:1")


async def test_a_correction_goes_to_who_has_a_copy(world: World) -> None:
    for number in range(7):
        await world.put("sports", number=number, active_at=NOW if number == 1 else None)
    alert, worker = an_alert(), world.worker()
    await frozen(world, alert)
    today, rest = await taken(world.ledger, worker, alert), await taken(world.ledger, worker, alert)
    await world.ledger.claim(today.unit, worker, 9, alert)
    await world.ledger.claim(rest.unit, worker, 5, alert)
    await world.ledger.settle(today.unit, [Settle(1, Outcome.SENT, "1")])
    ids = {0: "4294967295", 2: "4294967296", 3: "no number", 4: "", 5: "0"}
    await world.ledger.settle(rest.unit, [Settle(number, Outcome.SENT, message) for number, message in ids.items()])
    correction = a_correction()
    assert await world.ledger.freeze_copies(correction, 0, now=NOW) == 5
    await world.put("sports", number=7)
    assert await world.ledger.freeze_copies(correction, 0, now=NOW) == 5
    found = {}
    for _ in range(2):
        unit = (await taken(world.ledger, worker, correction)).unit
        for reader in (await world.ledger.claim(unit, worker, 9, correction)).readers:
            found[reader.position] = (unit.tier, reader.message_id)
    assert found == {
        1: (Tier.TODAY, "1"),
        0: (Tier.REST, "4294967295"),
        2: (Tier.REST, "4294967296"),
        3: (Tier.REST, "no number"),
        5: (Tier.REST, "0"),
    }


async def test_copies_are_not_frozen_while_some_are_on_their_way(world: World) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 2, alert)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "1")])
    assert await world.ledger.freeze_copies(a_correction(), 0, now=NOW) is None
    await world.ledger.settle(REST, [Settle(1, Outcome.UNKNOWN)])
    assert await world.ledger.freeze_copies(a_correction(), 0, now=NOW) == 1


@pytest.mark.parametrize(
    ("change", "still"),
    [("topics", True), ("paused", True), ("stopped", True), ("unreachable", False), ("forgotten", False)],
)
async def test_a_copy_is_corrected_whatever_its_reader_wants_now(world: World, change: str, still: bool) -> None:
    alert, worker = await three_readers(world), world.worker()
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 1, alert)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "5")])
    if change == "forgotten":
        await world.forget(0)
    elif change == "topics":
        await world.put(number=0)
    else:
        await world.put("sports", number=0, **{change: True})
    correction = a_correction()
    assert await world.ledger.freeze_copies(correction, 0, now=NOW) == 1
    unit = (await taken(world.ledger, worker, correction)).unit
    assert bool((await world.ledger.claim(unit, worker, 9, correction)).readers) is still
    # A story is not alerted again by it, nor freed.
    assert await world.ledger.reach(EVERYONE, story=alert.story) == Reach(0)


async def test_a_copy_of_which_nobody_knows_is_no_copy(world: World) -> None:
    assert await world.ledger.freeze_copies(a_correction(), 0, now=NOW) == 0
    assert await world.ledger.open_units(2) == 0


# --- again, to whom it did not reach ----------------------------------------------------------------------------------


def a_retry(number: int = 2, of: int = 1) -> Alert:
    return an_alert(number, kind=AlertKind.RETRY, of=of, story="article:1", article_id=1)


async def test_a_retry_is_for_those_who_certainly_did_not_get_it_for_a_reason_that_may_be_gone(world: World) -> None:
    for number in range(9):
        await world.put("sports", number=number)
    alert, worker = an_alert(), world.worker()
    await frozen(world, alert)
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 6, alert)
    outcomes = [
        Outcome.SENT,
        Outcome.UNKNOWN,
        Outcome.BLOCKED,
        Outcome.BAD_MARKUP,
        Outcome.STRIKE,
        Outcome.REFUSED,
    ]
    await world.ledger.settle(REST, [Settle(at, outcome) for at, outcome in enumerate(outcomes)])
    assert await world.ledger.close(REST, worker, Outcome.STOPPED)  # 6, 7 and 8
    await world.put("sports", number=9)  # came later
    await world.put(number=7)  # wants nothing any more
    retry = a_retry()
    assert await world.ledger.freeze_again(retry, 0, now=NOW) == 5
    assert await world.ledger.freeze_again(retry, 0, now=NOW) == 5
    unit = (await taken(world.ledger, worker, retry)).unit
    claim = await world.ledger.claim(unit, worker, 20, retry)
    assert sorted(reader.position for reader in claim.readers) == [3, 4, 5, 6, 8]
    # Whoever gets it now is told of the story.
    await world.ledger.settle(unit, [Settle(reader.position, Outcome.SENT) for reader in claim.readers])
    assert await world.ledger.freeze(an_alert(3, story="article:1"), 0, now=NOW) == 1  # 9
    assert (await world.ledger.totals(1)).retriable == 6


async def test_who_was_told_by_another_alert_since_is_not_sent_the_retry(world: World) -> None:
    for number in range(4):
        await world.put("sports", number=number)
    alert, worker = an_alert(), world.worker()
    await frozen(world, alert)
    await taken(world.ledger, worker, alert)
    assert await world.ledger.close(REST, worker, Outcome.EXPIRED)
    assert await world.ledger.freeze(an_alert(3, story="article:1"), 0, now=NOW) == 4
    assert await world.ledger.freeze_again(a_retry(), 0, now=NOW) == 0


async def test_a_retry_that_is_stopped_leaves_its_readers_to_the_next(world: World) -> None:
    for number in range(4):
        await world.put("sports", number=number)
    alert, worker = an_alert(), world.worker()
    await frozen(world, alert)
    await taken(world.ledger, worker, alert)
    assert await world.ledger.close(REST, worker, Outcome.EXPIRED)
    retry = a_retry()
    assert await world.ledger.freeze_again(retry, 0, now=NOW) == 4
    unit = (await taken(world.ledger, worker, retry)).unit
    await world.ledger.claim(unit, worker, 1, retry)
    await world.ledger.settle(unit, [Settle(0, Outcome.SENT)])
    assert await world.ledger.close(unit, worker, Outcome.STOPPED)
    assert await world.ledger.freeze_again(a_retry(3, of=2), 0, now=NOW) == 3
