"""The demo as a newcomer meets it: one command, one address, and everything in Bengali, in a real browser."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser import IN_BROWSER, fresh
from tests.demo_page import Phone, address_in
from tests.programs import program, run_to_end

pytestmark = IN_BROWSER


async def test_a_newcomer_starts_chooses_reads_searches_and_finds_it_all_again(
    tmp_path: Path, chromium: Browser
) -> None:
    data = tmp_path / "demo"
    problems: list[str] = []
    async with fresh(chromium) as browser:
        async with program("demo", "--port", "0", "--data", data, folder=tmp_path) as demo:
            page = await browser.new_page(viewport={"width": 1280, "height": 900})
            page.on("pageerror", lambda error: problems.append(str(error)))
            await page.goto(address_in(await demo.printed("Ctrl-C")))
            phone = Phone(page)
            await phone.press("শুরু করুন")
            await phone.shows("স্বাগতম")
            await phone.press("✅ বাংলা")
            await phone.press("⚽ খেলা")
            await phone.press("✅ ⚽ খেলা")  # off again
            await phone.press("⚽ খেলা")
            await phone.press("হয়েছে")
            await phone.shows("খেলা")

            await phone.say("/latest")
            await phone.shows("সর্বশেষ খবর")
            await phone.press("১")
            await expect(phone.frame.get_by_role("link", name=re.compile("পুরোটা")).last).to_be_visible()

            await phone.say("ফেরিঘাট")
            await phone.shows("‘ফেরিঘাট’")
            await phone.say("ক্রিড়া ১")
            await phone.shows("খেলা")
            await phone.frame.get_by_role("button", name="আরও পাঠান").click()
            await phone.frame.locator("[data-sticker]").first.click()
            await phone.shows("শুধু লেখা বুঝি")

            await _publish(page, "পরীক্ষামূলক সেতু উদ্বোধন")
            await _until_read(phone, "পরীক্ষামূলক সেতু উদ্বোধন")
            said = await phone.bubbles.count()
            assert await demo.stop(signal.SIGINT) == 0
        async with program("demo", "--port", "0", "--data", data, folder=tmp_path) as demo:
            await page.goto(address_in(await demo.printed("Ctrl-C")))
            phone = Phone(page)
            await expect(phone.bubbles).to_have_count(said)
            await phone.say("/mytopics")
            await phone.shows("⚽ খেলা")
            _, figures, _ = await run_to_end("--env-file", data / "demo.env", "stats", folder=tmp_path)
            assert "subscribers: 301\n" in figures  # the simulated ones too
            assert await demo.stop(signal.SIGTERM) == 0
    assert problems == []


async def _publish(page: Page, headline: str) -> None:
    await page.locator("#own > summary").click()
    form = page.locator("#own-form")
    await form.locator("select[name=section]").select_option("national")
    await form.locator("input[name=headline]").fill(headline)
    await form.locator("textarea[name=body]").fill("আজ সকালে সেতুটি খুলে দেওয়া হয়েছে। প্রথম দিনে টোল নেওয়া হয়নি।")
    await form.locator("button.main").click()


async def _until_read(phone: Phone, headline: str) -> None:
    """Ask for the latest until the source was read again and the new article leads the list."""
    async with asyncio.timeout(60):
        while True:
            count = await phone.bubbles.count()
            await phone.say("/latest")
            await expect(phone.bubbles).to_have_count(count + 1)
            if headline in await phone.bubbles.last.inner_text():
                return
            await asyncio.sleep(2)
