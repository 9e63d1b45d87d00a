"""The hits of one search, best first.

Looked at are the newest hits of each choice, `DEPTH` of them, so that a common word costs the same in a large archive
as in a small one: what has it in the headline reaches back further than the rest. Measured in 100,000 articles beside
a ranking of every hit: the best article is among the first three in 0.97 of searches (0.88 for the commonest words),
three of four among the first ten are the same. A greater depth changes nothing, reading fewer does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles import sql_words
from newsbot.articles.ranking import Candidate, Wanted, freshness, ranked, rarity
from newsbot.articles.sql_search import Hits, SearchIndex, Sought, newest_hits

DEPTH: Final = 80  #: hits of a choice, the newest, that are looked at; more when more are asked for
ON_TOP_AMONG: Final = 20_000  #: articles, the newest, that are gone through for words on top
READ: Final = 40  #: of them, the likeliest, whose words are read
ON_TOP: Final = 1.6  #: what a headline or kicker is worth beside the rest, before the words are read


@dataclass(frozen=True, slots=True)
class Choice:
    """Hits, and which of the words they have for certain (their places in the query)."""

    hits: Hits
    places: tuple[int, ...]


@dataclass
class RankedHits:
    """What was found so far; what is added follows it."""

    connection: AsyncConnection
    index: SearchIndex
    now: datetime
    enough: int  #: ids that are asked for
    total: int = 0  #: articles in the archive
    _found: dict[int, None] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(self._found)

    async def add_newest(self, limits: Hits) -> None:
        question, values = newest_hits(self.index, [limits], now=self.now, depth=self.enough)
        rows = await self.connection.execute(question, values)
        newest_first = sorted((row.age, -row.id) for row in rows)
        self._found.update(dict.fromkeys(-article_id for _, article_id in newest_first))

    async def add_all_of(
        self, limits: Hits, phrases: Sequence[Sought], sought: Sequence[Sought], wanted: Sequence[Wanted]
    ) -> None:
        """Articles with all the words; where these are too many to look at, also those with all of them on top."""
        everywhere = Choice(limits.of(*phrases, *sought), tuple(range(len(sought))))
        choices = [everywhere]
        if sought and min(word.articles for word in wanted[: len(sought)]) > DEPTH:
            on_top = replace(everywhere.hits, on_top=True, after=max(self.total - ON_TOP_AMONG, 0))
            choices.append(replace(everywhere, hits=on_top))
        await self.add(choices, wanted)

    async def add(self, choices: Sequence[Choice], wanted: Sequence[Wanted]) -> None:
        """What the choices name and is not found yet.

        First by what the index says alone: which of the words an article has, whether on top, how old it is; then the
        best of them by all their words.
        """
        every = [choice.hits for choice in choices]
        question, values = newest_hits(self.index, every, now=self.now, depth=max(DEPTH, self.enough))
        ages: dict[int, float] = {}
        chosen: dict[int, int] = {}  # by which of the choices, a bit each
        for article_id, age, number in (await self.connection.execute(question, values)).all():
            if article_id not in self._found:
                ages[article_id] = float(age)
                chosen[article_id] = chosen.get(article_id, 0) | 1 << number
        worth = {bits: self._worth(bits, choices, wanted) for bits in set(chosen.values())}
        coarse = [(worth[bits] * freshness(ages[article_id]), article_id) for article_id, bits in chosen.items()]
        best = [article_id for _, article_id in sorted(coarse, reverse=True)[: max(READ, self.enough)]]
        fields = await sql_words.fields_of(self.connection, best)
        candidates = [Candidate(article_id, ages[article_id], words) for article_id, words in fields.items()]
        self._found.update(dict.fromkeys(ranked(wanted, candidates, total=self.total)))

    def _worth(self, bits: int, choices: Sequence[Choice], wanted: Sequence[Wanted]) -> float:
        """Of an article that these choices named: its words, more on top."""
        named = [choice for number, choice in enumerate(choices) if bits >> number & 1]
        places = {place for choice in named for place in choice.places}
        words = sum(rarity(wanted[place].articles, self.total) for place in places)
        return words * (ON_TOP if any(choice.hits.on_top for choice in named) else 1.0)
