"""Words and their stems."""

from __future__ import annotations

import pytest

from newsbot.text.tokens import content_fingerprint, stem, stems, tokens


def test_words_keep_their_vowel_signs_and_conjuncts() -> None:
    assert tokens("খেলা, খোলা; খাল—খালি!") == ["খেলা", "খোলা", "খাল", "খালি"]
    assert tokens("ক্ষমতা ‘স্ত্রী’") == ["ক্ষমতা", "স্ত্রী"]


def test_joiners_do_not_cut_a_word() -> None:
    assert tokens("র\u200c্যাব") == tokens("র\u200d্যাব") == ["র্যাব"]


def test_numbers_are_words() -> None:
    assert tokens("৩.৫ শতাংশ, ১২,৩৪,৫৬৭ টাকা, ২৯ ডিসেম্বর, ২০২৫-২৬, ১.২.৩") == [
        *("3.5", "শতাংশ", "1234567", "টাকা", "29", "ডিসেম্বর", "2025", "26", "1.2", "3"),
    ]
    assert tokens("৫জি covid19") == ["5জি", "covid19"]


def test_latin_words_are_case_folded() -> None:
    assert tokens("BNP’র Straße") == ["bnp", "র", "strasse"]


@pytest.mark.parametrize(
    ("base", "inflected"),
    [
        ("বাংলাদেশ", ["বাংলাদেশের", "বাংলাদেশে", "বাংলাদেশকে", "বাংলাদেশও", "বাংলাদেশই", "বাংলাদেশেও"]),
        ("হাসপাতাল", ["হাসপাতালে", "হাসপাতালের", "হাসপাতালগুলো", "হাসপাতালগুলোতে", "হাসপাতালসহ", "হাসপাতালটি"]),
        ("শিক্ষার্থী", ["শিক্ষার্থীদের", "শিক্ষার্থীরা", "শিক্ষার্থীকে", "শিক্ষার্থীর", "শিক্ষার্থীরাও", "শিক্ষার্থীদেরকে"]),
        ("নির্বাচন", ["নির্বাচনে", "নির্বাচনের", "নির্বাচনটি", "নির্বাচনগুলোর", "নির্বাচনেই"]),
        ("ঘটনা", ["ঘটনার", "ঘটনায়", "ঘটনায়", "ঘটনাটি", "ঘটনাগুলো", "ঘটনাটির"]),
        ("সরকার", ["সরকারের", "সরকারকে", "সরকারই"]),
    ],
)
def test_inflected_words_share_the_stem_of_their_base(base: str, inflected: list[str]) -> None:
    assert {stem(word) for word in inflected} == {stem(base)}


@pytest.mark.parametrize("word", ["উপদেষ্টা", "মাত্রা", "ভাই", "বই", "দেশ", "খেলা", "টাকা", "পানি", "মে", "র", "ও"])
def test_a_word_that_only_looks_inflected_stays_whole(word: str) -> None:
    assert stem(word) == word


def test_words_that_differ_keep_different_stems() -> None:
    words = ["উপদেষ্টা", "উপদেশ", "খেলা", "খোলা", "খালি", "নির্বাচন", "নির্বাহী", "দল", "দলিল"]
    assert len({stem(word) for word in words}) == len(words)


def test_other_scripts_pass_through() -> None:
    assert stems("Parliaments কে১ ২০২৫ সংসদের") == ["parliaments", "কে1", "2025", "সংসদ"]


def test_content_is_the_same_however_it_is_typed() -> None:
    one = content_fingerprint("বিজ\u09df উৎসব", "ঢাকা, ১৮ নভেম্বর।  মেলা শুরু")
    other = content_fingerprint("বিজ\u09af\u09bc উৎসব!", "ঢাকা ১৮ নভেম্বর\nমেলা শুরু।")
    assert one == other
    assert len(one) == 64


def test_headline_and_body_are_not_interchangeable() -> None:
    assert content_fingerprint("এক দুই", "তিন") != content_fingerprint("এক", "দুই তিন")


def test_reports_that_differ_in_one_word_are_not_the_same_text() -> None:
    for one, other in (("সোনার দাম বাড়ল", "সোনার দাম কমল"), ("মৃত্যুতে ক্লাবের শোক", "মৃত্যুতে সমিতির শোক")):
        assert content_fingerprint(one, "বিজ্ঞপ্তিতে জানানো হয়।") != content_fingerprint(other, "বিজ্ঞপ্তিতে জানানো হয়।")
    assert content_fingerprint("সোনার দাম", "ভরি ২১০০০০ টাকা।") != content_fingerprint("সোনার দাম", "ভরি ২১২০০০ টাকা।")


def test_a_headline_alone_has_no_fingerprint() -> None:
    assert content_fingerprint("আজকের রাশিফল", "") == content_fingerprint("🎉", " … ") == ""
