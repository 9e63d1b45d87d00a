"""A database with articles and alerts from before there were stories, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from newsbot.articles import migrations
from newsbot.articles.schema import articles
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database, connect_database
from newsbot.delivery.alert_json import audience_to_json, totals_to_json
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.policy import Leave, Reason, Situation, decide, story_of
from newsbot.delivery.retelling import StoryUpdates
from newsbot.delivery.schema import alerts
from newsbot.domain.alert import Alert, AlertKind, AlertState, Outcome, Totals
from newsbot.domain.article import Article
from tests.builders import NOW, a_draft, an_alert, an_article, some_topics
from tests.databases import go_to, migrate_to

BEFORE = "0005_search"
#: given by the database, or came later
NOT_WRITTEN = (articles.c.id, alerts.c.id, articles.c.story, articles.c.held_at, articles.c.edits, alerts.c.again)
MINUTE = timedelta(minutes=1)
SENT = Totals(2, {Outcome.SENT: 2})


@pytest.fixture
async def upgraded(empty_url) -> AsyncIterator[Database]:
    """Two articles; the first was alerted."""
    database = connect_database(empty_url, Path())
    async with database.writing() as connection:
        await connection.run_sync(migrate_to, BEFORE)
        for number in (1, 2):
            told = an_article(number, announced_at=NOW, published_at=NOW - number * MINUTE)
            await connection.execute(insert(articles).values(_columns(articles, told)))
            await connection.execute(text(f"INSERT INTO article_urls VALUES ('{told.url}', {number})"))
        over = an_alert(1, state=AlertState.DONE, totals=SENT, started_at=NOW, ended_at=NOW)
        values = _columns(alerts, over) | {
            "kind": over.kind.value,
            "cls": over.cls.value,
            "state": over.state.value,
            "audience": audience_to_json(over.audience),
            "totals": totals_to_json(over.totals),
        }
        await connection.execute(insert(alerts).values(values))
    await migrations.upgrade(database)
    yield database
    await database.close()


def _columns(table: Any, of: Article | Alert) -> dict[str, object]:
    kept = [column.name for column in table.columns if all(column is not one for one in NOT_WRITTEN)]
    return {name: getattr(of, name) for name in kept if hasattr(of, name)}


async def test_every_article_began_a_story_of_its_own_and_is_shown(upgraded):
    store = SqlArticleStore(upgraded)
    page = await store.latest(now=NOW, once_per_story=True)
    assert [(one.id, one.story, one.tells) for one in page.articles] == [(1, 0, 1), (2, 0, 2)]
    assert page.others == {}
    assert [one.id for one in await store.of_story(1, now=NOW)] == [1]


async def test_what_was_alerted_is_not_alerted_again_and_its_cards_follow_its_words(upgraded):
    store, sent = SqlArticleStore(upgraded), SqlAlertStore(upgraded)
    article = await store.get(1)
    assert article is not None
    (alert,) = await sent.of_story(story_of(article))
    assert (alert.id, alert.again, alert.totals) == (1, False, SENT)
    situation = Situation(now=NOW, topics=some_topics(), of_story=[alert])
    assert decide(article, situation) == Leave(Reason.SAME_STORY)

    await store.put(a_draft(1, headline="অন্য শিরোনাম", published_at=NOW - MINUTE), now=NOW + MINUTE, announce=True)

    async def nothing(article: Article) -> None:
        raise AssertionError(article)

    assert await StoryUpdates(store, sent, nothing, clock=lambda: NOW + MINUTE).look()
    (update,) = await sent.copies_touched(1)
    assert (update.kind, update.article_id, update.story) == (AlertKind.UPDATE, 1, "article:1")


async def test_going_back_leaves_articles_and_alerts(upgraded):
    await go_to(upgraded, BEFORE, back=True)
    async with upgraded.reading() as connection:
        kept = [
            (await connection.execute(text(f"SELECT count(*) FROM {of}"))).scalar() for of in ("articles", "alerts")
        ]
    assert kept == [2, 1]
