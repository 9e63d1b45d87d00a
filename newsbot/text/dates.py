"""Dates and times as readers expect to see them: in Bengali as the press writes them, in other languages as Babel does.

Every function takes aware datetimes and the reader's time zone; a language that nobody knows gets the English form.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from newsbot.text.calendar_words import MONTHS, WEEKDAYS, day_part
from newsbot.text.digits import to_bengali_digits
from newsbot.text.locales import elsewhere

__all__ = ["clock_time", "format_date", "format_datetime", "relative_time", "spoken_time", "weekday_date"]

A_MINUTE = timedelta(minutes=1)
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
RELATIVE_FOR = timedelta(days=7)  #: older than this, a date says more than a count of days
CLOCKS_DIFFER = timedelta(minutes=15)  #: what is dated so little ahead of us is from now, not from the future

_AGO = {"bn": "{count} {unit} আগে", "en": "{count} {unit} ago"}
_UNITS = {
    "bn": {A_MINUTE: ("মিনিট", "মিনিট"), AN_HOUR: ("ঘণ্টা", "ঘণ্টা"), A_DAY: ("দিন", "দিন")},
    "en": {A_MINUTE: ("minute", "minutes"), AN_HOUR: ("hour", "hours"), A_DAY: ("day", "days")},
}


def format_date(moment: datetime, language: str, tz: tzinfo, now: datetime | None = None) -> str:
    """'১৮ নভেম্বর ২০২৫', '18 November 2025'; without the year when `now` is given and in the same year."""
    local = moment.astimezone(tz)
    short = now is not None and now.astimezone(tz).year == local.year
    if locale := elsewhere(language):
        from babel import dates

        return dates.format_date(local, "d MMMM" if short else "long", locale)
    date = f"{_digits(local.day, language)} {MONTHS[_known(language)][local.month - 1]}"
    return date if short else f"{date} {_digits(local.year, language)}"


def format_datetime(moment: datetime, language: str, tz: tzinfo, now: datetime | None = None) -> str:
    """'১৮ নভেম্বর ২০২৫, বিকেল ৫:৪৫', '18 November 2025, 5:45 PM'; the year as in `format_date`."""
    return f"{format_date(moment, language, tz, now)}, {clock_time(moment, language, tz)}"


def weekday_date(moment: datetime, language: str, tz: tzinfo) -> str:
    """The press's date line: 'মঙ্গলবার (১৮ নভেম্বর)', 'Tuesday (18 November)'."""
    local = moment.astimezone(tz)
    if locale := elsewhere(language):
        from babel import dates

        return dates.format_date(local, "EEEE d MMMM", locale)
    return f"{WEEKDAYS[_known(language)][local.weekday()]} ({format_date(moment, language, tz, now=moment)})"


def clock_time(moment: datetime, language: str, tz: tzinfo) -> str:
    """'বিকেল ৫:৪৫', '5:45 PM'."""
    local = moment.astimezone(tz)
    if locale := elsewhere(language):
        from babel.dates import format_time

        return format_time(local, "short", tz, locale)
    clock = f"{local.hour % 12 or 12}:{local.minute:02}"
    if _known(language) == "bn":
        return f"{day_part(local.hour)} {to_bengali_digits(clock)}"
    return f"{clock} {'AM' if local.hour < 12 else 'PM'}"


def spoken_time(moment: datetime, language: str, tz: tzinfo) -> str:
    """As in a running sentence: 'বিকেল ৫টা ৪৫ মিনিট', 'বিকেল ৫টা'; in English as `clock_time`."""
    if _known(language) != "bn":
        return clock_time(moment, language, tz)
    local = moment.astimezone(tz)
    hour = f"{day_part(local.hour)} {to_bengali_digits(local.hour % 12 or 12)}টা"
    return f"{hour} {to_bengali_digits(local.minute)} মিনিট" if local.minute else hour


def relative_time(moment: datetime, now: datetime, language: str, tz: tzinfo) -> str:
    """How long ago: 'এইমাত্র', '৫ মিনিট আগে', '২ ঘণ্টা আগে', '৩ দিন আগে'; after a week, or ahead of us, its date.

    Whole units, rounded down.
    """
    age = now - moment
    if age >= RELATIVE_FOR:
        return format_date(moment, language, tz, now)
    if age < -CLOCKS_DIFFER:
        return format_datetime(moment, language, tz, now)
    if locale := elsewhere(language):
        from babel.dates import format_timedelta

        whole = A_DAY if age >= A_DAY else AN_HOUR if age >= AN_HOUR else A_MINUTE
        counted = max(age // whole, 0) * whole
        return format_timedelta(-counted, granularity="minute", threshold=1, add_direction=True, locale=locale)
    if age < A_MINUTE:
        return "এইমাত্র" if _known(language) == "bn" else "just now"
    unit = A_DAY if age >= A_DAY else AN_HOUR if age >= AN_HOUR else A_MINUTE
    count = age // unit
    one, many = _UNITS[_known(language)][unit]
    return _AGO[_known(language)].format(count=_digits(count, language), unit=one if count == 1 else many)


def _known(language: str) -> str:
    return "bn" if language == "bn" else "en"


def _digits(number: int, language: str) -> str:
    return to_bengali_digits(number) if _known(language) == "bn" else str(number)
