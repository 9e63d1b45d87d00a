"""The platform stops sending events after an hour of failures: the watchdog asks for them again and says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from newsbot.channels.http_exchange import open_session
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.subscription import WANTED, missing_fields, subscribe
from newsbot.channels.messenger.watchdog import Subscribed, SubscriptionMemory, Watchdog
from newsbot.errors import StoreUnavailable
from tests.messenger_sandbox import MessengerSandbox, messenger_sandbox, webhook
from tests.telegram_sandbox import until

OFTEN = timedelta(seconds=0.02)


@pytest.fixture
async def sandbox() -> AsyncIterator[MessengerSandbox]:
    async with messenger_sandbox() as running:
        yield running


@pytest.fixture
async def api(sandbox: MessengerSandbox) -> AsyncIterator[GraphApi]:
    account = sandbox.state.account
    async with open_session() as session:
        yield GraphApi(session, account.id, account.token, account.app_secret, sandbox.url)


class Watching:
    """A watchdog, what editors should be told, and what it saw."""

    def __init__(self, api: GraphApi, redis: Redis, app_id: str = "") -> None:
        self.told: list[Subscribed] = []
        self.seen: list[Subscribed] = []
        self.store_away = False
        self.memory = SubscriptionMemory(redis, "messenger:101000000000007")
        self.dog = Watchdog(api, self.memory, tell=self._tell, seen=self.seen.append, app_id=app_id, every=OFTEN)

    async def _tell(self, found: Subscribed) -> None:
        if self.store_away:
            raise StoreUnavailable
        self.told.append(found)


@asynccontextmanager
async def running(watching: Watching) -> AsyncIterator[None]:
    task = asyncio.create_task(watching.dog.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_where_all_is_well_nothing_is_written_or_told(api: GraphApi, redis: Redis) -> None:
    await subscribe(api)
    watching = Watching(api, redis)
    assert await watching.dog.look() == Subscribed()
    assert watching.told == []
    assert watching.seen == [Subscribed()]


async def test_who_was_unsubscribed_after_an_hour_of_failures_is_subscribed_again_and_gets_what_is_written_then(
    api: GraphApi, redis: Redis, sandbox: MessengerSandbox
) -> None:
    reader = sandbox.readers.add_person("রহিম")
    watching = Watching(api, redis)
    async with webhook(sandbox) as hook:
        await watching.dog.look()
        hook.status = 500
        sandbox.readers.send_text(reader.id, "হারিয়ে গেল")
        await until(lambda: sandbox.state.webhook.failing_since is not None)
        sandbox.state.advance(3700)
        sandbox.readers.send_text(reader.id, "এটাও")
        await until(lambda: sandbox.state.webhook.fields == ())
        hook.status = 200
        async with running(watching):
            await until(lambda: watching.told != [])
        (told,) = watching.told
        assert told.deaf
        assert told.well
        sandbox.readers.send_text(reader.id, "আবার লিখলাম")
        await until(lambda: "আবার লিখলাম" in [item["message"]["text"] for item in hook.of("message")])
    assert watching.seen[:2] == [Subscribed(), Subscribed(missing=WANTED)]


async def test_a_missing_field_is_added_and_the_others_stay(
    api: GraphApi, redis: Redis, sandbox: MessengerSandbox
) -> None:
    fields = [one for one in WANTED if one != "messaging_policy_enforcement"]
    await sandbox.ok("POST", f"{api.page_id}/subscribed_apps", {"subscribed_fields": fields})
    watching = Watching(api, redis, sandbox.state.account.app_id)
    assert await watching.dog.look() == Subscribed(missing=("messaging_policy_enforcement",))
    assert watching.told == [Subscribed(missing=("messaging_policy_enforcement",))]
    assert not watching.told[0].deaf
    assert await missing_fields(api) == ()


async def test_a_refusal_is_told_once_and_again_when_it_was_mended_meanwhile(
    api: GraphApi, redis: Redis, sandbox: MessengerSandbox
) -> None:
    watching, access = Watching(api, redis), sandbox.state.access
    await watching.memory.note()
    for _ in range(3):
        access.trouble, access.expires_after = "", 1  # the question is answered, the subscribing refused
        found = await watching.dog.look()
        assert found is not None
        assert not found.well
    (told,) = watching.told
    assert told.refusal is not None
    assert "Session has expired" in str(told.refusal)
    access.trouble = ""
    assert await watching.dog.look() == Subscribed(missing=WANTED)
    await sandbox.ok("DELETE", f"{api.page_id}/subscribed_apps")
    access.expires_after = 1
    await watching.dog.look()
    assert len(watching.told) == 3


async def test_with_a_refused_token_nothing_is_known_and_nothing_told(
    api: GraphApi, redis: Redis, sandbox: MessengerSandbox
) -> None:
    watching = Watching(api, redis)
    sandbox.state.access.trouble = "expired"
    assert await watching.dog.look() is None
    assert (watching.told, watching.seen) == ([], [])


async def test_while_the_platform_is_away_nothing_is_told(redis: Redis) -> None:
    async with open_session() as session:
        watching = Watching(GraphApi(session, "101000000000007", "EAAx", "a-secret", "http://127.0.0.1:1"), redis)
        assert await watching.dog.look() is None
    assert watching.told == []
    assert watching.seen == []


async def test_what_could_not_be_told_is_told_at_the_next_look_and_once(api: GraphApi, redis: Redis) -> None:
    watching = Watching(api, redis)
    await watching.memory.note()
    watching.store_away = True
    assert await watching.dog.look() == Subscribed(missing=WANTED)
    watching.store_away = False
    for _ in range(2):
        assert await watching.dog.look() == Subscribed()
    assert watching.told == [Subscribed(missing=WANTED)]


async def test_a_page_that_was_never_subscribed_is_left_alone_until_somebody_subscribes_it(
    api: GraphApi, redis: Redis, sandbox: MessengerSandbox
) -> None:
    watching = Watching(api, redis)
    for _ in range(2):
        assert await watching.dog.look() == Subscribed(missing=WANTED, never=True)
    assert not watching.seen[0].well
    assert sandbox.state.webhook.fields == ()
    await subscribe(api)
    assert await watching.dog.look() == Subscribed()
    assert watching.told == []
    await sandbox.ok("DELETE", f"{api.page_id}/subscribed_apps")
    assert await Watching(api, redis).dog.look() == Subscribed(missing=WANTED)
