"""The web desk in a real browser: signing in, watching an alert go out, stopping it; on a phone; without JavaScript."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from newsbot.desk.roles import Role
from newsbot.domain.alert import AlertState, Outcome
from tests.browser import IN_BROWSER
from tests.desk_browser import PHONE, WIDE, Desktop, open_desktop, shows_well
from tests.desk_pages import going_out
from tests.newsdesk import Newsdesk

pytestmark = IN_BROWSER


@pytest_asyncio.fixture(loop_scope="session")
async def desktop(chromium: Browser) -> AsyncIterator[Desktop]:
    """Alert 1 is going out."""
    async with open_desktop(Newsdesk(), chromium) as desktop:
        await going_out(desktop.site)
        yield desktop


async def deliver(desktop: Desktop, how_many: int, outcome: Outcome = Outcome.SENT) -> None:
    await desktop.site.newsdesk.deliver(1, outcome, most=how_many)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_an_alert_is_watched_and_stopped(desktop: Desktop, size: tuple[int, int]) -> None:
    page = await desktop.open(Role.EDITOR, size)
    await page.get_by_role("link", name="Broadcast 1").click()
    await expect(page.get_by_label("2 of 5 done (40%)")).to_be_visible()
    await deliver(desktop, 1)
    await expect(page.get_by_label("3 of 5 done (60%)")).to_be_visible()
    await page.get_by_text("Stop", exact=True).click()
    await deliver(desktop, 1, Outcome.BLOCKED)
    await expect(page.get_by_label("4 of 5 done (80%)")).to_be_visible()  # and the question stays open
    await page.get_by_role("button", name="Yes, stop it").click()
    await expect(page.get_by_role("status").first).to_have_text("Broadcast 1 – was stopped.")
    assert (await desktop.site.newsdesk.alert()).state is AlertState.STOPPED
    await expect(page.get_by_text("Rahima stopped it")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_what_one_editor_does_the_others_see_without_reloading(desktop: Desktop) -> None:
    one, another = await desktop.open(), await desktop.open(Role.EDITOR, PHONE)
    for page in (one, another):
        await desktop.go(page, "/desk/alerts/1")
    await one.get_by_text("Pause", exact=True).click()
    await one.get_by_role("button", name="Yes, pause it").dblclick()
    await expect(another.get_by_text("is paused", exact=True)).to_be_visible()
    await another.get_by_text("Go on", exact=True).click()
    await another.get_by_role("button", name="Yes, go on").click()
    await expect(one.get_by_text("is going out", exact=True)).to_be_visible()
    assert (await desktop.site.newsdesk.alert()).state is AlertState.RUNNING


async def test_a_page_that_was_refused_for_a_moment_is_live_again(desktop: Desktop) -> None:
    async def away(route: Route) -> None:
        await route.fulfill(status=503)

    page = await desktop.open()
    await page.route("**/live", away, times=1)
    await desktop.go(page, "/desk/alerts/1")
    await expect(page.get_by_label("2 of 5 done (40%)")).to_be_visible()
    await deliver(desktop, 1)
    await expect(page.get_by_label("3 of 5 done (60%)")).to_be_visible()
    desktop.problems.clear()  # the browser notes that it was refused


async def test_what_somebody_is_about_to_press_stays_when_the_page_becomes_live(desktop: Desktop) -> None:
    opened = asyncio.Event()

    async def late(route: Route) -> None:
        await opened.wait()
        await route.continue_()

    page = await desktop.open()
    await page.route("**/live", late)
    await desktop.go(page, "/desk/alerts/1")
    await page.get_by_text("Stop", exact=True).click()
    await deliver(desktop, 1)
    opened.set()
    await expect(page.get_by_label("3 of 5 done (60%)")).to_be_visible()
    await expect(page.get_by_role("button", name="Yes, stop it")).to_be_visible()


async def test_the_front_page_keeps_itself_up_to_date(desktop: Desktop) -> None:
    page = await desktop.open()
    await expect(page.get_by_text("2 of 5")).to_be_visible()
    await deliver(desktop, 1)
    await expect(page.get_by_text("3 of 5")).to_be_visible()


async def test_without_javascript_it_is_read_and_stopped_all_the_same(desktop: Desktop) -> None:
    page = await desktop.open(javascript=False)
    await desktop.go(page, "/desk/alerts/1")
    await expect(page.get_by_label("2 of 5 done (40%)")).to_be_visible()
    await page.get_by_text("Stop", exact=True).click()
    await page.get_by_role("button", name="Yes, stop it").click()
    await expect(page.get_by_text("Broadcast 1 – was stopped.")).to_be_visible()
    await page.get_by_role("button", name="বাংলা").click()
    await expect(page.locator("html")).to_have_attribute("lang", "bn")


async def test_everything_is_reached_with_the_keyboard(desktop: Desktop) -> None:
    page = await desktop.open()
    await desktop.go(page, "/desk/alerts/1")
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
async def test_axe_finds_no_grave_fault_and_nothing_hangs_over_the_edge(
    desktop: Desktop, language: str, size: tuple[int, int]
) -> None:
    await deliver(desktop, 1, Outcome.BLOCKED)
    page = await desktop.open(Role.EDITOR, size, language=language)
    for path in ("/desk", "/desk/alerts", "/desk/alerts/1", "/desk/nothing"):
        await desktop.go(page, path)
        assert await shows_well(page)
    desktop.problems.clear()  # the browser notes the page that is not there
