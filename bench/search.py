"""How long a search takes as the archive grows: 10,000 and 100,000 articles, and as many as BENCH_ARTICLES says.

The articles and queries are those of `bench.articles`: invented words in the proportions of Bengali news. They are kept
in the temporary folder for the next run. `SELECT 1` is what any question costs on this machine at this moment.

Only the newest hits are looked at; what that costs is shown beside a ranking of 5,000 of them: how many of the best ten
are the same, and how often the best one is among the first three.
"""

from __future__ import annotations

import os
import statistics
from datetime import UTC

import uvloop
from sqlalchemy import text

from bench.articles import NOW, Language, found, open_filled
from bench.tables import show, timed
from newsbot.articles.query_parser import parse_query
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database

SIZES = (10_000, 100_000)
EVERY = 5_000  #: hits that are ranked in place of the newest
COMPARED = 40  #: queries of each kind


def main() -> None:
    more = int(os.environ.get("BENCH_ARTICLES", "0"))
    rows: list[tuple[object, ...]] = []
    for size in (*SIZES, *((more,) if more else ())):
        rows.extend(uvloop.run(_measure(size)))
    show("Searching on SQLite, milliseconds, ten articles each", ("articles", "query", "p50", "p99"), rows)
    show(
        f"The first ten, beside a ranking of {EVERY:,} hits, in {SIZES[-1]:,} articles",
        ("query", "the same", "best one in three"),
        uvloop.run(_kept(SIZES[-1])),
    )


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
        "a letter too many": [lambda q=q: found(store, f"{q[:2]}ম{q[2:]}") for q in language.queries(1)],
    }
    spreads = {name: await timed(calls) for name, calls in asked.items()}
    await database.close()
    return [(f"{size:,}", name, spread.p50, spread.p99) for name, spread in spreads.items()]


async def _kept(size: int) -> list[tuple[object, ...]]:
    language = Language()
    database = await open_filled(language, size)
    store = SqlArticleStore(database)
    kinds = {f"{count} words": language.queries(count)[:COMPARED] for count in (1, 2, 3)}
    rows = []
    for name, queries in {**kinds, "a common word": language.words[:COMPARED]}.items():
        same, best = [], []
        for typed in queries:
            query = parse_query(typed, now=NOW, zone=UTC)
            shown, ideal = [
                [article.id for article in (await store.search(query, count_to=depth, now=NOW)).articles]
                for depth in (0, EVERY)
            ]
            if ideal:
                same.append(len(set(shown) & set(ideal)) / len(ideal))
                best.append(float(ideal[0] in shown[:3]))
        rows.append((name, statistics.mean(same), statistics.mean(best)))
    await database.close()
    return rows


async def _one(database: Database) -> None:
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))
