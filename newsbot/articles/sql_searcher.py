"""From a query to the articles that answer it, best first: what to ask the index, in which order, and when to stop.

    1  articles with all the words (small ones apart, beside others); two words side by side may be one there
    2  few: also those with a word that begins like the last one, which may not be finished
    3  none, and a word that no article has: those with the two words that it is made of
    4  none, and a word that no article has: those with the word that may be meant, and "did you mean?"
    5  few: also those with some of the words
    6  none, and the query names a time: the same with the time's words taken for words

Each step follows the ones before. How their hits are ranked is the business of `sql_ranking`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.articles import sql_words
from newsbot.articles.compounds import halves, together
from newsbot.articles.ranking import Wanted
from newsbot.articles.search_terms import indexed_word, indexed_words
from newsbot.articles.spelling import Guess, guesses, sounds_of
from newsbot.articles.sql_ranking import Choice, RankedHits
from newsbot.articles.sql_search import NOTHING, Hits, SearchIndex, Sought
from newsbot.domain.search import Match, Query, Term
from newsbot.text.analyser import beginning, key
from newsbot.text.sounds import KNOWN_SPELLINGS
from newsbot.text.stemmer import stem

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
class Words:
    """The words of a query, each as it is ranked and as the index is asked for it."""

    wanted: tuple[Wanted, ...]
    sought: tuple[Sought, ...]


@dataclass
class ArticleSearch:
    """One search, on one connection."""

    connection: AsyncConnection
    index: SearchIndex
    query: Query
    now: datetime
    enough: int  #: ids that are asked for
    _counts: dict[str, int] = field(default_factory=dict)
    _older: bool = False  #: some articles are indexed by an older analyser
    _limits: Hits = field(init=False)
    _phrases: tuple[Sought, ...] = field(init=False)
    _in_phrases: tuple[Wanted, ...] = field(init=False)
    _hits: RankedHits = field(init=False)

    def __post_init__(self) -> None:
        query = self.query
        self._limits = Hits(
            (),
            without=Sought(phrases=tuple(map(indexed_words, query.without))) if query.without else NOTHING,
            topic=query.topic,
            since=query.since,
            until=query.until,
        )
        self._phrases = tuple(Sought(phrases=(indexed_words(phrase),)) for phrase in query.phrases)
        self._in_phrases = tuple(Wanted.of(indexed_word(key), 0) for phrase in query.phrases for key in phrase)
        self._hits = RankedHits(self.connection, self.index, self.now, self.enough)

    async def answer(self) -> Answer:
        query, hits = self.query, self._hits
        if not query.terms and not query.phrases:
            await hits.add_newest(self._limits)
            return await self._or_timeless(Answer(hits.ids))
        terms = [term for term in query.terms if not term.small] or ([] if query.phrases else list(query.terms))
        words = await self._look_up(terms)
        answer = Answer()
        if query.match is not Match.ANY:
            await self._add_all_of(words)
            if query.match is Match.AUTO and len(hits) < FEW_HITS:
                await self._begin_so(terms, words)
        apart = None if hits else await self._apart(terms, words)
        if apart and query.match is not Match.ANY:
            await self._add_all_of(apart)
        if query.match is Match.AUTO and not hits:
            answer = await self._meant(terms, words)
        few = len(hits) < FEW_HITS and query.match is Match.AUTO
        if not answer.meant and (query.match is Match.ANY or (few and len(terms) > 1)):
            await self._some(apart or words)
        return await self._or_timeless(Answer(hits.ids, answer.instead_of, answer.meant))

    async def _look_up(self, terms: Sequence[Term]) -> Words:
        pairs = {
            place: indexed_word(one)
            for place, (first, second) in enumerate(pairwise(terms))
            if (one := together(first.typed, second.typed))
        }
        keys = [indexed_word(term.key) for term in terms]
        found = await sql_words.archive(self.connection, {*keys, *pairs.values()})
        self._counts, self._hits.total, self._older = found
        also: dict[int, list[str]] = {}
        for place, one in pairs.items():
            if one in self._counts:
                for part in (place, place + 1):
                    also.setdefault(part, []).append(one)
        return Words(
            tuple(self._wanted(word, also.get(place, ())) for place, word in enumerate(keys)),
            tuple(self._sought(term, also.get(place, ())) for place, term in enumerate(terms)),
        )

    def _wanted(self, word: str, also: Sequence[str]) -> Wanted:
        articles = sum(self._counts.get(one, 0) for one in (word, *also))
        return Wanted(tuple((one, 1.0) for one in (word, *also)), articles)

    def _sought(self, term: Term, also: Sequence[str]) -> Sought:
        """While an older analyser's words stand in the index, they are found by their beginnings."""
        word = indexed_word(term.key)
        if not self._older or len(term.key) < LEAST_BEGINNING or term.key.isdigit():
            return Sought((word, *also))
        return Sought((word, *also), tuple(dict.fromkeys((word, indexed_word(stem(term.typed))))))

    async def _add_all_of(self, words: Words) -> None:
        await self._hits.add_all_of(self._limits, self._phrases, words.sought, (*words.wanted, *self._in_phrases))

    async def _begin_so(self, terms: Sequence[Term], words: Words) -> None:
        if not terms:
            return
        last = beginning(terms[-1].typed)
        if len(last) < LEAST_BEGINNING or last.isdigit() or words.wanted[-1].articles >= FEW_HITS:
            return
        longer = await sql_words.beginning_so(self.connection, indexed_word(last), MOST_BEGINNINGS)
        if longer:
            wanted = Wanted(tuple((word, 1.0) for word in longer), sum(longer.values()))
            begun = Words((*words.wanted[:-1], wanted), (*words.sought[:-1], Sought(tuple(longer))))
            await self._add_all_of(begun)

    async def _apart(self, terms: Sequence[Term], words: Words) -> Words | None:
        """With the two parts in place of each word that no article has; None if nothing falls into parts."""
        wanted: list[Wanted] = []
        sought: list[Sought] = []
        for term, one, how in zip(terms, words.wanted, words.sought, strict=True):
            parts = () if one.articles or self._older else await self._parts(term)
            wanted.extend([Wanted.of(part, self._counts[part]) for part in parts] or [one])
            sought.extend([Sought((part,)) for part in parts] or [how])
        return Words(tuple(wanted), tuple(sought)) if len(wanted) > len(terms) else None

    async def _parts(self, term: Term) -> tuple[str, ...]:
        """The two words that one is made of: of all that it may be, the two that most articles have."""
        pairs = [indexed_words(pair) for pair in halves(term.typed)]
        if not pairs:
            return ()
        counts = (await sql_words.archive(self.connection, {part for pair in pairs for part in pair}))[0]
        self._counts |= counts
        known = [pair for pair in pairs if all(part in counts for part in pair)]
        return max(known, key=lambda pair: counts[pair[0]] * counts[pair[1]], default=())

    async def _meant(self, terms: Sequence[Term], words: Words) -> Answer:
        guessed = {term: meant for term in terms if (meant := await self._guesses(term))}
        if not guessed:
            return Answer()
        likely, instead = list(words.sought), list(words.wanted)
        for place, term in enumerate(terms):
            if term in guessed:
                meant = guessed[term]
                likely[place] = Sought(tuple(guess.word for guess in meant))
                spelt = tuple((guess.word, guess.worth) for guess in meant)
                instead[place] = Wanted(spelt, self._counts.get(meant[0].word, 1))
        await self._add_all_of(Words(tuple(instead), tuple(likely)))
        if not self._hits and len(terms) > 1:
            each = [Choice(self._limits.of(*self._phrases, one), (place,)) for place, one in enumerate(likely)]
            await self._hits.add(each, instead)
        if not self._hits:
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

    async def _some(self, words: Words) -> None:
        """Articles with one of the words, and, where a word is too common for all of its articles, with all but one."""
        known = [place for place, word in enumerate(words.wanted) if word.articles or self._older]
        rarest = sorted(known, key=lambda place: words.wanted[place].articles)[:TELLING]
        if not rarest:
            return
        sides: list[tuple[int, ...]] = [(place,) for place in rarest]
        if len(rarest) > 2:
            sides.extend(tuple(place for place in rarest if place != left_out) for left_out in rarest)
        choices = [
            Choice(self._limits.of(*self._phrases, *(words.sought[place] for place in places)), places)
            for places in sides
        ]
        await self._hits.add(choices, (*words.wanted, *self._in_phrases))

    async def _or_timeless(self, answer: Answer) -> Answer:
        if answer.ids or self.query.timeless is None:
            return answer
        timeless = ArticleSearch(self.connection, self.index, self.query.timeless, self.now, self.enough)
        return await timeless.answer()
