"""The keys that texts are indexed, searched and compared by."""

from __future__ import annotations

import pytest

from newsbot.text.analyser import content_keys, is_small, key, keys


@pytest.mark.parametrize(
    "spellings",
    [
        ("সরকারি", "সরকারী"),
        ("ইউনূস", "ইউনুস", "ইউনূসের"),
        ("ঘণ্টা", "ঘন্টা", "ঘণ্টার"),
        ("বিদ্যুৎ", "বিদ্যুতের", "বিদ্যুতে"),
        ("ব্যাংক", "ব্যাঙ্ক", "ব্যাংকে", "ব্যাংকের"),
        ("সঙ্গীত", "সংগীত", "সংগীতের"),
        ("আগস্ট", "আগষ্ট", "আগস্টে"),
        ("রঙ", "রং", "রঙের"),
        ("গ্রেপ্তার", "গ্রেফতার", "গ্রেপ্তারের"),
        ("স্বর্ণ", "সোনা", "সোনার", "স্বর্ণের"),
        ("চট্টগ্রাম", "চিটাগাং", "চট্টগ্রামে"),
        ("শ্রেণি", "শ্রেণী", "শ্রেণির"),
        ("করা", "করেছেন", "করলেন", "করবে", "করলেও", "করে"),
        ("জানা", "জানালেন", "জানিয়েছেন", "জানান"),
        ("দেওয়া", "দিলেন", "দিয়েছেন", "দেয়া"),
        ("আসা", "এলেন", "এসেছেন", "আসছেন"),
        ("জেতা", "জিতলেন", "জেতেন", "জেতালেন", "জিতিয়েছেন"),
        ("লেখা", "লিখেছেন", "লেখেন", "লেখার"),
        ("ঢোকা", "ঢুকেছে", "ঢোকার", "ঢোকাতে"),
        ("পৌঁছানো", "পৌঁছেছেন", "পৌঁছালেন", "পৌঁছাতে", "পৌঁছাননি"),
        ("র‌্যাব", "র‍্যাব", "র্যাব", "র‍্যাবের"),
    ],
)
def test_spellings_and_forms_of_a_word_have_one_key(spellings: tuple[str, ...]) -> None:
    assert {key(word) for word in spellings} == {key(spellings[0])}


def test_words_that_sound_alike_are_still_two() -> None:
    pairs = [("শোনা", "সোনা"), ("আশা", "আসা"), ("বিশ", "বিষ"), ("সব", "শব"), ("বল", "বলে"), ("আসল", "আসা"), ("জাতি", "জাতীয়")]
    pairs += [("কিনা", "কেনা"), ("খোঁজে", "খোঁজা"), ("শেখের", "শেখা"), ("ভাসান", "ভাসা"), ("লেখক", "লেখা")]
    assert [pair for pair in pairs if key(pair[0]) == key(pair[1])] == []


def test_an_ending_set_apart_belongs_to_its_word() -> None:
    assert keys("বিএনপি’র ইউনিসেফ-এর ‘ঢাকা’য় ২০২৪-এর Dhaka's") == keys("বিএনপি ইউনিসেফ ঢাকা ২০২৪ Dhaka")
    assert keys("আ.লীগ আ’লীগ আ. লীগের") == keys("আওয়ামী লীগ আওয়ামী লীগ আওয়ামী লীগ")
    assert keys("ক্ষমতা-অর্থ ভারত-পাকিস্তান") == keys("ক্ষমতা অর্থ ভারত পাকিস্তান")


def test_small_words_are_not_what_a_text_is_about() -> None:
    assert content_keys("নির্বাচনের জন্য কমিশন কী করবে?") == keys("নির্বাচন কমিশন")
    assert content_keys("The rates of the bank") == ["rate", "bank"]
    assert not is_small(key("খেলা"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "।?!",
        "\ud800 \x00\ufeff",
        "ক" + "\u09be" * 1000,
        "\u0981" * 1000,
        "سلام עברית ngày Größe 新聞",
        "\ue001\ue002 \U000f0000",
        "ক্" * 5000,
        "1,11,111" * 5000,
        "১," * 50_000,
        "'" * 100_000,
        "-র" * 50_000,
    ],
)
def test_any_text_has_keys_in_bounded_time(text: str) -> None:
    found = keys(text)
    assert all(found)
    assert len(found) <= len(text)
