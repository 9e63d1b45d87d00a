"""Which words mean which command and which topic: built once from the table of words and the newsroom's topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from typing import Final

from newsbot.conversation.intents import Unrecognised
from newsbot.conversation.words import ALL, AND, FILLERS, LANGUAGES, NUMBER, PHRASES, YES, Verb
from newsbot.domain.topic import Topic, Topics
from newsbot.text.romanised import sound, sounds_like
from newsbot.text.stemmer import stem
from newsbot.text.tokens import tokens

__all__ = ["Key", "Vocabulary", "key_of"]

Key = tuple[str, ...]  #: the words of a phrase, each folded so that its inflections and spellings are equal

LEAST_LIKE: Final = 0.6  #: share of letters in common before we ask "did you mean?"; a guess costs the reader a glance
LONGEST_PHRASE: Final = 4  #: words


@lru_cache(maxsize=8192)
def _fold(word: str) -> str:
    return sound(word) if word.isascii() else stem(word)


def key_of(text: str) -> Key:
    return tuple(_fold(word) for word in tokens(text))


def _keys(phrases: Iterable[str]) -> frozenset[Key]:
    return frozenset(key_of(phrase) for phrase in phrases)


_VERBS: Final[dict[Key, Verb]] = {key_of(phrase): verb for verb, phrases in PHRASES.items() for phrase in phrases}
_COMMAND_WORDS: Final[dict[str, Verb]] = {
    phrase: verb
    for verb, phrases in PHRASES.items()
    if verb is not Verb.THANKS
    for phrase in phrases
    if " " not in phrase
}
_LANGUAGE_CODES: Final[dict[Key, str]] = {key_of(word): code for code, words in LANGUAGES.items() for word in words}
_FILLERS: Final = _keys(FILLERS)
_ALL: Final = _keys(ALL)
_AND: Final = _keys(AND)
_YES: Final = _keys(YES)
_NUMBER: Final = _keys(NUMBER)


@dataclass(frozen=True)
class Vocabulary:
    """`names`: what the bot is called in mentions, without the @, in lower case."""

    topics: Topics
    names: frozenset[str] = frozenset()
    _phrases: Mapping[Key, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    _emojis: Mapping[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        phrases: dict[Key, str] = {}
        # All ids before all names before all aliases: where two topics claim a word, the plainer claim wins.
        for words_of in (lambda topic: (topic.id,), lambda topic: topic.names.values(), _other_words):
            for topic in self.topics:
                for word in words_of(topic):
                    if key := key_of(word):
                        phrases.setdefault(key, topic.id)
        object.__setattr__(self, "_phrases", phrases)
        emojis = {_bare_emoji(topic.emoji): topic.id for topic in reversed(self.topics.all) if topic.emoji}
        object.__setattr__(self, "_emojis", emojis)

    # --- commands ---------------------------------------------------------------------------------------------------

    def verb(self, key: Key) -> Verb | None:
        return _VERBS.get(key)

    def leading_verb(self, key: Key) -> tuple[Verb, int] | None:
        """The longest command phrase that it begins with, and its number of words."""
        for length in range(min(LONGEST_PHRASE, len(key)), 0, -1):
            if verb := _VERBS.get(key[:length]):
                return verb, length
        return None

    def trailing_verb(self, key: Key) -> tuple[Verb, int] | None:
        for length in range(min(LONGEST_PHRASE, len(key)), 0, -1):
            if verb := _VERBS.get(key[-length:]):
                return verb, length
        return None

    def suggest_command(self, word: str) -> str:
        """The command that is spelt most like `word`, or ''."""
        close = get_close_matches(" ".join(tokens(word)), _COMMAND_WORDS, n=1, cutoff=LEAST_LIKE)
        return _COMMAND_WORDS[close[0]].value if close else ""

    # --- topics -----------------------------------------------------------------------------------------------------

    def topic(self, key: Key) -> str:
        """The topic that exactly these words name, or ''."""
        if found := self._phrases.get(key):
            return found
        return self._by_sound(key[0]) if len(key) == 1 else ""

    def topic_of_emoji(self, text: str) -> str:
        return self._emojis.get(_bare_emoji(text), "")

    def split_topics(
        self, words: Sequence[str], *, suggest: bool = True
    ) -> tuple[tuple[str, ...], tuple[Unrecognised, ...]]:
        """The topics that these words name, in order and once each, and the words that name none.

        `suggest`: with each of those the topic that may be meant; it takes most of a millisecond a word.
        """
        key = tuple(_fold(word) for word in words)
        found: dict[str, None] = {}
        unrecognised: list[Unrecognised] = []
        index = 0
        while index < len(key):
            topic, length = self._topic_at(key, index)
            if topic:
                found[topic] = None
            elif (key[index],) not in _AND and (key[index],) not in _FILLERS:
                near = self.suggest_topic(words[index]) if suggest else ""
                unrecognised.append(Unrecognised(words[index], near))
            index += length
        return tuple(found), tuple(unrecognised)

    def suggest_topic(self, word: str) -> str:
        """The topic with a name spelt most like `word`, or ''."""
        folded = _alike(word)
        best, likeness = "", LEAST_LIKE
        for key, topic in self._phrases.items():
            ratio = SequenceMatcher(None, folded, _alike(" ".join(key)), autojunk=False).ratio()
            if ratio > likeness:
                best, likeness = topic, ratio
        return best

    def _topic_at(self, key: Key, index: int) -> tuple[str, int]:
        for length in range(min(LONGEST_PHRASE, len(key) - index), 0, -1):
            if topic := self.topic(key[index : index + length]):
                return topic, length
        return "", 1

    def _by_sound(self, typed: str) -> str:
        """`rajneeti`, and with the ending of a genitive `rajneetir`."""
        for said in (typed, typed.removesuffix("r"), typed.removesuffix("er")):
            if found := self._phrases.get((said,)):
                return found
            for topic in self.topics:
                if any(sounds_like(said, name) for name in (*topic.names.values(), *topic.aliases)):
                    return topic.id
        return ""

    # --- small words ------------------------------------------------------------------------------------------------

    def language(self, key: Key) -> str:
        return _LANGUAGE_CODES.get(key, "")

    def without_fillers(self, words: Sequence[str]) -> list[str]:
        return [word for word in words if (_fold(word),) not in _FILLERS]

    def is_all(self, key: Key) -> bool:
        return key in _ALL

    def is_yes(self, key: Key) -> bool:
        return key in _YES

    def is_number_word(self, word: str) -> bool:
        return (_fold(word),) in _NUMBER


def _other_words(topic: Topic) -> tuple[str, ...]:
    return (*topic.aliases, *topic.sections)


def _bare_emoji(text: str) -> str:
    return text.replace("\ufe0f", "").strip()


_ALIKE: Final = str.maketrans({"ী": "ি", "ূ": "ু", "ণ": "ন", "শ": "স", "ষ": "স", "ঈ": "ই", "ঊ": "উ", "\u09cd": None})


def _alike(word: str) -> str:
    """Letters that are heard alike made one, so that ক্রিড়া is near ক্রীড়া."""
    return " ".join(tokens(word)).translate(_ALIKE)
