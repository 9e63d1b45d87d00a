"""Which words of a search that found nothing are kept."""

from __future__ import annotations

import pytest

from newsbot.rollups.searches import OTHERS, words_to_keep


@pytest.mark.parametrize(
    ("search", "kept"),
    [
        ("পদ্মা সেতু", "পদ্মা সেতু"),
        ("  Padma   BRIDGE!", "padma bridge"),
        ("বাজেট ২০২৫", "বাজেট 2025"),
        ("", OTHERS),
        ("🙂", OTHERS),
    ],
)
def test_words_are_kept_as_they_are_compared(search: str, kept: str) -> None:
    assert words_to_keep(search) == kept


@pytest.mark.parametrize(
    "search",
    [
        "রহিমা ০১৭১১২৩৪৫৬৭",
        "write to rahima@example.org",
        "https://example.org/rahima",
        "আমি আজ সকালে বাজারে গিয়ে দেখলাম দাম বেশি",
        "ক" * 61,
    ],
)
def test_what_may_say_who_searched_is_not_kept(search: str) -> None:
    assert words_to_keep(search) == OTHERS
