"""What a person wrote, with its styles and links, and the picture it came with. Pure; takes any JSON.

Telegram says where a style begins and how long it is in UTF-16 units of the text as it was sent, and styles may lie
over each other. Ours don't: where several do, code goes before quotation, bold and italic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, TypeGuard

from newsbot.channels.telegram.markup import ENTITY_LIMIT, clean, is_linkable
from newsbot.domain.message import Span, Style

__all__ = ["largest_picture", "spans_of"]

#: the telling one first
_STYLES: Final[dict[str, Style]] = {
    "code": "code", "pre": "code", "blockquote": "quote", "expandable_blockquote": "quote", "bold": "bold",
    "italic": "italic",
}  # fmt: skip
_RANK: Final[tuple[Style, ...]] = ("code", "quote", "bold", "italic", "plain")
#: the telling byte of either half of a surrogate pair
_HIGH: Final = frozenset(bytes([byte]) for byte in range(0xD8, 0xDC))
_LOW: Final = frozenset(bytes([byte]) for byte in range(0xDC, 0xE0))


@dataclass(frozen=True, slots=True)
class _Run:
    start: int  #: UTF-16 units
    end: int
    style: Style = "plain"
    url: str = ""


def spans_of(message: dict[str, Any], where: str) -> tuple[Span, ...]:
    """The text under `where` (`text` or `caption`), cleaned, without white space at its ends; () if it is all plain."""
    text = message.get(where)
    runs = tuple(_runs(message.get("entities" if where == "text" else "caption_entities")))
    if not isinstance(text, str) or not runs:
        return ()
    units = text.encode("utf-16-le", "surrogatepass")
    length = len(units) // 2
    edges = sorted({0, length, *(min(edge, length) for run in runs for edge in (run.start, run.end))})
    edges = [edge for edge in edges if not _inside_a_pair(units, edge)]
    spans: list[Span] = []
    for start, end in pairwise(edges):
        piece = clean(units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass"))
        over = [run for run in runs if run.start <= start and end <= run.end]
        styles = {run.style for run in over}
        style = next(style for style in _RANK if style in styles or style == "plain")
        url = next((run.url for run in over if run.url), "")
        if spans and (spans[-1].style, spans[-1].url) == (style, url):
            piece = spans.pop().text + piece
        spans.append(Span(piece, style, url))
    trimmed = _trimmed(spans)
    return trimmed if any(span.style != "plain" or span.url for span in trimmed) else ()


def _runs(entities: object) -> Iterator[_Run]:
    for entity in entities[:ENTITY_LIMIT] if isinstance(entities, list) else ():
        if not isinstance(entity, dict):
            continue
        start, length, kind, url = (entity.get(name) for name in ("offset", "length", "type", "url"))
        if not _is_count(start) or not _is_count(length) or not isinstance(kind, str):
            continue
        if kind == "text_link" and isinstance(url, str) and is_linkable(url):
            yield _Run(start, start + length, url=url)
        elif kind in _STYLES:
            yield _Run(start, start + length, style=_STYLES[kind])


def _inside_a_pair(units: bytes, edge: int) -> bool:
    """Whether one character lies on both sides of it, as no honest edge does."""
    return units[2 * edge - 1 : 2 * edge] in _HIGH and units[2 * edge + 1 : 2 * edge + 2] in _LOW


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _trimmed(spans: list[Span]) -> tuple[Span, ...]:
    """Without white space at either end, like the text itself."""
    kept = [span for span in spans if span.text]
    while kept and not (first := kept[0].text.lstrip()):
        kept.pop(0)
    if kept:
        kept[0] = replace(kept[0], text=first)
    while kept and not (last := kept[-1].text.rstrip()):
        kept.pop()
    if kept:
        kept[-1] = replace(kept[-1], text=last)
    return tuple(kept)


def largest_picture(sizes: object) -> str:
    """The `file_id` of the largest of a photo's sizes, '' where there is none."""
    found: list[tuple[int, str]] = []
    for size in sizes if isinstance(sizes, list) else ():
        if not isinstance(size, dict) or not isinstance(file_id := size.get("file_id"), str):
            continue
        width, height = size.get("width"), size.get("height")
        area = width * height if _is_count(width) and _is_count(height) else 0
        found.append((area, clean(file_id)))
    return max(found, default=(0, ""))[1]
