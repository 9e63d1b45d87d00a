"""Pushing over HTTP to the sandbox's Bot API: one body for all, and an answer for whatever Telegram says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from newsbot.channels.channel import Operation, Recipient
from newsbot.channels.telegram.pusher import TelegramPusher
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    IncomingMessage,
    Kind,
    MessageRef,
    NoticeReply,
    Span,
    TextReply,
    Toast,
)
from newsbot.domain.subscriber import Address
from tests.sandbox_server import png
from tests.telegram_sandbox import TelegramSandbox, telegram_sandbox

READER, ANOTHER = 42, 43
TEXT = TextReply(paragraphs=((Span("জরুরি", "bold"),),), buttons=((Button("কেন?", "w:1"),),))
NOTICE = NoticeReply(spans=(Span("পানি <বাড়ছে>"),))


@pytest.fixture
async def sandbox() -> AsyncIterator[TelegramSandbox]:
    async with telegram_sandbox() as sandbox:
        for reader in (READER, ANOTHER):
            sandbox.readers.add_user("পাঠক", user_id=reader, started=True)
        yield sandbox


@pytest.fixture
def pusher(sandbox: TelegramSandbox) -> TelegramPusher:
    return TelegramPusher(sandbox.api)


@pytest.fixture
def picture(sandbox: TelegramSandbox) -> str:
    return sandbox.state.pictures.add(png(40, 30)).file_id


def to(reader: int, **more: str) -> Recipient:
    return Recipient(str(reader), **more)


def last(sandbox: TelegramSandbox, chat_id: int = READER) -> dict[str, Any]:
    return sandbox.readers.view(chat_id, READER)[-1]


async def sent(pusher: TelegramPusher, reply: AnyReply, reader: int = READER) -> str:
    attempt = await pusher.push(pusher.prepare(Operation.SEND, reply), to(reader))
    assert isinstance(attempt, Sent)
    return attempt.message_id


async def test_one_prepared_message_reaches_many(sandbox: TelegramSandbox, pusher: TelegramPusher) -> None:
    prepared = pusher.prepare(Operation.SEND, TEXT)
    attempts = [await pusher.push(prepared, to(reader)) for reader in (READER, ANOTHER)]
    for reader, attempt in zip((READER, ANOTHER), attempts, strict=True):
        bubble = last(sandbox, reader)
        assert attempt == Sent(str(bubble["message_id"]))
        assert bubble["text"] == "জরুরি"
        assert bubble["reply_markup"]["inline_keyboard"] == [[{"text": "কেন?", "callback_data": "w:1"}]]


async def test_a_pushed_card_is_the_card_that_is_replied(sandbox: TelegramSandbox, pusher: TelegramPusher) -> None:
    card = CardReply(headline="সেতু খুলল", url="https://portal.example/1", image_url="https://portal.example/1.jpg")
    await sent(pusher, card)
    pushed = last(sandbox)
    incoming = IncomingMessage(event_id="1", address=Address("telegram", str(READER)), kind=Kind.TEXT)
    await TelegramChannel(sandbox.api).reply(incoming, (card,))
    replied = last(sandbox)
    assert pushed["preview"] == {"url": "https://portal.example/1.jpg", "above": True, "large": True}
    own = ("message_id", "date", "time")
    assert {k: v for k, v in pushed.items() if k not in own} == {k: v for k, v in replied.items() if k not in own}


async def test_a_text_is_edited_and_deleted(sandbox: TelegramSandbox, pusher: TelegramPusher) -> None:
    message_id = await sent(pusher, NOTICE)
    edit = pusher.prepare(Operation.EDIT, replace(NOTICE, labels=("সংশোধিত",)))
    assert await pusher.push(edit, to(READER, message_id=message_id)) == Sent(message_id)
    assert last(sandbox)["text"] == "সংশোধিত\nপানি <বাড়ছে>"
    # Again: nothing changes, which is as well.
    assert await pusher.push(edit, to(READER, message_id=message_id)) == Sent()
    delete = pusher.prepare(Operation.DELETE, None)
    assert await pusher.push(delete, to(READER, message_id=message_id)) == Sent()
    assert sandbox.texts(READER) == []
    # Gone is what it should be.
    assert await pusher.push(delete, to(READER, message_id=message_id)) == Sent()


async def test_a_picture_is_sent_its_caption_edited_and_all_of_it_deleted(
    sandbox: TelegramSandbox, pusher: TelegramPusher, picture: str
) -> None:
    notice = replace(NOTICE, picture=picture)
    message_id = await sent(pusher, notice)
    assert last(sandbox)["photo"]
    assert last(sandbox)["caption"] == "পানি <বাড়ছে>"
    edit = pusher.prepare(Operation.EDIT, replace(notice, spans=(Span("পানি কমছে"),)))
    assert await pusher.push(edit, to(READER, message_id=message_id)) == Sent(message_id)
    assert last(sandbox)["caption"] == "পানি কমছে"
    delete = pusher.prepare(Operation.DELETE, None)
    assert await pusher.push(delete, to(READER, message_id=message_id)) == Sent()
    assert sandbox.readers.view(READER, READER) == []


async def test_an_editor_sees_the_picture_as_the_readers_will(
    sandbox: TelegramSandbox, pusher: TelegramPusher, picture: str
) -> None:
    channel = TelegramChannel(sandbox.api)
    incoming = IncomingMessage(event_id="1", address=Address("telegram", str(READER)), kind=Kind.TEXT)
    notice = replace(NOTICE, picture=picture)
    (shown,) = await channel.reply(incoming, (notice,))
    assert isinstance(shown, Sent)
    assert (last(sandbox)["caption"], len(last(sandbox)["photo"])) == ("পানি <বাড়ছে>", 1)
    ref = MessageRef(str(READER), shown.message_id)
    edited = await channel.reply(incoming, (replace(notice, spans=(Span("নতুন"),), replaces=ref),))
    assert edited == (shown,)
    assert last(sandbox)["caption"] == "নতুন"
    # A text can't become a picture: a new message shows it.
    (text,) = await channel.reply(incoming, (NOTICE,))
    assert isinstance(text, Sent)
    ref = MessageRef(str(READER), text.message_id)
    (anew,) = await channel.reply(incoming, (replace(notice, replaces=ref),))
    assert isinstance(anew, Sent)
    assert anew.message_id != text.message_id
    assert last(sandbox)["caption"] == "পানি <বাড়ছে>"


async def test_a_correction_reaches_copies_with_and_without_the_picture(
    sandbox: TelegramSandbox, pusher: TelegramPusher, picture: str
) -> None:
    as_text = await sent(pusher, NOTICE)
    with_picture = await sent(pusher, replace(NOTICE, picture=picture), ANOTHER)
    corrected = replace(NOTICE, spans=(Span("ঠিক"),))
    picture_edit = pusher.prepare(Operation.EDIT, replace(corrected, picture=picture))
    assert await pusher.push(picture_edit, to(READER, message_id=as_text)) == Sent(as_text)
    assert last(sandbox)["text"] == "ঠিক"
    text_edit = pusher.prepare(Operation.EDIT, corrected)
    assert await pusher.push(text_edit, to(ANOTHER, message_id=with_picture)) == Sent(with_picture)
    assert last(sandbox, ANOTHER)["caption"] == "ঠিক"


def refuse(sandbox: TelegramSandbox, description: str, status: int = 400, **rule: Any) -> None:
    sandbox.misbehave("status", "send*", status=status, description=description, **rule)


async def test_refused_markup_becomes_plain_text_at_once_for_those_who_follow(
    sandbox: TelegramSandbox, pusher: TelegramPusher
) -> None:
    refuse(sandbox, "Bad Request: can't parse entities: Unsupported start tag", count=1)
    prepared = pusher.prepare(Operation.SEND, TEXT)
    for reader in (READER, ANOTHER):
        assert isinstance(await pusher.push(prepared, to(reader)), Sent)
        assert last(sandbox, reader)["text"] == "জরুরি"
        assert "entities" not in last(sandbox, reader)


async def test_what_stays_refused_is_tried_twice_and_no_more(sandbox: TelegramSandbox, pusher: TelegramPusher) -> None:
    refuse(sandbox, "Bad Request: can't parse entities: x", count=2)
    attempt = await pusher.push(pusher.prepare(Operation.SEND, TEXT), to(READER))
    assert attempt == Refused(Reason.BAD_MARKUP, "Bad Request: can't parse entities: x")
    assert sandbox.texts(READER) == []


async def test_a_picture_that_telegram_does_not_know_costs_the_picture(
    sandbox: TelegramSandbox, pusher: TelegramPusher
) -> None:
    await sent(pusher, replace(NOTICE, picture="AgACAgQ-of-another-bot"))
    assert last(sandbox)["text"] == "পানি <বাড়ছে>"
    only_picture = pusher.prepare(Operation.SEND, NoticeReply(spans=(), picture="AgACAgQ-of-another-bot"))
    attempt = await pusher.push(only_picture, to(READER))
    assert isinstance(attempt, Refused)
    assert attempt.reason is Reason.BAD_PICTURE


@pytest.mark.parametrize("said", ["file is too big", "PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED"])
async def test_a_picture_that_is_too_large_costs_the_picture_and_not_the_next_ones_time(
    sandbox: TelegramSandbox, pusher: TelegramPusher, picture: str, said: str
) -> None:
    refuse(sandbox, f"Bad Request: {said}", count=1)
    prepared = pusher.prepare(Operation.SEND, replace(NOTICE, picture=picture))
    for reader in (READER, ANOTHER):
        assert isinstance(await pusher.push(prepared, to(reader)), Sent)
        assert (last(sandbox, reader)["text"], last(sandbox, reader).get("photo")) == ("পানি <বাড়ছে>", None)


async def test_a_topic_that_is_gone_costs_the_topic(sandbox: TelegramSandbox, pusher: TelegramPusher) -> None:
    group = sandbox.readers.add_group("মাঠ", kind="supergroup", members=[READER], forum=True)
    prepared = pusher.prepare(Operation.SEND, TEXT)
    attempt = await pusher.push(prepared, to(group.id, thread_id="77"))
    assert isinstance(attempt, Sent)
    assert attempt.thread_gone
    assert sandbox.texts(group.id, READER) == ["জরুরি"]


async def test_a_group_with_a_new_id_gets_it_there_and_the_new_id_is_told(
    sandbox: TelegramSandbox, pusher: TelegramPusher
) -> None:
    group = sandbox.readers.add_group("মাঠ", members=[READER])
    message_id = await sent(pusher, NOTICE, group.id)
    new = sandbox.readers.migrate(group.id)
    attempt = await pusher.push(pusher.prepare(Operation.SEND, TEXT), to(group.id))
    assert isinstance(attempt, Sent)
    assert attempt.moved_to == str(new.id)
    assert sandbox.texts(new.id, READER) == ["জরুরি"]
    # Its old messages can't be reached any more.
    edit = pusher.prepare(Operation.EDIT, NOTICE)
    expected = Unreachable(Reason.MIGRATED, moved_to=str(new.id))
    assert await pusher.push(edit, to(group.id, message_id=message_id)) == expected


async def test_a_public_channel_is_named_by_its_name(sandbox: TelegramSandbox, pusher: TelegramPusher) -> None:
    channel = sandbox.readers.add_group(
        "প্রভাত", kind="channel", username="probhat", members=[READER], bot_status="administrator"
    )
    attempt = await pusher.push(pusher.prepare(Operation.SEND, TEXT), Recipient("@probhat"))
    assert attempt == Sent(str(last(sandbox, channel.id)["message_id"]))
    assert last(sandbox, channel.id)["text"] == "জরুরি"


async def test_an_old_copy_is_recalled_too_late(sandbox: TelegramSandbox, pusher: TelegramPusher) -> None:
    message_id = await sent(pusher, NOTICE)
    sandbox.misbehave(
        "status", "deleteMessage", status=400, description="Bad Request: message can't be deleted for everyone"
    )
    attempt = await pusher.push(pusher.prepare(Operation.DELETE, None), to(READER, message_id=message_id))
    assert attempt == Refused(Reason.TOO_LATE, "Bad Request: message can't be deleted for everyone")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"action": "status", "status": 429, "retry_after": 7}, TryLater(timedelta(seconds=7), Reason.FLOOD)),
        ({"action": "drop_after"}, Unknown),
        ({"action": "html", "status": 502}, Unknown),
        ({"action": "status", "status": 401}, Refused(Reason.BAD_TOKEN, "Unauthorized", stop=True)),
        (
            {"action": "status", "status": 500, "description": "Internal Server Error: restart"},
            TryLater(timedelta(seconds=2), Reason.SERVER_ERROR, Scope.CHANNEL),
        ),
        (
            {"action": "status", "status": 403, "description": "Forbidden: bot was blocked by the user"},
            Unreachable(Reason.BLOCKED),
        ),
    ],
)
async def test_what_telegram_says_is_told_as_it_is(
    sandbox: TelegramSandbox, pusher: TelegramPusher, fault: dict[str, Any], expected: Attempt | type[Attempt]
) -> None:
    sandbox.misbehave(methods="sendMessage", count=1, **fault)
    attempt = await pusher.push(pusher.prepare(Operation.SEND, TEXT), to(READER))
    assert attempt == expected or (isinstance(expected, type) and isinstance(attempt, expected))


async def test_it_answers_unless_the_platform_is_away_or_refuses_our_token(
    sandbox: TelegramSandbox, pusher: TelegramPusher
) -> None:
    assert await pusher.answers()
    sandbox.misbehave("html", "getMe", status=502, count=1)
    assert not await pusher.answers()
    sandbox.misbehave("drop_before", "getMe", count=1)
    assert not await pusher.answers()
    sandbox.misbehave("status", "getMe", status=401, count=1)
    assert not await pusher.answers()
    sandbox.misbehave("status", "getMe", status=429, count=1)
    assert await pusher.answers()
    assert sandbox.state.ledger == []


def test_only_messages_that_are_sent_are_paid_for(sandbox: TelegramSandbox) -> None:
    paying = TelegramPusher(sandbox.api, paid=True)
    assert b'"allow_paid_broadcast": true' in paying.prepare(Operation.SEND, TEXT).head
    assert b"allow_paid_broadcast" not in paying.prepare(Operation.EDIT, TEXT).head
    assert b"allow_paid_broadcast" not in TelegramPusher(sandbox.api).prepare(Operation.SEND, TEXT).head


@pytest.mark.parametrize("reply", [None, Toast(text="x")])
def test_what_is_no_message_can_not_be_prepared(pusher: TelegramPusher, reply: AnyReply | None) -> None:
    with pytest.raises(ValueError, match="nothing to send"):
        pusher.prepare(Operation.SEND, reply)
