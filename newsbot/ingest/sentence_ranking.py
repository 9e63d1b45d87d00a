"""Which sentences of an article say most of what it is about: TextRank, what they hold, and the headline's words.

TextRank takes a sentence for important if it shares words with important ones; words are the analyser's keys, so that
inflections count as one, and a sentence shares most with itself, so that a poor one is not carried by its neighbours.
What a sentence holds are its words, those weighing more that the article comes back to. The weights are round and not
tuned further than `bench/summaries.py` shows: the people who marked its texts liked long sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from math import log
from typing import Final

__all__ = ["centrality", "scores"]

DAMPING: Final = 0.85
ROUNDS: Final = 20  #: the order of forty sentences stands still after ten
_HEADLINE: Final = 0.5  #: of the headline's words, against 1 for each of the others


def scores(sentences: Sequence[AbstractSet[str]], headline: AbstractSet[str]) -> list[float]:
    """A number for each sentence, given as its words: the higher, the more it says. 0.5 ms for 12, 4 ms for 40."""
    return [
        central + content + (_HEADLINE * len(headline & words) / len(headline) if headline else 0.0)
        for central, content, words in zip(centrality(sentences), _contents(sentences), sentences, strict=True)
    ]


def centrality(sentences: Sequence[AbstractSet[str]]) -> list[float]:
    """TextRank of each sentence, the highest being 1."""
    links = _links(sentences)
    totals = [sum(weight for _, weight in row) for row in links]
    ranks = [1.0] * len(sentences)
    for _ in range(ROUNDS):
        flow = [rank / total if total else 0.0 for rank, total in zip(ranks, totals, strict=True)]
        ranks = [1 - DAMPING + DAMPING * sum(weight * flow[other] for other, weight in row) for row in links]
    return _to_one(ranks)


def _links(sentences: Sequence[AbstractSet[str]]) -> list[list[tuple[int, float]]]:
    """Of each sentence, those that it shares words with, and how many for their lengths."""
    links: list[list[tuple[int, float]]] = [[] for _ in sentences]
    logs = [log(1 + len(words)) for words in sentences]
    for one, words in enumerate(sentences):
        if words:
            links[one].append((one, len(words) / (2 * logs[one])))
        for other in range(one):
            if shared := len(words & sentences[other]):
                weight = shared / (logs[one] + logs[other])
                links[one].append((other, weight))
                links[other].append((one, weight))
    return links


def _contents(sentences: Sequence[AbstractSet[str]]) -> list[float]:
    counts = Counter(word for words in sentences for word in words)
    return _to_one([sum(1 + log(counts[word]) for word in words) for words in sentences])


def _to_one(values: list[float]) -> list[float]:
    highest = max(values, default=0.0)
    return [value / highest if highest else 0.0 for value in values]
