"""A CMS brings, changes and withdraws articles: into a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsbot.ingest.cms_push import CmsPush
from tests.builders import NOW, some_topics
from tests.integration.ingest_desk import DHAKA, Desk, a_desk, a_source
from tests.integration.local_sites import a_site
from tests.integration.paper_pages import a_body, article_page, rss, rss_item

URL = "https://paper.example/sports/1"


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(sqlite_url, tmp_path) as desk:
        yield desk


@pytest.fixture
def cms(desk: Desk) -> CmsPush:
    return CmsPush(desk.store, some_topics(), timezone=DHAKA, language="bn", clock=lambda: desk.now, wake=desk.wake)


def pushed(**changes: Any) -> dict[str, Any]:
    return {
        "@type": "NewsArticle",
        "url": URL,
        "headline": "সেতু খুলে দেওয়া হলো",
        "articleBody": "\n".join(a_body(1)),
        "articleSection": "খেলা",
        "datePublished": (NOW - timedelta(minutes=5)).isoformat(),
    } | changes


async def test_an_article_is_created_then_unchanged_then_updated(desk: Desk, cms: CmsPush) -> None:
    first = await cms.accept(pushed())
    (article,) = await desk.articles()
    assert first == [{"url": URL, "status": "created", "id": article.id}]
    assert (article.source, article.topics, article.summary_method, article.summary) == (
        "api",
        ("sports",),
        "extractive",
        " ".join(a_body(1)[:3]),
    )
    assert await cms.accept(pushed()) == [{"url": URL, "status": "unchanged", "id": article.id}]
    changed = pushed(headline="সেতু খুলে দেওয়া হলো আজ", url=f"{URL}?utm_source=cms#top")
    assert await cms.accept(changed) == [{"url": URL, "status": "updated", "id": article.id}]
    (article,) = await desk.articles()
    assert (article.headline, article.version) == ("সেতু খুলে দেওয়া হলো আজ", 2)


async def test_who_plans_alerts_is_woken_by_news_and_by_a_withdrawal_only(desk: Desk, cms: CmsPush) -> None:
    await cms.accept(pushed(datePublished=(NOW - timedelta(hours=4)).isoformat()))
    await cms.accept({"url": "nowhere"})
    assert desk.woken == 0
    await cms.accept(pushed(url=f"{URL}0", articleBody="আরেকটি"))
    assert desk.woken == 1
    await cms.withdraw([URL])
    assert desk.woken == 2


async def test_new_articles_are_to_be_announced_and_old_ones_are_not(desk: Desk, cms: CmsPush) -> None:
    old = pushed(
        url="https://paper.example/2", headline="গতকালের খবর", articleBody="", datePublished="2025-11-17T10:00:00Z"
    )
    await cms.accept([pushed(), old, pushed(breaking=True)])
    waiting = await desk.store.unannounced()
    assert [(article.url, article.breaking) for article in waiting] == [(URL, True)]


async def test_each_item_is_answered_for_itself(desk: Desk, cms: CmsPush) -> None:
    answers = await cms.accept(
        [pushed(headline=""), pushed(), "x", pushed(url="https://paper.example/2", breaking="yes")]
    )
    assert [(answer["url"], answer["status"]) for answer in answers] == [
        (URL, "refused"),
        (URL, "created"),
        (None, "refused"),
        ("https://paper.example/2", "refused"),
    ]
    assert answers[0]["error"] == {
        "code": "missing_field",
        "message": 'headline is missing: "headline": "ঢাকায় মেট্রোরেলের নতুন সময়সূচি".',
    }
    assert len(await desk.articles()) == 1


async def test_a_payload_without_articles_is_one_refusal(cms: CmsPush) -> None:
    for payload, code in [([], "empty"), ([pushed()] * 101, "too_many"), ("x", "not_an_article")]:
        answers = await cms.accept(payload)
        assert [(answer["status"], answer["error"]["code"]) for answer in answers] == [("refused", code)]  # type: ignore[index]


async def test_the_summary_of_the_cms_is_kept_as_it_is(desk: Desk, cms: CmsPush) -> None:
    await cms.accept(pushed(description="সম্পাদকের লেখা সারাংশ।"))
    (article,) = await desk.articles()
    assert (article.summary, article.summary_method) == ("সম্পাদকের লেখা সারাংশ।", "cms")


async def test_without_a_date_an_article_is_dated_now_once(desk: Desk, cms: CmsPush) -> None:
    await cms.accept(pushed(datePublished=None))
    desk.later(hours=1)
    await cms.accept(pushed(datePublished=None, headline="সেতু খুলল"))
    (article,) = await desk.articles()
    assert (article.published_at, article.version) == (NOW, 2)


async def test_a_withdrawn_article_is_gone_for_readers_feeds_and_the_cms(desk: Desk, cms: CmsPush) -> None:
    await cms.accept(pushed())
    (article,) = await desk.articles()
    for _ in range(2):
        assert await cms.withdraw({"url": f"{URL}?fbclid=1"}) == [{"url": URL, "status": "withdrawn", "id": article.id}]
    assert await desk.store.unannounced() == ()
    assert (await desk.store.latest(now=NOW)).articles == ()
    (answer,) = await cms.accept(pushed(headline="আবার"))
    assert (answer["status"], answer["error"]["code"]) == ("refused", "withdrawn")  # type: ignore[index]


async def test_withdrawing_what_is_not_there_is_told(cms: CmsPush) -> None:
    assert await cms.withdraw(["https://paper.example/none"]) == [
        {
            "url": "https://paper.example/none",
            "status": "refused",
            "error": {"code": "unknown_article", "message": "There is no article with this address."},
        }
    ]
    assert [answer["error"]["code"] for answer in await cms.withdraw({})] == ["missing_field"]  # type: ignore[index]


async def test_each_withdrawal_is_answered_for_itself(cms: CmsPush) -> None:
    await cms.accept(pushed())
    answers = await cms.withdraw(["/no-address", URL, 5])
    assert [(answer["url"], answer["status"]) for answer in answers] == [
        ("/no-address", "refused"),
        (URL, "withdrawn"),
        (None, "refused"),
    ]


async def test_the_feed_that_follows_the_cms_changes_nothing_it_said(desk: Desk, cms: CmsPush) -> None:
    async with a_site() as site:
        url = f"{site.url}/sports/1"
        await cms.accept(pushed(url=url, kicker="যোগাযোগ"))
        site.put("/feed", rss(rss_item(1, site.url, title="ফিডের শিরোনাম")))
        site.put("/sports/1", article_page(1))
        await desk.read(a_source(site))
        (article,) = await desk.articles()
        assert (article.headline, article.kicker, article.source) == ("সেতু খুলে দেওয়া হলো", "যোগাযোগ", "api")
        assert [waiting.id for waiting in await desk.store.unannounced()] == [article.id]


async def test_an_article_of_the_feed_is_breaking_once_the_cms_says_so(desk: Desk, cms: CmsPush) -> None:
    async with a_site() as site:
        site.put("/feed", rss(rss_item(1, site.url)))
        await desk.read(a_source(site, pages=False))
        site.put("/feed", rss(rss_item(1, site.url), rss_item(2, site.url)))
        await desk.read(a_source(site, pages=False))
        for number in (1, 2):
            said = pushed(url=f"{site.url}/sports/{number}", breaking=True, articleBody=f"প্রতিবেদন {number}।")
            assert [answer["status"] for answer in await cms.accept(said)] == ["updated"]
        desk.later(minutes=10)
        desk.restart()
        await desk.read(a_source(site, pages=False))
        announced, waiting = await desk.articles()
        assert [(one.breaking, one.topics) for one in (announced, waiting)] == [(True, ("sports",))] * 2
        assert announced.announced_at is not None
        assert await desk.store.unannounced() == (waiting,)
