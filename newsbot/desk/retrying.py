"""Trying again what failed, and only that: whom an alert certainly did not reach, for a reason that may be gone.

Who may have it already (their answer was lost), who is lost to us and whom it still waits for are left out. A retry is
an alert of its own that says which it retries; what it leaves is retried from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.desk.audit import Act, Actor, Entry, alert_subject, was_done
from newsbot.desk.outlets import seconds_for
from newsbot.desk.standing import recall_of
from newsbot.desk.turn import Desk, expiry
from newsbot.domain.alert import Alert, AlertKind, NewAlert

__all__ = ["Retriable", "retriable", "retry"]


@dataclass(frozen=True, slots=True)
class Retriable:
    """`by_channel`: how many a retry would be for, at most; {}: there is nothing to retry, or it can't be.
    `made`: the retry that was made already: what it left is retried from there.
    """

    by_channel: Mapping[str, int]
    made: Alert | None = None

    @property
    def count(self) -> int:
        return sum(self.by_channel.values())


async def retriable(desk: Desk, alert: Alert) -> Retriable:
    """Raises StoreUnavailable."""
    made = next(iter((await desk.alerts.retries(alert.id))[::-1]), None)
    now = desk.house.clock()
    if made is not None or alert.kind.touches_copies or not alert.state.final or alert.totals is None:
        return Retriable({}, made)
    if now - alert.created_at >= COPIES_KEPT or await recall_of(desk, alert) is not None:
        return Retriable({})
    if alert.article_id:
        article = await desk.house.articles.get(alert.article_id)
        if article is None or article.withdrawn_at is not None:
            return Retriable({})
    return Retriable(
        {name: own.retriable for name, own in alert.totals.by_channel(desk.outlets).items() if own.retriable}
    )


async def retry(desk: Desk, alert: Alert, *, by: Actor, channel: str = "") -> Alert | None:
    """Make the retry, on this channel or on all; written down as done to `alert`. However often it is asked for, one is
    made. None where there is nothing to retry. Raises StoreUnavailable.
    """
    now = desk.house.clock()
    found = await retriable(desk, alert)
    counts = {name: count for name, count in found.by_channel.items() if channel in ("", name)}
    if found.made is not None or not counts:
        return found.made
    touched = await desk.alerts.copies_touched(alert.id)
    corrected = next((one for one in touched[::-1] if one.kind is AlertKind.CORRECTION), alert)
    audience = replace(alert.audience, channels=(channel,)) if channel else alert.audience
    new = NewAlert(
        origin=f"retry:{alert.id}",
        kind=AlertKind.RETRY,
        cls=alert.cls,
        story=alert.story,
        expires_at=expiry(now, seconds_for(desk.outlets, counts), expire=desk.expire),
        audience=audience,
        article_id=corrected.article_id,
        again=alert.again,
        text=corrected.text,
        of=alert.id,
        silent=alert.silent,
        by=by.address,
    )
    async with desk.audit.together():
        made = await desk.alerts.create(new, now=now)
        if not await was_done(desk.audit, Act.RETRIED, alert_subject(alert.id)):
            after = {"retry": made.id, "readers": counts}
            await desk.audit.write(Entry(by, Act.RETRIED, alert_subject(alert.id), at=now, after=after))
    return made
