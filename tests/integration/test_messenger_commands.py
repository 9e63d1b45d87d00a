"""What an operator does for a Facebook Page, as they do it: the real program against the sandbox's Graph API."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from newsbot.channels.messenger.enforcement import Action, Enforcement, Measure
from newsbot.channels.messenger.subscription import WANTED
from newsbot.redis_client import connect
from newsbot.sandbox import DEMO_BOT_NAME
from newsbot.sandbox.demo import create_sandbox_app
from newsbot.sandbox.messenger import PageAccount
from tests.builders import NOW
from tests.newsroom_folder import Newsroom
from tests.redis_server import RedisServer
from tests.telegram_sandbox import running_app

PAGE = PageAccount()
MENU_LINE = r"^menu \(default\): new, with “সর্বশেষ খবর”, .*$"


class PageNewsroom(Newsroom):
    """A newsroom that has a Page, and a bot too."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder, address)
        self.set(
            PAGE_ID=PAGE.id,
            PAGE_TOKEN=PAGE.token,
            APP_SECRET=PAGE.app_secret,
            VERIFY_TOKEN=PAGE.verify_token,
            API_URL=address,
        )

    def set(self, **settings: str) -> None:
        lines = [f"NEWSBOT_MESSENGER__{name}={value}\n" for name, value in settings.items()]
        self.env_file.write_text(self.env_file.read_text("utf-8") + "".join(lines), "utf-8")

    def drop(self, prefix: str) -> None:
        lines = self.env_file.read_text("utf-8").splitlines(keepends=True)
        self.env_file.write_text("".join(line for line in lines if not line.startswith(prefix)), "utf-8")

    async def graph(self, verb: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A call that must succeed."""
        headers = {"Authorization": f"Bearer {PAGE.token}"}
        url = f"{self.sandbox}/v26.0/{path}"
        async with aiohttp.ClientSession() as session, session.request(verb, url, json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            parsed: dict[str, Any] = await answer.json()
            return parsed

    async def findings(self) -> dict[str, str]:
        """What the doctor says of each thing, with its state in front."""
        _, out, err = await self.run("doctor")
        assert err == ""
        return {what: f"{state} {words}" for state, what, words in re.findall(r"^(\w+) +([^:]+): (.*)$", out, re.M)}


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[PageNewsroom]:
    async with running_app(create_sandbox_app(None)) as address:
        yield PageNewsroom(tmp_path, address)


async def test_sync_says_what_differs_writes_it_and_then_has_nothing_to_do(newsroom: PageNewsroom) -> None:
    status, out, err = await newsroom.run("messenger", "sync", "--dry-run")
    assert (status, err) == (0, "")
    assert "Get Started button: none → GET_STARTED\n" in out
    assert re.search(MENU_LINE, out, re.M)
    assert out.endswith("Nothing was written (--dry-run).\n")
    assert (await newsroom.graph("GET", "me/messenger_profile?fields=greeting"))["data"] == []
    status, out, _ = await newsroom.run("messenger", "sync")
    assert status == 0
    assert re.search(MENU_LINE, out, re.M)
    assert out.endswith("Written. Facebook may take a day to show it to everyone.\n")
    assert await newsroom.run("messenger", "sync") == (0, "The Page shows everything as it should.\n", "")


async def test_subscribe_asks_for_what_is_missing_and_says_it(newsroom: PageNewsroom) -> None:
    await newsroom.graph("POST", f"{PAGE.id}/subscribed_apps", {"subscribed_fields": list(WANTED[1:])})
    assert await newsroom.run("messenger", "subscribe") == (0, "The app now gets messages.\n", "")
    (app,) = (await newsroom.graph("GET", f"{PAGE.id}/subscribed_apps"))["data"]
    assert set(app["subscribed_fields"]) == set(WANTED)
    assert await newsroom.run("messenger", "subscribe") == (0, "The app gets all 12 kinds of events already.\n", "")


async def test_resume_ends_a_block_that_we_were_not_told_the_end_of(newsroom: PageNewsroom, tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    await server.start()
    redis = await connect(server.url)
    try:
        newsroom.env_file.write_text(
            newsroom.env_file.read_text("utf-8") + f"NEWSBOT_REDIS_URL={server.url}\n", "utf-8"
        )
        enforcement = Enforcement(redis, f"messenger:{PAGE.id}")
        await enforcement.note(Measure(Action.BLOCK, "Spam", NOW))
        found = await newsroom.findings()
        assert found["page standing"].startswith("WRONG blocked since 2025-11-18 11:45 UTC (Spam); ")
        status, out, _ = await newsroom.run("messenger", "resume")
        assert (status, out) == (0, "Blocked since 2025-11-18 11:45 UTC (Spam); alerts on Messenger now go on.\n")
        assert await enforcement.blocked() is None
        status, out, _ = await newsroom.run("messenger", "resume")
        assert (status, out) == (0, "The Page is not blocked, as far as we were told.\n")
    finally:
        await redis.aclose()
        server.kill()


@pytest.mark.parametrize("command", ["sync", "subscribe", "resume"])
async def test_without_a_page_a_command_says_how_one_is_connected(newsroom: PageNewsroom, command: str) -> None:
    newsroom.drop("NEWSBOT_MESSENGER__")
    status, out, err = await newsroom.run("messenger", command)
    assert (status, out) == (2, "")
    assert err.startswith("newsbot: NEWSBOT_MESSENGER__PAGE_ID: it is missing; docs/messenger.md says")


async def test_a_wrong_token_is_told_in_one_line_without_showing_it(newsroom: PageNewsroom) -> None:
    newsroom.set(PAGE_TOKEN="EAAanother-token")
    for command in ("sync", "subscribe"):
        status, _, err = await newsroom.run("messenger", command)
        assert status == 2
        assert err.startswith("newsbot: NEWSBOT_MESSENGER__PAGE_TOKEN: ")
        assert "EAAanother-token" not in err


# --- the doctor -------------------------------------------------------------------------------------------------------


async def test_the_doctor_finds_what_a_new_page_lacks_and_after_the_two_commands_nothing(
    newsroom: PageNewsroom,
) -> None:
    found = await newsroom.findings()
    assert found["messenger"] == f"ok the token is that of the Page “{DEMO_BOT_NAME}” ({PAGE.id})"
    assert found["app secret"].startswith("ok ")
    assert found["graph version"] == "ok v26.0; its end is not announced"
    assert found["subscription"] == "WRONG the app gets nothing that readers write: newsbot messenger subscribe"
    assert found["webhook"].startswith("note NEWSBOT_WEB__PUBLIC_URL is missing")
    assert found["profile"].startswith("note it differs: Get Started button: none → GET_STARTED (and ")
    assert found["by hand"].startswith("note ")
    assert "page standing" not in found
    assert found["telegram"].startswith("ok ")
    await newsroom.run("messenger", "subscribe")
    await newsroom.run("messenger", "sync")
    status, out, _ = await newsroom.run("doctor")
    assert status == 0
    assert "WRONG" not in out
    assert "ok     subscription: the app gets all 12 kinds of events of the Page\n" in out
    assert "ok     profile: greeting, menu and first questions stand as they should\n" in out


async def test_the_doctor_of_a_newsroom_with_only_a_page_asks_for_no_bot(newsroom: PageNewsroom) -> None:
    newsroom.drop("NEWSBOT_TELEGRAM__")
    found = await newsroom.findings()
    assert "telegram" not in found
    assert found["messenger"].startswith("ok ")


async def test_the_doctor_names_the_setting_that_is_wrong_and_shows_no_secret(newsroom: PageNewsroom) -> None:
    newsroom.drop("NEWSBOT_MESSENGER__PAGE_TOKEN")
    newsroom.set(PAGE_TOKEN="EAAanother-token")
    status, out, _ = await newsroom.run("doctor")
    assert status == 1
    assert "WRONG  messenger: NEWSBOT_MESSENGER__PAGE_TOKEN: " in out
    assert "EAAanother-token" not in out
    assert PAGE.app_secret not in out
