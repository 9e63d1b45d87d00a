"""What a Telegram reader sees of each kind of reply, and what is reported when it can't be shown as meant."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from newsbot.channels.channel import Loss
from newsbot.channels.telegram import markup, wire
from newsbot.channels.telegram.renderer import render
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    ChoiceReply,
    FileReply,
    Headline,
    HeadlinesReply,
    MessageRef,
    Option,
    Span,
    TextReply,
    Toast,
)
from newsbot.text.clipping import Unit, length
from tests.telegram_oracle import MarkupRefusedError, parse_html

URL = "https://portal.example/sports/123"


def shown(reply: AnyReply, **kwargs: str) -> dict[str, Any]:
    request = render(reply, **kwargs).request
    assert request is not None
    return request.parameters()


def text_of(reply: AnyReply) -> str:
    return parse_html(shown(reply)["text"]).text


def losses_of(reply: AnyReply) -> list[tuple[str, str]]:
    return [(loss.what, loss.how) for loss in render(reply).losses]


def a_card(**changes: Any) -> CardReply:
    fields: dict[str, Any] = {
        "headline": "ফাইনালে আবুধাবি",
        "url": URL,
        "kicker": "আবুধাবি টি-টেন",
        "summary": "শেষ বলে জয়।",
        "source": "পোর্টাল",
        "when": "৫ মিনিট আগে",
    }
    return CardReply(**fields | changes)


def some_headlines(count: int = 3, **changes: Any) -> HeadlinesReply:
    headlines = tuple(
        Headline(number=str(i), headline=f"Headline {i}", url=URL, action=f"card:{i}") for i in range(1, count + 1)
    )
    return HeadlinesReply(**{"title": "Latest", "headlines": headlines} | changes)


def test_markup_in_a_headline_stays_text() -> None:
    card = a_card(headline='<b>5 < 6</b> & "quoted"', kicker="<script>")
    assert '<b>5 < 6</b> & "quoted"' in text_of(card)
    kinds = [kind for kind, _, _ in parse_html(shown(card)["text"]).entities]
    assert kinds == ["Italic", "TextUrl", "Bold", "Italic"]  # kicker, headline, byline: nothing of the headline's own


def test_a_card_shows_its_picture_above_and_its_link_in_the_headline() -> None:
    card = a_card(image_url="https://portal.example/image.jpg")
    parameters = shown(card)
    assert parameters["link_preview_options"] == {
        "url": "https://portal.example/image.jpg",
        "prefer_large_media": True,
        "show_above_text": True,
    }
    assert ("TextUrl", card.headline, URL) in parse_html(parameters["text"]).entities


@pytest.mark.parametrize("image_url", ["", "http://localhost/a.jpg", "data:image/png;base64,AAAA"])
def test_without_a_usable_picture_the_articles_page_is_previewed(image_url: str) -> None:
    assert shown(a_card(image_url=image_url))["link_preview_options"]["url"] == URL


def test_a_list_has_no_preview() -> None:
    assert shown(some_headlines())["link_preview_options"] == {"is_disabled": True}


def test_a_cards_summary_is_shortened_before_its_headline() -> None:
    card = a_card(summary="ক " * 5000)
    text = text_of(card)
    assert length(text, Unit.UTF16) <= 4096
    assert card.headline in text
    assert card.source in text
    assert text.count("…") == 1
    assert [what for what, _ in losses_of(card)] == ["summary"]


def test_a_headline_of_5000_letters_is_shortened_and_keeps_its_link() -> None:
    card = a_card(headline="ক" * 5000)
    entities = parse_html(shown(card)["text"]).entities
    assert [url for kind, _, url in entities if kind == "TextUrl"] == [URL]
    assert card.source in text_of(card)
    assert [what for what, _ in losses_of(card)] == ["summary", "headline"]


def test_an_emoji_only_headline_is_a_headline() -> None:
    assert ("TextUrl", "🏏🏆", URL) in parse_html(shown(a_card(headline="🏏🏆"))["text"]).entities


def test_a_headline_that_nobody_can_see_is_replaced_by_its_address() -> None:
    assert ("TextUrl", URL, URL) in parse_html(shown(a_card(headline=" \u200b"))["text"]).entities


def test_a_link_that_telegram_would_drop_is_shown_as_text() -> None:
    card = a_card(url="http://localhost:8080/sports/1")
    assert "http://localhost:8080/sports/1" in text_of(card)
    assert shown(card)["link_preview_options"] == {"is_disabled": True}


def test_a_text_that_is_too_long_is_cut_at_a_letter_and_reported() -> None:
    reply = TextReply(paragraphs=((Span("ক্ষ" * 3000, "bold"),), (Span("end"),)))
    text = text_of(reply)
    assert length(text, Unit.UTF16) <= 4096
    assert set(text.removesuffix("…").split("ক্ষ")) == {""}
    assert losses_of(reply) == [("text", "clipped to 4096")]


@pytest.mark.parametrize("text", ["", " \n ", "\u200b", "\x00"])
def test_nothing_to_see_becomes_a_placeholder(text: str) -> None:
    reply = TextReply(paragraphs=((Span(text),),))
    assert shown(reply)["text"] == "…"
    assert losses_of(reply) == [("text", "a placeholder: there was nothing to see")]


def test_styles_beyond_what_telegram_keeps_are_left_out_but_links_stay() -> None:
    spans = tuple(Span(f"word{i} ", "bold" if i % 2 else "italic", URL if i < 3 else "") for i in range(150))
    reply = TextReply(paragraphs=(spans,))
    kinds = [kind for kind, _, _ in parse_html(shown(reply)["text"]).entities]
    assert kinds == ["TextUrl"]  # one link: neighbours to the same address are joined
    assert losses_of(reply) == [("style", "left out: too many styles for one message")]


def test_a_long_quotation_folds_away() -> None:
    short, long = (TextReply(paragraphs=((Span("কথা " * count, "quote"),),)) for count in (3, 300))
    assert [kind for kind, _, _ in parse_html(shown(short)["text"]).entities] == ["BlockQuote"]
    assert [kind for kind, _, _ in parse_html(shown(long)["text"]).entities] == ["ExpandableBlockQuote"]


def keyboard(reply: AnyReply) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = shown(reply).get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def test_headlines_are_opened_by_numbers_in_rows_of_five_above_the_other_buttons() -> None:
    reply = some_headlines(7, buttons=((Button("older", "page:2"), Button("site", url=URL)),))
    rows = keyboard(reply)
    assert [[button["text"] for button in row] for row in rows] == [
        ["1", "2", "3", "4", "5"],
        ["6", "7"],
        ["older", "site"],
    ]
    assert rows[0][1] == {"text": "2", "callback_data": "card:2"}
    assert rows[2][1] == {"text": "site", "url": URL}


def test_many_long_headlines_are_all_there_each_shortened() -> None:
    headlines = tuple(Headline(number=str(i), headline=f"{i} " + "খবর " * 300, url=URL) for i in range(10))
    reply = some_headlines(headlines=headlines)
    text = text_of(reply)
    assert 3600 <= length(text, Unit.UTF16) <= 4096
    assert all(f"\n\n{i}. {i} " in text for i in range(10))
    assert [what for what, _ in losses_of(reply)] == ["headlines"]


def test_chosen_options_are_ticked_and_stand_in_columns() -> None:
    reply = ChoiceReply(
        question="?",
        options=(Option("খেলা", "t:1", True), Option("রাজনীতি", "t:2"), Option("মতামত", "t:3")),
        buttons=((Button("হয়েছে", "done"),),),
    )
    assert [[button["text"] for button in row] for row in keyboard(reply)] == [
        ["✅ খেলা", "রাজনীতি"],
        ["মতামত"],
        ["হয়েছে"],
    ]


def test_a_button_that_telegram_would_refuse_does_not_cost_the_message() -> None:
    reply = TextReply(
        paragraphs=((Span("x"),),),
        buttons=((Button("bad", url="http://localhost/"), Button("good", url=URL)), (Button("worse", url="x y"),)),
    )
    assert [[button["text"] for button in row] for row in keyboard(reply)] == [["good"]]
    assert losses_of(reply) == [("button", "left out: its link would be refused")] * 2


def test_an_option_without_a_usable_action_is_left_out_and_reported() -> None:
    reply = ChoiceReply(question="?", options=(Option("a", ""), Option("b", "ক" * 22), Option("c", "ok")))
    assert [[button["text"] for button in row] for row in keyboard(reply)] == [["c"]]
    assert [what for what, _ in losses_of(reply)] == ["button", "button"]


def test_labels_are_shortened_to_what_can_be_read() -> None:
    reply = TextReply(paragraphs=((Span("x"),),), buttons=((Button("ক্ষ" * 40, "a"), Button(" \n", "b")),))
    labels = [button["text"] for button in keyboard(reply)[0]]
    assert labels == ["ক্ষ" * 29 + "…", "…"]
    assert losses_of(reply) == [("button label", "clipped to 30 letters")]


def test_wide_rows_are_split_and_the_hundred_and_first_button_is_left_out() -> None:
    rows = tuple(tuple(Button(f"{row}-{i}", f"{row}-{i}") for i in range(10)) for row in range(11))
    reply = TextReply(paragraphs=((Span("x"),),), buttons=rows)
    assert [len(row) for row in keyboard(reply)] == [8, 2] * 10
    assert losses_of(reply) == [("buttons", "only 100 kept")]


def test_a_shared_headlines_spaces_are_not_plus_signs() -> None:
    share = keyboard(a_card(share_label="শেয়ার"))[0][0]
    assert share["url"].startswith("https://t.me/share/url?url=https%3A%2F%2Fportal.example%2Fsports%2F123&text=")
    assert "%20" in share["url"]
    assert "+" not in share["url"]


def test_a_reply_that_replaces_is_an_edit_and_can_become_a_new_message() -> None:
    request = render(some_headlines(replaces=MessageRef("42", "7"), silent=True)).request
    assert isinstance(request, wire.EditMessage)
    assert request.parameters()["message_id"] == 7
    new = request.as_new()
    assert new.parameters()["disable_notification"] is True
    assert "message_id" not in new.parameters()


def test_the_plain_version_names_its_links() -> None:
    request = render(a_card()).request
    assert isinstance(request, wire.SendMessage)
    parameters = request.as_plain().parameters()
    assert parameters["text"].endswith(f"\n\n{URL}")
    assert "parse_mode" not in parameters
    assert parameters["link_preview_options"] == {"is_disabled": True}


def test_a_file_goes_as_a_document() -> None:
    request = render(FileReply(name="a/b\nc.json", content=b"{}", caption="আপনার <তথ্য>")).request
    assert isinstance(request, wire.SendDocument)
    assert (request.name, request.content) == ("a-b c.json", b"{}")
    assert request.parameters() == {"caption": "আপনার &lt;তথ্য&gt;", "parse_mode": "HTML"}


def test_an_empty_file_is_sent_with_a_line_end() -> None:
    rendered = render(FileReply(name="x", content=b""))
    assert isinstance(rendered.request, wire.SendDocument)
    assert rendered.request.content == b"\n"
    assert [loss.what for loss in rendered.losses] == ["file"]


def test_a_notice_goes_onto_the_pressed_button_or_nowhere() -> None:
    assert shown(Toast(text="ক" * 300), callback_id="5") == {"callback_query_id": "5", "text": "ক" * 199 + "…"}
    rendered = render(Toast(text="x"))
    assert rendered.request is None
    assert rendered.losses == (Loss("notice", "left out: no button was pressed"),)


@pytest.mark.parametrize(
    ("url", "linkable"),
    [
        ("https://portal.example", True),
        ("https://portal.example/খেলা?ক=১#খ", True),
        ("http://127.0.0.1:8080/a", True),
        ("HTTPS://PORTAL.EXAMPLE/A", True),
        ("https://প্রথম.বাংলা/", True),
        ("https://portal.example/র\u200c্যাব", True),
        ("https://portal.example:65536/", False),
        ("https://portal.example:0/", False),
        ("https://localhost/", False),
        ("https://user:secret@portal.example/", False),
        ("https://portal.example/a b", False),
        ("https://portal.example\\evil", False),
        ("https://portal.example/\u202eevil", False),
        ("javascript:alert(1)", False),
        ("ftp://portal.example/", False),
        ("portal.example", False),
        ("", False),
        ("https://portal.example/" + "x" * 8000, False),
    ],
)
def test_only_addresses_that_telegram_links_count_as_links(url: str, linkable: bool) -> None:
    assert markup.is_linkable(url) is linkable
    if linkable:
        assert parse_html(f'<a href="{markup.escape(url)}">x</a>').entities


SHARED = Path(os.environ.get("NEWSBOT_SHARED_DATA") or Path(__file__).parents[2].parent / "shared" / "data")


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not there")
def test_escaping_makes_text_of_every_vector_of_telegrams_own_parser_tests() -> None:
    """Every input of its tests, hostile or not, is shown literally; and our oracle agrees with what they expect."""
    vectors = json.loads((SHARED / "telegram" / "html_golden.json").read_text("utf-8"))["vectors"]
    assert len(vectors) == 89
    for vector in vectors:
        source = vector["in"]
        assert parse_html(markup.escape(source)).text == source
        if "error" in vector:
            with pytest.raises(MarkupRefusedError) as refused:
                parse_html(source)
            assert str(refused.value) == vector["error"]
        else:
            assert parse_html(source).text == vector["text"]
