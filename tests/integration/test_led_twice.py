"""Whatever one process at a time does, done by two at once, as after a leader slept: nothing comes of it twice.

The rest is shown where it belongs: what was confirmed for a time (`tests/unit/test_desk_scheduling.py`), the question
whether to go on (`test_keeping_open`), a summary that another wrote (`test_ingest_language_model`), an update that
is received twice (`tests/contracts/test_inbox.py`), changes that are replayed again (`test_subscriber_repair`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database
from newsbot.delivery.curve_keeper import CurveKeeper
from newsbot.delivery.sql_curves import SqlCurveStore
from newsbot.desk.reporter import Reporter
from newsbot.desk.sql_bulletins import SqlBulletinStore
from newsbot.domain.alert import PAUSED_MANY_UNREACHABLE, PAUSED_MESSAGE_REFUSED, AlertState
from newsbot.ingest.downloader import Downloader
from newsbot.rollups.figures import Figure, Span
from newsbot.rollups.keeper import RollupKeeper
from newsbot.rollups.sql_journal_days import JournalDays
from newsbot.rollups.sql_other_days import AlertDays, SourceDays
from newsbot.rollups.sql_rollups import SqlRollups
from tests.builders import NOW, a_broadcast
from tests.delivering import answered, begin, deliver
from tests.integration.ingest_desk import Desk
from tests.integration.local_sites import a_site
from tests.integration.paper_pages import rss, rss_item
from tests.integration.test_ingest_schedule import feed_at, schedule
from tests.newsdesk import ANOTHER, EDITOR, Newsdesk
from tests.planning_house import House, a_day, a_memory_house, a_real_house

DHAKA = ZoneInfo("Asia/Dhaka")
DAY = timedelta(days=1)


@pytest.fixture
async def house(database: Database, redis: Redis) -> House:
    return await a_real_house(database, redis)


async def test_two_plan_the_same_day_as_one_does(house: House) -> None:
    alone = a_memory_house()
    one, other = house.planner, house.a_planner()

    async def both() -> None:
        for _ in range(20):
            if not any(await asyncio.gather(one.round(), other.round())):
                return
            house.seconds += 1
        raise AssertionError("the planners wait for ever")

    assert await a_day(house, both) == await a_day(alone, alone.rounds)


async def test_of_two_that_plan_each_reader_is_told_of_an_article_once(house: House) -> None:
    for number in range(3, 60):
        await house.reader(number, "sports")
    for number in range(1, 4):
        await house.article(number)
    await asyncio.gather(*(house.a_planner().round() for _ in range(4)))
    told = Counter(await deliver(house.alerts, house.ledger))
    assert set(told.values()) == {3}
    assert len(told) == 59


async def test_what_two_read_at_once_is_stored_and_announced_once(database: Database) -> None:
    async with a_site() as site, Downloader("Newsbot/test") as downloader:
        desks = [Desk(SqlArticleStore(database), downloader) for _ in range(2)]
        source = feed_at(site, "/feed", 1)
        await schedule(desks[0], source).read_once()  # what is there at first is no news
        site.put("/feed", rss(*(rss_item(number, site.url) for number in (1, 2, 3))))
        await asyncio.gather(*(schedule(desk, source).read_once() for desk in desks))
        articles = await desks[0].articles()
        assert len({one.url for one in articles}) == len(articles) == 3
        assert len(await desks[0].outbox()) == 2


async def test_who_follows_a_leader_that_keeps_editors_informed_repeats_nothing(database: Database) -> None:
    desk = Newsdesk()
    bulletins = SqlBulletinStore(database)
    reporters = [Reporter(replace(desk.desk, bulletins=bulletins)) for _ in range(2)]

    async def look() -> None:
        for one in reporters:  # each with what it remembers itself
            desk.later(seconds=6)
            await one.look()

    alert = await desk.alerts.create(a_broadcast(by=EDITOR), now=desk.now)
    await desk.alerts.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=desk.now)
    await look()
    for reason in (PAUSED_MANY_UNREACHABLE, PAUSED_MESSAGE_REFUSED):
        desk.later(seconds=1)
        await desk.alerts.pause(alert.id, "telegram", reason, now=desk.now)
        await look()
        await look()
        await desk.alerts.resume(alert.id, "telegram")
        reporters.reverse()  # one hears of a pause and of its end later than the other
    assert len(desk.channel.chat(ANOTHER)) == 2  # of each pause
    assert len(desk.channel.chat(EDITOR)) == 3  # and the progress


async def test_two_that_count_a_days_figures_come_to_the_same(house: House, database: Database) -> None:
    rollups = SqlRollups(database)
    for number in range(1, 4):
        await house.running(number)
    counters = [counter(database, DHAKA) for counter in (JournalDays, AlertDays, SourceDays)]
    keepers = [
        RollupKeeper(counters, rollups.forget_searches, zone=DHAKA, clock=lambda: house.now + DAY) for _ in range(3)
    ]
    span = Span(NOW.date() - DAY, NOW.date() + DAY)
    await keepers[0].count()
    alone = await rollups.days(span, list(Figure))
    assert alone
    await asyncio.gather(*(one.count() for one in keepers))
    assert await rollups.days(span, list(Figure)) == alone


async def test_two_that_note_how_far_an_alert_has_come_draw_the_same_curve(house: House, database: Database) -> None:
    curves = SqlCurveStore(database)
    keepers = [CurveKeeper(house.alerts, [house.ledger], curves, clock=lambda: house.now) for _ in range(3)]
    alert = await house.running(1)
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    for _ in range(2):
        await answered(house.ledger, unit, claim)
        claim = await house.ledger.claim(unit, "worker", 1, alert)
        await asyncio.gather(*(one.look() for one in keepers))
        house.now += timedelta(seconds=10)
    assert [point.sent for point in (await curves.points([alert.id]))[alert.id]] == [1, 2]


async def test_two_that_delete_old_articles_leave_none_and_do_not_mind_each_other(house: House) -> None:
    for number in range(30):
        await house.article(number)
    await house.planner.round()
    await asyncio.gather(*(house.articles.retain(keep_since=NOW + DAY) for _ in range(3)))
    assert await house.articles.count() == 0
