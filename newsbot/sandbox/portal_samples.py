"""What ships with the portal: its sections, and sample articles of our own in `content/`, one file a section."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from newsbot.text.normalise import clean


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    name: str
    english_name: str
    emoji: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An article that ships with the sandbox. `age` is its age at the first start; None: it waits to be published."""

    name: str
    section: str
    headline: str
    body: str
    kicker: str
    byline: str
    age: timedelta | None


@cache
def sections() -> dict[str, Section]:
    """The portal's sections by id, in their order: the topics of the sandbox's newsroom file."""
    newsroom = tomllib.loads(_content("newsroom.toml"))
    return {
        topic["id"]: Section(topic["id"], topic["name"]["bn"], topic["name"]["en"], topic["emoji"])
        for topic in newsroom["topics"]
    }


@cache
def samples() -> tuple[Sample, ...]:
    """Every sample, section by section, in the order of its file."""
    return tuple(
        Sample(
            name=entry["slug"],
            section=section,
            headline=entry["headline"],
            body=tidy_body(entry["body"]),
            kicker=entry.get("kicker", ""),
            byline=entry.get("byline", ""),
            age=_age(entry["age"]) if "age" in entry else None,
        )
        for section in sections()
        for entry in tomllib.loads(_content(f"{section}.toml"))["article"]
    )


def tidy_body(text: str) -> str:
    return "\n".join(line for line in map(clean, text.splitlines()) if line)


def _content(name: str) -> str:
    return files("newsbot.sandbox").joinpath("content", name).read_text("utf-8")


def _age(text: str) -> timedelta:
    """'3d1h', '2h5m', '45m'."""
    match = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?", text)
    if match is None or not any(match.groups()):
        raise ValueError(f"{text!r} is not an age like 3d1h or 45m")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)
