"""Topics told from words, against the section in the address: `python -m bench topics`.

Headlines and articles of Bengali portals (`text/headlines.jsonl`, `text/articles.jsonl` of NEWSBOT_SHARED_DATA). What
an article is, the section in its address says, which the table knows; what its words tell is held against that. The
model learns from the headlines of one portal and is tried on the others': other sections, months and words.
জাতীয়, রাজনীতি, সারাদেশ and the courts are four views of the same news; a second column counts them as one.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.tables import show
from newsbot.domain.topic import Topic, Topics
from newsbot.ingest.topic_classifier import TopicClassifier
from newsbot.ingest.topic_keywords import kind_scores
from newsbot.ingest.topic_model import TopicModel
from newsbot.ingest.topic_table import kinds
from newsbot.ingest.topic_training import Answer, Example, answers, figures_of, fit

SHARED_DATA = Path(os.environ.get("NEWSBOT_SHARED_DATA", ""))
TRAINED_ON = "jagonews24.com"
FEWEST = 10  #: headlines of a topic, to learn it
CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.9)
ONE_VIEW = {"national", "politics", "country", "law"}
TOPICS = Topics(tuple(Topic(id=kind.id, names={"en": kind.id}) for kind in kinds()))


def main() -> None:
    if not (SHARED_DATA / "text" / "headlines.jsonl").is_file():
        print("topics: set NEWSBOT_SHARED_DATA to a folder with text/headlines.jsonl")
        return
    headlines, articles = records("headlines"), [one for one in records("articles") if is_bengali(one["article"])]
    classifier = TopicClassifier(TOPICS)
    named = sum(bool(classifier.classify(url=one["url"]).topics) for one in headlines)
    print(f"\nThe table names a topic of {named} of {len(headlines)} addresses ({named / len(headlines):.3f}).")

    sets = {
        "headlines": examples(headlines, classifier),
        "headline and article": examples(articles, classifier),
    }
    rows = []
    for name, given in sets.items():
        keep, spent = timed(lambda given=given: [by_lists(classifier, one) for one in given])
        rows.append(row(f"shipped lists: {name}", keep, spent))
    here = [one for one in headlines if TRAINED_ON in one["url"]]
    elsewhere = [one for one in headlines if TRAINED_ON not in one["url"]]
    learnt = examples(here, classifier)
    counts = Counter(topic for one in learnt for topic in one.topics)
    learnt = [one for one in learnt if counts[one.topics[0]] >= FEWEST]
    began = time.perf_counter()
    model = fit(learnt)
    print(f"Learnt from {len(learnt)} headlines of one portal in {time.perf_counter() - began:.1f} s.")
    tried = {
        "headlines": examples(elsewhere, classifier),
        "headline and article": examples([one for one in articles if TRAINED_ON not in one["url"]], classifier),
    }
    for name, given in tried.items():
        known = [one for one in given if set(one.topics) & set(model.topics)]
        keep, spent = timed(lambda known=known: answers(model, known))
        rows.append(row(f"trained, other portals: {name}", keep, spent))
    show(
        "What words tell",
        ("", "articles", "accuracy", "macro-F1", "covered", "right", "right, one view", "ms"),
        rows,
    )
    show(
        "The trained model on other portals, by confidence",
        ("from", *(f"{name}: {what}" for name in tried for what in ("covered", "right", "one view"))),
        [(f"{confidence:.1f}", *by_confidence(model, tried.values(), confidence)) for confidence in CONFIDENCES],
    )


def records(name: str) -> list[dict[str, Any]]:
    with (SHARED_DATA / "text" / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_bengali(text: str) -> bool:
    return sum("\u0980" <= letter <= "\u09ff" for letter in text[:200]) > 50


def examples(found: Iterable[dict[str, Any]], classifier: TopicClassifier) -> list[Example]:
    told = ((one, classifier.classify(url=one["url"]).topics) for one in found)
    return [Example(one["headline"], one.get("article") or "", topics[:2]) for one, topics in told if topics]


def by_lists(classifier: TopicClassifier, example: Example) -> Answer:
    named = classifier.guess(example.headline, example.text).topics
    likeliest = next((kind for kind, _ in kind_scores(example.headline, example.text)), "")
    return Answer(example.topics, likeliest, 1.0, named)


def timed(work: Callable[[], list[Answer]]) -> tuple[list[Answer], float]:
    work()  # the first look at a word costs more
    began = time.perf_counter()
    done = work()
    return done, (time.perf_counter() - began) / len(done) * 1000


def row(name: str, given: Sequence[Answer], spent: float) -> tuple[object, ...]:
    figures, merged = figures_of(given), figures_of([one_view(answer) for answer in given])
    return name, figures.count, figures.accuracy, figures.macro_f1, figures.covered, figures.right, merged.right, spent


def by_confidence(model: TopicModel, sets: Iterable[Sequence[Example]], confidence: float) -> Iterable[float]:
    for given in sets:
        known = [one for one in given if set(one.topics) & set(model.topics)]
        said = answers(replace(model, threshold=confidence), known)
        figures = figures_of(said)
        yield from (figures.covered, figures.right, figures_of([one_view(answer) for answer in said]).right)


def one_view(answer: Answer) -> Answer:
    def merged(topics: tuple[str, ...]) -> tuple[str, ...]:
        return tuple("national" if topic in ONE_VIEW else topic for topic in topics)

    return replace(answer, true=merged(answer.true), named=merged(answer.named))
