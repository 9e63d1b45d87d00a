"""The planner's rounds, over stores in memory that keep the contracts of the real ones."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count

import pytest
from structlog.testing import capture_logs

from newsbot.delivery.alerts import STANDING_KNOWN
from newsbot.delivery.ledger import Tier
from newsbot.delivery.planner import LOOK_EVERY, Planner
from newsbot.delivery.policy import Limits
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, Audience, Outcome, Totals
from newsbot.domain.subscriber import SEGMENT_SIZE, Slot
from newsbot.errors import StoreError, StoreUnavailable
from tests.builders import NOW, a_broadcast, a_draft, a_new_alert, a_subscriber, an_address, some_topics
from tests.delivering import answered, begin, deliver
from tests.memory_alert_store import MemoryAlertStore
from tests.memory_ledger import MemoryLedger
from tests.planning_house import OPEN, House, a_day, a_memory_house

HOUR = timedelta(hours=1)
RUNNING, PAUSED, STOPPED, DONE = AlertState.RUNNING, AlertState.PAUSED, AlertState.STOPPED, AlertState.DONE


class Breaking(Exception):
    """Nobody foresaw this."""


@pytest.fixture
def house() -> House:
    return a_memory_house()


@pytest.mark.parametrize("kind", [AlertKind.UPDATE, AlertKind.RECALL])
async def test_what_touches_copies_has_nothing_to_do_where_nothing_can_be_changed(house, kind):
    ledger = MemoryLedger(
        {7: a_subscriber("sports", address=an_address("7", "messenger"), number=7)}, channel="messenger"
    )
    house.planner = Planner(
        house.articles,
        house.alerts,
        [ledger],
        some_topics(),
        limits=Limits(),
        keep=HOUR,
        clock=lambda: house.now,
        unchanging=["messenger"],
    )
    parent = await house.running(topics=("sports",))
    assert await deliver(house.alerts, ledger) == ["7"]
    await house.planner.round()
    touching = await house.touch(kind, parent)
    await house.rounds()
    assert await house.state(touching.origin) == (DONE, "")
    assert (await house.alert(touching.origin)).totals == Totals()


# --- outbox ----------------------------------------------------------------------------------------------------------


async def test_an_article_becomes_an_alert_that_runs_in_one_round(house):
    article_id = await house.article(topics=("sports",))
    assert await house.planner.round() is False
    (alert,) = await house.alerts.of_article(article_id)
    assert (alert.state, alert.started_at, alert.audience) == (RUNNING, NOW, Audience(("sports",)))
    assert (await house.ledger.totals(alert.id)).audience == 2
    assert await house.articles.unannounced() == ()
    assert (await house.alerts.decision(article_id)).reason == "alerted"
    assert house.started == 1


async def test_what_alerts_nobody_leaves_the_outbox_with_its_reason(house):
    old = await house.article(1, published_at=NOW - 4 * HOUR)
    without_topic = await house.article(2, topics=())
    await house.planner.round()
    assert [(await house.alerts.decision(one)).reason for one in (old, without_topic)] == ["too_old", "no_topic"]
    assert await house.articles.unannounced() == ()
    assert await house.alerts.recent() == ()


async def test_what_is_published_later_waits_in_the_outbox_for_its_moment(house):
    article_id = await house.article(published_at=NOW + HOUR)
    await house.planner.round()
    assert await house.alerts.decision(article_id) is None
    house.now += HOUR
    await house.planner.round()
    assert (await house.alerts.decision(article_id)).reason == "alerted"


async def test_a_source_that_floods_is_cut_off_and_breaking_news_is_not(house):
    house.limits = Limits(per_source=2)
    house.planner = house.a_planner()
    for number in (5, 4, 3):
        await house.article(number)
    breaking = await house.article(2, breaking=True)
    await house.planner.round()
    assert len(await house.alerts.recent()) == 3
    assert (await house.alerts.decision(3)).reason == "source_flood"
    assert (await house.alerts.decision(breaking)).reason == "alerted"
    house.now += HOUR + timedelta(microseconds=1)
    later = await house.article(1, published_at=house.now)
    await house.planner.round()
    assert (await house.alerts.decision(later)).reason == "alerted"


async def test_what_an_editor_broadcast_is_not_alerted_again(house):
    article_id = await house.article(published_at=NOW + HOUR)
    story = f"article:{article_id}"
    await house.alerts.create(a_broadcast(story=story, article_id=article_id), now=NOW)
    house.now += HOUR
    await house.planner.round()
    assert (await house.alerts.decision(article_id)).reason == "broadcast"
    assert len(await house.alerts.of_story(story)) == 1


async def test_a_large_outbox_is_decided_in_several_rounds(house):
    house.limits = Limits(per_source=1000)
    house.planner = house.a_planner()
    for number in range(1, 121):
        await house.article(number)
    assert await house.planner.round() is True
    assert len(await house.articles.unannounced()) == 20
    assert await house.planner.round() is False
    assert len(await house.alerts.recent(limit=200)) == 120


async def test_an_article_that_cant_be_decided_holds_up_nobody_and_is_told_of_once(house):
    class Refusing(MemoryAlertStore):
        async def of_story(self, story):
            if story == "article:1":
                raise StoreError("this one is broken")
            if story == "article:2":
                raise Breaking
            return await super().of_story(story)

    house.alerts = Refusing(house.articles)
    house.planner = house.a_planner()
    for number in (1, 2, 3):
        await house.article(number)
    with capture_logs() as logs:
        await house.planner.round()
        await house.planner.round()
    assert [article.id for article in await house.articles.unannounced()] == [2, 1]
    assert (await house.alerts.decision(3)).reason == "alerted"
    told = {(log["what"], log["reason"]) for log in logs if log["event"] == "planning failed"}
    assert told == {
        ("article 1", "this one is broken"),
        ("article 2", "unforeseen Breaking: "),
    }
    assert sum(log["event"] == "planning failed" for log in logs) == 2


# --- audience --------------------------------------------------------------------------------------------------------


async def test_an_alert_for_nobody_is_done_at_once(house):
    await house.article(topics=("economy",))
    await house.planner.round()
    alert = await house.alert("article:1")
    assert (alert.state, alert.ended_at, alert.totals) == (DONE, NOW, Totals())
    assert house.started == 0


async def test_every_segment_of_every_ledger_is_frozen(house):
    await house.reader(SEGMENT_SIZE + 5, "sports")
    messenger = MemoryLedger(
        {7: a_subscriber("sports", address=an_address("7", "messenger"), number=7)}, channel="messenger"
    )
    house.planner = Planner(
        house.articles,
        house.alerts,
        [house.ledger, messenger],
        some_topics(),
        limits=Limits(),
        keep=HOUR,
        clock=lambda: house.now,
    )
    await house.article(topics=("sports",))
    await house.planner.round()
    assert len(await deliver(house.alerts, house.ledger)) == 3
    await house.planner.round()
    assert (await house.alert("article:1")).state is RUNNING
    assert await deliver(house.alerts, messenger) == ["7"]
    await house.planner.round()
    alert = await house.alert("article:1")
    three, one = (Totals(audience=count, outcomes={Outcome.SENT: count}) for count in (3, 1))
    by_channel = {"telegram": three, "messenger": one}
    assert (alert.state, alert.totals) == (
        DONE,
        Totals(audience=4, outcomes={Outcome.SENT: 4}, channels=by_channel),
    )


async def test_breaking_news_for_everyone_goes_to_the_public_channel_first(house):
    await house.reader(9)
    house.first = Slot("telegram", 0, 9)
    await house.running(1, breaking=True)
    assert (await deliver(house.alerts, house.ledger))[0] == "1009"


@pytest.mark.parametrize(
    "changes",
    [
        {"cls": AlertClass.TOPIC},
        {"audience": Audience(("sports",))},
        {"audience": Audience(languages=("bn",))},
    ],
)
async def test_what_is_not_breaking_or_only_for_some_is_not_for_the_public_channel(house, changes):
    await house.reader(9, language="en")
    house.first = Slot("telegram", 0, 9)
    alert = await house.alerts.create(a_broadcast(**changes), now=NOW)
    await house.planner.round()
    units = [unit.tier for unit, _ in house.ledger._of(alert.id)]
    assert Tier.CHANNEL not in units
    assert units


async def test_the_public_channel_of_another_platform_is_not_looked_for_here(house):
    house.first = Slot("messenger", 0, 1)
    alert = await house.running(1, breaking=True)
    assert [unit.tier for unit, _ in house.ledger._of(alert.id)] == [Tier.REST]


# --- ends ------------------------------------------------------------------------------------------------------------


async def test_an_alert_is_done_when_everybody_has_an_outcome(house):
    await house.running()
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    await house.planner.round()
    assert (await house.alert("article:1")).state is RUNNING
    await answered(house.ledger, unit, claim, Outcome.BLOCKED)
    await house.ledger.give_back(unit, "worker")
    await deliver(house.alerts, house.ledger)
    await house.planner.round()
    alert = await house.alert("article:1")
    assert (alert.state, alert.reason) == (DONE, "")
    assert alert.totals == Totals(audience=2, outcomes={Outcome.SENT: 1, Outcome.BLOCKED: 1})


async def test_what_an_editor_stopped_is_accounted_for_when_nothing_is_on_its_way(house):
    alert = await house.running()
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    await house.alerts.turn(alert.id, STOPPED, of=OPEN, now=NOW)
    assert await house.planner.round() is True
    assert (await house.alert("article:1")).totals is None
    await answered(house.ledger, unit, claim)
    assert await house.planner.round() is False
    totals = (await house.alert("article:1")).totals
    assert totals == Totals(audience=2, outcomes={Outcome.SENT: 1, Outcome.STOPPED: 1})


async def test_what_is_settled_after_the_end_is_in_its_figures_and_what_the_ledger_lost_stays_in_them(house):
    await house.running()
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    await answered(house.ledger, unit, claim, Outcome.UNKNOWN)
    await house.ledger.give_back(unit, "worker")
    await deliver(house.alerts, house.ledger)
    await house.rounds()
    assert (await house.alert("article:1")).totals.outcomes == {Outcome.SENT: 1, Outcome.UNKNOWN: 1}
    await answered(house.ledger, unit, claim)  # its echo
    house.seconds += 60
    await house.rounds()
    told = (await house.alert("article:1")).totals
    assert told.outcomes == {Outcome.SENT: 2}

    unknown = Totals(audience=2, outcomes={Outcome.SENT: 1, Outcome.UNKNOWN: 1})
    await house.alerts.keep_totals((await house.alert("article:1")).id, unknown)
    house.planner = house.a_planner(ledger=MemoryLedger())
    await house.rounds()
    assert (await house.alert("article:1")).totals == unknown


async def test_who_was_not_reached_by_a_stopped_alert_can_be_alerted_of_the_story(house):
    alert = await house.running()
    await house.alerts.turn(alert.id, STOPPED, of=OPEN, now=NOW)
    await house.planner.round()
    await house.alerts.create(a_broadcast(story=alert.story, article_id=1), now=NOW)
    await house.planner.round()
    assert len(await deliver(house.alerts, house.ledger)) == 3


async def test_a_dead_workers_requests_don_t_keep_a_stopped_alert_from_its_totals(house):
    alert = await house.running()
    await begin(house.alerts, house.ledger, count=1)
    await house.alerts.turn(alert.id, STOPPED, of=OPEN, now=NOW)
    house.ledger.dead.add("worker")
    await house.rounds()
    totals = (await house.alert("article:1")).totals
    assert totals == Totals(audience=2, outcomes={Outcome.UNKNOWN: 1, Outcome.STOPPED: 1})


@pytest.mark.parametrize("state", [RUNNING, PAUSED])
async def test_an_alert_whose_time_is_over_ends_though_nobody_works_on_it(house, state):
    alert = await house.running()
    await house.alerts.turn(alert.id, state, of=OPEN, now=NOW)
    house.now = alert.expires_at
    await house.planner.round()
    ended = await house.alert("article:1")
    assert (ended.state, ended.totals) == (DONE, Totals(audience=2, outcomes={Outcome.EXPIRED: 2}))


async def test_an_alert_whose_time_is_over_waits_for_what_is_on_its_way(house):
    alert = await house.running()
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    house.now = alert.expires_at
    assert await house.planner.round() is True
    await answered(house.ledger, unit, claim)
    await house.ledger.close(unit, "worker", Outcome.EXPIRED)
    assert await house.planner.round() is False
    totals = (await house.alert("article:1")).totals
    assert totals == Totals(audience=2, outcomes={Outcome.SENT: 1, Outcome.EXPIRED: 1})


async def test_an_alert_whose_time_was_over_before_it_was_planned_is_stopped(house):
    await house.alerts.create(a_broadcast(expires_at=NOW), now=NOW)
    await house.planner.round()
    alert = await house.alert("broadcast:1")
    assert (alert.state, alert.reason, alert.totals) == (STOPPED, "expired", Totals())


async def test_what_ended_long_ago_is_deleted(house):
    alert = await house.running()
    await deliver(house.alerts, house.ledger)
    await house.planner.round()
    house.now += timedelta(days=31)
    house.seconds += timedelta(hours=7).total_seconds()
    await house.planner.round()
    assert await house.alerts.get(alert.id) is None


# --- withdrawn -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", OPEN)
async def test_an_alert_whose_article_is_withdrawn_stops_and_the_rest_goes_on(house, state):
    alert = await house.running(1)
    await house.article(2)
    await house.alerts.turn(alert.id, state, of=OPEN, now=NOW)
    await house.articles.withdraw(a_draft(1).url, now=NOW)
    await house.planner.round()
    assert await house.state("article:1") == (STOPPED, "article_withdrawn")
    assert await house.state("article:2") == (RUNNING, "")
    assert await house.alerts.withdrawn(since=NOW) == (await house.alert("article:1"),)
    assert (await house.alert("article:1")).totals == Totals(audience=2, outcomes={Outcome.STOPPED: 2})


async def test_a_withdrawal_counts_while_the_ledger_is_away(house):
    await house.running()
    await house.articles.withdraw(a_draft(1).url, now=NOW)
    house.ledger.away = True
    with pytest.raises(StoreUnavailable):
        await house.planner.round()
    assert await house.state("article:1") == (STOPPED, "article_withdrawn")


async def test_copies_of_a_withdrawn_article_can_be_recalled(house):
    alert = await house.running()
    await deliver(house.alerts, house.ledger)
    await house.planner.round()
    await house.articles.withdraw(a_draft(1).url, now=NOW)
    recall = await house.alerts.create(
        a_new_alert(origin="recall:1", kind=AlertKind.RECALL, of=alert.id, article_id=1), now=NOW
    )
    await house.rounds()
    assert (await house.alerts.get(recall.id)).state is RUNNING
    assert len(await deliver(house.alerts, house.ledger)) == 2


# --- copies ----------------------------------------------------------------------------------------------------------


async def test_a_recall_stops_its_alert_waits_for_what_is_on_its_way_and_gets_every_copy(house):
    alert = await house.running()
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    await house.touch(AlertKind.RECALL, alert)
    assert await house.planner.round() is True
    assert await house.state("article:1") == (STOPPED, "recalled")
    assert await house.state("recall:article:1:1") == (AlertState.PLANNED, "")
    await answered(house.ledger, unit, claim)
    await house.rounds()
    assert await deliver(house.alerts, house.ledger) == [claim.readers[0].user_id]
    await house.planner.round()
    totals = (await house.alert("recall:article:1:1")).totals
    assert totals == Totals(audience=1, outcomes={Outcome.SENT: 1})


async def test_a_correction_of_a_running_alert_waits_until_every_worker_knows_that_it_is_held(house):
    alert = await house.running(topics=("sports",))
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    await answered(house.ledger, unit, claim)
    await house.ledger.give_back(unit, "worker")
    await house.touch(AlertKind.CORRECTION, alert)
    assert await house.planner.round() is True
    house.seconds += STANDING_KNOWN.total_seconds()
    assert await house.planner.round() is True
    house.seconds += 0.1
    assert await house.planner.round() is False
    assert await house.state("correction:article:1:1") == (RUNNING, "")
    assert (await house.ledger.totals(2)).audience == 1
    # The alert itself goes on, to the one who is still to come.
    assert sorted(await deliver(house.alerts, house.ledger)) == ["1000", "1001"]


async def test_a_correction_of_an_alert_that_is_over_doesn_t_wait(house):
    alert = await house.running()
    await deliver(house.alerts, house.ledger)
    await house.planner.round()
    await house.touch(AlertKind.CORRECTION, alert)
    assert await house.planner.round() is False
    assert (await house.ledger.totals(2)).audience == 2


async def test_a_correction_waits_for_requests_and_takes_a_dead_workers_over(house):
    alert = await house.running()
    await begin(house.alerts, house.ledger, count=1)
    await house.touch(AlertKind.CORRECTION, alert)
    await house.planner.round()
    house.seconds += STANDING_KNOWN.total_seconds() + 0.1
    assert await house.planner.round() is True
    assert await house.state("correction:article:1:1") == (AlertState.PLANNED, "")
    house.ledger.dead.add("worker")
    house.seconds += 6
    await house.planner.round()
    await house.planner.round()
    correction = await house.alert("correction:article:1:1")
    assert (correction.state, correction.totals) == (DONE, Totals())
    assert (await house.ledger.totals(alert.id)).outcomes == {Outcome.UNKNOWN: 1}
    assert await deliver(house.alerts, house.ledger) == ["1001"]


async def test_breaking_news_that_a_dead_worker_began_is_sent_again_with_the_corrected_text(house):
    alert = await house.running(breaking=True)
    await begin(house.alerts, house.ledger, count=1)
    await house.touch(AlertKind.CORRECTION, alert)
    house.ledger.dead.add("worker")
    await house.rounds()
    assert sorted(await deliver(house.alerts, house.ledger)) == ["1000", "1001", "1002"]


async def test_a_newer_correction_takes_the_place_of_the_older(house):
    alert = await house.running()
    await deliver(house.alerts, house.ledger)
    await house.planner.round()
    await house.touch(AlertKind.CORRECTION, alert, 1)
    await house.planner.round()
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    await house.touch(AlertKind.CORRECTION, alert, 2)
    assert await house.planner.round() is True
    assert await house.state("correction:article:1:1") == (STOPPED, "superseded")
    assert await house.planner.round() is True
    await answered(house.ledger, unit, claim)
    await house.rounds()
    assert await house.state("correction:article:1:2") == (RUNNING, "")
    assert len(await deliver(house.alerts, house.ledger)) == 2


# --- trouble ---------------------------------------------------------------------------------------------------------


async def test_whatever_call_fails_the_next_rounds_repair_it():
    house = a_memory_house()
    expected = await a_day(house, house.rounds)
    assert [(kind, state, reason) for kind, _, state, reason, _ in expected] == [
        (AlertKind.ARTICLE, DONE, ""),
        (AlertKind.ARTICLE, STOPPED, "article_withdrawn"),
        (AlertKind.ARTICLE, DONE, ""),
        (AlertKind.ARTICLE, DONE, ""),
        (AlertKind.CORRECTION, DONE, ""),
        (AlertKind.RECALL, DONE, ""),
    ]
    assert all(totals is not None and totals.skipped == 0 for *_, totals in expected)

    for after in (False, True):
        for fails_at in count():
            house = a_memory_house()
            calls = house.lose_call(fails_at, after=after)

            async def look(house: House = house) -> None:
                try:
                    await house.rounds()
                except StoreUnavailable:
                    # Under the name that was used then nothing is done any more.
                    house.ledger.dead |= {unit.owner for unit in house.ledger._units.values() if unit.owner}
                    await house.rounds()

            assert await a_day(house, look) == expected, (fails_at, after)
            if next(calls) <= fails_at:
                break
        assert fails_at > 50  # every call was lost once


async def test_the_loop_says_once_that_a_store_is_away_and_goes_on_when_it_is_back(house):
    rounds = asyncio.Event()

    class Told(MemoryAlertStore):
        async def standing(self):
            rounds.set()
            return await super().standing()

    house.alerts = Told(house.articles)
    house.planner = house.a_planner()
    await house.article()
    house.ledger.away = True
    with capture_logs() as logs:
        task = asyncio.create_task(house.planner.run())
        try:
            for _ in range(3):
                rounds.clear()
                house.planner.wake()
                await asyncio.wait_for(rounds.wait(), 5)
            house.ledger.away = False
            async with asyncio.timeout(10):
                while not house.started:
                    house.planner.wake()
                    await asyncio.sleep(0)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    told = [log["event"] for log in logs if log["event"].startswith(("nothing can be planned", "planning goes on"))]
    assert told == ["nothing can be planned at the moment", "planning goes on"]
    assert (await house.alert("article:1")).state is RUNNING


async def test_being_woken_it_looks_at_once(house):
    looked = asyncio.Queue()

    class Told(MemoryAlertStore):
        async def unaccounted(self):
            looked.put_nowait(asyncio.get_running_loop().time())
            return await super().unaccounted()

    house.alerts = Told(house.articles)
    house.planner = house.a_planner()
    task = asyncio.create_task(house.planner.run())
    try:
        async with asyncio.timeout(10):
            await looked.get()
            began = asyncio.get_running_loop().time()
            for _ in range(20):
                house.planner.wake()
                await looked.get()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert asyncio.get_running_loop().time() - began < 20 * LOOK_EVERY.total_seconds()
