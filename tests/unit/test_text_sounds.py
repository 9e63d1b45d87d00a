"""Words that sound alike, and which of them may be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.articles.spelling import guesses, one_consonant_apart, sounds_of
from newsbot.text.sounds import distance, heard, skeleton


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        *(
            ("rajniti", "রাজনীতি"),
            ("rajneeti", "রাজনীতি"),
            ("khela", "খেলা"),
            ("nirbachon", "নির্বাচন"),
            ("nirbachan", "নির্বাচন"),
        ),
        *(("police", "পুলিশ"), ("chattogram", "চট্টগ্রাম"), ("shorno", "স্বর্ণ"), ("swarna", "স্বর্ণ"), ("brishti", "বৃষ্টি")),
        *(("yunus", "ইউনূস"), ("shikkharthi", "শিক্ষার্থী"), ("cricket", "ক্রিকেট"), ("dhaka", "ঢাকা"), ("ঝর", "ঝড়")),
    ],
)
def test_spellings_of_a_word_have_its_consonants(typed: str, word: str) -> None:
    assert skeleton(typed) == skeleton(word)
    assert distance(heard(typed), heard(word)) <= 0.9


def test_the_nearest_word_is_meant_and_of_near_ones_the_commonest() -> None:
    archive = [("মেসি", "মেসি", 50), ("মাস", "মাস", 900), ("মামুষ", "মামুষ", 1), ("মাসি", "মাসি", 2)]
    best, *_ = guesses("messi", archive)
    assert (best.written, best.worth) == ("মেসি", 1.0)
    assert guesses("মেসি", [("মেসি", "মেসি", 50)]) == ()
    exactly = guesses("khela", [("খেলা", "খেলা", 50), ("খোলা", "খোলা", 90)])
    assert [guess.written for guess in exactly] == ["খেলা"]


def test_one_letter_wrong_missing_too_many_or_changed_about_is_near() -> None:
    archive = [("নির্বাচন", "নির্বাচন", 9), ("বাংলাদেশ", "বাংলাদেশ", 9)]
    for typed in ("নির্ভাচন", "নিবাচন", "নির্বাচচলন", "নির্চাবন", "নিরবাচন"):
        sound = sounds_of(typed)[0]
        same = [word for word in archive if skeleton(word[0]) == sound]
        near = [word for word in archive if one_consonant_apart(sound, skeleton(word[0]))]
        assert (same or near) == archive[:1], typed


def test_an_ending_is_taken_off_a_latin_spelling_only_beside_bengali_words() -> None:
    assert [guess.written for guess in guesses("nirbachoner", [("নির্বাচন", "নির্বাচন", 9)])] == ["নির্বাচন"]
    assert guesses("brishti", [("various", "various", 900), ("ব্রুসকে", "ব্রুসকে", 9)]) == ()


def test_short_words_of_bengali_script_are_not_guessed_at() -> None:
    assert guesses("খেলা", [("খোলা", "খোলা", 100)]) == ()
    assert sounds_of("কে") == ()


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_are_some_way_apart(one: str, other: str) -> None:
    a, b = heard(one), heard(other)
    assert distance(a, a) == 0
    assert distance(a, b) >= 0
    assert abs(distance(a, b) - distance(b, a)) < 1e-9
    assert isinstance(skeleton(one), str)
