"""What a reader can type to search: phrases, exclusions, times, topics, half a word, a word in Latin letters."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update

from newsbot.articles.query_parser import parse_query
from newsbot.articles.schema import article_words
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database
from newsbot.domain.search import Found, Match
from newsbot.text.analyser import ANALYSER, key
from tests.builders import NOW, a_draft

DAY = timedelta(days=1)
DHAKA = ZoneInfo("Asia/Dhaka")
TOPICS = {"খেলা": "sports", "রাজনীতি": "politics"}

#: number → headline, body, days ago, topic
PAPER = {
    1: ("পদ্মা সেতু খুলে দেওয়া হলো", "টোল দিয়ে পার হচ্ছে গাড়ি।", 0, "national"),
    2: ("সেতু নেই, পদ্মা পাড়ি নৌকায়", "মাঝিদের দিন কাটে।", 1, "national"),
    3: ("নির্বাচন কমিশনের বৈঠক", "রাজনীতির মাঠে উত্তাপ।", 1, "politics"),
    4: ("মেসির জোড়া গোল", "খেলায় দর্শক মাতিয়েছেন তিনি।", 0, "sports"),
    5: ("মেসির নামে রাস্তা", "রাজনীতিকেরা খুশি।", 40, "politics"),
    6: ("শিক্ষার্থীদের বিক্ষোভ", "বিশ্ববিদ্যালয়ের ফটকে অবস্থান।", 7, "national"),
    7: ("Dhaka awaits rain", "The city waits.", 2, "national"),
}


@pytest.fixture
async def store(database: Database) -> SqlArticleStore:
    store = SqlArticleStore(database)
    for number, (headline, body, days, topic) in PAPER.items():
        draft = a_draft(
            number,
            headline=headline,
            summary="",
            body=body,
            topics=(topic,),
            published_at=NOW - days * DAY - timedelta(minutes=number),
        )
        await store.put(draft, now=NOW, announce=True)
    return store


async def search(store: SqlArticleStore, typed: str, **how) -> Found:
    query = parse_query(typed, now=NOW, zone=DHAKA, topic_of=lambda word: TOPICS.get(word, ""), **how)
    return await store.search(query, now=NOW)


async def numbers(store: SqlArticleStore, typed: str, **how) -> list[int]:
    return [int(article.url.rpartition("/")[2]) for article in (await search(store, typed, **how)).articles]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("পদ্মা সেতু", [1, 2]),  # side by side before apart
        ('"পদ্মা সেতু"', [1]),
        ("“পদ্মা সেতুর”", [1]),  # in any form of its words
        ('"সেতু পদ্মা"', []),
        ('পদ্মা "', [1, 2]),
        ("পদ্মা -টোল", [2]),
        ("পদ্মা -নৌকায় -টোল", []),
        ('পদ্মা -"পদ্মা সেতু"', [2]),
        ("পদ্মা – সেতু", [1, 2]),
        ("মেসি", [4, 5]),
        ("#খেলা মেসি", [4]),
        ("#রাজনীতি", [3, 5]),
        ("#মেসি", [4, 5]),
        ("নির্বাচনের জন্য কমিশন", [3]),  # a small word need not be there
    ],
)
async def test_signs_that_readers_know_work(store, typed, found):
    assert await numbers(store, typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("আজ", [1, 4]),
        ("আজকের পদ্মা", [1]),
        ("গতকাল", [2, 3]),
        ("গতকালের পদ্মা", [2]),
        ("2025-11-17", [2, 3]),
        ("২০২৫-১১-১৭ পদ্মা", [2]),
        ("১৭ নভেম্বর ২০২৫ পদ্মা", [2]),
        ("17/11/2025 পদ্মা", [2]),
        ("মেসি অক্টোবর ২০২৫", [5]),
        ("এই সপ্তাহে মেসি", [4]),
        ("১৬ ডিসেম্বর ১৯৭১ পদ্মা", [1, 2]),  # nothing of that day: the words are sought, and some are found
        ("২০২৫-১৩-৪৫ পদ্মা", [1, 2]),
        ("গতকাল -কমিশন", [2]),
    ],
)
async def test_times_narrow_the_search(store, typed, found):
    assert await numbers(store, typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [("নির্বা", [3]), ("নির্বাচন কমি", [3]), ("শিক্ষা", [6]), ("পদ", [1, 2]), ("প", []), ("rai", [7]), ("২০", [])],
)
async def test_the_word_being_typed_finds_what_it_may_become(store, typed, found):
    assert await numbers(store, typed) == found


@pytest.mark.parametrize(
    ("typed", "found", "meant"),
    [
        ("rajniti", [3], ("রাজনীতি",)),
        ("rajneeti", [3], ("রাজনীতি",)),
        ("nirbachon", [3], ("নির্বাচন",)),
        ("nirbachoner", [3], ("নির্বাচন",)),
        ("messi", [4, 5], ("মেসি",)),
        ("khela", [4], ("খেলা",)),
        ("shikkharthi", [6], ("শিক্ষার্থী",)),
        ("নির্ভাচন", [3], ("নির্বাচন",)),
        ("নিবাচন", [3], ("নির্বাচন",)),
        ("শিক্কার্তি", [6], ("শিক্ষার্থী",)),
    ],
)
async def test_a_word_that_no_story_has_is_taken_for_one_that_sounds_like_it(store, typed, found, meant):
    answer = await search(store, typed)
    assert sorted(int(article.url.rpartition("/")[2]) for article in answer.articles) == found
    assert answer.instead_of == (typed,)
    assert [key(word) for word in answer.meant] == [key(word) for word in meant]


@pytest.mark.parametrize("typed", ["shorno", "swarna", "gold"])
async def test_a_word_with_another_name_is_found_by_its_latin_spellings(store, typed):
    await store.put(a_draft(30, headline="স্বর্ণের দাম বাড়ল", summary="", body="এক"), now=NOW, announce=True)
    answer = await search(store, typed)
    assert [article.headline for article in answer.articles] == ["স্বর্ণের দাম বাড়ল"]
    assert answer.meant == ("সোনা",)


@pytest.mark.parametrize("typed", ["dhaka", "খোলা", "xqzw", "কখগঘঙ", "ঠ", "zz top"])
async def test_what_is_found_or_sounds_like_nothing_is_left_alone(store, typed):
    assert (await search(store, typed)).meant == ()


class TestWordsWrittenTogetherOrApart:
    @pytest.fixture
    async def store(self, store):
        texts = {
            20: ("পোশাক কারখানায় আগুন", "নিরাপদে আছেন কর্মীরা।"),
            21: ("পোশাককর্মীর মৃত্যু", "সড়কে ট্রাক।"),
            22: ("পোশাকের বাজার", "দাম বাড়ছে।"),
        }
        for number, (headline, body) in texts.items():
            await store.put(a_draft(number, headline=headline, summary="", body=body), now=NOW, announce=True)
        return store

    async def test_two_words_find_the_one_that_others_make_of_them(self, store):
        assert await numbers(store, "পোশাক কর্মী", match=Match.ALL) == [21, 20]

    async def test_a_word_that_nobody_wrote_is_found_in_its_parts(self, store):
        assert await numbers(store, "পোশাকবাজার") == [22]
        assert await numbers(store, "পোশাকবাজারের", match=Match.ALL) == [22]
        assert set(await numbers(store, "পোশাকবাজার", match=Match.ANY)) == {20, 22}
        assert (await search(store, "পোশাকবাজার")).meant == ()

    async def test_a_word_that_somebody_wrote_is_taken_as_it_is(self, store):
        assert await numbers(store, "পোশাককর্মী") == [21]

    async def test_a_phrase_is_taken_as_it_is(self, store):
        assert await numbers(store, '"পোশাক কর্মী"') == []


async def test_all_and_any_of_the_words_can_be_asked_for(store):
    assert await numbers(store, "পদ্মা কমিশন", match=Match.ALL) == []
    assert set(await numbers(store, "পদ্মা কমিশন", match=Match.ANY)) == {1, 2, 3}
    assert set(await numbers(store, "পদ্মা কমিশন")) == {1, 2, 3}


async def test_an_empty_query_finds_nothing(store):
    for typed in ("", " ", '""', "-", "#", "।"):
        assert await search(store, typed) == Found()


class TestAnOlderIndex:
    """As version 1 left it: plain words, none counted."""

    @pytest.fixture
    async def aged(self, store, database):
        async with database.writing() as connection:
            await connection.execute(text("DELETE FROM search_words"))
            await connection.execute(update(article_words).values(analyser=1))
        return store

    async def test_it_is_searched_as_it_is(self, aged):
        assert await numbers(aged, "পদ্মা সেতু") == [1, 2]
        assert await numbers(aged, "মেসি গোল") == [4, 5]

    async def test_it_is_made_anew_in_small_steps_the_newest_first(self, aged, database):
        assert await aged.index_anew(3) == 3
        async with database.reading() as connection:
            older = select(article_words.c.article_id).where(article_words.c.analyser < ANALYSER)
            rows = await connection.execute(older)
            assert sorted(rows.scalars()) == [1, 2, 3, 4]
        assert await numbers(aged, "মেসি") == [4, 5]
        assert await aged.index_anew(100) == 4
        assert await aged.index_anew(100) == 0
        assert await numbers(aged, "rajniti") == [3]

    async def test_what_is_put_meanwhile_is_of_today(self, aged, database):
        await aged.put(a_draft(1, headline="পদ্মায় ভাঙন", summary="", body="এক"), now=NOW, announce=True)
        assert await numbers(aged, "ভাঙন") == [1]
        assert await aged.index_anew(100) == len(PAPER) - 1


async def _counted(database: Database) -> dict[str, int]:
    async with database.reading() as connection:
        rows = await connection.execute(text("SELECT word, articles FROM search_words"))
        return {row.word: row.articles for row in rows}


async def test_each_word_is_counted_once_an_article_and_forgotten_with_it(store, database):
    before = await _counted(database)
    assert (before["পদ্মা"], before["সেতু"], before["টোল"]) == (2, 2, 1)
    await store.put(a_draft(1, headline="পদ্মা পদ্মা", summary="", body="ইলিশ"), now=NOW, announce=True)
    changed = await _counted(database)
    assert (changed["পদ্মা"], changed["সেতু"], changed["ইলিশ"]) == (2, 1, 1)
    assert "টোল" not in changed
    articles = [article async for article in store.export()]
    await store.mark_announced([article.id for article in articles], now=NOW)
    await store.retain(keep_since=NOW + DAY)
    assert await _counted(database) == {}
    assert await numbers(store, "পদ্মা") == []


@pytest.mark.parametrize("version", [1, ANALYSER - 1])
async def test_indexing_anew_counts_the_same(store, database, version):
    before = await _counted(database)
    async with database.writing() as connection:
        if version == 1:  # which counted nothing
            await connection.execute(text("DELETE FROM search_words"))
        await connection.execute(update(article_words).values(analyser=version))
    while await store.index_anew(2):
        pass
    assert await _counted(database) == before


@pytest.mark.parametrize(
    "body",
    [
        "শব্দ " * 200_000,  # a megabyte
        "ক" + "\u0981" * 1_000,
        "\u09cd" * 5_000,
        "১,২" * 20_000,
        "।?!…" * 1_000,
        "\u202eשלום عربي\u202c \ue000\U000f0000 中文 ไทย",
        "\x01\x02\x1b[31m \ufdd0\uffff",
        "\ud800 \udfff",
        "'" * 10_000,
        'NEAR("x" AND * ^ -)' * 100,
    ],
    ids=range(10),
)
async def test_an_article_of_any_text_is_stored_and_found(store, body):
    await store.put(a_draft(90, headline="যাই আসুক", summary="", body=f"ইলিশ {body}"), now=NOW, announce=True)
    assert await numbers(store, "ইলিশ") == [90]
    assert (await numbers(store, f"ইলিশ {body}"))[0] == 90
