"""What keeps editors informed: progress that updates itself, the report at the end, and what they are told at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.delivery.notices import Event
from newsbot.domain.alert import (
    PAUSED_ACCOUNT_REFUSED,
    PAUSED_MANY_UNREACHABLE,
    PAUSED_MESSAGE_REFUSED,
    STOPPED_ARTICLE_WITHDRAWN,
    AlertKind,
    AlertState,
    Outcome,
)
from newsbot.domain.attempt import Reason, Refused, TryLater, Unreachable
from newsbot.domain.subscriber import Preferences
from tests.builders import NOW, a_draft, a_new_alert
from tests.newsdesk import ANOTHER, EDITOR, Newsdesk, Phone, buttons, words

READ_ENGLISH = Preferences(language="en", stopped=True)


@pytest.fixture
async def desk() -> Newsdesk:
    """Five readers; a broadcast to all has begun."""
    desk = Newsdesk()
    for editor in (EDITOR, ANOTHER):
        await desk.subscribers.change(editor, "stopped", lambda _: READ_ENGLISH, now=NOW)
    await desk.readers(5)
    await desk.phone(EDITOR).broadcast()
    await desk.plan()
    return desk


@pytest.fixture
def editor(desk: Newsdesk) -> Phone:
    return desk.phone(EDITOR)


async def test_progress_updates_itself_in_the_message_that_was_confirmed(desk: Newsdesk) -> None:
    await desk.look()
    assert "0 of 5 done (0%)" in desk.channel.chat(EDITOR)[0]
    await desk.deliver(most=2)
    await desk.look()
    [shown] = desk.channel.chat(EDITOR)
    assert "2 of 5 done (40%)" in shown
    assert "Still to go: less than a minute" in shown
    assert desk.channel.chat(ANOTHER) == []


async def test_nothing_is_written_while_nothing_changes(desk: Newsdesk) -> None:
    await desk.look()
    before = desk.channel.writes
    for _ in range(5):
        await desk.look()
    assert desk.channel.writes == before


async def test_an_alert_is_edited_at_most_once_in_five_seconds_whoever_watches(desk: Newsdesk, editor: Phone) -> None:
    await desk.phone(ANOTHER).do("b:show:1")
    edits = 0
    for delivered in range(4):
        await desk.deliver(most=1)
        before = desk.channel.writes
        for _ in range(5):
            await desk.look(seconds=1)
        edits += desk.channel.writes - before
        assert desk.channel.writes - before <= 1, delivered
    assert edits >= 3


async def test_progress_survives_a_restart_and_goes_on_in_the_same_message(desk: Newsdesk) -> None:
    await desk.look()
    desk.start(EDITOR, ANOTHER)
    await desk.deliver(most=3)
    await desk.look()
    [shown] = desk.channel.chat(EDITOR)
    assert "3 of 5" in shown


async def test_who_died_right_after_the_alert_was_made_still_shows_its_progress() -> None:
    desk = Newsdesk()
    await desk.readers(5)
    editor = desk.phone(EDITOR)
    await editor.draft()
    await editor.press("Send…")
    desk.bulletins.away = True
    await editor.press("Yes, send")
    desk.bulletins.away = False
    desk.start(EDITOR)
    await desk.plan()
    await desk.look()
    assert len(desk.channel.chat(EDITOR)) == 1


async def test_the_end_is_reported_in_a_message_of_its_own_once(desk: Newsdesk) -> None:
    await desk.deliver(most=4)
    await desk.deliver(outcome=Outcome.BLOCKED)
    await desk.finish()
    for _ in range(5):
        await desk.look()
    progress, report = desk.channel.chat(EDITOR)
    assert "Broadcast 1 – is done" in progress
    assert "5 of 5 done (100%)" in progress
    assert "For: 5\nsent: 4\nhave blocked the bot: 1" in report
    last = list(desk.channel.chats[EDITOR].values())[-1]
    assert [button.label for button in buttons(last)] == ["✏️ Correct", "🗑 Recall"]
    desk.start(EDITOR, ANOTHER)
    before = desk.channel.writes
    await desk.look()
    assert desk.channel.writes == before


async def test_the_report_does_not_wait_for_the_progress(desk: Newsdesk) -> None:
    await desk.look()
    await desk.deliver()
    await desk.look(seconds=6)
    await desk.finish()
    await desk.look(seconds=1)
    await desk.look(seconds=1)
    progress, report = desk.channel.chat(EDITOR)
    assert "is going out" in progress
    assert "sent: 5" in report


async def test_the_report_waits_until_everyone_is_accounted_for_but_not_for_ever(desk: Newsdesk, editor: Phone) -> None:
    await desk.deliver(most=2)
    await editor.do("b:stop:1")
    await desk.look()
    await desk.look()
    assert len(desk.channel.chat(EDITOR)) == 1
    for _ in range(3):
        await desk.look(minutes=10)
    report = desk.channel.chat(EDITOR)[-1]
    assert "sent: 2\nstill open: 3" in report


async def test_an_alert_that_paused_itself_tells_every_editor_why_and_what_to_do_once_a_pause(desk: Newsdesk) -> None:
    await desk.alerts.pause(1, "telegram", PAUSED_MANY_UNREACHABLE, now=desk.now)
    for _ in range(3):
        await desk.look()
    desk.start(EDITOR, ANOTHER)
    await desk.look()
    [told] = desk.channel.chat(ANOTHER)
    assert "Broadcast 1 – has paused itself on Telegram" in told
    assert "the fault is probably not theirs. Look whether Telegram has trouble" in told
    assert len(desk.channel.chat(EDITOR)) == 2  # and the progress
    await desk.phone(ANOTHER).do("b:resume:1:0:telegram")
    assert (await desk.alert()).pauses == {}
    await desk.look(seconds=1)
    await desk.alerts.pause(1, "telegram", PAUSED_MESSAGE_REFUSED, now=desk.now)
    await desk.look()
    assert "in a simpler form" in desk.channel.chat(ANOTHER)[-1]
    assert len(desk.channel.chat(ANOTHER)) == 2


async def test_a_pause_on_a_second_channel_is_told_too_and_each_goes_on_by_itself(desk: Newsdesk) -> None:
    await desk.alerts.pause(1, "telegram", PAUSED_MANY_UNREACHABLE, now=desk.now)
    await desk.look(seconds=1)
    desk.later(seconds=1)
    await desk.alerts.pause(1, "messenger", PAUSED_MESSAGE_REFUSED, now=desk.now)
    await desk.look(seconds=1)
    await desk.look(seconds=1)
    desk.start(EDITOR, ANOTHER)
    await desk.look(seconds=1)
    first, second = desk.channel.chats[ANOTHER].values()
    assert "has paused itself on Telegram\n" in words(first)
    assert "has paused itself on Messenger, Telegram\n" in words(second)
    assert "Messenger refuses this message" in words(second)
    assert [one.label for one in buttons(second)][:2] == ["▶ Go on: Messenger", "▶ Go on: Telegram"]
    await desk.phone(ANOTHER).do("b:resume:1:0:messenger")
    assert list((await desk.alert()).pauses) == ["telegram"]


async def test_one_that_paused_itself_as_a_whole_long_ago_is_still_told_and_goes_on(desk: Newsdesk) -> None:
    running = (AlertState.RUNNING,)
    await desk.alerts.turn(1, AlertState.PAUSED, of=running, now=NOW, reason=PAUSED_ACCOUNT_REFUSED)
    await desk.look()
    [told] = desk.channel.chat(ANOTHER)
    assert "Broadcast 1 – has paused itself" in told
    assert "Telegram refuses the bot's token or settings" in told
    await desk.phone(ANOTHER).do("b:resume:1")
    assert (await desk.alert()).state is AlertState.RUNNING


async def test_a_channel_that_halts_and_is_mended_is_told_to_every_editor_once(desk: Newsdesk) -> None:
    await desk.notices.halted("messenger", "bad_token", now=desk.now)
    for _ in range(3):
        await desk.look()
    desk.start(EDITOR, ANOTHER)
    await desk.look()
    [told] = desk.channel.chat(ANOTHER)
    assert "Messenger refuses our account, so nobody gets alerts there for now." in told
    assert "A new one must be set." in told
    await desk.notices.mended("messenger", now=desk.now)
    await desk.look()
    await desk.look()
    assert desk.channel.chat(ANOTHER)[1:] == ["Messenger takes our account again: alerts go on there."]


async def test_an_old_notice_is_no_news(desk: Newsdesk) -> None:
    await desk.notices.note("messenger", Event.WARNING, "spam", origin="1", now=desk.now)
    await desk.look(days=2)
    assert desk.channel.chat(ANOTHER) == []


async def test_an_editors_own_pause_alarms_nobody(desk: Newsdesk, editor: Phone) -> None:
    await editor.do("b:pause:1")
    await desk.look()
    assert desk.channel.chat(ANOTHER) == []


async def test_a_withdrawn_article_offers_its_recall_to_every_editor_once(desk: Newsdesk, editor: Phone) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    await desk.subscribers.change(EDITOR, "topics", lambda _: READ_ENGLISH, now=NOW)
    await desk.readers(3, "sports")
    await desk.alerts.create(a_new_alert(1), now=NOW)
    await desk.plan(2)
    await desk.deliver(2, most=2)
    await desk.articles.withdraw("https://news.example/article/1", now=NOW)
    await desk.look()
    assert desk.channel.chat(ANOTHER) == []  # how many copies there are is not known before it has ended
    await desk.alerts.turn(2, AlertState.STOPPED, of=(AlertState.RUNNING,), now=NOW, reason=STOPPED_ARTICLE_WITHDRAWN)
    await desk.finish(2)
    for _ in range(2):
        await desk.look()
    desk.start(EDITOR, ANOTHER)
    await desk.look()
    [told] = desk.channel.chat(ANOTHER)
    assert "Its article was withdrawn from the site. 2 readers still have a copy." in told
    message = next(iter(desk.channel.chats[ANOTHER].values()))
    recall, leave = (button.action for button in buttons(message))
    assert "left the copies as they are" in await editor.do(leave)
    assert "Delete 2 copies" in await desk.phone(ANOTHER).do(recall)


async def test_what_was_recalled_before_its_article_was_withdrawn_is_not_offered_again(desk: Newsdesk) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    await desk.readers(3, "sports")
    await desk.alerts.create(a_new_alert(1), now=NOW)
    await desk.plan(2)
    await desk.deliver(2)
    await desk.finish(2)
    await desk.phone(EDITOR).do("b:unsend:2")
    await desk.articles.withdraw("https://news.example/article/1", now=NOW)
    await desk.look()
    assert desk.channel.chat(ANOTHER) == []


async def test_copies_that_show_another_article_by_now_are_not_offered_for_recall(desk: Newsdesk) -> None:
    await desk.articles.put(a_draft(1), now=NOW, announce=False)
    await desk.readers(3, "sports")
    await desk.alerts.create(a_new_alert(1), now=NOW)
    await desk.plan(2)
    await desk.deliver(2)
    await desk.finish(2)
    update = a_new_alert(origin="update:2:1", kind=AlertKind.UPDATE, of=2, article_id=7)
    await desk.alerts.create(update, now=NOW)
    await desk.articles.withdraw("https://news.example/article/1", now=NOW)
    await desk.look()
    assert desk.channel.chat(ANOTHER) == []


async def test_an_editor_who_was_taken_out_is_told_nothing_more(desk: Newsdesk) -> None:
    await desk.look()
    desk.start(ANOTHER)
    await desk.deliver(most=3)
    before = desk.channel.writes
    await desk.look()
    assert desk.channel.writes == before


async def test_who_can_not_be_written_to_is_left_alone_and_who_can_later_is_written_to_later(desk: Newsdesk) -> None:
    desk.channel.answer = TryLater(timedelta(seconds=30), Reason.FLOOD)
    await desk.look()
    desk.channel.answer = None
    await desk.look()
    assert len(desk.channel.chat(EDITOR)) == 1
    desk.channel.answer = Unreachable(Reason.BLOCKED)
    await desk.deliver(most=1)
    await desk.look()
    tries = desk.channel.writes
    desk.channel.answer = None
    await desk.deliver(most=1)
    await desk.look()
    assert desk.channel.writes == tries


async def test_whom_the_channel_lets_us_write_to_no_more_is_informed_when_they_are_heard_of_again(
    desk: Newsdesk,
) -> None:
    desk.channel.answer = Refused(Reason.OUTSIDE_WINDOW)
    await desk.look()
    await desk.deliver()
    await desk.finish()
    for _ in range(5):
        await desk.look(hours=5)
    assert desk.channel.chat(EDITOR) == []
    desk.channel.answer = None
    await desk.look()
    await desk.look()
    _, report = desk.channel.chat(EDITOR)  # what was confirmed, brought up to date, and the end
    assert "For: 5\nsent: 5" in report


async def test_where_no_message_can_be_changed_nothing_follows_what_was_confirmed_but_the_report(
    desk: Newsdesk,
) -> None:
    desk.edits = False
    desk.start(EDITOR, ANOTHER)
    await desk.look()
    for _ in range(4):
        await desk.deliver(most=1)
        await desk.look()
    assert desk.channel.writes == 0
    await desk.deliver()
    await desk.finish()
    await desk.look()
    await desk.look()
    assert desk.channel.writes == 1


async def test_opened_from_the_list_a_running_alert_updates_itself_for_whoever_had_no_message(desk: Newsdesk) -> None:
    another = desk.phone(ANOTHER)
    await another.say("/broadcasts")
    await another.press("1")
    assert "🔄 Refresh" not in [button.label for reply in another.last for button in buttons(reply)]
    await desk.deliver(most=2)
    await desk.look()
    await desk.look()
    assert "2 of 5" in desk.channel.chat(ANOTHER)[0]


async def test_old_drafts_and_bulletins_are_tidied_away(desk: Newsdesk) -> None:
    await desk.look()
    await desk.look(days=91)
    assert await desk.drafts.get(1) is None
    assert [entry.act for entry in await desk.audit.of("alert:1")] == ["alert.sent"]
