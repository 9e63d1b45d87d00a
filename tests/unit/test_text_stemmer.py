"""Stems: one for a word and its inflections, another for the next word."""

from __future__ import annotations

import pytest

from newsbot.text.stemmer import stem


@pytest.mark.parametrize(
    ("base", "inflected"),
    [
        ("বাংলাদেশ", ["বাংলাদেশের", "বাংলাদেশে", "বাংলাদেশকে", "বাংলাদেশও", "বাংলাদেশই", "বাংলাদেশেও", "বাংলাদেশসহ"]),
        ("হাসপাতাল", ["হাসপাতালে", "হাসপাতালের", "হাসপাতালগুলো", "হাসপাতালগুলোতেও", "হাসপাতালসহ", "হাসপাতালটি"]),
        ("শিক্ষার্থী", ["শিক্ষার্থীদের", "শিক্ষার্থীরা", "শিক্ষার্থীকে", "শিক্ষার্থীর", "শিক্ষার্থীরাও", "শিক্ষার্থীদেরকে"]),
        ("নির্বাচন", ["নির্বাচনে", "নির্বাচনের", "নির্বাচনটি", "নির্বাচনগুলোর", "নির্বাচনেই"]),
        ("ঘটনা", ["ঘটনার", "ঘটনায়", "ঘটনায়", "ঘটনাটি", "ঘটনাগুলো", "ঘটনাটির"]),
        ("সরকার", ["সরকারের", "সরকারকে", "সরকারই", "সরকারগুলোর"]),
        ("দল", ["দলের", "দলে", "দলকে", "দলটি", "দলগুলোর"]),
        ("ভারত", ["ভারতে", "ভারতের", "ভারতকে"]),
        ("বৈঠক", ["বৈঠকে", "বৈঠকের", "বৈঠকেই"]),
        ("শিক্ষক", ["শিক্ষককে", "শিক্ষকদের", "শিক্ষকেরা"]),
        ("রিশাদ", ["রিশাদের", "রিশাদকে"]),
        ("নেতা", ["নেতাদের", "নেতারা", "নেতার"]),
        ("ভাই", ["ভাইয়ের", "ভাইকে"]),
        ("ডিসিসিআই", ["ডিসিসিআইয়ের"]),
        ("মা", ["মায়ের", "মাকে"]),
        ("আজ", ["আজকের", "আজকে"]),
        ("শিবির", ["শিবিরে", "শিবিরের"]),
        ("জাতীয়", ["জাতীয়ই"]),
        ("রংপুর", ["রংপুরে", "রংপুরের"]),
        ("party", ["parties"]),
        ("rate", ["rates"]),
    ],
)
def test_inflected_words_share_the_stem_of_their_base(base: str, inflected: list[str]) -> None:
    assert {stem(word) for word in inflected} == {stem(base)}


@pytest.mark.parametrize(
    "word",
    [
        *("উপদেষ্টা", "মাত্রা", "ভাই", "বই", "দেশ", "খেলা", "টাকা", "পানি", "মে", "র", "ও", "কমিটি", "ক্যামেরা", "জাতীয়", "বিজয়"),
        *("রংপুর", "জুলাই", "virus", "glass", "basis", "bus"),
    ],
)
def test_a_word_that_only_looks_inflected_stays_whole(word: str) -> None:
    assert stem(word) == word.replace("\u09df", "\u09af\u09bc")


def test_words_that_differ_keep_different_stems() -> None:
    words = ["উপদেষ্টা", "উপদেশ", "খেলা", "খোলা", "খালি", "নির্বাচন", "নির্বাহী", "দল", "দলিল", "জাতি", "জাতীয়"]
    assert len({stem(word) for word in words}) == len(words)


def test_a_counted_number_is_its_number() -> None:
    assert [stem(word) for word in ("৫০০টি", "২১শে", "৩জনের", "2025")] == ["500", "21", "3", "2025"]


def test_other_scripts_pass_through() -> None:
    assert [stem(word) for word in ("Σίσυφος", "কে১", "संसद")] == ["σίσυφοσ", "কে1", "संसद"]
