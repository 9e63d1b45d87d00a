"""What is confirmed for a time goes out then, once, unless it is called off; what was missed is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.desk.approvals import Policy
from newsbot.desk.approving import ask_for_approval
from newsbot.desk.audit import Act
from newsbot.desk.deciding import Verdict, approve
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.handing_over import call_off, hand_over
from newsbot.desk.oversight import look_over
from newsbot.desk.roles import Role
from newsbot.domain.alert import AlertText
from newsbot.domain.message import Span
from newsbot.errors import StoreUnavailable
from tests.builders import a_draft
from tests.newsdesk import ANOTHER, EDITOR, TERMINAL, Newsdesk, an_actor

HOUR = timedelta(hours=1)


@pytest.fixture
async def desk() -> Newsdesk:
    desk = Newsdesk()
    await desk.readers(5, "sports")
    return desk


async def scheduled(desk: Newsdesk, after: timedelta = HOUR, **changes) -> Draft:
    """Written by EDITOR, confirmed by ANOTHER."""
    begun = await desk.drafts.begin(EDITOR, event="e1", now=desk.now)
    wanted = replace(begun, state=DraftState.READY, text=AlertText((Span("সেতু খুলল"),)), send_at=desk.now + after)
    ready = await desk.drafts.change(replace(wanted, **changes), now=desk.now)
    assert ready is not None
    done = await hand_over(desk.desk, desk.speech(), ready, revision=ready.revision, by=an_actor(ANOTHER, "Karim"))
    assert (done.first, done.scheduled, done.alert, done.refused) == (True, True, None, "")
    return done.draft


async def state(desk: Newsdesk, draft: Draft) -> DraftState:
    found = await desk.drafts.get(draft.id)
    assert found is not None
    return found.state


async def alerts(desk: Newsdesk) -> int:
    return len(await desk.alerts.recent(limit=100))


async def test_it_goes_out_at_its_time_and_not_before_and_once(desk: Newsdesk) -> None:
    draft = await scheduled(desk)
    await desk.schedule.look()
    assert await alerts(desk) == 0
    desk.later(hours=1)
    await asyncio.gather(*(desk.schedule.look() for _ in range(3)))
    await desk.schedule.look()
    alert = await desk.alert()
    assert await alerts(desk) == 1
    assert (alert.origin, alert.by, alert.created_at) == (draft.origin, ANOTHER, draft.send_at)
    assert await state(desk, draft) is DraftState.SENT
    told = [(entry.act, entry.actor.name) for entry in await desk.audit.of(f"draft:{draft.id}")]
    told += [(entry.act, entry.actor.name) for entry in await desk.audit.of(f"alert:{alert.id}")]
    assert told == [(Act.SCHEDULED, "Karim"), (Act.SENT, "Karim")]


async def test_confirming_it_again_changes_nothing_before_and_after(desk: Newsdesk) -> None:
    draft = await scheduled(desk)
    again = await hand_over(desk.desk, desk.speech(), draft, revision=draft.revision, by=an_actor(EDITOR))
    assert (again.first, again.scheduled, again.draft) == (False, True, draft)
    desk.later(hours=1)
    await desk.schedule.look()
    late = await hand_over(desk.desk, desk.speech(), draft, revision=draft.revision, by=an_actor(EDITOR))
    assert late.scheduled  # what it was given is old: it says nothing that isn't so
    now = await desk.drafts.get(draft.id)
    assert now is not None
    done = await hand_over(desk.desk, desk.speech(), now, revision=draft.revision, by=an_actor(EDITOR))
    assert done.alert == await desk.alert()
    assert await alerts(desk) == 1


async def test_what_is_called_off_does_not_go_out_and_can_be_changed_again(desk: Newsdesk) -> None:
    draft = await scheduled(desk)
    off = await call_off(desk.desk, draft, by=an_actor(EDITOR), now=desk.now)
    assert off is not None
    assert (off.state, off.send_at, off.confirmed_by) == (DraftState.READY, None, None)
    desk.later(hours=2)
    await desk.schedule.look()
    assert await alerts(desk) == 0


async def test_it_is_called_off_in_chat_by_a_button(desk: Newsdesk) -> None:
    draft = await scheduled(desk)
    phone = desk.phone(ANOTHER)
    said = await phone.do(f"b:view:{draft.id}:{draft.revision}")
    assert "It goes out on" in said
    assert "called off" in await phone.press("Call it off")
    assert await state(desk, draft) is DraftState.READY


async def test_when_its_time_has_come_it_is_too_late_to_call_it_off(desk: Newsdesk) -> None:
    draft = await scheduled(desk)
    desk.later(hours=1)
    await desk.schedule.look()
    assert await call_off(desk.desk, draft, by=an_actor(EDITOR), now=desk.now) is None
    assert await alerts(desk) == 1


async def test_who_died_half_way_is_followed_by_one_who_makes_the_same_alert(desk: Newsdesk) -> None:
    draft = await scheduled(desk)
    desk.later(hours=1)
    desk.alerts.away = True
    with pytest.raises(StoreUnavailable):
        await desk.schedule.look()
    assert await state(desk, draft) is DraftState.DUE
    desk.alerts.away = False
    await desk.schedule.look()
    assert await alerts(desk) == 1
    assert await state(desk, draft) is DraftState.SENT


async def test_late_by_less_than_an_alerts_life_it_is_sent(desk: Newsdesk) -> None:
    await scheduled(desk)
    desk.later(hours=3, minutes=59)
    await desk.schedule.look()
    assert await alerts(desk) == 1


async def test_later_than_that_it_is_not_sent_and_both_editors_are_told(desk: Newsdesk) -> None:
    draft = await scheduled(desk)
    desk.later(hours=4, minutes=1)
    await desk.schedule.look()
    assert await alerts(desk) == 0
    assert await state(desk, draft) is DraftState.MISSED
    await desk.look()
    for editor in (EDITOR, ANOTHER):
        (told,) = desk.channel.chat(editor)
        assert "সেতু খুলল" in told
        assert "কিছুই পাঠানো হয়নি" in told
    done = await hand_over(desk.desk, desk.speech(), draft, revision=draft.revision, by=an_actor(EDITOR))
    assert done.alert is None


async def test_an_article_that_was_withdrawn_meanwhile_is_not_sent_and_that_is_the_reason_told(desk: Newsdesk) -> None:
    stored = await desk.articles.put(a_draft(), now=desk.now, announce=True)
    draft = await scheduled(desk, text=None, article_id=stored.article.id)
    await desk.articles.withdraw(stored.article.url, now=desk.now)
    desk.later(hours=1)
    await desk.schedule.look()
    assert await alerts(desk) == 0
    assert await state(desk, draft) is DraftState.MISSED
    await desk.look()
    (told,) = desk.channel.chat(EDITOR)
    assert "খবরটি আর নেই" in told


async def test_what_somebody_confirmed_who_may_not_send_any_more_is_not_sent_and_who_wrote_it_is_told(
    desk: Newsdesk,
) -> None:
    desk.start(EDITOR)
    await desk.staff.give(ANOTHER, Role.EDITOR, name="Karim", by=TERMINAL, now=desk.now)
    draft = await scheduled(desk)
    await desk.staff.give(ANOTHER, Role.WRITER, by=TERMINAL, now=desk.now)
    desk.later(hours=1)
    await desk.schedule.look()
    assert await alerts(desk) == 0
    assert await state(desk, draft) is DraftState.MISSED
    await desk.look()
    (told,) = desk.channel.chat(EDITOR)
    assert "Karim" in told
    assert "পাঠানোর অধিকার নেই" in told


async def test_what_the_terminal_confirmed_goes_out_though_nobody_there_has_a_role(desk: Newsdesk) -> None:
    begun = await desk.drafts.begin(EDITOR, event="e1", now=desk.now)
    wanted = replace(begun, state=DraftState.READY, text=AlertText((Span("সেতু খুলল"),)), send_at=desk.now + HOUR)
    ready = await desk.drafts.change(wanted, now=desk.now)
    assert ready is not None
    await hand_over(desk.desk, desk.speech(), ready, revision=ready.revision, by=TERMINAL)
    desk.later(hours=1)
    await desk.schedule.look()
    assert await alerts(desk) == 1


@pytest.mark.parametrize("changes", [False, True])
async def test_an_approval_holds_at_its_time_for_what_was_approved(desk: Newsdesk, changes: bool) -> None:
    """Also if who asked has no role any more: somebody else answers for it."""
    desk.approval = Policy.ALL
    desk.start(EDITOR)
    await desk.staff.give(ANOTHER, Role.WRITER, name="Karim", by=TERMINAL, now=desk.now)
    stored = await desk.articles.put(a_draft(), now=desk.now, announce=True)
    begun = await desk.drafts.begin(ANOTHER, event="e1", now=desk.now)
    wanted = replace(begun, state=DraftState.READY, article_id=stored.article.id, send_at=desk.now + HOUR)
    ready = await desk.drafts.change(wanted, now=desk.now)
    assert ready is not None
    asked = await ask_for_approval(desk.desk, ready, by=an_actor(ANOTHER, "Karim"), now=desk.now)
    decided = await approve(desk.desk, desk.speech(), asked.id, by=an_actor(EDITOR))
    assert decided.verdict is Verdict.APPROVED
    await desk.staff.take(ANOTHER, by=TERMINAL, now=desk.now)
    if changes:
        await desk.articles.put(replace(a_draft(), headline="অন্য শিরোনাম"), now=desk.now, announce=True)
    desk.later(hours=1)
    await desk.schedule.look()
    assert await alerts(desk) == (0 if changes else 1)
    if changes:
        await desk.look()
        assert "অনুমোদনের পর" in desk.channel.chat(EDITOR)[-1]


async def test_a_time_that_is_over_is_refused_before_anything_is_confirmed(desk: Newsdesk) -> None:
    begun = await desk.drafts.begin(EDITOR, event="e1", now=desk.now)
    wanted = replace(begun, state=DraftState.READY, text=AlertText((Span("সেতু"),)), send_at=desk.now)
    ready = await desk.drafts.change(wanted, now=desk.now)
    assert ready is not None
    done = await hand_over(desk.desk, desk.speech(), ready, revision=ready.revision, by=an_actor(EDITOR))
    assert "is over" in done.refused
    assert await state(desk, ready) is DraftState.READY


async def test_what_is_scheduled_is_on_the_front_page_however_much_was_written_since(desk: Newsdesk) -> None:
    draft = await scheduled(desk)
    for number in range(101):
        begun = await desk.drafts.begin(EDITOR, event=f"more {number}", now=desk.now)
        await desk.drafts.change(replace(begun, state=DraftState.READY, text=draft.text), now=desk.now)
    assert (await look_over(desk.desk, (), {})).scheduled == (draft,)
