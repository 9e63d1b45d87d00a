"""What readers have already: correcting it, taking it back, and what it said before."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aiohttp import web

from newsbot.desk.alert_words import name_of
from newsbot.desk.dashboard.paths import ALERT, alert_of, alert_path, draft_path
from newsbot.desk.dashboard.visit import Route, Visit
from newsbot.desk.drafts import DraftState
from newsbot.desk.keeping_drafts import keep_draft
from newsbot.desk.recalling import recall_copies, recall_made, what_is_recalled
from newsbot.desk.refusals import untouchable
from newsbot.desk.roles import Right
from newsbot.desk.touched import article_shown
from newsbot.desk.turn import subject_of
from newsbot.desk.versions import as_corrected, as_it_reads, versions_of

__all__ = ["ROUTES"]


async def _correct(visit: Visit) -> web.Response:
    """Begins the draft of a correction, filled with what readers have; sent once it is one."""
    desk, alert = visit.desk, await alert_of(visit)
    if said := await untouchable(desk, visit, alert):
        return await visit.back(f"{alert_path(alert.id)}/versions", said)
    draft = await desk.drafts.begin(visit.address, event=visit.event, corrects=alert.id, waits=False, now=visit.now)
    if draft.revision == 1:
        article_id = await article_shown(desk, alert)
        text = None if article_id else await as_it_reads(desk, alert)
        filled = replace(draft, state=DraftState.READY, text=text, article_id=article_id)
        await keep_draft(desk, draft, filled, by=visit.actor, now=visit.now)
    return await visit.back(draft_path(draft.id))


async def _ask_to_recall(visit: Visit) -> web.Response:
    alert = await alert_of(visit)
    made = await recall_made(visit.desk, alert)
    said = await untouchable(visit.desk, visit, alert, to_recall=True)
    wanted = await what_is_recalled(visit.desk, alert)
    question, yes = wanted.question(visit.translate)
    return await visit.page(
        "recall.html",
        alert=alert,
        name=name_of(alert, visit.translate),
        made=made,
        refused="" if made else said,
        wanted=wanted,
        notes=wanted.notes(visit.translate),
        question=question,
        yes=yes,
        subject=await subject_of(visit.desk, await as_corrected(visit.desk, alert)),
    )


async def _recall(visit: Visit) -> web.Response:
    _ = visit.translate
    alert = await alert_of(visit)
    before = await recall_made(visit.desk, alert)
    done = await recall_copies(visit.desk, visit, alert, by=visit.actor)
    if isinstance(done, str):
        said = done
    elif before is not None:
        said = _("It was recalled already.")
    else:
        deletes = any(outlet.edits for outlet in visit.desk.outlets.values())
        said = _("The copies are being deleted.") if deletes else _("It is taken back.")
    return await visit.back(f"{alert_path(alert.id)}/versions", said)


async def _versions(visit: Visit) -> web.Response:
    alert = await alert_of(visit)
    return await visit.page(
        "versions.html",
        alert=alert,
        name=name_of(alert, visit.translate),
        subject=await subject_of(visit.desk, alert),
        versions=tuple(reversed(await versions_of(visit.desk, alert))),
        recall=await recall_made(visit.desk, alert),
        refused=await untouchable(visit.desk, visit, alert),
        may_correct=visit.may(Right.CORRECT),
    )


ROUTES: Final = (
    Route("GET", f"{ALERT}/versions", Right.WATCH, _versions),
    Route("POST", f"{ALERT}/correct", Right.CORRECT, _correct),
    Route("GET", f"{ALERT}/recall", Right.CORRECT, _ask_to_recall),
    Route("POST", f"{ALERT}/recall", Right.CORRECT, _recall),
)
