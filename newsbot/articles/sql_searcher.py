"""From a query to the articles that answer it, best first: what to ask the index, in which order, and when to stop.

    1  articles with all the words (small ones apart, beside others)
    2  few: also those with a word that begins like the last one, which may not be finished
    3  none, and a word that no article has: those with the word that may be meant, and "did you mean?"
    4  few: also those with some of the words
    5  none, and the query names a time: the same with the time's words taken for words

Each step follows the ones before. Looked at are the newest hits of a step, `DEPTH` of each kind, so that a common word
costs the same in a large archive as in a small one: what has it in the headline reaches back further than the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles import sql_words
from newsbot.articles.ranking import Candidate, Wanted, freshness, ranked, rarity
from newsbot.articles.search_terms import indexed_word, indexed_words
from newsbot.articles.spelling import Guess, guesses, sounds_of
from newsbot.articles.sql_search import NOTHING, Hits, SearchIndex, Sought, newest_hits
from newsbot.domain.search import Match, Query, Term
from newsbot.text.analyser import beginning, key
from newsbot.text.sounds import KNOWN_SPELLINGS
from newsbot.text.stemmer import stem

DEPTH: Final = 150  #: hits of a choice, the newest, that are looked at; more when more are asked for
ON_TOP_AMONG: Final = 20_000  #: articles, the newest, that are gone through for words on top
READ: Final = 40  #: of them, whose words are read
ON_TOP: Final = 1.6  #: what a headline or kicker is worth beside the rest, before the words are read
FEW_HITS: Final = 5  #: fewer: the next step is tried
MOST_BEGINNINGS: Final = 20  #: words that an unfinished one may become
MOST_ALIKE: Final = 60  #: words that sound alike, and are compared
TELLING: Final = 6  #: words, the rarest, that articles with some of the words are looked up by
LEAST_BEGINNING: Final = 2  #: letters


@dataclass(frozen=True, slots=True)
class Answer:
    ids: tuple[int, ...] = ()
    instead_of: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Hits, and which of the words they have for certain (their places in the query)."""

    hits: Hits
    places: tuple[int, ...]


@dataclass
class ArticleSearch:
    """One search, on one connection."""

    connection: AsyncConnection
    index: SearchIndex
    query: Query
    now: datetime
    enough: int  #: ids that are asked for
    _counts: dict[str, int] = field(default_factory=dict)
    _total: int = 0
    _older: bool = False  #: some articles are indexed by an older analyser
    _found: dict[int, None] = field(default_factory=dict)

    async def answer(self) -> Answer:
        query = self.query
        limits = Hits(
            (),
            without=Sought(phrases=tuple(map(indexed_words, query.without))) if query.without else NOTHING,
            topic=query.topic,
            since=query.since,
            until=query.until,
        )
        phrases = tuple(Sought(phrases=(indexed_words(phrase),)) for phrase in query.phrases)
        if not query.terms and not phrases:
            await self._newest(limits)
            return await self._or_timeless(Answer(tuple(self._found)))
        await self._look_up()
        terms = [term for term in query.terms if not term.small] or ([] if phrases else list(query.terms))
        wanted = [self._wanted(term) for term in terms]
        sought = [self._sought(term) for term in terms]
        said = [*wanted, *(Wanted.of(indexed_word(key), 0) for phrase in query.phrases for key in phrase)]
        answer = Answer()
        if query.match is not Match.ANY:
            await self._rank(self._all_of(limits, phrases, sought, wanted), said)
            if query.match is Match.AUTO and len(self._found) < FEW_HITS:
                await self._begin_so(limits, phrases, terms, wanted, sought)
            if query.match is Match.AUTO and not self._found:
                answer = await self._meant(limits, phrases, terms, wanted, sought)
        few = len(self._found) < FEW_HITS and query.match is Match.AUTO
        if terms and not answer.meant and (query.match is Match.ANY or (few and len(terms) > 1)):
            await self._some(limits, phrases, wanted, sought, said)
        return await self._or_timeless(Answer(tuple(self._found), answer.instead_of, answer.meant))

    async def _look_up(self) -> None:
        words = [indexed_word(term.key) for term in self.query.terms]
        self._counts, self._total, self._older = await sql_words.archive(self.connection, words)

    def _wanted(self, term: Term) -> Wanted:
        word = indexed_word(term.key)
        return Wanted.of(word, self._counts.get(word, 0))

    def _sought(self, term: Term) -> Sought:
        """While an older analyser's words stand in the index, they are found by their beginnings."""
        word = indexed_word(term.key)
        if not self._older or len(term.key) < LEAST_BEGINNING or term.key.isdigit():
            return Sought((word,))
        return Sought((word,), tuple(dict.fromkeys((word, indexed_word(stem(term.typed))))))

    async def _begin_so(
        self,
        limits: Hits,
        phrases: Sequence[Sought],
        terms: Sequence[Term],
        wanted: Sequence[Wanted],
        sought: Sequence[Sought],
    ) -> None:
        if not terms:
            return
        last = beginning(terms[-1].typed)
        if len(last) < LEAST_BEGINNING or last.isdigit() or self._counts.get(wanted[-1].words[0][0], 0) >= FEW_HITS:
            return
        words = await sql_words.beginning_so(self.connection, indexed_word(last), MOST_BEGINNINGS)
        if words:
            longer = Wanted(tuple((word, 1.0) for word in words), sum(words.values()))
            begun, instead = [*sought[:-1], Sought(tuple(words))], [*wanted[:-1], longer]
            await self._rank(self._all_of(limits, phrases, begun, instead), instead)

    async def _meant(
        self,
        limits: Hits,
        phrases: Sequence[Sought],
        terms: Sequence[Term],
        wanted: Sequence[Wanted],
        sought: Sequence[Sought],
    ) -> Answer:
        guessed = {term: meant for term in terms if (meant := await self._guesses(term))}
        if not guessed:
            return Answer()
        likely, instead = list(sought), list(wanted)
        for place, term in enumerate(terms):
            if term in guessed:
                meant = guessed[term]
                likely[place] = Sought(tuple(guess.word for guess in meant))
                words = tuple((guess.word, guess.worth) for guess in meant)
                instead[place] = Wanted(words, self._counts.get(meant[0].word, 1))
        await self._rank(self._all_of(limits, phrases, likely, instead), instead)
        if not self._found and len(terms) > 1:
            await self._rank([Choice(limits.of(*phrases, one), (n,)) for n, one in enumerate(likely)], instead)
        if not self._found:
            return Answer()
        return Answer((), tuple(term.typed for term in guessed), tuple(meant[0].written for meant in guessed.values()))

    async def _guesses(self, term: Term) -> tuple[Guess, ...]:
        """Words that may be meant by one that no article has."""
        if self._counts.get(indexed_word(term.key)) or term.key.isdigit():
            return ()
        if term.typed in KNOWN_SPELLINGS:
            word = indexed_word(key(KNOWN_SPELLINGS[term.typed]))
            if (await sql_words.archive(self.connection, [word]))[0]:
                return (Guess(word, KNOWN_SPELLINGS[term.typed], 1.0),)
        sounds = sounds_of(term.typed)
        if not sounds:
            return ()
        alike = await sql_words.sounding_so(self.connection, sounds, MOST_ALIKE)
        if found := guesses(term.typed, alike):
            return found
        return guesses(term.typed, await sql_words.sounding_nearly_so(self.connection, sounds[0], MOST_ALIKE))

    async def _some(
        self,
        limits: Hits,
        phrases: Sequence[Sought],
        wanted: Sequence[Wanted],
        sought: Sequence[Sought],
        said: Sequence[Wanted],
    ) -> None:
        """Articles with one of the words, and, where a word is too common for all of its articles, with all but one."""
        known = [place for place, word in enumerate(wanted) if word.articles or self._older]
        rarest = sorted(known, key=lambda place: wanted[place].articles)[:TELLING]
        if not rarest:
            return
        together: list[tuple[int, ...]] = [(place,) for place in rarest]
        if len(rarest) > 2:
            together.extend(tuple(place for place in rarest if place != left_out) for left_out in rarest)
        choices = [Choice(limits.of(*phrases, *(sought[place] for place in places)), places) for places in together]
        await self._rank(choices, said)

    async def _newest(self, limits: Hits) -> None:
        rows = await self.connection.execute(newest_hits(self.index, [limits], now=self.now, depth=self.enough))
        newest_first = sorted((row.age, -row.id) for row in rows)
        self._found.update(dict.fromkeys(-article_id for _, article_id in newest_first))

    def _all_of(
        self, limits: Hits, phrases: Sequence[Sought], sought: Sequence[Sought], wanted: Sequence[Wanted]
    ) -> list[Choice]:
        """Articles with all the words; where these are too many to look at, also those with all of them on top."""
        everywhere = Choice(limits.of(*phrases, *sought), tuple(range(len(sought))))
        if not wanted or min(word.articles for word in wanted) <= DEPTH:
            return [everywhere]
        on_top = replace(everywhere.hits, on_top=True, after=max(self._total - ON_TOP_AMONG, 0))
        return [everywhere, replace(everywhere, hits=on_top)]

    async def _rank(self, choices: Sequence[Choice], wanted: Sequence[Wanted]) -> None:
        """Add what the choices name and is not found yet, best first.

        First by what the index says alone: which of the words an article has, whether on top, how old it is; then the
        best of them by all their words.
        """
        every = [choice.hits for choice in choices]
        rows = newest_hits(self.index, every, now=self.now, depth=max(DEPTH, self.enough))
        ages: dict[int, float] = {}
        chosen: dict[int, int] = {}  # by which of the choices, a bit each
        for article_id, age, number in await self.connection.execute(rows):
            if article_id not in self._found:
                ages[article_id] = float(age)
                chosen[article_id] = chosen.get(article_id, 0) | 1 << number
        worth = {bits: self._worth(bits, choices, wanted) for bits in set(chosen.values())}

        def coarse(article_id: int) -> tuple[float, int]:
            return worth[chosen[article_id]] * freshness(ages[article_id]), article_id

        best = sorted(ages, key=coarse, reverse=True)[: max(READ, self.enough)]
        fields = await sql_words.fields_of(self.connection, best)
        candidates = [Candidate(article_id, ages[article_id], words) for article_id, words in fields.items()]
        self._found.update(dict.fromkeys(ranked(wanted, candidates, total=self._total)))

    def _worth(self, bits: int, choices: Sequence[Choice], wanted: Sequence[Wanted]) -> float:
        """Of an article that these choices named: its words, more on top."""
        named = [choice for number, choice in enumerate(choices) if bits >> number & 1]
        places = {place for choice in named for place in choice.places}
        words = sum(rarity(wanted[place].articles, self._total) for place in places)
        return words * (ON_TOP if any(choice.hits.on_top for choice in named) else 1.0)

    async def _or_timeless(self, answer: Answer) -> Answer:
        if answer.ids or self.query.timeless is None:
            return answer
        timeless = ArticleSearch(self.connection, self.index, self.query.timeless, self.now, self.enough)
        return await timeless.answer()
