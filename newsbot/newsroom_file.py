"""The newsroom file (`newsroom.toml`): name, topics and sources as the newsroom writes them, checked in full."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from newsbot.domain.source import Newsroom, Source, SourceKind
from newsbot.domain.topic import Topic, Topics
from newsbot.errors import ConfigurationError
from newsbot.setting_values import Duration, Language, PageUrl, Url, reason_of

_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=24)]
_SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
_Names = Annotated[dict[Language, _Line], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _NewsroomEntry(_Entry):
    name: _Names = Field(examples=['{ bn = "দৈনিক নমুনা", en = "The Daily Sample" }'])
    site: Url = Field(examples=['"https://www.example.com"'])


class _TopicEntry(_Entry):
    id: _Id = Field(examples=['"sports"'])
    name: _Names = Field(examples=['{ bn = "খেলা", en = "Sports" }'])
    emoji: str = Field("", max_length=8, examples=['"⚽"'])
    aliases: tuple[_Line, ...] = Field((), examples=['["khela", "ক্রীড়া"]'])
    sections: tuple[_Line, ...] = Field((), examples=['["খেলা", "খেলাধুলা"]'])
    categories: tuple[_Line, ...] = Field((), examples=['["sports"]'])
    urls: tuple[_Line, ...] = Field((), examples=['["/sports/*"]'])


class _SourceEntry(_Entry):
    id: _SourceId = Field(examples=['"main-feed"'])
    url: PageUrl = Field(examples=['"https://www.example.com/rss.xml"'])
    kind: SourceKind = Field(SourceKind.FEED, examples=['"feed"'])
    language: Language = Field("bn", examples=['"bn"'])
    topics: tuple[_Id, ...] = Field((), examples=['["sports"]'])
    every: Duration = Field(timedelta(minutes=2), examples=['"2 min"'])
    pages: bool = Field(True, examples=["true"])
    allow_private: bool = Field(False, examples=["false"])
    obey_robots: bool = Field(True, examples=["true"])


class _NewsroomFile(_Entry):
    newsroom: _NewsroomEntry = Field(examples=['a section [newsroom] with name = { bn = "…" } and site = "https://…"'])
    topics: Annotated[tuple[_TopicEntry, ...], Field(min_length=1, max_length=60)] = Field(
        examples=["at least one section [[topics]]"]
    )
    sources: tuple[_SourceEntry, ...] = Field((), examples=["sections [[sources]]"])


@dataclass(frozen=True, slots=True)
class NewsroomFile:
    """What the file says, as plain values."""

    newsroom: Newsroom
    topics: Topics
    sources: tuple[Source, ...]


def _plain(file: _NewsroomFile) -> NewsroomFile:
    return NewsroomFile(
        newsroom=Newsroom(names=file.newsroom.name, site=file.newsroom.site),
        topics=Topics(
            tuple(
                Topic(
                    id=entry.id,
                    names=entry.name,
                    emoji=entry.emoji,
                    aliases=entry.aliases,
                    sections=entry.sections,
                    categories=entry.categories,
                    url_patterns=entry.urls,
                )
                for entry in file.topics
            )
        ),
        sources=tuple(Source(**dict(entry)) for entry in file.sources),
    )


def load_newsroom(path: Path) -> NewsroomFile:
    """Read `newsroom.toml`. Raises ConfigurationError with one line a mistake."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there is no such file; copy newsroom.example.toml to it and write your own, "
            "or say where it is: NEWSBOT_NEWSROOM=path/to/newsroom.toml"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path}: can't be read ({error}); save it as plain UTF-8 text that you may read."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}; compare with newsroom.example.toml.") from None
    try:
        file = _NewsroomFile.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError([f"{path}: {mistake}" for mistake in _mistakes(error, document)]) from None
    contradictions = [f"{path}: {mistake}" for mistake in _contradictions(file)]
    if contradictions:
        raise ConfigurationError(contradictions)
    return _plain(file)


def _mistakes(error: ValidationError, document: Mapping[str, Any]) -> Iterator[str]:
    details = error.errors()
    places = [detail["loc"] for detail in details]
    for detail in details:
        # A list is also "too short" when its only entry is wrong: the entry's own line says enough.
        if not any(
            len(other) > len(detail["loc"]) and other[: len(detail["loc"])] == detail["loc"] for other in places
        ):
            yield _mistake(detail, document)


def _mistake(detail: Any, document: Mapping[str, Any]) -> str:
    """`topics number 2 (sports) name: it is missing; example: name = { bn = "খেলা" }`."""
    model: type[BaseModel] | None = _NewsroomFile
    value: Any = document
    where: list[str] = []
    example = ""
    for part in detail["loc"]:
        value = value[part] if _has(value, part) else None
        if isinstance(part, int):
            name = value.get("id") if isinstance(value, dict) else None
            where.append(f"number {part + 1}" + (f" ({name})" if isinstance(name, str) else ""))
            continue
        where.append(str(part))
        field = model.model_fields.get(part) if model else None
        if field is not None and field.examples:
            section = _SECTIONS.get(part) if model is _NewsroomFile else None
            example = f"; needed: {field.examples[0]}" if section else f"; example: {part} = {field.examples[0]}"
            model = section
    if detail["type"] == "extra_forbidden":
        return f"{' '.join(where)}: there is no such key; the keys are shown in newsroom.example.toml"
    return f"{' '.join(where)}: {reason_of(detail)}{example}"


_SECTIONS: Mapping[str, type[BaseModel]] = {"newsroom": _NewsroomEntry, "topics": _TopicEntry, "sources": _SourceEntry}


def _has(value: Any, part: Any) -> bool:
    return part in value if isinstance(value, dict) else isinstance(part, int) and 0 <= part < len(value)


def _contradictions(file: _NewsroomFile) -> Iterator[str]:
    for kind, ids in (("topics", [t.id for t in file.topics]), ("sources", [s.id for s in file.sources])):
        for repeated in sorted({one for one in ids if ids.count(one) > 1}):
            yield f'{kind}: the id "{repeated}" is given twice; every id must be its own.'
    known = {topic.id for topic in file.topics}
    for source in file.sources:
        for unknown in sorted(set(source.topics) - known):
            yield f'sources {source.id}: there is no topic "{unknown}"; the topics are: {", ".join(sorted(known))}.'
        if source.every < timedelta(seconds=10):
            seconds = int(source.every.total_seconds())
            yield f'sources {source.id}: every = "{seconds} s" is too often; 10 s is the least.'
    words: dict[str, str] = {}
    for topic in file.topics:
        for word in {*topic.name.values(), *topic.aliases, topic.id}:
            owner = words.setdefault(word.casefold(), topic.id)
            if owner != topic.id:
                yield f'topics {topic.id}: "{word}" already means the topic "{owner}"; use another word.'
