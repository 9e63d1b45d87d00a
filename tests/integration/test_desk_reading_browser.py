"""Figures and articles on the web desk in a real browser, as axe sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from newsbot.desk.roles import Role
from tests.browser import IN_BROWSER
from tests.builders import a_draft
from tests.desk_browser import PHONE, WIDE, Desktop, open_desktop, picture, shows_well
from tests.desk_pages import a_month_is_counted
from tests.newsdesk import Newsdesk

pytestmark = IN_BROWSER

LONG = "পদ্মা সেতুর জাজিরা প্রান্তে রাতভর যানজট, ফেরিঘাটে আটকা হাজারো ট্রাক; সকাল থেকে ধীরে ধীরে চলাচল শুরু"


@pytest_asyncio.fixture(loop_scope="session")
async def desktop(chromium: Browser) -> AsyncIterator[Desktop]:
    """Forty days of figures; article 1 went out to five readers, 2 waits, 3 is held back."""
    async with open_desktop(Newsdesk(), chromium) as desktop:
        site, desk = desktop.site, desktop.site.newsdesk
        await a_month_is_counted(site)
        for number, headline in enumerate((LONG, "বাজেট পাস", "<b>Breaking</b> & entering"), 1):
            draft = a_draft(number, headline=headline, topics=("sports", "politics"), content_hash=str(number))
            await desk.articles.put(draft, now=desk.now, announce=True)
        editor = await site.sign_in(Role.EDITOR)
        await editor.post("/desk/articles/1/change", topics="sports", breaking="1")
        await editor.post("/desk/articles/1/alert")
        await desk.plan(2)
        await desk.deliver(2)
        await desk.finish(2)
        await editor.post("/desk/articles/3/hold")
        yield desktop


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_figures_and_articles_have_no_grave_fault_and_nothing_hangs_over_the_edge(
    desktop: Desktop, language: str, size: tuple[int, int]
) -> None:
    page = await desktop.open(Role.EDITOR, size, language=language)
    for path in ("/desk/figures?days=7", "/desk/articles", "/desk/articles/1", "/desk/articles/3"):
        await desktop.go(page, path)
        await page.locator("main details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        name = path.strip("/").replace("/", "-").replace("?", "-")
        await picture(page, f"{name}-{language}-{size[0]}")
        assert await shows_well(page)
