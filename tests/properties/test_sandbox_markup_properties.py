"""The sandbox's parser against Telegram's own (TDLib, offline): same text, same entities, same refusals."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsbot.sandbox.telegram.entities import Entity, normalise_entities, sort_entities, utf16_length
from newsbot.sandbox.telegram.formatting import clean
from newsbot.sandbox.telegram.html_markup import MarkupError, parse_html
from newsbot.sandbox.telegram.links import BadLink, check_link, mentioned_user

tdjson = pytest.importorskip("tdjson", reason="TDLib's wheel (tdjson) is not there for this platform")

_TYPES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
}
_TDLIB_NAMES = {ours: theirs for theirs, ours in _TYPES.items() if theirs != "PreCode"}
_EXTRA = {"text_link": {"url": "http://a.b/"}, "custom_emoji": {"custom_emoji_id": "5"}, "text_mention": {"user_id": 5}}


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    return json.loads(tdjson.td_execute(json.dumps(request).encode()))


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def _entities(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            _TYPES[entity["type"]["@type"].removeprefix("textEntityType")],
            entity["offset"],
            entity["length"],
            next(
                (entity["type"][key] for key in ("url", "user_id", "language", "unix_time") if entity["type"].get(key)),
                None,
            ),
        )
        for entity in answer["entities"]
    ]


def theirs(markup: str) -> Any:
    answer = _execute({"@type": "parseTextEntities", "text": markup, "parse_mode": {"@type": "textParseModeHTML"}})
    if answer["@type"] == "error":
        return answer["message"].removeprefix("Can't parse entities: ")
    return answer["text"], _entities(answer)


def ours(markup: str) -> Any:
    try:
        text, entities = parse_html(markup)
    except MarkupError as refusal:
        return str(refusal)
    return text, [
        (entity.type, entity.offset, entity.length, entity.url or entity.user_id or entity.language or entity.unix_time)
        for entity in entities
    ]


_PIECES = st.sampled_from(
    [
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "</>",
        "<a href=",
        "'x.y'",
        '"http://a.b/c?d=1&amp;e"',
        ">",
        "<a>",
        "</a>",
        "<",
        "&",
        "&lt;",
        "&lt",
        "&#65;",
        "&#x1F600;",
        "&#xD800;",
        "খবর",
        "😀",
        " ",
        "\n",
        "\t",
        "a",
        "example.org",
        "<pre>",
        "</pre>",
        "<code>",
        "</code>",
        '<code class="language-py">',
        "<blockquote expandable>",
        "<blockquote>",
        "</blockquote>",
        "'",
        '"',
        "=",
        "/",
        "<span class='tg-spoiler'>",
        "</span>",
        "<tg-spoiler>",
        "</tg-spoiler>",
        "<tg-time unix=",
        "12345",
        " format=",
        "tD",
        "r",
        "</tg-time>",
        "<tg-emoji emoji-id='",
        "5",
        "</tg-emoji>",
        "<u>",
        "</u>",
        "<s",
        "<B>",
        "</B>",
        "<br>",
        "x=",
        "<a href='tg://user?id=77'>",
        "<a href='javascript:1'>",
        "<a href='http://",
        "localhost",
        ":80",
        "@",
        "[::1]",
        "%41",
        "\r",
        "-",
        "_",
        "#",
        "?",
        ";",
        "<em class>",
        "</em>",
        "\u200d",
    ]
)
_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")


@settings(max_examples=500, deadline=None)
@given(st.lists(_PIECES | st.text(_CHARACTERS, max_size=3), max_size=14).map("".join))
@example("<a href='tg://user?id=99999999999999999999'>x</a>")
@example("<tg-time unix='99999999999' format='wDT'>x</tg-time>")
def test_the_parser_and_telegrams_own_agree_on_any_markup(markup):
    assert ours(markup) == theirs(markup)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "http://",
                "https://",
                "tg://",
                "tg:",
                "ton://",
                "tonsite://",
                "HTTP://",
                "user@",
                "a",
                "B",
                ".",
                "c",
                ":80",
                ":0",
                ":99999",
                ":",
                "/",
                "?",
                "#",
                "[::1]",
                "[",
                "]",
                "খবর",
                "%41",
                "%4",
                "-",
                "_",
                " ",
                "x=1&y=2",
                "localhost",
                "127.0.0.1",
                "user?id=5",
                "@",
                "\\",
                "!",
                "|",
                "😀",
                "resolve?domain=x",
            ]
        ),
        min_size=1,
        max_size=8,
    ).map("".join)
)
def test_links_are_kept_dropped_and_normalised_as_telegram_does(link):
    escaped = link.replace("&", "&amp;")
    _, entities = theirs(f'<a href="{escaped}">x</a>')
    user = mentioned_user(link)
    try:
        kept = user if user is not None else check_link(link)
    except BadLink:
        kept = None
    assert [entity[3] for entity in entities] == ([kept] if kept is not None else [])


_RANGES = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in _TDLIB_NAMES if kind != "date_time"]), st.integers(0, 7), st.integers(1, 8)
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda item: item[1:],
)


@settings(max_examples=500, deadline=None)
@given(_RANGES)
def test_overlapping_entities_end_as_telegram_leaves_them(ranges):
    given_ranges = [(kind, offset, min(length, 8 - offset)) for kind, offset, length in ranges]
    if len({item[1:] for item in given_ranges}) < len(given_ranges):
        return
    answer = _execute(
        {
            "@type": "parseMarkdown",
            "text": {
                "@type": "formattedText",
                "text": "abcdefgh",
                "entities": [
                    {
                        "@type": "textEntity",
                        "offset": offset,
                        "length": length,
                        "type": {"@type": f"textEntityType{_TDLIB_NAMES[kind]}", **_EXTRA.get(kind, {})},
                    }
                    for kind, offset, length in given_ranges
                ],
            },
        }
    )
    kept = normalise_entities([Entity(kind, offset, length) for kind, offset, length in given_ranges])
    assert sorted((entity.type, entity.offset, entity.length) for entity in kept) == sorted(
        entity[:3] for entity in _entities(answer)
    )


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("aখ😀 \n\t\r\u202e\u2028\u0333\x01."), min_size=1, max_size=12).filter(str.strip),
    st.lists(
        st.tuples(st.sampled_from(["bold", "code", "text_link"]), st.integers(0, 11), st.integers(1, 12)), max_size=2
    ),
)
def test_control_characters_go_as_telegram_lets_them_go(text, ranges):
    # A text that begins and ends with a letter is not trimmed, so only the cleaning shows.
    text = f"x{text}x"
    edges = [0]
    for character in text:
        edges.append(edges[-1] + utf16_length(character))
    entities = sort_entities(
        Entity(
            kind,
            edges[min(start, len(text) - 1)],
            edges[min(start + length, len(text))] - edges[min(start, len(text) - 1)],
        )
        for kind, start, length in ranges
    )
    if len({(entity.offset, entity.length) for entity in entities}) < len(entities):
        return
    answer = _execute(
        {
            "@type": "parseMarkdown",
            "text": {
                "@type": "formattedText",
                "text": text,
                "entities": [
                    {
                        "@type": "textEntity",
                        "offset": entity.offset,
                        "length": entity.length,
                        "type": {"@type": f"textEntityType{_TDLIB_NAMES[entity.type]}", **_EXTRA.get(entity.type, {})},
                    }
                    for entity in entities
                ],
            },
        }
    )
    cleaned, kept = clean(text, entities)
    assert cleaned == answer["text"]
    assert sorted((entity.type, entity.offset, entity.length) for entity in kept) == sorted(
        entity[:3] for entity in _entities(answer)
    )
