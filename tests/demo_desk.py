"""The web desk of the demo, in a browser: signed in from a phone, its buttons, and what its pages say."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, expect

from newsbot.text.digits import to_ascii_digits
from tests.demo_page import ARRIVES, Phone
from tests.desk_browser import OVERVIEW, WIDE

GOING, PAUSED, STOPPED, DONE = "পাঠানো হচ্ছে", "থামানো আছে", "বন্ধ করা হয়েছে", "শেষ হয়েছে"
GOT_IT = "পেয়েছেন"


async def signed_in(browser: Browser, phone: Phone, size: tuple[int, int] = WIDE) -> Page:
    """The desk, opened by the link that the bot answers with; the link works once."""
    await phone.say("/desk")
    link = phone.bubbles.locator("a[href*='/desk/enter/']").last
    await expect(link).to_be_visible(timeout=ARRIVES)
    address = await link.get_attribute("href")
    assert address is not None
    desk = await browser.new_page(viewport={"width": size[0], "height": size[1]})
    await desk.goto(address)
    await desk.locator("main button").click()
    await expect(desk.locator("h1")).to_have_text(OVERVIEW["bn"])
    again = await desk.goto(address)
    assert again is not None
    assert again.status == 410
    await desk.goto(f"{base_of(desk)}/desk")
    return desk


def base_of(desk: Page) -> str:
    return desk.url.partition("/desk")[0]


async def go(desk: Page, path: str) -> None:
    await desk.goto(base_of(desk) + path)


async def confirm(desk: Page, what: str | re.Pattern[str], yes: str) -> None:
    """A button that asks first, and then its yes."""
    await desk.locator("summary", has_text=what).first.click()
    await desk.get_by_role("button", name=yes, exact=True).click()


async def standing(desk: Page, state: str) -> None:
    """The page of an alert says that it stands so, by itself where the browser runs its script."""
    await expect(desk.locator("#standing .state")).to_have_text(state, timeout=ARRIVES)


async def count_of(desk: Page, outcome: str = GOT_IT) -> int:
    """How many of an alert's readers have this outcome, as its page says."""
    row = desk.locator("#outcomes tr", has=desk.get_by_role("rowheader", name=outcome, exact=True))
    return number_in(await row.locator("td").last.inner_text())


def number_in(text: str) -> int:
    """The first number in Bengali or English words: ৪,৭৬৮ or 4,768."""
    found = re.search(r"\d[\d,]*", to_ascii_digits(text))
    assert found, text
    return int(found[0].replace(",", ""))


async def figure_of(desk: Page, called: str) -> int:
    """One of the large figures of an alert's page."""
    return number_in(await desk.locator("#figures .figures > div", has_text=called).locator("dd").inner_text())


async def fits(desk: Page) -> None:
    """Nothing hangs over the edge."""
    assert await desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), desk.url
