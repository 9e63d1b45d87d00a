"""Telegram's entities as HTML on the phone."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.sandbox.phone_entities import to_html


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


def test_offsets_count_utf16_units() -> None:
    assert to_html("😀 খবর 😀 শেষ", [entity("bold", 3, 3), entity("italic", 10, 3)]) == "😀 <b>খবর</b> 😀 <i>শেষ</i>"


def test_entities_nest() -> None:
    assert to_html("abcd", [entity("bold", 0, 4), entity("italic", 1, 2)]) == "<b>a<i>bc</i>d</b>"


def test_entities_that_cross_are_closed_and_opened_anew() -> None:
    assert to_html("abcd", [entity("bold", 0, 3), entity("italic", 2, 2)]) == "<b>ab<i>c</i></b><i>d</i>"


def test_markup_in_a_text_is_shown_as_text() -> None:
    assert to_html("<b>&", [entity("bold", 0, 3)]) == "<b>&lt;b&gt;</b>&amp;"


def test_a_block_brings_its_own_line_breaks() -> None:
    assert to_html("উপরে\nউদ্ধৃতি\nনিচে", [entity("blockquote", 5, 7)]) == "উপরে<blockquote>উদ্ধৃতি</blockquote>নিচে"


def test_a_code_block_names_its_language() -> None:
    html = to_html("x < 1", [entity("pre", 0, 5, language="python")])
    assert html == '<pre><span class="language">python</span><code>x &lt; 1</code></pre>'


@pytest.mark.parametrize(
    ("one", "html"),
    [
        (entity("text_link", 0, 4, url="https://a.b/?x=1&y=<"), '<a href="https://a.b/?x=1&amp;y=&lt;" {}>a.bc</a>'),
        (entity("url", 0, 4), '<a href="http://a.bc" {}>a.bc</a>'),
        (entity("email", 0, 4), '<a href="mailto:a.bc" {}>a.bc</a>'),
        (entity("text_link", 0, 4, url="javascript:alert(1)"), "a.bc"),
        (entity("bot_command", 0, 4), '<button type="button" class="command" data-send="a.bc">a.bc</button>'),
        (entity("hashtag", 0, 4), '<span class="link">a.bc</span>'),
        (entity("from_tomorrow", 0, 4), "a.bc"),
    ],
)
def test_what_can_be_pressed(one: dict[str, Any], html: str) -> None:
    assert to_html("a.bc", [one]) == html.format('target="_blank" rel="noopener noreferrer"')


class Balance(HTMLParser):
    """Keeps the text, and fails when a tag is closed that is not the last one opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


KINDS = ["bold", "italic", "spoiler", "code", "url", "text_link", "blockquote", "bot_command", "unknown"]
ENTITIES = st.lists(
    st.builds(
        entity, st.sampled_from(KINDS), st.integers(-3, 40), st.integers(-3, 40), url=st.sampled_from(["https://a.b"])
    ),
    max_size=8,
)


@given(st.text(st.sampled_from("ক্ষ😀<&\"' ab"), max_size=30), ENTITIES)
def test_any_entities_give_well_formed_html_with_the_same_text(text: str, entities: list[dict[str, Any]]) -> None:
    units = text.encode("utf-16-le")
    edges = {edge for one in entities for edge in (one["offset"], one["offset"] + one["length"])}
    splits_a_letter = any(0 < 2 * edge < len(units) and 0xDC <= units[2 * edge + 1] <= 0xDF for edge in edges)
    parser = Balance()
    parser.feed(str(to_html(text, entities)))
    parser.close()
    assert parser.open == []
    assert splits_a_letter or parser.text == text


@pytest.mark.parametrize(
    "url", ["http://[", "https://x:99999999/", "//", ":", "javascript:alert(1)", "data:text/html,x"]
)
def test_no_address_breaks_the_phone_or_runs_on_it(url: str) -> None:
    html = to_html("abc", [entity("text_link", 0, 3, url=url)])
    assert html == "abc" or html.startswith('<a href="http')
