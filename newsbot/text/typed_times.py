"""A time that a person types into a field, a chat or a command, in Bengali or English: `18:30`, `2026-12-01 18:30`,
`আজ রাত ৮টায়`, `কাল সকাল সাড়ে ৭টা`, `tomorrow 7 am`, `শুক্রবার ১০:০০`, `১ ডিসেম্বর সন্ধ্যা ৬টা`.

What is typed must be a time and nothing else: a word that is not understood might have changed what was meant. An hour
without its part of the day is the clock's own, of 24.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

import regex

from newsbot.text.calendar_words import MONTH_NUMBERS, WEEKDAY_NUMBERS
from newsbot.text.date_parser import find_clock
from newsbot.text.normalise import normalise

__all__ = ["typed_time"]

LONGEST: Final = 80  #: code points; what is longer is no time
_DAY: Final = timedelta(days=1)
_MACHINE: Final = regex.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})[t ]+)?(\d{1,2}):(\d{2})(?::\d{2})?")
_ISO: Final = regex.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTHS: Final = "|".join(sorted(map(regex.escape, MONTH_NUMBERS), key=len, reverse=True))
_DATE: Final = regex.compile(
    normalise(rf"(?<day>\d{{1,2}})(?:ই|শে|লা|রা|ঠা|st|nd|rd|th)? ?(?<month>{_MONTHS})(?:ের|র)?\.?(?: (?<year>\d{{4}}))?")
)
_MONTH_FIRST: Final = regex.compile(rf"(?<month>{_MONTHS})\.? (?<day>\d{{1,2}})(?:st|nd|rd|th)?(?: (?<year>\d{{4}}))?")
_AHEAD: Final[dict[str, int]] = {
    normalise(words): days
    for days, several in (
        (0, ("আজ", "আজকে", "আজকের", "today", "tonight")),
        (1, ("কাল", "কালকে", "আগামীকাল", "আগামী কাল", "tomorrow")),
        (2, ("পরশু", "পরশুদিন", "আগামী পরশু", "day after tomorrow", "the day after tomorrow")),
    )
    for words in several
}
_WEEKDAY: Final = regex.compile(normalise(rf"(?:আগামী |এই |next |this )?({'|'.join(WEEKDAY_NUMBERS)})"))
#: what may stand around a day or a clock time without saying more
_FILLERS: Final = frozenset(
    map(normalise, ("at", "on", "o'clock", "তারিখ", "তারিখে", "সময়", "সময়ে", "এ", "-এ", "টা", "টায়", "-টায়"))
)
_LONG_PAST: Final = timedelta(days=180)  #: a date without its year that is longer ago is next year's


def typed_time(text: str, *, zone: tzinfo, now: datetime) -> datetime | None:
    """In UTC; without a day, the next time that the clock shows it. It may be past where a day is named. None for what
    is no time.
    """
    line = " ".join(normalise(text).casefold().replace(",", " ").split())
    if len(text) > LONGEST:
        return None
    try:
        if form := _MACHINE.fullmatch(line):
            day = date(int(form[1]), int(form[2]), int(form[3])) if form[1] else None
            return _moment(day, time(int(form[4]), int(form[5])), zone, now)
        return _spoken(line, zone, now)
    except (ValueError, OverflowError):
        return None


def _spoken(line: str, zone: tzinfo, now: datetime) -> datetime | None:
    clock = find_clock(line)
    if clock is None:
        return None
    rest = f"{line[: clock.start]} {line[clock.stop :]}".split()
    words = " ".join(word for word in rest if word not in _FILLERS)
    today = now.astimezone(zone).date()
    if words == "":
        return _moment(None, clock.time, zone, now)
    weekday = _WEEKDAY.fullmatch(words)
    if weekday is not None:
        day: date | None = today + (WEEKDAY_NUMBERS[weekday[1]] - today.weekday()) % 7 * _DAY
    else:
        day = today + _AHEAD[words] * _DAY if words in _AHEAD else _date(words, today)
    if day is None:
        return None
    at = _moment(day, clock.time, zone, now)
    if clock.after_midnight and not (day == today and at > now):
        day += _DAY  # the night belongs to the day on which it began
    elif weekday is not None and at <= now:
        day += 7 * _DAY
    return _moment(day, clock.time, zone, now)


def _date(words: str, today: date) -> date | None:
    found = _DATE.fullmatch(words) or _MONTH_FIRST.fullmatch(words)
    if found is None:
        iso = _ISO.fullmatch(words)
        return date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    month, day = MONTH_NUMBERS[found["month"]], int(found["day"])
    if found["year"]:
        return date(int(found["year"]), month, day)
    this_year = date(today.year, month, day)
    return this_year if today - this_year <= _LONG_PAST else date(today.year + 1, month, day)


def _moment(day: date | None, clock: time, zone: tzinfo, now: datetime) -> datetime:
    there = datetime.combine(day or now.astimezone(zone).date(), clock, zone)
    if day is None and there <= now:
        there += _DAY
    return there.astimezone(UTC)
