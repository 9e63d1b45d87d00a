"""What a CMS may send, and what it is told when it may not."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.ingest.cms_article import CmsArticle, CmsMistake, articles_in, read_article, read_url, withdrawals_in
from newsbot.ingest.cms_push import article_to_json
from tests.builders import NOW, an_article

DHAKA = ZoneInfo("Asia/Dhaka")
URL = "https://paper.example/sports/1"


def read(**fields: Any) -> CmsArticle:
    return read_article({"url": URL, "headline": "সেতু খুলল"} | fields, timezone=DHAKA, now=NOW)


def mistake(item: object) -> tuple[str, str]:
    with pytest.raises(CmsMistake) as caught:
        read_article(item, timezone=DHAKA, now=NOW)
    return caught.value.code, str(caught.value)


def mistake_in(**fields: Any) -> tuple[str, str]:
    return mistake({"url": URL, "headline": "সেতু খুলল"} | fields)


def test_an_address_and_a_headline_are_enough() -> None:
    assert read() == CmsArticle(url=URL, headline="সেতু খুলল")


def test_a_full_news_article_is_read() -> None:
    item = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": f"{URL}?utm_source=cms"},
        "headline": "<b>সেতু</b> খুলল &amp; চালু",
        "alternativeHeadline": "যোগাযোগ",
        "description": "নতুন সেতু চালু হলো।",
        "articleBody": "<p>প্রথম অনুচ্ছেদ।</p><p>দ্বিতীয় <i>অনুচ্ছেদ</i>।</p>",
        "articleSection": ["সারাদেশ", "যোগাযোগ"],
        "keywords": "সেতু, পদ্মা, সেতু",
        "image": [{"@type": "ImageObject", "url": "/1.jpg"}],
        "author": [{"@type": "Person", "name": "সাদিয়া নূর"}, {"name": "রফিক"}],
        "datePublished": "2025-11-18T17:00:00+06:00",
        "dateModified": "2025-11-18T11:30:00Z",
        "inLanguage": "bn-BD",
        "breaking": True,
        "wordCount": 5,
    }
    assert read_article(item, timezone=DHAKA, now=NOW) == CmsArticle(
        url=URL,
        headline="সেতু খুলল & চালু",
        kicker="যোগাযোগ",
        description="নতুন সেতু চালু হলো।",
        body="প্রথম অনুচ্ছেদ।\nদ্বিতীয় অনুচ্ছেদ।",
        sections=("সারাদেশ", "যোগাযোগ"),
        keywords=("সেতু", "পদ্মা"),
        image_url="https://paper.example/1.jpg",
        byline="সাদিয়া নূর, রফিক",
        published_at=datetime(2025, 11, 18, 11, 0, tzinfo=UTC),
        updated_at=datetime(2025, 11, 18, 11, 30, tzinfo=UTC),
        language="bn",
        breaking=True,
    )


def test_the_line_above_the_headline_has_two_names() -> None:
    assert read(kicker="যোগাযোগ").kicker == read(alternativeHeadline="যোগাযোগ").kicker == "যোগাযোগ"


def test_a_time_without_a_zone_is_the_newsrooms() -> None:
    assert read(datePublished="2025-11-18T17:00:00").published_at == datetime(2025, 11, 18, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "kind", ["NewsArticle", "Article", "https://schema.org/ReportageNewsArticle", ["X", "NewsArticle"]]
)
def test_every_kind_of_article_is_one(kind: object) -> None:
    assert read(**{"@type": kind}).url == URL


@pytest.mark.parametrize(
    ("fields", "code", "told"),
    [
        ({"url": None}, "missing_field", 'url is missing: "url": "https://paper.example/sports/story-1".'),
        ({"url": ""}, "missing_field", "url is missing"),
        ({"url": 5}, "bad_field", "url must be a text"),
        ({"url": "/sports/1"}, "bad_field", "url: '/sports/1' is not an http or https address; an example: "),
        ({"headline": None}, "missing_field", 'headline is missing: "headline": "'),
        ({"headline": "  <b></b> "}, "missing_field", "headline is missing"),
        ({"headline": ["x"]}, "bad_field", 'headline must be a text: "headline": "…".'),
        ({"@type": "Person"}, "not_an_article", '@type is \'Person\': send "@type": "NewsArticle".'),
        ({"datePublished": "গতকাল"}, "bad_field", 'no ISO 8601 time: "datePublished": "2025-11-18T17:45:00+06:00".'),
        ({"datePublished": 1763466300}, "bad_field", "datePublished must be a text"),
        ({"datePublished": "2025-11-19T17:45:00+06:00"}, "future_date", "datePublished is in the future"),
        ({"datePublished": "0001-01-01T00:00:00+14:00"}, "bad_field", "no ISO 8601 time"),
        ({"breaking": "true"}, "bad_field", 'breaking must be true or false, without quotes: "breaking": true.'),
        ({"breaking": 1}, "bad_field", "breaking must be true or false"),
        ({"articleSection": [1]}, "bad_field", "articleSection must be a text or a list of texts"),
        ({"image": 5}, "bad_field", 'image must be a text, an object with "url", or a list of these.'),
        ({"image": "ftp://x/1.jpg"}, "bad_field", "image: "),
        ({"author": 5}, "bad_field", 'author must be a text, an object with "name", or a list of these.'),
        ({"inLanguage": "বাংলা"}, "bad_field", 'inLanguage is \'বাংলা\': "inLanguage": "bn".'),
        ({"articleBody": {"text": "x"}}, "bad_field", "articleBody must be a text"),
    ],
)
def test_a_mistake_names_the_field_and_what_works(fields: dict[str, Any], code: str, told: str) -> None:
    found, message = mistake_in(**fields)
    assert found == code
    assert told in message


def test_what_is_no_object_is_no_article() -> None:
    for item in ("x", 5, None, [], True):
        assert mistake(item)[0] == "not_an_article"


def test_a_clock_that_is_a_little_fast_means_now() -> None:
    assert read(datePublished=(NOW + timedelta(minutes=10)).isoformat()).published_at == NOW


def test_a_headline_of_5000_characters_is_clipped() -> None:
    headline = read(headline="সেতু " * 1_000).headline
    assert len(headline) <= 500
    assert headline.endswith("…")


def test_one_a_list_and_a_graph_are_all_lists() -> None:
    assert articles_in({"url": "a"}) == [{"url": "a"}]
    assert articles_in([{"url": "a"}, 5]) == [{"url": "a"}, 5]
    assert articles_in({"@graph": [{"url": "a"}]}) == [{"url": "a"}]


@pytest.mark.parametrize(("payload", "code"), [([], "empty"), ([{}] * 101, "too_many")])
def test_an_empty_list_and_a_too_long_one_are_refused(payload: object, code: str) -> None:
    for take in (articles_in, withdrawals_in):
        with pytest.raises(CmsMistake) as caught:
            take(payload)
        assert caught.value.code == code


def test_what_to_withdraw_is_said_by_address() -> None:
    assert read_url(URL) == read_url({"url": f"{URL}?utm_source=x"}) == URL
    assert withdrawals_in(URL) == [URL]
    assert withdrawals_in([URL, {"url": URL}]) == [URL, {"url": URL}]
    for wrong in ({}, {"id": 5}, 5, None, "", "/x"):
        with pytest.raises(CmsMistake):
            read_url(wrong)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        *(
            "@type",
            "url",
            "mainEntityOfPage",
            "headline",
            "alternativeHeadline",
            "description",
            "articleBody",
            "articleSection",
        ),
        *("keywords", "image", "author", "datePublished", "dateModified", "inLanguage", "breaking"),
    ]
)


@given(st.dictionaries(fields, json_values, max_size=8))
def test_any_json_is_an_article_or_a_told_mistake(item: dict[str, Any]) -> None:
    article = None
    with suppress(CmsMistake):
        article = read_article({"url": URL, "headline": "সেতু"} | item, timezone=DHAKA, now=NOW)
    assert article is None or (article.url.startswith("http") and article.headline)


def test_a_stored_article_is_told_to_others_without_its_body_and_without_empty_fields() -> None:
    assert article_to_json(an_article(7, section="খেলা", kicker="যোগাযোগ")) == {
        "@type": "NewsArticle",
        "id": 7,
        "url": "https://news.example/article/7",
        "headline": "সেতু খুলে দেওয়া হলো, পর্ব 7",
        "alternativeHeadline": "যোগাযোগ",
        "description": "নতুন সেতুতে যান চলাচল শুরু হয়েছে।",
        "articleSection": "খেলা",
        "topics": ["sports"],
        "inLanguage": "bn",
        "datePublished": "2025-11-18T11:38:00+00:00",
        "dateModified": "2025-11-18T11:38:00+00:00",
        "breaking": False,
        "version": 1,
    }
