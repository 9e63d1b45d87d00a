"""Reads JSON Feed, versions 1 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from typing import Any

from newsbot.ingest.feed_dates import read_time
from newsbot.ingest.markup import absolute_url, headline_text, paragraphs_of, plain_text, short_text
from newsbot.ingest.values import ITEMS_LIMIT, SUMMARY_LIMIT, FeedItem, NotAFeed, ParsedFeed

__all__ = ["parse_json_feed"]


def parse_json_feed(text: str, *, base_url: str, tz: tzinfo, now: datetime) -> ParsedFeed:
    """The items in their order. Raises NotAFeed unless it is JSON with a list of `items`."""
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"this begins like JSON but can't be read as JSON: {str(error)[:100]}") from error
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise NotAFeed("this is JSON, but no JSON Feed: it has no list of items")
    base = absolute_url(_text(document, "home_page_url"), base_url) or base_url
    language = _text(document, "language")
    items = [_item(item, base, tz, now, language) for item in document["items"][:ITEMS_LIMIT]]
    usable = tuple(item for item in items if item is not None)
    return ParsedFeed(
        items=usable,
        title=headline_text(_text(document, "title")),
        language=language.casefold()[:2],
        skipped=len(items) - len(usable),
    )


def _item(item: Any, base: str, tz: tzinfo, now: datetime, language: str) -> FeedItem | None:
    if not isinstance(item, dict):
        return None
    guid = str(item.get("id") or "")[:2_000]
    url = absolute_url(_text(item, "url"), base) or absolute_url(_text(item, "external_url"), base)
    if not url and guid.startswith(("http://", "https://")):
        url = absolute_url(guid, base)
    if not url:
        return None
    summary = _text(item, "summary")
    body = "\n".join(paragraphs_of(_text(item, "content_html") or _text(item, "content_text")))
    return FeedItem(
        url=url,
        headline=headline_text(_text(item, "title")),
        summary=plain_text(summary, SUMMARY_LIMIT),
        body=body,
        published_at=read_time(item.get("date_published"), tz, now) or read_time(item.get("date_modified"), tz, now),
        updated_at=read_time(item.get("date_modified"), tz, now),
        categories=tuple(dict.fromkeys(filter(None, (short_text(tag) for tag in _texts(item.get("tags"))))))[:20],
        image_url=absolute_url(_text(item, "image") or _text(item, "banner_image"), base),
        guid=guid,
        byline=short_text(_author(item)),
        language=(_text(item, "language") or language).casefold()[:2],
    )


def _author(item: dict[str, Any]) -> str:
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = [_text(author, "name") for author in authors or [] if isinstance(author, dict)]
    return ", ".join(filter(None, names[:5]))


def _text(mapping: dict[str, Any], key: str) -> str:
    value = mapping.get(key)
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
