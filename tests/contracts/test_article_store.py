"""What every storage of articles promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from newsbot.articles.query_parser import parse_query
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import ArticleStore, Change, SourceState
from newsbot.database import Database
from newsbot.domain.article import Article, Cursor
from newsbot.errors import StoreError
from tests.builders import NOW, a_draft

HOUR = timedelta(hours=1)


@pytest.fixture
def store(database: Database) -> ArticleStore:
    return SqlArticleStore(database)


async def put(
    store: ArticleStore, number: int = 1, *, announce: bool = True, now: datetime = NOW, **changes
) -> Article:
    return (await store.put(a_draft(number, **changes), now=now, announce=announce)).article


async def found(store: ArticleStore, text: str, limit: int = 10) -> tuple[Article, ...]:
    return (await store.search(parse_query(text, now=NOW, zone=UTC), limit=limit, now=NOW)).articles


def ids(articles) -> list[int]:
    return [article.id for article in articles]


class TestPut:
    async def test_a_stored_article_is_the_draft_with_id_and_times(self, store):
        draft = a_draft(
            1,
            kicker="যোগাযোগ",
            summary_method="extractive",
            image_url="https://news.example/1.jpg",
            byline="এসএন",
            section="সারাদেশ",
            topics=("sports", "politics"),
            updated_at=NOW,
            other_urls=("https://news.example/amp/1", "https://feed.example/1"),
            breaking=True,
        )
        stored = await store.put(draft, now=NOW, announce=True)
        assert stored.change is Change.CREATED
        assert stored.article == Article(
            **{name: getattr(draft, name) for name in type(draft).__slots__}, id=stored.article.id, stored_at=NOW
        )
        assert await store.get(stored.article.id) == stored.article
        assert await store.count() == 1

    async def test_the_same_draft_again_changes_nothing(self, store):
        first = await put(store)
        again = await store.put(a_draft(), now=NOW + HOUR, announce=True)
        assert (again.change, again.article) == (Change.UNCHANGED, first)
        assert await store.get(first.id) == first

    async def test_an_update_is_a_new_version_of_the_same_article(self, store):
        first = await put(store)
        updated = await store.put(a_draft(headline="সেতু বন্ধ"), now=NOW + HOUR, announce=True)
        assert updated.change is Change.UPDATED
        assert (updated.article.id, updated.article.version, updated.article.headline) == (first.id, 2, "সেতু বন্ধ")
        assert updated.article.stored_at == NOW
        assert await store.get(first.id) == updated.article

    async def test_empty_fields_erase_nothing(self, store):
        first = await put(store, kicker="যোগাযোগ", byline="এসএন", updated_at=NOW)
        bare = a_draft(summary="", body="", content_hash="", topics=(), kicker="", byline="")
        assert await store.put(bare, now=NOW, announce=True) == await store.put(bare, now=NOW, announce=True)
        assert await store.get(first.id) == first

    async def test_an_updated_article_stays_announced(self, store):
        first = await put(store)
        await store.mark_announced([first.id], now=NOW)
        updated = await put(store, headline="সেতু বন্ধ")
        assert updated.announced_at == NOW
        assert await store.unannounced() == ()

    async def test_an_update_takes_nothing_out_of_the_outbox_either(self, store):
        await put(store)
        updated = await put(store, headline="সেতু বন্ধ", announce=False)
        assert await store.unannounced() == (updated,)

    async def test_not_to_be_announced_means_announced_already(self, store):
        article = await put(store, announce=False)
        assert article.announced_at == NOW
        assert await store.unannounced() == ()

    async def test_an_address_that_leads_to_an_article_is_that_article(self, store):
        first = await put(store, other_urls=("https://feed.example/1",))
        by_feed = await store.put(a_draft(2, url="https://feed.example/1", content_hash=""), now=NOW, announce=True)
        assert by_feed.article.id == first.id
        led_there = await store.put(
            a_draft(3, content_hash="", other_urls=("https://feed.example/1",)), now=NOW, announce=True
        )
        assert led_there.article.id == first.id
        assert (await store.by_url(a_draft(3).url)).id == first.id
        assert await store.count() == 1

    async def test_the_same_text_within_72_hours_is_the_same_article_under_another_address(self, store):
        first = await put(store, 1, content_hash="a" * 64)
        twin = await store.put(
            a_draft(2, content_hash="a" * 64, published_at=first.published_at + 72 * HOUR), now=NOW, announce=True
        )
        assert (twin.article.id, twin.article.url) == (first.id, first.url)
        assert twin.article.published_at == first.published_at
        assert (await store.by_url(a_draft(2).url)).id == first.id
        assert (await store.by_url(a_draft(2).url)).other_urls == (a_draft(2).url,)

    async def test_the_same_text_later_than_that_is_another_article(self, store):
        first = await put(store, 1, content_hash="a" * 64)
        later = first.published_at + 72 * HOUR + timedelta(microseconds=1)
        assert (await put(store, 2, content_hash="a" * 64, published_at=later)).id != first.id

    async def test_articles_without_a_fingerprint_are_not_the_same_text(self, store):
        assert (await put(store, 1, content_hash="")).id != (await put(store, 2, content_hash="")).id

    async def test_the_text_of_a_withdrawn_article_under_a_new_address_is_a_new_article(self, store):
        first = await put(store, 1, content_hash="a" * 64)
        await store.withdraw(first.url, now=NOW)
        again = await put(store, 2, content_hash="a" * 64)
        assert again.id != first.id
        assert again.withdrawn_at is None

    async def test_an_address_stays_with_the_article_that_had_it(self, store):
        first, second = await put(store, 1), await put(store, 2)
        claiming = await put(store, 2, other_urls=(first.url,))
        assert claiming == second
        assert (await store.by_url(first.url)).id == first.id

    async def test_a_canonical_address_learnt_later_replaces_the_feeds(self, store):
        await put(store, url="https://feed.example/1")
        known = await put(store, other_urls=("https://feed.example/1",))
        assert (known.url, known.other_urls) == (a_draft().url, ("https://feed.example/1",))
        assert await store.by_url("https://feed.example/1") == await store.by_url(a_draft().url) == known
        updated = await put(store, headline="সেতু বন্ধ")
        assert (updated.id, updated.headline) == (known.id, "সেতু বন্ধ")

    @pytest.mark.parametrize("same", ["url", "alias", "text"])
    async def test_drafts_of_one_article_put_at_once_store_one_article(self, store, same):
        drafts = {
            "url": [a_draft(1) for _ in range(8)],
            "alias": [a_draft(n, content_hash="", other_urls=("https://feed.example/1",)) for n in range(1, 9)],
            "text": [a_draft(n, content_hash="a" * 64) for n in range(1, 9)],
        }[same]
        stored = await asyncio.gather(*(store.put(draft, now=NOW, announce=True) for draft in drafts))
        assert len({one.article.id for one in stored}) == 1
        assert [one.change for one in stored].count(Change.CREATED) == 1
        assert await store.count() == 1

    async def test_concurrent_updates_each_count(self, store):
        await put(store)
        drafts = [a_draft(headline=f"শিরোনাম {n}") for n in range(6)]
        await asyncio.gather(*(store.put(draft, now=NOW, announce=True) for draft in drafts))
        assert (await store.by_url(a_draft().url)).version == 7

    async def test_a_put_that_is_cancelled_stores_all_or_nothing_and_holds_nobody_up(self, store):
        for number in range(25):
            task = asyncio.ensure_future(put(store, number, now=NOW))
            for _ in range(number * 2):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            again = await store.put(a_draft(number), now=NOW, announce=True)
            assert again.article == await store.by_url(a_draft(number).url)
        results = await found(store, "সেতু", limit=100)
        assert len(results) == len((await store.latest(topic="sports", limit=100, now=NOW)).articles) == 25

    async def test_what_no_database_can_hold_is_left_out(self, store):
        article = await put(store, headline="সেতু\0 খোলা\ud800", other_urls=("https://x/\0", "https://x/" + "a" * 3000))
        assert (article.headline, article.other_urls) == ("সেতু খোলা", ())
        assert await store.get(article.id) == article
        with pytest.raises(StoreError, match="longer than 2000 bytes"):
            await put(store, 2, url="https://news.example/" + "ক" * 700)

    async def test_a_very_long_article_is_stored_whole(self, store):
        body = "\n".join(f"অনুচ্ছেদ{n} 𑄌𑄋𑄴𑄟𑄳𑄦{n} text{n}" for n in range(60_000))
        article = await put(store, headline="দীর্ঘ " * 1000, body=body)
        assert (await store.get(article.id)).body == body
        assert ids(await found(store, "অনুচ্ছেদ77")) == [article.id]


class TestTimes:
    async def test_times_come_back_in_utc_to_the_microsecond_from_any_zone(self, store):
        dhaka = timezone(timedelta(hours=6))
        moment = datetime(2025, 11, 18, 17, 45, 30, 123_457, tzinfo=dhaka)
        article = await put(store, published_at=moment, now=moment + HOUR)
        read = await store.get(article.id)
        assert (read.published_at, read.stored_at) == (moment, moment + HOUR)
        assert read.published_at.tzinfo is UTC

    @pytest.mark.parametrize(
        "moment",
        [
            datetime(1, 1, 1, tzinfo=UTC),
            datetime(1969, 12, 31, 23, tzinfo=UTC),
            datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        ],
    )
    async def test_any_time_can_be_stored(self, store, moment):
        article = await put(store, published_at=moment)
        assert (await store.get(article.id)).published_at == moment

    async def test_a_time_without_zone_is_refused(self, store):
        with pytest.raises((StoreError, ValueError)):
            await put(store, published_at=datetime(2025, 11, 18))  # noqa: DTZ001
        assert await store.count() == 0


class TestReading:
    async def test_an_unknown_id_or_address_is_no_article(self, store):
        await put(store)
        assert [await store.get(n) for n in (0, -1, 999, 2**63, 10**30)] == [None] * 5
        assert [await store.by_url(url) for url in ("", "https://x/", "\0", "\ud800", "a" * 9999)] == [None] * 5

    async def test_known_urls_are_those_that_lead_to_an_article(self, store):
        article = await put(store, other_urls=("https://feed.example/1",))
        asked = [
            "https://feed.example/1",
            "https://x/",
            article.url,
            article.url,
            *(f"https://y/{n}" for n in range(1200)),
        ]
        assert await store.known_urls(asked) == {"https://feed.example/1": article, article.url: article}
        assert await store.known_urls([]) == {}

    async def test_several_are_asked_for_at_once_and_what_is_not_there_is_left_out(self, store):
        first, second = [await put(store, number) for number in (1, 2)]
        await put(store, 3)
        asked = [second.id, first.id, first.id, 0, -1, 2**70, second.id + 7]
        assert await store.headlines(asked) == {first.id: first.headline, second.id: second.headline}
        assert await store.headlines([]) == {}

    async def test_latest_is_newest_first_then_by_id(self, store):
        for number, minutes in ((1, 3), (2, 1), (3, 3), (4, 2)):
            await put(store, number, published_at=NOW - timedelta(minutes=minutes))
        urls = [article.url for article in (await store.latest(now=NOW)).articles]
        assert urls == [a_draft(n).url for n in (2, 4, 3, 1)]

    async def test_latest_hides_the_future_and_the_withdrawn(self, store):
        shown = await put(store, 1, published_at=NOW)
        await put(store, 2, published_at=NOW + timedelta(microseconds=1))
        await put(store, 3)
        await store.withdraw(a_draft(3).url, now=NOW)
        for topic in (None, "sports"):
            assert (await store.latest(topic=topic, now=NOW)).articles == (shown,)

    @pytest.mark.parametrize("topic", [None, "sports"])
    async def test_pages_follow_each_other_without_gap_or_repetition_while_articles_arrive(self, store, topic):
        for number in range(1, 8):  # in pairs of the same minute
            await put(store, number, published_at=NOW - timedelta(minutes=number // 2))
            await put(store, number + 100, topics=("world",))
        everything = ids((await store.latest(topic=topic, limit=50, now=NOW)).articles)
        seen, before = [], None
        for number in range(200, 220):
            page = await store.latest(topic=topic, before=before, limit=3, now=NOW)
            seen += ids(page.articles)
            await put(store, number, published_at=NOW)
            if page.next is None:
                break
            before = page.next
        assert seen == everything

    @pytest.mark.parametrize("topic", [None, "sports"])
    async def test_pages_can_be_walked_back(self, store, topic):
        for number in range(1, 8):
            await put(store, number)
        first = await store.latest(topic=topic, limit=3, now=NOW)
        second = await store.latest(topic=topic, before=first.next, limit=3, now=NOW)
        newest = second.articles[0]
        back = await store.latest(topic=topic, after=Cursor(newest.published_at, newest.id), limit=3, now=NOW)
        assert (back.articles, back.next) == (first.articles, first.next)
        top = back.articles[0]
        assert await store.latest(topic=topic, after=Cursor(top.published_at, top.id), now=NOW) == type(back)()

    async def test_the_last_page_says_so(self, store):
        await put(store, 1)
        await put(store, 2)
        assert (await store.latest(limit=2, now=NOW)).next is None
        assert (await store.latest(limit=1, now=NOW)).next is not None
        assert await store.latest(topic="nothing", now=NOW) == await store.latest(topic="none", now=NOW)

    async def test_an_article_moves_with_its_topics_and_its_time(self, store):
        await put(store, 1, topics=("sports", "world"))
        other = await put(store, 2, topics=("world",))
        moved = await put(store, 1, topics=("politics", "world"), published_at=NOW - 9 * HOUR)
        assert (await store.latest(topic="sports", now=NOW)).articles == ()
        assert (await store.latest(topic="politics", now=NOW)).articles == (moved,)
        assert (await store.latest(topic="world", now=NOW)).articles == (other, moved)

    async def test_export_is_everything_oldest_first(self, store):
        for number in (2, 1, 3):
            await put(store, number)
        await store.withdraw(a_draft(1).url, now=NOW)
        exported = [article async for article in store.export()]
        assert [article.url for article in exported] == [a_draft(n).url for n in (3, 2, 1)]
        assert exported[2].withdrawn_at == NOW


class TestOutbox:
    async def test_what_is_published_later_waits_in_the_outbox(self, store):
        later = await put(store, 1, published_at=NOW + HOUR)
        now = await put(store, 2, published_at=NOW)
        assert await store.unannounced(now=NOW) == (now,)
        assert await store.unannounced(now=NOW + HOUR) == await store.unannounced() == (now, later)

    async def test_unannounced_are_oldest_first_until_marked(self, store):
        waiting = [await put(store, number) for number in (3, 2, 1)]
        assert await store.unannounced() == tuple(waiting)
        assert await store.unannounced(limit=1) == (waiting[0],)
        await store.mark_announced([waiting[0].id, waiting[1].id, 999], now=NOW)
        assert await store.unannounced() == (waiting[2],)
        await store.mark_announced([], now=NOW)

    async def test_marking_again_keeps_the_first_time_and_the_version(self, store):
        article = await put(store)
        await store.mark_announced([article.id], now=NOW)
        await store.mark_announced([article.id], now=NOW + HOUR)
        read = await store.get(article.id)
        assert (read.announced_at, read.version) == (NOW, 1)

    async def test_a_withdrawn_article_leaves_the_outbox_and_every_list(self, store):
        article = await put(store, other_urls=("https://feed.example/1",))
        assert (await store.withdraw("https://feed.example/1", now=NOW)).withdrawn_at == NOW
        assert (await store.withdraw(article.url, now=NOW + HOUR)).withdrawn_at == NOW
        assert await store.withdraw("https://x/", now=NOW) is None
        assert await store.unannounced() == ()
        assert await found(store, "সেতু") == ()
        assert (await store.get(article.id)).withdrawn_at == NOW

    async def test_what_a_feed_says_again_does_not_bring_a_withdrawn_article_back(self, store):
        article = await put(store)
        await store.withdraw(article.url, now=NOW)
        updated = await put(store, headline="সেতু বন্ধ")
        assert (updated.id, updated.withdrawn_at) == (article.id, NOW)
        assert await found(store, "বন্ধ") == ()


class TestRetention:
    async def test_old_announced_articles_go_with_all_that_leads_to_them(self, store):
        old = await put(store, 1, published_at=NOW - 100 * HOUR, other_urls=("https://feed.example/1",))
        kept = await put(store, 2, published_at=NOW - 99 * HOUR)
        await store.mark_announced([old.id, kept.id], now=NOW)
        assert await store.retain(keep_since=NOW - 99 * HOUR) == 1
        assert [article async for article in store.export()] == [await store.get(kept.id)]
        assert await store.known_urls([old.url, "https://feed.example/1"]) == {}
        assert ids(await found(store, "সেতু")) == [kept.id]
        assert ids((await store.latest(topic="sports", now=NOW)).articles) == [kept.id]
        assert await store.retain(keep_since=NOW - 99 * HOUR) == 0

    async def test_an_article_that_waits_to_be_announced_is_never_deleted(self, store):
        article = await put(store, published_at=NOW - 1000 * HOUR)
        assert await store.retain(keep_since=NOW) == 0
        assert await store.unannounced() == (article,)

    async def test_nobody_waits_for_a_withdrawn_article(self, store):
        article = await put(store)
        await store.withdraw(article.url, now=NOW)
        assert await store.retain(keep_since=NOW) == 1

    async def test_many_old_articles_go_in_one_call(self, store):
        for number in range(510):
            await put(store, number, announce=False)
        assert await store.retain(keep_since=NOW + HOUR) == 510
        assert await store.count() == 0

    async def test_an_id_is_never_given_again(self, store):
        old = await put(store, announce=False)
        await store.retain(keep_since=NOW)
        assert (await put(store)).id > old.id


class TestSources:
    async def test_the_state_of_a_source_is_remembered(self, store):
        assert await store.source_states() == {}
        state = SourceState(
            "portal", 'W/"1"', "Tue, 18 Nov 2025 11:45:00 GMT", NOW, NOW + HOUR, 3, "it answered 500", known=True
        )
        await store.save_source_state(state)
        await store.save_source_state(SourceState("other"))
        assert await store.source_states() == {"portal": state, "other": SourceState("other")}
        await store.save_source_state(SourceState("portal"))
        assert (await store.source_states())["portal"] == SourceState("portal")


async def awaiting(store: ArticleStore, limit: int = 20) -> list[int]:
    return ids(await store.awaiting_summary(since=NOW - 6 * HOUR, longer_than=10, limit=limit))


class TestSummaries:
    async def test_those_that_we_chose_from_a_long_text_wait_the_newest_first(self, store):
        chosen = {"summary_method": "extractive"}
        older, newer = await put(store, 2, **chosen), await put(store, 1, **chosen)
        await put(store, 3, summary_method="cms")
        await put(store, 4, **chosen, body="ছোট")
        await put(store, 5, **chosen, published_at=NOW - 7 * HOUR)
        withdrawn = await put(store, 6, **chosen)
        await store.withdraw(withdrawn.url, now=NOW)
        assert await awaiting(store) == [newer.id, older.id]
        assert await awaiting(store, limit=1) == [newer.id]

    async def test_a_settled_summary_is_shown_without_a_new_version_and_waits_no_more(self, store):
        article = await put(store, summary_method="extractive")
        assert await store.settle_summary(article, "মডেলের কথা।", "model")
        settled = await store.get(article.id)
        assert (settled.summary, settled.summary_method, settled.version) == ("মডেলের কথা।", "model", 1)
        assert await store.retellings() == ()
        assert await awaiting(store) == []

    async def test_the_words_of_a_settled_summary_are_found(self, store):
        article = await put(store, summary="আগের কথা।", summary_method="extractive")
        await store.settle_summary(article, "টিউলিপ ফুটেছে।", "model")
        assert ids(await found(store, "টিউলিপ")) == [article.id]

    async def test_a_text_that_has_changed_keeps_its_own(self, store):
        article = await put(store, summary_method="extractive")
        changed = await put(store, headline="সেতু বন্ধ", content_hash="e" * 64, summary_method="extractive")
        assert not await store.settle_summary(article, "মডেলের কথা।", "model")
        assert (await store.get(article.id)).summary == changed.summary
        assert await awaiting(store) == [article.id]
