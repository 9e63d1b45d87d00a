"""A broadcast at a time, set in chat: which moment was understood is said before anything is confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsbot.desk.approvals import Policy
from newsbot.desk.audit import Act
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.roles import Role
from newsbot.domain.message import Kind
from newsbot.domain.subscriber import Preferences
from tests.builders import NOW, an_address
from tests.newsdesk import ANOTHER, EDITOR, TERMINAL, Newsdesk, Phone, buttons

HALF_PAST_EIGHT = datetime(2025, 11, 18, 14, 30, tzinfo=UTC)  # in Dhaka; it is a quarter to six there


@pytest.fixture
async def desk() -> Newsdesk:
    desk = Newsdesk()
    await desk.readers(5, "sports")
    return desk


@pytest.fixture
def editor(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


def labels(phone: Phone) -> list[str]:
    return [button.label for reply in phone.last for button in buttons(reply)]


async def draft_of(desk: Newsdesk, number: int = 1) -> Draft:
    found = await desk.drafts.get(number)
    assert found is not None
    return found


async def asked(editor: Phone) -> str:
    """Up to the question when."""
    await editor.draft()
    await editor.press("Send…")
    return await editor.press("At a time…")


def test_the_tests_clock_is_a_quarter_to_six_in_the_newsroom() -> None:
    assert datetime(2025, 11, 18, 11, 45, tzinfo=UTC) == NOW


async def test_the_moment_is_told_confirmed_and_kept_to(desk: Newsdesk, editor: Phone) -> None:
    said = await asked(editor)
    assert "When should it go out?" in said
    assert "By the newsroom's clock it is 5:45 PM now." in said
    said = await editor.say("আজ রাত সাড়ে ৮টায়")
    assert "Understood: 18 November, 8:30 PM. That is in about 3 hours. Nothing is set before you confirm it." in said
    assert "Ordinary alert. It goes out on 18 November, 8:30 PM." in said
    assert (await draft_of(desk)).state is DraftState.READY
    assert await editor.press("Send…") == "It goes out on 18 November, 8:30 PM."
    said = await editor.press("Yes, send to 5 readers")
    assert said == "It goes out on 18 November, 8:30 PM."
    scheduled = await draft_of(desk)
    assert (scheduled.state, scheduled.send_at) == (DraftState.SCHEDULED, HALF_PAST_EIGHT)
    await desk.schedule.look()
    assert await desk.alerts.recent(limit=9) == ()
    desk.now = HALF_PAST_EIGHT
    await desk.schedule.look()
    assert (await desk.alert()).by == EDITOR
    assert Act.SCHEDULED in [entry.act for entry in await desk.audit.of("draft:1")]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("17:00", "19 November, 5:00 PM"),
        ("২০:৩০", "18 November, 8:30 PM"),
        ("কাল সকাল ৭টা", "19 November, 7:00 AM"),
        ("tomorrow 07:00", "19 November, 7:00 AM"),
        ("2025-12-31 23:59", "31 December, 11:59 PM"),
    ],
)
async def test_it_is_read_in_bengali_and_english(editor: Phone, typed: str, told: str) -> None:
    await asked(editor)
    assert f"Understood: {told}." in await editor.say(typed)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("আজ সকাল ৭টা", "This time is over: choose one that is still to come."),
        ("2025-11-18 17:44", "This time is over: choose one that is still to come."),
        ("2026-03-01 10:00", "This is too far ahead: at most 60 days."),
        ("একটু পরে", "This is no time. Write one like 20:30"),
        ("সেতু খুলল", "This is no time. Write one like 20:30"),
    ],
)
async def test_what_can_not_be_is_refused_with_what_to_do_and_asked_again(
    desk: Newsdesk, editor: Phone, typed: str, told: str
) -> None:
    await asked(editor)
    assert told in await editor.say(typed)
    assert labels(editor) == ["Back", "Cancel"]
    kept = await draft_of(desk)
    assert (kept.awaits_time, kept.send_at) == (True, None)
    assert kept.text is not None
    assert kept.text.plain == "জরুরি খবর"
    assert "Understood" in await editor.say("20:30")


async def test_a_picture_is_no_time(editor: Phone) -> None:
    await asked(editor)
    assert "This is no time." in await editor.say("20:30", kind=Kind.MEDIA)


async def test_it_can_be_set_among_whom_it_is_for_changed_and_taken_back(desk: Newsdesk, editor: Phone) -> None:
    await editor.say("/broadcast")
    await editor.say("জরুরি খবর")
    await editor.press("At a time…")
    await editor.say("20:30")
    said = await editor.press("Change audience")
    assert "Now: everyone – 5 readers. It goes out on 18 November, 8:30 PM." in said
    await editor.press("Another time…")
    assert labels(editor) == ["As soon as it is confirmed", "Back", "Cancel"]
    assert "It goes out as soon as it is confirmed." in await editor.press("As soon as it is confirmed")
    kept = await draft_of(desk)
    assert (kept.state, kept.send_at) == (DraftState.READY, None)
    assert await editor.press("Send…") == "Send it now?"


async def test_who_thinks_again_has_the_draft_as_it_was(desk: Newsdesk, editor: Phone) -> None:
    await asked(editor)
    await editor.say("20:30")
    await editor.press("Send…")
    await editor.press("Another time…")
    assert "This is what readers will see" in await editor.press("Back")
    kept = await draft_of(desk)
    assert (kept.state, kept.send_at) == (DraftState.READY, HALF_PAST_EIGHT)


async def test_the_same_words_delivered_twice_are_one_time(desk: Newsdesk, editor: Phone) -> None:
    await asked(editor)
    once = editor.message("20:30")
    await editor.hear(once)
    kept = await draft_of(desk)
    assert "It goes out on 18 November, 8:30 PM." in await editor.hear(once)
    assert await draft_of(desk) == kept


async def test_a_time_that_passed_before_it_was_confirmed_leads_to_another(desk: Newsdesk, editor: Phone) -> None:
    await asked(editor)
    await editor.say("17:50")
    await editor.press("Send…")
    yes = editor.button("Yes, send")
    desk.later(minutes=6)
    said = await editor.do(yes)
    assert said == "The time it should go out at is over. Choose another, or send it now."
    assert labels(editor) == ["🕗 Another time…", "As soon as it is confirmed"]
    assert await desk.alerts.recent(limit=9) == ()
    await editor.press("Another time…")
    assert "Understood: 18 November, 6:00 PM." in await editor.say("18:00")


async def test_a_button_from_before_the_time_was_set_confirms_nothing(desk: Newsdesk, editor: Phone) -> None:
    await editor.draft()
    await editor.press("Send…")
    at_once = editor.button("Yes, send")
    await editor.press("At a time…")
    await editor.say("20:30")
    assert "from an earlier version" in await editor.do(at_once)
    assert await desk.alerts.recent(limit=9) == ()


async def test_it_is_the_newsrooms_clock_also_for_who_lives_by_another(desk: Newsdesk) -> None:
    await desk.subscribers.change(
        EDITOR, "started", lambda _: Preferences(language="en", timezone="Europe/London", onboarded=True), now=NOW
    )
    editor = desk.phone(EDITOR)
    assert "By the newsroom's clock it is 5:45 PM now." in await asked(editor)
    assert "Understood: 18 November, 8:30 PM by the newsroom's clock." in await editor.say("20:30")
    assert (await draft_of(desk)).send_at == HALF_PAST_EIGHT


async def test_a_second_person_approves_the_very_time(desk: Newsdesk) -> None:
    desk.approval = Policy.ALL
    desk.start(EDITOR, ANOTHER)
    editor = desk.phone(EDITOR)
    await asked(editor)
    await editor.say("20:30")
    said = await editor.press("Send…")
    assert "It goes out on 18 November, 8:30 PM.\n\nA second person must approve it" in said
    await editor.press("Ask for approval")
    assert (await draft_of(desk)).state is DraftState.READY
    await desk.phone(ANOTHER, sender_name="Karim").do("b:approve:1")
    assert (await draft_of(desk)).state is DraftState.SCHEDULED


async def test_a_writer_sets_a_time_and_an_editor_sends(desk: Newsdesk) -> None:
    writer = an_address("9003")
    await desk.staff.give(writer, Role.WRITER, by=TERMINAL, now=NOW)
    phone = desk.phone(writer)
    await phone.say("/broadcast")
    await phone.say("জরুরি খবর")
    await phone.press("At a time…")
    assert "Understood: 18 November, 8:30 PM." in await phone.say("20:30")
    assert "Send…" not in labels(phone)
    await phone.press("Ask an editor to send it")
    await desk.phone(EDITOR).do("b:approve:1")
    assert (await draft_of(desk)).state is DraftState.SCHEDULED


async def test_a_viewer_can_not_set_a_time(desk: Newsdesk, editor: Phone) -> None:
    await editor.draft()
    at = editor.button("Change audience").replace("who", "at")
    viewer = an_address("9003")
    await desk.staff.give(viewer, Role.VIEWER, by=TERMINAL, now=NOW)
    before = await draft_of(desk)
    await desk.phone(viewer).do(at)
    assert await draft_of(desk) == before


async def test_a_correction_has_no_time(desk: Newsdesk, editor: Phone) -> None:
    await editor.broadcast()
    await desk.plan()
    await desk.deliver()
    await editor.do("b:fix:1")
    await editor.say("খবরটি ঠিক করা হলো")
    assert not any("time" in label for label in labels(editor))
    before = await draft_of(desk, 2)
    await editor.do(f"b:at:2:{before.revision}")
    assert await draft_of(desk, 2) == before


async def test_after_an_hour_what_is_written_is_no_time_any_more(desk: Newsdesk, editor: Phone) -> None:
    await asked(editor)
    desk.later(hours=2)
    await editor.say("20:30")
    assert (await draft_of(desk)).send_at is None


async def test_a_new_draft_leaves_the_one_that_waited_for_its_time_as_it_was(desk: Newsdesk, editor: Phone) -> None:
    await asked(editor)
    before = await draft_of(desk)
    await editor.say("/broadcast")
    assert await draft_of(desk) == replace(before, state=DraftState.READY, revision=before.revision + 1)
