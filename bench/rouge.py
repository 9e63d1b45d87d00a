"""ROUGE on words as Bengali has them.

The usual packages split words at vowel signs, or drop every letter that isn't Latin and score two identical Bengali
texts 0. Here a word is what `newsbot.text.tokens` says. Several human summaries count by their mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from newsbot.text.tokens import tokens


@dataclass(frozen=True, slots=True)
class Rouge:
    """Shares of 1."""

    one: float  #: F1 of single words
    two: float  #: F1 of pairs
    longest: float  #: F1 of the longest common subsequence
    two_recall: float  #: of the human summary's pairs, how many are there


def rouge(summary: str, references: Sequence[str]) -> Rouge:
    words = tokens(summary)
    each = [_against(words, tokens(reference)) for reference in references]
    return Rouge(*(fmean(getattr(one, name) for one in each) for name in Rouge.__slots__))


def mean(scores: Sequence[Rouge]) -> Rouge:
    return Rouge(*(fmean(getattr(score, name) for score in scores) for name in Rouge.__slots__))


def _against(words: Sequence[str], reference: Sequence[str]) -> Rouge:
    pairs, reference_pairs = _pairs(words), _pairs(reference)
    shared_pairs = sum((pairs & reference_pairs).values())
    return Rouge(
        one=_f1(sum((Counter(words) & Counter(reference)).values()), len(words), len(reference)),
        two=_f1(shared_pairs, pairs.total(), reference_pairs.total()),
        longest=_f1(_common(words, reference), len(words), len(reference)),
        two_recall=shared_pairs / max(1, reference_pairs.total()),
    )


def _pairs(words: Sequence[str]) -> Counter[tuple[str, str]]:
    return Counter(pairwise(words))


def _f1(shared: int, found: int, wanted: int) -> float:
    return 2 * shared / (found + wanted) if shared else 0.0


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        previous = 0
        for place, candidate in enumerate(other, 1):
            above = row[place]
            row[place] = previous + 1 if word == candidate else max(row[place], row[place - 1])
            previous = above
    return row[-1]
