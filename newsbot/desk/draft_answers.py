"""What an editor is told of a draft: what it waits for, how it is now, that somebody was quicker."""

from __future__ import annotations

from dataclasses import replace

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.approving import no_longer_backed
from newsbot.desk.audience import choose_audience
from newsbot.desk.draft_alert import reach_of, readers_of
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.handing_over import may_be_forgotten
from newsbot.desk.preview import show
from newsbot.desk.refusals import parent_of, refusal_of
from newsbot.desk.send_times import moment_in_words
from newsbot.desk.standing import standing_of
from newsbot.desk.turn import LONGEST_SUBJECT, Desk, Speaking
from newsbot.domain.message import Button, Rows, Span, TextReply, Toast
from newsbot.text.clipping import Unit, clip
from newsbot.text.dates import clock_time
from newsbot.text.normalise import clean

__all__ = [
    "ask_for_message",
    "ask_for_time",
    "ask_for_what_it_awaits",
    "cancel_button",
    "changed_since",
    "current",
    "has_message",
    "missed_in_words",
    "no_longer_kept",
    "scheduled_answer",
    "shown_anew",
    "time_buttons",
]


def no_longer_kept(turn: Turn) -> Replies:
    return (Toast(text=turn.translate("This draft is no longer kept.")),)


def has_message(draft: Draft) -> bool:
    """Perhaps one that is to be rewritten."""
    return draft.text is not None or bool(draft.article_id)


async def shown_anew(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    if draft.state is not DraftState.READY:
        return await current(desk, turn, draft.id)
    if draft.corrects or draft.send_at is not None:
        return await show(desk, turn, draft, await parent_of(desk, draft))
    return (await choose_audience(desk, turn, draft),)


async def current(desk: Desk, turn: Turn, draft_id: int) -> Replies:
    """Somebody was quicker, or it is over: the draft as it is."""
    _ = turn.translate
    draft = await desk.drafts.get(draft_id)
    if draft is None:
        return no_longer_kept(turn)
    match draft.state:
        case DraftState.DROPPED:
            return (text(_("This draft was cancelled. /broadcast begins a new one.")),)
        case DraftState.SCHEDULED | DraftState.DUE | DraftState.MISSED:
            return (await scheduled_answer(desk, turn, draft),)
        case DraftState.SENT:
            alert = await desk.alerts.by_origin(draft.origin)
            if alert is None and may_be_forgotten(draft, turn.now):
                return no_longer_kept(turn)
            if alert is None:
                return (await _not_made_yet(desk, turn, draft),)
            said = Toast(text=_("This was confirmed already; it is sent once."))
            return said, await standing_of(desk, turn, alert)
        case DraftState.WRITING | DraftState.READY:
            return await changed_since(desk, turn, draft)


async def changed_since(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    _ = turn.translate
    if draft.state is DraftState.WRITING:
        return (ask_for_what_it_awaits(desk, turn, draft),)
    said = _("This button is from an earlier version of the draft. This is how it is now:")
    return await show(desk, turn, draft, await parent_of(desk, draft), said=said)


async def _not_made_yet(desk: Desk, turn: Turn, draft: Draft) -> TextReply:
    """It was confirmed, and the database went away before the alert was made. Only the same button makes it now."""
    _ = turn.translate
    reach = readers_of(await reach_of(desk, draft, await parent_of(desk, draft)))
    label = _.plural("Yes, send to {n} reader", "Yes, send to {n} readers", reach)
    go = press_button(label, Verb.CONFIRM, draft.id, draft.revision)
    said = _("It was confirmed, but could not be kept. Nothing has gone out; without this button nothing will.")
    return text(said, buttons=rows(go))


async def scheduled_answer(desk: Desk, turn: Turn, draft: Draft) -> TextReply:
    """That it goes out at a time, and until then the button that calls it off."""
    _ = turn.translate
    off = press_button(_("Call it off"), Verb.CALL_OFF, draft.id, draft.revision)
    when = moment_in_words(desk, turn, draft.send_at or turn.now)
    match draft.state:
        case DraftState.SCHEDULED:
            return text(_("It goes out on {when}.", when=when), buttons=rows(off), replaces=turn.pressed)
        case DraftState.DUE:
            return text(_("Its time has come: it is going out."))
        case _:
            return await missed_in_words(desk, turn, draft)


async def missed_in_words(desk: Desk, speak: Speaking, draft: Draft) -> TextReply:
    """That what was scheduled did not go out, and why."""
    _ = speak.translate
    when = moment_in_words(desk, speak, draft.send_at or draft.changed_at)
    why = await refusal_of(desk, speak, replace(draft, send_at=None), await parent_of(desk, draft))
    words = clip(clean(draft.text.plain), LONGEST_SUBJECT, unit=Unit.GRAPHEME) if draft.text else ""
    return text(
        _("It should have gone out on {when}, and nothing was sent.", when=when),
        (Span(words, "italic"),) if words else "",
        why
        or await no_longer_backed(desk, speak, draft)
        or _("Newsbot was down then, and for so long that it would have come too late."),
    )


def ask_for_what_it_awaits(desk: Desk, turn: Turn, draft: Draft) -> TextReply:
    return ask_for_time(desk, turn, draft) if draft.awaits_time else ask_for_message(turn, draft)


def ask_for_time(desk: Desk, turn: Turn, draft: Draft) -> TextReply:
    _ = turn.translate
    clock = clock_time(turn.now, turn.language, desk.house.zone)
    return text(
        _("When should it go out? Write it like 20:30, tomorrow 7 am, or 1 December 18:30."),
        _("By the newsroom's clock it is {clock} now.", clock=clock),
        buttons=time_buttons(turn, draft),
    )


def time_buttons(turn: Turn, draft: Draft) -> Rows:
    """While a draft waits for its time."""
    _ = turn.translate
    return rows(
        press_button(_("As soon as it is confirmed"), Verb.AT_ONCE, draft.id, draft.revision)
        if draft.send_at is not None
        else None,
        press_button(_("Back"), Verb.PREVIEW, draft.id, draft.revision),
        cancel_button(turn, draft),
    )


def ask_for_message(turn: Turn, draft: Draft) -> TextReply:
    _ = turn.translate
    back = press_button(_("Back"), Verb.PREVIEW, draft.id, draft.revision) if has_message(draft) else None
    buttons = rows(back, cancel_button(turn, draft))
    if draft.corrects:
        return text(_("Write the text as it should be."), buttons=buttons)
    return text(
        _("Write or forward the message, as readers should see it."),
        _(
            "Bold, italics and links are kept; one picture may come with it. "
            "To send one of our articles, send its address."
        ),
        buttons=buttons,
    )


def cancel_button(turn: Turn, draft: Draft) -> Button:
    return press_button(turn.translate("Cancel"), Verb.DROP, draft.id)
