"""A search, from what was asked to what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsbot.domain.article import Article


class Match(StrEnum):
    """How many of a query's words an article must have."""

    AUTO = "auto"  #: all of them; when few do, those with some of them follow
    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is asked for."""

    key: str  #: what it is indexed by (`newsbot.text.analyser.key`)
    typed: str  #: the word itself, normalised
    small: bool = False  #: a word like `the`: beside others it need not be there


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked for. Made by `newsbot.articles.query_parser.parse_query`."""

    terms: tuple[Term, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()  #: keys that must stand side by side
    without: tuple[tuple[str, ...], ...] = ()  #: keys or phrases that must not be there
    topic: str | None = None
    since: datetime | None = None  #: published then or later…
    until: datetime | None = None  #: …and before then
    match: Match = Match.AUTO
    timeless: Query | None = None  #: the same with its time words taken for words, for when nothing is found

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing at all."""
        return not (self.terms or self.phrases or self.topic or self.since)


@dataclass(frozen=True, slots=True)
class Found:
    """Articles, best first."""

    articles: tuple[Article, ...] = ()
    count: int = 0  #: articles that were found, on other pages too, up to as many as were looked for
    instead_of: tuple[str, ...] = ()  #: words of the query that no article has…
    meant: tuple[str, ...] = field(default=())  #: …and beside each the one that was searched for: "did you mean?"
