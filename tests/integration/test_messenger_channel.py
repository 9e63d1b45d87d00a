"""Replying over HTTP: against the sandbox for what readers see, against a scripted Graph API for what goes wrong."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from newsbot.channels.http_exchange import open_session
from newsbot.channels.messenger.governor import Governor
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.sender import MessengerChannel
from newsbot.delivery.pacing import Lane, Unpaced
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.attempt import Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import (
    AnyReply,
    Button,
    CardReply,
    ChoiceReply,
    CommandMenu,
    FileReply,
    Headline,
    HeadlinesReply,
    IncomingMessage,
    Kind,
    NoticeReply,
    Option,
    Span,
    TextReply,
    Toast,
)
from newsbot.domain.subscriber import Address
from newsbot.domain.window import Opener, Window
from tests.messenger_sandbox import MessengerSandbox, messenger_sandbox
from tests.scripted_graph import PAGE, SECRET, TOKEN, ScriptedGraph, scripted_graph

READER = "6000000000000001"
ANOTHER = "6000000000000002"
URL = "https://portal.example/1"
LATEST = Button("সর্বশেষ", "l:1")


def said(text: str, *buttons: Button) -> TextReply:
    return TextReply(paragraphs=((Span(text),),), buttons=(buttons,) if buttons else ())


def incoming(reader: str = READER, *, ago: timedelta = timedelta(0), opens: str = "MESSAGE") -> IncomingMessage:
    return IncomingMessage(
        event_id="1",
        address=Address("messenger", reader),
        kind=Kind.TEXT,
        text="x",
        received_at=datetime.now(UTC) - ago,
        opens=opens,
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[MessengerSandbox]:
    async with messenger_sandbox() as sandbox:
        for reader in (READER, ANOTHER):
            sandbox.readers.add_person("পাঠক", person_id=reader, started=True)
        yield sandbox


@pytest.fixture
async def channel(sandbox: MessengerSandbox) -> AsyncIterator[MessengerChannel]:
    account = sandbox.state.account
    async with open_session() as session:
        yield MessengerChannel(GraphApi(session, account.id, account.token, account.app_secret, sandbox.url))


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedGraph]:
    async with scripted_graph() as scripted:
        yield scripted


def view(sandbox: MessengerSandbox, reader: str = READER) -> list[dict[str, Any]]:
    return [bubble for bubble in sandbox.readers.view(reader) if not bubble["outgoing"]]


def titles(bubble: dict[str, Any]) -> list[str]:
    return [reply["title"] for reply in bubble["quick_replies"]]


# --- what readers see ------------------------------------------------------------------------------------------------


async def test_a_text_arrives_with_its_quick_replies(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    (attempt,) = await channel.reply(incoming(), (said("স্বাগতম", LATEST),))
    (bubble,) = view(sandbox)
    assert attempt == Sent(bubble["mid"])
    assert (bubble["text"], titles(bubble)) == ("স্বাগতম", ["সর্বশেষ"])
    sent = sandbox.state.ledger[-1]
    assert (sent.messaging_type, sent.metadata) == ("RESPONSE", "reply")
    sandbox.readers.tap_quick_reply(READER, "l:1")


async def test_headlines_are_cards_and_each_opens_its_own(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    headlines = tuple(
        Headline(number=str(number), headline=f"খবর {number}", when="আজ", action=f"a:{number}", url=f"{URL}{number}")
        for number in range(1, 13)
    )
    reply = HeadlinesReply(title="সর্বশেষ", headlines=headlines, buttons=((Button("পরের", "n:1"),),))
    assert [type(attempt) for attempt in await channel.reply(incoming(), (reply,))] == [Sent]
    title, first, second = view(sandbox)
    assert title["text"] == "সর্বশেষ"
    cards = [element for row in (first, second) for element in row["attachments"][0]["payload"]["elements"]]
    assert [card["title"] for card in cards] == [f"{number}. খবর {number}" for number in range(1, 13)]
    assert titles(second) == ["পরের"]
    sandbox.readers.tap_button(READER, second["mid"], "a:12")


async def test_a_card_shows_its_picture_and_all_its_words(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    card = CardReply(
        headline="সেতু খুলল", kicker="পদ্মা", summary="আজ সকালে সেতু খুলে দেওয়া হয়েছে।", source="নদীবার্তা", when="আজ",
        url=URL, image_url=f"{URL}.jpg", labels=("ব্রেকিং",), share_label="শেয়ার",
        buttons=((Button("পড়ুন", url=URL), Button("অনুসরণ", "f:1")),),
    )  # fmt: skip
    await channel.reply(incoming(), (card,))
    picture, words = view(sandbox)
    assert picture["attachments"][0]["payload"] == {
        "template_type": "generic",
        "sharable": True,
        "elements": [
            {
                "title": "সেতু খুলল",
                "subtitle": "ব্রেকিং · পদ্মা · নদীবার্তা · আজ",
                "image_url": f"{URL}.jpg",
                "default_action": {"type": "web_url", "url": URL},
            }
        ],
    }
    payload = words["attachments"][0]["payload"]
    assert payload["text"] == "আজ সকালে সেতু খুলে দেওয়া হয়েছে।"
    assert payload["buttons"] == [{"type": "web_url", "url": URL, "title": "পড়ুন"}]
    assert titles(words) == ["অনুসরণ"]


async def test_a_notice_and_a_choice_are_one_message(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    choice = ChoiceReply(question="বিষয়?", options=(Option("খেলা", "t:1", True), Option("দেশ", "t:2")))
    attempts = await channel.reply(incoming(), (Toast(text="খেলা অনুসরণ করছেন।"), choice))
    (bubble,) = view(sandbox)
    assert attempts == (Sent(bubble["mid"]), Sent(bubble["mid"]))
    assert (bubble["text"], titles(bubble)) == ("খেলা অনুসরণ করছেন।\n\nবিষয়?", ["✅ খেলা", "দেশ"])


async def test_a_notice_alone_is_a_message_and_one_that_another_says_is_none(
    sandbox: MessengerSandbox, channel: MessengerChannel
) -> None:
    await channel.reply(incoming(), (Toast(text="হয়েছে।"),))
    await channel.reply(incoming(), (Toast(text="থামল।"), said("থামল। আবার চালু করুন।")))
    assert [bubble["text"] for bubble in view(sandbox)] == ["হয়েছে।", "থামল। আবার চালু করুন।"]


async def test_quick_replies_of_all_replies_stand_under_the_last(
    sandbox: MessengerSandbox, channel: MessengerChannel
) -> None:
    await channel.reply(incoming(), (said("এক", LATEST), said("দুই", Button("বিষয়", "t"), LATEST)))
    first, last = view(sandbox)
    assert (titles(first), titles(last)) == ([], ["বিষয়", "সর্বশেষ"])


async def test_a_long_text_comes_in_order_and_whole(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    text = " ".join(f"বাক্য {number}।" for number in range(600))
    await channel.reply(incoming(), (said(text, LATEST),))
    bubbles = view(sandbox)
    assert len(bubbles) > 2
    assert " ".join(bubble["text"] for bubble in bubbles) == text
    assert titles(bubbles[-1]) == ["সর্বশেষ"]


async def test_replies_to_one_reader_keep_their_order(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    texts = [f"{number}" for number in range(10)]
    await asyncio.gather(*(channel.reply(incoming(), (said(text), said(f"{text}+"))) for text in texts))
    assert [bubble["text"] for bubble in view(sandbox)] == [f"{text}{more}" for text in texts for more in ("", "+")]


async def test_a_silent_reply_makes_no_sound(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    await channel.reply(incoming(), (NoticeReply(spans=(Span("রাতে"),), silent=True), said("দিনে")))
    assert [bubble["silent"] for bubble in view(sandbox)] == [True, False]


async def test_a_closed_window_ends_the_answer(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    sandbox.readers.close_window(READER)
    attempts = await channel.reply(incoming(), (said("এক"), said("দুই")))
    assert [attempt.reason for attempt in attempts if isinstance(attempt, Refused)] == [Reason.OUTSIDE_WINDOW] * 2
    assert view(sandbox) == []


async def test_a_reader_who_blocked_us_is_unreachable(sandbox: MessengerSandbox, channel: MessengerChannel) -> None:
    sandbox.readers.block(READER)
    assert await channel.reply(incoming(), (said("এক"),)) == (Unreachable(Reason.NOT_AVAILABLE),)


async def test_chats_are_private_and_no_start_touches_the_profile(
    sandbox: MessengerSandbox, channel: MessengerChannel
) -> None:
    assert await channel.is_administrator(incoming())
    await channel.publish_menu(CommandMenu(commands={"bn": (("latest", "সর্বশেষ"),)}))
    assert sandbox.state.profile.commands("bn_IN") == []


# --- no answer without its permit ------------------------------------------------------------------------------------

FILE = FileReply(name="তথ্য.json", content=b"{}", caption="সব তথ্য")


@pytest.mark.parametrize(
    "late",
    [
        incoming(ago=timedelta(hours=24)),
        incoming(ago=timedelta(days=7), opens="AD"),
        incoming(opens=""),  # the platform's own opt-out, an advertisement's link: they open nothing
    ],
    ids=["a day late", "a week after an advertisement", "what opens nothing"],
)
async def test_outside_the_window_nothing_is_answered(scripted: ScriptedGraph, late: IncomingMessage) -> None:
    attempts = await MessengerChannel(scripted.graph).reply(late, (said("এক"), FILE))
    assert [attempt.reason for attempt in attempts if isinstance(attempt, Refused)] == [Reason.OUTSIDE_WINDOW] * 2
    assert scripted.messages == []
    assert scripted.actions == []


async def test_in_the_last_minute_of_a_window_it_is_too_late(scripted: ScriptedGraph) -> None:
    in_time, too_late = (
        incoming(ago=timedelta(hours=24) - left) for left in (timedelta(minutes=2), timedelta(seconds=50))
    )
    assert await MessengerChannel(scripted.graph).reply(in_time, (said("এক"),)) == (Sent("m_1"),)
    (attempt,) = await MessengerChannel(scripted.graph).reply(too_late, (said("দুই"),))
    assert isinstance(attempt, Refused)
    assert scripted.texts == ["এক"]


@pytest.mark.parametrize(("hours", "expected"), [(1, ["এক"]), (-1, [])], ids=["open", "closed"])
async def test_what_opens_nothing_is_answered_in_a_window_that_is_open(
    scripted: ScriptedGraph, hours: int, expected: list[str]
) -> None:
    async def known(address: Address) -> Window | None:
        return Window(datetime.now(UTC) + timedelta(hours=hours), Opener.BUTTON)

    await MessengerChannel(scripted.graph, window=known).reply(incoming(opens=""), (said("এক"),))
    assert scripted.texts == expected


async def test_an_answer_that_waits_its_turn_until_the_window_closes_stays_unsent(scripted: ScriptedGraph) -> None:
    now = [datetime.now(UTC)]

    class Slow(Unpaced):
        async def turn(self, chat_id: str, lane: Lane) -> None:
            now[0] += timedelta(minutes=2)

    channel = MessengerChannel(scripted.graph, pacing=Slow(), clock=lambda: now[0])
    to = incoming(ago=timedelta(hours=24) - timedelta(minutes=4))
    first, second, third = await channel.reply(to, (said("এক"), said("দুই"), FILE))
    assert first == Sent("m_1")
    assert [one.reason for one in (second, third) if isinstance(one, Refused)] == [Reason.OUTSIDE_WINDOW] * 2
    assert scripted.texts == ["এক"]
    assert scripted.actions == []


# --- what goes wrong -------------------------------------------------------------------------------------------------


async def test_a_file_is_uploaded_with_its_message_while_typing_is_shown(scripted: ScriptedGraph) -> None:
    file = FileReply(name="তথ্য.json", content=b'{"a": 1}', caption="সব তথ্য", buttons=((LATEST,),))
    await MessengerChannel(scripted.graph).reply(incoming(), (file,))
    caption, upload = scripted.messages
    assert caption["message"] == {"text": "সব তথ্য", "metadata": "reply"}
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    assert upload == {
        "recipient": {"id": READER},
        "messaging_type": "RESPONSE",
        "message": {
            "attachment": {"type": "file", "payload": {}},
            "quick_replies": [{"content_type": "text", "title": "সর্বশেষ", "payload": "l:1"}],
            "metadata": "reply",
        },
        "filedata": ("তথ্য.json", "application/json", b'{"a": 1}'),
        "appsecret_proof": proof,
    }
    assert scripted.actions == ["typing_on"]


async def test_a_refused_form_is_sent_as_text_once(scripted: ScriptedGraph) -> None:
    scripted.refuses(100)
    card = CardReply(headline="সেতু", url=URL, buttons=((Button("পড়ুন", url=URL),),))
    assert await MessengerChannel(scripted.graph).reply(incoming(), (card,)) == (Sent("m_1"),)
    assert scripted.texts == ["সেতু", f"সেতু\n\nপড়ুন: {URL}"]


async def test_what_the_platform_failed_at_is_tried_again(scripted: ScriptedGraph) -> None:
    scripted.refuses(2, status=500)
    assert await MessengerChannel(scripted.graph).reply(incoming(), (said("এক"),)) == (Sent("m_1"),)
    assert scripted.texts == ["এক", "এক"]


async def test_an_answer_that_was_lost_is_not_asked_for_again(scripted: ScriptedGraph) -> None:
    scripted.answers.append("lost")
    first, second = await MessengerChannel(scripted.graph).reply(incoming(), (said("এক"), said("দুই")))
    assert isinstance(first, Unknown)
    assert second == Sent("m_1")
    assert scripted.texts == ["এক", "দুই"]


async def test_a_refused_token_ends_the_answer(scripted: ScriptedGraph) -> None:
    scripted.refuses(190, 463)
    attempts = await MessengerChannel(scripted.graph).reply(incoming(), (said("এক"), said("দুই")))
    assert [(attempt.reason, attempt.stop) for attempt in attempts if isinstance(attempt, Refused)] == [
        (Reason.BAD_TOKEN, True)
    ] * 2
    assert scripted.texts == ["এক"]


async def test_a_picture_that_can_not_be_shown_costs_the_picture_only(scripted: ScriptedGraph) -> None:
    notice = NoticeReply(spans=(Span("পানি বাড়ছে"),), picture="AgACAgQ")
    (attempt,) = await MessengerChannel(scripted.graph).reply(incoming(), (notice,))
    assert isinstance(attempt, Refused)
    assert attempt.reason is Reason.BAD_PICTURE
    assert scripted.texts == ["পানি বাড়ছে"]


async def test_nothing_is_sent_where_nobody_listens(unused_tcp_port: int) -> None:
    async with open_session() as session:
        graph = GraphApi(session, PAGE, TOKEN, SECRET, f"http://127.0.0.1:{unused_tcp_port}")
        channel = MessengerChannel(graph, patience=timedelta(seconds=0.5))
        (attempt,) = await channel.reply(incoming(), (said("এক"),))
    assert isinstance(attempt, TryLater)
    assert (attempt.reason, attempt.scope) == (Reason.NO_CONNECTION, Scope.CHANNEL)


async def test_a_full_quota_stops_pushes_for_all_processes_and_leaves_replies(redis: Redis) -> None:
    pacing, another = (RedisPacing(redis, f"messenger:{PAGE}", 30) for _ in range(2))
    async with scripted_graph(watch=Governor(pacing).watch) as scripted:
        channel = MessengerChannel(scripted.graph, pacing=pacing)
        scripted.headers = {"X-App-Usage": '{"call_count":97}'}
        replies: tuple[AnyReply, ...] = (said("এক"), said("দুই"))
        assert await channel.reply(incoming(), replies) == (Sent("m_1"), Sent("m_2"))
    assert not hasattr(await another.take(Lane.BREAKING), "count")
    assert hasattr(await another.take(Lane.REPLY), "count")
