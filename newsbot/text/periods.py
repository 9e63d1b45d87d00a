"""Times that people name in what they look for: আজ, গতকাল, এই সপ্তাহে, 2025-11-18, ১৮ নভেম্বর ২০২৫.

Only what names a day, a week or a month of the calendar for certain; a date without its year (১৬ ডিসেম্বর) and a day of
the week are more often what an article is about. Who asks for the news of such a day means the last one (`past_days`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

import regex

from newsbot.text.calendar_words import MONTH_NUMBERS, WEEKDAY_NUMBERS
from newsbot.text.normalise import normalise

__all__ = ["Period", "find_period", "split_period"]


class Period(NamedTuple):
    since: datetime
    until: datetime  #: no longer in it
    start: int  #: where it stands in the normalised, case-folded text…
    stop: int  #: …and where it ends


_DAY: Final = timedelta(days=1)
_ANY_DAY: Final = datetime(2000, 12, 31, tzinfo=UTC)
_ENDING: Final = normalise(r"(?:কের|কে|ের|র|ে|য়|'?s|er)?(?:ও|ই)?")
_LETTER: Final = r"[\p{L}\p{M}\p{N}]"


def _words(words: str) -> str:
    return rf"(?<!{_LETTER})(?:{normalise(words)}){_ENDING}(?!{_LETTER})"


_MONTHS: Final = "|".join(sorted(map(regex.escape, MONTH_NUMBERS), key=len, reverse=True))
_ISO: Final = regex.compile(r"(?<![\d.-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")
_NUMERIC: Final = regex.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?![\d/-])")
_WRITTEN: Final = regex.compile(
    rf"(?<!{_LETTER})(\d{{1,2}})(?:ই|শে|লা|রা|ঠা|st|nd|rd|th)?\s+({_MONTHS})(?:ের|র)?,?\s+(\d{{4}})(?!\d)"
)
_MONTH: Final = regex.compile(rf"(?<!{_LETTER})({_MONTHS})(?:ের|র)?,?\s+(\d{{4}})(?!\d)")
_WITHOUT_YEAR: Final = regex.compile(
    rf"(?<!{_LETTER})(\d{{1,2}})(?:ই|শে|লা|রা|ঠা|st|nd|rd|th)?\s+({_MONTHS})(?:ের|র)?(?!{_LETTER})"
)
_YEARS_BACK: Final = 8  #: in which every date has been, 29 February too
_YESTERDAYS: Final = regex.compile(_words("কালকের|kalker"))  #: tomorrow's as well, but that is no news
_WEEKDAY: Final = regex.compile(_words(f"(?:(গত|last) )?({'|'.join(WEEKDAY_NUMBERS)})"))
_RELATIVE: Final = tuple(
    (regex.compile(words), first, length)
    for words, first, length in (
        (_words("গত পরশু|গতপরশু|day before yesterday"), -2, 1),
        (_words("গতকাল|গত কাল|yesterday|gotokal|gotkal"), -1, 1),
        (_words("আজ|today|aj|aaj|ajke|ajker|aajker|ajkar"), 0, 1),
        (_words("গত সাত দিন|গত ৭ দিন|গত ৭দিন|last 7 days|last week|গত সপ্তাহ|এ সপ্তাহ|এই সপ্তাহ|চলতি সপ্তাহ|this week"), -6, 7),
        (_words("গত মাস|এ মাস|এই মাস|চলতি মাস|গত ৩০ দিন|last month|this month"), -30, 31),
    )
)


def find_period(text: str, now: datetime, zone: tzinfo, *, past_days: bool = False) -> Period | None:
    """The first time that a text names, in the reader's days. Any text; a date that can't be is none.

    `past_days`: also শুক্রবার and ১৬ ডিসেম্বর, the last before now.
    """
    line = normalise(text).casefold()
    today = now.astimezone(zone).date()
    for pattern, order in ((_ISO, "ymd"), (_NUMERIC, "d-my"), (_WRITTEN, "dmy"), (_MONTH, "my")):
        for found in pattern.finditer(line):
            parts = {unit: value for unit, value in zip(order, found.groups(), strict=True) if unit != "-"}
            if days := _days(parts):
                return _period(*days, zone, *found.span())
    for pattern, first, length in _RELATIVE:
        if found := pattern.search(line):
            try:
                return _period(today + first * _DAY, length, zone, *found.span())
            except OverflowError:
                return None
    return _past_day(line, today, zone) if past_days else None


def _past_day(line: str, today: date, zone: tzinfo) -> Period | None:
    if found := _WITHOUT_YEAR.search(line):
        for year in range(today.year, max(today.year - _YEARS_BACK, 0), -1):
            days = _days({"y": str(year), "m": found[2], "d": found[1]})
            if days and days[0] <= today:
                return _period(*days, zone, *found.span())
    if found := _YESTERDAYS.search(line):
        return _period(today - _DAY, 1, zone, *found.span())
    if found := _WEEKDAY.search(line):
        ago = (today.weekday() - WEEKDAY_NUMBERS[found[2]]) % 7 or (7 if found[1] else 0)
        return _period(today - ago * _DAY, 1, zone, *found.span())
    return None


def split_period(text: str, *, past_days: bool = False) -> tuple[str, str]:
    """The text without the first time that it names, and that time's words; both normalised and case-folded."""
    line = normalise(text).casefold()
    found = find_period(line, _ANY_DAY, UTC, past_days=past_days)
    if found is None:
        return line, ""
    return f"{line[: found.start]} {line[found.stop :]}", line[found.start : found.stop]


def _days(parts: dict[str, str]) -> tuple[date, int] | None:
    """The first day and how many."""
    month = int(parts["m"]) if parts["m"].isdecimal() else MONTH_NUMBERS[parts["m"]]
    try:
        if "d" in parts:
            return date(int(parts["y"]), month, int(parts["d"])), 1
        first = date(int(parts["y"]), month, 1)
        return first, ((first + 31 * _DAY).replace(day=1) - first).days
    except (ValueError, OverflowError):
        return None


def _period(first: date, length: int, zone: tzinfo, start: int, stop: int) -> Period | None:
    try:
        since = datetime.combine(first, time(), zone)
        return Period(since, datetime.combine(first + length * _DAY, time(), zone), start, stop)
    except (OverflowError, ValueError):
        return None
