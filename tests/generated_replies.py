"""Replies of every kind, hostile ones too, for the property tests of renderers."""

from __future__ import annotations

from hypothesis import strategies as st

from newsbot.domain.message import (
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
