"""Reads pages that list headlines: section pages, front pages, the block of latest headlines beside an article.

Two ways. Many portals embed the list as JSON for their own scripts: every object there with a headline and
an address is an item. Otherwise the links are read: an item is the largest element around a link that holds
no link to another article (at most five levels up); its heading or the link's own text is the headline, a
short line before that the kicker, a line that is a date the date. What makes an address an article's: a
number of five digits or a date in its path, or a last part of at least 20 characters or in Bengali;
sections, tags, authors and files are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsbot.ingest.canonical_url import same_site
from newsbot.ingest.decoding import decode
from newsbot.ingest.feed_dates import read_time
from newsbot.ingest.html_tree import parse_html
from newsbot.ingest.latest_block import split_date
from newsbot.ingest.markup import absolute_url, headline_text, plain_text, short_text
from newsbot.ingest.structured_data import JsonObject, embedded_json, json_ld_documents, objects_of, text_of, texts_of
from newsbot.ingest.values import SUMMARY_LIMIT, EmptyDocument, FeedItem, NotAPage
from newsbot.text.normalise import clean, normalise

__all__ = ["items_in", "parse_listing"]

LISTING_LIMIT = 300  #: items of one page; a front page has 150
LINKS_LIMIT = 3_000  #: links looked at
ENOUGH_IN_JSON = 3  #: fewer items than that in embedded JSON, and the links are read instead
LONGEST_KICKER = 60  #: characters
SHORTEST_HEADLINE = 12  #: characters of a link without a heading; shorter ones are menus
_LEVELS_UP = 5
_BLOCK_TEXT_LIMIT = 1_500  #: characters; an element with more is no single item

_HEADLINE_KEYS: Final = ("headline", "title", "news_title", "heading")
_URL_KEYS: Final = ("url", "link", "permalink", "news_url", "canonical_url", "slug_url")
_TIME_KEYS: Final = (
    *("published-at", "published_at", "publishedAt", "first-published-at", "datePublished", "date_published"),
    *("publish_time", "published_date", "publishDate", "created_at", "createdAt", "last-published-at"),
)
_KICKER_KEYS: Final = ("kicker", "shoulder", "sub_title_top", "overline")
_SUMMARY_KEYS: Final = ("summary", "excerpt", "description", "subheadline", "brief")
_IMAGE_KEYS: Final = ("image", "thumbnailUrl", "thumbnail", "image_url", "cover")
_AUTHOR_KEYS: Final = ("author-name", "author_name", "author", "authors")
_SECTION_KEYS: Final = ("sections", "section", "category", "articleSection", "categories")

_NUMBERED: Final = re.compile(r"\d{5,}|/\d{4}/\d{1,2}(?:/\d{1,2})?/")
_NO_ARTICLE: Final = re.compile(
    r"^/(?:tags?|topics?|authors?|category|categories|page|archives?|search|video-category|photo-gallery|login|about\b|contact\b)"
    r"|\.(?:jpe?g|png|gif|webp|svg|pdf|xml|css|js|zip|mp[34])$",
    re.IGNORECASE,
)
_BENGALI: Final = re.compile("[\u0980-\u09ff]")
_KICKER_CLASS: Final = re.compile(r"kicker|shoulder|overline|eyebrow|sub-?head|tag-?line", re.IGNORECASE)


def parse_listing(
    data: bytes, *, content_type: str = "", base_url: str, tz: tzinfo, now: datetime
) -> tuple[FeedItem, ...]:
    """The articles of the same site that a page lists, in its order, each address once, at most LISTING_LIMIT.

    Raises EmptyDocument or NotAPage, never anything else.
    """
    text = decode(data, content_type)
    if not text.strip():
        raise EmptyDocument
    if "<" not in text:
        raise NotAPage("this is no HTML page: it has no markup")
    tree = parse_html(text)
    base_node = tree.css_first("base[href]")
    base = absolute_url(base_node.attributes.get("href") or "", base_url) if base_node else ""
    embedded = _distinct(_embedded_items(tree, base or base_url, tz, now))
    return embedded if len(embedded) >= ENOUGH_IN_JSON else items_in(tree.root, base or base_url, tz, now)


def items_in(node: LexborNode | None, base_url: str, tz: tzinfo, now: datetime) -> tuple[FeedItem, ...]:
    """The articles that links within an element lead to."""
    return _distinct(_linked_items(node, base_url, tz, now)) if node is not None else ()


def _distinct(items: Iterator[FeedItem]) -> tuple[FeedItem, ...]:
    """Each address once, with the first headline given for it (a picture's link comes without)."""
    found: dict[str, FeedItem] = {}
    for item in items:
        if item.url not in found and len(found) >= LISTING_LIMIT:
            break
        found.setdefault(item.url, item)
    return tuple(found.values())


# --- embedded JSON ---


def _embedded_items(tree: LexborHTMLParser, base: str, tz: tzinfo, now: datetime) -> Iterator[FeedItem]:
    for document in (*embedded_json(tree), *json_ld_documents(tree)):
        for found in objects_of(document):
            if item := _from_json(found, base, tz, now):
                yield item


def _from_json(found: JsonObject, base: str, tz: tzinfo, now: datetime) -> FeedItem | None:
    headline = headline_text(_first_text(found, _HEADLINE_KEYS))
    url = absolute_url(_first_text(found, _URL_KEYS), base)
    if not headline or not url or not _is_article(url, base):
        return None
    return FeedItem(
        url=url,
        headline=headline,
        kicker=short_text(_first_text(found, _KICKER_KEYS)),
        summary=plain_text(_first_text(found, _SUMMARY_KEYS), SUMMARY_LIMIT),
        published_at=next(filter(None, (read_time(found.get(key), tz, now) for key in _TIME_KEYS)), None),
        categories=tuple(dict.fromkeys(short_text(name) for key in _SECTION_KEYS for name in _names(found.get(key)))),
        image_url=absolute_url(_first_text(found, _IMAGE_KEYS), base),
        byline=short_text(_first_text(found, _AUTHOR_KEYS)),
    )


def _first_text(found: JsonObject, keys: tuple[str, ...]) -> str:
    return next(filter(None, (text_of(found.get(key), "url", "name").strip() for key in keys)), "")


def _names(value: Any) -> list[str]:
    return texts_of(value, "display-name", "name", "title")[:5]


# --- links ---


def _linked_items(node: LexborNode, base: str, tz: tzinfo, now: datetime) -> Iterator[FeedItem]:
    shared: set[int] = set()
    for link in node.css("a[href]")[:LINKS_LIMIT]:
        url = absolute_url(link.attributes.get("href") or "", base)
        if url and _is_article(url, base):
            item = _from_link(link, _block_around(link, url, base, shared), url, base, tz, now)
            if item is not None:
                yield item


def _from_link(link: LexborNode, block: LexborNode, url: str, base: str, tz: tzinfo, now: datetime) -> FeedItem | None:
    heading = link.css_first("h1, h2, h3, h4, h5, h6") or _heading_of(link, block)
    lines = _lines(block)
    title = clean((heading or link).text(separator=" "))
    if heading is None and (own := [line for line in _lines(link) if split_date(line)[0]]):
        title = max(own, key=lambda line: len(split_date(line)[0]))
    headline, dated = split_date(title)
    if not headline or (heading is None and len(headline) < SHORTEST_HEADLINE and not dated):
        return None
    kicker = _kicker(block, lines, title)
    if kicker and headline.startswith(kicker) and heading is not None:
        headline = headline.removeprefix(kicker).lstrip(" :|/–—-") or headline
    picture = block.css_first("img[src], img[data-src]")
    return FeedItem(
        url=url,
        headline=headline_text(headline),
        kicker=short_text(kicker),
        published_at=_time(block, [dated, *(date for line in lines if (date := split_date(line)[1]))], tz, now),
        image_url=_picture(picture, base) if picture is not None else "",
    )


def _block_around(link: LexborNode, url: str, base: str, shared: set[int]) -> LexborNode:
    """The largest element around the link, within _LEVELS_UP, without a link to another article (to a section may be).

    `shared` remembers elements that hold several articles, so that each is looked into once.
    """
    block = link
    for _ in range(_LEVELS_UP):
        parent = block.parent
        if parent is None or parent.tag in ("body", "html", "ul", "ol", "main") or parent.mem_id in shared:
            break
        others = [absolute_url(other.attributes.get("href") or "", base) for other in parent.css("a[href]")[:20]]
        others_here = any(other and other != url and _is_article(other, base) for other in others)
        if others_here or len(parent.text()) > _BLOCK_TEXT_LIMIT:
            shared.add(parent.mem_id)
            break
        block = parent
    return block


def _heading_of(link: LexborNode, block: LexborNode) -> LexborNode | None:
    parent = link.parent
    while parent is not None and parent.mem_id != block.mem_id:
        if parent.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return link
        parent = parent.parent
    if parent is not None and parent.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return link
    heading = block.css_first("h1, h2, h3, h4, h5, h6")
    return heading if heading is not None and clean(heading.text()) else None


def _lines(block: LexborNode) -> list[str]:
    return [line for line in map(clean, block.text(separator="\n").splitlines()) if line]


def _kicker(block: LexborNode, lines: list[str], title: str) -> str:
    for node in block.css("[class]")[:30]:
        if _KICKER_CLASS.search(node.attributes.get("class") or ""):
            text = clean(node.text())
            if text and text != title and len(text) <= LONGEST_KICKER:
                return text
    for before, line in pairwise(lines):
        if title.startswith(line) and len(line) > 3:
            short = len(before) <= LONGEST_KICKER and before.casefold() != "img" and not split_date(before)[1]
            return before if short and len(before) < len(title) else ""
    return ""


def _time(block: LexborNode, dates: list[str], tz: tzinfo, now: datetime) -> datetime | None:
    stated = block.css_first("time[datetime], [data-published], [data-time]")
    attributes = stated.attributes if stated is not None else {}
    shown = block.css_first("time, .time, .date")
    candidates = [attributes.get("datetime"), attributes.get("data-published"), attributes.get("data-time"), *dates]
    candidates.append(shown.text() if shown is not None else None)
    return next(filter(None, (read_time(text, tz, now) for text in candidates if text)), None)


def _picture(picture: LexborNode, base: str) -> str:
    attributes = picture.attributes
    lazy = attributes.get("data-src") or attributes.get("data-original") or ""
    return absolute_url(lazy or attributes.get("src") or "", base)


def _is_article(url: str, base: str) -> bool:
    if not same_site(url, base):
        return False
    parts = urlsplit(url)
    path = unquote(parts.path)
    if _NO_ARTICLE.search(path) or url.partition("?")[0].rstrip("/") == base.partition("?")[0].rstrip("/"):
        return False
    last = path.rstrip("/").rpartition("/")[2]
    return bool(
        _NUMBERED.search(f"{path}/") or len(last) >= 20 or (_BENGALI.search(last) and path.strip("/").count("/") >= 1)
    ) or bool(re.search(r"\d", parts.query) and normalise(parts.query) and path.strip("/"))
