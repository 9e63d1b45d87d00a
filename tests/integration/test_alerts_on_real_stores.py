"""From an article to the end of its alert on real servers: SQLite or PostgreSQL, and Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from newsbot.database import Database
from newsbot.delivery.alerts import STANDING_KNOWN
from newsbot.delivery.ledger import Reach, UnitLost
from newsbot.domain.alert import AlertKind, AlertState, Outcome, Totals
from newsbot.errors import StoreUnavailable
from newsbot.heartbeats import new_name, retire
from newsbot.ingest.cms_push import CmsPush
from tests.builders import NOW, a_draft, some_topics
from tests.delivering import answered, begin, deliver
from tests.planning_house import House, a_day, a_real_house

STOPPED, DONE = AlertState.STOPPED, AlertState.DONE


@pytest.fixture
async def house(database: Database, redis: Redis) -> House:
    return await a_real_house(database, redis)


@asynccontextmanager
async def planning(house: House) -> AsyncIterator[CmsPush]:
    """The planner at work beside a CMS that wakes it."""
    cms = CmsPush(
        house.articles,
        some_topics(),
        timezone=ZoneInfo("Asia/Dhaka"),
        language="bn",
        clock=lambda: house.now,
        wake=house.planner.wake,
    )
    task = asyncio.create_task(house.planner.run())
    try:
        yield cms
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.01)


def a_report(number: int, **changes) -> dict:
    return {
        "@type": "NewsArticle",
        "url": a_draft(number).url,
        "headline": f"শিরোনাম {number}",
        "articleBody": f"খবরের প্রথম বাক্য {number}। দ্বিতীয় বাক্য।",
        "articleSection": "খেলা",
        "datePublished": (NOW - timedelta(minutes=5)).isoformat(),
    } | changes


async def test_what_the_cms_brings_is_pushed_and_accounted_for(house):
    async with planning(house) as cms:
        (answer,) = await cms.accept(a_report(1))
        origin = f"article:{answer['id']}"

        async def runs() -> bool:
            return bool(house.started)

        await until(runs)
        assert await deliver(house.alerts, house.ledger) == ["1000", "1001"]

        async def done() -> bool:
            return (await house.state(origin))[0] is DONE

        await until(done)
    assert (await house.alert(origin)).totals == Totals(audience=2, outcomes={Outcome.SENT: 2})


async def test_a_withdrawn_article_is_not_sent_to_those_who_are_still_to_come_and_is_recalled_from_the_others(house):
    async with planning(house) as cms:
        (answer,) = await cms.accept(a_report(1, breaking=True))
        origin = f"article:{answer['id']}"

        async def runs() -> bool:
            return bool(house.started)

        await until(runs)
        unit, claim = await begin(house.alerts, house.ledger, count=1)
        await answered(house.ledger, unit, claim)

        assert (await cms.withdraw([a_draft(1).url]))[0]["status"] == "withdrawn"
        # From here on nobody may claim, before the planner has even looked.
        assert not any(standing.claimable("telegram") for standing in await house.alerts.standing())

        async def accounted() -> bool:
            return (await house.alert(origin)).totals is not None

        await until(accounted)
        alert = await house.alert(origin)
        with pytest.raises(UnitLost):
            await house.ledger.claim(unit, "worker", 10, alert)
        assert (alert.state, alert.reason) == (STOPPED, "article_withdrawn")
        assert alert.totals == Totals(audience=3, outcomes={Outcome.SENT: 1, Outcome.STOPPED: 2})
        assert await house.alerts.withdrawn(since=NOW) == (alert,)

        recall = await house.touch(AlertKind.RECALL, alert)
        house.planner.wake()

        async def recalling() -> bool:
            return (await house.state(recall.origin))[0] is AlertState.RUNNING

        await until(recalling)
        assert await deliver(house.alerts, house.ledger) == [claim.readers[0].user_id]


async def test_a_second_recall_reaches_the_copies_of_which_the_first_learnt_nothing(house):
    alert = await house.running()
    assert len(await deliver(house.alerts, house.ledger)) == 2
    await house.rounds()
    first = await house.touch(AlertKind.RECALL, alert)
    await house.rounds()
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    await answered(house.ledger, unit, claim, Outcome.UNKNOWN)
    await house.ledger.give_back(unit, "worker")
    await deliver(house.alerts, house.ledger)
    await house.rounds()
    assert (await house.alert(first.origin)).totals == Totals(
        audience=2, outcomes={Outcome.SENT: 1, Outcome.UNKNOWN: 1}
    )
    second = await house.touch(AlertKind.RECALL, alert, 2)
    await house.rounds()
    assert claim.readers[0].user_id in await deliver(house.alerts, house.ledger)
    await house.rounds()
    assert (await house.alert(second.origin)).state is DONE


async def test_a_story_is_alerted_once_and_its_cards_are_changed_by_what_follows(house):
    fire = {"headline": "টঙ্গীতে পোশাক কারখানায় আগুন", "articleBody": "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে।"}
    out = {"headline": "টঙ্গীর কারখানার আগুন নিয়ন্ত্রণে", "articleBody": "গাজীপুরের টঙ্গীতে পোশাক কারখানার আগুন নিয়ন্ত্রণে।"}
    async with planning(house) as cms:
        (first,) = await cms.accept(a_report(1, **fire))
        origin = f"article:{first['id']}"

        async def runs() -> bool:
            return bool(house.started)

        await until(runs)
        assert await deliver(house.alerts, house.ledger) == ["1000", "1001"]

        async def done() -> bool:
            return (await house.alert(origin)).totals is not None

        await until(done)
        (second,) = await cms.accept(a_report(2, **out, articleSection="রাজনীতি"))
        house.seconds += 60

        async def updating() -> bool:
            house.planner.wake()
            update = await house.alerts.by_origin(f"update:{(await house.alert(origin)).id}:1")
            return update is not None and update.state is AlertState.RUNNING

        await until(updating)
        # The follower of politics is told by the article that is theirs; the others' cards change.
        assert sorted(await deliver(house.alerts, house.ledger)) == ["1000", "1001", "1002"]
    update, other = await house.alert("update:1:1"), await house.alert(f"article:{second['id']}")
    assert (update.article_id, update.story, other.story) == (second["id"], origin, origin)
    assert await house.ledger.reach(other.audience, story=origin) == Reach(0)


async def test_a_story_whose_first_article_is_withdrawn_midway_is_told_by_the_next_to_who_was_still_to_come(house):
    fire = {"headline": "টঙ্গীতে পোশাক কারখানায় আগুন", "body": "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে।"}
    out = {"headline": "টঙ্গীর কারখানার আগুন নিয়ন্ত্রণে", "body": "গাজীপুরের টঙ্গীতে পোশাক কারখানার আগুন নিয়ন্ত্রণে।"}
    first = await house.running(1, **fire)
    second = await house.article(2, **out, published_at=NOW)
    await answered(house.ledger, *await begin(house.alerts, house.ledger))
    await house.articles.withdraw(a_draft(1).url, now=NOW)
    for _ in range(3):
        house.seconds += 60
        await house.rounds()
    instead, update = await house.alert(f"article:{second}"), await house.alert(f"update:{first.id}:1")
    assert (instead.story, instead.state, update.article_id) == (first.story, AlertState.RUNNING, second)
    assert [(await house.ledger.totals(one.id)).audience for one in (instead, update)] == [1, 1]
    assert sorted(await deliver(house.alerts, house.ledger)) == ["1000", "1001"]
    assert await house.ledger.reach(instead.audience, story=first.story) == Reach(0)


async def test_what_was_stopped_before_anybody_got_it_can_be_told_by_another_alert_of_the_story(house):
    alert = await house.running()
    await house.alerts.turn(alert.id, STOPPED, of=[AlertState.RUNNING], now=NOW)
    await house.rounds()
    assert await house.ledger.reach(alert.audience, story=alert.story) == Reach(2)


async def test_a_dead_workers_readers_are_known_when_a_stopped_alert_is_accounted_for(house):
    alert = await house.running()
    worker = new_name()
    await house.ledger.beat(worker)
    await begin(house.alerts, house.ledger, count=1, worker=worker)
    await house.alerts.turn(alert.id, STOPPED, of=[AlertState.RUNNING], now=NOW)
    assert await house.planner.round() is True
    retire(worker)
    await house.rounds()
    totals = (await house.alert(alert.origin)).totals
    assert totals == Totals(audience=2, outcomes={Outcome.UNKNOWN: 1, Outcome.STOPPED: 1})


async def test_a_correction_takes_over_what_a_dead_worker_of_its_alert_began(house):
    alert = await house.running()
    worker = new_name()
    await house.ledger.beat(worker)
    unit, claim = await begin(house.alerts, house.ledger, count=1, worker=worker)
    await answered(house.ledger, unit, claim)
    alert_now = await house.alert(alert.origin)
    await house.ledger.claim(unit, worker, 1, alert_now)
    correction = await house.touch(AlertKind.CORRECTION, alert)
    await house.planner.round()
    house.seconds += STANDING_KNOWN.total_seconds() + 0.1
    assert await house.planner.round() is True
    retire(worker)
    house.seconds += 6
    await house.rounds()
    assert await house.state(correction.origin) == (AlertState.RUNNING, "")
    assert await deliver(house.alerts, house.ledger) == [claim.readers[0].user_id]
    await house.rounds()
    assert (await house.alert(correction.origin)).totals == Totals(audience=1, outcomes={Outcome.SENT: 1})


async def test_an_alert_whose_time_is_over_ends_without_a_worker(house):
    alert = await house.running()
    await house.alerts.turn(alert.id, AlertState.PAUSED, of=[AlertState.RUNNING], now=NOW)
    house.now = alert.expires_at
    await house.rounds()
    ended = await house.alert(alert.origin)
    assert (ended.state, ended.totals) == (DONE, Totals(audience=2, outcomes={Outcome.EXPIRED: 2}))


async def test_a_day_is_the_same_when_any_answer_is_lost(database, redis):
    async def anew() -> House:
        async with database.writing() as connection:
            for table in ("alerts", "article_decisions", "articles", "subscriber_events", "subscribers"):
                await connection.execute(text(f"DELETE FROM {table}"))
        await redis.flushdb()
        return await a_real_house(database, redis)

    house = await anew()
    expected = await a_day(house, house.rounds)
    assert [state for _, _, state, _, _ in expected] == [DONE, STOPPED, DONE, DONE, DONE, DONE]
    assert all(totals is not None and totals.skipped == 0 for *_, totals in expected)
    # Each call in turn is tried over the stores in memory; here some of them, of every store.
    for fails_at in count(1, 7):
        house = await anew()
        calls = house.lose_call(fails_at, after=True)

        async def look(house: House = house) -> None:
            try:
                await house.rounds()
            except StoreUnavailable:
                await house.rounds()

        assert await a_day(house, look) == expected, fails_at
        if next(calls) <= fails_at:
            break
