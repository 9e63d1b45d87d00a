"""Learns topics from articles whose own section or address names them, and measures what it has learnt.

The newest fifth is held out: a model is judged by what came after what it has seen, as it will be in use. The
confidence below which it says nothing is the lowest at which as many of its answers were right there as the newsroom
wants. What is kept is learnt from all of them. Plain stochastic gradient descent, the same for the same articles; about
a second for a thousand articles.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any, Final

from newsbot.errors import NewsbotError
from newsbot.ingest.topic_model import LIST, Reading, TopicModel, features, read, softmax
from newsbot.ingest.topic_table import kinds

__all__ = ["Answer", "Example", "Figures", "TooFewArticles", "answers", "figures_of", "fit", "train"]

FEWEST_ARTICLES = 200
FEWEST_OF_A_TOPIC = 20
HELD_OUT: Final = 5  #: every how many-th part, the newest
RIGHT: Final = 0.95  #: as many of the answers are to be right
STEPS: Final = tuple(step / 100 for step in range(50, 96, 5))  #: confidences tried
_ENOUGH_ANSWERS = 20  #: fewer prove no confidence
_OCCURRENCES = 2  #: of a key, for it to be learnt
_LARGEST_VOCABULARY = 30_000
_ROUNDS: Final = 8
_RATE: Final = 1.0
_BIAS_RATE: Final = 0.1
_TOGETHER: Final = 0.02  #: as many of a topic's articles have the other one too, for the two to be a pair


class TooFewArticles(NewsbotError):
    """There are too few articles to learn topics from."""


@dataclass(frozen=True, slots=True)
class Example:
    headline: str
    text: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of an example: its topics as they are, the likeliest, and those that would be named."""

    true: tuple[str, ...]
    likeliest: str
    confidence: float
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a list of answers. Shares of 1."""

    count: int
    accuracy: float  #: of the likeliest topic
    macro_f1: float  #: of the likeliest topic, every topic counting the same
    covered: float  #: of the articles that were given a topic
    right: float  #: of the topics that were given


def train(
    examples: Sequence[Example], *, right: float = RIGHT, progress: Callable[[int], None] = lambda done: None
) -> TopicModel:
    """A model of these, the oldest first. Raises TooFewArticles."""
    counts = Counter(topic for example in examples for topic in example.topics)
    known = {topic for topic, count in counts.items() if count >= FEWEST_OF_A_TOPIC}
    usable = [
        replace(example, topics=tuple(topic for topic in example.topics if topic in known))
        for example in examples
        if known.intersection(example.topics)
    ]
    if len(usable) < FEWEST_ARTICLES or len(known) < 2:
        raise TooFewArticles(
            f"There are {len(usable)} articles of topics that have {FEWEST_OF_A_TOPIC} or more; "
            f"at least {FEWEST_ARTICLES} of two topics are needed."
        )
    held_out = usable[-(len(usable) // HELD_OUT) :]
    judged = fit(usable[: -len(held_out)], lambda done: progress(done))
    threshold = _threshold(judged, held_out, right)
    reached = figures_of(answers(replace(judged, threshold=threshold), held_out))
    figures: dict[str, Any] = {
        "articles": len(usable),
        "topics": {topic: counts[topic] for topic in sorted(known)},
        "held_out": reached.count,
        "accuracy": round(reached.accuracy, 3),
        "macro_f1": round(reached.macro_f1, 3),
        "covered": round(reached.covered, 3),
        "right": round(reached.right, 3),
    }
    model = fit(usable, lambda done: progress(len(usable) - len(held_out) + done))
    return replace(model, threshold=threshold, figures=figures)


def fit(examples: Sequence[Example], progress: Callable[[int], None] = lambda done: None) -> TopicModel:
    """A model that says its likeliest topic however unsure it is."""
    topics = tuple(sorted({topic for example in examples for topic in example.topics}))
    readings = [read(example.headline, example.text) for example in examples]
    rarity = _rarity(readings)
    seen = [
        (list(features(reading, rarity).items()), _wanted(example.topics, topics))
        for reading, example in zip(readings, examples, strict=True)
    ]
    weights = {key: [0.0] * len(topics) for key in (*rarity, *(f"{LIST}{kind.id}" for kind in kinds()))}
    bias = [0.0] * len(topics)
    order = list(range(len(seen)))
    chance = random.Random(1)  # noqa: S311 - the order of learning, the same each time
    for turn in range(_ROUNDS):
        chance.shuffle(order)
        rate = _RATE / (1 + 0.3 * turn)
        for place in order:
            keys, wanted = seen[place]
            sums = bias
            for key, value in keys:
                sums = [total + value * weight for total, weight in zip(sums, weights[key], strict=True)]
            steps = [rate * (want - likely) for want, likely in zip(wanted, softmax(sums), strict=True)]
            bias = [total + _BIAS_RATE * step for total, step in zip(bias, steps, strict=True)]
            for key, value in keys:
                weights[key] = [weight + value * step for weight, step in zip(weights[key], steps, strict=True)]
        progress(len(seen) * (turn + 1) // _ROUNDS)
    return TopicModel(
        topics=topics,
        rarity=rarity,
        weights={key: tuple(row) for key, row in weights.items()},
        bias=tuple(bias),
        threshold=0.0,
        pairs=_pairs(examples),
        figures={},
    )


def answers(model: TopicModel, examples: Iterable[Example]) -> list[Answer]:
    given = []
    for example in examples:
        likeliest = next(iter(model.probabilities(example.headline, example.text)))
        said = model.say(example.headline, example.text)
        given.append(Answer(example.topics, likeliest, said.confidence, said.topics))
    return given


def figures_of(given: Sequence[Answer]) -> Figures:
    if not given:
        return Figures(0, 0.0, 0.0, 0.0, 0.0)
    named = sum(len(answer.named) for answer in given)
    return Figures(
        count=len(given),
        accuracy=sum(answer.likeliest in answer.true for answer in given) / len(given),
        macro_f1=_macro_f1(given),
        covered=sum(bool(answer.named) for answer in given) / len(given),
        right=sum(topic in answer.true for answer in given for topic in answer.named) / named if named else 0.0,
    )


def _macro_f1(given: Sequence[Answer]) -> float:
    """Over the topics that there are; of an article with two topics, either is right and none is missed."""
    hits: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for answer in given:
        if answer.likeliest in answer.true:
            hits[answer.likeliest] += 1
        else:
            wrong[answer.likeliest] += 1
            missed[answer.true[0]] += 1
    topics = {*hits, *missed}
    return sum(2 * hits[topic] / (2 * hits[topic] + wrong[topic] + missed[topic]) for topic in topics) / len(topics)


def _threshold(model: TopicModel, held_out: Sequence[Example], right: float) -> float:
    for threshold in STEPS:
        given = answers(replace(model, threshold=threshold), held_out)
        reached = figures_of(given)
        if reached.right >= right and reached.covered * reached.count >= _ENOUGH_ANSWERS:
            return threshold
    return STEPS[-1]


def _rarity(readings: Sequence[Reading]) -> dict[str, float]:
    occurrences = Counter(key for reading in readings for key in reading.counts)
    common = [(key, count) for key, count in occurrences.most_common(_LARGEST_VOCABULARY) if count >= _OCCURRENCES]
    return {key: 1 + log(len(readings) / count) for key, count in common}


def _wanted(own: Sequence[str], topics: Sequence[str]) -> list[float]:
    return [1 / len(own) if topic in own else 0.0 for topic in topics]


def _pairs(examples: Sequence[Example]) -> frozenset[frozenset[str]]:
    counts = Counter(topic for example in examples for topic in example.topics)
    together = Counter(frozenset(example.topics[:2]) for example in examples if len(example.topics) > 1)
    return frozenset(
        pair for pair, count in together.items() if count >= _TOGETHER * min(counts[topic] for topic in pair)
    )
