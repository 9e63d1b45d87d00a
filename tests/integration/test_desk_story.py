"""The whole program with 5,000 readers: two editors write, approve, send, pause, correct and recall a broadcast on the
web desk, and what its pages say is what the sandbox has counted. A shorter one on a phone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser import IN_BROWSER, fresh
from tests.demo_desk import (
    DONE,
    PAUSED,
    STOPPED,
    confirm,
    count_of,
    figure_of,
    fits,
    go,
    number_in,
    signed_in,
    standing,
)
from tests.demo_page import ARRIVES, Newsroom, Phone, address_in
from tests.desk_browser import PHONE
from tests.programs import program

pytestmark = IN_BROWSER

STARTS = 180.0  #: seconds in which thousands have subscribed, on a busy machine
READERS = 5_200  #: some have paused their alerts: more than 5,000 are sent this one
OTHERS = 2  #: who got it and are not simulated: the public channel; the second editor, a reader, too
FEWER = 3_000  #: minutes at the free rate, of which only the beginning is waited for
RATE = 500  #: a second; half a minute with answers three seconds late, in which nobody misses the moment to pause
SEVEN, EIGHT = "উপকূলে ৭ নম্বর বিপদসংকেত", "উপকূলে ৮ নম্বর বিপদসংকেত"
SENDING = "পাঠানোর ধাপে যান…"


@dataclass
class Demo:
    browser: Browser
    reader: Phone
    editor: Phone
    newsroom: Newsroom


@asynccontextmanager
async def _demo(chromium: Browser, folder: Path, readers: int, *options: str) -> AsyncIterator[Demo]:
    """It has to stop cleanly, and the demo's own page without an error."""
    problems: list[str] = []
    arguments = ("demo", "--port", "0", "--data", folder / "d", "--readers", str(readers))
    async with fresh(chromium) as browser, program(*arguments, *options, folder=folder) as running:
        url = address_in(await running.printed("Ctrl-C", STARTS))
        page = await browser.new_page(base_url=url, viewport={"width": 1440, "height": 900})
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto("/")
        yield Demo(browser, Phone(page), Phone(page, ".place.editor"), Newsroom(page))
        assert await running.stop() == 0
    assert problems == []


async def _second_editor(demo: Demo, owner: Page) -> Page:
    """The owner invites the reader by a link, who takes the role on their own phone. Their desk is in English."""
    await owner.get_by_role("link", name="সদস্য").click()
    await owner.locator("#invited").select_option("editor")
    await owner.get_by_role("button", name="লিংক তৈরি করুন").click()
    link = await owner.locator(".note.good a[href*='t.me']").get_attribute("href")
    assert link is not None
    phone = demo.reader
    await phone.press("শুরু করুন")
    await phone.shows("বাংলা")
    await phone.say(link)
    await phone.frame.locator("li.out a").last.click()
    await phone.press("শুরু করুন")
    await phone.press(re.compile("^হ্যাঁ, সম্পাদক"))
    await phone.shows("স্বাগতম! আপনি এখন সম্পাদক।")
    desk = await signed_in(demo.browser, phone)
    await desk.get_by_role("button", name="English").click()
    await expect(desk.locator("h1")).to_have_text("Overview")
    return desk


async def _begin(desk: Page, text: str) -> None:
    """A broadcast is written, up to its preview."""
    await go(desk, "/desk")
    await desk.get_by_role("button", name="বার্তা লিখুন").click()
    await desk.get_by_label("লেখা", exact=True).fill(f"*জরুরি:* {text}")


async def _moves(desk: Page) -> None:
    await expect(desk.locator("#figures progress")).not_to_have_attribute(
        "value", re.compile("^[01]$"), timeout=ARRIVES
    )


async def _approved_by(desk: Page) -> None:
    """The second person finds it on the front page, sees what readers will see, and lets it go out."""
    await go(desk, "/desk")
    await desk.locator("a[href*='/desk/approvals/']", has_text="বিপদসংকেত").click()
    await expect(desk.locator(".phone .bubble").first).to_contain_text("বিপদসংকেত")
    await desk.get_by_role("button", name="Approve: it goes out").dblclick()
    await expect(desk.locator("h1")).to_contain_text(re.compile("^(Broadcast|Correction)"))


async def test_two_editors_send_a_broadcast_to_five_thousand_pause_correct_and_recall_it(
    tmp_path: Path, chromium: Browser
) -> None:
    async with _demo(chromium, tmp_path, READERS, "--rate", str(RATE), "--approval", "breaking") as demo:
        newsroom = demo.newsroom
        owner = await signed_in(demo.browser, demo.editor)
        second = await _second_editor(demo, owner)

        # It is written, and previewed as each channel shows it, with its number of readers.
        await _begin(owner, SEVEN)
        await owner.get_by_label("ব্রেকিং: অন্য সব খবরের আগে").check()
        await expect(owner.locator("#preview .bubble").first).to_contain_text(f"ব্রেকিং\nজরুরি: {SEVEN}")
        audience = number_in(await owner.locator("#preview .reach").inner_text())
        assert 5_000 < audience < READERS
        await owner.get_by_role("button", name="আমার ফোনে পাঠান").click()
        await demo.editor.shows(SEVEN)

        # Nothing goes out before a second person has approved it; then it does, once.
        await owner.get_by_role("button", name=SENDING).click()
        await owner.get_by_role("button", name="অনুমোদন চান").dblclick()
        await expect(owner.get_by_text("এখনো কিছু পাঠানো হয়নি").first).to_be_visible()
        assert (await newsroom.wave(SEVEN))["readers"] == 0
        await newsroom.trouble("slow")
        await _approved_by(second)

        # Both watch it; one pauses it, and it stands still.
        await go(owner, "/desk/alerts/1")
        await _moves(owner)
        await confirm(owner, "থামিয়ে রাখুন", "হ্যাঁ, থামিয়ে রাখুন")
        await standing(owner, PAUSED)
        await standing(second, "is paused")
        halted = await newsroom.until(SEVEN, lambda wave: not wave["per_second"])
        assert 0 < halted["readers"] < audience - 1_000
        await owner.wait_for_timeout(1_500)
        assert (await newsroom.wave(SEVEN))["readers"] == halted["readers"]
        await newsroom.trouble("")

        # The other lets it go on, and nobody is skipped or written to twice.
        await confirm(second, "Go on", "Yes, go on")
        await standing(owner, DONE)
        await standing(second, "is done")
        sent, blocked, gone = [number_in(one) for one in await owner.locator("#outcomes td").all_inner_texts()]
        wave = await newsroom.wave(SEVEN)
        assert (wave["readers"], wave["twice"]) == (sent - OTHERS, 0)
        assert sent + blocked + gone == audience + 1
        assert await figure_of(owner, "যতজনের জন্য") == audience + 1
        await expect(owner.locator("#deeds li")).to_contain_text(["আনিকা", "সম্পাদক", "সম্পাদক", "আনিকা"])

        # It is corrected where it stands; that waits for the second person like what it corrects.
        await owner.get_by_role("link", name="কী লেখা ছিল, সংশোধন, প্রত্যাহার").click()
        await owner.get_by_role("button", name="সংশোধন করুন…").click()
        await owner.get_by_label("লেখা", exact=True).fill(f"*জরুরি:* {EIGHT}")
        await expect(owner.locator("#preview .bubble").first).to_contain_text(f"সংশোধিত\nজরুরি: {EIGHT}")
        await owner.get_by_role("button", name=SENDING).click()
        await owner.get_by_role("button", name="অনুমোদন চান").click()
        await _approved_by(second)
        await standing(second, "is done")
        assert await count_of(second, "copies changed") == sent
        assert (await newsroom.wave(SEVEN))["corrected"] == sent - OTHERS

        # It is taken back from every chat; a recall waits for nobody.
        await go(owner, "/desk/alerts/1/versions")
        await owner.get_by_role("link", name="প্রত্যাহার করুন…").click()
        await owner.get_by_role("button", name=re.compile("^হ্যাঁ, .* মুছুন")).dblclick()
        await owner.get_by_role("link", name="কত দূর এগিয়েছে").first.click()
        await standing(owner, DONE)
        assert (await newsroom.wave(SEVEN))["recalled"] == sent - OTHERS
        await go(owner, "/desk/alerts/1")
        await expect(owner.locator(".note a")).to_have_text(
            ["১ নম্বরের সংশোধন – শেষ হয়েছে।", "১ নম্বর প্রত্যাহার – শেষ হয়েছে।"]
        )

        # The figures and the log say what was done.
        await go(second, "/desk/figures")
        row = second.locator("section[aria-labelledby=deliveries] tbody tr")
        assert [number_in(one) for one in await row.locator("td.n").all_inner_texts()][:2] == [audience + 1, sent]
        await go(owner, "/desk/audit")
        for act in ("অনুমোদন", "পাঠকদের পাঠানো", "সাময়িক বিরতি", "আবার চালু", "পাঠকের চ্যাটে সংশোধন", "প্রত্যাহার"):
            await expect(owner.locator("main li p", has_text=f"· {act} ·").first).to_be_visible()


async def test_on_a_phone_one_writes_sends_pauses_and_stops(tmp_path: Path, chromium: Browser) -> None:
    async with _demo(chromium, tmp_path, FEWER) as demo:
        desk = await signed_in(demo.browser, demo.editor, PHONE)
        await fits(desk)
        await _begin(desk, SEVEN)
        await expect(desk.locator("#preview .bubble").first).to_contain_text(f"জরুরি: {SEVEN}")
        await fits(desk)
        await desk.get_by_role("button", name=SENDING).click()
        await fits(desk)
        await desk.get_by_role("button", name=re.compile("^হ্যাঁ, .* পাঠান$")).dblclick()
        await _moves(desk)
        await fits(desk)
        await confirm(desk, "থামিয়ে রাখুন", "হ্যাঁ, থামিয়ে রাখুন")
        await standing(desk, PAUSED)
        await confirm(desk, "বন্ধ করুন", "হ্যাঁ, বন্ধ করুন")
        await standing(desk, STOPPED)
        stopped = await demo.newsroom.until(SEVEN, lambda wave: not wave["per_second"])
        assert 0 < stopped["readers"] < FEWER - 1_000
        assert stopped["twice"] == 0
        async with asyncio.timeout(ARRIVES / 1000):
            while await count_of(desk) != stopped["readers"]:  # until everybody is accounted for
                await desk.reload()
        for path in ("/desk", "/desk/alerts", "/desk/alerts/1", "/desk/figures", "/desk/articles", "/desk/audit"):
            await go(desk, path)
            await fits(desk)
