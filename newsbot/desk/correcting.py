"""Correcting and recalling what stands in readers' chats, as long as the platform lets us: 48 hours."""

from __future__ import annotations

from dataclasses import replace

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.audit import Act, alert_entry
from newsbot.desk.bulletins import BulletinKind
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.follow_ups import copies_of
from newsbot.desk.outlets import channel_name
from newsbot.desk.preview import show
from newsbot.desk.refusals import overlong_in_words, parent_of, untouchable
from newsbot.desk.standing import article_shown, leaves_copies, recall_of, standing_of
from newsbot.desk.turn import Desk, actor_of, last_deed, totals_of
from newsbot.desk.writing import overlong_anywhere
from newsbot.domain.alert import STOPPED_RECALLED, Alert, AlertKind, AlertState, AlertText, NewAlert
from newsbot.domain.message import NoticeReply, Toast

__all__ = ["correct", "leave", "recall", "recall_now", "take_correction"]

OPEN = (AlertState.PLANNED, AlertState.RUNNING, AlertState.PAUSED)


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
        kept = await desk.drafts.change(ready, now=turn.now)
        said = _("The article as it is now. If it should read otherwise, correct it on the site first.")
        return await show(desk, turn, kept or begun, alert, said=said)
    current = await _as_it_reads(desk, alert)
    picture = _("The picture stays as it is: only the words under it can change.") if current.picture else ""
    cancel = press_button(_("Cancel"), Verb.DROP, begun.id)
    return (
        text(_("Write the text as it should be. Now it reads:"), picture),
        NoticeReply(spans=current.spans, picture=current.picture, buttons=rows(cancel)),
    )


async def _as_it_reads(desk: Desk, alert: Alert) -> AlertText:
    """What stands in readers' chats, after the corrections so far."""
    touched = await desk.alerts.copies_touched(alert.id)
    corrections = [one.text for one in touched if one.kind is AlertKind.CORRECTION and one.text]
    return corrections[-1] if corrections else alert.text or AlertText()


async def take_correction(desk: Desk, turn: Turn, draft: Draft, written: AlertText) -> Replies:
    _ = turn.translate
    parent = await parent_of(desk, draft)
    said = await untouchable(desk, turn, parent)
    if said or parent is None:
        return (text(said),)
    cancel = rows(press_button(_("Cancel"), Verb.DROP, draft.id))
    picture = parent.text.picture if parent.text else ""
    if written.picture:
        said = _("A picture can't be added to a sent message, taken from it or exchanged. Send only the text.")
        return (text(said, buttons=cancel),)
    corrected = AlertText(written.spans, picture)
    if too_long := overlong_anywhere(NoticeReply(spans=corrected.spans, picture=picture), desk.limits):
        return (text(overlong_in_words(too_long, turn), buttons=cancel),)
    ready = replace(draft, state=DraftState.READY, event=turn.incoming.event_id, text=corrected)
    kept = await desk.drafts.change(ready, now=turn.now)
    return await show(desk, turn, kept or ready, parent)


# --- recall ----------------------------------------------------------------------------------------------------------


async def recall(desk: Desk, turn: Turn, press: Press) -> Replies:
    """Ask once, with the number of copies. Where they can't be deleted, who waits for it is spared it all the same."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    made = await recall_of(desk, alert) if alert is not None else None
    if made is not None and not leaves_copies(made):
        return await _recalled_already(desk, turn, made)
    said = await untouchable(desk, turn, alert, to_recall=True)
    if said or alert is None:
        return (text(said),)
    stuck, copies = await _copies(desk, alert)
    if made is not None:
        copies = (await totals_of(desk, made)).unknown
    held = 0 if made is not None else (await totals_of(desk, alert)).held
    lines = []
    for name, count in stuck.items():
        channel = channel_name(name, _)
        lines.append(
            _.plural(
                "{n} copy on {channel} can't be deleted.",
                "{n} copies on {channel} can't be deleted.",
                count,
                channel=channel,
            )
        )
    if held:
        lines.append(
            _.plural(
                "{n} reader for whom it waits no longer gets it.",
                "{n} readers for whom it waits no longer get it.",
                held,
            )
        )
    if stuck and not copies and not held and alert.state.final:
        return (text("\n".join(lines)),)
    if copies or not lines:
        said = _.plural("Delete {n} copy from readers' chats?", "Delete {n} copies from readers' chats?", copies)
        label = _.plural("Yes, delete {n} copy", "Yes, delete {n} copies", copies)
    else:
        said, label = _("Take it back?"), _("Yes, take it back")
    stops = "" if alert.state.final else _("It is still going out, and stops for good.")
    yes = press_button(label, Verb.RECALL_NOW, alert.id)
    no = press_button(_("Back"), Verb.SHOW, alert.id)
    return (text(said, "\n".join(lines), stops, _("This can't be taken back."), buttons=((yes,), (no,))),)


async def _copies(desk: Desk, alert: Alert) -> tuple[dict[str, int], int]:
    """By channel those that can't be deleted, and how many can."""
    found = await copies_of(desk, alert)
    stuck = {name: count for name, count in found.items() if count and not desk.outlets[name].edits}
    if not stuck:
        return {}, (await totals_of(desk, alert)).sent
    return stuck, sum(count for name, count in found.items() if desk.outlets[name].edits)


async def recall_now(desk: Desk, turn: Turn, press: Press) -> Replies:
    """Twice is once. What goes out is stopped first: no copy may come after the recall has counted them."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    made = await recall_of(desk, alert) if alert is not None else None
    if made is not None and not leaves_copies(made):
        return await _recalled_already(desk, turn, made)
    said = await untouchable(desk, turn, alert, to_recall=True)
    if said or alert is None:
        return (text(said, replaces=turn.pressed),)
    async with desk.audit.together():
        await desk.alerts.turn(alert.id, AlertState.STOPPED, of=OPEN, now=turn.now, reason=STOPPED_RECALLED)
        # One that was stopped half way, or lost answers, may be made again; nobody makes two at once.
        before = sum(one.kind is AlertKind.RECALL for one in await desk.alerts.copies_touched(alert.id))
        made = await desk.alerts.create(
            NewAlert(
                origin=f"recall:{alert.id}:{before}" if before else f"recall:{alert.id}",
                kind=AlertKind.RECALL,
                cls=alert.cls,
                story=alert.story,
                expires_at=turn.now + COPIES_KEPT,
                audience=alert.audience,
                of=alert.id,
                silent=True,
                by=turn.incoming.address,
            ),
            now=turn.now,
        )
        for one in (alert, made):
            entry = alert_entry(
                actor_of(turn),
                Act.RECALLED,
                one.id,
                now=turn.now,
                before={"state": alert.state.value},
                after={"recall": made.id},
            )
            await desk.audit.write(entry)
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
    await desk.audit.write(alert_entry(actor_of(turn), Act.LEFT, alert.id, now=turn.now))
    return (text(await last_deed(desk, turn, alert), replaces=turn.pressed),)
