"""The words that articles are indexed and asked for by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from hypothesis import given
from hypothesis import strategies as st

from newsbot.articles.search_terms import LEAD, LONGEST_WORD, indexed_text, indexed_word, topic_word
from newsbot.articles.sql_search import Hits, PostgresSearch, Sought, SqliteSearch
from newsbot.text.analyser import key
from tests.builders import a_draft


def test_a_topics_word_is_no_word_of_a_text():
    assert indexed_text(a_draft(headline=topic_word("sports"))).headline == ("sport",)
    assert topic_word("a-b_c") != topic_word("a-b")


def test_headline_kicker_text_and_topics_are_apart():
    words = indexed_text(a_draft(headline="এক", kicker="দুই", summary="তিন", body="চার", topics=("sports",)))
    assert (words.headline, words.kicker, words.lead, words.body) == (("এক",), ("দুই",), ("তিন", "চার"), ())
    assert words.topics == (topic_word("sports"),)
    assert indexed_text(a_draft(body="শব্দ " * (LEAD + 3))).body == ("শব্দ",) * 3


def test_each_word_is_known_by_the_shortest_way_that_it_is_written():
    words = indexed_text(a_draft(headline="নির্বাচনের আগে", body="নির্বাচন কমিশন নির্বাচনে"))
    assert words.written[indexed_word(key("নির্বাচন"))] == "নির্বাচন"


@contextmanager
def an_index() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE texts USING fts5(body, topics, "
            """tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'")"""
        )
        connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, 'instance')")
        yield connection


@given(st.text(max_size=200))
def test_sqlites_tokenizer_leaves_every_word_whole(text):
    words = indexed_text(a_draft(headline=text, summary="", body="")).headline
    with an_index() as connection:
        connection.execute("INSERT INTO texts (body) VALUES (?)", (" ".join(words),))
        assert connection.execute("SELECT count(*) FROM words").fetchone() == (len(words),)


@given(st.text(max_size=200))
def test_every_word_of_a_text_is_found_by_itself(text):
    words = indexed_text(a_draft(headline=text, summary="", body="")).headline
    with an_index() as connection:
        connection.execute("INSERT INTO texts (body) VALUES (?)", (" ".join(words),))
        for word in words:
            match = SqliteSearch().expression(Hits((Sought((word,)),)))
            assert connection.execute("SELECT count(*) FROM texts WHERE texts MATCH ?", (match,)).fetchone() == (1,)


@given(st.text(max_size=200))
def test_no_word_needs_quoting_in_a_tsvector(text):
    for word in indexed_text(a_draft(headline=text)).headline:
        assert len(word.encode()) <= 2046
        assert not set(word) & set("'\\ :*&|!()\0\"")
        assert len(word) <= LONGEST_WORD * 7


def test_a_tsvector_says_where_a_word_stands_with_a_step_between_fields():
    words = indexed_text(a_draft(headline="এক দুই", kicker="এক", summary="", body="তিন এক", topics=("sports",)))
    assert PostgresSearch.vector(words) == f"'এক':1A,4A,7 'দুই':2A 'তিন':6 '{topic_word('sports')}':10"
