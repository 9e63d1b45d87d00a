"""Topics by the words of headline and text, where nobody named a section and no model was trained.

Each kind of news has words that are hardly used in other news (বিপিএল, ডিএসই) and words that are used more often in it
(ম্যাচ, ব্যাংক). A topic is named only if its words are many and another kind's are few: a wrong topic disturbs readers,
a missing one only leaves an article to those who look for it. Measured in `bench/topics.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from newsbot.ingest.topic_table import TopicTable, kinds
from newsbot.text.analyser import keys

__all__ = ["Keywords", "kind_scores"]

_STRONG: Final = 2.0
_WORD: Final = 1.0
_IN_HEADLINE: Final = 2.0  #: as much as in the text
_ENOUGH: Final = 5.0  #: a strong word in the headline and another word, say, or three strong ones in the text
_AHEAD: Final = 2.0  #: times the next kind
_READ: Final = 120  #: words of the text
_LONGEST: Final = 3  #: words of a phrase

Weights = dict[str, dict[str, float]]


class Keywords:
    """The lists, as ids of the newsroom's topics."""

    def __init__(self, table: TopicTable) -> None:
        self._table = table

    def topics(self, headline: str, text: str) -> tuple[str, ...]:
        """The topics of the kind that the words tell; () if they don't. 1 ms."""
        scores = kind_scores(headline, text)
        if not scores:
            return ()
        (best, score), *others = scores
        if score < _ENOUGH or (others and score < _AHEAD * others[0][1]):
            return ()
        return self._table.topics_of(best)


def kind_scores(headline: str, text: str) -> list[tuple[str, float]]:
    """Kinds with any of their words, the most likely first."""
    scores: dict[str, float] = {}
    weights = _weights()
    in_headline = set(_phrases(keys(headline)))
    in_text = set(_phrases(keys(text[: _READ * 12])[:_READ])) - in_headline
    for phrases, factor in ((in_headline, _IN_HEADLINE), (in_text, 1.0)):
        for phrase in phrases:
            for kind, weight in weights.get(phrase, {}).items():
                scores[kind] = scores.get(kind, 0.0) + factor * weight
    return sorted(scores.items(), key=lambda scored: -scored[1])


@lru_cache(maxsize=1)
def _weights() -> Weights:
    weights: Weights = {}
    for kind in kinds():
        for words, weight in ((kind.words, _WORD), (kind.strong, _STRONG)):
            for word in words:
                weights.setdefault(" ".join(keys(word)), {})[kind.id] = weight
    return weights


def _phrases(words: Sequence[str]) -> Iterable[str]:
    for size in range(1, _LONGEST + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])
