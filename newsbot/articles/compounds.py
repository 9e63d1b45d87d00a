"""Words that Bengali writes together or apart as the writer likes: পোশাককর্মী, পোশাক কর্মী. Pure.

A word that no article has is taken for two that articles have; two that stand side by side are found as one word too.
Both parts have three letters or signs at least and are no small words, so that what remains are hardly ever chance
finds: ভারতবিরোধী is ভারত and বিরোধী, while নির্বা is nothing but a beginning.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

import regex

from newsbot.text.analyser import is_small, key

SHORTEST_PART: Final = 3  #: code points
LONGEST: Final = 40  #: code points; more is no word
_BENGALI: Final = regex.compile(r"[\u0980-\u09e5]+")
_HASANTA: Final = "\u09cd"


def halves(typed: str) -> Iterator[tuple[str, str]]:
    """The keys of what a word may be made of, one pair for each place where it can fall apart."""
    if len(typed) > LONGEST or not _BENGALI.fullmatch(typed):
        return
    for place in range(SHORTEST_PART, len(typed) - SHORTEST_PART + 1):
        if typed[place - 1] != _HASANTA and unicodedata.category(typed[place])[0] == "L":
            pair = key(typed[:place]), key(typed[place:])
            if not any(map(is_small, pair)):
                yield pair


def together(one: str, other: str) -> str | None:
    """The key of two typed words written as one."""
    typed = one + other
    if min(len(one), len(other)) < SHORTEST_PART or len(typed) > LONGEST or not _BENGALI.fullmatch(typed):
        return None
    return key(typed)
