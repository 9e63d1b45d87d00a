"""Parses HTML from strangers, refusing what is built to be slow.

A parser that follows the HTML standard walks up all open elements for most tags, and opens formatting
elements that were never closed (`<b>`, `<a>`, `<font>`…) again in every block that follows: 5 MB of nested
`<div>` take a quarter of an hour, 21 KB of `<b>` and `<p>` make two million elements. So tags are counted
first: how deep they nest, and how many formatting elements would be opened again. Newsrooms' pages nest 40
deep; small pages can't do harm and aren't counted.
"""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from newsbot.ingest.values import NotAPage

__all__ = ["is_safe_to_parse", "parse_html"]

HARMLESS = 1_000  #: tags; fewer make at most 250,000 elements, in 0.1 s, however they nest
DEEPEST = 1_000  #: elements open at once
REOPENED_AT_MOST = 200_000  #: formatting elements opened again in blocks

_FORMATTING: Final = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_BLOCKS: Final = frozenset(["p", "li", "td", "th", "dd", "dt", "option"])  # they close each other, so they don't nest
_TAG: Final = re.compile(
    r"<(/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|path|rect|circle|line|use)\b)"
    r"([a-zA-Z][a-zA-Z0-9]*)"
)


def parse_html(text: str) -> LexborHTMLParser:
    """The document's tree. Raises NotAPage if its tags nest as no page's do."""
    if not is_safe_to_parse(text):
        raise NotAPage("its tags are nested as in no newsroom's page: refused unread")
    return LexborHTMLParser(text)


def is_safe_to_parse(text: str) -> bool:
    """Linear in the text: about 0.5 µs a tag."""
    if text.count("<") <= HARMLESS:
        return True
    depth = formatting = reopened = 0
    for closes, name in _TAG.findall(text):
        tag = name.lower()
        if tag in _BLOCKS:
            if not closes:
                reopened += formatting
            continue
        step = -1 if closes else 1
        depth = max(depth + step, 0)
        if tag in _FORMATTING:
            formatting = max(formatting + step, 0)
        elif not closes:
            reopened += formatting
        if depth > DEEPEST or reopened > REOPENED_AT_MOST:
            return False
    return True
