"""Entities, the ranges of a text that are bold, linked and so on, and the rules by which they may overlap.

What Telegram keeps of the ranges a bot asked for, observed on the real library (TDLib's `parseMarkdown`, offline):

* `code`, `pre`, links, mentions and custom emoji do not nest in each other: the outer one stays, of equal ranges the
  stronger type;
* quotes do not nest, and nothing but a style may reach across a quote's border;
* styles (bold, italic, underline, strikethrough, spoiler) may overlap freely: neighbours of the same kind are joined,
  then cut at the borders of links and quotes and wherever another style begins, so that ranges nest; code holds none
  of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

__all__ = ["STYLES", "Entity", "normalise_entities", "sort_entities", "utf16_length"]

#: Order among ranges that begin and end together, outermost first (TDLib).
PRIORITY: Final = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "mention": 50,
    "hashtag": 50,
    "cashtag": 50,
    "bot_command": 50,
    "url": 50,
    "email": 50,
    "phone_number": 50,
    "date_time": 50,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
STYLES: Final = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES: Final = ("blockquote", "expandable_blockquote")


@dataclass(frozen=True, slots=True)
class Entity:
    """One range of a text, in UTF-16 code units. The fields after `length` belong to some types only."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user_id: int | None = None
    language: str | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None

    @property
    def end(self) -> int:
        return self.offset + self.length

    def json(self, user: dict[str, Any] | None = None) -> dict[str, Any]:
        """The Bot API's `MessageEntity`; `user` fills a text mention."""
        out: dict[str, Any] = {"offset": self.offset, "length": self.length, "type": self.type}
        for key in ("url", "language", "custom_emoji_id", "unix_time", "date_time_format"):
            if (value := getattr(self, key)) is not None:
                out[key] = value
        if self.user_id is not None:
            out["user"] = user or {"id": self.user_id, "is_bot": False, "first_name": ""}
        return out


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the unit of every offset in the Bot API."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def sort_entities(entities: Iterable[Entity]) -> list[Entity]:
    """By place, the longer first, then by type: the order in which Telegram lists them."""
    return sorted(entities, key=lambda entity: (entity.offset, -entity.length, PRIORITY[entity.type]))


def normalise_entities(entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """What the server keeps of these ranges: properly nested, sorted, without what it does not allow (see above)."""
    if not entities:
        return ()
    quotes = _first_of_overlapping(entity for entity in entities if entity.type in QUOTES)
    outermost = _first_of_overlapping(
        entity for entity in entities if entity.type not in STYLES and entity.type not in QUOTES
    )
    solid = [
        entity for entity in outermost if all(_within(entity, quote) for quote in quotes if _overlap(entity, quote))
    ]
    code = [entity for entity in solid if entity.type in {"code", "pre"}]
    styles = _styles(entities, code)
    edges = {edge for entity in (*quotes, *solid) for edge in (entity.offset, entity.end)}
    edges |= {entity.offset for entity in styles}
    styles = [piece for entity in styles for piece in _cut(entity, edges)]
    return tuple(sort_entities([*quotes, *solid, *styles]))


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end


def _within(one: Entity, other: Entity) -> bool:
    return other.offset <= one.offset and one.end <= other.end


def _first_of_overlapping(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in sort_entities(entities):
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _cut(entity: Entity, edges: Iterable[int]) -> list[Entity]:
    cuts = [entity.offset, *sorted({edge for edge in edges if entity.offset < edge < entity.end}), entity.end]
    return [replace(entity, offset=start, length=end - start) for start, end in pairwise(cuts)]


def _styles(entities: Iterable[Entity], code: Sequence[Entity]) -> list[Entity]:
    """Each style's ranges, joined where they touch, without what lies in code."""
    result: list[Entity] = []
    for style in STYLES:
        spans = sorted((entity.offset, entity.end) for entity in entities if entity.type == style)
        joined: list[tuple[int, int]] = []
        for start, end in spans:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        for block in code:
            joined = [
                piece
                for start, end in joined
                for piece in ((start, min(end, block.offset)), (max(start, block.end), end))
                if piece[0] < piece[1]
            ]
        result += [Entity(style, start, end - start) for start, end in joined]
    return result
