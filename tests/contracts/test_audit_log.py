"""What every audit log promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsbot.database import Database
from newsbot.desk.audit import Act, Actor, AuditLog, Entry, Filter, Place, alert_subject
from newsbot.desk.sql_audit import SqlAuditLog
from tests.builders import an_address

NOW = datetime.now(UTC)  # the database compares with its own clock
RAHIMA = Actor(address=an_address("1"), name="রহিমা", place=Place.CHAT)
KARIM = Actor(address=an_address("2"), name="Karim", place=Place.DESK)
DAY = timedelta(days=1)


@pytest.fixture
def audit(database: Database) -> AuditLog:
    return SqlAuditLog(database)


async def acts(audit: AuditLog, wanted: Filter | None = None, limit: int = 100) -> list[str]:
    return [str(entry.act) for entry in await audit.entries(wanted or Filter(), limit=limit)]


async def test_what_was_done_is_told_whole_oldest_first(audit: AuditLog) -> None:
    paused = Entry(
        RAHIMA,
        Act.PAUSED,
        alert_subject(7),
        at=NOW,
        before={"state": "running"},
        after={"state": "paused", "কেন": ["x", 1]},
    )
    resumed = Entry(KARIM, Act.RESUMED, alert_subject(7), at=NOW + DAY)
    for entry in (paused, Entry(RAHIMA, Act.STOPPED, alert_subject(8), at=NOW), resumed):
        await audit.write(entry)
    found = await audit.of("alert:7")
    assert [(one.actor, one.act, one.before, one.after, one.at) for one in found] == [
        (RAHIMA, "alert.paused", paused.before, paused.after, NOW),
        (KARIM, "alert.resumed", {}, {}, NOW + DAY),
    ]
    assert found[0].id < found[1].id


async def test_it_can_be_asked_by_person_kind_subject_and_time_page_by_page(audit: AuditLog) -> None:
    await audit.write(Entry(RAHIMA, Act.PAUSED, alert_subject(7), at=NOW))
    await audit.write(Entry(KARIM, Act.STOPPED, alert_subject(8), at=NOW + DAY))
    await audit.write(
        Entry(actor=RAHIMA, act=Act.ROLE_GIVEN, subject="person:x:1", before={}, after={}, at=NOW + 2 * DAY)
    )
    assert await acts(audit) == ["role.given", "alert.stopped", "alert.paused"]
    assert await acts(audit, Filter(address=RAHIMA.address)) == ["role.given", "alert.paused"]
    assert await acts(audit, Filter(act="alert")) == ["alert.stopped", "alert.paused"]
    assert await acts(audit, Filter(act="alert.stopped")) == ["alert.stopped"]
    assert await acts(audit, Filter(act="al_rt")) == []
    assert await acts(audit, Filter(subject="alert:8")) == ["alert.stopped"]
    assert await acts(audit, Filter(since=NOW + DAY)) == ["role.given", "alert.stopped"]
    assert await acts(audit, Filter(until=NOW + DAY)) == ["alert.paused"]
    [newest] = await audit.entries(Filter(), limit=1)
    assert await acts(audit, Filter(before=newest.id), limit=1) == ["alert.stopped"]


async def test_what_is_older_than_it_is_kept_goes_and_that_is_written_down(audit: AuditLog) -> None:
    await audit.write(Entry(RAHIMA, Act.PAUSED, alert_subject(7), at=NOW - 200 * DAY))
    await audit.write(Entry(RAHIMA, Act.STOPPED, alert_subject(7), at=NOW - 100 * DAY))
    assert await audit.trim(keep_since=NOW - 150 * DAY, now=NOW) == 1
    trimmed, stopped = await audit.entries(Filter(), limit=10)
    assert (stopped.act, trimmed.act, trimmed.after["deleted"]) == ("alert.stopped", "audit.trimmed", 1)
    assert await audit.trim(keep_since=NOW - 150 * DAY, now=NOW) == 0


async def test_what_is_young_stays_whatever_is_asked(audit: AuditLog) -> None:
    await audit.write(Entry(RAHIMA, Act.PAUSED, alert_subject(7), at=NOW - 80 * DAY))
    assert await audit.trim(keep_since=NOW, now=NOW) == 0
    assert await acts(audit) == ["alert.paused"]
