"""The Page's profile on the Graph API sandbox: read, written once where it differs, within ten calls in ten minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis

from newsbot.channels.http_exchange import open_session
from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.profile import wanted_profile
from newsbot.channels.messenger.profile_sync import ProfileCalls, ProfileSync, TooManyCalls
from newsbot.conversation.menu import standing_menu
from newsbot.errors import ChannelUnavailable
from newsbot.i18n import Catalog
from tests.builders import NOW, a_newsroom, some_topics
from tests.messenger_sandbox import MessengerSandbox, messenger_sandbox

WANTED, _ = wanted_profile(standing_menu(Catalog.load(), a_newsroom(), some_topics()), default="bn")
PAGE = "messenger:101000000000007"


@pytest.fixture
async def sandbox() -> AsyncIterator[MessengerSandbox]:
    async with messenger_sandbox() as running:
        yield running


@pytest.fixture
async def api(sandbox: MessengerSandbox) -> AsyncIterator[GraphApi]:
    account = sandbox.state.account
    async with open_session() as session:
        yield GraphApi(session, account.id, account.token, account.app_secret, sandbox.url)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sync(api: GraphApi, redis: Redis, clock: Clock) -> ProfileSync:
    return ProfileSync(api, ProfileCalls(redis, PAGE), clock=clock)


async def test_what_was_written_stands_and_does_not_differ_any_more(
    sync: ProfileSync, sandbox: MessengerSandbox
) -> None:
    found = await sync.differences(WANTED)
    assert [one.field for one in found] == [
        "get_started",
        *["greeting"] * 3,
        *["persistent_menu"] * 3,
        *["ice_breakers"] * 3,
    ]
    await sync.write(WANTED, found)
    profile = sandbox.state.profile
    assert profile.menu("bn_IN")[0]["title"] == "সর্বশেষ খবর"
    assert profile.menu("en_GB")[0]["title"] == "Latest news"
    assert profile.ice_breakers("en_US")[0]["question"] == "Begin, and choose my topics"
    assert "দৈনিক প্রভাত" in profile.greeting("bn_IN")
    assert await sync.differences(WANTED) == ()


async def test_only_the_field_that_differs_is_written(sync: ProfileSync, sandbox: MessengerSandbox) -> None:
    await sync.write(WANTED, await sync.differences(WANTED))
    menu = sandbox.state.profile.fields["persistent_menu"]
    sandbox.state.profile.fields["greeting"] = [{"locale": "default", "text": "Hello"}]
    await sync.write(WANTED, await sync.differences(WANTED))
    assert sandbox.state.profile.fields["persistent_menu"] is menu
    assert await sync.differences(WANTED) == ()


async def test_commands_that_hide_the_menu_are_taken_away(sync: ProfileSync, sandbox: MessengerSandbox) -> None:
    await sync.write(WANTED, await sync.differences(WANTED))
    commands = [{"locale": "default", "commands": [{"name": "latest", "description": "Latest headlines"}]}]
    await sandbox.ok("POST", "me/messenger_profile", {"commands": commands})
    assert sandbox.state.profile.menu("bn_IN") == []
    (found,) = await sync.differences(WANTED)
    await sync.write(WANTED, (found,))
    assert sandbox.state.profile.menu("bn_IN") != []


async def test_the_eleventh_call_in_ten_minutes_is_not_made(
    sync: ProfileSync, clock: Clock, api: GraphApi, redis: Redis
) -> None:
    for _ in range(10):
        await sync.differences(WANTED)
        clock.now += timedelta(seconds=20)
    another = ProfileSync(api, ProfileCalls(redis, PAGE), clock=clock)
    for refused in (sync, another, another):
        with pytest.raises(TooManyCalls, match=r"10 calls about the profile in 10 minutes\. Try again in 7 minutes"):
            await refused.differences(WANTED)
    clock.now = NOW + timedelta(minutes=10)
    with pytest.raises(ChannelUnavailable):  # the platform's clock says otherwise
        await sync.differences(WANTED)


async def test_another_pages_calls_are_its_own(redis: Redis) -> None:
    for _ in range(10):
        await ProfileCalls(redis, PAGE).take(NOW)
    await ProfileCalls(redis, "messenger:7").take(NOW)
    with pytest.raises(TooManyCalls):
        await ProfileCalls(redis, PAGE).take(NOW)
