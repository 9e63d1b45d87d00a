"""An alert in words and figures: how it stands, and when it is over what became of everyone. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from newsbot.conversation.turn import rows, text
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.alert_words import name_of, resume_buttons, state_of, why_it_paused
from newsbot.desk.outlets import channel_name, channel_names
from newsbot.desk.turn import estimate
from newsbot.domain.alert import (
    Alert,
    AlertClass,
    AlertKind,
    AlertState,
    Outcome,
    Totals,
)
from newsbot.domain.message import Button, MessageRef, Rows, Span, TextReply
from newsbot.i18n import N_, Translator

__all__ = ["OUTCOMES", "brief", "controls_of", "progress", "report"]

#: in this order in a report
OUTCOMES: Final[dict[Outcome, str]] = {
    Outcome.HELD: N_("wait for the reader to write"),
    Outcome.ELSEWHERE: N_("get it on their other channel"),
    Outcome.UNKNOWN: N_("unknown (the answer was lost)"),
    Outcome.EXPIRED: N_("not sent in time"),
    Outcome.STOPPED: N_("not sent (it was stopped before)"),
    Outcome.WITHDRAWN: N_("no longer wanted it, or left"),
    Outcome.BLOCKED: N_("have blocked the bot"),
    Outcome.DEACTIVATED: N_("have deleted their account"),
    Outcome.NEVER_STARTED: N_("have not started the bot"),
    Outcome.IS_A_BOT: N_("are bots"),
    Outcome.KICKED: N_("groups that put the bot out"),
    Outcome.NOT_A_MEMBER: N_("groups without the bot"),
    Outcome.CHAT_DELETED: N_("groups that were deleted"),
    Outcome.STRIKE: N_("chat not found, for the first time"),
    Outcome.CHAT_NOT_FOUND: N_("chat not found"),
    Outcome.NO_RIGHTS: N_("groups where the bot may not write"),
    Outcome.THREAD_GONE: N_("groups whose forum topic is gone"),
    Outcome.MIGRATED: N_("groups that moved"),
    Outcome.NOT_AVAILABLE: N_("have left, or blocked us"),
    Outcome.BAD_MARKUP: N_("refused (the formatting)"),
    Outcome.TOO_LONG: N_("refused (too long)"),
    Outcome.EMPTY: N_("refused (empty)"),
    Outcome.BAD_PICTURE: N_("refused (the picture)"),
    Outcome.BAD_REQUEST: N_("refused (the form)"),
    Outcome.TARGET_GONE: N_("the copy was deleted already"),
    Outcome.CANT_EDIT: N_("the copy can't be changed"),
    Outcome.TOO_LATE: N_("the copy is too old"),
    Outcome.REFUSED: N_("refused for another reason"),
}


def brief(alert: Alert, totals: Totals, translate: Translator) -> str:
    """One line: 'Broadcast 7 is going out · 1,234 of 12,345'."""
    _ = translate
    breaking = "🔴 " if alert.cls is AlertClass.BREAKING and not alert.kind.touches_copies else ""
    line = f"{breaking}{name_of(alert, _)} – {state_of(alert, _)}"
    if not totals.audience:
        return line
    return f"{line} · " + _("{done} of {all}", done=totals.sent, all=totals.audience)


def progress(
    alert: Alert,
    subject: str,
    totals: Totals,
    translate: Translator,
    *,
    seconds_left: float,
    halted: Collection[str] = (),
    deed: str = "",
    more: Rows = (),
    replaces: MessageRef | None = None,
) -> TextReply:
    """How it stands, with the buttons that can be pressed now. `halted`: channels where the rest can't be sent now."""
    _ = translate
    lines = []
    if totals.audience:
        share = 100 * totals.settled // totals.audience
        lines.append(_("{done} of {all} done ({percent}%)", done=totals.settled, all=totals.audience, percent=share))
        lines.append(_counts(totals, _))
    if alert.state is AlertState.RUNNING and totals.left and (seconds_left or not halted):
        lines.append(_("Still to go: {time}", time=estimate(seconds_left, _)))
    return text(
        _heading(alert, subject, _),
        "\n".join(line for line in lines if line),
        _by_channel(totals, _),
        _("Halted: {channels}. It goes on there by itself.", channels=channel_names(halted, _)) if halted else "",
        why_it_paused(alert, _),
        deed,
        buttons=(*rows(*_controls(alert, _)), *more),
        replaces=replaces,
    )


def report(
    alert: Alert,
    subject: str,
    totals: Totals,
    translate: Translator,
    *,
    more: Rows = (),
    replaces: MessageRef | None = None,
) -> TextReply:
    """What became of everyone."""
    _ = translate
    lines = [_("For: {n}", n=totals.audience), _done(alert, totals, _)]
    known = {outcome: count for outcome, count in totals.outcomes.items() if outcome is not Outcome.SENT and count}
    lines += [f"{_(words)}: {_.number(known[outcome])}" for outcome, words in OUTCOMES.items() if outcome in known]
    if totals.left:
        lines.append(_("still open: {n}", n=totals.left))
    if totals.skipped:
        lines.append(_("unaccounted for: {n}", n=totals.skipped))
    took = ""
    if alert.started_at and alert.ended_at:
        seconds = int((alert.ended_at - alert.started_at).total_seconds())
        minutes, seconds = divmod(seconds, 60)
        took = (
            _("It took {minutes} min {seconds} s.", minutes=minutes, seconds=seconds)
            if minutes
            else _("It took {seconds} s.", seconds=seconds)
        )
    parts = (_heading(alert, subject, _), "\n".join(lines), _by_channel(totals, _), took)
    return text(*parts, buttons=more, replaces=replaces)


def _by_channel(totals: Totals, translate: Translator) -> str:
    """A line each, where there are several."""
    _ = translate
    lines = []
    for channel, own in totals.channels.items():
        if not own.audience:
            continue
        parts = [
            _("{done} of {all}", done=own.sent, all=own.audience),
            _("held: {n}", n=own.held) if own.held else "",
            _("not reached: {n}", n=own.refused) if own.refused else "",
            _("unknown: {n}", n=own.unknown) if own.unknown else "",
            _("still open: {n}", n=own.left) if own.left else "",
        ]
        lines.append(f"{channel_name(channel, _)}: {' · '.join(part for part in parts if part)}")
    return "\n".join(lines)


def _heading(alert: Alert, subject: str, translate: Translator) -> tuple[Span, ...]:
    heading = Span(f"{name_of(alert, translate)} – {state_of(alert, translate)}", "bold")
    return (heading, Span(f"\n{subject}", "italic")) if subject else (heading,)


def _done(alert: Alert, totals: Totals, translate: Translator) -> str:
    _ = translate
    match alert.kind:
        case AlertKind.CORRECTION:
            return _("corrected: {n}", n=totals.sent)
        case AlertKind.UPDATE:
            return _("brought up to date: {n}", n=totals.sent)
        case AlertKind.RECALL:
            return _("deleted: {n}", n=totals.sent)
        case _kind:
            return _("sent: {n}", n=totals.sent)


def _counts(totals: Totals, translate: Translator) -> str:
    """What is worth knowing on the way, on one line."""
    _ = translate
    parts = [
        _("not reached: {n}", n=totals.refused) if totals.refused else "",
        _("waiting: {n}", n=totals.waiting) if totals.waiting else "",
        _("unknown: {n}", n=totals.unknown) if totals.unknown else "",
    ]
    return " · ".join(part for part in parts if part)


def _controls(alert: Alert, translate: Translator) -> tuple[Button, ...]:
    _ = translate
    buttons = {
        Verb.RESUME: resume_buttons(alert, _)
        if alert.state is AlertState.RUNNING
        else (press_button(_("▶ Go on"), Verb.RESUME, alert.id),),
        Verb.PAUSE: (press_button(_("⏸ Pause"), Verb.PAUSE, alert.id),),
        Verb.STOP: (press_button(_("⏹ Stop"), Verb.STOP, alert.id),),
    }
    return tuple(button for verb in controls_of(alert) for button in buttons[verb])


def controls_of(alert: Alert) -> tuple[Verb, ...]:
    """What can be done to it now."""
    match alert.state:
        case AlertState.PLANNED:
            return (Verb.STOP,)
        case AlertState.RUNNING:
            resume = (Verb.RESUME,) if alert.pauses else ()
            return *resume, Verb.PAUSE, Verb.STOP
        case AlertState.PAUSED:
            return Verb.RESUME, Verb.STOP
        case AlertState.STOPPED | AlertState.DONE:
            return ()
