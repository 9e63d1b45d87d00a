"""What no browser sends: the desk answers that it did not understand, and nothing breaks or is kept of it."""

from __future__ import annotations

import pytest

from newsbot.desk.dashboard.refusals import Refusal, refusal_of
from newsbot.desk.roles import Role
from tests.desk_pages import written
from tests.desk_site import Browser, DeskSite, desk_site

__all__ = ["desk_site"]

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
CSRF = b'--x\r\nContent-Disposition: form-data; name="csrf"'


async def posted(browser: Browser, path: str, body: bytes, content_type: str) -> int:
    headers = {"Content-Type": content_type}
    async with browser.http.post(browser.base + path, data=body, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"csrf=a&text=\xff\xfe"),
        (f"{FORM}; charset=nonsense", b"csrf=a"),
        (f"{FORM}; charset=hex", b"csrf=a"),
        ("multipart/form-data", b"nonsense"),
        (PARTS, b"nonsense"),
        (PARTS, CSRF + b"\r\n\r\nnever ends"),
        (PARTS, b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--\r\n"),
        (PARTS, CSRF + b"\r\nContent-Type: text/plain; charset=zzz\r\n\r\na\r\n--x--\r\n"),
        (PARTS, CSRF + b"\r\nContent-Transfer-Encoding: zzz\r\n\r\na\r\n--x--\r\n"),
        (PARTS, CSRF + b"\r\n\r\n\xff\xfe\r\n--x--\r\n"),
        (PARTS, b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nq\r\n--y--\r\n--x--\r\n"),
    ],
)
async def test_a_form_that_no_browser_sends_is_refused(desk_site: DeskSite, content_type: str, body: bytes) -> None:
    browser = await desk_site.sign_in(Role.OWNER)
    assert await posted(browser, "/desk/language", body, content_type) == 400


@pytest.mark.parametrize("query", ["until=9999-12-31", "until=0001-01-01", "since=0001-01-01", "since=9999-12-31"])
@pytest.mark.parametrize("page", ["/desk/audit", "/desk/audit.csv"])
async def test_the_log_can_be_asked_for_the_ends_of_the_calendar(desk_site: DeskSite, page: str, query: str) -> None:
    browser = await desk_site.sign_in(Role.OWNER)
    assert (await browser.get(f"{page}?{query}")).status == 200


async def test_an_address_with_a_character_that_no_database_keeps_is_none(desk_site: DeskSite) -> None:
    browser = await desk_site.sign_in(Role.OWNER)
    assert (await browser.get("/desk/audit?subject=%00")).status == 400


async def test_characters_that_no_database_keeps_are_left_out_of_what_is_written(desk_site: DeskSite) -> None:
    await written(desk_site)
    browser = await desk_site.sign_in(Role.OWNER)
    body = f"csrf={browser.token}&revision=2&do=save&class=ordinary&when=now&text=one\\x00two\\ud800".encode()
    assert await posted(browser, "/desk/drafts/1", body, f"{FORM}; charset=unicode_escape") == 200
    draft = await desk_site.newsdesk.drafts.get(1)
    assert draft is not None
    assert draft.text is not None
    assert draft.text.plain == "onetwo?"


@pytest.mark.parametrize("status", [400, 404, 413, 500, 503])
def test_a_refusal_keeps_nothing_of_the_request_before(status: int) -> None:
    for _ in range(3):
        with pytest.raises(Refusal) as raised:
            raise refusal_of(status)
        assert len(raised.traceback) == 1
