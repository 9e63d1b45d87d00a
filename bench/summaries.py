"""Summaries against human ones, beside the lead and other extractive methods: `python -m bench summaries`.

Bengali news texts with three human summaries each (`text/summaries.jsonl` of NEWSBOT_SHARED_DATA). Every method chooses
from the same sentences, for the same room: whole sentences while they fit into what a card has. The methods of sumy are
there where sumy is installed (`pip install sumy`); it is given our sentences and words, since it has none for Bengali.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from bench.rouge import Rouge, mean, rouge
from bench.tables import show
from newsbot.ingest.sentence_ranking import centrality
from newsbot.ingest.summariser import LENGTH, SENTENCES, summarise
from newsbot.ingest.summary_check import objection
from newsbot.text.analyser import content_keys
from newsbot.text.clipping import Unit, length
from newsbot.text.digits import to_ascii_digits, to_bengali_digits
from newsbot.text.sentences import split_sentences
from newsbot.text.tokens import tokens

SHARED_DATA = Path(os.environ.get("NEWSBOT_SHARED_DATA", ""))
NUMBER = re.compile("[০-৯]+")
RESAMPLES = 2_000  #: for the interval of a difference


@dataclass(frozen=True, slots=True)
class Text:
    headline: str
    body: str
    sentences: tuple[str, ...]
    references: tuple[str, ...]


Method = Callable[[Text], str]


def main() -> None:
    path = SHARED_DATA / "text" / "summaries.jsonl"
    if not path.is_file():
        print("summaries: set NEWSBOT_SHARED_DATA to a folder with text/summaries.jsonl")
        return
    texts = list(read(path))
    for text in texts:  # the first look at a word costs more: not of the first method's time
        content_keys(text.body)
    scores: dict[str, list[Rouge]] = {}
    rows = []
    for name, method in methods().items():
        began = time.perf_counter()
        summaries = [method(text) for text in texts]
        spent = (time.perf_counter() - began) / len(texts) * 1000
        scores[name] = [rouge(summary, text.references) for summary, text in zip(summaries, texts, strict=True)]
        score = mean(scores[name])
        lengths = fmean(length(summary, Unit.UTF16) for summary in summaries)
        rows.append((name, score.one, score.two, score.longest, score.two_recall, lengths, spent))
    show(
        f"{len(texts)} texts, at most {LENGTH} characters and {SENTENCES} sentences",
        ("method", "R-1 F", "R-2 F", "R-L F", "R-2 recall", "characters", "ms"),
        rows,
    )
    low, high = interval([b.two_recall - a.two_recall for a, b in zip(scores["lead"], scores["ours"], strict=True)])
    print(f"  ours − lead, R-2 recall: 95 % between {low:+.3f} and {high:+.3f}")
    show("What the check of a language model's answers makes of", ("", "answers", "let through"), checked(texts))


def read(path: Path) -> Iterator[Text]:
    with path.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            title, _, body = record["document"].partition("Text:")
            headline = title.replace("Title:", "").strip()
            yield Text(headline, body.strip(), tuple(split_sentences(body)), tuple(record["summaries"]))


def methods() -> dict[str, Method]:
    return {
        "lead": lambda text: fill(text, range(len(text.sentences))),
        "ours": lambda text: summarise(text.headline, text.body).text,
        "random": lambda text: fill(text, random.Random(text.body).sample(range(n := len(text.sentences)), n)),
        "longest": lambda text: fill(text, by_worth([len(tokens(sentence)) for sentence in text.sentences])),
        "TextRank alone": lambda text: fill(text, by_worth(centrality(bags(text)))),
        **sumy_methods(),
        "best possible": best_possible,
    }


def bags(text: Text) -> list[frozenset[str]]:
    return [frozenset(content_keys(sentence)) for sentence in text.sentences]


def checked(texts: Sequence[Text]) -> list[tuple[str, int, int]]:
    """Answers that should get through, and answers that must not."""
    human = [(beginning(reference), text) for text in texts for reference in text.references]
    others = [(beginning(text.references[0]), other) for text, other in pairwise(texts)]
    chance = random.Random(1)
    numbered = [(summarise(text.headline, text.body).text, text) for text in texts]
    changed = [(with_another_number(summary, chance), text) for summary, text in numbered if NUMBER.search(summary)]
    groups = {"human summaries": human, "those of another text": others, "ours with a number changed": changed}
    return [
        (name, len(group), sum(not objection(summary, text.headline, text.body) for summary, text in group))
        for name, group in groups.items()
    ]


def beginning(reference: str) -> str:
    return "".join(f"{line}। " for line in reference.split("\n")[:2])


def with_another_number(summary: str, chance: random.Random) -> str:
    number = chance.choice(list(NUMBER.finditer(summary)))
    other = to_bengali_digits(int(to_ascii_digits(number.group())) + 7)
    return summary[: number.start()] + other + summary[number.end() :]


def by_worth(worth: Sequence[float]) -> list[int]:
    return sorted(range(len(worth)), key=lambda place: -worth[place])


def fill(text: Text, order: Sequence[int]) -> str:
    """The sentences in this order of preference while they fit, as the text has them."""
    taken: list[int] = []
    room = LENGTH + 1
    for place in order:
        size = length(text.sentences[place], Unit.UTF16) + 1
        if size <= room and len(taken) < SENTENCES:
            taken.append(place)
            room -= size
    return " ".join(text.sentences[place] for place in sorted(taken))


def best_possible(text: Text) -> str:
    """Chosen with the human summaries at hand, one sentence after the other: what no method can much exceed."""
    taken: list[int] = []
    while True:
        tries = [fill(text, [*taken, place]) for place in range(len(text.sentences)) if place not in taken]
        if not tries or len(taken) == SENTENCES:
            return fill(text, taken)
        places = [place for place in range(len(text.sentences)) if place not in taken]
        worth = [rouge(summary, text.references).two_recall for summary in tries]
        taken.append(places[worth.index(max(worth))])


def sumy_methods() -> dict[str, Method]:
    try:
        from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
        from sumy.summarizers.lex_rank import LexRankSummarizer
        from sumy.summarizers.lsa import LsaSummarizer
        from sumy.summarizers.luhn import LuhnSummarizer
        from sumy.summarizers.text_rank import TextRankSummarizer
    except ImportError:
        return {}

    class Words:
        def to_words(self, sentence: str) -> tuple[str, ...]:
            return tuple(content_keys(sentence))

    def made_by(summariser: Any) -> Method:
        def method(text: Text) -> str:
            document = ObjectDocumentModel([Paragraph([Sentence(one, Words()) for one in text.sentences])])
            rated: list[int] = []
            for count in range(1, min(8, len(text.sentences)) + 1):  # it tells its choice, not its order
                chosen = {str(one) for one in summariser(document, count)}
                rated += [n for n, one in enumerate(text.sentences) if one in chosen and n not in rated]
            return fill(text, rated)

        return method

    return {
        "sumy TextRank": made_by(TextRankSummarizer()),
        "sumy LexRank": made_by(LexRankSummarizer()),
        "sumy LSA": made_by(LsaSummarizer()),
        "sumy Luhn": made_by(LuhnSummarizer()),
    }


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """95 % bootstrap interval of the mean."""
    chance = random.Random(1)
    means = sorted(fmean(chance.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    cuts = quantiles(means, n=40)
    return cuts[0], cuts[-1]
