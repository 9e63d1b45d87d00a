"""Where articles come from, as the newsroom configures it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class SourceKind(StrEnum):
    FEED = "feed"  #: RSS, RDF, Atom or JSON Feed
    SITEMAP = "sitemap"  #: a news sitemap, or an index of sitemaps
    LISTING = "listing"  #: a page that lists headlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed, a news sitemap or a listing page."""

    id: str  #: 1–40 of `a-z0-9_-`; lasting: it names the source's state
    url: str
    kind: SourceKind = SourceKind.FEED
    language: str = "bn"
    topics: tuple[str, ...] = ()  #: topics of everything it brings, trusted least
    every: timedelta = timedelta(minutes=2)  #: between two reads, when all is well
    pages: bool = True  #: read the article's page for what the feed leaves out
    allow_private: bool = (
        False  #: private and loopback addresses may be fetched (a newsroom's own network, the sandbox)
    )
    obey_robots: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Who speaks: names per language, its site."""

    names: dict[str, str]
    site: str

    def name(self, language: str) -> str:
        return self.names.get(language) or next(iter(self.names.values()))
