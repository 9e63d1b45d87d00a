"""The demo page under test: its phones as their owners use them, and what the newsroom sees of the audience."""

from __future__ import annotations

import re

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


def address_in(printed: str) -> str:
    """Where the page is, as `newsbot demo` printed it."""
    found = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert found
    return found[0]
