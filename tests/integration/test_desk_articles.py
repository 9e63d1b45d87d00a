"""The pages of articles: how each stands, why, and what an editor does about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.delivery.alerts import Decision
from newsbot.desk import articles
from newsbot.desk.approvals import Policy
from newsbot.desk.roles import Role
from newsbot.desk.sessions import new_secret
from tests.builders import a_draft
from tests.desk_site import ADDRESSES, DeskSite, desk_site, open_site
from tests.newsdesk import ANOTHER, EDITOR, Newsdesk, an_actor

__all__ = ["desk_site"]

HOSTILE = "<script>alert(1)</script>\"'&"
ARTICLE = "/desk/articles/1"


@pytest.fixture
async def site_of_all() -> AsyncIterator[DeskSite]:
    """Where a second person approves whatever goes out."""
    newsdesk = Newsdesk()
    newsdesk.approval = Policy.ALL
    newsdesk.start(EDITOR, ANOTHER)
    async with open_site(newsdesk) as site:
        yield site


async def put(site: DeskSite, number: int = 1, **changes: object) -> int:
    desk = site.newsdesk
    draft = a_draft(number, **{"topics": ("sports",), "content_hash": str(number)} | changes)  # type: ignore[arg-type]
    return (await desk.articles.put(draft, now=desk.now, announce=True)).article.id


async def acts(site: DeskSite) -> list[str]:
    return [entry.act for entry in await site.newsdesk.audit.of("article:1")]


async def left_alone(site: DeskSite) -> None:
    """Article 1 was decided to be too old."""
    await put(site)
    decision = Decision(1, "too_old", site.newsdesk.now)
    await site.newsdesk.alerts.decide(decision, None, now=site.newsdesk.now)


async def test_the_list_has_state_source_topics_and_how_many_have_it(desk_site: DeskSite) -> None:
    await desk_site.newsdesk.readers(3, "sports")
    await put(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    await editor.post(f"{ARTICLE}/alert")
    await desk_site.newsdesk.plan(1)
    await desk_site.newsdesk.deliver(1, most=2)
    await put(desk_site, 2, headline="আরেকটি খবর", published_at=desk_site.newsdesk.now)
    page = await editor.get("/desk/articles")
    assert (page.status, page.title) == (200, "Articles")
    assert "alerted 2 readers have it" in page.words
    assert "আরেকটি খবর being decided" in page.words
    assert "Sports" in page.words


async def test_it_searches_as_readers_do(desk_site: DeskSite) -> None:
    await put(desk_site, 1, headline="পদ্মা সেতুতে টোল", body="", summary="")
    await put(desk_site, 2, headline="বাজেট পাস", body="", summary="", kicker="")
    editor = await desk_site.sign_in(Role.VIEWER)
    page = await editor.get("/desk/articles", params={"q": "সেতু"})
    assert "পদ্মা সেতুতে টোল" in page.words
    assert "বাজেট" not in page.words
    assert "Nothing was found." in (await editor.get("/desk/articles", params={"q": "চন্দ্রযান"})).words


async def test_a_page_says_why_nobody_was_alerted(desk_site: DeskSite) -> None:
    await left_alone(desk_site)
    page = await (await desk_site.sign_in(Role.VIEWER)).get(ARTICLE)
    assert "not alerted" in page.words
    assert "It was too old: published more than three hours before, or found too late." in page.words
    assert "Alert now" not in page.words


async def test_alert_now_alerts_once_however_often_and_by_how_many_it_is_pressed(desk_site: DeskSite) -> None:
    await left_alone(desk_site)
    desk_site.newsdesk.later(hours=9)
    browsers = [await desk_site.sign_in(role) for role in (Role.OWNER, Role.EDITOR)]
    pages = await asyncio.gather(*(browser.post(f"{ARTICLE}/alert") for browser in browsers * 3))
    assert {page.status for page in pages} == {200}
    (alert,) = await desk_site.newsdesk.alerts.of_article(1)
    assert alert.origin == "article:1"
    assert alert.by in {ADDRESSES[Role.OWNER], ADDRESSES[Role.EDITOR]}
    assert alert.expires_at > desk_site.newsdesk.now
    assert await acts(desk_site) == ["article.alerted"]


async def test_what_the_planner_alerted_meanwhile_is_not_alerted_again(desk_site: DeskSite) -> None:
    await put(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    await desk_site.newsdesk.desk.outbox.decide()
    page = await editor.post(f"{ARTICLE}/alert")
    assert page.title.startswith("Alert 1")
    assert len(await desk_site.newsdesk.alerts.recent()) == 1


async def test_without_a_topic_nobody_can_be_alerted_until_it_has_one(desk_site: DeskSite) -> None:
    await put(desk_site, topics=())
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post(f"{ARTICLE}/alert")
    assert "give it a topic first, or mark it as breaking news" in page.words
    await editor.post(f"{ARTICLE}/change", topics="politics")
    await editor.post(f"{ARTICLE}/alert")
    (alert,) = await desk_site.newsdesk.alerts.of_article(1)
    assert alert.audience.topics == ("politics",)


async def test_held_back_nobody_is_alerted_and_let_go_it_is_decided(desk_site: DeskSite) -> None:
    await put(desk_site, published_at=desk_site.newsdesk.now)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post(f"{ARTICLE}/hold")
    assert "It is held back." in page.words
    await desk_site.newsdesk.desk.outbox.decide()
    assert await desk_site.newsdesk.alerts.recent() == ()
    await editor.post(f"{ARTICLE}/release")
    await desk_site.newsdesk.desk.outbox.decide()
    assert len(await desk_site.newsdesk.alerts.recent()) == 1
    assert await acts(desk_site) == ["article.held", "article.released"]
    page = await editor.post(f"{ARTICLE}/hold")
    assert "look how it stands" in page.words


async def test_what_was_set_by_whom_is_shown_and_logged_with_before_and_after(desk_site: DeskSite) -> None:
    await put(desk_site)
    editor = await desk_site.sign_in(Role.EDITOR)
    page = await editor.post(f"{ARTICLE}/change", topics="politics", breaking="1")
    assert "The topics were set by Rahima" in page.words
    (entry,) = await desk_site.newsdesk.audit.of("article:1")
    assert entry.before == {"topics": ["sports"], "breaking": False}
    assert entry.after == {"topics": ["politics"], "breaking": True}
    await editor.post(f"{ARTICLE}/change", topics="politics", breaking="1")
    assert len(await desk_site.newsdesk.audit.of("article:1")) == 1
    page = await editor.post(f"{ARTICLE}/change", topics="radio")
    assert "There is no such topic." in page.words
    assert (await editor.post("/desk/articles/99/change", topics="politics")).status == 404


async def test_breaking_news_that_a_second_person_must_approve_does_not_go_out_this_way(desk_site: DeskSite) -> None:
    desk = desk_site.newsdesk
    desk.desk = replace(desk.desk, approval=Policy.BREAKING)
    await put(desk_site)
    asked = {"by": an_actor(), "now": desk.now}
    assert await articles.change(desk.desk, 1, breaking=True, **asked) is articles.Result.NEEDS_APPROVAL
    assert not (await desk.articles.get(1)).breaking  # type: ignore[union-attr]
    await desk.articles.put(a_draft(2, breaking=True, content_hash="2"), now=desk.now, announce=True)
    assert await articles.alert_now(desk.desk, 2, **asked) is articles.Result.NEEDS_APPROVAL
    assert await desk.alerts.recent() == ()


async def test_where_a_second_person_must_approve_the_article_leads_to_asking_for_it(site_of_all: DeskSite) -> None:
    desk = site_of_all.newsdesk
    await left_alone(site_of_all)
    await desk.readers(3, "sports")
    editor = await site_of_all.sign_in(Role.EDITOR)
    page = await editor.get(ARTICLE)
    assert "Alert now" not in page.words
    assert "A second person must approve an alert of it: a broadcast of it asks them." in page.words
    page = await editor.post(f"{ARTICLE}/broadcast")
    assert "A second person must approve it: they are asked" in page.words
    assert "Ask for approval" in page.words
    draft = await desk.drafts.get(1)
    assert draft is not None
    assert (draft.article_id, draft.audience.topics) == (1, ("sports",))
    await editor.post("/desk/drafts/1/send", revision=str(draft.revision))
    assert await desk.alerts.recent() == ()
    await (await site_of_all.sign_in(Role.OWNER)).post("/desk/approvals/1/approve")
    (alert,) = await desk.alerts.recent()
    assert (alert.article_id, alert.origin) == (1, "broadcast:1")


async def test_a_page_from_before_the_setting_leads_there_too_and_makes_one_draft(site_of_all: DeskSite) -> None:
    await left_alone(site_of_all)
    await site_of_all.newsdesk.readers(3, "sports")
    editor, once = await site_of_all.sign_in(Role.EDITOR), new_secret()
    for _press in range(2):
        page = await editor.post(f"{ARTICLE}/alert", once=once)
        assert "Ask for approval" in page.words
    assert len(await site_of_all.newsdesk.drafts.listed(limit=9)) == 1
    assert await site_of_all.newsdesk.alerts.recent() == ()


async def test_without_a_topic_a_broadcast_asks_whom_it_is_for(desk_site: DeskSite) -> None:
    await put(desk_site, topics=())
    page = await (await desk_site.sign_in(Role.EDITOR)).post(f"{ARTICLE}/broadcast")
    assert "It has no topic that readers can follow: choose whom it is for." in page.words
    assert (await desk_site.newsdesk.drafts.listed(limit=1))[0].article_id == 1


async def test_who_writes_but_does_not_send_hands_a_broadcast_of_it_in(desk_site: DeskSite) -> None:
    await put(desk_site)
    writer = await desk_site.sign_in(Role.WRITER)
    assert "Broadcast it…" in (await writer.get(ARTICLE)).words
    page = await writer.post(f"{ARTICLE}/broadcast")
    assert "Ask an editor to send it" in page.words
    assert "Broadcast it…" not in (await (await desk_site.sign_in(Role.VIEWER)).get(ARTICLE)).words


async def test_what_was_withdrawn_is_not_broadcast(desk_site: DeskSite) -> None:
    await put(desk_site)
    await desk_site.newsdesk.articles.withdraw(a_draft(1).url, now=desk_site.newsdesk.now)
    editor = await desk_site.sign_in(Role.EDITOR)
    assert "Broadcast it…" not in (await editor.get(ARTICLE)).words
    assert "This article can't be sent." in (await editor.post(f"{ARTICLE}/broadcast")).words
    assert await desk_site.newsdesk.drafts.listed(limit=9) == ()


async def test_older_ones_are_on_the_next_page(desk_site: DeskSite) -> None:
    for number in range(1, 23):
        at = desk_site.newsdesk.now - timedelta(minutes=number)
        await put(desk_site, number, headline=f"Number {number}.", published_at=at)
    viewer = await desk_site.sign_in(Role.VIEWER)
    page = await viewer.get("/desk/articles")
    following = page.text.partition("/desk/articles?before=")[2].partition('"')[0]
    page = await viewer.get(f"/desk/articles?before={following}")
    assert "Number 21." in page.words
    assert "Number 20." not in page.words
    for odd in ("x", "1.", ".1", "9" * 18 + "." + "9" * 18, "١.١"):
        assert (await viewer.get("/desk/articles", params={"before": odd})).status == 200


async def test_what_sources_wrote_is_shown_as_text(desk_site: DeskSite) -> None:
    await put(desk_site, headline=HOSTILE, summary=HOSTILE, source=HOSTILE, url="javascript:alert(1)")
    viewer = await desk_site.sign_in(Role.EDITOR)
    for path in ("/desk/articles", ARTICLE):
        page = await viewer.get(path)
        assert "<script>alert" not in page.text
        assert HOSTILE in page.words
        assert 'href="javascript:' not in page.text
