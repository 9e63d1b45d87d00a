"""What the portal's pages and feeds say, read by the same code that reads real newsrooms."""

from __future__ import annotations

import json
import struct
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsbot.ingest.feed_parser import parse_feed
from newsbot.ingest.page_extractor import extract_page
from newsbot.ingest.sitemap import parse_sitemap
from newsbot.sandbox import portal_feeds as feeds
from newsbot.sandbox import portal_pages as pages
from newsbot.sandbox.portal_articles import DHAKA, PortalArticle, PortalArticles
from newsbot.sandbox.portal_images import HEIGHT, WIDTH, lead_picture
from newsbot.sandbox.portal_samples import sections

NOW = datetime(2025, 11, 18, 12, 0, tzinfo=UTC)
ORIGIN = "http://127.0.0.1:8090"
HOSTILE = '</script><script>alert("x")</script> & <b>মোটা</b> \'"'


@pytest.fixture
def articles() -> PortalArticles:
    return PortalArticles.open(None, lambda: NOW)


def an_article(**changes: object) -> PortalArticle:
    fields: dict[str, object] = {
        "id": 123_456,
        "section": "sports",
        "headline": "শেষ বলে জয়",
        "kicker": "জেলা লিগ",
        "body": "প্রথম অনুচ্ছেদ।\nদ্বিতীয় অনুচ্ছেদ।",
        "byline": "আরএন",
        "published_at": datetime(2025, 11, 18, 11, 45, tzinfo=UTC),
    }
    return PortalArticle(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_page_shows_what_the_first_newsrooms_shows_in_its_order(articles: PortalArticles) -> None:
    html = pages.article_page(an_article(), articles.latest(), ORIGIN)
    main = LexborHTMLParser(html).css_first("main")
    assert main is not None
    lines = [line.strip() for line in main.text(separator="\n").splitlines() if line.strip()]
    assert lines[3:11] == [
        "জেলা লিগ",
        "শেষ বলে জয়",
        "প্রকাশ: ১৮ নভেম্বর ২০২৫, ০৫:৪৫ পিএম",
        "প্রথম অনুচ্ছেদ।",
        "দ্বিতীয় অনুচ্ছেদ।",
        "আরএন",
        "Share this news on:",
        "বটে ‘খেলা’ অনুসরণ করুন",
    ]
    assert lines[11] == "সর্বশেষ"
    assert lines.count("Nov 18, 2025") + lines.count("Nov 17, 2025") == 20
    assert html.count('alt="img"') == 20


@pytest.mark.parametrize(
    ("hour", "minute", "shown"),
    [(0, 0, "১২:০০ এএম"), (11, 59, "১১:৫৯ এএম"), (12, 0, "১২:০০ পিএম"), (17, 5, "০৫:০৫ পিএম")],
)
def test_the_date_line_counts_twelve_hours(hour: int, minute: int, shown: str) -> None:
    assert pages.date_line(datetime(2025, 11, 18, hour, minute, tzinfo=DHAKA)) == f"১৮ নভেম্বর ২০২৫, {shown}"


def test_every_sample_page_is_read_back_as_it_was_written(articles: PortalArticles) -> None:
    for article in articles.latest():
        html = pages.article_page(article, articles.latest(), ORIGIN)
        page = extract_page(html.encode(), base_url=ORIGIN + article.path, tz=DHAKA, now=NOW)
        read = (page.headline, page.kicker, page.byline, page.section, page.published_at, page.canonical_url)
        assert read == (
            article.headline,
            article.kicker,
            article.byline,
            sections()[article.section].name,
            article.published_at,
            ORIGIN + article.path,
        )
        assert len(page.paragraphs) == len(article.paragraphs)


def test_json_ld_has_no_body_and_cannot_be_broken_out_of() -> None:
    html = pages.article_page(an_article(headline=HOSTILE, byline=HOSTILE), [], ORIGIN)
    tree = LexborHTMLParser(html)
    assert len(tree.css("script")) == 1
    script = tree.css_first('script[type="application/ld+json"]')
    assert script is not None
    data = json.loads(script.text())
    assert data["headline"] == HOSTILE
    assert data["@type"] == "NewsArticle"
    assert data["datePublished"] == "2025-11-18T17:45:00+06:00"
    assert "articleBody" not in data
    heading = tree.css_first("h1")
    assert heading is not None
    assert heading.text() == HOSTILE


Feed = Callable[[list[PortalArticle]], str]
FEEDS: dict[str, Feed] = {
    "rss": lambda some: feeds.rss(some, ORIGIN),
    "atom": lambda some: feeds.atom(some, ORIGIN, NOW),
    "json": lambda some: feeds.json_feed(some, ORIGIN),
}


@pytest.mark.parametrize("kind", FEEDS)
def test_a_feed_carries_every_article_with_its_time_and_section(kind: str, articles: PortalArticles) -> None:
    written = articles.latest()
    parsed = parse_feed(FEEDS[kind](written).encode(), base_url=f"{ORIGIN}/feed", tz=DHAKA, now=NOW)
    assert [(item.url, item.headline, item.published_at) for item in parsed.items] == [
        (ORIGIN + one.path, one.headline, one.published_at) for one in written
    ]
    for item, one in zip(parsed.items, written, strict=True):
        section = sections()[one.section]
        assert {section.name, section.id} & set(item.categories)


@pytest.mark.parametrize("kind", FEEDS)
def test_a_feed_with_markup_in_a_headline_stays_well_formed(kind: str) -> None:
    text = FEEDS[kind]([an_article(headline=HOSTILE, kicker=HOSTILE, body=HOSTILE, byline=HOSTILE)])
    if kind == "json":
        assert json.loads(text)["items"][0]["title"] == HOSTILE
    else:
        titles = [node.text for node in ET.fromstring(text).iter() if node.tag.endswith("title")]
        assert titles[-1] == HOSTILE


def test_rss_times_carry_the_newsrooms_zone() -> None:
    channel = ET.fromstring(feeds.rss([an_article()], ORIGIN, sections()["sports"]))
    assert [node.text for node in channel.iter("pubDate")] == ["Tue, 18 Nov 2025 17:45:00 +0600"]
    assert [node.text for node in channel.iter("category")] == ["খেলা", "sports"]
    assert [node.text for node in channel.iter("guid")] == [f"{ORIGIN}/sports/123456"]


def test_the_news_sitemap_names_every_article(articles: PortalArticles) -> None:
    written = articles.latest(limit=30)
    parsed = parse_sitemap(
        feeds.news_sitemap(written, ORIGIN).encode(), base_url=f"{ORIGIN}/news-sitemap.xml", tz=DHAKA, now=NOW
    )
    assert [(item.url, item.headline, item.published_at) for item in parsed.items] == [
        (ORIGIN + one.path, one.headline, one.published_at) for one in written
    ]


def test_an_edited_article_says_when_everywhere() -> None:
    edited = an_article(updated_at=NOW + timedelta(minutes=1))
    page = extract_page(
        pages.article_page(edited, [], ORIGIN).encode(), base_url=ORIGIN + edited.path, tz=DHAKA, now=NOW
    )
    assert page.updated_at == edited.updated_at
    assert list(page.paragraphs) == edited.paragraphs
    assert "2025-11-18T18:01:00+06:00" in feeds.atom([edited], ORIGIN, NOW)
    assert json.loads(feeds.json_feed([edited], ORIGIN))["items"][0]["date_modified"] == "2025-11-18T18:01:00+06:00"


@pytest.mark.parametrize("section", ["sports", "opinion", "a section of tomorrow"])
def test_a_lead_picture_is_a_png_of_its_own_size(section: str) -> None:
    data = lead_picture(section, 7)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (WIDTH, HEIGHT)
    start = data.index(b"IDAT") + 4
    length = struct.unpack(">I", data[start - 8 : start - 4])[0]
    assert len(zlib.decompress(data[start : start + length])) == HEIGHT * (WIDTH + 1)
    assert lead_picture(section, 8) != data
