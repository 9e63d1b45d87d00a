"""The web desk in a real browser: signing in, watching an alert go out, stopping it; on a phone; without JavaScript."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from newsbot.desk.roles import Role
from newsbot.domain.alert import AlertState, Outcome
from tests.axe import grave_faults
from tests.browser import IN_BROWSER, fresh
from tests.desk_pages import going_out
from tests.desk_site import ADDRESSES, DeskSite
from tests.newsdesk import Newsdesk

pytestmark = IN_BROWSER

WIDE, PHONE = (1280, 900), (390, 844)


@dataclass
class Desktop:
    site: DeskSite
    browser: Browser
    problems: list[str] = field(default_factory=list)

    async def open(self, size: tuple[int, int] = WIDE, *, language: str = "en", javascript: bool = True) -> Page:
        """Signed in as an editor, with the link from their chat."""
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=javascript
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        await page.goto(self.site.base + await self.site.link(ADDRESSES[Role.EDITOR], language))
        await page.locator("main button").click()
        await expect(page.locator("h1")).to_have_text({"en": "Overview", "bn": "এক নজরে"}[language])
        return page

    async def deliver(self, how_many: int, outcome: Outcome = Outcome.SENT) -> None:
        await self.site.newsdesk.deliver(1, outcome, most=how_many)


@pytest_asyncio.fixture(loop_scope="session")
async def desktop(chromium: Browser) -> AsyncIterator[Desktop]:
    site = DeskSite(Newsdesk())
    await site.give_roles()
    await going_out(site)
    async with TestServer(site.application()) as server, fresh(chromium) as browser:
        site.base = str(server.make_url("")).rstrip("/")
        site.newsdesk.web_address = site.base
        desktop = Desktop(site, browser)
        yield desktop
        assert desktop.problems == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_an_alert_is_watched_and_stopped(desktop: Desktop, size: tuple[int, int]) -> None:
    page = await desktop.open(size)
    await page.get_by_role("link", name="Broadcast 1").click()
    await expect(page.get_by_label("2 of 5 done (40%)")).to_be_visible()
    await desktop.deliver(1)
    await expect(page.get_by_label("3 of 5 done (60%)")).to_be_visible()
    await page.get_by_text("Stop", exact=True).click()
    await desktop.deliver(1, Outcome.BLOCKED)
    await expect(page.get_by_label("4 of 5 done (80%)")).to_be_visible()  # and the question stays open
    await page.get_by_role("button", name="Yes, stop it").click()
    await expect(page.get_by_role("status").first).to_have_text("Broadcast 1 – was stopped.")
    assert (await desktop.site.newsdesk.alert()).state is AlertState.STOPPED
    await expect(page.get_by_text("Rahima stopped it")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_what_one_editor_does_the_others_see_without_reloading(desktop: Desktop) -> None:
    one, another = await desktop.open(), await desktop.open(PHONE)
    for page in (one, another):
        await page.goto(f"{desktop.site.base}/desk/alerts/1")
    await one.get_by_text("Pause", exact=True).click()
    await one.get_by_role("button", name="Yes, pause it").dblclick()
    await expect(another.get_by_text("is paused", exact=True)).to_be_visible()
    await another.get_by_text("Go on", exact=True).click()
    await another.get_by_role("button", name="Yes, go on").click()
    await expect(one.get_by_text("is going out", exact=True)).to_be_visible()
    assert (await desktop.site.newsdesk.alert()).state is AlertState.RUNNING


async def test_the_front_page_keeps_itself_up_to_date(desktop: Desktop) -> None:
    page = await desktop.open()
    await expect(page.get_by_text("2 of 5")).to_be_visible()
    await desktop.deliver(1)
    await expect(page.get_by_text("3 of 5")).to_be_visible()


async def test_without_javascript_it_is_read_and_stopped_all_the_same(desktop: Desktop) -> None:
    page = await desktop.open(javascript=False)
    await page.goto(f"{desktop.site.base}/desk/alerts/1")
    await expect(page.get_by_label("2 of 5 done (40%)")).to_be_visible()
    await page.get_by_text("Stop", exact=True).click()
    await page.get_by_role("button", name="Yes, stop it").click()
    await expect(page.get_by_text("Broadcast 1 – was stopped.")).to_be_visible()
    await page.get_by_role("button", name="বাংলা").click()
    await expect(page.locator("html")).to_have_attribute("lang", "bn")


async def test_everything_is_reached_with_the_keyboard(desktop: Desktop) -> None:
    page = await desktop.open()
    await page.goto(f"{desktop.site.base}/desk/alerts/1")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("To the page's content")
    await page.keyboard.press("Enter")
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent.trim()") == "Stop":
            break
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("Yes, stop it")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Yes, stop it")).to_be_hidden()
    await expect(page.locator(":focus")).to_have_text("Stop")


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_axe_finds_no_grave_fault_in_light_or_dark(
    desktop: Desktop, language: str, size: tuple[int, int]
) -> None:
    await desktop.deliver(1, Outcome.BLOCKED)
    page = await desktop.open(size, language=language)
    for path in ("/desk", "/desk/alerts", "/desk/alerts/1", "/desk/nothing"):
        await page.goto(desktop.site.base + path)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await grave_faults(page) == [], path
    desktop.problems.clear()  # the browser notes the page that is not there
    await asyncio.sleep(0)
