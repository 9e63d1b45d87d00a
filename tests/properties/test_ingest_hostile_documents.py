"""Whatever comes from a server, each reader answers with values that can be stored, or with one of its own errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.domain.topic import Topic, Topics
from newsbot.ingest.decoding import decode
from newsbot.ingest.feed_parser import parse_feed
from newsbot.ingest.listing import parse_listing
from newsbot.ingest.markup import absolute_url, paragraphs_of, plain_text
from newsbot.ingest.page_extractor import extract_page
from newsbot.ingest.sitemap import parse_sitemap
from newsbot.ingest.summariser import LENGTH, summarise
from newsbot.ingest.text_page import extract_text_page
from newsbot.ingest.topic_classifier import TopicClassifier
from newsbot.ingest.values import (
    BODY_LIMIT,
    HEADLINE_LIMIT,
    ExtractedPage,
    FeedItem,
    ParsedFeed,
    ParsedSitemap,
    Unreadable,
)
from newsbot.text.clipping import Unit, length

DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
GOLDEN = Path(__file__).parents[1] / "golden"
PAGES = tuple(path.read_bytes() for path in sorted((GOLDEN / "pages").glob("*.html")))
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>ক</title><item><title>খবর &amp; আরও</title>'
    "<link>https://p.example/n/12345?a=1&amp;b=2</link><pubDate>Tue, 18 Nov 2025 17:45:00 +0600</pubDate>"
    "<description><![CDATA[<p>এক</p><img src='/i.jpg'>]]></description><category>খেলা</category></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">&lt;b&gt;ক&lt;/b&gt;</title>'
    '<link href="/n/1"/><updated>2025-11-18T17:45:00Z</updated>'
    "<content type='html'>&lt;p&gt;দুই&lt;/p&gt;</content></entry></feed>"
)
JSON_FEED = (
    '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/n/1", "title": "ক", "tags": ["x"],'
    ' "date_published": "2025-11-18T17:45:00Z", "authors": [{"name": "রিনা"}], "content_html": "<p>এক</p>"}]}'
)
SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://p.example/n/1</loc>'
    "<lastmod>2025-11-18</lastmod></url></urlset>"
)
INDEX = "<sitemapindex><sitemap><loc>https://p.example/1.xml</loc></sitemap></sitemapindex>"
SNIPPETS = st.sampled_from(
    [
        *(
            b"<",
            b">",
            b"</",
            b"&",
            b"&#",
            b"&#x110000;",
            b"&#0;",
            b"]]>",
            b"<![CDATA[",
            b"<!--",
            b"-->",
            b"<?xml ",
            b'"',
            b"\x00",
        ),
        *(
            b"\xff\xfe",
            b"\xed\xa0\x80",
            b"{",
            b"}",
            b"[",
            b",",
            b"\\u",
            b"\\ud800",
            b"<script>",
            b"</script>",
            b"<!DOCTYPE [",
        ),
        *(
            b"javascript:",
            b"https://[",
            b"<b>",
            b"<table>",
            b"<svg>",
            b"<template>",
            "৷\u200d\u202e".encode(),
            b"9" * 30,
            b"\r\n",
        ),
        *(
            b"null",
            b"true",
            b"1e999",
            b"-1",
            b'"@type":',
            b'"url":[[]]',
            b'"headline":{}',
            b"<item>",
            b"<url>",
            b"<h1>",
            b"<a href=",
        ),
    ]
)


def mutations(of: Iterable[bytes]) -> st.SearchStrategy[bytes]:
    """A document with pieces cut out, doubled and put in."""

    @st.composite
    def mutated(draw: st.DrawFn) -> bytes:
        document = draw(st.sampled_from(list(of)))
        for _ in range(draw(st.integers(min_value=1, max_value=6))):
            start = draw(st.integers(min_value=0, max_value=len(document)))
            stop = min(len(document), start + draw(st.integers(min_value=0, max_value=60)))
            piece = draw(st.one_of(SNIPPETS, st.just(document[start:stop] * 2), st.just(b""), st.binary(max_size=8)))
            document = document[:start] + piece + document[stop:]
        return document

    return mutated()


DOCUMENTS = st.one_of(
    st.binary(max_size=400),
    st.lists(SNIPPETS, max_size=30).map(b"".join),
    mutations([*PAGES, *(text.encode() for text in (RSS, ATOM, JSON_FEED, SITEMAP, INDEX))]),
)
READERS: list[Callable[..., Any]] = [parse_feed, parse_sitemap, parse_listing, extract_page]


def items_of(result: Any) -> tuple[FeedItem, ...]:
    match result:
        case ParsedFeed() | ParsedSitemap():
            return result.items
        case ExtractedPage():
            return result.latest
        case _:
            return tuple(result)


def assert_storable(text: str, limit: int) -> None:
    text.encode()
    assert "\x00" not in text
    assert len(text) <= limit


def assert_believable(moment: datetime | None) -> None:
    assert moment is None or (moment.tzinfo is not None and moment <= NOW + timedelta(minutes=15))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@given(
    data=DOCUMENTS, content_type=st.sampled_from(["", "text/html", "text/xml; charset=utf-16", "x/y; charset=nonsense"])
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
def test_any_document_yields_storable_values_or_a_typed_error(
    reader: Callable[..., Any], data: bytes, content_type: str
) -> None:
    try:
        result = reader(data, content_type=content_type, base_url="https://p.example/news/1", tz=DHAKA, now=NOW)
    except Unreadable:
        return
    for item in items_of(result):
        assert item.url.startswith(("http://", "https://")) or reader is extract_page
        assert_storable(item.headline, HEADLINE_LIMIT)
        assert_storable(item.kicker + item.byline + item.url + item.image_url + item.summary + item.guid, 9_000)
        assert_storable(item.body, BODY_LIMIT)
        assert_believable(item.published_at)
        assert_believable(item.updated_at)
    if isinstance(result, ExtractedPage):
        assert result.headline or result.paragraphs
        assert_storable(result.headline, HEADLINE_LIMIT)
        assert_storable(result.body, BODY_LIMIT)
        assert_storable(result.kicker + result.byline + result.section + result.description, 9_000)
        assert_believable(result.published_at)
        assert_believable(result.updated_at)


@given(st.text(st.characters(), max_size=600))
@settings(deadline=None)
def test_any_text_is_a_text_page_or_refused(text: str) -> None:
    try:
        page = extract_text_page(text, tz=DHAKA, now=NOW)
    except Unreadable:
        return
    assert_storable(page.headline + page.body, BODY_LIMIT + HEADLINE_LIMIT)


@given(st.text(st.characters(), max_size=300), st.text(st.characters(), max_size=600), st.text(max_size=200))
def test_any_summary_fits_and_is_not_the_headline(headline: str, body: str, description: str) -> None:
    summary = summarise(headline, body, description)
    assert length(summary.text, Unit.UTF16) <= LENGTH
    assert bool(summary.text) == bool(summary.method)
    assert summary.text != headline or not headline
    assert_storable(summary.text, LENGTH)


@given(
    st.text(st.characters(), max_size=100),
    st.text(st.characters(), max_size=100),
    st.lists(st.text(max_size=30), max_size=5),
    st.text(st.characters(), max_size=100),
)
def test_only_configured_topics_are_ever_named(section: str, url: str, categories: list[str], text: str) -> None:
    topics = Topics(
        (Topic(id="sports", names={"bn": "খেলা"}, url_patterns=("*sport*",)), Topic(id="x", names={"en": "X"}))
    )
    told = TopicClassifier(topics).classify(
        section=section, url=url, categories=categories, source_topics=categories, headline=text, text=section
    )
    assert set(told.topics) <= {"sports", "x"}


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_bytes_decode(data: bytes, content_type: str) -> None:
    decode(data, content_type).encode("utf-8", "replace")


@given(st.text(st.characters(), max_size=300))
def test_plain_text_is_one_storable_line(markup: str) -> None:
    assert_storable(plain_text(markup, 100), 100)
    assert "\n" not in plain_text(markup, 100)
    for paragraph in paragraphs_of(markup):
        assert_storable(paragraph, BODY_LIMIT)
        assert paragraph


@given(st.one_of(st.text(st.characters(), max_size=80), st.from_regex(r"(https?:)?//[a-z:@.\[\]%/?#&;]{0,40}")))
def test_an_address_is_absolute_http_or_nothing(link: str) -> None:
    url = absolute_url(link, "https://p.example/a/b")
    assert url == "" or url.startswith(("http://", "https://"))
    url.encode()
