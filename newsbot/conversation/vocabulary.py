"""Which words mean which command and which topic: built once from the table of words and the newsroom's topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from typing import Final

from newsbot.conversation.intents import DeclineMissed, Intent, KeepAlerts, ShowMissed, Unrecognised
from newsbot.conversation.words import (
    ABOUT,
    ALL,
    AND,
    BUTTONS,
    FILLERS,
    GO_ON,
    IMPERATIVES,
    LANGUAGES,
    MISSED,
    NOT_NOW,
    ONLY_SAID,
    PHRASES,
    YES,
    Verb,
)
from newsbot.domain.topic import Topic, Topics
from newsbot.text import analyser
from newsbot.text.normalise import clean
from newsbot.text.romanised import consonants_of, consonants_of_bengali, sound, sounds_like
from newsbot.text.tokens import tokens

__all__ = ["LONGEST_PHRASE", "Key", "Vocabulary", "form_of", "key_of"]

Key = tuple[str, ...]  #: the words of a phrase, each folded so that its inflections and spellings are equal

LEAST_LIKE: Final = 0.6  #: share of letters in common before we ask "did you mean?"; a guess costs the reader a glance
LONGEST_PHRASE: Final = 5  #: words


@lru_cache(maxsize=8192)
def _fold(word: str) -> str:
    return sound(word) if word.isascii() else analyser.key(word)


def key_of(text: str) -> Key:
    return tuple(_fold(word) for word in tokens(text))


def form_of(text: str) -> Key:
    """As `key_of`, but inflections stay apart: করুন is a request, করেছে is none."""
    return tuple(sound(word) if word.isascii() else word for word in tokens(text))


_VERBS: Final[dict[Key, Verb]] = {key_of(phrase): verb for verb, phrases in PHRASES.items() for phrase in phrases}
_COMMAND_WORDS: Final[dict[str, Verb]] = {
    clean(phrase): verb
    for verb, phrases in PHRASES.items()
    if verb not in ONLY_SAID
    for phrase in phrases
    if " " not in phrase
}
_LANGUAGE_CODES: Final[dict[Key, str]] = {key_of(word): code for code, words in LANGUAGES.items() for word in words}
_SMALL: Final = frozenset(form_of(phrase) for phrase in (*FILLERS, *IMPERATIVES, *ABOUT, *AND))
_ALL: Final = frozenset(map(key_of, ALL))
_YES: Final = frozenset(map(form_of, YES))
_BUTTONS: Final = frozenset(map(form_of, (*YES, *BUTTONS)))
_LABELS: Final[dict[Key, Intent]] = {
    form_of(phrase): intent
    for phrases, intent in ((MISSED, ShowMissed()), (NOT_NOW, DeclineMissed()), (GO_ON, KeepAlerts()))
    for phrase in phrases
}


@dataclass(frozen=True)
class Vocabulary:
    """`names`: what the bot is called in mentions, without the @, in lower case."""

    topics: Topics
    names: frozenset[str] = frozenset()
    _phrases: Mapping[Key, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    _said: frozenset[Key] = field(init=False, repr=False, compare=False, default=frozenset())
    _names: frozenset[Key] = field(init=False, repr=False, compare=False, default=frozenset())
    _heard: Mapping[str, list[tuple[str, str]]] = field(init=False, repr=False, compare=False, default_factory=dict)
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
        names = [key_of(name) for topic in self.topics for name in (topic.id, *topic.names.values())]
        aliases = [key_of(alias) for topic in self.topics for alias in topic.aliases]
        object.__setattr__(self, "_names", frozenset(names))
        object.__setattr__(self, "_said", frozenset((*names, *aliases)))
        heard: dict[str, list[tuple[str, str]]] = {}
        for topic in self.topics:
            for name in (*topic.names.values(), *topic.aliases):
                heard.setdefault(consonants_of_bengali(name), []).append((name, topic.id))
        object.__setattr__(self, "_heard", heard)
        emojis = {_bare_emoji(topic.emoji): topic.id for topic in reversed(self.topics.all) if topic.emoji}
        object.__setattr__(self, "_emojis", emojis)

    # --- commands ---------------------------------------------------------------------------------------------------

    def verb(self, key: Key) -> Verb | None:
        return _VERBS.get(key)

    def is_command_word(self, word: str) -> bool:
        """Whether it is written exactly as a command is: no inflection, nothing that only sounds like it."""
        return clean(word).casefold() in _COMMAND_WORDS

    def suggest_command(self, word: str) -> str:
        """The command that is spelt most like `word`, or ''."""
        close = get_close_matches(" ".join(tokens(word)), _COMMAND_WORDS, n=1, cutoff=LEAST_LIKE)
        return _COMMAND_WORDS[close[0]].value if close else ""

    # --- topics -----------------------------------------------------------------------------------------------------

    def topic(self, key: Key) -> str:
        """The topic that exactly these words name, or ''."""
        return self._phrases.get(key, "") or self.topic_by_sound(key)

    def topic_as_written(self, key: Key) -> str:
        """The same without the paper's sections, of which several make a topic: who types ক্রিকেট searches for it."""
        return self._phrases.get(key, "") if key in self._said else ""

    def topic_by_sound(self, key: Key) -> str:
        return self._by_sound(key[0]) if len(key) == 1 and key[0].isascii() else ""

    def is_name(self, key: Key) -> bool:
        """Whether these words are a topic's own name, not only a section or another word for it."""
        if key in self._names:
            return True
        names = (name for topic in self.topics for name in topic.names.values())
        return len(key) == 1 and any(sounds_like(key[0], name) for name in names)

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
            elif form_of(words[index]) not in _SMALL:
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
            for name, topic in self._heard.get(consonants_of(said), ()):
                if sounds_like(said, name):
                    return topic
        return ""

    # --- small words ------------------------------------------------------------------------------------------------

    def language(self, key: Key) -> str:
        return _LANGUAGE_CODES.get(key, "")

    def is_all(self, key: Key) -> bool:
        return key in _ALL

    def is_yes(self, form: Key) -> bool:
        return form in _YES

    def label(self, form: Key) -> Intent | None:
        """What the button with these words does, whichever message it stood under."""
        return _LABELS.get(form)

    def is_button_word(self, form: Key) -> bool:
        return form in _BUTTONS

    def is_small(self, word: str) -> bool:
        """Whether it is only said around what is meant."""
        return form_of(word) in _SMALL


def _other_words(topic: Topic) -> tuple[str, ...]:
    return (*topic.aliases, *topic.sections)


def _bare_emoji(text: str) -> str:
    return text.replace("\ufe0f", "").strip()


_ALIKE: Final = str.maketrans({"ী": "ি", "ূ": "ু", "ণ": "ন", "শ": "স", "ষ": "স", "ঈ": "ই", "ঊ": "উ", "\u09cd": None})


def _alike(word: str) -> str:
    """Letters that are heard alike made one, so that ক্রিড়া is near ক্রীড়া."""
    return " ".join(tokens(word)).translate(_ALIKE)
