"""From a draft to its one alert, whoever confirms it and from where: chat, page, terminal, or the clock.

A confirmation is bound to the draft as it was seen: its revision. It works once. The draft is closed before its alert
is made: who comes later, another editor or the same press again after a restart, makes the same alert of the same
words, and an alert is made once per cause (`Draft.origin`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from newsbot.delivery.ledger import Reach
from newsbot.desk.approvals import Approval
from newsbot.desk.approving import ask_for_approval, needs_approval
from newsbot.desk.audit import Act, Actor, Entry, Place, alert_subject, draft_subject, was_done
from newsbot.desk.doubts import told_by
from newsbot.desk.draft_alert import alert_of, reach_of
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.refusals import parent_of, refusal_of
from newsbot.desk.turn import Desk, Speaking, told_of
from newsbot.domain.alert import Alert, AlertText

__all__ = ["HandedOver", "call_off", "hand_over", "make_alert", "may_be_forgotten"]

#: in which a draft that was confirmed may still become its alert. Alerts are kept for four days at least, so one that
#: is not there by then was never made; later it may have been.
MADE_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What came of a confirmation. Neither `alert` nor `refused` nor `waits`: it is scheduled, or it is not as the one
    who confirms has seen it (`draft`: how it is now).
    """

    draft: Draft
    alert: Alert | None = None  #: that it became, now or before
    first: bool = False  #: by this very confirmation; what comes later changes nothing
    refused: str = ""  #: why it can't be sent, in words
    waits: Approval | None = None  #: a second person must approve it first, and is asked: nothing has gone out

    @property
    def scheduled(self) -> bool:
        return self.draft.state in (DraftState.SCHEDULED, DraftState.DUE)

    @property
    def forgotten(self) -> bool:
        """It was sent so long ago that its alert is not kept any more."""
        return self.draft.state is DraftState.SENT and self.alert is None


async def hand_over(
    desk: Desk,
    speak: Speaking,
    draft: Draft,
    *,
    revision: int,
    by: Actor,
    approved: bool = False,
    reach: Mapping[str, Reach] | None = None,
) -> HandedOver:
    """Send the draft as it was at this revision, or at its time if it has one; where the settings ask for a second
    person, ask for one. Raises StoreUnavailable: then it may be confirmed again, and is sent once.

    `approved`: a second person has said yes to this very content and audience (`deciding.approve` alone may say so).
    `reach`: of this revision, where it was counted already: who calls within a transaction must not wait for Redis.
    """
    first = False
    parent = await parent_of(desk, draft)
    if draft.state.open:
        if draft.state is DraftState.WRITING or revision != draft.revision:
            return HandedOver(draft=draft)
        if refused := await refusal_of(desk, speak, draft, parent):
            return HandedOver(draft=draft, refused=refused)
        if not approved and needs_approval(desk, draft, parent):
            return HandedOver(draft=draft, waits=await ask_for_approval(desk, draft, by=by, now=speak.now))
        state = DraftState.SENT if draft.send_at is None else DraftState.SCHEDULED
        async with desk.audit.together():
            closed = await desk.drafts.change(replace(draft, state=state, confirmed_by=by), now=speak.now)
            if closed is not None and draft.send_at is not None:
                after = {"time": draft.send_at.isoformat(), "revision": closed.revision}
                await desk.audit.write(Entry(by, Act.SCHEDULED, draft_subject(draft.id), at=speak.now, after=after))
        first = closed is not None
        draft = closed or await desk.drafts.get(draft.id) or draft
    if draft.state is not DraftState.SENT:
        return HandedOver(draft=draft, first=first)
    known = await desk.alerts.by_origin(draft.origin)
    if known is None and may_be_forgotten(draft, speak.now):
        return HandedOver(draft=draft)
    alert = known or await make_alert(desk, draft, parent, now=speak.now, reach=reach)
    return HandedOver(draft=draft, alert=alert, first=first)


async def call_off(desk: Desk, draft: Draft, *, by: Actor, now: datetime) -> Draft | None:
    """It doesn't go out at its time, and can be changed again. None if it was too late, or somebody was quicker."""
    if draft.state is not DraftState.SCHEDULED:
        return None
    off = replace(draft, state=DraftState.READY, send_at=None, confirmed_by=None, changed_by=by.address)
    async with desk.audit.together():
        ready = await desk.drafts.change(off, now=now)
        if ready is not None and draft.send_at is not None:
            before = {"time": draft.send_at.isoformat(), "revision": draft.revision}
            await desk.audit.write(Entry(by, Act.CALLED_OFF, draft_subject(draft.id), at=now, before=before))
    return ready


async def make_alert(
    desk: Desk, draft: Draft, parent: Alert | None, *, now: datetime, reach: Mapping[str, Reach] | None = None
) -> Alert:
    """Safe to repeat: it is made once. `reach`: where it was counted already; how long it may be sent depends on it."""
    told = await told_by(desk, draft)
    if reach is None:
        reach = await reach_of(desk, draft, parent)
    by = draft.confirmed_by or Actor(address=draft.editor, place=Place.CHAT)
    new = alert_of(desk, draft, parent, told=told, by=by.address, reach=reach, now=now)
    if parent is not None and not parent.state.final and await desk.alerts.by_origin(new.origin) is None:
        # Before the copies: who is still to come must not get the old words after others were corrected. An article's
        # card is made anew, and the empty text only says that it has changed.
        await desk.alerts.replace_text(parent.id, draft.text or AlertText(), now=now)
    readers = {channel: one.now for channel, one in reach.items()}
    async with desk.audit.together():
        alert = await desk.alerts.create(new, now=now)
        act = Act.SENT if parent is None else Act.CORRECTED
        if not await was_done(desk.audit, act, alert_subject(alert.id)):
            await desk.audit.write(Entry(by, act, alert_subject(alert.id), at=now, after=told_of(new, readers)))
    return alert


def may_be_forgotten(draft: Draft, now: datetime) -> bool:
    """Whether it was confirmed so long ago that its alert may have been made and deleted since."""
    return draft.state is DraftState.SENT and now - draft.changed_at >= MADE_WITHIN
