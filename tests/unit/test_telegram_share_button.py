"""A card that may be passed on gets Telegram's own share link."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from newsbot.channels.telegram.renderer import render
from newsbot.channels.telegram.wire import SendMessage
from newsbot.domain.message import Button, CardReply, Rows

URL = "https://news.example/সেতু?a=1&b=2"
READ = Button("পড়ুন", url="https://news.example/1")
FOLLOW = Button("অনুসরণ", "1:sub:sports")


def shown(card: CardReply) -> Rows:
    request = render(card).request
    assert isinstance(request, SendMessage)
    return request.content.keyboard


def test_share_stands_beside_the_first_button_and_carries_link_and_headline() -> None:
    card = CardReply(headline="সেতু & <b>খোলা</b>", url=URL, share_label="শেয়ার", buttons=((READ,), (FOLLOW,)))
    (read, share), (follow,) = shown(card)
    assert (read, share.label, follow) == (READ, "শেয়ার", FOLLOW)
    assert share.url.startswith("https://t.me/share/url?")
    assert parse_qs(urlsplit(share.url).query) == {"url": [URL], "text": ["সেতু & <b>খোলা</b>"]}


def test_a_card_without_other_buttons_can_be_shared_too() -> None:
    ((share,),) = shown(CardReply(headline="সেতু", url=URL, share_label="শেয়ার"))
    assert share.label == "শেয়ার"


def test_a_long_headline_is_shortened_and_a_long_address_shared_alone() -> None:
    ((share,),) = shown(CardReply(headline="ক্ষমতা " * 200, url=URL, share_label="শেয়ার"))
    assert parse_qs(urlsplit(share.url).query)["text"][0].endswith("…")
    long = "https://news.example/" + "a" * 1500
    rows = shown(CardReply(headline="ক্ষমতা " * 20, url=long, share_label="শেয়ার"))
    assert [parse_qs(urlsplit(button.url).query)["url"] for row in rows for button in row] == [[long]]


def test_no_label_or_no_link_means_no_button() -> None:
    assert shown(CardReply(headline="সেতু", url=URL, buttons=((READ,),))) == ((READ,),)
    assert shown(CardReply(headline="সেতু", url="javascript:alert(1)", share_label="শেয়ার", buttons=((READ,),))) == (
        (READ,),
    )
