"""A change of a draft on the desk: kept, and written into the audit log with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from newsbot.delivery.alert_json import audience_to_json, text_to_json
from newsbot.desk.audit import Act, Actor, Entry, draft_subject
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.turn import Desk

__all__ = ["keep_draft"]


async def keep_draft(desk: Desk, before: Draft, wanted: Draft, *, by: Actor, now: datetime) -> Draft | None:
    """As the next revision. None where somebody was quicker; `before` where nothing changes."""
    if wanted == before:
        return before
    async with desk.audit.together():
        kept = await desk.drafts.change(replace(wanted, changed_by=by.address), now=now)
        if kept is not None:
            act = Act.DRAFT_DROPPED if kept.state is DraftState.DROPPED else Act.DRAFT_SAVED
            entry = Entry(by, act, draft_subject(kept.id), at=now, before=_told(before), after=_told(kept))
            await desk.audit.write(entry)
    return kept


def _told(draft: Draft) -> dict[str, Any]:
    text = {"text": text_to_json(draft.text)} if draft.text is not None else {}
    article = {"article": draft.article_id} if draft.article_id else {}
    return {
        "revision": draft.revision,
        "class": draft.cls.value,
        "silent": draft.silent,
        "audience": audience_to_json(draft.audience),
        "time": draft.send_at.isoformat() if draft.send_at else "",
        **text,
        **article,
    }
