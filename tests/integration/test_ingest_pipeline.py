"""Sources to stored articles, through real HTTP and a real database."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import Stored
from newsbot.domain.article import ArticleDraft
from newsbot.domain.source import SourceKind
from newsbot.errors import StoreUnavailable
from newsbot.ingest.downloader import Downloader
from newsbot.ingest.fetching import Fetch, Fetched
from newsbot.ingest.item_memory import ItemOutcome
from newsbot.ingest.pipeline import Pipeline
from tests.builders import NOW, some_topics
from tests.integration.ingest_desk import DHAKA, Desk, a_desk, a_source
from tests.integration.local_sites import Site, a_site
from tests.integration.paper_pages import (
    SENTENCES,
    a_body,
    article_page,
    listing,
    news_sitemap,
    rss,
    rss_item,
    sitemap_index,
)

NEW, UPDATED, UNCHANGED = ItemOutcome.NEW, ItemOutcome.UPDATED, ItemOutcome.UNCHANGED
REFUSED, WAITING, PAGE_FAILED = ItemOutcome.REFUSED, ItemOutcome.WAITING, ItemOutcome.PAGE_FAILED


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with a_site() as site:
        yield site


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_desk(sqlite_url, tmp_path) as desk:
        yield desk


def publish(site: Site, *numbers: int) -> None:
    """A feed of these articles, and their pages."""
    site.put("/feed", rss(*(rss_item(number, site.url) for number in numbers)), content_type="application/rss+xml")
    for number in numbers:
        site.put(f"/sports/{number}", article_page(number))


async def known_source(desk: Desk, site: Site) -> None:
    """Have the site's source read once, so that what comes now is news."""
    publish(site, 170)
    await desk.read(a_source(site))
    desk.later(minutes=2)


# --- the way of an article


async def test_a_feed_and_its_pages_become_articles(desk: Desk, site: Site) -> None:
    publish(site, 1, 2)
    report = await desk.read(a_source(site))
    assert (report.items, report.error) == ({NEW: 2}, "")
    newest, _ = await desk.articles()
    assert (newest.url, newest.headline, newest.topics, newest.section, newest.language) == (
        f"{site.url}/sports/1",
        "সেতু খুলে দেওয়া হলো, পর্ব 1",
        ("sports",),
        "খেলা",
        "bn",
    )
    assert newest.body == "\n".join(a_body(1))
    assert newest.summary == " ".join(a_body(1)[:3])
    assert newest.published_at == NOW - timedelta(minutes=1)
    assert newest.image_url == "https://paper.example/1.jpg"


async def test_the_first_read_of_a_source_announces_nobody_and_the_next_does(desk: Desk, site: Site) -> None:
    publish(site, 2, 3)
    await desk.read(a_source(site))
    assert await desk.outbox() == []
    desk.later(minutes=2)
    publish(site, 1, 2, 3)
    assert (await desk.read(a_source(site))).items == {NEW: 1, UNCHANGED: 2}
    assert await desk.outbox() == ["সেতু খুলে দেওয়া হলো, পর্ব 1"]


async def test_who_plans_alerts_is_woken_by_news_only(desk: Desk, site: Site) -> None:
    await known_source(desk, site)
    assert desk.woken == 0
    publish(site, 170, 1)
    await desk.read(a_source(site))
    await desk.read(a_source(site))
    assert desk.woken == 1


async def test_what_is_older_than_three_hours_announces_nobody(desk: Desk, site: Site) -> None:
    await known_source(desk, site)
    publish(site, 177, 179, 400)
    assert (await desk.read(a_source(site))).items == {NEW: 3}
    assert await desk.outbox() == ["সেতু খুলে দেওয়া হলো, পর্ব 177"]


async def test_alerts_keep_the_order_of_publication(desk: Desk, site: Site) -> None:
    await known_source(desk, site)
    publish(site, 2, 9, 5)
    await desk.read(a_source(site))
    assert [article.headline[-1] for article in await desk.articles()] == ["0", "9", "5", "2"]


async def test_a_feed_that_did_not_change_is_not_read_again(desk: Desk, site: Site) -> None:
    async def feed(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(text=rss(rss_item(1, site.url)), headers={"ETag": '"1"', "Cache-Control": "max-age=600"})

    site.put_handler("/feed", feed)
    site.put("/sports/1", article_page(1))
    first = await desk.read(a_source(site))
    # Its server would like ten minutes; a reader of news waits for five at most.
    assert (first.not_modified, first.due_at) == (False, NOW + timedelta(minutes=5))
    second = await desk.read(a_source(site))
    assert (second.not_modified, second.items) == (True, {})
    assert (await desk.state(a_source(site))).etag == '"1"'


async def test_a_page_is_read_once_also_after_a_restart(desk: Desk, site: Site) -> None:
    publish(site, 1, 2)
    await desk.read(a_source(site))
    await desk.read(a_source(site))
    desk.restart()
    assert (await desk.read(a_source(site))).items == {UNCHANGED: 2}
    assert (site.asked["/sports/1"], site.asked["/feed"], site.asked["/robots.txt"]) == (1, 3, 1)


async def test_a_feed_with_whole_articles_needs_no_pages(desk: Desk, site: Site) -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in a_body(1))
    extra = (
        f"<category>খেলা</category><content:encoded><![CDATA[{body}]]></content:encoded>"
        '<enclosure url="https://paper.example/1.jpg" type="image/jpeg" length="1"/>'
    )
    feed = rss(rss_item(1, site.url, extra=extra)).replace(
        "<rss ", '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    )
    site.put("/feed", feed)
    assert (await desk.read(a_source(site))).items == {NEW: 1}
    assert site.asked == {"/feed": 1}
    assert [article.body for article in await desk.articles()] == ["\n".join(a_body(1))]


async def test_only_the_newest_hundred_items_are_taken(desk: Desk, site: Site) -> None:
    site.put("/feed", rss(*(rss_item(number, site.url) for number in range(150, 0, -1))))
    assert (await desk.read(a_source(site, pages=False))).items == {NEW: 100}
    dates = [article.published_at for article in await desk.articles()]
    assert sorted(dates) == [NOW - timedelta(minutes=number) for number in range(100, 0, -1)]


async def test_a_news_sitemap_named_by_an_index_is_read(desk: Desk, site: Site) -> None:
    site.put("/index.xml", sitemap_index(f"{site.url}/today.xml", f"{site.url}/index.xml"), content_type="text/xml")
    site.put("/today.xml", news_sitemap(1, 2, site=site.url), content_type="text/xml")
    for number in (1, 2):
        site.put(f"/sports/{number}", article_page(number))
    source = a_source(site, url=f"{site.url}/index.xml", kind=SourceKind.SITEMAP)
    assert (await desk.read(source)).items == {NEW: 2}


async def test_a_part_of_a_sitemap_that_can_not_be_read_does_not_stop_the_others(desk: Desk, site: Site) -> None:
    parts = [f"{site.url}/{name}.xml" for name in ("gone", "html", "today")]
    site.put("/index.xml", sitemap_index(*parts), content_type="text/xml", ETag='"never changes"')
    site.put("/html.xml", "<html><body>রক্ষণাবেক্ষণ</body></html>")
    site.put("/today.xml", news_sitemap(1, site=site.url))
    site.put("/sports/1", article_page(1))
    source = a_source(site, url=f"{site.url}/index.xml", kind=SourceKind.SITEMAP)
    with structlog.testing.capture_logs() as logs:
        assert (await desk.read(source)).items == {NEW: 1}
        site.put("/today.xml", news_sitemap(1, 2, site=site.url))
        site.put("/sports/2", article_page(2))
        assert (await desk.read(source)).items == {NEW: 1, UNCHANGED: 1}
    assert [entry["reason"][:23] for entry in logs if entry["event"] == "part of a source in trouble"] == [
        "the server answered 404",
        "this is an HTML page, n",
    ]
    site.put("/index.xml", sitemap_index(parts[0]), content_type="text/xml")
    assert (await desk.read(source)).error == f"the server answered 404 for {site.url}/gone.xml"


async def test_a_listing_page_is_read(desk: Desk, site: Site) -> None:
    numbers = (10_001, 10_002, 10_003)
    site.put("/sports", listing(*numbers, site=site.url))
    for number in numbers:
        site.put(f"/sports/{number}", article_page(number))
    source = a_source(site, url=f"{site.url}/sports", kind=SourceKind.LISTING)
    assert (await desk.read(source)).items == {NEW: 3}
    assert sorted(article.published_at for article in await desk.articles()) == [
        NOW - timedelta(minutes=number) for number in reversed(numbers)
    ]


# --- the same article


async def test_a_changed_headline_updates_the_article_and_alerts_nobody_again(desk: Desk, site: Site) -> None:
    await known_source(desk, site)
    publish(site, 1)
    await desk.read(a_source(site))
    await desk.store.mark_announced([article.id for article in await desk.articles()], now=desk.now)
    site.put("/feed", rss(rss_item(1, site.url, title="সেতু খুলে দেওয়া হলো, টোল লাগবে না")))
    assert (await desk.read(a_source(site))).items == {UPDATED: 1}
    article = (await desk.articles())[-1]
    assert (article.headline, article.version) == ("সেতু খুলে দেওয়া হলো, টোল লাগবে না", 2)
    assert await desk.outbox() == []


async def test_a_later_date_in_the_feed_brings_the_changed_body(desk: Desk, site: Site) -> None:
    publish(site, 30)
    await desk.read(a_source(site))
    site.put("/feed", rss(rss_item(30, site.url, date=NOW - timedelta(minutes=1))))
    site.put("/sports/30", article_page(30, body=[*a_body(30), "হালনাগাদ: টোল লাগবে না।"]))
    assert (await desk.read(a_source(site))).items == {UPDATED: 1}
    (article,) = await desk.articles()
    assert article.body.endswith("হালনাগাদ: টোল লাগবে না।")
    assert (article.published_at, article.updated_at) == (NOW - timedelta(minutes=30), NOW - timedelta(minutes=1))


async def test_a_feed_that_dates_everything_now_does_not_have_its_pages_read_all_day(desk: Desk, site: Site) -> None:
    async def feed(_: web.Request) -> web.Response:
        return web.Response(text=rss(*(rss_item(number, site.url, date=desk.now) for number in (1, 2))))

    publish(site, 1, 2)
    site.put_handler("/feed", feed)
    outcomes: Counter[ItemOutcome] = Counter()
    for _ in range(60):
        outcomes.update((await desk.read(a_source(site))).items)
        desk.later(minutes=2)
    assert outcomes == {NEW: 2, UNCHANGED: 118}
    assert site.asked["/sports/1"] == 5
    assert {article.version for article in await desk.articles()} == {1}


async def test_one_article_under_several_addresses_is_stored_once(desk: Desk, site: Site) -> None:
    tracked = f"{site.url}/sports/1?utm_source=rss"
    short = f"{site.url}/s/1"
    mobile = f"{site.url}/m/1"
    copy = f"{site.url}/archive/1"
    site.redirect("/s/1", "/sports/1")
    site.put("/sports/1", article_page(1))
    site.put("/m/1", article_page(1, canonical=f"{site.url}/sports/1"))
    site.put("/archive/1", article_page(1))
    site.put("/feed", rss(*(rss_item(1, site.url, link=link) for link in (tracked, short, mobile, copy))))
    report = await desk.read(a_source(site))
    assert (report.count(NEW), sum(report.items.values())) == (1, 4)
    (article,) = await desk.articles()
    assert article.url == f"{site.url}/sports/1"
    assert set(article.other_urls) >= {short, mobile, copy}


async def test_two_sources_that_bring_the_same_articles_at_once_store_and_announce_each_once(
    desk: Desk, site: Site
) -> None:
    sources = [a_source(site), a_source(site, id="other", url=f"{site.url}/other")]
    for path in ("/feed", "/other"):
        site.put(path, rss(rss_item(60, site.url)))
    for source in sources:
        await desk.read(source)
    numbers = range(1, 11)
    publish(site, *numbers)
    again = [rss_item(n, site.url, link=f"{site.url}/sports/{n}?utm_source=other") for n in reversed(numbers)]
    site.put("/other", rss(*again))
    reports = await asyncio.gather(*map(desk.read, sources))
    assert sum(report.count(NEW) for report in reports) == len(numbers)
    _, *articles = await desk.articles()
    assert sorted(article.url for article in articles) == sorted(f"{site.url}/sports/{n}" for n in numbers)
    assert len(await desk.outbox()) == len(numbers)


async def test_the_same_item_twice_in_a_feed_is_one(desk: Desk, site: Site) -> None:
    site.put("/sports/1", article_page(1))
    site.put("/feed", rss(rss_item(1, site.url), rss_item(1, site.url, title="আবার")))
    assert (await desk.read(a_source(site))).items == {NEW: 1}


async def test_a_withdrawn_article_is_not_brought_back_by_its_feed(desk: Desk, site: Site) -> None:
    publish(site, 1)
    await desk.read(a_source(site))
    await desk.store.withdraw(f"{site.url}/sports/1", now=NOW)
    site.put("/feed", rss(rss_item(1, site.url, title="অন্য শিরোনাম")))
    desk.restart()
    assert (await desk.read(a_source(site))).items == {ItemOutcome.WITHDRAWN: 1}
    (article,) = await desk.articles()
    assert (article.withdrawn_at, article.headline) == (NOW, "সেতু খুলে দেওয়া হলো, পর্ব 1")


# --- items that are not as they should be


async def test_bad_items_do_not_stop_the_good_ones(desk: Desk, site: Site) -> None:
    bad = [
        rss_item(2, site.url, title="", link=f"{site.url}/untitled"),
        rss_item(3, site.url, link="javascript:alert(1)"),
        rss_item(4, site.url, title="<b>সেতু</b> <script>alert(1)</script>খুলল &amp; <img src=x onerror=alert(1)>টোল"),
        rss_item(5, site.url, title="সেতু " * 1_000),
        rss_item(6, site.url, title="🔥🔥🔥"),
        rss_item(7, site.url, date=NOW + timedelta(days=30)),
        rss_item(8, site.url, date="শিগগিরই"),
    ]
    site.put("/feed", rss(rss_item(1, site.url), *bad, rss_item(9, site.url)))
    report = await desk.read(a_source(site, pages=False))
    assert report.items == {NEW: 7, REFUSED: 2}
    told = {article.url.rpartition("/")[2]: article for article in await desk.articles()}
    assert sorted(told) == ["1", "4", "5", "6", "7", "8", "9"]
    assert told["4"].headline == "সেতু খুলল & টোল"
    assert len(told["5"].headline) <= 500
    assert told["5"].headline.endswith("…")
    assert told["6"].headline == "🔥🔥🔥"
    assert told["7"].published_at == told["8"].published_at == NOW


async def test_a_refused_item_is_complained_of_once(desk: Desk, site: Site) -> None:
    site.put("/feed", rss(rss_item(1, site.url, title="")))
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            assert (await desk.read(a_source(site, pages=False))).items == {REFUSED: 1}
    assert [(entry["event"], entry["reason"]) for entry in logs] == [("item in trouble", "it has no headline")]


@pytest.mark.parametrize("declared", ["ISO-8859-1", "UTF-16", "no-such-charset"])
async def test_a_feed_that_lies_about_its_letters_is_read(desk: Desk, site: Site, declared: str) -> None:
    feed = rss(rss_item(1, site.url)).replace("UTF-8", declared)
    site.put("/feed", feed, content_type=f"application/rss+xml; charset={declared}")
    await desk.read(a_source(site, pages=False))
    assert [article.headline for article in await desk.articles()] == ["সেতু খুলে দেওয়া হলো, পর্ব 1"]


# --- pages that are not as they should be


async def test_a_page_that_can_not_be_used_costs_the_article_only_its_body(desk: Desk, site: Site) -> None:
    publish(site, 1, 2, 3, 4, 5)
    site.put("/sports/1", b"x" * 50 * 1024 * 1024)
    site.redirect("/sports/2", "/sports/2")
    site.fail("/sports/3", 404)
    site.redirect("/sports/4", "/")
    site.put("/", "<h1>প্রচ্ছদ</h1>")
    await desk.read(a_source(site))
    with structlog.testing.capture_logs() as logs:
        desk.restart()
        report = await desk.read(a_source(site))
        again = await desk.read(a_source(site))
    assert (report.count(PAGE_FAILED), again.items) == (4, {UNCHANGED: 5})
    reasons = [entry["reason"] for entry in logs if entry["event"] == "item in trouble"]
    assert reasons[::-1] == [
        f"its page could not be read: {site.url}/sports/1 says it is 52,428,800 bytes long",
        f"its page could not be read: {site.url}/sports/2 redirects in a circle",
        f"its page could not be read: the server answered 404 for {site.url}/sports/3",
        "its page could not be read: it leads to the front page: the article is gone",
    ]
    assert {article.headline[-1]: bool(article.body) for article in await desk.articles()} == {
        "1": False,
        "2": False,
        "3": False,
        "4": False,
        "5": True,
    }


async def test_an_article_nobody_would_be_told_of_waits_for_its_page_and_comes_with_it(desk: Desk, site: Site) -> None:
    await known_source(desk, site)
    link = f"{site.url}/2025/1"
    site.put("/feed", rss(rss_item(1, site.url, link=link)), ETag='"1"')
    site.fail("/2025/1", 503)
    assert (await desk.read(a_source(site))).items == {PAGE_FAILED: 1, WAITING: 1}
    assert (await desk.state(a_source(site))).etag == ""
    site.put("/2025/1", article_page(1))
    assert (await desk.read(a_source(site))).items == {WAITING: 1}
    desk.later(minutes=2)
    assert (await desk.read(a_source(site))).items == {NEW: 1}
    assert await desk.outbox() == ["সেতু খুলে দেওয়া হলো, পর্ব 1"]
    assert (await desk.state(a_source(site))).etag == '"1"'


async def test_an_article_does_not_wait_for_its_page_for_ever(desk: Desk, site: Site) -> None:
    await known_source(desk, site)
    site.put("/feed", rss(rss_item(1, site.url, link=f"{site.url}/2025/1")))
    site.fail("/2025/1", 503)
    waited = 0
    with structlog.testing.capture_logs() as logs:
        while (await desk.read(a_source(site))).count(NEW) == 0:
            waited += 1
            assert waited < 60
            desk.later(minutes=1)
    assert site.asked["/2025/1"] == 6
    assert 15 <= waited <= 40
    assert [entry["event"] for entry in logs] == ["item in trouble", "source read"]


async def test_a_site_that_leaves_pages_unanswered_is_left_alone_for_this_read(desk: Desk, site: Site) -> None:
    publish(site, *range(1, 21))
    for number in range(1, 21):
        site.fail(f"/sports/{number}", 500)
    report = await desk.read(a_source(site))
    assert report.items == {NEW: 20, PAGE_FAILED: 3}
    assert sum(count for path, count in site.asked.items() if path.startswith("/sports/")) == 3


async def test_articles_stored_without_their_page_get_it_later(desk: Desk, site: Site) -> None:
    publish(site, 1)
    site.fail("/sports/1", 500)
    await desk.read(a_source(site))
    site.put("/sports/1", article_page(1))
    desk.later(minutes=2)
    assert (await desk.read(a_source(site))).items == {UPDATED: 1}
    assert [article.body for article in await desk.articles()] == ["\n".join(a_body(1))]
    assert await desk.outbox() == []


async def test_robots_txt_is_asked_once_and_obeyed_for_pages_only(desk: Desk, site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
    publish(site, 1, 2)
    assert (await desk.read(a_source(site))).items == {NEW: 2, PAGE_FAILED: 2}
    assert site.asked == {"/feed": 1, "/robots.txt": 1}
    desk.restart()
    await desk.read(a_source(site, obey_robots=False))
    assert site.asked["/sports/1"] == 1


async def test_while_robots_txt_can_not_be_read_no_page_is(desk: Desk, site: Site) -> None:
    site.fail("/robots.txt", 500)
    publish(site, 1)
    with structlog.testing.capture_logs() as logs:
        await desk.read(a_source(site))
    assert site.asked["/sports/1"] == 0
    assert [entry["reason"] for entry in logs if entry["event"] == "item in trouble"] == [
        f"its page could not be read: robots.txt could not be read: the server answered 500 for {site.url}/robots.txt"
    ]
    site.put("/robots.txt", "")
    desk.later(minutes=16)
    await desk.read(a_source(site))
    assert site.asked["/sports/1"] == 1


# --- sources that are not as they should be


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<!doctype html><html><body><h1>রক্ষণাবেক্ষণ চলছে</h1></body></html>", "text/html"),
        ("", "application/rss+xml"),
        ("এটি কোনো ফিড নয়", "text/plain"),
        (b"\x89PNG\r\n\x1a\n", "application/octet-stream"),
        (b"x" * 11 * 1024 * 1024, "application/rss+xml"),
        ("{}", "application/json"),
    ],
    ids=["html", "empty", "text", "binary", "11 MB", "json"],
)
async def test_what_is_no_feed_is_told_once_and_tried_again_later_and_later(
    desk: Desk, site: Site, body: str | bytes, content_type: str
) -> None:
    site.put("/feed", body, content_type=content_type)
    waits = []
    with structlog.testing.capture_logs() as logs:
        for failures in range(1, 7):
            report = await desk.read(a_source(site))
            assert report.due_at is not None
            waits.append((report.due_at - desk.now).total_seconds() / 60)
            state = await desk.state(a_source(site))
            assert (state.failures, state.known, state.error) == (failures, False, report.error)
            assert report.error
    assert waits == [2, 4, 8, 16, 32, 60]
    assert [entry["event"] for entry in logs] == ["source in trouble"]


async def test_a_source_that_recovers_is_on_its_schedule_again(desk: Desk, site: Site) -> None:
    await known_source(desk, site)
    site.fail("/feed", 500)
    for _ in range(3):
        await desk.read(a_source(site))
    publish(site, 1, 170)
    with structlog.testing.capture_logs() as logs:
        report = await desk.read(a_source(site))
    assert (report.error, report.items, report.due_at) == (
        "",
        {NEW: 1, UNCHANGED: 1},
        desk.now + timedelta(minutes=2),
    )
    state = await desk.state(a_source(site))
    assert (state.failures, state.error, state.known) == (0, "", True)
    assert [(entry["event"], entry.get("failures")) for entry in logs] == [
        ("source recovered", 3),
        ("source read", None),
    ]
    assert await desk.outbox() == ["সেতু খুলে দেওয়া হলো, পর্ব 1"]


async def test_a_server_that_asks_for_patience_gets_it(desk: Desk, site: Site) -> None:
    site.fail("/feed", 429, Retry_After="7200")
    report = await desk.read(a_source(site))
    assert report.due_at == NOW + timedelta(hours=2)


async def test_a_source_may_not_reach_this_machine_unless_it_is_allowed_to(desk: Desk, site: Site) -> None:
    publish(site, 1)
    report = await desk.read(a_source(site, allow_private=False))
    assert report.error == f"{site.url}/feed is refused: it leads to 127.0.0.1, a loopback address"
    assert site.requests == []


async def test_a_passworded_source_shows_its_password_nowhere(desk: Desk, site: Site) -> None:
    site.fail("/feed", 500)
    secret = a_source(site, url=site.url.replace("://", "://editor:s3cret@") + "/feed")
    with structlog.testing.capture_logs() as logs:
        report = await desk.read(secret)
    assert "s3cret" not in repr((logs, report, await desk.state(secret)))


def test_the_sentences_of_these_tests_are_long_enough_for_an_extractor() -> None:
    assert min(map(len, SENTENCES)) > 50


# --- what nobody foresaw


class FallingFetcher:
    """The downloader, but for one address it falls over."""

    def __init__(self, downloader: Downloader, path: str) -> None:
        self._downloader = downloader
        self._path = path

    async def get(self, fetch: Fetch) -> Fetched:
        if fetch.url.endswith(self._path):
            raise RuntimeError("nobody thought of this")
        return await self._downloader.get(fetch)


class StoreLostAfter:
    """The store, away once so many articles were put."""

    def __init__(self, store: SqlArticleStore, puts: int) -> None:
        self._store = store
        self._puts = puts

    async def put(self, draft: ArticleDraft, *, now: datetime, announce: bool) -> Stored:
        if self._puts == 0:
            raise StoreUnavailable
        self._puts -= 1
        return await self._store.put(draft, now=now, announce=announce)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def with_parts(desk: Desk, fetcher: Any = None, store: Any = None) -> Pipeline:
    return Pipeline(
        fetcher or desk.downloader,
        store or desk.store,
        some_topics(),
        timezone=DHAKA,
        clock=lambda: desk.now,
        jitter=lambda: 0.5,
    )


async def test_what_nobody_foresaw_in_an_item_costs_that_item_only_and_is_tried_again(desk: Desk, site: Site) -> None:
    publish(site, 1, 2, 3)
    pipeline = with_parts(desk, FallingFetcher(desk.downloader, "/sports/2"))
    with structlog.testing.capture_logs() as logs:
        first = await pipeline.read_source(a_source(site))
        second = await pipeline.read_source(a_source(site))
    assert (first.items, second.items) == ({NEW: 2, ItemOutcome.FAILED: 1}, {UNCHANGED: 2, WAITING: 1})
    complaints = [entry for entry in logs if entry["event"] == "item in trouble"]
    assert [(entry["reason"], entry["exc_info"]) for entry in complaints] == [
        ("unforeseen RuntimeError: nobody thought of this", True)
    ]


async def test_what_nobody_foresaw_in_a_source_is_its_failure(desk: Desk, site: Site) -> None:
    publish(site, 1)
    pipeline = with_parts(desk, FallingFetcher(desk.downloader, "/feed"))
    report = await pipeline.read_source(a_source(site))
    assert (report.error, report.due_at) == ("unforeseen RuntimeError", NOW + timedelta(minutes=2))


async def test_a_read_that_loses_the_store_begins_anew_and_announces_no_less_and_no_more(
    desk: Desk, site: Site
) -> None:
    await known_source(desk, site)
    publish(site, 1, 2, 3)
    before = await desk.state(a_source(site))
    with pytest.raises(StoreUnavailable):
        await with_parts(desk, store=StoreLostAfter(desk.store, 1)).read_source(a_source(site))
    assert await desk.state(a_source(site)) == before
    assert (await desk.read(a_source(site))).items == {NEW: 2, UNCHANGED: 1}
    assert [headline[-1] for headline in await desk.outbox()] == ["3", "2", "1"]


async def test_a_first_read_that_was_cut_off_is_still_the_first(desk: Desk, site: Site) -> None:
    publish(site, 1, 2, 3)
    with pytest.raises(StoreUnavailable):
        await with_parts(desk, store=StoreLostAfter(desk.store, 1)).read_source(a_source(site))
    assert (await desk.read(a_source(site))).items == {NEW: 2, UNCHANGED: 1}
    assert await desk.outbox() == []
