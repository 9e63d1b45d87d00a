"""The demo as a Messenger reader meets it: choose, read, be alerted, fall out of the window, catch up, connect."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from newsbot.sandbox import DEMO_BOT_USERNAME
from tests.browser import IN_BROWSER, fresh
from tests.demo_page import ARRIVES, MessengerPhone, Newsroom, Phone, address_in
from tests.programs import program

pytestmark = IN_BROWSER


async def test_a_reader_begins_follows_is_alerted_catches_up_and_connects_both_chats(
    tmp_path: Path, chromium: Browser
) -> None:
    data = tmp_path / "demo"
    problems: list[str] = []
    async with fresh(chromium) as browser:
        async with program("demo", "--port", "0", "--data", data, "--readers", "0", folder=tmp_path) as demo:
            page = await _page(browser, address_in(await demo.printed("Ctrl-C")), problems)
            messenger, telegram, newsroom = MessengerPhone(page), Phone(page), Newsroom(page)
            replies = messenger.frame.locator("#quick-replies button")
            window = messenger.frame.locator("#window")

            # Greeting and questions stand in the empty thread; the first of them begins.
            await expect(messenger.frame.locator("#greeting")).to_contain_text("জোনাকি বার্তা")
            await messenger.press("শুরু করি, বিষয় বেছে নেব")
            await messenger.shows("একটি প্রোগ্রাম উত্তর দেয়")
            await expect(window).to_contain_text("খুলেছে: বোতাম")
            await messenger.press("✅ বাংলা")
            await messenger.press("⚽ খেলা")
            await expect(replies.filter(has_text="✅ ⚽ খেলা")).to_be_visible()
            await messenger.press("হয়েছে")
            await expect(replies.filter(has_text="খেলা")).to_have_count(0)  # they vanished

            # How alerts come here is said plainly, with the way to those that always come.
            await messenger.shows("জেনে রাখুন")
            await expect(messenger.showing(f"https://t.me/{DEMO_BOT_USERNAME}").first).to_be_visible()

            # Headlines are a row of cards; one is opened.
            await messenger.say("/latest")
            cards = messenger.bubbles.last.locator(".cards .card")
            await expect(cards.nth(1)).to_be_attached()
            await cards.first.get_by_role("button").click()
            await expect(messenger.frame.get_by_role("link", name=re.compile("পুরোটা")).last).to_be_visible()

            # The same news on both of the reader's phones.
            for label in ("শুরু করুন", "✅ বাংলা", "⚽ খেলা", "হয়েছে"):
                await telegram.press(label)
            await newsroom.publish("মিরপুরে শেষ বলে জয়", breaking=True)
            await messenger.shows("মিরপুরে শেষ বলে জয়")
            await telegram.shows("মিরপুরে শেষ বলে জয়")

            # The window closes: nothing comes there, until the reader is heard of again.
            await page.get_by_role("button", name="জানালা বন্ধ করুন").click()
            await expect(window).to_contain_text("জানালা বন্ধ")
            await newsroom.publish("ফাইনালে বাংলাদেশ", breaking=True)
            await telegram.shows("ফাইনালে বাংলাদেশ")
            await expect(messenger.showing("ফাইনালে বাংলাদেশ")).to_have_count(0)
            await messenger.say("হ্যালো")
            await messenger.shows("১টি খবর জমা আছে")
            await messenger.press("দেখুন")
            await messenger.shows("ফাইনালে বাংলাদেশ")

            # A refused token halts this channel alone; what was published meanwhile comes when it is mended.
            await page.get_by_role("button", name="টোকেনের মেয়াদ শেষ").click()
            await newsroom.publish("কোচ বদলাচ্ছে দল", breaking=True)
            await telegram.shows("কোচ বদলাচ্ছে দল")
            await expect(messenger.showing("কোচ বদলাচ্ছে দল")).to_have_count(0)
            await page.get_by_role("button", name="টোকেনের মেয়াদ শেষ").click()
            await messenger.shows("কোচ বদলাচ্ছে দল")

            # One reader, two chats: the link opens the other phone, and from then on news comes once.
            await messenger.say("/link")
            await messenger.frame.get_by_role("link", name="টেলিগ্রাম খুলুন").click()
            await telegram.press("শুরু করুন")
            await telegram.press("হ্যাঁ")
            await telegram.shows("চ্যাট এখন এক")
            await newsroom.publish("প্রথম সেঞ্চুরি", breaking=True)
            await telegram.shows("প্রথম সেঞ্চুরি")
            await expect(messenger.showing("প্রথম সেঞ্চুরি")).to_have_count(0)
            said = await messenger.bubbles.count()
            assert await demo.stop(signal.SIGINT) == 0
        async with program("demo", "--port", "0", "--data", data, "--readers", "0", folder=tmp_path) as demo:
            await page.goto(address_in(await demo.printed("Ctrl-C")))
            messenger = MessengerPhone(page)
            await expect(messenger.bubbles).to_have_count(said)
            await messenger.say("/mytopics")
            await messenger.shows("⚽ খেলা")
            assert await demo.stop(signal.SIGTERM) == 0
    assert problems == []


async def _page(browser: Browser, url: str, problems: list[str]) -> Page:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(ARRIVES)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(url)
    return page
