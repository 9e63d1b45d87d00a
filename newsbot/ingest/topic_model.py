"""The linear classifier that a newsroom trains on its own back catalogue: words in, a probability for each topic out.

An article is the analyser's keys of its headline, which count double, and of the beginning of its text, weighed by how
rare they are (tf-idf, length 1), and what the shipped word lists make of it, so that a thousand articles are enough to
begin with. Each topic has a number for each of these; their sum decides (multinomial logistic regression). Below the
confidence at which its training found enough of its answers right it says nothing. Two topics are named where it is
torn between two that the newsroom gives together itself, as it may জাতীয় and রাজনীতি.

The model is a JSON file of a few hundred kilobytes; nothing but this file is needed to use it. It is trained by
`topic_training`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from math import exp, log, sqrt
from pathlib import Path
from typing import Any, Final

from newsbot.errors import NewsbotError
from newsbot.ingest.topic_keywords import kind_scores
from newsbot.text.analyser import ANALYSER, content_keys

__all__ = ["LIST", "ModelUnusable", "Reading", "Said", "TopicModel", "features", "load_model", "read", "softmax"]

FORM: Final = 1  #: of the file
HEADLINE_COUNTS: Final = 2
READ_AT_MOST: Final = 2_500  #: code points of the text: 300 words or so
LARGEST_FILE: Final = 64 * 1024 * 1024
LIST: Final = "list:"  #: before a kind of the shipped lists, among the keys; no key has a colon
_LISTS_ARE_SURE: Final = 6.0  #: score from which the lists count as much as all words together
_SECOND: Final = 0.25  #: probability from which a second topic is named


class ModelUnusable(NewsbotError):
    """The file with the trained topics can't be used."""


@dataclass(frozen=True, slots=True)
class Reading:
    counts: Mapping[str, int]  #: of keys
    kinds: Mapping[str, float]  #: of the shipped lists


@dataclass(frozen=True, slots=True)
class Said:
    """Topics that the words tell, the likelier first, and how sure that is; () below the model's confidence."""

    topics: tuple[str, ...] = ()
    confidence: float = 0.0  #: 0 to 1, also where nothing is said


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicModel:
    topics: tuple[str, ...]
    rarity: Mapping[str, float]  #: key → how rare it is
    weights: Mapping[str, tuple[float, ...]]  #: key → a number for each topic
    bias: tuple[float, ...]
    threshold: float  #: the confidence below which nothing is said
    pairs: frozenset[frozenset[str]] = frozenset()  #: topics that the newsroom gives together
    figures: Mapping[str, Any]  #: how it was trained and what it reached, to show

    def probabilities(self, headline: str, text: str) -> dict[str, float]:
        """Of each topic, the likeliest first. 1 ms."""
        sums = list(self.bias)
        for key, value in features(read(headline, text), self.rarity).items():
            if row := self.weights.get(key):
                sums = [total + value * weight for total, weight in zip(sums, row, strict=True)]
        chances = softmax(sums)
        return dict(sorted(zip(self.topics, chances, strict=True), key=lambda pair: -pair[1]))

    def say(self, headline: str, text: str) -> Said:
        (first, chance), *others = self.probabilities(headline, text).items()
        second, second_chance = others[0] if others else ("", 0.0)
        together = second_chance >= _SECOND and frozenset((first, second)) in self.pairs
        sure = chance + second_chance if together else chance
        if sure < self.threshold:
            return Said((), sure)
        return Said((first, second) if together else (first,), sure)

    def to_json(self) -> str:
        document = {
            "form": FORM,
            "analyser": ANALYSER,
            "threshold": self.threshold,
            "topics": self.topics,
            "bias": _rounded(self.bias),
            "pairs": sorted(sorted(pair) for pair in self.pairs),
            "figures": self.figures,
            "words": {key: [round(self.rarity.get(key, 0.0), 3), *_rounded(row)] for key, row in self.weights.items()},
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def load_model(path: Path) -> TopicModel:
    """Raises ModelUnusable with the reason and the remedy, FileNotFoundError where nothing was trained."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ModelUnusable(f"{path} is too large to be a trained model; delete it, or train again.")
        document = json.loads(path.read_text("utf-8"))
        if document["form"] != FORM or document["analyser"] != ANALYSER:
            raise ModelUnusable(f"{path} was trained by another version: train again (newsbot topics train).")
        return _from_json(document)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ModelUnusable(
            f"{path} can't be read as a trained model ({type(error).__name__}): train again (newsbot topics train)."
        ) from error


def _from_json(document: Any) -> TopicModel:
    topics = tuple(str(topic) for topic in document["topics"])
    words = {str(key): tuple(float(number) for number in row) for key, row in document["words"].items()}
    bias = tuple(float(number) for number in document["bias"])
    if not topics or len(bias) != len(topics) or any(len(row) != len(topics) + 1 for row in words.values()):
        raise ValueError("its rows have another number of topics")
    return TopicModel(
        topics=topics,
        rarity={key: row[0] for key, row in words.items() if not key.startswith(LIST)},
        weights={key: row[1:] for key, row in words.items()},
        bias=bias,
        threshold=float(document["threshold"]),
        pairs=frozenset(frozenset(map(str, pair)) for pair in document["pairs"]),
        figures=dict(document["figures"]),
    )


def read(headline: str, text: str) -> Reading:
    """What is looked at of an article, before anything is known of how rare its keys are."""
    head = content_keys(headline[:READ_AT_MOST])
    counts = Counter(chain(head * HEADLINE_COUNTS, content_keys(text[:READ_AT_MOST])))
    return Reading(counts, dict(kind_scores(headline[:READ_AT_MOST], text[:READ_AT_MOST])))


def features(reading: Reading, rarity: Mapping[str, float]) -> dict[str, float]:
    """What the classifier sees of it: its known keys with their weights, together of length 1, and the lists' word."""
    values = {key: (1 + log(count)) * rarity[key] for key, count in reading.counts.items() if key in rarity}
    size = _length(values)
    seen = {key: value / size for key, value in values.items()}
    certainty = _length(reading.kinds)
    for kind, score in reading.kinds.items():
        seen[f"{LIST}{kind}"] = score / max(certainty, _LISTS_ARE_SURE)
    return seen


def _length(values: Mapping[str, float]) -> float:
    return sqrt(sum(value * value for value in values.values()))


def softmax(sums: list[float]) -> list[float]:
    highest = max(sums)
    powers = [exp(total - highest) for total in sums]
    whole = sum(powers)
    return [power / whole for power in powers]


def _rounded(numbers: tuple[float, ...]) -> list[float]:
    return [round(number, 3) for number in numbers]
