"""Webhook mode as a process: Telegram calls the running bot, through the inbox to the reader's phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from newsbot.sandbox.telegram import FloodLimits, ReaderSide, SandboxState, create_telegram_app
from newsbot.sandbox.telegram.server import ServerOptions
from newsbot.sandbox.telegram.webhook_sender import RetryPolicy
from tests.newsroom_folder import NEWSROOM, TOKEN
from tests.programs import WITHIN, free_port, program, ready
from tests.telegram_sandbox import running_app, until

SECRET = "a-secret-of-these-tests_0123456789"
READER = 7_000_000_001


class Town:
    """A newsroom's folder, the sandbox's Telegram and one reader."""

    def __init__(self, folder: Path, state: SandboxState, url: str) -> None:
        (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
        self.folder, self.state, self.readers = folder, state, ReaderSide(state)
        self.readers.add_user("পাঠক", user_id=READER)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "NEWSBOT_TELEGRAM__TOKEN": TOKEN,
            "NEWSBOT_TELEGRAM__API_URL": url,
            "NEWSBOT_TELEGRAM__MODE": "webhook",
            "NEWSBOT_TELEGRAM__WEBHOOK_SECRET": SECRET,
            "NEWSBOT_WEB__PORT": str(self.port),
            "NEWSBOT_WEB__PUBLIC_URL": self.address,
            "NEWSBOT_LOG__LEVEL": "debug",
        }

    def answers(self) -> list[str]:
        return [one.get("text", "") for one in self.readers.view(READER, READER) if one["from"]["id"] != READER]

    async def answered(self, text: str) -> str:
        """What the bot writes once the reader has written this."""
        before = len(self.answers())
        self.readers.send_text(READER, text)
        await until(lambda: len(self.answers()) > before, seconds=WITHIN)
        return self.answers()[before]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    state = SandboxState.open(token=TOKEN, limits=FloodLimits(per_second=0, chat_per_second=0, group_per_minute=0))
    options = ServerOptions(webhook_retry=RetryPolicy(base=0.05, cap=(0.2, 0.2), timeout=5))
    async with running_app(create_telegram_app(state, options)) as url:
        yield Town(tmp_path, state, url)
    state.close()


async def test_readers_are_answered_and_no_secret_is_logged(town: Town) -> None:
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await ready(town.port, running)
        await town.answered("/start")
        assert "খেলা" in await town.answered("/subscribe খেলা")
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{town.address}/telegram/webhook", json={"update_id": 1}) as answer:
                told = {"error": {"code": "unauthorized", "message": "The secret token is missing."}}
                assert (answer.status, await answer.json()) == (401, told)
            async with session.get(f"{town.address}/metrics") as answer:
                assert 'newsbot_events_total{channel="telegram"} 2.0' in (await answer.text()).splitlines()
        assert await running.stop() == 0
    assert "updates=webhook" in running.err
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET):
        assert secret not in running.out + running.err


async def test_what_comes_while_the_bot_is_down_is_answered_when_it_is_back(town: Town) -> None:
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await ready(town.port, running)
        await town.answered("/start")
        assert await running.stop() == 0
    before = len(town.answers())
    town.readers.send_text(READER, "/subscribe খেলা")
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await until(lambda: len(town.answers()) > before, seconds=WITHIN)
        assert "webhook set" not in running.err  # the address and the secret are still the same
        assert await running.stop() == 0
    assert "খেলা" in town.answers()[before]


async def test_back_to_polling_nothing_is_lost(town: Town) -> None:
    async with program("run", folder=town.folder, settings=town.settings) as running:
        await ready(town.port, running)
        await town.answered("/start")
        assert await running.stop() == 0
    polling = {name: value for name, value in town.settings.items() if "WEBHOOK" not in name}
    polling |= {"NEWSBOT_TELEGRAM__MODE": "polling"}
    before = len(town.answers())
    town.readers.send_text(READER, "/subscribe খেলা")
    async with program("run", folder=town.folder, settings=polling) as running:
        await until(lambda: len(town.answers()) > before, seconds=WITHIN)
        assert await running.stop() == 0
    assert "খেলা" in town.answers()[before]
