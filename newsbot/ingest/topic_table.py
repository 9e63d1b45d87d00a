"""The kinds of news that Bengali portals have, by the names of their sections and the parts of their addresses.

What `topic_words.toml` says of a kind holds for a newsroom's topic that is called like it (its id or one of its names):
a topic named খেলা has ক্রিকেট and /football/, too, whether its newsroom wrote them or not. Kinds that no topic is called
like are kinds still: who finds `আইন-আদালত` must not go on and call it national.
"""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final
from urllib.parse import unquote, urlsplit

import regex

from newsbot.domain.topic import Topics
from newsbot.ingest.values import SHORT_TEXT_LIMIT
from newsbot.text.normalise import normalise

__all__ = ["Kind", "TopicTable", "compared", "kinds", "parts_of"]

_SEPARATORS: Final = regex.compile(r"\s*(?:[,;|/>»›]|\s-\s)\s*")
_PARTS_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Kind:
    id: str
    names: frozenset[str]  #: of topics that are of this kind, as `compared`
    sections: frozenset[str]  #: its names and those of sections that belong to it
    paths: frozenset[str]
    strong: tuple[str, ...]
    words: tuple[str, ...]
    general: bool = False  #: stands back where a narrower kind is named, too


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    document = tomllib.loads(resources.files(__package__).joinpath("topic_words.toml").read_text("utf-8"))
    return tuple(_kind(name, entry) for name, entry in document.items())


def _kind(name: str, entry: Mapping[str, list[str]]) -> Kind:
    names = frozenset(map(compared, (name, *entry["names"])))
    return Kind(
        id=name,
        names=names,
        sections=names | frozenset(map(compared, entry["sections"])),
        paths=frozenset(map(compared, entry["paths"])),
        strong=tuple(entry["strong"]),
        words=tuple(entry["words"]),
        general=bool(entry.get("general")),
    )


class TopicTable:
    """What the table says, as ids of the newsroom's topics."""

    def __init__(self, topics: Topics) -> None:
        self._topics_of: dict[str, tuple[str, ...]] = {
            kind.id: tuple(
                topic.id for topic in topics if kind.names & {compared(topic.id), *map(compared, topic.names.values())}
            )
            for kind in kinds()
        }

    def topics_of(self, kind: str) -> tuple[str, ...]:
        return self._topics_of[kind]

    def named(self, names: Iterable[str], url: str = "", *, most: int = 2) -> tuple[str, ...] | None:
        """Topics of the sections with these names, and in this address. () if the newsroom has no topic of their kind.

        None if none of them is known, or more than `most` kinds are named: that says as little.
        """
        found = [*_by_names(names), *_by_address(url)]
        narrow = list(dict.fromkeys(kind.id for kind in found if not kind.general))
        meant = narrow or list(dict.fromkeys(kind.id for kind in found))
        if not 0 < len(meant) <= most:
            return None
        return tuple(dict.fromkeys(topic for kind in meant for topic in self._topics_of[kind]))


def _by_names(names: Iterable[str]) -> Iterator[Kind]:
    known = _kinds_of_sections()
    for name in names:
        for part in parts_of(name, known):
            yield from known.get(part, ())


@lru_cache(maxsize=1)
def _kinds_of_sections() -> dict[str, list[Kind]]:
    known: dict[str, list[Kind]] = {}
    for kind in kinds():
        for name in kind.sections:
            known.setdefault(name, []).append(kind)
    return known


def _by_address(url: str) -> Iterator[Kind]:
    """Kinds in the parts of the address before the last, which is the article's own: the narrowest comes last."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return
    *folders, _ = unquote(path, errors="replace").split("/")
    for folder in reversed(folders[:_PARTS_LIMIT]):
        of_folder = [kind for kind in kinds() if compared(folder) in kind.paths]
        if of_folder:
            yield from of_folder
            return


def parts_of(name: str, known: Container[str]) -> list[str]:
    """A section's name as a whole, if it is known so (`আইন-আদালত`, `Law & Order`), else its parts; as `compared`."""
    name = name[:SHORT_TEXT_LIMIT]
    whole = compared(name)
    if whole in known:
        return [whole]
    return [compared(part) for part in _SEPARATORS.split(name)[:_PARTS_LIMIT]]


@lru_cache(maxsize=4_096)
def compared(name: str) -> str:
    """The form in which names of sections are compared."""
    return " ".join(normalise(name).casefold().replace("-", " ").replace("_", " ").split())
