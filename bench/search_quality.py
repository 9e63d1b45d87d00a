"""What a search finds: known articles by words of their headlines, and words by their inflections.

Reads JSON lines of articles (`headline`, `article`) from the folder `text` of NEWSBOT_SHARED_DATA, and measures in one
run Newsbot on SQLite and PostgreSQL, SQLite's own tokenizers and PostgreSQL's `simple`.

Known item: the three rarest words of a headline are the query, only the bodies are indexed, one article is right. Some
words stand in no body, so that the best possible is below 1. Inflection: for each of some everyday nouns, an article is
right if it has the noun with or without an ending of this file's grammar, which is not the analyser's; asked for are
the noun and its commonest inflected forms.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from bench.tables import show
from newsbot.articles.query_parser import parse_query
from newsbot.articles.sql_loading import load_articles
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import open_database
from newsbot.domain.article import Article
from newsbot.domain.search import Match
from newsbot.text.tokens import tokens
from tests.databases import empty_postgres_database
from tests.postgres_server import PostgresServer

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FORMS = 5  #: inflected forms asked for, of each noun

_NOUNS = """
বাংলাদেশ নির্বাচন সরকার হাসপাতাল শিক্ষার্থী ঢাকা দল প্রার্থী ভোট ব্যাংক পুলিশ আদালত মামলা নেতা কমিশন পাকিস্তান ভারত ম্যাচ মাঠ
বাজার দাম মানুষ নারী শিশু জেলা গ্রাম শহর বাড়ি পরিবার মৃত্যু বৈঠক আন্দোলন মন্ত্রী উপদেষ্টা চিকিৎসক বিশ্ববিদ্যালয় সাংবাদিক
চুক্তি বিনিয়োগ সংসদ
""".replace("\u09df", "\u09af\u09bc").split()
_ENDINGS = ("(?:(?:টি|টা|গুলো|গুলি|সমূহ)?(?:র|ের|কে|তে|ে|য়|য়ের)?|দের(?:কে)?|(?:ে)?রা|সহ|জুড়ে|গণ)(?:ই|ও)?").replace(
    "\u09df", "\u09af\u09bc"
)

#: words, whether all must be there, how many are wanted → articles, best first
Search = Callable[[list[str], bool, int], Awaitable[list[int]]]
SHOWN = 10


def main() -> None:
    folder = os.environ.get("NEWSBOT_SHARED_DATA")
    if not folder:
        print("search_quality: set NEWSBOT_SHARED_DATA to a folder with text/articles.jsonl", file=sys.stderr)
        return
    with (
        _postgres() as server,
        empty_postgres_database(server) as ours,
        empty_postgres_database(server, template="template0 LOCALE 'C.UTF-8'") as plain,
        tempfile.TemporaryDirectory() as data,
    ):
        asyncio.run(_run(Path(folder) / "text", ours, plain, Path(data)))


async def _run(folder: Path, ours: str, plain: str, data: Path) -> None:
    headlines, bodies = _texts(folder)
    searches = {
        "SQLite unicode61": _sqlite(bodies, "unicode61"),
        "SQLite trigram": _sqlite(bodies, "trigram"),
        "PostgreSQL simple": await _postgres_simple(bodies, plain),
        "Newsbot, SQLite": await _newsbot(bodies, None, data),
        "Newsbot, PostgreSQL": await _newsbot(bodies, ours, data),
    }
    queries = _known_items(headlines, bodies)
    show(
        f"{len(queries)} known articles among {len(bodies)}, by the three rarest words of their headlines",
        ("", "all words: hit@10", "MRR", "any word: hit@10", "MRR"),
        [(name, *map(_three, await _known(search, queries))) for name, search in searches.items()],
    )
    show(
        f"{len(_NOUNS)} nouns and their {FORMS} commonest inflected forms",
        ("", "noun: recall", "precision", "inflected: recall", "precision"),
        [(name, *map(_three, await _inflected(search, bodies))) for name, search in searches.items()],
    )


def _three(figure: float) -> str:
    return f"{figure:.3f}"


def _texts(folder: Path) -> tuple[list[str], list[str]]:
    """Headlines and bodies, each body once; documents without a headline fill the archive."""
    texts: dict[str, str] = {}
    for name, headline, body in (("articles", "headline", "article"), ("summaries", "", "document")):
        file = folder / f"{name}.jsonl"
        for line in file.read_text("utf-8").splitlines() if file.is_file() else ():
            record = json.loads(line)
            texts.setdefault(record[body], record.get(headline, ""))
    return list(texts.values()), list(texts)


def _known_items(headlines: list[str], bodies: list[str]) -> list[tuple[int, list[str]]]:
    everywhere = Counter(word for pair in zip(headlines, bodies, strict=True) for word in set(tokens(" ".join(pair))))
    queries = []
    for number, headline in enumerate(headlines):
        words = [word for word in dict.fromkeys(tokens(headline)) if len(word) > 2 and not word.isdigit()]
        if len(words) >= 3 and re.search(r"[\u0980-\u09ff]{3}", headline):
            queries.append((number, sorted(words, key=lambda word: everywhere[word])[:3]))
    return queries


async def _known(search: Search, queries: list[tuple[int, list[str]]]) -> list[float]:
    figures = []
    for every in (True, False):
        found = [(await search(words, every, SHOWN))[:SHOWN] for _, words in queries]
        places = [
            hits.index(number) if number in hits else None for hits, (number, _) in zip(found, queries, strict=True)
        ]
        figures.append(sum(place is not None for place in places) / len(places))
        figures.append(sum(1 / (place + 1) for place in places if place is not None) / len(places))
    return figures


async def _inflected(search: Search, bodies: list[str]) -> list[float]:
    words_of = [Counter(tokens(body)) for body in bodies]
    totals = {False: [0, 0, 0], True: [0, 0, 0]}  # inflected → right ones, found, right ones among the found
    for noun in _NOUNS:
        form = re.compile(re.escape(noun) + _ENDINGS)
        forms: Counter[str] = Counter()
        right = set()
        for number, words in enumerate(words_of):
            if own := [word for word in words if form.fullmatch(word)]:
                right.add(number)
                forms.update({word: words[word] for word in own if word != noun})
        for word in (noun, *(word for word, _ in forms.most_common(FORMS))):
            found = set(await search([word], True, len(bodies)))
            total = totals[word != noun]
            total[0] += len(right)
            total[1] += len(found)
            total[2] += len(found & right)
    return [figure for right, found, both in totals.values() for figure in (both / right, both / max(found, 1))]


def _sqlite(bodies: list[str], tokenizer: str) -> Search:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE VIRTUAL TABLE texts USING fts5(body, tokenize = '{tokenizer}')")
    connection.executemany("INSERT INTO texts (rowid, body) VALUES (?, ?)", enumerate(bodies))

    async def search(words: list[str], every: bool, limit: int) -> list[int]:
        match = (" AND " if every else " OR ").join(f'"{word}"' for word in words)
        rows = connection.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT ?", (match, limit)
        )
        return [row[0] for row in rows]

    return search


async def _postgres_simple(bodies: list[str], url: str) -> Search:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE texts (id int PRIMARY KEY, words tsvector)")
    rows = list(enumerate(body.replace("\0", "") for body in bodies))
    await connection.executemany("INSERT INTO texts VALUES ($1, to_tsvector('simple', $2))", rows)

    async def search(words: list[str], every: bool, limit: int) -> list[int]:
        asked = "plainto_tsquery('simple', $1)"
        if not every:
            asked = f"replace({asked}::text, ' & ', ' | ')::tsquery"
        query = f"SELECT id, ts_rank(words, query) AS rank FROM texts, (SELECT {asked} AS query) AS asked"
        order = f"{query} WHERE words @@ query ORDER BY rank DESC, id LIMIT {limit:d}"
        return [row["id"] for row in await connection.fetch(order, " ".join(words))]

    return search


async def _newsbot(bodies: list[str], url: str | None, folder: Path) -> Search:
    database = await open_database(url, folder)
    store = SqlArticleStore(database)
    await load_articles(
        database,
        (
            Article(
                id=number + 1,
                url=f"https://news.example/{number}",
                headline="",
                body=body.replace("\0", ""),
                published_at=NOW,
                stored_at=NOW,
                source="bench",
            )
            for number, body in enumerate(bodies)
        ),
    )

    async def search(words: list[str], every: bool, limit: int) -> list[int]:
        query = parse_query(" ".join(words), now=NOW, zone=UTC, match=Match.ALL if every else Match.ANY)
        return [article.id - 1 for article in (await store.search(query, limit=limit, now=NOW)).articles]

    return search


@contextmanager
def _postgres() -> Iterator[str]:
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    server = PostgresServer()
    try:
        server.start()
        yield server.url("postgres")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
