"""What a short text says in the words that the bot knows: the parts of a request, in any order. Pure.

`আজকের খেলার ৫টি খবর দেখান` is a time, a topic, a count, a word for news and a small word. A text with one word more than
those (`আজকের খেলায় বৃষ্টি`) is no request but something to search for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

import regex

from newsbot.conversation.vocabulary import LONGEST_PHRASE, Key, Vocabulary, form_of, key_of
from newsbot.conversation.words import (
    ABOUT,
    ALERTS,
    ALL,
    AND,
    FILLERS,
    IMPERATIVES,
    NUMBER,
    NUMERALS,
    ORDINALS,
    REFUSALS,
    Verb,
)
from newsbot.text.normalise import normalise
from newsbot.text.periods import split_period
from newsbot.text.tokens import tokens

__all__ = ["Request", "digits_of", "parse_request"]

LONGEST_REQUEST: Final = 12  #: words; a longer text is a search, whatever it is made of

_NUMBER_WITH_WORD: Final = regex.compile(normalise(r"([0-9]+)(নং|নম্বর|ম|য়|র্থ|ষ্ঠ)?(?:টা|টি|টার|টির|ta|ti)?"))


@dataclass(slots=True)
class Request:
    verbs: set[Verb] = field(default_factory=set)
    topics: dict[str, None] = field(default_factory=dict)  #: in order and once each
    named: bool = True  #: each topic by its own name, not by another word for it
    numbers: list[int] = field(default_factory=list)
    numbered: bool = False  #: a number is said to be a line's: ৩ নম্বর, তৃতীয়টা
    spelt: bool = False  #: a number is spelt in Latin letters
    languages: set[str] = field(default_factory=set)
    everything: bool = False
    alerts: bool = False
    asked: bool = False  #: with an imperative, so that it is no news: বন্ধ করুন
    refused: bool = False
    when: str = ""  #: the time that is named, in the reader's words
    past_day: bool = False  #: it is a day of the week, or a date without its year
    opening: Verb | None = None  #: with which it begins
    unknown: list[str] = field(default_factory=list)


class _Role(Enum):
    SMALL = auto()
    ASKED = auto()
    REFUSED = auto()
    EVERYTHING = auto()
    ALERTS = auto()
    NUMBERED = auto()


_BY_FORM: Final[dict[Key, _Role]] = {
    form_of(phrase): role
    for role, phrases in (
        (_Role.SMALL, (*AND, *ABOUT, *FILLERS)),
        (_Role.ASKED, IMPERATIVES),
        (_Role.REFUSED, REFUSALS),
    )
    for phrase in phrases
}
_BY_KEY: Final[dict[Key, _Role]] = {
    key_of(phrase): role
    for role, phrases in ((_Role.EVERYTHING, ALL), (_Role.ALERTS, ALERTS), (_Role.NUMBERED, NUMBER))
    for phrase in phrases
}
_NUMERALS: Final = {normalise(word): number for word, number in NUMERALS.items()}
_ORDINALS: Final = {key_of(phrase): number for word, number in ORDINALS.items() for phrase in (word, f"{word} one")}


def parse_request(text: str, vocabulary: Vocabulary) -> Request | None:
    """None for what is too long, or has several words that are none of ours."""
    rest, when = split_period(text, past_days=True)
    words = tokens(rest)
    if len(words) > LONGEST_REQUEST:
        return None
    request = Request(when=when, past_day=bool(when) and not split_period(text)[1])
    keys, forms = [key_of(word)[0] for word in words], [form_of(word)[0] for word in words]
    index = 0
    while index < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - index), 0, -1):
            end = index + length
            if _take(request, words[index:end], tuple(keys[index:end]), tuple(forms[index:end]), vocabulary):
                index = end
                break
        else:
            request.unknown.append(words[index])
            index += 1
            if len(request.unknown) > 1:  # one may be a topic that is spelt wrongly; asking by sound takes its time
                return None
    return request


def _take(request: Request, words: list[str], key: Key, form: Key, vocabulary: Vocabulary) -> bool:
    """Note what these words say; False if they are none of ours."""
    if verb := vocabulary.verb(key):
        request.opening = request.opening if request.verbs or request.topics or request.unknown else verb
        request.verbs.add(verb)
        # "all topics" names a list, and everything in it where something is done to it
        request.everything |= vocabulary.is_all(key)
    elif topic := vocabulary.topic_as_written(key):
        _take_topic(request, topic, key, vocabulary)
    elif _take_number(request, words, key):
        pass
    elif role := _BY_KEY.get(key) or _BY_FORM.get(form):
        request.asked |= role in (_Role.ASKED, _Role.REFUSED)
        request.refused |= role is _Role.REFUSED
        request.everything |= role is _Role.EVERYTHING
        request.alerts |= role is _Role.ALERTS
        request.numbered |= role is _Role.NUMBERED
    elif code := vocabulary.language(key):
        request.languages.add(code)
    elif topic := vocabulary.topic_by_sound(key):
        _take_topic(request, topic, key, vocabulary)
    else:
        return False
    return True


def _take_topic(request: Request, topic: str, key: Key, vocabulary: Vocabulary) -> None:
    request.topics[topic] = None
    request.named &= vocabulary.is_name(key)


def _take_number(request: Request, words: list[str], key: Key) -> bool:
    if number := _ORDINALS.get(key):
        request.numbers.append(number)
        request.numbered = True
    elif len(words) > 1:
        return False
    elif digits := digits_of(words[0]):
        request.numbers.append(int(digits[:9]))
        request.numbered |= _says_line(words[0])
    elif number := _NUMERALS.get(words[0]):  # not by sound, which `to` and `two` have in common
        request.numbers.append(number)
        request.spelt |= words[0].isascii()
    else:
        return False
    return True


def digits_of(word: str) -> str:
    """The digits of `10` and `10টি`, or ''."""
    joined = _NUMBER_WITH_WORD.fullmatch(word)
    return str(joined[1]) if joined else ""


def _says_line(word: str) -> bool:
    """৩নং, ৩য়টা."""
    joined = _NUMBER_WITH_WORD.fullmatch(word)
    return bool(joined and joined[2])
