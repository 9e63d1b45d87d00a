"""The summary of an article: its opening sentence and one or two that add most, at most 280 characters.

The first sentence that stands alone is always kept: readers expect it, and of news it is the nearest to the headline in
60 %. Others are added by `sentence_ranking`, in the order of the text, while they fit; never one that leans on a
sentence that was not taken (`opening`), says what was said, or is no sentence of the story (`আরও পড়ুন`, a caption).
A sentence that only repeats the headline is passed over.

The source's own description is better than ours when somebody wrote it for this: it is whole, says more than the
headline, is about the article (most of its words are the article's) and is not cut from the body's beginning, as
systems do that have nothing else to offer. Where there is no body it is all that there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import regex

from newsbot.domain.article import DESCRIPTION, EXTRACTIVE
from newsbot.ingest.opening import leans_on_another, without_dateline
from newsbot.ingest.sentence_ranking import scores
from newsbot.ingest.values import HEADLINE_LIMIT, SUMMARY_LIMIT
from newsbot.text.analyser import content_keys
from newsbot.text.clipping import Unit, clip, clip_sentences, length
from newsbot.text.normalise import same_text
from newsbot.text.sentences import split_sentences
from newsbot.text.tokens import tokens

__all__ = ["LENGTH", "SENTENCES", "Summary", "summarise"]

SENTENCES = 3
LENGTH = 280  #: UTF-16 units, the strictest count of our channels

_READ_AT_MOST = 8_000  #: code points of the body
_RANKED_AT_MOST = 40  #: sentences; ranking is quadratic, and what comes later is seldom the news
_OPENS_WITHIN = 5  #: sentences among which the opening one is looked for
_SAYS_MORE: Final = 2  #: words that the headline doesn't have
_NEW_WORDS: Final = 0.4  #: as much of a sentence must not have been said by those already taken
_FEWEST_WORDS = 2  #: that a sentence which is added is about; fewer are subheadings and exclamations
_LONGER_THAN_HEADINGS = 9  #: words; a shorter line without an end, where others have one, is a subheading
_ABOUT_THE_ARTICLE: Final = 0.6  #: as many of a description's words must be the article's
_SHORTEST_DESCRIPTION = 50  #: characters; shorter ones are labels
_CUT_SHORT: Final = regex.compile(r"\s*(?:\[?(?:\.{2,}|…)\]?|\[&hellip;\])\s*$")
_ENDED: Final = regex.compile(r"[।॥৷.?!][’”»)\]\"']*$")
_QUOTES: Final = (("‘", "’"), ("“", "”"), ("«", "»"))
_ELSEWHERE: Final = regex.compile(r"আর[ওো]\s+(?:পড়ুন|পড়ুন)\s*[:：।]|read (?:more|also)\s*[:：]", regex.IGNORECASE)
_LABEL: Final = regex.compile(
    r"(?:আর[ওো]\s+পড়ুন|আর[ওো]\s+পড়ুন|বিস্তারিত|ছবি|ভিডিও|সূত্র|তথ্যসূত্র|সম্পাদনা|read more|also read|photo|video|source"
    r"|share this news on)\s*(?:[:：।]|$)",
    regex.IGNORECASE,
)


class Summary(NamedTuple):
    text: str  #: '' if there is nothing to say beyond the headline
    method: str  #: `extractive` or `description`; '' without text


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    words: frozenset[str]  #: keys of what it is about
    leans: bool = False  #: on the sentence before it
    goes_on: bool = False  #: in the one after it, with a quotation; or was cut off
    repeats: bool = False  #: the headline, and says no more


def summarise(headline: str, body: str, description: str = "") -> Summary:
    """The best of body and description that says more than the headline. Any text; never raises. 5 ms."""
    headline, description = headline[:HEADLINE_LIMIT], description[:SUMMARY_LIMIT]
    told = frozenset(content_keys(headline))
    own = _extract(_sentences(body, headline, told), told)
    given = _described(headline, told, description)
    if given and (not own or _is_written_for_this(given, description, told, body)):
        return Summary(given, DESCRIPTION)
    return Summary(own, EXTRACTIVE if own else "")


def _sentences(text: str, headline: str, told: frozenset[str]) -> list[_Sentence]:
    """The body's sentences, each once: some pages print their paragraphs twice. Headings and labels are none."""
    lines = split_sentences(without_dateline(text[:_READ_AT_MOST].strip()))
    ends = any(_ENDED.search(line) for line in lines[:-1])
    if lines and ends and not _ENDED.search(lines[-1]):
        lines.pop()  # somebody cut in the middle of it
    repeated = tuple(tokens(headline))
    found: dict[tuple[str, ...], _Sentence] = {}
    for line in lines:
        words = tuple(tokens(line))
        heading = ends and len(words) < _LONGER_THAN_HEADINGS and not _ENDED.search(line)
        if not words or words in found or heading or _LABEL.match(line) or _ELSEWHERE.search(line):
            continue
        keys = frozenset(content_keys(line))
        repeats = words == repeated or not _adds(keys, told)
        found[words] = _Sentence(line, keys, leans_on_another(line), _goes_on(line), repeats)
        if len(found) == _RANKED_AT_MOST:
            break
    return list(found.values())


def _extract(sentences: Sequence[_Sentence], told: frozenset[str]) -> str:
    opening = _opening(sentences)
    if opening is None:
        return ""
    first = sentences[opening]
    taken = {opening}
    room = LENGTH - length(first.text, Unit.UTF16)
    if room < 0 and not first.repeats:
        return clip(first.text, LENGTH)
    worth = scores([one.words for one in sentences], told)
    while len(taken) < SENTENCES:
        fitting = [place for place in _addable(sentences, taken, room) if place > opening]
        if not fitting:
            break
        best = max(fitting, key=worth.__getitem__)
        taken.add(best)
        room -= 1 + length(sentences[best].text, Unit.UTF16)
    if first.repeats and len(taken) == 1:
        return _extract([one for one in sentences if not one.repeats], told)
    return " ".join(sentences[place].text for place in sorted(taken))


def _opening(sentences: Sequence[_Sentence]) -> int | None:
    """The first sentence that stands alone and says more than the headline; where the news goes on from the headline
    (`She died at dawn.`), the one that repeats it; if there is none, any that stands alone, then the first.

    None if all that there is repeats the headline.
    """
    new = [place for place, one in enumerate(sentences) if not one.repeats]
    alone = [place for place in new if not (sentences[place].leans or sentences[place].goes_on)]
    repeated = [place for place, one in enumerate(sentences[:_OPENS_WITHIN]) if one.repeats and not one.leans]
    early = [place for place in alone if place < _OPENS_WITHIN]
    quoting = [place for place in new if not sentences[place].leans]
    return next(iter((*early, *repeated, *alone, *quoting, *new)), None) if new else None


def _addable(sentences: Sequence[_Sentence], taken: set[int], room: int) -> Iterator[int]:
    said = frozenset[str]().union(*(sentences[place].words for place in taken))
    for place, one in enumerate(sentences):
        if place in taken or one.repeats or one.goes_on or len(one.words) < _FEWEST_WORDS:
            continue
        if one.leans and place - 1 not in taken:
            continue
        if len(one.words - said) >= _NEW_WORDS * len(one.words) and length(one.text, Unit.UTF16) < room:
            yield place


def _described(headline: str, told: frozenset[str], description: str) -> str:
    """What of the description can stand as a summary: whole sentences that are not the headline again."""
    sentences = [
        sentence
        for sentence in split_sentences(without_dateline(description.strip()))[: SENTENCES + 2]
        if tokens(sentence) and not same_text(sentence, headline) and _adds(frozenset(content_keys(sentence)), told)
    ]
    if len(sentences) > 1 and _CUT_SHORT.search(sentences[-1]):
        sentences.pop()
    return clip_sentences("\n".join(sentences), LENGTH, SENTENCES, Unit.UTF16)


def _is_written_for_this(given: str, description: str, told: frozenset[str], body: str) -> bool:
    if length(given, Unit.UTF16) < _SHORTEST_DESCRIPTION or _CUT_SHORT.search(description):
        return False
    if _CUT_SHORT.search(given) or leans_on_another(given):
        return False
    start = tokens(body[:_READ_AT_MOST])
    words = tokens(given)
    if _begins_the_same(words, start):
        return False
    keys = set(content_keys(given))
    known = told | set(content_keys(body[:_READ_AT_MOST]))
    return len(keys & known) >= _ABOUT_THE_ARTICLE * len(keys)


def _begins_the_same(words: Sequence[str], start: Sequence[str]) -> bool:
    """Whether the description is the body's beginning, perhaps behind a dateline."""
    first = words[:8]
    return any(list(start[place : place + len(first)]) == list(first) for place in range(min(20, len(start))))


def _goes_on(line: str) -> bool:
    return any(line.count(opens) > line.count(closes) for opens, closes in _QUOTES) or bool(_CUT_SHORT.search(line))


def _adds(keys: frozenset[str], told: frozenset[str]) -> bool:
    """Whether a sentence says more than the headline."""
    return len(keys - told) >= min(_SAYS_MORE, len(keys)) and bool(keys or not told)
