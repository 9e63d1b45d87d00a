"""The demo as an editor meets it who never saw it: publish, break news, watch, pause, correct, recall, stop."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser import IN_BROWSER, fresh
from tests.demo_page import ARRIVES, Newsroom, Phone, address_in
from tests.programs import program
from tests.sandbox_server import png

pytestmark = IN_BROWSER

READERS = 900  #: half a minute at Telegram's rate: a browser on a busy machine still pauses it in the middle
MANY = 6000  #: minutes, of which only the beginning is waited for
YES = re.compile("^হ্যাঁ, ")
GOING, PAUSED, STOPPED, DONE = "পাঠানো হচ্ছে", "থামানো আছে", "বন্ধ করা হয়েছে", "শেষ হয়েছে"


async def _follow_sports(reader: Phone) -> None:
    for button in ("শুরু করুন", "✅ বাংলা", "⚽ খেলা", "হয়েছে"):
        await reader.press(button)


async def _confirm(editor: Phone, what: str) -> None:
    """Press it, and then the *yes* that it asks for."""
    await editor.press(what)
    await editor.press(YES)


@asynccontextmanager
async def _demo(chromium: Browser, folder: Path, readers: int) -> AsyncIterator[Page]:
    """The demo's page, with so many simulated readers. It has to stop cleanly, and the page without an error."""
    problems: list[str] = []
    async with (
        fresh(chromium) as browser,
        program("demo", "--port", "0", "--data", folder / "d", "--readers", str(readers), folder=folder) as demo,
    ):
        url = address_in(await demo.printed("Ctrl-C"))
        context = await browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        page = await context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto("/")
        yield page
        assert await demo.stop() == 0
    assert problems == []


async def test_an_editor_publishes_breaks_watches_pauses_corrects_and_recalls(
    tmp_path: Path, chromium: Browser
) -> None:
    async with _demo(chromium, tmp_path, READERS) as page:
        reader, editor, newsroom = Phone(page), Phone(page, ".place.editor"), Newsroom(page)
        banner = reader.frame.locator("#banner")

        await _follow_sports(reader)

        # The feed brings an article, and the push arrives aloud, with its buttons.
        await newsroom.publish("মিরপুরে শেষ বলে জয়", breaking=False)
        await reader.shows("মিরপুরে শেষ বলে জয়")
        await expect(banner).to_contain_text("মিরপুরে শেষ বলে জয়")
        await expect(banner).to_contain_text("শব্দসহ এসেছে")
        await reader.press("এটি কেন পেলাম?")
        await reader.shows("খেলা")
        got = await newsroom.until(
            "মিরপুরে শেষ বলে জয়", lambda wave: wave["readers"] > READERS // 4 and not wave["per_second"]
        )
        assert got["twice"] == 0

        # Breaking news is brought to the bot at once, and to the channel first.
        await page.get_by_role("button", name="চ্যানেল", exact=True).click()
        channel = Phone(page, ".place:last-child")
        await newsroom.publish("ব্রেকিং: ফাইনালে বাংলাদেশ", breaking=True)
        await channel.shows("ফাইনালে বাংলাদেশ")
        await reader.shows("ফাইনালে বাংলাদেশ")
        await page.get_by_role("button", name="চ্যানেল", exact=True).click()

        # The editor writes; an album is refused and a text taken, previewed and sent to the editor alone.
        await editor.say("/broadcast")
        await editor.shows("বার্তাটি সেভাবে লিখুন বা ফরোয়ার্ড করুন")
        pictures = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": png(40, 30 + n)} for n in (1, 2)]
        await editor.frame.locator("#photo").set_input_files(pictures)  # type: ignore[arg-type]
        await editor.shows("একসঙ্গে কয়েকটি ছবি পাঠানো যায় না")
        await editor.frame.locator("#attach-button").click()
        await editor.press(re.compile("সংস্থার জরুরি খবর"))
        await editor.press("আগে দেখুন")
        await editor.shows("পাঠকেরা এমন দেখবেন")
        await editor.press("আগে আমাকে পাঠান")
        await editor.shows("আপনাকে পাঠানো হলো")
        await expect(reader.showing("৭ নম্বর বিপদসংকেত")).to_have_count(0)

        everybody = await newsroom.until("ফাইনালে বাংলাদেশ", lambda wave: wave["readers"] > 0.9 * READERS)
        assert everybody["twice"] == 0

        # It goes out once, however often the button is pressed; then it is paused, and stands still.
        await editor.press("পাঠান…")
        yes = editor.frame.get_by_role("button", name=YES).last
        await yes.dblclick()
        await editor.shows(GOING)
        await reader.shows("৭ নম্বর বিপদসংকেত")
        await expect(reader.showing("৭ নম্বর বিপদসংকেত").locator(".text b").first).to_contain_text("জরুরি")
        await editor.press("⏸ থামান")
        await editor.shows(PAUSED)
        halted = await newsroom.until("৭ নম্বর বিপদসংকেত", lambda wave: not wave["per_second"])
        assert 0 < halted["readers"] < READERS - 100
        await page.wait_for_timeout(1500)
        assert (await newsroom.wave("৭ নম্বর বিপদসংকেত"))["readers"] == halted["readers"]

        # It goes on, through floods and failures, and nobody is left out or gets it twice.
        await newsroom.trouble("flood")
        await newsroom.trouble("errors")
        await editor.press("▶ আবার চালান")
        struck = page.locator("[data-trouble=errors] .struck")
        await expect(struck).to_have_text(re.compile("×[১-৯]"), timeout=ARRIVES)
        await newsroom.trouble("")
        await editor.shows(re.compile(rf"বার্তা \S+ – {DONE}"))
        report = await editor.showing(DONE).last.inner_text()
        assert "হিসাব মেলেনি" not in report
        sent = await newsroom.wave("৭ নম্বর বিপদসংকেত")
        assert sent["twice"] == 0
        assert sent["readers"] > 0.9 * READERS

        # The copies are corrected where they are, without a sound.
        await editor.press("✏️ সংশোধন")
        await editor.shows("লেখাটি যেমন হওয়া উচিত")
        await editor.say("জরুরি: উপকূলে ৮ নম্বর বিপদসংকেত")
        await _confirm(editor, "কপিগুলো বদলান…")
        await reader.shows("৮ নম্বর বিপদসংকেত")
        await reader.shows("সংশোধিত")
        await expect(reader.showing("৭ নম্বর বিপদসংকেত")).to_have_count(0)
        await newsroom.until("৭ নম্বর বিপদসংকেত", lambda wave: wave["corrected"] == sent["readers"])

        # And they are taken back from every chat.
        await editor.say("/broadcasts")
        await editor.press("১")
        await _confirm(editor, "🗑 প্রত্যাহার")
        await expect(reader.showing("৮ নম্বর বিপদসংকেত")).to_have_count(0, timeout=ARRIVES)
        await newsroom.until("৭ নম্বর বিপদসংকেত", lambda wave: wave["recalled"] == sent["readers"])


async def test_an_editor_stops_a_silent_one_in_the_middle_for_good(tmp_path: Path, chromium: Browser) -> None:
    async with _demo(chromium, tmp_path, MANY) as page:
        reader, editor, newsroom = Phone(page), Phone(page, ".place.editor"), Newsroom(page)
        banner = reader.frame.locator("#banner")
        await _follow_sports(reader)
        await editor.say("/broadcast")
        await editor.shows("বার্তাটি সেভাবে লিখুন বা ফরোয়ার্ড করুন")
        await editor.say("রাতের বুলেটিন: সব ফেরি চলছে")
        await editor.shows("কারা পাবেন, কীভাবে?")
        await editor.press("🔕 শব্দ ছাড়া")
        await editor.shows("✅ 🔕 শব্দ ছাড়া")
        await editor.press("আগে দেখুন")
        await editor.shows("ফোনে শব্দ হবে না")
        await _confirm(editor, "পাঠান…")
        await expect(banner).to_contain_text("রাতের বুলেটিন", timeout=ARRIVES)
        await expect(banner).to_contain_text("নীরবে এসেছে")
        await editor.press("⏹ বন্ধ করুন")
        await editor.shows(STOPPED)
        stopped = await newsroom.until("রাতের বুলেটিন", lambda wave: not wave["per_second"])
        assert 0 < stopped["readers"] < MANY - 100
