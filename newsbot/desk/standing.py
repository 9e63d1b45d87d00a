"""How one alert stands, in one message with everything that can be done to it now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from newsbot.conversation.turn import Turn, rows
from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.delivery.notices import Event
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.alert_words import name_of
from newsbot.desk.figures import progress, report
from newsbot.desk.outlets import seconds_for
from newsbot.desk.retrying import retriable
from newsbot.desk.touched import leaves_copies, recall_of
from newsbot.desk.turn import Desk, last_deed, subject_of, totals_of
from newsbot.domain.alert import Alert, AlertKind, AlertState
from newsbot.domain.message import MessageRef, Rows, TextReply

__all__ = [
    "halted_among",
    "progress_of",
    "standing_of",
]

NOTICES_KEPT: Final = timedelta(days=90)  #: how far back a block may lie that stands
#: what says whether a block stands: the last of them
BLOCKING: Final = frozenset({Event.BLOCK, Event.UNBLOCK, Event.RESUME})


async def standing_of(
    desk: Desk, turn: Turn, alert: Alert, *, replaces: MessageRef | None = None, more: Rows = ()
) -> TextReply:
    """Progress while anything is still to come, then the report."""
    if not alert.state.final or alert.totals is None:
        return await progress_of(desk, turn, alert, replaces=replaces, more=more)
    subject = await subject_of(desk, alert)
    more = (*await _again(desk, turn, alert), *await _for_copies(desk, turn, alert), *more)
    return report(alert, subject, alert.totals, turn.translate, more=more, replaces=replaces)


async def progress_of(
    desk: Desk, turn: Turn, alert: Alert, *, replaces: MessageRef | None = None, more: Rows = (), last: bool = False
) -> TextReply:
    """`last`: a report follows, which carries the buttons for the copies."""
    totals = await totals_of(desk, alert)
    left = await _left(desk, alert)
    halted = await halted_among(desk, left, turn.now)
    return progress(
        alert,
        await subject_of(desk, alert),
        totals,
        turn.translate,
        seconds_left=seconds_for(desk.outlets, {name: count for name, count in left.items() if name not in halted}),
        halted=halted,
        deed=await last_deed(desk, turn, alert),
        more=more if last else (*await _for_copies(desk, turn, alert), *more),
        replaces=replaces,
    )


async def _left(desk: Desk, alert: Alert) -> dict[str, int]:
    """How many are still to come, by channel; only where there are any."""
    if alert.state is not AlertState.RUNNING:
        return {}
    found = {name: await outlet.ledger.totals(alert.id) for name, outlet in desk.outlets.items()}
    return {name: left for name, one in found.items() if (left := one.left)}


async def halted_among(desk: Desk, channels: Collection[str], now: datetime) -> list[str]:
    """Those where the platform takes nothing of us now: our account is refused, or blocked."""
    told = await desk.notices.since(now - NOTICES_KEPT) if channels else ()
    blocking = {one.channel: one.event for one in told if one.event in BLOCKING}  # the last of each channel
    return [
        name for name in channels if blocking.get(name) is Event.BLOCK or await desk.notices.standing(name) is not None
    ]


async def _again(desk: Desk, turn: Turn, alert: Alert) -> Rows:
    """Trying again what failed, and the way to where it was."""
    found = await retriable(desk, alert)
    return rows(
        press_button(found.label("", turn.translate), Verb.RETRY, alert.id) if found.by_channel else None,
        *(press_button(name_of(one, turn.translate), Verb.SHOW, one.id) for one in found.made),
    )


async def _for_copies(desk: Desk, turn: Turn, alert: Alert) -> Rows:
    """What can still be done about the copies."""
    _ = turn.translate
    if alert.kind is AlertKind.RECALL and (parent := await desk.alerts.get(alert.of)):
        alert = parent
    none_yet = alert.state is AlertState.PLANNED
    if none_yet or alert.kind.touches_copies or turn.now - alert.created_at >= COPIES_KEPT:
        return ()
    recalled = await recall_of(desk, alert)
    if recalled is not None:
        return rows(press_button(_("🗑 Try again"), Verb.RECALL, alert.id)) if leaves_copies(recalled) else ()
    # Also for who waits, where no copy can be deleted.
    may_recall = any(outlet.edits for outlet in desk.outlets.values()) or (await totals_of(desk, alert)).held
    return rows(
        press_button(_("✏️ Correct"), Verb.CORRECT, alert.id),
        press_button(_("🗑 Recall"), Verb.RECALL, alert.id) if may_recall else None,
    )
