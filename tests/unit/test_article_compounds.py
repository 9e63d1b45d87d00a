"""Words written together or apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.articles.compounds import LONGEST, SHORTEST_PART, halves, together
from newsbot.text.analyser import key


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("পোশাককর্মীদের", ("পোশাক", "কর্মীদের")),
        ("ঢাকাবাসী", ("ঢাকা", "বাসী")),
        ("ভারতবিরোধিতা", ("ভারত", "বিরোধিতা")),
        ("প্রার্থীতালিকা", ("প্রার্থী", "তালিকা")),
    ],
)
def test_a_word_falls_into_its_parts_and_they_into_the_word(word: str, parts: tuple[str, str]) -> None:
    assert (key(parts[0]), key(parts[1])) in set(halves(word))
    assert together(*parts) == key(word)


@pytest.mark.parametrize("word", ["", "খবর", "নির্বা", "পদ্মা", "nirbachon", "২০২৫২০২৬", "ক" * (LONGEST + 1), "\ud800" * 9])
def test_what_is_too_short_or_no_bengali_word_is_whole(word: str) -> None:
    assert list(halves(word)) == []


def test_small_words_are_no_part_of_another() -> None:
    assert ("কেন", key("বাজার")) not in set(halves("কেনবাজার"))
    assert together("ও", "বাজার") is None


@given(st.text(st.sampled_from("কখগতদনমরলসািুে্\u09bcয়a1 "), max_size=50))
def test_no_letter_is_cut_from_its_marks(word: str) -> None:
    for one, other in halves(word):
        assert one
        assert other
        assert len(word) >= 2 * SHORTEST_PART
        assert other[0] in "কখগতদনমরলসয"
