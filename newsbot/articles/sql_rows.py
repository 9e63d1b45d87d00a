"""Rows of articles: whose an address or a text is, what leads to an article, and what a row can hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, RowMapping, bindparam, insert, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.schema import article_topics, article_urls, articles
from newsbot.domain.article import Article, ArticleDraft, Cursor, Edit
from newsbot.errors import StoreError

T = TypeVar("T")
Draft = TypeVar("Draft", bound=ArticleDraft)

SAME_TEXT_WITHIN: Final = timedelta(hours=72)  #: between two times of publication; a yearly column may repeat itself
LONGEST_URL: Final = 2_000  #: bytes; PostgreSQL's index holds 2,704
BATCH: Final = 500  #: ids, addresses or articles in one statement

_BY_ID: Final = select(articles).where(articles.c.id.in_(bindparam("ids", expanding=True)))


async def owners_of(connection: AsyncConnection, urls: Iterable[str]) -> dict[str, int]:
    """The articles that addresses lead to."""
    owners: dict[str, int] = {}
    for batch in batches(list(urls)):
        query = select(article_urls.c.url, article_urls.c.article_id).where(article_urls.c.url.in_(batch))
        owners.update((row.url, row.article_id) for row in await connection.execute(query))
    return owners


async def same_article(connection: AsyncConnection, draft: ArticleDraft, owners: dict[str, int]) -> Article | None:
    """By its address, else by another address, else by the same text, the first that was stored."""
    query = select(articles)
    if (owner := next((owners[url] for url in (draft.url, *draft.other_urls) if url in owners), None)) is not None:
        query = query.where(articles.c.id == owner)
    elif draft.content_hash:
        # Not a withdrawn one: its text under a new address is a new article, or it would never be seen.
        query = query.where(
            articles.c.content_hash == draft.content_hash,
            articles.c.published_at.between(*around(draft.published_at, SAME_TEXT_WITHIN)),
            articles.c.withdrawn_at.is_(None),
        )
    else:
        return None
    row = (await connection.execute(query.order_by(articles.c.id).limit(1))).mappings().first()
    return article_of(row) if row is not None else None


def around(moment: datetime, within: timedelta) -> tuple[datetime, datetime]:
    try:
        return moment - within, moment + within
    except OverflowError:  # a wrong date at an end of the calendar
        return moment, moment


async def articles_by_id(connection: AsyncConnection, ids: Iterable[int]) -> AsyncIterator[Article]:
    for batch in batches(list(dict.fromkeys(ids))):
        for row in (await connection.execute(_BY_ID, {"ids": batch})).mappings():
            yield article_of(row)


async def index_urls(connection: AsyncConnection, article: Article, urls: Sequence[str]) -> None:
    if urls:
        await connection.execute(insert(article_urls), [{"url": url, "article_id": article.id} for url in urls])


async def index_topics(connection: AsyncConnection, article: Article) -> None:
    if article.topics:
        at = {"article_id": article.id, "published_at": article.published_at}
        await connection.execute(insert(article_topics), [{"topic": topic, **at} for topic in article.topics])


def place(at: Cursor | Article) -> ColumnElement[Any]:
    """Typed: a tuple's bare values would be written as the driver likes, not as the columns are."""
    return tuple_(literal(at.published_at, articles.c.published_at.type), literal(at.id, articles.c.id.type))


def article_of(row: RowMapping | dict[str, Any]) -> Article:
    """The columns are named as the fields; JSON has lists where we have tuples."""
    lists = {"topics": tuple(row["topics"]), "other_urls": tuple(row["other_urls"])}
    return Article(**{**row, **lists, "edits": edits_from_json(row["edits"])})


def edits_to_json(edits: Mapping[str, Edit]) -> dict[str, dict[str, str]]:
    return {name: {"by": edit.by, "name": edit.name, "at": edit.at.isoformat()} for name, edit in edits.items()}


def edits_from_json(found: Mapping[str, Mapping[str, str]]) -> dict[str, Edit]:
    at = datetime.fromisoformat
    return {name: Edit(edit["by"], edit["name"], at(edit["at"])) for name, edit in found.items()}


def storable(draft: Draft) -> Draft:
    """Without the characters that PostgreSQL or UTF-8 refuse (NUL, lone surrogates), which one bad page could bring.

    Raises StoreError for an address that no index holds.
    """
    if not fits_the_index(draft.url):
        raise StoreError(f"An address is not text or longer than {LONGEST_URL} bytes: {draft.url[:80]!r}…")
    cleaned: dict[str, Any] = {
        field.name: _clean(value) for field in fields(draft) if isinstance(value := getattr(draft, field.name), str)
    }
    return replace(draft, **cleaned, other_urls=tuple(url for url in draft.other_urls if fits_the_index(url)))


def fits_the_index(url: str) -> bool:
    return len(url.encode("utf-8", "replace")) <= LONGEST_URL and url == _clean(url)


def _clean(words: str) -> str:
    return words.replace("\0", "").encode("utf-8", "ignore").decode()


def batches(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
