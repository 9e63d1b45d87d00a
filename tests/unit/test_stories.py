"""What makes two reports one story, and what keeps them apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from newsbot.domain.article import Article
from newsbot.ingest.story_decider import Against, Comparison, Rarity, compare
from newsbot.ingest.story_features import Telling, telling_of
from newsbot.ingest.story_finder import COMPARED, Candidate, find_story, rare_words, worth_comparing
from tests.builders import NOW, an_article
from tests.labelled_stories import pairs, rarity, reports

HOUR = timedelta(hours=1)
PLAIN = Rarity()


def told(headline: str, lead: str = "", *, hours: float = 0, **changes: Any) -> Article:
    at = NOW + hours * HOUR
    return an_article(headline=headline, body=lead, summary="", published_at=at, **changes)


def compared(one: Article, other: Article) -> Comparison:
    return compare(telling_of(one), telling_of(other), PLAIN)


class TestLabelledSet:
    @pytest.mark.parametrize("held_back", [False, True], ids=["seen", "held back"])
    def test_no_two_events_are_taken_for_one(self, held_back):
        seen = [report for report in reports() if report.held_back is held_back]
        counted, tellings = rarity(seen), {report.article.id: telling_of(report.article) for report in seen}
        wrong = [
            (pair.one.article.headline, pair.other.article.headline)
            for pair in pairs(seen)
            if not pair.same
            and compare(tellings[pair.one.article.id], tellings[pair.other.article.id], counted).one_story
        ]
        assert wrong == []

    @pytest.mark.parametrize(("held_back", "least"), [(False, 0.75), (True, 0.6)], ids=["seen", "held back"])
    def test_most_reports_of_one_event_are_recognised(self, held_back, least):
        seen = [report for report in reports() if report.held_back is held_back]
        counted = rarity(seen)
        same = [(telling_of(pair.one.article), telling_of(pair.other.article)) for pair in pairs(seen) if pair.same]
        found = [compare(one, other, counted).one_story for one, other in same]
        assert sum(found) >= least * len(found)

    def test_reports_of_one_event_are_found_by_their_rare_words(self):
        counted = rarity(reports())
        kept = {report.article.id: rare_words(telling_of(report.article), counted) for report in reports()}
        same = [(pair.one.article.id, pair.other.article.id) for pair in pairs(reports()) if pair.same]
        found = [
            worth_comparing(((other, word) for word in set(kept[one]) & set(kept[other])), counted)
            for one, other in same
        ]
        assert found == [[other] for _, other in same]


FIRE = told("টঙ্গীতে পোশাক কারখানায় আগুন", "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে।")


class TestOneStory:
    def test_the_same_words_are_one_story(self):
        assert compared(FIRE, replace(FIRE, source="other")).likeness == pytest.approx(1)

    def test_a_growing_toll_is_one_story(self):
        first = told("শিবপুরে বাস খাদে, নিহত ৩", "নরসিংদীর শিবপুরে যাত্রীবাহী বাস খাদে পড়ে তিনজন নিহত হয়েছেন।")
        later = told("শিবপুরে বাস খাদে, নিহত বেড়ে ৫", "নরসিংদীর শিবপুরে যাত্রীবাহী বাস খাদে পড়ে নিহত বেড়ে পাঁচ।", hours=4)
        assert compared(first, later).one_story

    def test_a_copy_under_another_headline_is_one_story(self):
        text = " ".join(f"রংপুরের {word} ব্যাটার উইকেট হারিয়ে ফিরলেন।" for word in "কখগঘচছজঝটঠডঢ")
        one = told("রংপুরের সামনে মুখ থুবড়ে পড়ল চট্টগ্রাম", text)
        other = told("বড় জয়ে আসর শুরু রংপুরের", text)
        comparison = compared(one, other)
        assert (comparison.copy, comparison.one_story) == (True, True)


def a_form(company: str, shares: int, price: float) -> str:
    return (
        f"ঢাকা স্টক এক্সচেঞ্জে লেনদেনের শীর্ষে উঠে এসেছে {company}। সপ্তাহের দ্বিতীয় কার্যদিবসে কোম্পানিটির {shares}টি শেয়ার হাতবদল "
        f"হয়েছে। লেনদেন শেষে প্রতিটি শেয়ারের দাম দাঁড়িয়েছে {price} টাকায়। এ সময়ে প্রধান সূচক ও বাছাই সূচক দুটিই আগের দিনের "
        f"তুলনায় ওপরে ছিল এবং অধিকাংশ প্রতিষ্ঠানের দর বেড়েছে বলে বাজার সূত্রে জানা গেছে।"
    )


def test_two_reports_that_are_made_from_one_form_are_no_copies():
    one = told("লেনদেনের শীর্ষে অরিয়ন", a_form("অরিয়ন", 41_200, 85.5))
    other = told("লেনদেনের শীর্ষে লাভেলো", a_form("লাভেলো", 38_950, 91.2), hours=1)
    comparison = compared(one, other)
    assert (comparison.copy, comparison.one_story) == (False, False)


AT_A = "চরপাড়া ইউনিয়নে পুকুরে ডুবে এক শিশুর মৃত্যু হয়েছে।"
AT_B = "বালুচর ইউনিয়নে পুকুরে ডুবে এক শিশুর মৃত্যু হয়েছে।"
BY_A = "ছিনতাইকারীর ছুরিতে পিকআপচালক সোহেল খুন হয়েছেন।"
BY_B = "ছিনতাইকারীর ছুরিতে দোকানি আলামিন খুন হয়েছেন।"
INDEX_A = "সূচক ২৩ পয়েন্ট বেড়েছে, লেনদেন ৪১২ কোটি টাকা।"
INDEX_B = "সূচক ১২ পয়েন্ট বেড়েছে, লেনদেন ১২০ কোটি টাকা।"


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (FIRE, replace(FIRE, language="as"), Against.LANGUAGE),
        (FIRE, replace(FIRE, published_at=NOW + 73 * HOUR), Against.TIME),
        (told("টিভিতে খেলা, ১৮ নভেম্বর"), told("টিভিতে খেলা, ১৯ নভেম্বর"), Against.DAY),
        (told("শনিবার গ্যাস থাকবে না মিরপুরে"), told("সোমবার গ্যাস থাকবে না মিরপুরে"), Against.DAY),
        (told("নাটোরে বাস খাদে"), told("পাবনায় বাস খাদে"), Against.PLACE),
        (told("প্রথম ওয়ানডে জিতল দল"), told("দ্বিতীয় ওয়ানডে জিতল দল"), Against.ORDER),
        (told("সোনার দাম বাড়ল"), told("সোনার দাম কমল"), Against.OPPOSITE),
        (told("কাল ঢাকায় আসছেন প্রধানমন্ত্রী"), told("ঢাকায় পৌঁছেছেন প্রধানমন্ত্রী"), Against.AHEAD),
        (told("রাতে রিয়ালের সামনে সিটি"), told("সিটিকে হারিয়ে শেষ আটে রিয়াল", hours=8), Against.AHEAD),
        (told("আজকের মুদ্রার হার"), told("আজকের মুদ্রার হার", hours=24, source="b"), Against.COLUMN),
        (told("মুদ্রার বিনিময় হার"), told("মুদ্রার বিনিময় হার", hours=24), Against.COLUMN),
        (told("পুকুরে ডুবে শিশুর মৃত্যু", AT_A), told("পুকুরে ডুবে শিশুর মৃত্যু", AT_B, source="b"), Against.PLACE),
        (told("ভূমিকম্পে কাঁপল ঢাকা"), told("আবার ভূমিকম্পে কাঁপল ঢাকা"), Against.AGAIN),
        (told("ছিনতাইকারীর ছুরিতে যুবক খুন", BY_A), told("ছিনতাইকারীর ছুরিতে যুবক খুন", BY_B), Against.FORM),
        (told("সূচকের উত্থানে লেনদেন", INDEX_A), told("সূচকের উত্থানে লেনদেন", INDEX_B, source="b"), Against.AMOUNT),
        (told("হজে আরও এক মৃত্যু"), told("হজে আরও দুই মৃত্যু"), Against.AMOUNT),
        (told("গাজায় হামলায় নিহত ৩২"), told("গাজায় হামলায় নিহত ৭", hours=3), Against.AMOUNT),
        (told("গাজায় হামলায় নিহত ৭"), told("গাজায় হামলায় নিহত ৪১", hours=3), Against.AMOUNT),
        (told("প্রধান উপদেষ্টার সঙ্গে দূতের বৈঠক"), told("বিএনপি মহাসচিবের সঙ্গে দূতের বৈঠক"), Against.OWN),
        (told("সোনার দাম কমল ২ হাজার ৫০৮ টাকা"), told("সোনার দাম কমল ১৪৫৮ টাকা"), Against.AMOUNT),
        (told("ডেঙ্গুতে আরও ৪ জনের মৃত্যু"), told("ডেঙ্গুতে আরও ৬ জনের মৃত্যু", hours=24), Against.AMOUNT),
        (told("মুক্তি পেল ‘নীল নদী’"), told("মুক্তি পেল ‘শেষ ট্রেন’"), Against.TITLE),
        (told("চলে গেলেন নাজমুন আরা"), told("নাজমুন আরার মৃত্যুতে শোক"), Against.REACTION),
        (told("নাজমুন আরার মৃত্যুতে রাষ্ট্রপতির শোক"), told("নাজমুন আরার মৃত্যুতে উদীচীর শোক"), Against.PERSON),
        (told("নির্বাচন সময়মতোই: আইন উপদেষ্টা"), told("নির্বাচন সময়মতোই: সিইসি"), Against.PERSON),
        (told("আবাহনীকে হারাল কিংস"), told("আবাহনীকে হারাল রহমতগঞ্জ"), Against.OWN),
    ],
)
def test_what_speaks_against_is_said(one, other, why):
    assert why in compared(one, other).against
    assert not compared(one, other).one_story


def test_a_price_does_not_grow_as_a_toll_does():
    one = told("টঙ্গীতে লুট ১৮ লাখ টাকা", "টঙ্গীর বিসিকে ব্যাংক লুট।")
    other = told("টঙ্গীতে লুট ২৫ লাখ টাকা", "টঙ্গীর বিসিকে ব্যাংক লুট।", hours=2)
    assert compared(one, other).against == (Against.AMOUNT,)


def test_a_headline_alone_is_never_enough():
    bare = told(FIRE.headline)
    for other in (FIRE, bare):
        assert (compared(bare, other).against, compared(bare, other).one_story) == ((Against.BARE,), False)


@pytest.mark.parametrize(
    ("headline", "numbers"),
    [
        ("ভরিতে বাড়ল ২ হাজার ৬১২ টাকা", {"2612"}),
        ("ভরি ২ লাখ ১৩ হাজার, ডলার ১২১.৮", {"213000", "121.8"}),
        ("মাত্রা ৫ দশমিক ৭, নিহত চারজন", {"5.7", "4"}),
        ("প্রথম দিন শেষে ২৯২/৪", {"292", "4"}),
        ("১৮ নভেম্বর ২০২৫-এ ৩ ম্যাচ", {"3"}),
        ("এক দিন পর নয়", set()),
        ("Six killed, policy rate 10pc", {"6", "10"}),
    ],
)
def test_numbers_are_read_as_they_are_meant(headline, numbers):
    assert telling_of(told(headline)).numbers == numbers


@pytest.mark.parametrize(
    ("headline", "tense"),
    [
        ("জাতির উদ্দেশে ভাষণ দেবেন প্রধান উপদেষ্টা", "future"),
        ("জাতির উদ্দেশে ভাষণ দিলেন প্রধান উপদেষ্টা", "past"),
        ("ভোটকেন্দ্রে মোতায়েন হবে না: ইসি", ""),
        ("এইচএসসির ফল প্রকাশ বৃহস্পতিবার", "future"),
        ("টঙ্গীতে কারখানায় আগুন", ""),
        ("Bangladesh eye series win", "future"),
    ],
)
def test_a_headline_announces_or_reports(headline, tense):
    assert telling_of(told(headline)).tense == tense


class TestFinding:
    def candidate(self, article: Article, *, story: int = 0, began: float = 0) -> Candidate:
        return Candidate(article.id, story or article.id, NOW + began * HOUR, telling_of(article))

    def test_the_most_like_is_joined(self):
        near = replace(FIRE, id=2, headline="টঙ্গীতে কারখানায় আগুন")
        candidates = [self.candidate(near, story=2), self.candidate(replace(FIRE, id=3), story=3)]
        assert find_story(telling_of(FIRE), candidates, PLAIN) == 3

    def test_nothing_like_it_begins_a_story(self):
        assert find_story(telling_of(FIRE), [self.candidate(told("সেতু খুলল", id=2))], PLAIN) == 0

    def test_a_story_that_also_tells_of_another_place_is_not_joined(self):
        elsewhere = told("নাটোরে পোশাক কারখানায় আগুন", "নাটোরে একটি পোশাক কারখানায় আগুন লেগেছে।", id=3)
        candidates = [self.candidate(replace(FIRE, id=2), story=2), self.candidate(elsewhere, story=2)]
        assert find_story(telling_of(FIRE), candidates, PLAIN) == 0

    def test_a_story_takes_nothing_in_after_three_days(self):
        candidate = self.candidate(replace(FIRE, id=2), began=-73)
        assert find_story(telling_of(FIRE), [candidate], PLAIN) == 0
        assert find_story(telling_of(FIRE), [replace(candidate, began=None)], PLAIN) == 0

    def test_one_shared_word_is_no_reason_to_compare(self):
        shared = [(1, "টংগি"), (2, "টংগি"), (2, "বিসিক"), (3, "টংগি"), (3, "টংগি")]
        assert worth_comparing(shared, PLAIN) == [2]

    def test_as_many_are_compared_as_may_be_and_no_more(self):
        shared = [(number, word) for number in range(500) for word in ("টংগি", "বিসিক")]
        assert worth_comparing(shared, PLAIN) == list(range(499, 499 - COMPARED, -1))


def test_common_words_weigh_less_than_rare_ones_from_the_first_day():
    assert PLAIN.weight("নিহত") < PLAIN.weight("টংগি")
    assert Rarity(100, {"টংগি": 90}).weight("টংগি") < Rarity(100, {"টংগি": 1}).weight("টংগি")


def test_a_telling_reads_only_the_beginning_of_a_long_text():
    long = told("টঙ্গীতে আগুন", "শব্দ " * 200_000)
    telling: Telling = telling_of(long)
    assert len(telling.whole) < 10
