"""Words: letters with their marks, and numbers. What their inflections have in common is the `analyser`'s business."""

from __future__ import annotations

import hashlib
from typing import Final

import regex

from newsbot.text.normalise import normalise

__all__ = ["content_fingerprint", "tokens", "words_of"]

# Bounded, and begun only where a run begins: what repeats without end must not be gone through again from each place.
_WORD: Final = regex.compile(
    r"""(?<![\p{L}\p{M}\p{N}])\d{1,15}(?:,\d{2,3}){0,8},\d{3}(?:\.\d+)?(?![\p{L}\p{M}\p{N}])   # 12,34,567.5
      | (?<![\p{L}\p{M}\p{N}])\d++\.\d+(?![\p{L}\p{M}\p{N}])                                 # 3.5
      | (?<!\p{M})\p{M}*+[\p{L}\p{N}][\p{L}\p{M}\p{N}]*+                  # marks alone are no word""",
    regex.VERBOSE,
)
_EMOJI_MARKS: Final = regex.compile("[\ufe0e\ufe0f\u20e3]")  #: drawn in colour, or on a keycap: no part of a word


def tokens(text: str) -> list[str]:
    """The words in order, normalised and case-folded: letters with their marks, and digits.

    A decimal is one word, without the commas of thousands: `৩.৫` is `3.5`, `১,২৩৪` is `1234`.
    """
    return words_of(normalise(text))


def words_of(normalised: str) -> list[str]:
    """The words of a text that is normalised already."""
    words: list[str] = _WORD.findall(_EMOJI_MARKS.sub("", normalised).casefold())
    return [word.replace(",", "") for word in words] if "," in normalised else words


def content_fingerprint(headline: str, body: str) -> str:
    """Equal for the same words however typed; 64 hexadecimal digits, or '' when there is no body.

    A headline alone identifies nothing: a daily column repeats its own, and an emoji-only one has no words.
    """
    words = tokens(body)
    if not words:
        return ""
    return hashlib.sha256(f"{' '.join(tokens(headline))}\n{' '.join(words)}".encode()).hexdigest()
