"""Texts and addresses as Messenger shows and takes them. Pure.

Messenger has no styles and no links under words: a style is left away, an address follows the words that led to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from newsbot.domain.message import Span
from newsbot.text.clipping import ELLIPSIS, is_visible

PLACEHOLDER: Final = ELLIPSIS  #: stands for a text of which nothing would be visible: an empty one is refused
URL_LIMIT: Final = 1_000  #: characters; a longer one might be parted where it stands in a text

_REPLACED: Final = {code: " " for code in (*range(32), 127) if code != 10}
_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # not UTF-8; the whole request would be refused
_CLEANING: Final = {**_REPLACED, 13: "", **_SURROGATES}
_UNCLEAN: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_SPACES: Final = re.compile(r"\s+")


def clean(text: str) -> str:
    """Without control characters but line feeds, without half characters, without white space at its ends."""
    return (text.translate(_CLEANING) if _UNCLEAN.search(text) else text).strip()


def line(text: str) -> str:
    """Cleaned and on one line."""
    return _SPACES.sub(" ", clean(text))


def shown(text: str) -> str:
    """Cleaned, or the placeholder where nothing would be visible."""
    cleaned = clean(text)
    return cleaned if is_visible(cleaned) else PLACEHOLDER


def is_web_address(url: str) -> bool:
    """Whether Messenger takes it for a button, a card or a picture."""
    if len(url) > URL_LIMIT or not url.isprintable() or any(sign.isspace() for sign in url):
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # raises for a port that is none
        url.encode()
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host)


def text_of(spans: Iterable[Span]) -> str:
    """The words, each linked run followed by its address in brackets where it doesn't say it itself."""
    written: list[str] = []
    url = ""
    said = ""  # the words that `url` lies under
    for span in (*spans, Span("")):
        if url and span.url != url:
            written.append("" if url in said else f" ({url})")
            said = ""
        url = span.url
        said += span.text if url else ""
        written.append(span.text)
    return "".join(written)


def joined(*paragraphs: str) -> str:
    """With an empty line between them; without those that are empty."""
    return "\n\n".join(filter(None, paragraphs))
