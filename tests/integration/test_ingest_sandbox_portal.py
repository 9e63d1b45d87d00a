"""The sandbox's portal, read in every way it can be read: what readers get is what its newsroom wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import connect_database
from newsbot.domain.article import Article
from newsbot.domain.source import Source, SourceKind
from newsbot.domain.topic import Topic, Topics
from newsbot.ingest.downloader import Downloader
from newsbot.ingest.item_memory import ItemOutcome
from newsbot.ingest.pipeline import Pipeline
from newsbot.sandbox.portal import add_portal_routes
from newsbot.sandbox.portal_articles import PortalArticle, PortalArticles, sections
from tests.builders import NOW
from tests.integration.ingest_desk import DHAKA

TOPICS = Topics(
    tuple(
        Topic(id=section.id, names={"bn": section.name}, sections=(section.name,), url_patterns=(f"/{section.id}/*",))
        for section in sections().values()
    )
)


class Newsroom:
    """The portal and an ingest that reads it, both at the same standing time."""

    def __init__(self, articles: PortalArticles, url: str, pipeline: Pipeline, store: SqlArticleStore) -> None:
        self.articles, self.url, self.pipeline, self.store = articles, url, pipeline, store

    async def read(self, path: str, kind: SourceKind) -> dict[ItemOutcome, int]:
        source = Source(id="portal", url=f"{self.url}{path}", kind=kind, allow_private=True)
        report = await self.pipeline.read_source(source)
        assert report.error == ""
        return dict(report.items)

    async def stored(self) -> dict[str, Article]:
        return {article.url.removeprefix(self.url): article async for article in self.store.export()}


@asynccontextmanager
async def a_newsroom(sqlite_url: str, folder: Path) -> AsyncIterator[Newsroom]:
    now = NOW
    articles = PortalArticles.open(None, clock=lambda: now)
    app = web.Application()
    add_portal_routes(app, articles)
    database = connect_database(sqlite_url, folder)
    try:
        async with TestServer(app) as server, Downloader("Newsbot/test") as downloader:
            store = SqlArticleStore(database)
            pipeline = Pipeline(downloader, store, TOPICS, timezone=DHAKA, clock=lambda: now, jitter=lambda: 0.5)
            yield Newsroom(articles, str(server.make_url("")).rstrip("/"), pipeline, store)
    finally:
        await database.close()


@pytest.fixture
async def newsroom(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with a_newsroom(sqlite_url, tmp_path) as newsroom:
        yield newsroom


def as_written(article: PortalArticle) -> dict[str, object]:
    return {
        "headline": article.headline,
        "kicker": article.kicker,
        "body": article.body,
        "byline": article.byline,
        "section": sections()[article.section].name,
        "topics": (article.section,),
        "published_at": article.published_at.replace(second=0),
        "language": "bn",
    }


def as_stored(article: Article) -> dict[str, object]:
    return {
        "headline": article.headline,
        "kicker": article.kicker,
        "body": article.body,
        "byline": article.byline,
        "section": article.section,
        "topics": article.topics,
        "published_at": article.published_at.replace(second=0),
        "language": article.language,
    }


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/rss.xml", SourceKind.FEED),
        ("/atom.xml", SourceKind.FEED),
        ("/feed.json", SourceKind.FEED),
        ("/news-sitemap.xml", SourceKind.SITEMAP),
        ("/portal", SourceKind.LISTING),
    ],
)
async def test_every_way_to_read_the_portal_yields_what_its_newsroom_wrote(
    newsroom: Newsroom, path: str, kind: SourceKind
) -> None:
    outcomes = await newsroom.read(path, kind)
    stored = await newsroom.stored()
    assert outcomes == {ItemOutcome.NEW: len(stored)}
    assert len(stored) >= 20
    written = {article.path: article for article in newsroom.articles.latest()}
    assert {path: as_stored(article) for path, article in stored.items()} == {
        path: as_written(written[path]) for path in stored
    }
    assert [article for article in stored.values() if not (article.summary and article.image_url)] == []


async def test_publishing_editing_and_withdrawing_reach_the_readers(newsroom: Newsroom) -> None:
    await newsroom.read("/rss.xml", SourceKind.FEED)
    assert await newsroom.store.unannounced() == ()
    body = "কাপ্তাই হ্রদে আজ নতুন নৌপথ চালু হয়েছে।\nপ্রতিদিন ছয়টি লঞ্চ চলবে বলে জানিয়েছে কর্তৃপক্ষ।"
    article = newsroom.articles.publish(section="sports", headline="হ্রদে নতুন নৌপথ চালু হলো আজ", body=body)
    assert (await newsroom.read("/rss.xml", SourceKind.FEED))[ItemOutcome.NEW] == 1
    (waiting,) = await newsroom.store.unannounced()
    assert (waiting.headline, waiting.topics, waiting.body) == (article.headline, ("sports",), body)

    newsroom.articles.edit(article.id, headline="হ্রদে নতুন নৌপথ চালু, ভাড়া ৫০ টাকা")
    assert (await newsroom.read("/rss.xml", SourceKind.FEED))[ItemOutcome.UPDATED] == 1
    (waiting,) = await newsroom.store.unannounced()
    assert (waiting.headline, waiting.version) == ("হ্রদে নতুন নৌপথ চালু, ভাড়া ৫০ টাকা", 2)

    newsroom.articles.withdraw(article.id)
    assert ItemOutcome.PAGE_FAILED not in await newsroom.read("/rss.xml", SourceKind.FEED)
    assert waiting.published_at >= NOW - timedelta(minutes=1)


async def test_the_same_articles_from_another_source_change_nothing(newsroom: Newsroom) -> None:
    await newsroom.read("/atom.xml", SourceKind.FEED)
    before = await newsroom.stored()
    for path, kind in [("/rss.xml", SourceKind.FEED), ("/portal", SourceKind.LISTING), ("/atom.xml", SourceKind.FEED)]:
        outcomes = await newsroom.read(path, kind)
        assert ItemOutcome.UPDATED not in outcomes
    after = await newsroom.stored()
    assert {path: after[path].version for path in before} == dict.fromkeys(before, 1)
