"""The buttons of a draft, up to the one that makes it an alert. Nothing is sent before the last button."""

from __future__ import annotations

from dataclasses import replace

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.delivery.permits import opened_by
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.approval_answers import waits_answer
from newsbot.desk.approvals import Approval
from newsbot.desk.approving import ask_for_approval, needs_approval
from newsbot.desk.audience import at_a_time_button, changed_by, choose_audience
from newsbot.desk.bulletins import BulletinKind
from newsbot.desk.draft_alert import as_readers_see_it, reach_of, readers_of
from newsbot.desk.draft_answers import (
    ask_for_message,
    ask_for_what_it_awaits,
    changed_since,
    current,
    has_message,
    no_longer_kept,
)
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.handing_over import call_off, hand_over
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.preview import control, show, time_set_in_words
from newsbot.desk.refusals import parent_of, refusal_of
from newsbot.desk.standing import standing_of
from newsbot.desk.timing import at_once, await_time, refused_answer
from newsbot.desk.to_my_phone import send_to_phone_in_words
from newsbot.desk.turn import Desk, actor_of
from newsbot.domain.message import Toast

__all__ = ["press_draft"]


async def press_draft(desk: Desk, turn: Turn, press: Press) -> Replies:
    _ = turn.translate
    draft = await desk.drafts.get(press.id)
    if draft is None:
        return no_longer_kept(turn)
    if press.verb is Verb.CONFIRM:
        return await _confirm(desk, turn, draft, press)
    if press.verb is Verb.CALL_OFF and draft.state is DraftState.SCHEDULED:
        ready = await call_off(desk, draft, by=actor_of(turn), now=turn.now)
        if ready is None:
            return await current(desk, turn, draft.id)
        return await show(desk, turn, ready, await parent_of(desk, ready), said=_("It was called off. The draft:"))
    if not draft.state.open:
        return await current(desk, turn, draft.id)
    if press.verb is Verb.DROP:
        dropped = await _kept(desk, turn, draft, replace(draft, state=DraftState.DROPPED))
        if dropped is None:
            return await current(desk, turn, draft.id)
        return (text(_("Cancelled. Nothing was sent."), replaces=turn.pressed),)
    if draft.state is DraftState.WRITING:
        return await _while_it_waits(desk, turn, draft, press)
    if press.verb in (Verb.EVERYONE, Verb.TOPIC, Verb.LANGUAGE, Verb.BREAKING, Verb.SILENT, Verb.FOLLOW_UP):
        return await _choose(desk, turn, draft, press)
    if press.revision != draft.revision:
        return await changed_since(desk, turn, draft)
    match press.verb:
        case Verb.AUDIENCE:
            return (await choose_audience(desk, turn, draft),)
        case Verb.PREVIEW:
            return await show(desk, turn, draft, await parent_of(desk, draft))
        case Verb.TO_ME:
            return await _to_me(desk, turn, draft)
        case Verb.ASK:
            return await _ask(desk, turn, draft)
        case Verb.AT_A_TIME if not draft.corrects:
            return await await_time(desk, turn, draft)
        case Verb.AT_ONCE:
            return await at_once(desk, turn, draft)
        case Verb.SUBMIT:
            return await _submit(desk, turn, draft)
        case Verb.REWRITE:
            waiting = await _kept(desk, turn, draft, replace(draft, state=DraftState.WRITING, event=""))
            return await current(desk, turn, draft.id) if waiting is None else (ask_for_message(turn, waiting),)
        case _:
            return ()


async def _kept(desk: Desk, turn: Turn, draft: Draft, wanted: Draft) -> Draft | None:
    return await keep_draft(desk, draft, wanted, by=actor_of(turn), now=turn.now)


async def _while_it_waits(desk: Desk, turn: Turn, draft: Draft, press: Press) -> Replies:
    """For a message; if it was to be rewritten, the one before can be taken back. Or for a time."""
    if press.verb is Verb.AT_ONCE and press.revision == draft.revision and draft.awaits_time:
        return await at_once(desk, turn, draft)
    if not (press.verb is Verb.PREVIEW and press.revision == draft.revision and has_message(draft)):
        return (ask_for_what_it_awaits(desk, turn, draft),)
    ready = await _kept(desk, turn, draft, replace(draft, state=DraftState.READY))
    if ready is None:
        return await current(desk, turn, draft.id)
    return await show(desk, turn, ready, await parent_of(desk, ready))


async def _choose(desk: Desk, turn: Turn, draft: Draft, press: Press) -> Replies:
    topics = tuple(topic.id for topic in desk.house.topics)
    languages, channels = desk.house.catalog.languages, tuple(desk.outlets)
    wanted = changed_by(draft, press, topics=topics, languages=languages, channels=channels)
    if wanted != draft:
        kept = await _kept(desk, turn, draft, wanted)
        if kept is None:
            return await current(desk, turn, draft.id)
        draft = kept
    if press.verb is Verb.FOLLOW_UP:
        return (await control(desk, turn, draft, await parent_of(desk, draft), replaces=turn.pressed),)
    return (await choose_audience(desk, turn, draft, replaces=turn.pressed),)


async def _to_me(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """To one, the way that it goes to everyone."""
    parent = await parent_of(desk, draft)
    seen = await as_readers_see_it(desk, draft, parent, first=turn.language)
    window = opened_by(turn.incoming, turn.now)  # theirs: they have pressed
    said = await send_to_phone_in_words(desk, turn, draft, parent, turn.incoming.address, window)
    # In place of the pressed buttons: those that can be pressed stand under what was sent.
    return text(said, replaces=turn.pressed), await control(desk, turn, draft, parent, seen)


async def _ask(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """Once more, with the number on the button."""
    _ = turn.translate
    parent = await parent_of(desk, draft)
    if said := await refusal_of(desk, turn, draft, parent):
        return refused_answer(turn, draft, said)
    by_channel = await reach_of(desk, draft, parent)
    reach = readers_of(by_channel)
    if not reach:
        return (await control(desk, turn, draft, parent, replaces=turn.pressed),)
    if parent is not None:
        changed = sum(one.now for name, one in by_channel.items() if desk.outlets[name].edits)
        written_to = reach - changed
        said = _("Change what readers have in their chats? This can't be taken back.")
        if changed:
            label = _.plural("Yes, change {n} copy", "Yes, change {n} copies", changed)
        else:
            label = _.plural("Yes, write to {n} reader", "Yes, write to {n} readers", written_to)
        if changed and written_to:
            more = _.plural("{n} reader is sent a new message.", "{n} readers are sent a new message.", written_to)
            said = f"{said} {more}"
    else:
        label = _.plural("Yes, send to {n} reader", "Yes, send to {n} readers", reach)
        said = time_set_in_words(desk, draft, turn) or _("Send it now?")
    if needs_approval(desk, draft, parent):
        said = f"{said}\n\n" + _("A second person must approve it: they are asked, and nothing goes out before.")
        label = _("Ask for approval")
    go = press_button(label, Verb.CONFIRM, draft.id, draft.revision)
    back = press_button(_("Back"), Verb.PREVIEW, draft.id, draft.revision)
    when = at_a_time_button(turn, draft) if parent is None else None
    return (text(said, buttons=((go,), *rows(when, back)), replaces=turn.pressed),)


async def _submit(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    """Who may not send asks somebody who may."""
    if said := await refusal_of(desk, turn, draft, await parent_of(desk, draft)):
        return refused_answer(turn, draft, said)
    approval = await ask_for_approval(desk, draft, by=actor_of(turn), now=turn.now)
    return await _waits(desk, turn, approval)


async def _waits(desk: Desk, turn: Turn, approval: Approval) -> Replies:
    """What became of it is told in the same message."""
    if turn.pressed is not None:
        editor, message_id = turn.incoming.address, turn.pressed.message_id
        await desk.bulletins.open(approval.id, editor, BulletinKind.APPROVAL, now=turn.now, message_id=message_id)
    return (await waits_answer(desk, turn, approval, replaces=turn.pressed),)


async def _confirm(desk: Desk, turn: Turn, draft: Draft, press: Press) -> Replies:
    _ = turn.translate
    done = await hand_over(desk, turn, draft, revision=press.revision, by=actor_of(turn))
    if done.refused:
        return refused_answer(turn, done.draft, done.refused)
    if done.waits is not None:
        return await _waits(desk, turn, done.waits)
    if done.draft.state.open:
        return await changed_since(desk, turn, done.draft)
    if done.forgotten:
        return no_longer_kept(turn)
    if done.alert is None:
        return await current(desk, turn, draft.id)
    alert = done.alert
    if turn.pressed is not None:
        await desk.bulletins.open(
            alert.id,
            turn.incoming.address,
            BulletinKind.PROGRESS,
            now=turn.now,
            message_id=turn.pressed.message_id if done.first else "",
        )
    notice = Toast(text=_("It goes out.") if done.first else _("This was confirmed already; it is sent once."))
    return notice, await standing_of(desk, turn, alert, replaces=turn.pressed)
