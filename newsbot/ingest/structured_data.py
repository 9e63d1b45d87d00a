"""What a page says of itself to machines: JSON-LD, OpenGraph and other meta elements, and the JSON that scripts embed.

Portals' JSON-LD is often broken (raw line breaks in strings, trailing commas, CDATA around it), nested in
`@graph`, with types in lists and authors as text, object or list. It is read tolerantly, and only as data.
Walks are bounded in depth and number of nodes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from selectolax.lexbor import LexborHTMLParser

from newsbot.ingest.markup import headline_text, paragraphs_of, plain_text, short_text
from newsbot.ingest.values import SUMMARY_LIMIT

__all__ = [
    "ArticleData",
    "embedded_json",
    "json_ld_article",
    "json_ld_documents",
    "meta_content",
    "objects_of",
    "text_of",
    "texts_of",
]

JsonObject: TypeAlias = dict[str, Any]

NODES_LIMIT = 200_000  #: JSON values looked at in one page; the largest section page met has 60,000
SCRIPTS_LIMIT = 50
_ARTICLE_TYPES: Final = (
    *("newsarticle", "reportagenewsarticle", "article", "analysisnewsarticle", "opinionnewsarticle", "blogposting"),
    *("backgroundnewsarticle", "reviewnewsarticle", "liveblogposting", "report"),
)
_WRAPPING: Final = re.compile(
    r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|/\*\s*\]\]>\s*\*/|(?://\s*)?\]\]>)\s*;?\s*$"
)
_TRAILING_COMMA: Final = re.compile(r",(?=\s*[}\]])")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f]")
_BODY_KEYS: Final = ("articleBody", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleData:
    """An article as structured data describes it; times and addresses as written."""

    headline: str = ""
    kicker: str = ""
    byline: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()
    published: tuple[str, ...] = ()  #: candidates, best first
    updated: str = ""
    image: str = ""
    description: str = ""
    language: str = ""
    publisher: str = ""
    paragraphs: tuple[str, ...] = ()


def json_ld_article(tree: LexborHTMLParser) -> ArticleData:
    """The page's article in JSON-LD; empty if there is none."""
    found: list[tuple[int, JsonObject]] = []
    breadcrumb = ""
    for document in json_ld_documents(tree):
        for item in objects_of(document):
            types = {kind.lower() for kind in texts_of(item.get("@type"))}
            rank = min((_ARTICLE_TYPES.index(kind) for kind in types if kind in _ARTICLE_TYPES), default=None)
            if rank is not None:
                found.append((rank, item))
            elif "breadcrumblist" in types and not breadcrumb:
                breadcrumb = _breadcrumb_section(item)
    if not found:
        return ArticleData(section=breadcrumb)
    return _article(min(found, key=lambda ranked: ranked[0])[1], breadcrumb)


def json_ld_documents(tree: LexborHTMLParser) -> Iterator[Any]:
    yield from _documents(tree, 'script[type^="application/ld+json"]')


def embedded_json(tree: LexborHTMLParser) -> Iterator[Any]:
    """The JSON documents that scripts of the page embed for its own use (`__NEXT_DATA__`, `static-page`…)."""
    yield from _documents(
        tree, 'script[type="application/json"], script[type="application/x-json"], script#__NEXT_DATA__'
    )


def objects_of(document: Any) -> Iterator[JsonObject]:
    """Every object in the document, outer before inner, in their order; at most NODES_LIMIT values are looked at."""
    pending: list[Any] = [document]
    for _ in range(NODES_LIMIT):
        if not pending:
            return
        value = pending.pop()
        if isinstance(value, dict):
            yield value
            pending.extend(child for child in reversed(list(value.values())) if isinstance(child, dict | list))
        elif isinstance(value, list):
            pending.extend(child for child in reversed(value) if isinstance(child, dict | list))


def meta_content(tree: LexborHTMLParser, *names: str) -> str:
    """The content of the first of these meta elements that has one, by `property`, `name` or `itemprop`."""
    for name in names:
        for node in tree.css(f'meta[property="{name}"], meta[name="{name}"], meta[itemprop="{name}"]'):
            content = (node.attributes.get("content") or "").strip()
            if content:
                return content[:5_000]
    return ""


def text_of(value: Any, *keys: str) -> str:
    """The text in a value that may be a text, an object with one of `keys`, or a list of either."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return next(filter(None, (text_of(value.get(key)) for key in keys)), "")
    if isinstance(value, list):
        return next(filter(None, (text_of(part, *keys) for part in value[:20] if not isinstance(part, list))), "")
    return ""


def texts_of(value: Any, *keys: str) -> list[str]:
    """As `text_of`, every one of a list."""
    parts = value[:20] if isinstance(value, list) else [value]
    return [text for part in parts if not isinstance(part, list) and (text := text_of(part, *keys).strip())]


def _documents(tree: LexborHTMLParser, selector: str) -> Iterator[Any]:
    for node in tree.css(selector)[:SCRIPTS_LIMIT]:
        document = _tolerant_json(node.text(deep=True) or "")
        if isinstance(document, dict | list):
            yield document


def _tolerant_json(text: str) -> Any:
    text = _WRAPPING.sub("", text.strip()).strip().rstrip(";")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_TRAILING_COMMA.sub("", _CONTROLS.sub(" ", text)), strict=False)
    except (ValueError, RecursionError):
        return None


def _article(item: JsonObject, breadcrumb: str) -> ArticleData:
    bodies = [text for key in _BODY_KEYS if (text := text_of(item.get(key)))]
    return ArticleData(
        headline=headline_text(text_of(item.get("headline")) or text_of(item.get("name"))),
        byline=_names(item.get("author")) or _names(item.get("creator")),
        section=short_text(", ".join(texts_of(item.get("articleSection"))[:3])) or breadcrumb,
        keywords=_keywords(item.get("keywords")),
        published=tuple(
            filter(None, (text_of(item.get(key)) for key in ("datePublished", "dateCreated", "uploadDate")))
        ),
        updated=text_of(item.get("dateModified")),
        image=text_of(item.get("image"), "url", "contentUrl", "@id") or text_of(item.get("thumbnailUrl")),
        description=plain_text(text_of(item.get("description")), SUMMARY_LIMIT),
        language=text_of(item.get("inLanguage"), "alternateName", "name"),
        publisher=short_text(text_of(item.get("publisher"), "name")),
        paragraphs=paragraphs_of(bodies[0]) if bodies else (),
    )


def _names(value: Any) -> str:
    """People's names; an address that stands in the name's place is none."""
    names = (short_text(name) for name in texts_of(value, "name"))
    return short_text(", ".join(dict.fromkeys(name for name in names if name and "://" not in name)))


def _keywords(value: Any) -> tuple[str, ...]:
    words: Iterable[str] = value.split(",") if isinstance(value, str) else texts_of(value, "name")
    return tuple(dict.fromkeys(filter(None, (short_text(word) for word in words))))[:20]


def _breadcrumb_section(item: JsonObject) -> str:
    """The last but one step, or the last where the article itself isn't a step; the first is the front page."""
    elements = item.get("itemListElement")
    steps = [
        (short_text(text_of(step.get("name")) or text_of(step.get("item"), "name")), _position(step))
        for step in (elements[:10] if isinstance(elements, list) else [])
        if isinstance(step, dict)
    ]
    names = [name for name, _ in sorted(steps, key=lambda step: step[1]) if name][1:]
    if not names:
        return ""
    return names[-2] if len(names) > 1 else names[0] if len(names[0]) < _LONGEST_SECTION else ""


def _position(step: JsonObject) -> int:
    position = step.get("position")
    try:
        return int(position) if isinstance(position, int | str) else 0
    except ValueError:
        return 0


_LONGEST_SECTION = 30  #: characters of a section's name; longer is a headline
