"""The index of words, kept in the transaction that stores the article: FTS5 on SQLite, a tsvector on PostgreSQL.

Both get the same words (`search_terms`) and say which articles have them, the newest first; how well an article answers
is `ranking`'s business, so that both give the same order. Only the newest hits are looked at, so that a common word
costs the same in a large archive as in a small one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol

from sqlalchemy import Float, Integer, Text, TextualSelect, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.schema import articles
from newsbot.articles.search_terms import IndexedText, topic_word

FIELDS: Final = ("headline", "kicker", "lead", "body", "topics")  #: of `article_words`, in this order


@dataclass(frozen=True, slots=True)
class Sought:
    """One of these words, of these beginnings of words or of these phrases."""

    words: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()


NOTHING: Final = Sought()


@dataclass(frozen=True, slots=True)
class Hits:
    """Which articles: with all of `sought`, none of `without`, of the topic, published in the time."""

    sought: tuple[Sought, ...]
    on_top: bool = False  #: in headline or kicker
    after: int = 0  #: ids above this one
    without: Sought = NOTHING
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def of(self, *sought: Sought) -> Hits:
        """The same limits for other words."""
        return replace(self, sought=sought)


class SearchIndex(Protocol):
    """Every method works on the caller's connection, in its transaction. Words come from `article_words`."""

    async def store(self, connection: AsyncConnection, texts: Mapping[int, IndexedText]) -> None:
        """Index articles whose row in `article_words` was just written."""
        ...

    async def remove(self, connection: AsyncConnection, article_ids: Sequence[int]) -> None:
        """Forget articles, whose row in `article_words` is still there."""
        ...

    def expression(self, hits: Hits) -> str:
        """What the database is asked with; '' for hits that name neither words nor a topic."""
        ...

    def source(self, match: str) -> str:
        """What to select from, up to a condition; `match`: the parameter that holds an expression."""
        ...

    def ids(self, match: str) -> str:
        """A select of the ids alone."""
        ...

    def age(self, now: str) -> str:
        """Seconds from an article's publication to the parameter `now`."""
        ...

    @property
    def newest(self) -> str:
        """The id of a hit, in a form that the database can go through backwards."""
        ...


class SqliteSearch:
    """FTS5 over the rows of `article_words`; a row's id is the article's."""

    async def store(self, connection: AsyncConnection, texts: Mapping[int, IndexedText]) -> None:
        await self._tell(connection, "INSERT INTO article_search (rowid, {fields}) SELECT article_id, {fields}", texts)

    async def remove(self, connection: AsyncConnection, article_ids: Sequence[int]) -> None:
        await self._tell(
            connection,
            "INSERT INTO article_search (article_search, rowid, {fields}) SELECT 'delete', article_id, {fields}",
            article_ids,
        )

    async def _tell(self, connection: AsyncConnection, statement: str, article_ids: Iterable[int]) -> None:
        if ids := [{"id": article_id} for article_id in article_ids]:
            fields = ", ".join(FIELDS)
            statement = statement.format(fields=fields)
            await connection.execute(text(f"{statement} FROM article_words WHERE article_id = :id"), ids)

    newest = "article_search.rowid"

    def age(self, now: str) -> str:
        return f"({now} - articles.published_at) / 1e6"

    def source(self, match: str) -> str:
        # INDEXED BY: the planner would read a page of the articles themselves for each hit; the index has all it needs.
        return (
            "article_search JOIN articles INDEXED BY ix_articles_readable ON articles.id = article_search.rowid "
            f"WHERE article_search MATCH {match}"
        )

    def ids(self, match: str) -> str:
        return f"SELECT rowid FROM article_search WHERE article_search MATCH {match}"  # noqa: S608 - a parameter's name

    def expression(self, hits: Hits) -> str:
        """For MATCH; quoted, since AND, NEAR and the like are words of a query too."""
        where = "{headline kicker} : " if hits.on_top else ""
        parts = [f"{where}({self._any(sought)})" for sought in hits.sought]
        if hits.topic:
            parts.append(f'topics : "{topic_word(hits.topic)}"')
        wanted = " AND ".join(parts)
        return f"({wanted}) NOT ({self._any(hits.without)})" if wanted and hits.without != NOTHING else wanted

    @staticmethod
    def _any(sought: Sought) -> str:
        return " OR ".join(
            (
                *(f'"{word}"' for word in sought.words),
                *(f'"{word}"*' for word in sought.beginnings),
                *(f'"{" ".join(phrase)}"' for phrase in sought.phrases),
            )
        )


class PostgresSearch:
    """A tsvector that we spell out ourselves: lexemes with their places, past any parser or locale."""

    async def store(self, connection: AsyncConnection, texts: Mapping[int, IndexedText]) -> None:
        if rows := [{"id": article_id, "words": self.vector(words)} for article_id, words in texts.items()]:
            await connection.execute(
                text(
                    "INSERT INTO article_search (article_id, words) "
                    "VALUES (:id, CAST(CAST(:words AS text) AS tsvector)) "
                    "ON CONFLICT (article_id) DO UPDATE SET words = excluded.words"
                ),
                rows,
            )

    async def remove(self, connection: AsyncConnection, article_ids: Sequence[int]) -> None:
        if ids := [{"id": article_id} for article_id in article_ids]:
            await connection.execute(text("DELETE FROM article_search WHERE article_id = :id"), ids)

    # Not the bare id: of a rare word PostgreSQL's planner expects far too many articles, and would go through the whole
    # archive by number, unpacking the words of each.
    newest = "(articles.id + 0)"

    def age(self, now: str) -> str:
        return f"extract(epoch FROM {now} - articles.published_at)"

    def source(self, match: str) -> str:
        return (
            "article_search JOIN articles ON articles.id = article_search.article_id "
            f"WHERE article_search.words @@ CAST(CAST({match} AS text) AS tsquery)"
        )

    def ids(self, match: str) -> str:
        return f"SELECT article_id FROM article_search WHERE words @@ CAST(CAST({match} AS text) AS tsquery)"  # noqa: S608

    @staticmethod
    def vector(words: IndexedText) -> str:
        """Places go up to 16,383 and 255 of a word; a step between two fields keeps phrases within one.

        A is the weight of headline and kicker.
        """
        places: dict[str, list[str]] = {}
        place = 0
        for name in FIELDS:
            weight = "A" if name in {"headline", "kicker"} else ""
            for word in getattr(words, name):
                place = min(place + 1, 16_383)
                places.setdefault(word, []).append(f"{place}{weight}")
            place = min(place + 1, 16_383)
        return " ".join(f"'{word}':{','.join(at[:255])}" for word, at in places.items())

    def expression(self, hits: Hits) -> str:
        parts = [self._any(sought, "A" if hits.on_top else "") for sought in hits.sought]
        if hits.topic:
            parts.append(f"'{topic_word(hits.topic)}'")
        if parts and hits.without != NOTHING:
            parts.append(f"!({self._any(hits.without)})")
        return " & ".join(f"({part})" for part in parts)

    @staticmethod
    def _any(sought: Sought, weight: str = "") -> str:
        return " | ".join(
            (
                *(f"'{word}':{weight}" for word in sought.words),
                *(f"'{word}':*{weight}" for word in sought.beginnings),
                *("(" + " <-> ".join(f"'{word}':{weight}" for word in phrase) + ")" for phrase in sought.phrases),
            )
        )


def newest_hits(
    index: SearchIndex, choices: Sequence[Hits], *, now: datetime, depth: int
) -> tuple[TextualSelect, Mapping[str, Any]]:
    """Articles that readers may see, of each of `choices` the newest `depth`: id, age, number of the choice.

    A choice without words is all articles of its topic and time. The question comes with its values.
    """
    parts = []
    values: dict[str, Any] = {}
    for number, hits in enumerate(choices):
        times = [f"articles.published_at <= :now{number}"]
        values[f"now{number}"] = now
        for name, sign in (("since", ">="), ("until", "<")):
            if (moment := getattr(hits, name)) is not None:
                times.append(f"articles.published_at {sign} :{name}{number}")
                values[f"{name}{number}"] = moment
        if expression := index.expression(hits):
            values[f"match{number}"] = expression
            source, order = f"{index.source(f':match{number}')} AND ", index.newest
            if hits.after:
                source += f"{index.newest} > :after{number} AND "
                values[f"after{number}"] = hits.after
        else:
            source, order = "articles WHERE ", "articles.published_at"
            if hits.without != NOTHING:
                values[f"match{number}"] = index.expression(Hits((hits.without,)))
                source += f"articles.id NOT IN ({index.ids(f':match{number}')}) AND "
        parts.append(
            f"SELECT * FROM (SELECT articles.id AS id, {index.age(f':now{number}')} AS age, {number} AS choice "  # noqa: S608
            f"FROM {source}articles.withdrawn_at IS NULL AND {' AND '.join(times)} "
            f"ORDER BY {order} DESC LIMIT {depth:d}) AS hits{number}"
        )
    return _hits(" UNION ALL ".join(parts), frozenset(values)), values


@lru_cache(maxsize=256)
def _hits(question: str, names: frozenset[str]) -> TextualSelect:
    """Made once for each form of question: to put it together costs as much as its answer."""
    moment = articles.c.published_at.type
    kinds = {"now": moment, "since": moment, "until": moment, "after": articles.c.id.type, "match": Text()}
    typed = (bindparam(name, type_=kinds[name.rstrip("0123456789")]) for name in sorted(names))
    asked = text(question).bindparams(*typed)
    return asked.columns(id=articles.c.id.type, age=Float(), choice=Integer())


def search_index(dialect: str) -> SearchIndex:
    return SqliteSearch() if dialect == "sqlite" else PostgresSearch()
