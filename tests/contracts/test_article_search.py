"""Searching articles: the same ones on every database, in an order that an editor would choose."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsbot.articles.query_parser import parse_query
from newsbot.articles.sql_ranking import DEPTH
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import ArticleStore
from newsbot.database import Database, connect_database
from tests.builders import NOW, a_draft

DAY = timedelta(days=1)
DHAKA = ZoneInfo("Asia/Dhaka")

#: headline, body; the number in its place is its number
NEWSPAPER = (
    ("বাংলাদেশের নির্বাচন ফেব্রুয়ারিতে", "নির্বাচন কমিশন তফসিল ঘোষণা করেছে।"),
    ("খেলা দেখতে মাঠে দর্শক", "হাসপাতালে চিকিৎসা নিয়ে ফিরেছেন অধিনায়ক।"),
    ("খোলা মাঠে মেলা", "গ্রামের খালে নৌকা।"),
    ("ঢাকায় বৃষ্টি", "দিনভর বৃষ্টিতে জলাবদ্ধতা। ২০২৫ সালের রেকর্ড ৩.৫ ইঞ্চি।"),
    ("Bangladesh Bank raises rates", "The central bank said inflation was 8.25%. It's Dhaka's bank."),
    ("র‌্যাবের অভিযান", "হাওর এলাকায় মিয়ানমারের ৩ জন আটক।"),
    ("😀 🎉", "ইমোজি 𑄌𑄋𑄴𑄟𑄳𑄦 𞤀𞤣𞤤𞤢𞤥 straße ΣΊΣΥΦΟΣ café naïve Ⓐ x⃝y"),
    ("ঈদের ছুটি", 'ঈদ উপলক্ষে উপদেষ্টা বলেন, "ছুটি" NEAR AND OR NOT ২০২৬-এ বাড়বে।'),
)


async def a_newspaper(database: Database) -> ArticleStore:
    store = SqlArticleStore(database)
    for number, (headline, body) in enumerate(NEWSPAPER):
        topics = ("sports",) if number % 2 else ("politics", "world")
        await store.put(
            a_draft(number, headline=headline, summary="", body=body, topics=topics), now=NOW, announce=True
        )
    return store


@pytest.fixture
async def store(database: Database) -> ArticleStore:
    return await a_newspaper(database)


async def found(store: ArticleStore, text: str, *, offset: int = 0, limit: int = 10, now=NOW, **how) -> list[int]:
    """The numbers of the articles, best first."""
    query = parse_query(text, now=now, zone=DHAKA, topic_of=lambda word: "sports" if word == "খেলা" else "", **how)
    answer = await store.search(query, offset=offset, limit=limit, now=now)
    return [int(article.url.rpartition("/")[2]) for article in answer.articles]


async def numbers(store: ArticleStore, text: str, **how) -> set[int]:
    return set(await found(store, text, **how))


class TestWords:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("খেলা", {1}),  # not খোলা, nor খাল: a word is its letters and its vowel signs
            ("খাল", {2}),
            ("বাংলাদেশ", {0}),
            ("বাংলাদেশের", {0}),
            ("নির্বাচনে", {0}),
            ("হাসপাতাল", {1}),
            ("বৃষ্টির", {3}),
            ("ঈদ", {7}),
            ("bank", {4}),
            ("BANK", {4}),
            ("Banglad", {4}),
            ("dhaka", {4}),
            ("straße", {6}),
            ("STRASSE", {6}),
            ("σίσυφος", {6}),
            ("café", {6}),
            ("cafe\u0301", {6}),
            ("𑄌𑄋𑄴𑄟𑄳𑄦", {6}),
            ("𑄌", {6} - {6}),
            ("𞤢𞤣𞤤𞤢𞤥", {6}),
        ],
    )
    async def test_words_are_found_by_letter_and_inflection(self, store, query, found):
        assert await numbers(store, query) == found

    @pytest.mark.parametrize("query", ["মিয়ানমার", "মিয়ানমার".replace("\u09df", "\u09af\u09bc"), "মিয়ানমারে"])
    async def test_however_it_is_typed(self, store, query):
        assert await numbers(store, query) == {5}

    @pytest.mark.parametrize("query", ["র‌্যাব", "র‍্যাব", "র্যাব"])
    async def test_joiners_make_no_difference(self, store, query):
        assert await numbers(store, query) == {5}

    @pytest.mark.parametrize(
        ("query", "found"), [("২০২৫", {3}), ("2025", {3}), ("৩.৫", {3}), ("৩", {5}), ("২", set()), ("202", set())]
    )
    async def test_a_number_is_meant_as_it_is(self, store, query, found):
        assert await numbers(store, query) == found

    @pytest.mark.parametrize(
        "query",
        ["", "  ", "😀", "?!", '"', "'", "*", "()", "\0", "\ud800", "-", ":", "^", "\\", "%", "_", "\ue002sports", "।"],
    )
    async def test_a_query_without_words_finds_nothing(self, store, query):
        assert await numbers(store, query) - {1, 3, 5, 7} == set()
        assert await numbers(store, query) == set()

    @pytest.mark.parametrize(
        "query",
        [
            'ছুটি"',
            "ছুটি*",
            "-ছুটি",
            "NEAR(ছুটি)",
            "headline:ছুটি",
            "ছুটি' OR '1'='1",
            "ছুটি AND",
            "(ছুটি",
            "ছুটি:* & !",
            "{ছুটি}",
            "ছুটি\\",
            "ছুটি \0\ud800",
            "^ছুটি + ছুটি",
        ],
    )
    async def test_signs_of_a_query_language_are_no_syntax(self, store, query):
        assert 7 in await numbers(store, query)

    async def test_a_query_of_any_length_is_answered(self, store):
        assert 0 in await numbers(store, "নির্বাচন " * 100_000)
        assert await numbers(store, "ক" * 100_000) == set()
        assert 0 in await numbers(store, " ".join(("নির্বাচন", *(f"শব্দ{n}" for n in range(5000)))))


class TestChoice:
    async def test_few_hits_with_all_the_words_are_followed_by_those_with_any(self, store):
        assert await found(store, "মাঠে খেলা") == [1, 2]

    async def test_enough_hits_with_all_the_words_are_left_alone(self, store):
        for number in range(20, 25):
            await store.put(a_draft(number, headline="খেলা মাঠে গড়াল"), now=NOW, announce=True)
        assert await numbers(store, "মাঠে খেলা") == {1, *range(20, 25)}

    async def test_a_topic_narrows_the_search(self, store):
        assert await numbers(store, "মাঠে") == {1, 2}
        assert await numbers(store, "মাঠে", topic="sports") == {1}
        assert await numbers(store, "মাঠে", topic="world") == {2}
        assert await numbers(store, "মাঠে", topic="wor") == set()
        assert await numbers(store, "মাঠে খেলা", topic="world") == {2}

    async def test_the_index_follows_the_article(self, store):
        await store.put(
            a_draft(1, headline="টস হবে বিকেলে", summary="", body="", topics=("politics",)), now=NOW, announce=True
        )
        assert await numbers(store, "খেলা") == set()
        assert await numbers(store, "টস", topic="politics") == {1}
        assert await numbers(store, "টস", topic="sports") == set()
        assert await numbers(store, "হাসপাতাল") == {1}

    async def test_future_and_withdrawn_articles_are_not_found(self, store):
        await store.put(a_draft(30, headline="আগামীকালের খবর", published_at=NOW + DAY), now=NOW, announce=True)
        assert await numbers(store, "আগামীকালের") == set()
        assert await numbers(store, "আগামীকালের", now=NOW + DAY) == {30}
        await store.withdraw(a_draft(1).url, now=NOW)
        assert await numbers(store, "খেলা") == set()


class TestOrder:
    async def test_the_headline_counts_more_than_the_kicker_then_the_lead_then_the_body(self, store):
        places = {
            40: {"body": "এক দুই তিন চার " * 20 + "পদ্মা পাঁচ", "headline": "ছয় সাত আট নয়", "kicker": "দশ"},
            41: {"body": "এক দুই তিন চার পাঁচ", "headline": "ছয় সাত আট নয়", "kicker": "পদ্মা"},
            42: {"body": "এক দুই তিন চার পাঁচ", "headline": "ছয় পদ্মা আট নয়", "kicker": "দশ"},
            43: {"body": "এক দুই তিন চার পাঁচ", "headline": "ছয় সাত আট নয়", "summary": "পদ্মা", "kicker": "দশ"},
        }
        for number, words in places.items():
            await store.put(a_draft(number, **{"summary": "", "published_at": NOW} | words), now=NOW, announce=True)
        assert await found(store, "পদ্মা") == [42, 41, 43, 40]

    async def test_of_equal_hits_the_newer_comes_first(self, store):
        for number, days in ((50, 20), (51, 0), (52, 300)):
            await store.put(
                a_draft(number, headline="যমুনার ভাঙন", summary="", body="একই কথা", published_at=NOW - days * DAY),
                now=NOW,
                announce=True,
            )
        assert await found(store, "যমুনা") == [51, 50, 52]

    async def test_pages_of_hits_follow_each_other(self, store):
        for number in range(60, 75):
            await store.put(a_draft(number, headline=f"তিস্তা {number} " + "পানি " * (number % 4)), now=NOW, announce=True)
        everything = await found(store, "তিস্তা পানি", limit=100)
        pages = [await found(store, "তিস্তা পানি", offset=offset, limit=4) for offset in range(0, 20, 4)]
        assert [number for page in pages for number in page] == everything
        assert len(everything) == 11  # with both words
        assert await found(store, "তিস্তা", offset=10**9) == []
        assert await found(store, "তিস্তা", limit=0) == []


async def test_what_is_found_is_counted_as_far_as_was_asked(store):
    for number in range(60, 75):
        await store.put(a_draft(number, headline=f"তিস্তা {number}"), now=NOW, announce=True)
    query = parse_query("তিস্তা", now=NOW, zone=DHAKA)
    counts = [
        (len(found.articles), found.count)
        for asked in ({}, {"count_to": 12}, {"count_to": 51}, {"offset": 10, "count_to": 3}, {"offset": 20, "limit": 4})
        if (found := await store.search(query, **{"limit": 4, "now": NOW} | asked))
    ]
    assert counts == [(4, 4), (4, 12), (4, 15), (4, 14), (0, 15)]
    assert (await store.search(parse_query("ইলিশ", now=NOW, zone=DHAKA), now=NOW, count_to=9)).count == 0


@pytest.fixture
async def both(sqlite_url: str, postgresql_url: str) -> AsyncIterator[tuple[ArticleStore, ArticleStore]]:
    databases = connect_database(sqlite_url, Path()), connect_database(postgresql_url, Path())
    yield await a_newspaper(databases[0]), await a_newspaper(databases[1])
    for database in databases:
        await database.close()


async def test_both_databases_give_the_same_articles_in_the_same_order(both):
    on_sqlite, on_postgresql = both
    words = sorted({word for text in NEWSPAPER for part in text for word in part.split()})
    queries = [*words, *(word[:3] for word in words), *map(" ".join, zip(words, words[7:], strict=False))]
    answers = {query: await found(on_sqlite, query) for query in queries}
    assert answers == {query: await found(on_postgresql, query) for query in queries}
    assert sum(map(bool, answers.values())) > len(words)
    in_sports = {query: await found(on_sqlite, query, topic="sports") for query in queries}
    assert in_sports == {query: await found(on_postgresql, query, topic="sports") for query in queries}
    assert len(NEWSPAPER) < DEPTH
