"""What an alert said, from the first words to the last correction, and who changed it when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from newsbot.desk.audit import Act, Actor, alert_subject
from newsbot.desk.turn import Desk
from newsbot.domain.alert import Alert, AlertKind, AlertState, AlertText

__all__ = ["Version", "as_corrected", "as_it_reads", "versions_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """`text`: what it said; None: the card of `article_id`, as the article was then. `alert`: the correction that
    brought it, or the alert itself. `stopped`: not every copy became this one.
    """

    number: int
    text: AlertText | None
    article_id: int
    at: datetime
    by: Actor | None  #: None: by itself (an article was brought up to date), or no longer known
    alert: Alert

    @property
    def stopped(self) -> bool:
        return self.alert.state is AlertState.STOPPED


async def versions_of(desk: Desk, alert: Alert) -> tuple[Version, ...]:
    """Oldest first; the first is what was sent."""
    touched = [one for one in await desk.alerts.copies_touched(alert.id) if one.kind.edits]
    found = []
    for number, one in enumerate((alert, *touched), start=1):
        words = (one.first_text or one.text) if number == 1 else one.text
        found.append(
            Version(
                number=number,
                text=words,
                article_id=one.article_id,
                at=one.created_at,
                by=await _who(desk, one),
                alert=one,
            )
        )
    return tuple(found)


async def as_it_reads(desk: Desk, alert: Alert) -> AlertText:
    """What stands in readers' chats, after the corrections so far."""
    touched = await desk.alerts.copies_touched(alert.id)
    corrections = [one.text for one in touched if one.kind is AlertKind.CORRECTION and one.text]
    return corrections[-1] if corrections else alert.text or AlertText()


async def as_corrected(desk: Desk, alert: Alert) -> Alert:
    """The alert with the words that readers have now, if they were corrected."""
    now = await as_it_reads(desk, alert)
    return replace(alert, text=now) if now.plain else alert


async def _who(desk: Desk, alert: Alert) -> Actor | None:
    made = (entry.actor for entry in await desk.audit.of(alert_subject(alert.id)) if entry.act in _MAKING)
    return next(made, None)


_MAKING = (Act.SENT, Act.CORRECTED)
