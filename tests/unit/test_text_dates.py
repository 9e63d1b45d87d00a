"""Dates and times as readers see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsbot.text.dates import (
    clock_time,
    format_date,
    format_datetime,
    relative_time,
    spoken_time,
    weekday_date,
)

DHAKA = ZoneInfo("Asia/Dhaka")
MOMENT = datetime(2025, 11, 18, 11, 45, tzinfo=UTC)  # 17:45 in Dhaka


def test_a_date_is_written_in_the_readers_zone_and_language() -> None:
    assert format_date(MOMENT, "bn", DHAKA) == "১৮ নভেম্বর ২০২৫"
    assert format_date(MOMENT, "en", DHAKA) == "18 November 2025"
    assert format_date(datetime(2025, 11, 18, 18, 30, tzinfo=UTC), "bn", DHAKA) == "১৯ নভেম্বর ২০২৫"


def test_this_year_needs_no_year() -> None:
    assert format_date(MOMENT, "bn", DHAKA, MOMENT + timedelta(days=3)) == "১৮ নভেম্বর"
    assert format_date(MOMENT, "bn", DHAKA, MOMENT + timedelta(days=90)) == "১৮ নভেম্বর ২০২৫"


def test_the_press_spells_its_months_so() -> None:
    months = [format_date(datetime(2026, month, 1, tzinfo=DHAKA), "bn", DHAKA) for month in (1, 2, 8)]
    assert months == ["১ জানুয়ারি ২০২৬", "১ ফেব্রুয়ারি ২০২৬", "১ আগস্ট ২০২৬"]


def test_the_date_line_of_the_press() -> None:
    assert weekday_date(MOMENT, "bn", DHAKA) == "মঙ্গলবার (১৮ নভেম্বর)"
    assert weekday_date(MOMENT - timedelta(days=2), "bn", DHAKA) == "রোববার (১৬ নভেম্বর)"
    assert weekday_date(MOMENT, "en", DHAKA) == "Tuesday (18 November)"


@pytest.mark.parametrize(
    ("hour", "minute", "bengali", "spoken", "english"),
    [
        (0, 30, "রাত ১২:৩০", "রাত ১২টা ৩০ মিনিট", "12:30 AM"),
        (3, 59, "রাত ৩:৫৯", "রাত ৩টা ৫৯ মিনিট", "3:59 AM"),
        (4, 0, "ভোর ৪:০০", "ভোর ৪টা", "4:00 AM"),
        (6, 5, "সকাল ৬:০৫", "সকাল ৬টা ৫ মিনিট", "6:05 AM"),
        (12, 0, "দুপুর ১২:০০", "দুপুর ১২টা", "12:00 PM"),
        (17, 45, "বিকেল ৫:৪৫", "বিকেল ৫টা ৪৫ মিনিট", "5:45 PM"),
        (18, 0, "সন্ধ্যা ৬:০০", "সন্ধ্যা ৬টা", "6:00 PM"),
        (20, 0, "রাত ৮:০০", "রাত ৮টা", "8:00 PM"),
    ],
)
def test_clock_times_name_the_part_of_the_day(hour: int, minute: int, bengali: str, spoken: str, english: str) -> None:
    moment = datetime(2025, 11, 18, hour, minute, tzinfo=DHAKA)
    assert clock_time(moment, "bn", DHAKA) == bengali
    assert spoken_time(moment, "bn", DHAKA) == spoken
    assert clock_time(moment, "en", DHAKA) == spoken_time(moment, "en", DHAKA) == english


def test_date_and_time_together() -> None:
    assert format_datetime(MOMENT, "bn", DHAKA) == "১৮ নভেম্বর ২০২৫, বিকেল ৫:৪৫"
    assert format_datetime(MOMENT, "hi", DHAKA, MOMENT) == "18 नवंबर, 5:45 pm"


@pytest.mark.parametrize(
    ("age", "bengali", "english"),
    [
        (timedelta(seconds=59), "এইমাত্র", "just now"),
        (timedelta(minutes=-10), "এইমাত্র", "just now"),
        (timedelta(minutes=1), "১ মিনিট আগে", "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "৫৯ মিনিট আগে", "59 minutes ago"),
        (timedelta(hours=1), "১ ঘণ্টা আগে", "1 hour ago"),
        (timedelta(hours=23, minutes=59), "২৩ ঘণ্টা আগে", "23 hours ago"),
        (timedelta(days=1), "১ দিন আগে", "1 day ago"),
        (timedelta(days=6, hours=23), "৬ দিন আগে", "6 days ago"),
        (timedelta(days=7), "১৮ নভেম্বর", "18 November"),
        (timedelta(days=60), "১৮ নভেম্বর ২০২৫", "18 November 2025"),
        (timedelta(hours=-2), "১৮ নভেম্বর, বিকেল ৫:৪৫", "18 November, 5:45 PM"),
    ],
)
def test_how_long_ago(age: timedelta, bengali: str, english: str) -> None:
    assert relative_time(MOMENT, MOMENT + age, "bn", DHAKA) == bengali
    assert relative_time(MOMENT, MOMENT + age, "en", DHAKA) == english


def test_a_language_with_a_catalogue_of_its_own_is_written_as_its_readers_expect() -> None:
    moment = datetime(2025, 11, 18, 11, 45, tzinfo=UTC)
    now = moment + timedelta(hours=2)
    assert format_date(moment, "hi", DHAKA, now) == "18 नवंबर"
    assert format_date(moment, "fr", DHAKA) == "18 novembre 2025"
    assert relative_time(moment, now, "fr", DHAKA) == "il y a 2 heures"
    assert relative_time(moment, moment + timedelta(hours=1), "fr", DHAKA) == "il y a 1 heure"
    assert relative_time(moment, moment + timedelta(minutes=5), "hi", DHAKA) == "5 मिनट पहले"
    assert weekday_date(moment, "fr", DHAKA) == "mardi 18 novembre"
    assert clock_time(moment, "fr", DHAKA) == "17:45"
    for language in ("xx", "", "not a language", "\0"):
        assert format_date(moment, language, DHAKA) == "18 November 2025"
