"""The whole program: from /desk on the editor's phone to a broadcast that is watched and stopped in the browser."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.axe import grave_faults
from tests.browser import IN_BROWSER, fresh
from tests.demo_desk import DONE, GOING, count_of, signed_in, standing
from tests.demo_page import ARRIVES, Newsroom, Phone, address_in
from tests.programs import program

pytestmark = IN_BROWSER

READERS = 1000  #: half a minute at Telegram's rate: a browser on a busy machine still stops it in the first half


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["wide", "phone"])
async def test_a_broadcast_is_watched_paused_stopped_and_tried_again(
    tmp_path: Path, chromium: Browser, size: tuple[int, int]
) -> None:
    arguments = ("demo", "--port", "0", "--data", tmp_path / "demo", "--readers", str(READERS))
    async with fresh(chromium) as browser, program(*arguments, folder=tmp_path) as demo:
        url = address_in(await demo.printed("Ctrl-C"))
        page = await browser.new_page(base_url=url, viewport={"width": 1440, "height": 900})
        await page.goto(url)
        editor, newsroom = Phone(page, ".place.editor"), Newsroom(page)
        desk = await signed_in(browser, editor, size)

        await editor.say("/broadcast")
        await editor.shows("বার্তাটি সেভাবে লিখুন বা ফরোয়ার্ড করুন")
        await editor.say("পদ্মায় ফেরি বন্ধ")
        await editor.press("আগে দেখুন")
        await newsroom.trouble("slow")  # or it might be over before a busy machine has shown it
        await editor.press("পাঠান…")
        await editor.press(re.compile("^হ্যাঁ"))

        await newsroom.until("পদ্মায় ফেরি বন্ধ", lambda wave: wave["readers"] > 10)
        await desk.goto(f"{desk.url.partition('/desk')[0]}/desk")
        await desk.get_by_role("link", name=re.compile("বার্তা ১")).click()
        await standing(desk, GOING)
        await expect(desk.locator("#figures progress")).not_to_have_attribute("value", "0", timeout=ARRIVES)
        await desk.get_by_text("থামিয়ে রাখুন", exact=True).click()
        await desk.get_by_role("button", name="হ্যাঁ, থামিয়ে রাখুন").click()
        await expect(desk.get_by_role("status").first).to_contain_text("থামানো")
        assert await grave_faults(desk) == []
        await desk.get_by_text("বন্ধ করুন", exact=True).click()
        await desk.get_by_role("button", name="হ্যাঁ, বন্ধ করুন").click()
        await newsroom.trouble("")

        again = desk.get_by_text(re.compile("^আবার চেষ্টা করুন: টেলিগ্রাম"))
        async with asyncio.timeout(ARRIVES / 1000):
            while not await again.is_visible():  # until everybody is accounted for
                await desk.reload()
                await desk.wait_for_timeout(500)
        await again.click()
        await desk.get_by_role("button", name=re.compile("^হ্যাঁ, .* জনকে আবার পাঠান$")).click()
        await expect(desk.locator("h1")).to_contain_text("আবার পাঠানো")
        await standing(desk, DONE)
        second = await count_of(desk)
        await desk.goto(f"{desk.url.rpartition('/')[0]}/1")
        first = await count_of(desk)
        wave = await newsroom.wave("পদ্মায় ফেরি বন্ধ")
        assert (wave["readers"], wave["twice"]) == (first + second, 0)
        assert second > first
        assert await demo.stop() == 0
