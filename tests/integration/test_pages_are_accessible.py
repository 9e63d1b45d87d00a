"""Axe finds no grave fault on the demo's pages, with a conversation on each phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.axe import grave_faults
from tests.browser import IN_BROWSER, fresh
from tests.demo_page import MessengerPhone, Newsroom, Phone, address_in
from tests.programs import program

pytestmark = IN_BROWSER

WIDTHS = (1440, 390)


async def test_axe_sees_what_it_is_to_find(chromium: Browser) -> None:
    async with fresh(chromium) as browser:
        page = await browser.new_page()
        await page.set_content('<html lang="bn"><title>খবর</title><main><h1>খবর</h1><input></main></html>')
        (fault,) = await grave_faults(page)
        assert fault.startswith("label: ")


@pytest.mark.parametrize("language", ["bn", "en"])
async def test_the_demos_pages_have_no_grave_fault(tmp_path: Path, chromium: Browser, language: str) -> None:
    async with (
        fresh(chromium) as browser,
        program("demo", "--port", "0", "--data", tmp_path / "demo", "--readers", "3", folder=tmp_path) as demo,
    ):
        url = address_in(await demo.printed("Ctrl-C"))
        page = await browser.new_page(viewport={"width": WIDTHS[0], "height": 900})
        await page.goto(url)
        telegram, messenger = Phone(page), MessengerPhone(page)
        await telegram.press("শুরু করুন")
        await telegram.press("✅ বাংলা")
        await messenger.press("শুরু করি, বিষয় বেছে নেব")
        await messenger.press("✅ বাংলা")
        await messenger.press("⚽ খেলা")
        await messenger.press("হয়েছে")
        await Newsroom(page).publish("মিরপুরে শেষ বলে জয়", breaking=True)
        await messenger.shows("মিরপুরে শেষ বলে জয়")
        await page.goto(f"{url}?lang={language}")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            assert await faults_of(page) == []


async def faults_of(page: Page) -> list[str]:
    """Of the page and all that it frames."""
    return [f"{frame.url}: {fault}" for frame in page.frames for fault in await grave_faults(frame)]
