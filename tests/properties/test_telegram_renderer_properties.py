"""Whatever a reply holds, Telegram's own parser accepts what we render and reads it as we meant it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.channels.channel import Operation
from newsbot.channels.telegram import markup, renderer, wire
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    ChoiceReply,
    FileReply,
    Headline,
    HeadlinesReply,
    MessageRef,
    NoticeReply,
    Option,
    Span,
    TextReply,
    Toast,
)
from newsbot.text.clipping import Unit, length
from tests.telegram_oracle import parse_html

# Without a deadline: a busy machine is no bug. What is drawn is large on purpose.
bounded = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])

HOSTILE = st.sampled_from(
    [
        "<b>", "</a>", "&lt;", "&#57311;", "&", "<", '">', "<!--", "\x00",
        "\r\n", "\u202e", "\ud800", "আবুধাবি টি-টেন", "ক্ষ",
        "👩‍👩‍👧‍👦", "🇧🇩", "a\u0333\u030a", "\u200b", " ", "\n\n", "https://a.b/c",
        "@name", "/stop", "#tag", "x" * 300, "ক" * 900,
        "<" * 2000, "&" * 5000, "\u0995\u09cd" * 700,
    ]
)  # fmt: skip
texts = st.lists(st.one_of(HOSTILE, st.text(max_size=20)), max_size=6).map("".join)
urls = st.one_of(
    texts,
    st.text(max_size=40).map(lambda path: f"https://portal.example/{path}"),
    st.sampled_from(
        ["https://portal.example/খেলা/১", "http://localhost/a", "javascript:alert(1)", "", "https://a.b/" + "&" * 1600]
    ),
)
styles = st.sampled_from(["plain", "bold", "italic", "quote", "code"])
spans = st.builds(Span, texts, styles, urls)
refs = st.none() | st.builds(MessageRef, st.just("7"), st.just("12"))
buttons = st.one_of(
    st.builds(Button, texts, action=st.text("abc:-_19", min_size=1, max_size=64)),
    st.builds(Button, texts, url=urls.filter(bool)),
)
rows = st.lists(st.lists(buttons, max_size=12).map(tuple), max_size=14).map(tuple)
actions = st.one_of(st.text("abc:-_19", max_size=64), texts)
replying = {"buttons": rows, "replaces": refs, "silent": st.booleans()}
headlines = st.builds(
    Headline, number=texts, headline=texts, kicker=texts, when=texts, action=actions, url=urls, image_url=urls
)

text_replies = st.builds(
    TextReply, paragraphs=st.lists(st.lists(spans, max_size=30).map(tuple), max_size=4).map(tuple), **replying
)
list_replies = st.builds(
    HeadlinesReply, title=texts, headlines=st.lists(headlines, max_size=25).map(tuple), footer=texts, **replying
)
card_replies = st.builds(
    CardReply, headline=texts, url=urls, kicker=texts, summary=texts, source=texts, when=texts, image_url=urls,
    labels=st.lists(texts, max_size=6).map(tuple), **replying,
)  # fmt: skip
choice_replies = st.builds(
    ChoiceReply, question=texts, columns=st.integers(-1, 40), **replying,
    options=st.lists(st.builds(Option, texts, actions, st.booleans()), max_size=30).map(tuple),
)  # fmt: skip
file_replies = st.builds(FileReply, name=texts, content=st.binary(max_size=20), caption=texts, **replying)
toasts = st.builds(Toast, text=texts, **replying)
notices = st.builds(
    NoticeReply, spans=st.lists(spans, max_size=30).map(tuple), picture=st.sampled_from(["", "AgACAgQ-picture"]),
    labels=st.lists(texts, max_size=3).map(tuple), **replying,
)  # fmt: skip
replies = st.one_of(text_replies, list_replies, card_replies, choice_replies, file_replies, notices, toasts)


def request_of(reply: AnyReply) -> wire.Request:
    request = renderer.render(reply, callback_id="1").request
    assert request is not None
    return request


def spans_of(request: wire.Request) -> tuple[Span, ...]:
    match request:
        case wire.SendMessage(content=content) | wire.EditMessage(content=content):
            return content.spans
        case wire.SendPhoto(caption=caption) | wire.EditCaption(caption=caption):
            return caption.spans
        case wire.SendDocument(caption=under_a_file):
            return under_a_file
        case _:
            return ()


@bounded
@given(replies)
def test_telegram_accepts_what_we_render_and_reads_the_text_that_we_meant(reply: AnyReply) -> None:
    request = request_of(reply)
    html = markup.to_html(spans_of(request))
    parsed = parse_html(html)
    assert parsed.text == markup.to_text(spans_of(request))
    assert length(html, Unit.BYTE) <= 32_768


@bounded
@given(replies)
def test_a_text_is_never_empty_and_never_over_telegrams_limit(reply: AnyReply) -> None:
    request = request_of(reply)
    text = parse_html(markup.to_html(spans_of(request))).text
    match request:
        case wire.SendMessage() | wire.EditMessage():
            assert 1 <= length(text, Unit.UTF16) <= 4096
            assert text == text.strip(" \n")  # or the server would trim it, and our lengths would be wrong
            assert markup.is_visible(text)
        case wire.SendDocument() | wire.SendPhoto() | wire.EditCaption():
            assert length(text, Unit.UTF16) <= 1024
        case wire.AnswerCallback(text=notice):
            assert length(notice, Unit.UTF16) <= 200


@bounded
@given(replies)
def test_every_link_that_we_render_is_a_link_to_telegram(reply: AnyReply) -> None:
    rendered = spans_of(request_of(reply))
    meant = [span.text for span in rendered if span.url]
    links = [covered for kind, covered, _ in parse_html(markup.to_html(rendered)).entities if kind == "TextUrl"]
    assert "".join(links) == "".join(meant)  # neighbours that lead to one place are joined by the parser


@bounded
@given(card_replies, st.text("abc/ক?&=<>%", max_size=60))
def test_a_card_keeps_its_link_whatever_else_is_cut(card: CardReply, path: str) -> None:
    url = f"https://portal.example/{path}"
    rendered = spans_of(request_of(replace(card, url=url)))
    assert url in [span.url for span in rendered]


@bounded
@given(st.one_of(text_replies, list_replies, card_replies, notices))
def test_the_plain_version_fits_too(reply: AnyReply) -> None:
    request = request_of(reply)
    assert not isinstance(request, wire.AnswerCallback)
    parameters = request.as_plain().parameters()
    assert "parse_mode" not in parameters
    if isinstance(request, wire.SendPhoto | wire.EditCaption):
        assert length(parameters.get("caption", ""), Unit.UTF16) <= 1024
    else:
        assert 1 <= length(parameters["text"], Unit.UTF16) <= 4096


@bounded
@given(notices, st.booleans())
def test_what_is_pushed_says_what_is_replied(notice: NoticeReply, edit: bool) -> None:
    # Nothing is asked of the network: the address is never called.
    pusher = TelegramPusher(TelegramApi(cast(Any, None), "1:token"))
    operation = Operation.EDIT if edit else Operation.SEND
    # The recipient follows the head: also where nothing else stands in it, a picture without words or buttons.
    pushed = json.loads(pusher.prepare(operation, notice).head + b'"chat_id":7}')
    replied = request_of(replace(notice, replaces=MessageRef("1", "2") if edit else None)).parameters()
    replied.pop("message_id", None)
    assert pushed == {**replied, "chat_id": 7}


@bounded
@given(replies)
def test_parameters_are_utf_8_json_with_a_keyboard_that_telegram_takes(reply: AnyReply) -> None:
    parameters = request_of(reply).parameters()
    json.dumps(parameters, ensure_ascii=False).encode()
    keyboard = parameters.get("reply_markup", {}).get("inline_keyboard", [])
    flat = [button for row in keyboard for button in row]
    assert len(flat) <= 100
    assert all(1 <= len(row) <= 8 for row in keyboard)
    assert all(button["text"].strip() for button in flat)
    assert all(length(button["text"], Unit.GRAPHEME) <= 30 for button in flat)
    assert all(1 <= len(button["callback_data"].encode()) <= 64 for button in flat if "callback_data" in button)
    assert all(markup.is_linkable(button["url"]) for button in flat if "url" in button)


@bounded
@given(urls)
def test_an_address_that_we_call_linkable_is_linked_by_telegram(url: str) -> None:
    if markup.is_linkable(url):
        entities = parse_html(f'<a href="{markup.escape(url)}">text</a>').entities
        assert [kind for kind, _, _ in entities] == ["TextUrl"]


@bounded
@given(texts)
def test_escaped_text_is_read_back_unchanged(text: str) -> None:
    cleaned = markup.clean(text)
    assert parse_html(markup.escape(cleaned)).text == cleaned
