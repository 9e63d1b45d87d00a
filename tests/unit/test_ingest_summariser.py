"""The lead as summary."""

from __future__ import annotations

import pytest

from newsbot.ingest.summariser import LENGTH, Summary, summarise
from newsbot.text.clipping import Unit, length

HEADLINE = "নদীর পাড়ে গাছ লাগাবে শিক্ষার্থীরা"
FIRST = "সোনাপুরের শিক্ষার্থীরা দশ হাজার চারা রোপণ করবে।"
SECOND = "কাজ শুরু হবে জুনে।"
THIRD = "বন বিভাগ চারা দেবে।"


def test_the_lead_is_the_first_two_sentences() -> None:
    assert summarise(HEADLINE, f"{FIRST} {SECOND} {THIRD}") == Summary(f"{FIRST} {SECOND}", "lead")
    assert summarise(HEADLINE, f"{FIRST}\n{SECOND}\n{THIRD}") == Summary(f"{FIRST} {SECOND}", "lead")


def test_a_long_second_sentence_is_left_out_whole() -> None:
    assert summarise(HEADLINE, f"{FIRST} {'শব্দ ' * 80}।").text == FIRST


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    text = summarise(HEADLINE, "লম্বা বাক্য " * 60 + "।").text
    assert length(text, Unit.UTF16) <= LENGTH
    assert text.endswith(("লম্বা…", "বাক্য…"))


@pytest.mark.parametrize(
    "dateline",
    [
        "ঢাকা, ১৮ নভেম্বর (বাসস): ",
        "ঢাকা, ১৮ নভেম্বর, ২০২৫ (বাসস) : ",
        "কক্সবাজার, ৫ জানুয়ারি (ইউএনবি)— ",
        "খুলনা, ৫ জানু\u09dfারি: ",
        "চট্টগ্রাম (বাসস): ",
        "Dhaka, Nov 18 (BSS) - ",
    ],
)
def test_place_and_date_before_the_lead_go(dateline: str) -> None:
    assert summarise(HEADLINE, f"{dateline}{FIRST} {SECOND}").text == f"{FIRST} {SECOND}"


@pytest.mark.parametrize("start", ["উপদেষ্টা বলেন, ১৮ নভেম্বর মেলা: ", "মঙ্গলবার (১৮ নভেম্বর) বিকেলে "])
def test_a_sentence_that_only_looks_like_a_dateline_stays(start: str) -> None:
    assert summarise(HEADLINE, f"{start}{FIRST}").text.startswith(start.split()[0])


def test_the_headline_is_never_its_own_summary() -> None:
    assert summarise(HEADLINE, f"{HEADLINE}।\n{FIRST} {SECOND} {THIRD}").text == f"{FIRST} {SECOND}"
    assert summarise(HEADLINE, f"{HEADLINE}।", HEADLINE) == Summary("", "")


def test_without_a_body_the_description_serves() -> None:
    assert summarise(HEADLINE, "", FIRST) == Summary(FIRST, "description")
    assert summarise(HEADLINE, " \n …", FIRST) == Summary(FIRST, "description")


def test_a_description_cut_in_the_middle_ends_with_its_last_whole_sentence() -> None:
    assert summarise(HEADLINE, "", f"{FIRST} কাজ শুরু হবে জু...").text == FIRST
    assert summarise(HEADLINE, "", f"{FIRST} কাজ শুরু হবে […]").text == FIRST


@pytest.mark.parametrize("body", ["", "।", "🎉", "\x00", "\ud800", "ক" * 50_000, "।" * 10_000, "ক্" * 10_000])
def test_any_body_has_a_summary_that_fits(body: str) -> None:
    assert length(summarise("", body).text, Unit.UTF16) <= LENGTH
