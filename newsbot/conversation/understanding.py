"""From what a reader did to what they want. Pure, and defined for any text whatever.

A command is strict: what stands behind it is taken as its arguments, and what isn't understood of them is said. Free
text is generous and careful at once: a short request around known words (`খেলার খবর দেখান`, `খেলা বন্ধ`) is what it
says, but a headline that merely begins with such a word (`বন্ধ কারখানায় আগুন`) is a search, like everything else. Of
a group's talk only commands and mentions are ours.
"""

from __future__ import annotations

from typing import Final

import regex

from newsbot.conversation.actions import decode
from newsbot.conversation.intents import (
    CameBack,
    ChooseLanguage,
    ForgetMe,
    Help,
    Intent,
    Latest,
    Left,
    Moved,
    MyData,
    MyTopics,
    NotForUs,
    OldButton,
    OpenLink,
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
    Unsupported,
)
from newsbot.conversation.vocabulary import Vocabulary, key_of
from newsbot.conversation.words import PLEASED, Verb
from newsbot.domain.message import ChatKind, IncomingMessage, Kind
from newsbot.text.clipping import Unit, clip
from newsbot.text.normalise import clean
from newsbot.text.tokens import tokens

__all__ = ["understand"]

LONGEST_SEARCH = 200  #: graphemes; the rest of a pasted article finds nothing more
LONGEST_READ = 2000  #: code points of a message that are looked at; no request is longer
LONGEST_REQUEST = 8  #: words; a longer free text is a search, whatever it begins with
HIGHEST_NUMBER = 99  #: a typed number up to here means a line of the list; ১৯৭১ is a search

_COMMAND: Final = regex.compile(r"/([^\s/@]+)(?:@(\w+))?(?:\s+(.*))?", regex.DOTALL)
_MENTION: Final = regex.compile(r"(?<!\S)@(\w+)")
_LINK: Final = regex.compile(r"https?://\S+", regex.IGNORECASE)
_PAYLOAD: Final = regex.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER: Final = regex.compile(r"[0-9]+")
_NUMBER_WITH_WORD: Final = regex.compile(r"([0-9]+)(?:নং|নম্বর|টা|টি)")


def understand(incoming: IncomingMessage, vocabulary: Vocabulary) -> Intent:
    """What the reader wants. Never raises."""
    match incoming.kind:
        case Kind.BLOCKED:
            return Left()
        case Kind.UNBLOCKED:
            return CameBack()
        case Kind.MOVED:
            return Moved(incoming.action)
    if incoming.chat_kind is ChatKind.BROADCAST:
        return NotForUs()
    in_group = incoming.chat_kind is ChatKind.GROUP
    match incoming.kind:
        case Kind.START:
            return Start(_payload(incoming.action))
        case Kind.BUTTON:
            return decode(incoming.action) or OldButton()
        case Kind.MEDIA:
            return NotForUs() if in_group else Unsupported(incoming.media)
    return _understand_text(clean(incoming.text[:LONGEST_READ]), vocabulary, in_group=in_group)


def _understand_text(text: str, vocabulary: Vocabulary, *, in_group: bool) -> Intent:
    bare, mentioned = _without_mention(text, vocabulary)
    if command := _COMMAND.fullmatch(bare):
        word, addressee, arguments = command[1], command[2], command[3] or ""
        if addressee and vocabulary.names and addressee.casefold() not in vocabulary.names:
            return NotForUs() if in_group else _understand_free(bare, vocabulary)
        return _understand_command(word, arguments.strip(), vocabulary)
    if in_group and not mentioned:
        return NotForUs()
    return _understand_free(bare, vocabulary)


def _without_mention(text: str, vocabulary: Vocabulary) -> tuple[str, bool]:
    """The text without the bot's own name, and whether it stood there."""
    for mention in _MENTION.finditer(text):
        if mention[1].casefold() in vocabulary.names:
            return f"{text[: mention.start()].strip()} {text[mention.end() :].strip()}".strip(), True
    return text, False


# --- commands -------------------------------------------------------------------------------------------------------


def _understand_command(word: str, arguments: str, vocabulary: Vocabulary) -> Intent:
    key = key_of(word)
    verb = vocabulary.verb(key)
    if verb is None:
        if number := _small_number(tokens(word), vocabulary):
            return OpenNumber(number)
        if topic := vocabulary.topic(key):
            return _latest(tokens(arguments), vocabulary, topic=topic)
        if code := vocabulary.language(key):
            return ChooseLanguage(code)
        return UnknownCommand(word, vocabulary.suggest_command(word))
    words = tokens(arguments)
    match verb:
        case Verb.START:
            return Start(_payload(arguments))
        case Verb.LATEST:
            return _latest(words, vocabulary)
        case Verb.SUBSCRIBE:
            return _subscribe(words, vocabulary)
        case Verb.UNSUBSCRIBE:
            return _unsubscribe(words, vocabulary)
        case Verb.STOP:  # /stop sports ends only that; /stop with anything else is still the wish to be left alone
            unwanted = _unsubscribe(words, vocabulary)
            return unwanted if unwanted.topics else Stop()
        case Verb.SEARCH:
            return Search(_searchable(arguments))
        case Verb.LANGUAGE:
            return ChooseLanguage(vocabulary.language(key_of(arguments)) or _first_code(words))
        case Verb.FORGET_ME:
            return ForgetMe(confirmed=vocabulary.is_yes(key_of(arguments)))
        case _:
            return _SIMPLE[verb]


_SIMPLE: Final[dict[Verb, Intent]] = {
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


def _latest(words: list[str], vocabulary: Vocabulary, *, topic: str = "", suggest: bool = True) -> Latest:
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


def _subscribe(words: list[str], vocabulary: Vocabulary) -> Subscribe:
    if vocabulary.is_all(key_of(" ".join(words))):
        return Subscribe(tuple(topic.id for topic in vocabulary.topics))
    return Subscribe(*vocabulary.split_topics(words))


def _unsubscribe(words: list[str], vocabulary: Vocabulary) -> Unsubscribe:
    if vocabulary.is_all(key_of(" ".join(words))):
        return Unsubscribe(everything=True)
    topics, unrecognised = vocabulary.split_topics(words)
    return Unsubscribe(topics, unrecognised=unrecognised)


# --- free text ------------------------------------------------------------------------------------------------------


def _understand_free(text: str, vocabulary: Vocabulary) -> Intent:
    text = text.lstrip("/").strip()
    if _LINK.fullmatch(text):
        return OpenLink(text)
    words = tokens(text)
    if not words:
        return _understand_signs(text, vocabulary)
    if len(words) <= LONGEST_REQUEST and (request := _understand_request(text, words, vocabulary)):
        return request
    return Search(_searchable(text))


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
            return _SIMPLE[verb]
    if number := _small_number(bare, vocabulary):
        return OpenNumber(number)
    if code := vocabulary.language(key_of(" ".join(bare))):
        return ChooseLanguage(code)
    return _headlines_asked(bare, vocabulary) or _verb_first(text, words, vocabulary) or _verb_last(bare, vocabulary)


def _headlines_asked(words: list[str], vocabulary: Vocabulary) -> Latest | None:
    """`খেলা`, `খেলার খবর`, `খবর ১০`, `latest sports`: nothing but one topic, a word for news, a number."""
    rest, said_news = words, False
    if (first := vocabulary.leading_verb(key_of(" ".join(rest)))) and first[0] is Verb.LATEST:
        rest, said_news = rest[first[1] :], True
    if (last := vocabulary.trailing_verb(key_of(" ".join(rest)))) and last[0] is Verb.LATEST:
        rest, said_news = rest[: -last[1]], True
    wanted = _latest(rest, vocabulary, suggest=False)
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
            return Search(_searchable(_after(text, length)))
        case Verb.SUBSCRIBE | Verb.RESUME:
            wanted = _subscribe(rest, vocabulary)
            return wanted if _worth_an_answer(wanted, strict=verb is Verb.RESUME) else None
        case Verb.UNSUBSCRIBE | Verb.STOP:
            unwanted = _unsubscribe(rest, vocabulary)
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
            wanted = _subscribe(rest, vocabulary)
            return wanted if _worth_an_answer(wanted, strict=True) else None
        case Verb.UNSUBSCRIBE | Verb.STOP:
            unwanted = _unsubscribe(rest, vocabulary)
            return unwanted if _worth_an_answer(unwanted, strict=True) else None
        case _:
            return None


def _worth_an_answer(wish: Subscribe | Unsubscribe, *, strict: bool) -> bool:
    """Whether it is surely about topics: all of it is understood, or (not `strict`) some of it is or nearly is."""
    everything = isinstance(wish, Unsubscribe) and wish.everything
    if strict or not wish.unrecognised:
        return everything or (bool(wish.topics) and not wish.unrecognised)
    return bool(wish.topics) or any(word.suggestion for word in wish.unrecognised)


# --- pieces ---------------------------------------------------------------------------------------------------------


def _payload(text: str) -> str:
    return text if _PAYLOAD.fullmatch(text) else ""


def _searchable(text: str) -> str:
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


def _small_number(words: list[str], vocabulary: Vocabulary) -> int:
    """`৩`, `৩ নম্বর`, `৩নং`, `৩ নম্বর খবর`; 0 when it is no such number."""
    said = [word for word in words if not vocabulary.is_number_word(word)]
    if len(said) < len(words):
        said = [word for word in said if vocabulary.verb(key_of(word)) is not Verb.LATEST]
    digits = _digits(said[0]) if len(said) == 1 else ""
    return int(digits) if digits and len(digits) <= len(str(HIGHEST_NUMBER)) else 0


def _after(text: str, count: int) -> str:
    """The text behind its first `count` words, as it was typed."""
    pieces = text.split()
    passed = 0
    while pieces and passed < count:
        passed += len(tokens(pieces.pop(0)))
    return " ".join(pieces)
