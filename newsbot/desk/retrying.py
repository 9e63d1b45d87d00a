"""Trying again what failed, and only that: whom an alert certainly did not reach, for a reason that may be gone.

Who may have it already (their answer was lost), who is lost to us and whom it still waits for are left out. A retry is
an alert of its own that says which it retries, on one channel; what it leaves is retried from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.desk.audit import Act, Actor, Entry, alert_subject
from newsbot.desk.outlets import channel_name, seconds_for
from newsbot.desk.touched import recall_of
from newsbot.desk.turn import Desk, expiry
from newsbot.domain.alert import Alert, AlertKind, NewAlert
from newsbot.i18n import Translator

__all__ = ["Retriable", "retriable", "retry"]


@dataclass(frozen=True, slots=True)
class Retriable:
    """`by_channel`: how many a retry would be for, at most; {}: there is nothing to retry, or it can't be.
    `made`: the retries that were made already, oldest first: what they left is retried from there.
    """

    by_channel: Mapping[str, int]
    made: tuple[Alert, ...] = ()

    @property
    def count(self) -> int:
        return sum(self.by_channel.values())

    def on(self, channel: str) -> int:
        """How many on this channel; '': on all."""
        return self.by_channel.get(channel, 0) if channel else self.count

    def label(self, channel: str, translate: Translator) -> str:
        """What a button says that asks for it."""
        _ = translate
        if channel:
            return _("Try again: {channel} ({n})", channel=channel_name(channel, _), n=self.on(channel))
        return _("🔁 Try again ({n})", n=self.count)

    def question(self, translate: Translator) -> str:
        """What is asked before it is done."""
        return translate(
            "Send it again to those whom it certainly did not reach, and who can be reached now? "
            "Whoever may have it already is left out."
        )

    def yes(self, channel: str, translate: Translator) -> str:
        """What the button says that does it."""
        return translate.plural("Yes, try {n} reader again", "Yes, try {n} readers again", self.on(channel))


async def retriable(desk: Desk, alert: Alert) -> Retriable:
    """Raises StoreUnavailable."""
    if alert.kind.touches_copies or not alert.state.final or alert.totals is None:
        return Retriable({})
    made = await desk.alerts.retries(alert.id)
    if desk.house.clock() - alert.created_at >= COPIES_KEPT or await recall_of(desk, alert) is not None:
        return Retriable({}, made)
    if alert.article_id:
        article = await desk.house.articles.get(alert.article_id)
        if article is None or article.withdrawn_at is not None:
            return Retriable({}, made)
    by_channel = alert.totals.by_channel(desk.outlets)
    left = {name: own.retriable for name, own in by_channel.items() if own.retriable and not _on(name, made)}
    return Retriable(left, made)


def _on(channel: str, retries: Sequence[Alert]) -> tuple[Alert, ...]:
    return tuple(one for one in retries if not one.audience.channels or channel in one.audience.channels)


async def retry(desk: Desk, alert: Alert, *, by: Actor, channel: str = "") -> tuple[Alert, ...]:
    """The retries, made now or before, on this channel or on each where there is anything to retry; written down as
    done to `alert`. However often it is asked for, one is made on each. () where there is nothing to retry.
    Raises StoreUnavailable.
    """
    found = await retriable(desk, alert)
    for name, count in found.by_channel.items():
        if channel in ("", name):
            await _retry(desk, alert, by, name, count)
    made = await desk.alerts.retries(alert.id)
    return _on(channel, made) if channel else made


async def _retry(desk: Desk, alert: Alert, by: Actor, channel: str, count: int) -> None:
    now = desk.house.clock()
    touched = await desk.alerts.copies_touched(alert.id)
    corrected = next((one for one in touched[::-1] if one.kind is AlertKind.CORRECTION), alert)
    several = len(desk.outlets) > 1
    new = NewAlert(
        origin=f"retry:{alert.id}:{channel}",
        kind=AlertKind.RETRY,
        cls=alert.cls,
        story=alert.story,
        expires_at=expiry(now, seconds_for(desk.outlets, {channel: count}), expire=desk.expire),
        audience=replace(alert.audience, channels=(channel,)) if several else alert.audience,
        article_id=corrected.article_id,
        again=alert.again,
        text=corrected.text,
        of=alert.id,
        silent=alert.silent,
        by=by.address,
    )
    async with desk.audit.together():
        made = await desk.alerts.create(new, now=now)
        # Of several who do it at once one writes it down: they wait for each other at the alert.
        written = [entry for entry in await desk.audit.of(alert_subject(alert.id)) if entry.act == Act.RETRIED]
        if not any(entry.after.get("retry") == made.id for entry in written):
            after = {"retry": made.id, "readers": {channel: count}}
            await desk.audit.write(Entry(by, Act.RETRIED, alert_subject(alert.id), at=now, after=after))
