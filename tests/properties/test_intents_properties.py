"""Whatever a reader types is understood as something, and what a button carries comes back whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsbot.conversation.actions import MOST_PAGES, MOST_SHOWN, decode, encode
from newsbot.conversation.commands import LONGEST_SEARCH
from newsbot.conversation.intents import (
    ChooseFilter,
    ChooseLanguage,
    FinishWelcome,
    ForgetMe,
    Help,
    KeepMe,
    Latest,
    MyData,
    MyTopics,
    NeverMind,
    NotForUs,
    OldButton,
    OpenArticle,
    Pause,
    Pressable,
    Resume,
    Search,
    SearchPage,
    ShowSettings,
    ShowStory,
    ShowTopics,
    Stop,
    StopTopic,
    Subscribe,
    Unsubscribe,
    View,
    Why,
)
from newsbot.conversation.understanding import understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.conversation.words import PHRASES
from newsbot.domain.article import Cursor
from newsbot.domain.message import ACTION_LIMIT, ChatKind, Kind
from newsbot.text.clipping import Unit, length
from tests.builders import a_press, an_incoming, some_topics

VOCABULARY = Vocabulary(some_topics(), frozenset({"probhatbot"}))

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
topic_ids = st.from_regex(r"[a-z0-9_-]{1,24}", fullmatch=True)
article_ids = st.integers(1, 2**63 - 1)
views = st.sampled_from(View)
moments = st.integers(0, 2**53).map(lambda micros: EPOCH + timedelta(microseconds=micros))  # till the year 2255
smaller_ids = st.integers(0, 36**7 - 1)
cursors = st.builds(Cursor, moments, article_ids) | st.builds(Cursor, moments, smaller_ids, smaller_ids)
optional_topics = st.just("") | topic_ids
counts = st.integers(0, MOST_SHOWN)
one_topic = st.tuples(topic_ids)
plain: st.SearchStrategy[Pressable] = st.sampled_from(
    [ShowTopics(), MyTopics(), ShowSettings(), Stop(), MyData(), KeepMe(), NeverMind(), Help(), FinishWelcome()]
)
pressable: st.SearchStrategy[Pressable] = st.one_of(
    plain,
    st.builds(Latest, optional_topics, counts, before=st.none() | cursors, in_place=st.booleans()),
    st.builds(Latest, optional_topics, counts, after=cursors, in_place=st.booleans()),
    st.builds(ChooseFilter, optional_topics, counts),
    st.builds(OpenArticle, article_ids),
    st.builds(ShowStory, article_ids),
    st.builds(Subscribe, one_topic, view=views, article_id=st.just(0) | article_ids),
    st.builds(Unsubscribe, one_topic, view=views, article_id=st.just(0) | article_ids),
    st.builds(Unsubscribe, everything=st.just(True), view=views),
    st.builds(SearchPage, st.from_regex(r"[0-9a-f]{16}", fullmatch=True), st.integers(0, MOST_PAGES)),
    st.builds(ChooseLanguage, st.sampled_from(["", "bn", "en", "pt-br", "zh-hant"]), view=views),
    st.builds(Pause, views),
    st.builds(Resume, views),
    st.builds(ForgetMe, st.booleans()),
    st.builds(StopTopic, st.from_regex(r"[a-z0-9_-]{1,24}", fullmatch=True), st.just(0) | article_ids),
    st.builds(Why, st.just(0) | article_ids),
)

known_words = st.sampled_from([phrase for phrases in PHRASES.values() for phrase in phrases])
topic_words = st.sampled_from([name for topic in some_topics() for name in (*topic.names.values(), *topic.aliases)])
signs = st.sampled_from(
    ["/", "@", "@probhatbot", "।", "\u200b", "\u200d", "\u09cd", "৩", "10", "সব", "ও", "করুন", "?", "{", "\n"]
)
typed = st.text(max_size=200) | st.lists(known_words | topic_words | signs | st.text(max_size=8), max_size=8).map(
    " ".join
)


@given(pressable)
def test_what_a_button_carries_comes_back_whole_in_64_bytes_of_ascii(intent: Pressable) -> None:
    action = encode(intent)
    assert decode(action) == intent
    assert action.isascii()
    assert len(action) <= ACTION_LIMIT


@given(st.text(max_size=80) | st.text("0123456789abcdefghijklmnopqrstuvwxyz:.-*bayes", max_size=64).map("1:".__add__))
def test_no_action_from_outside_breaks_anything(action: str) -> None:
    decoded = decode(action)
    assert understand(a_press(action), VOCABULARY) == (decoded or OldButton())


@given(pressable, st.text(max_size=3))
def test_an_action_with_something_behind_it_is_another_action_or_none(intent: Pressable, tail: str) -> None:
    decoded = decode(encode(intent) + tail)
    assert decoded is None or encode(decoded)


@given(typed, st.sampled_from(ChatKind))
def test_any_text_is_understood_as_something(text: str, chat: ChatKind) -> None:
    intent = understand(an_incoming(text, chat_kind=chat), VOCABULARY)
    if isinstance(intent, Search):
        assert length(intent.words, Unit.GRAPHEME) <= LONGEST_SEARCH
    assert chat is not ChatKind.BROADCAST or intent == NotForUs()


@given(typed)
def test_a_topic_that_is_understood_is_configured(text: str) -> None:
    intent = understand(an_incoming(text), VOCABULARY)
    match intent:
        case Latest(topic=topic):
            assert not topic or topic in VOCABULARY.topics
        case Subscribe(topics=topics) | Unsubscribe(topics=topics):
            assert all(topic in VOCABULARY.topics for topic in topics)


@given(st.sampled_from(Kind), st.text(max_size=80), st.text(max_size=20))
def test_every_kind_of_event_is_understood(kind: Kind, action: str, media: str) -> None:
    assert understand(an_incoming(kind=kind, action=action, media=media), VOCABULARY) is not None
