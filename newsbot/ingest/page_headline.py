"""Which of a page's titles is the headline, and the kicker above it.

JSON-LD's headline is best, unless it is cut (search engines ask for 110 characters) and the page's `h1`
continues it. Without it the `h1` wins if the title for sharing begins with it; else that title, without the
paper's name at its end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsbot.ingest.latest_block import is_latest_title
from newsbot.ingest.markup import headline_text, short_text, shown_text
from newsbot.ingest.structured_data import meta_content
from newsbot.ingest.values import HEADLINE_LIMIT
from newsbot.text.normalise import clean, normalise, same_text

__all__ = ["Headline", "kicker_above", "page_headline"]

LONGEST_KICKER = 60  #: characters
_SEPARATED: Final = re.compile(r"\s+[|–—»:-]+\s+|\s*\|+\s*")
_KICKER_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:kicker|shoulder|overline|eyebrow|sub-?head(?:ing|line)?)", re.IGNORECASE
)
_NO_KICKER: Final = re.compile(r"breadcrumb|date|time|author|share|menu|nav|categor|section|tag", re.IGNORECASE)
_KICKER_TAGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6", "p", "span", "div", "strong"})
_SIBLINGS_LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class Headline:
    text: str
    node: LexborNode | None = None  #: the `h1` that shows it
    site_names: tuple[str, ...] = ()  #: what the paper calls itself


def page_headline(tree: LexborHTMLParser, stated: str, publisher: str) -> Headline:
    """`stated`: by structured data, '' if it states none."""
    site_names = tuple(filter(None, (publisher, short_text(meta_content(tree, "og:site_name", "application-name")))))
    heads = [(text, node) for node in tree.css("h1")[:10] if (text := _without_kicker(node))]
    title_node = tree.css_first("title")
    shared = headline_text(meta_content(tree, "og:title", "twitter:title"))
    title = shared or headline_text(title_node.text() if title_node is not None else "")
    stated, title = _without_site(stated, site_names), _without_site(title, site_names)
    for text, head in heads:
        if _continues(text, stated or title) or (stated and same_text(text, stated)):
            return Headline(text if len(text) > len(stated) else stated, head, site_names)
    named = [(text, head) for text, head in heads if not any(same_text(text, name) for name in site_names)]
    first = named[0][1] if named else None
    if stated:
        return Headline(stated, first, site_names)
    for text, head in named:
        if _continues(title, text) or not title:
            return Headline(text, head, site_names)
    if title and not any(same_text(title, name) for name in site_names):
        return Headline(title, first, site_names)
    return Headline(named[0][0] if named else "", first, site_names)


def kicker_above(tree: LexborHTMLParser, headline: Headline) -> str:
    """The short line that stands above the headline; '' if there is none."""
    node = headline.node
    if node is None or node.parent is None:
        return ""
    for place in (node, node.parent):
        for inside in place.css("[class]")[:40]:
            if _KICKER_CLASS.search(inside.attributes.get("class") or ""):
                text = clean(inside.text())
                if _may_be_kicker(text, headline.text):
                    return short_text(text)
    return _line_before(node, headline.text)


def _line_before(node: LexborNode, headline: str) -> str:
    before = node.prev
    for _ in range(_SIBLINGS_LOOKED_AT):
        if before is None:
            return ""
        if (before.tag or "").startswith("-") or before.tag == "!--":  # text or comment between elements
            before = before.prev
            continue
        names = f"{before.attributes.get('class') or ''} {before.attributes.get('id') or ''}"
        text = clean(before.text())
        if before.tag not in _KICKER_TAGS or _NO_KICKER.search(names) or before.css_first("a, time, img, ul, input"):
            return ""
        return short_text(text) if _may_be_kicker(text, headline) else ""
    return ""


def _may_be_kicker(text: str, headline: str) -> bool:
    return bool(text) and len(text) <= LONGEST_KICKER and not same_text(text, headline) and not is_latest_title(text)


def _without_kicker(node: LexborNode) -> str:
    text = clean(node.text(separator=" "))
    for inside in node.css("[class]")[:10]:
        if _KICKER_CLASS.search(inside.attributes.get("class") or ""):
            text = text.removeprefix(clean(inside.text())).lstrip(" :|/–—-")
    return shown_text(text, HEADLINE_LIMIT)


def _without_site(title: str, site_names: tuple[str, ...]) -> str:
    """Without the paper's name, and what stands between, at the end."""
    for name in site_names:
        compared, ending = normalise(title).casefold(), normalise(name).casefold()
        if ending and compared.endswith(ending) and len(compared) > len(ending):
            pieces = _SEPARATED.split(title)
            if len(pieces) > 1 and same_text(pieces[-1], name):
                return title[: title.rindex(pieces[-1])].rstrip(" |–—»:-")
    return title


def _continues(longer: str, shorter: str) -> bool:
    """Whether `longer` begins with `shorter`, dots of a cut apart, and at a word's end."""
    start = normalise(shorter).casefold().rstrip("… .")
    whole = normalise(longer).casefold()
    return len(start) > 10 and whole.startswith(start)
