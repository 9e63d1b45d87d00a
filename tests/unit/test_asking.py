"""Words alone change nothing: a question comes first, and its buttons do what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsbot.conversation.intents import Search
from newsbot.conversation.understanding import understand
from newsbot.domain.message import ChoiceReply, HeadlinesReply, TextReply
from newsbot.domain.subscriber import Preferences
from tests.builders import an_incoming
from tests.talk import CATALOG, READER, Talk, buttons, only, words

BEFORE = Preferences(topics=frozenset({"sports", "politics"}), onboarded=True)
#: words → what is chosen when yes was pressed
WISHES = {
    "খেলা বন্ধ": replace(BEFORE, topics=frozenset({"politics"})),
    "খেলার খবর আর পাঠাবেন না": replace(BEFORE, topics=frozenset({"politics"})),
    "unfollow sports": replace(BEFORE, topics=frozenset({"politics"})),
    "সব অনুসরণ বন্ধ করুন": replace(BEFORE, topics=frozenset()),
    "বিনোদন ফলো করুন": replace(BEFORE, topics=BEFORE.topics | {"entertainment"}),
    "stop": replace(BEFORE, stopped=True),
    "অ্যালার্ট বন্ধ করুন": replace(BEFORE, stopped=True),
    "বিরতি": replace(BEFORE, paused=True),
}


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.mark.parametrize(("typed", "after"), WISHES.items())
async def test_nothing_changes_until_yes_is_pressed_and_then_what_was_asked_for(
    talk: Talk, typed: str, after: Preferences
) -> None:
    await talk.a_reader("sports", "politics")
    question = only(await talk.say(typed), TextReply)
    assert question.plain.endswith(("?", "।"))
    assert await talk.chosen() == BEFORE
    done = only(await talk.press("হ্যাঁ"), TextReply)
    assert done.replaces is not None
    assert await talk.chosen() == after


@pytest.mark.parametrize("typed", WISHES)
async def test_no_leaves_everything_as_it_was_and_takes_the_question_away(talk: Talk, typed: str) -> None:
    await talk.a_reader("sports", "politics")
    await talk.say(typed)
    answer = only(await talk.press("না"), TextReply)
    assert (answer.plain, answer.replaces is not None) == ("কিছু বদলানো হয়নি।", True)
    assert await talk.chosen() == BEFORE


async def test_alerts_are_turned_on_again_by_words_and_a_press(talk: Talk) -> None:
    await talk.a_reader("sports", paused=True)
    await talk.say("অ্যালার্ট চালু করুন")
    assert (await talk.chosen()).paused
    await talk.press("হ্যাঁ")
    assert not (await talk.chosen()).paused


async def test_who_asks_to_be_left_alone_may_only_pause(talk: Talk) -> None:
    await talk.a_reader("sports")
    await talk.say("আর খবর পাঠাবেন না")
    await talk.press("শুধু থামিয়ে রাখুন")
    assert (await talk.chosen()).paused
    assert not (await talk.chosen()).stopped


async def test_what_may_be_news_is_searched_for_with_a_button(talk: Talk) -> None:
    await talk.publish(1, headline="বৃষ্টিতে খেলা বন্ধ")
    await talk.a_reader("sports")
    await talk.say("খেলা বন্ধ")
    assert only(await talk.press("খুঁজুন: খেলা বন্ধ"), HeadlinesReply).title == "‘খেলা বন্ধ’: ১টি খবর"


async def test_the_question_is_asked_even_while_searches_cannot_be_remembered(talk: Talk) -> None:
    await talk.a_reader("sports")
    talk.memory.away = True
    assert [button.label for button in buttons(only(await talk.say("খেলা বন্ধ"), TextReply))] == ["হ্যাঁ", "না"]


async def test_of_several_topics_each_has_its_button(talk: Talk) -> None:
    await talk.a_reader("sports", "politics", "world")
    await talk.say("খেলা, রাজনীতি ও বিনোদন বাদ দিন")
    labels = [button.label for button in buttons(only(talk.last, TextReply))]
    assert labels == ["খেলা: অনুসরণ বন্ধ করুন", "রাজনীতি: অনুসরণ বন্ধ করুন", "না"]
    await talk.press("রাজনীতি")
    assert (await talk.chosen()).topics == {"sports", "world"}


@pytest.mark.parametrize(
    ("typed", "state", "told"),
    [
        ("বিনোদন বন্ধ করুন", {}, "আপনি এমনিতেই অনুসরণ করছেন না: বিনোদন।"),
        ("খেলা ফলো করুন", {}, "আপনি আগে থেকেই অনুসরণ করছেন: খেলা।"),
        ("অ্যালার্ট চালু করুন", {}, "আপনার কাছে খবর পাঠানো চালু আছে।"),
        ("বিরতি দিন", {"paused": True}, "আপনার কাছে খবর পাঠানো আপাতত থামানো আছে"),
        ("বন্ধ করুন", {"stopped": True}, "আপনি বন্ধ করে রেখেছেন"),
    ],
)
async def test_what_is_so_already_is_told_and_not_asked(talk: Talk, typed: str, state: dict, told: str) -> None:
    await talk.a_reader("sports", **state)
    assert words(await talk.say(typed)).startswith(told)
    assert "হ্যাঁ" not in [button.label for button in buttons(only(talk.last, TextReply))]


@pytest.mark.parametrize("typed", [*WISHES, "অ্যালার্ট চালু করুন", "হ্যালো", "শুরু", "English", "আমাকে ভুলে যান", "হ্যাঁ"])
async def test_words_register_nobody(talk: Talk, typed: str) -> None:
    assert words(await talk.say(typed))
    assert await talk.subscribers.get(READER) is None


async def test_a_strangers_wish_to_follow_makes_them_a_reader_when_they_press(talk: Talk) -> None:
    await talk.say("খেলা ফলো করতে চাই")
    await talk.press("হ্যাঁ")
    assert (await talk.chosen()).topics == {"sports"}


async def test_a_greeting_begins_the_welcome_and_the_first_answer_registers(talk: Talk) -> None:
    assert "স্বাগতম" in only(await talk.say("আসসালামু আলাইকুম"), ChoiceReply).question
    await talk.press("বাংলা")
    assert (await talk.chosen()).language == "bn"


async def test_a_greeting_does_not_bring_back_who_had_stopped_but_its_button_does(talk: Talk) -> None:
    await talk.a_reader("sports", stopped=True, onboarded=False)
    await talk.say("হ্যালো")
    assert (await talk.chosen()).stopped
    await talk.press("চালু করুন")
    assert not (await talk.chosen()).stopped


async def test_a_language_is_chosen_by_a_press(talk: Talk) -> None:
    await talk.a_reader()
    await talk.say("ভাষা ইংরেজি করুন")
    assert (await talk.chosen()).language == "bn"
    await talk.press("English")
    assert (await talk.chosen()).language == "en"


async def test_a_typed_yes_answers_no_question(talk: Talk) -> None:
    await talk.a_reader("sports")
    await talk.say("বন্ধ")
    assert words(await talk.say("হ্যাঁ")).startswith("বোতামটিই চাপুন")
    assert not (await talk.chosen()).stopped


async def test_while_the_store_is_away_nothing_is_asked_that_could_not_be_done(talk: Talk) -> None:
    await talk.a_reader("sports")
    talk.subscribers.away = True
    assert words(await talk.say("খেলা বন্ধ")) == "এই মুহূর্তে এটি দেখানো যাচ্ছে না। একটু পরে আবার চেষ্টা করুন।"


@pytest.mark.parametrize("language", ["bn", "en"])
@pytest.mark.parametrize(
    "label",
    [
        *("Latest news", "Topics", "By topic", "Help", "Change language", "Pause alerts", "Turn alerts on", "My data"),
        *("Delete my data", "Done", "Undo", "Older ›", "‹ Newer", "‹ Better", "More ›", "Unfollow all", "All topics"),
        *("Yes, delete everything", "No, keep it", "Yes", "No", "Only pause", "Share", "Read in full", "Why this?"),
        *("Follow {topic}", "Unfollow {topic}", "Latest: {topic}", "Stop {topic}", "{topic}: latest"),
    ],
)
def test_the_words_of_a_button_are_never_searched_for(label: str, language: str) -> None:
    vocabulary = Talk().dialogue.house.vocabulary
    for topic in vocabulary.topics:
        shown = CATALOG.gettext(language, label).format(topic=topic.name(language))
        assert not isinstance(understand(an_incoming(shown), vocabulary), Search)
