"""The phone and the demo page in a real browser: what a reader sees, presses and hears of."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from newsbot.sandbox.demo import create_sandbox_app
from newsbot.sandbox.phone import PHONES, Phones
from newsbot.sandbox.telegram.formatting import read_text
from newsbot.sandbox.telegram.keyboards import read_markup
from newsbot.sandbox.telegram.model import BOT, Content, StoredMessage, User
from tests.browser import IN_BROWSER, fresh

pytestmark = IN_BROWSER


class Demo:
    """A running sandbox without a bot: the tests say what the bot would."""

    def __init__(self, phones: Phones, url: str, browser: Browser) -> None:
        self.phones = phones
        self.url = url
        self.browser = browser
        self.reader: User = phones.readers_or_first()[0]
        self.problems: list[str] = []

    def say(self, html: str, *keyboard: list[dict[str, Any]], silent: bool = False) -> StoredMessage:
        markup = read_markup(json.dumps({"inline_keyboard": keyboard}) if keyboard else "")
        content = Content(read_text(html, "HTML", ""))
        return self.phones.state.post(self.reader.id, BOT, content, markup=markup, silent=silent)

    def answer(self, text: str, *, alert: bool = False) -> None:
        """Answer the last press."""
        query = list(self.phones.state.callbacks.values())[-1]
        query.answer = {"text": text, "show_alert": alert, "url": None}
        self.phones.state.tell("callback_answer", query.chat_id, {"callback_query_id": query.id})

    async def open(self, path: str, **context: Any) -> Page:
        page = await self.browser.new_page(**{"viewport": {"width": 390, "height": 844}, **context})
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        await page.goto(self.url + path)
        return page

    async def phone(self, query: str = "", **context: Any) -> Page:
        page = await self.open(f"/phone/{self.reader.id}{query}", **context)
        await page.wait_for_selector("#phone[data-ready]")
        return page


@pytest_asyncio.fixture(loop_scope="session")
async def demo(chromium: Browser) -> AsyncIterator[Demo]:
    app = create_sandbox_app()
    async with TestServer(app) as server, fresh(chromium) as browser:
        demo = Demo(app[PHONES], str(server.make_url("")).rstrip("/"), browser)
        yield demo
        assert demo.problems == []


async def test_a_reader_starts_reads_and_presses(demo: Demo) -> None:
    demo.phones.state.bot.set_text("description", "খবর আপনার চ্যাটে", "")
    page = await demo.phone()
    await expect(page.locator("#about-text")).to_have_text("খবর আপনার চ্যাটে")
    await page.click("#start")
    await expect(page.locator("li.out")).to_contain_text("/start")
    await expect(page.locator("#composer")).to_be_visible()

    sent = demo.say("<b>স্বাগতম</b>", [{"text": "খেলা", "callback_data": "a"}, {"text": "শেষ", "callback_data": "b"}])
    button = page.get_by_role("button", name="খেলা")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    demo.phones.state.edit(sent, Content(read_text("<i>বদলে গেছে</i>", "HTML", "")), sent.markup)
    demo.answer("যোগ হলো")
    await expect(page.locator("#toast")).to_have_text("যোগ হলো")
    await expect(page.locator(f"#m{sent.message_id} .text i")).to_have_text("বদলে গেছে")
    await expect(page.locator(f"#m{sent.message_id} .edited")).to_be_visible()

    await page.get_by_role("button", name="শেষ").click()
    await expect(page.get_by_role("button", name="শেষ")).to_have_attribute("aria-busy", "true")
    demo.answer("সব ঠিক", alert=True)
    await expect(page.locator("#alert")).to_contain_text("সব ঠিক")
    await page.locator("#alert button").click()
    await expect(page.get_by_role("button", name="শেষ")).not_to_have_attribute("aria-busy", "true")

    demo.phones.state.delete(sent)
    await expect(page.locator(f"#m{sent.message_id}")).to_have_count(0)


async def test_what_is_typed_is_sent_by_enter_and_by_the_menu(demo: Demo) -> None:
    commands = [{"command": "latest", "description": "সর্বশেষ খবর"}]
    demo.phones.state.bot.set_commands(commands, "all_private_chats", "bn")
    demo.phones.readers.start(demo.reader.id)
    page = await demo.phone()
    await page.fill("#text", "ক্রিকেট")
    await page.press("#text", "Enter")
    await expect(page.locator("li.out").last).to_contain_text("ক্রিকেট")
    await expect(page.locator("#text")).to_have_value("")
    await page.click("#commands-button")
    await page.get_by_role("button", name="/latest সর্বশেষ খবর").click()
    await expect(page.locator("li.out").last).to_contain_text("/latest")
    await expect(page.locator("#commands")).to_be_hidden()


async def test_news_is_announced_aloud_or_silently(demo: Demo) -> None:
    demo.phones.readers.start(demo.reader.id)
    page = await demo.phone()
    demo.say("জরুরি <b>খবর</b>")
    banner = page.locator("#banner")
    await expect(banner).to_contain_text("জরুরি খবর")
    await expect(banner).to_contain_text("শব্দসহ এসেছে")
    demo.say("ধীর খবর", silent=True)
    await expect(banner).to_contain_text("ধীর খবর")
    await expect(banner).to_contain_text("নীরবে এসেছে")
    await expect(page.locator("li.in").last.locator(".muted")).to_be_visible()


async def test_a_spoiler_is_hidden_until_pressed_and_a_long_quote_unfolds(demo: Demo) -> None:
    demo.phones.readers.start(demo.reader.id)
    lines = "\n".join(f"লাইন {number}" for number in range(12))
    demo.say(f"<tg-spoiler>গোপন</tg-spoiler> <blockquote expandable>{lines}</blockquote>")
    page = await demo.phone()
    spoiler = page.locator("span.spoiler")
    await expect(spoiler).to_have_css("color", "rgba(0, 0, 0, 0)")
    await spoiler.focus()
    await page.keyboard.press("Enter")
    await expect(spoiler).not_to_have_css("color", "rgba(0, 0, 0, 0)")
    quote = page.locator("blockquote.expandable")
    folded = await quote.evaluate("quote => quote.clientHeight")
    await quote.click()
    assert await quote.evaluate("quote => quote.clientHeight") > 2 * folded


async def test_links_to_the_bot_and_to_the_share_sheet_stay_on_the_phone(demo: Demo) -> None:
    demo.phones.readers.start(demo.reader.id)
    username = demo.phones.state.account.username
    demo.say(
        f'<a href="https://t.me/{username}?start=topic-sports">খেলা</a>',
        [{"text": "শেয়ার", "url": "https://t.me/share/url?url=https%3A%2F%2Fexample.com%2F1&text=খবর"}],
    )
    page = await demo.phone()
    await page.get_by_role("link", name="শেয়ার").click()
    await expect(page.locator("#share-text")).to_have_text("খবর\nhttps://example.com/1")
    await page.locator("#share button", has_text="বন্ধ করুন").click()
    await page.get_by_role("link", name="খেলা").click()
    await page.click("#start")
    await expect(page.locator("li.out").last).to_contain_text("/start topic-sports")
    assert len(page.context.pages) == 1


async def test_block_unblock_and_language_are_in_the_menu(demo: Demo) -> None:
    demo.phones.readers.start(demo.reader.id)
    page = await demo.phone()
    await page.click("#menu summary")
    await page.click("#block")
    await expect(page.locator("#restart")).to_be_visible()
    await expect(page.locator("#composer")).to_be_hidden()
    await page.click("#restart")
    await expect(page.locator("#composer")).to_be_visible()
    await page.click("#menu summary")
    await page.select_option("#language", "en")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#text")).to_have_attribute("placeholder", "Message")


async def test_a_phone_that_lost_its_connection_catches_up(demo: Demo) -> None:
    demo.phones.readers.start(demo.reader.id)
    page = await demo.phone()
    for follower in list(demo.phones.streams.followers):
        follower.cancel()
    demo.say("পরে এল")
    await expect(page.locator("li.in").last).to_contain_text("পরে এল")
    await expect(page.locator("#offline")).to_be_hidden()
    demo.problems.clear()  # the browser reports the broken stream


async def test_the_newsroom_publishes_edits_and_withdraws_beside_the_phone(demo: Demo) -> None:
    page = await demo.open("/", viewport={"width": 1440, "height": 900})
    newest = page.locator("#published li").first
    await page.get_by_role("button", name="খেলা").click()
    await expect(page.locator("#told")).to_contain_text("প্রকাশিত হলো: একটানা ১৬ কিলোমিটার সাঁতরে")
    await expect(newest).to_contain_text("একটানা ১৬ কিলোমিটার সাঁতরে যমুনা পাড়ি দিলেন রিফাত")
    await expect(page.locator("#prepared").get_by_role("button", name="খেলা")).to_be_disabled()

    await page.click("#own summary")
    await page.fill("#own-form [name=headline]", "নিজের <i>খবর</i>")
    await page.fill("#own-form [name=body]", "এক\nদুই")
    await page.click("#own-form button")
    await expect(newest.locator("a")).to_have_text("নিজের <i>খবর</i>")
    await newest.locator("[data-edit]").click()
    await page.fill("#editor-form [name=headline]", "বদলানো খবর")
    await page.click("#editor-form button.main")
    await expect(newest.locator("a")).to_have_text("বদলানো খবর")
    page.on("dialog", lambda dialog: dialog.accept())
    await newest.locator("[data-withdraw]").click()
    await expect(page.locator("#told")).to_have_text("প্রত্যাহার করা হলো: বদলানো খবর")
    await expect(newest).to_contain_text("একটানা ১৬ কিলোমিটার")


async def test_a_phone_can_be_used_by_keyboard_alone(demo: Demo) -> None:
    page = await demo.phone()
    await page.locator("#start").wait_for()
    await page.keyboard.press("Shift+Tab")
    await expect(page.locator("#start")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    first = demo.say("প্রথম", [{"text": "খেলা", "callback_data": "a"}])
    second = demo.say("দ্বিতীয়")
    await expect(page.locator("li.in")).to_have_count(2)

    await page.keyboard.press("ArrowUp")
    await expect(page.locator(f"#m{second.message_id} .bubble")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Tab")
    await expect(page.locator(f"#m{first.message_id} [data-reply]")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#replying-text")).to_have_text("প্রথম")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("হ্যাঁ")
    await page.keyboard.press("Enter")
    await expect(page.locator("li.out .reply")).to_contain_text("প্রথম")

    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Escape")
    await expect(page.locator("#attach")).to_be_hidden()

    await page.locator("#menu summary").focus()
    await page.keyboard.press("Enter")
    await page.locator("#block").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#restart")).to_be_visible()
    await expect(page.locator("#menu summary")).to_be_focused()
    await page.locator("#restart").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()


async def test_the_newsroom_keeps_its_place_for_who_works_by_keyboard(demo: Demo) -> None:
    page = await demo.open("/", viewport={"width": 1440, "height": 900})
    sports = page.locator("#prepared").get_by_role("button", name="খেলা")
    politics = page.locator("#prepared").get_by_role("button", name="রাজনীতি")
    while not await sports.is_disabled():
        await sports.focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#told")).to_contain_text("প্রকাশিত হলো")
        await page.wait_for_function("document.activeElement.closest('#prepared button, #published button')")
    await expect(page.locator("#prepared button:not(:disabled)").first).to_be_focused()
    await politics.focus()
    first = page.locator("#published li").first
    await first.locator("[data-edit]").focus()
    await page.keyboard.press("Enter")
    await page.fill("#editor-form [name=headline]", "বদলানো খবর")
    await page.keyboard.press("Enter")
    await expect(first.locator("a")).to_have_text("বদলানো খবর")
    await expect(first.locator("[data-edit]")).to_be_focused()


async def test_several_phones_can_be_opened_and_the_address_remembers_them(demo: Demo) -> None:
    page = await demo.open("/", viewport={"width": 1440, "height": 900})
    await page.fill("#add-phone input", "রাফি")
    await page.get_by_role("button", name="+ টেলিগ্রাম").click()
    await expect(page.locator("iframe")).to_have_count(4)  # a reader's two and the editor's are there from the start
    await page.frame_locator("iframe >> nth=3").locator("#start").click()
    await expect(page.frame_locator("iframe >> nth=3").locator("li.out")).to_have_count(1)
    await expect(page.frame_locator("iframe >> nth=0").locator("li.out")).to_have_count(0)
    await page.reload()
    await expect(page.locator("iframe")).to_have_count(4)
    await page.get_by_role("button", name=demo.reader.first_name, exact=True).click()
    await expect(page.locator("iframe")).to_have_count(3)


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_is_wider_than_the_screen(demo: Demo, width: int) -> None:
    demo.phones.readers.start(demo.reader.id)
    demo.say("ক্ষ" * 200 + " " + "a" * 300, [{"text": "দীর্ঘ বোতাম " * 4, "callback_data": "a"}] * 3)
    for path in (f"/phone/{demo.reader.id}", "/", "/portal", "/sports/100059"):
        page = await demo.open(path, viewport={"width": width, "height": 700})
        await page.wait_for_load_state()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        if "phone" in path:
            await page.wait_for_selector("li.in")
            assert await page.evaluate("talk.scrollWidth <= talk.clientWidth")
        await page.close()
