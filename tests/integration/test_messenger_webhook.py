"""Messenger's calls over real HTTP: verified, signed, kept, and only then acknowledged."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import structlog
from redis.asyncio import Redis

from newsbot.channels.messenger.signature import ALARM_AFTER, ALARM_AGAIN, ALARM_WITHIN, SIGNATURE_HEADER, sign
from newsbot.channels.messenger.webhook import BODY_LIMIT, PATH, MessengerWebhook
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.domain.message import IncomingMessage, Kind
from newsbot.ingest.cms_push import CmsPush
from newsbot.observability import Metrics
from newsbot.webserver import WebParts, WebServer, create_web_app
from tests.builders import some_topics
from tests.fakes import MemoryArticleStore
from tests.messenger_events import (
    OLD_SECRET,
    PAGE,
    SECRET,
    SENT,
    VERIFY_TOKEN,
    a_body,
    a_text,
    an_echo,
    an_entry,
    an_item,
    signed,
    wire,
)
from tests.telegram_sandbox import RecordingInbox, until

NOW = datetime.fromtimestamp(SENT / 1000 + 2, UTC)
ASKED = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}


class House:
    """The web server with Messenger's webhook, a client of it, and what the webhook put into the inbox."""

    def __init__(self, client: aiohttp.ClientSession) -> None:
        self.client = client
        self.inbox = RecordingInbox()
        self.metrics = Metrics()
        self.seconds = 0.0
        self.url = ""

    async def post(self, raw: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
        wanted = signed(raw) if headers is None else headers
        async with self.client.post(self.url, data=raw, headers=wanted) as answer:
            return answer.status, await answer.text()

    def figure(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, {"channel": "messenger", **labels}) or 0.0


@pytest.fixture
async def house() -> AsyncIterator[House]:
    topics = some_topics()
    articles = MemoryArticleStore()
    async with aiohttp.ClientSession() as client:
        house = House(client)
        webhook = MessengerWebhook(
            house.inbox,
            PAGE,
            app_secrets=(SECRET, OLD_SECRET),
            verify_token=VERIFY_TOKEN,
            metrics=house.metrics,
            clock=lambda: NOW,
            seconds=lambda: house.seconds,
            body_patience=0.3,
        )
        parts = WebParts(
            articles=articles,
            topics=topics,
            cms=CmsPush(articles, topics, timezone=ZoneInfo("Asia/Dhaka"), language="bn", clock=lambda: NOW),
            cms_token=None,
            metrics=house.metrics,
            problems=_none,
            webhooks=webhook.handlers(),
        )
        async with WebServer(create_web_app(parts), "127.0.0.1", 0) as server:
            house.url = f"http://127.0.0.1:{server.port}{PATH}"
            yield house


async def _none() -> dict[str, str]:
    return {}


# --- verification ----------------------------------------------------------------------------------------------------


async def test_who_knows_the_token_gets_the_challenge_back_as_plain_text(house: House) -> None:
    async with house.client.get(house.url, params=ASKED) as answer:
        assert (answer.status, await answer.text()) == (200, "1158201444")
        assert (answer.content_type, answer.headers["X-Content-Type-Options"]) == ("text/plain", "nosniff")


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": VERIFY_TOKEN + "x"},
        {"hub.verify_token": "টোকেন"},
        {"hub.verify_token": None},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": None},
        {"hub.challenge": None},
        {"hub.challenge": ""},
        {"hub.challenge": "9" * 300},
        {"hub.challenge": "<b>x\n</b>"},
        dict.fromkeys(ASKED),
    ],
)
async def test_anything_else_is_no_verification(house: House, changes: dict[str, str | None]) -> None:
    asked = {name: value for name, value in {**ASKED, **changes}.items() if value is not None}
    async with house.client.get(house.url, params=asked) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (403, "forbidden")
        assert VERIFY_TOKEN not in await answer.text()
    assert house.figure("newsbot_webhook_refused_total", reason="verification") == 1


async def test_a_query_of_broken_bytes_is_no_verification(house: House) -> None:
    host, port = house.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {PATH}?hub.mode=subscribe&hub.verify_token=%ff%fe&hub.challenge=%ff HTTP/1.1\r\n".encode())
    writer.write(b"Host: x\r\nConnection: close\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"403"
    writer.close()


@pytest.mark.parametrize(
    ("secrets", "token"), [((), "token"), (("",), "token"), ((SECRET, ""), "token"), ((SECRET,), "")]
)
def test_without_a_secret_or_a_token_there_is_no_webhook(secrets: tuple[str, ...], token: str) -> None:
    with pytest.raises(ValueError, match="needs the app's secret and the verify token"):
        MessengerWebhook(RecordingInbox(), PAGE, app_secrets=secrets, verify_token=token, metrics=Metrics())


# --- signature -------------------------------------------------------------------------------------------------------

#: Bengali as the platform sends it, escaped; made with `openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef`.
ESCAPED = (
    b'{"object":"page","entry":[{"id":"105550001112223","time":1763445600400,"messaging":[{"sender":{"id":'
    b'"6012345678901234"},"recipient":{"id":"105550001112223"},"timestamp":1763445600000,"message":{"mid":"m_1",'
    b'"text":"\\u0996\\u09c7\\u09b2\\u09be\\u09b0 \\u0996\\u09ac\\u09b0"}}]}]}'
)
ESCAPED_SIGNED = "sha256=e6fe29bc0eb779416cfa5a15f6b0c4211d574c9cf278ce42641b8644d42dedf9"


async def test_a_body_is_verified_by_the_bytes_that_came(house: House) -> None:
    assert await house.post(ESCAPED, {SIGNATURE_HEADER: ESCAPED_SIGNED}) == (200, "EVENT_RECEIVED")
    assert house.inbox.texts == ["খেলার খবর"]


async def test_the_same_json_written_anew_is_refused(house: House) -> None:
    anew = json.dumps(json.loads(ESCAPED), ensure_ascii=False, separators=(",", ":")).encode()
    assert json.loads(anew) == json.loads(ESCAPED)
    status, _ = await house.post(anew, {SIGNATURE_HEADER: ESCAPED_SIGNED})
    assert status == 403
    assert house.inbox.kept == []


async def test_while_the_secret_is_changed_both_are_good(house: House) -> None:
    for number, secret in enumerate((SECRET, OLD_SECRET)):
        raw = wire(a_body(an_entry(a_text(mid=f"m_{number}"))))
        assert (await house.post(raw, signed(raw, secret)))[0] == 200
    assert len(house.inbox.kept) == 2


RAW = wire(a_body(an_entry(a_text())))


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "no_signature"),
        ("", "no_signature"),
        ("sha256=", "no_signature"),
        ("sha1=" + "0" * 40, "no_signature"),
        (sign(SECRET, RAW).removeprefix("sha256="), "no_signature"),
        ("sha256=" + "খ" * 64, "no_signature"),
        ("sha256=" + "0" * 64, "signature"),
        (sign("another-secret-0123456789", RAW), "signature"),
        (sign(SECRET, RAW + b" "), "signature"),
    ],
)
async def test_what_the_platform_did_not_sign_is_refused_and_counted(
    house: House, header: str | None, reason: str
) -> None:
    status, text = await house.post(RAW, {} if header is None else {SIGNATURE_HEADER: header})
    assert (status, json.loads(text)["error"]["code"]) == (403, "forbidden")
    assert house.inbox.kept == []
    assert house.figure("newsbot_webhook_refused_total", reason=reason) == 1


async def test_what_is_not_signed_is_never_parsed(house: House) -> None:
    assert (await house.post(b"[" * 100_000, {SIGNATURE_HEADER: "sha256=" + "0" * 64}))[0] == 403


async def test_several_wrong_signatures_raise_an_alarm_once_a_while(house: House) -> None:
    wrong = {SIGNATURE_HEADER: "sha256=" + "0" * 64}

    async def alarms(calls: int) -> int:
        with structlog.testing.capture_logs() as logs:
            for _ in range(calls):
                await house.post(RAW, wrong)
        assert all(SECRET not in str(line) for line in logs)
        return sum(line["log_level"] == "error" for line in logs)

    assert await alarms(ALARM_AFTER - 1) == 0
    assert await alarms(1) == 1
    assert await alarms(3 * ALARM_AFTER) == 0
    house.seconds += ALARM_AGAIN
    assert await alarms(2 * ALARM_AFTER) == 1
    assert house.figure("newsbot_webhook_refused_total", reason="signature") == 6 * ALARM_AFTER


async def test_a_wrong_signature_now_and_then_raises_no_alarm(house: House) -> None:
    with structlog.testing.capture_logs() as logs:
        for _ in range(3 * ALARM_AFTER):
            await house.post(RAW, {SIGNATURE_HEADER: "sha256=" + "0" * 64})
            house.seconds += ALARM_WITHIN / (ALARM_AFTER - 1) + 1
    assert {line["log_level"] for line in logs} == {"warning"}


# --- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known_size", [False, True])
async def test_a_body_that_is_too_long_is_refused(house: House, known_size: bool) -> None:
    large = b'{"object":"page","x":"' + b"k" * BODY_LIMIT + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    try:
        async with house.client.post(
            house.url, data=io.BytesIO(large) if known_size else pieces(), headers=signed(large)
        ) as answer:
            assert answer.status == 413
    except aiohttp.ClientConnectionError:
        pass  # the server hung up while we were still sending
    await until(lambda: house.figure("newsbot_webhook_refused_total", reason="too_large") == 1)


async def test_a_body_that_trickles_is_given_up(house: House) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        for byte in RAW:
            yield bytes([byte])
            await asyncio.sleep(0.05)

    async with house.client.post(house.url, data=trickle(), headers=signed(RAW)) as answer:
        assert answer.status == 408
    assert house.figure("newsbot_webhook_refused_total", reason="too_slow") == 1


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[]", b"7", b"null", b"[" * 100_000])
async def test_a_signed_body_that_is_no_object_is_acknowledged_or_it_would_come_for_ever(
    house: House, raw: bytes
) -> None:
    assert await house.post(raw) == (200, "EVENT_RECEIVED")
    assert house.figure("newsbot_received_total", kind="unreadable") == 1


@pytest.mark.parametrize("name", ["instagram", "", None, 7])
async def test_what_is_not_of_a_page_is_not_found_here(house: House, name: object) -> None:
    with structlog.testing.capture_logs() as logs:
        status, text = await house.post(wire(a_body(an_entry(a_text())) | {"object": name}))
    assert (status, json.loads(text)["error"]["code"]) == (404, "not_found")
    assert [line["what"] for line in logs] == [f"object {name!r}"]
    assert house.inbox.kept == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.replace(b'"x"', b"9" * 5000),
        lambda raw: raw.replace(b'"x"', b"NaN"),
        lambda raw: raw.replace(b'"x"', b'"\\ud800"'),
        lambda raw: raw.replace(b'"x"', b'"\xff\xe0"'),
        lambda raw: b"\xef\xbb\xbf" + raw,
    ],
)
async def test_what_only_python_minds_costs_no_event(house: House, spoil: Callable[[bytes], bytes]) -> None:
    raw = spoil(wire(a_body(an_entry(a_text("one", "m_1")), {"id": PAGE.id, "later": "x"})))
    assert (await house.post(raw))[0] == 200
    assert house.inbox.texts == ["one"]


async def test_events_are_counted_by_kind_and_a_strange_one_is_logged_once_and_without_its_content(
    house: House,
) -> None:
    strange = an_item(response_feedback={"feedback": "গোপন"})
    with structlog.testing.capture_logs() as logs:
        for number in range(3):
            body = a_body(an_entry(a_text(mid=f"m_{number}"), strange, an_item(read={"watermark": 1})))
            assert (await house.post(wire(body)))[0] == 200
    assert [(line["log_level"], line["what"]) for line in logs] == [("info", "event with response_feedback")]
    kinds = {kind: house.figure("newsbot_received_total", kind=kind) for kind in ("text", "read", "strange", "failed")}
    assert kinds == {"text": 3, "read": 3, "strange": 3, "failed": 0}
    assert len(house.inbox.kept) == 3


async def test_the_test_button_and_another_pages_events_are_told_once_in_the_log(house: House) -> None:
    test = {"id": "0", "time": SENT, "changes": [{"field": "messages", "value": {"message": {"text": "গোপন"}}}]}
    others = {"id": "777", "time": SENT, "messaging": [a_text("গোপন") | {"recipient": {"id": "777"}}]}
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            assert (await house.post(wire(a_body(test, others))))[0] == 200
    assert [(line["log_level"], line.get("what")) for line in logs] == [
        ("info", "change of messages"),
        ("warning", None),
    ]
    assert "NEWSBOT_MESSENGER__PAGE_ID" in logs[1]["event"]
    assert "গোপন" not in str(logs)
    assert house.inbox.kept == []


async def test_while_the_inbox_is_away_messenger_is_asked_to_come_again(house: House) -> None:
    house.inbox.away = True
    async with house.client.post(house.url, data=RAW, headers=signed(RAW)) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert (await answer.json())["error"]["code"] == "service_unavailable"
    house.inbox.away = False
    assert (await house.post(RAW))[0] == 200
    assert house.inbox.texts == ["খেলার খবর"]


# --- with the real inbox ---------------------------------------------------------------------------------------------


async def test_what_is_delivered_again_with_another_entry_time_is_handled_once_and_in_order(redis: Redis) -> None:
    inbox = RedisInbox(redis, f"messenger:{PAGE.id}")
    webhook = MessengerWebhook(
        inbox, PAGE, app_secrets=(SECRET,), verify_token=VERIFY_TOKEN, metrics=Metrics(), clock=lambda: NOW
    )
    reaction = {"reaction": "love", "emoji": "❤️", "action": "react", "mid": "m_1"}
    items = [
        a_text("one", "m_" + "a" * 130),
        an_item(postback={"payload": "m:latest"}, timestamp=SENT + 1),
        an_item(reaction=reaction, timestamp=SENT + 2),
        an_echo("m_" + "b" * 130, metadata="12:0:3:4567", timestamp=SENT + 3),
        a_text("two", "m_" + "a" * 129 + "c", timestamp=SENT + 4),
    ]
    handled: list[IncomingMessage] = []

    async def handle(incoming: IncomingMessage) -> None:
        handled.append(incoming)

    app = aiohttp.web.Application()
    for (method, path), handler in webhook.handlers().items():
        app.router.add_route(method, path, handler)
    async with WebServer(app, "127.0.0.1", 0) as server, aiohttp.ClientSession() as client:
        working = asyncio.create_task(inbox.work(handle))
        for attempt in range(3):
            raw = wire(a_body(an_entry(*items, time=SENT + attempt), an_entry(*items[::-1], time=SENT + 50)))
            url = f"http://127.0.0.1:{server.port}{PATH}"
            async with client.post(url, data=raw, headers=signed(raw)) as answer:
                assert answer.status == 200
        await until(lambda: len(handled) >= len(items))
        while await inbox.waiting():
            await asyncio.sleep(0.01)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert [one.kind for one in handled] == [Kind.TEXT, Kind.BUTTON, Kind.REACTION, Kind.ECHO, Kind.TEXT]
