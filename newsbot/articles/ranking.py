"""How well an article answers a query: the same figures on every database. Pure.

BM25 over weighted fields: a word in the headline counts six times as much as one in the body, in the kicker four times,
in the lead twice, and each further occurrence less than the one before; a rare word counts more than a common one, and
words that stand side by side more than apart. Age takes off slowly: a month 15 %, a year 40 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Final

WEIGHTS: Final = {"headline": 6.0, "kicker": 4.0, "lead": 2.0, "body": 1.0}
_SATURATION: Final = 1.2  #: weight at which a word has half of its worth
_USUAL_BODY: Final = 1_200  #: characters of keys; a longer body must say a word more often
_LENGTH_COUNTS: Final = 0.5  #: 0: lengths don't matter, 1: fully
_SIDE_BY_SIDE: Final = 0.15  #: more, for each pair of words of the query that stands together in the article
_AGE_UNIT: Final = timedelta(days=30).total_seconds()
_AGE_COUNTS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a query: any of `words` will do, each with what it is worth (1: what was typed)."""

    words: tuple[tuple[str, float], ...]
    articles: int  #: that have it

    @classmethod
    def of(cls, word: str, articles: int) -> Wanted:
        return cls(((word, 1.0),), articles)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may answer. Fields are its words with a space before, between and after them."""

    id: int
    age: float  #: seconds since its publication
    fields: Mapping[str, str]


def ranked(wanted: Sequence[Wanted], candidates: Sequence[Candidate], *, total: int) -> list[int]:
    """Ids, best first; equal ones newest first. `total`: articles in the archive."""
    worth = [rarity(one.articles, total) for one in wanted]
    scored = [(_score(wanted, worth, one), -one.age, one.id) for one in candidates]
    return [article_id for _, _, article_id in sorted(scored, reverse=True)]


def rarity(articles: int, total: int) -> float:
    """What a word is worth that so many of all articles have."""
    return math.log(1 + max(total - articles, 0.5) / (articles + 0.5))


def freshness(age: float) -> float:
    """What its age leaves of an article's worth: 1 of today's, 0.85 after a month, 0.6 after a year."""
    return 1 / (1 + _AGE_COUNTS * math.log1p(max(age, 0.0) / _AGE_UNIT))


def _score(wanted: Sequence[Wanted], worth: Sequence[float], candidate: Candidate) -> float:
    fields = candidate.fields
    thin = 1 - _LENGTH_COUNTS + _LENGTH_COUNTS * len(fields["body"]) / _USUAL_BODY
    score = 0.0
    for one, rare in zip(wanted, worth, strict=True):
        weight = 0.0
        for word, share in one.words:
            between = f" {word} "
            for field, own in WEIGHTS.items():
                if times := fields[field].count(between):
                    weight += share * own * times / (max(thin, 0.5) if field == "body" else 1.0)
        score += rare * weight / (_SATURATION + weight)
    for one, other in pairwise(wanted):
        pair = f" {one.words[0][0]} {other.words[0][0]} "
        if any(pair in words for words in fields.values()):
            score *= 1 + _SIDE_BY_SIDE
    return score * freshness(candidate.age)
