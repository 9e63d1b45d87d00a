"""A draft to one phone first, the way that it goes to everyone: what the platform would refuse, it refuses here."""

from __future__ import annotations

from newsbot.channels.channel import Operation, Recipient
from newsbot.delivery.pacing import Lane
from newsbot.desk.draft_alert import as_readers_see_it
from newsbot.desk.drafts import Draft
from newsbot.desk.turn import Desk, Speaking
from newsbot.domain.alert import Alert
from newsbot.domain.attempt import Sent
from newsbot.domain.message import AnyReply
from newsbot.domain.subscriber import Address
from newsbot.domain.window import Window

__all__ = ["send_to_phone_in_words"]


async def _send(desk: Desk, seen: tuple[AnyReply, ...], to: Address, window: Window | None) -> str:
    """Why it was refused, '' if it went."""
    outlet = desk.outlets[to.channel]
    recipient = Recipient(to.user_id, window_until=window.expires_at.timestamp() if window else 0.0)
    refused = ""
    for reply in seen:
        await outlet.pacing.turn(recipient.user_id, Lane.REPLY)
        attempt = await outlet.pusher.push(outlet.pusher.prepare(Operation.SEND, reply), recipient)
        if not isinstance(attempt, Sent):
            refused = getattr(attempt, "detail", "") or attempt.reason
    return refused


async def send_to_phone_in_words(
    desk: Desk, speak: Speaking, draft: Draft, parent: Alert | None, to: Address, window: Window | None
) -> str:
    """Send it, and say what came of it. `window`: theirs, where the channel has such."""
    _ = speak.translate
    if to.channel not in desk.outlets:
        return _("There is no chat of yours that it could be sent to.")
    seen = await as_readers_see_it(desk, draft, parent, first=speak.language)
    if not seen:
        return _("This article is no longer there, so it can't be sent.")
    if refused := await _send(desk, seen, to, window):
        return _("It could not be sent to you: {why}. Nothing went to readers.", why=refused)
    return _("It went to you, the way it goes to readers.")
