"""Correcting and recalling what stands in readers' chats."""

from __future__ import annotations

import asyncio

import pytest

from newsbot.domain.alert import STOPPED_RECALLED, AlertKind, AlertState, AlertText, Outcome
from newsbot.domain.message import Span
from tests.builders import NOW, a_draft, a_new_alert
from tests.newsdesk import ANOTHER, EDITOR, Newsdesk, Phone, buttons


@pytest.fixture
async def desk() -> Newsdesk:
    """Five readers; three have the broadcast, and it still goes out."""
    desk = Newsdesk()
    await desk.readers(5)
    await desk.phone(EDITOR).broadcast("ভূমিকম্প ৬ মাত্রার", "Breaking")
    await desk.plan()
    await desk.deliver(most=3)
    return desk


@pytest.fixture
def editor(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


def text(words: str, picture: str = "") -> AlertText:
    return AlertText((Span(words),), picture)


async def corrected(editor: Phone, words: str, alert: int = 1) -> str:
    await editor.do(f"b:fix:{alert}")
    await editor.say(words)
    await editor.press("Change the copies…")
    return await editor.press("Yes, change")


async def kinds(desk: Newsdesk) -> list[AlertKind]:
    return [alert.kind for alert in reversed(await desk.alerts.recent(limit=10))]


# --- correct ---------------------------------------------------------------------------------------------------------


async def test_the_new_text_is_asked_for_shown_with_its_label_and_goes_to_every_copy(
    desk: Newsdesk, editor: Phone
) -> None:
    assert "Now it reads:\nভূমিকম্প ৬ মাত্রার" in await editor.do("b:fix:1")
    shown = await editor.say("ভূমিকম্প ৫ মাত্রার")
    assert "Breaking\nCorrected\nভূমিকম্প ৫ মাত্রার" in shown
    assert "3 readers have a copy." in shown
    await editor.press("Change the copies…")
    assert "Correction of 1" in await editor.press("Yes, change 3 copies")
    made = await desk.alert(2)
    parent = await desk.alert(1)
    assert (made.kind, made.of, made.text) == (AlertKind.CORRECTION, 1, text("ভূমিকম্প ৫ মাত্রার"))
    assert (made.cls, made.audience, made.by) == (parent.cls, parent.audience, EDITOR)
    assert (parent.text, parent.version) == (text("ভূমিকম্প ৫ মাত্রার"), 2)  # for who is still to come
    await desk.plan(2)
    assert (await desk.ledger.totals(2)).audience == 3


async def test_what_has_ended_is_corrected_without_changing_what_was_sent(desk: Newsdesk, editor: Phone) -> None:
    await desk.deliver()
    await desk.finish()
    await corrected(editor, "ভূমিকম্প ৫ মাত্রার")
    assert (await desk.alert(1)).version == 1
    assert "Now it reads:\nভূমিকম্প ৫ মাত্রার" in await editor.do("b:fix:1")


async def test_a_confirmed_correction_is_made_once(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:fix:1")
    await editor.say("ভূমিকম্প ৫ মাত্রার")
    await editor.press("Change the copies…")
    confirm = editor.button("Yes, change")
    await asyncio.gather(editor.do(confirm), desk.phone(ANOTHER).do(confirm))
    assert "confirmed already" in await editor.do(confirm)
    assert await kinds(desk) == [AlertKind.BROADCAST, AlertKind.CORRECTION]
    assert (await desk.alert(1)).version == 2


async def test_an_article_is_corrected_to_what_it_is_now(desk: Newsdesk, editor: Phone) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    await editor.say("/broadcast 1")
    await editor.press("Preview")
    await editor.press("Send…")
    await editor.press("Yes, send")
    await desk.plan(2)
    await desk.deliver(2)
    await desk.articles.put(a_draft(1, headline="সেতু খোলেনি", body="নতুন"), now=NOW, announce=False)
    assert "সেতু খোলেনি" in await editor.do("b:fix:2")
    await editor.press("Change the copies…")
    await editor.press("Yes, change 5 copies")
    made, parent = await desk.alert(3), await desk.alert(2)
    assert (made.kind, made.of, made.article_id, made.text) == (AlertKind.CORRECTION, 2, 1, None)
    assert parent.version == 2  # its card is made anew for who is still to come


async def test_a_card_that_an_update_has_changed_is_corrected_as_it_is_shown(desk: Newsdesk, editor: Phone) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    await desk.articles.put(a_draft(2, headline="সেতু বন্ধ"), now=NOW, announce=False)
    sent = await desk.alerts.create(a_new_alert(1), now=NOW)
    for number, shown in ((1, 2), (2, 1)):
        update = a_new_alert(origin=f"update:{number}", kind=AlertKind.UPDATE, of=sent.id, article_id=shown, story="")
        made = await desk.alerts.create(update, now=NOW)
    # The second one never changed anything.
    await desk.alerts.turn(made.id, AlertState.STOPPED, of=[AlertState.PLANNED], now=NOW)
    assert "সেতু বন্ধ" in await editor.do(f"b:fix:{sent.id}")


async def test_a_picture_stays_as_it_is(desk: Newsdesk, editor: Phone) -> None:
    picture = {"picture": "p", "media": "photo"}
    await editor.do("b:fix:1")
    assert "A picture can't be added" in await editor.say("নতুন", **picture)
    await editor.broadcast("ছবির খবর", **picture)
    await desk.plan(2)
    await desk.deliver(2)
    assert "only the words under it" in await editor.do("b:fix:2")
    assert "A picture can't be added" in await editor.say("নতুন", **picture)
    assert "1 characters too long: 1,024 fit" in await editor.say("খ" * 1025)
    assert "নতুন" in await editor.say("নতুন")
    await editor.press("Change the copies…")
    await editor.press("Yes, change")
    assert (await desk.alert(3)).text == text("নতুন", "p")


@pytest.mark.parametrize("verb", ["fix", "recall", "unsend"])
async def test_after_48_hours_nothing_can_be_changed(desk: Newsdesk, editor: Phone, verb: str) -> None:
    desk.later(hours=48)
    assert "older than 48 hours" in await editor.do(f"b:{verb}:1")
    await editor.say("/broadcasts")
    await editor.press("1")
    assert "Correct" not in str([button.label for reply in editor.last for button in buttons(reply)])
    assert await kinds(desk) == [AlertKind.BROADCAST]


async def test_a_correction_that_became_too_old_before_its_last_button_is_not_made(
    desk: Newsdesk, editor: Phone
) -> None:
    await editor.do("b:fix:1")
    await editor.say("নতুন")
    await editor.press("Change the copies…")
    desk.later(hours=48)
    assert "older than 48 hours" in await editor.press("Yes, change")
    assert await kinds(desk) == [AlertKind.BROADCAST]


async def test_without_copies_there_is_nothing_to_correct(desk: Newsdesk, editor: Phone) -> None:
    await editor.broadcast("আরেকটি")
    await editor.do("b:fix:2")
    assert "There are no copies to change." in await editor.say("নতুন")
    assert "Change the copies" not in str([button.label for button in buttons(editor.last[-1])])


async def test_a_correction_can_not_be_corrected(desk: Newsdesk, editor: Phone) -> None:
    await corrected(editor, "নতুন")
    assert "can't be corrected or recalled" in await editor.do("b:fix:2")
    assert "can't be corrected or recalled" in await editor.do("b:unsend:2")


# --- recall ----------------------------------------------------------------------------------------------------------


async def test_a_recall_asks_once_with_the_number_stops_what_goes_out_and_is_made_once(
    desk: Newsdesk, editor: Phone
) -> None:
    await corrected(editor, "নতুন")
    asked = await editor.do("b:recall:1")
    assert "Delete 3 copies from readers' chats?" in asked
    assert "stops for good" in asked
    confirm = editor.button("Yes, delete 3 copies")
    assert "Recall of 1" in await editor.do(confirm)
    stopped = await desk.alert()
    assert (stopped.state, stopped.reason) == (AlertState.STOPPED, STOPPED_RECALLED)
    made = await desk.alert(3)
    assert (made.kind, made.of, made.origin) == (AlertKind.RECALL, 1, "recall:1")
    said = await desk.phone(ANOTHER).do(confirm)
    assert "It was recalled already. Rahima recalled it" in said
    assert "It was recalled already" in await editor.do("b:recall:1")
    assert len(await kinds(desk)) == 3


async def test_a_recall_that_was_stopped_half_way_can_be_made_again(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:unsend:1")
    await editor.press("Stop")
    assert "Delete 3 copies" in await editor.do("b:recall:1")
    assert "Recall of 1" in await editor.press("Yes, delete 3 copies")
    assert "It was recalled already" in await editor.do("b:unsend:1")
    assert [alert.origin for alert in await desk.alerts.copies_touched(1)] == ["recall:1", "recall:1:1"]


async def test_a_recall_that_does_not_know_of_every_copy_can_be_made_again(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:unsend:1")
    await desk.plan(2)
    await desk.deliver(2, most=1)
    await desk.deliver(2, Outcome.UNKNOWN)
    assert "It was recalled already" in await editor.do("b:recall:1")  # it still goes on
    await desk.finish(2)
    report = await editor.do("b:show:2")
    assert "unknown (the answer was lost): 2" in report
    assert "Delete 2 copies from readers' chats?" in await editor.press("Try again")
    assert "Recall of 1" in await editor.press("Yes, delete 2 copies")
    await desk.plan(3)
    await desk.deliver(3)
    await desk.finish(3)
    assert "It was recalled already" in await editor.do("b:recall:1")
    await editor.do("b:show:3")
    assert [button.label for reply in editor.last for button in buttons(reply)] == []


async def test_of_two_who_recall_at_once_one_recall_is_made(desk: Newsdesk, editor: Phone) -> None:
    await asyncio.gather(editor.do("b:unsend:1"), desk.phone(ANOTHER).do("b:unsend:1"))
    assert await kinds(desk) == [AlertKind.BROADCAST, AlertKind.RECALL]


async def test_what_was_recalled_is_not_corrected(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:fix:1")
    await editor.say("নতুন")
    await editor.press("Change the copies…")
    confirm = editor.button("Yes, change")
    await desk.phone(ANOTHER).do("b:unsend:1")
    assert "It was recalled already." in await editor.do(confirm)
    assert "It was recalled already." in await editor.do("b:fix:1")
    assert await kinds(desk) == [AlertKind.BROADCAST, AlertKind.RECALL]


async def test_back_from_the_question_nothing_is_recalled(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:recall:1")
    assert "is going out" in await editor.press("Back")
    assert await kinds(desk) == [AlertKind.BROADCAST]


async def test_a_recall_whose_store_went_away_in_the_middle_is_finished_by_the_next_press(
    desk: Newsdesk, editor: Phone
) -> None:
    desk.bulletins.away = True
    await editor.do("b:unsend:1")
    desk.bulletins.away = False
    assert "It was recalled already" in await editor.do("b:unsend:1")
    assert await kinds(desk) == [AlertKind.BROADCAST, AlertKind.RECALL]
