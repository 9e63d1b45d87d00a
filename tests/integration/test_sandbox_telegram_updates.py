"""getUpdates and webhooks, as a bot sees them."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from newsbot.sandbox.telegram import ReaderSide, RetryPolicy, SandboxState, ServerOptions
from newsbot.sandbox.telegram.polling import Poller
from tests.sandbox_server import UNLIMITED, running_sandbox
from tests.telegram_sandbox import running_app, until


@pytest.fixture
async def sandbox():
    async with running_sandbox() as running:
        yield running


@pytest.fixture
def reader(sandbox):
    return sandbox.readers.add_user("রহিম")


def texts(updates):
    return [update["message"]["text"] for update in updates]


# -- long polling -----------------------------------------------------------------------------------------------------


async def test_updates_stay_until_an_offset_confirms_them(sandbox, reader):
    for text in "abc":
        sandbox.readers.send_text(reader.id, text)
    first = await sandbox.ok("getUpdates", limit=2)
    assert texts(first) == ["a", "b"]
    assert first[1]["update_id"] == first[0]["update_id"] + 1
    assert texts(await sandbox.ok("getUpdates")) == ["a", "b", "c"]
    assert texts(await sandbox.ok("getUpdates", offset=first[1]["update_id"] + 1)) == ["c"]
    assert texts(await sandbox.ok("getUpdates", offset=0)) == ["c"]


async def test_a_negative_offset_keeps_the_last_ones(sandbox, reader):
    for text in "abcd":
        sandbox.readers.send_text(reader.id, text)
    assert texts(await sandbox.ok("getUpdates", offset=-2)) == ["c", "d"]
    assert texts(await sandbox.ok("getUpdates")) == ["c", "d"]


@pytest.mark.parametrize(("limit", "count"), [(0, 1), (-5, 1), (1000, 100), ("x", 1), (7, 7)])
async def test_limits_are_clamped_not_refused(sandbox, reader, limit, count):
    for number in range(120):
        sandbox.readers.send_text(reader.id, str(number))
    assert len(await sandbox.ok("getUpdates", limit=limit)) == count


async def test_a_long_poll_is_answered_as_soon_as_something_happens(sandbox, reader):
    poll = asyncio.create_task(sandbox.ok("getUpdates", timeout=50))
    await asyncio.sleep(0.1)
    assert not poll.done()
    began = time.monotonic()
    sandbox.readers.send_text(reader.id, "হ্যালো")
    assert texts(await poll) == ["হ্যালো"]
    assert time.monotonic() - began < 1


async def test_what_arrives_in_the_moment_a_poll_begins_is_not_missed():
    state = SandboxState.open()
    readers = ReaderSide(state)
    reader = readers.add_user("রহিম")
    poll = asyncio.create_task(Poller().poll(state.updates, offset=0, limit=100, timeout=30))
    asyncio.get_running_loop().call_soon(readers.send_text, reader.id, "হ্যালো")
    async with asyncio.timeout(5):
        assert texts(await poll) == ["হ্যালো"]


async def test_a_long_poll_without_news_ends_empty_when_its_time_is_up(sandbox):
    began = time.monotonic()
    assert await sandbox.ok("getUpdates", timeout=1) == []
    assert 0.9 < time.monotonic() - began < 3


async def test_a_second_poller_ends_the_first_with_a_conflict(sandbox, reader):
    first = asyncio.create_task(sandbox.call("getUpdates", timeout=30))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(sandbox.call("getUpdates", timeout=30))
    body = await first
    assert (body["error_code"], body["description"]) == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    sandbox.readers.send_text(reader.id, "x")
    assert texts((await second)["result"]) == ["x"]


async def test_only_the_kinds_asked_for_are_kept_from_then_on(sandbox, reader):
    assert await sandbox.ok("getUpdates", allowed_updates=["callback_query"]) == []
    sandbox.readers.send_text(reader.id, "a")
    assert await sandbox.ok("getUpdates") == []
    assert await sandbox.ok("getUpdates", allowed_updates=[]) == []
    sandbox.readers.send_text(reader.id, "b")
    assert texts(await sandbox.ok("getUpdates")) == ["b"]


async def test_updates_older_than_a_day_are_forgotten():
    now = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    moment = [now]
    state = SandboxState.open(clock=lambda: moment[0])
    async with running_sandbox(state) as sandbox:
        reader = sandbox.readers.add_user("রহিম")
        sandbox.readers.send_text(reader.id, "পুরনো")
        moment[0] = now + timedelta(hours=23)
        sandbox.readers.send_text(reader.id, "নতুন")
        assert len(await sandbox.ok("getUpdates")) == 2
        moment[0] = now + timedelta(hours=24, seconds=1)
        assert texts(await sandbox.ok("getUpdates")) == ["নতুন"]


# -- webhooks ---------------------------------------------------------------------------------------------------------


class Receiver:
    """A bot's webhook: notes every call and answers as told."""

    def __init__(self):
        self.calls = []
        self.answers = {}  # text: list of answers, each a status or a response
        self.active = 0
        self.most_active = 0
        self.hold = None

    async def receive(self, request):
        update = await request.json()
        text = update.get("message", {}).get("text", "")
        self.calls.append((time.monotonic(), text, update, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        try:
            if self.hold is not None:
                await self.hold.wait()
        finally:
            self.active -= 1
        answer = (self.answers.get(text) or [200]).pop(0) if self.answers.get(text) else 200
        if answer == "drop":
            request.transport.abort()
            return web.Response()
        return answer if isinstance(answer, web.Response) else web.Response(status=answer)

    @property
    def texts(self):
        return [text for _, text, _, _ in self.calls]


@asynccontextmanager
async def webhook():
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/telegram/webhook", receiver.receive)
    async with running_app(app) as url:
        yield receiver, f"{url}/telegram/webhook"


async def test_updates_go_to_the_webhook_with_its_secret_and_polling_is_refused(sandbox, reader):
    async with webhook() as (receiver, url):
        body = await sandbox.call("setWebhook", url=url, secret_token="s_e-C", max_connections=3)
        assert body == {"ok": True, "result": True, "description": "Webhook was set"}
        sandbox.readers.send_text(reader.id, "হ্যালো")
        await until(lambda: len(sandbox.state.updates) == 0)
        [(_, text, update, secret)] = receiver.calls
        assert (text, secret) == ("হ্যালো", "s_e-C")
        assert set(update) == {"update_id", "message"}
        conflict = await sandbox.call("getUpdates")
        assert (conflict["error_code"], conflict["description"]) == (
            409,
            (
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            ),
        )
        info = await sandbox.ok("getWebhookInfo")
        assert (info["url"], info["pending_update_count"], info["max_connections"]) == (url, 0, 3)
        again = await sandbox.call("setWebhook", url=url, secret_token="s_e-C", max_connections=3)
        assert again["description"] == "Webhook is already set"
        assert (await sandbox.call("deleteWebhook"))["description"] == "Webhook was deleted"
        assert (await sandbox.call("deleteWebhook"))["description"] == "Webhook is already deleted"
        sandbox.readers.send_text(reader.id, "আবার")
        assert texts(await sandbox.ok("getUpdates")) == ["আবার"]
        assert len(receiver.calls) == 1


async def test_setting_a_webhook_ends_an_open_poll(sandbox):
    poll = asyncio.create_task(sandbox.call("getUpdates", timeout=30))
    await asyncio.sleep(0.1)
    async with webhook() as (_, url):
        await sandbox.ok("setWebhook", url=url)
        assert (await poll)["description"] == "Conflict: terminated by setWebhook request"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"url": "https://127.0.0.1/", "secret_token": "a b"},
         "Bad Request: secret token contains unallowed characters"),
        ({"url": "https://127.0.0.1/", "secret_token": "a" * 257}, "Bad Request: secret token is too long"),
        ({"url": "http://example.org/"}, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://example.org/"},
         "Bad Request: bad webhook: the sandbox calls this machine only (127.0.0.1, localhost)"),
        ({"url": "nonsense"}, "Bad Request: invalid webhook URL specified"),
    ],
)  # fmt: skip
async def test_a_bad_webhook_is_refused(sandbox, arguments, expected):
    assert await sandbox.refused("setWebhook", **arguments) == expected


async def test_changing_the_webhook_twice_within_a_second_is_a_flood(sandbox):
    await sandbox.ok("setWebhook", url="http://127.0.0.1:1/a")
    body = await sandbox.call("setWebhook", url="http://127.0.0.1:1/b")
    assert (body["error_code"], body["parameters"]) == (429, {"retry_after": 1})


async def test_what_the_webhook_does_not_take_comes_again_until_it_does_and_in_order(sandbox, reader):
    async with webhook() as (receiver, url):
        receiver.answers["a"] = [500, "drop", 302]
        await sandbox.ok("setWebhook", url=url)
        sandbox.readers.send_text(reader.id, "a")
        sandbox.readers.send_text(reader.id, "b")
        await until(lambda: len(sandbox.state.updates) == 0)
        assert receiver.texts == ["a"] * 4 + ["b"]
        moments = [moment for moment, *_ in receiver.calls]
        assert moments[1] - moments[0] < 0.5  # the first retry comes at once
        assert moments[3] - moments[2] > (moments[2] - moments[1]) / 2 > 0.01  # the others after growing pauses
        info = await sandbox.ok("getWebhookInfo")
        assert info["last_error_message"] == "Wrong response from the webhook: 302 Found"


async def test_a_webhook_says_itself_when_to_try_again(sandbox, reader):
    async with webhook() as (receiver, url):
        receiver.answers["a"] = [web.Response(status=503, headers={"Retry-After": "1"})]
        await sandbox.ok("setWebhook", url=url)
        sandbox.readers.send_text(reader.id, "a")
        await until(lambda: len(receiver.calls) == 2)
        assert receiver.calls[1][0] - receiver.calls[0][0] >= 1


async def test_chats_are_served_side_by_side_up_to_max_connections_and_each_one_at_a_time(sandbox):
    people = [sandbox.readers.add_user(name) for name in "abcde"]
    async with webhook() as (receiver, url):
        receiver.hold = asyncio.Event()
        await sandbox.ok("setWebhook", url=url, max_connections=3)
        for person in people:
            for number in range(2):
                sandbox.readers.send_text(person.id, f"{person.first_name}{number}")
        await until(lambda: receiver.active == 3)
        assert len({text[0] for text in receiver.texts}) == 3
        receiver.hold.set()
        await until(lambda: len(sandbox.state.updates) == 0)
        assert receiver.most_active == 3
        for person in people:
            mine = [text for text in receiver.texts if text[0] == person.first_name]
            assert mine == [f"{person.first_name}0", f"{person.first_name}1"]


async def test_a_webhook_can_answer_with_a_method(sandbox, reader):
    async with webhook() as (receiver, url):
        receiver.answers["a"] = [
            web.json_response(
                {"method": "sendMessage", "chat_id": reader.id, "text": "<b>উত্তর</b>", "parse_mode": "HTML"}
            )
        ]
        receiver.answers["b"] = [web.json_response({"method": "deleteWebhook"})]
        await sandbox.ok("setWebhook", url=url)
        sandbox.readers.send_text(reader.id, "a")
        sandbox.readers.send_text(reader.id, "b")
        await until(lambda: len(sandbox.state.updates) == 0)
        assert [row.text for row in sandbox.state.ledger] == ["উত্তর"]
        assert (await sandbox.ok("getWebhookInfo"))["url"] == url


async def test_a_webhook_that_nobody_serves_keeps_its_updates(sandbox, reader):
    await sandbox.ok("setWebhook", url="http://127.0.0.1:9/")
    sandbox.readers.send_text(reader.id, "a")
    await until(lambda: sandbox.state.webhook.last_error_message is not None)
    info = await sandbox.ok("getWebhookInfo")
    assert (info["last_error_message"], info["pending_update_count"]) == ("Connection refused", 1)
    await sandbox.ok("deleteWebhook", drop_pending_updates=True)
    assert await sandbox.ok("getUpdates") == []


async def test_a_webhook_that_is_gone_for_a_day_is_removed():
    moment = [datetime(2026, 11, 24, 6, 0, tzinfo=UTC)]
    state = SandboxState.open(limits=UNLIMITED, clock=lambda: moment[0])
    options = ServerOptions(webhook_retry=RetryPolicy(base=0.02, cap=(0.02, 0.05)))
    async with running_sandbox(state, options) as sandbox, webhook() as (receiver, url):
        reader = sandbox.readers.add_user("রহিম")
        receiver.answers["a"] = [410] * 10_000
        await sandbox.ok("setWebhook", url=url)
        sandbox.readers.send_text(reader.id, "a")
        await until(lambda: len(receiver.calls) > 1)
        moment[0] += timedelta(hours=23, minutes=1)
        await until(lambda: state.webhook.url == "")
        assert texts(await sandbox.ok("getUpdates")) == ["a"]


@pytest.mark.parametrize(("failures", "pause"), [(1, 0.0), (2, 1.0), (3, 2.0), (4, 4.0), (7, 32.0)])
def test_pauses_double_from_the_second_retry_on(failures, pause):
    assert RetryPolicy().pause(failures) == pause


def test_pauses_end_between_one_and_two_minutes():
    assert all(60 <= RetryPolicy().pause(failures) <= 120 for failures in range(9, 200))


async def test_a_stopping_server_lets_nobody_wait_for_the_rest_of_a_poll():
    async with aiohttp.ClientSession() as http:
        async with running_sandbox() as sandbox:
            poll = asyncio.create_task(http.get(f"{sandbox.url}/bot{sandbox.token}/getUpdates?timeout=50"))
            await asyncio.sleep(0.1)
            began = time.monotonic()
        assert time.monotonic() - began < 5
        answer = await poll
        assert (answer.status, (await answer.json())["description"]) == (500, "Internal Server Error: restart")
