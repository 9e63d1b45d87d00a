"""The summary of an article: for now its lead, the first two sentences, at most 280 characters, cut at a sentence.

A place-and-date line before the first sentence goes (`ঢাকা, ১৮ নভেম্বর (বাসস):`), a sentence that only
repeats the headline is passed over, and a body without sentences gives way to what the page or feed says of
the article.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import regex

from newsbot.text.calendar_words import MONTH_NUMBERS
from newsbot.text.clipping import Unit, clip_sentences
from newsbot.text.normalise import clean, same_text
from newsbot.text.sentences import split_sentences
from newsbot.text.tokens import tokens

__all__ = ["Summary", "summarise"]

SENTENCES = 2
LENGTH = 280  #: UTF-16 units, the strictest count of our channels
READ_AT_MOST = 5_000  #: code points of the body; the lead is in the first 500

_MONTHS: Final = "|".join(sorted(map(regex.escape, MONTH_NUMBERS), key=len, reverse=True)).replace(
    "\u09af\u09bc", "(?:\u09df|\u09af\u09bc)"
)
_DATELINE: Final = regex.compile(
    rf"""^[\p{{Bengali}}\p{{Latin}}\u200c\u200d.\s]{{2,40}},\s*                  # place
         (?:\d{{1,2}}\s*(?:{_MONTHS})|(?:{_MONTHS})\s*\d{{1,2}})(?:[\s,]+\d{{4}})?  # day
         \s*(?:\([^()]{{1,40}}\))?\s*[:：ঃ–—-]+\s*                            # agency""",
    regex.VERBOSE | regex.IGNORECASE,
)
_PLACE_AND_AGENCY: Final = regex.compile(r"^[\p{Bengali}\p{Latin}\u200c\u200d.\s,]{2,40}\([^()]{2,40}\)\s*[:：–—-]+\s+")
_CUT_SHORT: Final = regex.compile(r"\s*(?:\[?(?:\.{2,}|…)\]?|\[&hellip;\])\s*$")


class Summary(NamedTuple):
    text: str  #: '' if there is nothing to say beyond the headline
    method: str  #: `lead` or `description`; '' without text


def summarise(headline: str, body: str, description: str = "") -> Summary:
    """The first sentences of the body, else of the description, that say more than the headline. Never raises."""
    for text, method in ((body, "lead"), (description, "description")):
        lead = _lead(headline, text)
        if lead:
            return Summary(lead, method)
    return Summary("", "")


def _lead(headline: str, text: str) -> str:
    told = _without_dateline(text[:READ_AT_MOST].strip())
    sentences = [sentence for sentence in split_sentences(told)[: SENTENCES + 3] if not _repeats(sentence, headline)]
    if len(sentences) > 1 and _CUT_SHORT.search(sentences[-1]):
        sentences.pop()  # the description was cut in the middle of it
    return clip_sentences("\n".join(sentences[:SENTENCES]), LENGTH, SENTENCES, Unit.UTF16)


def _without_dateline(text: str) -> str:
    line, newline, rest = text.partition("\n")
    for pattern in (_DATELINE, _PLACE_AND_AGENCY):
        shorter = pattern.sub("", line, count=1)
        if shorter != line:
            return f"{shorter}{newline}{rest}"
    return text


def _repeats(sentence: str, headline: str) -> bool:
    """Whether the sentence is the headline again, or has no words at all."""
    words = tokens(sentence)
    return not words or same_text(sentence, headline) or words == tokens(headline) or not clean(sentence)
