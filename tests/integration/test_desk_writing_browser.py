"""A broadcast in a real browser: written with a preview that follows, sent, corrected, taken back; on a phone, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from newsbot.desk.roles import Role
from newsbot.domain.alert import AlertKind
from tests.browser import IN_BROWSER
from tests.builders import a_draft
from tests.desk_browser import PHONE, WIDE, Desktop, open_desktop, picture, shows_well
from tests.newsdesk import Newsdesk

pytestmark = IN_BROWSER


@pytest_asyncio.fixture(loop_scope="session")
async def desktop(chromium: Browser) -> AsyncIterator[Desktop]:
    async with open_desktop(Newsdesk(), chromium) as desktop:
        newsdesk = desktop.site.newsdesk
        await newsdesk.readers(5, "sports")
        await newsdesk.readers(3, "politics")
        await newsdesk.articles.put(a_draft(headline="পদ্মা সেতু খুলল"), now=newsdesk.now, announce=True)
        yield desktop


async def drafts(
    desktop: Desktop, role: Role = Role.EDITOR, size: tuple[int, int] = WIDE, *, language: str = "en"
) -> Page:
    """The list of drafts."""
    page = await desktop.open(role, size, language=language)
    await desktop.go(page, "/desk/drafts")
    return page


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_a_broadcast_is_written_sent_corrected_and_taken_back(desktop: Desktop, size: tuple[int, int]) -> None:
    desk = desktop.site.newsdesk
    page = await drafts(desktop, Role.EDITOR, size)
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

    await desktop.go(page, "/desk/alerts/1/versions")
    await page.get_by_role("button", name="Correct it…").click()
    await page.get_by_label("The text").fill("সেতু কাল খুলবে")
    await page.get_by_role("button", name="Go on to sending…").click()
    await page.get_by_role("button", name="Yes, change it for 5 readers").click()
    await expect(page.locator("h1")).to_have_text("Correction of 1")
    await desktop.go(page, "/desk/alerts/1/versions")
    await expect(page.locator("main ol > li")).to_have_count(2)
    await picture(page, f"versions-{size[0]}")
    await page.get_by_role("link", name="Take it back…").click()
    await page.get_by_role("button", name="Yes, delete 5 copies").click()
    await expect(page.get_by_text("The copies are being deleted.")).to_be_visible()
    kinds = [one.kind for one in await desk.alerts.copies_touched(1)]
    assert kinds == [AlertKind.CORRECTION, AlertKind.RECALL]


async def test_without_javascript_it_is_written_previewed_and_sent_all_the_same(desktop: Desktop) -> None:
    page = await desktop.open(javascript=False)
    await page.get_by_role("button", name="Write a broadcast").click()
    await page.get_by_label("The text").fill("*সেতু* খুলে দেওয়া হলো https://news.example/1")
    await page.get_by_label("Sports").check()
    await page.get_by_role("button", name="Save and look").click()
    await expect(page.locator("#preview .bubble b").first).to_have_text("সেতু")
    await expect(page.locator("#preview .reach")).to_contain_text("This goes to 5 readers.")
    await page.get_by_role("button", name="Go on to sending…").click()
    await page.get_by_role("button", name="Yes, send to 5 readers").click()
    desk = desktop.site.newsdesk
    await desk.plan(1)
    await desk.deliver(1, most=2)
    await page.reload()
    await expect(page.get_by_label("2 of 5 done (40%)")).to_be_visible()
    await desk.deliver(1)
    await desk.finish(1)
    await page.reload()
    await expect(page.get_by_text("is done", exact=True)).to_be_visible()
    await expect(page.get_by_label("5 of 5 done (100%)")).to_be_visible()
    for path in ("/desk", "/desk/drafts", "/desk/alerts/1/versions", "/desk/figures", "/desk/articles", "/desk/audit"):
        await desktop.go(page, path)
        await expect(page.locator("h1")).to_be_visible()


async def test_what_is_typed_before_the_page_is_live_is_previewed(desktop: Desktop) -> None:
    page = await drafts(desktop)
    typed = asyncio.Event()

    async def late(route: Route) -> None:
        await typed.wait()
        await route.continue_()

    await page.route("**/writing.js*", late)
    await page.locator("main button.main").first.click(no_wait_after=True)
    await page.locator("#text").fill("*সেতু* খুলে দেওয়া হলো")
    typed.set()
    await expect(page.locator("#preview .bubble b").first).to_have_text("সেতু")


async def test_what_two_write_at_once_is_shown_to_the_later(desktop: Desktop) -> None:
    one = await drafts(desktop)
    await one.get_by_role("button", name="Write a broadcast").click()
    another = await drafts(desktop, Role.OWNER)
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
    desktop.problems.clear()  # the browser notes that it was not kept


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_axe_finds_no_grave_fault_in_light_or_dark(
    desktop: Desktop, language: str, size: tuple[int, int]
) -> None:
    page = await drafts(desktop, Role.EDITOR, size, language=language)
    await page.locator("main button.main").first.click()
    await page.locator("#text").fill("*সেতু* খুলে দেওয়া হলো\n> উদ্ধৃতি")
    await expect(page.locator("#preview .bubble b").first).to_have_text("সেতু")
    await page.locator("button[value=save]").click()
    draft = page.url.removeprefix(desktop.site.base)
    for path in ("/desk/drafts", draft, f"{draft}/article", f"{draft}/send"):
        await desktop.go(page, path)
        await picture(page, f"{path.strip('/').replace('/', '-')}-{language}-{size[0]}")
        assert await shows_well(page)
