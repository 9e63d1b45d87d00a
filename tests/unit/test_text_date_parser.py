"""The dates that Bengali portals print and their feeds carry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsbot.text.date_parser import parse_bengali_datetime

DHAKA = ZoneInfo("Asia/Dhaka")
NOW = datetime(2025, 11, 18, 12, 0, tzinfo=UTC)  # 18:00 in Dhaka
QUARTER_TO_SIX = datetime(2025, 11, 18, 17, 45, tzinfo=DHAKA)
THAT_DAY = datetime(2025, 11, 18, tzinfo=DHAKA)


@pytest.mark.parametrize(
    "text",
    [
        "১৮ নভেম্বর ২০২৫, ১৭:৪৫",
        "প্রকাশ: ১৮ নভেম্বর ২০২৫, ০৫:৪৫ পিএম",
        "প্রকাশিত : মঙ্গলবার, ১৮ নভেম্বর, ২০২৫, ৫:৪৫ অপরাহ্ণ",
        "১৮ নভেম্বর ২০২৫ বিকেল ৫টা ৪৫ মিনিট",
        "১৮ নভেম্বর ২০২৫, বিকেল ৫:৪৫",
        "বিকাল পৌনে ৬টা, ১৮ নভেম্বর ২০২৫",
        "১৭:৪৫, ১৮ নভেম্বর ২০২৫",
        "১৮ নভেম্বর ২০২৫ ১৭.৪৫",
        "১৮/১১/২০২৫ ১৭:৪৫",
        "১৮-১১-২০২৫ ০৫:৪৫ PM",
        "০৩ অগ্রহায়ণ ১৪৩২, বিকেল ৫:৪৫",
        "মঙ্গল, ১৮ নভেম্বর ২০২৫ ১৭:৪৫:০০ +0600",
        "2025-11-18 17:45:00",
        "2025-11-18T17:45:00+06:00",
        "2025-11-18T11:45:00Z",
        "2025-11-18T11:45:00.000Z",
        "2025-11-18T11:45:00+00",
        "2025-11-18 17:45 GMT+6",
        "Tue, 18 Nov 2025 17:45:00 +0600",
        "Tue, 18 Nov 2025 11:45:00 GMT",
        "Tue, 18 Nov 2025 06:45:00 EST",
        "Tue, 18 Nov 2025 17:45:00 BST",
        "Tue, 18 Nov 2025 17:45:00 BDT",
        "18 Nov 2025 05:45 PM",
        "Nov 18, 2025 5:45 p.m.",
        "Published: November 18th, 2025 at 5:45pm",
        "প্রকাশ: ১৮ নভেম্বর ২০২৫, ১৭:৪৫ | আপডেট: ১৯ নভেম্বর ২০২৫, ০৯:১০",
        "ঢাকা, মঙ্গলবার ১৮ নভেম্বর ২০২৫, ১৭:৪৫, ০৩ অগ্রহায়ণ ১৪৩২",
    ],
)
def test_the_minute_is_read(text: str) -> None:
    assert parse_bengali_datetime(text, DHAKA) == QUARTER_TO_SIX


@pytest.mark.parametrize(
    "text",
    [
        *("মঙ্গলবার, ১৮ নভেম্বর ২০২৫", "১৮ই নভেম্বর, ২০২৫", "১৮/১১/২০২৫", "১৮.১১.২০২৫", "2025-11-18", "Nov 18, 2025"),
        *("০৩ অগ্রহায়ণ ১৪৩২", "০৩ অগ্রহায়ণ ১৪৩২ বঙ্গাব্দ, ১৮ নভেম্বর ২০২৫ খ্রিষ্টাব্দ", "18-Nov-2025", "১৮ নবেম্বর ২০২৫"),
    ],
)
def test_a_date_alone_is_midnight_there(text: str) -> None:
    assert parse_bengali_datetime(text, DHAKA) == THAT_DAY


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        *[("ভোর ৫টা", 5, 0), ("সকাল ১০টায়", 10, 0), ("দুপুর ১২টা", 12, 0), ("দুপুর ১১:৫০", 11, 50), ("দুপুর ১:৩০", 13, 30)],
        *[("বিকেল ৪টা", 16, 0), ("সন্ধ্যা সাড়ে ৬টা", 18, 30), ("সন্ধ্যা সোয়া ৭টা", 19, 15), ("রাত ৮:০৫", 20, 5)],
        *[("রাত ১২:৩০", 0, 30), ("রাত ৩টা", 3, 0), ("১২:১০ এএম", 0, 10), ("১২:১০ পিএম", 12, 10), ("১১:৫৯ পূর্বাহ্ন", 11, 59)],
    ],
)
def test_the_part_of_the_day_says_which_hour(text: str, hour: int, minute: int) -> None:
    assert parse_bengali_datetime(f"১৮ নভেম্বর ২০২৫, {text}", DHAKA) == datetime(
        2025, 11, 18, hour, minute, tzinfo=DHAKA
    )


@pytest.mark.parametrize("month", ["জানু\u09dfারি", "জানুয়ারী", "January", "Jan", "JAN."])
def test_both_spellings_of_a_month_are_read(month: str) -> None:
    assert parse_bengali_datetime(f"৫ {month} ২০২৬", DHAKA) == datetime(2026, 1, 5, tzinfo=DHAKA)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("এইমাত্র", NOW),
        ("৫ মিনিট আগে", NOW - timedelta(minutes=5)),
        ("২ ঘণ্টা আগে", NOW - timedelta(hours=2)),
        ("২ ঘন্টা ৩০ মিনিট আগে", NOW - timedelta(hours=2, minutes=30)),
        ("৩ দিন পূর্বে", NOW - timedelta(days=3)),
        ("2 hours ago", NOW - timedelta(hours=2)),
        ("আজ, সকাল ৯:৩০", datetime(2025, 11, 18, 9, 30, tzinfo=DHAKA)),
        ("গতকাল রাত ৮টা", datetime(2025, 11, 17, 20, 0, tzinfo=DHAKA)),
        ("মঙ্গলবার (১৮ নভেম্বর)", THAT_DAY),
        ("মঙ্গলবার (১৮ নভেম্বর) বিকেল ৫টা ৪৫ মিনিট", QUARTER_TO_SIX),
        ("৩১ ডিসেম্বর", datetime(2024, 12, 31, tzinfo=DHAKA)),
        ("১৯ নভেম্বর", datetime(2025, 11, 19, tzinfo=DHAKA)),
        ("২৯ ফেব্রুয়ারি", datetime(2024, 2, 29, tzinfo=DHAKA)),
    ],
)
def test_what_is_said_relative_to_now_needs_now(text: str, moment: datetime) -> None:
    assert parse_bengali_datetime(text, DHAKA, NOW) == moment
    assert parse_bengali_datetime(text, DHAKA) is None


def test_the_bengali_year_begins_in_april_and_knows_leap_years() -> None:
    days = {"১ বৈশাখ ১৪৩২": (2025, 4, 14), "২৯ ফাল্গুন ১৪৩১": (2025, 3, 14), "১৬ ফাল্গুন ১৪৩০": (2024, 2, 29)}
    days |= {"৩০ ফাল্গুন ১৪৩০": (2024, 3, 14), "১ চৈত্র ১৪৩১": (2025, 3, 15), "৩০ চৈত্র ১৪৩১": (2025, 4, 13)}
    read = {text: parse_bengali_datetime(text, DHAKA) for text in days}
    assert read == {text: datetime(*day, tzinfo=DHAKA) for text, day in days.items()}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "খেলার খবর",
        "৩১ ফেব্রুয়ারি ২০২৫",
        "৯৯/৯৯/২০২৫",
        "0001-01-01",
        "৪৫ অগ্রহায়ণ ১৪৩২",
        "ফোন ০১৭১১-১২৩৪৫৬",
        "মে",
        "9" * 400,
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_bengali_datetime(text, DHAKA, NOW) is None
