"""How alerts are worded, for each kind of reader."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsbot.channels.channel import Operation
from newsbot.channels.telegram.renderer import render
from newsbot.conversation.actions import encode
from newsbot.conversation.alerts import AlertComposer
from newsbot.conversation.intents import Pause, StopTopic, Why
from newsbot.delivery.composer import Composed, Variant
from newsbot.domain.alert import AlertClass, AlertKind, AlertText, Audience
from newsbot.domain.message import AnyReply, Button, CardReply, NoticeReply, Span
from newsbot.i18n import Catalog
from tests.builders import NOW, a_draft, a_newsroom, an_alert, some_topics
from tests.fakes import MemoryArticleStore

CATALOG = Catalog.load()
HOUR = timedelta(hours=1)
BENGALI = Variant("bn", topic="sports")
ENGLISH = Variant("en", topic="sports")
WRITTEN = AlertText((Span("ভূমিকম্প: "), Span("বিস্তারিত", url="https://news.example/live")), picture="file-1")
READ = Button("পুরোটা পড়ুন", url="https://news.example/article/1")
STOP = Button("খেলা বন্ধ করুন", encode(StopTopic("sports", 1)))
WHY = Button("এটি কেন পেলাম?", encode(Why(1)))


async def composer(**article: Any) -> AlertComposer:
    articles = MemoryArticleStore()
    await articles.put(a_draft(1, **article), now=NOW, announce=True)
    return AlertComposer(
        articles, some_topics(), a_newsroom(), CATALOG, clock=lambda: NOW, timezone=ZoneInfo("Asia/Dhaka")
    )


def reply_of(composed: Composed | None) -> AnyReply:
    assert composed is not None
    assert composed.reply is not None
    return composed.reply


async def card_for(variant: Variant, alert: dict[str, Any] | None = None, **article: Any) -> CardReply:
    reply = reply_of(await (await composer(**article)).compose(an_alert(**alert or {}), variant))
    assert isinstance(reply, CardReply)
    return reply


async def test_an_articles_alert_is_its_card_with_a_time_that_stays_true() -> None:
    card = await card_for(BENGALI, kicker="জেলা লিগ", image_url="https://news.example/1.jpg")
    assert card == CardReply(
        headline="সেতু খুলে দেওয়া হলো, পর্ব 1",
        url="https://news.example/article/1",
        kicker="জেলা লিগ",
        summary="নতুন সেতুতে যান চলাচল শুরু হয়েছে।",
        source="দৈনিক প্রভাত",
        when="১৮ নভেম্বর, বিকেল ৫:৪৪",
        image_url="https://news.example/1.jpg",
        share_label="শেয়ার করুন",
        buttons=((READ,), (STOP, WHY)),
    )


async def test_the_same_alert_in_english() -> None:
    card = await card_for(ENGLISH)
    assert card.when == "18 November, 5:44 PM"
    assert card.buttons[1] == (Button("Stop Sports", STOP.action), Button("Why this?", WHY.action))


async def test_an_update_is_dated_and_not_counted_from_now() -> None:
    card = await card_for(ENGLISH, updated_at=NOW + timedelta(hours=2))
    assert card.labels == ("Updated 18 November, 7:45 PM",)


@pytest.mark.parametrize("language", CATALOG.languages)
async def test_only_an_alert_of_class_breaking_says_breaking(language: str) -> None:
    breaking = CATALOG.gettext(language, "Breaking")
    variant = Variant(language, topic="sports")
    assert (await card_for(variant, {"cls": AlertClass.BREAKING})).labels == (breaking,)
    assert (await card_for(variant, breaking=True)).labels == ()


@pytest.mark.parametrize(("language", "corrected"), [("bn", "সংশোধিত"), ("en", "Corrected")])
async def test_a_corrected_copy_says_so_and_asks_about_the_alert_it_stands_for(language: str, corrected: str) -> None:
    alert = an_alert(9, kind=AlertKind.CORRECTION, of=1, article_id=1, cls=AlertClass.BREAKING)
    composed = await (await composer()).compose(alert, Variant(language, topic="sports"))
    card = reply_of(composed)
    assert composed is not None
    assert composed.operation is Operation.EDIT
    assert isinstance(card, CardReply)
    assert card.labels == (CATALOG.gettext(language, "Breaking"), corrected)
    assert [button.action for button in card.buttons[1]] == [STOP.action, WHY.action]


async def test_an_update_shows_the_newest_article_in_place_and_says_since_when_not_that_anything_was_wrong() -> None:
    alert = an_alert(9, kind=AlertKind.UPDATE, of=1, article_id=1, cls=AlertClass.DIGEST, created_at=NOW + HOUR)
    composed = await (await composer()).compose(alert, ENGLISH)
    card = reply_of(composed)
    assert composed is not None
    assert composed.operation is Operation.EDIT
    assert isinstance(card, CardReply)
    assert (card.headline, card.labels) == ("সেতু খুলে দেওয়া হলো, পর্ব 1", ("Updated 18 November, 6:45 PM",))
    assert [button.action for button in card.buttons[1]] == [STOP.action, WHY.action]


async def test_an_update_by_an_article_that_breaks_says_so_and_one_that_has_just_come_says_no_more() -> None:
    update = {"kind": AlertKind.UPDATE, "of": 7, "cls": AlertClass.DIGEST, "created_at": NOW}
    assert (await card_for(ENGLISH, update, breaking=True)).labels == ("Breaking",)
    assert (await card_for(ENGLISH, update)).labels == ()


async def test_who_is_reached_after_a_correction_reads_the_same_as_who_was_corrected() -> None:
    house = await composer()
    broadcast = {"article_id": 0, "text": WRITTEN, "audience": Audience()}
    late = an_alert(kind=AlertKind.BROADCAST, version=2, **broadcast)
    correction = an_alert(2, kind=AlertKind.CORRECTION, of=1, **broadcast)
    for variant in (Variant("bn"), Variant("en"), Variant("bn", shared=True)):
        assert reply_of(await house.compose(late, variant)) == reply_of(await house.compose(correction, variant))


async def test_a_broadcast_is_what_the_editor_wrote_and_can_be_paused() -> None:
    alert = an_alert(7, kind=AlertKind.BROADCAST, article_id=0, text=WRITTEN, audience=Audience())
    assert await (await composer()).compose(alert, Variant("bn")) == Composed(
        Operation.SEND,
        NoticeReply(
            spans=WRITTEN.spans,
            picture="file-1",
            buttons=((Button("খবর পাঠানো থামান", encode(Pause())), Button("এটি কেন পেলাম?", encode(Why(7)))),),
        ),
    )


async def test_a_breaking_broadcast_is_labelled_and_a_silent_one_is_silent() -> None:
    alert = an_alert(
        kind=AlertKind.BROADCAST, article_id=0, text=WRITTEN, cls=AlertClass.BREAKING, silent=True, audience=Audience()
    )
    reply = reply_of(await (await composer()).compose(alert, Variant("bn")))
    assert isinstance(reply, NoticeReply)
    assert (reply.labels, reply.silent) == (("ব্রেকিং",), True)


async def test_where_many_read_no_button_acts_for_one() -> None:
    assert (await card_for(Variant("bn", topic="sports", shared=True))).buttons == ((READ,),)
    alert = an_alert(kind=AlertKind.BROADCAST, article_id=0, text=WRITTEN)
    assert reply_of(await (await composer()).compose(alert, Variant("bn", shared=True))).buttons == ()


async def test_a_topic_that_the_newsroom_has_given_up_leaves_the_pause() -> None:
    card = await card_for(Variant("en", topic="gone"))
    assert card.buttons[1][0] == Button("Pause alerts", encode(Pause()))


async def test_a_recall_deletes() -> None:
    alert = an_alert(3, kind=AlertKind.RECALL, of=1)
    assert await (await composer()).compose(alert, BENGALI) == Composed(Operation.DELETE)


async def test_what_is_withdrawn_or_gone_is_not_shown_any_more() -> None:
    articles = MemoryArticleStore()
    stored = await articles.put(a_draft(1), now=NOW, announce=True)
    house = AlertComposer(
        articles, some_topics(), a_newsroom(), CATALOG, clock=lambda: NOW, timezone=ZoneInfo("Asia/Dhaka")
    )
    assert await house.compose(an_alert(1), BENGALI) is not None
    await articles.withdraw(stored.article.url, now=NOW)
    assert await house.compose(an_alert(1), BENGALI) is None
    assert await house.compose(an_alert(2), BENGALI) is None


async def test_a_preview_has_its_buttons_before_the_alert_has_a_number() -> None:
    card = await card_for(BENGALI, {"id": 0})
    assert [button.action for button in card.buttons[1]] == [encode(StopTopic("sports")), encode(Why())]


@pytest.mark.parametrize("variant", [BENGALI, ENGLISH, Variant("bn"), Variant("en", topic="sports", shared=True)])
async def test_telegram_shows_an_alert_as_it_was_meant(variant: Variant) -> None:
    broadcast = an_alert(kind=AlertKind.BROADCAST, article_id=0, text=WRITTEN, cls=AlertClass.BREAKING)
    house = await composer()
    for alert in (an_alert(cls=AlertClass.BREAKING), broadcast):
        assert render(reply_of(await house.compose(alert, variant))).losses == ()
