"""Whatever is typed, nothing is changed for the reader by it, unless it is exactly the command that says so."""

from __future__ import annotations

import asyncio
from typing import Final

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from newsbot.channels.telegram.renderer import render
from newsbot.conversation import words as tables
from newsbot.conversation.intents import (
    ChooseLanguage,
    FinishWelcome,
    ForgetMe,
    Intent,
    Pause,
    Resume,
    Start,
    Stop,
    StopTopic,
    Subscribe,
    Unsubscribe,
)
from newsbot.conversation.search_words import words_that_matter
from newsbot.conversation.understanding import understand
from newsbot.conversation.vocabulary import Vocabulary
from newsbot.conversation.words import PHRASES, Verb
from newsbot.domain.message import ChatKind
from newsbot.domain.subscriber import Preferences
from newsbot.text.normalise import clean
from tests.builders import an_incoming, some_topics
from tests.talk import READER, Talk

VOCABULARY: Final = Vocabulary(some_topics(), frozenset({"probhatbot"}))
CHANGING: Final = (
    *(Verb.START, Verb.SUBSCRIBE, Verb.UNSUBSCRIBE, Verb.LANGUAGE, Verb.PAUSE, Verb.RESUME, Verb.STOP, Verb.FORGET_ME),
)
COMMANDS: Final = {clean(phrase) for verb in CHANGING for phrase in PHRASES[verb] if " " not in phrase}

small = (*tables.FILLERS, *tables.IMPERATIVES, *tables.ABOUT, *tables.REFUSALS, *tables.ALL, *tables.AND, *tables.YES)
topics = [word for topic in some_topics() for word in (topic.id, *topic.names.values(), *topic.aliases, topic.emoji)]
phrases = st.sampled_from(
    [
        *(phrase for said in PHRASES.values() for phrase in said),
        *topics,
        *small,
        *tables.ALERTS,
        *tables.BUTTONS,
        *tables.NUMBER,
        *tables.NUMERALS,
        *tables.ORDINALS,
        *(word for words in tables.LANGUAGES.values() for word in words),
        *("আজকের", "গতকাল", "২০২৫-১১-১৮", "৩", "10টি", "all", "সব", "@probhatbot", "yes", "হ্যাঁ"),
    ]
)


@st.composite
def misspelt(draw: st.DrawFn) -> str:
    """A known phrase with a letter more, less or doubled."""
    phrase = draw(phrases)
    at = draw(st.integers(0, len(phrase)))
    return (
        phrase[:at]
        + draw(st.sampled_from(["", phrase[at : at + 1] * 2, "্", "া", "h", "\u200c", "।"]))
        + phrase[at + 1 :]
    )


pieces = st.one_of(phrases, phrases, phrases, misspelt(), st.text(max_size=6))
signs = st.sampled_from([" ", " ", " ", "  ", "\n", ", ", "। ", "! ", "\u200b", ": ", "-", "/"])
beginnings = st.sampled_from(["", "", "", "/", "//", "/ ", "@probhatbot ", "@probhatbot /", "\u200b/", "!", "#", '"'])
typed = st.builds(
    lambda beginning, parts: beginning + "".join(part + sign for part, sign in parts),
    beginnings,
    st.lists(st.tuples(pieces, signs), max_size=7),
)
anything = st.one_of(typed, typed, st.text(max_size=300))


def changes(intent: Intent) -> bool:
    match intent:
        case Start() | Pause() | Resume() | Stop() | StopTopic() | FinishWelcome() | ForgetMe(confirmed=True):
            return True
        case Subscribe(topics=topics) | Unsubscribe(topics=topics, everything=False):
            return bool(topics)
        case Unsubscribe(everything=everything):
            return everything
        case ChooseLanguage(language=language):
            return bool(language)
        case _:
            return False


def is_command(text: str) -> bool:
    """Whether it is a slash and exactly a word that changes something, perhaps behind a mention of the bot."""
    line = clean(text[:2000])
    before, mentioned, behind = line.casefold().partition("@probhatbot")
    line = f"{before.strip()} {behind.strip()}".strip() if mentioned else line.casefold()
    word = line[1:].partition(" ")[0].partition("@")[0]
    return line.startswith("/") and word in COMMANDS


@settings(max_examples=800, deadline=None)
@given(anything, st.sampled_from([ChatKind.PRIVATE, ChatKind.GROUP]))
@example("খেলা বন্ধ", ChatKind.PRIVATE)
@example("forgetme yes", ChatKind.PRIVATE)
@example("//stop", ChatKind.PRIVATE)
@example("/stoop", ChatKind.PRIVATE)
def test_only_a_command_that_says_so_is_understood_as_a_change(text: str, chat: ChatKind) -> None:
    intent = understand(an_incoming(text, chat_kind=chat), VOCABULARY)
    assert is_command(text) or not changes(intent)


@settings(max_examples=150, deadline=None)
@given(st.lists(anything, min_size=1, max_size=4), st.sampled_from(["none", "follows", "paused", "stopped"]))
def test_a_conversation_of_words_is_answered_and_leaves_the_reader_as_they_were(texts: list[str], state: str) -> None:
    assume(not any(is_command(text) for text in texts))
    asyncio.run(_talk(texts, state))


async def _talk(texts: list[str], state: str) -> None:
    talk = Talk()
    await talk.publish(3)
    if state != "none":
        await talk.a_reader("sports", "politics", paused=state == "paused", stopped=state == "stopped")
    before = await _chosen(talk)
    for text in texts:
        replies = await talk.say(text)
        assert replies
        assert all(render(reply).request is not None for reply in replies)
        assert await _chosen(talk) == before


async def _chosen(talk: Talk) -> Preferences | None:
    known = await talk.subscribers.get(READER)
    return known.preferences if known else None


@given(anything)
def test_the_words_that_matter_are_words_of_the_text_and_there_are_some(text: str) -> None:
    found = words_that_matter(text, VOCABULARY)
    assert bool(found.split()) == bool(text.split())
    assert " ".join(found.split()) in " ".join(text.split())
