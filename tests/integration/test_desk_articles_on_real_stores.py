"""What editors do to articles, on SQLite and PostgreSQL: each act is one transaction with its entry in the log."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.alerts import Decision
from newsbot.delivery.outbox import Outbox
from newsbot.delivery.policy import Limits
from newsbot.desk import articles
from newsbot.desk.articles import Result
from newsbot.desk.audit import Actor, Place
from newsbot.desk.sql_audit import SqlAuditLog
from newsbot.desk.turn import Desk
from newsbot.domain.alert import Alert
from newsbot.errors import StoreUnavailable
from tests.builders import NOW, a_draft, an_address, some_topics
from tests.newsdesk import Newsdesk

RAHIMA = Actor(address=an_address("9001"), name="Rahima", place=Place.DESK)


@pytest.fixture
def desk(database: Database) -> Desk:
    known = Newsdesk().desk
    store, alerts = SqlArticleStore(database), SqlAlertStore(database)
    return replace(
        known,
        house=replace(known.house, articles=store, alerts=alerts),
        alerts=alerts,
        audit=SqlAuditLog(database),
        outbox=Outbox(store, alerts, some_topics(), limits=Limits(), clock=lambda: NOW),
    )


async def put(desk: Desk) -> int:
    draft = a_draft(1, topics=("sports",))
    return (await desk.house.articles.put(draft, now=NOW, announce=True)).article.id


async def acts(desk: Desk, number: int) -> list[str]:
    return [entry.act for entry in await desk.audit.of(articles.article_subject(number))]


async def test_editors_and_planner_at_once_make_one_alert(desk: Desk) -> None:
    number = await put(desk)
    wanted = [articles.alert_now(desk, number, by=RAHIMA, now=NOW) for _ in range(4)]
    made = await asyncio.gather(*wanted, desk.outbox.decide())
    (alert,) = await desk.alerts.recent()
    assert {one.id for one in made if isinstance(one, Alert)} == {alert.id}


async def test_what_was_left_alone_is_alerted_once_and_who_did_it_is_kept(desk: Desk) -> None:
    number = await put(desk)
    await desk.alerts.decide(Decision(number, "too_old", NOW), None, now=NOW)
    for _ in range(2):
        made = await articles.alert_now(desk, number, by=RAHIMA, now=NOW)
        assert isinstance(made, Alert)
    assert made.by == RAHIMA.address
    assert await acts(desk, number) == ["article.alerted"]


async def test_editors_who_alert_at_once_leave_one_entry(desk: Desk) -> None:
    number = await put(desk)
    made = await asyncio.gather(*(articles.alert_now(desk, number, by=RAHIMA, now=NOW) for _ in range(6)))
    assert len({one.id for one in made if isinstance(one, Alert)}) == 1
    assert await acts(desk, number) == ["article.alerted"]


async def test_alerting_readers_again_of_what_was_decided_without_editors_leaves_none(desk: Desk) -> None:
    number = await put(desk)
    await desk.outbox.decide()
    assert isinstance(await articles.alert_now(desk, number, by=RAHIMA, now=NOW), Alert)
    assert await acts(desk, number) == []


async def test_changed_held_and_let_go_with_an_entry_each(desk: Desk) -> None:
    number, by = await put(desk), {"by": RAHIMA, "now": NOW}
    assert await articles.change(desk, number, topics=("politics",), **by) is Result.DONE
    assert await articles.hold(desk, number, **by) is Result.DONE
    assert await articles.hold(desk, number, **by) is Result.TOO_LATE
    assert await articles.release(desk, number, **by) is Result.DONE
    assert await acts(desk, number) == ["article.changed", "article.held", "article.released"]


async def test_an_act_whose_entry_can_not_be_written_is_not_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await put(desk)

    async def refuse(_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(desk.audit, "write", refuse)
    with pytest.raises(StoreUnavailable):
        await articles.hold(desk, number, by=RAHIMA, now=NOW)
    article = await desk.house.articles.get(number)
    assert article is not None
    assert article.held_at is None
