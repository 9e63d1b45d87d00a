"""What a draft changes in a stored article."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.articles.merging import merge
from tests.builders import NOW, a_draft, an_article

FEED_URL = "https://feed.example/1"


def test_the_same_again_is_the_same_article():
    assert merge(an_article(), a_draft()) == an_article()


@pytest.mark.parametrize(
    "change",
    [
        {"headline": "সেতু বন্ধ"},
        {"kicker": "যোগাযোগ"},
        {"summary": "আজ থেকে।", "summary_method": "cms"},
        {"body": "অন্য কথা।", "content_hash": "f" * 64},
        {"image_url": "https://news.example/2.jpg"},
        {"byline": "এসএন"},
        {"section": "সারাদেশ"},
        {"language": "en"},
        {"topics": ("politics", "sports")},
        {"published_at": NOW},
        {"updated_at": NOW},
        {"breaking": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_readers_could_see_makes_a_new_version(change):
    assert merge(an_article(), a_draft(**change)) == replace(an_article(), **change, version=2)


def test_another_way_to_the_article_is_noted_without_a_new_version():
    assert merge(an_article(), a_draft(other_urls=(FEED_URL,))) == replace(an_article(), other_urls=(FEED_URL,))


def test_breaking_is_not_taken_back():
    assert merge(an_article(breaking=True), a_draft()) == an_article(breaking=True)


def test_an_older_state_fills_gaps_and_replaces_nothing():
    article = an_article(updated_at=NOW, byline="")
    older = a_draft(headline="পুরোনো", byline="এসএন", updated_at=NOW - timedelta(minutes=1))
    assert merge(article, older) == replace(article, byline="এসএন", version=2)


def test_a_summary_comes_with_the_way_it_was_made_and_a_body_with_its_fingerprint():
    article = an_article(summary="জানা", summary_method="cms", body="জানা", content_hash="a" * 64)
    bare = a_draft(summary="", summary_method="extractive", body="", content_hash="b" * 64)
    assert merge(article, bare) == article


@pytest.mark.parametrize("method", ["model", "model-refused", "description", "cms", "extractive"])
def test_the_same_text_is_not_summarised_by_us_again(method):
    article = an_article(summary="আগের", summary_method=method)
    assert merge(article, a_draft(summary="আবার", summary_method="extractive")) == article


def test_a_new_text_has_a_new_summary():
    article = an_article(summary="আগের", summary_method="model")
    changed = merge(article, a_draft(body="অন্য কথা।", content_hash="f" * 64, summary="নতুন", summary_method="extractive"))
    assert (changed.summary, changed.summary_method) == ("নতুন", "extractive")


def test_what_the_newsroom_writes_replaces_a_models_summary():
    article = an_article(summary="আগের", summary_method="model")
    changed = merge(article, a_draft(source="api", summary="লেখা", summary_method="cms"))
    assert (changed.summary, changed.summary_method) == ("লেখা", "cms")


class TestAnotherAddress:
    def test_who_was_led_there_fills_gaps_and_replaces_nothing(self):
        article = an_article(other_urls=(FEED_URL,), byline="")
        led = a_draft(url=FEED_URL, headline="ছোট", byline="এসএন", published_at=NOW, topics=("sports",))
        assert merge(article, led) == replace(article, byline="এসএন", version=2)

    def test_who_names_the_stored_address_knows_the_canonical_one(self):
        article = an_article(url=FEED_URL)
        known = merge(article, a_draft(other_urls=(FEED_URL,), headline="সেতু বন্ধ"))
        assert (known.url, known.other_urls, known.headline) == (a_draft().url, (FEED_URL,), "সেতু বন্ধ")

    def test_the_two_kinds_of_draft_in_turn_settle_on_one_state(self):
        by_feed = a_draft(url=FEED_URL, summary="ছোট", topics=("world",))
        by_page = a_draft(other_urls=(FEED_URL,))
        article = merge(merge(an_article(url=FEED_URL, summary="ছোট"), by_page), by_feed)
        assert merge(merge(article, by_page), by_feed) == article


class TestSources:
    def test_another_source_fills_gaps_and_replaces_nothing(self):
        article = an_article(byline="")
        other = a_draft(source="other", headline="অন্য", byline="এসএন", topics=("world",), published_at=NOW)
        assert merge(article, other) == replace(article, byline="এসএন", version=2)
        assert merge(an_article(topics=()), a_draft(source="other", topics=("world",))).topics == ("world",)

    def test_another_sources_newer_state_replaces_all_but_the_topics(self):
        article = an_article(updated_at=NOW)
        newer = a_draft(source="other", headline="শুদ্ধ", topics=("world",), updated_at=NOW + timedelta(minutes=1))
        merged = merge(article, newer)
        assert (merged.headline, merged.topics, merged.source) == ("শুদ্ধ", ("sports",), "portal")
        assert merge(merged, newer) == merged

    @pytest.mark.parametrize("minutes", [(None, None), (0, 0), (0, 1), (1, 0), (None, 0), (0, None)])
    def test_two_sources_in_turn_settle_on_one_state(self, minutes):
        stamps = [None if minute is None else NOW + timedelta(minutes=minute) for minute in minutes]
        one = a_draft(headline="এক", topics=("sports",), updated_at=stamps[0])
        other = a_draft(source="other", headline="দুই", topics=("world",), updated_at=stamps[1])
        article = merge(merge(merge(an_article(), one), other), one)
        assert merge(article, other) == merge(article, one) == article

    def test_the_newsroom_has_the_last_word(self):
        said = merge(an_article(), a_draft(source="api", headline="শুদ্ধ", topics=("world",)))
        assert (said.source, said.headline, said.topics) == ("api", "শুদ্ধ", ("world",))
        assert merge(said, a_draft(headline="ভুল", topics=("sports",), published_at=NOW)) == said
        assert merge(said, a_draft(byline="এসএন")) == replace(said, byline="এসএন", version=said.version + 1)
        assert merge(said, a_draft(source="api", headline="আরও শুদ্ধ")).headline == "আরও শুদ্ধ"

    def test_the_newsroom_has_it_by_any_address(self):
        said = merge(an_article(other_urls=(FEED_URL,)), a_draft(source="api", url=FEED_URL, headline="শুদ্ধ"))
        assert (said.headline, said.url, said.other_urls) == ("শুদ্ধ", a_draft().url, (FEED_URL,))

    def test_a_feed_that_dates_everything_now_does_not_make_the_newsrooms_word_an_old_one(self):
        by_feed = a_draft(updated_at=NOW)
        article = merge(merge(an_article(updated_at=NOW), a_draft(source="api", headline="শুদ্ধ")), by_feed)
        assert (article.headline, article.updated_at) == ("শুদ্ধ", None)
        earlier = NOW - timedelta(minutes=1)
        again = merge(article, a_draft(source="api", headline="আরও শুদ্ধ", updated_at=earlier))
        assert (again.headline, again.updated_at) == ("আরও শুদ্ধ", earlier)
        assert merge(again, a_draft(source="api", headline="পুরোনো", updated_at=earlier - timedelta(minutes=1))) == again
