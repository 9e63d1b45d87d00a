"""How long a search takes as the archive grows: 10,000 and 100,000 articles, and as many as BENCH_ARTICLES says.

The articles and queries are those of `bench.articles`: invented words in the proportions of Bengali news. They are kept
in the temporary folder for the next run. `SELECT 1` is what any question costs on this machine at this moment.
"""

from __future__ import annotations

import os

import uvloop
from sqlalchemy import text

from bench.articles import Language, found, open_filled
from bench.tables import show, timed
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database

SIZES = (10_000, 100_000)


def main() -> None:
    more = int(os.environ.get("BENCH_ARTICLES", "0"))
    rows: list[tuple[object, ...]] = []
    for size in (*SIZES, *((more,) if more else ())):
        rows.extend(uvloop.run(_measure(size)))
    show("Searching on SQLite, milliseconds, ten articles each", ("articles", "query", "p50", "p99"), rows)


async def _measure(size: int) -> list[tuple[object, ...]]:
    language = Language()
    database = await open_filled(language, size)
    store = SqlArticleStore(database)
    common = language.words[:50]
    asked = {
        "SELECT 1": [lambda: _one(database) for _ in range(300)],
        **{f"{count} words": [lambda q=q: found(store, q) for q in language.queries(count)] for count in (1, 2, 3)},
        "a common word": [lambda q=q: found(store, q) for q in common * 4],
        "two common words": [lambda q=q: found(store, q) for q in map(" ".join, zip(common, common[7:], strict=False))],
        "a word half typed": [lambda q=q: found(store, q[:3]) for q in language.queries(1)],
    }
    spreads = {name: await timed(calls) for name, calls in asked.items()}
    await database.close()
    return [(f"{size:,}", name, spread.p50, spread.p99) for name, spread in spreads.items()]


async def _one(database: Database) -> None:
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))
