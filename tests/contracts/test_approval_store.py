"""What every storage of approvals promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.database import Database
from newsbot.desk.approvals import LIFE, ApprovalState, ApprovalStore
from newsbot.desk.audit import Actor, Place
from newsbot.desk.sql_approvals import SqlApprovalStore
from tests.builders import NOW, an_address

RAHIMA = Actor(address=an_address("1"), name="রহিমা", place=Place.TERMINAL)
KARIM = Actor(address=an_address("2"), name="Karim", place=Place.DESK)
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def store(database: Database) -> ApprovalStore:
    return SqlApprovalStore(database)


async def test_what_is_asked_for_waits_and_is_asked_for_once(store: ApprovalStore) -> None:
    asked = await asyncio.gather(*(store.ask(7, 3, "abc", by=RAHIMA, now=NOW) for _ in range(4)))
    assert sum(new for _, new in asked) == 1
    assert len({approval.id for approval, _ in asked}) == 1
    [approval] = await store.waiting(now=NOW)
    assert (approval.draft_id, approval.revision, approval.digest, approval.asked_by) == (7, 3, "abc", RAHIMA)
    assert await store.get(approval.id) == await store.of_draft(7) == approval


@pytest.mark.parametrize(("revision", "digest"), [(4, "abc"), (3, "abd")])
async def test_what_has_changed_is_asked_for_anew(store: ApprovalStore, revision: int, digest: str) -> None:
    before, _ = await store.ask(7, 3, "abc", by=RAHIMA, now=NOW)
    after, new = await store.ask(7, revision, digest, by=RAHIMA, now=SOON)
    assert new
    assert await store.waiting(now=SOON) == (after,)
    assert await store.decide(before.id, ApprovalState.APPROVED, by=KARIM, now=SOON) is None
    known = await store.get(before.id)
    assert known is not None
    assert known.state is ApprovalState.REPLACED


async def test_of_all_who_decide_at_once_one_does(store: ApprovalStore) -> None:
    approval, _ = await store.ask(7, 3, "abc", by=RAHIMA, now=NOW)
    states = [ApprovalState.APPROVED, ApprovalState.REFUSED] * 4
    decided = await asyncio.gather(*(store.decide(approval.id, state, by=KARIM, now=SOON) for state in states))
    [one] = [each for each in decided if each is not None]
    assert (one.decided_by, one.decided_name, one.decided_at) == (KARIM.address, "Karim", SOON)
    assert await store.get(approval.id) == one
    assert await store.waiting(now=SOON) == ()


async def test_what_nobody_decided_in_time_waits_no_more(store: ApprovalStore) -> None:
    approval, _ = await store.ask(7, 3, "abc", by=RAHIMA, now=NOW)
    over = NOW + LIFE
    assert await store.waiting(now=over) == ()
    assert await store.decide(approval.id, ApprovalState.APPROVED, by=KARIM, now=over) is None
    again, new = await store.ask(7, 3, "abc", by=RAHIMA, now=over)
    assert new
    assert again.id != approval.id


async def test_what_has_expired_is_told_once(store: ApprovalStore) -> None:
    old, _ = await store.ask(7, 3, "abc", by=RAHIMA, now=NOW)
    await store.ask(8, 3, "abc", by=RAHIMA, now=SOON)
    assert await store.expire(now=SOON) == ()
    assert [(one.id, one.state) for one in await store.expire(now=NOW + LIFE)] == [(old.id, ApprovalState.EXPIRED)]
    assert await store.expire(now=NOW + LIFE) == ()


async def test_drafts_wait_for_themselves(store: ApprovalStore) -> None:
    first, _ = await store.ask(7, 3, "abc", by=RAHIMA, now=NOW)
    second, _ = await store.ask(8, 3, "abc", by=RAHIMA, now=NOW)
    assert await store.waiting(now=NOW) == (first, second)
    assert await store.get(99) is None
    assert await store.of_draft(99) is None


async def test_old_ones_are_deleted_and_their_numbers_not_given_again(store: ApprovalStore) -> None:
    old, _ = await store.ask(7, 3, "abc", by=RAHIMA, now=NOW)
    young, _ = await store.ask(8, 3, "abc", by=RAHIMA, now=SOON)
    assert await store.retain(keep_since=SOON, but_of=(7,)) == 0
    assert await store.retain(keep_since=SOON, but_of=(9,)) == 1
    assert (await store.get(old.id), await store.get(young.id)) == (None, young)
    assert await store.retain(keep_since=SOON + LIFE, but_of=()) == 1
    again, _ = await store.ask(7, 3, "abc", by=RAHIMA, now=SOON + LIFE)
    assert again.id > young.id


async def test_whether_any_is_overdue_is_known_before_it_expires(store: ApprovalStore) -> None:
    await store.ask(7, 3, "abc", by=RAHIMA, now=NOW)
    assert [await store.overdue(now=moment) for moment in (SOON, NOW + LIFE)] == [False, True]
    await store.expire(now=NOW + LIFE)
    assert not await store.overdue(now=NOW + LIFE)
