"""Real feeds, headlines and articles of Bengali portals go the whole way once. They are kept outside the project."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsbot.ingest.item_memory import ItemOutcome
from newsbot.text.normalise import same_text
from tests.integration.ingest_desk import Desk, a_desk, a_source
from tests.integration.local_sites import Site, a_site
from tests.integration.paper_pages import article_page, rss, rss_item

DATA = Path(os.environ.get("NEWSBOT_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="no shared data beside the project"),
]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as site:
        yield site


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(sqlite_url, tmp_path) as desk:
        yield desk


def lines_of(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / "text" / name).read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", ["kalerkantho_daily.xml", "kalerkantho_world.xml"])
async def test_a_real_feed_is_stored_whole(desk: Desk, site: Site, name: str) -> None:
    desk.now = datetime(2025, 11, 16, 12, 0, tzinfo=UTC)
    feed = (DATA / "feeds" / name).read_bytes()
    site.put("/feed", feed, content_type="text/xml")
    report = await desk.read(a_source(site, pages=False))
    assert report.items == {ItemOutcome.NEW: min(feed.count(b"<item>"), 100)}
    articles = await desk.articles()
    assert [article.headline for article in articles if not article.headline or "&" in article.headline] == []
    assert {article.language for article in articles} == {"bn"}
    assert (await desk.read(a_source(site, pages=False))).items == {ItemOutcome.UNCHANGED: len(articles)}


async def test_real_articles_come_through_their_pages_as_they_were_written(desk: Desk, site: Site) -> None:
    real = [article for article in lines_of("articles.jsonl") if len(article["article"] or "") > 300][:90]
    assert len(real) > 50
    for number, article in enumerate(real, 1):
        paragraphs = [line.strip() for line in article["article"].splitlines() if line.strip()]
        site.put(f"/sports/{number}", article_page(number, headline=article["headline"], body=paragraphs))
    site.put("/feed", rss(*(rss_item(number, site.url, title=one["headline"]) for number, one in enumerate(real, 1))))
    report = await desk.read(a_source(site))
    stored = {article.url: article for article in await desk.articles()}
    assert {*report.items} <= {ItemOutcome.NEW, ItemOutcome.UNCHANGED, ItemOutcome.UPDATED}
    assert report.count(ItemOutcome.NEW) == len(stored) >= 0.95 * len(real)  # the corpus has some twice
    right = [
        same_text(stored[url].body.replace("\n", " "), " ".join(article["article"].split()))
        for number, article in enumerate(real, 1)
        if (url := f"{site.url}/sports/{number}") in stored
    ]
    # Captions, bylines and 'read also' lines are left out on purpose, so not every body is equal to the letter.
    assert sum(right) >= 0.7 * len(right)
    assert [article.url for article in stored.values() if not 0 < len(article.summary) <= 280] == []


async def test_the_first_newsrooms_page_goes_the_whole_way(desk: Desk, site: Site) -> None:
    desk.now = datetime(2025, 11, 18, 14, 0, tzinfo=UTC)
    text = (DATA / "portal" / "article_page.txt").read_text("utf-8")
    headline, *rest = [line.strip() for line in text.splitlines() if line.strip()]
    site.put("/sports/1", text, content_type="text/plain; charset=utf-8")
    site.put("/feed", rss(rss_item(1, site.url, title=headline, date="")))
    assert (await desk.read(a_source(site))).items == {ItemOutcome.NEW: 1}
    [article] = await desk.articles()
    assert (article.headline, article.byline) == (headline, "এসএন")
    assert article.body.splitlines() == rest[:9]
    assert article.published_at == datetime(2025, 11, 18, tzinfo=ZoneInfo("Asia/Dhaka"))
    assert article.summary == f"{rest[0]} {rest[3]}"  # the lead, and what else says most and stands alone


async def test_real_headlines_are_stored_as_they_are(desk: Desk, site: Site) -> None:
    real = [line["headline"] for line in lines_of("headlines.jsonl")][::4]
    for start in range(0, len(real), 100):
        batch = enumerate(real[start : start + 100], start)
        items = (rss_item(1, site.url, title=headline, link=f"{site.url}/p/{number}") for number, headline in batch)
        site.put("/feed", rss(*items))
        assert (await desk.read(a_source(site, pages=False))).count(ItemOutcome.REFUSED) == 0
    stored = {article.url: article.headline for article in await desk.articles()}
    changed = [
        (headline, stored.get(f"{site.url}/p/{number}"))
        for number, headline in enumerate(real)
        if not same_text(headline, stored.get(f"{site.url}/p/{number}", ""))
    ]
    assert changed == []
