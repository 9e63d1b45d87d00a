"""From what a reader did to what they want."""

from __future__ import annotations

import unicodedata

import pytest

from newsbot.conversation.actions import encode
from newsbot.conversation.intents import (
    Ask,
    Askable,
    CameBack,
    ChooseLanguage,
    ForgetMe,
    Greeting,
    Help,
    Intent,
    Latest,
    Left,
    Moved,
    MyData,
    MyTopics,
    NotForUs,
    OldButton,
    OpenLink,
    OpenNumber,
    Pause,
    Resume,
    Search,
    ShowSettings,
    ShowTopics,
    Start,
    Stop,
    Subscribe,
    Thanks,
    UnknownCommand,
    Unrecognised,
    Unsubscribe,
    Unsupported,
)
from newsbot.conversation.understanding import understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.domain.message import ChatKind, Kind
from newsbot.domain.topic import Topic, Topics
from tests.builders import a_group_message, a_press, an_incoming, some_topics

VOCABULARY = Vocabulary(some_topics(), names=frozenset({"probhatbot"}))


def said(text: str) -> Intent:
    return understand(an_incoming(text), VOCABULARY)


@pytest.mark.parametrize(
    ("command", "intent"),
    [
        ("/start", Start()),
        ("/start topic-sports", Start("topic-sports")),
        ("/latest", Latest()),
        ("/topics", ShowTopics()),
        ("/subscribe", Subscribe()),
        ("/unsubscribe", Unsubscribe()),
        ("/mytopics", MyTopics()),
        ("/search", Search()),
        ("/search পদ্মা সেতু", Search("পদ্মা সেতু")),
        ("/settings", ShowSettings()),
        ("/language", ChooseLanguage()),
        ("/language en", ChooseLanguage("en")),
        ("/language fr", ChooseLanguage("fr")),
        ("/pause", Pause()),
        ("/resume", Resume()),
        ("/stop", Stop()),
        ("/mydata", MyData()),
        ("/forgetme", ForgetMe()),
        ("/forgetme হ্যাঁ", ForgetMe(confirmed=True)),
        ("/help", Help()),
    ],
)
def test_every_command_is_understood(command: str, intent: Intent) -> None:
    assert said(command) == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("সর্বশেষ", Latest()),
        ("খবর", Latest()),
        ("সর্বশেষ খবর দেখান", Latest()),
        ("বিষয়", ShowTopics()),
        ("টপিক", ShowTopics()),
        ("সাবস্ক্রাইব", Subscribe()),
        ("আমার বিষয়", MyTopics()),
        ("খুঁজুন পদ্মা সেতু", Search("পদ্মা সেতু")),
        ("সেটিংস", ShowSettings()),
        ("ভাষা", ChooseLanguage()),
        ("ভাষা ইংরেজি", ChooseLanguage()),
        ("বাংলা", ChooseLanguage()),
        ("আমার তথ্য", MyData()),
        ("আমাকে ভুলে যান", ForgetMe()),
        ("সাহায্য", Help()),
        ("হ্যালো", Greeting()),
        ("ধন্যবাদ", Thanks()),
    ],
)
def test_a_command_is_understood_by_its_bengali_word(text: str, intent: Intent) -> None:
    assert said(text) == intent
    assert said(f"/{text}") == intent or " " in text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        *(
            (spelling, Latest())
            for spelling in ("sorboshesh", "shorboshesh", "Sorbosesh", "khobor", "khobar", "KHOBOR")
        ),
        *((spelling, Latest("sports")) for spelling in ("khela", "kela", "Khela", "khelar khobor", "khela khobor")),
        *((spelling, Latest("politics")) for spelling in ("rajniti", "rajneeti", "rajoniti")),
        *((spelling, Latest("economy")) for spelling in ("orthoniti", "arthaniti")),
        *((spelling, ShowTopics()) for spelling in ("bishoy", "bisoy")),
        *((spelling, ChooseLanguage()) for spelling in ("bhasha", "vasha")),
        *((spelling, Help()) for spelling in ("sahajjo", "shahajjo", "sahajyo")),
        ("khujun padma setu", Search("padma setu")),
        ("english", ChooseLanguage()),
    ],
)
def test_common_latin_spellings_are_understood(text: str, intent: Intent) -> None:
    assert said(text) == intent


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("বিরতি", Pause()),
        ("চালু", Resume()),
        ("চালু করুন", Resume()),
        ("বন্ধ", Stop()),
        ("বন্ধ করুন", Stop()),
        ("থামুন", Stop()),
        ("stop", Stop()),
        ("STOP!", Stop()),
        ("please stop", Stop()),
        ("stop sending me news", Stop()),
        ("খবর বন্ধ করুন", Stop()),
        ("সব বন্ধ", Stop()),
        ("আর খবর পাঠাবেন না", Stop()),
        *((spelling, Stop()) for spelling in ("bondho", "bandho", "bondho korun")),
        ("khela bondho", Unsubscribe(("sports",))),
        ("খেলা বন্ধ", Unsubscribe(("sports",))),
        ("বন্ধ খেলা", Unsubscribe(("sports",))),
        ("খেলা ও রাজনীতি বাদ দিন", Unsubscribe(("sports", "politics"))),
        ("ফলো খেলা", Subscribe(("sports",))),
        ("ফলো ক্রিড়া", Subscribe(("sports",))),
        ("খেলা সাবস্ক্রাইব করুন", Subscribe(("sports",))),
        ("খেলা চালু করুন", Subscribe(("sports",))),
    ],
)
def test_what_would_change_something_is_asked_about(text: str, wish: Askable) -> None:
    asked = said(text)
    assert isinstance(asked, Ask)
    assert asked.wish == wish


@pytest.mark.parametrize(("text", "words"), [("খেলা বন্ধ", "খেলা বন্ধ"), ("STOP!", "STOP!"), ("খেলা বন্ধ করুন", "")])
def test_what_may_be_news_can_be_searched_for_instead(text: str, words: str) -> None:
    asked = said(text)
    assert isinstance(asked, Ask)
    assert asked.words == words


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/বিরতি", Pause()),
        ("/চালু", Resume()),
        ("/বন্ধ", Stop()),
        ("/stop now", Stop()),
        ("/stop all", Stop()),
        ("/STOP", Stop()),
        ("/শুরু", Start()),
        ("/stop the war", Ask(Stop(), "the war")),
        ("/stop the world war", Ask(Unsubscribe(("world",), unrecognised=(Unrecognised("war"),)), "the world war")),
        ("/stoop", UnknownCommand("stoop", "stop")),
        ("/bondhho", Ask(Stop())),
        ("/suruu", Greeting()),
        ("/english", ChooseLanguage()),
        ("/bhule jan", ForgetMe()),
        ("/forget me yes", UnknownCommand("forget", "forgetme")),
        ("forgetme yes", Search("forgetme yes")),
    ],
)
def test_a_command_acts_when_it_is_written_as_one_and_asks_when_it_only_sounds_so(text: str, intent: Intent) -> None:
    assert said(text) == intent


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("খেলা", "sports"),
        ("খেলার খবর", "sports"),
        ("এখনকার খেলার খবর দেখান", "sports"),
        ("ক্রীড়া", "sports"),
        ("Sports", "sports"),
        ("latest sports", "sports"),
        ("sports news", "sports"),
        ("রাজনীতির সর্বশেষ", "politics"),
        ("⚽", "sports"),
        ("🏛", "politics"),
        ("/খেলা", "sports"),
        ("/sports", "sports"),
    ],
)
def test_the_name_of_a_topic_shows_its_latest(text: str, topic: str) -> None:
    assert said(text) == Latest(topic)


@pytest.mark.parametrize(
    "text",
    [
        "খে\u200bলা",
        "\u200dখেলা।",
        "খেলা!!",
        "  খেলা\n",
        "“খেলা”",
        unicodedata.normalize("NFD", "খেলা"),
        "\u202eখেলা",
    ],
)
def test_what_is_typed_around_and_inside_a_word_does_not_matter(text: str) -> None:
    assert said(text) == Latest("sports")


@pytest.mark.parametrize("word", ["বিষ\u09df", "বিষ\u09af\u09bc"])
def test_both_ways_to_type_a_letter_with_a_dot_are_one(word: str) -> None:
    assert said(word) == ShowTopics()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/latest খেলা ১০", Latest("sports", 10)),
        ("/latest ১০ খেলা", Latest("sports", 10)),
        ("/latest 5", Latest(count=5)),
        ("খবর ৫টি", Latest(count=5)),
        ("/খেলা ৫", Latest("sports", 5)),
        ("/latest 99999999999999999999", Latest(count=9999)),
        ("/latest খেলা রাজনীতি", Latest("sports", left_out=("politics",))),
        ("/latest সব", Latest()),
        ("/latest গতকাল খেলা ৩", Latest("sports", 3, when="গতকাল")),
    ],
)
def test_latest_takes_a_topic_and_a_count_in_any_order(text: str, intent: Intent) -> None:
    assert said(text) == intent


@pytest.mark.parametrize("text", ["৩", "3", "৩।", "৩ নম্বর", "৩নং", "/3", "/৩", "number 3", "৩ নম্বর খবর"])
def test_a_number_opens_that_line_of_the_last_list(text: str) -> None:
    assert said(text) == OpenNumber(3)


def test_a_year_is_a_search() -> None:
    assert said("১৯৭১") == Search("১৯৭১")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/subscribe খেলা", Subscribe(("sports",))),
        ("/subscribe খেলা, রাজনীতি ও অর্থনীতি", Subscribe(("sports", "politics", "economy"))),
        ("/subscribe sports sports", Subscribe(("sports",))),
        ("/subscribe all", Subscribe(("sports", "politics", "economy", "world", "entertainment"))),
        ("/unsubscribe খেলা", Unsubscribe(("sports",))),
        ("/unsubscribe all", Unsubscribe(everything=True)),
        ("/unsubscribe সব", Unsubscribe(everything=True)),
        ("/stop sports", Unsubscribe(("sports",))),
        ("/subscribe ক্রিড়া", Subscribe(("sports",))),
        ("/subscribe ক্রীরা", Subscribe(unrecognised=(Unrecognised("ক্রীরা", "sports"),))),
        ("/subscribe politcs", Subscribe(unrecognised=(Unrecognised("politcs", "politics"),))),
        ("/subscribe খেলা জ্যোতিষ", Subscribe(("sports",), (Unrecognised("জ্যোতিষ"),))),
        ("ফলো ক্রীরা", Subscribe(unrecognised=(Unrecognised("ক্রীরা", "sports"),))),
    ],
)
def test_topics_are_followed_and_left_by_any_of_their_names(text: str, intent: Intent) -> None:
    assert said(unicodedata.normalize("NFC", text)) == _normalised(intent)


def _normalised(intent: Intent) -> Intent:
    if not isinstance(intent, Subscribe):
        return intent
    words = tuple(Unrecognised(unicodedata.normalize("NFC", w.word), w.suggestion) for w in intent.unrecognised)
    return Subscribe(intent.topics, words)


@pytest.mark.parametrize(
    "text",
    [
        "বন্ধ কারখানায় আগুন",
        "খবর পাওয়া যায়নি তিন জেলের",
        "পদ্মা সেতু",
        "latest iphone price",
        "শিক্ষা ও খেলা নিয়ে বাজেট",
        "খেলা রাজনীতি",
        "কাল",
        "kal",
        "khula",
        "stop the war",
        "start-up funding",
    ],
)
def test_free_text_that_only_looks_like_a_command_is_a_search(text: str) -> None:
    assert said(text) == Search(text)


def test_a_pasted_article_is_searched_by_its_beginning_and_breaks_no_letter() -> None:
    intent = said("ক্ষমতায়ন " * 400)
    assert isinstance(intent, Search)
    assert 100 < len(intent.words) < 2000
    assert set(intent.words.split()) == {"ক্ষমতায়ন"}


def test_a_link_asks_for_its_article() -> None:
    assert said("https://news.example/article/7") == OpenLink("https://news.example/article/7")


@pytest.mark.parametrize(("text", "suggestion"), [("/lates", "latest"), ("/subscrbe", "subscribe"), ("/xqzw", "")])
def test_an_unknown_command_is_told_with_the_one_that_may_be_meant(text: str, suggestion: str) -> None:
    assert said(text) == UnknownCommand(text[1:], suggestion)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("?", Help()),
        ("/", Help()),
        ("", Help()),
        ("👍", Thanks()),
        ("🙏🙏", Thanks()),
        ("❤️", Thanks()),
        ("🏳️‍🌈", Unsupported("text")),
        ("🦜", Unsupported("text")),
        ("...", Unsupported("text")),
    ],
)
def test_signs_without_words_get_an_answer(text: str, intent: Intent) -> None:
    assert said(text) == intent


def test_what_is_no_text_is_told_by_its_kind() -> None:
    assert understand(an_incoming(kind=Kind.MEDIA, media="sticker"), VOCABULARY) == Unsupported("sticker")
    assert understand(an_incoming(kind=Kind.START, action="article-12"), VOCABULARY) == Start("article-12")
    assert understand(an_incoming(kind=Kind.START, action="খারাপ payload"), VOCABULARY) == Start()
    assert understand(an_incoming(kind=Kind.BLOCKED), VOCABULARY) == Left()
    assert understand(an_incoming(kind=Kind.UNBLOCKED), VOCABULARY) == CameBack()
    assert understand(an_incoming(kind=Kind.MOVED, action="-100200"), VOCABULARY) == Moved("-100200")


def test_a_button_says_what_it_said_when_it_was_made() -> None:
    assert understand(a_press(encode(Latest("sports"))), VOCABULARY) == Latest("sports")
    assert understand(a_press("something:from:before"), VOCABULARY) == OldButton()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("আজ কী রান্না হবে?", NotForUs()),
        ("খেলা", NotForUs()),
        ("/latest", Latest()),
        ("/latest@ProbhatBot খেলা", Latest("sports")),
        ("/latest@someotherbot", NotForUs()),
        ("@ProbhatBot খেলা", Latest("sports")),
        ("@probhatbot", Help()),
        ("খেলার খবর @probhatbot", Latest("sports")),
        ("@someone খেলা", NotForUs()),
    ],
)
def test_in_a_group_only_commands_and_mentions_are_ours(text: str, intent: Intent) -> None:
    assert understand(a_group_message(text), VOCABULARY) == intent


def test_stickers_in_a_group_are_not_ours() -> None:
    assert understand(a_group_message("", kind=Kind.MEDIA, media="sticker"), VOCABULARY) == NotForUs()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("/subscribe খেলা", Subscribe(("sports",))),
        ("/unsubscribe@ProbhatBot all", Unsubscribe(everything=True)),
        ("/বন্ধ", Stop()),
        ("/forgetme yes", ForgetMe(confirmed=True)),
        ("/help", Help()),
        ("/latest", NotForUs()),
        ("/search সেতু", NotForUs()),
        ("/5", NotForUs()),
        ("/nonsense", NotForUs()),
        ("/stop@someotherbot", NotForUs()),
        ("বন্ধ", NotForUs()),
        ("@ProbhatBot বন্ধ", NotForUs()),
    ],
)
def test_of_a_channels_posts_only_commands_about_what_is_sent_there_are_ours(text: str, intent: Intent) -> None:
    assert understand(an_incoming(text, chat_kind=ChatKind.BROADCAST), VOCABULARY) == intent


def test_a_bot_that_does_not_know_its_name_takes_commands_with_any_name() -> None:
    assert understand(an_incoming("/latest@whoever"), Vocabulary(some_topics())) == Latest()


def test_where_two_topics_claim_a_word_the_name_beats_the_alias() -> None:
    topics = Topics((Topic(id="a", names={"bn": "এক"}, aliases=("দুই",)), Topic(id="b", names={"bn": "দুই"})))
    assert understand(an_incoming("দুই"), Vocabulary(topics)) == Latest("b")
