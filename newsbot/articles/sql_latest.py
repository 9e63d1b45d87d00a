"""The newest articles, page by page, on the caller's connection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.schema import article_topics, articles
from newsbot.articles.sql_rows import article_of, place
from newsbot.articles.sql_stories import newest_of_its_story, others_of
from newsbot.domain.article import Cursor, Page


async def latest_page(
    connection: AsyncConnection,
    *,
    topic: str | None,
    before: Cursor | None,
    after: Cursor | None,
    limit: int,
    once_per_story: bool,
    now: datetime,
) -> Page:
    """As `store.ArticleStore.latest` says; `limit` is at least 1."""
    query = select(articles).where(articles.c.withdrawn_at.is_(None))
    key: tuple[ColumnElement[Any], ColumnElement[Any]] = (articles.c.published_at, articles.c.id)
    if topic is not None:
        query = query.join(article_topics, article_topics.c.article_id == articles.c.id)
        query = query.where(article_topics.c.topic == topic)
        key = (article_topics.c.published_at, article_topics.c.article_id)
    query = query.where(key[0] <= now)
    seen = 0
    if once_per_story:
        seen = before.seen if before else (await connection.execute(select(func.max(articles.c.id)))).scalar() or 0
        if before and seen:
            query = query.where(articles.c.id <= seen)
        query = query.where(newest_of_its_story(topic, now, before))
    if before is not None:
        query = query.where(tuple_(*key) < place(before))
    if after is not None:
        query = query.where(tuple_(*key) > place(after)).order_by(*key).limit(limit)
    else:
        query = query.order_by(key[0].desc(), key[1].desc()).limit(limit + 1)
    found = [article_of(row) for row in (await connection.execute(query)).mappings()]
    shown = tuple(found[::-1] if after is not None else found[:limit])
    more = bool(shown) and (after is not None or len(found) > limit)
    return Page(
        shown,
        Cursor(shown[-1].published_at, shown[-1].id, seen) if more else None,
        await others_of(connection, shown, now) if once_per_story else {},
    )
