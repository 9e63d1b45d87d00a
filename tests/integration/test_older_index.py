"""A database whose articles an older program indexed: opened, searched and indexed anew without a pause."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, text

from newsbot.articles import migrations
from newsbot.articles.query_parser import parse_query
from newsbot.articles.reindexing import keep_index_up_to_date
from newsbot.articles.schema import articles
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database, connect_database
from newsbot.errors import StoreUnavailable
from newsbot.text.tokens import tokens
from tests.builders import NOW, an_article
from tests.databases import migrate_to

BEFORE = "0004_desk"
CAME_LATER = ("story", "held_at", "edits")
HEADLINES = ("বাংলাদেশের নির্বাচন", "খেলা দেখতে মাঠে", "নির্বাচনে জয়", "ঢাকায় বৃষ্টি", "রাজনীতির মাঠ") * 9


@pytest.fixture
async def old(empty_url):
    """With articles indexed as version 0004 did: plain words, headline, kicker, body and topics."""
    database = connect_database(empty_url, Path())
    async with database.writing() as connection:
        await connection.run_sync(migrate_to, BEFORE)
        for number, headline in enumerate(HEADLINES, 1):
            article = an_article(number, headline=headline, published_at=NOW - timedelta(hours=number))
            columns = [column.name for column in articles.columns if column.name not in CAME_LATER]
            values = {name: getattr(article, name) for name in columns}
            await connection.execute(insert(articles).values(values))
            await connection.execute(*_old_index(database, number, tokens(headline)))
    yield database
    await database.close()


def _old_index(database: Database, number: int, words: list[str]) -> tuple[Any, dict[str, object]]:
    if database.dialect == "sqlite":
        statement = (
            "INSERT INTO article_search (rowid, headline, kicker, body, topics) VALUES (:id, :words, '', '', '')"
        )
        return text(statement), {"id": number, "words": " ".join(words)}
    statement = "INSERT INTO article_search (article_id, words) VALUES (:id, CAST(CAST(:words AS text) AS tsvector))"
    return text(statement), {"id": number, "words": " ".join(f"'{word}':{n}A" for n, word in enumerate(words, 1))}


async def numbers(store: SqlArticleStore, typed: str) -> set[int]:
    query = parse_query(typed, now=NOW, zone=ZoneInfo("Asia/Dhaka"))
    return {article.id for article in (await store.search(query, limit=100, now=NOW)).articles}


def having(*words: str) -> set[int]:
    return {number for number, headline in enumerate(HEADLINES, 1) if any(word in headline for word in words)}


async def test_it_is_found_as_it_is_and_made_anew_in_the_background(old):
    await migrations.upgrade(old)
    store = SqlArticleStore(old)
    assert await numbers(store, "নির্বাচন") == having("নির্বাচন")
    assert await numbers(store, "মাঠে") == having("মাঠ")
    made = []
    keeping = asyncio.create_task(keep_index_up_to_date(store, pause=0.01, batch=10, made=made.append))
    async with asyncio.timeout(30):
        while sum(made) < len(HEADLINES):
            assert await numbers(store, "নির্বাচনের") == having("নির্বাচন")  # meanwhile, too
            assert not keeping.done()
    assert max(made) == 10
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
    assert await store.index_anew(10) == 0
    assert await numbers(store, "নির্বাচনের") == having("নির্বাচন")
    assert await numbers(store, "rajniti") == having("রাজনীতি")


async def test_a_database_that_goes_away_meanwhile_is_waited_for(old):
    await migrations.upgrade(old)

    class Failing(SqlArticleStore):
        failures = 2

        async def index_anew(self, limit: int) -> int:
            if self.failures:
                self.failures -= 1
                raise StoreUnavailable
            return await super().index_anew(limit)

    store = Failing(old)
    keeping = asyncio.create_task(keep_index_up_to_date(store, pause=0.01))
    async with asyncio.timeout(30):
        while await numbers(store, "rajniti") != having("রাজনীতি"):
            assert not keeping.done()
            await asyncio.sleep(0.01)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
