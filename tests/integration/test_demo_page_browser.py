"""The demo page in a real browser, without a bot: the editor's phone, and the newsroom's view of the audience."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, FrameLocator, Page, expect

from newsbot.sandbox import DEMO_EDITOR_ID
from newsbot.sandbox.demo import create_sandbox_app
from newsbot.sandbox.phone import PHONES, Phones
from newsbot.sandbox.simulated_readers import FIRST_ID
from newsbot.sandbox.telegram.formatting import read_text
from newsbot.sandbox.telegram.model import BOT, Content
from tests.browser import IN_BROWSER, fresh
from tests.sandbox_server import png

pytestmark = IN_BROWSER


@dataclass
class Demo:
    phones: Phones
    url: str
    browser: Browser
    problems: list[str] = field(default_factory=list)

    async def open(self, path: str = "/", width: int = 1440, height: int = 900) -> Page:
        page = await self.browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        await page.goto(self.url + path)
        return page

    def heard(self) -> list[dict[str, Any]]:
        """The messages that wait for the bot, oldest first."""
        return [update.payload for update in self.phones.state.updates.waiting() if update.kind == "message"]

    def broadcast(self, text: str, count: int) -> None:
        """What a bot would send to the first simulated readers."""
        state = self.phones.state
        for number in range(count):
            message = state.post(FIRST_ID + number, BOT, Content(read_text(text, "", "")))
            state.record_send("sendMessage", message)


@pytest_asyncio.fixture(loop_scope="session")
async def demo(chromium: Browser) -> AsyncIterator[Demo]:
    app = create_sandbox_app(readers=300)
    async with TestServer(app) as server, fresh(chromium) as browser:
        demo = Demo(app[PHONES], str(server.make_url("")).rstrip("/"), browser)
        yield demo
        assert demo.problems == []


def _editors(page: Page) -> FrameLocator:
    return page.frame_locator(".place.editor iframe")


async def test_the_phones_stand_side_by_side_and_below_each_other_where_it_is_narrow(demo: Demo) -> None:
    for width, beside in ((1440, True), (390, False)):
        page = await demo.open(width=width)
        telegram, messenger, editor = [
            box for place in await page.locator(".place").all() if (box := await place.bounding_box())
        ]
        for first, second in ((telegram, messenger), (messenger, editor)):
            assert (second["x"] >= first["x"] + first["width"]) is beside
            assert (second["y"] >= first["y"] + first["height"]) is not beside
        assert max(box["x"] + box["width"] for box in (telegram, messenger, editor)) <= width
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.close()


async def test_an_editor_writes_bold_italic_and_a_link_and_the_bot_hears_them(demo: Demo) -> None:
    page = await demo.open()
    phone = _editors(page)
    await phone.locator("#attach-button").click()
    await phone.locator("#format-button").click()
    box = phone.locator("#rich")
    await expect(box).to_be_focused()
    await phone.get_by_role("button", name="মোটা").click()
    await page.keyboard.type("জরুরি")
    await phone.get_by_role("button", name="মোটা").click()
    await page.keyboard.type(" খবর")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("দেখুন")
    await page.keyboard.press("Shift+Home")
    await phone.get_by_role("button", name="বাঁকা").click()
    await phone.get_by_role("button", name="লিংক").click()
    await phone.locator("#link-url").fill("https://example.org/১")
    await page.keyboard.press("Enter")
    await expect(box.locator("a")).to_have_text("দেখুন")
    await phone.get_by_role("button", name="পাঠান", exact=True).click()
    shown = phone.locator("li.out").last
    await expect(shown.locator(".text b")).to_have_text("জরুরি")
    await expect(shown.locator(".text i")).to_have_text("দেখুন")
    await expect(phone.locator("#text")).to_be_visible()
    message = demo.heard()[-1]
    assert message["text"] == "জরুরি খবর\nদেখুন"
    assert message["entities"] == [
        {"offset": 0, "length": 5, "type": "bold"},
        {"offset": 10, "length": 5, "type": "text_link", "url": "https://example.org/১"},
        {"offset": 10, "length": 5, "type": "italic"},
    ]


async def test_an_editor_sends_one_picture_or_an_album(demo: Demo, tmp_path: Path) -> None:
    page = await demo.open(f"/phone/{DEMO_EDITOR_ID}", 390)
    files = []
    for number in (1, 2):
        files.append(tmp_path / f"{number}.png")
        files[-1].write_bytes(png(40 * number, 30))
    await page.fill("#text", "ছবিসহ")
    await page.set_input_files("#photo", files[:1])
    await expect(page.locator("li.out img")).to_have_count(1)
    await page.set_input_files("#photo", files)
    await expect(page.locator("li.out img")).to_have_count(3)
    one, *album = demo.heard()
    assert (one["caption"], "media_group_id" in one) == ("ছবিসহ", False)
    assert [picture["photo"][0]["width"] for picture in album] == [40, 80]
    assert len({picture["media_group_id"] for picture in album}) == 1


async def test_an_editor_passes_on_an_agencys_message_with_its_formatting(demo: Demo) -> None:
    page = await demo.open(f"/phone/{DEMO_EDITOR_ID}", 390)
    await page.locator("#attach-button").click()
    await page.get_by_role("button", name="সংস্থার জরুরি খবর").click()
    shown = page.locator("li.out").last
    await expect(shown.locator(".forwarded")).to_have_text("ফরোয়ার্ড করা: দেশবার্তা সংস্থা")
    await expect(shown.locator(".text b")).to_have_text("জরুরি: উপকূলে ৭ নম্বর বিপদসংকেত")
    await page.locator("#attach-button").click()
    await page.get_by_role("button", name="ঘটনাস্থলের ছবি").click()
    await expect(page.locator("li.out").last.locator("img")).to_be_visible()
    agency, witness = demo.heard()
    assert {entity["type"] for entity in agency["entities"]} == {"bold", "italic", "text_link"}
    assert (witness["forward_origin"]["type"], len(witness["photo"])) == ("hidden_user", 1)


async def test_the_newsroom_sees_what_readers_get_by_itself(demo: Demo) -> None:
    page = await demo.open()
    await expect(page.locator("#readers")).to_have_text("৩০০ জন কৃত্রিম পাঠক")
    await expect(page.locator("#waves")).to_have_text("এখনো কিছু পাঠানো হয়নি।")
    await expect(page.locator("#peek")).to_be_disabled()
    demo.broadcast("জরুরি: সেতু বন্ধ", 120)
    await expect(page.locator("#waves li").first).to_contain_text("জরুরি: সেতু বন্ধ")
    await expect(page.locator("#waves small").first).to_have_text("১২০ জন পেয়েছেন")
    state = demo.phones.state
    first = state.messages.of_chat(FIRST_ID)[0]
    state.edit(first, Content(read_text("সংশোধিত: সেতু খোলা", "", "")), first.markup)
    state.delete(state.messages.of_chat(FIRST_ID + 1)[0])
    await expect(page.locator("#waves small").first).to_have_text("১২০ জন পেয়েছেন · ১টি সংশোধিত · ১টি মুছে নেওয়া")

    await page.locator("#peek").click()
    peeked = page.frame_locator(f"[data-place='{FIRST_ID + 119}'] iframe")
    await expect(peeked.locator("li.in")).to_contain_text("জরুরি: সেতু বন্ধ")
    await page.reload()
    await expect(page.locator(f"[data-place='{FIRST_ID + 119}']")).to_be_visible()


async def test_more_readers_and_trouble_come_at_the_press_of_a_button(demo: Demo) -> None:
    page = await demo.open()
    await page.get_by_role("button", name="+ ১০০ জন পাঠক").click()
    await expect(page.locator("#told")).to_have_text("তাঁরা একে একে ‘শুরু করুন’ চাপছেন।")
    await expect(page.locator("#readers")).to_contain_text("আসছেন")
    flood = page.get_by_role("button", name="৪২৯")
    await flood.click()
    await expect(flood).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#trouble-means")).to_contain_text("৩ সেকেন্ড পরে")
    assert {fault.name for fault in demo.phones.state.faults.faults} == {"flood"}
    await page.get_by_role("button", name="সব ঠিক").click()
    await expect(flood).to_have_attribute("aria-pressed", "false")
    await expect(page.get_by_role("button", name="সব ঠিক")).to_be_disabled()
    assert demo.phones.state.faults.faults == []


async def test_the_public_channel_can_be_read_and_a_reader_cannot_write_in_it(demo: Demo) -> None:
    page = await demo.open()
    await page.get_by_role("button", name="চ্যানেল", exact=True).click()
    channel = demo.phones.channel()
    shown = page.frame_locator(f"[data-place='{channel.id}'] iframe")
    await expect(shown.locator("#status")).to_have_text("চ্যানেল")
    state = demo.phones.state
    state.post(channel.id, BOT, Content(read_text("জরুরি খবর", "", "")))
    await expect(shown.locator("li.in")).to_contain_text("জরুরি খবর")
    await expect(shown.locator("footer button:visible, footer textarea:visible")).to_have_count(0)
