"""Commands, and what stands behind them. Strict: what isn't understood of the arguments is told to the reader. Pure."""

from __future__ import annotations

from typing import Final

import regex

from newsbot.conversation.intents import (
    ChooseLanguage,
    ForgetMe,
    Help,
    Intent,
    Latest,
    MyData,
    MyTopics,
    OpenNumber,
    Pause,
    Resume,
    Search,
    ShowSettings,
    ShowTopics,
    Start,
    Stop,
    Subscribe,
    Thanks,
    UnknownCommand,
    Unsubscribe,
)
from newsbot.conversation.vocabulary import Vocabulary, key_of
from newsbot.conversation.words import Verb
from newsbot.text.clipping import Unit, clip
from newsbot.text.tokens import tokens

__all__ = [
    "PLAIN",
    "latest_of",
    "payload_of",
    "searchable",
    "small_number",
    "subscribe_of",
    "understand_command",
    "unsubscribe_of",
]

LONGEST_SEARCH = 200  #: graphemes; the rest of a pasted article finds nothing more
HIGHEST_NUMBER = 99  #: a typed number up to here means a line of the list; ১৯৭১ is a search

_PAYLOAD: Final = regex.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER: Final = regex.compile(r"[0-9]+")
_NUMBER_WITH_WORD: Final = regex.compile(r"([0-9]+)(?:নং|নম্বর|টা|টি)")


def understand_command(word: str, arguments: str, vocabulary: Vocabulary) -> Intent:
    key = key_of(word)
    verb = vocabulary.verb(key)
    if verb is None:
        if number := small_number(tokens(word), vocabulary):
            return OpenNumber(number)
        if topic := vocabulary.topic(key):
            return latest_of(tokens(arguments), vocabulary, topic=topic)
        if code := vocabulary.language(key):
            return ChooseLanguage(code)
        return UnknownCommand(word, vocabulary.suggest_command(word))
    words = tokens(arguments)
    match verb:
        case Verb.START:
            return Start(payload_of(arguments))
        case Verb.LATEST:
            return latest_of(words, vocabulary)
        case Verb.SUBSCRIBE:
            return subscribe_of(words, vocabulary)
        case Verb.UNSUBSCRIBE:
            return unsubscribe_of(words, vocabulary)
        case Verb.STOP:  # /stop sports ends only that; /stop with anything else is still the wish to be left alone
            unwanted = unsubscribe_of(words, vocabulary)
            return unwanted if unwanted.topics else Stop()
        case Verb.SEARCH:
            return Search(searchable(arguments))
        case Verb.LANGUAGE:
            return ChooseLanguage(vocabulary.language(key_of(arguments)) or _first_code(words))
        case Verb.FORGET_ME:
            return ForgetMe(confirmed=vocabulary.is_yes(key_of(arguments)))
        case _:
            return PLAIN[verb]


#: what a command means without arguments
PLAIN: Final[dict[Verb, Intent]] = {
    Verb.START: Start(),
    Verb.LATEST: Latest(),
    Verb.TOPICS: ShowTopics(),
    Verb.SUBSCRIBE: Subscribe(),
    Verb.UNSUBSCRIBE: Unsubscribe(),
    Verb.MY_TOPICS: MyTopics(),
    Verb.SEARCH: Search(),
    Verb.SETTINGS: ShowSettings(),
    Verb.LANGUAGE: ChooseLanguage(),
    Verb.PAUSE: Pause(),
    Verb.RESUME: Resume(),
    Verb.STOP: Stop(),
    Verb.MY_DATA: MyData(),
    Verb.FORGET_ME: ForgetMe(),
    Verb.HELP: Help(),
    Verb.THANKS: Thanks(),
}


def latest_of(words: list[str], vocabulary: Vocabulary, *, topic: str = "", suggest: bool = True) -> Latest:
    """`/latest খেলা ১০`: a topic, a count, in any order."""
    numbers = [digits for word in words if (digits := _digits(word))]
    names = [word for word in words if not _digits(word) and not vocabulary.is_all(key_of(word))]
    topics, unrecognised = vocabulary.split_topics(names, suggest=suggest)
    chosen = (topic, *topics) if topic else topics
    return Latest(
        chosen[0] if chosen else "",
        int(numbers[0][:4]) if numbers else 0,
        left_out=chosen[1:],
        unrecognised=unrecognised,
    )


def subscribe_of(words: list[str], vocabulary: Vocabulary) -> Subscribe:
    if vocabulary.is_all(key_of(" ".join(words))):
        return Subscribe(tuple(topic.id for topic in vocabulary.topics))
    return Subscribe(*vocabulary.split_topics(words))


def unsubscribe_of(words: list[str], vocabulary: Vocabulary) -> Unsubscribe:
    if vocabulary.is_all(key_of(" ".join(words))):
        return Unsubscribe(everything=True)
    topics, unrecognised = vocabulary.split_topics(words)
    return Unsubscribe(topics, unrecognised=unrecognised)


def payload_of(text: str) -> str:
    return text if _PAYLOAD.fullmatch(text) else ""


def searchable(text: str) -> str:
    return clip(text, LONGEST_SEARCH, unit=Unit.GRAPHEME).rstrip("…").strip()


def _first_code(words: list[str]) -> str:
    """A language that we have no word for, by its code."""
    return words[0] if len(words) == 1 and words[0].isascii() and words[0].isalpha() and len(words[0]) in (2, 3) else ""


def _digits(word: str) -> str:
    """The digits of `10` and `10টি`, or ''."""
    if _NUMBER.fullmatch(word):
        return word
    joined = _NUMBER_WITH_WORD.fullmatch(word)
    return joined[1] if joined else ""


def small_number(words: list[str], vocabulary: Vocabulary) -> int:
    """`৩`, `৩ নম্বর`, `৩নং`, `৩ নম্বর খবর`; 0 when it is no such number."""
    said = [word for word in words if not vocabulary.is_number_word(word)]
    if len(said) < len(words):
        said = [word for word in said if vocabulary.verb(key_of(word)) is not Verb.LATEST]
    digits = _digits(said[0]) if len(said) == 1 else ""
    return int(digits) if digits and len(digits) <= len(str(HIGHEST_NUMBER)) else 0
