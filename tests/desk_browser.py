"""The web desk in a real browser: pages of people with each role, on a screen or a phone.

async with open_desktop(Newsdesk(), chromium) as desktop:      (`chromium`: a fixture of `tests.browser`)
    page = await desktop.open(Role.EDITOR, PHONE, language="bn")
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page, expect

from newsbot.desk.roles import Role
from tests.axe import grave_faults
from tests.browser import fresh
from tests.desk_site import ADDRESSES, DeskSite, open_site
from tests.newsdesk import Newsdesk

WIDE, PHONE = (1280, 900), (390, 844)
OVERVIEW = {"en": "Overview", "bn": "এক নজরে"}


@dataclass
class Desktop:
    """`problems`: what the browser has complained of; a test that provokes it clears them."""

    site: DeskSite
    browser: Browser
    problems: list[str] = field(default_factory=list)

    async def open(
        self,
        role: Role = Role.EDITOR,
        size: tuple[int, int] = WIDE,
        *,
        language: str = "en",
        javascript: bool = True,
    ) -> Page:
        """Signed in with the link from the chat, on the front page."""
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=javascript
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        await page.goto(self.site.base + await self.site.link(ADDRESSES[role], language))
        await page.locator("main button").click()
        await expect(page.locator("h1")).to_have_text(OVERVIEW[language])
        return page

    async def go(self, page: Page, path: str) -> None:
        await page.goto(self.site.base + path)


@asynccontextmanager
async def open_desktop(newsdesk: Newsdesk, chromium: Browser) -> AsyncIterator[Desktop]:
    async with open_site(newsdesk) as site, fresh(chromium) as browser:
        desktop = Desktop(site, browser)
        yield desktop
        assert desktop.problems == []


async def shows_well(page: Page) -> bool:
    """Nothing hangs over the edge, and axe finds no grave fault, in light or dark."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await grave_faults(page) == [], page.url
    await page.emulate_media(color_scheme="light")
    return True


async def picture(page: Page, name: str) -> None:
    """Kept in the folder that NEWSBOT_SCREENSHOTS names, if it does."""
    if folder := os.environ.get("NEWSBOT_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)
