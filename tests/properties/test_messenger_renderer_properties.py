"""Whatever a reply holds, the Send API takes what we render, and nothing of it gets lost without a word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.channels.messenger.answer import render_answer
from newsbot.channels.messenger.renderer import render
from newsbot.channels.messenger.texts import clean
from newsbot.channels.messenger.wire import Message, Picture
from newsbot.domain.message import (
    AnyReply,
    CardReply,
    ChoiceReply,
    FileReply,
    HeadlinesReply,
    NoticeReply,
    TextReply,
    Toast,
)
from newsbot.sandbox.messenger.shapes import check_message
from newsbot.text.clipping import Unit, graphemes, is_visible, length
from newsbot.text.splitting import split_text
from tests.generated_replies import replies, texts

bounded = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
lastings = st.booleans()


def said(message: Message) -> Iterator[str]:
    """What a reader sees of it, in reading order; buttons last."""
    fields = message.fields()
    payload = fields.get("attachment", {}).get("payload", {})
    if text := fields.get("text", "") or payload.get("text", ""):
        yield text
    for element in payload.get("elements", ()):
        yield element["title"] + element.get("subtitle", "")


def labels(message: Message) -> Iterator[str]:
    payload = message.fields().get("attachment", {}).get("payload", {})
    for owner in (payload, *payload.get("elements", ())):
        yield from (button["title"] for button in owner.get("buttons", ()))
    yield from (reply["title"] for reply in message.fields().get("quick_replies", ()))


def deeds(messages: Iterable[Message]) -> set[str]:
    """Where its buttons lead and what they do."""
    found = set()
    for message in messages:
        fields = message.fields()
        payload = fields.get("attachment", {}).get("payload", {})
        for owner in (payload, *payload.get("elements", ())):
            for button in (*owner.get("buttons", ()), owner.get("default_action", {})):
                found |= {button.get("payload", ""), button.get("url", "")}
        found |= {reply["payload"] for reply in fields.get("quick_replies", ())}
    return found


def squeezed(text: str) -> str:
    return "".join(clean(text).split())


def meant(reply: AnyReply) -> Iterator[tuple[str, str]]:
    """What must be seen, and what its loss is called."""
    match reply:
        case TextReply(paragraphs=paragraphs):
            yield from (("text", span.text) for paragraph in paragraphs for span in paragraph)
        case NoticeReply(spans=spans, labels=above):
            yield from (("text", text) for text in (*above, *(span.text for span in spans)))
        case Toast(text=text):
            yield "text", text
        case ChoiceReply(question=question):
            yield "text", question
        case FileReply(caption=caption):
            yield "text", caption
        case CardReply():
            for text in (reply.headline, reply.kicker, reply.summary, reply.source, reply.when, *reply.labels):
                yield "text", text
        case HeadlinesReply():
            yield from (("text", text) for text in (reply.title, reply.footer))
            for item in reply.headlines:
                yield from (("headline", item.headline), ("kicker", item.kicker), ("time", item.when))


@bounded
@given(replies, lastings)
def test_the_send_api_takes_what_we_render(reply: AnyReply, lasting: bool) -> None:
    rendered = render(reply, lasting=lasting)
    assert rendered.messages
    for message in rendered.messages:
        fields = message.fields()
        check_message(fields)
        json.dumps(fields, ensure_ascii=False).encode()
        assert all(is_visible(text) for text in said(message))
        assert all(is_visible(label) for label in labels(message))


@bounded
@given(replies, lastings)
def test_no_word_is_lost_silently(reply: AnyReply, lasting: bool) -> None:
    rendered = render(reply, lasting=lasting)
    told = {loss.what for loss in rendered.losses}
    seen = squeezed("".join(text for message in rendered.messages for text in said(message)))
    for what, text in meant(reply):
        assert what in told or squeezed(text) in seen or not is_visible(clean(text)), text


@bounded
@given(replies, lastings)
def test_no_button_link_or_picture_is_lost_silently(reply: AnyReply, lasting: bool) -> None:
    rendered = render(reply, lasting=lasting)
    told = {loss.what for loss in rendered.losses}
    done = deeds(rendered.messages)
    seen = squeezed("".join(text for message in rendered.messages for text in said(message)))
    for row in reply.buttons:
        for button in row:
            wanted = button.action or button.url
            assert wanted in done or squeezed(wanted) in seen or "button" in told or isinstance(reply, Toast)
    match reply:
        case ChoiceReply(options=options):
            assert all(option.action in done or "button" in told for option in options)
        case HeadlinesReply(headlines=headlines):
            assert all(item.action in done or "button" in told for item in headlines if item.action)
            assert all(item.url in done or "link" in told for item in headlines if item.url)
        case CardReply(url=url):
            assert url in done or squeezed(url)[:900] in seen
        case TextReply(paragraphs=paragraphs):
            links = [span.url for paragraph in paragraphs for span in paragraph if span.url and span.text]
            assert all(squeezed(url) in seen for url in links)
        case NoticeReply(picture=picture) if picture:
            assert isinstance(rendered.messages[0], Picture)


@bounded
@given(replies, lastings)
def test_quick_replies_stand_under_the_last_message_only(reply: AnyReply, lasting: bool) -> None:
    *before, _ = render(reply, lasting=lasting).messages
    assert not any(message.quick_replies for message in before)


@bounded
@given(replies)
def test_a_push_needs_no_more_messages_than_an_answer(reply: AnyReply) -> None:
    assert len(render(reply, lasting=True).messages) <= len(render(reply).messages)


@bounded
@given(replies, lastings)
def test_every_plainer_form_is_taken_and_they_come_to_an_end(reply: AnyReply, lasting: bool) -> None:
    for message in render(reply, lasting=lasting).messages:
        forms = [message]
        while forms and len(forms) < 10:
            form = forms.pop()
            check_message(form.fields())
            forms += [plainer for plainer in (form.without_picture(), form.plainer()) if plainer is not None]
            assert all(plainer != form for plainer in forms)
        assert not forms


@bounded
@given(st.lists(replies, min_size=1, max_size=5))
def test_several_replies_lose_nothing_by_standing_together(several: list[AnyReply]) -> None:
    apart = [render(reply) for reply in several]
    together = render_answer(several)
    assert len(together) == len(several)
    messages = [message for one in together for message in one.messages]
    for message in messages:
        check_message(message.fields())
    assert not any(message.quick_replies for message in messages[:-1])
    assert deeds(message for one in apart for message in one.messages) <= deeds(messages)
    seen = squeezed("".join(text for message in messages for text in said(message)))
    for reply in several:
        if isinstance(reply, Toast) and is_visible(clean(reply.text)):
            assert squeezed(reply.text) in seen


@bounded
@given(texts, st.integers(20, 200), st.sampled_from([Unit.CODEPOINT, Unit.UTF16]))
def test_a_text_in_parts_is_the_text_and_no_letter_is_parted(text: str, limit: int, unit: Unit) -> None:
    text = clean(text)
    parts = split_text(text, limit, unit=unit)
    assert all(part and length(part, unit) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    letters = set(graphemes(text))
    for one, next_one in pairwise(parts):
        last, first = list(graphemes(one))[-1], next(graphemes(next_one))
        assert last in letters
        assert first in letters


BENGALI = "স্ত্রীর ক্ষমতায়ন র‌্যাবের প্রতিশ্রুতি। রাষ্ট্রপতি বললেন, ‘সংস্কার চলবে!’ তারপর " * 40


@pytest.mark.parametrize("limit", range(20, 60))
def test_bengali_is_parted_between_words(limit: int) -> None:
    words = set(BENGALI.split())
    assert all(word in words for part in split_text(BENGALI, limit, unit=Unit.CODEPOINT) for word in part.split())


def test_a_text_is_parted_where_a_reader_would_pause() -> None:
    text = "তিনি বললেন, “সংস্কার চলবে।” এরপর সভা শেষ হয়। পরে, রাতে, আরেকটি সভা বসে।\nনতুন দিন।"
    assert split_text(text, 60, unit=Unit.CODEPOINT) == [
        "তিনি বললেন, “সংস্কার চলবে।” এরপর সভা শেষ হয়।",
        "পরে, রাতে, আরেকটি সভা বসে।\nনতুন দিন।",
    ]
    assert split_text(text, 30, unit=Unit.CODEPOINT)[0] == "তিনি বললেন, “সংস্কার চলবে।”"
