"""The desk's pages over HTTP at 1,000,000 subscribers and 100,000 articles, on SQLite and Redis: p50 and p99.

Beside them what the figures cost to keep: counting the whole journal once, and what is open of it again.
BENCH_SUBSCRIBERS, BENCH_ARTICLES, BENCH_ALERTS and BENCH_CALLS (of each page) are other numbers. One process serves and
asks; pages are asked for one after the other.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import ClientSession, CookieJar
from redis.asyncio import Redis
from sqlalchemy import event, insert

from bench.articles import NOW, Language, kept_folder, open_filled
from bench.crowd import a_crowd
from bench.ledger import TOPICS
from bench.tables import show, timed
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database, open_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.sql_curves import SqlCurveStore
from newsbot.delivery.sql_notices import SqlNoticeStore
from newsbot.desk.records import Records
from newsbot.desk.roles import Role
from newsbot.desk.sql_audit import SqlAuditLog
from newsbot.desk.sql_bulletins import SqlBulletinStore
from newsbot.desk.sql_drafts import SqlDraftStore
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, Audience, NewAlert, Outcome, Totals
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.observability import configure_logging
from newsbot.redis_client import connect
from newsbot.rollups.sql_journal_days import JournalDays
from newsbot.rollups.sql_other_days import AlertDays, SourceDays
from newsbot.rollups.sql_rollups import SqlRollups
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.schema import subscriber_events, subscribers
from tests.desk_site import open_site
from tests.newsdesk import Newsdesk

ACCOUNT: Final = "12"
ZONE: Final = ZoneInfo("Asia/Dhaka")
CALLS: Final = int(os.environ.get("BENCH_CALLS", "100"))
ALERTS: Final = int(os.environ.get("BENCH_ALERTS", "1000"))
DAYS: Final = 365
ROWS: Final = 10_000  #: in a statement

PAGES: Final = (
    "/desk",
    "/desk/alerts",
    f"/desk/alerts/{ALERTS}",
    "/desk/drafts",
    "/desk/articles",
    "/desk/articles?q={words}",
    "/desk/articles/{article}",
    "/desk/figures?days=30",
    "/desk/figures?days=366",
    "/desk/figures/topics.csv?days=366",
    "/desk/audit",
)


def main() -> None:
    configure_logging(level="error")
    readers = int(os.environ.get("BENCH_SUBSCRIBERS", "1000000"))
    articles = int(os.environ.get("BENCH_ARTICLES", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder), readers, articles))


async def _measure(folder: Path, readers: int, articles: int) -> None:
    language = Language()
    await (await open_filled(language, articles)).close()
    shutil.copytree(kept_folder(articles), folder / "data")
    database = await open_database(None, folder / "data")
    event.listen(database.engine.sync_engine, "checkout", _careless)
    await _fill_journal(database, readers)
    await _fill_alerts(database, articles)
    counted = [(name, await _seconds(work)) for name, work in _counting(database)]
    async with EmbeddedRedis(folder / "redis") as server:
        redis = await connect(server.url)
        await a_crowd(redis, readers, account=ACCOUNT)
        rows = await _pages(database, redis, language, articles)
        await redis.aclose()
    await database.close()
    title = f"The desk's pages, {readers:,} subscribers, {articles:,} articles, {ALERTS:,} alerts: milliseconds"
    show(title, ("", "p50", "p99", "kB"), rows)
    show("Keeping the figures: seconds", ("", "seconds"), counted)


def _counting(database: Database) -> Iterator[tuple[str, Any]]:
    journal = JournalDays(database, ZONE)
    yield "the whole journal, the first time", lambda: journal.count(now=NOW)
    yield "the journal, again", lambda: journal.count(now=NOW)
    yield "alerts, the first time", lambda: AlertDays(database, ZONE).count(now=NOW)
    yield "articles, the first time", lambda: SourceDays(database, ZONE).count(now=NOW)


async def _seconds(work: Any) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _pages(database: Database, redis: Redis, language: Language, articles: int) -> list[tuple[Any, ...]]:
    chance = random.Random(1)
    rows: list[tuple[Any, ...]] = []
    async with (
        open_site(_over_real_stores(database, redis)) as site,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as http,
    ):
        owner = await site.sign_in(Role.OWNER)
        http.headers["Cookie"] = f"newsbot_desk={owner.cookie}"
        sizes: list[int] = []

        async def ask(path: str) -> None:
            async with http.get(site.base + path) as answer:
                sizes.append(len(await answer.read()))
                assert answer.status == 200, path

        def path_of(page: str) -> str:
            words = language.text(2).replace(" ", "+")
            return page.format(words=words, article=chance.randrange(1, articles + 1))

        for page in PAGES:
            await ask(path_of(page))  # templates are compiled once
            spread = await timed(lambda page=page: ask(path_of(page)) for _ in range(CALLS))
            rows.append((re.sub(r"\{|\}", "", page), spread.p50, spread.p99, sizes[-1] // 1024))
    return rows


def _over_real_stores(database: Database, redis: Redis) -> Newsdesk:
    """The tests' desk with the stores that newsbot runs on; people and sessions stay in memory."""
    newsdesk = Newsdesk()
    newsdesk.now = NOW
    articles, alerts = SqlArticleStore(database), SqlAlertStore(database)
    journal = SqlJournal(database, {"telegram": ACCOUNT})
    desk = newsdesk.desk
    ledger = RedisLedger(redis, "telegram", ACCOUNT)
    newsdesk.curves = SqlCurveStore(database)  # type: ignore[assignment]
    house = replace(
        desk.house,
        articles=articles,
        alerts=alerts,
        subscribers=RedisSubscriberStore(journal, redis, clock=lambda: NOW),
    )
    newsdesk.desk = replace(
        desk,
        house=house,
        alerts=alerts,
        audit=SqlAuditLog(database),
        drafts=SqlDraftStore(database),
        bulletins=SqlBulletinStore(database),
        notices=SqlNoticeStore(database),
        outlets={name: replace(outlet, ledger=ledger) for name, outlet in desk.outlets.items()},
        records=Records(
            rollups=SqlRollups(database),
            curves=SqlCurveStore(database),
            alerts=alerts,
            articles=articles,
            topics=house.topics,
            sources=desk.records.sources,
            accounts=journal.accounts,
        ),
    )
    return newsdesk


async def _fill_journal(database: Database, readers: int) -> None:
    """Readers who came over a year; one in ten has left again, one in twenty blocked us."""
    chance = random.Random(2)
    begin = NOW - timedelta(days=DAYS)
    for start in range(0, readers, ROWS):
        people, rows = [], []
        for number in range(start, min(start + ROWS, readers)):
            came = begin + chance.random() * (NOW - begin)
            state: dict[str, Any] = {
                "language": chance.choice(("bn", "bn", "bn", "en")),
                "timezone": "Asia/Dhaka",
                "topics": sorted(chance.sample(TOPICS, 3)),
                "onboarded": True,
            }
            one = {"channel": "telegram", "number": number}
            people.append({**one, "account": ACCOUNT, "user_id": str(5_000_000_000 + number), "since": came})
            rows.append({**one, "version": 1, "at": came, "what": "started", "state": state})
            if (luck := chance.random()) < 0.15:
                what, flag = ("stopped", "stopped") if luck < 0.1 else ("unreachable", "unreachable")
                went = came + chance.random() * (NOW - came)
                rows.append({**one, "version": 2, "at": went, "what": what, "state": {**state, flag: True}})
        async with database.writing() as connection:
            await connection.execute(insert(subscribers), people)
            await connection.execute(insert(subscriber_events), rows)


async def _fill_alerts(database: Database, articles: int) -> None:
    """Over the last days, most of them articles'."""
    store, chance = SqlAlertStore(database), random.Random(3)
    for number in range(1, ALERTS + 1):
        made = NOW - timedelta(minutes=40 * (ALERTS - number) + 60)
        audience = chance.randrange(1_000, 200_000)
        article = chance.randrange(1, articles + 1)
        new = NewAlert(
            origin=f"bench:{number}",
            kind=AlertKind.ARTICLE,
            cls=chance.choice((AlertClass.TOPIC, AlertClass.TOPIC, AlertClass.BREAKING)),
            story=f"article:{article}",
            expires_at=made + timedelta(hours=3),
            audience=Audience((chance.choice(TOPICS),)),
            article_id=article,
            source="main",
        )
        alert = await store.create(new, now=made)
        await store.turn(alert.id, AlertState.RUNNING, of=[AlertState.PLANNED], now=made)
        refused = audience // 50
        totals = Totals(audience, {Outcome.SENT: audience - refused, Outcome.BLOCKED: refused})
        ended = made + timedelta(seconds=audience / 30)
        await store.turn(alert.id, AlertState.DONE, of=[AlertState.RUNNING], now=ended, totals=totals)


def _careless(connection: Any, _record: Any, _proxy: Any) -> None:
    connection.cursor().execute("PRAGMA synchronous=OFF")


if __name__ == "__main__":
    main()
