"""What a language model may and may not say of an article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.ingest.summary_check import objection

HEADLINE = "পদ্মা সেতুতে ট্রেন চলাচল বন্ধ"
BODY = (
    "পদ্মা সেতুতে ১৮ নভেম্বর থেকে তিন দিন ট্রেন চলাচল বন্ধ থাকবে বলে জানিয়েছেন রেলমন্ত্রী মো. নূরুল ইসলাম। "
    "নির্বাচনের কারণে মেরামত পিছিয়েছিল। এতে ব্যয় হবে ৫ কোটি টাকা। ৪৫০ জন যাত্রী আটকা পড়েছেন। "
    "মঙ্গলবার ঢাকায় এ কথা বলেন তিনি। BNP-র নেতারাও ছিলেন।"
)
ENGLISH = "Trains stop on Padma Bridge"
ENGLISH_BODY = (
    "Trains will not cross the Padma Bridge for three days from November 18, rail minister Nurul Islam said on Tuesday "
    "in Dhaka. Repairs cost 5 crore taka, and 450 passengers were stranded."
)


@pytest.mark.parametrize(
    "summary",
    [
        "পদ্মা সেতুতে ১৮ নভেম্বর থেকে তিন দিন ট্রেন বন্ধ রাখার কথা জানিয়েছেন রেলমন্ত্রী নূরুল ইসলাম।",
        "মেরামতে ব্যয় হবে ৫ কোটি টাকা, আটকা পড়েছেন ৪৫০ যাত্রী।",
        "৩ দিনের মেরামতে ব্যয় পাঁচ কোটি টাকা, জানিয়েছেন রেলমন্ত্রী।",
        "নির্বাচনী কারণে মেরামত পিছিয়েছে, ঢাকায় জানান রেলমন্ত্রী নূরুল।",
        "মঙ্গলবার রেলমন্ত্রী ব্যয়ের হিসাব দেন, বিএনপি নয়।".replace("বিএনপি নয়", "ছিলেন BNP নেতারা"),
    ],
)
def test_what_the_article_says_may_be_said_in_fewer_words(summary: str) -> None:
    assert objection(summary, HEADLINE, BODY) == ""


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        ("মেরামতে ব্যয় হবে ৭ কোটি টাকা, আটকা পড়েছেন যাত্রীরা।", "the article has no number 7 কোটি"),
        ("মেরামতে ব্যয় হবে ৫ লাখ টাকা, আটকা পড়েছেন যাত্রীরা।", "the article has no number 5 লাখ"),
        ("মেরামতে আটকা পড়েছেন ছয়জন যাত্রী, ব্যয় ৫ কোটি টাকা।", "the article has no number 6"),
        ("মেরামতে আটকা পড়েছেন ৫ যাত্রী, ব্যয় জানান রেলমন্ত্রী।", "the article has no number 5"),
        ("মেরামতে আটকা পড়েছেন ১৮ জন যাত্রী, জানান রেলমন্ত্রী।", "the article has no number 18"),
        ("১৯ নভেম্বর থেকে মেরামত, ব্যয় জানান রেলমন্ত্রী নূরুল।", "the article has no number 19 of a date"),
        ("১৮ ডিসেম্বর থেকে মেরামত, ব্যয় জানান রেলমন্ত্রী নূরুল।", "the article has no date 18.12."),
        ("বুধবার ঢাকায় রেলমন্ত্রী মেরামতের ব্যয় জানিয়েছেন।", "the article doesn't say বুধবার"),
        ("আজ ঢাকায় রেলমন্ত্রী মেরামতের ব্যয় জানিয়েছেন।", "the article doesn't say আজ"),
        ("রেলমন্ত্রী ওবায়দুল জানান, মেরামতে যাত্রী আটকা পড়েছেন।", "the article doesn't have ওবায়দুল"),
        ("চট্টগ্রামে রেলমন্ত্রী মেরামতের ব্যয় জানিয়েছেন, আটকা যাত্রীরা।", "the article doesn't have চট্টগ্রামে"),
        ("রেলমন্ত্রী মেরামতের ব্যয় জানিয়েছেন, ছিলেন NCP নেতারা।", "the article doesn't have NCP"),
        ("রেলমন্ত্রী মেরামতের ব্যয় জানিয়েছেন, ছিলেন मोदी নেতারা।", "it has a letter of another script: म"),
        ("তিনি মেরামতের ব্যয় জানিয়েছেন, আটকা পড়েছেন যাত্রীরা।", "its beginning leans on something before it"),
        ("‘মেরামতের ব্যয় ৫ কোটি টাকা, আটকা পড়েছেন ৪৫০ যাত্রী,’ বলেন নূরুল।", "its beginning leans on something before it"),
        ("পদ্মা সেতুতে ট্রেন চলাচল বন্ধ থাকবে।", "it says no more than the headline"),
        ("Rail minister says trains stop for three days.", "it is in another language"),
        ("**রেলমন্ত্রী** মেরামতের ব্যয় জানিয়েছেন, আটকা যাত্রীরা।", "it has markup"),
        ("", "it is empty"),
        ("।।", "it is empty"),
    ],
)
def test_what_the_article_does_not_say_is_refused(summary: str, reason: str) -> None:
    assert objection(summary, HEADLINE, BODY) == reason


@pytest.mark.parametrize(
    "summary",
    [
        "Repairs that cost 5 crore taka stranded 450 passengers, minister Nurul Islam said on Tuesday.",
        "The minister said repairs will stop trains for 3 days from November 18.",
        "Officials said 450 passengers were stranded during repairs in Dhaka.",
    ],
)
def test_english_is_checked_too(summary: str) -> None:
    assert objection(summary, ENGLISH, ENGLISH_BODY) == ""


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        ("Repairs stranded 450 passengers, minister Karim said on Tuesday.", "the article doesn't have Karim"),
        ("Hasina said repairs stranded 450 passengers on Tuesday.", "the article doesn't have Hasina"),
        ("Repairs stranded 450 passengers, the minister said on Wednesday.", "the article doesn't say wednesday"),
        ("Repairs stranded 450 passengers, the minister said yesterday.", "the article doesn't say yesterday"),
        ("Repairs from December 18 stranded 450 passengers.", "the article has no date 18.12."),
        ("Repairs cost 5 million taka and stranded passengers.", "the article has no number 5 million"),
        ("Repairs stranded seven passengers, minister Nurul said.", "the article has no number 7"),
        ("The gardens flourish beside rivers; birds sing sweetly.", "most of its words are not the article's"),
    ],
)
def test_english_that_says_something_else_is_refused(summary: str, reason: str) -> None:
    assert objection(summary, ENGLISH, ENGLISH_BODY) == reason


@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=200))
def test_any_text_gets_an_answer(summary: str, article: str) -> None:
    assert isinstance(objection(summary, article[:50], article), str)


@given(st.integers(0, 10**9))
def test_no_other_number_gets_through(number: int) -> None:
    summary = f"মেরামতে আটকা পড়েছেন {number} জন যাত্রী, জানান রেলমন্ত্রী।"
    assert (objection(summary, HEADLINE, BODY) == "") == (number == 450)
