"""A long text in several messages: parts that each fit, parted where a reader would pause, never within a letter."""

from __future__ import annotations

from typing import Final

import regex

from newsbot.text.clipping import Unit, graphemes, length

__all__ = ["split_text"]

#: where a part may end, the best first; each must leave at least LEAST of what would fit
_BREAKS: Final = (
    regex.compile(r"(\n\s*\n)"),
    regex.compile(r"(\n)"),
    regex.compile(r"(?<=[।?!…]|\w{2}\.)[\"'”’)]*(\s+)"),
    regex.compile(r"(?<=[,;:–—])(\s+)"),
    regex.compile(r"(\s+)"),
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
        fitting = _fitting(rest, limit, unit)
        if not fitting:
            raise ValueError(f"a limit of {limit} ({unit.value}) can't hold one letter")
        end = _break_in(rest, fitting)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return parts


def _fitting(text: str, limit: int, unit: Unit) -> int:
    """Code points of the longest beginning that fits and ends between two graphemes."""
    end = 0
    for grapheme in graphemes(text):
        limit -= 1 if unit is Unit.GRAPHEME else length(grapheme, unit)
        if limit < 0:
            break
        end += len(grapheme)
    return end


def _break_in(text: str, fitting: int) -> int:
    """Where to part: after the last good break within what fits, or at its end."""
    for pattern in _BREAKS:
        # A break may begin where the part is full: it vanishes with the white space.
        ends: list[int] = [match.start(1) for match in pattern.finditer(text, 0, fitting + 1)]
        if ends and (last := ends[-1]) >= LEAST * fitting:
            return last
    return fitting
