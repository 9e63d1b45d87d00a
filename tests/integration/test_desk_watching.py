"""Watching on the web desk: the list, an alert's page, live, and pausing, letting go on and stopping it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from newsbot.delivery.notices import Event
from newsbot.desk import watching
from newsbot.desk.audit import Act, Place, alert_subject
from newsbot.desk.roles import Role
from newsbot.desk.sessions import new_secret
from newsbot.domain.alert import PAUSED_MESSAGE_REFUSED, AlertKind, AlertState, AlertText, NewAlert, Outcome
from newsbot.domain.message import Span
from tests.desk_pages import going_out, over, paused, stopped
from tests.desk_site import ADDRESSES, Browser, DeskSite, desk_site
from tests.newsdesk import TERMINAL

__all__ = ["desk_site"]

WITHIN = 20.0  #: seconds to wait for what is live


async def test_the_list_says_how_each_stands(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    page = await (await desk_site.sign_in()).get("/desk/alerts")
    assert "Broadcast 1 Breaking is going out" in page.words
    assert "<b>Breaking</b> & entering" in page.words
    assert "just now · everyone · 2 of 5" in page.words


async def test_the_list_goes_on_with_older_ones(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    browser = await desk_site.sign_in()
    for query in ("?before=1", "?before=x", "?before=-1", f"?before={'9' * 40}", "?only=broadcasts&before=2"):
        page = await browser.get(f"/desk/alerts{query}")
        assert page.status == 200
        assert ("Broadcast 1" in page.words) is (query != "?before=1")


async def test_a_page_says_what_became_of_everyone_and_who_did_what(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    await desk_site.newsdesk.deliver(1, Outcome.BLOCKED, most=1)
    browser = await desk_site.sign_in()
    page = await browser.get("/desk/alerts/1")
    assert page.title == "Broadcast 1"
    assert "3 of 5 done (60%)" in page.words
    assert "got it 2" in page.words
    assert "have blocked the bot 1" in page.words
    assert "their turn is still to come 2" in page.words
    assert "still to go" in page.words
    assert "Telegram: 0 a second, of 30 that are allowed" in page.words
    page = await browser.post("/desk/alerts/1/pause")
    assert "Broadcast 1 – is paused." in page.words
    assert "Rahima paused it" in page.words


async def test_what_is_not_kept_is_no_page(desk_site: DeskSite) -> None:
    browser = await desk_site.sign_in()
    for path in ("/desk/alerts/7", f"/desk/alerts/{'9' * 18}", f"/desk/alerts/{'9' * 30}", "/desk/alerts/x"):
        assert (await browser.get(path)).status == 404
    assert (await browser.get("/desk/alerts/7/live")).status == 404
    assert (await browser.post("/desk/alerts/7/stop")).status == 404


@pytest.mark.parametrize(
    ("verb", "prepare", "before", "after", "act"),
    [
        ("pause", going_out, AlertState.RUNNING, AlertState.PAUSED, Act.PAUSED),
        ("resume", paused, AlertState.PAUSED, AlertState.RUNNING, Act.RESUMED),
        ("stop", going_out, AlertState.RUNNING, AlertState.STOPPED, Act.STOPPED),
        ("stop", paused, AlertState.PAUSED, AlertState.STOPPED, Act.STOPPED),
    ],
)
async def test_each_verb_is_done_once_and_written_down(
    desk_site: DeskSite, verb: str, prepare: Any, before: AlertState, after: AlertState, act: Act
) -> None:
    await prepare(desk_site)
    browser = await desk_site.sign_in(Role.EDITOR)
    once = new_secret()
    pages = await asyncio.gather(*(browser.post(f"/desk/alerts/1/{verb}", once=once) for _ in range(5)))
    assert {page.status for page in pages} == {200}
    assert (await desk_site.newsdesk.alert()).state is after
    (entry,) = await desk_site.newsdesk.audit.of(alert_subject(1))
    assert (entry.act, entry.actor.address, entry.actor.place) == (act, ADDRESSES[Role.EDITOR], Place.DESK)
    assert (entry.before["state"], entry.after["state"]) == (before.value, after.value)


async def test_a_form_that_is_sent_again_later_does_nothing_more(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    browser = await desk_site.sign_in()
    once = new_secret()
    await browser.post("/desk/alerts/1/pause", once=once)
    await browser.post("/desk/alerts/1/resume")
    page = await browser.post("/desk/alerts/1/pause", once=once)
    assert "That was done already." in page.words
    assert (await desk_site.newsdesk.alert()).state is AlertState.RUNNING


@pytest.mark.parametrize("verb", ["stop", "retry"])
async def test_what_could_not_be_done_is_done_when_its_form_is_sent_again(desk_site: DeskSite, verb: str) -> None:
    await (going_out if verb == "stop" else stopped)(desk_site)
    browser, once, stores = await desk_site.sign_in(), new_secret(), desk_site.newsdesk
    stores.audit.away = True
    assert (await browser.post(f"/desk/alerts/1/{verb}", once=once)).status == 503
    stores.audit.away = False
    page = await browser.post(f"/desk/alerts/1/{verb}", once=once)
    assert "That was done already." not in page.words
    assert {"stop": "was stopped", "retry": "Retry of 1"}[verb] in page.words


async def test_a_page_that_fetches_itself_anew_takes_no_words_away(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    browser = await desk_site.sign_in()
    form = {"csrf": browser.token, "once": new_secret()}
    async with browser.http.post(f"{browser.base}/desk/alerts/1/pause", data=form, allow_redirects=False) as answer:
        assert answer.status == 303
    another = await browser.get("/desk/alerts", headers={"Sec-Fetch-Dest": "empty"})
    assert "Broadcast 1 – is paused." not in another.words
    assert "Broadcast 1 – is paused." in (await browser.get("/desk/alerts/1")).words


async def test_who_comes_too_late_is_told_who_was_quicker(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    first, second = await desk_site.sign_in(Role.OWNER), await desk_site.sign_in(Role.EDITOR)
    await first.post("/desk/alerts/1/stop")
    page = await second.post("/desk/alerts/1/pause")
    assert "Broadcast 1 – was stopped. Rahima stopped it" in page.words
    assert (await desk_site.newsdesk.alert()).state is AlertState.STOPPED


async def test_one_that_paused_itself_says_why_and_goes_on_where_it_is_let(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    newsdesk = desk_site.newsdesk
    await newsdesk.alerts.pause(1, "telegram", PAUSED_MESSAGE_REFUSED, now=newsdesk.now)
    browser = await desk_site.sign_in()
    page = await browser.get("/desk/alerts/1")
    assert "has paused itself on Telegram" in page.words
    assert "Telegram refuses this message, whoever it is for." in page.words
    assert "Telegram: has paused itself" in page.words
    await browser.post("/desk/alerts/1/resume", channel=page.field("channel"))
    assert (await newsdesk.alert()).pauses == {}


async def test_a_channel_that_is_halted_is_named_and_makes_no_promise_of_time(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    newsdesk = desk_site.newsdesk
    await newsdesk.notices.note("telegram", Event.BLOCK, "spam", origin="x", now=newsdesk.now)
    page = await (await desk_site.sign_in()).get("/desk/alerts/1")
    assert "Halted: Telegram. It goes on there by itself." in page.words
    assert "still to go" not in page.words


async def test_who_may_only_watch_is_shown_no_button(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    page = await (await desk_site.sign_in(Role.VIEWER)).get("/desk/alerts/1")
    assert "Stop" not in page.words
    page = await (await desk_site.sign_in(Role.EDITOR)).get("/desk/alerts/1")
    assert "Stop it for good?" in page.words


# --- trying again -----------------------------------------------------------------------------------------------------


async def test_what_failed_is_tried_again_and_only_that_once(desk_site: DeskSite) -> None:
    await stopped(desk_site)
    newsdesk = desk_site.newsdesk
    browser = await desk_site.sign_in(Role.EDITOR)
    page = await browser.get("/desk/alerts/1")
    assert "Try again: Telegram (3)" in page.words
    pages = await asyncio.gather(*(browser.post("/desk/alerts/1/retry") for _ in range(5)))
    assert {page.title for page in pages} == {"Retry of 1"}
    (retry,) = await newsdesk.alerts.retries(1)
    await newsdesk.plan(retry.id)
    await newsdesk.deliver(retry.id)
    await newsdesk.finish(retry.id)
    assert (await newsdesk.ledger.totals(retry.id)).sent == 3
    page = await browser.get("/desk/alerts/1")
    assert "It was tried again where it had failed." in page.words
    assert "Rahima had it tried again" in page.words
    page = await browser.get(f"/desk/alerts/{retry.id}")
    assert "<b>Breaking</b> & entering" in page.words
    assert "Try again" not in page.words


async def test_what_a_retry_leaves_is_retried_from_there(desk_site: DeskSite) -> None:
    await stopped(desk_site)
    newsdesk = desk_site.newsdesk
    browser = await desk_site.sign_in(Role.EDITOR)
    await browser.post("/desk/alerts/1/retry")
    await newsdesk.plan(2)
    await newsdesk.deliver(2, most=1)
    await newsdesk.deliver(2, Outcome.BLOCKED, most=1)
    await newsdesk.deliver(2, Outcome.BAD_PICTURE, most=1)
    await newsdesk.finish(2)
    page = await browser.get("/desk/alerts/2")
    assert "Try again: Telegram (1)" in page.words
    await browser.post("/desk/alerts/2/retry")
    await newsdesk.plan(3)
    assert (await newsdesk.ledger.totals(3)).audience == 1


async def test_of_two_channels_the_second_can_be_tried_again_after_the_first(desk_site: DeskSite) -> None:
    newsdesk = desk_site.newsdesk
    await newsdesk.stopped_on_two_channels(1)
    browser = await desk_site.sign_in(Role.EDITOR)
    page = await browser.get("/desk/alerts/1")
    assert "Try again: Telegram (2)" in page.words
    assert "Yes, try 3 readers again" in page.words
    await browser.post("/desk/alerts/1/retry", channel="telegram")
    page = await browser.get("/desk/alerts/1")
    assert "Try again: Telegram" not in page.words
    assert "Try again: Messenger (3)" in page.words
    await browser.post("/desk/alerts/1/retry", channel="messenger")
    assert [one.audience.channels for one in await newsdesk.alerts.retries(1)] == [("telegram",), ("messenger",)]


async def test_nothing_is_tried_again_of_what_was_recalled_or_is_two_days_old(desk_site: DeskSite) -> None:
    await stopped(desk_site)
    newsdesk = desk_site.newsdesk
    browser = await desk_site.sign_in(Role.EDITOR)
    newsdesk.later(hours=49)
    page = await browser.post("/desk/alerts/1/retry")
    assert "There is nothing to try again." in page.words
    assert await newsdesk.alerts.retries(1) == ()


async def test_a_retry_says_what_the_correction_says(desk_site: DeskSite) -> None:
    await stopped(desk_site)
    newsdesk = desk_site.newsdesk
    alert = await newsdesk.alert()
    right = AlertText((Span("what is right"),))
    await newsdesk.alerts.create(
        NewAlert(
            origin="correction:1:1",
            kind=AlertKind.CORRECTION,
            cls=alert.cls,
            story=alert.story,
            expires_at=alert.expires_at,
            text=right,
            of=1,
        ),
        now=newsdesk.now,
    )
    await (await desk_site.sign_in(Role.EDITOR)).post("/desk/alerts/1/retry")
    (retry,) = await newsdesk.alerts.retries(1)
    assert retry.text == right


# --- live -------------------------------------------------------------------------------------------------------------


class Events:
    """A page that is live, as a browser hears it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.parts: dict[str, str] = {}

    async def next(self) -> str:
        """The kind of the next event; its parts are kept."""
        kind = ""
        async with asyncio.timeout(WITHIN):
            while line := (await self.answer.content.readline()).decode():
                if line.startswith("event: "):
                    kind = line[7:].strip()
                elif line.startswith("data: ") and kind == "parts":
                    self.parts |= json.loads(line[6:])
                elif line == "\n" and kind:
                    return kind
        return ""

    async def until(self, part: str, words: str) -> None:
        while words not in self.parts.get(part, ""):
            assert await self.next() == "parts", f"it ended without {words!r}: {self.parts}"


@asynccontextmanager
async def live(browser: Browser) -> AsyncIterator[Events]:
    async with browser.http.get(f"{browser.base}/desk/alerts/1/live") as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        yield Events(answer)


async def test_a_page_follows_what_is_delivered_until_it_is_over(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    async with live(await desk_site.sign_in()) as events:
        await events.until("figures", "2 of 5 done")
        await desk_site.newsdesk.deliver(1, most=1)
        await events.until("figures", "3 of 5 done")
        await desk_site.newsdesk.deliver(1)
        await desk_site.newsdesk.finish(1)
        await events.until("standing", "is done")
        assert "Stop" not in events.parts["controls"]
        assert await events.next() == "end"


async def test_ten_who_watch_cost_the_ledger_what_one_costs(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    browsers = [await desk_site.sign_in() for _ in range(10)]
    asked, totals = 0, desk_site.newsdesk.ledger.totals

    async def counted(alert_id: int) -> Any:
        nonlocal asked
        asked += 1
        return await totals(alert_id)

    desk_site.newsdesk.ledger.totals = counted  # type: ignore[method-assign]
    opened = [live(browser) for browser in browsers]
    everybody = [await one.__aenter__() for one in opened]
    await asyncio.gather(*(events.until("figures", "2 of 5 done") for events in everybody))
    await desk_site.newsdesk.deliver(1, most=1)
    await asyncio.gather(*(events.until("figures", "3 of 5 done") for events in everybody))
    assert asked == desk_site.watching.looks
    assert desk_site.watching.watched == 1
    for one in opened:
        await one.__aexit__(None, None, None)
    async with asyncio.timeout(WITHIN):
        while desk_site.watching.watched:
            await asyncio.sleep(0.05)
    before = desk_site.watching.looks
    await asyncio.sleep(1.5)
    assert desk_site.watching.looks == before  # nobody watches, nobody looks


async def test_buttons_are_made_anew_only_when_others_can_be_pressed(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    browser = await desk_site.sign_in()
    async with live(browser) as events:
        await events.until("figures", "2 of 5 done")
        first = events.parts.pop("controls")
        assert "Yes, pause it" in first
        await desk_site.newsdesk.deliver(1, most=1)
        await events.until("figures", "3 of 5 done")
        assert "controls" not in events.parts
        await browser.post("/desk/alerts/1/pause")
        await events.until("controls", "Yes, go on")


async def test_who_may_not_watch_any_more_hears_nothing_more(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    browser = await desk_site.sign_in(Role.VIEWER)
    async with live(browser) as events:
        await events.until("figures", "2 of 5 done")
        await desk_site.staff.take(ADDRESSES[Role.VIEWER], by=TERMINAL, now=desk_site.newsdesk.now)
        assert await events.next() == "reload"
        assert await events.next() == ""


async def test_a_database_that_is_away_leaves_the_page_as_it_was(desk_site: DeskSite) -> None:
    await going_out(desk_site)
    async with live(await desk_site.sign_in()) as events:
        await events.until("figures", "2 of 5 done")
        desk_site.newsdesk.alerts.away = True
        before = desk_site.watching.looks
        async with asyncio.timeout(WITHIN):
            while desk_site.watching.failures < 1:
                await asyncio.sleep(0.05)
        desk_site.newsdesk.alerts.away = False
        await desk_site.newsdesk.deliver(1, most=1)
        await events.until("figures", "3 of 5 done")
        assert desk_site.watching.looks > before


async def test_a_fault_in_one_look_does_not_end_the_watching(
    desk_site: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    await going_out(desk_site)
    async with live(await desk_site.sign_in()) as events:
        await events.until("figures", "2 of 5 done")
        with monkeypatch.context() as broken:
            broken.setattr(watching, "look_closely", lambda *_: 1 / 0)
            async with asyncio.timeout(WITHIN):
                while desk_site.watching.failures < 1:
                    await asyncio.sleep(0.05)
        await desk_site.newsdesk.deliver(1, most=1)
        await events.until("figures", "3 of 5 done")


async def test_one_that_is_over_needs_no_live_page(desk_site: DeskSite) -> None:
    await over(desk_site)
    page = await (await desk_site.sign_in()).get("/desk/alerts/1")
    assert "data-live" not in page.text
    assert "5 of 5 done (100%)" in page.words
