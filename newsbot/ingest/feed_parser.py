"""Reads feeds: RSS, RDF, Atom and JSON Feed, ill-formed ones as far as they can be read.

feedparser does the reading; what surrounds it is learnt from the feeds of Bengali portals: bytes are
decoded by us (it takes one stray byte for Cyrillic), what stands before and after the document goes (blank
lines, PHP warnings), its own document type goes too (entities that multiply), times are read from the raw
text (it takes Bangladesh's for UTC and misses AM/PM and Bengali digits), titles are unescaped twice. It is
only ever given a file object: a str it would open as a path or an address.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

import feedparser

from newsbot.ingest.decoding import decode
from newsbot.ingest.feed_dates import read_time
from newsbot.ingest.json_feed import parse_json_feed
from newsbot.ingest.markup import absolute_url, headline_text, paragraphs_of, plain_text, short_text
from newsbot.ingest.values import (
    ITEMS_LIMIT,
    SUMMARY_LIMIT,
    EmptyDocument,
    FeedItem,
    HtmlInsteadOfFeed,
    NotAFeed,
    ParsedFeed,
)

__all__ = ["parse_feed"]

_ROOT: Final = re.compile(r"<(?:[a-zA-Z]+:)?(?:rss|rdf|feed)\b[^<>]*>", re.IGNORECASE)
_HTML: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SITEMAP: Final = re.compile(r"<(?:[a-zA-Z]+:)?(?:urlset|sitemapindex)\b", re.IGNORECASE)
_ENTRY_ENDS: Final = re.compile(r"</(?:[a-zA-Z]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_XML_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_IMAGE: Final = re.compile(r"""<img\b[^<>]*?\bsrc\s*=\s*["']?([^"'\s<>]+)""", re.IGNORECASE)
_MAIL_AND_NAME: Final = re.compile(r"\S+@\S+\s*\((?P<name>[^)]+)\)")
TAGS_LIMIT = 150_000  #: in what is kept of a feed; each costs feedparser 30 µs, a portal's thousand items have 20,000
_ROOT_WITHIN = 65_536  #: characters before the root element; warnings and comments are shorter


def parse_feed(data: bytes, *, content_type: str = "", base_url: str, tz: tzinfo, now: datetime) -> ParsedFeed:
    """The items of a feed, at most ITEMS_LIMIT.

    `tz` is meant where a time has no zone; `content_type`: the header as sent, with its charset.
    Items without a usable address are counted, not returned. Raises EmptyDocument, HtmlInsteadOfFeed or NotAFeed, never
    anything else. Takes about 0.2 ms an item.
    """
    text = decode(data, content_type).strip()
    if not text:
        raise EmptyDocument
    if text[0] in "{[":
        return parse_json_feed(text, base_url=base_url, tz=tz, now=now)
    document = _trimmed(_document(text))
    try:
        parsed = feedparser.parse(
            io.BytesIO(document.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": base_url},
            sanitize_html=False,  # we keep no markup; half the time would go there
            resolve_relative_uris=False,
        )
    except (RecursionError, ValueError, LookupError, AssertionError, AttributeError, TypeError) as error:
        raise NotAFeed(f"this feed can't be read: {type(error).__name__}") from error
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeed
    language = short_text(_text(parsed.feed, "language")).casefold()[:2]
    items = [_item(entry, base_url, tz, now, language) for entry in parsed.entries[:ITEMS_LIMIT]]
    usable = tuple(item for item in items if item is not None)
    return ParsedFeed(
        items=usable,
        title=headline_text(_text(parsed.feed, "title")),
        language=language,
        skipped=len(items) - len(usable),
    )


def _document(text: str) -> str:
    """From the root element on, declared as what it now is; raises if there is none."""
    root = _ROOT.search(text, 0, _ROOT_WITHIN)
    page = _HTML.search(text, 0, _ROOT_WITHIN)
    if page and (root is None or page.start() < root.start()):
        raise HtmlInsteadOfFeed
    if root is None:
        if _SITEMAP.search(text, 0, _ROOT_WITHIN):
            raise NotAFeed("this is a sitemap, not a feed: set the source's kind to sitemap")
        raise NotAFeed
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_XML_UNFIT.sub("", text[root.start() :])}'


def _trimmed(document: str) -> str:
    """Without the entries past ITEMS_LIMIT: a feed of a hundred thousand costs no more than one of a thousand."""
    ends = [match.end() for match in _ENTRY_ENDS.finditer(document)]
    if len(ends) > ITEMS_LIMIT:
        document = document[: ends[ITEMS_LIMIT - 1]] + document[ends[-1] :]
    if document.count("<") > TAGS_LIMIT:
        raise NotAFeed(f"this feed has over {TAGS_LIMIT:,} tags in {ITEMS_LIMIT:,} items; no newsroom's has")
    return document


def _item(entry: Mapping[str, Any], base: str, tz: tzinfo, now: datetime, language: str) -> FeedItem | None:
    guid = _text(entry, "id")[:2_000]
    url = absolute_url(_text(entry, "link"), base)
    if not url or url == base:  # an empty link is resolved to the feed's own address
        url = _from_guid(guid)
    if not url:
        return None
    content = max((_text(part, "value") for part in _parts(entry, "content")), key=len, default="")
    summary = _text(entry, "summary")
    return FeedItem(
        url=url,
        headline=headline_text(_text(entry, "title")),
        summary=plain_text(summary, SUMMARY_LIMIT),
        body="\n".join(paragraphs_of(content or (summary if len(summary) > SUMMARY_LIMIT else ""))),
        published_at=read_time(_text(entry, "published"), tz, now) or read_time(_text(entry, "updated"), tz, now),
        updated_at=read_time(_text(entry, "updated"), tz, now),
        categories=_distinct(short_text(_text(tag, "term") or _text(tag, "label")) for tag in _parts(entry, "tags")),
        image_url=_image(entry, base, content or summary),
        guid=guid,
        byline=_byline(_text(entry, "author")),
        language=language,
    )


def _from_guid(guid: str) -> str:
    return absolute_url(guid, "") if guid.lower().startswith(("http://", "https://")) else ""


def _image(entry: Mapping[str, Any], base: str, markup: str) -> str:
    named = [_text(media, "url") for media in _parts(entry, "media_content") if _is_image(media)]
    named += [_text(media, "url") for media in _parts(entry, "media_thumbnail")]
    enclosures = (link for link in _parts(entry, "links") if _text(link, "rel") == "enclosure")
    named += [_text(link, "href") for link in enclosures if _is_image(link)]
    named += [match[1] for match in [_IMAGE.search(markup[:20_000])] if match]
    return next(filter(None, (absolute_url(url, base) for url in named)), "")


def _is_image(media: Mapping[str, Any]) -> bool:
    kind = _text(media, "type") or _text(media, "medium")
    return kind.startswith("image") or (
        not kind and _text(media, "url").lower().partition("?")[0].endswith((".jpg", ".jpeg", ".png", ".webp"))
    )


def _byline(author: str) -> str:
    mail = _MAIL_AND_NAME.fullmatch(author.strip())
    return short_text(mail["name"] if mail else author)


def _text(mapping: Mapping[str, Any], key: str) -> str:
    """feedparser's mapping answers some keys with others' values; the plain lookup doesn't."""
    value = dict.get(mapping, key) if isinstance(mapping, dict) else None
    return value if isinstance(value, str) else ""


def _parts(mapping: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = dict.get(mapping, key) if isinstance(mapping, dict) else None
    parts: list[Mapping[str, Any]] = value[:50] if isinstance(value, list) else []
    return [part for part in parts if isinstance(part, dict)]


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))[:20]
