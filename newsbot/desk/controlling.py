"""Pause, resume, stop, and how one alert stands. A press counts at once: workers look before each batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows
from newsbot.delivery.alerts import AlertStore
from newsbot.desk.actions import Press, Verb, press_button
from newsbot.desk.alert_words import name_of, state_of
from newsbot.desk.audit import Act, Actor, AuditLog, Entry, alert_subject
from newsbot.desk.bulletins import BulletinKind
from newsbot.desk.standing import standing_of
from newsbot.desk.turn import Desk, actor_of, last_deed
from newsbot.domain.alert import Alert, AlertState
from newsbot.domain.message import Rows, Toast

__all__ = ["TURNS", "Turned", "show_alert", "turn_alert", "turn_state"]

#: wanted state → of which it may be turned, and the act. What is still being planned can only be stopped: what is
#: paused goes on as `running`, and its audience would never be whole.
TURNS: Final[dict[Verb, tuple[AlertState, tuple[AlertState, ...], Act]]] = {
    Verb.PAUSE: (AlertState.PAUSED, (AlertState.RUNNING,), Act.PAUSED),
    Verb.RESUME: (AlertState.RUNNING, (AlertState.PAUSED,), Act.RESUMED),
    Verb.STOP: (AlertState.STOPPED, (AlertState.PLANNED, AlertState.RUNNING, AlertState.PAUSED), Act.STOPPED),
}


@dataclass(frozen=True, slots=True)
class Turned:
    """What became of it: the alert as it is now. `done`: False where somebody, or its end, was quicker."""

    alert: Alert
    done: bool


async def turn_state(
    alerts: AlertStore, audit: AuditLog, verb: Verb, alert_id: int, *, by: Actor, now: datetime, channel: str = ""
) -> Turned | None:
    """Pause, resume or stop (`verb`) an alert, from wherever: chat, web desk, terminal. None if it is no longer kept.

    `channel`: where it has paused itself: it is resumed only there; '': everywhere.
    """
    to, of, act = TURNS[verb]
    async with audit.together():
        before = await alerts.get(alert_id)
        if before is None:
            return None
        done = not channel and await alerts.turn(alert_id, to, of=of, now=now)
        if verb is Verb.RESUME:
            resumed = [one for one in ([channel] if channel else before.pauses) if await alerts.resume(alert_id, one)]
            done |= bool(resumed)
        after = await alerts.get(alert_id) or before
        if done:
            await audit.write(Entry(by, act, alert_subject(alert_id), at=now, before=_told(before), after=_told(after)))
    return Turned(after, done)


def _told(alert: Alert) -> dict[str, object]:
    """Of its state, for the audit log."""
    reason = {"reason": alert.reason} if alert.reason else {}
    pauses = {"paused_on": {name: pause.reason for name, pause in alert.pauses.items()}} if alert.pauses else {}
    return {"state": alert.state.value, **reason, **pauses}


async def turn_alert(desk: Desk, turn: Turn, press: Press) -> Replies:
    _ = turn.translate
    turned = await turn_state(
        desk.alerts, desk.audit, press.verb, press.id, by=actor_of(turn), now=turn.now, channel=press.value
    )
    if turned is None:
        return (Toast(text=_("This alert is no longer kept.")),)
    alert = turned.alert
    said = f"{name_of(alert, _)} – {state_of(alert, _)}"
    if not turned.done:  # another editor, or its end, was quicker
        said = f"{said}. {await last_deed(desk, turn, alert)}".strip()
    return Toast(text=said), await standing_of(desk, turn, alert, replaces=turn.pressed)


async def show_alert(desk: Desk, turn: Turn, press: Press) -> Replies:
    """In place of the list. It goes on by itself there, unless this editor has a message that does so already."""
    _ = turn.translate
    alert = await desk.alerts.get(press.id)
    if alert is None:
        return (Toast(text=_("This alert is no longer kept.")),)
    more: Rows = ()
    if not alert.state.final and turn.pressed is not None:
        watched = await desk.bulletins.of_alert(alert.id, BulletinKind.PROGRESS)
        mine = [one for one in watched if one.editor == turn.incoming.address and not one.closed]
        if not mine:
            message_id = turn.pressed.message_id
            await desk.bulletins.open(
                alert.id, turn.incoming.address, BulletinKind.PROGRESS, now=turn.now, message_id=message_id
            )
        elif all(one.message_id != turn.pressed.message_id for one in mine):
            more = rows(press_button(_("🔄 Refresh"), Verb.SHOW, alert.id))
    return (await standing_of(desk, turn, alert, replaces=turn.pressed, more=more),)
