"""Reading the dates that Bengali portals print and their feeds carry.

General date libraries miss what the press writes most ('০৫:৪৫ পিএম', '৫:৪৫ অপরাহ্ণ', 'বিকেল ৫টা ৪৫ মিনিট',
'০৩ অগ্রহায়ণ ১৪৩২'), take a time without zone for UTC and BST for British summer time. Here a date is
looked for first (ISO, day and month name in either order, numeric day/month/year, Bangladesh's own
calendar, 'N ঘণ্টা আগে', গতকাল), then the time that stands beside it, then a zone. The first date of a text
wins: portals print the time of publication before that of the last change.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final, NamedTuple, TypeAlias

import regex

from newsbot.text.calendar_words import BENGALI_CALENDAR, MONTH_NUMBERS
from newsbot.text.normalise import normalise

__all__ = ["Clock", "find_clock", "parse_bengali_datetime"]

LONGEST_DATE = 300  #: code points looked at; a date line is shorter
PLAUSIBLE_YEARS: Final = range(1900, 2200)
_BENGALI_YEARS: Final = range(1300, 1600)


def parse_bengali_datetime(text: str, tz: tzinfo, now: datetime | None = None) -> datetime | None:
    """The moment that the text names, aware; None if it names none. Never raises on any text.

    `tz` is meant where the text has no zone, or says BST or BDT (Bangladesh). A date without a time is midnight there.
    `now` is needed for 'আজ', '২ ঘণ্টা আগে' and dates without a year, which are the latest not after tomorrow; without it
    those give None.
    """
    if written := _machine_written(text[:LONGEST_DATE].strip()):
        return written
    line = normalise(text[:LONGEST_DATE]).casefold()
    if now is not None and (relative := _relative(line, now)) is not None:
        return relative
    found = _first_date(line, now.astimezone(tz).date() if now else None)
    if found is None:
        return None
    day, start, stop = found
    following = line[stop : _next_date_start(line, stop)]
    clock = _time_in(following) or _time_in(line[:start])
    zone = _zone_in(following, tz) or tz
    try:
        return datetime.combine(day, clock or time(), zone)
    except (ValueError, OverflowError):
        return None


# --- what machines write: nearly all of a feed, and ten times as fast ---

_RFC_822: Final = regex.compile(
    r"(?:[A-Z][a-z]{2},\s)?(\d{1,2})\s([A-Z][a-z]{2})\s(\d{4})\s(\d{2}):(\d{2})(?::(\d{2}))?\s(?:([+-]\d{2})(\d{2})|GMT|UTC)"
)


def _machine_written(text: str) -> datetime | None:
    """ISO 8601 and RFC 822 with their zone; None for everything else."""
    try:
        if text[:4].isdecimal() and text.isascii():
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo and moment.year in PLAUSIBLE_YEARS else None
        if found := _RFC_822.fullmatch(text):
            day, month, year, hour, minute, second, east, minutes_east = found.groups()
            offset = timedelta(hours=int(east or 0), minutes=int(f"{(east or '+')[0]}{minutes_east or 0}"))
            parts = (int(year), MONTH_NUMBERS[month.casefold()], int(day), int(hour), int(minute), int(second or 0))
            return datetime(*parts, tzinfo=timezone(offset)) if parts[0] in PLAUSIBLE_YEARS else None
    except (ValueError, OverflowError, KeyError):
        pass
    return None


# --- the date -------------------------------------------------------------------------------------


def _names(words: dict[str, int]) -> str:
    return "|".join(sorted(map(regex.escape, words), key=len, reverse=True))


_MONTH: Final = rf"(?<month>{_names(MONTH_NUMBERS)})(?![\p{{L}}\p{{M}}])\.?"
_BN_MONTH: Final = rf"(?<month>{_names(BENGALI_CALENDAR)})(?![\p{{L}}\p{{M}}])"
_YEAR: Final = r"(?<year>\d{4})(?!\d)"
_DAY: Final = r"(?<!\d)(?<day>\d{1,2})(?:st|nd|rd|th|লা|রা|ঠা|ই|শে)?"

_Match: TypeAlias = "regex.Match[str]"


def _by_numbers(match: _Match, _: date | None) -> date:
    return date(int(match["year"]), int(match["month"]), int(match["day"]))


def _by_name(match: _Match, _: date | None) -> date:
    return date(int(match["year"]), MONTH_NUMBERS[match["month"]], int(match["day"]))


def _without_year(match: _Match, today: date | None) -> date | None:
    if today is None:
        return None
    month, day = MONTH_NUMBERS[match["month"]], int(match["day"])
    tomorrow = today + timedelta(days=1)
    for year in range(tomorrow.year, tomorrow.year - 8, -1):  # 29 February comes every fourth or eighth year
        if (month, day) == (2, 29) and not _is_leap(year):
            continue
        if (found := date(year, month, day)) <= tomorrow:
            return found
    return None


def _by_bengali_calendar(match: _Match, _: date | None) -> date:
    """Bangladesh since 1426 (2019): six months of 31 days, then 30; Falgun has 29, in leap years 30."""
    year, month, day = int(match["year"]), BENGALI_CALENDAR[match["month"]], int(match["day"])
    if year not in _BENGALI_YEARS or not 1 <= day <= 31:
        raise ValueError("no such year or day")
    new_year = date(year + 593, 4, 14)
    leap = _is_leap(new_year.year + 1)
    days_before = sum(31 if m <= 6 else 30 if m != 11 or leap else 29 for m in range(1, month))
    return new_year + timedelta(days=days_before + day - 1)


def _named_day(match: _Match, today: date | None) -> date | None:
    if today is None:
        return None
    return today - timedelta(days=1 if match.group() in ("গতকাল", "yesterday") else 0)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


_DATES: Final[tuple[tuple[regex.Pattern[str], Callable[[_Match, date | None], date | None]], ...]] = (
    (regex.compile(r"(?<!\d)(?<year>\d{4})[-/.](?<month>\d{1,2})[-/.](?<day>\d{1,2})(?!\d)"), _by_numbers),
    (regex.compile(r"(?<!\d)(?<day>\d{1,2})[-/.](?<month>\d{1,2})[-/.](?<year>\d{4})(?!\d)"), _by_numbers),
    (regex.compile(rf"{_DAY}[\s,.-]*{_MONTH}[\s,/’'-]*{_YEAR}"), _by_name),
    (regex.compile(rf"(?<![\p{{L}}\p{{M}}]){_MONTH}[\s,-]*{_DAY},?\s*{_YEAR}"), _by_name),
    (regex.compile(rf"{_DAY}[\s,]*{_BN_MONTH}[\s,]*{_YEAR}"), _by_bengali_calendar),
    (regex.compile(rf"{_DAY}\s*{_MONTH}(?![\s,]*\d{{4}})"), _without_year),
    (regex.compile(rf"(?<![\p{{L}}\p{{M}}]){_MONTH}\s+{_DAY}(?![\d:]|,?\s*\d{{4}})"), _without_year),
    (regex.compile(r"(?<![\p{L}\p{M}])(?:গতকাল|আজ|yesterday|today)(?![\p{L}\p{M}])"), _named_day),
)


def _first_date(line: str, today: date | None) -> tuple[date, int, int] | None:
    """The date that stands first, and where; a Gregorian one before the same day in the Bengali calendar."""
    found: list[tuple[int, int, date, int]] = []
    for rank, (pattern, read) in enumerate(_DATES):
        for match in pattern.finditer(line):
            try:
                day = read(match, today)
            except (ValueError, OverflowError):
                continue
            if day is not None and day.year in PLAUSIBLE_YEARS:
                own_calendar = read is _by_bengali_calendar
                found.append((match.start() + (LONGEST_DATE if own_calendar else 0), rank, day, match.end()))
                break
    if not found:
        return None
    start, _, day, stop = min(found)
    return day, start % LONGEST_DATE, stop


def _next_date_start(line: str, after: int) -> int:
    starts = (match.start() for pattern, _ in _DATES for match in [pattern.search(line, after)] if match)
    return min(starts, default=len(line))


# --- the time -------------------------------------------------------------------------------------

_MORNING: Final = "am|a\\.m\\.?|এএম|এ এম|পূর্বাহ্ণ|পূর্বাহ্ন"
_AFTERNOON: Final = "pm|p\\.m\\.?|পিএম|পি এম|অপরাহ্ণ|অপরাহ্ন"
_PARTS: Final = "ভোর|সকাল|বেলা|দুপুর|বিকেল|বিকাল|সন্ধ্যা|সন্ধা|রাত|মধ্যরাত"
_FRACTIONS: Final = {"সাড়ে": 30, "সোয়া": 15, "পৌনে": -15}
_TIME: Final = regex.compile(
    normalise(
        rf"""(?:(?<part>{_PARTS})(?:\p{{M}}*|য়)\s*)?(?:(?<fraction>{"|".join(_FRACTIONS)})\s*)?
        (?<!\d)(?<hour>\d{{1,2}})
        (?:\s?[:.]\s?(?<minute>\d{{2}})(?::(?<second>\d{{2}})(?:\.\d+)?)?(?!\d)
         | \s?টা(?:য়|র)?(?:\s*(?<minute>\d{{1,2}})\s*মি(?:নিটে?)?)?
         | (?=\s*(?:{_MORNING}|{_AFTERNOON})(?!\p{{L}})) )
        (?:\s*(?:(?<morning>{_MORNING})|(?<afternoon>{_AFTERNOON}))(?!\p{{L}}))?"""
    ),
    regex.VERBOSE,
)
_FRACTION_MINUTES: Final = {normalise(word): minutes for word, minutes in _FRACTIONS.items()}
_NIGHT: Final = ("রাত", "মধ্যরাত")
_NIGHT_ENDS: Final = 4  #: 'রাত ৩টা' is before dawn, 'রাত ৮টা' is evening


class Clock(NamedTuple):
    """A time of day in a text."""

    time: time
    start: int  #: where it stands, with the part of the day before it…
    stop: int  #: …and where it ends
    after_midnight: bool  #: রাত ২টা: of the night that began on the day before


def find_clock(line: str) -> Clock | None:
    """The first time of day in a normalised, case-folded text."""
    for match in _TIME.finditer(line):
        hour, minute, second = int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)
        if match["fraction"]:
            minutes = hour * 60 + _FRACTION_MINUTES[match["fraction"]]
            hour, minute = divmod(minutes % (24 * 60), 60)
        hour = _hour_of_day(hour, match)
        if hour < 24 and minute < 60 and second < 60:
            after_midnight = match["part"] in _NIGHT and hour < _NIGHT_ENDS
            return Clock(time(hour, minute, second), match.start(), match.end(), after_midnight)
    return None


def _time_in(text: str) -> time | None:
    found = find_clock(text)
    return found.time if found is not None else None


def _hour_of_day(hour: int, match: _Match) -> int:
    if hour > 12:
        return hour
    if match["morning"]:
        return hour % 12
    if match["afternoon"]:
        return hour % 12 + 12
    match match["part"]:
        case "বিকেল" | "বিকাল" | "সন্ধ্যা" | "সন্ধা":
            return hour % 12 + 12
        case "বেলা":
            return hour if hour >= 7 else hour + 12
        case "দুপুর":
            return hour if hour >= 10 else hour + 12
        case part if part in _NIGHT:
            return hour % 12 if hour == 12 or hour < _NIGHT_ENDS else hour + 12
        case _:
            return hour


# --- the zone -------------------------------------------------------------------------------------

_OFFSET: Final = regex.compile(
    r"(?:(?<=\d\s?)(?<sign>[+-])(?<hours>\d{2})|(?:gmt|utc)\s?(?<sign>[+-])(?<hours>\d{1,2}))"
    r"(?::?(?<minutes>\d{2}))?(?!\d)"
)
_ZONE: Final = regex.compile(r"(?<=[\d\s(])(z|utc|gmt|ist|est|edt|cst|cdt|mst|mdt|pst|pdt)(?![\p{L}\p{M}])")
_ZONE_HOURS: Final = {  # BST and BDT are absent: here they are Bangladesh's, the caller's zone
    **dict.fromkeys(("z", "utc", "gmt"), 0.0),
    "ist": 5.5,
    "est": -5.0,
    "edt": -4.0,
    "cst": -6.0,
    "cdt": -5.0,
    "mst": -7.0,
    "mdt": -6.0,
    "pst": -8.0,
    "pdt": -7.0,
}


def _zone_in(text: str, tz: tzinfo) -> tzinfo | None:
    """The zone that the text names; `gmt+6` is an offset."""
    if offset := _OFFSET.search(text):
        hours, minutes = int(offset["hours"]), int(offset["minutes"] or 0)
        if hours > 14 or minutes > 59:
            return tz
        span = timedelta(hours=hours, minutes=minutes)
        return timezone(span if offset["sign"] == "+" else -span)
    if named := _ZONE.search(text):
        hours_east = _ZONE_HOURS[named[1]]
        return UTC if hours_east == 0 else timezone(timedelta(hours=hours_east))
    return None


# --- so long ago ----------------------------------------------------------------------------------

_UNIT_SECONDS: Final = {
    **dict.fromkeys(("সেকেন্ড", "second", "seconds", "sec", "secs"), 1),
    **dict.fromkeys(("মিনিট", "minute", "minutes", "min", "mins"), 60),
    **dict.fromkeys(("ঘণ্টা", "ঘন্টা", "hour", "hours", "hr", "hrs"), 3_600),
    **dict.fromkeys(("দিন", "day", "days"), 86_400),
    **dict.fromkeys(("সপ্তাহ", "week", "weeks"), 7 * 86_400),
}
_SPAN: Final = rf"(\d{{1,4}})\s*({'|'.join(sorted(_UNIT_SECONDS, key=len, reverse=True))})"
_AGO: Final = regex.compile(rf"(?<spans>(?:{_SPAN}[\s,]*){{1,3}})(?:আগে|পূর্বে|ago)(?!\p{{L}})")
_SPANS: Final = regex.compile(_SPAN)
_JUST_NOW: Final = regex.compile(r"এইমাত্র|এই মাত্র|just now")


def _relative(line: str, now: datetime) -> datetime | None:
    if ago := _AGO.search(line):
        seconds = sum(int(count) * _UNIT_SECONDS[unit] for count, unit in _SPANS.findall(ago["spans"]))
        return now - timedelta(seconds=seconds)
    return now if _JUST_NOW.search(line) else None
