"""Signing in on the web desk with the link from the chat, and signing out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from newsbot.desk.audit import Act, Filter, Place
from newsbot.desk.roles import Role
from newsbot.desk.sessions import IDLE, LINK_LIFE, SESSION_LIFE
from tests.desk_site import ADDRESSES, STRANGER, DeskSite, desk_site, open_site
from tests.newsdesk import TERMINAL, Newsdesk

__all__ = ["desk_site"]

OWNER = ADDRESSES[Role.OWNER]


async def test_the_link_of_the_chat_lets_in_once(desk_site: DeskSite) -> None:
    phone = desk_site.newsdesk.phone(OWNER)
    said = await phone.say("/desk")
    link = next(word for word in said.split() if word.startswith(desk_site.base))
    assert "10 minutes, once" in said
    browser = desk_site.browser()
    path = link.removeprefix(desk_site.base)
    page = await browser.get(path)
    assert (page.status, page.title) == (200, "Sign in")
    assert "As Rahima, on this device." in page.words
    page = await browser.post(path)
    assert (page.status, page.title) == (200, "Overview")
    page = await desk_site.browser().post(path)
    assert (page.status, page.title) == (410, "This link holds no more")


async def test_who_comes_and_goes_is_written_down(desk_site: DeskSite) -> None:
    browser = await desk_site.sign_in(Role.EDITOR)
    await browser.post("/desk/leave")
    entries = await desk_site.newsdesk.audit.entries(Filter(act="desk"), limit=9)
    who = ADDRESSES[Role.EDITOR]
    assert [(one.act, one.actor.address, one.actor.place) for one in entries] == [
        (Act.SIGNED_OUT, who, Place.DESK),
        (Act.SIGNED_IN, who, Place.DESK),
    ]


async def test_nobody_is_let_in_whom_the_log_does_not_know_of(desk_site: DeskSite) -> None:
    link = await desk_site.link(OWNER)
    desk_site.newsdesk.audit.away = True
    browser = desk_site.browser()
    page = await browser.post(link)
    assert (page.status, page.title) == (503, "That can't be done just now")
    assert list(browser.http.cookie_jar) == []


async def test_a_program_that_looks_at_the_link_does_not_use_it_up(desk_site: DeskSite) -> None:
    link = await desk_site.link(OWNER)
    for _ in range(3):
        page = await desk_site.browser().get(link)
        assert page.status == 200
        assert "Set-Cookie" not in page.headers
    async with desk_site.browser().http.head(desk_site.base + link) as answer:
        assert answer.status == 200
    assert (await desk_site.browser().post(link)).status == 200


async def test_of_many_who_come_with_the_same_link_one_is_let_in(desk_site: DeskSite) -> None:
    link = await desk_site.link(OWNER)
    pages = await asyncio.gather(*(desk_site.browser().post(link) for _ in range(8)))
    assert sorted(page.status for page in pages) == [200] + [410] * 7


@pytest.mark.parametrize("method", ["get", "post"])
async def test_an_old_a_forged_and_a_strangers_link_let_nobody_in(desk_site: DeskSite, method: str) -> None:
    old = await desk_site.link(OWNER)
    desk_site.newsdesk.sessions.passed += LINK_LIFE
    strangers = await desk_site.link(STRANGER)
    for path in (old, strangers, f"/desk/enter/{'A' * 43}"):
        page = await getattr(desk_site.browser(), method)(path)
        assert (page.status, page.title) == (410, "This link holds no more")
    for path in ("/desk/enter/short", f"/desk/enter/{'A' * 43}%0a", "/desk/enter/../../etc"):
        assert (await getattr(desk_site.browser(), method)(path)).status == 404


async def test_a_page_of_another_site_signs_nobody_in(desk_site: DeskSite) -> None:
    link = await desk_site.link(OWNER)
    page = await desk_site.browser().post(link, headers={"Sec-Fetch-Site": "cross-site"})
    assert (page.status, page.title) == (403, "Nothing was done")
    assert (await desk_site.browser().post(link, headers={"Origin": desk_site.base})).status == 200


async def test_a_reader_is_told_nothing_of_the_desk(desk_site: DeskSite) -> None:
    said = await desk_site.newsdesk.phone(STRANGER).say("/desk")
    assert "/desk/enter" not in said


async def test_signing_out_ends_this_session_and_no_other(desk_site: DeskSite) -> None:
    here, there = await desk_site.sign_in(Role.OWNER), await desk_site.sign_in(Role.OWNER)
    kept = here.cookie
    page = await here.post("/desk/leave")
    assert page.title == "Signed out"
    assert list(here.http.cookie_jar) == []
    here.carry(kept)  # who copied it before
    assert (await here.get("/desk")).status == 401
    assert (await there.get("/desk")).status == 200


async def test_signing_out_everywhere_ends_every_session_and_link_of_this_person(desk_site: DeskSite) -> None:
    here, there = await desk_site.sign_in(Role.OWNER), await desk_site.sign_in(Role.OWNER)
    colleague = await desk_site.sign_in(Role.EDITOR)
    link = await desk_site.link(OWNER)
    await here.post("/desk/leave-everywhere")
    assert [(await one.get("/desk")).status for one in (here, there, colleague)] == [401, 401, 200]
    assert (await desk_site.browser().post(link)).status == 410
    assert (await (await desk_site.sign_in(Role.OWNER)).get("/desk")).status == 200


async def test_a_role_that_is_taken_and_given_again_lets_no_browser_of_before_in(desk_site: DeskSite) -> None:
    before, address = await desk_site.sign_in(Role.EDITOR), ADDRESSES[Role.EDITOR]
    desk_site.newsdesk.later(minutes=1)
    await desk_site.staff.take(address, by=TERMINAL, now=desk_site.newsdesk.now)
    assert (await before.get("/desk")).status == 401
    desk_site.newsdesk.later(minutes=1)
    await desk_site.staff.give(address, Role.VIEWER, by=TERMINAL, now=desk_site.newsdesk.now)
    assert (await before.get("/desk")).status == 401
    assert (await (await desk_site.sign_in(Role.EDITOR)).get("/desk")).status == 200


async def test_a_link_of_before_lets_nobody_in_when_the_role_is_given_again(desk_site: DeskSite) -> None:
    address = ADDRESSES[Role.EDITOR]
    link = await desk_site.link(address)
    desk_site.newsdesk.later(minutes=1)
    await desk_site.staff.take(address, by=TERMINAL, now=desk_site.newsdesk.now)
    desk_site.newsdesk.later(minutes=1)
    await desk_site.staff.give(address, Role.EDITOR, by=TERMINAL, now=desk_site.newsdesk.now)
    for page in (await desk_site.browser().get(link), await desk_site.browser().post(link)):
        assert (page.status, page.title) == (410, "This link holds no more")
    assert (await (await desk_site.sign_in(Role.EDITOR)).get("/desk")).status == 200


async def test_a_session_ends_when_nobody_uses_it_and_after_a_week(desk_site: DeskSite) -> None:
    browser = await desk_site.sign_in()
    desk_site.newsdesk.sessions.passed += IDLE - timedelta(minutes=1)
    assert (await browser.get("/desk")).status == 200
    desk_site.newsdesk.sessions.passed += IDLE
    assert (await browser.get("/desk")).status == 401
    browser = await desk_site.sign_in()
    desk_site.newsdesk.now += SESSION_LIFE
    assert (await browser.get("/desk")).status == 401


async def test_the_pages_speak_the_editors_language_until_another_is_chosen(desk_site: DeskSite) -> None:
    browser = await desk_site.sign_in(language="bn")
    page = await browser.get("/desk")
    assert '<html lang="bn">' in page.text
    page = await browser.post("/desk/language", language="en", back="/desk")
    assert (page.title, '<html lang="en">' in page.text) == ("Overview", True)
    page = await browser.post("/desk/language", language="xx", back="https://evil.example/")
    assert (page.status, page.title) == (200, "Overview")


async def test_an_address_that_is_no_page_answers_who_is_signed_in_in_their_language(desk_site: DeskSite) -> None:
    english = {"Accept-Language": "en"}
    browser = await desk_site.sign_in(Role.VIEWER, language="bn")
    for path in ("/desk/nothing", "/desk/alerts/99", await a_used_link(desk_site)):
        page = await browser.get(path, headers=english)
        assert page.status in (404, 410)
        assert '<html lang="bn">' in page.text, path
        assert 'href="/desk/alerts"' in page.text  # and they find back
    await browser.post("/desk/leave")
    page = await browser.get("/desk/nothing", headers=english)
    assert (page.status, '<html lang="en">' in page.text) == (404, True)


async def a_used_link(site: DeskSite) -> str:
    link = await site.link(ADDRESSES[Role.VIEWER])
    await site.browser().post(link)
    return link


async def test_who_is_not_signed_in_is_told_how_in_their_browsers_language(desk_site: DeskSite) -> None:
    page = await desk_site.browser().get("/desk/nothing", headers={"Accept-Language": "fr, bn-BD;q=0.8"})
    assert (page.status, '<html lang="bn">' in page.text) == (404, True)
    page = await desk_site.browser().get("/desk", headers={"Accept-Language": "en"})
    assert (page.status, page.title) == (401, "Please sign in")


@pytest.fixture
async def https_site() -> AsyncIterator[DeskSite]:
    async with open_site(Newsdesk(), secure=True) as site:
        yield site


async def test_behind_https_the_cookie_never_goes_anywhere_else(https_site: DeskSite) -> None:
    browser = https_site.browser()
    link = await https_site.link(OWNER)
    async with browser.http.post(https_site.base + link, allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
        assert answer.headers["Location"] == "/desk"
        assert "Strict-Transport-Security" in answer.headers
    name, _, rest = cookie.partition("=")
    assert name == "__Host-newsbot"
    assert {part.strip() for part in rest.split(";")[1:]} >= {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"}
    assert "Domain" not in cookie
