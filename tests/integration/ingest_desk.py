"""An ingest with real parts for tests: a store in SQLite, a downloader, and a clock that stands until it is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import SourceState
from newsbot.database import connect_database
from newsbot.domain.article import Article
from newsbot.domain.source import Source
from newsbot.ingest.downloader import Downloader, user_agent
from newsbot.ingest.pipeline import Pipeline, SourceReport
from tests.builders import NOW, some_topics
from tests.integration.local_sites import Site

DHAKA = ZoneInfo("Asia/Dhaka")


@dataclass
class Desk:
    """`read` reads a source once; what came is in `store`. `woken`: how often somebody was told of something new."""

    store: SqlArticleStore
    downloader: Downloader
    now: datetime = NOW
    woken: int = 0
    pipeline: Pipeline = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everything that isn't stored."""
        self.pipeline = Pipeline(
            self.downloader,
            self.store,
            some_topics(),
            timezone=DHAKA,
            clock=lambda: self.now,
            jitter=lambda: 0.5,
            wake=self.wake,
        )

    def wake(self) -> None:
        self.woken += 1

    def later(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    async def read(self, source: Source) -> SourceReport:
        return await self.pipeline.read_source(source)

    async def state(self, source: Source) -> SourceState:
        return (await self.store.source_states())[source.id]

    async def articles(self) -> list[Article]:
        """All stored, in the order they were stored."""
        return sorted([article async for article in self.store.export()], key=lambda article: article.id)

    async def outbox(self) -> list[str]:
        """Headlines of what waits to be announced."""
        return [article.headline for article in await self.store.unannounced()]


@asynccontextmanager
async def a_desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    database = connect_database(sqlite_url, tmp_path)
    try:
        async with Downloader(user_agent("https://paper.example"), clock=lambda: NOW) as downloader:
            yield Desk(SqlArticleStore(database), downloader)
    finally:
        await database.close()


def a_source(site: Site, **changes: Any) -> Source:
    """The feed of a site on this machine."""
    return Source(**{"id": "portal", "url": f"{site.url}/feed", "allow_private": True} | changes)
