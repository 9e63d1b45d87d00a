"""The second person's yes or no. A yes sends at once (or at its time): the decision, the alert and what the audit log
says of both are one transaction, so that however often and however many press, there is one alert or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from newsbot.desk.approvals import Approval, ApprovalState
from newsbot.desk.approving import approval_entry, digest_of, still_waits
from newsbot.desk.audit import Act, Actor
from newsbot.desk.draft_alert import reach_of
from newsbot.desk.drafts import Draft
from newsbot.desk.handing_over import HandedOver, hand_over
from newsbot.desk.refusals import parent_of
from newsbot.desk.roles import Right
from newsbot.desk.turn import Desk, Speaking
from newsbot.domain.subscriber import Address

__all__ = ["Decided", "Verdict", "approve", "is_same_person", "refuse_or_take_back"]


class Verdict(Enum):
    """What came of a decision."""

    APPROVED = auto()
    REFUSED = auto()
    OVER = auto()  #: somebody decided before, it was asked for anew, or nobody decided in time: `approval.state`
    CHANGED = auto()  #: the draft, or the article that it shows, is not what was asked for any more
    OWN = auto()  #: who asked can't be the second person
    IMPOSSIBLE = auto()  #: it can't be sent any more: `why`
    GONE = auto()  #: nothing is known of it (any more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    verdict: Verdict
    approval: Approval | None = None  #: as it is now
    handed_over: HandedOver | None = None
    why: str = ""  #: in words


class _Undone(Exception):
    def __init__(self, handed_over: HandedOver) -> None:
        self.handed_over = handed_over


async def approve(desk: Desk, speak: Speaking, approval_id: int, *, by: Actor) -> Decided:
    """Let it go out. Whether `by` has the right is the caller's to ask; that they are another person is asked here.

    Raises StoreUnavailable: then nothing was done, and it may be pressed again.
    """
    approval = await desk.approvals.get(approval_id)
    if approval is None:
        return Decided(verdict=Verdict.GONE)
    if not approval.waits(speak.now):
        return Decided(verdict=Verdict.OVER, approval=approval)
    if await is_same_person(desk, by.address, approval.asked_by.address):
        return Decided(verdict=Verdict.OWN, approval=approval)
    draft = await desk.drafts.get(approval.draft_id)
    as_asked = draft is not None and still_waits(approval, draft, speak.now)
    if draft is None or not as_asked or await digest_of(desk, draft) != approval.digest:
        return Decided(verdict=Verdict.CHANGED, approval=approval)
    try:
        return await _let_go(desk, speak, approval, draft, by)
    except _Undone as undone:
        if undone.handed_over.refused:
            return Decided(verdict=Verdict.IMPOSSIBLE, approval=approval, why=undone.handed_over.refused)
        return Decided(verdict=Verdict.CHANGED, approval=approval)


async def _let_go(desk: Desk, speak: Speaking, approval: Approval, draft: Draft, by: Actor) -> Decided:
    """Raises _Undone where it could not be sent after all: then the decision is not kept either."""
    # Counted before, or the database's only writer would wait for Redis. What was approved can't change in between
    # without its revision; how many readers there are may, and binds nothing.
    reach = await reach_of(desk, draft, await parent_of(desk, draft))
    async with desk.audit.together():
        decided = await desk.approvals.decide(approval.id, ApprovalState.APPROVED, by=by, now=speak.now)
        if decided is None:
            return Decided(verdict=Verdict.OVER, approval=await desk.approvals.get(approval.id))
        await desk.audit.write(approval_entry(by, Act.APPROVED, approval, now=speak.now))
        done = await hand_over(
            desk, speak, draft, revision=approval.revision, by=approval.asked_by, approved=True, reach=reach
        )
        if done.refused or not (done.alert or done.scheduled):
            raise _Undone(done)
    return Decided(verdict=Verdict.APPROVED, approval=decided, handed_over=done)


async def refuse_or_take_back(desk: Desk, approval_id: int, *, by: Actor, now: datetime) -> Decided:
    """Nothing goes out; the draft stays as it is. Who asked may take it back without having the right to approve;
    nobody else may refuse without it.
    """
    approval = await desk.approvals.get(approval_id)
    if approval is None:
        return Decided(verdict=Verdict.GONE)
    if by.address != approval.asked_by.address and not await desk.staff.may(by.address, Right.APPROVE):
        return Decided(verdict=Verdict.GONE)
    async with desk.audit.together():
        decided = await desk.approvals.decide(approval_id, ApprovalState.REFUSED, by=by, now=now)
        if decided is None:
            return Decided(verdict=Verdict.OVER, approval=await desk.approvals.get(approval_id))
        await desk.audit.write(approval_entry(by, Act.REFUSED, approval, now=now))
    return Decided(verdict=Verdict.REFUSED, approval=decided)


async def is_same_person(desk: Desk, one: Address, other: Address) -> bool:
    """Also where somebody is on two channels and has linked them."""
    if one == other:
        return True
    for here, there in ((one, other), (other, one)):
        known = await desk.house.subscribers.get(here) if here.channel in desk.outlets else None
        if known is not None and known.preferences.linked_with == there:
            return True
    return False
