"""Pages that list headlines, in several portals' layouts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsbot.ingest.listing import LISTING_LIMIT, parse_listing
from newsbot.ingest.values import EmptyDocument, FeedItem, NotAPage, Unreadable

DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
BASE = "https://paper.example/sports"


def read(markup: str) -> tuple[FeedItem, ...]:
    return parse_listing(markup.encode(), content_type="text/html", base_url=BASE, tz=DHAKA, now=NOW)


def test_stories_in_the_pages_own_json_are_read() -> None:
    stories = [
        {
            "story": {
                "headline": f"খবর নম্বর {n}",
                "url": f"https://paper.example/sports/story-{n}0000",
                "published-at": 1773122400000,
                "sections": [{"name": "খেলা"}],
                "author-name": "রিনা দাস",
                "summary": "সারাংশ",
                "tags": [{"name": "ফুটবল", "url": "https://paper.example/topic/football"}],
            }
        }
        for n in range(1, 4)
    ]
    page = json.dumps({"data": {"collection": {"items": stories}}}, ensure_ascii=False)
    items = read(f'<html><body><script id="static-page" type="application/json">{page}</script></body></html>')
    assert len(items) == 3
    assert items[0] == FeedItem(
        url="https://paper.example/sports/story-10000",
        headline="খবর নম্বর 1",
        summary="সারাংশ",
        published_at=datetime(2026, 3, 10, 6, 0, tzinfo=UTC),
        categories=("খেলা",),
        byline="রিনা দাস",
    )


def test_the_block_of_latest_headlines_has_kicker_headline_and_date() -> None:
    items = read(
        "<h3>সর্বশেষ</h3><ul>"
        '<li><a href="/sports/48231"><img src="/i/1.jpg" alt="img"><p>জাতীয় সাঁতার</p>'
        "<h4>দুই স্বর্ণ নিয়ে দিন শুরু করলেন রুপালি</h4></a><span>Mar 10, 2026</span></li>"
        '<li><a href="/economy/48230"><h4>চায়ের নিলামে দাম বাড়ল</h4></a><span>Mar 9, 2026</span></li></ul>'
    )
    assert items == (
        FeedItem(
            url="https://paper.example/sports/48231",
            headline="দুই স্বর্ণ নিয়ে দিন শুরু করলেন রুপালি",
            kicker="জাতীয় সাঁতার",
            published_at=datetime(2026, 3, 10, tzinfo=DHAKA),
            image_url="https://paper.example/i/1.jpg",
        ),
        FeedItem(
            url="https://paper.example/economy/48230",
            headline="চায়ের নিলামে দাম বাড়ল",
            published_at=datetime(2026, 3, 9, tzinfo=DHAKA),
        ),
    )


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(
            '<div class="card"><span class="shoulder">ফুটবল</span><h2><a href="/sports/55501">আবাহনীর বড় জয়</a></h2>'
            '<time datetime="2026-03-10T15:00:00+06:00">৩ ঘণ্টা আগে</time></div>',
            id="classed-card",
        ),
        pytest.param(
            '<article><a href="/sports/55501"><img src="/x.jpg"></a><div><div>ফুটবল</div><a href="/sports/55501">'
            "<h3>আবাহনীর বড় জয়</h3></a><p>১০ মার্চ ২০২৬, ১৫:০০</p></div></article>",
            id="picture-and-text-apart",
        ),
        pytest.param(
            '<a href="/sports/55501"><div><span class="kicker">ফুটবল</span> <h3>আবাহনীর বড় জয়</h3>'
            "<small>৩ ঘণ্টা আগে</small></div></a>",
            id="all-in-one-link",
        ),
        pytest.param(
            '<li><a href="https://www.paper.example/sports/55501">ফুটবল<br>আবাহনীর বড় জয়<br>'
            "প্রকাশ: ১০ মার্চ ২০২৬, ০৩:০০ পিএম</a></li>",
            id="line-breaks",
        ),
        pytest.param(
            '<div class="card"><span class="kicker">ফুটবল</span><h3><a href="/sports/55501">আবাহনীর বড় জয়</a></h3>'
            '<p><a href="/football">ফুটবল মাঠ</a> <time datetime="2026-03-10T15:00:00+06:00">৩ ঘণ্টা আগে</time></p></div>',
            id="with-a-link-to-its-section",
        ),
    ],
)
def test_an_item_is_found_in_any_card(block: str) -> None:
    other = '<div><a href="/sports/55502"><h3>মোহামেডানের ড্র</h3></a></div>'
    first, second = read(f"<main>{block}{other}</main>")
    assert (first.kicker, first.headline) == ("ফুটবল", "আবাহনীর বড় জয়")
    assert first.url.endswith("paper.example/sports/55501")
    assert first.published_at == datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    assert (second.headline, second.kicker, second.published_at) == ("মোহামেডানের ড্র", "", None)


def test_menus_sections_files_and_other_sites_are_no_items() -> None:
    assert (
        read(
            '<nav><a href="/">প্রচ্ছদ</a><a href="/sports">খেলার সব খবর একসঙ্গে</a>'
            '<a href="/topic/nirbachon-2026">নির্বাচন</a></nav><a href="/author/12345">লেখকের সব লেখা এখানে</a>'
            '<a href="/files/123456.pdf">পিডিএফ সংস্করণ পড়ুন এখানে</a>'
            '<a href="https://elsewhere.example/n/123456">অন্য সাইটের একটি খবর</a>'
            '<a href="javascript:void(0)">খবর খবর খবর</a><a href="/n/123456">ছোট</a>'
            '<a href="#top">উপরে ফিরে যান এখনই</a><a href="mailto:x@y">আমাদের লিখুন এখানে</a>'
        )
        == ()
    )


def test_each_article_is_listed_once_in_the_pages_order() -> None:
    links = "".join(
        f'<div><a href="/n/{number}#c"><img src="/{number}.jpg"></a>'
        f'<h3><a href="/n/{number}">খবর {number} এখানে</a></h3></div>'
        for number in (30002, 30001, 30002, 30003)
    )
    assert [item.url[-5:] for item in read(links)] == ["30002", "30001", "30003"]


def test_a_listing_is_read_up_to_a_limit() -> None:
    links = "".join(f'<div><a href="/n/{n}"><h3>খবর নম্বর {n}</h3></a></div>' for n in range(10_000, 11_000))
    assert len(read(links)) == LISTING_LIMIT


@pytest.mark.parametrize(("markup", "error"), [("", EmptyDocument), (" \n", EmptyDocument), ("just text", NotAPage)])
def test_what_is_no_page_is_refused(markup: str, error: type[Unreadable]) -> None:
    with pytest.raises(error):
        read(markup)
