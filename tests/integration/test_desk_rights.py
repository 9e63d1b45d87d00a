"""Every page of the web desk: who may open it, who may not, and that no other page acts in somebody's name."""

from __future__ import annotations

import pytest

from newsbot.desk.dashboard.routes import ROUTES
from newsbot.desk.roles import Role, rights_of
from newsbot.desk.sessions import Keys, new_secret
from tests.builders import NOW
from tests.desk_pages import EXAMPLES, Example
from tests.desk_site import ADDRESSES, DeskSite, Page, desk_site
from tests.newsdesk import TERMINAL

__all__ = ["desk_site"]

EVERY = pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.method} {one.route}")
EVERY_FORM = pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if one.method == "POST"], ids=lambda one: one.route
)


async def ask(browser: object, example: Example, **options: str | None) -> Page:
    if example.method == "GET":
        return await browser.get(example.asked)  # type: ignore[attr-defined, no-any-return]
    return await browser.post(example.asked, **example.form, **options)  # type: ignore[attr-defined, no-any-return]


def test_every_route_has_an_example_with_its_right() -> None:
    assert [(one.method, one.route, one.right) for one in EXAMPLES] == [
        (route.method, route.path, route.right) for route in ROUTES
    ]


@EVERY
async def test_without_a_session_nothing_is_shown_or_done(desk_site: DeskSite, example: Example) -> None:
    await example.prepare(desk_site)
    page = await ask(desk_site.browser(), example, token="")
    assert (page.status, page.title) == (401, "Please sign in")
    assert "newsbot_desk" not in page.headers.get("Set-Cookie", "")


@EVERY
@pytest.mark.parametrize("role", Role)
async def test_each_role_may_what_its_rights_say(desk_site: DeskSite, example: Example, role: Role) -> None:
    await example.prepare(desk_site)
    browser = await desk_site.sign_in(role)
    page = await ask(browser, example)
    allowed = example.right is None or example.right in rights_of(role)
    assert page.status == (example.status if allowed else 403), page.text
    assert (page.title == "Not for your role") is not allowed


@EVERY
async def test_who_has_no_role_any_more_is_out_at_once(desk_site: DeskSite, example: Example) -> None:
    await example.prepare(desk_site)
    browser = await desk_site.sign_in(Role.OWNER)
    await desk_site.staff.take(ADDRESSES[Role.OWNER], by=TERMINAL, now=NOW)
    assert (await ask(browser, example)).status == 401


@EVERY
async def test_a_cookie_that_we_did_not_sign_is_none(desk_site: DeskSite, example: Example) -> None:
    await example.prepare(desk_site)
    browser = await desk_site.sign_in(Role.OWNER)
    cookie = browser.cookie
    secret = cookie.partition(".")[0]
    for value in (secret, f"{secret}.", f"{secret}.{'0' * 64}", Keys(b"another").signed(secret), "é", "." * 5000):
        browser.carry(value)
        assert (await ask(browser, example)).status == 401
    stranger = Keys(b"a key of these tests, 32 bytes..").signed(new_secret())
    browser.carry(stranger)
    assert (await ask(browser, example)).status == 401
    browser.carry(cookie)
    assert (await browser.get("/desk")).status == 200


@EVERY_FORM
async def test_a_form_without_the_sessions_token_does_nothing(desk_site: DeskSite, example: Example) -> None:
    await example.prepare(desk_site)
    browser, another = await desk_site.sign_in(Role.OWNER), await desk_site.sign_in(Role.OWNER)
    for token in ("", "0" * 64, another.token, "é"):
        page = await ask(browser, example, token=token)
        assert (page.status, page.title) == (403, "Nothing was done")
    assert (await browser.get("/desk")).status == 200


@EVERY_FORM
@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
async def test_a_form_on_another_site_does_nothing(
    desk_site: DeskSite, example: Example, headers: dict[str, str]
) -> None:
    await example.prepare(desk_site)
    browser = await desk_site.sign_in(Role.OWNER)
    page = await browser.post(example.asked, headers=headers, **example.form)
    assert (page.status, page.title) == (403, "Nothing was done")


@EVERY
async def test_every_answer_carries_what_protects_it(desk_site: DeskSite, example: Example) -> None:
    await example.prepare(desk_site)
    browser = await desk_site.sign_in(Role.OWNER)
    for page in (await ask(desk_site.browser(), example, token=""), await ask(browser, example)):
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "<script>" not in page.text
        assert " style=" not in page.text
        assert " onclick=" not in page.text
