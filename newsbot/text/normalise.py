"""Two forms of a text: one to compare and search by, one to show.

Bengali is typed in several ways that look the same: য় is one code point or two, ো one or two, র‌্যা
carries a joiner or not, and one article in eleven mixes them. `normalise` makes them equal; it is never
shown. `clean` is what readers see: what was typed, without what breaks a layout, a log or a database.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import regex

__all__ = ["clean", "normalise", "same_text"]

_KHANDA_TA_TYPED: Final = "ত\u09cd\u200d"  # how ৎ was typed before it had a code point of its own
_CONTROLS: Final = [c for c in (*range(0x20), *range(0x7F, 0xA0)) if c not in (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85)]
_LINE_AND_TAB: Final = (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85)
_DIRECTIONS: Final = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE: Final = (0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)  # soft hyphen, ZWSP, ZWNJ, ZWJ, word joiner, BOM

_TO_INDEX_FORM: Final[dict[int, str | int | None]] = {
    **dict.fromkeys((*_CONTROLS, *_INVISIBLE, *_DIRECTIONS)),
    **{ord(digit): str(value) for value, digit in enumerate("০১২৩৪৫৬৭৮৯")},
    ord("৷"): "।",  # U+09F7, a fraction sign that keyboards offer for the danda
    **dict.fromkeys(map(ord, "‘’‚‛′‵ʼʻ`´＇"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″‶«»＂"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
}
# Overriding directions can make a headline read as something else, so they go; joiners shape letters and stay.
_TO_DISPLAY_FORM: Final[dict[int, str | int | None]] = {
    **dict.fromkeys((*_CONTROLS, *_DIRECTIONS, 0x00AD, 0x200B, 0xFEFF)),
    **dict.fromkeys(_LINE_AND_TAB, " "),
}
# A character class is passed over ten times as fast as `translate` looks each character up.
_IN_NEED: Final = re.compile("[" + "".join(f"\\U{character:08x}" for character in _TO_INDEX_FORM) + "]")
_SURROGATES: Final = re.compile("[\ud800-\udfff]+")
_PILED_MARKS: Final = regex.compile(r"(\p{Mn}{6})\p{Mn}+")  # no script needs seven: they are meant to deface a line
_WHITESPACE: Final = re.compile(r"\s+")


def normalise(text: str) -> str:
    """The form to index, compare and query by; never for display.

    NFC, without joiners, zero-width and control characters and lone surrogates; ত্‍ is ৎ, ৷ is ।; digits, quotes and
    dashes are the ASCII ones. Keeps case and whitespace. Idempotent; takes any str.
    """
    if text.isascii() and text.isprintable() and "`" not in text:
        return text
    # Removing joiners first, composing last: ে + ZWNJ + া must compose too, or a second pass would change the text.
    bare = _SURROGATES.sub("", text.replace(_KHANDA_TA_TYPED, "ৎ"))
    return unicodedata.normalize("NFC", _IN_NEED.sub(_index_form, bare))


def _index_form(character: re.Match[str]) -> str:
    return str(_TO_INDEX_FORM[ord(character[0])] or "")


def clean(text: str) -> str:
    """The form to show: one line, single spaces, the letters and joiners as they were typed.

    Drops control characters, direction overrides, lone surrogates, marks beyond six in a row. Idempotent; any str.
    """
    visible: str = _PILED_MARKS.sub(r"\1", _SURROGATES.sub("", text).translate(_TO_DISPLAY_FORM))
    return _WHITESPACE.sub(" ", visible).strip()


def same_text(a: str, b: str) -> bool:
    """Whether both are the same words to a reader, whatever case, joiners and spaces they were typed with."""
    return _comparable(a) == _comparable(b)


def _comparable(text: str) -> str:
    return _WHITESPACE.sub(" ", normalise(text).casefold()).strip()
