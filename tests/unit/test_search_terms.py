"""The words that articles are indexed and asked for by."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from newsbot.articles.search_terms import LONGEST_WORD, MOST_TERMS, Term, indexed_text, query_terms, topic_word
from newsbot.articles.sql_search import PostgresSearch, SqliteSearch
from tests.builders import a_draft


def test_a_query_asks_for_beginnings_of_stems():
    assert query_terms("বাংলাদেশের নির্বাচনে") == (Term("বাংলাদেশ", begins=True), Term("নির্বাচন", begins=True))


def test_numbers_and_single_letters_are_meant_as_they_are():
    assert query_terms("২০২৫ ৩.৫ ক A") == (
        Term("2025", begins=False),
        Term("3\ue00100002e5", begins=False),
        Term("ক", begins=False),
        Term("a", begins=False),
    )


def test_a_word_said_twice_is_asked_once_and_not_more_than_some():
    assert len(query_terms("খেলা খেলা খেলার")) == 1
    assert len(query_terms(" ".join(f"শব্দ{n}" for n in range(100)))) == MOST_TERMS


def test_a_topics_word_is_no_word_of_a_text():
    assert query_terms(topic_word("sports")) == (Term("sport", begins=True),)
    assert topic_word("a-b_c") != topic_word("a-b")


def test_headline_kicker_text_and_topics_are_apart():
    words = indexed_text(a_draft(headline="এক", kicker="দুই", summary="তিন", body="চার", topics=("sports",)))
    assert (words.headline, words.kicker, words.body) == (("এক",), ("দুই",), ("তিন", "চার"))
    assert words.topics == (topic_word("sports"),)


def _fts() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE texts USING fts5(body, "
        """tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'")"""
    )
    connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, 'instance')")
    return connection


@given(st.text(max_size=200))
def test_sqlites_tokenizer_leaves_every_word_whole(text):
    words = indexed_text(a_draft(headline=text, summary="", body="")).headline
    connection = _fts()
    connection.execute("INSERT INTO texts VALUES (?)", (" ".join(words),))
    found = connection.execute("SELECT count(*) FROM words").fetchone()[0]
    connection.close()
    assert found == len(words)


@given(st.text(max_size=200))
def test_every_word_of_a_text_is_found_by_itself(text):
    connection = _fts()
    words = indexed_text(a_draft(headline=text, summary="", body="")).headline
    connection.execute("INSERT INTO texts VALUES (?)", (" ".join(words),))
    for word in words:
        match = SqliteSearch.match([Term(word, begins=False)], every=True, topic=None)
        assert connection.execute("SELECT count(*) FROM texts WHERE texts MATCH ?", (match,)).fetchone() == (1,)
    connection.close()


@given(st.text(max_size=200))
def test_no_word_needs_quoting_in_a_tsvector(text):
    for word in indexed_text(a_draft(headline=text)).headline:
        assert len(word.encode()) <= 2046
        assert not set(word) & set("'\\ :*&|!()\0\"")
        assert len(word) <= LONGEST_WORD * 7


def test_a_tsvector_says_where_a_word_stands_and_what_it_weighs():
    words = indexed_text(a_draft(headline="এক দুই", kicker="এক", summary="", body="তিন এক", topics=("sports",)))
    assert PostgresSearch.vector(words) == f"'এক':1A,3B,5 'দুই':2A 'তিন':4 '{topic_word('sports')}':6C"
