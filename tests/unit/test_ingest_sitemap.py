"""News sitemaps and their indexes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsbot.ingest.sitemap import SITEMAPS_LIMIT, parse_sitemap
from newsbot.ingest.values import (
    ITEMS_LIMIT,
    EmptyDocument,
    FeedItem,
    NotASitemap,
    ParsedSitemap,
    SitemapLink,
    Unreadable,
)

DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2025, 11, 18, 12, 0, tzinfo=UTC)
OPEN = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)


def read(document: str | bytes) -> ParsedSitemap:
    data = document.encode() if isinstance(document, str) else document
    return parse_sitemap(data, base_url="https://paper.example/news-sitemap.xml", tz=DHAKA, now=NOW)


def entry(number: int, date: str, headline: str = "খবর") -> str:
    return (
        f"<url><loc>https://paper.example/n/{number}</loc><news:news><news:publication><news:name>ক</news:name>"
        f"<news:language>bn</news:language></news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>{headline}</news:title></news:news></url>"
    )


def test_every_field_of_a_news_sitemap_is_read() -> None:
    sitemap = read(
        f'<?xml version="1.0" encoding="UTF-8"?>{OPEN}<url><loc> https://paper.example/n/1 </loc>'
        "<lastmod>2025-11-18T12:00:00+06:00</lastmod><news:news><news:publication><news:name>দিনের আলো</news:name>"
        "<news:language>bn</news:language></news:publication>"
        "<news:publication_date>2025-11-18T11:30:00+06:00</news:publication_date>"
        "<news:title>ধানের &amp;#39;ভালো&amp;#39; ফলন</news:title><news:keywords>কৃষি, ধান,কৃষি</news:keywords></news:news>"
        "<image:image><image:loc>/i/1.jpg</image:loc></image:image></url></urlset>"
    )
    assert sitemap.items == (
        FeedItem(
            url="https://paper.example/n/1",
            headline="ধানের 'ভালো' ফলন",
            published_at=datetime(2025, 11, 18, 5, 30, tzinfo=UTC),
            updated_at=datetime(2025, 11, 18, 6, 0, tzinfo=UTC),
            categories=("কৃষি", "ধান"),
            image_url="https://paper.example/i/1.jpg",
            language="bn",
        ),
    )


def test_the_newest_come_first_and_undated_ones_last() -> None:
    undated = "<url><loc>https://paper.example/n/0</loc></url>"
    sitemap = read(OPEN + undated + entry(1, "2025-11-17") + entry(2, "2025-11-18T09:00:00+06:00") + "</urlset>")
    assert [item.url[-1] for item in sitemap.items] == ["2", "1", "0"]
    assert sitemap.items[2] == FeedItem(url="https://paper.example/n/0")


def test_an_index_names_further_sitemaps_newest_first() -> None:
    sitemap = read(
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>https://paper.example/s/1.xml</loc><lastmod>2025-11-16</lastmod></sitemap>"
        "<sitemap><loc>/s/2.xml.gz</loc><lastmod>2025-11-18</lastmod></sitemap>"
        "<sitemap><loc>javascript:x</loc></sitemap></sitemapindex>"
    )
    assert sitemap == ParsedSitemap(
        sitemaps=(
            SitemapLink("https://paper.example/s/2.xml.gz", datetime(2025, 11, 17, 18, tzinfo=UTC)),
            SitemapLink("https://paper.example/s/1.xml", datetime(2025, 11, 15, 18, tzinfo=UTC)),
        ),
        skipped=1,
    )


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(OPEN + entry(1, "2025-11-18", "ক & খ") + "</urlset>", id="raw-ampersand"),
        pytest.param(OPEN + entry(1, "2025-11-18", "ক &amp; খ") + "<url><loc>https://paper.exam", id="truncated"),
        pytest.param(
            "\n\n<b>Notice</b>: x\n" + OPEN + entry(1, "2025-11-18", "ক &amp; খ") + "</urlset> junk", id="junk-around"
        ),
        pytest.param(
            (OPEN + entry(1, "2025-11-18", "ক &amp; খ") + "</urlset>")
            .replace("<news:", "<n:")
            .replace("</news:", "</n:"),
            id="undeclared-prefix",
        ),
    ],
)
def test_an_ill_formed_sitemap_is_read_as_far_as_its_last_whole_entry(document: str) -> None:
    assert [item.url for item in read(document).items] == ["https://paper.example/n/1"]


@pytest.mark.parametrize(
    ("document", "error", "reason"),
    [
        ("", EmptyDocument, "empty"),
        ("<!doctype html><html><body>404</body></html>", NotASitemap, "HTML page, not a sitemap"),
        ("<rss><channel></channel></rss>", NotASitemap, "neither a sitemap"),
        ("<urlset><url><loc>x", NotASitemap, "no whole entry"),
        ("<urlset><!DOCTYPE x [<!ENTITY a 'b'>]></urlset>", NotASitemap, "no whole entry"),
    ],
)
def test_what_is_no_sitemap_is_refused_with_its_reason(document: str, error: type[Unreadable], reason: str) -> None:
    with pytest.raises(error, match=reason):
        read(document)


def test_entities_are_left_behind() -> None:
    bomb = (
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + OPEN
        + entry(1, "2025-11-18", "&x;")
        + "</urlset>"
    )
    assert [item.headline for item in read(bomb).items] == ["&x;"]


def test_a_sitemap_is_read_up_to_a_limit() -> None:
    many = OPEN + "".join(entry(n, "2025-11-18") for n in range(ITEMS_LIMIT + 500)) + "</urlset>"
    assert len(read(many).items) == ITEMS_LIMIT
    index = "".join(f"<sitemap><loc>https://paper.example/{n}.xml</loc></sitemap>" for n in range(500))
    assert len(read(f"<sitemapindex>{index}</sitemapindex>").sitemaps) == SITEMAPS_LIMIT
