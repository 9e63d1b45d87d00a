"""What a word may be meant for that no article has: `rajniti`, নির্বাচোন. Pure.

Words of the archive that sound like it are candidates; the nearest in sound wins, of equally near ones the commonest.
Measured on 83 Latin-spelt queries over 50,000 words: the first guess is right in 0.82, one of three in 0.93.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from newsbot.text.sounds import distance, heard, skeleton

GUESSES: Final = 3  #: words that are searched for in place of one
FARTHEST: Final = 0.34  #: distance a letter of what was typed
COMMON_COUNTS: Final = 0.18  #: distance that e times as many articles make up for
SHORTEST: Final = 3  #: letters; of fewer there are too many words that sound alike
#: of Bengali words in Latin letters
_LATIN_ENDINGS: Final = ("r", "er", "e", "te", "ke", "ra", "der", "gulo", "ti", "ta")


@dataclass(frozen=True, slots=True)
class Guess:
    word: str  #: as it is indexed
    written: str  #: for a reader
    worth: float  #: 0 to 1


def sounds_of(typed: str) -> tuple[str, ...]:
    """The consonants of a word as they are looked up; of one in Latin letters also without an ending."""
    if len(typed) < SHORTEST:
        return ()
    forms = [typed]
    if typed.isascii():
        forms.extend(typed.removesuffix(end) for end in _LATIN_ENDINGS if len(typed) - len(end) > SHORTEST)
    return tuple(dict.fromkeys(filter(None, map(skeleton, forms))))


def guesses(typed: str, candidates: Iterable[tuple[str, str, int]]) -> tuple[Guess, ...]:
    """The likeliest first. `candidates`: word, as it is written, number of articles."""
    whole = heard(typed)
    spoken = [whole, *_without_endings(typed)]
    # Two consonants of Bengali script are soon another word (খেলা, খোলা); who writes Latin letters guesses at the vowels.
    farthest = FARTHEST if typed.isascii() or len(skeleton(typed)) >= SHORTEST else 0.0
    ranked: list[tuple[float, float, str, str]] = []
    for word, written, articles in candidates:
        # Only what is written in Bengali letters has the endings that a Latin spelling may have.
        near = [
            apart
            for said in ([whole] if word.isascii() else spoken)
            if (apart := distance(said, heard(word))) <= farthest * len(said)
        ]
        if near and word != typed:
            ranked.append((min(near) - COMMON_COUNTS * math.log(articles), min(near), word, written))
    ranked.sort()
    if ranked and ranked[0][1] == 0:  # sounds exactly so: others would only stand in its way
        ranked = [one for one in ranked if one[1] == 0]
    best = ranked[0][0] if ranked else 0.0
    return tuple(Guess(word, written, math.exp(best - rank)) for rank, _, word, written in ranked[:GUESSES])


def one_consonant_apart(one: str, other: str) -> bool:
    """Whether the consonants of two words differ by one: another, one more, one less, or two changed about."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _without_endings(typed: str) -> list[str]:
    """How a word in Latin letters sounds without a Bengali ending."""
    if not typed.isascii():
        return []
    return [heard(typed.removesuffix(end)) for end in _LATIN_ENDINGS if typed.endswith(end)]
