"""What every storage of articles promises about stories, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import ArticleStore
from newsbot.database import Database
from newsbot.domain.article import Article, Cursor
from tests.builders import NOW, a_draft

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIRE = ("টঙ্গীতে পোশাক কারখানায় আগুন", "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে। ফায়ার সার্ভিস কাজ করছে।")
FIRE_OUT = ("টঙ্গীর পোশাক কারখানার আগুন নিয়ন্ত্রণে", "গাজীপুরের টঙ্গীতে পোশাক কারখানার আগুন নিয়ন্ত্রণে এসেছে।")
FIRE_ASIDE = ("টঙ্গীর কারখানার আগুন নিয়ন্ত্রণে এল", "গাজীপুরের টঙ্গীতে পোশাক কারখানায় লাগা আগুন নিয়ন্ত্রণে এনেছে ফায়ার সার্ভিস।")
BRIDGE = ("তিস্তায় নতুন সেতু খুলল", "কুড়িগ্রামে তিস্তা নদীর ওপর নতুন সেতু খুলেছে।")
FLOOD = ("সুনামগঞ্জে বন্যায় পানিবন্দি হাজারো মানুষ", "সুনামগঞ্জে সুরমার পানি বেড়ে হাজারো মানুষ পানিবন্দি।")
OTHER_FIRE = ("আশুলিয়ায় পোশাক কারখানায় আগুন", "সাভারের আশুলিয়ায় একটি পোশাক কারখানায় আগুন লেগেছে। ফায়ার সার্ভিস কাজ করছে।")


@pytest.fixture
def store(database: Database) -> ArticleStore:
    return SqlArticleStore(database)


async def put(store: ArticleStore, number: int, told: tuple[str, str], *, announce: bool = True, **changes) -> Article:
    """Published so many minutes before NOW, the higher the number the newer."""
    draft = a_draft(
        number,
        **{
            "headline": told[0],
            "summary": told[1],
            "body": told[1],
            "published_at": NOW - timedelta(minutes=100 - number),
        }
        | changes,
    )
    return (await store.put(draft, now=NOW, announce=announce)).article


async def retelling(store: ArticleStore) -> list[int]:
    return [one.article.id for one in await store.retellings()]


class TestStories:
    async def test_an_article_that_tells_what_another_told_joins_its_story(self, store):
        first, second = await put(store, 1, FIRE), await put(store, 2, FIRE_OUT)
        assert (first.story, first.tells) == (0, first.id)
        assert (second.story, second.tells) == (first.id, first.id)
        assert await store.get(second.id) == second

    async def test_the_same_thing_elsewhere_is_another_story(self, store):
        await put(store, 1, FIRE)
        assert (await put(store, 2, OTHER_FIRE)).story == 0

    async def test_a_third_joins_the_story_and_not_the_second_article(self, store):
        first = await put(store, 1, FIRE)
        await put(store, 2, FIRE_OUT)
        assert (await put(store, 3, FIRE_ASIDE)).story == first.id

    async def test_of_two_that_come_at_once_one_joins_the_other(self, store):
        one, other = await asyncio.gather(put(store, 1, FIRE), put(store, 2, FIRE_OUT))
        assert one.tells == other.tells
        assert {one.story, other.story} == {0, min(one.id, other.id)}

    async def test_an_article_stays_in_its_story_whatever_it_says_later(self, store):
        first, second = await put(store, 1, FIRE), await put(store, 2, FIRE_OUT)
        changed = await put(store, 2, ("টঙ্গীর মেলায় ভিড়", "টঙ্গীর মেলায় ছুটির দিনে ভিড় ছিল।"), content_hash="c" * 64)
        assert (changed.id, changed.version, changed.story) == (second.id, 2, first.id)

    async def test_what_was_withdrawn_takes_nothing_into_its_story(self, store):
        first = await put(store, 1, FIRE)
        await store.withdraw(first.url, now=NOW)
        assert (await put(store, 2, FIRE_OUT)).story == 0

    async def test_a_story_outlives_the_article_that_began_it(self, store):
        first, second = await put(store, 1, FIRE, announce=False), await put(store, 2, FIRE_OUT)
        await store.retain(keep_since=second.published_at)
        assert await store.get(first.id) is None
        assert [one.id for one in await store.of_story(first.id, now=NOW)] == [second.id]

    async def test_three_days_later_it_is_news_again(self, store):
        first = await put(store, 1, FIRE)
        at = first.published_at + 72 * HOUR + timedelta(seconds=1)
        later = await store.put(
            a_draft(2, headline=FIRE[0], summary=FIRE[1], body=FIRE[1], published_at=at), now=at, announce=True
        )
        assert later.article.story == 0

    async def test_a_back_catalogue_is_not_looked_through(self, store):
        long_ago = NOW - timedelta(days=400)
        await put(store, 1, FIRE, published_at=long_ago)
        assert (await put(store, 2, FIRE_OUT, published_at=long_ago + HOUR)).story == 0
        assert await store.word_counts(["টংগি"], now=NOW) == (0, {})

    @pytest.mark.parametrize(
        "word", ["\ufb2c" * 900, "𝐀" * 900, "ক্ষ" * 900, "9" * 900], ids=["grows", "wide", "joined", "digits"]
    )
    async def test_a_word_without_an_end_is_no_trouble(self, store, word):
        first = await put(store, 1, (f"{word} টঙ্গীতে কারখানায় আগুন", f"টঙ্গীতে কারখানায় আগুন {word}"))
        assert (await store.get(first.id)) == first

    async def test_words_are_counted_once_an_article(self, store):
        await put(store, 1, ("টঙ্গী টঙ্গী টঙ্গী", "টঙ্গী।"))
        await put(store, 2, OTHER_FIRE)
        assert await store.word_counts(["টংগি", "আশুলিয়া", "পদ্মা"], now=NOW) == (2, {"টংগি": 1, "আশুলিয়া": 1})


class TestLatestOncePerStory:
    async def test_a_story_is_shown_by_its_newest_article_with_the_number_of_the_others(self, store):
        first = await put(store, 1, FIRE)
        alone = await put(store, 2, OTHER_FIRE)
        await put(store, 3, FIRE_OUT)
        newest = await put(store, 4, FIRE_ASIDE)
        page = await store.latest(now=NOW, once_per_story=True)
        assert [one.id for one in page.articles] == [newest.id, alone.id]
        assert page.others == {first.id: 2}
        assert [one.id for one in (await store.latest(now=NOW)).articles] == [newest.id, 3, alone.id, first.id]

    async def test_where_the_first_article_is_the_newest_it_stands_for_the_story(self, store):
        first = await put(store, 9, FIRE)
        await put(store, 2, FIRE_OUT)
        page = await store.latest(now=NOW, once_per_story=True)
        assert ([one.id for one in page.articles], page.others) == ([first.id], {first.id: 1})

    async def test_a_topic_shows_the_newest_that_is_of_the_topic(self, store):
        first = await put(store, 1, FIRE, topics=("economy",))
        await put(store, 2, FIRE_OUT, topics=("sports",))
        page = await store.latest(topic="economy", now=NOW, once_per_story=True)
        assert ([one.id for one in page.articles], page.others) == ([first.id], {first.id: 1})

    async def test_withdrawn_and_coming_articles_neither_hide_nor_count(self, store):
        first = await put(store, 1, FIRE)
        second = await put(store, 2, FIRE_OUT)
        await put(store, 3, FIRE_ASIDE, published_at=NOW + HOUR)
        await store.withdraw(second.url, now=NOW)
        page = await store.latest(now=NOW, once_per_story=True)
        assert ([one.id for one in page.articles], page.others) == ([first.id], {})

    async def test_pages_follow_each_other_and_back(self, store):
        for number, told in enumerate((FIRE, OTHER_FIRE, FIRE_OUT, ("সেতু খুলল", "নতুন সেতু খুলল।")), start=1):
            await put(store, number, told)
        top = await store.latest(limit=1, now=NOW, once_per_story=True)
        middle = await store.latest(limit=1, before=top.next, now=NOW, once_per_story=True)
        last = await store.latest(limit=1, before=middle.next, now=NOW, once_per_story=True)
        assert [[one.id for one in page.articles] for page in (top, middle, last)] == [[4], [3], [2]]
        assert last.next is None
        at = Cursor(last.articles[0].published_at, last.articles[0].id)
        back = await store.latest(limit=1, after=at, now=NOW, once_per_story=True)
        assert [one.id for one in back.articles] == [3]

    async def test_what_comes_while_a_reader_pages_shows_no_story_twice_and_loses_none(self, store):
        for number, told in enumerate((FIRE, OTHER_FIRE, BRIDGE, FLOOD), start=1):
            await put(store, number, told)
        pages = [await store.latest(limit=1, now=NOW, once_per_story=True)]
        await put(store, 60, FIRE_OUT)  # the story that is still to come goes on
        await put(store, 61, (FLOOD[0] + " আজ", FLOOD[1]))  # as does the one that was shown
        await put(store, 62, ("নতুন স্কুলে পাঠদান শুরু", "চরে নতুন স্কুলে পাঠদান শুরু হয়েছে।"), published_at=NOW - 98.5 * MINUTE)
        while pages[-1].next:
            pages.append(await store.latest(limit=1, before=pages[-1].next, now=NOW, once_per_story=True))
        assert [one.id for page in pages for one in page.articles] == [4, 3, 2, 1]
        edge = Cursor(pages[2].articles[0].published_at, 2)
        back = await store.latest(limit=9, after=edge, now=NOW, once_per_story=True)
        assert [one.id for one in back.articles] == [6, 5, 3]
        anew = await store.latest(now=NOW, once_per_story=True)
        assert ([one.id for one in anew.articles], anew.others) == ([6, 5, 3, 2, 7], {4: 1, 1: 1})

    async def test_a_list_that_begins_at_a_time_shows_stories_as_they_stood_then(self, store):
        for number, told in ((1, FIRE), (2, FIRE_OUT), (3, OTHER_FIRE)):
            await put(store, number, told)
        last = await put(store, 50, FIRE_ASIDE)
        edge = Cursor(last.published_at, 0)
        page = await store.latest(limit=1, before=edge, now=NOW, once_per_story=True)
        assert [one.id for one in page.articles] == [3]
        assert (page.next.id, page.next.seen) == (3, 0)
        page = await store.latest(before=page.next, now=NOW, once_per_story=True)
        assert [one.id for one in page.articles] == [2]

    async def test_of_a_story_come_all_that_may_be_read_newest_first(self, store):
        first, second = await put(store, 1, FIRE), await put(store, 2, FIRE_OUT)
        await put(store, 3, FIRE_ASIDE, published_at=NOW + HOUR)
        await put(store, 4, OTHER_FIRE)
        assert await store.of_story(first.id, now=NOW) == (second, first)
        assert await store.of_story(first.id, now=NOW, limit=1) == (second,)
        assert await store.of_story(10**30, now=NOW) == ()


class TestRetellings:
    async def test_what_joins_a_story_is_to_be_told(self, store):
        await put(store, 1, FIRE)
        second = await put(store, 2, FIRE_OUT)
        assert await retelling(store) == [second.id]

    async def test_what_joins_and_is_no_news_is_not(self, store):
        await put(store, 1, FIRE)
        await put(store, 2, FIRE_OUT, announce=False)
        assert await retelling(store) == []

    async def test_other_words_of_what_was_announced_are_to_be_told(self, store):
        first = await put(store, 1, FIRE, announce=False)
        await put(store, 1, (FIRE[0] + ", আহত ২", FIRE[1]))
        assert await retelling(store) == [first.id]

    async def test_more_text_that_no_card_shows_is_not(self, store):
        await put(store, 1, FIRE, announce=False)
        await put(store, 1, FIRE, body=FIRE[1] + " আরও আসছে।", content_hash="b" * 64)
        assert await retelling(store) == []

    async def test_other_words_of_what_waits_in_the_outbox_are_not(self, store):
        await put(store, 1, FIRE)
        await put(store, 1, (FIRE[0] + ", আহত ২", FIRE[1]))
        assert await retelling(store) == []

    async def test_after_a_withdrawal_the_newest_of_the_others_is(self, store):
        await put(store, 1, FIRE, announce=False)
        second = await put(store, 2, FIRE_OUT, announce=False)
        third = await put(store, 3, FIRE_ASIDE, announce=False)
        await store.withdraw(third.url, now=NOW)
        await store.withdraw(third.url, now=NOW + HOUR)
        assert [(one.article.id, one.since) for one in await store.retellings()] == [(second.id, NOW)]

    async def test_what_a_newer_article_hides_or_is_still_to_come_may_be_withdrawn_and_nothing_is(self, store):
        first = await put(store, 1, FIRE, announce=False)
        await put(store, 2, FIRE_OUT, announce=False)
        coming = await put(store, 3, FIRE_ASIDE, announce=False, published_at=NOW + HOUR)
        for one in (first, coming):
            await store.withdraw(one.url, now=NOW)
        assert await retelling(store) == []

    async def test_what_is_looked_after_is_gone_and_what_changed_meanwhile_stays(self, store):
        await put(store, 1, FIRE, announce=False)
        await put(store, 1, (FIRE[0] + ", আহত ২", FIRE[1]))
        seen = await store.retellings()
        later = NOW + HOUR
        draft = a_draft(1, headline=FIRE[0] + ", আহত ৩", summary=FIRE[1], published_at=NOW - timedelta(minutes=99))
        await store.put(draft, now=later, announce=True)
        await store.retold(seen)
        (again,) = await store.retellings()
        assert again.since == later
        await store.retold([again])
        await store.retold([again])
        assert await store.retellings() == ()

    async def test_the_oldest_come_first(self, store):
        for number in (1, 2):
            await put(store, number, (f"সেতু {number} খুলল", f"নতুন সেতু {number} খুলল।"), announce=False)
        for number, hours in ((2, 1), (1, 2)):
            await store.put(
                a_draft(number, headline="অন্য শিরোনাম", published_at=NOW - timedelta(minutes=100 - number)),
                now=NOW + hours * HOUR,
                announce=True,
            )
        assert await retelling(store) == [2, 1]
        assert [one.article.id for one in await store.retellings(limit=1)] == [2]
