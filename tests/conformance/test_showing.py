"""What every channel promises of what it shows: the platform takes it, and nothing is left out without a word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    ChoiceReply,
    FileReply,
    Headline,
    HeadlinesReply,
    IncomingMessage,
    Kind,
    NoticeReply,
    Option,
    Span,
    TextReply,
    Toast,
)
from newsbot.text.tokens import tokens
from tests.conformance.kits import KITS
from tests.generated_replies import replies
from tests.golden_replies import CASES

bounded = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
channels = pytest.mark.parametrize("name", KITS)

WORDS = ("নদীবার্তা", "সেতু", "পদ্মা", "খেলা", "বাজেট", "হাওর", "bridge", "2026", "তারিখ", "জয়", "খুলনা", "মেঘনা")
SITE = "https://news.example"

sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
essays = st.lists(st.sampled_from(WORDS), min_size=1, max_size=1200).map(" ".join)
labels = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
links = st.integers(1, 99).map(lambda number: f"{SITE}/{number}")
acting = st.builds(Button, labels, action=st.integers(0, 10**6).map(lambda number: f"1:open:{number}"))
leading = st.builds(Button, labels, url=links)
rows = st.lists(st.lists(acting | leading, min_size=1, max_size=3).map(tuple), max_size=6).map(tuple)
options = st.lists(
    st.builds(Option, labels, st.integers(0, 10**6).map(lambda number: f"1:sub:{number}"), st.booleans()),
    min_size=1, max_size=25,
).map(tuple)  # fmt: skip
headlines = st.lists(
    st.builds(
        Headline, number=st.just("১"), headline=sentences, kicker=sentences, when=sentences,
        action=st.integers(0, 10**6).map(lambda number: f"1:open:{number}"), url=links,
    ),
    min_size=1, max_size=20,
).map(tuple)  # fmt: skip
plain_replies = st.one_of(
    st.builds(TextReply, paragraphs=st.lists(essays.map(lambda text: (Span(text),)), min_size=1, max_size=3).map(tuple),
              buttons=rows),
    st.builds(NoticeReply, spans=essays.map(lambda text: (Span(text),)), labels=st.tuples(sentences), buttons=rows),
    st.builds(ChoiceReply, question=sentences, options=options, buttons=rows),
    st.builds(HeadlinesReply, title=sentences, headlines=headlines, footer=sentences, buttons=rows),
    st.builds(CardReply, headline=sentences, url=links, kicker=sentences, summary=essays, source=sentences,
              when=sentences, labels=st.tuples(sentences), buttons=rows),
    st.builds(FileReply, name=st.just("data.json"), content=st.just(b"{}"), caption=sentences, buttons=rows),
    st.builds(Toast, text=labels),
)  # fmt: skip


def meant(reply: AnyReply) -> Iterator[str]:
    """What must be read."""
    match reply:
        case TextReply():
            yield reply.plain
        case NoticeReply(spans=spans, labels=above):
            yield from (*above, *(span.text for span in spans))
        case ChoiceReply():
            yield from (reply.question, *(option.label for option in reply.options))
        case HeadlinesReply():
            yield from (reply.title, reply.footer)
            for item in reply.headlines:
                yield from (item.headline, item.kicker, item.when)
        case CardReply():
            yield from (reply.headline, reply.kicker, reply.summary, reply.source, reply.when, *reply.labels)
        case FileReply():
            yield reply.caption
        case Toast():
            yield reply.text
    yield from (button.label for row in reply.buttons for button in row)


def done(reply: AnyReply) -> set[str]:
    """What must be possible."""
    found = {button.action or button.url for row in reply.buttons for button in row}
    if isinstance(reply, ChoiceReply):
        found |= {option.action for option in reply.options}
    return found | ({reply.url} if isinstance(reply, CardReply) else set())


def check_nothing_is_lost_silently(kit: Any, reply: AnyReply) -> None:
    incoming = IncomingMessage(event_id="1", address=kit.address, kind=Kind.BUTTON, callback_id="1")
    shown = asyncio.run(kit.answered(incoming, (reply,)))
    of_buttons = any("button" in loss.partition(":")[0] for loss in shown.losses)
    of_words = len(shown.losses) > sum("button" in loss.partition(":")[0] for loss in shown.losses)
    read = set(tokens(shown.text))
    missing = [word for text in meant(reply) for word in tokens(text) if word not in read]
    assert of_words or of_buttons or not missing, shown.wire
    assert of_buttons or not done(reply) - shown.deeds, shown.wire


@channels
@bounded
@given(reply=replies)
def test_the_platform_takes_whatever_a_reply_holds(name: str, reply: AnyReply) -> None:
    assert KITS[name]().complaints(reply) == []


@channels
@bounded
@given(reply=plain_replies)
def test_every_word_and_every_button_is_shown_or_its_loss_is_told(name: str, reply: AnyReply) -> None:
    check_nothing_is_lost_silently(KITS[name](), reply)


@channels
@pytest.mark.parametrize(("case", "language", "reply"), CASES, ids=[f"{case}-{code}" for case, code, _ in CASES])
def test_what_we_show_every_day_loses_nothing_at_all(name: str, case: str, language: str, reply: AnyReply) -> None:
    kit = KITS[name]()
    incoming = IncomingMessage(event_id="1", address=kit.address, kind=Kind.BUTTON, callback_id="1")
    shown = asyncio.run(kit.answered(incoming, (reply,)))
    assert shown.losses == ()
    assert kit.complaints(reply) == []
