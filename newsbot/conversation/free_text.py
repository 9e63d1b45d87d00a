"""Free text: generous and careful at once. Pure.

A short request around known words (`খেলার খবর দেখান`, `খেলা বন্ধ`) is what it says; a headline that merely begins
with such a word (`বন্ধ কারখানায় আগুন`) is a search, like everything else.
"""

from __future__ import annotations

from typing import Final

import regex

from newsbot.conversation.commands import PLAIN, latest_of, searchable, small_number, subscribe_of, unsubscribe_of
from newsbot.conversation.intents import (
    ChooseLanguage,
    ForgetMe,
    Help,
    Intent,
    Latest,
    OpenLink,
    OpenNumber,
    Search,
    Subscribe,
    Thanks,
    Unsubscribe,
    Unsupported,
)
from newsbot.conversation.vocabulary import Vocabulary, key_of
from newsbot.conversation.words import PLEASED, Verb
from newsbot.text.tokens import tokens

__all__ = ["understand_free"]

LONGEST_REQUEST = 8  #: words; a longer free text is a search, whatever it begins with

_LINK: Final = regex.compile(r"https?://\S+", regex.IGNORECASE)


def understand_free(text: str, vocabulary: Vocabulary) -> Intent:
    text = text.lstrip("/").strip()
    if _LINK.fullmatch(text):
        return OpenLink(text)
    words = tokens(text)
    if not words:
        return _understand_signs(text, vocabulary)
    if len(words) <= LONGEST_REQUEST and (request := _understand_request(text, words, vocabulary)):
        return request
    return Search(searchable(text))


def _understand_signs(text: str, vocabulary: Vocabulary) -> Intent:
    if topic := vocabulary.topic_of_emoji(text):
        return Latest(topic)
    if set(text) & PLEASED:
        return Thanks()
    return Help() if set(text) & set("?？/") or not text else Unsupported("text")


def _understand_request(text: str, words: list[str], vocabulary: Vocabulary) -> Intent | None:
    """None if it is no request to the bot but something to search for."""
    bare = vocabulary.without_fillers(words)
    for said in (words, bare):
        if verb := vocabulary.verb(key_of(" ".join(said))):
            return PLAIN[verb]
    if number := small_number(bare, vocabulary):
        return OpenNumber(number)
    if code := vocabulary.language(key_of(" ".join(bare))):
        return ChooseLanguage(code)
    return (
        _headlines_asked(bare, vocabulary)
        or _verb_first(text, words, vocabulary)
        or _verb_last(bare, vocabulary)
        or _verb_last(words, vocabulary)
    )


def _headlines_asked(words: list[str], vocabulary: Vocabulary) -> Latest | None:
    """`খেলা`, `খেলার খবর`, `খবর ১০`, `latest sports`: nothing but one topic, a word for news, a number."""
    rest, said_news = words, False
    if (first := vocabulary.leading_verb(key_of(" ".join(rest)))) and first[0] is Verb.LATEST:
        rest, said_news = rest[first[1] :], True
    if (last := vocabulary.trailing_verb(key_of(" ".join(rest)))) and last[0] is Verb.LATEST:
        rest, said_news = rest[: -last[1]], True
    wanted = latest_of(rest, vocabulary, suggest=False)
    if wanted.unrecognised or wanted.left_out or not (wanted.topic or (said_news and wanted.count)):
        return None
    return wanted


def _verb_first(text: str, words: list[str], vocabulary: Vocabulary) -> Intent | None:
    found = vocabulary.leading_verb(key_of(" ".join(words)))
    if found is None:
        return None
    verb, length = found
    rest = words[length:]
    match verb:
        case Verb.SEARCH:
            return Search(searchable(_after(text, length)))
        case Verb.SUBSCRIBE | Verb.RESUME:
            wanted = subscribe_of(rest, vocabulary)
            return wanted if _worth_an_answer(wanted, strict=verb is Verb.RESUME) else None
        case Verb.UNSUBSCRIBE | Verb.STOP:
            unwanted = unsubscribe_of(rest, vocabulary)
            return unwanted if _worth_an_answer(unwanted, strict=verb is Verb.STOP) else None
        case Verb.LANGUAGE if code := vocabulary.language(key_of(" ".join(vocabulary.without_fillers(rest)))):
            return ChooseLanguage(code)
        case Verb.FORGET_ME:
            return ForgetMe(confirmed=vocabulary.is_yes(key_of(" ".join(rest))))
        case _:
            return None


def _verb_last(words: list[str], vocabulary: Vocabulary) -> Intent | None:
    """As a Bengali sentence has it: `খেলা বন্ধ`, `রাজনীতি অনুসরণ করুন`."""
    found = vocabulary.trailing_verb(key_of(" ".join(words)))
    if found is None:
        return None
    verb, rest = found[0], words[: -found[1]]
    match verb:
        case Verb.SUBSCRIBE | Verb.RESUME:
            wanted = subscribe_of(rest, vocabulary)
            return wanted if _worth_an_answer(wanted, strict=True) else None
        case Verb.UNSUBSCRIBE | Verb.STOP:
            unwanted = unsubscribe_of(rest, vocabulary)
            return unwanted if _worth_an_answer(unwanted, strict=True) else None
        case _:
            return None


def _worth_an_answer(wish: Subscribe | Unsubscribe, *, strict: bool) -> bool:
    """Whether it is surely about topics: all of it is understood, or (not `strict`) some of it is or nearly is."""
    everything = isinstance(wish, Unsubscribe) and wish.everything
    if strict or not wish.unrecognised:
        return everything or (bool(wish.topics) and not wish.unrecognised)
    return bool(wish.topics) or any(word.suggestion for word in wish.unrecognised)


def _after(text: str, count: int) -> str:
    """The text behind its first `count` words, as it was typed."""
    pieces = text.split()
    passed = 0
    while pieces and passed < count:
        passed += len(tokens(pieces.pop(0)))
    return " ".join(pieces)
