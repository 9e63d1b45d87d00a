"""The desk's aiohttp application: who comes in, what each route asks for, what is answered when something is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog
from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from newsbot.desk.dashboard.desk_parts import DASHBOARD, Dashboard
from newsbot.desk.dashboard.refusals import Refusal, refusal_of
from newsbot.desk.dashboard.routes import ROUTES
from newsbot.desk.dashboard.security import cookie_of, from_our_page, is_of_an_earlier_role, protect
from newsbot.desk.dashboard.signing_in import add_entrance
from newsbot.desk.dashboard.templating import STATIC, render
from newsbot.desk.dashboard.visit import Form, Route, Visit, answer, spoken
from newsbot.desk.people_words import why_not_allowed
from newsbot.errors import StoreError

__all__ = ["PREFIX", "create_dashboard_app"]

PREFIX: Final = "/desk"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


def create_dashboard_app(dashboard: Dashboard) -> web.Application:
    """To be added under PREFIX."""
    app = web.Application(middlewares=[_guarded])
    app[DASHBOARD] = dashboard
    add_entrance(app)
    for route in ROUTES:
        app.router.add_route(route.method, route.path.removeprefix(PREFIX), _serving(route))
    app.router.add_static("/static", STATIC)
    app.on_response_prepare.append(_protected)
    app.on_shutdown.append(_let_go)
    return app


def _serving(route: Route) -> _Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        return await route.handler(await _visit(request, route))

    return serve


async def _visit(request: web.Request, route: Route) -> Visit:
    """Raises Refusal unless they may."""
    dashboard = request.config_dict[DASHBOARD]
    if "%00" in request.raw_path:  # no page of ours has such an address, and PostgreSQL keeps no such character
        raise refusal_of(400)
    visit = await _of_who_is_signed_in(request)
    if visit is None or visit.person.role is None:
        raise Refusal.signed_out()
    request[_VISIT] = visit
    if route.right is not None and not visit.may(route.right):
        raise Refusal.no_right(why_not_allowed(visit.person.role, route.right, visit.translate))
    if route.method not in ("GET", "HEAD"):
        if not from_our_page(request, dashboard):
            raise Refusal.foreign()
        form = await _form(request)
        token = form.get("csrf", "")
        if not (isinstance(token, str) and dashboard.keys.is_token(token, visit.session)):
            raise Refusal.foreign()
        visit = replace(visit, form=form)
    return visit


async def _of_who_is_signed_in(request: web.Request) -> Visit | None:
    """None without a session that holds, of somebody who has a role. Raises StoreError."""
    dashboard = request.config_dict[DASHBOARD]
    secret = cookie_of(request, dashboard)
    session = await dashboard.sessions.get(secret, now=dashboard.now()) if secret is not None else None
    person = await dashboard.desk.staff.person(session.address) if session is not None else None
    if session is None or person is None or person.role is None or is_of_an_earlier_role(session.began_at, person):
        return None
    return Visit(request=request, dashboard=dashboard, session=session, person=person, form=MultiDictProxy(MultiDict()))


async def _form(request: web.Request) -> Form:
    """What was posted, without characters that no database keeps. Raises Refusal for what no browser sends."""
    try:
        posted = await request.post()
    except (web.HTTPException, ConnectionError):
        raise
    except Exception as error:  # whatever the parser stumbles over: a charset that is none, a part without a name
        log.info("a form of the desk not understood", page=_page_of(request), cause=type(error).__name__)
        raise refusal_of(400) from None
    kept = ((name, _storable(value) if isinstance(value, str) else value) for name, value in posted.items())
    return MultiDictProxy(MultiDict(kept))


def _storable(text: str) -> str:
    """Without NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


_VISIT: Final = web.RequestKey("visit", Visit)
#: statuses of an address that is no page's, or no more: nobody has asked yet who comes
_OF_NO_PAGE: Final = frozenset({400, 404, 410})


@web.middleware
async def _guarded(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Every answer is a page, also where something went wrong."""
    try:
        response = await handler(request)
    except Refusal as refusal:
        response = await _refused(request, refusal)
    except StoreError as error:
        log.warning("desk page not served", page=_page_of(request), reason=str(error))
        response = await _refused(request, refusal_of(503))
    except web.HTTPException as error:
        response = error if error.status < 400 else await _refused(request, refusal_of(error.status))
    except Exception:
        log.exception("desk page failed", page=_page_of(request))
        response = await _refused(request, refusal_of(500))
    return response


async def _let_go(app: web.Application) -> None:
    """Pages that are live would hold up the server's stop."""
    await app[DASHBOARD].watching.close()


async def _protected(request: web.Request, response: web.StreamResponse) -> None:
    kept = request.path.startswith(f"{PREFIX}/static/") and response.status in (200, 206, 304)
    protect(response, secure=request.config_dict[DASHBOARD].secure, kept=kept)


def _page_of(request: web.Request) -> str:
    """Which page it is, for the log: without what its address carries, which may be a link's secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else PREFIX


async def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    """In the language of who is signed in, with their menu; else in the browser's."""
    dashboard = request.config_dict[DASHBOARD]
    visit = request.get(_VISIT)
    if visit is None and refusal.status in _OF_NO_PAGE:
        with suppress(StoreError):
            visit = await _of_who_is_signed_in(request)
    if visit is not None:
        translate, common = visit.translate, visit.common
    else:
        common = spoken(dashboard, _asked_for(request, dashboard))
        translate = common["_"]
    what = translate(refusal.what, **refusal.values)
    page = render("refused.html", **common, title=translate(refusal.title), what=what)
    return answer(page, refusal.status)


def _asked_for(request: web.Request, dashboard: Dashboard) -> str:
    """The first of our languages that the browser names; the house's where it names none."""
    for part in request.headers.get("Accept-Language", "").split(",")[:10]:
        if found := dashboard.catalog.match(part.partition(";")[0].strip()):
            return found
    return dashboard.desk.house.language
