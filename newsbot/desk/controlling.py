"""Pause, resume, stop, and how one alert stands. A press counts at once: workers look before each batch."""

from __future__ import annotations

from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows
from newsbot.delivery.alerts import AlertStore
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.alert_words import name_of, state_of
from newsbot.desk.bulletins import Act, BulletinKind
from newsbot.desk.standing import standing_of
from newsbot.desk.turn import Desk, last_deed, note
from newsbot.domain.alert import Alert, AlertState
from newsbot.domain.message import Rows, Toast

__all__ = ["TURNS", "resume_paused", "show_alert", "turn_alert"]

#: wanted state → of which it may be turned, and the deed. What is still being planned can only be stopped: what is
#: paused goes on as `running`, and its audience would never be whole.
TURNS: Final[dict[Verb, tuple[AlertState, tuple[AlertState, ...], Act]]] = {
    Verb.PAUSE: (AlertState.PAUSED, (AlertState.RUNNING,), Act.PAUSED),
    Verb.RESUME: (AlertState.RUNNING, (AlertState.PAUSED,), Act.RESUMED),
    Verb.STOP: (AlertState.STOPPED, (AlertState.PLANNED, AlertState.RUNNING, AlertState.PAUSED), Act.STOPPED),
}


async def turn_alert(desk: Desk, turn: Turn, press: Press) -> Replies:
    _ = turn.translate
    to, of, act = TURNS[press.verb]
    before = await desk.alerts.get(press.id)
    if before is None:
        return (Toast(text=_("This alert is no longer kept.")),)
    turned = await desk.alerts.turn(press.id, to, of=of, now=turn.now)
    if press.verb is Verb.RESUME:
        turned |= await resume_paused(desk.alerts, before, press.value)
    alert = await desk.alerts.get(press.id) or before
    if turned:
        await note(desk, turn, alert, act)
    said = f"{name_of(alert, _)} – {state_of(alert, _)}"
    if not turned:  # another editor, or its end, was quicker
        said = f"{said}. {await last_deed(desk, turn, alert)}".strip()
    return Toast(text=said), await standing_of(desk, turn, alert, replaces=turn.pressed)


async def resume_paused(alerts: AlertStore, alert: Alert, channel: str = "") -> bool:
    """Let it go on where it has paused itself: on this channel, or on all. False if it hadn't."""
    channels = [channel] if channel else list(alert.pauses)
    return any([await alerts.resume(alert.id, one) for one in channels])


async def show_alert(desk: Desk, turn: Turn, press: Press, more: Rows = ()) -> Replies:
    """In place of the list. It goes on by itself there, unless this editor has a message that does so already."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    if alert is None:
        return (Toast(text=_("This alert is no longer kept.")),)
    if not alert.state.final and turn.pressed is not None:
        watched = await desk.bulletins.of_alert(alert.id, BulletinKind.PROGRESS)
        mine = [one for one in watched if one.editor == turn.incoming.address and not one.closed]
        if not mine:
            message_id = turn.pressed.message_id
            await desk.bulletins.open(
                alert.id, turn.incoming.address, BulletinKind.PROGRESS, now=turn.now, message_id=message_id
            )
        elif all(one.message_id != turn.pressed.message_id for one in mine):
            more = (*rows(press_button(_("🔄 Refresh"), Verb.SHOW, alert.id)), *more)
    return (await standing_of(desk, turn, alert, replaces=turn.pressed, more=more),)
