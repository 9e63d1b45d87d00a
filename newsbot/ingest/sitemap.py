"""Reads news sitemaps (with headline, time, keywords and image per address) and indexes of sitemaps.

No feed library reads them, and about twenty Bengali portals publish their newest only here. What stands
before the root, a document type with its entities too, is left behind; the parser refuses any other
(defusedxml). An ill-formed or truncated document is repaired once, as far as its last whole entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from newsbot.ingest.decoding import decode
from newsbot.ingest.feed_dates import read_time
from newsbot.ingest.markup import absolute_url, headline_text, short_text
from newsbot.ingest.values import ITEMS_LIMIT, EmptyDocument, FeedItem, NotASitemap, ParsedSitemap, SitemapLink

__all__ = ["parse_sitemap"]

SITEMAPS_LIMIT = 100  #: followed of one index, the newest; a portal has one a day
_ROOT: Final = re.compile(r"<(?:[a-zA-Z]+:)?(urlset|sitemapindex)\b[^<>]*>", re.IGNORECASE)
_HTML: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ENTRY_ENDS: Final = re.compile(r"</(?:[a-zA-Z]+:)?(?:url|sitemap)\s*>", re.IGNORECASE)
_LONE_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_PREFIX: Final = re.compile(r"<(/?)[a-zA-Z][\w-]*:")  # may be undeclared; we read local names only
_XML_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def parse_sitemap(data: bytes, *, content_type: str = "", base_url: str, tz: tzinfo, now: datetime) -> ParsedSitemap:
    """The items, or the further sitemaps, newest first; what has no time comes last, in the document's order.

    At most ITEMS_LIMIT items or SITEMAPS_LIMIT sitemaps. An entry that names no headline has an address only: the page
    says the rest. Raises EmptyDocument or NotASitemap, never anything else.
    """
    text = _XML_UNFIT.sub("", decode(data, content_type)).strip()
    if not text:
        raise EmptyDocument
    root = _ROOT.search(text)
    if root is None:
        raise NotASitemap("this is an HTML page, not a sitemap" if _HTML.search(text[:65_536]) else None)
    tree = _tree(text[root.start() :], root)
    if root[1].lower() == "sitemapindex":
        return _index(tree, base_url, tz, now)
    entries = [child for child in tree if _name(child) == "url"]
    items = [item for entry in entries if (item := _item(entry, base_url, tz, now))]
    newest = sorted(items, key=lambda item: item.published_at or _LONG_AGO, reverse=True)[:ITEMS_LIMIT]
    return ParsedSitemap(items=tuple(newest), skipped=len(entries) - len(items))


def _tree(document: str, root: re.Match[str]) -> Element:
    ends = [match.end() for match in _ENTRY_ENDS.finditer(document)]
    entries = document[len(root.group()) : ends[-1]] if ends else ""
    kind = root[1].lower()
    entries = _PREFIX.sub(r"<\1", _LONE_AMPERSAND.sub("&amp;", entries))
    repaired = f"<{kind}>{entries}</{kind}>" if ends else ""
    for attempt in filter(None, (document, repaired)):
        try:
            return fromstring(attempt)  # type: ignore[no-any-return]
        except (ParseError, ValueError, RecursionError):
            continue
        except DefusedXmlException as error:
            raise NotASitemap("this sitemap declares entities, which no sitemap needs") from error
    raise NotASitemap("this sitemap is not well-formed XML and has no whole entry")


def _index(tree: Element, base_url: str, tz: tzinfo, now: datetime) -> ParsedSitemap:
    entries = [child for child in tree if _name(child) == "sitemap"]
    links = [
        SitemapLink(url, read_time(_child_text(entry, "lastmod"), tz, now))
        for entry in entries
        if (url := absolute_url(_child_text(entry, "loc"), base_url))
    ]
    newest = sorted(links, key=lambda link: link.modified_at or _LONG_AGO, reverse=True)[:SITEMAPS_LIMIT]
    return ParsedSitemap(sitemaps=tuple(newest), skipped=len(entries) - len(links))


def _item(entry: Element, base_url: str, tz: tzinfo, now: datetime) -> FeedItem | None:
    url = absolute_url(_child_text(entry, "loc"), base_url)
    if not url:
        return None
    news, image = _child(entry, "news"), _child(entry, "image")
    publication = _child(news, "publication")
    changed = read_time(_child_text(entry, "lastmod"), tz, now)
    keywords = (short_text(word) for word in _child_text(news, "keywords")[:4_000].split(","))
    return FeedItem(
        url=url,
        headline=headline_text(_child_text(news, "title")),
        published_at=read_time(_child_text(news, "publication_date"), tz, now) or changed,
        updated_at=changed,
        categories=tuple(dict.fromkeys(filter(None, keywords)))[:20],
        image_url=absolute_url(_child_text(image, "loc"), base_url),
        language=_child_text(publication, "language").casefold()[:2],
    )


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _child(element: Element | None, name: str) -> Element | None:
    children: Iterable[Element] = element if element is not None else ()
    return next((child for child in children if _name(child) == name), None)


def _child_text(element: Element | None, name: str) -> str:
    child = _child(element, name)
    return (child.text or "").strip() if child is not None else ""
