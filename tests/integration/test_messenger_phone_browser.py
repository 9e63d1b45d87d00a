"""The Messenger phone in a real browser: what somebody sees, taps and hears of."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from newsbot.sandbox import DEMO_BOT_USERNAME
from newsbot.sandbox.messenger import DEMO_PAGE
from newsbot.sandbox.telegram.formatting import read_text
from newsbot.sandbox.telegram.model import BOT, Content
from tests.browser import IN_BROWSER, fresh
from tests.messenger_phone import (
    PhoneSandbox,
    button_template,
    carousel,
    link,
    phone_sandbox,
    postback,
    quick,
)
from tests.messenger_sandbox import webhook

pytestmark = IN_BROWSER


@dataclass
class Screens:
    """Pages of one sandbox without a bot: the tests say what the bot would."""

    sandbox: PhoneSandbox
    browser: Browser
    problems: list[str] = field(default_factory=list)

    async def open(self, path: str, **context: Any) -> Page:
        page = await self.browser.new_page(**{"viewport": {"width": 390, "height": 844}, **context})
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        await page.goto(self.sandbox.url + path)
        return page

    async def phone(self, query: str = "", **context: Any) -> Page:
        page = await self.open(self.sandbox.path + query, **context)
        await page.wait_for_selector("#phone[data-ready]")
        return page

    def cards(self, count: int) -> dict[str, Any]:
        """A carousel of so many articles."""
        return carousel(
            *(
                {
                    "title": f"শেষ ওভারের নাটকে {number} রানে জয়",
                    "subtitle": "খেলা",
                    "image_url": f"{self.sandbox.url}/images/sports-{number}.png",
                    "buttons": [postback(f"পড়ুন {number}", f"card:{number}")],
                }
                for number in range(1, count + 1)
            )
        )


@pytest_asyncio.fixture(loop_scope="session")
async def screens(chromium: Browser) -> AsyncIterator[Screens]:
    async with phone_sandbox() as sandbox, fresh(chromium) as browser:
        screens = Screens(sandbox, browser)
        yield screens
        assert screens.problems == []


async def test_somebody_starts_and_taps_quick_replies_that_vanish(screens: Screens) -> None:
    page = await screens.phone()
    await expect(page.locator("#greeting")).to_have_text("খবর আপনার চ্যাটে")
    await page.click("#start")
    await expect(page.locator("li.out")).to_contain_text("Get Started")
    await expect(page.locator("#greeting")).to_be_hidden()
    await screens.sandbox.say({"text": "কোন ভাষা?", "quick_replies": quick("বাংলা", "English")})
    replies = page.locator("#quick-replies button")
    await expect(replies).to_have_text(["বাংলা", "English"])
    await replies.first.click()
    await expect(replies).to_have_count(0)
    await expect(page.locator("li.out").last).to_contain_text("বাংলা")

    await screens.sandbox.say({"text": "কোন বিষয়?", "quick_replies": quick("খেলা")})
    await expect(replies).to_have_text(["খেলা"])
    await screens.sandbox.say("জরুরি খবর")
    await expect(replies).to_have_count(0)


async def test_the_thumb_gives_way_to_the_arrow_while_something_is_written(screens: Screens) -> None:
    await screens.sandbox.do("start")
    page = await screens.phone()
    await expect(page.locator("#send")).to_be_hidden()
    await page.click("#like")
    await expect(page.locator("li.out").last.locator(".glyph")).to_have_text("👍")
    await page.fill("#text", "ক্রিকেট")
    await expect(page.locator("#like")).to_be_hidden()
    await page.click("#send")
    await expect(page.locator("li.out").last).to_contain_text("ক্রিকেট")
    await expect(page.locator("#like")).to_be_visible()


async def test_a_carousel_is_turned_by_arrows_and_by_keyboard(screens: Screens) -> None:
    await screens.sandbox.do("start")
    await screens.sandbox.say(screens.cards(4))
    page = await screens.phone()
    cards = page.locator(".cards")
    forth, back = page.locator(".turn.on"), page.locator(".turn.back")
    await expect(back).to_be_hidden()
    await forth.click()
    await expect(back).to_be_visible()
    await page.wait_for_function("document.querySelector('.cards').scrollLeft > 100")

    await cards.focus()
    await page.keyboard.press("ArrowLeft")
    await expect(back).to_be_hidden()
    for _ in range(4):
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="পড়ুন 4")).to_be_focused()
    await expect(page.get_by_role("button", name="পড়ুন 4")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("li.out.tap").last).to_contain_text("পড়ুন 4")
    await expect(forth).to_be_hidden()


async def test_a_reaction_is_picked_and_taken_back(screens: Screens) -> None:
    await screens.sandbox.do("start")
    mid = await screens.sandbox.say("খবর")
    page = await screens.phone()
    item = page.locator(f"[id='{mid}']")
    for shown in (1, 0):
        await item.locator(".bubble").focus()
        await item.locator("[data-react]").click()
        await item.get_by_role("button", name="প্রতিক্রিয়া: 😮").click()
        await expect(item.locator(".reactions")).to_have_count(shown)


async def test_a_reaction_leaves_a_carousel_where_it_was_turned_to(screens: Screens) -> None:
    await screens.sandbox.do("start")
    mid = await screens.sandbox.say(screens.cards(4))
    page = await screens.phone()
    await page.locator(".turn.on").click()
    await page.wait_for_function("document.querySelector('.cards').scrollLeft > 200")
    await screens.sandbox.do("react", mid=mid, emoji="👍")
    await expect(page.locator(".reactions")).to_be_visible()
    assert await page.evaluate("document.querySelector('.cards').scrollLeft") > 200


async def test_the_thread_can_be_opened_by_a_link_and_the_menu_sends_what_it_lists(screens: Screens) -> None:
    menu = [
        {"locale": "default", "call_to_actions": [postback("সর্বশেষ", "m:latest"), link("সাইট", "https://example.com")]}
    ]
    await screens.sandbox.ok("POST", "me/messenger_profile", {"persistent_menu": menu})
    page = await screens.phone("?ref=topic-sports")
    await expect(page).to_have_url(screens.sandbox.url + screens.sandbox.path)
    assert screens.sandbox.readers.person(screens.sandbox.person).referral
    await page.click("#start")
    await page.click("#commands-button")
    await expect(page.get_by_role("link", name="সাইট")).to_have_attribute("href", "https://example.com")
    await page.get_by_role("button", name="সর্বশেষ").click()
    await expect(page.locator("#commands")).to_be_hidden()
    await expect(page.locator("li.out.tap").last).to_contain_text("সর্বশেষ")


async def test_the_newsroom_closes_windows_and_lets_time_pass(screens: Screens) -> None:
    page = await screens.open("/", viewport={"width": 1440, "height": 900})
    phone = page.frame_locator(".place.messenger iframe")
    await phone.locator("#start").click()
    counts = page.locator("#messenger-counts")
    await expect(counts).to_contain_text("১ জনের মধ্যে ১ জনের")
    await page.get_by_role("button", name="জানালা বন্ধ করুন").click()
    await expect(phone.locator("#window")).to_contain_text("জানালা বন্ধ")
    await expect(counts).to_contain_text("১ জনের মধ্যে ০ জনের")
    await phone.locator("#like").click()
    await expect(phone.locator("#window")).to_contain_text("জানালা খোলা")
    await page.get_by_role("button", name="এক দিন পার করুন").click()
    await expect(phone.locator("#window")).to_contain_text("জানালা বন্ধ")
    await expect(page.locator("#messenger-clock")).to_contain_text("সেখানে এখন")


async def test_the_newsroom_spoils_and_mends_the_token_and_the_page(screens: Screens) -> None:
    await screens.sandbox.do("start")
    page = await screens.open("/", viewport={"width": 1440, "height": 900})
    for name, code in (("টোকেনের মেয়াদ শেষ", 190), ("পেজ আটকানো", 368)):
        button = page.get_by_role("button", name=name)
        await button.click()
        await expect(button).to_have_attribute("aria-pressed", "true")
        assert (await screens.sandbox.refused_send(screens.sandbox.person, "খবর"))[0] == code
        await button.click()
        await expect(button).to_have_attribute("aria-pressed", "false")
        await screens.sandbox.say("খবর")


async def test_the_line_about_the_window_follows_what_happens(screens: Screens) -> None:
    page = await screens.phone()
    line = page.locator("#window")
    await expect(line).to_contain_text("জানালা খোলেনি")
    await page.click("#start")
    await expect(line).to_contain_text("খুলেছে: বোতাম")
    screens.sandbox.readers.close_window(screens.sandbox.person)
    await expect(line).to_contain_text("জানালা বন্ধ")
    await page.fill("#text", "আছি")
    await page.press("#text", "Enter")
    await expect(line).to_contain_text("খুলেছে: বার্তা")
    screens.sandbox.state.advance(25 * 3600)
    await expect(line).to_contain_text("জানালা বন্ধ")


async def test_news_is_announced_aloud_or_silently(screens: Screens) -> None:
    screens.sandbox.readers.get_started(screens.sandbox.person)
    page = await screens.phone()
    await screens.sandbox.say(button_template("জরুরি খবর", link("পড়ুন", "https://example.com/1")))
    banner = page.locator("#banner")
    await expect(banner).to_contain_text("জরুরি খবর")
    await expect(banner).to_contain_text("শব্দসহ এসেছে")
    await screens.sandbox.say("ধীর খবর", notification_type="SILENT_PUSH")
    await expect(banner).to_contain_text("নীরবে এসেছে")
    await expect(page.locator("li.in").last.locator(".muted")).to_be_visible()


async def test_the_page_types_and_sees(screens: Screens) -> None:
    await screens.sandbox.do("start")
    page = await screens.phone()
    await expect(page.locator(".receipt .delivered")).to_be_visible()
    await screens.sandbox.act("typing_on")
    await expect(page.locator("#typing")).to_be_visible()
    await expect(page.locator("#status")).to_have_text("লিখছে…")
    await screens.sandbox.act("mark_seen")
    await expect(page.locator(".receipt .seen")).to_be_visible()
    await screens.sandbox.say("উত্তর")
    await expect(page.locator("#typing")).to_be_hidden()


async def test_a_phone_that_lost_its_connection_catches_up(screens: Screens) -> None:
    await screens.sandbox.do("start")
    page = await screens.phone()
    for follower in list(screens.sandbox.phones.streams.followers):
        follower.cancel()
    await screens.sandbox.say("পরে এল")
    await expect(page.locator("li.in").last).to_contain_text("পরে এল")
    await expect(page.locator("#offline")).to_be_hidden()
    screens.problems.clear()  # the browser reports the broken stream


async def test_block_unblock_and_language_are_in_the_menu(screens: Screens) -> None:
    await screens.sandbox.do("start")
    page = await screens.phone()
    await page.click("#menu summary")
    await page.click("#block")
    await expect(page.locator("#composer")).to_be_hidden()
    await page.click("#unblock")
    await expect(page.locator("#composer")).to_be_visible()
    await page.click("#menu summary")
    await page.select_option("#language", "en")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("#window")).to_contain_text("Window open until")


async def test_a_phone_can_be_used_by_keyboard_alone(screens: Screens) -> None:
    page = await screens.phone()
    await page.locator("#start").wait_for()
    await page.keyboard.press("Shift+Tab")
    await expect(page.locator("#start")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    first = await screens.sandbox.say("প্রথম")
    await screens.sandbox.say({"text": "দ্বিতীয়", "quick_replies": quick("হ্যাঁ", "না")})
    await expect(page.locator("li.in")).to_have_count(2)

    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(f"[id='{first}'] .bubble")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(f"[id='{first}'] .picker button").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(f"[id='{first}'] [data-react]")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replying-text")).to_have_text("প্রথম")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="না").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("li.out").last).to_contain_text("না")
    await expect(page.locator("#text")).to_be_focused()


NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, select, textarea, summary, [role=img]')]
    .filter((one) => one.checkVisibility())
    .filter((one) => !(one.textContent.trim() || one.ariaLabel || one.title || one.labels?.length))
    .map((one) => one.outerHTML)"""


@pytest.mark.parametrize("language", ["bn", "en"])
async def test_everything_that_can_be_pressed_has_a_name_in_the_language_of_the_app(
    screens: Screens, language: str
) -> None:
    await screens.sandbox.do("language", language_code=language)
    await screens.sandbox.do("start")
    await screens.sandbox.do("sticker", sticker_id=369239263222822)
    await screens.sandbox.say({**screens.cards(3), "quick_replies": quick("আরও")})
    page = await screens.phone()
    await page.locator(".turn.on").wait_for()
    await page.click("#attach-button")
    await page.click("#menu summary")
    await page.locator("li.in .bubble").first.focus()
    assert await page.evaluate(NAMELESS) == []
    words = json.loads(await page.locator("#phone").get_attribute("data-words") or "{}")
    assert await page.evaluate("document.documentElement.lang") == language
    await expect(page.locator("#text")).to_have_attribute("aria-label", words["write"])


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_is_wider_than_the_screen(screens: Screens, width: int) -> None:
    await screens.sandbox.do("start")
    await screens.sandbox.say("ক্ষ" * 200 + " " + "a" * 300)
    await screens.sandbox.say(button_template("খ" * 300, *[postback("দীর্ঘ বোতাম ক্ষক্ষ", "a")] * 3))
    await screens.sandbox.say({**screens.cards(10), "quick_replies": quick(*[f"উত্তর {n} ক্ষক্ষ" for n in range(13)])})
    page = await screens.phone(viewport={"width": width, "height": 700})
    await page.wait_for_selector("#quick-replies button")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate("talk.scrollWidth <= talk.clientWidth")


async def test_a_link_to_the_readers_other_app_opens_the_phone_beside_it(screens: Screens) -> None:
    page = await screens.open("/", viewport={"width": 1440, "height": 900})
    messenger = page.frame_locator(".place.messenger iframe")
    telegram = page.frame_locator(".place:first-child iframe")
    await messenger.locator("#start").click()
    await screens.sandbox.say(f"টেলিগ্রামে: https://t.me/{DEMO_BOT_USERNAME}?start=topic-sports")
    await messenger.get_by_role("link", name="t.me").click()
    await telegram.locator("#start").click()
    await expect(telegram.locator("li.out").last).to_contain_text("/start topic-sports")

    state = screens.sandbox.telegram.state
    user = screens.sandbox.telegram.readers_or_first()[0]
    link_back = f'<a href="https://m.me/{DEMO_PAGE.id}?ref=article-7">মেসেঞ্জার</a> খুলুন: একই খবর, একই বিষয়, একই সময়ে'
    state.post(user.id, BOT, Content(read_text(link_back, "HTML", "")))
    async with webhook(screens.sandbox) as heard:
        await telegram.get_by_role("link", name="মেসেঞ্জার").click()
        (event,) = await heard.wait("referral")
    assert event["referral"]["ref"] == "article-7"
    assert len(page.context.pages) == 1


async def test_a_link_to_the_other_app_opens_its_phone_where_none_stands_beside(screens: Screens) -> None:
    await screens.sandbox.do("start")
    await screens.sandbox.say(f"টেলিগ্রাম: https://t.me/{DEMO_BOT_USERNAME}")
    page = await screens.phone()
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="t.me").click()
    telegram = await opened.value
    await expect(telegram).to_have_url(re.compile(r"/phone/[0-9]+$"))


async def test_a_messenger_phone_can_be_added_and_the_address_remembers_it(screens: Screens) -> None:
    page = await screens.open("/", viewport={"width": 1440, "height": 900})
    await page.fill("#add-phone input", "মিতু")
    await page.get_by_role("button", name="+ মেসেঞ্জার").click()
    added = page.locator(".place.messenger").last
    await expect(added.locator("figcaption")).to_have_text("মিতু · মেসেঞ্জার")
    await page.reload()
    await expect(page.locator(".place.messenger")).to_have_count(2)
    await page.get_by_role("button", name="মিতু (মেসেঞ্জার)").click()
    await expect(page.locator(".place.messenger")).to_have_count(1)
