"""A broadcast in a real browser: written with a preview that follows, sent, corrected, taken back; on a phone, too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, Route, expect

from newsbot.desk.roles import Role
from newsbot.domain.alert import AlertKind
from tests.axe import grave_faults
from tests.browser import IN_BROWSER, fresh
from tests.builders import a_draft
from tests.desk_site import ADDRESSES, DeskSite
from tests.newsdesk import Newsdesk

pytestmark = IN_BROWSER

WIDE, PHONE = (1280, 900), (390, 844)
SHOTS = os.environ.get("DESK_SCREENSHOTS", "")  #: a folder to keep pictures of the pages in


@dataclass
class Newsroom:
    site: DeskSite
    browser: Browser
    problems: list[str] = field(default_factory=list)

    async def open(self, size: tuple[int, int] = WIDE, *, language: str = "en", role: Role = Role.EDITOR) -> Page:
        """Signed in, on the list of drafts."""
        context = await self.browser.new_context(viewport={"width": size[0], "height": size[1]})
        page = await context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        await page.goto(self.site.base + await self.site.link(ADDRESSES[role], language))
        await page.locator("main button").click()
        await page.goto(f"{self.site.base}/desk/drafts")
        return page


@pytest_asyncio.fixture(loop_scope="session")
async def newsroom(chromium: Browser) -> AsyncIterator[Newsroom]:
    site = DeskSite(Newsdesk())
    await site.give_roles()
    await site.newsdesk.readers(5, "sports")
    await site.newsdesk.readers(3, "politics")
    await site.newsdesk.articles.put(a_draft(headline="পদ্মা সেতু খুলল"), now=site.newsdesk.now, announce=True)
    async with TestServer(site.application()) as server, fresh(chromium) as browser:
        site.base = str(server.make_url("")).rstrip("/")
        site.newsdesk.web_address = site.base
        newsroom = Newsroom(site, browser)
        yield newsroom
        assert newsroom.problems == []


async def picture(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_a_broadcast_is_written_sent_corrected_and_taken_back(newsroom: Newsroom, size: tuple[int, int]) -> None:
    desk = newsroom.site.newsdesk
    page = await newsroom.open(size)
    await page.get_by_role("button", name="Write a broadcast").click()
    await expect(page.get_by_role("status").first).to_contain_text("8 readers")
    await page.get_by_label("The text").fill("*সেতু* খুলে দেওয়া হলো https://news.example/1")
    await expect(page.locator("#preview .bubble b").first).to_have_text("সেতু")
    await page.get_by_label("Sports").check()
    await expect(page.locator("#preview .reach")).to_contain_text("This goes to 5 readers.")
    await expect(page.locator("#preview .counter").first).to_contain_text("of 4,096 characters")
    await picture(page, f"write-{size[0]}")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Send to my phone").click()
    await expect(page.get_by_text("It went to you, the way it goes to readers.")).to_be_visible()
    await page.get_by_role("button", name="Go on to sending…").click()
    await picture(page, f"send-{size[0]}")
    await page.get_by_role("button", name="Yes, send to 5 readers").dblclick()
    await expect(page.locator("h1")).to_have_text("Broadcast 1")
    assert len(await desk.alerts.recent(limit=9)) == 1
    await desk.plan(1)
    await desk.deliver(1)
    await desk.finish(1)

    await page.goto(f"{newsroom.site.base}/desk/alerts/1/versions")
    await page.get_by_role("button", name="Correct it…").click()
    await page.get_by_label("The text").fill("সেতু কাল খুলবে")
    await page.get_by_role("button", name="Go on to sending…").click()
    await page.get_by_role("button", name="Yes, change it for 5 readers").click()
    await expect(page.locator("h1")).to_have_text("Correction of 1")
    await page.goto(f"{newsroom.site.base}/desk/alerts/1/versions")
    await expect(page.locator("main ol > li")).to_have_count(2)
    await picture(page, f"versions-{size[0]}")
    await page.get_by_role("link", name="Take it back…").click()
    await page.get_by_role("button", name="Yes, delete 5 copies").click()
    await expect(page.get_by_text("The copies are being deleted.")).to_be_visible()
    kinds = [one.kind for one in await desk.alerts.copies_touched(1)]
    assert kinds == [AlertKind.CORRECTION, AlertKind.RECALL]


async def test_what_is_typed_before_the_page_is_live_is_previewed(newsroom: Newsroom) -> None:
    page = await newsroom.open()
    typed = asyncio.Event()

    async def late(route: Route) -> None:
        await typed.wait()
        await route.continue_()

    await page.route("**/writing.js*", late)
    await page.locator("main button.main").first.click(no_wait_after=True)
    await page.locator("#text").fill("*সেতু* খুলে দেওয়া হলো")
    typed.set()
    await expect(page.locator("#preview .bubble b").first).to_have_text("সেতু")


async def test_what_two_write_at_once_is_shown_to_the_later(newsroom: Newsroom) -> None:
    one = await newsroom.open()
    await one.get_by_role("button", name="Write a broadcast").click()
    another = await newsroom.open(role=Role.OWNER)
    await another.goto(one.url)
    await one.get_by_label("The text").fill("প্রথম জনের লেখা")
    await one.get_by_role("button", name="Save and look").click()
    await expect(one.get_by_text("Saved.")).to_be_visible()
    await another.get_by_label("The text").fill("দ্বিতীয় জনের লেখা")
    await another.get_by_role("button", name="Save and look").click()
    await expect(another.get_by_role("alert")).to_contain_text("has changed this draft meanwhile")
    await expect(another.get_by_label("What is kept now")).to_have_value("প্রথম জনের লেখা")
    await expect(another.get_by_label("The text")).to_have_value("দ্বিতীয় জনের লেখা")
    await picture(another, "conflict")


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_axe_finds_no_grave_fault_in_light_or_dark(
    newsroom: Newsroom, language: str, size: tuple[int, int]
) -> None:
    page = await newsroom.open(size, language=language)
    await page.locator("main button.main").first.click()
    await page.locator("#text").fill("*সেতু* খুলে দেওয়া হলো\n> উদ্ধৃতি")
    await expect(page.locator("#preview .bubble b").first).to_have_text("সেতু")
    await page.locator("button[value=save]").click()
    draft = page.url.removeprefix(newsroom.site.base)
    for path in ("/desk/drafts", draft, f"{draft}/article", f"{draft}/send"):
        await page.goto(newsroom.site.base + path)
        await picture(page, f"{path.strip('/').replace('/', '-')}-{language}-{size[0]}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await grave_faults(page) == [], path
