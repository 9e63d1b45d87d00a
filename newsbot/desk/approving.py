"""What must be approved by a second person, and asking for it. What is asked is the same from chat, page and terminal.

Bound to an approval are the draft's revision and a fingerprint of everything that readers would get and of whom it is
for: of an article the words that its card shows, so that what the site changes meanwhile needs a new approval, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from newsbot.delivery.alert_json import audience_to_json, text_to_json
from newsbot.desk.approvals import Approval, ApprovalState, fingerprint
from newsbot.desk.audit import NEWSBOT, Act, Actor, Entry, Place, draft_subject
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.roles import Right
from newsbot.desk.turn import Desk, Speaking
from newsbot.domain.alert import Alert
from newsbot.domain.article import Article

__all__ = [
    "approval_entry",
    "ask_for_approval",
    "digest_of",
    "expire_approvals",
    "needs_approval",
    "no_longer_backed",
    "still_waits",
]


def needs_approval(desk: Desk, draft: Draft, parent: Alert | None) -> bool:
    """Whether the settings ask for a second person. A correction is as urgent as what it corrects."""
    return desk.approval.asks_for(parent.cls if parent is not None else draft.cls)


async def digest_of(desk: Desk, draft: Draft) -> str:
    """Of what readers would get now, and who they are."""
    article = await desk.house.articles.get(draft.article_id) if draft.article_id else None
    return fingerprint(_content(draft, article))


def _content(draft: Draft, article: Article | None) -> dict[str, Any]:
    return {
        "text": text_to_json(draft.text),
        "article": _shown(article) if article is not None else draft.article_id,
        "audience": audience_to_json(draft.audience),
        "class": draft.cls.value,
        "silent": draft.silent,
        "corrects": draft.corrects,
        "time": draft.send_at.isoformat() if draft.send_at is not None else "",
    }


def _shown(article: Article) -> dict[str, Any]:
    """Of an article what its card shows."""
    return {
        "id": article.id,
        "url": article.url,
        "kicker": article.kicker,
        "headline": article.headline,
        "summary": article.summary,
        "picture": article.image_url,
    }


async def ask_for_approval(desk: Desk, draft: Draft, *, by: Actor, now: datetime) -> Approval:
    """The approval that this draft waits for, asked for now or before. Everybody who may give it is told (`reporter`).

    The draft must be ready to be sent as it is.
    """
    digest = await digest_of(desk, draft)
    async with desk.audit.together():
        approval, new = await desk.approvals.ask(draft.id, draft.revision, digest, by=by, now=now)
        if new:
            asked = {"approval": approval.id, "revision": draft.revision, "digest": digest}
            content = _content(draft, None)
            entry = approval_entry(by, Act.APPROVAL_ASKED, approval, now=now, after={**asked, **content})
            await desk.audit.write(entry)
    return approval


def still_waits(approval: Approval, draft: Draft | None, now: datetime) -> bool:
    """Whether it can be decided: the draft is there, as it was asked for."""
    as_asked = draft is not None and draft.state is DraftState.READY and draft.revision == approval.revision
    return as_asked and approval.waits(now)


async def no_longer_backed(desk: Desk, speak: Speaking, draft: Draft) -> str:
    """Why what was confirmed for a time does not go out now, in words; '' if it does. Who confirmed it must still have
    the right to send; what a second person approved must be what readers would get now. Raises StoreUnavailable.
    """
    _ = speak.translate
    approval = await desk.approvals.of_draft(draft.id)
    confirmed = draft.revision - _CHANGES_SINCE.get(draft.state, 0)
    if approval is not None and approval.state is ApprovalState.APPROVED and approval.revision == confirmed:
        # A second person answers for it, whatever became of who asked.
        same = await digest_of(desk, draft) == approval.digest
        return "" if same else _("Its article has changed since it was approved.")
    by = draft.confirmed_by
    if by is None or by.place is Place.TERMINAL:  # there nobody has a role: who runs the machine may
        return ""
    lost = await desk.staff.has_lost(by.address, Right.BROADCAST)
    return _("{who}, who confirmed it, may not send any more.", who=by.name or str(by.address)) if lost else ""


#: revisions between a draft's confirmation for a time and each of its states after it
_CHANGES_SINCE: Final = {DraftState.SCHEDULED: 1, DraftState.DUE: 2, DraftState.MISSED: 3}


async def expire_approvals(desk: Desk, now: datetime) -> None:
    """Close what nobody decided in time, and write that down."""
    if not await desk.approvals.overdue(now=now):  # asked every second: no writer waits for that
        return
    async with desk.audit.together():
        for approval in await desk.approvals.expire(now=now):
            await desk.audit.write(approval_entry(NEWSBOT, Act.APPROVAL_EXPIRED, approval, now=now))


def approval_entry(
    by: Actor, act: Act, approval: Approval, *, now: datetime, after: dict[str, Any] | None = None
) -> Entry:
    """Of what was done to an approval; its subject is the draft."""
    told = after if after is not None else {"approval": approval.id, "digest": approval.digest}
    before = {"state": ApprovalState.WAITING.value} if after is None else {}
    return Entry(by, act, draft_subject(approval.draft_id), before=before, after=told, at=now)
