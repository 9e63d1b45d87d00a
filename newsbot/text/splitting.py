"""A long text in several messages: parts that each fit, parted where a reader would pause, never within a letter."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

import regex

from newsbot.text.clipping import Unit, graphemes, length

__all__ = ["split_text"]

#: a sign that combines with the white space before it must not lose it
_ALONE: Final = r"(?![\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}])"
_SPACE: Final = regex.compile(r"\s+" + _ALONE)
#: where a part may end, the best first; each must leave at least LEAST of what would fit
_BREAKS: Final = tuple(
    regex.compile(pattern + _ALONE)
    for pattern in (
        r"(\n[^\S\n]*+\n\s*+)",
        r"(\n\s*+)",
        r"(?<=[।?!…]|\w{2}\.)[\"'”’)]*(\s++)",
        r"(?<=[,;:–—])(\s++)",
        r"(\s++)",
    )
)
LEAST: Final = 0.4  #: of a part that is kept at least for the sake of a better break


def split_text(text: str, limit: int, *, unit: Unit = Unit.UTF16) -> list[str]:
    """Parts of at most `limit` units; [] for a text without any. Joined they are the text but for white space between.

    Parts end at a paragraph's end, a line's, a sentence's, a clause's or a word's, in this order, and otherwise between
    graphemes. Raises ValueError if `limit` can't hold one grapheme.
    """
    parts = []
    rest = text.strip()
    while rest:
        if length(rest, unit) <= limit:
            parts.append(rest)
            break
        edges = _edges(rest, limit, unit)
        if not edges:
            raise ValueError(f"a limit of {limit} ({unit.value}) can't hold one letter")
        end = _break_in(rest, edges)
        parts.append(rest[:end].rstrip())
        rest = rest[end:]
        if space := _SPACE.match(rest):
            rest = rest[space.end() :]
    return parts


def _edges(text: str, limit: int, unit: Unit) -> list[int]:
    """Where its graphemes end, as far as they fit, in code points."""
    edges: list[int] = []
    end = 0
    for grapheme in graphemes(text):
        limit -= 1 if unit is Unit.GRAPHEME else length(grapheme, unit)
        if limit < 0:
            break
        end += len(grapheme)
        edges.append(end)
    return edges


def _break_in(text: str, edges: list[int]) -> int:
    """Where to part: at the last good break within what fits, or at its end."""
    fitting, known = edges[-1], set(edges)
    for pattern in _BREAKS:
        found = takewhile(lambda match: match.start(1) <= fitting, pattern.finditer(text))
        ends = [match.start(1) for match in found if match.start(1) in known]
        if ends and ends[-1] >= LEAST * fitting:
            return int(ends[-1])
    return fitting
