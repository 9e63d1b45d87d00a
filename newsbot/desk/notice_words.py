"""What happened to our account on a channel, as editors are told it. Pure."""

from __future__ import annotations

from typing import Final

from newsbot.delivery.notices import Event, Notice
from newsbot.desk.outlets import channel_name
from newsbot.domain.attempt import Reason
from newsbot.i18n import N_, Translator

__all__ = ["notice_in_words"]

#: why an account is refused, and what to do
REFUSALS: Final[dict[str, str]] = {
    Reason.BAD_TOKEN: N_("Our token is refused: it was withdrawn or has run out. A new one must be set."),
    Reason.RESTRICTED: N_("The platform restricts our account. Please look at its notices there."),
    Reason.MISCONFIGURED: N_("A permission or setting is missing there. “newsbot doctor” says which."),
    Reason.CONFLICT: N_("Another program works with the same account."),
}


def notice_in_words(notice: Notice, translate: Translator) -> tuple[str, ...]:
    """A paragraph each."""
    _ = translate
    channel = channel_name(notice.channel, _)
    reason = _("The reason given: {reason}", reason=notice.reason) if notice.reason else ""
    match notice.event:
        case Event.HALTED:
            return (
                _("{channel} refuses our account, so nobody gets alerts there for now.", channel=channel),
                _(REFUSALS[notice.reason]) if notice.reason in REFUSALS else reason,
                _("Nothing is lost: they go on by themselves once it is mended. Other channels go on."),
            )
        case Event.MENDED:
            return (_("{channel} takes our account again: alerts go on there.", channel=channel),)
        case Event.WARNING:
            return _("{channel} warns our account. Alerts go on; please look into it.", channel=channel), reason
        case Event.BLOCK:
            return (
                _("{channel} has blocked our account from writing. Alerts there wait; others go on.", channel=channel),
                reason,
                _("They go on by themselves when {channel} allows it.", channel=channel),
            )
        case Event.UNBLOCK:
            return (_("{channel} lets our account write again: alerts go on there.", channel=channel),)
        case Event.RESUBSCRIBED if not notice.reason:
            return (
                _(
                    "{channel} had stopped passing on what readers write to us; now it does again. What they wrote "
                    "meanwhile has not reached us.",
                    channel=channel,
                ),
            )
        case Event.RESUBSCRIBED:
            return (_("{channel} did not pass on everything that happens there; now it does again.", channel=channel),)
        case Event.UNSUBSCRIBED:
            return (
                _(
                    "{channel} no longer passes on what readers write to us, and won't begin again.",
                    channel=channel,
                ),
                reason,
                _("Have it put right; “newsbot doctor” says how."),
            )
        case Event.RESUME:
            return (_("Alerts on {channel} go on, as the bot's operator says.", channel=channel),)
