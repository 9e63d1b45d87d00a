"""Shortening keeps letters and words whole and stays within what a platform counts."""

from __future__ import annotations

import pytest

from newsbot.text.clipping import LONGEST_GRAPHEME, Unit, clip, clip_sentences, graphemes, length


@pytest.mark.parametrize(
    ("text", "utf16", "codepoints", "in_bytes", "letters"),
    [("ক্ষমতা", 6, 6, 18, 3), ("abc", 3, 3, 3, 3), ("🎉ক", 3, 2, 7, 2), ("র\u200c্যা", 5, 5, 15, 1), ("", 0, 0, 0, 0)],
)
def test_units_count_what_the_platforms_count(
    text: str, utf16: int, codepoints: int, in_bytes: int, letters: int
) -> None:
    counted = [length(text, unit) for unit in (Unit.UTF16, Unit.CODEPOINT, Unit.BYTE, Unit.GRAPHEME)]
    assert counted == [utf16, codepoints, in_bytes, letters]


def test_what_fits_comes_back_unchanged() -> None:
    assert clip("ঠিক বারো ।  ", 12) == "ঠিক বারো ।  "


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("আজ ঢাকায় বৃষ্টি হয়েছে", 18, "আজ ঢাকায় বৃষ্টি…"),
        ("আজ ঢাকায়, বৃষ্টি হয়েছে", 12, "আজ ঢাকায়…"),
        ("স্ত্রীক্ষমতাস্ত্রীক্ষমতা", 10, "স্ত্রীক্ষ…"),  # one long word: whole letters
        ("কে স্ত্রীক্ষমতাস্ত্রীক্ষমতাস্ত্রী", 14, "কে স্ত্রীক্ষম…"),  # the first word alone would lose too much
        ("🎉🎉🎉🎉", 6, "🎉🎉…"),
        ("🎉🎉🎉🎉", 4, "🎉…"),
    ],
)
def test_text_is_cut_after_a_word_or_else_between_letters(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


def test_a_limit_in_bytes_holds_in_bytes() -> None:
    assert clip("খেলা খবর", 16, unit=Unit.BYTE) == "খেলা…"
    assert length("খেলা…", Unit.BYTE) == 15


def test_a_limit_that_holds_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="a limit of 3"):
        clip("স্ত্রী আছে", 3)
    with pytest.raises(ValueError, match="can't hold"):
        clip("খবর", 0)


def test_an_endless_letter_is_cut_too() -> None:
    hostile = "ক্" * 30_000
    assert all(len(part) <= LONGEST_GRAPHEME for part in graphemes(hostile))
    assert length(clip(hostile, 80), Unit.UTF16) <= 80


def test_whole_sentences_are_kept_while_they_fit() -> None:
    text = "প্রথম বাক্য। দ্বিতীয় বাক্য। তৃতীয় বাক্য।"
    assert clip_sentences(text, 100, 2) == "প্রথম বাক্য। দ্বিতীয় বাক্য।"
    assert clip_sentences(text, 20, 2) == "প্রথম বাক্য।"
    assert clip_sentences(text, 9, 2) == "প্রথম…"
    assert clip_sentences(text, 100, 9) == text
    assert clip_sentences("", 100, 2) == ""
