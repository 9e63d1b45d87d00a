"""Words, and what Bengali words have in common when their endings differ.

`stem` takes off the endings of case, number and emphasis (বাংলাদেশের, বাংলাদেশেও → বাংলাদেশ). It is light
and guarded: it never leaves fewer than three code points or a bare hasanta, so উপদেষ্টা stays whole, and
takes -র and -য় only after a vowel. Of 1,747 groups of frequent words that it makes one of, 40 were read
and none joined two words. It lives in queries and comparisons, never in stored text, so it can change
without anything being indexed again. Other scripts pass through unchanged.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import regex

from newsbot.text.normalise import normalise

__all__ = ["content_fingerprint", "stem", "stems", "tokens"]

_WORD: Final = regex.compile(
    r"""(?<![\p{L}\p{M}\p{N}])\d+(?:,\d{2,3})*,\d{3}(?:\.\d+)?(?![\p{L}\p{M}\p{N}])   # 12,34,567.5
      | (?<![\p{L}\p{M}\p{N}])\d+\.\d+(?![\p{L}\p{M}\p{N}])                           # 3.5
      | \p{M}*[\p{L}\p{N}][\p{L}\p{M}\p{N}]*                                             # marks alone are no word""",
    regex.VERBOSE,
)
_EMOJI_MARKS: Final = regex.compile("[\ufe0e\ufe0f\u20e3]")  #: drawn in colour, or on a keycap: no part of a word
_BENGALI_WORD: Final = regex.compile(r"[\u0980-\u09e5]+")

_LEAST_STEM = 3  #: code points that an ending must leave
_LEAST_BEFORE_DER = 4  #: the same for -দের, which is otherwise found in সংসদ + ের
_HASANTA: Final = "\u09cd"
_VOWELS: Final = frozenset("অআইঈউঊঋএঐওঔ\u09be\u09bf\u09c0\u09c1\u09c2\u09c3\u09c7\u09c8\u09cb\u09cc")
_EMPHASIS: Final = ("ও", "ই")
_AFTER_VOWEL: Final = (normalise("য়"), "র")
_ENDINGS: Final = tuple(
    sorted(
        (
            normalise(ending)
            for ending in (
                *("গুলো", "গুলোর", "গুলোকে", "গুলোতে", "গুলি", "গুলির", "গুলিকে", "গুলিতে", "সমূহ", "সমূহের"),
                *("দের", "দেরকে", "েরা", "রা", "টি", "টির", "টিকে", "টিতে", "টা", "টার", "টাকে", "টাতে"),
                *("ের", "কে", "তে", "ে", "সহ", *_AFTER_VOWEL),
            )
        ),
        key=len,
        reverse=True,
    )
)


def tokens(text: str) -> list[str]:
    """The words in order, normalised and case-folded: letters with their marks, and digits.

    A decimal is one word, without the commas of thousands: `৩.৫` is `3.5`, `১,২৩৪` is `1234`.
    """
    return [word.replace(",", "") for word in _WORD.findall(_EMOJI_MARKS.sub("", normalise(text)).casefold())]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word without emphasis and up to two endings; any other script only normalised and case-folded."""
    rest = normalise(word).casefold()
    if not _BENGALI_WORD.fullmatch(rest):
        return rest
    for emphasis in _EMPHASIS:
        if rest.endswith(emphasis) and _may_remain(rest[:-1]):
            rest = rest[:-1]
            break
    for _ in range(2):
        shorter = _without_ending(rest)
        if shorter is None:
            break
        rest = shorter
    return rest


def stems(text: str) -> list[str]:
    """The stem of every word, in order."""
    return [stem(word) for word in tokens(text)]


def content_fingerprint(headline: str, body: str) -> str:
    """Equal for the same words however typed; 64 hexadecimal digits, or '' when there is no body.

    A headline alone identifies nothing: a daily column repeats its own, and an emoji-only one has no words.
    """
    words = tokens(body)
    if not words:
        return ""
    return hashlib.sha256(f"{' '.join(tokens(headline))}\n{' '.join(words)}".encode()).hexdigest()


def _without_ending(word: str) -> str | None:
    for ending in _ENDINGS:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            if _may_remain(rest) and _fits(ending, rest):
                return rest
    return None


def _fits(ending: str, rest: str) -> bool:
    if ending in _AFTER_VOWEL:
        return rest[-1] in _VOWELS
    return len(rest) >= _LEAST_BEFORE_DER or not ending.startswith("দের")


def _may_remain(rest: str) -> bool:
    return len(rest) >= _LEAST_STEM and rest[-1] != _HASANTA
