"""`newsbot topics`: learn the newsroom's topics from its own back catalogue, and measure what words tell.

What an article is, its own section or address says; articles whose topics were only guessed teach nothing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import typer

from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.errors import ConfigurationError
from newsbot.ingest.topic_classifier import By, TopicClassifier
from newsbot.ingest.topic_keywords import kind_scores
from newsbot.ingest.topic_model import READ_AT_MOST
from newsbot.ingest.topic_model_file import TrainedTopics
from newsbot.ingest.topic_table import TopicTable
from newsbot.ingest.topic_training import Answer, Example, Figures, answers, figures_of, train
from newsbot.progress import progress
from newsbot.text_lines import body_of, headline_of, records

NEWEST = 20_000  #: articles learnt from at most: a minute's work, and a newsroom's year


async def train_topics(settings: Settings, file: Path | None, *, right: float) -> None:
    """Learn from the stored articles, or from those of `file`, and say how good it is. The model counts at once."""
    async with Parts(settings) as parts:
        examples = await _examples(parts, file)
    with progress("articles learnt", total=len(examples)) as show:
        model = train(examples, right=right, progress=show)
    size = TrainedTopics(settings.data_dir).save(model)
    figures = model.figures
    for topic, count in figures["topics"].items():
        typer.echo(f"  {topic:16}{count:>8,}")
    typer.echo(
        f"Learnt from {figures['articles']:,} articles. Of the newest {figures['held_out']:,}, held out: "
        f"accuracy {figures['accuracy']:.3f}, macro-F1 {figures['macro_f1']:.3f}."
    )
    typer.echo(
        f"A topic is named from a confidence of {model.threshold:.2f}: for {figures['covered']:.0%} of them, "
        f"and {figures['right']:.1%} of these topics were right."
    )
    if figures["right"] < right:
        typer.echo(f"No confidence made {right:.0%} of them right; more articles, or plainer sections, would help.")
    typer.echo(f"{TrainedTopics(settings.data_dir).path}: {size:,} bytes.")


async def evaluate_topics(settings: Settings, file: Path | None, *, as_json: bool) -> None:
    """Say how often words tell the topic that the section names: by the shipped lists, and by the trained model."""
    async with Parts(settings) as parts:
        topics = parts.newsroom.topics
        examples = await _examples(parts, file)
    trained = TrainedTopics(settings.data_dir).current()
    table = TopicTable(topics)
    found = {"lists": figures_of([_by_lists(TopicClassifier(topics), table, example) for example in examples])}
    if trained is not None:
        found["trained"] = figures_of(answers(trained, examples))
    for name, figures in found.items():
        typer.echo(json.dumps({"by": name, **asdict(figures)}) if as_json else f"{name:10}{_told(figures)}")
    if trained is None:
        typer.echo("There is no trained model yet: newsbot topics train", err=True)
    elif not as_json:
        for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
            figures = figures_of(answers(replace(trained, threshold=threshold), examples))
            typer.echo(f"  from {threshold:.1f}  {figures.covered:6.1%} named, {figures.right:6.1%} right")


def _told(figures: Figures) -> str:
    return (
        f"{figures.count:,} articles: accuracy {figures.accuracy:.3f}, macro-F1 {figures.macro_f1:.3f}; "
        f"{figures.covered:.1%} named, {figures.right:.1%} right"
    )


def _by_lists(classifier: TopicClassifier, table: TopicTable, example: Example) -> Answer:
    likeliest = (table.topics_of(kind) for kind, _ in kind_scores(example.headline, example.text))
    named = classifier.guess(example.headline, example.text).topics
    return Answer(example.topics, next((topics[0] for topics in likeliest if topics), ""), 1.0, named)


async def _examples(parts: Parts, file: Path | None) -> Sequence[Example]:
    """Articles that say themselves what they are, the oldest first."""
    classifier = TopicClassifier(parts.newsroom.topics)
    examples: list[Example] = []
    async for record in _records(parts, file):
        section, url = str(record.get("section") or ""), str(record.get("url") or "")
        told = classifier.classify(section=section, url=url)
        if told.by in (By.SECTION, By.TABLE) and headline_of(record):
            examples.append(Example(headline_of(record), body_of(record)[:READ_AT_MOST], told.topics[:2]))
            if len(examples) > 2 * NEWEST:
                del examples[:NEWEST]
    return examples[-NEWEST:]


async def _records(parts: Parts, file: Path | None) -> AsyncIterator[Mapping[str, Any]]:
    if file is None:
        async for article in (await parts.articles()).export():
            body = article.body or article.summary
            yield {"url": article.url, "section": article.section, "headline": article.headline, "body": body}
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        raise ConfigurationError(f"{file} can't be read ({error.strerror}).") from None
    with stream:
        for record in records(stream):
            if "error" not in record:
                yield record
