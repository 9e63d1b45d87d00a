"""Two or three sentences that say most, that can be read alone, and that are not the headline again."""

from __future__ import annotations

import pytest

from newsbot.ingest.summariser import LENGTH, Summary, summarise
from newsbot.text.clipping import Unit, length

HEADLINE = "নদীর পাড়ে গাছ লাগাবে শিক্ষার্থীরা"
FIRST = "সোনাপুরের শিক্ষার্থীরা নদীর পাড়ে দশ হাজার চারা রোপণ করবে।"
SECOND = "চারা রোপণের কাজ শুরু হবে জুনে।"
THIRD = "বন বিভাগ শিক্ষার্থীদের চারা দেবে।"
ASIDE = "দিনটি ছিল শান্ত।"
DESCRIPTION = "জুন থেকে সোনাপুরে নদীর পাড়ে শিক্ষার্থীদের দিয়ে চারা রোপণ করাবে বন বিভাগ।"


def text_of(*sentences: str) -> str:
    return summarise(HEADLINE, " ".join(sentences)).text


def test_a_short_article_is_told_whole() -> None:
    whole = f"{FIRST} {SECOND} {THIRD}"
    assert summarise(HEADLINE, whole) == Summary(whole, "extractive")
    assert summarise(HEADLINE, whole.replace("। ", "।\n")) == Summary(whole, "extractive")


def test_the_opening_sentence_stays_and_those_that_say_most_follow_in_their_order() -> None:
    assert text_of(FIRST, ASIDE, SECOND, ASIDE.replace("শান্ত", "গরম"), THIRD) == f"{FIRST} {SECOND} {THIRD}"


def test_a_sentence_that_does_not_fit_is_left_out_whole() -> None:
    assert text_of(FIRST, "শব্দ " * 80 + "।") == FIRST


def test_an_opening_sentence_that_is_too_long_is_cut_at_a_word() -> None:
    text = text_of("লম্বা বাক্য " * 60 + "।")
    assert length(text, Unit.UTF16) <= LENGTH
    assert text.endswith(("লম্বা…", "বাক্য…"))


@pytest.mark.parametrize("subject", ["এ বিষয়ে বন বিভাগ", "তিনি", "তবে শিক্ষার্থীরা", "এরপর তারা", "শুধু তাই নয়, তারা"])
def test_a_sentence_that_leans_on_another_comes_only_after_it(subject: str) -> None:
    leaning = f"{subject} জুনে বন বিভাগের চারা রোপণ করবে।"
    assert leaning not in text_of(FIRST, "শব্দ " * 80 + "।", leaning)
    assert text_of(FIRST, leaning) == f"{FIRST} {leaning}"
    assert text_of(leaning, FIRST).startswith(FIRST)


@pytest.mark.parametrize(
    "quotation",
    [
        "“নদীর পাড়ে শিক্ষার্থীদের চারা রোপণ করা খুব ভালো কাজ।”",
        "‘আমরা নদীর পাড়ে চারা রোপণ করে খুশি,’ বলেন শিক্ষার্থীরা।",
        "আমরা নদীর পাড়ে চারা রোপণ করব।",
        "- নদীর পাড়ে কত চারা রোপণ করবেন?",
    ],
)
def test_no_summary_opens_with_a_quotation(quotation: str) -> None:
    assert text_of(quotation, FIRST) == FIRST


@pytest.mark.parametrize("start", ["‘সবুজ পাড়’ নামের সংগঠনের", "এই প্রথম", "এ কে এম আজাদের ডাকে", "মঙ্গলবার (১৮ নভেম্বর)"])
def test_a_name_in_quotes_and_a_set_phrase_may_open(start: str) -> None:
    sentence = f"{start} শিক্ষার্থীরা নদীর পাড়ে দশ হাজার চারা রোপণ করবে।"
    assert text_of(sentence, THIRD).startswith(sentence)


def test_a_quotation_that_goes_on_is_not_cut_in_two() -> None:
    assert text_of(FIRST, "মেয়র বলেন, ‘নদীর পাড়ে চারা রোপণ করবে শিক্ষার্থীরা।", "আমরা খুশি।’", THIRD) == f"{FIRST} {THIRD}"


@pytest.mark.parametrize(
    "dateline",
    [
        "ঢাকা, ১৮ নভেম্বর (বাসস): ",
        "ঢাকা, ১৮ নভেম্বর, ২০২৫ (বাসস) : ",
        "কক্সবাজার, ৫ জানুয়ারি (ইউএনবি)— ",
        "খুলনা, ৫ জানু\u09dfারি: ",
        "চট্টগ্রাম (বাসস): ",
        "Dhaka, Nov 18 (BSS) - ",
        "সোনাপুর প্রতিনিধি || ",
        "নিজস্ব প্রতিবেদক, সোনাপুর: ",
        "সোনাপুর (নদীয়া) প্রতিনিধি: ",
        "রবি দাস প্রকাশ: ২৯ ডিসেম্বর ২০২৫ | ১৩:৪৮ ",
    ],
)
def test_place_date_and_reporter_before_the_first_sentence_go(dateline: str) -> None:
    assert text_of(f"{dateline}{FIRST}", SECOND) == f"{FIRST} {SECOND}"


@pytest.mark.parametrize("start", ["উপদেষ্টা বলেন, ১৮ নভেম্বর মেলা: ", "জাতিসংঘের প্রতিনিধি দলকে উপদেষ্টা আজ বলেন: "])
def test_a_sentence_that_only_looks_like_a_dateline_stays(start: str) -> None:
    assert text_of(f"{start}{FIRST}").startswith(start.split()[0])


def test_the_headline_is_never_its_own_summary() -> None:
    assert text_of(f"{HEADLINE}।", FIRST, SECOND) == f"{FIRST} {SECOND}"
    assert text_of("নদীর পাড়ে শিক্ষার্থীরা গাছ লাগাবে।", FIRST) == FIRST
    assert summarise(HEADLINE, f"{HEADLINE}।", HEADLINE) == Summary("", "")


def test_where_the_news_goes_on_from_the_headline_the_sentence_that_repeats_it_opens() -> None:
    repeating, leaning = "নদীর পাড়ে শিক্ষার্থীরা গাছ লাগাবে।", "তারা জুনে কাজ শুরু করবে সোনাপুরে।"
    assert text_of(repeating, leaning) == f"{repeating} {leaning}"


def test_a_sentence_that_repeats_the_headline_never_stands_alone() -> None:
    repeating = "নদীর পাড়ে শিক্ষার্থীরা গাছ লাগাবে।"
    assert text_of(repeating, "তারা " + "শব্দ কথা " * 60 + "।").startswith("তারা শব্দ কথা")
    assert text_of(repeating, "এবার নদীর পাড়ে শিক্ষার্থীরা গাছ লাগাবে।") == ""


def test_a_sentence_that_a_page_prints_twice_is_told_once() -> None:
    assert text_of(FIRST, SECOND, FIRST, SECOND) == f"{FIRST} {SECOND}"


def test_headings_labels_and_a_cut_off_end_are_no_sentences() -> None:
    body = f"{FIRST}\nচারা রোপণের প্রস্তুতি\nআরও পড়ুন: নদীর পাড়ে চারা রোপণের কাজ।\nছবি: বন বিভাগ\n{SECOND}\nচারা রোপণের পর বন"
    assert summarise(HEADLINE, body).text == f"{FIRST} {SECOND}"


def test_a_description_that_somebody_wrote_is_better_than_ours() -> None:
    assert summarise(HEADLINE, f"{FIRST} {SECOND} {THIRD}", DESCRIPTION) == Summary(DESCRIPTION, "description")


@pytest.mark.parametrize(
    "description",
    [
        f"{FIRST} {SECOND}",  # cut from the body's beginning
        f"ঢাকা, ১৮ নভেম্বর: {FIRST}",
        f"{DESCRIPTION.removesuffix('।')}...",
        "তিনি সোনাপুরে নদীর পাড়ে শিক্ষার্থীদের দিয়ে চারা রোপণ করাবেন বলে জানিয়েছে বন বিভাগ।",
        "দেশ ও বিদেশের সব শেষ খবর, ভিডিও, ছবি ও বিশ্লেষণ সবার আগে জানতে চোখ রাখুন এখানে।",  # the site's own
        HEADLINE,
        "নদী, চারা",
    ],
)
def test_a_description_that_nobody_wrote_for_this_article_is_not(description: str) -> None:
    whole = f"{FIRST} {SECOND} {THIRD}"
    assert summarise(HEADLINE, whole, description) == Summary(whole, "extractive")


def test_without_a_body_the_description_serves() -> None:
    assert summarise(HEADLINE, "", FIRST) == Summary(FIRST, "description")
    assert summarise(HEADLINE, " \n …", FIRST) == Summary(FIRST, "description")


def test_a_description_cut_in_the_middle_ends_with_its_last_whole_sentence() -> None:
    assert summarise(HEADLINE, "", f"{FIRST} কাজ শুরু হবে জু...").text == FIRST
    assert summarise(HEADLINE, "", f"{FIRST} কাজ শুরু হবে […]").text == FIRST


@pytest.mark.parametrize(
    "body",
    [
        *("", "।", "🎉", "\x00", "\ud800", "?!?!", "\u202e\u200f مرحبا بالعالم", "\ue000\ue001।"),
        *("ক" * 50_000, "।" * 10_000, "ক্" * 10_000, "ক" + "\u0981" * 1_000, "‘" * 10_000, "ক। " * 300_000),
        "সোনাপুর প্রতিনিধি " * 50_000,
    ],
)
def test_any_body_has_a_summary_that_fits(body: str) -> None:
    for summary in (summarise("", body), summarise(HEADLINE, body, body), summarise(body[:500], body)):
        assert length(summary.text, Unit.UTF16) <= LENGTH
