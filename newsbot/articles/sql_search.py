"""The index of words, kept in the transaction that stores the article: FTS5 on SQLite, a tsvector on PostgreSQL.

Both get the same words (`search_terms`) and find the same articles. Order: how well the words match (headline four
times, kicker twice), less the older it is: an article of `HALF_WORTH` must match twice as well as one of today. Ranked
are only the newest `DEPTH` hits, so that a common word costs the same in a large archive as in a small one (bm25 over
all hits of a million articles takes 200 ms, over the newest 500 seven).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import TextualSelect, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles.schema import articles
from newsbot.articles.search_terms import IndexedText, Term, topic_word

DEPTH: Final = 1_000  #: hits that are ranked
HALF_WORTH: Final = timedelta(days=30)


class SearchIndex(Protocol):
    """The words of articles. Every method works on the caller's connection, in its transaction."""

    async def store(self, connection: AsyncConnection, article_id: int, words: IndexedText) -> None:
        """Index an article, in place of what was known of it."""
        ...

    async def remove(self, connection: AsyncConnection, article_ids: Sequence[int]) -> None: ...

    def ranked(
        self, terms: Sequence[Term], *, every: bool, topic: str | None, now: datetime, limit: int
    ) -> TextualSelect:
        """Ids of articles that readers may see, best first, with `every` term in them or with any."""
        ...


class SqliteSearch:
    """FTS5; a row's id is the article's."""

    async def store(self, connection: AsyncConnection, article_id: int, words: IndexedText) -> None:
        await self.remove(connection, [article_id])
        await connection.execute(
            text(
                "INSERT INTO article_search (rowid, headline, kicker, body, topics) "
                "VALUES (:id, :headline, :kicker, :body, :topics)"
            ),
            {
                "id": article_id,
                "headline": " ".join(words.headline),
                "kicker": " ".join(words.kicker),
                "body": " ".join(words.body),
                "topics": " ".join(words.topics),
            },
        )

    async def remove(self, connection: AsyncConnection, article_ids: Sequence[int]) -> None:
        await connection.execute(
            text("DELETE FROM article_search WHERE rowid = :id"), [{"id": article_id} for article_id in article_ids]
        )

    def ranked(
        self, terms: Sequence[Term], *, every: bool, topic: str | None, now: datetime, limit: int
    ) -> TextualSelect:
        # bm25 is smaller for what matches better, below zero. INDEXED BY: the planner would read a page of the articles
        # themselves for each hit, twice the time; the index has all that is asked.
        query = text(
            "SELECT hits.id FROM ("
            "SELECT rowid AS id, -bm25(article_search, 4.0, 2.0, 1.0, 0.0) AS score FROM article_search "
            "WHERE article_search MATCH :match ORDER BY rowid DESC LIMIT :depth"
            ") AS hits JOIN articles INDEXED BY ix_articles_readable ON articles.id = hits.id "
            "WHERE articles.withdrawn_at IS NULL AND articles.published_at <= :now "
            "ORDER BY hits.score / (1 + (:now - articles.published_at) / :half) DESC, "
            "articles.published_at DESC, hits.id DESC LIMIT :limit"
        ).bindparams(
            bindparam("now", now, articles.c.published_at.type),
            match=self.match(terms, every=every, topic=topic),
            half=HALF_WORTH.total_seconds() * 1e6,  # times are microseconds
            depth=DEPTH,
            limit=limit,
        )
        return query.columns(id=articles.c.id.type)

    @staticmethod
    def match(terms: Sequence[Term], *, every: bool, topic: str | None) -> str:
        """The expression for MATCH; quoted, since AND, NEAR and the like are words of a query too."""
        words = (f'"{term.word}"{"*" if term.begins else ""}' for term in terms)
        return _and_topic((" AND " if every else " OR ").join(words), " AND ", topic and f'"{topic_word(topic)}"')


class PostgresSearch:
    """A tsvector that we spell out ourselves: lexemes with a place and a weight, past any parser or locale."""

    async def store(self, connection: AsyncConnection, article_id: int, words: IndexedText) -> None:
        await connection.execute(
            text(
                "INSERT INTO article_search (article_id, words) VALUES (:id, CAST(CAST(:words AS text) AS tsvector)) "
                "ON CONFLICT (article_id) DO UPDATE SET words = excluded.words"
            ),
            {"id": article_id, "words": self.vector(words)},
        )

    async def remove(self, connection: AsyncConnection, article_ids: Sequence[int]) -> None:
        await connection.execute(
            text("DELETE FROM article_search WHERE article_id = :id"),
            [{"id": article_id} for article_id in article_ids],
        )

    def ranked(
        self, terms: Sequence[Term], *, every: bool, topic: str | None, now: datetime, limit: int
    ) -> TextualSelect:
        # Ranked in an outer query: the inner one would rank every hit before it takes the newest.
        query = text(
            "SELECT hits.id FROM ("
            "SELECT article_id AS id, ts_rank(CAST('{0.25, 0.0, 0.5, 1.0}' AS real[]), words, "
            "CAST(CAST(:ranked AS text) AS tsquery)) AS score FROM ("
            "SELECT article_id, words FROM article_search WHERE words @@ CAST(CAST(:match AS text) AS tsquery) "
            "ORDER BY article_id DESC LIMIT :depth) AS newest"
            ") AS hits JOIN articles ON articles.id = hits.id "
            "WHERE articles.withdrawn_at IS NULL AND articles.published_at <= :now "
            "ORDER BY hits.score / (1 + extract(epoch FROM :now - articles.published_at) / CAST(:half AS float)) DESC, "
            "articles.published_at DESC, hits.id DESC LIMIT :limit"
        ).bindparams(
            bindparam("now", now, articles.c.published_at.type),
            ranked=self.match(terms, every=every, topic=None),
            match=self.match(terms, every=every, topic=topic),
            half=HALF_WORTH.total_seconds(),
            depth=DEPTH,
            limit=limit,
        )
        return query.columns(id=articles.c.id.type)

    @staticmethod
    def vector(words: IndexedText) -> str:
        """Weights: A headline, B kicker, C topics, D the rest. Places go up to 16,383 and 255 of a word."""
        places: dict[str, list[str]] = {}
        place = 0
        for part, weight in ((words.headline, "A"), (words.kicker, "B"), (words.body, ""), (words.topics, "C")):
            for word in part:
                place = min(place + 1, 16_383)
                places.setdefault(word, []).append(f"{place}{weight}")
        return " ".join(f"'{word}':{','.join(at[:255])}" for word, at in places.items())

    @staticmethod
    def match(terms: Sequence[Term], *, every: bool, topic: str | None) -> str:
        words = (f"'{term.word}'{':*' if term.begins else ''}" for term in terms)
        return _and_topic((" & " if every else " | ").join(words), " & ", topic and f"'{topic_word(topic)}'")


def search_index(dialect: str) -> SearchIndex:
    return SqliteSearch() if dialect == "sqlite" else PostgresSearch()


def _and_topic(words: str, conjunction: str, topic: str | None) -> str:
    return f"({words}){conjunction}{topic}" if topic else words
