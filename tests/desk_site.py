"""The web desk over real HTTP, on the tests' newsroom in memory: browsers of people with each role.

site = desk_site                          (fixture; `site.newsdesk` is what stands behind it)
editor = await site.sign_in(Role.EDITOR)
page = await editor.get("/desk")
page = await editor.post("/desk/language", language="en")      with the session's token and a fresh `once`
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from newsbot.desk.dashboard.application import PREFIX, create_dashboard_app
from newsbot.desk.dashboard.desk_parts import Dashboard
from newsbot.desk.roles import Role
from newsbot.desk.sessions import Keys, Offer, new_secret
from newsbot.desk.staff import Staff
from newsbot.desk.watching import Watching
from newsbot.domain.source import Source
from newsbot.domain.subscriber import Address
from tests.builders import an_address
from tests.memory_rollups import MemoryCurveStore
from tests.newsdesk import TERMINAL, Newsdesk

ADDRESSES = {role: an_address(str(9201 + number)) for number, role in enumerate(Role)}
STRANGER = an_address("9300")
TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)


@dataclass(frozen=True)
class Page:
    status: int
    text: str
    headers: Any

    @property
    def title(self) -> str:
        """Its heading, as it is read."""
        found = TITLE.search(self.text)
        return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""

    @property
    def words(self) -> str:
        """What stands on it, as it is read."""
        body = self.text.partition("<body>")[2]
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body))).strip()

    def field(self, name: str) -> str:
        """The value of the first field of this name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in {self.text}"
        return unescape(found[1])


class Browser:
    """Keeps cookies, follows redirects, and looks like one that says nothing of where it comes from."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = ClientSession(cookie_jar=CookieJar(unsafe=True), headers={"Accept-Language": "en"})
        self.token = ""

    @property
    def cookie(self) -> str:
        """What the session's cookie carries."""
        (cookie,) = self.http.cookie_jar
        return cookie.value

    def carry(self, cookie: str) -> None:
        """This one from now on, whoever made it."""
        self.http.cookie_jar.clear()
        self.http.headers["Cookie"] = f"newsbot_desk={cookie}"

    async def get(self, path: str, **options: Any) -> Page:
        return await self._ask("GET", path, **options)

    async def post(
        self, path: str, *, token: str | None = None, once: str | None = None, headers: Any = None, **fields: Any
    ) -> Page:
        """A form of this session. `token`, `once`: other than a page of ours would send."""
        sent = {"csrf": self.token if token is None else token, "once": once or new_secret(), **fields}
        return await self._ask("POST", path, data=sent, headers=headers)

    async def _ask(self, method: str, path: str, **options: Any) -> Page:
        async with self.http.request(method, self.base + path, **options) as answer:
            return Page(answer.status, await answer.text(), answer.headers)


@dataclass
class SomeInbox:
    events: int = 0
    seconds: float = 0.0

    async def waiting(self) -> int:
        return self.events

    async def oldest_seconds(self) -> float:
        return self.seconds


class DeskSite:
    def __init__(self, newsdesk: Newsdesk) -> None:
        self.newsdesk = newsdesk
        self.curves = MemoryCurveStore()
        self.inboxes: dict[str, SomeInbox] = {"telegram": SomeInbox()}
        self.sources: list[Source] = []
        self.watching = Watching(newsdesk.desk, self.curves)
        self.base = ""
        self.browsers: list[Browser] = []

    def application(self, *, secure: bool = False) -> web.Application:
        dashboard = Dashboard(
            desk=self.newsdesk.desk,
            keys=Keys(b"a key of these tests, 32 bytes.."),
            watching=self.watching,
            curves=self.curves,
            sources=self.sources,
            inboxes=self.inboxes,
            secure=secure,
        )
        app = web.Application()
        app.add_subapp(PREFIX, create_dashboard_app(dashboard))
        return app

    async def give_roles(self) -> None:
        """One person of each role."""
        for role, address in ADDRESSES.items():
            await self.staff.give(address, role, name="Rahima", by=TERMINAL, now=self.newsdesk.now)

    @property
    def staff(self) -> Staff:
        return self.newsdesk.desk.staff

    def browser(self) -> Browser:
        """Of nobody yet."""
        self.browsers.append(Browser(self.base))
        return self.browsers[-1]

    async def link(self, address: Address, language: str = "en") -> str:
        """What /desk answers in this person's chat, without the server's address."""
        secret = await self.newsdesk.sessions.offer(Offer(address, language, self.newsdesk.now, "Rahima"))
        return f"/desk/enter/{secret}"

    async def sign_in(self, role: Role = Role.OWNER, language: str = "en") -> Browser:
        browser = self.browser()
        page = await browser.post(await self.link(ADDRESSES[role], language))
        assert page.status == 200, page.text
        browser.token = page.field("csrf")
        return browser


@asynccontextmanager
async def open_site(newsdesk: Newsdesk, *, secure: bool = False) -> AsyncIterator[DeskSite]:
    """Served for the length of a `with`; one person of each role."""
    site = DeskSite(newsdesk)
    await site.give_roles()
    async with TestServer(site.application(secure=secure)) as server:
        site.base = str(server.make_url("")).rstrip("/")
        site.newsdesk.web_address = site.base
        try:
            yield site
        finally:
            for browser in site.browsers:
                await browser.http.close()


@pytest.fixture
async def desk_site() -> AsyncIterator[DeskSite]:
    async with open_site(Newsdesk()) as site:
        yield site
