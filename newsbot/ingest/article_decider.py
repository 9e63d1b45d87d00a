"""What to do with an item that a source announces: decided here from values alone, done by the pipeline.

An item is left alone when it says nothing new; otherwise its page is read, if the item leaves something out, and both
make a draft. Where they disagree: the item's headline, since editors write it for exactly this; the earlier date,
since a later one on an article that is known is an update; the page's section before the feed's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum, auto
from typing import Final

import regex

from newsbot.domain.article import NEWS_AGE, Article, ArticleDraft
from newsbot.domain.source import Source
from newsbot.ingest.canonical_url import InvalidUrl, canonical_url, preferred_url, same_page_addresses
from newsbot.ingest.summariser import summarise
from newsbot.ingest.topic_classifier import TopicClassifier
from newsbot.ingest.values import ExtractedPage, FeedItem
from newsbot.text.normalise import same_text
from newsbot.text.tokens import content_fingerprint

__all__ = ["Leave", "Put", "Refuse", "Step", "Wait", "decide", "first_step", "may_announce"]

CLOCK_SKEW = timedelta(minutes=15)  #: how far ahead a newsroom's clock may be
EARLIEST_YEAR = 1990  #: an earlier date is a default (1970, 0001), not a date

_VISIBLE: Final = regex.compile(r"[\p{L}\p{N}\p{So}\p{Emoji_Presentation}]")
_BENGALI: Final = regex.compile(r"\p{Script=Bengali}")
_LATIN: Final = regex.compile(r"\p{Script=Latin}")
_CUT_OFF: Final = ("…", "...")


class Step(Enum):
    """What to do first with an item."""

    LEAVE_UNCHANGED = auto()
    LEAVE_WITHDRAWN = auto()  #: the newsroom took it back; its feed may not know yet
    READ_PAGE = auto()
    USE_ITEM = auto()


@dataclass(frozen=True, slots=True)
class Put:
    """Store this."""

    draft: ArticleDraft
    announce: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """It is an article that was withdrawn."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Its page may tell more soon, and without it nobody would be told."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """It can't become an article."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What deciding needs to know beside the item."""

    source: Source
    classifier: TopicClassifier
    timezone: tzinfo
    now: datetime
    first_read: bool  #: the source was never read before: nothing of it is news to announce


def first_step(item: FeedItem, known: Article | None, *, source: Source, handled: bool) -> Step:
    """Whether the item needs attention, and its page. `handled`: this very item was dealt with before."""
    if known is not None and known.withdrawn_at:
        return Step.LEAVE_WITHDRAWN
    if handled:
        return Step.LEAVE_UNCHANGED
    if known is not None and (known.body or not source.pages) and _says_nothing_new(item, known):
        return Step.LEAVE_UNCHANGED
    return Step.READ_PAGE if source.pages and _leaves_something_out(item) else Step.USE_ITEM


def decide(
    item: FeedItem,
    page: ExtractedPage | None,
    known: Article | None,
    context: Context,
    *,
    page_may_come: bool = False,
) -> Put | Leave | Wait | Refuse:
    """What becomes of the item, with its page if that could be read.

    `page_may_come`: reading the page failed for now and will be tried again.
    """
    if known is not None and known.withdrawn_at:
        return Leave()
    draft = make_draft(item, page, known, context, guess=not page_may_come)
    if isinstance(draft, Refuse):
        return Wait() if page_may_come else draft
    if page_may_come and not draft.topics and known is None and not context.first_read:
        return Wait()  # without a topic the alert would go to nobody, and an article is announced once
    return Put(draft, announce=not context.first_read and may_announce(draft.published_at, context.now))


def may_announce(published_at: datetime, now: datetime) -> bool:
    """Whether it is still news."""
    return published_at >= now - NEWS_AGE


def make_draft(
    item: FeedItem, page: ExtractedPage | None, known: Article | None, context: Context, *, guess: bool = True
) -> ArticleDraft | Refuse:
    """Item and page as one article. `guess`: its topics from its words, where nothing else tells them."""
    page = page or ExtractedPage()
    headline = choose_headline(item.headline, page.headline)
    if not _VISIBLE.search(headline):
        return Refuse("it has no headline")
    try:
        addresses = _addresses(item, page)
    except InvalidUrl as error:
        return Refuse(str(error))
    url = article_url(addresses[0], known)
    body = item.body if len(item.body) >= len(page.body) else page.body
    summary = summarise(headline, body, item.summary or page.description)
    section = page.section or next(iter(item.categories), "")
    topics, *_ = context.classifier.classify(
        section=section,
        url=url,
        categories=item.categories,
        source_topics=context.source.topics,
        headline=headline if guess and not (known and known.topics) else "",  # a guess replaces nothing
        text=body or item.summary or page.description,
    )
    content_hash = content_fingerprint(headline, body)
    published_at, updated_at = settle_dates(item, page, known, context)
    if known is not None and content_hash == known.content_hash and same_text(headline, known.headline):
        updated_at = known.updated_at  # a later date on the same words is no update
    return ArticleDraft(
        url=url,
        headline=headline,
        published_at=published_at,
        updated_at=updated_at,
        source=context.source.id,
        language=language_of(
            f"{headline}\n{body}", declared=item.language or page.language, usual=context.source.language
        ),
        kicker=_kicker(item.kicker or page.kicker, headline),
        summary=summary.text,
        summary_method=summary.method,
        body=body,
        image_url=item.image_url or page.image_url,
        byline=page.byline or item.byline,
        section=section,
        topics=topics,
        content_hash=content_hash,
        other_urls=tuple(address for address in addresses if address != url),
    )


def article_url(url: str, known: Article | None) -> str:
    """The address to store it under: the known one where both differ only in spelling, so that it stays the same.

    Where an article is known by an address that leads elsewhere (a feed's redirect), `url` is the better one.
    """
    return known.url if known and known.url in same_page_addresses(url) else url


def choose_headline(of_item: str, of_page: str) -> str:
    """The item's, unless it is missing, cut off, or the page's with the paper's name added."""
    if not of_item or not of_page:
        return of_item or of_page
    cut_off = of_item.endswith(_CUT_OFF) and not of_page.endswith(_CUT_OFF)
    longer = len(of_item) > len(of_page) and of_item.startswith(of_page)
    decorated = longer and of_item[len(of_page) :].lstrip().startswith(("|", "-", "–", "—", "::", "«", "·"))
    return of_page if cut_off or decorated else of_item


def settle_dates(
    item: FeedItem, page: ExtractedPage, known: Article | None, context: Context
) -> tuple[datetime, datetime | None]:
    """When it was published, and updated if it was. Without a credible date: when it was first seen."""
    now = context.now
    of_item, of_page = _credible(item.published_at, now), _credible(page.published_at, now)
    updated_at = _credible(item.updated_at, now) or _credible(page.updated_at, now)
    published_at = of_item or of_page or updated_at
    if of_item and of_page and _only_a_day(of_item, of_page, context.timezone):
        published_at = of_page
    if known is not None:
        if published_at and published_at > known.published_at:
            updated_at = max(published_at, updated_at or published_at)
        published_at = min(published_at or known.published_at, known.published_at)
        updated_at = updated_at or known.updated_at
    published_at = published_at or now
    return published_at, updated_at if updated_at and updated_at > published_at else None


def language_of(text: str, *, declared: str, usual: str) -> str:
    """The article's language by its letters: feeds often declare the language of their software, not of their text."""
    sample = text[:2_000]
    bengali, latin = len(_BENGALI.findall(sample)), len(_LATIN.findall(sample))
    if bengali > latin:
        return usual if usual in ("bn", "as") else "bn"
    if latin > bengali and usual == "bn":
        return declared if declared not in ("", "bn") else "en"
    return usual


def _says_nothing_new(item: FeedItem, known: Article) -> bool:
    changed_at = known.updated_at or known.published_at
    dates = [date for date in (item.published_at, item.updated_at) if date]
    return (
        (not item.headline or same_text(item.headline, known.headline) or item.headline.endswith(_CUT_OFF))
        and (not item.body or content_fingerprint(known.headline, item.body) == known.content_hash)
        and all(date <= changed_at for date in dates)
    )


def _leaves_something_out(item: FeedItem) -> bool:
    return not (item.body and item.published_at and item.image_url and item.categories and item.headline)


def _addresses(item: FeedItem, page: ExtractedPage) -> tuple[str, ...]:
    """All addresses of the article, the one it should have first."""
    announced = canonical_url(item.url)
    own = canonical_url(page.url) if page.url else announced
    found = [preferred_url(own, page.canonical_url), own, announced]
    if item.guid.startswith(("http://", "https://")):
        with suppress(InvalidUrl):
            found.append(canonical_url(item.guid))
    return tuple(dict.fromkeys(found))


def _kicker(kicker: str, headline: str) -> str:
    return "" if same_text(kicker, headline) else kicker


def _credible(date: datetime | None, now: datetime) -> datetime | None:
    """A date that can be true: not in the future beyond a wrong clock (then it is now), no software's default."""
    if date is None or date.year < EARLIEST_YEAR or date > now + CLOCK_SKEW:
        return None
    return min(date, now)


def _only_a_day(coarse: datetime, fine: datetime, timezone: tzinfo) -> bool:
    """Whether `coarse` is a bare date (midnight, here or in Greenwich) of the day that `fine` lies in."""
    for zone in (timezone, UTC):
        here = coarse.astimezone(zone)
        if (here.hour, here.minute, here.second) == (0, 0, 0) and fine.astimezone(zone).date() == here.date():
            return True
    return False
