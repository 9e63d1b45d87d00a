"""A broadcast at a time, in chat: the draft waits for the time that its editor writes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.audience import at_a_time_button
from newsbot.desk.draft_answers import ask_for_time, current, time_buttons
from newsbot.desk.drafts import AWAITS_TIME, Draft, DraftState
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.preview import show
from newsbot.desk.refusals import parent_of
from newsbot.desk.send_times import moment_in_words, send_time
from newsbot.desk.turn import Desk, actor_of, estimate
from newsbot.domain.message import Kind

__all__ = ["at_once", "await_time", "refused_answer", "take_time"]

SOON: Final = timedelta(days=2)  #: what is so near is also told by how far ahead it is


async def await_time(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """What is written next is the time."""
    wanted = replace(draft, state=DraftState.WRITING, event=AWAITS_TIME)
    waiting = await keep_draft(desk, draft, wanted, by=actor_of(turn), now=turn.now)
    return await current(desk, turn, draft.id) if waiting is None else (ask_for_time(desk, turn, waiting),)


async def take_time(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """Says which moment was understood, above the draft as it is then: nothing is confirmed by it."""
    _ = turn.translate
    at = send_time(turn.incoming.text if turn.incoming.kind is Kind.TEXT else "", turn, desk.house.zone)
    if isinstance(at, str):
        return (text(at, buttons=time_buttons(turn, draft)),)
    wanted = replace(draft, state=DraftState.READY, event=turn.incoming.event_id, send_at=at)
    ready = await keep_draft(desk, draft, wanted, by=actor_of(turn), now=turn.now)
    if ready is None:
        return await current(desk, turn, draft.id)
    said = _("Understood: {when}.", when=moment_in_words(desk, turn, at))
    if at - turn.now < SOON:
        said += " " + _("That is in {time}.", time=estimate((at - turn.now).total_seconds(), _))
    said += " " + _("Nothing is set before you confirm it. The draft:")
    return await show(desk, turn, ready, await parent_of(desk, ready), said=said)


async def at_once(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """No time: it goes out as soon as it is confirmed."""
    _ = turn.translate
    wanted = replace(draft, state=DraftState.READY, event="", send_at=None)
    ready = await keep_draft(desk, draft, wanted, by=actor_of(turn), now=turn.now)
    if ready is None:
        return await current(desk, turn, draft.id)
    said = _("It goes out as soon as it is confirmed. The draft:")
    return await show(desk, turn, ready, await parent_of(desk, ready), said=said)


def refused_answer(turn: Turn, draft: Draft, said: str) -> Replies:
    """Why it can't be sent; where its time is over, with the way to another."""
    if draft.send_at is None or draft.send_at > turn.now:
        return (text(said, replaces=turn.pressed),)
    now = press_button(turn.translate("As soon as it is confirmed"), Verb.AT_ONCE, draft.id, draft.revision)
    return (text(said, buttons=rows(at_a_time_button(turn, draft), now), replaces=turn.pressed),)
