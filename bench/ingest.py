"""Ingest: articles per second from a feed, and from a feed and its pages, over local HTTP into SQLite.

Beside each, what one would write first: feedparser and an insert with its commit, and trafilatura for the pages. That
does less (no bounds, no robots.txt, no topics, no summary, no index to search), so it is a ceiling and not a rival.
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import sqlite3
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser
import structlog
import trafilatura
from aiohttp import web

from newsbot.articles import migrations
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import connect_database
from newsbot.domain.source import Source
from newsbot.domain.topic import Topic, Topics
from newsbot.ingest.downloader import Downloader, user_agent
from newsbot.ingest.item_memory import ItemOutcome
from newsbot.ingest.pipeline import Pipeline

ARTICLES = 100
RUNS = 5
DHAKA = ZoneInfo("Asia/Dhaka")
TOPICS = Topics((Topic(id="sports", names={"bn": "খেলা"}, sections=("খেলা",)),))
SENTENCE = "উপজেলার নতুন সেতুটি আজ সকালে যান চলাচলের জন্য খুলে দেওয়া হয়েছে, জানিয়েছে প্রতিবেদন {number}.{line}।"
MENU = "".join(f'<li><a href="/section/{number}">বিভাগ {number}</a></li>' for number in range(400))


def paragraphs(number: int) -> list[str]:
    """About 3,000 characters, as a portal's usual article."""
    return [" ".join(SENTENCE.format(number=number, line=f"{line}{half}") for half in "কখ") for line in range(15)]


def page(number: int) -> str:
    """60 KB, most of it menus."""
    described = {
        "@type": "NewsArticle",
        "headline": f"সেতু খুলে দেওয়া হলো, পর্ব {number}",
        "datePublished": datetime.now(UTC).isoformat(),
        "articleSection": "খেলা",
    }
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(number))
    return (
        f'<!doctype html><html lang="bn"><head><meta charset="utf-8"><title>সেতু {number}</title>'
        f'<script type="application/ld+json">{json.dumps(described, ensure_ascii=False)}</script></head>'
        f"<body><nav><ul>{MENU}</ul></nav><article><h1>{described['headline']}</h1>{body}</article></body></html>"
    )


def feed(origin: str, now: datetime, *, whole: bool) -> str:
    items = []
    for number in range(ARTICLES):
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(number))
        extra = (
            f"<category>খেলা</category><content:encoded><![CDATA[{body}]]></content:encoded>"
            f'<enclosure url="{origin}/{number}.jpg" type="image/jpeg" length="1"/>'
        )
        items.append(
            f"<item><title>সেতু খুলে দেওয়া হলো, পর্ব {number}</title><link>{origin}/sports/{number}</link>"
            f"<pubDate>{format_datetime(now - timedelta(minutes=number))}</pubDate>{extra if whole else ''}</item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        f'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{"".join(items)}</channel></rss>'
    )


def serve(ready: Connection) -> None:
    """The site, in a process of its own, so that its work isn't ours."""

    async def run() -> None:
        began = datetime.now(UTC)
        pages = [page(number).encode() for number in range(ARTICLES)]
        app = web.Application()

        async def answer(request: web.Request) -> web.Response:
            body = pages[int(request.match_info["number"])]
            return web.Response(body=body, content_type="text/html", charset="utf-8")

        async def feeds(request: web.Request) -> web.Response:
            text = feed(f"http://{request.host}", began, whole=request.path == "/whole.xml")
            return web.Response(text=text, content_type="application/rss+xml")

        app.add_routes([web.get("/sports/{number}", answer), web.get("/whole.xml", feeds), web.get("/bare.xml", feeds)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ready.send(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def a_site() -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def newsbot(url: str, folder: Path, *, pages: bool) -> tuple[float, ...]:
    """Seconds for the first read of a source, and for the second, which finds nothing new."""
    return asyncio.run(read_twice(url, folder, pages=pages))


async def read_twice(url: str, folder: Path, *, pages: bool) -> tuple[float, ...]:
    database = connect_database(f"sqlite:///{folder / 'newsbot.sqlite3'}", folder)
    try:
        await migrations.upgrade(database)
        async with Downloader(user_agent("https://paper.example")) as downloader:
            store = SqlArticleStore(database)
            pipeline = Pipeline(downloader, store, TOPICS, timezone=DHAKA, clock=lambda: datetime.now(UTC))
            source = Source(id="bench", url=url, allow_private=True, pages=pages)
            began = time.perf_counter()
            first = await pipeline.read_source(source)
            between = time.perf_counter()
            second = await pipeline.read_source(source)
            ended = time.perf_counter()
            if (first.items, second.items) != ({ItemOutcome.NEW: ARTICLES}, {ItemOutcome.UNCHANGED: ARTICLES}):
                raise SystemExit(f"the bench went wrong: {first}, {second}")
            return between - began, ended - between
    finally:
        await database.close()


def by_hand(url: str, folder: Path, *, pages: bool) -> tuple[float, ...]:
    """Seconds for feedparser, an insert each, and trafilatura for the pages."""
    connection = sqlite3.connect(folder / "by_hand.sqlite3")
    connection.execute("CREATE TABLE articles (url TEXT PRIMARY KEY, headline TEXT, published TEXT, body TEXT)")
    began = time.perf_counter()
    with urllib.request.urlopen(url) as answer:
        entries = feedparser.parse(answer.read()).entries
    for entry in entries:
        body = entry.content[0].value if "content" in entry else ""
        if pages:
            with urllib.request.urlopen(entry.link) as answer:
                body = trafilatura.extract(answer.read().decode()) or ""
        connection.execute(
            "INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?)", (entry.link, entry.title, entry.published, body)
        )
        connection.commit()
    took = time.perf_counter() - began
    connection.close()
    return (took,)


def medians(run: Callable[[Path], tuple[float, ...]]) -> tuple[float, ...]:
    """The medians of some runs, each in a fresh folder, after one to warm up."""
    taken = []
    for _ in range(RUNS + 1):
        with tempfile.TemporaryDirectory() as folder:
            taken.append(run(Path(folder)))
    return tuple(map(statistics.median, zip(*taken[1:], strict=True)))


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with a_site() as origin:
        print(f"ingest, {ARTICLES} articles of 3,000 characters, median of {RUNS}, articles per second")
        for name, path, pages in (
            ("feed with whole articles", "whole", False),
            ("feed and pages of 60 KB", "bare", True),
        ):
            url = f"{origin}/{path}.xml"
            ours, again = medians(partial(newsbot, url, pages=pages))
            (theirs,) = medians(partial(by_hand, url, pages=pages))
            print(
                f"  {name:26} newsbot {ARTICLES / ours:6.0f}   by hand {ARTICLES / theirs:6.0f}   "
                f"ratio {theirs / ours:4.2f}   nothing new {ARTICLES / again:6.0f}"
            )


if __name__ == "__main__":
    main()
