"""Trying again what failed, in chat: asked once, with the number of readers, and done once."""

from __future__ import annotations

from newsbot.conversation.turn import Replies, Turn, text
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.bulletins import BulletinKind
from newsbot.desk.outlets import channel_name
from newsbot.desk.retrying import retriable, retry
from newsbot.desk.standing import standing_of
from newsbot.desk.turn import Desk, actor_of, last_deed
from newsbot.domain.alert import Alert
from newsbot.domain.message import Toast

__all__ = ["ask_to_retry", "retry_now"]


async def ask_to_retry(desk: Desk, turn: Turn, press: Press) -> Replies:
    """How many it would be for, and a button for each way: everywhere, or on one of the channels."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    if alert is None:
        return (Toast(text=_("This alert is no longer kept.")),)
    found = await retriable(desk, alert)
    if not found.by_channel:
        return await _done_already(desk, turn, alert, found.made)
    by_channel = [f"{channel_name(name, _)}: {_.number(count)}" for name, count in found.by_channel.items()]
    several = len(by_channel) > 1
    yes = press_button(found.yes("", _), Verb.RETRY_NOW, alert.id)
    each = [press_button(found.label(name, _), Verb.RETRY_NOW, alert.id, value=name) for name in found.by_channel]
    back = press_button(_("Back"), Verb.SHOW, alert.id)
    buttons = ((yes,), *((one,) for one in each if several), (back,))
    return (text(found.question(_), "\n".join(by_channel) if several else "", buttons=buttons),)


async def retry_now(desk: Desk, turn: Turn, press: Press) -> Replies:
    """Twice is once. Its progress is told in the pressed message."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    if alert is None:
        return (text(_("This alert is no longer kept."), replaces=turn.pressed),)
    before = await retriable(desk, alert)
    if not before.on(press.value):
        return await _done_already(desk, turn, alert, before.made)
    made = await retry(desk, alert, by=actor_of(turn), channel=press.value)
    new = [one for one in made if one.id not in {other.id for other in before.made}]
    if not new:  # somebody took it back in this very moment
        return (text(_("There is nothing to try again."), replaces=turn.pressed),)
    if turn.pressed is not None:  # of further channels' a message of its own tells
        where = turn.pressed.message_id
        await desk.bulletins.open(
            new[0].id, turn.incoming.address, BulletinKind.PROGRESS, now=turn.now, message_id=where
        )
    return Toast(text=_("It is being tried again.")), await standing_of(desk, turn, new[0], replaces=turn.pressed)


async def _done_already(desk: Desk, turn: Turn, alert: Alert, made: tuple[Alert, ...]) -> Replies:
    _ = turn.translate
    if not made:
        return (text(_("There is nothing to try again.")),)
    said = f"{_('It was tried again already.')} {await last_deed(desk, turn, alert)}".strip()
    return Toast(text=said), await standing_of(desk, turn, made[-1])
