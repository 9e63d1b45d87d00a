"""From what a reader types to what is searched."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.articles.query_parser import MOST_PHRASES, MOST_TERMS, parse_query
from newsbot.articles.search_terms import indexed_words
from newsbot.articles.sql_search import NOTHING, Hits, PostgresSearch, Sought, SqliteSearch
from newsbot.domain.search import Query
from newsbot.text.analyser import key
from newsbot.text.periods import find_period
from tests.builders import NOW
from tests.unit.test_search_terms import an_index

DHAKA = ZoneInfo("Asia/Dhaka")


def parsed(typed: str, **how) -> Query:
    return parse_query(typed, now=NOW, zone=DHAKA, topic_of=lambda word: "sports" if word == "খেলা" else "", **how)


def keys_of(query: Query) -> list[str]:
    return [term.key for term in query.terms]


def test_words_phrases_and_exclusions_are_apart() -> None:
    query = parsed('পদ্মা "সেতুর টোল" -গাড়ি -"বাস ভাড়া"')
    assert keys_of(query) == ["পদ্মা"]
    assert query.phrases == (("সেতু", "টোল"),)
    assert set(query.without) == {(key("বাস"), key("ভাড়া")), (key("গাড়ি"),)}


@pytest.mark.parametrize("typed", ["ভারত-পাকিস্তান", "ভারত - পাকিস্তান", "ভারত – পাকিস্তান", "ভারত -- পাকিস্তান"])
def test_a_dash_between_words_excludes_nothing(typed: str) -> None:
    query = parsed(typed)
    assert (keys_of(query), query.without) == (["ভারত", "পাকিস্তান"], ())


def test_exclusions_alone_ask_for_what_they_name() -> None:
    assert keys_of(parsed("-ছুটি")) == ["ছুটি"]
    assert parsed("-ছুটি").without == ()


def test_a_word_said_twice_is_asked_once_and_not_more_than_some() -> None:
    assert len(parsed("খেলা খেলার খেলায়").terms) == 1
    assert len(parsed(" ".join(f"শব্দ{n}" for n in range(100))).terms) == MOST_TERMS
    assert len(parsed(" ".join(f'"শব্দ{n}"' for n in range(100))).phrases) == MOST_PHRASES


def test_small_words_do_not_crowd_out_the_others() -> None:
    query = parsed("এই যে ও আর বা কি না তা সে এ তার তাই জন্য থেকে পদ্মা সেতু")
    assert {"পদ্মা", "সেতু"} <= set(keys_of(query))
    assert [term.typed for term in query.terms if not term.small] == ["পদ্মা", "সেতু"]


@pytest.mark.parametrize(
    ("typed", "since", "days"),
    [
        ("আজ", "2025-11-18", 1),
        ("আজকের খেলা", "2025-11-18", 1),
        ("গতকালের", "2025-11-17", 1),
        ("yesterday", "2025-11-17", 1),
        ("২০২৫-১১-০১", "2025-11-01", 1),
        ("1/11/2025", "2025-11-01", 1),
        ("১লা নভেম্বর ২০২৫", "2025-11-01", 1),
        ("ফেব্রুয়ারি ২০২৪", "2024-02-01", 29),
        ("18 November, 2025", "2025-11-18", 1),
        ("গত সপ্তাহে", "2025-11-12", 7),
    ],
)
def test_a_time_is_the_readers_days(typed: str, since: str, days: int) -> None:
    query = parsed(typed)
    assert query.since == datetime.fromisoformat(since).replace(tzinfo=DHAKA)
    assert query.until is not None
    assert (query.until - query.since).days == days
    assert query.timeless is not None


@pytest.mark.parametrize(
    "typed", ["২০২৫", "১৬ ডিসেম্বর", "2025-13-01", "৩১/২/২০২৫", "আজাদ", "আজিজ", "মে মাস", "9999-99-99", "0000-01-01"]
)
def test_what_only_looks_like_a_time_is_words(typed: str) -> None:
    assert parsed(typed).since is None


def test_a_topic_is_named_by_its_sign() -> None:
    assert parsed("#খেলা মেসি").topic == "sports"
    assert keys_of(parsed("#খেলা মেসি")) == ["মেসি"]
    assert (parsed("#মেসি").topic, keys_of(parsed("#মেসি"))) == (None, ["মেসি"])
    assert parsed("#খেলা", topic="politics").topic == "politics"


@given(st.text(max_size=200))
def test_any_text_is_a_query_that_the_index_understands(typed: str) -> None:
    query = parsed(typed)
    with an_index() as connection:
        for asked in filter(None, (query, query.timeless)):
            sought = [Sought(indexed_words([term.key])) for term in asked.terms]
            sought.extend(Sought(phrases=(indexed_words(phrase),)) for phrase in asked.phrases)
            without = Sought(phrases=tuple(map(indexed_words, asked.without))) if asked.without else NOTHING
            if sought:
                expression = SqliteSearch().expression(Hits(tuple(sought), without=without, topic=asked.topic))
                connection.execute("SELECT count(*) FROM texts WHERE texts MATCH ?", (expression,))
                assert "''" not in PostgresSearch().expression(Hits(tuple(sought), without=without))


@given(st.text(max_size=100), st.datetimes(timezones=st.just(UTC)))
def test_any_text_names_a_time_or_none(typed: str, now: datetime) -> None:
    period = find_period(typed, now, DHAKA)
    assert period is None or period.since < period.until
