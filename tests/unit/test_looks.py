"""What the desk's preview draws is what the channels' renderers send, counted as the platforms count."""

from __future__ import annotations

from newsbot.channels.channel import Loss
from newsbot.channels.look import PreviewLink
from newsbot.channels.messenger.look import look_of as on_messenger
from newsbot.channels.telegram.look import look_of as on_telegram
from newsbot.domain.message import Button, CardReply, NoticeReply, Span
from newsbot.text.clipping import Unit

LINK = "https://news.example/1"
NOTICE = NoticeReply(
    labels=("সংশোধিত",),
    spans=(Span("  সেতু 🙂 ", "bold"), Span("পড়ুন", url=LINK)),
    buttons=((Button("সরাসরি", url="https://news.example/live"),), (Button("Pause", action="1:p"),)),
)


def test_telegram_counts_utf_16_after_parsing_and_shows_styles_and_the_links_preview() -> None:
    look = on_telegram(NOTICE)
    (bubble,) = look.bubbles
    assert bubble.spans == (Span("সংশোধিত\n  সেতু 🙂 ", "bold"), Span("পড়ুন", url=LINK))
    assert bubble.link == PreviewLink(LINK)
    assert [[button.label for button in row] for row in bubble.buttons] == [["সরাসরি"], ["Pause"]]
    assert (look.unit, look.limit, look.used) == (Unit.UTF16, 4096, len("সংশোধিত\n  সেতু 🙂 পড়ুন") + 1)


def test_telegram_counts_what_was_written_and_not_what_was_cut() -> None:
    look = on_telegram(NoticeReply(spans=(Span("ক" * 5000),), picture="file-1"))
    assert (look.used, look.limit) == (5000, 1024)
    assert look.losses == (Loss("text", "clipped to 1024"),)
    assert look.bubbles[0].picture == "file-1"


def test_a_long_quotation_folds_on_telegram() -> None:
    assert on_telegram(NoticeReply(spans=(Span("ক" * 501, "quote"),))).bubbles[0].folded
    assert not on_telegram(NoticeReply(spans=(Span("ক" * 500, "quote"),))).bubbles[0].folded


def test_messenger_shows_no_styles_puts_addresses_after_words_and_counts_them() -> None:
    look = on_messenger(NOTICE)
    (bubble,) = look.bubbles
    assert bubble.spans == (Span(f"সংশোধিত\n  সেতু 🙂 পড়ুন ({LINK})"),)
    assert [row[0].label for row in bubble.buttons] == ["সরাসরি", "Pause"]
    assert (look.unit, look.limit, look.used) == (Unit.CODEPOINT, 2000, len(bubble.spans[0].text))


def test_a_long_text_is_several_messages_on_messenger() -> None:
    look = on_messenger(NoticeReply(spans=(Span("খবর " * 600),)))
    assert look.splits
    assert look.used > look.limit
    assert len(look.bubbles) > 1


def test_a_card_is_drawn_with_its_picture_and_headline() -> None:
    card = CardReply(headline="সেতু খুলল", url=LINK, image_url="https://news.example/1.jpg", source="Portal")
    (telegram,) = on_telegram(card).bubbles
    assert telegram.link == PreviewLink("https://news.example/1.jpg", large=True, above=True)
    (messenger,) = on_messenger(card).bubbles
    assert (messenger.spans[0].text, messenger.picture) == ("সেতু খুলল", "https://news.example/1.jpg")
