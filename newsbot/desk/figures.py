"""An alert in words and figures: how it stands, and when it is over what became of everyone. Pure."""

from __future__ import annotations

from typing import Final

from newsbot.conversation.turn import rows, text
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.outlets import channel_name, channel_names
from newsbot.desk.turn import estimate
from newsbot.domain.alert import (
    PAUSED_ACCOUNT_REFUSED,
    PAUSED_MANY_UNREACHABLE,
    PAUSED_MESSAGE_REFUSED,
    STOPPED_ARTICLE_WITHDRAWN,
    STOPPED_EXPIRED,
    STOPPED_LEDGER_LOST,
    STOPPED_RECALLED,
    STOPPED_SUPERSEDED,
    Alert,
    AlertClass,
    AlertKind,
    AlertState,
    Outcome,
    Totals,
)
from newsbot.domain.message import Button, MessageRef, Rows, Span, TextReply
from newsbot.i18n import N_, Translator

__all__ = ["brief", "name_of", "progress", "report", "resume_buttons", "state_of", "why_it_paused"]

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

PAUSES: Final[dict[str, str]] = {
    PAUSED_MANY_UNREACHABLE: N_(
        "Many readers in a row could not be reached, so the fault is probably not theirs. "
        "Look whether {channel} has trouble, then let it go on."
    ),
    PAUSED_MESSAGE_REFUSED: N_(
        "{channel} refuses this message, whoever it is for. Stop it, and send it again in a simpler form."
    ),
    PAUSED_ACCOUNT_REFUSED: N_(
        "{channel} refuses the bot's token or settings. Have them put right (newsbot doctor), then let it go on."
    ),
}


def name_of(alert: Alert, translate: Translator) -> str:
    _ = translate
    match alert.kind:
        case AlertKind.BROADCAST:
            return _("Broadcast {id}", id=alert.id)
        case AlertKind.ARTICLE:
            return _("Alert {id}", id=alert.id)
        case AlertKind.CORRECTION:
            return _("Correction of {id}", id=alert.of)
        case AlertKind.UPDATE:
            return _("Update of {id}", id=alert.of)
        case AlertKind.RECALL:
            return _("Recall of {id}", id=alert.of)


def state_of(alert: Alert, translate: Translator) -> str:
    _ = translate
    match alert.state:
        case AlertState.PLANNED:
            return _("is being prepared")
        case AlertState.RUNNING if alert.pauses:
            return _("has paused itself on {channels}", channels=channel_names(alert.pauses, _))
        case AlertState.RUNNING if alert.kind.edits:
            return _("the copies are being changed")
        case AlertState.RUNNING if alert.kind is AlertKind.RECALL:
            return _("the copies are being deleted")
        case AlertState.RUNNING:
            return _("is going out")
        case AlertState.PAUSED:
            return _("has paused itself") if alert.reason else _("is paused")
        case AlertState.STOPPED if alert.reason == STOPPED_ARTICLE_WITHDRAWN:
            return _("was stopped: the article was withdrawn")
        case AlertState.STOPPED if alert.reason == STOPPED_RECALLED:
            return _("was stopped: it was recalled")
        case AlertState.STOPPED if alert.reason == STOPPED_SUPERSEDED:
            return _("was stopped: a newer correction takes its place")
        case AlertState.STOPPED if alert.reason == STOPPED_EXPIRED:
            return _("was stopped: its time was over")
        case AlertState.STOPPED if alert.reason == STOPPED_LEDGER_LOST:
            return _("was stopped: the record of who has got it is lost")
        case AlertState.STOPPED:
            return _("was stopped")
        case AlertState.DONE:
            return _("is done")


def why_it_paused(alert: Alert, translate: Translator) -> str:
    """What is wrong and what to do, '' unless it paused itself."""
    if alert.state is AlertState.RUNNING:
        reasons = {channel: pause.reason for channel, pause in alert.pauses.items()}
    else:  # one that paused itself as a whole, when there was one channel
        reasons = {"telegram": alert.reason} if alert.state is AlertState.PAUSED and alert.reason else {}
    return "\n".join(_why(reason, channel_name(channel, translate), translate) for channel, reason in reasons.items())


def _why(reason: str, channel: str, translate: Translator) -> str:
    words = PAUSES.get(reason)
    return translate(words, channel=channel) if words else translate("The reason: {reason}.", reason=reason)


def resume_buttons(alert: Alert, translate: Translator) -> tuple[Button, ...]:
    """One for each channel on which it has paused itself."""
    _ = translate
    if len(alert.pauses) <= 1:
        return (press_button(_("▶ Go on"), Verb.RESUME, alert.id, value=next(iter(alert.pauses), "")),)
    return tuple(
        press_button(_("▶ Go on: {channel}", channel=channel_name(channel, _)), Verb.RESUME, alert.id, value=channel)
        for channel in alert.pauses
    )


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
    deed: str = "",
    more: Rows = (),
    replaces: MessageRef | None = None,
) -> TextReply:
    """How it stands, with the buttons that can be pressed now."""
    _ = translate
    lines = []
    if totals.audience:
        share = 100 * totals.settled // totals.audience
        lines.append(_("{done} of {all} done ({percent}%)", done=totals.settled, all=totals.audience, percent=share))
        lines.append(_counts(totals, _))
    left = totals.untouched + totals.waiting + totals.in_flight
    if alert.state is AlertState.RUNNING and left:
        lines.append(_("Still to go: {time}", time=estimate(seconds_left, _)))
    return text(
        _heading(alert, subject, _),
        "\n".join(line for line in lines if line),
        _by_channel(totals, _),
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
    open_ones = totals.waiting + totals.in_flight + totals.untouched
    if open_ones:
        lines.append(_("still open: {n}", n=open_ones))
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
        open_ones = own.waiting + own.in_flight + own.untouched
        parts = [
            _("{done} of {all}", done=own.sent, all=own.audience),
            _("held: {n}", n=own.held) if own.held else "",
            _("not reached: {n}", n=own.refused) if own.refused else "",
            _("unknown: {n}", n=own.unknown) if own.unknown else "",
            _("still open: {n}", n=open_ones) if open_ones else "",
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
    stop = press_button(_("⏹ Stop"), Verb.STOP, alert.id)
    match alert.state:
        case AlertState.PLANNED:
            return (stop,)
        case AlertState.RUNNING:
            resume = resume_buttons(alert, _) if alert.pauses else ()
            return *resume, press_button(_("⏸ Pause"), Verb.PAUSE, alert.id), stop
        case AlertState.PAUSED:
            return press_button(_("▶ Go on"), Verb.RESUME, alert.id), stop
        case AlertState.STOPPED | AlertState.DONE:
            return ()
