"""One request of somebody who is signed in, and the routes by which it is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from multidict import MultiDictProxy

from newsbot.desk.audit import Actor, Place
from newsbot.desk.dashboard.desk_parts import Dashboard
from newsbot.desk.dashboard.navigation import MENU
from newsbot.desk.dashboard.security import cookie_of
from newsbot.desk.dashboard.templating import render
from newsbot.desk.people import Person
from newsbot.desk.roles import Right
from newsbot.desk.sessions import Session, new_secret
from newsbot.desk.turn import Desk
from newsbot.domain.subscriber import Address
from newsbot.i18n import Translator
from newsbot.i18n.catalog import language_name
from newsbot.text.dates import clock_time, format_datetime, relative_time

__all__ = ["Form", "Route", "Visit", "answer", "spoken", "whole_number"]

Form = MultiDictProxy[str | bytes | bytearray | web.FileField]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Handed to a page's handler. The session holds, the person has the route's right, and what was posted is from a
    form of ours.
    """

    request: web.Request
    dashboard: Dashboard
    session: Session
    person: Person
    form: Form  #: what was posted; empty at a GET

    @property
    def desk(self) -> Desk:
        return self.dashboard.desk

    @property
    def address(self) -> Address:
        return self.session.address

    @cached_property
    def translate(self) -> Translator:
        return self.dashboard.catalog.translator(self.session.language)

    @property
    def language(self) -> str:
        return self.translate.language

    @property
    def zone(self) -> ZoneInfo:
        return self.desk.house.zone

    @property
    def now(self) -> datetime:
        return self.dashboard.now()

    @property
    def called(self) -> str:
        """What the page calls them."""
        return self.person.name or self.session.name or str(self.address)

    @property
    def actor(self) -> Actor:
        """As whom the audit log knows them."""
        return Actor(address=self.address, name=self.person.name or self.session.name, place=Place.DESK)

    def may(self, right: Right) -> bool:
        return self.person.may(right)

    @property
    def may_broadcast(self) -> bool:
        return self.may(Right.BROADCAST)

    def text(self, name: str) -> str:
        """A field of the form; '' where it isn't there, or is a file."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A whole number in the address, `{id:\\d{1,18}}`."""
        return int(self.request.match_info[name])

    def asked_number(self, name: str) -> int:
        """A whole number that the address asks with, `?before=7`; 0 without one that can be understood."""
        return whole_number(self.request.query.get(name, "")) or 0

    async def name_of(self, address: Address) -> str:
        """What a person is called, also who has no role any more; of whom no name is known, their address."""
        known = await self.desk.staff.known(address)
        return known.name if known is not None and known.name else str(address)

    async def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A whole page. `values`: what its template names beside `common`."""
        # A page that fetches itself anew must not take away what is said to who was just sent to another.
        opened = self.request.method == "GET" and self.request.headers.get("Sec-Fetch-Dest", "document") == "document"
        said = await self.dashboard.sessions.said(self.session) if opened else ""
        return answer(self.fragment(template, said=said, **values), status)

    def fragment(self, template: str, **values: Any) -> str:
        """A template in this person's language, as it stands; for what is replaced within a page."""
        return render(template, **{**self.common, **values})

    async def back(self, path: str, said: str = "") -> web.Response:
        """After a POST: go there, and say this. To reload that page sends nothing again."""
        if said:
            await self.dashboard.sessions.say(self.session, said)
        return web.Response(status=303, headers={"Location": path})

    async def still_may(self, right: Right) -> bool:
        """Whether the session holds and they have the right, asked anew: for what goes on for long."""
        secret = cookie_of(self.request, self.dashboard)
        if secret is None or await self.dashboard.sessions.get(secret, now=self.now) is None:
            return False
        return await self.desk.staff.may(self.address, right)

    @property
    def event(self) -> str:
        """By what a draft is begun: a form that is sent twice begins one. It must carry `once()`."""
        return f"desk:{self.text('once')[:80]}"

    @asynccontextmanager
    async def once(self) -> AsyncIterator[bool]:
        """Whether this form is sent for the first time: it must carry `once()`. Around the act, and nothing else: when
        that fails, the form may be sent again.
        """
        once = self.text("once")
        first = await self.dashboard.sessions.first_time(once)
        try:
            yield first
        except Exception:
            if first:
                await self.dashboard.sessions.not_done(once)
            raise

    @property
    def common(self) -> dict[str, Any]:
        """What every template may name."""
        path = self.request.path.rstrip("/")
        menu = [entry for entry in MENU if entry.right is None or self.may(entry.right)]
        return {
            **spoken(self.dashboard, self.session.language),
            "visit": self,
            "csrf": self.dashboard.keys.token(self.session),
            "once": new_secret,
            "menu": [(entry, entry.holds(path)) for entry in menu],
            "path": path,
            "when": self.when,
            "ago": self.ago,
            "clock": self.clock,
        }

    def when(self, moment: datetime) -> str:
        """'18 November, 5:45 PM'."""
        return format_datetime(moment, self.language, self.zone, self.now)

    def ago(self, moment: datetime) -> str:
        """'5 minutes ago'."""
        return relative_time(moment, self.now, self.language, self.zone)

    def span(self, passed: timedelta) -> str:
        """'3 min 20 s'."""
        minutes, seconds = divmod(int(passed.total_seconds()), 60)
        _ = self.translate
        if not minutes:
            return _("{seconds} s", seconds=seconds)
        hours, minutes = divmod(minutes, 60)
        if not hours:
            return _("{minutes} min {seconds} s", minutes=minutes, seconds=seconds)
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes)

    def clock(self, moment: datetime) -> str:
        """'5:45 PM'."""
        return clock_time(moment, self.language, self.zone)


def whole_number(text: str) -> int | None:
    """None for anything but plain digits, and for more of them than a database's whole numbers have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


Handler = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """`path`: whole, as the browser has it. `right`: who may; None: everybody of the desk."""

    method: str
    path: str
    right: Right | None
    handler: Handler


def spoken(dashboard: Dashboard, language: str) -> dict[str, Any]:
    """What a template needs to speak a language, also to who is not signed in."""
    catalog = dashboard.catalog
    translate = catalog.translator(language)
    return {
        "newsroom": dashboard.desk.house.newsroom.name(translate.language),
        "_": translate,
        "plural": translate.plural,
        "number": translate.number,
        "language": translate.language,
        "languages": [(code, language_name(code)) for code in catalog.languages],
        "menu": [],
        "said": "",
    }


def answer(body: str, status: int = 200) -> web.Response:
    # What readers wrote may hold lone surrogates, which UTF-8 can't carry.
    return web.Response(body=body.encode("utf-8", "replace"), status=status, content_type="text/html", charset="utf-8")
