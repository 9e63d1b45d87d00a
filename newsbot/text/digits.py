"""Digits and grouped numbers as the press prints them. (Babel groups Bengali right, but prints Latin digits.)

A language that is neither Bengali nor English is written as Babel does.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from newsbot.text.locales import elsewhere

__all__ = ["format_number", "to_ascii_digits", "to_bengali_digits"]

_BENGALI: Final = "০১২৩৪৫৬৭৮৯"
_TO_BENGALI: Final = str.maketrans("0123456789", _BENGALI)
_TO_ASCII: Final = str.maketrans(_BENGALI, "0123456789")


def to_bengali_digits(text: str | int) -> str:
    return str(text).translate(_TO_BENGALI)


def to_ascii_digits(text: str) -> str:
    return text.translate(_TO_ASCII)


def format_number(number: int | float | Decimal, language: str) -> str:
    """Grouped: '১২,৩৪,৫৬৭' in Bengali (thousand, lakh, crore), '1,234,567' in English; decimals as given."""
    plain = str(number) if type(number) is int else format(Decimal(str(number)), "f")
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, point, decimals = plain.partition(".")
    if not whole.isdigit():  # not a number, infinity
        return sign + plain
    if locale := elsewhere(language):
        from babel.numbers import format_decimal

        return format_decimal(number, locale=locale, decimal_quantization=False)
    if language != "bn":
        return f"{sign}{int(whole):,}{point}{decimals}"
    return to_bengali_digits(f"{sign}{_lakhs(whole)}{point}{decimals}")


def _lakhs(whole: str) -> str:
    """Three digits, then pairs; from a crore of crores on the pairs simply go on."""
    head, last = whole[:-3], whole[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), last])
