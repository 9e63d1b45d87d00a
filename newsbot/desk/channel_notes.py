"""What an editor should know of a draft on each channel before it is sent: readers, and how it will look. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from newsbot.delivery.ledger import Reach
from newsbot.desk.outlets import Outlet, channel_name
from newsbot.desk.writing import overlong
from newsbot.domain.message import AnyReply
from newsbot.i18n import N_, Translator

__all__ = ["looks_on", "reach_by_channel"]

#: what a renderer shows otherwise than it was meant, in an editor's words
PARTS: Final[dict[str, str]] = {
    "headline": N_("the headline"),
    "kicker": N_("the kicker"),
    "summary": N_("the summary"),
    "time": N_("the time"),
    "text": N_("the text"),
    "style": N_("bold and italics"),
    "link": N_("a link"),
    "picture": N_("the picture"),
    "button": N_("a button"),
    "buttons": N_("the buttons"),
    "button label": N_("a button"),
}


def reach_by_channel(reach: Mapping[str, Reach], translate: Translator) -> str:
    """A line each; '' where there is one channel."""
    if len(reach) < 2:
        return ""
    _ = translate
    lines = []
    for channel, one in reach.items():
        name = channel_name(channel, _)
        if one.waiting:
            lines.append(_("{channel}: {n} now, {m} once they write again", channel=name, n=one.now, m=one.waiting))
        else:
            lines.append(_("{channel}: {n}", channel=name, n=one.now))
    return "\n".join(lines)


def looks_on(outlets: Mapping[str, Outlet], shown: Sequence[AnyReply], translate: Translator) -> list[str]:
    """Where it goes out in parts, and what can't be shown as meant; nothing of it forbids anything."""
    _ = translate
    notes = []
    for channel, outlet in outlets.items():
        name = channel_name(channel, _)
        if outlet.limits.splits and any(overlong(reply, outlet.limits) for reply in shown):
            notes.append(_("{channel}: it goes out in several messages, it is too long for one.", channel=name))
        lost = {_(PARTS[loss.what]): None for reply in shown for loss in outlet.losses(reply) if loss.what in PARTS}
        if lost:
            notes.append(_("{channel}: not shown in full: {parts}.", channel=name, parts=", ".join(lost)))
    return notes
