"""What is read from a source, stage by stage, before it becomes an article. All text is plain display text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsbot.errors import IngestError

HEADLINE_LIMIT = 500  #: code points kept of a headline; the longest of 3,400 real ones has 170
SUMMARY_LIMIT = 1_000  #: code points kept of what a feed or page says of itself
BODY_LIMIT = 100_000  #: code points kept of an article; the longest real ones have 30,000
SHORT_TEXT_LIMIT = 200  #: code points kept of a kicker, byline, section or category
ITEMS_LIMIT = 1_000  #: items read from one document; a portal's feed has 20–300


class Unreadable(IngestError):
    """The document can't be read."""


class EmptyDocument(Unreadable):
    """The document is empty."""


class HtmlInsteadOfFeed(Unreadable):
    """This is an HTML page, not a feed: check the address, or make the source a listing."""


class NotAFeed(Unreadable):
    """This is neither RSS, RDF, Atom nor JSON Feed."""


class NotASitemap(Unreadable):
    """This is neither a sitemap nor an index of sitemaps."""


class NotAPage(Unreadable):
    """This is no HTML page with an article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One article as a feed, sitemap or listing announces it. What it doesn't say is '' or None."""

    url: str = ""  #: absolute http(s); '' only in a page that came as text
    headline: str = ""
    kicker: str = ""
    summary: str = ""
    body: str = ""  #: paragraphs separated by one newline, where a feed carries the whole article
    published_at: datetime | None = None  #: aware; None also when it lay in the future
    updated_at: datetime | None = None
    categories: tuple[str, ...] = ()
    image_url: str = ""
    guid: str = ""
    byline: str = ""
    language: str = ""  #: two letters


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed's items in its own order."""

    items: tuple[FeedItem, ...]
    title: str = ""
    language: str = ""
    skipped: int = 0  #: items that had no usable address


@dataclass(frozen=True, slots=True)
class SitemapLink:
    """A sitemap that an index names."""

    url: str
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSitemap:
    """Either items (of a news sitemap, newest first) or further sitemaps (of an index, newest first)."""

    items: tuple[FeedItem, ...] = ()
    sitemaps: tuple[SitemapLink, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedPage:
    """What an article's page says. What it doesn't say is '' or None."""

    url: str = ""  #: where it was fetched
    canonical_url: str = ""  #: what the page declares; whether to believe it: `canonical_url.preferred_url`
    headline: str = ""
    kicker: str = ""
    byline: str = ""  #: the reporter's name or initials
    section: str = ""
    keywords: tuple[str, ...] = ()
    date_line: str = ""  #: as printed in the text: 'মঙ্গলবার (১৮ নভেম্বর)'
    published_at: datetime | None = None  #: to the minute where the page says it
    updated_at: datetime | None = None
    image_url: str = ""
    paragraphs: tuple[str, ...] = ()
    description: str = ""
    language: str = ""  #: two letters
    latest: tuple[FeedItem, ...] = ()  #: its block of latest headlines

    @property
    def body(self) -> str:
        """Paragraphs separated by one newline."""
        return "\n".join(self.paragraphs)
