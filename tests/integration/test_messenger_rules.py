"""The platform's rules as the sandbox enforces them: pace, quotas, tokens, restrictions, lost answers, uploads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from redis.asyncio import Redis

from newsbot.channels.channel import Operation, Recipient
from newsbot.channels.http_exchange import open_session
from newsbot.channels.messenger.attachments import KEPT, Attachments
from newsbot.channels.messenger.governor import Governor
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.pusher import FIRST_REST, MessengerPusher
from newsbot.channels.messenger.sender import MessengerChannel
from newsbot.channels.pictures import PictureFile
from newsbot.delivery.ledger import parse_delivery_id
from newsbot.delivery.pacing import STOPPED_AGAIN, Granted, Lane, Wait
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.message import AnyReply, Button, IncomingMessage, Kind, NoticeReply, Span, TextReply
from newsbot.domain.subscriber import Address
from newsbot.sandbox.messenger import Fault, Usage
from newsbot.sandbox.messenger.standing import RESTRICTIONS
from tests.golden_replies import CASES
from tests.messenger_sandbox import MessengerSandbox, messenger_sandbox, webhook
from tests.sandbox_server import png
from tests.telegram_sandbox import running_app

READER = "6000000000000001"
DELIVERY = "7:1:0:12"
NOTICE = NoticeReply(spans=(Span("পানি বাড়ছে"),), buttons=((Button("কেন?", "w:1"),),))
PICTURE = NoticeReply(spans=(Span("পানি বাড়ছে"),), picture="AgACAgQ")
SAID = TextReply(paragraphs=((Span("উত্তর"),),))


@dataclass
class Page:
    """A sandbox and all that is sent to it with."""

    sandbox: MessengerSandbox
    graph: GraphApi
    pacing: RedisPacing
    attachments: Attachments
    channel: MessengerChannel
    pusher: MessengerPusher

    async def push(self, reply: AnyReply = NOTICE, reader: str = READER) -> Attempt:
        to = Recipient(reader, window_until=self.sandbox.state.clock() + 3600, delivery=DELIVERY)
        return await self.pusher.push(self.pusher.prepare(Operation.SEND, reply), to)

    async def answer(self, *replies: AnyReply, reader: str = READER) -> tuple[Attempt, ...]:
        incoming = IncomingMessage(
            event_id="1", address=Address("messenger", reader), kind=Kind.TEXT, text="x", opens="MESSAGE"
        )
        return await self.channel.reply(incoming, replies)

    @property
    def bubbles(self) -> list[dict[str, Any]]:
        return [bubble for bubble in self.sandbox.readers.view(READER) if not bubble["outgoing"]]


async def a_png(reference: str) -> PictureFile:
    return PictureFile(png(40, 30), "image/png", "picture.png")


@pytest.fixture
async def page(redis: Redis) -> AsyncIterator[Page]:
    async with messenger_sandbox() as sandbox, open_session() as session:
        sandbox.readers.add_person("পাঠক", person_id=READER, started=True)
        account, clock = sandbox.state.account, sandbox.state.clock
        pacing = RedisPacing(redis, f"messenger:{account.id}", 30)
        graph = GraphApi(
            session, account.id, account.token, account.app_secret, sandbox.url, watch=Governor(pacing).watch
        )
        attachments = Attachments(redis, graph, fetch=a_png, clock=clock)
        channel = MessengerChannel(graph, attachments=attachments, pacing=pacing)
        pusher = MessengerPusher(graph, attachments=attachments, clock=clock)
        yield Page(sandbox, graph, pacing, attachments, channel, pusher)


async def test_the_proof_is_accepted_where_it_is_required(page: Page) -> None:
    page.sandbox.state.access.proof_required = True
    assert (await page.graph.check_token()).id == page.sandbox.state.account.id
    assert isinstance(await page.push(), Sent)


@pytest.mark.parametrize(
    ("name", "language", "reply"), CASES, ids=[f"{name}-{language}" for name, language, _ in CASES]
)
async def test_every_reply_is_taken_as_an_answer(page: Page, name: str, language: str, reply: AnyReply) -> None:
    (attempt,) = await page.answer(reply)
    assert attempt == Sent(page.bubbles[-1]["mid"])
    assert page.sandbox.state.meter.refused == 0


# --- pace and quotas -------------------------------------------------------------------------------------------------


@pytest.mark.alone
async def test_a_crowd_is_answered_without_a_single_refusal(page: Page, redis: Redis) -> None:
    readers = [str(6000000000001000 + number) for number in range(90)]
    for reader in readers:
        page.sandbox.readers.add_person("পাঠক", person_id=reader, started=True)
    pacing = RedisPacing(redis, f"messenger:{page.sandbox.state.account.id}", 30)
    channels = [page.channel, MessengerChannel(page.graph, pacing=pacing)]  # two processes
    incoming = [
        IncomingMessage(event_id=reader, address=Address("messenger", reader), kind=Kind.TEXT, opens="MESSAGE")
        for reader in readers
    ]
    attempts = await asyncio.gather(*(channels[n % 2].reply(one, (SAID,)) for n, one in enumerate(incoming)))
    assert all(isinstance(attempt, Sent) for (attempt,) in attempts)
    assert page.sandbox.state.counters()["refused"] == 0


@pytest.mark.alone
async def test_pictures_keep_their_own_slower_pace(page: Page) -> None:
    readers = [str(6000000000001000 + number) for number in range(25)]
    for reader in readers:
        page.sandbox.readers.add_person("পাঠক", person_id=reader, started=True)
    attempts = await asyncio.gather(*(page.push(PICTURE, reader) for reader in readers))
    assert all(isinstance(attempt, Sent) for attempt in attempts)
    assert page.sandbox.state.counters()["refused"] == 0


async def test_a_filling_quota_slows_all_down(page: Page) -> None:
    page.sandbox.state.meter.ordered = Usage(total_time=80)
    assert isinstance(await page.push(), Sent)
    granted = await asyncio.gather(*(page.pacing.take(Lane.REPLY) for _ in range(5)))  # each counts from its own asking
    moments = [one.after for one in granted if isinstance(one, Granted)]
    assert max(moments) - min(moments) > 4 * 80_000  # usually 35 ms lie between two


async def test_a_nearly_full_quota_is_left_to_replies(page: Page) -> None:
    page.sandbox.state.meter.ordered = Usage(call_count=96)
    assert isinstance(await page.push(), Sent)
    assert await page.pacing.take(Lane.BREAKING) == Wait(STOPPED_AGAIN)
    assert isinstance((await page.answer(SAID))[0], Sent)


async def test_a_full_quota_stops_everything_until_the_platform_says(page: Page) -> None:
    page.sandbox.state.faults.add(Fault("status", methods="messages", status=429, regain_minutes=5, count=1))
    assert await page.push() == TryLater(timedelta(minutes=5), Reason.FLOOD, Scope.CHANNEL)
    for lane in (Lane.BREAKING, Lane.REPLY):
        assert await page.pacing.take(lane) == Wait(STOPPED_AGAIN)


# --- token and restrictions ------------------------------------------------------------------------------------------


async def test_a_token_that_expires_halts_until_it_is_renewed(page: Page) -> None:
    page.sandbox.state.access.expires_after = 1
    assert isinstance(await page.push(), Sent)
    attempt = await page.push()
    assert isinstance(attempt, Refused)
    assert (attempt.reason, attempt.stop) == (Reason.BAD_TOKEN, True)
    assert not await page.pusher.answers()
    page.sandbox.state.access.renew()
    assert await page.pusher.answers()
    assert isinstance(await page.push(), Sent)


@pytest.mark.parametrize("restriction", RESTRICTIONS)
async def test_a_restricted_page_halts_and_rests(page: Page, restriction: str) -> None:
    page.sandbox.state.standing.restriction = restriction
    attempt = await page.push()
    assert isinstance(attempt, Refused)
    assert (attempt.reason, attempt.stop) == (Reason.RESTRICTED, True)
    assert not await page.pusher.answers()
    page.sandbox.state.standing.restriction = ""
    page.sandbox.state.advance(FIRST_REST.total_seconds())
    assert await page.pusher.answers()
    assert isinstance(await page.push(), Sent)


async def test_an_app_that_is_not_live_is_a_wrong_setting(page: Page) -> None:
    page.sandbox.state.standing.live = False
    attempt = await page.push()
    assert isinstance(attempt, Refused)
    assert (attempt.reason, attempt.stop) == (Reason.MISCONFIGURED, True)


# --- readers ---------------------------------------------------------------------------------------------------------


async def test_who_is_gone_is_unreachable_and_who_was_never_there_counts_twice(page: Page) -> None:
    assert await page.push(reader="6000000000009999") == Unreachable(Reason.CHAT_NOT_FOUND, strike=True)
    page.sandbox.readers.block(READER)
    assert await page.push() == Unreachable(Reason.NOT_AVAILABLE)


async def test_a_window_that_closed_unnoticed_is_the_readers_matter_only(page: Page) -> None:
    page.sandbox.readers.close_window(READER)
    attempt = await page.push()
    assert isinstance(attempt, Refused)
    assert (attempt.reason, attempt.stop) == (Reason.OUTSIDE_WINDOW, False)


# --- answers that don't come -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["drop_after", "half"])
async def test_what_was_accepted_and_not_answered_is_unknown_and_its_echo_names_it(page: Page, action: str) -> None:
    async with webhook(page.sandbox) as hook:
        page.sandbox.state.faults.add(Fault(action, methods="messages", count=1))
        assert isinstance(await page.push(), Unknown)
        (echo,) = await hook.wait("echo")
    found = parse_delivery_id(echo["message"]["metadata"])
    assert found is not None
    assert (found[0].alert_id, found[1]) == (7, 12)
    assert len(page.bubbles) == 1


async def test_a_request_that_was_dropped_may_have_been_accepted(page: Page) -> None:
    page.sandbox.state.faults.add(Fault("drop_before", methods="messages", count=1))
    assert isinstance(await page.push(), Unknown)
    assert page.bubbles == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("status", methods="messages", status=500, count=1), TryLater),
        (Fault("status", methods="messages", code=1200, count=1), TryLater),
        (Fault("html", methods="messages", status=502, count=1), Unknown),
    ],
)
async def test_the_platforms_own_error_was_not_sent_and_a_proxys_page_says_nothing(
    page: Page, fault: Fault, expected: type[Attempt]
) -> None:
    page.sandbox.state.faults.add(fault)
    assert isinstance(await page.push(), expected)


# --- pictures --------------------------------------------------------------------------------------------------------


async def test_a_picture_goes_out_before_its_text_and_again_after_messenger_forgot_it(page: Page) -> None:
    assert isinstance(await page.push(PICTURE), Sent)
    picture, text = page.bubbles
    assert picture["attachments"][0]["type"] == "image"
    assert text["text"] == "পানি বাড়ছে"
    uploaded = await page.attachments.id_of("AgACAgQ")
    page.sandbox.state.advance(KEPT.total_seconds() + 1)
    page.sandbox.readers.send_text(READER, "আবার")
    assert await page.attachments.id_of("AgACAgQ") == uploaded  # Redis goes by its own clock
    page.sandbox.state.advance(timedelta(days=10).total_seconds())
    page.sandbox.readers.send_text(READER, "আবার")
    assert isinstance(await page.push(PICTURE), Sent)
    assert await page.attachments.id_of("AgACAgQ") != uploaded
    assert [len(bubble["attachments"]) for bubble in page.bubbles] == [1, 0, 1, 0]


async def test_a_picture_with_an_address_is_fetched_once(page: Page) -> None:
    asked = []

    async def picture(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=png(40, 30), content_type="image/png")

    app = web.Application()
    app.router.add_get("/1.png", picture)
    async with running_app(app) as url:
        reply = NoticeReply(spans=(Span("হাওর"),), picture=f"{url}/1.png")
        assert isinstance((await page.answer(reply))[0], Sent)
        assert isinstance((await page.answer(reply))[0], Sent)
    assert asked == ["/1.png"]
