"""What is counted each day, and the storage of the counts. Values and protocols.

One `Count` is what a day adds to a *series*: a figure of a channel account, of all of it or of a part (a topic, a
language, a source, a class of alerts). Counts stand in *layers* by what they come from, so that each layer's day can be
counted anew and replaced as a whole. They know of numbers only, never of a reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

__all__ = ["Count", "Figure", "Layer", "RollupStore", "Series", "Span", "VainSearch", "VainSearches"]


class Layer(StrEnum):
    JOURNAL = "journal"  #: from the rows of the subscribers' journal
    FORGOTTEN = "forgotten"  #: for rows that were deleted with the reader
    ALERTS = "alerts"
    SOURCES = "sources"
    FAILURES = "failures"  #: of sources: added as they happen


class Figure(StrEnum):
    """The words stand in the database."""

    # Of these the value on a day is the sum up to it.
    SUBSCRIBERS = "subscribers"
    REACHABLE = "reachable"  #: can be alerted
    TOPIC = "topic"  #: reachable followers; the part is the topic's id
    LANGUAGE = "language"  #: reachable readers; the part is the language
    # Of these it is the day's own.
    NEW = "new"
    IMPORTED = "imported"
    RETURNED = "returned"  #: after they had stopped
    LEFT = "left"  #: stopped, or had themselves forgotten
    BLOCKED = "blocked"  #: can't be reached any more: they blocked us, or their account is gone
    UNBLOCKED = "unblocked"
    ALERTS = "alerts"  #: the part is the class
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ARTICLES = "articles"  #: the part is the source
    FAILURES = "failures"  #: reads that failed

    __hash__ = str.__hash__  # a year's figures are looked up by it tens of thousands of times; an enum's own is slow

    @property
    def standing(self) -> bool:
        """Its value is the sum of all days so far."""
        return self in (Figure.SUBSCRIBERS, Figure.REACHABLE, Figure.TOPIC, Figure.LANGUAGE)


class Series(NamedTuple):
    channel: str  #: '': of no channel
    account: str  #: ours there
    figure: Figure
    part: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    day: date
    layer: Layer
    series: Series
    count: int


@dataclass(frozen=True, slots=True)
class Span:
    """Some days on end, both ends among them."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class VainSearch:
    """Words that were searched for and found nowhere. `words`: as the tokens are compared, a space between two; '' for
    all that were too many to be told apart.
    """

    words: str
    times: int


class RollupStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_rollup_store.py`) runs against every implementation.
    """

    async def days(self, span: Span, figures: Collection[Figure]) -> Mapping[date, Mapping[Series, int]]:
        """What each day of the span adds to these figures; days and series without a count are left out."""
        ...

    async def before(self, day: date, figures: Collection[Figure]) -> Mapping[Series, int]:
        """The sum of all that was counted before."""
        ...

    async def counted(self) -> date | None:
        """The last day of which alerts and readers have been counted, if only as far as it had gone; None: none yet."""
        ...

    async def vain_searches(self, span: Span, *, limit: int = 50) -> tuple[VainSearch, ...]:
        """Most often searched first."""
        ...


class VainSearches(Protocol):
    """Where the conversation notes what was searched for in vain. Raises StoreUnavailable."""

    async def note(self, words: str, day: date) -> None:
        """One more search for these words on that day."""
        ...
