"""The audit log as the databases guard it, and acts that are written with their entries or not at all."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from newsbot.database import Database, connect_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.desk.actions import Verb
from newsbot.desk.audit import Act, Actor, Entry, Filter, Place, alert_subject
from newsbot.desk.controlling import turn_state
from newsbot.desk.sql_audit import SqlAuditLog
from newsbot.domain.alert import AlertState
from newsbot.errors import StoreError
from tests.builders import a_new_alert, an_address
from tests.databases import go_to

NOW = datetime.now(UTC)
RAHIMA = Actor(address=an_address("1"), name="রহিমা", place=Place.CHAT)


@pytest.fixture
async def audit(database: Database) -> SqlAuditLog:
    audit = SqlAuditLog(database)
    await audit.write(Entry(RAHIMA, Act.PAUSED, alert_subject(7), at=NOW))
    return audit


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE desk_audit SET name = 'somebody else'",
        "UPDATE desk_audit SET id = id + 1",
        "DELETE FROM desk_audit",
        "DELETE FROM desk_audit WHERE id = 1",
    ],
)
async def test_no_statement_changes_or_deletes_an_entry(database: Database, audit: SqlAuditLog, statement: str) -> None:
    before = await audit.entries(Filter(), limit=10)
    with pytest.raises(StoreError):
        async with database.writing() as connection:
            await connection.execute(text(statement))
    assert await audit.entries(Filter(), limit=10) == before


async def test_no_way_round_the_refusal_is_left_open(database: Database, audit: SqlAuditLog) -> None:
    around = (
        "TRUNCATE desk_audit"
        if database.dialect == "postgresql"
        else "INSERT OR REPLACE INTO desk_audit SELECT id, at, address, 'somebody else', place, act, subject, before, "
        "after FROM desk_audit"
    )
    before = await audit.entries(Filter(), limit=10)
    with pytest.raises(StoreError):
        async with database.writing() as connection:
            await connection.execute(text(around))
    assert await audit.entries(Filter(), limit=10) == before


async def test_an_act_without_its_entry_is_not_done(database: Database, audit: SqlAuditLog) -> None:
    alerts = SqlAlertStore(database)
    alert = await alerts.create(a_new_alert(), now=NOW)

    class Full(SqlAuditLog):
        async def write(self, entry: object) -> None:
            raise StoreError("no space left")

    with pytest.raises(StoreError):
        await turn_state(alerts, Full(database), Verb.STOP, alert.id, by=RAHIMA, now=NOW)
    kept = await alerts.get(alert.id)
    assert kept is not None
    assert kept.state is AlertState.PLANNED
    turned = await turn_state(alerts, audit, Verb.STOP, alert.id, by=RAHIMA, now=NOW)
    assert turned is not None
    assert turned.done
    [entry] = await audit.of(f"alert:{alert.id}")
    assert (entry.before["state"], entry.after["state"]) == ("planned", "stopped")


async def test_of_many_who_stop_an_alert_at_once_one_is_written_down(database: Database, audit: SqlAuditLog) -> None:
    alerts = SqlAlertStore(database)
    alert = await alerts.create(a_new_alert(), now=NOW)
    turned = await asyncio.gather(
        *(turn_state(alerts, audit, Verb.STOP, alert.id, by=RAHIMA, now=NOW) for _ in range(8))
    )
    assert sum(one is not None and one.done for one in turned) == 1
    assert len(await audit.of(f"alert:{alert.id}")) == 1


async def test_what_a_task_that_was_begun_within_writes_is_its_own_matter(database: Database) -> None:
    audit = SqlAuditLog(database)
    outside: list[asyncio.Task[None]] = []

    async def fails_half_way() -> None:
        async with audit.together():
            await audit.write(Entry(RAHIMA, Act.STOPPED, alert_subject(8), at=NOW))
            outside.append(asyncio.create_task(audit.write(Entry(RAHIMA, Act.PAUSED, alert_subject(9), at=NOW))))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails_half_way()
    await outside[0]
    assert [entry.subject for entry in await audit.entries(Filter(), limit=10)] == ["alert:9"]


async def test_what_editors_did_before_is_in_the_log_and_comes_back_with_the_older_tables(empty_url: str) -> None:
    database = connect_database(empty_url, None)  # type: ignore[arg-type]
    long_ago = "1700000000000000" if database.dialect == "sqlite" else "'2023-11-14 22:13:20+00'"
    await go_to(database, "0007_channels")
    async with database.writing() as connection:
        await connection.execute(
            text(
                "INSERT INTO desk_deeds (alert_id, editor, name, act, at) "
                f"VALUES (7, 'telegram:1', 'রহিমা', 'stopped', {long_ago})"
            )
        )
    await go_to(database, "0008_people")
    [entry] = await SqlAuditLog(database).of("alert:7")
    assert (entry.actor, entry.act, entry.at.year) == (RAHIMA, "alert.stopped", 2023)
    assert entry.at < NOW - timedelta(days=90)
    await go_to(database, "0007_channels", back=True)
    async with database.reading() as connection:
        rows = (await connection.execute(text("SELECT alert_id, editor, name, act FROM desk_deeds"))).all()
    assert [tuple(row) for row in rows] == [(7, "telegram:1", "রহিমা", "stopped")]
    await database.close()
