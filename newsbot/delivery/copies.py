"""What must be out of the way before copies of an alert are corrected or recalled. Pure; the planner obeys.

Two that touch the same copies must not run side by side: an edit that comes late would put the older words back, or a
copy would be sent after the others were taken away. So a recall stops the alert itself and its corrections, a newer
correction stops the older ones, and each waits until nothing of what it stopped is on its way any more. An update,
which nobody asked for, gives way to an editor's correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsbot.domain.alert import STOPPED_RECALLED, STOPPED_SUPERSEDED, Alert, AlertKind, AlertState


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop these first, for this reason."""

    alerts: tuple[Alert, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Deliveries of these may still be on their way."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Proceed:
    """`claimed_meanwhile`: the alert itself goes on. Whoever pushes it must first know that it is held."""

    claimed_meanwhile: bool = False


def before_touching(alert: Alert, parent: Alert | None, touching: Sequence[Alert]) -> Stop | WaitFor | Proceed:
    """`alert` corrects, updates or recalls, `parent` is what it is of, `touching` everything that is of `parent`."""
    earlier = [one for one in touching if one.id < alert.id]
    if alert.kind.edits and any(_takes_away(one) for one in earlier):
        return Stop((alert,), STOPPED_RECALLED)
    if alert.kind is AlertKind.UPDATE and any(_corrects(one) for one in earlier):
        return Stop((alert,), STOPPED_SUPERSEDED)
    recalls = alert.kind is AlertKind.RECALL
    goes_on = parent is not None and not parent.state.final and not recalls
    in_the_way = (*(() if parent is None or goes_on else (parent,)), *earlier)
    if standing := tuple(one for one in in_the_way if not one.state.final):
        return Stop(standing, STOPPED_RECALLED if recalls else STOPPED_SUPERSEDED)
    if unaccounted := tuple(one for one in in_the_way if one.totals is None):
        return WaitFor(unaccounted)
    return Proceed(claimed_meanwhile=goes_on)


def _takes_away(alert: Alert) -> bool:
    return alert.kind is AlertKind.RECALL and alert.state is not AlertState.STOPPED


def _corrects(alert: Alert) -> bool:
    return alert.kind is AlertKind.CORRECTION and alert.state is not AlertState.STOPPED


def goes_to(alert: Alert, channel: str, *, edits: bool) -> bool:
    """Whether the alert has anything to do on a channel. `edits`: what was sent there can be changed and deleted.

    Where it can't, a correction is a message of its own to who has the first one, if the editor wants that (then the
    channel is in the audience); updates of cards and recalls do nothing there.
    """
    if not alert.audience.on(channel):
        return False
    return edits or alert.kind is AlertKind.CORRECTION or not alert.kind.touches_copies
