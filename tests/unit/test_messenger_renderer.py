"""The form that each reply gets on Messenger, chosen from its meaning, and what is told of what didn't fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsbot.channels.channel import Loss
from newsbot.channels.messenger.answer import render_answer
from newsbot.channels.messenger.renderer import render
from newsbot.channels.messenger.wire import ButtonTemplate, Carousel, Element, File, Picture, Text
from newsbot.domain.message import (
    Button,
    CardReply,
    ChoiceReply,
    FileReply,
    Headline,
    HeadlinesReply,
    NoticeReply,
    Option,
    Span,
    TextReply,
    Toast,
)

SITE = "https://portal.example"
READ = Button("পড়ুন", url=f"{SITE}/1")
STOP, WHY, MORE = Button("থামান", "s:1"), Button("কেন?", "w:1"), Button("আরও", "m:1")
CARD = CardReply(headline="সেতু খুলল", url=READ.url, when="আজ", buttons=((READ,), (STOP, WHY)))


def said(text: str, *buttons: Button) -> TextReply:
    return TextReply(paragraphs=((Span(text),),), buttons=(buttons,) if buttons else ())


# --- texts -----------------------------------------------------------------------------------------------------------


def test_what_acts_is_a_quick_reply_and_a_link_is_a_button() -> None:
    assert render(said("খবর", STOP)).messages == (Text(text="খবর", quick_replies=(STOP,)),)
    assert render(said("খবর", READ, STOP)).messages == (
        ButtonTemplate(text="খবর", buttons=(READ,), quick_replies=(STOP,)),
    )


def test_in_a_push_what_acts_stays_too_and_the_fourth_is_a_quick_reply() -> None:
    rendered = render(said("খবর", READ, STOP, WHY, MORE), lasting=True)
    assert rendered.messages == (ButtonTemplate(text="খবর", buttons=(READ, STOP, WHY), quick_replies=(MORE,)),)
    assert rendered.losses == ()


def test_a_long_push_is_one_text_and_its_links_are_lines() -> None:
    text = "বাক্য। " * 150
    rendered = render(said(text, READ, STOP), lasting=True)
    assert rendered.messages == (Text(text=f"{text.strip()}\n\nপড়ুন: {READ.url}", quick_replies=(STOP,)),)
    assert [loss.what for loss in rendered.losses] == ["button"]


def test_a_long_answer_ends_with_what_fits_beside_its_links() -> None:
    text = " ".join(f"বাক্য {number}।" for number in range(120))
    *before, last = render(said(text, READ)).messages
    assert isinstance(last, ButtonTemplate)
    assert len(last.text) <= 640
    assert " ".join([*(one.text for one in before if isinstance(one, Text)), last.text]) == text


def test_more_links_than_buttons_are_lines_of_the_text() -> None:
    links = [Button(f"খবর {number}", url=f"{SITE}/{number}") for number in range(5)]
    rendered = render(said("তালিকা", *links))
    assert rendered.messages == (
        ButtonTemplate(text=f"তালিকা\n\nখবর 3: {SITE}/3\nখবর 4: {SITE}/4", buttons=tuple(links[:3])),
    )
    assert [loss.what for loss in rendered.losses] == ["button"]


def test_an_address_follows_the_words_that_led_to_it() -> None:
    spans = (Span("দেখুন "), Span("এই ", "bold", SITE), Span("পাতা", url=SITE), Span(", "), Span(SITE, url=SITE))
    (message,) = render(TextReply(paragraphs=(spans,))).messages
    assert message == Text(text=f"দেখুন এই পাতা ({SITE}), {SITE}")


def test_what_nobody_would_see_is_a_placeholder() -> None:
    assert render(said(" \u200b\x00")).messages == (Text(text="…"),)


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        (Button("আন্তর্জাতিক: অনুসরণ বন্ধ করুন", "f:1", short="অনুসরণ বন্ধ করুন"), "অনুসরণ বন্ধ করুন"),
        (Button("খেলা: অনুসরণ করুন", "f:1", short="অনুসরণ করুন"), "খেলা: অনুসরণ করুন"),
        (Button("আন্তর্জাতিক: অনুসরণ বন্ধ করুন", "f:1"), "আন্তর্জাতিক: অনুসরণ…"),
        (Button("\n", "f:1"), "…"),
    ],
)
def test_a_label_that_has_no_room_is_said_shorter(button: Button, expected: str) -> None:
    rendered = render(said("খবর", button))
    (message,) = rendered.messages
    assert [one.label for one in message.quick_replies] == [expected]
    assert bool(rendered.losses) == (button.short == "" and len(button.label) > 20)


def test_a_link_to_nowhere_is_left_out_and_told() -> None:
    rendered = render(said("খবর", Button("এখানে", url="javascript:alert(1)")))
    assert rendered.messages == (Text(text="খবর"),)
    assert rendered.losses == (Loss("button", "left out: 'এখানে' leads to no web address"),)


# --- lists, choices --------------------------------------------------------------------------------------------------


def test_a_headline_that_needs_more_than_its_line_goes_on_below() -> None:
    headline = "এক দুই তিন চার পাঁচ ছয় সাত আট নয় দশ এগারো বারো তেরো চৌদ্দ পনেরো ষোলো সতেরো আঠারো উনিশ"
    item = Headline(number="১", headline=headline, when="আজ", action="a:1")
    *_, row = render(HeadlinesReply(title="সর্বশেষ", headlines=(item,))).messages
    assert isinstance(row, Carousel)
    (element,) = row.elements
    assert f"{element.title} {element.subtitle}" == f"১. {headline} · আজ"
    assert len(element.title) <= 80


def test_what_gives_way_in_a_card_is_told() -> None:
    item = Headline(number="১", headline="সেতু", kicker="ক " * 50, when="আজ", url="nowhere", image_url="nothing")
    rendered = render(HeadlinesReply(title="সর্বশেষ", headlines=(item,)))
    assert [loss.what for loss in rendered.losses] == ["kicker", "picture", "link"]
    *_, row = rendered.messages
    assert isinstance(row, Carousel)
    assert row.elements[0].subtitle.endswith("… · আজ")


def test_an_empty_list_is_its_title() -> None:
    assert render(HeadlinesReply(title="সর্বশেষ", headlines=(), buttons=((MORE,),))).messages == (
        Text(text="সর্বশেষ", quick_replies=(MORE,)),
    )


def options(count: int) -> tuple[Option, ...]:
    return tuple(Option(f"বিষয় {number}", f"t:{number}") for number in range(count))


def test_a_choice_is_quick_replies_as_long_as_they_are_enough() -> None:
    (message,) = render(ChoiceReply(question="বিষয়?", options=options(11), buttons=((STOP, MORE),))).messages
    assert isinstance(message, Text)
    assert len(message.quick_replies) == 13


def test_where_options_take_all_quick_replies_the_buttons_stay_with_the_text() -> None:
    (message,) = render(ChoiceReply(question="বিষয়?", options=options(12), buttons=((STOP, MORE),))).messages
    assert isinstance(message, ButtonTemplate)
    assert (message.text, message.buttons) == ("বিষয়?", (STOP, MORE))
    assert [one.action for one in message.quick_replies] == [f"t:{number}" for number in range(12)]


def test_more_options_than_quick_replies_stand_on_cards() -> None:
    text, row = render(ChoiceReply(question="বিষয়?", options=options(14), buttons=((STOP,),))).messages
    assert text == Text(text="বিষয়?")
    assert isinstance(row, Carousel)
    assert [len(element.buttons) for element in row.elements] == [3, 3, 3, 3, 2]
    assert row.elements[0].title == "বিষয় 0 · বিষয় 1 · বিষয় 2"
    assert row.quick_replies == (STOP,)


# --- cards -----------------------------------------------------------------------------------------------------------


def test_a_card_that_fits_in_two_lines_is_one_message_with_its_picture() -> None:
    card = replace(CARD, image_url=f"{SITE}/1.jpg", share_label="শেয়ার")
    element = Element(
        title="সেতু খুলল", subtitle="আজ", image_url=f"{SITE}/1.jpg", url=READ.url, buttons=(READ, STOP, WHY)
    )
    assert render(card, lasting=True).messages == (Carousel(elements=(element,), sharable=True),)


def test_a_pushed_card_gives_its_picture_for_its_words() -> None:
    rendered = render(replace(CARD, image_url=f"{SITE}/1.jpg", summary="আজ সকালে।"), lasting=True)
    assert rendered.messages == (ButtonTemplate(text="সেতু খুলল\n\nআজ সকালে।\n\nআজ", buttons=(READ, STOP, WHY)),)
    assert [loss.what for loss in rendered.losses] == ["picture"]


def test_a_headline_that_its_card_shortens_is_whole_beside_it() -> None:
    headline = "দীর্ঘ শিরোনাম " * 8
    card, words = render(replace(CARD, headline=headline, image_url=f"{SITE}/1.jpg")).messages
    assert isinstance(card, Carousel)
    assert card.elements[0].title.endswith("…")
    assert isinstance(words, ButtonTemplate)
    assert words.text == headline.strip()


def test_an_address_that_is_none_is_shown_as_it_is() -> None:
    (message,) = render(CardReply(headline="সেতু", url="/relative")).messages
    assert message == Text(text="সেতু\n\n/relative")


# --- pictures, files, notices ----------------------------------------------------------------------------------------


def test_a_picture_goes_before_its_text() -> None:
    notice = NoticeReply(spans=(Span("পানি বাড়ছে"),), picture="AgAC", labels=("সংশোধিত",), buttons=((WHY,),))
    assert render(notice).messages == (
        Picture(picture="AgAC"),
        Text(text="সংশোধিত\nপানি বাড়ছে", quick_replies=(WHY,)),
    )
    assert render(NoticeReply(spans=(), picture="AgAC", buttons=((WHY,),))).messages == (
        Picture(picture="AgAC", quick_replies=(WHY,)),
    )


def test_a_file_goes_after_its_words_and_is_never_empty() -> None:
    rendered = render(FileReply(name="a/b\n", content=b"", caption="তথ্য", buttons=((MORE,),)))
    assert rendered.messages == (
        Text(text="তথ্য"),
        File(name="a-b", file=b"\n", media_type="application/json", quick_replies=(MORE,)),
    )
    assert [loss.what for loss in rendered.losses] == ["file"]


# --- several replies -------------------------------------------------------------------------------------------------


def test_a_notice_before_a_list_is_a_message_of_its_own() -> None:
    notice, listed = render_answer([Toast(text="হয়েছে"), HeadlinesReply(title="সর্বশেষ", headlines=())])
    assert notice.messages == (Text(text="হয়েছে"),)
    assert listed.messages == (Text(text="সর্বশেষ"),)


def test_a_notice_that_another_reply_says_is_not_said_twice() -> None:
    notice, text = render_answer([Toast(text="থামল।"), said("থামল। আবার?", MORE)])
    assert (notice.messages, text.messages) == ((), (Text(text="থামল। আবার?", quick_replies=(MORE,)),))


def test_quick_replies_that_find_no_room_under_the_last_message_stay_where_they_are() -> None:
    first, last = render_answer(
        [said("এক", *(Button(f"ক {n}", f"k:{n}") for n in range(5))), ChoiceReply(question="দুই?", options=options(11))]
    )
    *_, under = last.messages
    assert len(under.quick_replies) == 13
    text, cards = first.messages
    assert text == Text(text="এক")
    assert isinstance(cards, Carousel)
    assert [button.action for element in cards.elements for button in element.buttons] == ["k:2", "k:3", "k:4"]
