"""The words that articles are indexed by: the analyser's keys, the same on every database.

Both databases get words that their own parsers can't read differently: what SQLite's tokenizer (Unicode 6.1) would take
for a separator is spelled out in characters for private use, which it was told are letters and which no text contains
after `tokens`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from newsbot.domain.article import ArticleDraft
from newsbot.text.analyser import keyed_words

_SPELLED: Final = "\ue001"  #: followed by the code point in six hexadecimal digits
_TOPIC: Final = "\ue002"  #: begins the word that stands for a topic

_USUAL: Final = re.compile("[0-9a-z\u0981-\u09e3\u09e6-\u09f1]*")
_UNUSUAL: Final = re.compile("[^0-9a-z\u0981-\u09e3\u09e6-\u09f1]")

LONGEST_WORD: Final = 60  #: characters; the rest is cut, in texts and queries alike (PostgreSQL: 2,046 bytes)
# Characters that are indexed: together less than a tsvector's megabyte, even if every one is spelled out. An article
# has 1,300 of them, one in twenty 4,200.
LONGEST_HEADLINE: Final = 2_000
LONGEST_KICKER: Final = 1_000
LONGEST_BODY: Final = 80_000
LEAD: Final = 40  #: words of the body that count as its lead, with the summary


@dataclass(frozen=True, slots=True)
class IndexedText:
    """The words of an article, by what they weigh, in their order."""

    headline: tuple[str, ...]
    kicker: tuple[str, ...]
    lead: tuple[str, ...]  #: summary and beginning of the body
    body: tuple[str, ...]  #: the rest
    topics: tuple[str, ...]
    written: Mapping[str, str] = field(compare=False)  #: each word in the shortest way that the article writes it

    @property
    def words(self) -> frozenset[str]:
        return frozenset((*self.headline, *self.kicker, *self.lead, *self.body))


def indexed_text(article: ArticleDraft) -> IndexedText:
    written: dict[str, str] = {}

    def words(text: str) -> tuple[str, ...]:
        found = []
        for form, key in keyed_words(text):
            word = indexed_word(key)
            found.append(word)
            if word not in written or len(form) < len(written[word]):
                written[word] = form[:LONGEST_WORD]
        return tuple(found)

    body = words(article.body[:LONGEST_BODY])
    return IndexedText(
        headline=words(article.headline[:LONGEST_HEADLINE]),
        kicker=words(article.kicker[:LONGEST_KICKER]),
        lead=(*words(article.summary[:LONGEST_HEADLINE]), *body[:LEAD]),
        body=body[LEAD:],
        topics=tuple(topic_word(topic) for topic in article.topics),
        written=written,
    )


def indexed_word(key: str) -> str:
    """A key as the index has it."""
    key = key[:LONGEST_WORD]
    return key if _USUAL.fullmatch(key) else _UNUSUAL.sub(lambda match: _spelled(match[0]), key)


def indexed_words(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(indexed_word, keys))


def topic_word(topic: str) -> str:
    """A word that finds the articles of a topic and that nobody can type."""
    return _TOPIC + indexed_word(topic)


@lru_cache(maxsize=4096)
def _spelled(character: str) -> str:
    # What was a letter, digit or sign in Unicode 3.2 is one in every tokenizer; spelling out more would cost space.
    category = unicodedata.ucd_3_2_0.category(character)
    if category[0] in "LN" or category in {"Mn", "Mc"}:
        return character
    return f"{_SPELLED}{ord(character):06x}"
