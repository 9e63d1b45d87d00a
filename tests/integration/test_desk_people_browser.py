"""People, approvals and the log of the web desk in a real browser: two people at once, on a phone, and for axe."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from newsbot.desk.approvals import Policy
from newsbot.desk.roles import Role
from tests.browser import IN_BROWSER
from tests.desk_browser import PHONE, WIDE, Desktop, open_desktop, picture, shows_well
from tests.desk_pages import asked_for, going_out
from tests.desk_site import ADDRESSES
from tests.newsdesk import EDITOR, Newsdesk

pytestmark = IN_BROWSER


@pytest_asyncio.fixture(loop_scope="session")
async def two(chromium: Browser) -> AsyncIterator[Desktop]:
    """Whatever goes out must be approved by a second person."""
    newsdesk = Newsdesk()
    newsdesk.approval = Policy.ALL
    newsdesk.start(EDITOR)
    async with open_desktop(newsdesk, chromium) as desktop:
        yield desktop


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_one_asks_and_another_lets_it_go_out_once(two: Desktop, size: tuple[int, int]) -> None:
    await asked_for(two.site, ADDRESSES[Role.EDITOR])
    owner = await two.open(Role.OWNER, size)
    await expect(owner.get_by_role("heading", name="Waits for a second person")).to_be_visible()
    await owner.get_by_role("link", name="<b>Breaking</b> & entering").click()
    await expect(owner.get_by_role("heading", level=1)).to_have_text("Approve it?")
    await owner.get_by_role("button", name="Approve: it goes out").dblclick()
    await expect(owner.locator("main")).to_contain_text("Broadcast 1")
    assert len(await two.site.newsdesk.alerts.recent(limit=10)) == 1
    editor = await two.open(Role.EDITOR, size)
    await two.go(editor, "/desk/approvals/1")
    await expect(editor.locator("main")).to_contain_text("Rahima approved it: it goes out.")


async def test_who_asked_sees_by_itself_that_it_was_approved(two: Desktop) -> None:
    editor, owner = await two.open(Role.EDITOR), await two.open(Role.OWNER)
    await asked_for(two.site, ADDRESSES[Role.EDITOR])
    await two.go(editor, "/desk/approvals/1")
    await expect(editor.get_by_text("A second person must approve it.")).to_be_visible()
    await two.go(owner, "/desk/approvals/1")
    await owner.get_by_role("button", name="Approve: it goes out").click()
    await expect(editor.get_by_text("Rahima approved it: it goes out.")).to_be_visible()
    await editor.get_by_role("link", name="To the alert").click()
    await expect(editor.locator("h1")).to_have_text("Broadcast 1")


async def test_a_role_that_is_taken_ends_the_other_ones_visit(two: Desktop) -> None:
    owner, writer = await two.open(Role.OWNER), await two.open(Role.WRITER)
    await two.go(owner, "/desk/people")
    line = owner.get_by_role("listitem").filter(has_text=str(ADDRESSES[Role.WRITER]))
    await line.get_by_text("Take the role", exact=True).click()
    await line.get_by_role("button", name="Yes, take it").click()
    await expect(owner.get_by_role("status")).to_have_text("Rahima has no role any more. They were told in their chat.")
    await writer.reload()
    await expect(writer.get_by_role("heading", level=1)).to_have_text("Please sign in")
    two.problems.clear()  # the browser notes that it was refused


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_axe_finds_no_grave_fault_and_nothing_hangs_over_the_edge(
    two: Desktop, language: str, size: tuple[int, int]
) -> None:
    await going_out(two.site)
    await asked_for(two.site)
    page = await two.open(Role.OWNER, size, language=language)
    await two.go(page, "/desk/people")
    await page.locator("form[action='/desk/people/invite'] button").click()
    for path in ("/desk/people", "/desk/audit", "/desk/approvals", "/desk/approvals/1"):
        await two.go(page, path)
        for folded in await page.locator("main summary").all():
            await folded.click()
        assert await shows_well(page)
        await picture(page, f"{path.replace('/', '_')}-{language}-{size[0]}")
