"""Commands, and what stands behind them. Strict: what isn't understood of the arguments is told to the reader. Pure."""

from __future__ import annotations

from typing import Final

import regex

from newsbot.conversation.intents import (
    Ask,
    ChooseLanguage,
    ForgetMe,
    Greeting,
    Help,
    Intent,
    Latest,
    Link,
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
    Unlink,
    Unsubscribe,
)
from newsbot.conversation.request_parser import digits_of
from newsbot.conversation.vocabulary import Vocabulary, form_of, key_of
from newsbot.conversation.words import Verb
from newsbot.text.clipping import Unit, clip
from newsbot.text.periods import split_period
from newsbot.text.tokens import tokens

__all__ = [
    "HIGHEST_NUMBER",
    "LINK_PAYLOAD",
    "PLAIN",
    "searchable",
    "start_of",
    "understand_command",
]

LINK_PAYLOAD = "link_"  #: and a code: the payload of the link that brings it to the other chat
LONGEST_SEARCH = 200  #: graphemes; the rest of a pasted article finds nothing more
LONGEST_CODE = 20  #: code points of a code that are looked at, with the spaces in it
HIGHEST_NUMBER = 99  #: a typed number up to here means a line of the list; ১৯৭১ is a search

_PAYLOAD: Final = regex.compile(r"[A-Za-z0-9_-]{1,64}")


def understand_command(word: str, arguments: str, vocabulary: Vocabulary) -> Intent:
    key = key_of(word)
    verb = vocabulary.verb(key)
    if verb is None:
        if number := _line_number(" ".join(tokens(word))):
            return OpenNumber(number)
        if topic := vocabulary.topic(key):
            return _latest_of(arguments, vocabulary, topic=topic)
        if vocabulary.language(key):
            return ChooseLanguage()
        return UnknownCommand(word, vocabulary.suggest_command(word))
    intent = _with_arguments(verb, arguments, vocabulary)
    return intent if vocabulary.is_command_word(word) else _asked_first(intent)


def _with_arguments(verb: Verb, arguments: str, vocabulary: Vocabulary) -> Intent:
    words = tokens(arguments)
    match verb:
        case Verb.START:
            return start_of(arguments)
        case Verb.LATEST:
            return _latest_of(arguments, vocabulary)
        case Verb.SUBSCRIBE:
            return _subscribe_of(words, vocabulary)
        case Verb.UNSUBSCRIBE:
            return _unsubscribe_of(words, vocabulary)
        case Verb.STOP:
            return _stop_of(words, vocabulary)
        case Verb.SEARCH:
            return Search(searchable(arguments))
        case Verb.LANGUAGE:
            return ChooseLanguage(vocabulary.language(key_of(arguments)) or _first_code(words))
        case Verb.FORGET_ME:
            return ForgetMe(confirmed=vocabulary.is_yes(form_of(arguments)))
        case Verb.LINK:
            return Link(arguments[:LONGEST_CODE].strip())
        case Verb.UNLINK:
            return Unlink(confirmed=vocabulary.is_yes(form_of(arguments)))
        case _:
            return PLAIN[verb]


def _asked_first(intent: Intent) -> Intent:
    """Of a command that is not quite written as one: whatever it would change is asked about."""
    match intent:
        case Subscribe(topics=(_, *_)) | Unsubscribe(topics=(_, *_)) | Unsubscribe(everything=True):
            return Ask(intent)
        case Pause() | Resume() | Stop():
            return Ask(intent)
        case Start():
            return Greeting()
        case ChooseLanguage():
            return ChooseLanguage()
        case ForgetMe():
            return ForgetMe()
        case Unlink():
            return Unlink()
        case _:
            return intent


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
    Verb.LINK: Link(),
    Verb.UNLINK: Unlink(),
    Verb.HELP: Help(),
    Verb.GREET: Greeting(),
    Verb.THANKS: Thanks(),
}


def _latest_of(arguments: str, vocabulary: Vocabulary, *, topic: str = "") -> Latest:
    """`/latest খেলা ১০ গতকাল`: a topic, a count, a time, in any order."""
    rest, when = split_period(arguments, past_days=True)
    words = tokens(rest)
    numbers = [digits for word in words if (digits := digits_of(word))]
    names = [word for word in words if not digits_of(word) and not _says_all(word, vocabulary)]
    topics, unrecognised = vocabulary.split_topics(names)
    chosen = (topic, *topics) if topic else topics
    return Latest(
        chosen[0] if chosen else "",
        int(numbers[0][:4]) if numbers else 0,
        when=when,
        left_out=chosen[1:],
        unrecognised=unrecognised,
    )


def _says_all(word: str, vocabulary: Vocabulary) -> bool:
    key = key_of(word)
    return vocabulary.is_all(key) or vocabulary.verb(key) is Verb.LATEST


def _subscribe_of(words: list[str], vocabulary: Vocabulary) -> Subscribe:
    if vocabulary.is_all(key_of(" ".join(words))):
        return Subscribe(tuple(topic.id for topic in vocabulary.topics))
    return Subscribe(*vocabulary.split_topics(words))


def _unsubscribe_of(words: list[str], vocabulary: Vocabulary) -> Unsubscribe:
    if vocabulary.is_all(key_of(" ".join(words))):
        return Unsubscribe(everything=True)
    topics, unrecognised = vocabulary.split_topics(words)
    return Unsubscribe(topics, unrecognised=unrecognised)


def _stop_of(words: list[str], vocabulary: Vocabulary) -> Intent:
    """`/stop` and `/stop all` end everything, `/stop sports` only that; of `/stop the war` we are not sure."""
    unwanted = _unsubscribe_of(words, vocabulary)
    wish = unwanted if unwanted.topics else Stop()
    return Ask(wish, searchable(" ".join(words))) if unwanted.unrecognised else wish


def start_of(payload: str) -> Start | Link:
    """What who came by a link with this payload wants."""
    if payload.startswith(LINK_PAYLOAD):
        return Link(payload.removeprefix(LINK_PAYLOAD)[:LONGEST_CODE])
    return Start(payload if _PAYLOAD.fullmatch(payload) else "")


def searchable(text: str) -> str:
    return clip(text, LONGEST_SEARCH, unit=Unit.GRAPHEME).rstrip("…").strip()


def _first_code(words: list[str]) -> str:
    """A language that we have no word for, by its code."""
    return words[0] if len(words) == 1 and words[0].isascii() and words[0].isalpha() and len(words[0]) in (2, 3) else ""


def _line_number(word: str) -> int:
    digits = digits_of(word)
    return int(digits) if digits and len(digits) <= len(str(HIGHEST_NUMBER)) else 0
