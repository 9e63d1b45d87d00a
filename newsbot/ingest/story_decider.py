"""Whether two articles tell one story. Pure.

A wrong yes loses an alert, a wrong no sends one too many; so everything here leans to no.

Likeness is a number from 0 to 1, of words weighed by how rare they are among the newsroom's articles of the last days
(`Rarity`): a name or a number that few use says more than নিহত or টাকা. It has three parts: how alike the headlines are
(a quarter), headlines with first sentences (two fifths), and how much of each headline the other article tells (the
rest; the lesser of both counts, since a round-up tells of everything). Where three words in a row and the numbers are
mostly the same, a text is another's copy with a new headline.

No likeness is enough when something speaks against it: both name another day, match, town or country, an amount that
the other doesn't know, another person's sympathy; one announces what the other reports, or says that it happened again;
one is yesterday's column; one source says the same in the same words of something else; or each headline names
something of which the other article says nothing. A count of people may grow within a day.

A headline alone is never enough: two of three that look alike are of two events, and what would be lost is an alert.
After a day the next report is as likely another event: it needs more likeness. Thresholds and rules were set on one
part of `tests/golden/stories.txt`, reports of invented events with their near twins, and measured on the other:
docs/language.md has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from newsbot.ingest import story_words as words
from newsbot.ingest.story_features import Telling

__all__ = ["WINDOW", "Against", "Comparison", "Rarity", "compare"]

WINDOW: Final = timedelta(hours=72)  #: further apart, two articles are two stories; a story takes nothing in after it
ENOUGH: Final = 0.5  #: likeness from which two are one
ENOUGH_LATE: Final = 0.7  #: the same, `LATE` apart
LATE: Final = timedelta(hours=20)
NEXT_COLUMN: Final = timedelta(hours=12)  #: what comes daily comes again after this
COLUMN_ALIKE: Final = 0.8  #: of headlines of one source: it is a column
TOLL_GROWS: Final = timedelta(hours=16)
TOLL_AT_MOST: Final = 5  #: times as high
COME_TRUE: Final = timedelta(hours=6)  #: what was announced may have happened by then
COPY: Final = 0.6  #: of the shorter one's rows of three words: it is the same text, if its numbers are the same
COPY_BARE: Final = 0.8  #: the same, where it has no numbers
COPY_NUMBERS: Final = 0.8  #: of them: reports that are made from a form, as of share prices, differ in these
COPY_ALIKE: Final = 0.9  #: the likeness of copies

SEVERAL: Final = 2  #: numbers of a report, of which another report of it would know one

_SAID_OF_MANY: Final = words.COMMON - words.ACTORS
_HEADLINES: Final = 0.25
_LEADS: Final = 0.4
_TOLD: Final = 0.35


class Against(StrEnum):
    """Why two articles are two stories, whatever they share."""

    LANGUAGE = "they are in two languages"
    TIME = "they are more than 72 hours apart"
    BARE = "of one of them nothing but the headline is known"
    DAY = "they name two different days"
    PLACE = "each names a place that the other doesn't"
    ORDER = "they are of different numbers of a series"
    AGAIN = "one says that it happened again"
    OPPOSITE = "one says the opposite of the other"
    AHEAD = "one announces what the other reports"
    FORM = "one source tells of two things in the same words"
    COLUMN = "they are a column of two days"
    AMOUNT = "each names a number that the other doesn't"
    TITLE = "they name two different titles"
    REACTION = "one is a reaction, the other isn't"
    PERSON = "they are what two different people said"
    OWN = "each headline names something that the other article doesn't tell of"


#: a copy under a new headline may well name something else
_EXCUSED_IN_COPIES: Final = frozenset({Against.OWN, Against.PERSON})


@dataclass(frozen=True, slots=True)
class Rarity:
    """How rare words are: in how many of so many `articles` of the last days each of them stands.

    As if a few thousand articles had been counted before the first one, in which `words.COMMON` were common and no
    other word was: a newsroom's first day must not take every word for a rare one.
    """

    articles: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def weight(self, word: str) -> float:
        before = _BEFORE * _COMMON if word in words.COMMON else 1
        return math.log((self.articles + _BEFORE) / (self.counts.get(word, 0) + before))

    def rarest(self, among: Collection[str], limit: int) -> tuple[str, ...]:
        return tuple(sorted(among, key=lambda word: (-self.weight(word), word))[:limit])

    def sum(self, among: Collection[str]) -> float:
        return math.fsum(self.weight(word) for word in among)

    def alike(self, one: frozenset[str], other: frozenset[str]) -> float:
        """The cosine of both, each word once."""
        shared, all_one, all_other = (
            math.fsum(self.weight(word) ** 2 for word in among) for among in (one & other, one, other)
        )
        return shared / math.sqrt(all_one * all_other) if all_one and all_other else 0.0

    def told(self, of: frozenset[str], by: frozenset[str]) -> float:
        """How much of the one the other holds."""
        everything = self.sum(of)
        return self.sum(of & by) / everything if everything else 0.0


_BEFORE: Final = 2_000  #: articles
_COMMON: Final = 0.02  #: of them have each of the common words


@dataclass(frozen=True, slots=True)
class Comparison:
    likeness: float
    enough: float
    against: tuple[Against, ...]
    headlines: float
    leads: float
    told: tuple[float, float]  #: of the first headline by the second article, and the other way round
    copy: bool

    @property
    def one_story(self) -> bool:
        return not self.against and self.likeness >= self.enough


def compare(a: Telling, b: Telling, rarity: Rarity) -> Comparison:
    """The same whichever comes first, but for the order of `told`."""
    headlines, leads = rarity.alike(a.headline, b.headline), rarity.alike(a.lead, b.lead)
    told = rarity.told(a.headline, b.whole), rarity.told(b.headline, a.whole)
    copy = _is_copy(a, b)
    likeness = _HEADLINES * headlines + _LEADS * leads + _TOLD * min(told)
    against = tuple(dict.fromkeys(_against(a, b, rarity)))
    late = abs(a.at - b.at) >= LATE
    return Comparison(
        likeness=max(likeness, COPY_ALIKE) if copy else likeness,
        enough=ENOUGH_LATE if late else ENOUGH,
        against=tuple(one for one in against if not (copy and one in _EXCUSED_IN_COPIES)),
        headlines=headlines,
        leads=leads,
        told=told,
        copy=copy,
    )


def _is_copy(a: Telling, b: Telling) -> bool:
    rows = min(len(a.shingles), len(b.shingles))
    numbers = min(len(a.all_numbers), len(b.all_numbers))
    if not rows or len(a.all_numbers & b.all_numbers) < COPY_NUMBERS * numbers:
        return False
    return len(a.shingles & b.shingles) >= (COPY if numbers else COPY_BARE) * rows


def _against(a: Telling, b: Telling, rarity: Rarity) -> Iterator[Against]:
    gap = abs(a.at - b.at)
    if a.language != b.language:
        yield Against.LANGUAGE
    if gap > WINDOW:
        yield Against.TIME
    if a.bare or b.bare:
        yield Against.BARE
    if _apart(a.dates, b.dates) or _apart(a.weekdays, b.weekdays):
        yield Against.DAY
    if (a.places - b.whole and b.places - a.whole) or _elsewhere(a, b):
        yield Against.PLACE
    if _apart(a.order, b.order):
        yield Against.ORDER
    if _apart(a.titles, b.titles):
        yield Against.TITLE
    if _opposite(a.headline, b.headline) or _opposite(b.headline, a.headline):
        yield Against.OPPOSITE
    if {a.tense, b.tense} == {"future", "past"} or (
        gap >= COME_TRUE and (a.tense == "future") != (b.tense == "future")
    ):
        yield Against.AHEAD
    one_column = a.source == b.source and rarity.alike(a.headline, b.headline) >= COLUMN_ALIKE
    if gap >= NEXT_COLUMN and (one_column or (a.today and b.today)):
        yield Against.COLUMN
    if one_column and _names(a.lead - b.whole) - words.COMMON and _names(b.lead - a.whole) - words.COMMON:
        yield Against.FORM
    if (a.says_more and b.says_more and a.numbers != b.numbers) or (_other_amounts(a, b) and not _toll_grows(a, b)):
        yield Against.AMOUNT
    if (a.again and not b.ever_again) or (b.again and not a.ever_again):
        yield Against.AGAIN
    yield from _persons(a, b)


def _persons(a: Telling, b: Telling) -> Iterator[Against]:
    reacts_a, reacts_b = a.headline & words.REACTIONS, b.headline & words.REACTIONS
    if bool(reacts_a) != bool(reacts_b):
        yield Against.REACTION
    own_a, own_b = _names(a.headline - b.whole), _names(b.headline - a.whole)
    if own_a and own_b and ((reacts_a and reacts_b) or (a.speaks and b.speaks)):
        yield Against.PERSON
    if own_a - _SAID_OF_MANY and own_b - _SAID_OF_MANY:
        yield Against.OWN


def _elsewhere(a: Telling, b: Telling) -> bool:
    """Both name small places, and neither tells of any of the other's."""
    return bool(a.spots and b.spots) and not (a.spots & b.whole or b.spots & a.whole)


def _other_amounts(a: Telling, b: Telling) -> bool:
    """Each headline has a number that the other article doesn't know; or of several numbers none is known."""
    few = min(len(a.all_numbers), len(b.all_numbers))
    if few >= SEVERAL and not a.all_numbers & b.all_numbers:
        return True
    return bool(a.numbers - b.all_numbers and b.numbers - a.all_numbers)


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and not one & other


def _opposite(one: frozenset[str], other: frozenset[str]) -> bool:
    """One has a word of one side and none of the other side, the other the reverse."""
    return any(one & here and other & there and not (one & there or other & here) for here, there in words.OPPOSITES)


def _toll_grows(a: Telling, b: Telling) -> bool:
    """নিহত ৩, নিহত বেড়ে ৫: of one accident, which both name by more than its kind. The dead become no fewer."""
    counts_people = bool(a.headline & words.TOLL and b.headline & words.TOLL)
    event = (a.headline & b.headline) - words.COMMON - words.TOLL - a.numbers
    if a.headline & b.headline & words.DEAD and a.numbers and b.numbers:
        (before, first), (after, then) = sorted((one.at, max(map(float, one.numbers))) for one in (a, b))
        if (then < first and before < after) or max(first, then) > TOLL_AT_MOST * min(first, then):
            return False
    return counts_people and abs(a.at - b.at) <= TOLL_GROWS and bool(event)


def _names(of: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in of if not word[0].isdigit())
