"""What waits for a second person: seen as readers would see it, approved or refused. The same code as in chat.

| page | what |
|---|---|
| `GET /desk/approvals` | everything that waits |
| `GET /desk/approvals/7` | one, with its preview; afterwards what became of it |
| `POST /desk/approvals/7/approve` | it goes out, once, however often and by however many it is pressed |
| `POST /desk/approvals/7/refuse` | it doesn't; who asked takes it back in the same way |
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from newsbot.desk.approval_answers import outcome_of, verdict_in_words
from newsbot.desk.approvals import Approval
from newsbot.desk.approving import ask_for_approval, still_waits
from newsbot.desk.dashboard.draft_view import look_values
from newsbot.desk.dashboard.paths import alert_path, draft_path
from newsbot.desk.dashboard.refusals import Refusal
from newsbot.desk.dashboard.visit import Route, Visit
from newsbot.desk.deciding import Decided, Verdict, approve, is_same_person, refuse_or_take_back
from newsbot.desk.drafts import Draft
from newsbot.desk.preview import time_set_in_words
from newsbot.desk.refusals import parent_of, refusal_of
from newsbot.desk.roles import Right
from newsbot.desk.turn import subject_of_draft
from newsbot.domain.alert import AlertClass

__all__ = ["ROUTES", "hand_in", "waiting_of", "waits"]

PAGE: Final = "/desk/approvals"


async def waiting_of(visit: Visit) -> list[dict[str, object]]:
    """What waits for a second person, oldest first: for a list."""
    found: list[dict[str, object]] = []
    for approval in await visit.desk.approvals.waiting(now=visit.now):
        draft = await visit.desk.drafts.get(approval.draft_id)
        if draft is None or not still_waits(approval, draft, visit.now):
            continue
        found.append(
            {
                "approval": approval,
                "asker": _asker(approval),
                "corrects": draft.corrects,
                "breaking": draft.cls is AlertClass.BREAKING,
                "subject": await subject_of_draft(visit.desk, draft),
                "own": await is_same_person(visit.desk, visit.address, approval.asked_by.address),
            }
        )
    return found


def _asker(approval: Approval) -> str:
    return approval.asked_by.name or str(approval.asked_by.address)


async def _list(visit: Visit) -> web.Response:
    return await visit.page("approvals.html", waiting=await waiting_of(visit))


async def _show(visit: Visit) -> web.Response:
    approval = await visit.desk.approvals.get(visit.number("id"))
    draft = await visit.desk.drafts.get(approval.draft_id) if approval is not None else None
    if approval is None or draft is None:
        raise Refusal.missing()
    waits = still_waits(approval, draft, visit.now)
    own = await is_same_person(visit.desk, visit.address, approval.asked_by.address)
    alert = await visit.desk.alerts.by_origin(draft.origin) if not waits else None
    return await visit.page(
        "approval.html",
        **await look_values(visit, draft),
        approval=approval,
        asker=_asker(approval),
        waits=waits,
        own=own,
        may_approve=waits and not own and visit.may(Right.APPROVE),
        may_refuse=waits and (own or visit.may(Right.APPROVE)),
        outcome=outcome_of(approval, visit, draft=draft),
        alert=alert,
        time_set=time_set_in_words(visit.desk, draft, visit),
    )


async def _approve(visit: Visit) -> web.Response:
    decided = await approve(visit.desk, visit, visit.number("id"), by=visit.actor)
    return await _decided(visit, decided)


async def _refuse(visit: Visit) -> web.Response:
    decided = await refuse_or_take_back(visit.desk, visit.number("id"), by=visit.actor, now=visit.now)
    return await _decided(visit, decided)


async def _decided(visit: Visit, decided: Decided) -> web.Response:
    if decided.verdict is Verdict.GONE:
        raise Refusal.missing()
    said = verdict_in_words(visit, decided)
    alert = decided.handed_over.alert if decided.handed_over is not None else None
    return await visit.back(alert_path(alert.id) if alert else f"{PAGE}/{visit.number('id')}", said)


async def hand_in(visit: Visit, draft: Draft) -> web.Response:
    """Who may not send asks somebody who may."""
    desk = visit.desk
    if refused := await refusal_of(desk, visit, draft, await parent_of(desk, draft)):
        return await visit.back(draft_path(draft.id), refused)
    return await waits(visit, await ask_for_approval(desk, draft, by=visit.actor, now=visit.now))


async def waits(visit: Visit, approval: Approval) -> web.Response:
    """It was asked for: to its page."""
    until = visit.clock(approval.expires_at)
    said = visit.translate("It waits for a second person, until {when}. Nothing has gone out.", when=until)
    return await visit.back(f"{PAGE}/{approval.id}", said)


_ONE: Final = rf"{PAGE}/{{id:\d{{1,18}}}}"

ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", PAGE, Right.DRAFT, _list),
    Route("GET", _ONE, Right.DRAFT, _show),
    Route("POST", f"{_ONE}/approve", Right.APPROVE, _approve),
    Route("POST", f"{_ONE}/refuse", Right.DRAFT, _refuse),
)
