"""What an editor is told of a draft: what it waits for, how it is now, that somebody was quicker."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.audience import choose_audience
from newsbot.desk.correcting import parent_of
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.preview import reach_of, readers_of, show
from newsbot.desk.standing import standing_of
from newsbot.desk.turn import Desk
from newsbot.domain.message import Button, TextReply, Toast

__all__ = [
    "ask_for_message",
    "cancel_button",
    "changed_since",
    "current",
    "has_message",
    "may_be_forgotten",
    "no_longer_kept",
    "shown_anew",
]

#: in which a draft that was confirmed may still become its alert. Alerts are kept for four days at least, so one that
#: is not there by then was never made; later it may have been.
MADE_WITHIN: Final = timedelta(days=1)


def may_be_forgotten(turn: Turn, draft: Draft) -> bool:
    """Whether it was confirmed so long ago that its alert may have been made and deleted since."""
    return draft.state is DraftState.SENT and turn.now - draft.changed_at >= MADE_WITHIN


def no_longer_kept(turn: Turn) -> Replies:
    return (Toast(text=turn.translate("This draft is no longer kept.")),)


def has_message(draft: Draft) -> bool:
    """Perhaps one that is to be rewritten."""
    return draft.text is not None or bool(draft.article_id)


async def shown_anew(desk: Desk, turn: Turn, draft: Draft) -> Replies:
    if draft.state is not DraftState.READY:
        return await current(desk, turn, draft.id)
    if draft.corrects:
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
        case DraftState.SENT:
            alert = await desk.alerts.by_origin(draft.origin)
            if alert is None and may_be_forgotten(turn, draft):
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
        return (ask_for_message(turn, draft),)
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
