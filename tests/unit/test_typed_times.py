"""A time that is typed means the newsroom's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.text.typed_times import typed_time

DHAKA = ZoneInfo("Asia/Dhaka")  # six hours before UTC
NOON = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)  # there


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("18:30", datetime(2026, 11, 18, 12, 30, tzinfo=UTC)),
        ("১৮:৩০", datetime(2026, 11, 18, 12, 30, tzinfo=UTC)),
        ("11:59", datetime(2026, 11, 19, 5, 59, tzinfo=UTC)),
        (" 2026-12-01T07:05 ", datetime(2026, 12, 1, 1, 5, tzinfo=UTC)),
        ("2026-12-01 7:05", datetime(2026, 12, 1, 1, 5, tzinfo=UTC)),
        ("2020-01-01 00:00:00", datetime(2019, 12, 31, 18, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_the_newsrooms_clock_shows_it(typed: str, meant: datetime) -> None:
    assert typed_time(typed, zone=DHAKA, now=NOON) == meant


@pytest.mark.parametrize(
    "typed", ["", "noon", "25:00", "12:60", "2026-02-30 12:00", "12", "0000-01-01 00:00", "0001-01-01 00:00"]
)
def test_what_is_no_time_is_none(typed: str) -> None:
    assert typed_time(typed, zone=DHAKA, now=NOON) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("আজ রাত ৮টায়", "11-18 20:00"),
        ("কাল সকাল ৭টা", "11-19 07:00"),
        ("আগামীকাল, সকাল সাড়ে ৭টায়", "11-19 07:30"),
        ("আজ সন্ধ্যায় ৭টা ১৫ মিনিটে", "11-18 19:15"),
        ("পরশু বেলা ৩টায়", "11-20 15:00"),
        ("দুপুর ১২:৩০-এ", "11-18 12:30"),
        ("tomorrow 07:00", "11-19 07:00"),
        ("today at 8.30 p.m.", "11-18 20:30"),
        ("8 PM", "11-18 20:00"),
        ("শুক্রবার সকাল ১০টা", "11-20 10:00"),
        ("Wednesday 10:00", "11-25 10:00"),  # today's is past
        ("Wednesday 14:00", "11-18 14:00"),
        ("১ ডিসেম্বর সন্ধ্যা ৬টা", "12-01 18:00"),
        ("December 1, 18:30", "12-01 18:30"),
        ("2026-12-01 6 pm", "12-01 18:00"),
        ("১৭ নভেম্বর রাত ৮টা", "11-17 20:00"),  # past, and said so by who asked
        ("আজ সকাল ৭টা", "11-18 07:00"),
    ],
)
def test_a_day_and_a_part_of_it_are_read_in_both_languages(typed: str, meant: str) -> None:
    found = typed_time(typed, zone=DHAKA, now=NOON)
    assert found is not None
    assert f"{found.astimezone(DHAKA):%m-%d %H:%M}" == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("আজ রাত ১টায়", 19), ("আজ রাত ১২টা", 19), ("কাল রাত ২টায়", 20), ("শুক্রবার রাত ২টা", 21), ("রাত ২টা", 19)],
)
def test_a_night_belongs_to_the_day_on_which_it_began(typed: str, meant: int) -> None:
    found = typed_time(typed, zone=DHAKA, now=NOON)
    assert found is not None
    assert found.astimezone(DHAKA).day == meant


def test_before_dawn_tonight_is_the_night_that_goes_on() -> None:
    found = typed_time("আজ রাত ২টা", zone=DHAKA, now=datetime(2026, 11, 17, 18, 30, tzinfo=UTC))  # half past midnight
    assert found == datetime(2026, 11, 17, 20, 0, tzinfo=UTC)


def test_a_date_that_is_long_past_is_next_years() -> None:
    found = typed_time("২ জানুয়ারি সকাল ৮টা", zone=DHAKA, now=NOON)
    assert found == datetime(2027, 1, 2, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "কাল",
        "গতকাল রাত ৮টা",
        "আজ রাত ৮টা না হয় ৯টা",
        "সেতু খুলল রাত ৮টায়",
        "30 February 10:00",
        "রাত ৮টা " * 20,
    ],
)
def test_words_that_are_not_understood_make_it_no_time(typed: str) -> None:
    assert typed_time(typed, zone=DHAKA, now=NOON) is None


@given(
    st.one_of(
        st.text(max_size=90),
        st.lists(
            st.sampled_from(
                ["আজ", "কাল", "রাত", "৮টা", "২৯", "ফেব্রুয়ারি", "9999", "31", "dec", "25:61", "শুক্রবার", "pm", "tomorrow"]
            ),
            max_size=6,
        ).map(" ".join),
    ),
    st.datetimes(timezones=st.just(UTC)),
)
def test_any_words_at_any_time_are_a_moment_or_none(typed: str, now: datetime) -> None:
    found = typed_time(typed, zone=DHAKA, now=now)
    assert found is None or found.tzinfo is UTC
