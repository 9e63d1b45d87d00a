"""Telegram's HTML: styled runs of text to a string that its parser accepts and reads back as the same text.

Only `<` and `&` are special to that parser, sixteen tags exist, an unknown tag is an error, and a link it does not like
is dropped without one. So text is escaped completely, tags come from one small table, and links are judged here first.
The parser trims and replaces some characters before it counts; `tidy` does so beforehand: our lengths are its lengths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import regex

from newsbot.domain.message import Span
from newsbot.text.clipping import Unit, clip, length

MESSAGE_LIMIT: Final = 4096  #: UTF-16 units after parsing; the server counts code points: never more
CAPTION_LIMIT: Final = 1024  #: the same, under a file
RAW_LIMIT: Final = 32_768  #: bytes before parsing
ENTITY_LIMIT: Final = 100  #: styles and links that a message keeps; the server drops more without a word
URL_LIMIT: Final = 8_000  #: bytes of an escaped address: longer ones would not leave room for the text within RAW_LIMIT
LONG_QUOTE: Final = 500  #: UTF-16 units from which a quotation folds away behind 'show more'
LEAST: Final = 40  #: UTF-16 units that surely hold one letter and '…'
PLACEHOLDER: Final = "…"  #: stands for a text of which nothing would be visible: Telegram refuses an empty one

_TAGS: Final = {"bold": ("<b>", "</b>"), "italic": ("<i>", "</i>"), "code": ("<code>", "</code>")}
_QUOTE: Final = ("<blockquote>", "</blockquote>")
_FOLDED_QUOTE: Final = ("<blockquote expandable>", "</blockquote>")

#: What Telegram does to a message's text before it counts: control characters become spaces, these others vanish.
_REPLACED: Final = {code: " " for code in range(32) if code not in (10, 13)}
_REMOVED: Final = dict.fromkeys([13, *range(0x2028, 0x202F), 0x0333, 0x033F, 0x030A], "")
_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # not UTF-8; the whole request would be refused
_CLEANING: Final = {**_REPLACED, **_REMOVED, **_SURROGATES}
_UNCLEAN: Final = re.compile("[" + "".join(map(re.escape, map(chr, _CLEANING))) + "]")

#: Stricter than Telegram's own reading of an address, which wants a dot in the host: what matches here, it links.
_LINK: Final = regex.compile(  # regex, not re: its \w knows vowel signs
    r"https?://[\w-]+(?:\.[\w-]+)+(?::([1-9][0-9]{0,4}))?(?:[/?#][^\s\\]*)?", regex.IGNORECASE
)
_JOINERS: Final = "\u200c\u200d"  #: invisible and yet part of words: র‌্যাব


def clean(text: str) -> str:
    """The text as Telegram will show and count it."""
    return text.translate(_CLEANING) if _UNCLEAN.search(text) else text  # nearly all text is clean


def escape(text: str) -> str:
    """Plain text to HTML, for text and for attributes in double quotes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def is_linkable(url: str) -> bool:
    """Whether Telegram makes a link or a button of this address rather than dropping or refusing it."""
    match = _LINK.fullmatch(url)
    if match is None or clean(url) != url or not all(sign.isprintable() or sign in _JOINERS for sign in url):
        return False
    return int(match[1] or 0) <= 65_535 and length(escape(url), Unit.BYTE) <= URL_LIMIT


def tidy(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Cleaned, neighbours of one style joined, without white space at either end."""
    tidied: list[Span] = []
    for span in spans:
        text = clean(span.text)
        if not text:
            continue
        if tidied and (tidied[-1].style, tidied[-1].url) == (span.style, span.url):
            text = tidied.pop().text + text
        tidied.append(replace(span, text=text))
    while tidied and not (first := tidied[0].text.lstrip(" \n")):
        tidied.pop(0)
    if tidied:
        tidied[0] = replace(tidied[0], text=first)
    while tidied and not (last := tidied[-1].text.rstrip(" \n")):
        tidied.pop()
    if tidied:
        tidied[-1] = replace(tidied[-1], text=last)
    return tuple(tidied)


def to_html(spans: Iterable[Span]) -> str:
    """Tidied spans to HTML. Links must be linkable."""
    return "".join(_span_html(span) for span in spans)


def to_text(spans: Iterable[Span]) -> str:
    """What a reader sees, without the styles."""
    return "".join(span.text for span in spans)


def to_plain(spans: Iterable[Span], limit: int = MESSAGE_LIMIT) -> str:
    """What is sent when the HTML was refused: the text, then its links a line each, within `limit` UTF-16 units."""
    spans = tuple(spans)
    links = ""
    for url in dict.fromkeys(span.url for span in spans if span.url):
        longer = f"{links}\n{url}" if links else url
        if length(longer, Unit.UTF16) > limit // 2:
            break
        links = longer
    text = to_text(spans)
    if not links:
        return clip(text, limit)
    return f"{clip(text, limit - length(links, Unit.UTF16) - 2)}\n\n{links}"


def text_length(spans: Iterable[Span]) -> int:
    """UTF-16 units that the text takes."""
    return sum(length(span.text, Unit.UTF16) for span in spans)


def fits(spans: tuple[Span, ...]) -> bool:
    """Whether the server keeps all of the styles and links and accepts the size of the HTML."""
    entities = sum((span.style != "plain") + bool(span.url) for span in spans)
    return entities <= ENTITY_LIMIT and length(to_html(spans), Unit.BYTE) <= RAW_LIMIT


def cut(spans: tuple[Span, ...], limit: int) -> tuple[Span, ...]:
    """Tidied spans shortened to at most `limit` UTF-16 units, at a grapheme of the last that fits, ending in '…'."""
    if text_length(spans) <= limit:
        return spans
    kept: list[Span] = []
    room = limit - len(PLACEHOLDER)
    for span in spans:
        size = length(span.text, Unit.UTF16)
        if size > room:
            kept.append(replace(span, text=clip(span.text, room)) if room >= LEAST else Span(PLACEHOLDER))
            break
        kept.append(span)
        room -= size
    return tuple(kept)


def _span_html(span: Span) -> str:
    inner = escape(span.text)
    if span.url:
        inner = f'<a href="{escape(span.url)}">{inner}</a>'
        if span.style == "code":  # Telegram allows no link within code; the link matters more
            return inner
    if span.style == "quote":
        opening, closing = _FOLDED_QUOTE if length(span.text, Unit.UTF16) > LONG_QUOTE else _QUOTE
    else:
        opening, closing = _TAGS.get(span.style, ("", ""))
    return f"{opening}{inner}{closing}"
