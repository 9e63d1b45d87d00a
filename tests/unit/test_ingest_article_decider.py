"""What becomes of an item: decided from values alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsbot.domain.article import Article, ArticleDraft
from newsbot.domain.source import Source
from newsbot.ingest.article_decider import (
    Context,
    Leave,
    Put,
    Refuse,
    Step,
    Wait,
    choose_headline,
    decide,
    first_step,
    language_of,
    may_announce,
)
from newsbot.ingest.topic_classifier import TopicClassifier
from newsbot.ingest.values import ExtractedPage, FeedItem
from newsbot.text.tokens import content_fingerprint
from tests.builders import NOW, an_article, some_topics

DHAKA = ZoneInfo("Asia/Dhaka")
URL = "https://paper.example/sports/1"
BODY = "পদ্মা সেতুতে আজ সকাল থেকে যান চলাচল বেড়েছে।\nটোল আদায় হয়েছে দ্বিগুণ।"


def a_source(**changes: Any) -> Source:
    return Source(**{"id": "portal", "url": "https://paper.example/feed"} | changes)


def an_item(**changes: Any) -> FeedItem:
    """One that leaves nothing out."""
    values: dict[str, Any] = {
        "url": URL,
        "headline": "পদ্মা সেতুতে যান চলাচল দ্বিগুণ",
        "published_at": NOW - timedelta(minutes=10),
        "categories": ("খেলা",),
        "image_url": "https://paper.example/1.jpg",
        "body": BODY,
    }
    return FeedItem(**values | changes)


def a_page(**changes: Any) -> ExtractedPage:
    values: dict[str, Any] = {"url": URL, "headline": "পদ্মা সেতুতে যান চলাচল দ্বিগুণ", "paragraphs": tuple(BODY.split("\n"))}
    return ExtractedPage(**values | changes)


def context(**changes: Any) -> Context:
    values: dict[str, Any] = {
        "source": a_source(),
        "classifier": TopicClassifier(some_topics()),
        "timezone": DHAKA,
        "now": NOW,
        "first_read": False,
    }
    return Context(**values | changes)


def known_as(item: FeedItem, **changes: Any) -> Article:
    """The article that was stored for `item`."""
    values: dict[str, Any] = {
        "url": item.url,
        "headline": item.headline,
        "body": item.body,
        "content_hash": content_fingerprint(item.headline, item.body),
        "published_at": item.published_at or NOW,
    }
    return an_article(**values | changes)


def put(item: FeedItem, page: ExtractedPage | None = None, known: Article | None = None, **wishes: Any) -> Put:
    decision = decide(item, page, known, context(**wishes))
    assert isinstance(decision, Put)
    return decision


def draft(
    item: FeedItem, page: ExtractedPage | None = None, known: Article | None = None, **wishes: Any
) -> ArticleDraft:
    return put(item, page, known, **wishes).draft


# --- the first step


def test_an_item_that_leaves_nothing_out_needs_no_page() -> None:
    assert first_step(an_item(), None, source=a_source(), handled=False) is Step.USE_ITEM


@pytest.mark.parametrize("missing", ["body", "published_at", "image_url", "categories", "headline"])
def test_an_item_that_leaves_something_out_needs_its_page(missing: str) -> None:
    item = an_item(**{missing: () if missing == "categories" else None if missing == "published_at" else ""})
    assert first_step(item, None, source=a_source(), handled=False) is Step.READ_PAGE
    assert first_step(item, None, source=a_source(pages=False), handled=False) is Step.USE_ITEM


def test_an_item_dealt_with_before_is_left_alone() -> None:
    assert first_step(an_item(), None, source=a_source(), handled=True) is Step.LEAVE_UNCHANGED


def test_after_a_restart_a_known_item_that_says_nothing_new_is_left_alone() -> None:
    item = an_item(image_url="")
    assert first_step(item, known_as(item), source=a_source(), handled=False) is Step.LEAVE_UNCHANGED


@pytest.mark.parametrize(
    "change",
    [
        {"headline": "পদ্মা সেতুতে যান চলাচল তিন গুণ"},
        {"updated_at": NOW - timedelta(minutes=1)},
        {"published_at": NOW - timedelta(minutes=1)},
        {"body": BODY + "\nআরও বাড়তে পারে।"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_known_item_that_changed_is_looked_at(change: dict[str, Any]) -> None:
    known = known_as(an_item())
    assert first_step(an_item(**change), known, source=a_source(), handled=False) is Step.USE_ITEM


def test_another_spelling_of_the_same_headline_is_no_change() -> None:
    known = known_as(an_item(), headline="পদ্মা  সেতুতে যান চলাচল দ্বিগুণ\u200c")
    assert first_step(an_item(body=""), known, source=a_source(), handled=False) is Step.LEAVE_UNCHANGED


def test_a_known_article_without_a_body_is_worth_another_look_at_its_page() -> None:
    item = an_item(body="")
    assert first_step(item, known_as(item), source=a_source(), handled=False) is Step.READ_PAGE
    assert first_step(item, known_as(item), source=a_source(pages=False), handled=False) is Step.LEAVE_UNCHANGED


def test_a_withdrawn_article_is_not_brought_back_by_its_feed() -> None:
    withdrawn = known_as(an_item(), withdrawn_at=NOW)
    changed = an_item(headline="নতুন শিরোনাম")
    assert first_step(changed, withdrawn, source=a_source(), handled=False) is Step.LEAVE_WITHDRAWN
    assert decide(changed, a_page(), withdrawn, context()) == Leave()


# --- whom it is announced to


@pytest.mark.parametrize(
    ("age", "first_read", "announced"),
    [
        (timedelta(minutes=1), False, True),
        (timedelta(hours=3), False, True),
        (timedelta(hours=3, seconds=1), False, False),
        (timedelta(minutes=1), True, False),
        (timedelta(days=400), False, False),
    ],
)
def test_old_news_and_the_first_read_of_a_source_alert_nobody(
    age: timedelta, first_read: bool, announced: bool
) -> None:
    assert put(an_item(published_at=NOW - age), first_read=first_read).announce is announced


def test_news_is_news_for_three_hours() -> None:
    assert may_announce(NOW - timedelta(hours=3), NOW)
    assert not may_announce(NOW - timedelta(hours=3, microseconds=1), NOW)


# --- the draft


def test_item_and_page_make_one_article() -> None:
    item = an_item(body="", categories=(), image_url="", kicker="যোগাযোগ")
    page = a_page(
        section="খেলা", byline="এসএন", image_url="https://paper.example/p.jpg", published_at=NOW - timedelta(minutes=9)
    )
    assert draft(item, page) == ArticleDraft(
        url=URL,
        headline="পদ্মা সেতুতে যান চলাচল দ্বিগুণ",
        kicker="যোগাযোগ",
        published_at=NOW - timedelta(minutes=10),
        source="portal",
        language="bn",
        summary="পদ্মা সেতুতে আজ সকাল থেকে যান চলাচল বেড়েছে। টোল আদায় হয়েছে দ্বিগুণ।",
        summary_method="extractive",
        body=BODY,
        image_url="https://paper.example/p.jpg",
        byline="এসএন",
        section="খেলা",
        topics=("sports",),
        content_hash=content_fingerprint("পদ্মা সেতুতে যান চলাচল দ্বিগুণ", BODY),
    )


def test_the_page_says_which_address_is_meant_and_the_others_lead_to_it() -> None:
    item = an_item(url="https://feeds.paper.example/r/1", guid="https://paper.example/?p=1")
    page = a_page(
        url="https://paper.example/sports/1?utm_source=rss", canonical_url="https://www.paper.example/sports/one"
    )
    made = draft(item, page)
    assert made.url == "https://www.paper.example/sports/one"
    assert set(made.other_urls) == {URL, "https://feeds.paper.example/r/1", "https://paper.example/?p=1"}


def test_a_known_article_keeps_its_address_when_only_the_spelling_differs() -> None:
    known = known_as(an_item(), url="http://www.paper.example/sports/1/")
    made = draft(an_item(), known=known)
    assert (made.url, made.other_urls) == (known.url, (URL,))


def test_an_article_known_by_a_redirect_gets_its_own_address() -> None:
    known = known_as(an_item(), url="https://feeds.paper.example/r/1")
    made = draft(an_item(url="https://feeds.paper.example/r/1"), a_page(), known)
    assert (made.url, made.other_urls) == (URL, ("https://feeds.paper.example/r/1",))


def test_the_longer_body_is_kept() -> None:
    assert draft(an_item(body="সংক্ষিপ্ত।"), a_page()).body == BODY
    assert draft(an_item(), a_page(paragraphs=("সংক্ষিপ্ত।",))).body == BODY


@pytest.mark.parametrize(
    ("of_item", "of_page", "chosen"),
    [
        ("সেতু খুলল আজ", "সেতু খুলল", "সেতু খুলল আজ"),
        ("সেতু খুলল | দৈনিক প্রভাত", "সেতু খুলল", "সেতু খুলল"),
        ("সেতু খুলল - দৈনিক প্রভাত", "সেতু খুলল", "সেতু খুলল"),
        ("সেতু খুলে দেওয়া…", "সেতু খুলে দেওয়া হলো আজ", "সেতু খুলে দেওয়া হলো আজ"),
        ("সেতু খুলে দেওয়া...", "", "সেতু খুলে দেওয়া..."),
        ("", "সেতু খুলল", "সেতু খুলল"),
        ("সেতু খুলল", "", "সেতু খুলল"),
        ("", "", ""),
    ],
)
def test_the_items_headline_is_preferred_unless_it_is_cut_or_decorated(of_item: str, of_page: str, chosen: str) -> None:
    assert choose_headline(of_item, of_page) == chosen


@pytest.mark.parametrize("headline", ["", " ", "…", "— . !", "\u200b\u200d"])
def test_an_item_without_a_headline_is_refused_with_the_reason(headline: str) -> None:
    assert decide(an_item(headline=headline), None, None, context()) == Refuse("it has no headline")


@pytest.mark.parametrize("headline", ["🔥🔥", "⚽ ৩–২", "২০২৫"])
def test_emoji_and_numbers_alone_are_a_headline(headline: str) -> None:
    assert draft(an_item(headline=headline)).headline == headline


def test_an_item_without_an_address_is_refused_with_the_reason() -> None:
    assert decide(an_item(url="mailto:x"), None, None, context()) == Refuse(
        "'mailto:x' is not an http or https address"
    )


def test_a_kicker_that_repeats_the_headline_is_none() -> None:
    assert draft(an_item(kicker="পদ্মা সেতুতে যান চলাচল  দ্বিগুণ")).kicker == ""


# --- times


def test_a_date_in_the_future_is_not_believed() -> None:
    seen = draft(an_item(published_at=NOW + timedelta(days=3)))
    assert (seen.published_at, seen.updated_at) == (NOW, None)


def test_a_clock_that_is_a_little_fast_means_now() -> None:
    assert draft(an_item(published_at=NOW + timedelta(minutes=14))).published_at == NOW


@pytest.mark.parametrize("default", [datetime(1970, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_the_default_date_of_a_program_is_no_date(default: datetime) -> None:
    published = NOW - timedelta(minutes=5)
    assert draft(an_item(published_at=default), a_page(published_at=published)).published_at == published


def test_without_any_date_it_is_dated_when_it_was_first_seen() -> None:
    item = an_item(published_at=None)
    assert draft(item).published_at == NOW
    known = known_as(item, published_at=NOW - timedelta(hours=1))
    assert draft(item, known=known).published_at == NOW - timedelta(hours=1)


@pytest.mark.parametrize("midnight", [datetime(2025, 11, 18, tzinfo=UTC), datetime(2025, 11, 18, tzinfo=DHAKA)])
def test_a_bare_date_takes_its_time_from_the_page(midnight: datetime) -> None:
    minute = datetime(2025, 11, 18, 9, 30, tzinfo=DHAKA)
    assert draft(an_item(published_at=midnight), a_page(published_at=minute)).published_at == minute


def test_a_bare_date_of_another_day_stays() -> None:
    day, other = datetime(2025, 11, 17, tzinfo=DHAKA), datetime(2025, 11, 18, 9, 30, tzinfo=DHAKA)
    assert draft(an_item(published_at=day), a_page(published_at=other)).published_at == day


def test_a_later_date_on_a_known_article_is_an_update_and_not_a_second_birth() -> None:
    first, later = NOW - timedelta(hours=2), NOW - timedelta(minutes=1)
    known = known_as(an_item(), published_at=first)
    seen = draft(an_item(published_at=later, body=f"{BODY}\nটোল লাগবে না।"), known=known)
    assert (seen.published_at, seen.updated_at) == (first, later)


def test_a_later_date_on_the_same_words_is_no_update() -> None:
    known = known_as(an_item(), published_at=NOW - timedelta(hours=2))
    seen = draft(an_item(published_at=NOW, updated_at=NOW), known=known)
    assert (seen.published_at, seen.updated_at) == (known.published_at, None)


def test_an_earlier_date_corrects_a_guess() -> None:
    seen = draft(an_item(published_at=NOW - timedelta(hours=2)), known=known_as(an_item(), published_at=NOW))
    assert (seen.published_at, seen.updated_at) == (NOW - timedelta(hours=2), None)


def test_an_update_at_the_time_of_publication_is_none() -> None:
    published = NOW - timedelta(minutes=10)
    assert draft(an_item(published_at=published, updated_at=published)).updated_at is None
    later = NOW - timedelta(minutes=2)
    assert draft(an_item(published_at=published, updated_at=later)).updated_at == later


# --- language


@pytest.mark.parametrize(
    ("text", "declared", "usual", "language"),
    [
        ("পদ্মা সেতুতে যান চলাচল", "en", "bn", "bn"),
        ("পদ্মা সেতুতে যান চলাচল", "", "en", "bn"),
        ("Padma bridge opens to traffic", "", "bn", "en"),
        ("Padma bridge opens to traffic", "fr", "bn", "fr"),
        ("Padma bridge opens to traffic", "bn", "bn", "en"),
        ("Padma bridge opens to traffic", "fr", "en", "en"),
        ("BPL: সাকিবের ৫০ in T20 ম্যাচে দারুণ জয়", "", "bn", "bn"),
        ("🔥 ২০২৫", "en", "bn", "bn"),
    ],
)
def test_the_language_is_what_the_letters_say(text: str, declared: str, usual: str, language: str) -> None:
    assert language_of(text, declared=declared, usual=usual) == language


# --- while the page can't be read


def test_without_its_page_an_article_nobody_would_be_told_of_waits() -> None:
    bare = an_item(body="", categories=(), url="https://paper.example/1")
    assert decide(bare, None, None, context(), page_may_come=True) == Wait()
    assert isinstance(decide(bare, None, None, context(), page_may_come=False), Put)


def test_news_that_the_feed_tells_enough_of_does_not_wait_for_its_page() -> None:
    assert isinstance(decide(an_item(body=""), None, None, context(), page_may_come=True), Put)


def test_on_the_first_read_nothing_waits_since_nobody_is_told() -> None:
    bare = an_item(body="", categories=(), url="https://paper.example/1")
    assert isinstance(decide(bare, None, None, context(first_read=True), page_may_come=True), Put)


def test_a_headline_that_only_the_page_knows_is_waited_for() -> None:
    assert decide(an_item(headline=""), None, None, context(), page_may_come=True) == Wait()
