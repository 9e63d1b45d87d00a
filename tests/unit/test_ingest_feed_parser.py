"""Feeds as Bengali portals publish them: well-formed, odd, broken, hostile."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsbot.ingest.feed_parser import parse_feed
from newsbot.ingest.values import (
    HEADLINE_LIMIT,
    ITEMS_LIMIT,
    EmptyDocument,
    FeedItem,
    HtmlInsteadOfFeed,
    NotAFeed,
    ParsedFeed,
    Unreadable,
)

DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2025, 11, 18, 12, 0, tzinfo=UTC)
QUARTER_TO_SIX = datetime(2025, 11, 18, 11, 45, tzinfo=UTC)
HEADLINE = "মেঘনায় ইলিশ ধরা শুরু"


def read(feed: str | bytes, content_type: str = "application/xml") -> ParsedFeed:
    data = feed.encode() if isinstance(feed, str) else feed
    return parse_feed(data, content_type=content_type, base_url="https://paper.example/rss", tz=DHAKA, now=NOW)


def rss(*items: str, before: str = '<?xml version="1.0" encoding="utf-8"?>', after: str = "") -> str:
    return (
        f'{before}<rss version="2.0"><channel><title>দিনের আলো</title><link>https://paper.example</link>'
        f"<language>bn-BD</language>{''.join(items)}</channel></rss>{after}"
    )


def item(headline: str = HEADLINE, link: str = "https://paper.example/n/1", date: str = "", more: str = "") -> str:
    return f"<item><title>{headline}</title><link>{link}</link><pubDate>{date}</pubDate>{more}</item>"


def only(feed: ParsedFeed) -> FeedItem:
    assert len(feed.items) == 1
    return feed.items[0]


def test_every_field_of_an_rss_item_is_read() -> None:
    feed = read(
        '<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        "<title>দিনের আলো</title><language>bn</language><item><title>মেঘনায় ইলিশ</title><link>/n/1</link>"
        "<guid isPermaLink='false'>n-1</guid><category>সারাদেশ</category><category>মাছ</category>"
        "<description>&lt;p&gt;জেলেরা &lt;b&gt;খুশি&lt;/b&gt;।&lt;/p&gt;</description><dc:creator>রিনা দাস</dc:creator>"
        "<content:encoded><![CDATA[<p>প্রথম।</p><p>দ্বিতীয়<br/>তৃতীয়।</p><script>x()</script>]]></content:encoded>"
        "<pubDate>Tue, 18 Nov 2025 17:45:00 +0600</pubDate><media:content url='/i.jpg' medium='image'/></item>"
        "</channel></rss>"
    )
    assert feed.title == "দিনের আলো"
    assert only(feed) == FeedItem(
        url="https://paper.example/n/1",
        headline="মেঘনায় ইলিশ",
        summary="জেলেরা খুশি ।",
        body="প্রথম।\nদ্বিতীয়\nতৃতীয়।",
        published_at=QUARTER_TO_SIX,
        categories=("সারাদেশ", "মাছ"),
        image_url="https://paper.example/i.jpg",
        guid="n-1",
        byline="রিনা দাস",
        language="bn",
    )


def test_atom_is_read_by_its_alternate_link() -> None:
    feed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="bn"><title>ক</title><entry xml:base="https://paper.example/x/">'
        '<id>tag:1</id><title type="html">&lt;i&gt;খবর&lt;/i&gt; এক</title><link rel="self" href="https://paper.example/api/1"/>'
        '<link rel="alternate" href="1.html"/><published>2025-11-18T11:45:00Z</published>'
        "<updated>2025-11-18T11:50:00Z</updated><author><name>রিনা</name></author></entry></feed>"
    )
    entry = only(feed)
    assert (entry.url, entry.headline, entry.byline) == ("https://paper.example/x/1.html", "খবর এক", "রিনা")
    assert (entry.published_at, entry.updated_at) == (QUARTER_TO_SIX, QUARTER_TO_SIX + timedelta(minutes=5))


def test_rdf_is_read() -> None:
    feed = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>ক</title></channel>'
        f"<item><title>{HEADLINE}</title><link>https://paper.example/n/2</link><dc:date>2025-11-18T17:45+06:00</dc:date></item>"
        "</rdf:RDF>"
    )
    entry = only(feed)
    assert (entry.url, entry.headline, entry.published_at) == ("https://paper.example/n/2", HEADLINE, QUARTER_TO_SIX)


def test_json_feed_is_read() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "দিনের আলো",
        "language": "bn-BD",
        "items": [
            {
                "id": "7",
                "url": "/n/7",
                "title": "ইলিশ &amp;amp; চিংড়ি",
                "content_html": "<p>এক।</p><p>দুই।</p>",
                "summary": "মাছের খবর",
                "date_published": "2025-11-18T17:45:00+06:00",
                "tags": ["অর্থনীতি", 5],
                "image": "https://cdn.example/7.png",
                "authors": [{"name": "রিনা"}, {"name": "সুমন"}],
            },
            {"id": "nowhere", "title": "ঠিকানা নেই"},
            "not an object",
        ],
    }
    feed = read(json.dumps(document), "application/feed+json")
    assert feed.skipped == 2
    assert only(feed) == FeedItem(
        url="https://paper.example/n/7",
        headline="ইলিশ & চিংড়ি",
        summary="মাছের খবর",
        body="এক।\nদুই।",
        published_at=QUARTER_TO_SIX,
        categories=("অর্থনীতি",),
        image_url="https://cdn.example/7.png",
        guid="7",
        byline="রিনা, সুমন",
        language="bn",
    )


@pytest.mark.parametrize(
    "feed",
    [
        pytest.param(rss(item(), before="\n\n \n<?xml version='1.0'?>"), id="blank-lines-before"),
        pytest.param(
            rss(item(), before="<br />\n<b>Warning</b>: Undefined $x in /a.php\n<?xml version='1.0'?>"),
            id="php-warning",
        ),
        pytest.param(rss(item(), after="\n<!-- cached --><script>track()</script> junk & more"), id="junk-after"),
        pytest.param(rss(item())[: -len("</channel></rss>")], id="truncated"),
        pytest.param(rss(item(more="<media:thumbnail url='x'/>")), id="undeclared-prefix"),
        pytest.param(rss(item(), before='<?xml version="1.0" encoding="utf-16"?>'), id="declares-utf-16"),
        pytest.param(rss(item(), before='<?xml version="1.0" encoding="ISO-8859-1"?>'), id="declares-latin"),
        pytest.param(rss(item()).encode("utf-8-sig"), id="byte-order-mark"),
        pytest.param(rss(item()).encode("utf-16"), id="is-utf-16"),
        pytest.param(rss(item(more="<x>\x08\x0b</x>")), id="control-characters"),
    ],
)
def test_an_ill_formed_feed_is_read_as_far_as_it_goes(feed: str | bytes) -> None:
    entry = only(read(feed, "text/xml; charset=ISO-8859-1"))
    assert (entry.headline, entry.url) == (HEADLINE, "https://paper.example/n/1")


def test_one_stray_byte_costs_one_letter_not_the_feed() -> None:
    feed = read(
        rss(*(item(link=f"https://paper.example/n/{n}") for n in range(30)))
        .encode()
        .replace("ইলিশ".encode(), b"\xe0ilish", 1)
    )
    assert [entry.headline for entry in feed.items] == ["মেঘনায় \ufffdilish ধরা শুরু", *[HEADLINE] * 29]


@pytest.mark.parametrize(
    ("written", "headline"),
    [
        ("বিজ্ঞান & প্রযুক্তি", "বিজ্ঞান & প্রযুক্তি"),
        ("র\u200c্যাব&nbsp;বলছে &rsquo;ঠিক&rsquo;", "র\u200c্যাব বলছে ’ঠিক’"),
        ("&amp;#39;নতুন&amp;#39; দিন", "'নতুন' দিন"),
        ("&lt;b&gt;মোটা&lt;/b&gt; হরফ", "মোটা হরফ"),
        ("<![CDATA[<script>alert(1)</script>শিরোনাম <img src=x onerror=y>]]>", "শিরোনাম"),
        ("<![CDATA[১ < ২ এবং ৩ > ২]]>", "১ < ২ এবং ৩ > ২"),
        ("&amp;lt;script&amp;gt;x&amp;lt;/script&amp;gt;ভালো", "ভালো"),
        ("🎉🎉🎉", "🎉🎉🎉"),
        ("উল্টো \u202eলেখা", "উল্টো লেখা"),
        ("", ""),
    ],
)
def test_a_headline_is_plain_text(written: str, headline: str) -> None:
    assert only(read(rss(item(written)))).headline == headline


def test_a_headline_of_five_thousand_characters_is_shortened_at_a_word() -> None:
    headline = only(read(rss(item("লম্বা শিরোনাম " * 400)))).headline
    assert len(headline) <= HEADLINE_LIMIT
    assert headline.endswith((" লম্বা…", " শিরোনাম…"))


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://paper.example/n?a=1&b=2", "https://paper.example/n?a=1&b=2"),
        ("https://paper.example/n?a=1&amp;b=2", "https://paper.example/n?a=1&b=2"),
        ("\n  /online/1#top\n", "https://paper.example/online/1"),
        ("//cdn.paper.example/1", "https://cdn.paper.example/1"),
    ],
)
def test_a_link_is_absolute_and_keeps_its_parameters(link: str, url: str) -> None:
    assert only(read(rss(item(link=link)))).url == url


@pytest.mark.parametrize(
    "link", ["", "javascript:alert(1)", "file:///etc/passwd", "https://", "https://a:b@x/", "http://[", "#x"]
)
def test_an_item_without_a_usable_address_is_counted_not_returned(link: str) -> None:
    feed = read(rss(item(link=link), item(link="https://paper.example/n/2")))
    assert feed.skipped == 1
    assert only(feed).url == "https://paper.example/n/2"


def test_a_guid_that_is_an_address_stands_in_for_a_missing_link() -> None:
    feed = read(rss("<item><title>ক</title><guid>https://paper.example/n/9</guid></item>"))
    assert only(feed).url == "https://paper.example/n/9"


@pytest.mark.parametrize(
    "date",
    [
        *("2025-11-18 17:45:00", "Tue, 18 Nov 2025 17:45:00 BST", "18 Nov 2025 05:45 PM", "2025-11-18T11:45:00Z"),
        *("মঙ্গল, ১৮ নভেম্বর ২০২৫ ১৭:৪৫:০০ +0600", "Tue, 18 Nov 2025 11:45:00 GMT", "১৮ নভেম্বর ২০২৫, ০৫:৪৫ পিএম"),
    ],
)
def test_a_time_is_read_as_its_newsroom_meant_it(date: str) -> None:
    assert only(read(rss(item(date=date)))).published_at == QUARTER_TO_SIX


@pytest.mark.parametrize(
    "date",
    ["Tue, 18 Nov 2025 18:16:00 +0600", "Fri, 01 Jan 2038 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "", "soon"],
)
def test_a_time_that_cannot_be_is_missing(date: str) -> None:
    assert only(read(rss(item(date=date)))).published_at is None


def test_a_clock_that_is_a_little_ahead_is_believed() -> None:
    assert only(read(rss(item(date="Tue, 18 Nov 2025 18:15:00 +0600")))).published_at == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("document", "error", "reason"),
    [
        (b"", EmptyDocument, "empty"),
        (b" \n\t ", EmptyDocument, "empty"),
        (b"\xef\xbb\xbf", EmptyDocument, "empty"),
        (b"<!DOCTYPE html><html><body><p>404</p></body></html>", HtmlInsteadOfFeed, "HTML page, not a feed"),
        (
            b"<html><head><title>x</title></head><body><feed></feed></body></html>",
            HtmlInsteadOfFeed,
            "HTML page, not a feed",
        ),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>", NotAFeed, "kind to sitemap"),
        (b"OK", NotAFeed, "neither RSS"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", NotAFeed, "neither RSS"),
        (b'{"status": "ok"}', NotAFeed, "no JSON Feed"),
        (b'{"items": [', NotAFeed, "can't be read as JSON"),
        (b"[" * 200_000, NotAFeed, "can't be read as JSON"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(document: bytes, error: type[Unreadable], reason: str) -> None:
    with pytest.raises(error, match=reason):
        read(document)


def test_a_feed_without_items_is_no_error() -> None:
    assert read(rss()) == ParsedFeed(items=(), title="দিনের আলো", language="bn")


def test_entities_are_never_expanded() -> None:
    declared = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    bomb = rss(
        item("&a9; &x;"),
        before=f'<?xml version="1.0"?><!DOCTYPE rss [{declared}<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    )
    entry = only(read(bomb))
    assert "haha" not in entry.headline
    assert "root:" not in entry.headline


def test_a_feed_of_a_hundred_thousand_items_costs_a_thousand() -> None:
    feed = read(rss(*(item(link=f"https://paper.example/n/{n}") for n in range(20_000))))
    assert [entry.url for entry in feed.items] == [f"https://paper.example/n/{n}" for n in range(ITEMS_LIMIT)]


def test_a_feed_of_nothing_but_tags_is_refused() -> None:
    with pytest.raises(NotAFeed, match="tags"):
        read("<rss><channel>" + "<a>" * 160_000)
