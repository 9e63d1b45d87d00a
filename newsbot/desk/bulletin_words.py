"""What editors are told of an alert without having asked, with the buttons for it."""

from __future__ import annotations

from newsbot.conversation.turn import Turn, rows, text
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.alert_words import name_of, resume_buttons, state_of, why_it_paused
from newsbot.desk.turn import Desk, subject_of, totals_of
from newsbot.domain.alert import Alert
from newsbot.domain.message import Span, TextReply

__all__ = ["paused_in_words", "withdrawn_in_words"]


async def paused_in_words(desk: Desk, turn: Turn, alert: Alert) -> TextReply:
    """It paused itself: why, and what can be done."""
    _ = turn.translate
    heading = Span(f"{name_of(alert, _)} – {state_of(alert, _)}", "bold")
    subject = await subject_of(desk, alert)
    totals = await totals_of(desk, alert)
    so_far = _("So far: {done} of {all}.", done=totals.settled, all=totals.audience)
    return text(
        (heading, Span(f"\n{subject}", "italic")),
        why_it_paused(alert, _),
        so_far,
        buttons=rows(
            *resume_buttons(alert, _),
            press_button(_("⏹ Stop"), Verb.STOP, alert.id),
            press_button(_("Details"), Verb.SHOW, alert.id),
        ),
    )


async def withdrawn_in_words(desk: Desk, turn: Turn, alert: Alert) -> TextReply:
    """Its article was withdrawn: are the copies to go, too?"""
    _ = turn.translate
    copies = (await totals_of(desk, alert)).sent
    said = _.plural(
        "Its article was withdrawn from the site. {n} reader still has a copy.",
        "Its article was withdrawn from the site. {n} readers still have a copy.",
        copies,
    )
    subject = await subject_of(desk, alert)
    return text(
        (Span(name_of(alert, _), "bold"), Span(f"\n{subject}", "italic")),
        said,
        buttons=rows(
            press_button(_("🗑 Recall"), Verb.RECALL, alert.id),
            press_button(_("Leave it"), Verb.LEAVE, alert.id),
        ),
    )
