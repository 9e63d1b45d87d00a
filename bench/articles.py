"""Headlines and search in 100,000 articles on SQLite, and beside it what one would write first.

The articles are made of invented syllables in the proportions of Bengali news: word frequencies after Zipf, a third of
the words inflected, headlines of seven words and bodies of 160. They are kept in the temporary folder for the next run.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from sqlalchemy import event

from bench.tables import Spread, show, timed
from newsbot.articles.query_parser import parse_query
from newsbot.articles.sql_loading import load_articles
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database, open_database
from newsbot.domain.article import Article, ArticleDraft, Cursor
from newsbot.domain.search import Found

ARTICLES = 100_000
CALLS = 300
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOPICS = ("national", "politics", "world", "economy", "sports", "entertainment", "country", "technology", "education")

_ONSETS = (*"কখগঘচছজঝটঠডতথদধনপফবভমযরলশসহ", "প্র", "ক্র", "ন্ত", "স্ট", "ক্ষ")
_VOWELS = ("", "া", "ি", "ী", "ু", "ূ", "ে", "ো")
_ENDINGS = ("র", "ের", "ে", "কে", "তে", "রা", "দের", "টি")
_WORDS = 50_000


async def found(store: SqlArticleStore, text: str, topic: str | None = None) -> Found:
    return await store.search(parse_query(text, now=NOW, zone=UTC, topic=topic), now=NOW)


class Language:
    """Words by rank, the commonest first."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        words: dict[str, None] = {}
        while len(words) < _WORDS:
            words[
                "".join(
                    self._random.choice(_ONSETS) + self._random.choice(_VOWELS)
                    for _ in range(self._random.choice((2, 3, 3, 4)))
                )
            ] = None
        self.words = list(words)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(_WORDS)))

    def text(self, count: int) -> str:
        words = self._random.choices(self.words, cum_weights=self._weights, k=count)
        return " ".join(
            word + self._random.choice(_ENDINGS) if self._random.random() < 0.33 else word for word in words
        )

    def article(self, number: int) -> ArticleDraft:
        return ArticleDraft(
            url=f"https://news.example/article/{number}",
            headline=self.text(7),
            kicker=self.text(2),
            published_at=NOW - timedelta(minutes=5 * (ARTICLES - number)),
            source="portal",
            summary=self.text(20) + "।",
            body="\n".join(self.text(40) + "।" for _ in range(4)),
            topics=(TOPICS[number % len(TOPICS)],),
            content_hash=f"{number:064x}",
        )

    def queries(self, words: int) -> list[str]:
        """Of words that readers ask for: not the hundred commonest, half of them inflected."""
        known = self.words[100:8000]
        return [
            " ".join(
                self._random.choice(known) + self._random.choice(("", self._random.choice(_ENDINGS)))
                for _ in range(words)
            )
            for _ in range(CALLS)
        ]


def main() -> None:
    asyncio.run(_measure())


async def _measure() -> None:
    language = Language()
    folder = kept_folder()
    database = await open_filled(language)
    store = SqlArticleStore(database)
    rows = [
        ("latest", await timed(lambda: store.latest(now=NOW) for _ in range(CALLS))),
        ("latest of a topic", await timed(lambda: store.latest(topic="sports", now=NOW) for _ in range(CALLS))),
        ("latest, page 5,000", await timed(_pages(store))),
    ]
    for words in (1, 2, 3):
        queries = language.queries(words)
        rows.append((f"search, {words} words", await timed(lambda q=q: found(store, q) for q in queries)))
    queries = language.queries(2)
    rows.append(("search, 2 words, topic", await timed(lambda q=q: found(store, q, topic="sports") for q in queries)))
    rows.append(("search, the commonest word", await timed(lambda: found(store, language.words[0]) for _ in range(50))))
    size = (folder / "newsbot.sqlite3").stat().st_size / 2**20
    show(
        f"{ARTICLES:,} articles on SQLite ({size:.0f} MB), milliseconds a call, ten articles each",
        ("", "p50", "p99"),
        [(name, spread.p50, spread.p99) for name, spread in rows],
    )
    ours = rows[4][1]
    await database.close()
    _show_alternatives(folder, language, ours)


def _pages(store: SqlArticleStore):
    for number in range(CALLS):
        before = Cursor(NOW - timedelta(minutes=5 * 50_000 + number), 50_000)
        yield lambda before=before: store.latest(before=before, now=NOW)


def kept_folder(count: int = ARTICLES) -> Path:
    return Path(tempfile.gettempdir()) / f"newsbot-bench-articles-{count}"


async def open_filled(language: Language, count: int = ARTICLES) -> Database:
    """So many articles, written once and kept for the next run; what was cut off is written anew."""
    folder = kept_folder(count)
    whole = folder / "whole"
    if not whole.exists():
        shutil.rmtree(folder, ignore_errors=True)
    database = await open_database(None, folder)
    if not whole.exists():
        await _fill(database, language, count)
        whole.touch()
    return database


async def _fill(database: Database, language: Language, count: int) -> None:
    """With the real index, many in a transaction; without waiting for the disk."""
    print(f"Writing {count:,} articles (some minutes, once)…", flush=True)
    event.listen(database.engine.sync_engine, "checkout", _careless)
    begin = time.perf_counter()
    await load_articles(
        database,
        (
            Article(**asdict(language.article(number)), id=number + 1, stored_at=NOW, announced_at=NOW)
            for number in range(count)
        ),
    )
    print(f"{count / (time.perf_counter() - begin):.0f} articles a second, synchronous=OFF")


def _careless(connection, _record, _proxy) -> None:
    connection.cursor().execute("PRAGMA synchronous=OFF")


def _show_alternatives(folder: Path, language: Language, ours: Spread) -> None:
    """The same two-word queries by LIKE, and by FTS5 with its own tokenizer; in this thread, without SQLAlchemy."""
    connection = sqlite3.connect(folder / "newsbot.sqlite3")
    plain = sqlite3.connect(folder / "default.sqlite3")
    if not plain.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        plain.execute("CREATE VIRTUAL TABLE texts USING fts5(headline, kicker, body)")
        rows = connection.execute("SELECT id, headline, kicker, summary || ' ' || body FROM articles")
        plain.executemany("INSERT INTO texts (rowid, headline, kicker, body) VALUES (?, ?, ?, ?)", rows)
        plain.commit()
    queries = [query.split() for query in language.queries(2)]
    like = (
        "SELECT id FROM articles WHERE (headline LIKE ?1 OR body LIKE ?1) AND (headline LIKE ?2 OR body LIKE ?2) "
        "AND withdrawn_at IS NULL ORDER BY published_at DESC LIMIT 10"
    )
    default = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts, 4.0, 2.0, 1.0) LIMIT 10"
    rows = (
        ("Newsbot", ours),
        ("LIKE", Spread(tuple(_times(connection, like, ([f"%{word}%" for word in query] for query in queries[:20]))))),
        (
            "FTS5, its own tokenizer",
            Spread(tuple(_times(plain, default, ([" ".join(f'"{word}"' for word in query)] for query in queries)))),
        ),
    )
    show(
        "Two words, beside what one would write first",
        ("", "p50", "p99", "p50 to ours"),
        [(name, spread.p50, spread.p99, f"{spread.p50 / ours.p50:.1f}x") for name, spread in rows],
    )


def _times(connection: sqlite3.Connection, statement: str, parameters) -> Iterator[float]:
    for values in parameters:
        begin = time.perf_counter()
        connection.execute(statement, values).fetchall()
        yield (time.perf_counter() - begin) * 1000
