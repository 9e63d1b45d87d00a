"""The desk over two channels, of which one has windows and can't change what it has sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.channels.channel import Limits, Loss
from newsbot.channels.look import Look
from newsbot.delivery.ledger import Settle
from newsbot.delivery.notices import Event
from newsbot.delivery.pacing import Unpaced
from newsbot.desk.outlets import Outlet
from newsbot.domain.alert import AlertKind, AlertState, Audience, Outcome
from newsbot.domain.attempt import Reason
from newsbot.domain.message import AnyReply
from newsbot.domain.subscriber import Preferences
from newsbot.domain.window import Opener, Window
from newsbot.text.clipping import Unit
from tests.builders import NOW, an_address
from tests.memory_ledger import MemoryLedger
from tests.newsdesk import EDITOR, FakeChannel, FakePusher, Newsdesk, Phone, buttons

SHORT = Limits(text=20, caption=20, button_label=20, buttons=13, unit=Unit.CODEPOINT, splits=True)


@pytest.fixture
async def desk() -> Newsdesk:
    """Five readers on Telegram, three on Messenger, of whom two may be written to now."""
    desk = Newsdesk()
    await desk.readers(5)
    windows: dict[int, Window] = {}
    ledger = MemoryLedger(desk.subscribers._subscribers, channel="messenger", windows=windows)
    ledger._clock = lambda: 0.0
    for number in range(3):
        known = await desk.subscribers.change(
            an_address(str(number), "messenger"), "started", lambda _: Preferences(onboarded=True), now=NOW
        )
        if number < 2:
            windows[known.number] = Window(NOW + timedelta(days=3_650), Opener.MESSAGE)
    desk.others["messenger"] = Outlet(
        channel=FakeChannel("messenger", SHORT),
        ledger=ledger,
        pusher=FakePusher("messenger"),
        pacing=Unpaced(),
        rate=10,
        edits=False,
    )
    desk.start(EDITOR)
    return desk


@pytest.fixture
def editor(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


def labels(phone: Phone) -> list[str]:
    return [button.label for reply in phone.last for button in buttons(reply)]


async def _preview(editor: Phone, words: str = "জরুরি খবর") -> str:
    await editor.say("/broadcast")
    await editor.say(words)
    return await editor.press("Preview")


async def _sent(desk: Newsdesk, editor: Phone, *, on_telegram: int = 3) -> None:
    """A broadcast that three have on Telegram and two on Messenger; there it waits for one more."""
    await _preview(editor)
    await editor.press("Send…")
    await editor.press("Yes, send")
    await desk.plan()
    await desk.deliver(most=on_telegram)
    alert, ledger = await desk.alert(), desk.others["messenger"].ledger
    for segment in await ledger.segments():
        await ledger.freeze(alert, segment, now=NOW)
    taken = await ledger.take("another", [1])
    assert taken is not None
    claim = await ledger.claim(taken.unit, "another", 9, alert)
    await ledger.settle(taken.unit, [Settle(one.position, Outcome.SENT, "1") for one in claim.readers])


async def test_the_preview_tells_the_reach_of_each_channel(editor: Phone) -> None:
    said = await _preview(editor)
    assert "This goes to 7 readers: everyone.\nTelegram: 5\nMessenger: 2 now, 1 once they write again" in said
    assert "It takes less than a minute." in said
    assert "at 30 a second" not in said
    await editor.press("Send…")
    assert "Yes, send to 7 readers" in labels(editor)


async def test_a_text_that_only_splits_on_a_channel_may_go_and_is_told(editor: Phone) -> None:
    said = await _preview(editor, "জরুরি খবর: নদীর পানি বাড়ছে, সবাই সাবধানে থাকুন")
    assert "⚠️ Messenger: it goes out in several messages, it is too long for one." in said
    assert "Send…" in labels(editor)


async def test_a_text_that_is_too_long_for_one_channel_names_it(editor: Phone) -> None:
    await editor.say("/broadcast")
    assert "too long for Telegram: 4,096 fit" in await editor.say("খবর " * 1100)


async def test_what_a_channel_cannot_show_is_told(desk: Newsdesk, editor: Phone) -> None:
    def look(reply: AnyReply) -> Look:
        losses = Loss("kicker", "clipped to 20"), Loss("time", "left out"), Loss("placeholder", "of no interest")
        return Look(bubbles=(), losses=losses, used=0, limit=2000, unit=Unit.CODEPOINT)

    desk.others["messenger"] = replace(desk.others["messenger"], look=look)
    desk.start(EDITOR)
    assert "⚠️ Messenger: not shown in full: the kicker, the time." in await _preview(editor)


async def test_progress_and_report_tell_each_channel(desk: Newsdesk, editor: Phone) -> None:
    await _sent(desk, editor)
    said = await editor.do("b:show:1")
    assert "6 of 8 done (75%)" in said  # who is held is as good as done
    assert "Telegram: 3 of 5 · still open: 2\nMessenger: 2 of 3 · held: 1" in said


async def test_progress_names_the_channel_that_takes_nothing_now(desk: Newsdesk, editor: Phone) -> None:
    await _sent(desk, editor)
    await desk.notices.halted("telegram", Reason.BAD_TOKEN, now=desk.now)
    said = await editor.do("b:show:1")
    assert "Halted: Telegram. It goes on there by itself." in said
    assert "Still to go" not in said
    await desk.notices.mended("telegram", now=desk.now)
    for event, halted in ((Event.BLOCK, True), (Event.WARNING, True), (Event.UNBLOCK, False)):
        await desk.notices.note("telegram", event, "", origin=event, now=desk.now)
        said = await editor.do("b:show:1")
        assert ("Halted: Telegram" in said, "Still to go" in said) == (halted, not halted)
    await desk.notices.note("messenger", Event.BLOCK, "", origin="another", now=desk.now)
    assert "Halted" not in await editor.do("b:show:1")  # there everybody has an outcome


async def test_an_editor_is_sent_to_on_their_own_channel(desk: Newsdesk) -> None:
    other = an_address("99", "messenger")
    desk.start(EDITOR, other)
    phone = desk.phone(other)
    await phone.say("/broadcast")
    await phone.say("জরুরি খবর")
    await phone.press("Preview")
    assert "It went to you" in await phone.press("Send to me first")
    assert [to.user_id for _, _, to in desk.others["messenger"].pusher.pushed] == ["99"]  # type: ignore[attr-defined]
    assert desk.pusher.pushed == []


async def test_an_editor_whose_messages_cannot_be_changed_is_shown_the_beginning_and_the_report(
    desk: Newsdesk,
) -> None:
    other = an_address("99", "messenger")
    desk.start(EDITOR, other)
    phone = desk.phone(other)
    await _preview(phone)
    await phone.press("Send…")
    assert "Broadcast 1 – is being prepared" in await phone.press("Yes, send")
    chat = desk.others["messenger"].channel
    assert isinstance(chat, FakeChannel)
    await desk.plan()
    for _ in range(3):
        await desk.deliver(most=1)
        await desk.look(seconds=60)
    assert chat.chat(other) == []
    await desk.deliver()
    await desk.finish()
    await desk.look()
    await desk.look()
    (report,) = chat.chat(other)
    assert "বার্তা ১ – শেষ হয়েছে" in report


# --- corrections and recalls -----------------------------------------------------------------------------------------


async def test_a_correction_changes_copies_and_the_editor_sees_who_keeps_the_old_one(
    desk: Newsdesk, editor: Phone
) -> None:
    await _sent(desk, editor)
    await editor.do("b:fix:1")
    said = await editor.say("ঠিক খবর")
    assert "3 readers have a copy. They are changed in place, without a new notification." in said
    assert "On Messenger nothing that was sent can be changed: 2 readers keep it as it is." in said
    await editor.press("Change the copies…")
    await editor.press("Yes, change 3 copies")
    made = await desk.alert(2)
    assert (made.kind, made.audience) == (AlertKind.CORRECTION, Audience(channels=("telegram",)))


async def test_a_correction_can_be_sent_as_a_message_where_nothing_can_be_changed(
    desk: Newsdesk, editor: Phone
) -> None:
    await _sent(desk, editor)
    await editor.do("b:fix:1")
    await editor.say("ঠিক খবর")
    assert "On Messenger 2 readers are sent it as a new message." in await editor.press("Also write to Messenger")
    assert "Don't write to Messenger" in labels(editor)
    assert "2 readers are sent a new message." in await editor.press("Change the copies…")
    await editor.press("Yes, change 3 copies")
    assert (await desk.alert(2)).audience == Audience()


async def test_a_recall_says_how_many_copies_stay(desk: Newsdesk, editor: Phone) -> None:
    await _sent(desk, editor)
    said = await editor.do("b:recall:1")
    assert "Delete 3 copies from readers' chats?" in said
    assert "2 copies on Messenger can't be deleted." in said


async def test_whoever_it_still_waits_for_is_spared_it_by_a_recall(desk: Newsdesk, editor: Phone) -> None:
    await _sent(desk, editor)
    said = await editor.do("b:recall:1")
    assert "1 reader for whom it waits no longer gets it." in said
    await editor.press("Yes, delete 3 copies")
    assert [one.kind for one in await desk.alerts.copies_touched(1)] == [AlertKind.RECALL]


async def test_it_can_be_taken_back_for_them_also_where_no_copy_can_be_deleted(desk: Newsdesk, editor: Phone) -> None:
    await _sent(desk, editor, on_telegram=0)
    await desk.alerts.turn(1, AlertState.DONE, of=[AlertState.RUNNING], now=NOW)
    said = await editor.do("b:recall:1")
    assert "Take it back?\n\n2 copies on Messenger can't be deleted.\n1 reader for whom it waits" in said
    assert "deleted?" not in said
    await editor.press("Yes, take it back")
    assert [one.kind for one in await desk.alerts.copies_touched(1)] == [AlertKind.RECALL]


async def test_where_nothing_can_be_done_about_the_copies_no_recall_is_offered(desk: Newsdesk, editor: Phone) -> None:
    await _sent(desk, editor, on_telegram=0)
    known = await desk.subscribers.get(an_address("2", "messenger"))
    assert known is not None
    ledger = desk.others["messenger"].ledger
    (unit,) = await ledger.missed(known.slot)
    await ledger.settle(unit, [Settle(known.slot.position, Outcome.SENT, "3")])  # they wrote, and were shown it
    await desk.alerts.turn(1, AlertState.DONE, of=[AlertState.RUNNING], now=NOW)
    assert await editor.do("b:recall:1") == "3 copies on Messenger can't be deleted."
    assert labels(editor) == []


async def test_the_figures_of_readers_are_told_by_channel(editor: Phone) -> None:
    said = await editor.say("/stats")
    assert "subscribers: 8" in said
    assert "Telegram: 5 (5 can be alerted)\nMessenger: 3 (3 can be alerted)" in said
