"""Trying again what failed, in chat: with the number first, and once."""

from __future__ import annotations

import asyncio

import pytest

from newsbot.desk.audit import Act
from newsbot.desk.roles import Role
from newsbot.domain.alert import Outcome, Totals
from newsbot.domain.message import MessageRef
from tests.builders import NOW, an_address
from tests.newsdesk import ANOTHER, EDITOR, TERMINAL, Newsdesk, Phone, buttons, words

ASKED = "Send it again to those whom it certainly did not reach"


@pytest.fixture
async def desk() -> Newsdesk:
    """Of five readers two got it, one has blocked us, one's answer was lost, and of one the message was refused."""
    desk = Newsdesk()
    await desk.readers(5, "sports")
    await desk.phone(EDITOR).broadcast()
    await desk.plan()
    await desk.deliver(most=2)
    for outcome in (Outcome.BLOCKED, Outcome.UNKNOWN, Outcome.BAD_PICTURE):
        await desk.deliver(outcome=outcome, most=1)
    await desk.finish()
    return desk


@pytest.fixture
def editor(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


def labels(phone: Phone) -> list[str]:
    return [button.label for reply in phone.last for button in buttons(reply)]


async def test_the_report_that_comes_by_itself_offers_it_with_the_number(desk: Newsdesk) -> None:
    await desk.look()
    await desk.look()
    report = list(desk.channel.chats[EDITOR].values())[-1]
    assert [button.label for button in buttons(report)] == ["🔁 আবার চেষ্টা করুন (১)", "✏️ সংশোধন", "🗑 প্রত্যাহার"]


async def test_it_is_asked_first_and_then_sent_to_those_alone(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:show:1")
    said = await editor.press("🔁 Try again (1)")
    assert ASKED in said
    assert await desk.alerts.retries(1) == ()
    said = await editor.press("Yes, try 1 reader again")
    assert "(It is being tried again.)" in said
    assert "Retry of 1 – is being prepared" in said
    await desk.plan(2)
    await desk.deliver(2)
    await desk.finish(2)
    assert (await desk.alert(2)).totals == Totals(audience=1, outcomes={Outcome.SENT: 1})
    assert [entry.act for entry in await desk.audit.of("alert:1")] == [Act.SENT, Act.RETRIED]


async def test_its_progress_goes_on_in_the_pressed_message(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:retry:1")
    await editor.do(editor.button("Yes, try"), message=MessageRef(EDITOR.user_id, "900"))
    await desk.plan(2)
    await desk.look()
    assert words(desk.channel.chats[EDITOR]["900"]).startswith("১ আবার পাঠানো – পাঠানো হচ্ছে")


async def test_however_many_press_at_once_and_again_it_is_sent_once(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:retry:1")
    again = editor.button("Yes, try")
    phones = [editor, desk.phone(ANOTHER, sender_name="Karim"), desk.phone(EDITOR)]
    await asyncio.gather(*(phone.do(again) for phone in phones))
    assert len(await desk.alerts.retries(1)) == 1
    said = await editor.do(again)
    assert "It was tried again already. Rahima had it tried again, 5:45 PM." in said
    assert "Retry of 1" in said
    assert "It was tried again already." in await editor.do("b:retry:1")
    assert len(await desk.alerts.retries(1)) == 1
    assert [entry.act for entry in await desk.audit.of("alert:1")].count("alert.retried") == 1


async def test_the_report_shows_the_way_to_the_retry(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:again:1")
    await editor.do("b:show:1")
    assert labels(editor) == ["Retry of 1", "✏️ Correct", "🗑 Recall"]
    assert "Retry of 1" in await editor.press("Retry of 1")


async def test_what_reached_everybody_is_not_offered(editor: Phone, desk: Newsdesk) -> None:
    await editor.broadcast("আরেকটি")
    await desk.plan(2)
    await desk.deliver(2)
    await desk.finish(2)
    await editor.do("b:show:2")
    assert labels(editor) == ["✏️ Correct", "🗑 Recall"]
    assert "There is nothing to try again." in await editor.do("b:retry:2")
    assert "There is nothing to try again." in await editor.do("b:again:2")


async def test_what_was_recalled_meanwhile_is_not_tried_again(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:retry:1")
    yes = editor.button("Yes, try")
    await desk.phone(ANOTHER).do("b:unsend:1")
    assert "There is nothing to try again." in await editor.do(yes)
    assert await desk.alerts.retries(1) == ()


async def test_who_may_only_watch_neither_sees_the_button_nor_can_press_it(desk: Newsdesk) -> None:
    viewer = an_address("9003")
    await desk.staff.give(viewer, Role.VIEWER, by=TERMINAL, now=NOW)
    phone = desk.phone(viewer)
    await phone.do("b:show:1")
    assert labels(phone) == []
    for verb in ("retry", "again"):
        await phone.do(f"b:{verb}:1")
    assert await desk.alerts.retries(1) == ()


@pytest.mark.parametrize("verb", ["retry", "again"])
async def test_a_button_for_what_is_no_longer_kept_says_so(editor: Phone, verb: str) -> None:
    assert "no longer kept" in await editor.do(f"b:{verb}:99")


async def test_on_several_channels_it_is_tried_on_all_or_on_one_and_then_on_the_other(
    desk: Newsdesk, editor: Phone
) -> None:
    await desk.stopped_on_two_channels(2)
    said = await editor.do("b:retry:2")
    assert "Telegram: 2\nMessenger: 3" in said
    assert labels(editor) == [
        "Yes, try 5 readers again",
        "Try again: Telegram (2)",
        "Try again: Messenger (3)",
        "Back",
    ]
    everywhere = editor.button("Yes, try 5")
    await editor.press("Try again: Messenger (3)")
    await editor.do("b:show:2")
    assert "🔁 Try again (2)" in labels(editor)
    await editor.do(everywhere)
    made = await desk.alerts.retries(2)
    assert [one.audience.channels for one in made] == [("messenger",), ("telegram",)]
    await asyncio.gather(*(editor.do(everywhere) for _ in range(3)))
    assert await desk.alerts.retries(2) == made
