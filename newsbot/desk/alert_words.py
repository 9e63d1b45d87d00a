"""What an alert is called, how it stands, and why it has paused itself, in words. Pure."""

from __future__ import annotations

from typing import Final

from newsbot.desk.actions import Verb, press_button
from newsbot.desk.outlets import channel_name, channel_names
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
    AlertKind,
    AlertState,
)
from newsbot.domain.message import Button
from newsbot.i18n import N_, Translator

__all__ = ["name_of", "resume_buttons", "state_of", "why_it_paused"]

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
        case AlertKind.RETRY:
            return _("Retry of {id}", id=alert.of)


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
