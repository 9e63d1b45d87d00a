"""Conversations, through the whole of the dialogue, over stores in memory."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from newsbot.conversation.actions import MOST_SHOWN
from newsbot.conversation.dialogue import Dialogue
from newsbot.conversation.menu import command_menu
from newsbot.domain.message import (
    Button,
    CardReply,
    ChoiceReply,
    FileReply,
    HeadlinesReply,
    Kind,
    MessageRef,
    TextReply,
    Toast,
)
from newsbot.domain.subscriber import Address, Preferences
from newsbot.i18n import Catalog
from tests.builders import (
    NOW,
    a_draft,
    a_newsroom,
    an_incoming,
    some_topics,
    the_administrator,
)
from tests.talk import CATALOG, READER, Talk, buttons, only, words


@pytest.fixture
def talk() -> Talk:
    return Talk()


# --- meeting ---------------------------------------------------------------------------------------------------------


async def test_a_newcomer_chooses_language_then_topics_then_gets_hints(talk: Talk) -> None:
    first = only(await talk.say("/start"), ChoiceReply)
    assert [(o.label, o.chosen) for o in first.options] == [("বাংলা", True), ("English", False)]
    assert "দৈনিক প্রভাত" in first.question
    assert "Which language" in first.question
    assert await talk.subscribers.get(READER) is not None

    topics = only(await talk.press("English"), ChoiceReply)
    assert topics.replaces == MessageRef("1001", "50")
    assert [o.label for o in topics.options][:2] == ["⚽ Sports", "🏛️ Politics"]
    assert not any(o.chosen for o in topics.options)

    topics = only(await talk.press("Sports"), ChoiceReply)
    assert [o.label for o in topics.options if o.chosen] == ["⚽ Sports"]
    assert (await talk.chosen()).topics == {"sports"}

    done = await talk.press("Done")
    assert words(done).startswith("You follow: Sports.")
    assert await talk.chosen() == Preferences(language="en", topics=frozenset({"sports"}), onboarded=True)


async def test_the_language_of_the_app_is_the_first_guess_and_unknown_ones_mean_the_houses(talk: Talk) -> None:
    hinted = only(await talk.say("/start", language_hint="en-GB"), ChoiceReply)
    assert [o.label for o in hinted.options if o.chosen] == ["English"]
    other = Talk()
    unknown = only(await other.say("/start", language_hint="fr"), ChoiceReply)
    assert [o.label for o in unknown.options if o.chosen] == ["বাংলা"]


async def test_a_house_with_one_language_asks_for_topics_at_once(talk: Talk) -> None:
    talk.dialogue = Dialogue(
        articles=talk.articles,
        subscribers=talk.subscribers,
        memory=talk.memory,
        alerts=talk.alerts,
        codes=talk.codes,
        administers=the_administrator,
        topics=some_topics(),
        newsroom=a_newsroom(),
        catalog=Catalog(()),
        clock=lambda: NOW,
    )
    first = only(await talk.say("/start"), ChoiceReply)
    assert "Welcome to The Daily Probhat!" in first.question
    assert next(o.label for o in first.options) == "⚽ Sports"


async def test_a_topic_link_follows_the_topic_and_asks_nothing_first(talk: Talk) -> None:
    replies = await talk.hear(an_incoming(kind=Kind.START, action="topic-sports"))
    assert "স্বাগতম" in words(replies)
    assert "অনুসরণ করছেন: খেলা" in words(replies)
    assert await talk.chosen() == Preferences(topics=frozenset({"sports"}), onboarded=True)


async def test_an_article_link_opens_its_card_then_offers_to_follow(talk: Talk) -> None:
    await talk.publish(1)
    replies = await talk.hear(an_incoming(kind=Kind.START, action="article-1"))
    assert [type(reply) for reply in replies] == [TextReply, CardReply, TextReply]
    assert "খেলা" in words(replies[2:])
    await talk.press("অনুসরণ করুন")
    assert (await talk.chosen()).topics == {"sports"}


@pytest.mark.parametrize(
    "payload", ["article-999", "article-x", "article-", "article-99999999999999999999", "topic-no", "ref"]
)
async def test_a_link_that_leads_nowhere_still_welcomes(talk: Talk, payload: str) -> None:
    replies = await talk.hear(an_incoming(kind=Kind.START, action=payload))
    assert "স্বাগতম" in words(replies)
    assert await talk.subscribers.get(READER) is not None


async def test_who_follows_topics_is_not_asked_to_after_a_link_that_leads_nowhere(talk: Talk) -> None:
    await talk.a_reader("sports")
    replies = await talk.hear(an_incoming(kind=Kind.START, action="article-999"))
    assert "এই খবরটি এখন আর নেই।" in words(replies)
    assert "অনুসরণ করতে চান" not in words(replies)


async def test_a_returning_reader_is_welcomed_back_with_their_topics(talk: Talk) -> None:
    await talk.a_reader("sports", "politics")
    await talk.say("/stop")
    assert (await talk.chosen()).stopped
    replies = await talk.say("/start")
    assert "ফিরে আসায়" in words(replies)
    assert "খেলা, রাজনীতি" in words(replies)
    assert not (await talk.chosen()).stopped


async def test_start_delivered_twice_registers_once(talk: Talk) -> None:
    incoming = an_incoming("/start")
    await talk.hear(incoming)
    await talk.hear(incoming)
    assert len(await talk.subscribers.history(READER)) == 1


# --- reading ---------------------------------------------------------------------------------------------------------


async def test_latest_shows_kicker_headline_and_how_long_ago(talk: Talk) -> None:
    await talk.publish(1, kicker="আবুধাবি টি-টেন", headline="শেষ বলে জয়")
    listing = only(await talk.say("/latest"), HeadlinesReply)
    (line,) = listing.headlines
    assert (line.number, line.kicker, line.headline, line.when) == ("১", "আবুধাবি টি-টেন", "শেষ বলে জয়", "১ মিনিট আগে")
    assert line.url == "https://news.example/article/1"


async def test_latest_is_paged_in_its_own_message_and_new_arrivals_shift_nothing(talk: Talk) -> None:
    await talk.publish(25)
    first = only(await talk.say("/latest"), HeadlinesReply)
    assert first.replaces is None
    assert _numbers(first) == list(range(1, 11))
    await talk.articles.put(a_draft(99, published_at=NOW), now=NOW, announce=True)
    second = only(await talk.press("পুরোনো"), HeadlinesReply)
    assert second.replaces == MessageRef("1001", "50")
    assert _numbers(second) == list(range(11, 21))
    third = only(await talk.press("পুরোনো"), HeadlinesReply)
    assert _numbers(third) == list(range(21, 26))
    assert not any("পুরোনো" in button.label for button in buttons(third))
    assert _numbers(only(await talk.press("নতুন"), HeadlinesReply)) == list(range(11, 21))
    assert _numbers(only(await talk.press("নতুন"), HeadlinesReply)) == list(range(1, 11))
    top = only(await talk.press("নতুন"), HeadlinesReply)
    assert _numbers(top) == [99, *range(1, 10)]
    assert not any("নতুন" in button.label for button in buttons(top))


def _numbers(listing: HeadlinesReply) -> list[int]:
    return [int(line.url.rpartition("/")[2]) for line in listing.headlines]


async def test_a_story_is_shown_once_and_a_button_lists_all_that_tell_it(talk: Talk) -> None:
    fire = {"body": "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে।", "published_at": NOW - timedelta(hours=2)}
    out = {"body": "গাজীপুরের টঙ্গীতে পোশাক কারখানার আগুন নিয়ন্ত্রণে এসেছে।", "published_at": NOW - timedelta(hours=1)}
    await talk.articles.put(a_draft(8, headline="টঙ্গীতে পোশাক কারখানায় আগুন", **fire), now=NOW, announce=True)
    await talk.articles.put(a_draft(9, headline="টঙ্গীর কারখানার আগুন নিয়ন্ত্রণে", **out), now=NOW, announce=True)
    await talk.articles.put(a_draft(1), now=NOW, announce=True)
    listing = only(await talk.say("/latest"), HeadlinesReply)
    assert _numbers(listing) == [1, 9]
    assert [line.when for line in listing.headlines] == ["১ মিনিট আগে", "১ ঘণ্টা আগে · আরও ১টি"]
    assert [button.label for button in buttons(listing) if "আরও" in button.label] == ["২: আরও ১টি"]
    story = only(await talk.press("২: আরও ১টি"), HeadlinesReply)
    assert story.title == "এ ঘটনার সব খবর: ২টি"
    assert _numbers(story) == [9, 8]
    assert story.replaces is None
    assert only(await talk.say("২"), CardReply).headline == "টঙ্গীতে পোশাক কারখানায় আগুন"


async def test_of_a_long_story_the_newest_are_listed_and_no_more_is_promised(talk: Talk) -> None:
    for number in range(1, MOST_SHOWN + 2):
        told = {"headline": "টঙ্গীতে পোশাক কারখানায় আগুন", "body": "গাজীপুরের টঙ্গীতে একটি পোশাক কারখানায় আগুন লেগেছে।"}
        await talk.articles.put(a_draft(number, **told), now=NOW, announce=True)
    assert [line.when for line in only(await talk.say("/latest"), HeadlinesReply).headlines] == [
        "১ মিনিট আগে · আরও ২০টি"
    ]
    story = only(await talk.press("১: আরও ২০টি"), HeadlinesReply)
    assert story.title == "এ ঘটনার সর্বশেষ ২০টি খবর"
    assert _numbers(story) == list(range(1, 21))


async def test_a_story_that_is_gone_says_so(talk: Talk) -> None:
    assert words(await talk.do("1:story:zz")).startswith("এই খবরটি এখন আর নেই")


async def test_latest_can_be_filtered_by_topic_with_a_button(talk: Talk) -> None:
    await talk.articles.put(a_draft(1, topics=("sports",)), now=NOW, announce=True)
    await talk.articles.put(a_draft(2, topics=("politics",)), now=NOW, announce=True)
    await talk.say("/latest")
    choice = only(await talk.press("বিষয় অনুযায়ী"), ChoiceReply)
    assert [o.label for o in choice.options if o.chosen] == ["সব বিষয়"]
    listing = only(await talk.press("রাজনীতি"), HeadlinesReply)
    assert _numbers(listing) == [2]
    assert listing.replaces == MessageRef("1001", "50")
    assert "রাজনীতি" in listing.title


@pytest.mark.parametrize(
    ("asked", "shown"), [("/latest 3", 3), ("/latest ৩", 3), ("/latest 0", 10), ("/latest 500", 20)]
)
async def test_a_count_is_kept_within_bounds_and_the_reader_told(talk: Talk, asked: str, shown: int) -> None:
    await talk.publish(30)
    listing = only(await talk.say(asked), HeadlinesReply)
    assert len(listing.headlines) == shown
    assert ("সর্বোচ্চ ২০টি" in listing.footer) == (asked == "/latest 500")


async def test_two_topics_at_once_are_told_to_be_one(talk: Talk) -> None:
    await talk.publish(1)
    assert "একটিই বিষয়" in only(await talk.say("/latest খেলা রাজনীতি"), HeadlinesReply).footer


async def test_an_empty_paper_says_so(talk: Talk) -> None:
    assert "এখনো কোনো খবর নেই" in words(await talk.say("/latest"))
    assert "খেলা বিষয়ে এখনো" in words(await talk.say("খেলা"))


async def test_a_typed_number_opens_that_line_of_the_list_shown_last(talk: Talk) -> None:
    await talk.publish(25)
    await talk.say("/latest")
    await talk.press("পুরোনো")
    card = only(await talk.say("৩"), CardReply)
    assert card.url == "https://news.example/article/13"
    assert "১০টি খবর" in words(await talk.say("১১"))


async def test_a_number_without_a_list_brings_the_list(talk: Talk) -> None:
    await talk.publish(2)
    replies = await talk.say("১")
    assert [type(reply) for reply in replies] == [TextReply, HeadlinesReply]
    assert only(await talk.say("১"), CardReply).url == "https://news.example/article/1"


async def test_a_card_has_all_that_a_reader_needs(talk: Talk) -> None:
    await talk.publish(
        1,
        kicker="ক্রিকেট",
        byline="র. হাসান",
        image_url="https://news.example/1.jpg",
        updated_at=NOW + timedelta(minutes=30),
    )
    talk.now = NOW + timedelta(hours=2)
    await talk.say("/latest")
    card = only(await talk.press("১"), CardReply)
    assert card == CardReply(
        kicker="ক্রিকেট",
        headline="সেতু খুলে দেওয়া হলো, পর্ব 1",
        summary="নতুন সেতুতে যান চলাচল শুরু হয়েছে।",
        url="https://news.example/article/1",
        source="দৈনিক প্রভাত, র. হাসান",
        when="২ ঘণ্টা আগে",
        image_url="https://news.example/1.jpg",
        labels=("হালনাগাদ: ১ ঘণ্টা আগে",),
        share_label="শেয়ার করুন",
        buttons=(
            (Button("পুরোটা পড়ুন", url="https://news.example/article/1"),),
            (Button("খেলা: অনুসরণ করুন", "1:sub:sports:c:1"),),
        ),
    )


@pytest.mark.parametrize("byline", ["দৈনিক প্রভাত", "The Daily Probhat"])
async def test_a_newsroom_that_signs_itself_is_named_once(talk: Talk, byline: str) -> None:
    await talk.publish(1, byline=byline)
    await talk.say("সর্বশেষ")
    assert only(await talk.say("১"), CardReply).source == "দৈনিক প্রভাত"


async def test_following_from_a_card_turns_its_button_around(talk: Talk) -> None:
    await talk.publish(1)
    await talk.say("/start")
    await talk.do("1:open:1")
    toast, card = await talk.press("অনুসরণ করুন")
    assert isinstance(toast, Toast)
    assert isinstance(card, CardReply)
    assert card.replaces == MessageRef("1001", "50")
    assert [button.action for row in card.buttons for button in row] == ["", "1:unsub:sports:c:1"]
    await talk.press("অনুসরণ বন্ধ")
    assert (await talk.chosen()).topics == frozenset()


@pytest.mark.parametrize("end", ["withdrawn", "deleted", "not yet"])
async def test_an_article_that_may_not_be_read_is_no_longer_available(talk: Talk, end: str) -> None:
    await talk.publish(1)
    await talk.say("/latest")
    if end == "withdrawn":
        await talk.articles.withdraw("https://news.example/article/1", now=NOW)
    elif end == "deleted":
        await talk.articles.mark_announced([1], now=NOW)
        await talk.articles.retain(keep_since=NOW)
    else:
        talk.now = NOW - timedelta(days=1)
    assert words(await talk.press("১")).startswith("এই খবরটি এখন আর নেই")
    assert words(await talk.say("১")).startswith("এই খবরটি এখন আর নেই")


async def test_a_pasted_link_opens_the_card(talk: Talk) -> None:
    await talk.publish(1)
    assert only(await talk.say("https://news.example/article/1"), CardReply).url == "https://news.example/article/1"
    assert "এই ঠিকানায়" in words(await talk.say("https://elsewhere.example/"))


async def test_a_headline_of_five_thousand_letters_is_clipped_in_a_list(talk: Talk) -> None:
    await talk.publish(1, headline="ক্ষ" * 5000)
    (line,) = only(await talk.say("/latest"), HeadlinesReply).headlines
    assert line.headline.endswith("…")
    assert len(line.headline) < 600


# --- search ----------------------------------------------------------------------------------------------------------


async def test_free_text_is_searched_and_results_are_counted(talk: Talk) -> None:
    await talk.publish(3)
    listing = only(await talk.say("সেতু"), HeadlinesReply)
    assert listing.title == "‘সেতু’: ৩টি খবর"
    assert only(await talk.say("২"), CardReply).headline == "সেতু খুলে দেওয়া হলো, পর্ব 2"


async def test_search_is_paged_even_after_another_search(talk: Talk) -> None:
    await talk.publish(25)
    await talk.say("/search সেতু")
    first_search = talk.last
    await talk.say("/search চলাচল")
    talk.last = first_search
    second = only(await talk.press("পরের পাতা"), HeadlinesReply)
    assert second.title == "‘সেতু’: ২৫টি খবর"
    assert len(second.headlines) == 10
    third = only(await talk.press("পরের পাতা"), HeadlinesReply)
    assert len(third.headlines) == 5
    assert [b.label for b in buttons(third) if "পাতা" in b.label] == ["‹ আগের পাতা"]
    assert only(await talk.press("আগের পাতা"), HeadlinesReply) == second


async def test_many_results_are_not_counted_to_the_end(talk: Talk) -> None:
    await talk.publish(60)
    assert only(await talk.say("সেতু"), HeadlinesReply).title == "‘সেতু’: ৫০টির বেশি খবর"


async def test_a_search_from_long_ago_asks_for_its_words(talk: Talk) -> None:
    assert "আবার লিখুন" in words(await talk.do("1:find:0123456789abcdef:1"))


async def test_nothing_found_offers_ways_on(talk: Talk) -> None:
    replies = await talk.say("জ্যোতির্বিদ্যা")
    assert "‘জ্যোতির্বিদ্যা’ লিখে কিছু পাওয়া যায়নি" in words(replies)
    assert [b.label for b in buttons(replies[0])] == ["সর্বশেষ খবর", "বিষয়"]


async def test_nothing_found_for_a_misspelt_topic_asks_whether_it_was_meant(talk: Talk) -> None:
    assert "আপনি কি খেলা বোঝাতে চেয়েছেন?" in words(await talk.say("ক্রীরা"))


async def test_search_without_words_shows_how(talk: Talk) -> None:
    assert "/search পদ্মা সেতু" in words(await talk.say("/search"))


async def test_braces_in_what_a_reader_typed_stay_what_they_are(talk: Talk) -> None:
    assert "‘{words} {0} %s’" in words(await talk.say("/search {words} {0} %s"))


# --- following -------------------------------------------------------------------------------------------------------


async def test_topics_are_toggles_that_say_the_wanted_state(talk: Talk) -> None:
    await talk.a_reader("sports")
    choice = only(await talk.say("/topics"), ChoiceReply)
    assert [(o.action, o.chosen) for o in choice.options][:2] == [
        ("1:unsub:sports:t", True),
        ("1:sub:politics:t", False),
    ]
    for _ in range(2):  # delivered twice
        _toast, shown = await talk.do("1:sub:politics:t")
        assert isinstance(shown, ChoiceReply)
        assert [o.chosen for o in shown.options] == [True, True, False, False, False]
    assert (await talk.chosen()).topics == {"sports", "politics"}


async def test_everything_followed_can_be_left_at_once_from_the_list(talk: Talk) -> None:
    await talk.a_reader("sports", "world")
    await talk.say("/unsubscribe")
    toast, shown = await talk.press("সব অনুসরণ বন্ধ")
    assert words((toast,)) == "আপনি এখন আর কোনো বিষয় অনুসরণ করছেন না।"
    assert not any(button.label == "সব অনুসরণ বন্ধ করুন" for button in buttons(shown))
    assert (await talk.chosen()).topics == frozenset()


async def test_subscribing_by_name_confirms_each_and_reports_what_is_no_topic(talk: Talk) -> None:
    replies = await talk.say("/subscribe খেলা, অর্থনীতি ও জ্যোতিষ")
    assert "এখন থেকে অনুসরণ করছেন: খেলা, অর্থনীতি।" in words(replies)
    assert "‘জ্যোতিষ’ নামে কোনো বিষয় নেই।" in words(replies)
    assert (await talk.chosen()).topics == {"sports", "economy"}
    assert "আগে থেকেই" in words(await talk.say("/subscribe খেলা"))


async def test_a_misspelt_topic_is_asked_back_with_a_button(talk: Talk) -> None:
    await talk.a_reader()
    replies = await talk.say("/subscribe ক্রীরা")
    assert words(replies) == "‘ক্রীরা’ নামে কোনো বিষয় নেই; আপনি কি খেলা বোঝাতে চেয়েছেন?"
    await talk.press("খেলা: অনুসরণ করুন")
    assert (await talk.chosen()).topics == {"sports"}


async def test_latest_of_a_misspelt_topic_is_asked_back(talk: Talk) -> None:
    await talk.publish(1)
    replies = await talk.say("/latest ক্রীরা")
    assert "আপনি কি খেলা বোঝাতে চেয়েছেন?" in words(replies)
    assert only(await talk.press("খেলা"), HeadlinesReply).title == "⚽ খেলা: সর্বশেষ"


async def test_unsubscribing_from_one_and_from_all(talk: Talk) -> None:
    await talk.a_reader("sports", "politics", "world")
    assert "অনুসরণ বন্ধ হলো: খেলা" in words(await talk.say("/unsubscribe খেলা"))
    assert (await talk.chosen()).topics == {"politics", "world"}
    assert "কোনো বিষয় অনুসরণ করছেন না" in words(await talk.say("/unsubscribe all"))
    assert (await talk.chosen()).topics == frozenset()
    assert "অনুসরণ করছেন না: খেলা" in words(await talk.say("/unsubscribe খেলা"))


async def test_my_topics_says_since_when_without_a_break(talk: Talk) -> None:
    talk.now = NOW - timedelta(days=20)
    await talk.say("/subscribe খেলা রাজনীতি")
    talk.now = NOW - timedelta(days=15)
    await talk.say("/unsubscribe খেলা")
    talk.now = NOW - timedelta(days=10)
    await talk.say("/subscribe খেলা")
    talk.now = NOW
    assert (
        words(await talk.say("/mytopics")) == "আপনি অনুসরণ করছেন:\n\n⚽ খেলা · ৮ নভেম্বর থেকে\n🏛️ রাজনীতি · ২৯ অক্টোবর থেকে"
    )


async def test_a_topic_that_the_newsroom_gave_up_is_neither_shown_nor_followed(talk: Talk) -> None:
    await talk.a_reader("sports", "horoscope")
    assert "horoscope" not in words(await talk.say("/mytopics"))
    assert "এখন আর নেই" in words(await talk.do("1:sub:horoscope:t"))
    assert "এখন আর নেই" in words(await talk.do("1:latest:horoscope"))
    await talk.do("1:unsub:horoscope")
    assert (await talk.chosen()).topics == {"sports"}


async def test_who_had_stopped_and_follows_a_topic_is_a_subscriber_again(talk: Talk) -> None:
    await talk.a_reader("sports", stopped=True)
    assert "আবার অনুসরণ করছেন: খেলা, রাজনীতি" in words(await talk.say("/subscribe রাজনীতি"))
    assert not (await talk.chosen()).stopped


async def test_leaving_a_topic_does_not_bring_back_who_had_stopped(talk: Talk) -> None:
    await talk.a_reader("sports", stopped=True)
    await talk.say("/unsubscribe রাজনীতি")
    await talk.say("/unsubscribe খেলা")
    assert (await talk.chosen()).stopped


@pytest.mark.parametrize("command", ["/unsubscribe all", "/mytopics", "/pause", "/resume", "/stop"])
async def test_a_stranger_is_told_how_to_begin_and_is_not_registered(talk: Talk, command: str) -> None:
    assert "এখনো গ্রাহক হননি" in words(await talk.say(command))
    assert await talk.subscribers.get(READER) is None


async def test_reading_registers_nobody(talk: Talk) -> None:
    await talk.publish(1)
    for said in ("/latest", "সেতু", "১", "/help", "/topics"):
        await talk.say(said)
    assert await talk.subscribers.get(READER) is None


# --- settings --------------------------------------------------------------------------------------------------------


async def test_pausing_keeps_the_topics_and_resuming_goes_on(talk: Talk) -> None:
    await talk.a_reader("sports")
    await talk.say("/settings")
    _toast, shown = await talk.press("থামান")
    assert "আপাতত থামানো" in words((shown,))
    assert await talk.chosen() == Preferences(topics=frozenset({"sports"}), onboarded=True, paused=True)
    assert "থামানো আছে" in words(await talk.say("/subscribe রাজনীতি"))
    await talk.say("/resume")
    assert not (await talk.chosen()).paused


async def test_the_language_changes_with_its_confirmation(talk: Talk) -> None:
    await talk.a_reader()
    assert words(await talk.say("/language English")) == "From now on I write to you in English."
    assert words(await talk.say("/language বাংলা")) == "এখন থেকে আপনাকে বাংলায় লেখা হবে।"


async def test_the_language_may_change_in_the_middle_of_the_welcome(talk: Talk) -> None:
    await talk.say("/start", language_hint="fr-CA")
    await talk.press("English")
    await talk.press("Sports")
    assert words(talk.last).startswith("You now follow Sports.")
    await talk.say("/language বাংলা")
    assert words(await talk.do("1:sub:politics:w")).startswith("এখন থেকে অনুসরণ করছেন: রাজনীতি।")  # the button is older
    assert words(await talk.do("1:done")).startswith("আপনি অনুসরণ করছেন: খেলা, রাজনীতি।")
    assert (await talk.chosen()).language == "bn"


async def test_a_language_that_we_do_not_speak_is_told(talk: Talk) -> None:
    await talk.a_reader()
    choice = only(await talk.say("/language fr"), ChoiceReply)
    assert choice.question.startswith("এই ভাষায় এখনো")
    assert (await talk.chosen()).language == "bn"


async def test_my_data_is_everything_that_is_kept(talk: Talk) -> None:
    await talk.publish(2)
    await talk.say("/subscribe খেলা")
    await talk.say("/latest")
    file = only(await talk.say("/mydata"), FileReply)
    assert json.loads(file.content) == {
        "address": "telegram:1001",
        "number": 0,
        "since": "2025-11-18T11:45:00+00:00",
        "active_at": "2025-11-18T00:00:00+00:00",
        "preferences": {
            "language": "bn",
            "timezone": "Asia/Dhaka",
            "topics": ["sports"],
            "paused": False,
            "stopped": False,
            "unreachable": False,
            "onboarded": False,
            "extra": {},
        },
        "history": [
            {
                "at": "2025-11-18T11:45:00+00:00",
                "what": "topics",
                "preferences": json.loads(file.content)["preferences"],
            }
        ],
        "last_list": [1, 2],
    }


async def test_forgetting_asks_first_and_then_truly_forgets(talk: Talk) -> None:
    await talk.publish(1)
    await talk.a_reader("sports")
    await talk.say("/latest")
    await talk.say("/forgetme")
    assert await talk.subscribers.get(READER) is not None
    await talk.press("না, থাক")
    assert await talk.subscribers.get(READER) is not None
    await talk.say("/forgetme")
    assert "মুছে ফেলা হয়েছে" in words(await talk.press("হ্যাঁ"))
    assert await talk.subscribers.get(READER) is None
    assert await talk.subscribers.history(READER) == ()
    assert await talk.memory.last_list(READER) == ()
    assert words(await talk.do("1:forget:yes")) == "আপনার কোনো তথ্য আমাদের কাছে নেই।"


# --- everything else -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", ["sticker", "voice", "photo", "location", "dice", ""])
async def test_what_is_no_text_gets_a_helpful_answer(talk: Talk, media: str) -> None:
    (reply,) = await talk.hear(an_incoming(kind=Kind.MEDIA, media=media))
    assert "লিখুন" in words((reply,))
    assert buttons(reply)


async def test_old_and_unknown_buttons_are_answered(talk: Talk) -> None:
    for action in ("", "0:latest", "1:nonsense", "1:sub", "subscribe_sports", "1:page:sports:10:bzz", "\x00", "খ"):
        assert "বোতামটি পুরোনো" in words(await talk.do(action))


async def test_an_unknown_command_is_answered_with_the_one_that_may_be_meant(talk: Talk) -> None:
    assert "/latest বোঝাতে চেয়েছেন" in words(await talk.say("/lates"))


async def test_blocking_makes_a_reader_unreachable_without_an_answer_and_unblocking_revives(talk: Talk) -> None:
    await talk.a_reader("sports")
    assert await talk.hear(an_incoming(kind=Kind.BLOCKED)) == ()
    assert (await talk.chosen()).unreachable
    assert await talk.hear(an_incoming(kind=Kind.UNBLOCKED)) == ()
    assert not (await talk.chosen()).unreachable
    assert (await talk.chosen()).topics == {"sports"}


async def test_a_stranger_who_blocks_us_is_not_registered_by_that(talk: Talk) -> None:
    await talk.hear(an_incoming(kind=Kind.BLOCKED))
    assert await talk.subscribers.get(READER) is None


async def test_writing_revives_an_unreachable_reader(talk: Talk) -> None:
    await talk.a_reader("sports", unreachable=True)
    await talk.say("/help")
    assert not (await talk.chosen()).unreachable


async def test_a_chat_that_moves_keeps_its_subscriber(talk: Talk) -> None:
    await talk.a_reader("sports")
    assert await talk.hear(an_incoming(kind=Kind.MOVED, action="-100999")) == ()
    moved = await talk.subscribers.get(Address("telegram", "-100999"))
    assert moved is not None
    assert moved.preferences.topics == {"sports"}


# --- when storage is away --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["/start", "/subscribe খেলা", "/unsubscribe খেলা", "/stop", "/pause", "/language en", "/forgetme yes"]
)
async def test_nothing_is_confirmed_that_could_not_be_saved(talk: Talk, said: str) -> None:
    await talk.a_reader("sports")
    before = await talk.subscribers.get(READER)
    talk.subscribers.away = True
    assert words(await talk.say(said)) == "এই মুহূর্তে এটি সংরক্ষণ করা গেল না। একটু পরে আবার চেষ্টা করুন।"
    talk.subscribers.away = False
    assert await talk.subscribers.get(READER) == before


@pytest.mark.parametrize("said", ["/mytopics", "/mydata", "/topics", "/settings"])
async def test_a_reader_is_never_taken_for_a_stranger_while_the_store_is_away(talk: Talk, said: str) -> None:
    await talk.a_reader("sports")
    talk.subscribers.away = True
    assert words(await talk.say(said)) == "এই মুহূর্তে এটি দেখানো যাচ্ছে না। একটু পরে আবার চেষ্টা করুন।"


async def test_news_are_read_even_while_the_readers_store_and_the_memory_are_away(talk: Talk) -> None:
    await talk.publish(25)
    talk.subscribers.away = talk.memory.away = True
    listing = only(await talk.say("/latest"), HeadlinesReply)
    assert len(listing.headlines) == 10
    found = only(await talk.say("সেতু"), HeadlinesReply)
    assert found.title == "‘সেতু’: ২৫টি খবর"
    assert found.buttons == ()
    card = only(await talk.do("1:open:1"), CardReply)
    assert [button.label for row in card.buttons for button in row] == ["পুরোটা পড়ুন"]


async def test_a_link_to_an_article_is_followed_even_while_nobody_can_be_registered(talk: Talk) -> None:
    await talk.publish(1)
    talk.subscribers.away = True
    assert only(await talk.say("/start article-1"), CardReply).url == a_draft(1).url
    talk.subscribers.away = False
    assert await talk.subscribers.get(READER) is None


@pytest.mark.parametrize("view", ["c:1", "l"])
async def test_what_was_saved_is_confirmed_even_while_the_articles_are_away(talk: Talk, view: str) -> None:
    await talk.a_reader()
    talk.articles.away = True
    assert await talk.do(f"1:sub:sports:{view}") == (Toast(text="এখন থেকে অনুসরণ করছেন: খেলা।"),)
    assert (await talk.chosen()).topics == {"sports"}


@pytest.mark.parametrize("said", ["/latest", "সেতু", "https://news.example/article/1"])
async def test_while_the_articles_are_away_the_reader_is_asked_to_try_again(talk: Talk, said: str) -> None:
    talk.articles.away = True
    assert words(await talk.say(said)) == "এই মুহূর্তে এটি দেখানো যাচ্ছে না। একটু পরে আবার চেষ্টা করুন।"


# --- the menu --------------------------------------------------------------------------------------------------------


def test_the_menu_has_every_command_in_every_language_within_telegrams_limits() -> None:
    menu = command_menu(CATALOG, a_newsroom())
    assert set(menu.commands) == set(menu.about) == {"bn", "en"}
    for commands in menu.commands.values():
        assert {command for command, _ in commands} == {
            *("start", "latest", "topics", "subscribe", "unsubscribe", "mytopics", "search", "settings", "language"),
            *("pause", "resume", "stop", "mydata", "forgetme", "help"),
        }
        assert all(1 <= len(description) <= 256 for _, description in commands)
    assert menu.commands["bn"][0] == ("latest", "সর্বশেষ খবর, চাইলে বিষয় ধরে")
    assert menu.about["bn"].startswith("দৈনিক প্রভাত")


async def test_every_action_fits_and_is_ascii_whatever_the_topics_are_called(talk: Talk) -> None:
    await talk.publish(25)
    for said in ("/start", "/latest", "/topics", "/settings", "সেতু", "/mytopics", "/help", "/forgetme"):
        for reply in await talk.say(said):
            assert all(button.action.isascii() and len(button.action) <= 64 for button in buttons(reply))
