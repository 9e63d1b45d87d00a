"""Numbers as the press prints them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from newsbot.text.digits import format_number, to_ascii_digits, to_bengali_digits


def test_digits_go_both_ways() -> None:
    assert to_bengali_digits("ওভার 49.5") == "ওভার ৪৯.৫"
    assert to_bengali_digits(2025) == "২০২৫"
    assert to_ascii_digits("২০২৫ সাল, 7") == "2025 সাল, 7"


@pytest.mark.parametrize(
    ("number", "bengali", "english"),
    [
        (0, "০", "0"),
        (999, "৯৯৯", "999"),
        (1000, "১,০০০", "1,000"),
        (99_999, "৯৯,৯৯৯", "99,999"),
        (100_000, "১,০০,০০০", "100,000"),
        (12_345_678, "১,২৩,৪৫,৬৭৮", "12,345,678"),
        (1_000_000_000, "১,০০,০০,০০,০০০", "1,000,000,000"),
        (-1234.5, "-১,২৩৪.৫", "-1,234.5"),
        (Decimal("1234567.50"), "১২,৩৪,৫৬৭.৫০", "1,234,567.50"),
    ],
)
def test_numbers_are_grouped_by_lakh_and_crore_or_by_thousands(
    number: int | float | Decimal, bengali: str, english: str
) -> None:
    assert format_number(number, "bn") == bengali
    assert format_number(number, "en") == format_number(number, "xx") == english


def test_a_language_with_a_catalogue_of_its_own_is_grouped_as_its_readers_expect() -> None:
    assert format_number(1234567, "hi") == "12,34,567"
    assert format_number(-1234567, "de") == "-1.234.567"
    assert format_number(Decimal("1234567.5"), "fr") == "1\u202f234\u202f567,5"
    assert format_number(999, "pt-BR") == "999"
    assert format_number(float("inf"), "fr") == "Infinity"
