"""The demo page under test: its phones as their owners use them, and what the newsroom sees of the audience."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.async_api import FrameLocator, Locator, Page, expect

ARRIVES = 90_000  #: milliseconds for what the bot does by itself; the machine may be busy


class Phone:
    """One phone of the page. `place`: which, as a selector."""

    def __init__(self, page: Page, place: str = ".place:first-child") -> None:
        self.frame: FrameLocator = page.frame_locator(f"{place} iframe")

    @property
    def bubbles(self) -> Locator:
        """What the bot has said, oldest first."""
        return self.frame.locator("li.in")

    def showing(self, text: str | re.Pattern[str]) -> Locator:
        """The bot's messages with this text."""
        return self.bubbles.filter(has_text=text)

    async def press(self, label: str | re.Pattern[str]) -> None:
        exact = isinstance(label, str)
        await self.frame.get_by_role("button", name=label, exact=exact).last.click()

    async def say(self, text: str) -> None:
        await self.frame.get_by_placeholder("বার্তা লিখুন").fill(text)
        await self.frame.get_by_role("button", name="পাঠান", exact=True).click()

    async def shows(self, text: str | re.Pattern[str]) -> None:
        await expect(self.showing(text).last).to_be_visible(timeout=ARRIVES)


class MessengerPhone(Phone):
    """The first Messenger phone of the page."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, ".place.messenger")

    async def say(self, text: str) -> None:
        await self.frame.get_by_placeholder("লিখুন").fill(text)
        await self.frame.get_by_role("button", name="পাঠান", exact=True).click()


class Newsroom:
    """The panel beside the phones, and the figures behind it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def publish(self, headline: str, *, breaking: bool) -> None:
        page = self.page
        if not await page.locator("#own").evaluate("own => own.open"):
            await page.locator("#own > summary").click()
        form = page.locator("#own-form")
        await form.locator("select[name=section]").select_option("sports")
        await form.locator("input[name=headline]").fill(headline)
        await form.locator("textarea[name=body]").fill("আজ বিকেলে মিরপুরে এই খেলা হয়েছে। দর্শক ছিলেন প্রায় কুড়ি হাজার।")
        await form.locator("input[name=breaking]").set_checked(breaking)
        await form.locator("button.main").click()
        await expect(page.locator("#told")).to_have_text(f"প্রকাশিত হলো: {headline}")

    async def wave(self, text: str) -> dict[str, Any]:
        """What the audience got of a text, all variants of it added up."""
        figures = await (await self.page.request.get("/newsroom/audience")).json()
        found = [wave for wave in figures["waves"] if text in wave["text"]]
        return {name: sum(wave[name] for wave in found) for name in ("readers", "twice", "corrected", "recalled")} | {
            "per_second": figures["per_second"],
            "joining": figures["joining"],
        }

    async def until(self, text: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        waited = 0
        while not done(wave := await self.wave(text)):
            assert waited < ARRIVES, wave
            await self.page.wait_for_timeout(200)
            waited += 200
        return wave

    async def trouble(self, name: str) -> None:
        await self.page.locator(f"[data-trouble='{name}']").click()


def address_in(printed: str) -> str:
    """Where the page is, as `newsbot demo` printed it."""
    found = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert found
    return found[0]
