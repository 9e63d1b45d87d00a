"""Pushing over HTTP: one body for all, nothing outside a window, nothing twice, and a meaning for what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from newsbot.channels.channel import Operation, Recipient
from newsbot.channels.http_exchange import open_session
from newsbot.channels.messenger.attachments import KEPT, Attachments
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.pusher import FIRST_REST, MessengerPusher
from newsbot.channels.messenger.sender import MessengerChannel
from newsbot.channels.pictures import PictureFile
from newsbot.delivery.permits import MARGIN
from newsbot.domain.attempt import Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    FileReply,
    IncomingMessage,
    Kind,
    NoticeReply,
    Span,
    TextReply,
    Toast,
)
from newsbot.domain.subscriber import Address
from newsbot.errors import InvalidMessage
from tests.messenger_sandbox import MessengerSandbox, messenger_sandbox, webhook
from tests.scripted_graph import ScriptedGraph, scripted_graph

READER, ANOTHER = "6000000000000001", "6000000000000002"
NOW = 1_795_000_000.0
URL = "https://portal.example/1"
STOP, WHY = Button("খেলা থামান", "s:1"), Button("কেন?", "w:1")
CARD = CardReply(
    headline="সেতু খুলল", url=URL, kicker="পদ্মা", summary="আজ সকালে।", source="নদীবার্তা", when="আজ", labels=("ব্রেকিং",),
    image_url=f"{URL}.jpg", share_label="শেয়ার", buttons=((Button("পড়ুন", url=URL),), (STOP, WHY)),
)  # fmt: skip
NOTICE = NoticeReply(spans=(Span("পানি বাড়ছে"),), buttons=((WHY,),))
PICTURE = NoticeReply(spans=(Span("পানি বাড়ছে"),), picture="AgACAgQ", buttons=((WHY,),))


def to(reader: str = READER, *, delivery: str = "7:1:0:12", until: float = NOW + 3600) -> Recipient:
    return Recipient(reader, window_until=until, delivery=delivery)


def pushing(scripted: ScriptedGraph, **options: Any) -> MessengerPusher:
    return MessengerPusher(scripted.graph, **{"clock": lambda: NOW, **options})


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedGraph]:
    async with scripted_graph() as scripted:
        yield scripted


@pytest.fixture
async def sandbox() -> AsyncIterator[MessengerSandbox]:
    async with messenger_sandbox() as sandbox:
        for reader in (READER, ANOTHER):
            sandbox.readers.add_person("পাঠক", person_id=reader, started=True)
        yield sandbox


def in_sandbox(sandbox: MessengerSandbox, session: Any) -> GraphApi:
    account = sandbox.state.account
    return GraphApi(session, account.id, account.token, account.app_secret, sandbox.url)


# --- one message -----------------------------------------------------------------------------------------------------


async def test_an_alert_is_one_message_with_all_words_and_buttons_that_stay(sandbox: MessengerSandbox) -> None:
    async with open_session() as session:
        pusher = MessengerPusher(in_sandbox(sandbox, session), clock=sandbox.state.clock)
        prepared = pusher.prepare(Operation.SEND, CARD)
        until = sandbox.state.clock() + 3600
        attempts = [
            await pusher.push(prepared, to(reader, delivery=f"7:1:0:{reader[-1]}", until=until))
            for reader in (READER, ANOTHER)
        ]
    for reader, attempt in zip((READER, ANOTHER), attempts, strict=True):
        (bubble,) = sandbox.readers.view(reader)
        assert attempt == Sent(bubble["mid"])
        payload = bubble["attachments"][0]["payload"]
        assert payload["text"] == "ব্রেকিং\nপদ্মা\nসেতু খুলল\n\nআজ সকালে।\n\nনদীবার্তা · আজ"
        assert [button["title"] for button in payload["buttons"]] == ["পড়ুন", "খেলা থামান", "কেন?"]
        assert not bubble["silent"]
    assert [(sent.messaging_type, sent.metadata) for sent in sandbox.state.ledger] == [
        ("UPDATE", "7:1:0:1"),
        ("UPDATE", "7:1:0:2"),
    ]


async def test_a_pushed_message_is_the_one_that_is_rendered(scripted: ScriptedGraph) -> None:
    pusher = pushing(scripted)
    assert await pusher.push(pusher.prepare(Operation.SEND, NOTICE), to()) == Sent("m_1")
    assert scripted.messages == [
        {
            "messaging_type": "UPDATE",
            **scripted.graph.ready_fields,
            "message": {
                "attachment": {
                    "type": "template",
                    "payload": {
                        "template_type": "button",
                        "text": "পানি বাড়ছে",
                        "buttons": [{"type": "postback", "title": "কেন?", "payload": "w:1"}],
                    },
                },
                "metadata": "7:1:0:12",
            },
            "recipient": {"id": READER},
        }
    ]


async def test_a_silent_alert_comes_without_a_sound(scripted: ScriptedGraph) -> None:
    pusher = pushing(scripted)
    await pusher.push(pusher.prepare(Operation.SEND, NoticeReply(spans=(Span("রাতে"),), silent=True)), to())
    assert scripted.messages[0]["notification_type"] == "SILENT_PUSH"


async def test_without_a_delivery_it_is_known_as_a_reply(scripted: ScriptedGraph) -> None:
    pusher = pushing(scripted)
    prepared = pusher.prepare(Operation.SEND, NOTICE)
    for delivery in ("", 'a"b', "ক\n"):
        await pusher.push(prepared, to(delivery=delivery))
    assert [body["message"]["metadata"] for body in scripted.messages] == ["reply"] * 3


# --- what is not sent ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("until", [0.0, NOW - 1, NOW, NOW + MARGIN.total_seconds()])
async def test_nothing_is_sent_outside_the_window(scripted: ScriptedGraph, until: float) -> None:
    pusher = pushing(scripted)
    attempt = await pusher.push(pusher.prepare(Operation.SEND, NOTICE), to(until=until))
    assert isinstance(attempt, Refused)
    assert attempt.reason is Reason.OUTSIDE_WINDOW
    assert scripted.messages == []


@pytest.mark.parametrize("operation", [Operation.EDIT, Operation.DELETE])
async def test_nothing_is_edited_or_deleted(scripted: ScriptedGraph, operation: Operation) -> None:
    pusher = pushing(scripted)
    prepared = pusher.prepare(operation, NOTICE if operation is Operation.EDIT else None)
    attempt = await pusher.push(prepared, Recipient(READER, message_id="m_1", window_until=NOW + 3600))
    assert isinstance(attempt, Refused)
    assert attempt.reason is Reason.CANT_EDIT
    assert scripted.messages == []


@pytest.mark.parametrize("reply", [None, Toast(text="x"), FileReply(name="x", content=b"x")])
async def test_what_is_no_alert_can_not_be_prepared(scripted: ScriptedGraph, reply: AnyReply | None) -> None:
    with pytest.raises(ValueError, match="nothing to send"):
        pushing(scripted).prepare(Operation.SEND, reply)


# --- what goes wrong -------------------------------------------------------------------------------------------------


async def test_an_answer_that_was_lost_is_unknown_and_not_sent_again(scripted: ScriptedGraph) -> None:
    pusher = pushing(scripted)
    scripted.answers.append("lost")
    attempt = await pusher.push(pusher.prepare(Operation.SEND, NOTICE), to())
    assert isinstance(attempt, Unknown)
    assert len(scripted.messages) == 1


async def test_an_echo_tells_of_a_delivery_whose_answer_was_lost(sandbox: MessengerSandbox) -> None:
    async with webhook(sandbox) as hook, open_session() as session:
        pusher = MessengerPusher(in_sandbox(sandbox, session), clock=sandbox.state.clock)
        until = sandbox.state.clock() + 3600
        await pusher.push(pusher.prepare(Operation.SEND, NOTICE), to(delivery="9:2:0:5", until=until))
        (echo,) = await hook.wait("echo")
    assert echo["message"]["metadata"] == "9:2:0:5"


async def test_a_refused_form_goes_as_text_and_the_next_readers_get_it_at_once(scripted: ScriptedGraph) -> None:
    pusher = pushing(scripted)
    scripted.refuses(100)
    prepared = pusher.prepare(Operation.SEND, NOTICE)
    assert [await pusher.push(prepared, to(reader)) for reader in (READER, ANOTHER)] == [Sent("m_1"), Sent("m_2")]
    assert ["attachment" in body["message"] for body in scripted.messages] == [True, False, False]
    assert [body["message"]["metadata"] for body in scripted.messages] == ["7:1:0:12"] * 3


async def test_a_refused_card_is_tried_without_its_picture_and_then_as_text(scripted: ScriptedGraph) -> None:
    card = CardReply(headline="সেতু", url=URL, when="আজ", image_url=f"{URL}.jpg", buttons=((Button("পড়ুন", url=URL),),))
    pusher = pushing(scripted)
    prepared = pusher.prepare(Operation.SEND, card)
    scripted.refuses(100)
    scripted.refuses(100)
    assert await pusher.push(prepared, to()) == Sent("m_1")
    assert scripted.texts == ["cards: সেতু", "cards: সেতু", f"সেতু\nআজ\n{URL}"]
    assert await pusher.push(prepared, to(ANOTHER)) == Sent("m_2")
    assert scripted.texts[-1] == f"সেতু\nআজ\n{URL}"


async def test_what_is_refused_in_every_form_is_refused(scripted: ScriptedGraph) -> None:
    pusher = pushing(scripted)
    prepared = pusher.prepare(Operation.SEND, NOTICE)
    for _ in range(3):  # with its button, with a quick reply, bare
        scripted.refuses(100)
    attempt = await pusher.push(prepared, to())
    assert isinstance(attempt, Refused)
    assert len(scripted.messages) == 3
    assert await pusher.push(prepared, to()) == Sent("m_1")
    assert "attachment" in scripted.messages[3]["message"]  # nothing was learnt from it


@pytest.mark.parametrize(
    ("code", "subcode", "expected"),
    [
        (551, 0, Unreachable(Reason.NOT_AVAILABLE)),
        (100, 2018001, Unreachable(Reason.CHAT_NOT_FOUND, strike=True)),
        (80006, 0, TryLater(timedelta(minutes=1), Reason.FLOOD, Scope.CHANNEL)),
    ],
)
async def test_what_is_said_of_a_reader_or_the_account_is_passed_on(
    scripted: ScriptedGraph, code: int, subcode: int, expected: Any
) -> None:
    pusher = pushing(scripted)
    scripted.refuses(code, subcode)
    assert await pusher.push(pusher.prepare(Operation.SEND, NOTICE), to()) == expected
    assert len(scripted.messages) == 1


# --- pictures --------------------------------------------------------------------------------------------------------


async def a_picture(reference: str) -> PictureFile:
    assert reference == "AgACAgQ"
    return PictureFile(b"\x89PNG", "image/png", "picture.png")


async def test_a_picture_is_uploaded_once_for_all_and_the_text_carries_the_delivery(
    scripted: ScriptedGraph, redis: Redis
) -> None:
    pushers = [pushing(scripted, attachments=Attachments(redis, scripted.graph, fetch=a_picture)) for _ in range(2)]
    first = pushers[0].prepare(Operation.SEND, PICTURE)
    attempts = await asyncio.gather(*(pushers[0].push(first, to(str(6000 + number))) for number in range(5)))
    attempts.append(await pushers[1].push(pushers[1].prepare(Operation.SEND, PICTURE), to()))  # another process
    assert all(isinstance(attempt, Sent) for attempt in attempts)
    (upload,) = scripted.uploads
    assert upload["message"] == {"attachment": {"type": "image", "payload": {"is_reusable": True}}}
    assert upload["filedata"] == ("picture.png", "image/png", b"\x89PNG")
    pictures = [body["message"] for body in scripted.messages if body["message"]["metadata"] == "reply"]
    assert [one["attachment"]["payload"] for one in pictures] == [{"attachment_id": "901"}] * 6
    assert [body["message"]["metadata"] for body in scripted.messages].count("7:1:0:12") == 6
    (key,) = [key async for key in redis.scan_iter("{attachments:*")]
    assert KEPT - timedelta(minutes=1) < timedelta(milliseconds=await redis.pttl(key)) <= KEPT


async def test_a_picture_with_an_address_is_fetched_by_the_platform(scripted: ScriptedGraph, redis: Redis) -> None:
    attachments = Attachments(redis, scripted.graph)
    assert await attachments.id_of(f"{URL}.jpg") == "901"
    (upload,) = scripted.uploads
    assert upload["message"]["attachment"]["payload"] == {"is_reusable": True, "url": f"{URL}.jpg"}


async def test_a_picture_that_messenger_forgot_is_uploaded_again(scripted: ScriptedGraph, redis: Redis) -> None:
    pusher = pushing(scripted, attachments=Attachments(redis, scripted.graph, fetch=a_picture))
    prepared = pusher.prepare(Operation.SEND, PICTURE)
    await pusher.push(prepared, to())
    scripted.refuses(100)
    assert isinstance(await pusher.push(prepared, to(ANOTHER)), Sent)
    used = [body["message"]["attachment"]["payload"].get("attachment_id") for body in scripted.messages]
    assert [one for one in used if one] == ["901", "901", "902"]


async def test_an_alert_goes_out_without_a_picture_that_is_refused(scripted: ScriptedGraph, redis: Redis) -> None:
    async def gone(reference: str) -> PictureFile:
        raise InvalidMessage("the picture is gone")

    for attachments in (None, Attachments(redis, scripted.graph, fetch=gone), Attachments(redis, scripted.graph)):
        pusher = pushing(scripted, attachments=attachments)
        assert isinstance(await pusher.push(pusher.prepare(Operation.SEND, PICTURE), to()), Sent)
    assert scripted.texts == ["পানি বাড়ছে"] * 3
    assert scripted.uploads == []


async def test_a_refused_upload_that_is_the_accounts_fault_says_so(scripted: ScriptedGraph, redis: Redis) -> None:
    pusher = pushing(scripted, attachments=Attachments(redis, scripted.graph, fetch=a_picture))
    scripted.refuses(190)
    attempt = await pusher.push(pusher.prepare(Operation.SEND, PICTURE), to())
    assert isinstance(attempt, Refused)
    assert (attempt.reason, attempt.stop) == (Reason.BAD_TOKEN, True)
    assert scripted.messages == []


async def test_what_stands_there_already_is_not_sent_again_with_the_rest(scripted: ScriptedGraph, redis: Redis) -> None:
    pusher = pushing(scripted, attachments=Attachments(redis, scripted.graph, fetch=a_picture))
    prepared = pusher.prepare(Operation.SEND, PICTURE)
    await pusher.push(prepared, to(ANOTHER))
    scripted.messages.clear()
    scripted.answers.append((200, {"recipient_id": READER, "message_id": "m_picture"}))
    scripted.refuses(613)
    assert isinstance(await pusher.push(prepared, to()), TryLater)
    assert await pusher.push(prepared, to()) == Sent("m_3")
    assert [body["message"]["metadata"] for body in scripted.messages] == ["reply", "7:1:0:12", "7:1:0:12"]


async def test_a_reader_who_is_gone_gets_no_second_half(scripted: ScriptedGraph) -> None:
    pusher = pushing(scripted)
    long = TextReply(paragraphs=((Span(" ".join(f"বাক্য {number}।" for number in range(300))),),))
    scripted.refuses(551)
    assert await pusher.push(pusher.prepare(Operation.SEND, long), to()) == Unreachable(Reason.NOT_AVAILABLE)
    assert len(scripted.messages) == 1


async def test_an_editors_picture_is_replied_with_its_text_too(scripted: ScriptedGraph, redis: Redis) -> None:
    channel = MessengerChannel(scripted.graph, attachments=Attachments(redis, scripted.graph, fetch=a_picture))
    incoming = IncomingMessage(event_id="1", address=Address("messenger", READER), kind=Kind.TEXT, opens="MESSAGE")
    assert await channel.reply(incoming, (PICTURE,)) == (Sent("m_2"),)
    assert scripted.texts == ["image", "পানি বাড়ছে"]


# --- whether the platform answers ------------------------------------------------------------------------------------


def refusal(code: int, status: int = 400) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"message": "no", "code": code}}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ((200, {"id": "1"}), True),
        (refusal(190), False),
        (refusal(368), False),
        (refusal(10), False),
        (refusal(613), False),
        (refusal(2, 500), False),
        (refusal(0, 503), False),
    ],
)
async def test_the_platform_answers_when_it_lets_us(
    scripted: ScriptedGraph, profile: tuple[int, dict[str, Any]], expected: bool
) -> None:
    scripted.profile = profile
    assert await pushing(scripted).answers() is expected
    assert scripted.messages == []


async def test_after_a_restriction_it_rests_longer_each_time_until_a_message_is_taken(
    scripted: ScriptedGraph,
) -> None:
    now = [NOW]
    pusher = pushing(scripted, clock=lambda: now[0])
    prepared = pusher.prepare(Operation.SEND, NOTICE)
    for rest in (FIRST_REST, 2 * FIRST_REST):
        scripted.refuses(10, 1893063)
        scripted.refuses(10, 1893063)
        for _ in range(2):  # two were on their way
            attempt = await pusher.push(prepared, to(until=NOW + 86_400))
            assert isinstance(attempt, Refused)
            assert (attempt.reason, attempt.stop) == (Reason.RESTRICTED, True)
        now[0] += rest.total_seconds() - 1
        assert not await pusher.answers()
        now[0] += 1
        assert await pusher.answers()
    assert isinstance(await pusher.push(prepared, to(until=NOW + 86_400)), Sent)
    scripted.refuses(368)
    await pusher.push(prepared, to(until=NOW + 86_400))
    now[0] += FIRST_REST.total_seconds()
    assert await pusher.answers()


async def test_a_block_that_the_platform_takes_back_ends_the_rest(scripted: ScriptedGraph) -> None:
    blocks: list[object | None] = ["blocked", "blocked", None]

    async def blocked() -> object | None:
        return blocks.pop(0)

    pusher = pushing(scripted, blocked=blocked)
    scripted.refuses(368)
    await pusher.push(pusher.prepare(Operation.SEND, NOTICE), to())
    assert [await pusher.answers() for _ in range(3)] == [False, False, True]


async def test_nobody_listening_is_no_answer(unused_tcp_port: int) -> None:
    async with open_session() as session:
        graph = GraphApi(session, "1", "token", "secret", f"http://127.0.0.1:{unused_tcp_port}")
        assert not await MessengerPusher(graph).answers()
