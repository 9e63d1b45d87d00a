"""Updates on their way into the inbox, by polling and by webhook: none is acknowledged before it is kept."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from newsbot.channels.telegram.api import TelegramApi
from newsbot.channels.telegram.polling import CONFLICT_PATIENCE, FIRST_PAUSE, LONGEST_PAUSE, Poller, pause_after
from newsbot.channels.telegram.webhook import BODY_LIMIT, PATH, SECRET_HEADER, register_webhook, webhook_handler
from newsbot.domain.attempt import Reason, Refused, Scope, TryLater, Unknown
from newsbot.domain.message import Kind
from newsbot.errors import ConfigurationError
from tests.telegram_sandbox import RecordingInbox, TelegramSandbox, running_app, telegram_sandbox, until

READER = 42
SECRET = "a-secret-of-the-tests_1"


@pytest.fixture
async def sandbox() -> AsyncIterator[TelegramSandbox]:
    async with telegram_sandbox() as sandbox:
        sandbox.readers.add_user("রহিমা", user_id=READER, started=True)
        yield sandbox


@pytest.fixture
def inbox() -> RecordingInbox:
    return RecordingInbox()


@asynccontextmanager
async def polling(sandbox: TelegramSandbox, inbox: RecordingInbox) -> AsyncIterator[asyncio.Task[None]]:
    poller = Poller(sandbox.api, inbox, sandbox.bot, long_poll=20, first_pause=timedelta(milliseconds=20))
    task = asyncio.create_task(poller.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ConfigurationError):
            await task


async def test_polled_updates_are_kept_in_order_and_then_forgotten_by_telegram(
    sandbox: TelegramSandbox, inbox: RecordingInbox
) -> None:
    sandbox.readers.send_text(READER, "before")
    async with polling(sandbox, inbox):
        await until(lambda: inbox.texts == ["before"])
        for i in range(250):
            sandbox.readers.send_text(READER, f"{i}")
        await until(lambda: len(inbox.kept) == 251)
        assert inbox.texts == ["before", *(str(i) for i in range(250))]
        await until(lambda: not sandbox.state.updates.waiting())


async def test_buttons_and_blocking_arrive_too(sandbox: TelegramSandbox, inbox: RecordingInbox) -> None:
    await sandbox.api.bot.send_message(
        READER, "x", api_kwargs={"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}}
    )
    async with polling(sandbox, inbox):
        sandbox.readers.press(READER, 1, data="b")
        sandbox.readers.block(READER)
        sandbox.readers.start(READER, "topic-sports")
        await until(lambda: len(inbox.kept) == 4)
    assert [(one.kind, one.action) for one in inbox.kept] == [
        (Kind.BUTTON, "b"),
        (Kind.BLOCKED, ""),
        (Kind.UNBLOCKED, ""),
        (Kind.START, "topic-sports"),
    ]


async def test_a_migrated_group_is_told(sandbox: TelegramSandbox, inbox: RecordingInbox) -> None:
    group = sandbox.readers.add_group("পাঠক", kind="group", members=(READER,))
    async with polling(sandbox, inbox):
        new = sandbox.readers.migrate(group.id)
        await until(lambda: any(one.kind is Kind.MOVED for one in inbox.kept))
    moves = {(one.address.user_id, one.action) for one in inbox.kept if one.kind is Kind.MOVED}
    assert moves == {(str(group.id), str(new.id))}


async def test_while_the_inbox_is_away_updates_stay_with_telegram(
    sandbox: TelegramSandbox, inbox: RecordingInbox
) -> None:
    inbox.away = True
    async with polling(sandbox, inbox):
        sandbox.readers.send_text(READER, "kept for later")
        await until(lambda: inbox.refused >= 2)
        assert [update.json()["message"]["text"] for update in sandbox.state.updates.waiting()] == ["kept for later"]
        inbox.away = False
        await until(lambda: inbox.texts == ["kept for later"])


async def test_an_update_fetched_by_a_poller_that_died_is_fetched_again(
    sandbox: TelegramSandbox, inbox: RecordingInbox
) -> None:
    async with polling(sandbox, inbox):
        sandbox.readers.send_text(READER, "one")
        await until(lambda: inbox.texts == ["one"])
    # Cancelled before it could ask for the next: to Telegram nothing is confirmed, to the inbox it is no news.
    sandbox.readers.send_text(READER, "two")
    async with polling(sandbox, inbox):
        await until(lambda: inbox.texts == ["one", "two"])


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        ("status", {"status": 500}),
        ("html", {"status": 502}),
        ("status", {"status": 429, "retry_after": 1}),
        ("drop_before", {}),
        ("drop_after", {}),
        ("half", {}),
    ],
)
async def test_polling_survives_what_goes_wrong_on_the_way(
    sandbox: TelegramSandbox, inbox: RecordingInbox, action: str, rule: dict[str, int]
) -> None:
    fault = sandbox.misbehave(action, "getUpdates", count=1, **rule)
    sandbox.readers.send_text(READER, "through")
    async with polling(sandbox, inbox):
        await until(lambda: inbox.texts == ["through"])
    assert fault.struck == 1


async def test_polling_ends_with_a_clear_line_when_the_token_is_refused(
    sandbox: TelegramSandbox, inbox: RecordingInbox
) -> None:
    sandbox.misbehave("status", "getUpdates", status=401)
    async with polling(sandbox, inbox) as task:
        with pytest.raises(ConfigurationError, match=r"NEWSBOT_TELEGRAM__TOKEN.*doesn't know this token"):
            await asyncio.wait_for(task, 5)


async def test_polling_removes_a_webhook_even_one_that_is_set_later(
    sandbox: TelegramSandbox, inbox: RecordingInbox
) -> None:
    async def set_webhook() -> None:  # more than once a second is refused
        await sandbox.api.patiently("setWebhook", lambda: sandbox.api.bot.set_webhook("http://127.0.0.1:1/hook"))

    await set_webhook()
    sandbox.readers.send_text(READER, "one")
    async with polling(sandbox, inbox):
        await until(lambda: inbox.texts == ["one"])
        await set_webhook()
        sandbox.readers.send_text(READER, "two")
        await until(lambda: inbox.texts == ["one", "two"])


async def test_cancelling_a_long_poll_takes_no_time(sandbox: TelegramSandbox, inbox: RecordingInbox) -> None:
    async with polling(sandbox, inbox) as task:
        sandbox.readers.send_text(READER, "one")
        await until(lambda: inbox.texts == ["one"])
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=1)
    assert done == {task}


@pytest.mark.parametrize(
    ("attempt", "failures", "pause"),
    [
        (Unknown(Reason.NO_ANSWER), 1, FIRST_PAUSE),
        (Unknown(Reason.SERVER_ERROR), 4, 8 * FIRST_PAUSE),
        (TryLater(timedelta(seconds=2), Reason.NO_CONNECTION), 3, 4 * FIRST_PAUSE),
        (None, 2, 2 * FIRST_PAUSE),
        (None, 10_000, LONGEST_PAUSE),
        (TryLater(timedelta(seconds=300), Reason.FLOOD, Scope.CHAT), 1, timedelta(seconds=300)),
        (Refused(Reason.CONFLICT), 1, CONFLICT_PATIENCE * FIRST_PAUSE),
    ],
)
def test_the_pause_grows_with_failures_and_obeys_telegram(
    attempt: TryLater | Refused | Unknown | None, failures: int, pause: timedelta
) -> None:
    assert pause_after(attempt, failures) == pause


# --- webhook ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def webhook(sandbox: TelegramSandbox, inbox: RecordingInbox) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post(PATH, webhook_handler(inbox, sandbox.bot, SECRET))
    async with running_app(app) as url:
        yield url


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


def an_update(update_id: int = 1, text: str = "hello") -> dict[str, object]:
    chat = {"id": READER, "type": "private", "first_name": "রহিমা"}
    return {"update_id": update_id, "message": {"message_id": 5, "date": 1, "chat": chat, "text": text}}


async def test_updates_come_through_the_webhook_in_order_and_once(
    sandbox: TelegramSandbox, inbox: RecordingInbox, webhook: str
) -> None:
    assert await register_webhook(sandbox.api, webhook, SECRET) is True
    for i in range(30):
        sandbox.readers.send_text(READER, f"{i}")
    await until(lambda: len(inbox.kept) == 30)
    assert inbox.texts == [str(i) for i in range(30)]
    await until(lambda: not sandbox.state.updates.waiting())


async def test_while_the_inbox_is_away_telegram_is_asked_to_come_again(
    sandbox: TelegramSandbox, inbox: RecordingInbox, webhook: str, client: aiohttp.ClientSession
) -> None:
    inbox.away = True
    async with client.post(webhook + PATH, json=an_update(), headers={SECRET_HEADER: SECRET}) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
    inbox.away = False
    async with client.post(webhook + PATH, json=an_update(), headers={SECRET_HEADER: SECRET}) as response:
        assert response.status == 200
    assert inbox.texts == ["hello"]


async def test_an_update_delivered_three_times_is_kept_once_and_acknowledged_each_time(
    inbox: RecordingInbox, webhook: str, client: aiohttp.ClientSession
) -> None:
    for _ in range(3):
        async with client.post(webhook + PATH, json=an_update(), headers={SECRET_HEADER: SECRET}) as response:
            assert response.status == 200
    assert inbox.texts == ["hello"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({SECRET_HEADER: "wrong"}, 403), ({SECRET_HEADER: ""}, 403), ({SECRET_HEADER: SECRET + "x"}, 403)],
)
async def test_without_the_secret_nothing_is_read_or_kept(
    inbox: RecordingInbox, webhook: str, client: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"update_id": 1'
        await asyncio.sleep(30)

    with suppress(aiohttp.ClientError):  # our body may be cut off; the answer is there before its end
        async with client.post(webhook + PATH, data=endless(), headers=headers) as response:
            assert response.status == status
    async with client.post(webhook + PATH, json=an_update(), headers=headers) as response:
        assert response.status == status
    assert inbox.kept == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"7", b"[" * 100_000, b'{"update_id": NaN'])
async def test_what_is_no_json_object_is_refused(
    inbox: RecordingInbox, webhook: str, client: aiohttp.ClientSession, body: bytes
) -> None:
    async with client.post(webhook + PATH, data=body, headers={SECRET_HEADER: SECRET}) as response:
        assert response.status == 400
    assert inbox.kept == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_a_megabyte_is_refused(
    inbox: RecordingInbox, webhook: str, client: aiohttp.ClientSession, chunked: bool
) -> None:
    large = json.dumps(an_update(text="ক" * BODY_LIMIT)).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    try:
        async with client.post(
            webhook + PATH, data=pieces() if chunked else io.BytesIO(large), headers={SECRET_HEADER: SECRET}
        ) as response:
            assert response.status == 413
    except aiohttp.ClientConnectionError:
        pass  # the server hung up while we were still sending
    assert inbox.kept == []


async def test_a_body_that_trickles_is_given_up(
    sandbox: TelegramSandbox, inbox: RecordingInbox, client: aiohttp.ClientSession
) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        for byte in json.dumps(an_update()).encode():
            yield bytes([byte])
            await asyncio.sleep(0.05)

    app = web.Application()
    app.router.add_post(PATH, webhook_handler(inbox, sandbox.bot, SECRET, body_patience=0.2))
    async with (
        running_app(app) as url,
        client.post(url + PATH, data=trickle(), headers={SECRET_HEADER: SECRET}) as response,
    ):
        assert response.status == 408
    assert inbox.kept == []


async def test_an_update_that_means_nothing_to_us_is_acknowledged(
    inbox: RecordingInbox, webhook: str, client: aiohttp.ClientSession
) -> None:
    update = {"update_id": 1, "something_of_next_year": {"x": 1}}
    async with client.post(webhook + PATH, json=update, headers={SECRET_HEADER: SECRET}) as response:
        assert response.status == 200
    assert inbox.kept == []


async def test_registering_again_changes_nothing_until_secret_or_address_change(
    sandbox: TelegramSandbox, webhook: str
) -> None:
    assert await register_webhook(sandbox.api, webhook, SECRET) is True
    assert await register_webhook(sandbox.api, webhook + "/", SECRET) is False
    assert await register_webhook(sandbox.api, webhook, "another-secret") is True
    assert await register_webhook(sandbox.api, "http://127.0.0.1:9", "another-secret") is True
    info = await sandbox.api.bot.get_webhook_info()
    assert info.url.startswith(f"http://127.0.0.1:9{PATH}?v=")
    assert "secret" not in info.url


async def test_a_changed_secret_reaches_telegram(sandbox: TelegramSandbox, inbox: RecordingInbox, webhook: str) -> None:
    await register_webhook(sandbox.api, webhook, "an-old-secret")
    await register_webhook(sandbox.api, webhook, SECRET)
    sandbox.readers.send_text(READER, "hello")
    await until(lambda: inbox.texts == ["hello"])


async def test_an_address_or_secret_that_telegram_refuses_is_a_mistake_in_the_settings(
    sandbox: TelegramSandbox,
) -> None:
    with pytest.raises(ConfigurationError, match=r"NEWSBOT_WEB__PUBLIC_URL: .*Telegram needs a public https address"):
        await register_webhook(sandbox.api, "ftp://nowhere", SECRET)
    with pytest.raises(ConfigurationError, match="NEWSBOT_TELEGRAM__WEBHOOK_SECRET"):
        await register_webhook(sandbox.api, "https://portal.example", "with spaces")


async def test_only_the_updates_that_we_understand_are_asked_for(sandbox: TelegramSandbox, webhook: str) -> None:
    await register_webhook(sandbox.api, webhook, SECRET)
    info = await sandbox.api.bot.get_webhook_info()
    assert set(info.allowed_updates) == {"message", "channel_post", "callback_query", "my_chat_member"}


async def test_two_pollers_are_told_apart_by_their_conflict(sandbox: TelegramSandbox, inbox: RecordingInbox) -> None:
    """Whichever asks last wins; the other says so and leaves Telegram alone for a while."""
    other = TelegramApi(sandbox.api._session, sandbox.state.account.token, api_url=sandbox.url)
    async with polling(sandbox, inbox):
        sandbox.readers.send_text(READER, "one")
        await until(lambda: inbox.texts == ["one"])
        await other.raw("getUpdates", {"timeout": 0})
        sandbox.readers.send_text(READER, "two")
        await until(lambda: inbox.texts == ["one", "two"])
