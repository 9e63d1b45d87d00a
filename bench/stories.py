"""How well stories are recognised, on the labelled reports of invented events; and what that costs an article.

Pairs first: every two reports of the labelled set are compared, as `tests/labelled_stories.py` says. "Seen" were there
when rules and thresholds were set, "held back" were written afterwards. Beside it two things that one would write
first: how many words two headlines share, and the same weighed by how rare the words are, each at its best threshold
on the seen part. Then the cost: beside 50,000 recent articles of invented words further ones are stored through the
real store, and what of that time finds and keeps their story is timed by itself.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, event, insert

from bench.articles import NOW, Language
from bench.tables import Spread, show, timed
from newsbot.articles import sql_stories
from newsbot.articles.schema import articles, story_words, word_days
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database, open_database
from newsbot.domain.article import ArticleDraft
from newsbot.ingest.story_decider import Rarity, compare
from newsbot.ingest.story_features import Telling, telling_of
from newsbot.ingest.story_finder import rare_words
from tests.labelled_stories import Report, pairs, rarity, reports

RECENT = 50_000
CALLS = 300
BATCH = 1_000
TOPICS = 400  #: a day's talk: names that many articles have in common

Labelled = list[tuple[Telling, Telling, bool]]


def main() -> None:
    _quality()
    _speed_of_comparing()
    asyncio.run(_cost())


# --- how well --------------------------------------------------------------------------------------------------------


def _quality() -> None:
    everything = reports()
    parts = {
        "seen": [report for report in everything if not report.held_back],
        "held back": [report for report in everything if report.held_back],
        "all": everything,
    }
    counted = {name: rarity(part) for name, part in parts.items()}
    labelled = {name: _labelled(part, hard=False) for name, part in parts.items()}
    ways: dict[str, Callable[[Telling, Telling, Rarity], float]] = {
        "shared words of the headlines": _jaccard,
        "the same, weighed by rarity": lambda a, b, known: known.alike(a.headline, b.headline),
    }
    rows: list[Sequence[object]] = []
    for name, way in ways.items():
        at = _best_threshold(labelled["seen"], lambda a, b, way=way: way(a, b, counted["seen"]))
        for part in parts:
            found = [way(a, b, counted[part]) >= at for a, b, _ in labelled[part]]
            rows.append((f"{name}, at {at:.2f}: {part}", *_figures(labelled[part], found)))
    for part in parts:
        found = [compare(a, b, counted[part]).one_story for a, b, _ in labelled[part]]
        rows.append((f"Newsbot: {part}", *_figures(labelled[part], found)))
    one, hard = sum(same for *_, same in labelled["all"]), len(_labelled(everything, hard=True))
    show(
        f"{len(everything)} reports, {one} pairs of one story, {hard - one} pairs of near twins, "
        f"{len(labelled['all']) - hard:,} others",
        ("", "right", "wrong", "missed", "precision", "recall"),
        rows,
    )


def _labelled(among: Sequence[Report], *, hard: bool) -> Labelled:
    tellings = {report.article.id: telling_of(report.article) for report in among}
    return [
        (tellings[pair.one.article.id], tellings[pair.other.article.id], pair.same)
        for pair in pairs(among)
        if pair.hard or not hard
    ]


def _jaccard(a: Telling, b: Telling, _known: Rarity) -> float:
    return len(a.headline & b.headline) / (len(a.headline | b.headline) or 1)


def _best_threshold(labelled: Labelled, way: Callable[[Telling, Telling], float]) -> float:
    """Where precision and recall together are best."""
    scored = [(way(a, b), same) for a, b, same in labelled]

    def f1(at: float) -> float:
        right = sum(same for score, same in scored if score >= at)
        taken, there = sum(score >= at for score, _ in scored), sum(same for _, same in scored)
        return 2 * right / (taken + there)

    return max((step / 100 for step in range(5, 100, 5)), key=f1)


def _figures(labelled: Labelled, found: Sequence[bool]) -> tuple[int, int, int, float, float]:
    right = sum(one and same for one, (*_, same) in zip(found, labelled, strict=True))
    wrong = sum(one and not same for one, (*_, same) in zip(found, labelled, strict=True))
    missed = sum(same and not one for one, (*_, same) in zip(found, labelled, strict=True))
    return right, wrong, missed, right / ((right + wrong) or 1), right / (right + missed)


# --- what it costs ---------------------------------------------------------------------------------------------------


def _speed_of_comparing() -> None:
    told = [report.article for report in reports()]
    tellings = [telling_of(article) for article in told]
    counted = rarity(reports())
    begin = time.perf_counter()
    for article in told:
        telling_of(article)
    reading = (time.perf_counter() - begin) / len(told) * 1e3
    begin = time.perf_counter()
    compared = 0
    for one in tellings[:60]:
        for other in tellings:
            compare(one, other, counted)
            compared += 1
    comparing = (time.perf_counter() - begin) / compared * 1e3
    show("Milliseconds", ("", "each"), [("reading a report", reading), ("comparing two", comparing)])


async def _cost() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = await open_database(None, Path(folder))
        event.listen(database.engine.sync_engine, "checkout", _careless)
        writer = Writer(database)
        rows = []
        for recent in (1_000, 10_000, RECENT):
            await writer.fill(recent)
            rows.append((f"{recent:,} recent articles", *await writer.timed()))
        show(
            "Storing an article on SQLite without waiting for the disk, milliseconds",
            ("", "p50", "p99", "of it its story, p50", "p99"),
            rows,
        )
        await _show_latest(writer.store)
        await database.close()


async def _show_latest(store: SqlArticleStore) -> None:
    rows = []
    for topic in (None, "sports"):
        for once in (False, True):
            spread = await timed(
                lambda topic=topic, once=once: store.latest(topic=topic, once_per_story=once, now=NOW)
                for _ in range(CALLS)
            )
            name = f"{'of a topic' if topic else 'all'}, {'each story once' if once else 'every article'}"
            rows.append((name, spread.p50, spread.p99))
    show(f"The latest ten of {RECENT:,}, milliseconds", ("", "p50", "p99"), rows)


def _careless(connection, _record, _proxy) -> None:
    connection.cursor().execute("PRAGMA synchronous=OFF")


class Writer:
    """Articles of three days, each about one of the things that are talked of."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.store = SqlArticleStore(database)
        self._language = Language(seed=2)
        self._random = random.Random(3)
        self._names = [self._language.text(4) for _ in range(TOPICS)]
        self._counts: Counter[str] = Counter()
        self._written = 0

    def draft(self) -> ArticleDraft:
        number = self._written
        self._written += 1
        about = self._names[min(int(self._random.paretovariate(0.7)) - 1, TOPICS - 1)]
        return replace(
            self._language.article(number),
            headline=f"{about} {self._language.text(4)}",
            summary=f"{about} {self._language.text(16)}।",
            published_at=NOW - timedelta(hours=self._random.uniform(0, 70)),
        )

    async def fill(self, recent: int) -> None:
        """Past the store, whose index of words would take twenty minutes; the rows are those that it would write."""
        while self._written < recent:
            texts, words = [], []
            for _ in range(BATCH):
                draft = self.draft()
                telling = telling_of(draft)
                self._counts.update(telling.lead)
                row = asdict(draft) | {"id": self._written, "version": 1, "stored_at": NOW, "announced_at": NOW}
                texts.append(row)
                kept = rare_words(telling, Rarity(self._written, self._counts))
                words += [{"word": word, "published_at": telling.at, "article_id": row["id"]} for word in kept]
            async with self._database.writing() as connection:
                await connection.execute(insert(articles), texts)
                await connection.execute(insert(story_words), words)
        today = (NOW - datetime(1970, 1, 1, tzinfo=UTC)).days
        counts = [{"word": word, "day": today, "articles": count} for word, count in self._counts.items()]
        async with self._database.writing() as connection:
            await connection.execute(delete(word_days))
            everything = {"word": "", "day": today, "articles": self._written}
            await connection.execute(insert(word_days), [everything, *counts])

    async def timed(self) -> tuple[float, float, float, float]:
        whole, of_story = [], []
        for _ in range(CALLS):
            draft = self.draft()
            begin = time.perf_counter()
            await self.store.put(draft, now=NOW, announce=False)
            whole.append((time.perf_counter() - begin) * 1e3)
            async with self._database.writing() as connection:
                begin = time.perf_counter()
                joining = await sql_stories.join_story(connection, self.draft(), NOW)
                assert joining is not None
                article_id = -self._written  # of nothing that is stored
                await sql_stories.remember(connection, article_id, joining, now=NOW, dialect=self._database.dialect)
                of_story.append((time.perf_counter() - begin) * 1e3)
        every, story = Spread(tuple(whole)), Spread(tuple(of_story))
        return every.p50, every.p99, story.p50, story.p99
