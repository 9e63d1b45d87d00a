"""The block of latest headlines that the portal prints under its articles, as lines: kicker (if any), headline, date.

    img
    আবুধাবি টি-টেন
    প্রথম ম্যাচেই হার Nov 18, 2025

The date ends the item, on the headline's own line or the next; a line before the headline is its kicker;
`img` is the alternative text of a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from newsbot.ingest.feed_dates import read_time
from newsbot.ingest.markup import headline_text, short_text
from newsbot.text.calendar_words import MONTH_NUMBERS
from newsbot.text.normalise import clean, normalise

__all__ = ["LATEST_TITLES", "Dated", "dated_lines", "is_latest_title", "split_date"]

LATEST_TITLES: Final = ("সর্বশেষ", "সর্বশেষ খবর", "সর্বশেষ সংবাদ", "latest", "latest news")
ITEMS_IN_BLOCK = 100
_LONGEST_DATE = 100  #: characters from the end of a line
_PICTURE: Final = frozenset({"img", "image", "ছবি", "photo"})
_MONTHS: Final = "|".join(sorted(map(re.escape, MONTH_NUMBERS), key=len, reverse=True))
_CLOCK: Final = r"(?:[\s,|]*\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:am|pm|এএম|পিএম|পূর্বাহ্ণ|অপরাহ্ণ))?)?"
_DATE_AT_END: Final = re.compile(
    normalise(
        rf"(?:^|[\s|,•-])(?P<date>(?:(?:{_MONTHS})\.?\s+\d{{1,2}},?\s+\d{{4}}"
        rf"|\d{{1,2}}\s+(?:{_MONTHS}),?\s+\d{{4}}|\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{4}}){_CLOCK}"
        rf"|\d{{1,3}}\s*(?:মিনিট|ঘণ্টা|ঘন্টা|দিন)\s*আগে)\s*$"
    ),
    re.IGNORECASE,
)


_LABEL: Final = re.compile(r"^(?:প্রকাশ|প্রকাশিত|আপডেট|হালনাগাদ|published|updated)\s*[:：ঃ]?$", re.IGNORECASE)


class Dated(NamedTuple):
    """One item of the block."""

    kicker: str
    headline: str
    published_at: datetime | None


def is_latest_title(line: str) -> bool:
    return normalise(line).strip(" :：").casefold() in LATEST_TITLES


def split_date(line: str) -> tuple[str, str]:
    """What stands before the date at the line's end, and the date; the date is '' if there is none."""
    compared = normalise(line)
    found = _DATE_AT_END.search(compared[-_LONGEST_DATE:])
    if not found:
        return line.strip(), ""
    date = found[
        "date"
    ]  # in index form; where it begins in the line as typed is searched for, since lengths may differ
    for start in range(len(line) - 1, max(len(line) - _LONGEST_DATE, -1), -1):
        if normalise(line[start:]).strip() == date.strip():
            return _LABEL.sub("", line[:start].rstrip(" |,•-–—\t")), date.strip()
    return line.strip(), date.strip()


def dated_lines(lines: Iterable[str], tz: tzinfo, now: datetime) -> Iterator[Dated]:
    """The block's items, read from its lines in order."""
    waiting: list[str] = []
    count = 0
    for line in map(clean, lines):
        if not line or line.casefold() in _PICTURE:
            continue
        before, date = split_date(line)
        if before:
            waiting.append(before)
        if not date:
            continue
        if waiting:
            kicker = waiting[-2] if len(waiting) > 1 else ""
            yield Dated(short_text(kicker), headline_text(waiting[-1]), read_time(date, tz, now))
            count += 1
        waiting.clear()
        if count == ITEMS_IN_BLOCK:
            return
