"""A second person approves on the web desk what was asked for in chat, on the desk or in the terminal."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from newsbot.desk.approvals import LIFE, Policy
from newsbot.desk.approving import ask_for_approval
from newsbot.desk.audit import Filter, Place
from newsbot.desk.drafts import Draft, DraftState
from newsbot.desk.roles import Role
from newsbot.domain.alert import AlertText
from newsbot.domain.message import Span
from tests.desk_pages import a_ready_draft, asked_for, over
from tests.desk_site import ADDRESSES, DeskSite, desk_site, open_site
from tests.newsdesk import EDITOR, Newsdesk, an_actor

__all__ = ["desk_site"]


async def sent(site: DeskSite) -> int:
    return len(await site.newsdesk.alerts.recent(limit=10))


async def draft_of(site: DeskSite) -> Draft:
    draft = await site.newsdesk.drafts.get(1)
    assert draft is not None
    return draft


async def test_a_second_person_sees_it_as_readers_would_and_lets_it_go(desk_site: DeskSite) -> None:
    await asked_for(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.get("/desk")
    assert "Waits for a second person" in page.words
    assert "Everything is all right." not in page.words
    page = await editor.get("/desk/approvals/1")
    assert "Asked by Asker, until" in page.words
    assert "<b>Breaking</b> & entering" in page.words
    assert "<b>Breaking" not in page.text
    assert "This goes to 5 readers." in page.words
    page = await editor.post("/desk/approvals/1/approve")
    assert "Approved. It goes out." in page.words
    [alert] = await desk_site.newsdesk.alerts.recent(limit=10)
    assert alert.by == EDITOR
    assert re.search("Who did what Rahima approved it, [^.]+[.] Asker sent it", page.words)
    approved = (await desk_site.newsdesk.audit.entries(Filter(act="approval.approved"), limit=1))[0]
    assert (approved.actor.address, approved.actor.place) == (ADDRESSES[Role.EDITOR], Place.DESK)


async def test_of_a_correction_the_second_person_is_told_what_it_corrects(desk_site: DeskSite) -> None:
    await over(desk_site)
    desk = desk_site.newsdesk
    draft = await desk.drafts.begin(EDITOR, event="e1", corrects=1, waits=False, now=desk.now)
    ready = replace(draft, state=DraftState.READY, text=AlertText((Span("It reads otherwise"),)))
    kept = await desk.drafts.change(ready, now=desk.now)
    assert kept is not None
    await ask_for_approval(desk.desk, kept, by=an_actor(EDITOR, "Asker"), now=desk.now)
    editor = await desk_site.sign_in(Role.EDITOR)
    assert "It reads otherwise Correction of 1" in (await editor.get("/desk/approvals")).words
    page = await editor.get("/desk/approvals/1")
    assert "Correction of 1" in page.words
    assert 'href="/desk/alerts/1/versions"' in page.text


async def test_however_many_approve_however_often_it_goes_out_once(desk_site: DeskSite) -> None:
    await asked_for(desk_site)
    browsers = [await desk_site.sign_in(role) for role in (Role.OWNER, Role.EDITOR)]
    await asyncio.gather(*(browser.post("/desk/approvals/1/approve") for browser in browsers * 5))
    assert await sent(desk_site) == 1
    page = await browsers[0].post("/desk/approvals/1/approve")
    assert "approved it: it goes out." in page.words
    assert await sent(desk_site) == 1


async def test_who_asked_can_not_approve_and_can_take_it_back(desk_site: DeskSite) -> None:
    await asked_for(desk_site, ADDRESSES[Role.EDITOR])
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.get("/desk/approvals/1")
    assert "Approve: it goes out" not in page.words
    page = await editor.post("/desk/approvals/1/approve")
    assert "a second person must approve it" in page.words
    assert await sent(desk_site) == 0
    page = await editor.post("/desk/approvals/1/refuse")
    assert "Taken back. Nothing was sent" in page.words
    owner = await desk_site.sign_in(Role.OWNER)
    await owner.post("/desk/approvals/1/approve")
    assert await sent(desk_site) == 0


async def test_a_draft_that_was_changed_meanwhile_does_not_go_out(desk_site: DeskSite) -> None:
    await asked_for(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    await editor.get("/desk/approvals/1")
    changed = replace(await draft_of(desk_site), text=AlertText((Span("অন্য"),)))
    await desk_site.newsdesk.drafts.change(changed, now=desk_site.newsdesk.now)
    page = await editor.post("/desk/approvals/1/approve")
    assert "changed since you were asked" in page.words
    assert await sent(desk_site) == 0
    assert "Nothing waits for a second person." in (await editor.get("/desk/approvals")).words


async def test_what_nobody_approved_in_time_can_not_be_approved(desk_site: DeskSite) -> None:
    await asked_for(desk_site)
    desk_site.newsdesk.later(seconds=LIFE.total_seconds())
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post("/desk/approvals/1/approve")
    assert "Nobody approved it in time" in page.words
    assert await sent(desk_site) == 0


FORM = {"when": "now", "class": "ordinary", "text": "সেতু খুলে দেওয়া হলো"}


async def test_a_writer_hands_in_and_an_editor_sends(desk_site: DeskSite) -> None:
    await a_ready_draft(desk_site)
    writer = await desk_site.sign_in(Role.WRITER)
    page = await writer.get("/desk/drafts/1")
    assert "Ask an editor to send it" in page.words
    form = FORM | {"revision": page.field("revision"), "do": "submit"}
    page = await writer.post("/desk/drafts/1", **form)
    assert "It waits for a second person" in page.words
    page = await writer.post("/desk/drafts/1", **form)  # the page before, once more
    assert len(await desk_site.newsdesk.approvals.waiting(now=desk_site.newsdesk.now)) == 1
    editor = await desk_site.sign_in(Role.EDITOR)
    assert "Ask an editor to send it" not in (await editor.get("/desk/drafts/1")).words
    await editor.post("/desk/approvals/1/approve")
    [alert] = await desk_site.newsdesk.alerts.recent(limit=10)
    assert alert.by == ADDRESSES[Role.WRITER]
    assert alert.text is not None
    assert alert.text.plain == FORM["text"]


async def test_where_all_must_be_approved_the_button_that_sends_asks() -> None:
    newsdesk = Newsdesk()
    newsdesk.approval = Policy.ALL
    newsdesk.start(EDITOR)
    async with open_site(newsdesk) as site:
        await a_ready_draft(site)
        editor = await site.sign_in(Role.EDITOR)
        page = await editor.get("/desk/drafts/1/send")
        assert "A second person must approve it" in page.words
        assert "Yes, send to" not in page.words
        page = await editor.post("/desk/drafts/1/send", revision=page.field("revision"))
        assert "It waits for a second person" in page.words
        assert await sent(site) == 0
        await (await site.sign_in(Role.OWNER)).post("/desk/approvals/1/approve")
        assert await sent(site) == 1


@pytest.mark.parametrize("path", ["/desk/approvals/7", "/desk/approvals/7/approve", "/desk/approvals/7/refuse"])
async def test_what_was_never_asked_for_is_no_page(desk_site: DeskSite, path: str) -> None:
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await (editor.get(path) if path.endswith("7") else editor.post(path))
    assert page.status == 404
