"""Real feeds, a real page and real articles, kept outside the project."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsbot.domain.topic import Topic, Topics
from newsbot.ingest.feed_parser import parse_feed
from newsbot.ingest.summariser import LENGTH, summarise
from newsbot.ingest.text_page import extract_text_page
from newsbot.ingest.topic_classifier import TopicClassifier
from newsbot.text.clipping import Unit, length
from newsbot.text.normalise import clean, normalise
from newsbot.text.sentences import split_sentences
from newsbot.text.stemmer import stem
from newsbot.text.tokens import tokens

DATA = Path(os.environ.get("NEWSBOT_SHARED_DATA") or Path(__file__).parents[2].parent / "shared" / "data")
DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = datetime(2025, 11, 18, tzinfo=DHAKA)

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="no shared data beside the project"),
]


def articles() -> Iterator[dict[str, Any]]:
    with (DATA / "text" / "articles.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def test_the_first_newsrooms_page_comes_out_right() -> None:
    text = (DATA / "portal" / "article_page.txt").read_text(encoding="utf-8")
    page = extract_text_page(text, tz=DHAKA, now=NOW)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert page.headline == lines[0]
    assert page.date_line == "মঙ্গলবার (১৮ নভেম্বর)"
    assert page.published_at == DAY
    assert page.byline == "এসএন"
    assert list(page.paragraphs) == lines[1:10]


def test_its_block_of_latest_headlines_is_twenty_items() -> None:
    text = (DATA / "portal" / "article_page.txt").read_text(encoding="utf-8")
    page = extract_text_page(text, tz=DHAKA, now=NOW)
    block = text.partition("সর্বশেষ")[2]
    dated = [line.removesuffix(" Nov 18, 2025") for line in block.splitlines() if line.strip().endswith("Nov 18, 2025")]
    assert [item.headline for item in page.latest] == dated
    assert len(page.latest) == 20
    assert {item.published_at for item in page.latest} == {DAY}
    kickers = {item.headline.split()[0]: item.kicker for item in page.latest if item.kicker}
    assert kickers == {"প্রথম": "আবুধাবি টি-টেন", "বাংলাদেশি": "ক্লাউডফ্লেয়ার ডাউন"}


@pytest.mark.parametrize(("name", "count"), [("kalerkantho_daily", 100), ("kalerkantho_world", 222)])
def test_a_real_feed_is_read_whole(name: str, count: int) -> None:
    data = (DATA / "feeds" / f"{name}.xml").read_bytes()
    feed = parse_feed(data, base_url="https://www.kalerkantho.com/rss.xml", tz=DHAKA, now=NOW)
    assert (len(feed.items), feed.skipped) == (count, 0)
    assert all(item.headline and item.published_at and item.url == item.guid for item in feed.items)
    assert len({item.url for item in feed.items}) == count


def test_real_articles_have_a_summary_that_fits_and_says_more_than_the_headline() -> None:
    seen = 0
    for article in articles():
        summary = summarise(article["headline"], article["article"])
        assert summary.method == "extractive"
        assert 0 < length(summary.text, Unit.UTF16) <= LENGTH
        assert normalise(summary.text) != normalise(article["headline"])
        seen += 1
    assert seen > 300


def test_real_text_is_neither_lost_nor_shredded() -> None:
    words: list[str] = []
    for article in articles():
        text = article["article"]
        told = "".join("".join(split_sentences(text)).split())
        assert told == "".join("".join(clean(line) for line in text.splitlines()).split())
        words += tokens(text)
    assert sum(len(word) == 1 for word in words) < 0.05 * len(words)
    stems = {word: stem(word) for word in words}
    changed = {word: base for word, base in stems.items() if not word.startswith(base)}
    assert changed == {word: word[:-3] + "y" for word in changed if word.endswith("ies")}


def test_sections_in_real_addresses_name_topics() -> None:
    names = ("sports", "world", "national", "politics", "economy", "entertainment", "country", "lifestyle", "health")
    classifier = TopicClassifier(Topics(tuple(Topic(id=name, names={"en": name}) for name in names)))
    with (DATA / "text" / "headlines.jsonl").open(encoding="utf-8") as lines:
        urls = [url for url in (json.loads(line)["url"] for line in lines) if "bbc.com" not in url]
    named = sum(bool(classifier.classify(url=url).topics) for url in urls)
    assert named / len(urls) > 0.95


def test_what_words_tell_agrees_with_the_section_in_the_address() -> None:
    names = ("sports", "world", "economy", "entertainment", "technology", "education", "health")
    classifier = TopicClassifier(Topics(tuple(Topic(id=name, names={"en": name}) for name in names)))
    right = wrong = 0
    for article in articles():
        told = classifier.classify(url=article["url"]).topics
        guessed = classifier.guess(article["headline"], article["article"]).topics
        if told and guessed:
            right += set(guessed) <= set(told)
            wrong += not set(guessed) <= set(told)
    assert right > 40
    assert right / (right + wrong) > 0.95
