"""What keeps a stranger's page, program or browser from acting in the name of somebody who is signed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from newsbot.desk.dashboard.desk_parts import Dashboard
from newsbot.desk.people import Person
from newsbot.desk.sessions import SESSION_LIFE

__all__ = ["cookie_of", "forget_cookie", "from_our_page", "give_cookie", "is_of_an_earlier_role", "protect"]

CLOCKS_DIFFER: Final = timedelta(seconds=5)  #: by so much at most, between processes

#: nothing but what we serve ourselves, no script or style within a page; pictures from anywhere the newsroom has them
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: {pictures}; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def protect(response: web.StreamResponse, *, secure: bool, kept: bool = False) -> None:
    """The headers that every answer carries. `kept`: a browser may keep it, for it says nothing of anybody."""
    headers = response.headers
    headers["Content-Security-Policy"] = _POLICY.format(pictures="https:" if secure else "https: http:")
    headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"  # a stricter one hides from us, too, which page a form was on
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers.setdefault("Cache-Control", "public, max-age=31536000, immutable" if kept else "no-store")
    headers["X-Robots-Tag"] = "noindex"
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"


def _name(dashboard: Dashboard) -> str:
    """Of the cookie. A browser takes one with this prefix from nobody but this very host, over https."""
    return "__Host-newsbot" if dashboard.secure else "newsbot_desk"


def give_cookie(response: web.StreamResponse, dashboard: Dashboard, secret: str) -> None:
    response.set_cookie(
        _name(dashboard),
        dashboard.keys.signed(secret),
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        httponly=True,
        secure=dashboard.secure,
        samesite="Lax",  # a link in a chat opens the page for who is signed in; forms from elsewhere come without it
    )


def forget_cookie(response: web.StreamResponse, dashboard: Dashboard) -> None:
    response.del_cookie(_name(dashboard), path="/", httponly=True, secure=dashboard.secure, samesite="Lax")


def cookie_of(request: web.Request, dashboard: Dashboard) -> str | None:
    """The session's secret that the browser brings; None without one of ours."""
    return dashboard.keys.read(request.cookies.get(_name(dashboard), ""))


def is_of_an_earlier_role(made_at: datetime, person: Person) -> bool:
    """A link or a session is no more when the role is that it was made for: to be given one again must not let in who
    holds what was left, or lost. `made_at`: the link, or the session.
    """
    return person.since is not None and made_at < person.since - CLOCKS_DIFFER


def from_our_page(request: web.Request, dashboard: Dashboard) -> bool:
    """Whether a form was sent by a page of ours, as far as the browser says where it comes from.

    It is no more than a second lock: a session's forms carry a token, and the one by which a session begins carries
    the link's secret.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    ours = {request.host.lower(), urlsplit(dashboard.desk.web_address()).netloc.lower()}
    return urlsplit(origin).netloc.lower() in ours
