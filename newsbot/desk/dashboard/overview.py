"""The front page: is everything all right?"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from newsbot.desk.dashboard.visit import Route, Visit

__all__ = ["ROUTES"]


async def _overview(visit: Visit) -> web.Response:
    return await visit.page("overview.html")


ROUTES: Final = (Route("GET", "/desk", None, _overview),)
