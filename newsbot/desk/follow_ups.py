"""What a correction can do on each channel: change copies where they stand, or be sent as a message of its own."""

from __future__ import annotations

from newsbot.desk.actions import Verb, press_button
from newsbot.desk.drafts import Draft
from newsbot.desk.outlets import channel_name
from newsbot.desk.turn import Desk, Speaking
from newsbot.domain.alert import Alert
from newsbot.domain.message import Button

__all__ = ["copies_of", "corrected_on", "what_is_changed"]


async def copies_of(desk: Desk, alert: Alert) -> dict[str, int]:
    """How many stand in readers' chats, by channel."""
    return {name: (await one.ledger.totals(alert.id)).sent for name, one in desk.outlets.items()}


def corrected_on(desk: Desk, draft: Draft) -> tuple[str, ...]:
    """Channels where copies are changed, and those whose readers are sent the correction; (): all."""
    wanted = tuple(name for name, one in desk.outlets.items() if one.edits or name in draft.audience.channels)
    return wanted if len(wanted) < len(desk.outlets) else ()


async def what_is_changed(desk: Desk, turn: Speaking, draft: Draft, parent: Alert) -> tuple[str, tuple[Button, ...]]:
    """Copies that are changed where they stand; where they can't be, who keeps the old one or is sent the new, and the
    buttons that decide it.
    """
    _ = turn.translate
    copies = await copies_of(desk, parent)
    changed = sum(count for name, count in copies.items() if desk.outlets[name].edits)
    stuck = {name: count for name, count in copies.items() if count and not desk.outlets[name].edits}
    lines = [
        _.plural(
            "{n} reader has a copy. It is changed in place, without a new notification.",
            "{n} readers have a copy. They are changed in place, without a new notification.",
            changed,
        )
        if changed
        else ("" if stuck else _("There are no copies to change."))
    ]
    buttons = []
    for name, count in stuck.items():
        channel, wanted = channel_name(name, _), name in draft.audience.channels
        lines.append(
            _.plural(
                "On {channel} {n} reader is sent it as a new message.",
                "On {channel} {n} readers are sent it as a new message.",
                count,
                channel=channel,
            )
            if wanted
            else _.plural(
                "On {channel} nothing that was sent can be changed: {n} reader keeps it as it is.",
                "On {channel} nothing that was sent can be changed: {n} readers keep it as it is.",
                count,
                channel=channel,
            )
        )
        label = (
            _("Don't write to {channel}", channel=channel) if wanted else _("Also write to {channel}", channel=channel)
        )
        value = f"{'-' if wanted else '+'}{name}"
        buttons.append(press_button(label, Verb.FOLLOW_UP, draft.id, draft.revision, value))
    return "\n".join(filter(None, lines)), tuple(buttons)
