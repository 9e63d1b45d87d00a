"""Alerts and articles by the day, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.domain.alert import AlertKind, AlertState, Outcome, Totals
from newsbot.rollups.figures import Figure, Series, Span
from newsbot.rollups.keeper import RollupKeeper
from newsbot.rollups.sql_other_days import AlertDays, SourceDays
from newsbot.rollups.sql_rollups import SqlRollups
from tests.builders import a_draft, a_new_alert

DHAKA = ZoneInfo("Asia/Dhaka")
NOON = datetime(2025, 11, 17, 6, tzinfo=UTC)
TODAY = date(2025, 11, 17)
DAY = timedelta(days=1)
OPEN = [state for state in AlertState if not state.final]


class House:
    def __init__(self, database: Database) -> None:
        self.alerts = SqlAlertStore(database)
        self.articles = SqlArticleStore(database)
        self.store = SqlRollups(database)
        self.alert_days = AlertDays(database, DHAKA)
        self.source_days = SourceDays(database, DHAKA)

    async def alert(self, number: int, at: datetime, totals: Totals | None = None, **changes: object) -> int:
        alert = await self.alerts.create(a_new_alert(number, **changes), now=at)
        if totals is not None:
            await self.alerts.turn(alert.id, AlertState.DONE, of=OPEN, now=at, totals=totals)
        return alert.id

    async def on(self, day: date, figure: Figure) -> dict[tuple[str, str], int]:
        found = (await self.store.days(Span(day, day), [figure])).get(day, {})
        return {(series.channel, series.part): many for series, many in found.items()}


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


async def test_alerts_are_counted_with_what_became_of_them_on_each_channel(house: House) -> None:
    telegram = Totals(10, {Outcome.SENT: 8, Outcome.BLOCKED: 2})
    messenger = Totals(5, {Outcome.SENT: 4, Outcome.UNKNOWN: 1})
    both = Totals(
        15,
        {Outcome.SENT: 12, Outcome.BLOCKED: 2, Outcome.UNKNOWN: 1},
        channels={"telegram": telegram, "messenger": messenger},
    )
    await house.alert(1, NOON, both)
    await house.alert(2, NOON, Totals(3, {Outcome.SENT: 3}))
    await house.alert(3, NOON)
    await house.alert(4, NOON, Totals(9, {Outcome.SENT: 9}), kind=AlertKind.RECALL, of=1)
    await house.alert_days.count(now=NOON)
    assert await house.on(TODAY, Figure.ALERTS) == {("", "topic"): 3}
    assert await house.on(TODAY, Figure.SENT) == {
        ("telegram", "topic"): 8,
        ("messenger", "topic"): 4,
        ("", "topic"): 3,
    }
    assert await house.on(TODAY, Figure.REFUSED) == {("telegram", "topic"): 2}
    assert await house.on(TODAY, Figure.UNKNOWN) == {("messenger", "topic"): 1}


async def test_an_outcome_that_comes_days_later_is_counted_and_what_was_deleted_since_stays(house: House) -> None:
    alert = await house.alert(1, NOON, Totals(3, {Outcome.SENT: 2, Outcome.HELD: 1}))
    await house.alert_days.count(now=NOON)
    await house.alerts.keep_totals(alert, Totals(3, {Outcome.SENT: 3}))
    await house.alert_days.count(now=NOON + 5 * DAY)
    assert await house.on(TODAY, Figure.SENT) == {("", "topic"): 3}
    await house.alert_days.count(now=NOON + 20 * DAY)
    await house.alerts.retain(keep_since=NOON + 20 * DAY)
    await house.alert_days.count(now=NOON + 21 * DAY)
    assert await house.on(TODAY, Figure.SENT) == {("", "topic"): 3}


async def test_articles_are_counted_by_source_on_the_newsrooms_day(house: House) -> None:
    before_midnight = datetime(2025, 11, 17, 17, 59, tzinfo=UTC)
    for number, source, at in (
        (1, "main", NOON),
        (2, "main", before_midnight),
        (3, "main", before_midnight + timedelta(minutes=1)),
        (4, "sitemap", NOON),
    ):
        draft = a_draft(number, source=source, published_at=at, content_hash="")
        await house.articles.put(draft, now=NOON, announce=False)
    for _ in range(2):
        await house.source_days.count(now=before_midnight + timedelta(hours=1))
    assert await house.on(TODAY, Figure.ARTICLES) == {("", "main"): 2, ("", "sitemap"): 1}
    assert await house.on(TODAY + DAY, Figure.ARTICLES) == {("", "main"): 1}


async def test_one_round_counts_everything_and_forgets_old_searches(house: House) -> None:
    await house.alert(1, NOON)
    await house.store.note("সেতু", TODAY - 91 * DAY)
    await house.store.note("সেতু", TODAY - DAY)
    counters = [house.alert_days, house.source_days]
    await RollupKeeper(counters, house.store.forget_searches, zone=DHAKA, clock=lambda: NOON).round()
    assert await house.on(TODAY, Figure.ALERTS) == {("", "topic"): 1}
    assert [one.times for one in await house.store.vain_searches(Span(TODAY - 99 * DAY, TODAY))] == [1]
    assert Series("", "", Figure.ALERTS, "topic") in await house.store.before(TODAY + DAY, [Figure.ALERTS])


async def test_it_is_known_which_day_was_counted_last(house: House) -> None:
    assert await house.store.counted() is None
    await house.source_days.count(now=NOON)
    assert await house.store.counted() is None
    await house.alert_days.count(now=NOON)
    assert await house.store.counted() == TODAY
    await house.alert_days.count(now=NOON + 3 * DAY)
    assert await house.store.counted() == TODAY + 3 * DAY
