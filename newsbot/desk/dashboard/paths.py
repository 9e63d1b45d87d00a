"""Where alerts and drafts have their pages, and which of them an address names."""

from __future__ import annotations

from typing import Final

from newsbot.desk.dashboard.refusals import Refusal
from newsbot.desk.dashboard.visit import Visit
from newsbot.desk.drafts import Draft
from newsbot.domain.alert import Alert

__all__ = ["ALERT", "DRAFT", "alert_of", "alert_path", "draft_of", "draft_path"]

#: of one, as a route has it
ALERT: Final = r"/desk/alerts/{id:\d{1,18}}"
DRAFT: Final = r"/desk/drafts/{id:\d{1,18}}"


def alert_path(alert_id: int) -> str:
    return f"/desk/alerts/{alert_id}"


def draft_path(draft_id: int) -> str:
    return f"/desk/drafts/{draft_id}"


async def alert_of(visit: Visit) -> Alert:
    """Raises Refusal where there is none, or no more."""
    alert = await visit.desk.alerts.get(visit.number("id"))
    if alert is None:
        raise Refusal.missing()
    return alert


async def draft_of(visit: Visit) -> Draft:
    """Raises Refusal where there is none, or no more."""
    draft = await visit.desk.drafts.get(visit.number("id"))
    if draft is None:
        raise Refusal.missing()
    return draft
