"""What a reader did, from raw updates; and that the library reads the same shapes the same way."""

from __future__ import annotations

import copy
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

from newsbot.channels.message_json import dump, load
from newsbot.channels.telegram.receiver import ALLOWED_UPDATES, MEDIA, BotIdentity, receive
from newsbot.domain.message import ChatKind, IncomingMessage, Kind, MessageRef, Span
from newsbot.domain.subscriber import Address

BOT = BotIdentity(id=10000, username="Portal_Bot", name="পোর্টাল")
NOW = datetime(2025, 11, 18, 6, 0, tzinfo=UTC)
SENT = 1_763_445_600  # 2025-11-18 06:00 UTC
RAHIMA = {"id": 42, "is_bot": False, "first_name": "রহিমা", "last_name": "খাতুন", "language_code": "bn"}
PRIVATE = {"id": 42, "type": "private", "first_name": "রহিমা"}
GROUP = {"id": -1001, "type": "supergroup", "title": "পাঠক"}
CHANNEL = {"id": -1009, "type": "channel", "title": "খবর"}


def a_message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    message = {"message_id": 7, "date": SENT, "chat": chat, "from": RAHIMA, **content}
    return {"update_id": 900, "message": {name: value for name, value in message.items() if value is not None}}


def a_button(message: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    query = {"id": "555", "from": RAHIMA, "chat_instance": "1", "data": "card:12", "message": message, **changes}
    return {"update_id": 901, "callback_query": {name: value for name, value in query.items() if value is not None}}


def a_membership(before: dict[str, Any], after: dict[str, Any], chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    bot = {"id": BOT.id, "is_bot": True, "first_name": BOT.name, "username": BOT.username}
    change = {
        "chat": chat,
        "from": RAHIMA,
        "date": SENT,
        "old_chat_member": {"user": bot, **before},
        "new_chat_member": {"user": bot, **after},
    }
    return {"update_id": 902, "my_chat_member": change}


MEMBER = {"status": "member"}
KICKED = {"status": "kicked", "until_date": 0}
LEFT = {"status": "left"}


def understood(update: object) -> IncomingMessage:
    incoming = receive(update, BOT, NOW)
    assert incoming is not None
    return incoming


def test_a_text_comes_with_everything_that_is_known_of_it() -> None:
    assert receive(a_message(text="  খেলার খবর "), BOT, NOW) == IncomingMessage(
        event_id="900",
        address=Address("telegram", "42"),
        kind=Kind.TEXT,
        text="খেলার খবর",
        sender_id="42",
        sender_name="রহিমা খাতুন",
        language_hint="bn",
        message=MessageRef("42", "7"),
        received_at=datetime.fromtimestamp(SENT, UTC),
    )


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/start", ""),
        ("/start topic-sports", "topic-sports"),
        ("/start@portal_bot article-123", "article-123"),
        ("/START article-123", "article-123"),
        ("/start two words", ""),
        ("/start খেলা", ""),
        ("/start " + "a" * 65, ""),
    ],
)
def test_opening_the_chat_carries_the_links_payload(text: str, payload: str) -> None:
    incoming = understood(a_message(text=text))
    assert (incoming.kind, incoming.action) == (Kind.START, payload)


def test_a_command_that_only_begins_like_start_is_another_command() -> None:
    assert understood(a_message(text="/startle")).kind is Kind.TEXT


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/latest@Portal_Bot sports 5", "/latest sports 5"),
        ("/latest@PORTAL_bot", "/latest"),
        ("/latest sports", "/latest sports"),
        ("/latest@other_bot", None),
        ("আজ কী খবর", None),
        ("@Portal_Bot আজ কী খবর", "আজ কী খবর"),
        ("আজ কী খবর, @portal_bot", "আজ কী খবর,"),
        ("@portal_bot_fans আজ কী খবর", None),
    ],
)
def test_in_a_group_only_what_is_said_to_the_bot_is_heard(text: str, heard: str | None) -> None:
    incoming = receive(a_message(GROUP, text=text), BOT, NOW)
    if heard is None:
        assert incoming is None
    else:
        assert incoming is not None
        assert (incoming.text, incoming.chat_kind, incoming.sender_id) == (heard, ChatKind.GROUP, "42")
        assert incoming.address == Address("telegram", "-1001")


def test_in_a_group_an_answer_to_the_bots_message_is_heard() -> None:
    us = {"id": BOT.id, "is_bot": True, "first_name": BOT.name}
    ours = {"message_id": 3, "date": SENT, "chat": GROUP, "from": us, "text": "?"}
    theirs = copy.deepcopy(ours) | {"from": RAHIMA}
    assert understood(a_message(GROUP, text="ক্রিকেট", reply_to_message=ours)).text == "ক্রিকেট"
    assert receive(a_message(GROUP, text="ক্রিকেট", reply_to_message=theirs), BOT, NOW) is None


def test_a_command_for_another_bot_is_not_ours_even_in_a_private_chat() -> None:
    assert receive(a_message(text="/help@other_bot"), BOT, NOW) is None


@pytest.mark.parametrize(
    ("content", "media"),
    [
        ({"sticker": {"file_id": "s"}}, "sticker"),
        ({"photo": [{"file_id": "p"}]}, "photo"),
        ({"voice": {"file_id": "v"}}, "voice"),
        ({"location": {"latitude": 23.7, "longitude": 90.4}}, "location"),
        ({"venue": {"title": "v"}, "location": {"latitude": 23.7}}, "venue"),
        ({"animation": {"file_id": "a"}, "document": {"file_id": "a"}}, "animation"),
        ({"contact": {"phone_number": "1", "first_name": "ক"}}, "contact"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "dice"),
        ({"poll": {"id": "1"}}, "poll"),
        ({"video_note": {"file_id": "n"}}, "video_note"),
    ],
)
def test_what_is_no_text_is_named(content: dict[str, Any], media: str) -> None:
    incoming = understood(a_message(**content))
    assert (incoming.kind, incoming.media, incoming.text) == (Kind.MEDIA, media, "")


def test_a_caption_is_text_and_the_picture_is_told_too() -> None:
    incoming = understood(a_message(photo=[{"file_id": "p"}], caption="পদ্মা সেতু"))
    assert (incoming.kind, incoming.media, incoming.text) == (Kind.TEXT, "photo", "পদ্মা সেতু")


def test_styles_and_links_are_counted_in_utf16_units_and_the_white_space_around_the_text_goes() -> None:
    entities = [
        {"type": "bold", "offset": 4, "length": 4},
        {"type": "text_link", "offset": 9, "length": 7, "url": "https://news.example/1"},
    ]
    assert understood(a_message(text=" 🚨 সেতু details ", entities=entities)).spans == (
        Span("🚨 "),
        Span("সেতু", "bold"),
        Span(" "),
        Span("details", url="https://news.example/1"),
    )


def test_where_styles_lie_over_each_other_the_telling_one_is_kept_with_the_link() -> None:
    entities = [
        {"type": "italic", "offset": 0, "length": 6},
        {"type": "bold", "offset": 2, "length": 2},
        {"type": "text_link", "offset": 0, "length": 4, "url": "https://news.example/1"},
        {"type": "blockquote", "offset": 7, "length": 1},
        {"type": "pre", "offset": 8, "length": 1},
    ]
    assert understood(a_message(text="abcdefgqp", entities=entities)).spans == (
        Span("ab", "italic", "https://news.example/1"),
        Span("cd", "bold", "https://news.example/1"),
        Span("ef", "italic"),
        Span("g"),
        Span("q", "quote"),
        Span("p", "code"),
    )


@pytest.mark.parametrize(
    "entities",
    [
        None,
        [],
        [{"type": "text_link", "offset": 0, "length": 2, "url": "javascript:alert(1)"}],
        [{"type": "underline", "offset": 0, "length": 2}],
        [{"type": "bold", "offset": 40, "length": 2}],
        [{"type": "bold", "offset": -1, "length": 2}],
    ],
)
def test_a_text_without_a_style_or_a_link_that_we_carry_has_no_spans(entities: list[dict[str, Any]] | None) -> None:
    assert understood(a_message(text="খবর", entities=entities)).spans == ()


def test_a_style_that_begins_in_the_middle_of_a_character_does_not_break_it() -> None:
    entities = [{"type": "bold", "offset": 1, "length": 1}, {"type": "italic", "offset": 2, "length": 3}]
    incoming = understood(a_message(text="🚨 খবর", entities=entities))
    assert incoming.spans == (Span("🚨"), Span(" খব", "italic"), Span("র"))


def test_of_a_picture_the_largest_size_is_named_with_its_caption_and_album() -> None:
    sizes = [
        {"file_id": "small", "width": 90, "height": 60},
        {"file_id": "large", "width": 1280, "height": 853},
        {"file_id": "middle", "width": 320, "height": 213},
    ]
    bold = [{"type": "bold", "offset": 0, "length": 3}]
    incoming = understood(a_message(photo=sizes, caption="খবর", caption_entities=bold, media_group_id="55"))
    assert (incoming.picture, incoming.album, incoming.spans) == ("large", "55", (Span("খবর", "bold"),))
    alone = understood(a_message(photo=sizes))
    assert (alone.kind, alone.picture, alone.text) == (Kind.MEDIA, "large", "")


def test_a_forwarded_message_is_read_like_any() -> None:
    origin = {"type": "user", "date": SENT, "sender_user": RAHIMA}
    bold = [{"type": "bold", "offset": 0, "length": 3}]
    incoming = understood(a_message(text="খবর", entities=bold, forward_origin=origin))
    assert incoming.spans == (Span("খবর", "bold"),)


def test_a_button_is_answered_in_its_chat_and_can_be_acknowledged() -> None:
    message = {"message_id": 7, "date": SENT, "chat": PRIVATE, "text": "…", "from": {"id": BOT.id, "is_bot": True}}
    assert receive(a_button(message), BOT, NOW) == IncomingMessage(
        event_id="901",
        address=Address("telegram", "42"),
        kind=Kind.BUTTON,
        action="card:12",
        sender_id="42",
        sender_name="রহিমা খাতুন",
        language_hint="bn",
        message=MessageRef("42", "7"),
        callback_id="555",
        received_at=NOW,
    )


def test_a_button_of_a_message_that_telegram_no_longer_shows_still_works() -> None:
    inaccessible = {"message_id": 7, "date": 0, "chat": GROUP}
    incoming = understood(a_button(inaccessible))
    assert (incoming.address.user_id, incoming.message) == ("-1001", MessageRef("-1001", "7"))


def test_a_button_under_a_post_in_a_channel_is_answered_to_the_person() -> None:
    post = {"message_id": 7, "date": SENT, "chat": CHANNEL, "text": "…"}
    incoming = understood(a_button(post))
    assert (incoming.address.user_id, incoming.message, incoming.chat_kind) == ("42", None, ChatKind.PRIVATE)


def test_a_button_of_an_inline_message_is_answered_to_the_person() -> None:
    incoming = understood(a_button(None, inline_message_id="x"))
    assert (incoming.address.user_id, incoming.message) == ("42", None)


def test_a_forums_topic_is_kept_but_not_a_thread_of_answers() -> None:
    in_topic = a_message(GROUP, text="/help", message_thread_id=5, is_topic_message=True)
    in_answers = a_message(GROUP, text="/help", message_thread_id=5)
    assert understood(in_topic).thread_id == "5"
    assert understood(in_answers).thread_id == ""


@pytest.mark.parametrize(
    ("before", "after", "chat", "kind"),
    [
        (MEMBER, KICKED, PRIVATE, Kind.BLOCKED),
        (KICKED, MEMBER, PRIVATE, Kind.UNBLOCKED),
        (MEMBER, LEFT, GROUP, Kind.BLOCKED),
        (MEMBER, KICKED, GROUP, Kind.BLOCKED),
        (LEFT, MEMBER, GROUP, Kind.UNBLOCKED),
        (LEFT, {"status": "administrator"}, GROUP, Kind.UNBLOCKED),
        (MEMBER, {"status": "restricted", "is_member": False}, GROUP, Kind.BLOCKED),
        (MEMBER, {"status": "administrator"}, GROUP, None),
        ({"status": "administrator"}, {"status": "restricted", "is_member": True}, GROUP, None),
        (LEFT, {"status": "administrator"}, CHANNEL, Kind.UNBLOCKED),
    ],
)
def test_coming_and_going_of_the_bot_is_told(
    before: dict[str, Any], after: dict[str, Any], chat: dict[str, Any], kind: Kind | None
) -> None:
    incoming = receive(a_membership(before, after, chat), BOT, NOW)
    assert (incoming.kind if incoming else None) == kind
    if incoming:
        assert incoming.address.user_id == str(chat["id"])


def test_a_group_that_gets_a_new_id_is_told_from_either_side() -> None:
    old = {"id": -55, "type": "group", "title": "পাঠক"}
    from_old = understood(a_message(old, migrate_to_chat_id=-1001))
    from_new = understood(a_message(GROUP, migrate_from_chat_id=-55))
    for incoming in (from_old, from_new):
        assert (incoming.kind, incoming.address.user_id, incoming.action) == (Kind.MOVED, "-55", "-1001")


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "edited_message": a_message(text="/help")["message"]},
        {"update_id": 1, "channel_post": a_message(CHANNEL, text="আজকের খবর")["message"]},
        {"update_id": 1, "channel_post": a_message(CHANNEL, text="/help@other_bot")["message"]},
        {"update_id": 1, "channel_post": a_message(CHANNEL, text="@Portal_Bot খেলা")["message"]},
        {"update_id": 1, "channel_post": a_message(CHANNEL, sticker={"file_id": "s"})["message"]},
        {"update_id": 1, "edited_channel_post": a_message(CHANNEL, text="/help")["message"]},
        {"update_id": 1, "message_reaction": {}},
        {"update_id": 1, "something_of_next_year": {"chat": PRIVATE}},
        {"update_id": 1},
        {"message": a_message(text="no number")["message"]},
        a_message(GROUP, text="/help", sender_chat=CHANNEL, is_automatic_forward=True),
        a_message(pinned_message={"message_id": 1}),
        a_message(GROUP, new_chat_members=[RAHIMA]),
        a_message(GROUP, sticker={"file_id": "s"}),
        a_message(**{"from": RAHIMA | {"is_bot": True}, "text": "hello"}),
        a_button({"message_id": 7, "date": SENT, "chat": PRIVATE}, data=None, game_short_name="chess"),
        [],
        None,
        "text",
    ],
)
def test_what_nobody_said_to_the_bot_is_left_alone(update: object) -> None:
    assert receive(update, BOT, NOW) is None


def test_an_anonymous_admins_command_in_a_group_is_heard() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    incoming = understood(a_message(GROUP, text="/help", **{"from": anonymous, "sender_chat": GROUP}))
    assert (incoming.text, incoming.sender_id) == ("/help", str(GROUP["id"]))


def test_who_writes_in_a_group_as_a_channel_is_that_channel() -> None:
    stand_in = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    incoming = understood(a_message(GROUP, text="/help", **{"from": stand_in, "sender_chat": CHANNEL}))
    assert (incoming.sender_id, incoming.sender_name) == (str(CHANNEL["id"]), CHANNEL["title"])


def test_a_command_in_a_channel_is_heard_and_comes_from_the_channel_itself() -> None:
    post = {"message_id": 7, "date": SENT, "chat": CHANNEL, "sender_chat": CHANNEL, "text": "/pause@portal_bot"}
    assert understood({"update_id": 901, "channel_post": post}) == IncomingMessage(
        event_id="901",
        address=Address("telegram", str(CHANNEL["id"])),
        kind=Kind.TEXT,
        text="/pause",
        sender_id=str(CHANNEL["id"]),
        sender_name=CHANNEL["title"],
        chat_kind=ChatKind.BROADCAST,
        message=MessageRef(str(CHANNEL["id"]), "7"),
        received_at=datetime.fromtimestamp(SENT, UTC),
    )


def test_broken_text_becomes_text_that_can_be_stored() -> None:
    assert understood(a_message(text="ক\ud800\x00খ")).text == "ক\ufffd খ"


@pytest.mark.parametrize("update", [
    a_message(text="/latest"),
    a_message(GROUP, text="/latest@portal_bot", message_thread_id=5, is_topic_message=True),
    a_message(caption="পদ্মা সেতু", photo=[{"file_id": "p", "file_unique_id": "q", "width": 1, "height": 1}]),
    a_button({"message_id": 7, "date": SENT, "chat": PRIVATE, "text": "…"}),
    a_button({"message_id": 7, "date": 0, "chat": GROUP}),
])  # fmt: skip
def test_the_library_reads_the_same(update: dict[str, Any]) -> None:
    """python-telegram-bot's own parser, which we go around for speed, sees the same chat, person, message and topic."""
    incoming = understood(update)
    theirs = Update.de_json(copy.deepcopy(update), None)
    assert theirs.effective_chat is not None
    assert theirs.effective_user is not None
    assert incoming.event_id == str(theirs.update_id)
    assert incoming.address.user_id == str(theirs.effective_chat.id)
    assert incoming.sender_id == str(theirs.effective_user.id)
    assert incoming.sender_name == theirs.effective_user.full_name
    assert incoming.language_hint == theirs.effective_user.language_code
    if theirs.callback_query:
        assert theirs.callback_query.message is not None
        assert (incoming.action, incoming.callback_id) == (theirs.callback_query.data, theirs.callback_query.id)
        assert incoming.message == MessageRef(incoming.address.user_id, str(theirs.callback_query.message.message_id))
    else:
        assert theirs.message is not None
        assert incoming.received_at == theirs.message.date
        assert incoming.message == MessageRef(incoming.address.user_id, str(theirs.message.message_id))
        assert incoming.thread_id == str(theirs.message.message_thread_id or "")


def test_the_library_reads_memberships_the_same() -> None:
    update = a_membership(MEMBER, KICKED)
    theirs = Update.de_json(copy.deepcopy(update), None).my_chat_member
    assert theirs is not None
    assert theirs.new_chat_member.status == "kicked"
    incoming = understood(update)
    assert (incoming.address.user_id, incoming.received_at) == (str(theirs.chat.id), theirs.date)


SHARED = Path(os.environ.get("NEWSBOT_SHARED_DATA") or Path(__file__).parents[2].parent / "shared" / "data")


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not there")
def test_every_name_that_we_look_for_is_one_of_the_bot_apis() -> None:
    types = json.loads((SHARED / "telegram" / "api.json").read_text("utf-8"))["types"]
    fields = {name: {field["name"] for field in types[name]["fields"]} for name in ("Message", "Update")}
    assert set(MEDIA) <= fields["Message"]
    assert set(ALLOWED_UPDATES) <= fields["Update"]


SALMA = {"id": 77, "is_bot": False, "first_name": "সালমা", "last_name": "বেগম"}


@pytest.mark.parametrize(
    "content",
    [
        {"text": "খবর", "forward_origin": {"type": "user", "date": SENT, "sender_user": SALMA}},
        {"contact": {"phone_number": "0", "user_id": 77, "first_name": "সালমা", "last_name": "বেগম"}},
        {"text": "/roles সালমা", "entities": [{"type": "text_mention", "offset": 7, "length": 5, "user": SALMA}]},
    ],
)
def test_whom_a_message_is_about_is_told_where_the_platform_tells_it(content: dict[str, Any]) -> None:
    incoming = understood(a_message(**content))
    assert (incoming.about, incoming.about_name) == (Address("telegram", "77"), "সালমা বেগম")
    assert load(dump(incoming)) == incoming


@pytest.mark.parametrize(
    "content",
    [
        {"text": "খবর", "forward_origin": {"type": "hidden_user", "date": SENT, "sender_user_name": "সালমা"}},
        {"text": "খবর", "forward_origin": {"type": "user", "date": SENT, "sender_user": SALMA | {"is_bot": True}}},
        {"contact": {"phone_number": "0", "first_name": "সালমা"}},
        {"text": "খবর", "entities": [{"type": "text_mention", "offset": 0, "length": 3, "user": "কেউ"}]},
        {"text": "খবর", "entities": [{"type": "mention", "offset": 0, "length": 3}]},
    ],
)
def test_who_is_not_told_or_is_no_person_is_nobody(content: dict[str, Any]) -> None:
    assert understood(a_message(**content)).about is None


def test_in_a_group_a_message_is_about_nobody() -> None:
    origin = {"type": "user", "date": SENT, "sender_user": SALMA}
    assert understood(a_message(GROUP, text="/help", forward_origin=origin)).about is None
