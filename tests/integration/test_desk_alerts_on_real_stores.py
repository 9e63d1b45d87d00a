"""What editors do to alerts at once, on SQLite and PostgreSQL: it is done once, and stands in the log once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.desk.audit import Actor, Place
from newsbot.desk.recalling import recall_copies
from newsbot.desk.retrying import retry
from newsbot.desk.sql_audit import SqlAuditLog
from newsbot.desk.turn import Desk
from newsbot.domain.alert import Alert, AlertState, Outcome, Totals
from tests.builders import NOW, a_broadcast, an_address
from tests.newsdesk import Newsdesk

RAHIMA = Actor(address=an_address("9001"), name="Rahima", place=Place.DESK)
AT_ONCE = 6
OPEN = (AlertState.PLANNED, AlertState.RUNNING)


@pytest.fixture
def newsdesk() -> Newsdesk:
    return Newsdesk()


@pytest.fixture
def desk(newsdesk: Newsdesk, database: Database) -> Desk:
    known, alerts = newsdesk.desk, SqlAlertStore(database)
    house = replace(known.house, alerts=alerts)
    return replace(known, house=house, alerts=alerts, audit=SqlAuditLog(database))


@pytest.fixture
async def alert(desk: Desk) -> Alert:
    """It is over; two readers could not be reached and may be tried again."""
    made = await desk.alerts.create(a_broadcast(), now=NOW)
    await desk.alerts.turn(made.id, AlertState.STOPPED, of=OPEN, now=NOW)
    await desk.alerts.keep_totals(made.id, Totals(audience=5, outcomes={Outcome.SENT: 3, Outcome.STOPPED: 2}))
    ended = await desk.alerts.get(made.id)
    assert ended is not None
    return ended


async def acts(desk: Desk, number: int) -> list[str]:
    return [entry.act for entry in await desk.audit.of(f"alert:{number}")]


async def test_a_recall_that_several_ask_for_at_once_is_one(desk: Desk, newsdesk: Newsdesk, alert: Alert) -> None:
    wanted = (recall_copies(desk, newsdesk.speech(), alert, by=RAHIMA) for _ in range(AT_ONCE))
    made = await asyncio.gather(*wanted)
    [recall] = await desk.alerts.copies_touched(alert.id)
    assert {one.id for one in made if isinstance(one, Alert)} == {recall.id}
    assert {one for one in made if isinstance(one, str)} <= {"It was recalled already."}  # to who came a little later
    assert (await acts(desk, alert.id), await acts(desk, recall.id)) == (["alert.recalled"], ["alert.recalled"])


async def test_a_retry_that_several_ask_for_at_once_is_one(desk: Desk, alert: Alert) -> None:
    made = await asyncio.gather(*(retry(desk, alert, by=RAHIMA) for _ in range(AT_ONCE)))
    [again] = await desk.alerts.retries(alert.id)
    assert {one.id for several in made for one in several} == {again.id}
    assert await acts(desk, alert.id) == ["alert.retried"]
