"""Topics come from the paper's own sections, most trusted first; what nobody named is guessed only from plain words."""

from __future__ import annotations

from typing import Any

import pytest

from newsbot.domain.topic import Topic, Topics
from newsbot.ingest.topic_classifier import By, TopicClassifier
from newsbot.ingest.topic_model import TopicModel
from newsbot.text.analyser import key

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
            categories=("matches",),
            url_patterns=("/sports/*", "/খেলা/*"),
        ),
        Topic(id="justice", names={"bn": "আইন-আদালত", "en": "Law & Order"}),
        Topic(id="money", names={"bn": "অর্থনীতি"}),
    )
)
MATCH = "হ্যাটট্রিকে সিলেটকে হারাল রংপুর"
MATCH_TEXT = "বিপিএলের ম্যাচে পাঁচ উইকেট নেন পেসার। ব্যাটিংয়ে সেঞ্চুরি করেন অধিনায়ক।"


def of(
    section: str = "", url: str = "", categories: tuple[str, ...] = (), source: tuple[str, ...] = ()
) -> tuple[str, ...]:
    classifier = TopicClassifier(TOPICS)
    return classifier.classify(section=section, url=url, categories=categories, source_topics=source).topics


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
    assert of("অজানা", "https://p.example/x/1", ("matches",), ("national",)) == ("sports",)
    assert of("অজানা", "https://p.example/x/1", ("অজানা",), ("national",)) == ("national",)


def test_an_article_may_have_several_topics() -> None:
    assert of("বাংলাদেশ") == ("national", "politics")
    assert of("জাতীয়", "https://p.example/bd/politics/5") == ("national", "politics")


def test_a_name_with_a_separator_in_it_is_known_whole() -> None:
    assert of("আইন-আদালত") == of("আইন আদালত") == of("Law & Order") == ("justice",)


def test_what_names_nothing_has_no_topic() -> None:
    assert of() == of("রাশিফল", "https://p.example/horoscope/1", ("", "x"), ("removed-topic",)) == ()
    assert of(url="http://[") == ()


def test_a_feed_category_is_not_a_section() -> None:
    assert of("matches") == ()
    assert of(categories=("matches",)) == ("sports",)


@pytest.mark.parametrize(
    ("section", "url", "topic"),
    [
        ("ফুটবল", "", "sports"),
        ("শেয়ারবাজার", "", "money"),
        ("", "https://p.example/economics/stock-market/551", "money"),
        ("", "https://p.example/details/law-court/99", "justice"),
        ("", "https://p.example/bangladesh/economy/41", "money"),
        ("জাতীয় সংবাদ, নির্বাচন", "", "politics"),
    ],
)
def test_the_shipped_table_knows_sections_that_the_newsroom_did_not_write(section: str, url: str, topic: str) -> None:
    told = TopicClassifier(TOPICS).classify(section=section, url=url)
    assert told == ((topic,), By.TABLE, 1.0)


def test_the_last_part_of_an_address_is_the_articles_own() -> None:
    assert of(url="https://p.example/article/economy") == ()
    assert of(url="https://p.example/economy/5") == ("money",)


def test_categories_that_mean_several_kinds_say_nothing() -> None:
    assert of(categories=("ফুটবল", "শেয়ারবাজার")) == ()
    assert of(categories=("ফুটবল", "বাংলাদেশ দল")) == ("sports",)


def test_words_tell_what_nobody_named() -> None:
    told = TopicClassifier(TOPICS).classify(section="অজানা", headline=MATCH, text=MATCH_TEXT)
    assert (told.topics, told.by) == (("sports",), By.KEYWORDS)


def test_words_are_not_asked_where_a_section_is_known_that_the_newsroom_has_no_topic_of() -> None:
    assert TopicClassifier(TOPICS).classify(section="রেসিপি", headline=MATCH, text=MATCH_TEXT).topics == ()


@pytest.mark.parametrize(
    ("headline", "text"),
    [
        ("আজ ঢাকায় যা হলো", "সকালে অনেকে এসেছেন, বিকেলে চলে গেছেন।"),
        ("খেলা শেষ", ""),
        ("বিপিএলের ম্যাচ ও শেয়ারবাজারের দাম", "দুটিই একই দিনে।"),
        ("", ""),
        ("বিপিএল", ""),
    ],
)
def test_words_that_are_few_or_point_two_ways_tell_nothing(headline: str, text: str) -> None:
    assert TopicClassifier(TOPICS).classify(headline=headline, text=text).topics == ()


def a_model(**changes: Any) -> TopicModel:
    values: dict[str, Any] = {
        "topics": ("money", "removed", "sports"),
        "rarity": {key("নদী"): 1.0, key("পাহাড়"): 1.0},
        "weights": {key("নদী"): (5.0, 0.0, 0.0), key("পাহাড়"): (0.0, 5.0, 0.0)},
        "bias": (0.0, 0.0, 0.0),
        "threshold": 0.9,
        "figures": {},
    }
    return TopicModel(**values | changes)


def test_the_trained_model_is_asked_before_the_lists() -> None:
    classifier = TopicClassifier(TOPICS, lambda: a_model())
    told = classifier.classify(headline="নদী", text=MATCH_TEXT)
    assert (told.topics, told.by) == (("money",), By.MODEL)
    assert told.confidence > 0.9
    assert classifier.classify(headline=MATCH, text=MATCH_TEXT).topics == ()


def test_a_topic_that_the_newsroom_gave_up_is_not_guessed() -> None:
    assert TopicClassifier(TOPICS, lambda: a_model()).classify(headline="পাহাড়").topics == ()


def test_below_its_confidence_the_model_says_nothing() -> None:
    classifier = TopicClassifier(TOPICS, lambda: a_model(threshold=0.999))
    assert classifier.classify(headline="নদী") == ((), By.NOTHING, pytest.approx(0.987, abs=0.01))


@pytest.mark.parametrize(
    "text", ["\ud800", "ক" + "\u09be" * 1_000, "\u202eabc\u200f", "?!", "ক্" * 50_000, "a b " * 300_000]
)
def test_any_words_are_read(text: str) -> None:
    assert (
        TopicClassifier(TOPICS).classify(section=text, url=text, categories=[text], headline=text, text=text).topics
        == ()
    )
