"""`newsbot search`: what readers would find, in the newsroom's archive or in articles of one's own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import typer

from newsbot.articles.query_parser import parse_query
from newsbot.articles.sql_loading import load_articles
from newsbot.articles.sql_rows import fits_the_index
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.conversation.vocabulary import Vocabulary, key_of
from newsbot.database import open_database
from newsbot.domain.article import Article
from newsbot.domain.search import Found, Match
from newsbot.domain.topic import Topics
from newsbot.errors import ConfigurationError
from newsbot.progress import progress
from newsbot.text.date_parser import parse_bengali_datetime
from newsbot.text.normalise import clean
from newsbot.text_lines import as_line, body_of, headline_of, records

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    words: str  #: '': queries are read from standard input
    topic: str | None
    limit: int
    match: Match
    as_json: bool
    articles: Path | None  #: JSON lines to search in, in place of the newsroom's archive


async def search(settings: Settings, options: SearchOptions) -> bool:
    """Print what is found for each query. False when a line could not be read."""
    async with Parts(settings) as parts:
        try:
            topics = parts.newsroom.topics
        except ConfigurationError:
            if options.articles is None:
                raise
            topics = Topics()
        if options.topic and options.articles is None and options.topic not in topics:
            known = ", ".join(topic.id for topic in topics)
            raise ConfigurationError(f"--topic: there is no topic {options.topic!r}; the topics are: {known}.")
        async with _archive(parts, options.articles) as (store, names):
            vocabulary = Vocabulary(topics)
            queries = [{"query": options.words}] if options.words else records(sys.stdin.buffer, lines=True)
            fine = True
            for record in queries:
                if "error" in record:
                    fine = False
                    sys.stdout.buffer.write(as_line(record))
                    continue
                typed = str(record.get("query") or record.get("q") or record.get("text") or "")
                query = parse_query(
                    typed,
                    now=parts.clock(),
                    zone=parts.timezone,
                    topic=options.topic,
                    topic_of=lambda word: vocabulary.topic(key_of(word)),
                    match=options.match,
                )
                found = await store.search(query, limit=options.limit, now=parts.clock())
                _print(typed, record, found, names, options)
    return fine


def _print(
    typed: str, record: Record, found: Found, names: Callable[[Article], object], options: SearchOptions
) -> None:
    if options.as_json:
        answer = {"id": record["id"]} if "id" in record else {}
        answer |= {
            "query": typed,
            "meant": dict(zip(found.instead_of, found.meant, strict=True)),
            "found": [
                {
                    "id": names(article),
                    "url": article.url,
                    "headline": article.headline,
                    "published_at": article.published_at.isoformat(),
                }
                for article in found.articles
            ],
        }
        sys.stdout.buffer.write(as_line(answer))
        sys.stdout.buffer.flush()
        return
    if found.meant:
        typer.echo(f"Nothing was found for {', '.join(found.instead_of)}; did you mean {', '.join(found.meant)}?")
    for place, article in enumerate(found.articles, 1):
        typer.echo(f"{place:3}  {article.published_at:%Y-%m-%d}  {article.headline}  {article.url}")
    if not found.articles:
        typer.echo("Nothing was found.")


@asynccontextmanager
async def _archive(
    parts: Parts, file: Path | None
) -> AsyncIterator[tuple[SqlArticleStore, Callable[[Article], object]]]:
    """The articles to search, and what each is called in answers: its id, or what the file calls it."""
    if file is None:
        yield await parts.articles(), lambda article: article.id
        return
    with tempfile.TemporaryDirectory(prefix="newsbot-search-") as folder:
        database = await open_database(None, Path(folder))
        try:
            called: dict[int, object] = {}
            with file.open("rb") as stream, progress("articles indexed") as show:
                await load_articles(database, _articles(stream, called, show, parts.timezone, parts.clock()))
            yield SqlArticleStore(database), lambda article: called[article.id]
        finally:
            await database.close()


def _articles(
    stream: BinaryIO, called: dict[int, object], show: Callable[[int], object], zone: Any, now: datetime
) -> Iterator[Article]:
    for number, record in enumerate(records(stream, lines=True), 1):
        if "error" in record:
            raise ConfigurationError(f"--articles: line {record['line']} is {record['error']}.")
        called[number] = record.get("id", record.get("url", number))
        moment = str(record.get("published_at") or record.get("datePublished") or record.get("date") or "")
        published = parse_bengali_datetime(moment, zone, now) if moment else None
        url = str(record.get("url") or "")
        yield Article(
            id=number,
            url=url if url and fits_the_index(url) else f"line:{number}",
            headline=headline_of(record),
            kicker=_text(record, "kicker"),
            summary=_text(record, "summary"),
            body=body_of(record),
            topics=tuple(_names(record.get("topics"))),
            published_at=min(published or now, now).astimezone(UTC),
            stored_at=now,
            announced_at=now,
            source="file",
        )
        show(number)


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _names(value: object) -> Iterable[str]:
    return [clean(str(name)) for name in value] if isinstance(value, list) else []
