"""Every reader's command, every way there is to say it: a slash, a Bengali word, Latin letters, digits, a button.

The topics are those of the example that newsrooms begin with.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from newsbot.conversation.actions import encode
from newsbot.conversation.intents import (
    Ask,
    Askable,
    ChooseLanguage,
    ForgetMe,
    Greeting,
    Help,
    Intent,
    Latest,
    Link,
    MyData,
    MyTopics,
    OpenNumber,
    Pause,
    Pressable,
    Resume,
    Search,
    ShowSettings,
    ShowTopics,
    Start,
    Stop,
    Subscribe,
    Unlink,
    Unsubscribe,
)
from newsbot.conversation.understanding import understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.conversation.words import ONLY_SAID, Verb
from newsbot.domain.topic import Topic
from newsbot.newsroom_file import load_newsroom
from tests.builders import a_press, an_incoming

EXAMPLE = Path(__file__).parents[2] / "newsroom.example.toml"
TOPICS = load_newsroom(EXAMPLE).topics
VOCABULARY = Vocabulary(TOPICS)


@dataclass(frozen=True)
class Wish:
    intent: Intent
    slash: str
    bengali: tuple[str, ...]
    latin: tuple[str, ...]
    button: str = ""  #: none where words are needed, and for START, which is the app's own button

    @property
    def sayings(self) -> tuple[str, ...]:
        return (self.slash, *self.bengali, *self.latin)


WISHES = {
    Verb.START: Wish(Start(), "/start", ("শুরু", "/শুরু"), ("shuru", "suru")),
    Verb.LATEST: Wish(
        Latest(), "/latest", ("সর্বশেষ", "নতুন খবর", "/সর্বশেষ"), ("sorboshesh", "shorbosesh", "khobor"), "1:latest"
    ),
    Verb.TOPICS: Wish(ShowTopics(), "/topics", ("বিষয়", "টপিক"), ("bishoy", "bisoy", "bishoi"), "1:topics"),
    Verb.SUBSCRIBE: Wish(
        Subscribe(("sports",)),
        "/subscribe খেলা",
        ("খেলা অনুসরণ করুন", "সাবস্ক্রাইব খেলা", "খেলা চালু", "/অনুসরণ খেলা"),
        ("khela onushoron koro", "follow khela", "khela jog korun"),
        "1:sub:sports",
    ),
    Verb.UNSUBSCRIBE: Wish(
        Unsubscribe(("sports",)),
        "/unsubscribe sports",
        ("খেলা বন্ধ", "খেলা বাদ দিন", "আনফলো খেলা"),
        ("khela bondho", "khela bad dao", "khela bad din", "unfollow khela"),
        "1:unsub:sports",
    ),
    Verb.MY_TOPICS: Wish(MyTopics(), "/mytopics", ("আমার বিষয়",), ("amar bishoy", "amar bisoy"), "1:mine"),
    Verb.SEARCH: Wish(Search("পদ্মা"), "/search পদ্মা", ("খুঁজুন পদ্মা", "পদ্মা"), ("khujun পদ্মা", "khoj পদ্মা")),
    Verb.SETTINGS: Wish(ShowSettings(), "/settings", ("সেটিংস",), ("settings", "shetings"), "1:settings"),
    Verb.LANGUAGE: Wish(ChooseLanguage(), "/language", ("ভাষা",), ("bhasha", "vasha", "basha"), "1:lang"),
    Verb.PAUSE: Wish(Pause(), "/pause", ("বিরতি", "বিরতি দিন"), ("biroti", "biroti din"), "1:pause"),
    Verb.RESUME: Wish(Resume(), "/resume", ("চালু", "আবার চালু করুন"), ("chalu", "abar chalu"), "1:resume"),
    Verb.STOP: Wish(Stop(), "/stop", ("বন্ধ", "থামুন", "/বন্ধ"), ("bondho", "bandho koro", "thamun"), "1:stop"),
    Verb.MY_DATA: Wish(MyData(), "/mydata", ("আমার তথ্য",), ("amar tottho", "amar tothho"), "1:data"),
    Verb.FORGET_ME: Wish(
        ForgetMe(), "/forgetme", ("আমাকে ভুলে যান",), ("amake bhule jan", "vule jan", "bhule jan"), "1:forget"
    ),
    Verb.LINK: Wish(Link(), "/link", ("চ্যাট যুক্ত করুন", "লিংক"), ("link", "connect chats", "chat jukto"), "1:link"),
    Verb.UNLINK: Wish(Unlink(), "/unlink", ("চ্যাট আলাদা করুন",), ("unlink", "disconnect chats"), "1:unlink"),
    Verb.HELP: Wish(Help(), "/help", ("সাহায্য", "/সাহায্য"), ("sahajjo", "shahajjo", "sahajya"), "1:help"),
}


def said(text: str) -> Intent:
    return understand(an_incoming(text), VOCABULARY)


def test_the_table_has_every_command() -> None:
    assert set(WISHES) == set(Verb) - ONLY_SAID
    assert {verb for verb, wish in WISHES.items() if not isinstance(wish.intent, Pressable)} == {
        Verb.START,
        Verb.SEARCH,
    }


@pytest.mark.parametrize(
    ("intent", "text"), [(wish.intent, text) for wish in WISHES.values() for text in wish.sayings], ids=str
)
def test_a_command_is_understood_however_it_is_said(intent: Intent, text: str) -> None:
    for typed in (text, text.upper()):
        understood = said(typed)
        if text.startswith("/") or not isinstance(intent, Askable | Start):
            assert understood == intent
        else:  # nothing is changed by words alone
            assert (understood.wish if isinstance(understood, Ask) else understood) == (
                Greeting() if isinstance(intent, Start) else intent
            )


@pytest.mark.parametrize("wish", [wish for wish in WISHES.values() if wish.button], ids=lambda wish: wish.button)
def test_the_word_that_a_button_carries_is_the_one_it_always_was(wish: Wish) -> None:
    assert isinstance(wish.intent, Pressable)
    assert encode(wish.intent) == wish.button
    assert understand(a_press(wish.button), VOCABULARY) == wish.intent


@pytest.mark.parametrize(
    ("action", "intent"),
    [
        ("1:open:7", "OpenArticle(article_id=7)"),
        ("1:done", "FinishWelcome()"),
        ("1:keep", "KeepMe()"),
        ("1:no", "NeverMind()"),
        (
            "1:unsub:sports:q",
            "Unsubscribe(topics=('sports',), everything=False, unrecognised=(), view=<View.ASKED: 'q'>, article_id=0)",
        ),
        ("1:forget:yes", "ForgetMe(confirmed=True)"),
        ("1:linked", "ConfirmLink()"),
        ("1:unlink:yes", "Unlink(confirmed=True)"),
        ("1:filter:sports:5", "ChooseFilter(topic='sports', count=5)"),
        ("1:lang:bn:w", "ChooseLanguage(language='bn', view=<View.WELCOME: 'w'>)"),
        ("1:find:00ff00ff00ff00ff:2", "SearchPage(token='00ff00ff00ff00ff', page=2)"),
        (
            "1:unsub:*:t",
            "Unsubscribe(topics=(), everything=True, unrecognised=(), view=<View.TOPICS: 't'>, article_id=0)",
        ),
        ("1:sub:sports:c:2s", "Subscribe(topics=('sports',), unrecognised=(), view=<View.CARD: 'c'>, article_id=100)"),
    ],
)
def test_buttons_that_stand_in_chats_keep_their_meaning(action: str, intent: str) -> None:
    assert repr(understand(a_press(action), VOCABULARY)) == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("খবর ৫", Latest(count=5)),
        ("/latest ৫", Latest(count=5)),
        ("খেলা ৫টি খবর", Latest("sports", 5)),
        ("/খেলা ১০", Latest("sports", 10)),
        ("khela ৫", Latest("sports", 5)),
        ("৩", OpenNumber(3)),
        ("১২ নম্বর", OpenNumber(12)),
        ("3️⃣", OpenNumber(3)),
    ],
)
def test_bengali_digits_are_digits(text: str, intent: Intent) -> None:
    assert said(text) == intent


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_a_topic_of_the_example_is_understood_by_each_of_its_names(topic: Topic) -> None:
    names = (topic.id, *topic.names.values(), *topic.aliases, topic.emoji)
    assert {name: said(name) for name in names} == dict.fromkeys(names, Latest(topic.id))
    assert said(f"/{topic.id}") == said(f"/{topic.name('bn')}") == Latest(topic.id)
    assert said(topic.label("bn")) == said(topic.label("en")) == Latest(topic.id)
    stop = f"{topic.name('bn')} বন্ধ"
    assert said(stop) == Ask(Unsubscribe((topic.id,)), stop)


@pytest.mark.parametrize(
    ("spelling", "topic"),
    [
        *(("jatiyo", "national"), ("jatiya", "national"), ("rajneeti", "politics"), ("rajnity", "politics")),
        *(("antarjatik", "world"), ("bishwo", "world"), ("orthonity", "economy"), ("banijjo", "economy")),
        *(("khela dhula", "sports"), ("binodan", "entertainment"), ("sharadesh", "country"), ("sara desh", "country")),
        *(("projokti", "technology"), ("sikkha", "education"), ("shasthyo", "health"), ("jibon japon", "lifestyle")),
        *(("জীবন যাপন", "lifestyle"), ("matamat", "opinion")),
    ],
)
def test_topics_are_understood_in_the_spellings_people_use(spelling: str, topic: str) -> None:
    assert said(spelling) == Latest(topic)


@pytest.mark.parametrize("text", ["bad weather", "bad health care", "din bodoler golpo", "bhule jaoa smriti"])
def test_english_words_that_sound_bengali_are_searched_for(text: str) -> None:
    assert said(text) == Search(text)
