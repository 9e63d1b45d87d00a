"""Markup and addresses from strangers, made plain: text without tags, paragraphs, absolute http(s) addresses."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from newsbot.ingest.html_tree import is_safe_to_parse
from newsbot.ingest.values import BODY_LIMIT, HEADLINE_LIMIT, SHORT_TEXT_LIMIT
from newsbot.text.clipping import Unit, clip
from newsbot.text.normalise import clean

__all__ = ["absolute_url", "bounded", "headline_text", "paragraphs_of", "plain_text", "short_text", "shown_text"]

URL_LIMIT = 2_000  #: characters; longer ones are no article's
MARKUP_PER_TEXT = 8  #: characters of markup read for one of text that is kept
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f]+")  # browsers drop them within addresses, too
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<!--(?:(?!<!--|-->).)*-->|<![a-zA-Z\[][^<>]*>", re.DOTALL)
_HIDDEN_OPENS: Final = re.compile(r"<(script|style)\b[^<>]*>", re.IGNORECASE)
_BREAKS: Final = re.compile(r"<(?:/?(?:p|div|li|ul|ol|h[1-6]|blockquote|section|article|tr|table)|br)\b[^<>]*>", re.I)
_NOT_TEXT: Final = "script, style, noscript, template, iframe, figure, form, nav, button, svg"


def plain_text(markup: str, limit: int) -> str:
    """One line of text without tags, at most `limit` code points. Entities are read twice: portals escape twice."""
    text = markup[: MARKUP_PER_TEXT * limit]
    for _ in range(2):
        text = html.unescape(_without_tags(text))
    return clip(clean(_without_tags(text)), limit, unit=Unit.CODEPOINT)


def shown_text(text: str, limit: int) -> str:
    """One line of what an element shows: `<` in it is no markup. At most `limit` code points."""
    return clip(clean(html.unescape(text[: MARKUP_PER_TEXT * limit])), limit, unit=Unit.CODEPOINT)


def headline_text(markup: str) -> str:
    return plain_text(markup, HEADLINE_LIMIT)


def short_text(markup: str) -> str:
    """For kickers, bylines, sections, categories."""
    return plain_text(markup, SHORT_TEXT_LIMIT)


def paragraphs_of(markup: str) -> tuple[str, ...]:
    """The paragraphs of an HTML fragment, or of plain text with line breaks."""
    markup = markup[: MARKUP_PER_TEXT * BODY_LIMIT]
    if not _TAG.search(markup):
        lines = html.unescape(markup).splitlines()
    elif not is_safe_to_parse(markup):
        lines = html.unescape(_without_tags(markup)).splitlines()
    else:
        tree = LexborHTMLParser(_BREAKS.sub(lambda tag: f"\n{tag.group()}", " ".join(markup.split())))
        for node in tree.css(_NOT_TEXT):
            node.decompose()
        lines = (tree.body.text() if tree.body else "").splitlines()
    return bounded(line for line in map(clean, lines) if line)


def bounded(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """The first paragraphs that fit into BODY_LIMIT."""
    kept: list[str] = []
    room = BODY_LIMIT
    for paragraph in paragraphs:
        if room < HEADLINE_LIMIT and len(paragraph) > room:
            break
        kept.append(clip(paragraph, room, unit=Unit.CODEPOINT))
        room -= len(kept[-1]) + 1
    return tuple(kept)


def absolute_url(link: str, base: str) -> str:
    """The absolute http(s) address without its fragment; '' if it is none, carries a password or is over URL_LIMIT."""
    link = _CONTROLS.sub("", link).strip() if len(link) <= URL_LIMIT else ""
    if not link or link.startswith("#"):
        return ""
    try:
        joined = urljoin(base, html.unescape(link) if "&amp;" in link else link)
        parts = urlsplit(joined)
        _ = parts.port
        joined.encode()
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.username or len(joined) > URL_LIMIT:
        return ""
    return urlunsplit(parts._replace(fragment=""))


def _without_tags(text: str) -> str:
    return _TAG.sub(" ", _without_hidden(text)) if "<" in text else text


def _without_hidden(text: str) -> str:
    """Without scripts and styles. One pass, so that a thousand unclosed ones cost no more than one."""
    kept: list[str] = []
    start, lower = 0, text.lower()
    if len(lower) != len(text):  # a letter whose lower case is longer: positions would shift
        lower = text
    while opens := _HIDDEN_OPENS.search(text, start):
        kept.append(text[start : opens.start()])
        end = lower.find(f"</{opens[1].lower()}", opens.end())
        if end < 0:
            return "".join(kept)
        start = end
    return "".join(kept) + text[start:]
