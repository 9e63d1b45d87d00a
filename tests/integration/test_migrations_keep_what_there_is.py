"""What stands in the tables is there after the way back to older ones and forth again, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from newsbot.articles import migrations
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database, connect_database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.curves import Point
from newsbot.delivery.sql_curves import SqlCurveStore
from newsbot.desk.audit import Act, Actor, Entry, Place, alert_subject
from newsbot.desk.drafts import DraftState
from newsbot.desk.people import Person
from newsbot.desk.roles import Role
from newsbot.desk.sql_approvals import SqlApprovalStore
from newsbot.desk.sql_audit import SqlAuditLog
from newsbot.desk.sql_drafts import SqlDraftStore
from newsbot.desk.sql_invitations import SqlInvitationStore
from newsbot.desk.sql_people import SqlPeopleStore
from newsbot.domain.alert import AlertText
from newsbot.domain.article import Edit
from newsbot.domain.message import Span
from newsbot.domain.subscriber import Preferences
from newsbot.rollups.figures import Figure
from newsbot.rollups.figures import Span as Days
from newsbot.rollups.sql_journal_days import JournalDays
from newsbot.rollups.sql_rollups import SqlRollups
from newsbot.subscribers.journal import SqlJournal
from tests.builders import NOW, a_broadcast, a_draft, an_address
from tests.databases import go_to

BEFORE = "0007_channels"
EDITOR = an_address("1")
RAHIMA = Actor(address=EDITOR, name="রহিমা", place=Place.CHAT)
TODAY = Days(NOW.date(), NOW.date())


async def test_the_desks_tables_go_and_come_and_everything_else_stays(empty_url: str) -> None:
    database = connect_database(empty_url, Path())
    await migrations.upgrade(database)
    articles, alerts, drafts = SqlArticleStore(database), SqlAlertStore(database), SqlDraftStore(database)
    article_id = (await articles.put(a_draft(topics=("sports",)), now=NOW, announce=True)).article.id
    article = await articles.edit(article_id, Edit(str(EDITOR), "রহিমা", NOW), topics=("politics",), breaking=True)
    assert await articles.hold(article_id, now=NOW)
    first = await alerts.create(a_broadcast(), now=NOW)
    alert = await alerts.replace_text(first.id, AlertText((Span("ঠিক করা"),)), now=NOW)
    begun = await drafts.begin(EDITOR, event="1", now=NOW)
    scheduled = {"state": DraftState.SCHEDULED, "send_at": NOW, "changed_by": EDITOR, "confirmed_by": RAHIMA}
    draft = await drafts.change(replace(begun, text=first.text, **scheduled), now=NOW)
    assert article is not None
    assert alert is not None
    assert draft is not None
    await fill_what_is_new(database, alert.id, draft.id)

    await go_to(database, BEFORE, back=True)
    assert await deeds(database) == [(alert.id, str(EDITOR), "রহিমা", "stopped")]
    await migrations.upgrade(database)

    assert await articles.get(article_id) == replace(article, edits={}, held_at=None)
    assert await articles.unannounced() == (replace(article, edits={}),)
    assert await alerts.get(alert.id) == replace(alert, first_text=None)
    assert await drafts.get(draft.id) == replace(draft, send_at=None, changed_by=None, confirmed_by=None)
    audit, rollups = SqlAuditLog(database), SqlRollups(database)
    assert [(entry.actor, entry.act) for entry in await audit.of(f"alert:{alert.id}")] == [(RAHIMA, "alert.stopped")]
    assert await SqlPeopleStore(database, audit).all() == (Person(address=EDITOR, role=None),)
    assert await SqlCurveStore(database).points([alert.id]) == {}
    assert await SqlApprovalStore(database).of_draft(draft.id) is None
    assert await rollups.vain_searches(TODAY) == ()
    assert await rollups.days(TODAY, tuple(Figure)) == {}
    # The journal is counted from its beginning, as in a database that was older all the time.
    await JournalDays(database, NOW.tzinfo).count(now=NOW + timedelta(minutes=1))  # type: ignore[arg-type]
    counted = (await rollups.days(TODAY, [Figure.NEW]))[TODAY.first]
    assert list(counted.values()) == [1]
    await database.close()


async def fill_what_is_new(database: Database, alert_id: int, draft_id: int) -> None:
    audit = SqlAuditLog(database)
    await audit.write(Entry(RAHIMA, Act.STOPPED, alert_subject(alert_id), at=NOW))
    await SqlPeopleStore(database, audit).set_role(an_address("2"), Role.OWNER, by=RAHIMA, settled=(), now=NOW)
    await SqlApprovalStore(database).ask(draft_id, 2, "digest", by=RAHIMA, now=NOW)
    await SqlInvitationStore(database).make("code", Role.EDITOR, EDITOR, now=NOW)
    await SqlCurveStore(database).keep(alert_id, Point(NOW, 1, 1))
    rollups = SqlRollups(database)
    await rollups.note("বন্যা", NOW.date())
    await rollups.failed("main", NOW.date())
    journal = SqlJournal(database, {"telegram": "1"})
    await journal.change(an_address("7"), "started", lambda known: known, now=NOW, initial=Preferences())
    await JournalDays(database, NOW.tzinfo).count(now=NOW)  # type: ignore[arg-type]


async def deeds(database: Database) -> list[Any]:
    async with database.reading() as connection:
        rows = await connection.execute(text("SELECT alert_id, editor, name, act FROM desk_deeds"))
        return [tuple(row) for row in rows]
