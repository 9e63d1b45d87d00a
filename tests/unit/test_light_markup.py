"""The small markup of the editors' field: what is read, what stays as it is, and that nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.domain.message import Span
from newsbot.text.light_markup import read, write

URL = "https://news.example/a_b_c"


def plain(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("", ()),
        ("সেতু খুলল", (Span("সেতু খুলল"),)),
        ("*সেতু* খুলল", (Span("সেতু", "bold"), Span(" খুলল"))),
        ("আজ *ঢাকা*র খবর", (Span("আজ "), Span("ঢাকা", "bold"), Span("র খবর"))),
        ("_ধীরে_", (Span("ধীরে", "italic"),)),
        ("`a*b`", (Span("a*b", "code"),)),
        (f"[পড়ুন]({URL}) এখন", (Span("পড়ুন", url=URL), Span(" এখন"))),
        (f"[*পড়ুন*]({URL})", (Span("পড়ুন", "bold", URL),)),
        (f"*আজ [পড়ুন]({URL})*", (Span("আজ ", "bold"), Span("পড়ুন", "bold", URL))),
        ("> প্রথম\n> দ্বিতীয়\nপরে", (Span("প্রথম\nদ্বিতীয়", "quote"), Span("\nপরে"))),
        ("এক\r\nদুই", (Span("এক\nদুই"),)),
    ],
)
def test_signs_are_read_as_styles(typed: str, read_as: tuple[Span, ...]) -> None:
    assert read(typed) == read_as


@pytest.mark.parametrize(
    "typed",
    [
        "5*3*2",
        "2 * 3 * 4",
        "* তালিকা",
        "*খোলা",
        "snake_case_name",
        URL,
        f"দেখুন {URL} এবং",
        "[কথা](javascript:alert)",
        "[কথা]",
        "*এক\n\nদুই*",
        "a > b",
        "**",
    ],
)
def test_what_is_no_sign_stays_as_it_was_typed(typed: str) -> None:
    assert read(typed) == (Span(typed),)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [(r"\*সেতু\*", "*সেতু*"), (r"\[ক](https://a.example)", "[ক](https://a.example)"), (r"\> ক", "> ক")],
)
def test_a_backslash_makes_a_sign_a_letter(typed: str, shown: str) -> None:
    assert read(typed) == (Span(shown),)


@pytest.mark.parametrize(
    "spans",
    [
        (Span("*সেতু* খুলল"),),
        (Span("আজ "), Span("ঢাকা", "bold"), Span("র খবর")),
        (Span("এক", "bold"), Span(" "), Span("দুই", "italic", URL)),
        (Span("> নয়"),),
        (Span("ক"), Span("\n"), Span("উদ্ধৃতি\nআরও", "quote"), Span("\nশেষ")),
        (Span("[ক](https://a.example)"),),
        (Span(URL), Span(" "), Span("x_y", "italic")),
        (Span("বাং"), Span("লা", "bold"), Span("দেশ", "italic")),
    ],
)
def test_what_is_written_reads_the_same(spans: tuple[Span, ...]) -> None:
    assert styled(read(write(spans))) == styled(spans)


def styled(spans: tuple[Span, ...]) -> list[tuple[str, str, str]]:
    """Letter by letter; white space shows no style."""
    return [(letter, span.style, span.url) for span in spans for letter in span.text if not letter.isspace()]


LETTERS = st.text("কখ aB*_`[]()>\\\n:/.", max_size=12)
STYLES = st.sampled_from(["plain", "bold", "italic", "code", "quote"])


@given(st.lists(st.builds(Span, LETTERS, STYLES, st.sampled_from(["", "", URL])), max_size=5))
def test_no_letter_is_lost_by_writing_and_reading(spans: list[Span]) -> None:
    """White space at the ends of lines and signs is free to move; nothing else is."""
    there = "".join("".join(span.text for span in spans).split())
    assert "".join(plain(read(write(spans))).split()) == there


@given(
    st.lists(
        st.builds(Span, st.text("কখ aB*_`[]>.", max_size=8), st.sampled_from(["plain", "bold", "italic"])), max_size=5
    )
)
def test_no_style_is_lost_either(spans: list[Span]) -> None:
    assert styled(read(write(spans))) == styled(tuple(spans))


@given(st.text())
def test_any_text_is_read_and_loses_nothing_but_its_signs(typed: str) -> None:
    shown = plain(read(typed))
    assert len(shown) <= len(typed)
    again = read(write(read(typed)))
    assert "".join(plain(again).split()) == "".join(shown.split())
