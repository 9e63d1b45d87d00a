"""The web desk's front page: what is not all right comes first, with the way to where it is mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from newsbot.articles.store import SourceState
from newsbot.delivery.notices import Event
from newsbot.desk.drafts import DraftState
from newsbot.desk.oversight import source_troubles
from newsbot.domain.alert import PAUSED_MANY_UNREACHABLE
from newsbot.domain.source import Source
from tests.builders import NOW
from tests.desk_pages import an_article_waits, going_out, over
from tests.desk_site import DeskSite, Page, desk_site
from tests.newsdesk import EDITOR

__all__ = ["desk_site"]

WELL = "Everything is all right."


async def front(site: DeskSite) -> Page:
    return await (await site.sign_in()).get("/desk")


async def test_all_is_well_and_nothing_goes_out(desk_site: DeskSite) -> None:
    page = await front(desk_site)
    assert WELL in page.words
    assert "Nothing goes out at the moment." in page.words
    assert "Telegram all right" in page.words
    assert "There are none: articles come from the CMS only." in page.words


async def test_what_goes_out_is_shown_with_how_far_it_is(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    page = await front(desk_site)
    assert WELL in page.words
    assert "Broadcast 1 Breaking is going out <b>Breaking</b> & entering just now · everyone · 2 of 5" in page.words
    assert "subscribers 5" in page.words


async def test_an_alert_that_paused_itself_needs_somebody(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    newsdesk = desk_site.newsdesk
    await newsdesk.alerts.pause(1, "telegram", PAUSED_MANY_UNREACHABLE, now=newsdesk.now)
    page = await front(desk_site)
    assert "1 thing needs you Broadcast 1 – has paused itself on Telegram Many readers in a row" in page.words
    assert 'href="/desk/alerts/1"' in page.text
    assert WELL not in page.words


async def test_a_channel_that_refuses_or_blocks_us_is_told_with_what_it_means(desk_site: DeskSite) -> None:
    newsdesk = desk_site.newsdesk
    await newsdesk.notices.halted("telegram", "bad_token", now=newsdesk.now)
    page = await front(desk_site)
    assert "1 thing needs you Telegram refuses our account" in page.words
    await newsdesk.notices.mended("telegram", now=newsdesk.now)
    assert WELL in (await front(desk_site)).words
    await newsdesk.notices.note("telegram", Event.BLOCK, "spam", origin="x", now=newsdesk.now)
    page = await front(desk_site)
    assert "1 thing needs you Telegram has blocked our account from writing." in page.words


async def test_sources_that_can_not_be_read_are_named_with_their_error(desk_site: DeskSite) -> None:
    desk_site.sources += [Source(id="front-page", url="https://www.example.com/rss")]
    state = SourceState("front-page", fetched_at=NOW, failures=3, error="<404> not found")
    await desk_site.newsdesk.articles.save_source_state(state)
    page = await front(desk_site)
    assert "The source “front-page” can't be read." in page.words
    assert "<404> not found" in page.words
    assert "1 of 1 can't be read" in page.words


async def test_readers_who_wait_for_answers_are_a_trouble(desk_site: DeskSite) -> None:
    desk_site.inboxes["telegram"].events = 12
    desk_site.inboxes["telegram"].seconds = 30
    page = await front(desk_site)
    assert WELL in page.words
    assert "12 waiting, the first for 30 s" in page.words
    desk_site.inboxes["telegram"].seconds = 90
    page = await front(desk_site)
    assert "1 thing needs you Readers on Telegram wait 1 min 30 s for an answer." in page.words


async def test_the_curve_says_in_words_what_it_shows(desk_site: DeskSite) -> None:
    await over(desk_site)
    newsdesk = desk_site.newsdesk
    alert = await newsdesk.alert()
    newsdesk.alerts._alerts[1] = replace(alert, started_at=NOW, ended_at=NOW + timedelta(seconds=60))
    page = await (await desk_site.sign_in()).get("/desk/alerts/1")
    assert "5 of 5 done." in page.text
    assert "Half of those who got it had it after 30 s." in page.words


def test_a_source_is_in_trouble_after_three_failures_or_when_nobody_reads_it() -> None:
    source = Source(id="a", url="https://www.example.com/rss", every=timedelta(minutes=10))

    def troubles(**state: object) -> int:
        return len(source_troubles([source], {"a": SourceState("a", **state)}, NOW))  # type: ignore[arg-type]

    assert source_troubles([source], {}, NOW) == ()
    assert troubles(fetched_at=NOW, failures=2, error="away") == 0
    assert troubles(fetched_at=NOW, failures=3, error="away") == 1
    assert troubles(fetched_at=NOW - timedelta(minutes=100)) == 0
    assert troubles(fetched_at=NOW - timedelta(minutes=101)) == 1


async def test_what_goes_out_later_is_named_also_where_it_is_one_of_our_articles(desk_site: DeskSite) -> None:
    await an_article_waits(desk_site)
    desk = desk_site.newsdesk
    draft = await desk.drafts.begin(EDITOR, event="e1", now=desk.now)
    later = desk.now + timedelta(hours=1)
    scheduled = replace(draft, state=DraftState.SCHEDULED, article_id=1, send_at=later)
    assert await desk.drafts.change(scheduled, now=desk.now)
    article = await desk.articles.get(1)
    assert article is not None
    page = await front(desk_site)
    assert f"Draft 1 {article.headline}" in page.words
