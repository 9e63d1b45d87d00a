"""Every page of the desk, by its address."""

from __future__ import annotations

from typing import Final

from newsbot.desk.dashboard import (
    alerts,
    approval_pages,
    articles,
    audit_pages,
    changing,
    drafts,
    figures,
    overview,
    people_pages,
    sending,
    signing_in,
)
from newsbot.desk.dashboard.visit import Route

__all__ = ["ROUTES"]

ROUTES: Final[tuple[Route, ...]] = (
    *overview.ROUTES,
    *alerts.ROUTES,
    *drafts.ROUTES,
    *sending.ROUTES,
    *changing.ROUTES,
    *approval_pages.ROUTES,
    *people_pages.ROUTES,
    *audit_pages.ROUTES,
    *articles.ROUTES,
    *figures.ROUTES,
    *signing_in.ROUTES,
)
