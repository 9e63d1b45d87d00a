"""Pause, resume, stop, the list, and the figures: what editors see and do while an alert goes out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.domain.alert import AlertClass, AlertState, Outcome
from tests.builders import NOW, a_draft, a_new_alert
from tests.newsdesk import ANOTHER, EDITOR, Newsdesk, Phone, buttons


@pytest.fixture
async def desk() -> Newsdesk:
    """Five follow sports. A broadcast to all is running, two of five have it."""
    desk = Newsdesk()
    await desk.readers(5, "sports")
    await desk.phone(EDITOR).broadcast()
    await desk.plan()
    await desk.deliver(most=2)
    return desk


@pytest.fixture
def editor(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


def labels(phone: Phone) -> list[str]:
    return [button.label for reply in phone.last for button in buttons(reply)]


async def state(desk: Newsdesk) -> AlertState:
    return (await desk.alert()).state


async def test_it_is_paused_goes_on_and_is_stopped(desk: Newsdesk, editor: Phone) -> None:
    said = await editor.do("b:pause:1")
    assert "Broadcast 1 – is paused" in said
    assert "2 of 5 done (40%)" in said
    assert await state(desk) is AlertState.PAUSED
    assert "is going out" in await editor.press("Go on")
    assert await state(desk) is AlertState.RUNNING
    assert "was stopped" in await editor.press("Stop")
    assert await state(desk) is AlertState.STOPPED
    assert labels(editor) == ["✏️ Correct", "🗑 Recall"]


async def test_the_second_who_presses_is_told_who_was_first(desk: Newsdesk, editor: Phone) -> None:
    another = desk.phone(ANOTHER, sender_name="Karim")
    await another.do("b:stop:1")
    said = await editor.do("b:pause:1")
    assert "(Broadcast 1 – was stopped. Karim stopped it, 5:45 PM.)" in said
    assert await state(desk) is AlertState.STOPPED
    assert "was stopped" in await editor.do("b:resume:1")
    assert await state(desk) is AlertState.STOPPED


async def test_of_two_who_stop_at_once_one_did_it(desk: Newsdesk, editor: Phone) -> None:
    phones = [editor, desk.phone(ANOTHER, sender_name="Karim")]
    await asyncio.gather(*(phone.do("b:stop:1") for phone in phones))
    stops = [entry for entry in await desk.audit.of("alert:1") if entry.act == "alert.stopped"]
    assert len(stops) == 1


async def test_what_is_being_prepared_can_only_be_stopped(desk: Newsdesk, editor: Phone) -> None:
    await editor.broadcast("আরেকটি")
    assert labels(editor) == ["⏹ Stop"]
    assert "is being prepared" in await editor.do("b:pause:2")
    assert "is being prepared" in await editor.do("b:resume:2")
    assert (await desk.alert(2)).state is AlertState.PLANNED
    assert "was stopped" in await editor.do("b:stop:2")


@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "show", "fix", "recall", "unsend", "leave"])
async def test_a_button_for_what_is_no_longer_kept_says_so(editor: Phone, verb: str) -> None:
    assert "no longer kept" in await editor.do(f"b:{verb}:99")


async def test_the_list_shows_what_editors_sent_and_breaking_news_whoever_brought_it(
    desk: Newsdesk, editor: Phone
) -> None:
    for number, cls in ((1, AlertClass.TOPIC), (2, AlertClass.BREAKING)):
        await desk.articles.put(a_draft(number), now=NOW, announce=False)
        await desk.alerts.create(a_new_alert(number, cls=cls), now=NOW)
    await desk.plan(3)
    await desk.deliver(3)
    desk.later(minutes=3)
    said = await editor.say("/broadcasts")
    assert "1. 🔴 Alert 3 – is going out · 5 of 5 · 3 minutes ago\nসেতু খুলে দেওয়া হলো, পর্ব 2" in said
    assert "2. Broadcast 1 – is going out · 2 of 5 · 3 minutes ago\nজরুরি খবর" in said
    assert "Alert 2" not in said
    assert "not reached" not in await editor.press("2")
    assert labels(editor) == ["⏸ Pause", "⏹ Stop", "✏️ Correct", "🗑 Recall", "🔄 Refresh"]


async def test_the_list_ends_with_the_tenth(desk: Newsdesk, editor: Phone) -> None:
    for number in range(12):
        await editor.broadcast(f"বার্তা নম্বর {number}")
    await editor.say("/broadcasts")
    assert labels(editor) == [str(number) for number in range(1, 11)]


async def test_before_the_first_broadcast_the_list_says_how_to_begin() -> None:
    assert "/broadcast begins" in await Newsdesk().phone().say("/broadcasts")


async def test_when_it_is_over_the_details_are_its_report(desk: Newsdesk, editor: Phone) -> None:
    await desk.deliver(outcome=Outcome.BLOCKED, most=1)
    await desk.deliver(outcome=Outcome.UNKNOWN, most=1)
    desk.later(minutes=2, seconds=5)
    await desk.finish()
    await editor.say("/broadcasts")
    said = await editor.press("1")
    expected = (
        "For: 5\nsent: 2\nunknown (the answer was lost): 1\nnot sent (it was stopped before): 1\n"
        "have blocked the bot: 1"
    )
    assert expected in said
    assert "It took 2 min 5 s." in said


async def test_figures_of_readers_topics_and_the_last_day(desk: Newsdesk, editor: Phone) -> None:
    await desk.deliver(outcome=Outcome.BLOCKED, most=1)
    await desk.readers(2, "politics")
    said = await editor.say("/stats")
    assert "subscribers: 7\ncan be alerted: 7" in said
    assert "⚽ Sports: 5\n🏛️ Politics: 2\n📈 Economy: 0" in said
    assert "breaking: 0\nordinary: 1\nmessages sent: 2\nnot reached: 1\nstill open: 2" in said
    desk.now = NOW + timedelta(hours=25)
    assert "Alerts of the last 24 hours\nnone" in await editor.say("/stats")
