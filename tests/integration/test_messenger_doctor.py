"""What the doctor says of a Page, asked of the sandbox's Graph API and of webhooks that answer this and that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from newsbot.bootstrap import Parts
from newsbot.config import Settings
from newsbot.doctor_messenger import examine_page
from newsbot.domain.finding import State
from newsbot.errors import ConfigurationError
from newsbot.messenger_page import MessengerPage
from tests.messenger_sandbox import MessengerSandbox, messenger_sandbox, webhook
from tests.telegram_sandbox import running_app

NEWSROOM = """[newsroom]
name = { bn = "দৈনিক নমুনা", en = "The Daily Sample" }
site = "https://www.example.com"

[[topics]]
id = "sports"
name = { bn = "খেলা", en = "Sports" }
"""


@pytest.fixture
async def sandbox() -> AsyncIterator[MessengerSandbox]:
    async with messenger_sandbox() as running:
        yield running


@pytest.fixture
def settings_of(sandbox: MessengerSandbox, redis_server: str, tmp_path: Path, redis: object) -> Callable[..., Settings]:
    """Those of the sandbox's Page; what is named differs."""
    (tmp_path / "newsroom.toml").write_text(NEWSROOM, "utf-8")
    account = sandbox.state.account
    right = {
        "page_id": account.id,
        "page_token": account.token,
        "app_secret": account.app_secret,
        "verify_token": account.verify_token,
        "api_url": sandbox.url,
    }

    def settings(public_url: str | None = None, **messenger: str) -> Settings:
        return Settings(
            _env_file=None,  # type: ignore[call-arg]
            redis_url=redis_server,
            newsroom=tmp_path / "newsroom.toml",
            messenger={**right, **messenger},
            web={"public_url": public_url},
        )

    return settings


async def findings(settings: Settings) -> dict[str, tuple[State, str]]:
    async with Parts(settings) as parts:
        found = await examine_page(parts)
    assert len({one.what for one in found}) == len(found)
    return {one.what: (one.state, one.words) for one in found}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("page_token", "EAAanother-token", "NEWSBOT_MESSENGER__PAGE_TOKEN: "),
        ("app_secret", "another-secret-of-the-app", "NEWSBOT_MESSENGER__APP_SECRET: "),
        ("graph_version", "v99.0", "NEWSBOT_MESSENGER__GRAPH_VERSION: "),
        ("page_id", "101000000000008", "NEWSBOT_MESSENGER__PAGE_TOKEN: this token is that of 101000000000007"),
    ],
)
async def test_the_setting_that_is_wrong_is_named_and_no_secret_shown(
    settings_of: Callable[..., Settings], name: str, value: str, words: str
) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        await findings(settings_of(**{name: value}))
    assert str(refusal.value).startswith(words)
    assert value not in str(refusal.value) or name in ("page_id", "graph_version")


async def test_an_expired_token_is_told(settings_of: Callable[..., Settings], sandbox: MessengerSandbox) -> None:
    sandbox.state.access.trouble = "expired"
    with pytest.raises(ConfigurationError, match=r"^NEWSBOT_MESSENGER__PAGE_TOKEN: .*Session has expired"):
        await findings(settings_of())


async def test_an_old_graph_version_is_told_though_it_is_served(settings_of: Callable[..., Settings]) -> None:
    assert (await findings(settings_of(graph_version="v19.0")))["graph version"] == (
        State.WRONG,
        "v19.0 ended on 2026-09-24; another answers in its place: set NEWSBOT_MESSENGER__GRAPH_VERSION=v26.0",
    )


async def test_of_a_page_in_order_only_what_no_call_tells_is_noted(
    settings_of: Callable[..., Settings], sandbox: MessengerSandbox
) -> None:
    async with answering(200) as address:
        await sandbox.order("PUT", "/webhook", {"url": f"{address}/messenger/webhook"})
        settings = settings_of(address)
        async with Parts(settings) as parts:
            page = MessengerPage(parts)
            sync, (wanted, _) = await page.sync(), page.profile()
            await sync.write(wanted, await sync.differences(wanted))
        found = await findings(settings)
    assert {what: state for what, (state, _) in found.items()} == {
        "messenger": State.WELL,
        "app secret": State.WELL,
        "graph version": State.WELL,
        "page token": State.WELL,
        "permissions": State.WELL,
        "subscription": State.WELL,
        "webhook address": State.WELL,
        "webhook": State.WELL,
        "profile": State.WELL,
        "by hand": State.NOTE,
    }
    assert found["page token"][1] == "it does not expire"


async def test_a_missing_permission_is_told(settings_of: Callable[..., Settings], sandbox: MessengerSandbox) -> None:
    sandbox.state.standing.permissions = ("pages_messaging", "pages_show_list")
    state, words = (await findings(settings_of()))["permissions"]
    assert state is State.WRONG
    assert words.startswith("the token lacks pages_manage_metadata: ")


# --- the webhook ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def answering(status: int, text: str = "") -> AsyncIterator[str]:
    """A server where our webhook should be; `text` '' is the challenge."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=text or request.query["hub.challenge"])

    app = web.Application()
    app.router.add_get("/messenger/webhook", answer)
    async with running_app(app) as address:
        yield address


@pytest.mark.parametrize(
    ("status", "text", "state", "words"),
    [
        (200, "", State.WELL, "answers with the challenge"),
        (200, "It works!", State.WRONG, "answers 200, not as newsbot does"),
        (404, "no", State.WRONG, "answers 404, not as newsbot does"),
        (302, "no", State.WRONG, "answers 302, not as newsbot does"),
        (403, "no", State.WRONG, "refuses NEWSBOT_MESSENGER__VERIFY_TOKEN"),
        (502, "no", State.NOTE, "answers 502; with newsbot running, ask again"),
    ],
)
async def test_what_answers_at_the_webhook_is_told(
    settings_of: Callable[..., Settings], status: int, text: str, state: State, words: str
) -> None:
    async with answering(status, text) as address:
        found = (await findings(settings_of(address)))["webhook"]
    assert found[0] is state
    assert words in found[1]


async def test_an_app_that_calls_another_address_is_told(
    settings_of: Callable[..., Settings], sandbox: MessengerSandbox
) -> None:
    async with answering(200) as ours, webhook(sandbox) as other:
        state, words = (await findings(settings_of(ours)))["webhook address"]
    assert state is State.WRONG
    assert words.startswith(f"the app has {other.url}: ")
    assert f"{ours}/messenger/webhook" in words


async def test_where_nothing_answers_the_verify_token_is_not_shown(
    settings_of: Callable[..., Settings], sandbox: MessengerSandbox
) -> None:
    state, words = (await findings(settings_of("http://127.0.0.1:1")))["webhook"]
    assert state is State.NOTE
    assert words.startswith("nothing answers at http://127.0.0.1:1/messenger/webhook (ClientConnectorError)")
    assert sandbox.state.account.verify_token not in words
