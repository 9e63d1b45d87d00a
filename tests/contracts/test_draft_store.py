"""What every storage of drafts promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsbot.database import Database
from newsbot.desk.audit import Actor, Place
from newsbot.desk.drafts import Draft, DraftState, DraftStore
from newsbot.desk.sql_drafts import SqlDraftStore
from newsbot.domain.alert import AlertClass, AlertText, Audience
from newsbot.domain.message import Button, Span
from tests.builders import NOW, an_address

EDITOR = an_address("1")
ANOTHER = an_address("2")
MINUTE = timedelta(minutes=1)
TEXT = AlertText(
    (Span("ভূমিকম্প: "), Span("বিস্তারিত", "bold", "https://news.example/1")),
    picture="file-1",
    buttons=(Button("সরাসরি দেখুন", url="https://news.example/live"),),
)


@pytest.fixture
def store(database: Database) -> DraftStore:
    return SqlDraftStore(database)


async def changed(store: DraftStore, draft: Draft, **changes) -> Draft:
    found = await store.change(replace(draft, **changes), now=NOW)
    assert found is not None
    return found


async def test_a_draft_comes_back_as_it_was_kept(store: DraftStore) -> None:
    draft = await store.begin(EDITOR, event="e1", corrects=7, now=NOW)
    assert draft == Draft(id=draft.id, editor=EDITOR, corrects=7, changed_at=NOW)
    wanted = replace(
        draft,
        state=DraftState.READY,
        event="e2",
        text=TEXT,
        article_id=12,
        audience=Audience(("sports",), ("bn", "en")),
        cls=AlertClass.BREAKING,
        silent=True,
        send_at=NOW + MINUTE,
        changed_by=ANOTHER,
        confirmed_by=Actor(address=EDITOR, name="Rahima", place=Place.DESK),
    )
    kept = await store.change(wanted, now=NOW + MINUTE)
    assert kept == replace(wanted, revision=2, changed_at=NOW + MINUTE)
    assert await store.get(draft.id) == kept


async def test_there_is_nothing_under_a_number_that_was_never_given(store: DraftStore) -> None:
    assert [await store.get(number) for number in (0, -1, 99, 2**70)] == [None] * 4


async def test_the_same_event_begins_one_draft(store: DraftStore) -> None:
    draft = await store.begin(EDITOR, event="e1", now=NOW)
    ready = await changed(store, draft, state=DraftState.READY, text=TEXT)
    assert await store.begin(EDITOR, event="e1", now=NOW) == ready
    assert (await store.begin(ANOTHER, event="e1", now=NOW)).id != draft.id


async def test_only_the_newest_draft_waits_and_what_has_a_message_keeps_it(store: DraftStore) -> None:
    empty = await store.begin(EDITOR, event="e1", now=NOW)
    rewritten = await changed(store, await store.begin(EDITOR, event="e2", now=NOW), text=TEXT)
    another = await store.begin(ANOTHER, event="e3", now=NOW)
    newest = await store.begin(EDITOR, event="e4", now=NOW)
    states = [draft.state for one in (empty, rewritten, another, newest) if (draft := await store.get(one.id))]
    assert states == [DraftState.DROPPED, DraftState.READY, DraftState.WRITING, DraftState.WRITING]
    assert await store.waiting(EDITOR, since=NOW) == newest
    assert await store.change(rewritten, now=NOW) is None


async def test_a_draft_that_is_written_elsewhere_is_ready_and_leaves_the_one_that_waits(store: DraftStore) -> None:
    waiting = await store.begin(EDITOR, event="e1", now=NOW)
    elsewhere = await store.begin(EDITOR, event="e2", waits=False, now=NOW)
    assert elsewhere.state is DraftState.READY
    assert await store.waiting(EDITOR, since=NOW) == waiting
    assert await store.begin(EDITOR, event="e2", waits=False, now=NOW) == elsewhere


async def test_a_change_of_what_is_not_so_any_more_is_refused(store: DraftStore) -> None:
    draft = await store.begin(EDITOR, event="e1", now=NOW)
    await changed(store, draft, silent=True)
    assert await store.change(draft, now=NOW) is None
    found = await store.get(draft.id)
    assert found is not None
    assert found.silent


@pytest.mark.parametrize("final", [DraftState.SENT, DraftState.DROPPED, DraftState.MISSED])
async def test_what_was_sent_or_dropped_changes_no_more(store: DraftStore, final: DraftState) -> None:
    draft = await changed(store, await store.begin(EDITOR, event="e1", now=NOW), state=final, text=TEXT)
    assert await store.change(replace(draft, state=DraftState.READY), now=NOW) is None
    assert await store.get(draft.id) == draft
    assert await store.waiting(EDITOR, since=NOW) is None


async def test_of_two_changes_at_once_one_is_made(store: DraftStore) -> None:
    draft = await store.begin(EDITOR, event="e1", now=NOW)
    sent = replace(draft, state=DraftState.SENT)
    outcomes = await asyncio.gather(*(store.change(sent, now=NOW) for _ in range(5)))
    assert len([one for one in outcomes if one is not None]) == 1


async def test_a_draft_waits_only_so_long(store: DraftStore) -> None:
    draft = await store.begin(EDITOR, event="e1", now=NOW)
    assert await store.waiting(EDITOR, since=NOW) == draft
    assert await store.waiting(EDITOR, since=NOW + MINUTE) is None
    assert await store.waiting(ANOTHER, since=NOW) is None


async def test_the_latest_is_the_one_that_was_changed_last(store: DraftStore) -> None:
    assert await store.latest(EDITOR) is None
    first = await changed(store, await store.begin(EDITOR, event="e1", now=NOW), state=DraftState.READY, text=TEXT)
    second = await store.begin(EDITOR, event="e2", now=NOW)
    await store.begin(ANOTHER, event="e3", now=NOW + MINUTE)
    assert await store.latest(EDITOR) == second
    touched = await store.change(first, now=NOW + MINUTE)
    assert await store.latest(EDITOR) == touched


async def scheduled(store: DraftStore, event: str, at: datetime) -> Draft:
    draft = await store.begin(EDITOR, event=event, now=NOW)
    return await changed(store, draft, state=DraftState.SCHEDULED, text=TEXT, send_at=at)


async def test_what_is_scheduled_is_due_from_its_time_on_the_earliest_first(store: DraftStore) -> None:
    later = await scheduled(store, "e1", NOW + MINUTE)
    first = await scheduled(store, "e2", NOW)
    await changed(store, await store.begin(EDITOR, event="e3", now=NOW), state=DraftState.READY, send_at=NOW)
    assert await store.due(now=NOW - MINUTE) == ()
    assert await store.due(now=NOW) == (first,)
    assert await store.due(now=NOW + MINUTE) == (first, later)


async def test_what_has_begun_to_go_out_is_due_until_it_is_sent(store: DraftStore) -> None:
    begun = await changed(store, await scheduled(store, "e1", NOW + MINUTE), state=DraftState.DUE)
    assert await store.due(now=NOW - MINUTE) == (begun,)
    await changed(store, begun, state=DraftState.SENT)
    assert await store.due(now=NOW + MINUTE) == ()


async def test_all_that_is_still_to_go_out_is_found_the_earliest_first(store: DraftStore) -> None:
    later = await scheduled(store, "e1", NOW + 2 * MINUTE)
    begun = await changed(store, await scheduled(store, "e2", NOW), state=DraftState.DUE)
    await changed(store, await scheduled(store, "e3", NOW), state=DraftState.SENT)
    await changed(store, await store.begin(EDITOR, event="e4", now=NOW), state=DraftState.READY, text=TEXT)
    assert await store.scheduled() == (begun, later)


async def test_of_calling_off_and_sending_at_once_one_happens(store: DraftStore) -> None:
    draft = await scheduled(store, "e1", NOW)
    wanted = [replace(draft, state=state) for state in (DraftState.READY, DraftState.DUE, DraftState.DUE)]
    outcomes = await asyncio.gather(*(store.change(one, now=NOW) for one in wanted))
    assert len([one for one in outcomes if one is not None]) == 1


async def test_everybodys_drafts_are_listed_the_latest_first(store: DraftStore) -> None:
    await store.begin(EDITOR, event="empty", now=NOW)
    await changed(store, await store.begin(EDITOR, event="e1", now=NOW), state=DraftState.DROPPED, text=TEXT)
    mine = await changed(store, await store.begin(EDITOR, event="e2", now=NOW), state=DraftState.READY, text=TEXT)
    theirs = await scheduled(store, "e3", NOW + MINUTE)
    later = await store.change(replace(mine, silent=True), now=NOW + MINUTE)
    assert await store.listed(limit=5) == (later, theirs)
    assert await store.listed(limit=1) == (later,)


async def test_what_is_still_to_go_out_is_kept_however_old(store: DraftStore) -> None:
    kept = await scheduled(store, "e1", NOW + MINUTE)
    assert await store.retain(keep_since=NOW + MINUTE) == 0
    assert await store.get(kept.id) == kept


async def test_old_drafts_go(store: DraftStore) -> None:
    old = await store.begin(EDITOR, event="e1", now=NOW)
    kept = await store.begin(ANOTHER, event="e2", now=NOW + MINUTE)
    assert await store.retain(keep_since=NOW + MINUTE) == 1
    assert await store.get(old.id) is None
    assert await store.get(kept.id) == kept
