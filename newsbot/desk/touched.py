"""What was done to an alert's copies since: whether it was recalled, and whose card they show now."""

from __future__ import annotations

from collections.abc import Sequence

from newsbot.desk.turn import Desk
from newsbot.domain.alert import Alert, AlertKind, AlertState

__all__ = ["article_shown", "has_copies_of_its_own", "leaves_copies", "recall_of"]


async def recall_of(desk: Desk, alert: Alert) -> Alert | None:
    """What takes its copies away, or has; not one that was stopped before it was through."""
    return _recall_in(await desk.alerts.copies_touched(alert.id))


def _recall_in(touched: Sequence[Alert]) -> Alert | None:
    recalls = [one for one in touched if one.kind is AlertKind.RECALL and one.state is not AlertState.STOPPED]
    return recalls[-1] if recalls else None


def leaves_copies(recall: Alert) -> bool:
    """Whether it is over and doesn't know of every copy that it is gone: then it may be done again."""
    return recall.state is AlertState.DONE and recall.totals is not None and recall.totals.unknown > 0


async def article_shown(desk: Desk, alert: Alert) -> int:
    """Whose card its copies are now: an update may have put a newer article of the story in its place."""
    return _article_after(alert, await desk.alerts.copies_touched(alert.id))


async def has_copies_of_its_own(desk: Desk, alert: Alert) -> bool:
    """Whether readers still have its article's card as they got it, once it is over: neither has it been recalled, nor
    has an update put another article in its place.
    """
    if alert.totals is None or not alert.totals.sent:
        return False
    touched = await desk.alerts.copies_touched(alert.id)
    return _article_after(alert, touched) == alert.article_id and _recall_in(touched) is None


def _article_after(alert: Alert, touched: Sequence[Alert]) -> int:
    shown = [one.article_id for one in touched if one.kind.edits and one.state is not AlertState.STOPPED]
    return shown[-1] if shown else alert.article_id
