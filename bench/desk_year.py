"""A newsroom with a year behind it: readers' journal, articles, alerts with their curves, drafts, people, the log.

It is written once and kept in the temporary folder for the next run, on SQLite and, copied from there row by row, on
PostgreSQL. What was cut off is written anew.

    newsbot-bench-articles-<articles>                      the articles alone (`bench.articles`)
    newsbot-bench-desk-<subscribers>-<articles>-<alerts>   sqlite/ and postgresql/
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import Connection, Table, create_engine, delete, event, func, insert, select, text

from bench.articles import NOW, Language, kept_folder, open_filled
from bench.ledger import TOPICS
from newsbot.articles.schema import article_words, source_states
from newsbot.articles.search_terms import IndexedText
from newsbot.articles.sql_search import FIELDS, PostgresSearch
from newsbot.database import SQLITE_FILE, Database, metadata, open_database
from newsbot.delivery.alert_json import audience_to_json, text_to_json, totals_to_json
from newsbot.delivery.schema import alert_points, alerts
from newsbot.desk.audit import Act, Place
from newsbot.desk.drafts import DraftState
from newsbot.desk.roles import Role
from newsbot.desk.schema import desk_audit, desk_drafts, desk_people
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, AlertText, Audience, Outcome, Totals
from newsbot.domain.message import Span
from newsbot.rollups.schema import vain_searches
from newsbot.rollups.sql_journal_days import JournalDays
from newsbot.rollups.sql_other_days import AlertDays, SourceDays
from newsbot.sandbox import DEMO_TOKEN
from newsbot.subscribers.schema import subscriber_events, subscribers
from tests.postgres_server import PostgresServer, execute

ACCOUNT: Final = DEMO_TOKEN.partition(":")[0]
ZONE: Final = ZoneInfo("Asia/Dhaka")
DAYS: Final = 365
ROWS: Final = 10_000  #: in a transaction
DRAFTS: Final = 500
PEOPLE: Final = 40
POINTS: Final = 30  #: of an alert's curve
CORRECTED: Final = 5  #: times, the newest alert
DATABASE: Final = "newsbot_year"  #: on PostgreSQL
EDITOR: Final = "telegram:4300000100"

Rows = Sequence[dict[str, Any]]


def folder_of(readers: int, articles: int, alerts_made: int) -> Path:
    return Path(tempfile.gettempdir()) / f"newsbot-bench-desk-{readers}-{articles}-{alerts_made}"


async def fill(readers: int, articles: int, alerts_made: int) -> Path:
    """The folder of its SQLite database; says how long what took, where anything had to be written."""
    folder = folder_of(readers, articles, alerts_made) / "sqlite"
    whole = folder / "whole"
    if whole.exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    await (await open_filled(Language(), articles)).close()
    shutil.copytree(kept_folder(articles), folder, ignore=shutil.ignore_patterns("whole"))
    database = await open_database(None, folder)
    event.listen(database.engine.sync_engine, "checkout", _careless)
    await _timed("the journal of readers", lambda: _journal(database, readers))
    await _timed("alerts, drafts, people and the log", lambda: _desk(database, articles, alerts_made))
    await _timed("the figures of its days", lambda: _figures(database))
    await database.close()
    whole.touch()
    return folder


async def fill_postgresql(source: Path, server: PostgresServer) -> None:
    """Make the database DATABASE of everything that the SQLite database in the folder `source` holds."""
    await execute(server.url("postgres"), f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}")
    url = server.url(DATABASE)
    await _timed("the same on PostgreSQL", lambda: _copy_all(source, url))


async def drop_copies(server: PostgresServer) -> None:
    """What a run left that was cut off: each is as large as the year itself."""
    connection = await asyncpg.connect(server.url("postgres"))
    left = await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'newsbot_test_%'")
    for row in left:
        await connection.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")
    await connection.close()


async def _copy_all(source: Path, url: str) -> None:
    ours, theirs = create_engine(f"sqlite:///{source / SQLITE_FILE}"), await open_database(url, source)
    tables = list(metadata.sorted_tables)
    for table in reversed(tables):  # what a migration put there
        async with theirs.writing() as connection:
            await connection.execute(delete(table))
    with ours.connect() as reading:
        for table in tables:
            await _copy(reading, theirs, table)
    async with theirs.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
    ours.dispose()
    await theirs.close()


async def _copy(reading: Connection, theirs: Database, table: Table) -> None:
    index = PostgresSearch()
    found = reading.execution_options(yield_per=1_000 if table is article_words else ROWS).execute(select(table))
    for some in found.mappings().partitions():
        async with theirs.writing() as connection:
            await connection.execute(insert(table), [dict(row) for row in some])
            if table is article_words:
                await index.store(connection, {row["article_id"]: _indexed(row) for row in some})
    if (number := table.autoincrement_column) is not None:  # where the next one's number comes from
        last = select(func.coalesce(func.max(number), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, number.name)
        async with theirs.writing() as connection:
            await connection.execute(select(func.setval(sequence, last, False)))


def _indexed(row: Any) -> IndexedText:
    return IndexedText(**{name: tuple(row[name].split()) for name in FIELDS}, written={})


# --- what happened in the year ---------------------------------------------------------------------------------------


async def _journal(database: Database, readers: int) -> None:
    """Readers who came over the year; one in ten has left again, one in twenty blocked us."""
    chance = random.Random(2)
    begin = NOW - timedelta(days=DAYS)
    for start in range(0, readers, ROWS):
        people, rows = [], []
        for number in range(start, min(start + ROWS, readers)):
            came = begin + chance.random() * (NOW - begin)
            state: dict[str, Any] = {
                "language": chance.choice(("bn", "bn", "bn", "en")),
                "timezone": "Asia/Dhaka",
                "topics": sorted(chance.sample(TOPICS, 3)),
                "onboarded": True,
            }
            one = {"channel": "telegram", "number": number}
            people.append({**one, "account": ACCOUNT, "user_id": str(5_000_000_000 + number), "since": came})
            rows.append({**one, "version": 1, "at": came, "what": "started", "state": state})
            if (luck := chance.random()) < 0.15:
                what, flag = ("stopped", "stopped") if luck < 0.1 else ("unreachable", "unreachable")
                went = came + chance.random() * (NOW - came)
                rows.append({**one, "version": 2, "at": went, "what": what, "state": {**state, flag: True}})
        await _write(database, subscribers, people)
        await _write(database, subscriber_events, rows)


async def _desk(database: Database, articles: int, alerts_made: int) -> None:
    chance, language = random.Random(3), Language(seed=3)
    made = [_alert(chance, number, articles, alerts_made) for number in range(1, alerts_made + 1)]
    made += [_correction(number, made[-1], language) for number in range(alerts_made + 1, alerts_made + CORRECTED + 1)]
    await _write(database, alerts, [{**row, "totals": totals_to_json(row["totals"])} for row in made])
    await _write(database, alert_points, [point for row in made for point in _curve(row)])
    await _write(database, desk_drafts, [_draft(chance, number, articles, language) for number in range(DRAFTS)])
    people = [
        {"address": f"telegram:{4_300_000_100 + number}", "role": chance.choice(list(Role)).value,
         "name": f"Rahima {number}", "since": NOW - timedelta(days=90), "given_by": EDITOR}
        for number in range(PEOPLE)
    ]  # fmt: skip
    await _write(database, desk_people, people)
    await _write(database, desk_audit, [entry for row in made for entry in _entries(chance, row)])
    searches = [
        {"day": (NOW - timedelta(days=day)).date(), "words": language.text(2), "times": chance.randrange(1, 40)}
        for day in range(90)
        for _ in range(200)
    ]
    await _write(database, vain_searches, list({(row["day"], row["words"]): row for row in searches}.values()))
    await _write(database, source_states, [{"source": "portal", "fetched_at": NOW, "known": True}])


def _alert(chance: random.Random, number: int, articles: int, alerts_made: int) -> dict[str, Any]:
    created = NOW - timedelta(minutes=40 * (alerts_made - number) + 60)
    audience = chance.randrange(1_000, 200_000)
    article, refused = chance.randrange(1, articles + 1), audience // 50
    totals = Totals(audience, {Outcome.SENT: audience - refused, Outcome.BLOCKED: refused})
    return {
        "origin": f"bench:{number}",
        "kind": AlertKind.ARTICLE.value,
        "cls": chance.choice((AlertClass.TOPIC, AlertClass.TOPIC, AlertClass.BREAKING)).value,
        "state": AlertState.DONE.value,
        "story": f"article:{article}",
        "article_id": article,
        "of_alert": None,
        "source": "portal",
        "editor": EDITOR if number % 10 == 0 else None,
        "created_at": created,
        "expires_at": created + timedelta(hours=3),
        "started_at": created,
        "ended_at": created + timedelta(seconds=audience / 30),
        "audience": audience_to_json(Audience((chance.choice(TOPICS),))),
        "message": None,
        "totals": totals,
        "id": number,
    }


def _correction(number: int, of: dict[str, Any], language: Language) -> dict[str, Any]:
    created = of["created_at"] + timedelta(minutes=number % 30 + 1)
    changed = {"origin": f"correction:{of['id']}:{number}", "kind": AlertKind.CORRECTION.value, "editor": EDITOR}
    words = text_to_json(AlertText((Span(language.text(30)),)))
    return of | changed | {"of_alert": of["id"], "id": number, "message": words, "created_at": created}


def _curve(row: dict[str, Any]) -> Rows:
    totals, span = row["totals"], row["ended_at"] - row["started_at"]
    return [
        {
            "alert_id": row["id"],
            "at": row["started_at"] + span * at / POINTS,
            "sent": totals.sent * at // POINTS,
            "settled": totals.settled * at // POINTS,
        }
        for at in range(1, POINTS + 1)
    ]


def _draft(chance: random.Random, number: int, articles: int, language: Language) -> dict[str, Any]:
    article = chance.randrange(1, articles + 1) if number % 2 else 0
    words = None if article else text_to_json(AlertText((Span(language.text(30)),)))
    return {
        "editor": EDITOR,
        "state": (DraftState.SENT if number < DRAFTS - 40 else DraftState.READY).value,
        "revision": 2,
        "begun_by": f"bench:{number}",
        "event": "",
        "message": words,
        "article_id": article,
        "audience": audience_to_json(Audience((chance.choice(TOPICS),))),
        "cls": AlertClass.TOPIC.value,
        "silent": False,
        "corrects": 0,
        "changed_at": NOW - timedelta(minutes=DRAFTS - number),
    }


def _entries(chance: random.Random, row: dict[str, Any]) -> Rows:
    """Some twenty for each alert: most are of what went before it."""
    acts = [Act.DRAFT_SAVED, Act.SIGNED_IN, Act.ARTICLE_CHANGED, Act.DRAFT_SAVED]
    subjects = {Act.DRAFT_SAVED: "draft:7", Act.SIGNED_IN: "", Act.ARTICLE_CHANGED: f"article:{row['article_id']}"}
    done = [(act, subjects[act]) for act in chance.choices(acts, k=19)] + [(Act.SENT, f"alert:{row['id']}")]
    return [
        {
            "at": row["created_at"] - timedelta(seconds=len(done) - place),
            "address": f"telegram:{4_300_000_100 + chance.randrange(PEOPLE)}",
            "name": "Rahima",
            "place": Place.DESK.value,
            "act": act.value,
            "subject": subject,
            "before": {},
            "after": {"readers": {"telegram": row["totals"].audience}} if act is Act.SENT else {},
        }
        for place, (act, subject) in enumerate(done)
    ]


async def _figures(database: Database) -> None:
    for counter in (JournalDays(database, ZONE), AlertDays(database, ZONE), SourceDays(database, ZONE)):
        await counter.count(now=NOW)


async def _write(database: Database, table: Table, rows: Rows) -> None:
    for start in range(0, len(rows), ROWS):
        async with database.writing() as connection:
            await connection.execute(insert(table), rows[start : start + ROWS])


async def _timed(what: str, work: Callable[[], Awaitable[None]]) -> None:
    begin = time.perf_counter()
    await work()
    print(f"{what}: {time.perf_counter() - begin:.0f} s", flush=True)


def _careless(connection: Any, _record: Any, _proxy: Any) -> None:
    connection.cursor().execute("PRAGMA synchronous=OFF")
