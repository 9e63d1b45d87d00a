"""The reports of `golden/stories.txt` as articles, and which pairs of them are one story."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Final

from newsbot.domain.article import Article
from newsbot.ingest.story_decider import Rarity
from newsbot.ingest.story_features import telling_of
from tests.builders import NOW, an_article

FILE: Final = Path(__file__).parent / "golden" / "stories.txt"
_LINE: Final = re.compile(r"(\S+) \+(-?\d+) (\w) \| ([^|]+) \| (.+)")


@dataclass(frozen=True)
class Report:
    series: str
    event: str
    article: Article

    @property
    def held_back(self) -> bool:
        """Written after rules and thresholds were set."""
        return self.series.startswith("*")


@dataclass(frozen=True)
class Pair:
    one: Report
    other: Report
    same: bool

    @property
    def hard(self) -> bool:
        """Of one series: easily taken for one story."""
        return self.one.series == self.other.series


def reports() -> list[Report]:
    found: list[Report] = []
    series = ""
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("["):
            series = line.strip("[]")
        elif line and not line.startswith("#"):
            match = _LINE.fullmatch(line)
            assert match is not None, line
            event, hours, source, headline, lead = match.groups()
            article = an_article(
                number,
                headline=headline,
                body=lead,
                summary=lead,
                source=source,
                language="en" if headline.isascii() else "bn",
                published_at=NOW + timedelta(hours=int(hours)),
            )
            found.append(Report(series, event, article))
    return found


def pairs(among: Iterable[Report]) -> Iterator[Pair]:
    """Every pair but those of an event and its consequence; those of different series are the easy ones."""
    for one, other in combinations(among, 2):
        together = one.series == other.series and one.event.rstrip("~") == other.event.rstrip("~")
        if not together or one.event == other.event:
            yield Pair(one, other, same=together)


def rarity(among: Iterable[Report]) -> Rarity:
    """As if these were all that came."""
    tellings = [telling_of(report.article) for report in among]
    return Rarity(len(tellings), Counter(word for telling in tellings for word in telling.lead))
