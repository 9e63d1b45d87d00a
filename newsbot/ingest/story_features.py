"""What of a report is compared with another: its words, and the clues that keep reports of different events apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from newsbot.domain.article import Article, ArticleDraft
from newsbot.ingest import story_words as words
from newsbot.text.analyser import content_keys, keys
from newsbot.text.normalise import normalise
from newsbot.text.sentences import split_sentences

__all__ = ["Telling", "telling_of"]

# What is read of a text, so that a page of a megabyte costs no more than another.
LONGEST_HEADLINE: Final = 300  #: characters
LONGEST_LEAD: Final = 600
LONGEST_BODY: Final = 4_000
LONGEST_WORD: Final = 60
LEAD_SENTENCES: Final = 2
LONGEST_TITLE: Final = 4  #: words; longer, it is what somebody said
SHINGLE: Final = 3  #: keys in a row
LEAST_SHINGLES: Final = 30  #: a shorter body repeats another by chance

_SCALES: Final = {"হাজার": 1_000, "লাখ": 100_000, "লক্ষ": 100_000, "কোটি": 10_000_000, "thousand": 1_000, "lakh": 100_000}
_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,15})?")
_QUOTED: Final = re.compile(r"""(?<!\w)['"]([^'"]{2,60})['"]""")
_SPOKEN_POINT: Final = re.compile(r"([0-9০-৯]) দশমিক ([0-9০-৯])")  #: ৫ দশমিক ৭ is 5.7
_PERCENT: Final = re.compile(r"(?<=\d)pc\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One report, ready to be compared. All words are keys."""

    at: datetime
    source: str
    language: str
    headline: frozenset[str]
    lead: frozenset[str]  #: headline and first sentences
    whole: frozenset[str]  #: and what follows
    numbers: frozenset[str]  #: in the headline, with their scale: '১৪ হাজার' is 14000
    all_numbers: frozenset[str]
    dates: frozenset[str]  #: in the headline: '11-18'
    weekdays: frozenset[str]  #: in the headline
    places: frozenset[str]  #: in headline and lead
    spots: frozenset[str]  #: small places that headline or lead names as such
    titles: frozenset[str]  #: of a film, a book, a storm: what the headline puts in quotation marks, if it is short
    speaks: bool  #: the headline says who said it
    order: frozenset[str]  #: which of a series, in headline and lead
    tense: str  #: of the headline: 'future', 'past' or ''
    again: bool  #: the headline says that it happened before
    ever_again: bool  #: the article does
    says_more: bool  #: the headline counts what is new: আরও ৪ জন
    today: bool  #: the headline is about a day by name: a column that comes every day
    shingles: frozenset[int]  #: of the body

    @property
    def bare(self) -> bool:
        """Nothing but a headline is known."""
        return self.lead == self.headline and len(self.whole) == len(self.headline)


def telling_of(article: Article | ArticleDraft) -> Telling:
    headline = _spelled(article.headline[:LONGEST_HEADLINE])
    body = _spelled(article.body[:LONGEST_BODY] or article.summary[:LONGEST_LEAD])
    first = " ".join(split_sentences(body[:LONGEST_LEAD])[:LEAD_SENTENCES])
    head, lead = tuple(_words(headline)), tuple(_words(first))
    spoken = frozenset(keys(headline))
    text = tuple(_words(body))
    in_headline, told = frozenset(head), frozenset((*head, *lead))
    return Telling(
        at=article.published_at,
        source=article.source,
        language=article.language,
        headline=in_headline,
        lead=told,
        whole=told.union(text),
        numbers=frozenset(_numbers(headline)),
        all_numbers=frozenset((*_numbers(headline), *_numbers(body))),
        dates=frozenset(_dates(headline)),
        weekdays=frozenset(words.WEEKDAYS[word] for word in in_headline if word in words.WEEKDAYS),
        places=told & words.PLACES,
        spots=frozenset(_spots((*head, "", *lead))),
        titles=frozenset(_titles(headline)),
        speaks=":" in headline or bool(in_headline & words.SAYS),
        order=frozenset(words.ORDER[word] for word in told if word in words.ORDER),
        tense=words.tense_of(headline),
        again=bool(words.AGAIN & spoken),
        ever_again=bool(words.AGAIN & spoken.union(keys(body))),
        says_more=bool(words.MORE & spoken),
        today=bool(in_headline & words.TODAY),
        shingles=_shingles(text),
    )


def _spelled(text: str) -> str:
    return _PERCENT.sub("", _SPOKEN_POINT.sub(r"\1.\2", text))


def _words(text: str) -> Iterator[str]:
    """Content keys; a number word is its number. What is too long for a word is cut: an index must hold it."""
    for word in content_keys(text):
        yield words.NUMBERS.get(word, word)[:LONGEST_WORD]


def _numbers(text: str) -> Iterator[str]:
    """Numbers as they are meant: '২ হাজার ৬১২' is 2612. Without days and years of dates."""
    row = [words.NUMBERS.get(word, word) for word in keys(text)]
    sum_so_far, last = 0.0, None
    for before, word, following in zip(("", *row), (*row, ""), (*row[1:], "", ""), strict=False):
        number = float(word) if _NUMBER.fullmatch(word) else None
        if number is not None and last is None and following not in words.MONTHS and before not in words.MONTHS:
            last = number
        elif word in _SCALES and last is not None:
            sum_so_far, last = sum_so_far + last * _SCALES[word], None
        else:
            if sum_so_far or last is not None:
                yield f"{sum_so_far + (last or 0):.12g}"
            sum_so_far, last = 0.0, number if last is not None else None


def _spots(row: Iterable[str]) -> Iterator[str]:
    for word, following in pairwise(row):
        named = word and not word[0].isdigit() and word not in words.COMMON and word not in words.KINDS_OF_PLACE
        if named and following in words.KINDS_OF_PLACE:
            yield word


def _titles(text: str) -> Iterator[str]:
    for quoted in _QUOTED.findall(normalise(text)):
        row = keys(quoted)
        if 0 < len(row) <= LONGEST_TITLE:
            yield " ".join(row)


def _dates(text: str) -> Iterator[str]:
    row = keys(text)
    for word, following in pairwise((*row, "")):
        if word.isdigit() and following in words.MONTHS:
            yield f"{words.MONTHS[following]}-{word}"


def _shingles(row: Iterable[str]) -> frozenset[int]:
    run = tuple(row)
    found = frozenset(hash(run[at : at + SHINGLE]) for at in range(len(run) - SHINGLE + 1))
    return found if len(found) >= LEAST_SHINGLES else frozenset()
