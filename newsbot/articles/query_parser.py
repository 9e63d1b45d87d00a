"""From what a reader types to what is searched. Any text is a query; one without words asks for nothing.

    পদ্মা সেতু          articles with both words in any form; when few have both, those with one follow
    "পদ্মা সেতু"        the words side by side
    পদ্মা -টোল          without this word; also -"টোল প্লাজা"
    #খেলা মেসি          of a topic
    গতকাল বৃষ্টি        published then; also আজ, এই সপ্তাহে, 2025-11-18, ১৮ নভেম্বর ২০২৫, নভেম্বর ২০২৫

Signs of other query languages mean nothing here. Exclusions alone ask for what they name, a quotation mark without its
other half is none, a # before what is no topic neither.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

import regex

from newsbot.domain.search import Match, Query, Term
from newsbot.text.analyser import is_small, keyed_words, keys
from newsbot.text.normalise import normalise
from newsbot.text.periods import find_period

__all__ = ["parse_query"]

LONGEST_QUERY: Final = 2_000  #: characters; the rest of a pasted paragraph is not looked at
MOST_TERMS: Final = 12  #: of a query; a pasted paragraph is found by its beginning
MOST_PHRASES: Final = 4

_PHRASE: Final = regex.compile(r'(?<!\S)(-?)"([^"]+)"')
_EXCLUDED: Final = regex.compile(r"(?<!\S)-(?=[\p{L}\p{N}])(\S+)")
_TOPIC: Final = regex.compile(r"(?<!\S)#([\p{L}\p{M}\p{N}_-]+)")


def parse_query(
    text: str,
    *,
    now: datetime,
    zone: tzinfo,
    topic: str | None = None,
    topic_of: Callable[[str], str] = lambda _: "",
    match: Match = Match.AUTO,
) -> Query:
    """What the text asks for. `topic_of`: the id of the topic that a word names, or ''. Never raises."""
    line = normalise(text[:LONGEST_QUERY]).casefold()
    line, named = _take_topic(line, topic_of)
    topic = topic or named or None
    period = find_period(line, now, zone)
    if period is None:
        return _query(line, topic=topic, match=match)
    return _query(
        f"{line[: period.start]} {line[period.stop :]}",
        topic=topic,
        match=match,
        since=period.since,
        until=period.until,
        timeless=_query(line, topic=topic, match=match),
    )


def _take_topic(line: str, topic_of: Callable[[str], str]) -> tuple[str, str]:
    for found in _TOPIC.finditer(line):
        if topic := topic_of(found[1].replace("_", " ")):
            return f"{line[: found.start()]} {line[found.end() :]}", topic
    return line, ""


def _query(
    line: str,
    *,
    topic: str | None,
    match: Match,
    since: datetime | None = None,
    until: datetime | None = None,
    timeless: Query | None = None,
) -> Query:
    phrases: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []

    def keep_phrase(found: regex.Match[str]) -> str:
        if words := tuple(keys(found[2])):
            (without if found[1] else phrases).append(words)
        return " "

    def keep_excluded(found: regex.Match[str]) -> str:
        if words := tuple(keys(found[1])):
            without.append(words)
        return " "

    rest = _EXCLUDED.sub(keep_excluded, _PHRASE.sub(keep_phrase, line))
    terms = _terms(rest)
    if not (terms or phrases or topic or since):
        terms, without = _terms(line), []
    return Query(
        terms=terms,
        phrases=tuple(dict.fromkeys(phrases))[:MOST_PHRASES],
        without=tuple(dict.fromkeys(without))[:MOST_TERMS],
        topic=topic,
        since=since,
        until=until,
        match=match,
        timeless=timeless,
    )


def _terms(text: str) -> tuple[Term, ...]:
    """Each word once, those that say something first in line when there are too many."""
    found: dict[str, Term] = {}
    for typed, key in keyed_words(text):
        found.setdefault(key, Term(key, typed, is_small(key)))
    telling = [term for term in found.values() if not term.small][:MOST_TERMS]
    kept = set(telling) | set([term for term in found.values() if term.small][: MOST_TERMS - len(telling)])
    return tuple(term for term in found.values() if term in kept)
