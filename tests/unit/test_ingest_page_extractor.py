"""Golden pages: each layout of the press beside exactly what must be read from it; pages that are odd or hostile."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsbot.ingest.page_extractor import extract_page
from newsbot.ingest.values import EmptyDocument, ExtractedPage, NotAPage

PAGES = Path(__file__).parents[1] / "golden" / "pages"
DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
URL = "https://paper.example/national/123456"


def read(markup: str | bytes, url: str = URL) -> ExtractedPage:
    data = markup.encode() if isinstance(markup, str) else markup
    return extract_page(data, content_type="text/html", base_url=url, tz=DHAKA, now=NOW)


def as_json(page: ExtractedPage) -> dict[str, Any]:
    return {
        "url": page.url,
        "canonical_url": page.canonical_url,
        "headline": page.headline,
        "kicker": page.kicker,
        "byline": page.byline,
        "section": page.section,
        "date_line": page.date_line,
        "published_at": page.published_at.isoformat() if page.published_at else None,
        "updated_at": page.updated_at.isoformat() if page.updated_at else None,
        "image_url": page.image_url,
        "language": page.language,
        "description": page.description,
        "paragraphs": list(page.paragraphs),
        "latest": [
            [item.url, item.kicker, item.headline, item.published_at.isoformat() if item.published_at else None]
            for item in page.latest
        ],
    }


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_a_page_yields_exactly_what_stands_beside_it(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    assert as_json(read(path.read_bytes(), expected["url"])) == expected


PARAGRAPHS = "".join(
    f"<p>{text}</p>"
    for text in (
        "সোনাপুর উপজেলার ছয়টি বিদ্যালয়ের শিক্ষার্থীরা কমলা নদীর পাড়ে দশ হাজার গাছের চারা রোপণ করবে।",
        "সভায় বিয়াল্লিশ জন শিক্ষক উপস্থিত ছিলেন, তাঁরা এ উদ্যোগকে স্বাগত জানান।",
        "গত বর্ষায় নদীর ভাঙনে দুই গ্রামের দীর্ঘ সড়ক বিলীন হয়েছিল বলে জানান স্থানীয় মানুষ।",
    )
)
HEADLINE = "নদীর পাড়ে গাছ লাগাবে শিক্ষার্থীরা"


def page(head: str = "", above: str = "", headline: str = HEADLINE, below: str = "", after: str = "") -> ExtractedPage:
    return read(
        f"<!doctype html><html><head>{head}</head><body><div>{above}<h1>{headline}</h1>{below}"
        f"<div class=content>{PARAGRAPHS}{after}</div></div></body></html>"
    )


@pytest.mark.parametrize(
    ("head", "headline", "expected"),
    [
        ("<title>নদীর পাড়ে গাছ লাগাবে শিক্ষার্থীরা | দিনের আলো</title>", HEADLINE, HEADLINE),
        ("<meta property=og:title content='অন্য শিরোনাম এখানে'>", "", "অন্য শিরোনাম এখানে"),
        (
            "<meta property=og:site_name content='দিনের আলো'><title>নদীর খবর — দিনের আলো</title>",
            "দিনের আলো",
            "নদীর খবর",
        ),
        ("", "<span>গাছ</span> &lt;script&gt; <b>লাগাবে</b>", "গাছ <script> লাগাবে"),
        ("", "🎉🎉", "🎉🎉"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","headline":"নদীর পাড়ে গাছ…"}</script>',
            HEADLINE,
            HEADLINE,
        ),
        (
            '<script type="application/ld+json">{"@type":"Article","name":"পুরো <b>শিরোনাম</b> &amp;amp; বাকি"}</script>',
            "ছোট শিরোনাম",
            "পুরো শিরোনাম & বাকি",
        ),
    ],
)
def test_the_headline_is_the_fullest_that_the_page_means(head: str, headline: str, expected: str) -> None:
    assert page(head, headline=headline).headline == expected


def test_a_headline_of_five_thousand_characters_is_shortened() -> None:
    assert 400 < len(page(headline="লম্বা শিরোনাম " * 400).headline) <= 500


@pytest.mark.parametrize(
    ("stated", "shown", "published"),
    [
        ("2026-03-10T17:45:00+06:00", "", "2026-03-10T11:45:00+00:00"),
        ("2026-03-10 17:45", "", "2026-03-10T11:45:00+00:00"),
        (
            "2027-03-10T17:45:00Z",
            "প্রকাশ: ১০ মার্চ ২০২৬, ০৫:৪৫ পিএম",
            "2026-03-10T11:45:00+00:00",
        ),  # the future is passed over
        ("2026-03-10", "প্রকাশিত: ১০ মার্চ ২০২৬ | ১৭:৪৫", "2026-03-10T11:45:00+00:00"),  # the same day to the minute
        ("2026-03-10", "প্রকাশিত: ১১ মার্চ ২০২৬ | ১৭:৪৫", "2026-03-09T18:00:00+00:00"),
        (
            "nonsense",
            "<span class=news-date>মঙ্গলবার, ১০ মার্চ ২০২৬, বিকেল ৫টা ৪৫ মিনিট</span>",
            "2026-03-10T11:45:00+00:00",
        ),
        ("", "<div>প্রকাশ</div><div>১০ মার্চ ২০২৬, ১৭:৪৫</div>", "2026-03-10T11:45:00+00:00"),
        ("", "<time datetime='2026-03-10T11:45:00Z'>২ মাস আগে</time>", "2026-03-10T11:45:00+00:00"),
    ],
)
def test_the_time_is_the_first_that_can_be_to_the_minute(stated: str, shown: str, published: str) -> None:
    found = page(f'<meta property="article:published_time" content="{stated}">', below=shown).published_at
    assert found is not None
    assert found.isoformat() == published


def test_a_page_that_names_no_time_has_none() -> None:
    assert page().published_at is None


@pytest.mark.parametrize(
    "line",
    [
        *("<p>Share this news on:</p>", "<p>আরও পড়ুন: শীতের পিঠা উৎসব</p>", "<p>আরো পড়ুন</p><p>- শীতের পিঠা উৎসব</p>"),
        *("<p>ছবি: মাহিন রহমান</p>", "<p>বিজ্ঞাপন</p>", f"<p>{HEADLINE}</p>", "<p>© দিনের আলো</p>"),
        *("<p>সর্বশেষ</p><p>অন্য খবর এক</p><p>অন্য খবর দুই</p>", "<p>এসএন</p>", "<p>টিটি/এমএএইচ/</p>", "<p>RK/SN</p>"),
        *(
            "<p>আপডেট: ১৮ নভেম্বর ২০২৫, ১৭:৪৫</p>",
            "<p>হালনাগাদ: মঙ্গলবার (১৮ নভেম্বর)</p>",
            "<p>Updated: 18 Nov 2025, 5:45 PM</p>",
        ),
    ],
)
def test_the_body_is_without_share_lines_related_lists_and_initials(line: str) -> None:
    assert page(after=line).paragraphs == page().paragraphs
    assert len(page().paragraphs) == 3


@pytest.mark.parametrize("line", ["হালনাগাদ: টোল লাগবে না।", "আপডেট: ৩ জন উদ্ধার হয়েছেন।", "Updated: the bridge is open."])
def test_an_update_told_in_words_is_part_of_the_body(line: str) -> None:
    assert page(after=f"<p>{line}</p>").paragraphs == (*page().paragraphs, line)


def test_initials_are_the_byline_when_only_the_paper_is_named() -> None:
    stated = '{"@type":"NewsArticle","author":{"name":"দিনের আলো"},"publisher":{"name":"দিনের আলো"}}'
    paper = f'<script type="application/ld+json">{stated}</script>'
    assert page(paper, after="<p>এসএন</p>").byline == "এসএন"
    assert page(paper).byline == "দিনের আলো"
    assert page("<meta name=author content='রিনা দাস'>", after="<p>এসএন</p>").byline == "রিনা দাস"
    assert page(below="<span class=reporter>প্রতিবেদক: রিনা দাস</span>").byline == "রিনা দাস"


@pytest.mark.parametrize(
    ("above", "kicker"),
    [
        ("<p class=kicker>সবুজ উপকূল</p>", "সবুজ উপকূল"),
        ("<h4>সবুজ উপকূল</h4>\n<!-- x -->\n", "সবুজ উপকূল"),
        ("<div class=breadcrumb>হোম / জাতীয়</div>", ""),
        ("<p><a href='/national'>জাতীয়</a></p>", ""),
        ("<p>" + "দীর্ঘ " * 30 + "</p>", ""),
        ("", ""),
    ],
)
def test_a_short_line_above_the_headline_is_its_kicker(above: str, kicker: str) -> None:
    assert page(above=above).kicker == kicker


def test_the_letters_decide_the_language_where_the_template_is_wrong() -> None:
    assert read(f"<html lang=en><body><h1>{HEADLINE}</h1>{PARAGRAPHS}</body></html>").language == "bn"
    english = "<html lang=en-GB><body><h1>Hilsa season opens</h1><p>Fishers are happy today.</p></body></html>"
    assert read(english).language == "en"


def test_addresses_are_absolute_or_missing() -> None:
    found = page(
        "<link rel=canonical href='/n/9'><meta property=og:image content='javascript:x'>",
        after="<figure><img src=/a.png></figure>",
    )
    assert (found.canonical_url, found.image_url) == ("https://paper.example/n/9", "https://paper.example/a.png")


def test_a_page_that_is_text_is_read_by_its_date_line() -> None:
    found = read((PAGES.parent / "portal_page.txt").read_bytes())
    assert (found.url, found.date_line, found.byline, len(found.latest)) == (URL, "রোববার (৮ মার্চ)", "টিআর", 4)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyDocument),
        (b"  \n", EmptyDocument),
        (b"plain words", NotAPage),
        (b"<html><body></body></html>", NotAPage),
        (b"<div>" * 50_000, NotAPage),
    ],
)
def test_what_is_no_article_is_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(data)


def test_a_page_of_formatting_that_would_multiply_is_refused() -> None:
    bomb = "<p>" + "".join(f"<b id={n}>" for n in range(3_000)) + "<p>x" * 3_000
    with pytest.raises(NotAPage, match="nested"):
        read(bomb)
