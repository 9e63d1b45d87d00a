"""What is answered to the buttons under an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.conversation.actions import encode
from newsbot.conversation.intents import StopTopic, Why
from newsbot.domain.alert import AlertClass, Audience
from newsbot.domain.message import Kind, TextReply, Toast
from tests.builders import NOW, a_broadcast, a_new_alert, an_incoming
from tests.talk import READER, Talk, only, words

STOP = encode(StopTopic("sports", 1))
EDITOR = replace(READER, user_id="77")


@pytest.fixture
async def talk() -> Talk:
    """A reader of sports in English, and the alert of an article on it."""
    talk = Talk()
    await talk.publish(1)
    await talk.a_reader("sports", "politics", language="en")
    await talk.alerts.create(a_new_alert(1), now=NOW)
    return talk


async def why(talk: Talk, alert_id: int = 1) -> str:
    return only(await talk.do(encode(Why(alert_id))), TextReply).plain


# --- no more of this -------------------------------------------------------------------------------------------------


async def test_a_topic_is_stopped_under_its_alert_and_that_can_be_undone(talk: Talk) -> None:
    toast, confirmation = await talk.do(STOP)
    assert isinstance(toast, Toast)
    assert isinstance(confirmation, TextReply)
    assert toast.text == confirmation.plain == "You no longer follow Sports."
    assert confirmation.replaces is None  # the alert stays
    assert (await talk.chosen()).topics == {"politics"}
    undone = only(await talk.press("Undo"), TextReply)
    assert undone.plain == "You now follow Sports."
    assert undone.replaces is not None
    assert (await talk.chosen()).topics == {"politics", "sports"}


async def test_pressed_twice_it_says_how_things_are(talk: Talk) -> None:
    await talk.do(STOP)
    assert await talk.do(STOP) == (Toast(text="You don't follow Sports."),)
    assert (await talk.chosen()).topics == {"politics"}


async def test_a_topic_that_is_no_longer_offered_can_still_be_stopped(talk: Talk) -> None:
    await talk.subscribers.change(READER, "topics", lambda known: replace(known, topics=frozenset({"gone"})), now=NOW)
    assert await talk.do(encode(StopTopic("gone", 1))) == (Toast(text="Done."),)
    assert (await talk.chosen()).topics == frozenset()


async def test_stopping_a_topic_does_not_bring_back_who_had_stopped(talk: Talk) -> None:
    await talk.say("/stop")
    await talk.do(STOP)
    assert (await talk.chosen()).stopped


async def test_a_stranger_who_stops_a_topic_is_told_how_to_begin_and_is_not_registered(talk: Talk) -> None:
    await talk.subscribers.forget(READER, now=NOW)
    assert "/start" in words(await talk.do(STOP))
    assert await talk.subscribers.get(READER) is None


async def test_nothing_is_confirmed_that_could_not_be_saved(talk: Talk) -> None:
    talk.subscribers.away = True
    assert words(await talk.do(STOP)) == "এই মুহূর্তে এটি সংরক্ষণ করা গেল না। একটু পরে আবার চেষ্টা করুন।"
    talk.subscribers.away = False
    assert (await talk.chosen()).topics == {"politics", "sports"}


# --- why -------------------------------------------------------------------------------------------------------------


async def test_why_names_what_the_reader_follows_and_when_it_was_published(talk: Talk) -> None:
    assert await why(talk) == "You follow Sports, and this was published on 18 November, 5:44 PM."


async def test_why_is_answered_in_bengali_too(talk: Talk) -> None:
    await talk.say("/language bn")
    assert await why(talk) == "আপনি অনুসরণ করেন: খেলা; খবরটি প্রকাশিত হয়েছে ১৮ নভেম্বর, বিকেল ৫:৪৪-এ।"


async def test_why_names_only_the_topics_of_the_alert_in_its_order(talk: Talk) -> None:
    topics = ("politics", "world", "sports")
    alert = await talk.alerts.create(a_new_alert(2, audience=Audience(topics=topics), article_id=1), now=NOW)
    assert (await why(talk, alert.id)).startswith("You follow Politics, Sports, and")


async def test_why_after_the_article_is_gone_tells_when_it_was_sent(talk: Talk) -> None:
    alert = await talk.alerts.create(a_new_alert(9, article_id=9), now=NOW)
    assert await why(talk, alert.id) == "You follow Sports, and this was published on 18 November, 5:45 PM."


async def test_why_after_the_reader_stopped_following_says_that_too(talk: Talk) -> None:
    talk.now = NOW + timedelta(minutes=5)
    await talk.do(STOP)
    assert await why(talk) == "You followed Sports when this was sent; now you don't."


async def test_why_to_who_never_followed_it(talk: Talk) -> None:
    alert = await talk.alerts.create(a_new_alert(2, audience=Audience(topics=("world",))), now=NOW)
    assert await why(talk, alert.id) == "This was sent to all who follow World; you don't follow it now."


async def test_why_to_who_was_forgotten_since(talk: Talk) -> None:
    await talk.subscribers.forget(READER, now=NOW)
    replies = await talk.hear(an_incoming(kind=Kind.BUTTON, action=encode(Why(1)), language_hint="en"))
    assert words(replies) == "This was sent to all who follow Sports; you are no subscriber now."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "The newsroom sent this to all its readers as breaking news."),
        ({"cls": AlertClass.TOPIC}, "The newsroom sent this to all its readers."),
        (
            {"audience": Audience(languages=("bn",))},
            "The newsroom sent this as breaking news to all who read in বাংলা.",
        ),
        (
            {"audience": Audience(languages=("bn", "en")), "cls": AlertClass.TOPIC},
            "The newsroom sent this to all who read in বাংলা, English.",
        ),
        (
            {"audience": Audience(topics=("sports",))},
            "You follow Sports, and the newsroom sent this to all who do.",
        ),
    ],
)
async def test_why_of_what_the_newsroom_sent(talk: Talk, changes: dict[str, object], said: str) -> None:
    alert = await talk.alerts.create(a_broadcast(5, by=EDITOR, **changes), now=NOW)
    assert await why(talk, alert.id) == said


async def test_why_of_a_breaking_article_is_that_it_breaks(talk: Talk) -> None:
    alert = await talk.alerts.create(a_new_alert(3, cls=AlertClass.BREAKING, audience=Audience()), now=NOW)
    assert await why(talk, alert.id) == "The newsroom sent this to all its readers as breaking news."


async def test_why_of_an_alert_that_is_no_longer_kept(talk: Talk) -> None:
    assert await why(talk, 99) == "This was sent long ago; why is no longer kept."


async def test_why_under_a_preview_tells_the_editor_what_the_button_does(talk: Talk) -> None:
    assert (await why(talk, 0)).startswith("This is a preview.")


async def test_while_the_alerts_cant_be_reached_the_reader_is_asked_to_try_again(talk: Talk) -> None:
    talk.alerts.away = True
    assert await why(talk) == "I can't reach that just now. Please try again in a little while."
