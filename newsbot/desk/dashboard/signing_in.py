"""Signing in with a link from the chat, signing out, and the language of the pages.

Opening the link only shows a button: the programs that look at links in chats, to preview or to check them, don't
press it, so they don't use it up.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog
from aiohttp import web

from newsbot.desk.audit import Act, Actor, Entry, Place
from newsbot.desk.dashboard.desk_parts import DASHBOARD, Dashboard
from newsbot.desk.dashboard.refusals import Refusal
from newsbot.desk.dashboard.security import forget_cookie, from_our_page, give_cookie, is_of_an_earlier_role
from newsbot.desk.dashboard.templating import render
from newsbot.desk.dashboard.visit import Route, Visit, answer, spoken
from newsbot.desk.entering import ENTRANCE
from newsbot.desk.sessions import Offer
from newsbot.desk.staff import called

__all__ = ["ROUTES", "add_entrance"]

log = structlog.get_logger()


def add_entrance(app: web.Application) -> None:
    """The two addresses of the desk that need no session."""
    path = f"{ENTRANCE.removeprefix('/desk')}{{secret:[A-Za-z0-9_-]{{20,100}}}}"
    app.router.add_get(path, _ask)
    app.router.add_post(path, _enter)


async def _ask(request: web.Request) -> web.Response:
    dashboard = request.config_dict[DASHBOARD]
    secret = request.match_info["secret"]
    offer = await _offer(dashboard, secret)
    said = spoken(dashboard, offer.language)
    return answer(render("enter.html", **said, name=offer.name, action=f"{ENTRANCE}{secret}"))


async def _enter(request: web.Request) -> web.Response:
    dashboard = request.config_dict[DASHBOARD]
    if not from_our_page(request, dashboard):
        raise Refusal.foreign()
    secret = request.match_info["secret"]
    offer = await _offer(dashboard, secret)
    session = await dashboard.sessions.begin(secret, now=dashboard.now())
    if session is None:  # somebody else was quicker with it
        raise Refusal.link_over()
    # Before the browser is told: whoever is in is written down.
    actor = Actor(address=offer.address, name=called(offer.name), place=Place.DESK)
    await dashboard.desk.audit.write(_entry(actor, Act.SIGNED_IN, dashboard.now()))
    log.info("signed in to the desk", person=str(offer.address))
    response = web.Response(status=303, headers={"Location": "/desk"})
    give_cookie(response, dashboard, session)
    return response


async def _offer(dashboard: Dashboard, secret: str) -> Offer:
    """Raises Refusal where the link lets nobody in: it is over, or so is the role that they had when it was made."""
    offer = await dashboard.sessions.look(secret)
    person = await dashboard.desk.staff.person(offer.address) if offer is not None else None
    if offer is None or person is None or is_of_an_earlier_role(offer.made_at, person):
        raise Refusal.link_over()
    return offer


async def _leave(visit: Visit) -> web.Response:
    await visit.dashboard.sessions.end(visit.session)
    return await _left(visit)


async def _leave_everywhere(visit: Visit) -> web.Response:
    await visit.dashboard.sessions.end_all(visit.address)
    return await _left(visit, everywhere=True)


async def _left(visit: Visit, *, everywhere: bool = False) -> web.Response:
    log.info("signed out of the desk", person=str(visit.address), everywhere=everywhere)
    await visit.desk.audit.write(_entry(visit.actor, Act.SIGNED_OUT, visit.now, everywhere=everywhere))
    response = answer(render("left.html", **spoken(visit.dashboard, visit.language)))
    forget_cookie(response, visit.dashboard)
    return response


def _entry(actor: Actor, act: Act, now: datetime, **after: bool) -> Entry:
    return Entry(actor=actor, act=act, before={}, after=after, at=now)


async def _speak(visit: Visit) -> web.Response:
    language = visit.dashboard.catalog.match(visit.text("language"))
    if language is not None:
        await visit.dashboard.sessions.speak(visit.session, language)
    return await visit.back(_ours(visit.text("back")))


def _ours(path: str) -> str:
    """The page they were on; the front page for what is none of ours."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and (path == "/desk" or path.startswith("/desk/")) else "/desk"


ROUTES: Final = (
    Route("POST", "/desk/leave", None, _leave),
    Route("POST", "/desk/leave-everywhere", None, _leave_everywhere),
    Route("POST", "/desk/language", None, _speak),
)
