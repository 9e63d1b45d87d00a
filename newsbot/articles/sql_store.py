"""Articles in SQL, on SQLite and PostgreSQL alike (`store.ArticleStore` says what each method promises).

Whoever writes articles holds the writers' lock: which article a draft is, and what it changes, is decided on what
nobody else changes meanwhile. Ingest stores tens of articles a minute; one at a time is quick enough.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.merging import edited_by, merge
from newsbot.articles.schema import IN_OUTBOX, WRITERS, article_topics, articles, retellings, source_states
from newsbot.articles.search_terms import indexed_text
from newsbot.articles.sql_latest import latest_page
from newsbot.articles.sql_rows import (
    BATCH,
    article_of,
    articles_by_id,
    batches,
    edits_to_json,
    fits_the_index,
    index_topics,
    index_urls,
    owners_of,
    place,
    same_article,
    storable,
)
from newsbot.articles.sql_search import search_index
from newsbot.articles.sql_searcher import ArticleSearch
from newsbot.articles.sql_stories import (
    TOLD,
    join_story,
    remember,
    tell_anew,
    tell_anew_without,
    tells,
    word_counts,
)
from newsbot.articles.sql_words import remove_words, stale, write_words
from newsbot.articles.store import Change, Retelling, SourceState, Stored
from newsbot.database import Database, insert_into
from newsbot.domain.article import EXTRACTIVE, Article, ArticleDraft, Cursor, Edit, Page
from newsbot.domain.search import Found, Query

_LARGEST_ID: Final = 2**63 - 1

#: of an article that is stored already, what others than `put` decide
_DECIDED_ELSEWHERE: Final = frozenset({"id", "stored_at", "announced_at", "withdrawn_at", "story", "held_at", "edits"})


class SqlArticleStore:
    """`ArticleStore` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._search = search_index(database.dialect)

    async def put(self, draft: ArticleDraft, *, now: datetime, announce: bool) -> Stored:
        draft = storable(draft)
        async with self._writing() as connection:
            owners = await owners_of(connection, (draft.url, *draft.other_urls))
            article = await same_article(connection, draft, owners)
            if article is None:
                return await self._create(connection, draft, owners, now=now, announce=announce)
            return await self._update(connection, article, draft, owners, now=now)

    async def _create(
        self, connection: AsyncConnection, draft: ArticleDraft, owners: dict[str, int], *, now: datetime, announce: bool
    ) -> Stored:
        draft = replace(
            draft,
            topics=tuple(dict.fromkeys(draft.topics)),
            other_urls=tuple(url for url in dict.fromkeys(draft.other_urls) if url != draft.url and url not in owners),
        )
        joining = await join_story(connection, draft, now)
        story = joining.story if joining else 0
        announced_at = None if announce else now
        values = asdict(draft) | {"version": 1, "stored_at": now, "announced_at": announced_at, "story": story}
        key = (await connection.execute(insert(articles).values(values))).inserted_primary_key
        assert key is not None
        article = article_of({"id": key[0], "withdrawn_at": None, "held_at": None, "edits": {}, **values})
        await index_urls(connection, article, (article.url, *article.other_urls))
        await index_topics(connection, article)
        await write_words(connection, self._search, [article])
        if joining is not None:
            await remember(connection, article.id, joining, now=now, dialect=self._database.dialect)
        if story and announce:
            await tell_anew(connection, article.id, now, self._database.dialect)
        return Stored(article, Change.CREATED)

    async def _update(
        self,
        connection: AsyncConnection,
        article: Article,
        draft: ArticleDraft,
        owners: dict[str, int],
        *,
        now: datetime,
    ) -> Stored:
        merged = merge(article, draft)
        # An address that leads to another article stays with it.
        own = tuple(url for url in merged.other_urls if owners.get(url, article.id) == article.id)
        merged = replace(merged, other_urls=own)
        changed = {
            field.name: getattr(merged, field.name)
            for field in fields(Article)
            if field.name not in _DECIDED_ELSEWHERE and getattr(merged, field.name) != getattr(article, field.name)
        }
        if changed:
            await connection.execute(update(articles).where(articles.c.id == article.id).values(changed))
            known = {article.url, *article.other_urls}
            await index_urls(connection, merged, [url for url in (merged.url, *own) if url not in known])
            if changed.keys() & {"topics", "published_at"}:
                await connection.execute(delete(article_topics).where(article_topics.c.article_id == article.id))
                await index_topics(connection, merged)
            if indexed_text(merged) != indexed_text(article):
                await write_words(connection, self._search, [merged])
            if article.announced_at and article.withdrawn_at is None and changed.keys() & TOLD:
                await tell_anew(connection, article.id, now, self._database.dialect)
        return Stored(merged, Change.UNCHANGED if merged.version == article.version else Change.UPDATED)

    async def get(self, article_id: int) -> Article | None:
        if not 0 < article_id <= _LARGEST_ID:
            return None
        return next(iter(await self._select(select(articles).where(articles.c.id == article_id))), None)

    async def headlines(self, article_ids: Collection[int]) -> dict[int, str]:
        askable = [article_id for article_id in article_ids if 0 < article_id <= _LARGEST_ID]
        found: dict[int, str] = {}
        async with self._database.reading() as connection:
            for some in batches(askable):
                query = select(articles.c.id, articles.c.headline).where(articles.c.id.in_(some))
                found.update({row.id: row.headline for row in await connection.execute(query)})
        return found

    async def by_url(self, url: str) -> Article | None:
        return (await self.known_urls([url])).get(url)

    async def known_urls(self, urls: Sequence[str]) -> dict[str, Article]:
        askable = [url for url in urls if fits_the_index(url)]
        async with self._database.reading() as connection:
            owners = await owners_of(connection, askable)
            found = {article.id: article async for article in articles_by_id(connection, owners.values())}
        return {url: found[owners[url]] for url in askable if owners.get(url) in found}

    async def latest(
        self,
        *,
        topic: str | None = None,
        before: Cursor | None = None,
        after: Cursor | None = None,
        limit: int = 10,
        once_per_story: bool = False,
        now: datetime,
    ) -> Page:
        async with self._database.reading() as connection:
            return await latest_page(
                connection,
                topic=topic,
                before=before,
                after=after,
                limit=max(limit, 1),
                once_per_story=once_per_story,
                now=now,
            )

    async def of_story(self, story: int, *, now: datetime, limit: int = 50) -> tuple[Article, ...]:
        if not 0 < story <= _LARGEST_ID:
            return ()
        newest = (articles.c.published_at.desc(), articles.c.id.desc())
        return tuple(await self._select(select(articles).where(tells([story], now)).order_by(*newest).limit(limit)))

    async def word_counts(self, words: Collection[str], *, now: datetime) -> tuple[int, dict[str, int]]:
        async with self._database.reading() as connection:
            return await word_counts(connection, words, now)

    async def retellings(self, *, limit: int = 100) -> tuple[Retelling, ...]:
        oldest = select(retellings).order_by(retellings.c.since, retellings.c.article_id).limit(limit)
        async with self._database.reading() as connection:
            since = {row.article_id: row.since for row in await connection.execute(oldest)}
            found = {article.id: article async for article in articles_by_id(connection, since)}
        return tuple(Retelling(found[article_id], at) for article_id, at in since.items() if article_id in found)

    async def retold(self, done: Collection[Retelling]) -> None:
        async with self._database.writing() as connection:
            for one in done:
                as_it_was = (retellings.c.article_id == one.article.id) & (retellings.c.since <= one.since)
                await connection.execute(delete(retellings).where(as_it_was))

    async def search(
        self, query: Query, *, offset: int = 0, limit: int = 10, count_to: int = 0, now: datetime
    ) -> Found:
        offset, limit = max(offset, 0), max(limit, 0)
        if query.empty or not limit:
            return Found()
        async with self._database.reading() as connection:
            enough = max(offset + limit, count_to)
            answer = await ArticleSearch(connection, self._search, query, now, enough).answer()
            wanted = answer.ids[offset : offset + limit]
            known = {article.id: article async for article in articles_by_id(connection, wanted)}
        found = tuple(known[article_id] for article_id in wanted if article_id in known)
        return Found(found, min(len(answer.ids), enough), answer.instead_of, answer.meant)

    async def index_anew(self, limit: int) -> int:
        """Index up to `limit` of the articles that an older analyser indexed, the newest first; says how many."""
        async with self._writing() as connection:
            old = await stale(connection, limit)
            found = [article async for article in articles_by_id(connection, old)]
            if found:
                await write_words(connection, self._search, found)
        return len(found)

    async def awaiting_summary(self, *, since: datetime, longer_than: int, limit: int = 20) -> tuple[Article, ...]:
        waiting = select(articles).where(
            articles.c.published_at >= since,
            articles.c.summary_method == EXTRACTIVE,
            articles.c.withdrawn_at.is_(None),
            func.length(articles.c.body) > longer_than,
        )
        newest = waiting.order_by(articles.c.published_at.desc(), articles.c.id.desc())
        return tuple(await self._select(newest.limit(limit)))

    async def settle_summary(self, article: Article, summary: str, method: str) -> bool:
        async with self._writing() as connection:
            same = (
                articles.c.id == article.id,
                articles.c.version == article.version,
                articles.c.summary_method == article.summary_method,
            )
            written = update(articles).where(*same).values(summary=summary, summary_method=method)
            if not (await connection.execute(written)).rowcount:
                return False
            settled = replace(article, summary=summary, summary_method=method)
            if indexed_text(settled) != indexed_text(article):
                await write_words(connection, self._search, [settled])
            return True

    async def unannounced(self, *, limit: int = 100, now: datetime | None = None) -> tuple[Article, ...]:
        waiting = select(articles).where(IN_OUTBOX, articles.c.held_at.is_(None))
        if now is not None:
            waiting = waiting.where(articles.c.published_at <= now)
        return tuple(await self._select(waiting.order_by(articles.c.published_at, articles.c.id).limit(limit)))

    async def everything(self, *, before: Cursor | None = None, limit: int = 30) -> Page:
        query = select(articles).order_by(articles.c.published_at.desc(), articles.c.id.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(tuple_(articles.c.published_at, articles.c.id) < place(before))
        found = await self._select(query)
        shown = tuple(found[:limit])
        return Page(shown, Cursor(shown[-1].published_at, shown[-1].id) if len(found) > limit else None)

    async def edit(
        self, article_id: int, by: Edit, *, topics: Sequence[str] | None = None, breaking: bool | None = None
    ) -> Article | None:
        if not 0 < article_id <= _LARGEST_ID:
            return None
        async with self._writing() as connection:
            row = (await connection.execute(select(articles).where(articles.c.id == article_id))).mappings().first()
            if row is None:
                return None
            article = article_of(row)
            edited = edited_by(article, by, topics=topics, breaking=breaking)
            values = {
                "topics": list(edited.topics),
                "breaking": edited.breaking,
                "version": edited.version,
                "edits": edits_to_json(edited.edits),
            }
            await connection.execute(update(articles).where(articles.c.id == article_id).values(values))
            if edited.topics != article.topics:
                await connection.execute(delete(article_topics).where(article_topics.c.article_id == article_id))
                await index_topics(connection, edited)
                await write_words(connection, self._search, [edited])
            return edited

    async def hold(self, article_id: int, *, now: datetime) -> bool:
        free = (articles.c.id == article_id) & IN_OUTBOX & articles.c.held_at.is_(None)
        return await self._set_held(free, now)

    async def release(self, article_id: int) -> bool:
        return await self._set_held((articles.c.id == article_id) & IN_OUTBOX & articles.c.held_at.is_not(None), None)

    async def _set_held(self, which: ColumnElement[bool], held_at: datetime | None) -> bool:
        # With the writers' lock: whoever decides what is in the outbox holds it, too.
        async with self._writing() as connection:
            return (await connection.execute(update(articles).where(which).values(held_at=held_at))).rowcount == 1

    async def mark_announced(self, article_ids: Sequence[int], *, now: datetime) -> None:
        async with self._writing() as connection:
            for ids in batches(article_ids):
                unmarked = articles.c.id.in_(ids) & articles.c.announced_at.is_(None)
                await connection.execute(update(articles).where(unmarked).values(announced_at=now))

    async def withdraw(self, url: str, *, now: datetime) -> Article | None:
        if not fits_the_index(url):
            return None
        async with self._writing() as connection:
            article_id = (await owners_of(connection, [url])).get(url)
            if article_id is None:
                return None
            standing = (articles.c.id == article_id) & articles.c.withdrawn_at.is_(None)
            withdrawn = await connection.execute(update(articles).where(standing).values(withdrawn_at=now))
            row = (await connection.execute(select(articles).where(articles.c.id == article_id))).mappings().one()
            article = article_of(row)
            if withdrawn.rowcount:
                await tell_anew_without(connection, article, now, self._database.dialect)
            return article

    async def retain(self, *, keep_since: datetime) -> int:
        # Nobody waits for a withdrawn article, announced or not.
        done_with = articles.c.announced_at.is_not(None) | articles.c.withdrawn_at.is_not(None)
        old = select(articles.c.id).where(articles.c.published_at < keep_since, done_with).limit(BATCH)
        deleted = 0
        while True:
            # In many short transactions: a year's articles at once would keep others from writing for a minute.
            async with self._writing() as connection:
                ids = list((await connection.execute(old)).scalars())
                if not ids:
                    return deleted
                await remove_words(connection, self._search, ids)
                await connection.execute(delete(articles).where(articles.c.id.in_(ids)))
                deleted += len(ids)

    async def count(self) -> int:
        async with self._database.reading() as connection:
            return (await connection.execute(select(func.count()).select_from(articles))).scalar_one()

    async def source_states(self) -> dict[str, SourceState]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(source_states))).mappings()
            return {row["source"]: SourceState(**row) for row in rows}

    async def save_source_state(self, state: SourceState) -> None:
        values = asdict(state)
        row = insert_into(source_states, self._database.dialect).values(values)
        async with self._database.writing() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=["source"], set_=values))

    async def export(self) -> AsyncIterator[Article]:
        # In pages, each read at once: a slow taker must not hold a transaction open.
        key = tuple_(articles.c.published_at, articles.c.id)
        pages = select(articles).order_by(articles.c.published_at, articles.c.id).limit(BATCH)
        page = await self._select(pages)
        while page:
            for article in page:
                yield article
            page = await self._select(pages.where(key > place(page[-1])))

    def _writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._database.writing(lock=WRITERS)

    async def _select(self, query: Select[Any]) -> list[Article]:
        async with self._database.reading() as connection:
            return [article_of(row) for row in (await connection.execute(query)).mappings()]
