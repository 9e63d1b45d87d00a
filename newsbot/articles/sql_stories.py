"""Stories in SQL: what a new article is compared with, what tells a story, and what is to be told anew.

Works on the caller's connection, in the transaction that writes the article: of two that tell one event and come at
once, the second sees the first. What is decided stands in `newsbot.ingest.story_finder`. A lookup reads at most
`NEWEST` rows a word, so that it costs the same on a day when everything is about one thing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, insert, or_, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.schema import article_topics, articles, retellings, story_words, word_days
from newsbot.articles.sql_rows import around, articles_by_id, batches, place
from newsbot.database import insert_into
from newsbot.domain.article import Article, ArticleDraft, Cursor
from newsbot.ingest.story_decider import WINDOW, Rarity
from newsbot.ingest.story_features import Telling, telling_of
from newsbot.ingest.story_finder import Candidate, find_story, rare_words, worth_comparing

NEWEST: Final = 200  #: articles of one word that are looked at
COUNTED: Final = timedelta(days=5)  #: how long back words are counted: what is common today was rare last month
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ALL: Final = ""  #: the word that every article has

#: what a reader sees of it in a list or on a card: changed, it is to be told anew
TOLD: Final = frozenset({"headline", "kicker", "summary"})

_STORY: Final = case((articles.c.story == 0, articles.c.id), else_=articles.c.story)


@dataclass(frozen=True, slots=True)
class Joining:
    """What a new article does to the stories, before it has an id."""

    story: int  #: that it joins, 0 for none
    telling: Telling
    kept: tuple[str, ...]  #: the words that others will find it by


async def join_story(connection: AsyncConnection, draft: ArticleDraft, now: datetime) -> Joining | None:
    """None for an article of a back catalogue, of which nothing is new."""
    if draft.published_at < now - WINDOW:
        return None
    telling = telling_of(draft)
    rarity = Rarity(*await word_counts(connection, telling.lead, now))
    kept = rare_words(telling, rarity)
    shared = await _sharing(connection, kept, draft.published_at)
    candidates = await _candidates(connection, worth_comparing(shared, rarity), draft.language)
    return Joining(find_story(telling, candidates, rarity), telling, kept)


async def remember(
    connection: AsyncConnection, article_id: int, joining: Joining, *, now: datetime, dialect: str
) -> None:
    """Have the article found by those that come later."""
    row = {"published_at": joining.telling.at, "article_id": article_id}
    if joining.kept:
        await connection.execute(insert(story_words), [{"word": word, **row} for word in joining.kept])
    await connection.execute(delete(story_words).where(story_words.c.published_at < now - 2 * WINDOW))
    await _count(connection, joining.telling.lead, now, dialect)


async def word_counts(connection: AsyncConnection, words: Collection[str], now: datetime) -> tuple[int, dict[str, int]]:
    """How many articles came in the last days, and in how many of them each of these words stands."""
    counts: dict[str, int] = {}
    for batch in batches([_ALL, *words]):
        lately = word_days.c.word.in_(batch) & (word_days.c.day > _day(now - COUNTED))
        total = func.sum(word_days.c.articles).label("articles")
        rows = await connection.execute(select(word_days.c.word, total).where(lately).group_by(word_days.c.word))
        counts |= {row.word: int(row.articles) for row in rows}
    return counts.pop(_ALL, 0), counts


async def _count(connection: AsyncConnection, words: Iterable[str], now: datetime, dialect: str) -> None:
    one_more = {"articles": word_days.c.articles + 1}
    row = insert_into(word_days, dialect).on_conflict_do_update(index_elements=["word", "day"], set_=one_more)
    today = _day(now)
    await connection.execute(row, [{"word": word, "day": today, "articles": 1} for word in sorted({_ALL, *words})])
    await connection.execute(delete(word_days).where(word_days.c.day < _day(now - 2 * COUNTED)))


def _day(moment: datetime) -> int:
    return (moment - _EPOCH).days


async def _sharing(connection: AsyncConnection, words: Collection[str], at: datetime) -> list[tuple[int, str]]:
    if not words:
        return []
    near = story_words.c.published_at.between(*around(at, WINDOW))
    newest = [
        select(story_words.c.article_id, story_words.c.word)
        .where(story_words.c.word == word, near)
        .order_by(story_words.c.published_at.desc(), story_words.c.article_id.desc())
        .limit(NEWEST)
        .subquery()
        for word in words
    ]
    rows = await connection.execute(union_all(*(select(of_word) for of_word in newest)))
    return [(row.article_id, row.word) for row in rows]


async def _candidates(connection: AsyncConnection, ids: Collection[int], language: str) -> list[Candidate]:
    found = [one async for one in articles_by_id(connection, ids)]
    usable = [one for one in found if one.withdrawn_at is None and one.language == language]
    began = {one.id: one.published_at for one in found}
    if unknown := {one.tells for one in usable} - began.keys():
        query = select(articles.c.id, articles.c.published_at).where(articles.c.id.in_(unknown))
        began |= {row.id: row.published_at for row in await connection.execute(query)}
    return [Candidate(one.id, one.tells, began.get(one.tells), telling_of(one)) for one in usable]


# --- what tells a story -----------------------------------------------------------------------------------------------


def newest_of_its_story(topic: str | None, now: datetime, before: Cursor | None) -> ColumnElement[bool]:
    """Whether no newer article tells the story of this row of `articles`. `topic`: none of this topic; `before`: none
    that was there when the reader began to page, or, where that isn't known, none that is older than this.
    """
    follower, first = articles.alias("follower"), articles.alias("first")
    return ~or_(
        exists().where(
            follower.c.story != 0, follower.c.story == _STORY, *_newer_than_this(follower, topic, now, before)
        ),
        and_(
            articles.c.story != 0,
            exists().where(first.c.id == articles.c.story, *_newer_than_this(first, topic, now, before)),
        ),
    )


def _newer_than_this(
    other: Any, topic: str | None, now: datetime, before: Cursor | None
) -> Iterator[ColumnElement[bool]]:
    here = tuple_(other.c.published_at, other.c.id)
    yield here > tuple_(articles.c.published_at, articles.c.id)
    yield other.c.withdrawn_at.is_(None)
    yield other.c.published_at <= now
    if before is not None:
        yield other.c.id <= before.seen if before.seen else here < place(before)
    if topic is not None:
        of_topic = exists().where(article_topics.c.article_id == other.c.id, article_topics.c.topic == topic)
        yield of_topic.correlate(other)


def tells(stories: Collection[int], now: datetime) -> ColumnElement[bool]:
    """Whether a row of `articles` tells one of them and may be read."""
    member = or_(articles.c.id.in_(stories), and_(articles.c.story != 0, articles.c.story.in_(stories)))
    return and_(member, articles.c.withdrawn_at.is_(None), articles.c.published_at <= now)


async def others_of(connection: AsyncConnection, shown: Collection[Article], now: datetime) -> dict[int, int]:
    """Story → how many readable articles tell it beside the one that is shown, where any do."""
    stories = {article.tells for article in shown}
    if not stories:
        return {}
    counted = select(_STORY.label("story"), func.count().label("n")).where(tells(stories, now)).group_by(_STORY)
    rows = await connection.execute(counted)
    return {row.story: row.n - 1 for row in rows if row.n > 1}


# --- what is to be told anew ------------------------------------------------------------------------------------------


async def tell_anew(connection: AsyncConnection, article_id: int, now: datetime, dialect: str) -> None:
    row = insert_into(retellings, dialect).values(article_id=article_id, since=now)
    await connection.execute(row.on_conflict_do_update(index_elements=["article_id"], set_={"since": now}))


async def tell_anew_without(connection: AsyncConnection, gone: Article, now: datetime, dialect: str) -> None:
    """It was withdrawn: whoever was shown it may be shown the newest of the others, unless that is newer and shown."""
    newest = select(articles.c.id, articles.c.published_at).where(tells([gone.tells], now), articles.c.id != gone.id)
    newest = newest.order_by(articles.c.published_at.desc(), articles.c.id.desc()).limit(1)
    other = (await connection.execute(newest)).first()
    if other is not None and (other.published_at, other.id) < (gone.published_at, gone.id) and gone.published_at <= now:
        await tell_anew(connection, other.id, now, dialect)
