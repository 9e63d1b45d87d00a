"""People, approvals and the log of the web desk in a real browser: two people at once, on a phone, and for axe."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from newsbot.desk.approvals import Policy
from newsbot.desk.roles import Role
from tests.axe import grave_faults
from tests.browser import IN_BROWSER, fresh
from tests.desk_pages import asked_for, going_out
from tests.desk_site import ADDRESSES, DeskSite, open_site
from tests.newsdesk import EDITOR, Newsdesk

pytestmark = IN_BROWSER

WIDE, PHONE = (1280, 900), (390, 844)


@dataclass
class TwoPeople:
    site: DeskSite
    browser: Browser
    problems: list[str] = field(default_factory=list)

    async def open(self, role: Role, *, size: tuple[int, int] = WIDE, language: str = "en") -> Page:
        context = await self.browser.new_context(viewport={"width": size[0], "height": size[1]})
        page = await context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        await page.goto(self.site.base + await self.site.link(ADDRESSES[role], language))
        await page.locator("main button").click()
        await expect(page.locator("h1")).to_have_text({"en": "Overview", "bn": "এক নজরে"}[language])
        return page

    async def go(self, page: Page, path: str) -> None:
        await page.goto(self.site.base + path)


@pytest_asyncio.fixture(loop_scope="session")
async def two(chromium: Browser) -> AsyncIterator[TwoPeople]:
    """Whatever goes out must be approved by a second person."""
    newsdesk = Newsdesk()
    newsdesk.approval = Policy.ALL
    newsdesk.start(EDITOR)
    async with open_site(newsdesk) as site, fresh(chromium) as browser:
        people = TwoPeople(site, browser)
        yield people
        assert people.problems == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_one_asks_and_another_lets_it_go_out_once(two: TwoPeople, size: tuple[int, int]) -> None:
    await asked_for(two.site, ADDRESSES[Role.EDITOR])
    owner = await two.open(Role.OWNER, size=size)
    await expect(owner.get_by_role("heading", name="Waits for a second person")).to_be_visible()
    await owner.get_by_role("link", name="<b>Breaking</b> & entering").click()
    await expect(owner.get_by_role("heading", level=1)).to_have_text("Approve it?")
    await owner.get_by_role("button", name="Approve: it goes out").dblclick()
    await expect(owner.locator("main")).to_contain_text("Broadcast 1")
    assert len(await two.site.newsdesk.alerts.recent(limit=10)) == 1
    editor = await two.open(Role.EDITOR, size=size)
    await two.go(editor, "/desk/approvals/1")
    await expect(editor.locator("main")).to_contain_text("Rahima approved it: it goes out.")


async def test_a_role_that_is_taken_ends_the_other_ones_visit(two: TwoPeople) -> None:
    owner, writer = await two.open(Role.OWNER), await two.open(Role.WRITER)
    await two.go(owner, "/desk/people")
    line = owner.get_by_role("listitem").filter(has_text=str(ADDRESSES[Role.WRITER]))
    await line.get_by_text("Take the role", exact=True).click()
    await line.get_by_role("button", name="Yes, take it").click()
    await expect(owner.get_by_role("status")).to_have_text("Rahima has no role any more.")
    await writer.reload()
    await expect(writer.get_by_role("heading", level=1)).to_have_text("Please sign in")
    two.problems.clear()  # the browser notes that it was refused


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_axe_finds_no_grave_fault_and_nothing_hangs_over_the_edge(
    two: TwoPeople, language: str, size: tuple[int, int]
) -> None:
    await going_out(two.site)
    await asked_for(two.site)
    page = await two.open(Role.OWNER, size=size, language=language)
    await two.go(page, "/desk/people")
    await page.locator("form[action='/desk/people/invite'] button").click()
    for path in ("/desk/people", "/desk/audit", "/desk/approvals", "/desk/approvals/1"):
        await two.go(page, path)
        for folded in await page.locator("main summary").all():
            await folded.click()
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], path
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await grave_faults(page) == [], path
        if folder := os.environ.get("NEWSBOT_SCREENSHOTS"):
            await page.emulate_media(color_scheme="light")
            await page.screenshot(path=f"{folder}/{path.replace('/', '_')}-{language}-{size[0]}.png", full_page=True)
