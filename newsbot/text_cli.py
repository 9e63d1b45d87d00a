"""`newsbot text …`: what the program makes of a text, to measure it on texts of one's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from newsbot.domain.topic import Topics
from newsbot.errors import ConfigurationError

text_app = typer.Typer(
    help="What the program makes of a text: reads texts or JSON lines, prints JSON lines.", no_args_is_help=True
)

File = Annotated[Path, typer.Argument(help="A text, or JSON lines with text or headline and body. -: standard input.")]
Lines = Annotated[bool, typer.Option("--lines", help="Each line of a plain text is a text of its own.")]
STDIN = Path("-")


@text_app.command()
def normalise(file: File = STDIN, lines: Lines = False) -> None:
    """The form that texts are compared by, and the one that is shown."""
    from newsbot.text import normalise as forms
    from newsbot.text_lines import text_of

    def answer(record: Any) -> Any:
        text = text_of(record)
        return {"normalised": forms.normalise(text), "shown": forms.clean(text)}

    _print(file, lines, answer)


@text_app.command()
def tokens(file: File = STDIN, lines: Lines = False) -> None:
    """The words, and the keys that they are indexed and searched by."""
    from newsbot.text import analyser
    from newsbot.text import tokens as words
    from newsbot.text_lines import text_of

    def answer(record: Any) -> Any:
        text = text_of(record)
        return {"tokens": words.tokens(text), "keys": analyser.keys(text)}

    _print(file, lines, answer)


@text_app.command()
def sentences(file: File = STDIN, lines: Lines = False) -> None:
    """The sentences, as they were typed."""
    from newsbot.text.sentences import split_sentences
    from newsbot.text_lines import text_of

    _print(file, lines, lambda record: {"sentences": split_sentences(text_of(record))})


@text_app.command()
def summary(file: File = STDIN, lines: Lines = False) -> None:
    """The summary that a card would carry, and how it was made."""
    from newsbot.ingest.summariser import summarise
    from newsbot.text_lines import body_of, headline_of

    def answer(record: Any) -> Any:
        made = summarise(headline_of(record), body_of(record), str(record.get("description") or ""))
        return {"summary": made.text, "method": made.method}

    _print(file, lines, answer)


@text_app.command()
def topics(context: typer.Context, file: File = STDIN, lines: Lines = False) -> None:
    """The newsroom's topics that an article belongs to: by section, url and categories, else by its words."""
    from newsbot.ingest.topic_classifier import TopicClassifier
    from newsbot.ingest.topic_model_file import TrainedTopics
    from newsbot.text_lines import body_of, headline_of

    known, data_dir = _newsroom(context)
    classifier = TopicClassifier(known, TrainedTopics(data_dir).current)

    def answer(record: Any) -> Any:
        categories = record.get("categories", record.get("category")) or ()
        if not isinstance(categories, (list, tuple)):
            categories = (categories,)
        told = classifier.classify(
            section=str(record.get("section") or ""),
            url=str(record.get("url") or ""),
            categories=[str(name) for name in categories],
            headline=headline_of(record),
            text=body_of(record),
        )
        return {"topics": told.topics, "by": told.by, "confidence": round(told.confidence, 3)}

    _print(file, lines, answer)


@text_app.command()
def intents(context: typer.Context, file: File = STDIN, lines: Lines = False) -> None:
    """What the bot takes each for that a reader may type; what would change something is asked about first."""
    from newsbot.conversation.intent_record import as_record
    from newsbot.conversation.understanding import understand
    from newsbot.conversation.vocabulary import Vocabulary
    from newsbot.domain.message import IncomingMessage, Kind
    from newsbot.domain.subscriber import Address
    from newsbot.text_lines import text_of

    vocabulary = Vocabulary(_newsroom(context)[0])
    reader = Address("console", "1")

    def answer(record: Any) -> Any:
        said = IncomingMessage(event_id="", address=reader, kind=Kind.TEXT, text=text_of(record))
        return {"text": said.text, **as_record(understand(said, vocabulary))}

    _print(file, lines, answer)


def _newsroom(context: typer.Context) -> tuple[Topics, Path]:
    """The configured topics, and the data folder."""
    from newsbot.config import load_settings
    from newsbot.newsroom_file import load_newsroom

    try:
        settings = load_settings(context.obj)
        return load_newsroom(settings.newsroom).topics, settings.data_dir
    except ConfigurationError as error:
        typer.echo(f"newsbot: {error}", err=True)
        raise typer.Exit(2) from None


def _print(file: Path, lines: bool, answer: Callable[[Any], Any]) -> None:
    """Answer every text of the file, one line each. Exit status 1 when one of them could not be read."""
    from newsbot.text_lines import answers, as_line, records

    failed = False
    with _opened(file) as stream:
        for record in answers(records(stream, lines=lines), answer):
            failed |= "error" in record
            sys.stdout.buffer.write(as_line(record))
    sys.stdout.buffer.flush()
    if failed:
        raise typer.Exit(1)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if file == STDIN:
        yield sys.stdin.buffer
        return
    try:
        stream = file.open("rb")
    except OSError as error:
        typer.echo(f"newsbot: {file} can't be read ({error.strerror}).", err=True)
        raise typer.Exit(2) from None
    with stream:
        yield stream
