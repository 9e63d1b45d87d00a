"""Texts that look the same compare the same; what readers see keeps its letters."""

from __future__ import annotations

import pytest

from newsbot.text.normalise import clean, normalise, same_text

YA_ONE, YA_TWO = "\u09df", "\u09af\u09bc"


@pytest.mark.parametrize(
    ("typed", "also_typed"),
    [
        pytest.param(f"বিজ{YA_ONE}", f"বিজ{YA_TWO}", id="ya-with-nukta"),
        pytest.param("বা\u09dcি", "বা\u09a1\u09bcি", id="rra-with-nukta"),
        pytest.param("মো", "ম\u09c7\u09be", id="o-in-two-parts"),
        pytest.param("ভৌত", "ভ\u09c7\u09d7ত", id="au-in-two-parts"),
        pytest.param("র\u200cযাব".replace("য", "্য"), "র\u200d্যাব", id="either-joiner"),
        pytest.param("ম\u09c7\u200c\u09be", "মো", id="joiner-between-the-parts"),
        pytest.param("হঠা\u09ce", "হঠাত\u09cd\u200d", id="khanda-ta"),
        pytest.param("শেষ৷", "শেষ।", id="danda-from-the-fraction-sign"),
        pytest.param("২০২৫", "2025", id="digits"),
        pytest.param("সং\u00adবাদ\ufeff\u200b", "সংবাদ", id="invisible"),
    ],
)
def test_two_ways_of_typing_have_one_index_form(typed: str, also_typed: str) -> None:
    assert normalise(typed) == normalise(also_typed)
    assert same_text(typed, also_typed)


def test_different_words_stay_different() -> None:
    assert len({normalise(word) for word in ("খেলা", "খোলা", "খাল", "খালি", "খেলাা")}) == 5
    assert not same_text("খেলা", "খোলা")


def test_same_text_ignores_case_and_spacing_only() -> None:
    assert same_text("  Newsbot\u00a0is  HERE ", "newsbot is here")
    assert not same_text("newsbot is here", "newsbot is there")


def test_display_text_keeps_the_letters_as_typed() -> None:
    typed = f"র\u200c্যাবের বিজ{YA_ONE} ও বিজ{YA_TWO}"
    assert clean(typed) == typed


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("  দুই\n\tলাইন  ", "দুই লাইন"),
        ("এক\x00\x07দুই", "একদুই"),
        ("ভাঙা \ud83d জোড়", "ভাঙা জোড়"),
        ("উল্টো \u202eলেখা\u202c", "উল্টো লেখা"),
        ("ক" + "\u0301" * 500, "ক" + "\u0301" * 6),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("", ""),
    ],
)
def test_display_text_is_one_harmless_line(given: str, shown: str) -> None:
    assert clean(given) == shown
