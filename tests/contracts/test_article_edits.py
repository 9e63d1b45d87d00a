"""What an editor does to an article, on SQLite, on PostgreSQL and in memory: it stays, whatever its source says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.alerts import Decision
from newsbot.domain.article import Edit
from newsbot.domain.subscriber import Address
from tests.builders import NOW, a_draft, a_new_alert
from tests.fakes import MemoryArticleStore
from tests.memory_alert_store import MemoryAlertStore

MINUTE = timedelta(minutes=1)
RAHIMA = Edit("telegram:9001", "Rahima", NOW)
EDITOR = Address("telegram", "9001")


class Stores:
    def __init__(self, articles: Any, alerts: Any) -> None:
        self.articles = articles
        self.alerts = alerts

    async def article(self, number: int = 1, **changes: Any) -> int:
        draft = a_draft(number, topics=("sports",), **changes)
        return (await self.articles.put(draft, now=NOW, announce=True)).article.id

    async def in_outbox(self) -> list[int]:
        return [one.id for one in await self.articles.unannounced()]


@pytest.fixture(params=["sql", "memory"])
def stores(request: pytest.FixtureRequest, database: Database) -> Stores:
    if request.param == "sql":
        return Stores(SqlArticleStore(database), SqlAlertStore(database))
    articles = MemoryArticleStore()
    return Stores(articles, MemoryAlertStore(articles))


async def test_what_an_editor_sets_comes_back_with_who_set_it_and_when(stores: Stores) -> None:
    number = await stores.article()
    edited = await stores.articles.edit(number, RAHIMA, topics=("politics", "politics"), breaking=True)
    assert edited == await stores.articles.get(number)
    assert (edited.topics, edited.breaking, edited.version) == (("politics",), True, 2)
    assert edited.edits == {"topics": RAHIMA, "breaking": RAHIMA}
    assert await stores.articles.edit(999, RAHIMA, breaking=True) is None


async def test_no_later_reading_of_its_source_nor_the_cms_changes_it(stores: Stores) -> None:
    number = await stores.article()
    await stores.articles.edit(number, RAHIMA, topics=("politics",), breaking=False)
    for source in ("main", "api"):
        draft = a_draft(1, topics=("sports", "economy"), headline=f"By {source}", breaking=True)
        await stores.articles.put(replace(draft, source=source, updated_at=NOW + MINUTE), now=NOW, announce=True)
    article = await stores.articles.get(number)
    assert (article.topics, article.breaking) == (("politics",), False)
    assert article.headline == "By api"


async def test_a_topic_that_an_editor_took_away_stays_away(stores: Stores) -> None:
    number = await stores.article()
    await stores.articles.edit(number, RAHIMA, topics=())
    await stores.articles.put(a_draft(1, topics=("sports",)), now=NOW, announce=True)
    assert (await stores.articles.get(number)).topics == ()


async def test_readers_find_it_under_its_new_topic_and_no_more_under_the_old_one(stores: Stores) -> None:
    number = await stores.article()
    await stores.articles.edit(number, RAHIMA, topics=("politics",))
    found = {
        topic: [one.id for one in (await stores.articles.latest(topic=topic, now=NOW)).articles]
        for topic in ("sports", "politics")
    }
    assert found == {"sports": [], "politics": [number]}


async def test_what_is_held_back_is_not_decided_until_it_is_let_go(stores: Stores) -> None:
    number = await stores.article()
    assert await stores.articles.hold(number, now=NOW)
    assert not await stores.articles.hold(number, now=NOW)
    assert await stores.in_outbox() == []
    assert (await stores.articles.get(number)).held_at == NOW
    assert await stores.articles.release(number)
    assert not await stores.articles.release(number)
    assert await stores.in_outbox() == [number]


async def test_who_was_about_to_decide_it_finds_it_held(stores: Stores) -> None:
    number = await stores.article()
    await stores.articles.hold(number, now=NOW)
    new = a_new_alert(1, article_id=number)
    assert await stores.alerts.decide(Decision(number, "alerted", NOW), new, now=NOW) is None
    assert await stores.alerts.decide(Decision(number, "too_old", NOW), None, now=NOW) is None
    assert await stores.alerts.decision(number) is None
    wanted = await stores.alerts.decide(Decision(number, "alerted", NOW), replace(new, by=EDITOR), now=NOW)
    assert wanted is not None
    article = await stores.articles.get(number)
    assert (article.held_at, article.announced_at) == (None, NOW)


async def test_what_is_decided_or_withdrawn_can_not_be_held_back(stores: Stores) -> None:
    decided, withdrawn = await stores.article(1), await stores.article(2, headline="Another", content_hash="2")
    await stores.articles.mark_announced([decided], now=NOW)
    await stores.articles.withdraw(a_draft(2).url, now=NOW)
    assert not await stores.articles.hold(decided, now=NOW)
    assert not await stores.articles.hold(withdrawn, now=NOW)


async def test_of_many_who_hold_it_back_at_once_one_does(stores: Stores) -> None:
    number = await stores.article()
    held = await asyncio.gather(*(stores.articles.hold(number, now=NOW) for _ in range(4)))
    assert sorted(held) == [False, False, False, True]


async def test_editors_see_everything_newest_first_page_by_page(stores: Stores) -> None:
    times = {1: NOW, 2: NOW + MINUTE, 3: NOW - MINUTE, 4: NOW + 60 * MINUTE}
    ids = {}
    for number, at in times.items():
        ids[number] = await stores.article(number, published_at=at, headline=f"H{number}", content_hash=str(number))
    await stores.articles.withdraw(a_draft(1).url, now=NOW)
    first = await stores.articles.everything(limit=3)
    assert [one.id for one in first.articles] == [ids[4], ids[2], ids[1]]
    second = await stores.articles.everything(before=first.next, limit=3)
    assert ([one.id for one in second.articles], second.next) == ([ids[3]], None)
