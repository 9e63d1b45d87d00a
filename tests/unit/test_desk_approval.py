"""A second person lets it go out, or nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from newsbot.delivery.ledger import Ledger
from newsbot.desk.approvals import LIFE, Policy
from newsbot.desk.audit import Filter
from newsbot.desk.drafts import DraftState
from newsbot.desk.handing_over import hand_over
from newsbot.desk.roles import Role
from newsbot.domain.alert import AlertKind, AlertText
from newsbot.domain.attempt import Reason, TryLater
from newsbot.domain.message import Span
from newsbot.domain.subscriber import LINKED, Address, Preferences
from tests.builders import NOW, a_draft
from tests.memory_desk import MemoryAuditLog
from tests.memory_ledger import MemoryLedger
from tests.newsdesk import ANOTHER, EDITOR, TERMINAL, Newsdesk, Phone, an_actor, buttons, words

WRITER = Address("telegram", "9003")
READ_ENGLISH = Preferences(language="en", stopped=True)


@pytest.fixture
async def desk() -> Newsdesk:
    """Five readers; two editors and a writer; whatever goes out must be approved."""
    desk = Newsdesk()
    desk.approval = Policy.ALL
    desk.start(EDITOR, ANOTHER)
    await desk.readers(5, "sports")
    await desk.staff.give(WRITER, Role.WRITER, name="Salma", by=TERMINAL, now=NOW)
    for person in (EDITOR, ANOTHER, WRITER):
        await desk.subscribers.change(person, "stopped", lambda _: READ_ENGLISH, now=NOW)
    return desk


@pytest.fixture
def rahima(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


@pytest.fixture
def karim(desk: Newsdesk) -> Phone:
    return desk.phone(ANOTHER, sender_name="Karim")


async def asked(phone: Phone, text: str = "জরুরি খবর", *choices: str) -> str:
    await phone.draft(text, *choices)
    await phone.press("Send…")
    return await phone.press("Ask for approval")


async def shown(desk: Newsdesk, phone: Phone) -> list[str]:
    """What the reporter has written to them."""
    await desk.look()
    return desk.channel.chat(phone.address)


async def sent(desk: Newsdesk) -> int:
    return len(await desk.alerts.recent(limit=100))


async def acts(desk: Newsdesk) -> list[str]:
    entries = await desk.audit.entries(Filter(), limit=100)
    return [str(entry.act) for entry in reversed(entries) if not entry.act.startswith(("role.", "draft.saved"))]


async def test_nothing_goes_out_before_a_second_person_has_approved_it(
    desk: Newsdesk, rahima: Phone, karim: Phone
) -> None:
    said = await asked(rahima)
    assert "It waits for a second person" in said
    assert await sent(desk) == 0
    preview, request = await shown(desk, karim)
    assert preview == "জরুরি খবর"
    assert "Rahima asks for your approval" in request
    assert "This goes to 5 readers: everyone." in request
    assert "Approved. It goes out." in await karim.do("b:approve:1")
    [alert] = await desk.alerts.recent(limit=10)
    assert (alert.kind, alert.by) == (AlertKind.BROADCAST, EDITOR)
    assert alert.text is not None
    assert alert.text.plain == "জরুরি খবর"
    assert await acts(desk) == ["approval.asked", "approval.approved", "alert.sent"]


async def test_the_log_says_who_asked_and_who_approved(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    await asked(rahima)
    await karim.do("b:approve:1")
    who = {str(entry.act): entry.actor for entry in await desk.audit.entries(Filter(), limit=100)}
    assert (who["approval.asked"].address, who["approval.approved"].address) == (EDITOR, ANOTHER)
    assert who["alert.sent"].address == EDITOR


async def test_both_are_told_what_became_of_it(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    await asked(rahima)
    await shown(desk, karim)
    await karim.do("b:approve:1")
    assert "Karim approved it: it goes out." in "\n".join(await shown(desk, rahima))
    assert "Karim approved it: it goes out." in "\n".join(await shown(desk, karim))


async def test_who_asked_can_not_be_the_second_person(desk: Newsdesk, rahima: Phone) -> None:
    await asked(rahima)
    assert "a second person must approve it" in await rahima.do("b:approve:1")
    assert await sent(desk) == 0


async def test_somebody_is_no_second_person_by_being_on_two_channels(
    desk: Newsdesk, rahima: Phone, karim: Phone
) -> None:
    linked = READ_ENGLISH.with_note(LINKED, str(EDITOR))
    await desk.subscribers.change(ANOTHER, "linked", lambda _: linked, now=NOW)
    await asked(rahima)
    assert "a second person must approve it" in await karim.do("b:approve:1")
    assert await sent(desk) == 0


async def test_a_writer_approves_nothing(desk: Newsdesk, rahima: Phone) -> None:
    await asked(rahima)
    writer = desk.phone(WRITER)
    assert "does not let you approve" in await writer.do("b:approve:1")
    assert "no longer kept" in await writer.do("b:refuse:1")
    assert await sent(desk) == 0


async def test_however_many_approve_however_often_it_goes_out_once(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    third = Address("telegram", "9004")
    await desk.staff.give(third, Role.EDITOR, by=TERMINAL, now=NOW)
    await asked(rahima)
    phones = [karim, desk.phone(third, sender_name="Third")]
    await asyncio.gather(*(phone.do("b:approve:1") for phone in phones * 4))
    assert "approved it: it goes out." in await karim.do("b:approve:1")
    assert await sent(desk) == 1
    assert await acts(desk) == ["approval.asked", "approval.approved", "alert.sent"]


@pytest.mark.parametrize("change", ["Silent", "Everyone", "Sports", "Rewrite"])
async def test_a_draft_that_is_changed_needs_a_new_approval(
    desk: Newsdesk, rahima: Phone, karim: Phone, change: str
) -> None:
    await rahima.draft()
    preview = rahima.last
    await rahima.press("Send…")
    await rahima.press("Ask for approval")
    rahima.last = preview
    if change == "Rewrite":
        await rahima.press("Rewrite")
        await rahima.say("অন্য খবর")
    else:
        await rahima.press("Change audience")
        await rahima.press("Sports" if change == "Everyone" else change)
        if change == "Everyone":
            await rahima.press(change)
    assert "changed since you were asked" in await karim.do("b:approve:1")
    assert await sent(desk) == 0
    await rahima.press("Preview")
    await rahima.press("Send…")
    await rahima.press("Ask for approval")
    assert "Approved." in await karim.do("b:approve:2")
    assert await sent(desk) == 1


async def test_an_article_that_the_site_changes_needs_a_new_approval(
    desk: Newsdesk, rahima: Phone, karim: Phone
) -> None:
    draft = a_draft(1)
    article = (await desk.articles.put(draft, now=NOW, announce=False)).article
    await rahima.say(f"/broadcast {article.id}")
    await rahima.press("Preview")
    await rahima.press("Send…")
    await rahima.press("Ask for approval")
    changed = replace(draft, headline="অন্য শিরোনাম", content_hash="other", updated_at=NOW)
    await desk.articles.put(changed, now=NOW, announce=False)
    assert "changed since you were asked" in await karim.do("b:approve:1")
    assert await sent(desk) == 0


async def test_a_refusal_is_told_and_the_draft_stays(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    await asked(rahima)
    await shown(desk, karim)
    assert "Refused. Nothing was sent." in await karim.do("b:refuse:1")
    assert "Karim refused it. Nothing was sent." in "\n".join(await shown(desk, rahima))
    assert "Karim refused it" in await karim.do("b:approve:1")
    assert await sent(desk) == 0
    assert await acts(desk) == ["approval.asked", "approval.refused"]
    draft = await desk.drafts.get(1)
    assert draft is not None
    assert draft.state.open


async def test_who_asked_can_take_it_back(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    await asked(rahima)
    await shown(desk, karim)
    assert "Taken back. Nothing was sent" in await rahima.press("Take it back")
    assert "Rahima took it back" in await karim.do("b:approve:1")
    assert await sent(desk) == 0


async def test_what_nobody_approves_in_time_does_not_go_out(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    await asked(rahima)
    await shown(desk, karim)
    desk.later(seconds=LIFE.total_seconds())
    assert "Nobody approved it in time" in await karim.do("b:approve:1")
    assert "Nobody approved it in time" in "\n".join(await shown(desk, rahima))
    assert await acts(desk) == ["approval.asked", "approval.expired"]
    assert await sent(desk) == 0


async def test_asking_twice_is_asking_once(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    await rahima.draft()
    await rahima.press("Send…")
    action = rahima.button("Ask for approval")
    for _ in range(3):
        await rahima.do(action)
    await desk.look()
    assert len(await shown(desk, karim)) == 2
    assert await acts(desk) == ["approval.asked"]


async def test_a_correction_waits_too_and_a_stop_does_not(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    await asked(rahima)
    await karim.do("b:approve:1")
    await desk.plan()
    await desk.deliver()
    await desk.finish()
    await rahima.do("b:fix:1")
    await rahima.say("ঠিক খবর")
    await rahima.press("Change the copies…")
    assert "It waits for a second person" in await rahima.press("Ask for approval")
    assert await sent(desk) == 1
    await karim.do("b:approve:2")
    assert [alert.kind for alert in await desk.alerts.recent(limit=5)] == [AlertKind.CORRECTION, AlertKind.BROADCAST]
    assert "was stopped" in await rahima.do("b:stop:2")


async def test_only_breaking_news_waits_where_the_settings_say_so(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    desk.approval = Policy.BREAKING
    desk.start(EDITOR, ANOTHER)
    await rahima.broadcast("সাধারণ খবর")
    assert await sent(desk) == 1
    assert "It waits for a second person" in await asked(rahima, "ব্রেকিং", "🔴 Breaking")
    assert await sent(desk) == 1
    await karim.do("b:approve:1")
    assert await sent(desk) == 2


async def test_without_the_setting_nothing_waits(desk: Newsdesk, rahima: Phone) -> None:
    desk.approval = Policy.NONE
    desk.start(EDITOR, ANOTHER)
    await rahima.broadcast("ব্রেকিং", "🔴 Breaking")
    assert await sent(desk) == 1


@pytest.mark.parametrize("policy", [Policy.NONE, Policy.ALL])
async def test_what_a_writer_hands_in_goes_out_when_an_editor_approves_it(
    desk: Newsdesk, karim: Phone, policy: Policy
) -> None:
    desk.approval = policy
    desk.start(EDITOR, ANOTHER)
    writer = desk.phone(WRITER, sender_name="Salma")
    await writer.draft()
    said = await writer.press("Ask an editor to send it")
    assert "It waits for a second person" in said
    assert await sent(desk) == 0
    assert "Salma asks for your approval" in (await shown(desk, karim))[-1]
    await karim.do("b:approve:1")
    [alert] = await desk.alerts.recent(limit=10)
    assert alert.by == WRITER
    assert "Karim approved it" in "\n".join(await shown(desk, writer))


async def test_an_editor_is_not_offered_to_ask_an_editor(desk: Newsdesk, rahima: Phone) -> None:
    await rahima.draft()
    assert "Ask an editor to send it" not in [one.label for reply in rahima.last for one in buttons(reply)]


async def test_where_nobody_else_may_approve_who_asks_is_told() -> None:
    desk = Newsdesk(EDITOR)
    desk.approval = Policy.ALL
    desk.start(EDITOR)
    await desk.readers(1)
    assert "Nobody else may approve it" in await asked(desk.phone(EDITOR))


async def test_the_request_stands_in_the_chat_after_a_restart_once(desk: Newsdesk, rahima: Phone, karim: Phone) -> None:
    await asked(rahima)
    await shown(desk, karim)
    desk.start(EDITOR, ANOTHER)
    assert len(await shown(desk, karim)) == 2
    replies = list(desk.channel.chats[ANOTHER].values())
    assert [button.label for button in buttons(replies[-1])] == ["✅ Approve: it goes out", "❌ Refuse"]
    assert "asks for your approval" in words(replies[-1])


async def test_who_may_approve_no_more_is_shown_nothing_of_what_waits(desk: Newsdesk, rahima: Phone) -> None:
    third = Address("telegram", "9004")
    await desk.staff.give(third, Role.EDITOR, by=TERMINAL, now=NOW)
    await desk.subscribers.change(third, "stopped", lambda _: READ_ENGLISH, now=NOW)
    await asked(rahima)
    desk.channel.answer = TryLater(timedelta(seconds=1), Reason.FLOOD)
    await desk.look()
    await desk.staff.give(third, Role.VIEWER, by=TERMINAL, now=NOW)
    desk.channel.answer = None
    assert await shown(desk, desk.phone(third)) == []
    await desk.staff.give(third, Role.EDITOR, by=TERMINAL, now=NOW)
    assert "Rahima asks for your approval" in (await shown(desk, desk.phone(third)))[-1]


async def test_who_is_asked_is_told_once_when_it_goes_out(desk: Newsdesk, karim: Phone) -> None:
    draft = await desk.drafts.begin(EDITOR, event="e1", now=NOW)
    wanted = replace(draft, state=DraftState.READY, text=AlertText((Span("খবর"),)), send_at=NOW + timedelta(hours=2))
    ready = await desk.drafts.change(wanted, now=NOW)
    assert ready is not None
    await hand_over(desk.desk, desk.speech(), ready, revision=ready.revision, by=an_actor(EDITOR))
    assert (await shown(desk, karim))[-1].count("It goes out on") == 1


async def test_approvals_are_kept_as_long_as_drafts(desk: Newsdesk, rahima: Phone) -> None:
    await asked(rahima)
    desk.later(days=91)
    await desk.look()
    assert await desk.approvals.get(1) is None


class _Outside:
    """A ledger that is asked nothing while the database's transaction is open."""

    def __init__(self, ledger: MemoryLedger, audit: MemoryAuditLog) -> None:
        self._ledger, self._open, self.asked = ledger, 0, 0
        together = audit.together

        @asynccontextmanager
        async def watched() -> AsyncIterator[None]:
            async with together():
                self._open += 1
                try:
                    yield
                finally:
                    self._open -= 1

        audit.together = watched  # type: ignore[method-assign]

    def __getattr__(self, name: str) -> Any:
        assert not self._open, f"{name} is asked of Redis within a transaction"
        self.asked += 1
        return getattr(self._ledger, name)


async def test_no_transaction_waits_for_redis_when_a_second_person_approves(
    desk: Newsdesk, rahima: Phone, karim: Phone
) -> None:
    ledger = _Outside(desk.ledger, desk.audit)
    outlets = desk.desk.outlets
    assert isinstance(outlets, dict)
    outlets["telegram"] = replace(outlets["telegram"], ledger=cast(Ledger, ledger))
    await asked(rahima)
    assert "Approved" in await karim.do("b:approve:1")
    assert ledger.asked
    (alert,) = await desk.alerts.recent(limit=9)
    (sent,) = await desk.audit.of(f"alert:{alert.id}")
    assert sent.after["readers"] == {"telegram": 5}
