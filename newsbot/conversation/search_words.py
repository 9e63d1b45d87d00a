"""Of a question in free text the words that it asks about: ডেঙ্গু of `ডেঙ্গু নিয়ে খবর দাও`. Pure.

Only what stands around a word for news, *about* or *search*, at an edge of the text, is left out, so that a headline
keeps all of its words: দিন is *give* behind খবর, and a day elsewhere.
"""

from __future__ import annotations

from typing import Final

from newsbot.conversation.vocabulary import Vocabulary, form_of, key_of
from newsbot.conversation.words import ABOUT, Verb
from newsbot.text.tokens import tokens

__all__ = ["words_that_matter"]

_BEFORE: Final = frozenset(map(form_of, ("about", "on", "regarding")))  #: these stand before what they are about…
_BEHIND: Final = frozenset(map(form_of, ABOUT)) - _BEFORE  #: …and these behind it
_ALSO_SUBJECTS: Final = frozenset(map(key_of, ("update", "updates", "আপডেট", "stories", "শিরোনাম")))
_POLITE: Final = frozenset(map(form_of, ("please", "plz", "pls", "প্লিজ", "প্লীজ")))
_OPERATORS: Final = ('"', "“", "”", "#", "-", "«", "»")  #: whatever bears one is meant to be searched for


def words_that_matter(text: str, vocabulary: Vocabulary) -> str:
    """A part of the text, as it was typed; all of it where nothing else is left."""
    words = text.split()
    kinds = [_kind(word, vocabulary) for word in words]
    first, last = _opening(kinds), _closing(kinds)
    return " ".join(words[first:last]) if first < last else text


def _kind(word: str, vocabulary: Vocabulary) -> str:
    if any(sign in word for sign in _OPERATORS) or len(tokens(word)) != 1:
        return ""
    form = form_of(word)
    verb = vocabulary.verb(key_of(word))
    if form in _BEFORE or form in _BEHIND:
        return "before" if form in _BEFORE else "behind"
    if verb is Verb.SEARCH:
        return "search"
    if verb is Verb.LATEST and key_of(word) not in _ALSO_SUBJECTS:
        return "news"
    if form in _POLITE:
        return "polite"
    return "small" if vocabulary.is_small(word) else ""


def _closing(kinds: list[str]) -> int:
    """Where the words end that matter: before `নিয়ে খবর দাও`, `সম্পর্কে জানতে চাই`, `news please`."""
    end = len(kinds)
    while end and kinds[end - 1] == "polite":
        end -= 1
    last = end
    while True:
        before = last
        while before and kinds[before - 1] in ("small", "polite"):
            before -= 1
        if not before or kinds[before - 1] not in ("news", "behind", "search"):
            return last
        last = before - 1


def _opening(kinds: list[str]) -> int:
    """Where they begin: behind `latest news about`, `আমাকে`, `খুঁজুন`."""
    start = 0
    while start < len(kinds) and kinds[start] in ("small", "polite"):
        start += 1
    said_news = start
    while said_news < len(kinds) and kinds[said_news] == "news":
        said_news += 1
    told = ("before", "behind", "search") if said_news > start else ("search",)  # “on the road” is no request
    if said_news < len(kinds) and kinds[said_news] in told:
        while said_news < len(kinds) and kinds[said_news] in ("before", "behind", "search", "small"):
            said_news += 1
        return said_news
    if _closing(kinds) == len(kinds):
        return 0
    while said_news > start and said_news < len(kinds) and kinds[said_news] == "small":
        said_news += 1
    return said_news
