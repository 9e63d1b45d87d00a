"""Topics come from the paper's own sections, most trusted first, and are never guessed."""

from __future__ import annotations

import pytest

from newsbot.domain.topic import Topic, Topics
from newsbot.ingest.topic_classifier import classify

TOPICS = Topics(
    (
        Topic(
            id="national", names={"bn": "জাতীয়", "en": "National"}, sections=("বাংলাদেশ",), url_patterns=("/national/*",)
        ),
        Topic(
            id="politics",
            names={"bn": "রাজনীতি", "en": "Politics"},
            sections=("বাংলাদেশ",),
            url_patterns=("*/politics/*",),
        ),
        Topic(
            id="sports",
            names={"bn": "খেলা", "en": "Sports"},
            sections=("ক্রীড়া", "ক্রিকেট"),
            categories=("football",),
            url_patterns=("/sports/*", "/খেলা/*"),
        ),
        Topic(id="law", names={"bn": "আইন-আদালত", "en": "Law & Order"}),
    )
)


def of(
    section: str = "", url: str = "", categories: tuple[str, ...] = (), source: tuple[str, ...] = ()
) -> tuple[str, ...]:
    return classify(section, url, categories, source, TOPICS)


@pytest.mark.parametrize(
    "section",
    [
        "খেলা",
        "Sports",
        "SPORTS ",
        "sports",
        "ক্রী\u09dcা",
        "ক্রী\u09a1\u09bcা",
        "খেলা\u200b",
        "খেলা, বিশ্বকাপ",
        "প্রচ্ছদ > ক্রিকেট",
    ],
)
def test_a_section_names_its_topic_however_it_is_typed(section: str) -> None:
    assert of(section) == ("sports",)


@pytest.mark.parametrize(
    "url",
    [
        "https://p.example/sports/1",
        "https://p.example/sports",
        "https://p.example/%E0%A6%96%E0%A7%87%E0%A6%B2%E0%A6%BE/9",
        "https://p.example/SPORTS/1?x=/national/",
    ],
)
def test_an_address_names_its_section(url: str) -> None:
    assert of(url=url) == ("sports",)


def test_the_articles_own_section_outweighs_the_feeds() -> None:
    assert of("খেলা", "", ("Politics",), ("national",)) == ("sports",)
    assert of("", "https://p.example/sports/1", ("Politics",), ("national",)) == ("sports",)
    assert of("অজানা", "https://p.example/x/1", ("football",), ("national",)) == ("sports",)
    assert of("অজানা", "https://p.example/x/1", ("অজানা",), ("national",)) == ("national",)


def test_an_article_may_have_several_topics() -> None:
    assert of("বাংলাদেশ") == ("national", "politics")
    assert of("জাতীয়", "https://p.example/bd/politics/5") == ("national", "politics")


def test_a_name_with_a_separator_in_it_is_known_whole() -> None:
    assert of("আইন-আদালত") == of("আইন আদালত") == of("Law & Order") == ("law",)


def test_what_names_nothing_has_no_topic() -> None:
    assert of() == of("রাশিফল", "https://p.example/horoscope/1", ("", "x"), ("removed-topic",)) == ()
    assert of(url="http://[") == ()


def test_a_feed_category_is_not_a_section() -> None:
    assert of("football") == ()
    assert of(categories=("football",)) == ("sports",)
