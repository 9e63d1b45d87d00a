"""Free text: generous and careful at once. Pure.

A text of nothing but known words (`আজকের খেলার খবর দেখান`) is the request that it reads as; one with a word more
(`বন্ধ কারখানায় আগুন`) is a search. Reading is done at once. What would change something for the reader is asked about,
since the same words may be news: খেলা বন্ধ.
"""

from __future__ import annotations

from typing import Final

import regex

from newsbot.conversation.commands import HIGHEST_NUMBER, PLAIN, searchable
from newsbot.conversation.intents import (
    Ask,
    ButtonWord,
    ChooseLanguage,
    ForgetMe,
    Help,
    Intent,
    Latest,
    Link,
    OpenLink,
    OpenNumber,
    Pause,
    Resume,
    Search,
    ShowSettings,
    Stop,
    Subscribe,
    Thanks,
    Unrecognised,
    Unsubscribe,
    Unsupported,
)
from newsbot.conversation.request_parser import Request, parse_request
from newsbot.conversation.search_words import words_that_matter
from newsbot.conversation.vocabulary import Vocabulary, form_of, key_of
from newsbot.conversation.words import ONLY_SAID, PLEASED, Verb
from newsbot.subscribers.link_codes import read_code
from newsbot.text.tokens import tokens

__all__ = ["understand_free", "understand_request"]

LEAST_MISSPELT: Final = 4  #: code points of a word before it may be a topic that is spelt wrongly

#: a phrase in quotes, a word that must not be there: nobody writes a request so
_OPERATORS: Final = regex.compile(r"""(?<!\S)-?["“][^"“”]*\s[^"“”]*["”]|(?<!\S)-[\p{L}\p{M}]""")
_LINK: Final = regex.compile(r"https?://\S+", regex.IGNORECASE)
#: what such a word means where it is no command: nobody is registered by a greeting
_PLAIN: Final = {**PLAIN, Verb.START: PLAIN[Verb.GREET]}
_OF_THE_READER: Final = frozenset({Verb.SUBSCRIBE, Verb.MY_TOPICS})  #: ended by STOP, it is unfollowing


def understand_free(text: str, vocabulary: Vocabulary) -> Intent:
    text = text.lstrip("/").strip()
    if _LINK.fullmatch(text):
        return OpenLink(text)
    if code := _code_in(text, vocabulary):
        return Link(code)
    if not tokens(text):
        return _understand_signs(text, vocabulary)
    return understand_request(text, vocabulary) or Search(searchable(words_that_matter(text, vocabulary)))


def understand_request(text: str, vocabulary: Vocabulary) -> Intent | None:
    """None if it is no request to the bot but something to search for."""
    if vocabulary.is_button_word(form_of(text)):
        return ButtonWord()
    if does := vocabulary.label(form_of(text)):
        return does
    request = parse_request(text, vocabulary)
    if request is None or _OPERATORS.search(text):
        return None
    if request.unknown:
        return _misspelt(request, vocabulary)
    verbs = _verbs_of(request)
    if not verbs:
        return _reading(request)
    if len(verbs) > 1 or request.numbers or request.when or (request.languages and verbs != {Verb.LANGUAGE}):
        return None
    return _wish(next(iter(verbs)), request, text, vocabulary)


def _code_in(text: str, vocabulary: Vocabulary) -> str:
    """`link KX7P2MQD`, and the code alone if it is written as it was shown; '' for anything else."""
    word, _, rest = text.partition(" ")
    if rest and vocabulary.verb(key_of(word)) is Verb.LINK:
        return read_code(rest)
    return text if read_code(text) == text and not text.isalpha() and not text.isdigit() else ""


def _verbs_of(request: Request) -> set[Verb]:
    """What is asked for besides news; more than one means that we don't understand it."""
    verbs = request.verbs - {Verb.LATEST}
    if len(request.verbs) > 1 or request.topics or request.numbers or request.when:
        verbs -= ONLY_SAID  # “hello, the sports news please”
    if request.refused:
        verbs |= {Verb.STOP}
    if Verb.HELP in verbs:  # কীভাবে বন্ধ করব
        verbs = {Verb.HELP}
    if Verb.TOPICS in verbs and len(verbs) > 1:  # সব বিষয় বন্ধ
        verbs = verbs - {Verb.TOPICS, Verb.STOP} | ({Verb.UNSUBSCRIBE} if Verb.STOP in verbs else set())
    if verbs & {Verb.STOP, Verb.UNSUBSCRIBE} and verbs & _OF_THE_READER:
        verbs = verbs - _OF_THE_READER - {Verb.STOP} | {Verb.UNSUBSCRIBE}
    return verbs


def _understand_signs(text: str, vocabulary: Vocabulary) -> Intent:
    if topic := vocabulary.topic_of_emoji(text):
        return Latest(topic)
    if set(text) & PLEASED:
        return Thanks()
    return Help() if set(text) & set("?？/") or not text else Unsupported("text")


def _misspelt(request: Request, vocabulary: Vocabulary) -> Intent | None:
    """`ফলো ক্রীরা`: to follow what is nearly a topic; which, is asked."""
    follow = request.opening is Verb.SUBSCRIBE
    if request.topics or request.verbs != {request.opening} or not (follow or request.opening is Verb.UNSUBSCRIBE):
        return None
    word = request.unknown[0]
    near = vocabulary.suggest_topic(word) if len(word) >= LEAST_MISSPELT else ""
    if not near:
        return None
    words = (Unrecognised(word, near),)
    return Subscribe(unrecognised=words) if follow else Unsubscribe(unrecognised=words)


def _reading(request: Request) -> Intent | None:
    """`খেলা`, `আজকের খবর`, `খবর ১০`, `৩ নম্বর`: a line of the last list, or a topic's latest, so many, of a time."""
    topics, said_news = tuple(request.topics), Verb.LATEST in request.verbs
    if request.alerts:
        wish = Subscribe(topics) if topics else None
        return None if request.numbers or request.when else Ask(wish) if wish else ShowSettings()
    if request.languages:
        return None if topics or request.numbers or request.when else ChooseLanguage()
    if len(request.numbers) > 1 or any(not 0 < number <= HIGHEST_NUMBER for number in request.numbers):
        return None
    count = request.numbers[0] if request.numbers else 0
    if count and not topics and not request.when and (request.numbered or not (said_news or request.spelt)):
        return OpenNumber(count)
    if request.numbered or (len(topics) > 1 and not said_news):
        return None
    if not (topics or said_news or (request.when and not request.past_day)):
        return None
    return Latest(topics[0] if topics else "", count, when=request.when, left_out=topics[1:])


def _wish(verb: Verb, request: Request, text: str, vocabulary: Vocabulary) -> Intent | None:
    topics = tuple(request.topics)
    sure = request.asked or request.alerts or Verb.LATEST in request.verbs or verb in (Verb.SUBSCRIBE, Verb.UNSUBSCRIBE)
    words = "" if sure else searchable(text)
    match verb:
        case Verb.SUBSCRIBE | Verb.RESUME:
            if request.everything and verb is Verb.SUBSCRIBE:
                topics = tuple(topic.id for topic in vocabulary.topics)
            if topics:
                return Ask(Subscribe(topics), words)
            return Ask(Resume(), words) if verb is Verb.RESUME else Subscribe()
        case Verb.UNSUBSCRIBE | Verb.STOP | Verb.PAUSE if topics:
            # নির্বাচন বন্ধ is news. Whoever calls a topic by its name, or asks, may mean it.
            return Ask(Unsubscribe(topics), words) if sure or request.named else None
        case Verb.UNSUBSCRIBE:
            return Ask(Unsubscribe(everything=True), words) if request.everything else Unsubscribe()
        case Verb.STOP:
            return Ask(Stop(), words)
        case Verb.PAUSE:
            return Ask(Pause(), words)
        case Verb.TOPICS if topics:
            return _reading(request)
        case Verb.LANGUAGE if not topics:
            return ChooseLanguage()
        case Verb.SEARCH:
            return None if topics else Search()
        case Verb.FORGET_ME:
            return None if topics or request.alerts else ForgetMe()
        case _:
            return None if topics else _PLAIN[verb]
