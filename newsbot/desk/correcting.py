"""Correcting and recalling what stands in readers' chats, as long as the platform lets us: 48 hours."""

from __future__ import annotations

from dataclasses import replace

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.audit import Act, Entry, alert_subject
from newsbot.desk.bulletins import BulletinKind
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.preview import show
from newsbot.desk.recalling import recall_copies, recall_made, what_is_recalled
from newsbot.desk.refusals import overlong_in_words, parent_of, untouchable
from newsbot.desk.standing import standing_of
from newsbot.desk.touched import article_shown
from newsbot.desk.turn import Desk, actor_of, last_deed
from newsbot.desk.versions import as_it_reads
from newsbot.desk.writing import overlong_anywhere
from newsbot.domain.alert import Alert, AlertText
from newsbot.domain.message import NoticeReply, Toast

__all__ = ["correct", "leave", "recall", "recall_now", "take_correction"]

# --- correct ---------------------------------------------------------------------------------------------------------


async def correct(desk: Desk, turn: Turn, press: Press) -> Replies:
    """Ask for the new text; an article's card is shown as the article is now."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    said = await untouchable(desk, turn, alert)
    if said or alert is None:
        return (text(said),)
    begun = await desk.drafts.begin(
        turn.incoming.address, event=turn.incoming.event_id, corrects=alert.id, now=turn.now
    )
    if begun.state is DraftState.READY:  # the same event, again
        return await show(desk, turn, begun, alert)
    if alert.article_id:
        ready = replace(begun, state=DraftState.READY, article_id=await article_shown(desk, alert))
        kept = await keep_draft(desk, begun, ready, by=actor_of(turn), now=turn.now)
        said = _("The article as it is now. If it should read otherwise, correct it on the site first.")
        return await show(desk, turn, kept or begun, alert, said=said)
    current = await as_it_reads(desk, alert)
    picture = _("The picture stays as it is: only the words under it can change.") if current.picture else ""
    cancel = press_button(_("Cancel"), Verb.DROP, begun.id)
    return (
        text(_("Write the text as it should be. Now it reads:"), picture),
        NoticeReply(spans=current.spans, picture=current.picture, buttons=rows(cancel)),
    )


async def take_correction(desk: Desk, turn: Turn, draft: Draft, written: AlertText) -> Replies:
    _ = turn.translate
    parent = await parent_of(desk, draft)
    said = await untouchable(desk, turn, parent)
    if said or parent is None:
        return (text(said),)
    cancel = rows(press_button(_("Cancel"), Verb.DROP, draft.id))
    current = await as_it_reads(desk, parent)
    picture = current.picture
    if written.picture:
        said = _("A picture can't be added to a sent message, taken from it or exchanged. Send only the text.")
        return (text(said, buttons=cancel),)
    corrected = AlertText(written.spans, picture, current.buttons)
    if too_long := overlong_anywhere(NoticeReply(spans=corrected.spans, picture=picture), desk.limits):
        return (text(overlong_in_words(too_long, turn), buttons=cancel),)
    ready = replace(draft, state=DraftState.READY, event=turn.incoming.event_id, text=corrected)
    kept = await keep_draft(desk, draft, ready, by=actor_of(turn), now=turn.now)
    return await show(desk, turn, kept or ready, parent)


# --- recall ----------------------------------------------------------------------------------------------------------


async def recall(desk: Desk, turn: Turn, press: Press) -> Replies:
    """Ask once, with the number of copies. Where they can't be deleted, who waits for it is spared it all the same."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    if alert is not None and (made := await recall_made(desk, alert)):
        return await _recalled_already(desk, turn, made)
    said = await untouchable(desk, turn, alert, to_recall=True)
    if said or alert is None:
        return (text(said),)
    wanted = await what_is_recalled(desk, alert)
    notes = "\n".join(wanted.notes(_))
    if not wanted.does_anything:
        return (text(notes),)
    said, label = wanted.question(_)
    stops = _("It is still going out, and stops for good.") if wanted.goes_on else ""
    yes = press_button(label, Verb.RECALL_NOW, alert.id)
    no = press_button(_("Back"), Verb.SHOW, alert.id)
    return (text(said, notes, stops, _("This can't be taken back."), buttons=((yes,), (no,))),)


async def recall_now(desk: Desk, turn: Turn, press: Press) -> Replies:
    """Twice is once."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    if alert is None:
        return (text(await untouchable(desk, turn, None), replaces=turn.pressed),)
    if before := await recall_made(desk, alert):
        return await _recalled_already(desk, turn, before)
    made = await recall_copies(desk, turn, alert, by=actor_of(turn))
    if isinstance(made, str):
        return (text(made, replaces=turn.pressed),)
    if turn.pressed is not None:
        await desk.bulletins.open(
            made.id,
            turn.incoming.address,
            BulletinKind.PROGRESS,
            now=turn.now,
            message_id=turn.pressed.message_id,
        )
    deletes = any(outlet.edits for outlet in desk.outlets.values())
    toast = Toast(text=_("The copies are being deleted.") if deletes else _("It is taken back."))
    return toast, await standing_of(desk, turn, made, replaces=turn.pressed)


async def _recalled_already(desk: Desk, turn: Turn, made: Alert) -> Replies:
    said = turn.translate("It was recalled already.")
    parent = await desk.alerts.get(made.of)
    deed = await last_deed(desk, turn, parent) if parent else ""
    return Toast(text=f"{said} {deed}".strip()), await standing_of(desk, turn, made)


async def leave(desk: Desk, turn: Turn, press: Press) -> Replies:
    """The copies of a withdrawn article stay where they are."""
    alert = await desk.alerts.get(press.id)
    if alert is None:
        return (Toast(text=turn.translate("This alert is no longer kept.")),)
    await desk.audit.write(Entry(actor_of(turn), Act.LEFT, alert_subject(alert.id), at=turn.now))
    return (text(await last_deed(desk, turn, alert), replaces=turn.pressed),)
