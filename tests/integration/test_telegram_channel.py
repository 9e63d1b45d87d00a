"""Replies through the whole Telegram channel, over HTTP, to a server that refuses, stalls and loses answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from newsbot.channels.http_exchange import open_session
from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.outcomes import from_answer
from newsbot.channels.telegram.receiver import receive
from newsbot.channels.telegram.renderer import render
from newsbot.channels.telegram.sender import TelegramChannel
from newsbot.channels.telegram.wire import Destination
from newsbot.delivery.pacing import Lane
from newsbot.domain.attempt import Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import (
    Button,
    CardReply,
    ChoiceReply,
    CommandMenu,
    FileReply,
    Headline,
    HeadlinesReply,
    IncomingMessage,
    Kind,
    MessageRef,
    Option,
    Span,
    TextReply,
    Toast,
)
from newsbot.domain.subscriber import Address
from newsbot.errors import ConfigurationError, StartError
from tests.telegram_sandbox import TOKEN, TelegramSandbox, running_app, telegram_sandbox

READER = 42


@pytest.fixture
async def sandbox() -> AsyncIterator[TelegramSandbox]:
    async with telegram_sandbox() as sandbox:
        sandbox.readers.add_user("রহিমা", user_id=READER, started=True)
        yield sandbox


@pytest.fixture
def channel(sandbox: TelegramSandbox) -> TelegramChannel:
    return TelegramChannel(sandbox.api)


def said(text: str = "/latest", **changes: object) -> IncomingMessage:
    incoming = IncomingMessage(event_id="1", address=Address("telegram", str(READER)), kind=Kind.TEXT, text=text)
    return replace(incoming, **changes)  # type: ignore[arg-type]


def a_text(text: str, **changes: object) -> TextReply:
    return replace(TextReply(paragraphs=((Span(text, "bold"),),)), **changes)  # type: ignore[arg-type]


def pressed(sandbox: TelegramSandbox, message_id: str, data: str) -> IncomingMessage:
    callback_id = sandbox.readers.press(READER, int(message_id), data=data)
    update = sandbox.state.updates.waiting()[-1].json()
    incoming = receive(update, sandbox.bot, datetime.now(UTC))
    assert incoming is not None
    assert incoming.callback_id == callback_id
    return incoming


async def test_every_kind_of_reply_arrives(sandbox: TelegramSandbox, channel: TelegramChannel) -> None:
    replies = (
        a_text("স্বাগতম", buttons=((Button("সর্বশেষ", "l:1"),),)),
        HeadlinesReply(title="সর্বশেষ", headlines=(Headline(number="১", headline="প্রথম খবর", action="a:1"),)),
        CardReply(headline="প্রথম খবর", url="https://portal.example/1", image_url="https://portal.example/1.jpg"),
        ChoiceReply(question="বিষয়?", options=(Option("খেলা", "t:1", True),)),
        FileReply(name="mydata.json", content=b'{"a": 1}', caption="আপনার <তথ্য>"),
    )
    attempts = await channel.reply(said(), replies)
    bubbles = [bubble for bubble in sandbox.readers.view(READER, READER) if not bubble["outgoing"]]
    assert [Sent(str(bubble["message_id"])) for bubble in bubbles] == list(attempts)
    welcome, headlines, card, choice, file = bubbles
    assert welcome["text"] == "স্বাগতম"
    assert [entity["type"] for entity in welcome["entities"]] == ["bold"]
    assert headlines["reply_markup"]["inline_keyboard"] == [[{"text": "১", "callback_data": "a:1"}]]
    assert card["preview"] == {"url": "https://portal.example/1.jpg", "above": True, "large": True}
    assert choice["reply_markup"]["inline_keyboard"][0][0]["text"] == "✅ খেলা"
    assert (file["document"]["file_name"], file["caption"]) == ("mydata.json", "আপনার <তথ্য>")


async def test_a_file_is_uploaded_with_its_name_type_and_caption() -> None:
    uploads: list[dict[str, object]] = []

    async def send_document(request: web.Request) -> web.Response:
        form = await request.post()
        file = form["document"]
        assert isinstance(file, web.FileField)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        uploads.append(fields | {"file": (file.filename, file.content_type, file.file.read())})
        message = {"message_id": 9, "date": 1, "chat": {"id": READER, "type": "private"}}
        return web.json_response({"ok": True, "result": message})

    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/sendDocument", send_document)
    async with running_app(app) as url, open_session() as session:
        channel = TelegramChannel(TelegramApi(session, TOKEN, api_url=url))
        reply = FileReply(name="আমার.json", content=b'{"a": 1}', caption="আপনার <তথ্য>", silent=True)
        assert await channel.reply(said(), (reply,)) == (Sent("9"),)
    assert uploads == [
        {
            "chat_id": "42",
            "caption": "আপনার &lt;তথ্য&gt;",
            "parse_mode": "HTML",
            "disable_notification": "true",
            "file": ("আমার.json", "application/json", b'{"a": 1}'),
        }
    ]


async def test_a_pressed_button_is_answered_and_its_message_edited(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    (shown,) = await channel.reply(said(), (a_text("one", buttons=((Button("next", "n:2"),),)),))
    assert isinstance(shown, Sent)
    press = pressed(sandbox, shown.message_id, "n:2")
    attempts = await channel.reply(press, (a_text("two", replaces=press.message), Toast(text="page 2")))
    assert attempts == (Sent(shown.message_id), Sent())
    assert sandbox.texts(READER) == ["two"]
    answered = await sandbox.readers.callback_answer(press.callback_id)
    assert answered is not None
    assert answered["text"] == "page 2"


async def test_a_pressed_button_stops_spinning_before_a_slow_reply_is_out(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    (shown,) = await channel.reply(said(), (a_text("one", buttons=((Button("next", "n"),),)),))
    assert isinstance(shown, Sent)
    press = pressed(sandbox, shown.message_id, "n")
    sandbox.misbehave("slow", "sendMessage", seconds=30)
    replying = asyncio.create_task(channel.reply(press, (a_text("two"),)))
    assert await sandbox.readers.callback_answer(press.callback_id, timeout=5) is not None
    assert not replying.done()
    replying.cancel()
    await asyncio.wait([replying])


async def test_a_button_pressed_long_ago_is_answered_all_the_same(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    assert await channel.reply(said(callback_id="99999"), (a_text("hello"),)) == (Sent("1"),)
    assert sandbox.texts(READER) == ["hello"]


async def test_a_notice_without_a_button_is_left_out(sandbox: TelegramSandbox, channel: TelegramChannel) -> None:
    assert await channel.reply(said(), (Toast(text="x"), a_text("hello"))) == (Sent(), Sent("1"))


async def test_an_edit_that_changes_nothing_succeeded(sandbox: TelegramSandbox, channel: TelegramChannel) -> None:
    (first,) = await channel.reply(said(), (a_text("same"),))
    assert isinstance(first, Sent)
    edit = a_text("same", replaces=MessageRef(str(READER), first.message_id))
    assert await channel.reply(said(), (edit,)) == (Sent(),)
    assert sandbox.texts(READER) == ["same"]


async def test_a_message_that_is_gone_or_not_ours_is_sent_anew(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    theirs = sandbox.readers.send_text(READER, "mine")
    for message_id in ("7777", str(theirs["message_id"])):
        (attempt,) = await channel.reply(said(), (a_text("new", replaces=MessageRef(str(READER), message_id)),))
        assert isinstance(attempt, Sent)
        assert attempt.message_id != message_id
    assert sandbox.texts(READER) == ["new", "new"]


async def test_a_short_flood_wait_is_waited_out_and_nothing_is_sent_twice(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    sandbox.misbehave("status", "sendMessage", status=429, retry_after=1, count=1)
    begun = asyncio.get_running_loop().time()
    assert await channel.reply(said(), (a_text("one"), a_text("two"))) == (Sent("1"), Sent("2"))
    assert asyncio.get_running_loop().time() - begun >= 1
    assert sandbox.texts(READER) == ["one", "two"]


async def test_a_long_flood_wait_is_handed_back_and_the_rest_is_not_tried(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    fault = sandbox.misbehave("status", "sendMessage", status=429, retry_after=60)
    later = TryLater(timedelta(seconds=60), Reason.FLOOD, Scope.CHAT)
    assert await channel.reply(said(), (a_text("one"), a_text("two"))) == (later, later)
    assert fault.struck == 1


@pytest.mark.parametrize(
    ("action", "rule"), [("drop_after", {}), ("half", {}), ("html", {"status": 502}), ("status", {"status": 500})]
)
async def test_a_new_message_whose_answer_is_lost_is_not_sent_again(
    sandbox: TelegramSandbox, channel: TelegramChannel, action: str, rule: dict[str, int]
) -> None:
    fault = sandbox.misbehave(action, "sendMessage", **rule)
    (attempt,) = await channel.reply(said(), (a_text("once"),))
    assert isinstance(attempt, Unknown)
    assert fault.struck == 1
    assert sandbox.texts(READER) == (["once"] if action in ("drop_after", "half") else [])


async def test_an_edit_whose_answer_is_lost_is_repeated(sandbox: TelegramSandbox, channel: TelegramChannel) -> None:
    (first,) = await channel.reply(said(), (a_text("one"),))
    assert isinstance(first, Sent)
    sandbox.misbehave("drop_after", "editMessageText", count=1)
    edit = a_text("two", replaces=MessageRef(str(READER), first.message_id))
    assert await channel.reply(said(), (edit,)) == (Sent(),)  # the second finds nothing to change
    assert sandbox.texts(READER) == ["two"]


async def test_an_answer_slower_than_the_limit_is_unknown_and_does_not_hold_up_other_chats(
    sandbox: TelegramSandbox,
) -> None:
    sandbox.readers.add_user("করিম", user_id=43, started=True)
    sandbox.misbehave("slow_after", "sendMessage", seconds=20, chats=frozenset({READER}))
    async with open_session() as session:
        impatient = TelegramChannel(TelegramApi(session, TOKEN, api_url=sandbox.url, read_limit=0.3))
        slow = asyncio.create_task(impatient.reply(said(), (a_text("slow"),)))
        (quick,) = await impatient.reply(said(address=Address("telegram", "43")), (a_text("quick"),))
        assert isinstance(quick, Sent)
        assert not slow.done()
        (attempt,) = await slow
    assert isinstance(attempt, Unknown)
    assert attempt.reason is Reason.NO_ANSWER
    assert sandbox.texts(READER) == ["slow"]


async def test_replies_to_one_chat_keep_their_order(sandbox: TelegramSandbox, channel: TelegramChannel) -> None:
    sandbox.misbehave("slow", "sendMessage", seconds=0.2, count=1)
    first = asyncio.create_task(channel.reply(said(), (a_text("1"), a_text("2"))))
    await asyncio.sleep(0)
    second = asyncio.create_task(channel.reply(said(), (a_text("3"),)))
    await asyncio.gather(first, second)
    assert sandbox.texts(READER) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("refusal", "keeps_buttons"),
    [("Bad Request: can't parse entities: Unsupported start tag", True), ("Bad Request: BUTTON_DATA_INVALID", False)],
)
async def test_a_refused_message_goes_out_as_plain_text_once(
    sandbox: TelegramSandbox, channel: TelegramChannel, refusal: str, keeps_buttons: bool
) -> None:
    fault = sandbox.misbehave("status", "sendMessage", status=400, description=refusal, count=1)
    card = CardReply(headline="5 < 6", url="https://portal.example/1", buttons=((Button("b", "x"),),))
    assert await channel.reply(said(), (card,)) == (Sent("1"),)
    assert fault.struck == 1
    (bubble,) = sandbox.readers.view(READER, READER)
    assert bubble["text"] == "5 < 6\n\nhttps://portal.example/1"
    assert [entity["type"] for entity in bubble["entities"]] == ["url"]
    assert bool(bubble.get("reply_markup")) is keeps_buttons


async def test_a_message_refused_as_plain_text_too_is_given_up(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    fault = sandbox.misbehave("status", "sendMessage", status=400, description="Bad Request: message is too long")
    attempts = await channel.reply(said(), (a_text("x"), a_text("y")))
    assert attempts == (Refused(Reason.TOO_LONG, "Message is too long"),) * 2
    assert fault.struck == 4


async def test_a_picture_that_telegram_refuses_costs_only_the_picture(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    sandbox.misbehave("status", "sendMessage", status=400, description="Bad Request: WEBPAGE_CURL_FAILED", count=1)
    card = CardReply(headline="h", url="https://portal.example/1", image_url="https://portal.example/x.jpg")
    assert await channel.reply(said(), (card,)) == (Sent("1"),)
    (bubble,) = sandbox.readers.view(READER, READER)
    assert bubble["preview"] is None
    assert [entity["type"] for entity in bubble["entities"]] == ["text_link", "bold"]


async def test_a_reader_who_blocked_us_is_unreachable_and_the_rest_is_not_tried(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    sandbox.readers.block(READER)
    gone = Unreachable(Reason.BLOCKED)
    assert await channel.reply(said(), (a_text("one"), a_text("two"))) == (gone, gone)


async def test_a_group_that_moved_gets_the_reply_at_its_new_id_once(sandbox: TelegramSandbox) -> None:
    moves: list[tuple[Address, Address]] = []

    async def moved(old: Address, new: Address) -> None:
        moves.append((old, new))

    group = sandbox.readers.add_group("পাঠক", kind="group", members=(READER,))
    new = sandbox.readers.migrate(group.id)
    channel = TelegramChannel(sandbox.api, moved=moved)
    attempts = await channel.reply(said(address=Address("telegram", str(group.id))), (a_text("one"), a_text("two")))
    assert [type(attempt) for attempt in attempts] == [Sent, Sent]
    assert sandbox.texts(new.id, READER) == ["one", "two"]
    assert moves == [(Address("telegram", str(group.id)), Address("telegram", str(new.id)))]


async def test_a_forum_topic_is_answered_in_it_and_elsewhere_when_it_is_gone(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    forum = sandbox.readers.add_group("পাঠক", kind="supergroup", members=(READER,), forum=True)
    sandbox.readers.add_topic(forum.id, 5)
    asked = said(address=Address("telegram", str(forum.id)), thread_id="5")
    await channel.reply(asked, (a_text("in topic"),))
    await channel.reply(replace(asked, thread_id="6"), (a_text("topic gone"),))
    bubbles = sandbox.readers.view(forum.id, READER)
    assert [(bubble["text"], bubble.get("message_thread_id")) for bubble in bubbles if not bubble["outgoing"]] == [
        ("in topic", 5),
        ("topic gone", None),
    ]


async def test_a_rendered_message_can_be_sent_to_many_without_the_librarys_objects(sandbox: TelegramSandbox) -> None:
    sandbox.readers.add_user("করিম", user_id=43, started=True)
    sandbox.readers.add_user("সালাম", user_id=44)
    request = render(a_text("খবর <১>", buttons=((Button("b", "x"),),))).request
    assert request is not None
    body = request.parameters()
    answers = [
        await sandbox.api.raw(request.method, body | Destination(str(chat)).parameters()) for chat in (READER, 43, 44)
    ]
    assert [from_answer(answer) for answer in answers] == [Sent("1"), Sent("2"), Unreachable(Reason.NEVER_STARTED)]
    assert sandbox.texts(READER) == sandbox.texts(43) == ["খবর <১>"]


async def test_a_silent_reply_makes_no_sound(sandbox: TelegramSandbox, channel: TelegramChannel) -> None:
    await channel.reply(said(), (a_text("quiet", silent=True), a_text("loud")))
    assert [bubble["silent"] for bubble in sandbox.readers.view(READER, READER)] == [True, False]


class Noted:
    """A pacing that lets everyone through and notes what it was asked and told."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, str]] = []
        self.floods: list[tuple[str, timedelta]] = []

    async def turn(self, chat_id: str, lane: Lane) -> None:
        self.turns.append((chat_id, lane))

    async def flooded(self, chat_id: str, after: timedelta) -> None:
        self.floods.append((chat_id, after))


async def test_every_message_waits_for_its_turn_and_an_acknowledgement_does_not(sandbox: TelegramSandbox) -> None:
    pacing = Noted()
    channel = TelegramChannel(sandbox.api, pacing=pacing)
    await channel.reply(said(callback_id="1"), (a_text("one"), a_text("two"), Toast(text="x")))
    assert pacing.turns == [("42", "reply"), ("42", "reply")]
    assert pacing.floods == []


async def test_the_budget_is_told_of_every_429(sandbox: TelegramSandbox) -> None:
    pacing = Noted()
    sandbox.misbehave("status", "sendMessage", status=429, retry_after=1, count=1)
    (attempt,) = await TelegramChannel(sandbox.api, pacing=pacing).reply(said(), (a_text("one"),))
    assert isinstance(attempt, Sent)
    assert pacing.floods == [("42", timedelta(seconds=1))]


MENU = CommandMenu(
    commands={
        "bn": (("latest", "সর্বশেষ খবর"), ("forgetme", "সব মুছুন")),
        "en": (("latest", "The latest news"), ("forgetme", "Delete everything")),
    },
    about={"bn": "নদীবার্তার খবর", "en": "News of Nodibarta"},
)


async def test_the_menu_stands_per_language_and_scope_and_is_not_sent_twice(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    await channel.publish_menu(MENU)
    english = sandbox.readers.add_user("Ann", language_code="en", started=True)
    french = sandbox.readers.add_user("Anne", language_code="fr", started=True)
    group = sandbox.readers.add_group("পাঠক", kind="supergroup", members=(READER, english.id))
    shown = {
        name: [command["command"] + ": " + command["description"] for command in sandbox.state.commands_for(*where)]
        for name, where in {
            "bengali": (READER, READER),
            "english": (english.id, english.id),
            "french": (french.id, french.id),
            "group": (group.id, english.id),
        }.items()
    }
    assert shown == {
        "bengali": ["latest: সর্বশেষ খবর", "forgetme: সব মুছুন"],
        "english": ["latest: The latest news", "forgetme: Delete everything"],
        "french": ["latest: সর্বশেষ খবর", "forgetme: সব মুছুন"],
        "group": ["latest: The latest news"],
    }
    assert (await sandbox.api.bot.get_my_description("en")).description == "News of Nodibarta"
    assert (await sandbox.api.bot.get_my_short_description()).short_description == "নদীবার্তার খবর"
    written = sandbox.misbehave("status", "setMy*", status=500)
    await channel.publish_menu(MENU)
    assert written.seen == 0


async def test_a_menu_for_some_chats_is_shown_only_there_and_can_be_taken_away(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    await channel.publish_menu(MENU)
    editor = sandbox.readers.add_user("সম্পাদক", started=True)

    def shown(user_id: int) -> list[str]:
        return [command["command"] for command in sandbox.state.commands_for(user_id, user_id)]

    commands = {language: (*listed, ("broadcast", "Send")) for language, listed in MENU.commands.items()}
    await channel.publish_menu(CommandMenu(commands=commands, only_in=(str(editor.id),)))
    assert (shown(editor.id), shown(READER)) == (["latest", "forgetme", "broadcast"], ["latest", "forgetme"])
    await channel.publish_menu(CommandMenu(commands={"bn": (), "en": ()}, only_in=(str(editor.id),)))
    assert shown(editor.id) == ["latest", "forgetme"]


async def test_a_menu_that_telegram_refuses_does_not_stop_the_bot(
    sandbox: TelegramSandbox, channel: TelegramChannel
) -> None:
    fault = sandbox.misbehave("status", "setMyCommands", status=400, description="Bad Request: BOT_COMMAND_INVALID")
    await channel.publish_menu(MENU)
    assert fault.struck == 6
    assert (await sandbox.api.bot.get_my_description("en")).description == "News of Nodibarta"


async def test_the_token_is_checked_in_words(sandbox: TelegramSandbox, unused_tcp_port: int) -> None:
    assert (sandbox.bot.id, sandbox.bot.username) == (10000, sandbox.state.account.username)
    async with open_session() as session:
        with pytest.raises(ConfigurationError, match="NEWSBOT_TELEGRAM__TOKEN: this is not a token"):
            TelegramApi(session, "nonsense")
        with pytest.raises(ConfigurationError, match=r"doesn't know this token \(Unauthorized\); check both"):
            await TelegramApi(session, "999:wrong", api_url=sandbox.url).check_token()
        sandbox.misbehave("status", "getMe", status=429, retry_after=3600)
        with pytest.raises(StartError, match="doesn't answer getMe"):
            await TelegramApi(session, TOKEN, api_url=sandbox.url).check_token()


@pytest.mark.parametrize("rule", [{"action": "drop_before"}, {"action": "status", "status": 409}])
async def test_trouble_that_passes_is_waited_out_at_the_start(sandbox: TelegramSandbox, rule: dict[str, Any]) -> None:
    fault = sandbox.misbehave(methods="getMe", count=1, **rule)
    assert await sandbox.api.check_token() == sandbox.bot
    assert fault.struck == 1


async def test_neither_token_nor_secret_ever_reaches_a_log(
    sandbox: TelegramSandbox,
    channel: TelegramChannel,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    sandbox.misbehave("drop_after", "sendMessage", count=1)
    sandbox.misbehave("status", "sendMessage", status=401, count=1)
    await channel.reply(said(), (a_text("one"),))
    await channel.reply(said(), (a_text("two"),))
    await sandbox.api.bot.set_webhook("http://127.0.0.1:8080/hook", secret_token="a-webhook-secret")
    logged = caplog.text + "".join(capsys.readouterr())
    assert "was not delivered" in logged
    assert TOKEN.split(":")[1] not in logged
    assert "a-webhook-secret" not in logged
