"""What the Bengali press calls months, weekdays and the parts of a day.

The spellings are those of the papers, not of the Unicode locale data: জানুয়ারি (455 articles against 32),
রোববার (1,869 : 448), ঘণ্টা (451 : 223). Reading accepts the others too.
"""

from __future__ import annotations

from typing import Final

from newsbot.text.normalise import normalise

__all__ = ["BENGALI_CALENDAR", "DAY_PARTS", "MONTHS", "MONTH_NUMBERS", "WEEKDAYS", "WEEKDAY_NUMBERS", "day_part"]

MONTHS: Final = {
    "bn": (
        *("জানুয়ারি", "ফেব্রুয়ারি", "মার্চ", "এপ্রিল", "মে", "জুন"),
        *("জুলাই", "আগস্ট", "সেপ্টেম্বর", "অক্টোবর", "নভেম্বর", "ডিসেম্বর"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
WEEKDAYS: Final = {  # Monday first, as datetime counts
    "bn": ("সোমবার", "মঙ্গলবার", "বুধবার", "বৃহস্পতিবার", "শুক্রবার", "শনিবার", "রোববার"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
DAY_PARTS: Final = ((4, "ভোর"), (6, "সকাল"), (12, "দুপুর"), (15, "বিকেল"), (18, "সন্ধ্যা"), (20, "রাত"))  # from this hour

_OTHER_SPELLINGS: Final = {
    1: ("জানুয়ারী", "জানু", "jan"),
    2: ("ফেব্রুয়ারী", "ফেব্রুয়ারি", "ফেব্রুআরি", "ফেব", "ফেব্রু", "feb"),
    3: ("মার্চ্চ", "mar"),
    4: ("এপ্রিল্", "apr"),
    6: ("জুন্", "jun"),
    7: ("জুলায়", "jul"),
    8: ("আগষ্ট", "অগাস্ট", "অগস্ট", "আগ", "aug"),
    9: ("সেপ্টেমবর", "সেপ্টেম্বার", "সেপ্ট", "sep", "sept"),
    10: ("অক্টোবার", "অক্টো", "oct"),
    11: ("নভেম্বার", "নবেম্বর", "নভে", "nov"),
    12: ("ডিসেম্বার", "ডিসে", "dec"),
}
#: normalised, case-folded name → 1–12
MONTH_NUMBERS: Final[dict[str, int]] = {
    normalise(name).casefold(): number
    for number in range(1, 13)
    for name in (MONTHS["bn"][number - 1], MONTHS["en"][number - 1], *_OTHER_SPELLINGS.get(number, ()))
}

#: normalised, case-folded name → 0–6
WEEKDAY_NUMBERS: Final[dict[str, int]] = {
    normalise(name).casefold(): number
    for names in (*WEEKDAYS.values(), (*WEEKDAYS["bn"][:6], "রবিবার"))
    for number, name in enumerate(names)
}

#: normalised month of Bangladesh's calendar → 1–12, counted from its new year, 14 April
BENGALI_CALENDAR: Final[dict[str, int]] = {
    normalise(name): number
    for number, names in enumerate(
        (
            *(("বৈশাখ",), ("জ্যৈষ্ঠ", "জৈষ্ঠ্য", "জৈষ্ঠ"), ("আষাঢ়",), ("শ্রাবণ", "শ্রাবন"), ("ভাদ্র",), ("আশ্বিন",)),
            *(("কার্তিক",), ("অগ্রহায়ণ", "অগ্রহায়ন"), ("পৌষ",), ("মাঘ",), ("ফাল্গুন", "ফাগুন"), ("চৈত্র",)),
        ),
        start=1,
    )
    for name in names
}


def day_part(hour: int) -> str:
    """The Bengali word that goes before a clock time: 'বিকেল' for 15–17. `hour`: 0–23."""
    for first, word in reversed(DAY_PARTS):
        if hour >= first:
            return word
    return DAY_PARTS[-1][1]
