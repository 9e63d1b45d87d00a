"""A Page in operation, seen from outside: the running program, Facebook's sandbox, and the editor's phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from newsbot.channels.messenger.subscription import WANTED
from tests.both_channels import PATIENCE, BothChannels, both_channels
from tests.programs import program, ready
from tests.telegram_sandbox import until

WORDS = "ভোট গণনা শেষ হয়েছে"


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[BothChannels]:
    async with both_channels(tmp_path) as newsroom:
        yield newsroom


async def figure(newsroom: BothChannels, name: str) -> float | None:
    """Of the running program's figures, Messenger's."""
    url = f"http://127.0.0.1:{newsroom.port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        lines = (await answer.text()).splitlines()
    return next((float(one.split()[-1]) for one in lines if one.startswith(f'{name}{{channel="messenger"}}')), None)


async def _until_figure(newsroom: BothChannels, name: str, value: float) -> None:
    async with asyncio.timeout(PATIENCE):
        while await figure(newsroom, name) != value:
            await asyncio.sleep(0.1)


async def test_the_doctor_reaches_the_webhook_of_the_running_program(newsroom: BothChannels) -> None:
    newsroom.settings["NEWSBOT_WEB__PUBLIC_URL"] = url = f"http://127.0.0.1:{newsroom.port}"
    async with newsroom.running() as running:
        _, out, err = await newsroom.run("doctor")
        assert f"ok     webhook: {url}/messenger/webhook answers with the challenge\n" in out, err
        assert f"ok     webhook address: {url}/messenger/webhook\n" in out
        assert f"ok     subscription: the app gets all {len(WANTED)} kinds of events of the Page\n" in out
        assert await running.stop() == 0


async def test_a_page_that_lost_its_subscription_is_subscribed_again_and_the_editor_is_told(
    newsroom: BothChannels,
) -> None:
    page, webhook = newsroom.messenger.state.account.id, newsroom.messenger.state.webhook
    status, out, _ = await newsroom.run("messenger", "subscribe")
    assert (status, out) == (0, f"The app now gets {', '.join(WANTED)}.\n")
    async with program("run", folder=newsroom.folder, settings=newsroom.settings) as running:
        await ready(newsroom.port, running)
        await _until_figure(newsroom, "newsbot_webhook_subscribed", 1)
        assert await running.stop() == 0
    await newsroom.messenger.ok("DELETE", f"{page}/subscribed_apps")
    async with program("run", folder=newsroom.folder, settings=newsroom.settings) as running:
        await ready(newsroom.port, running)
        await until(lambda: any("মাঝের সময়ে লেখা বার্তাগুলো" in said for said in newsroom.told_editor()), seconds=PATIENCE)
        assert set(webhook.fields) == set(WANTED)
        await _until_figure(newsroom, "newsbot_webhook_resubscriptions_total", 1)
        assert await figure(newsroom, "newsbot_webhook_subscribed") == 1


async def test_a_block_holds_alerts_on_the_page_until_it_is_lifted_and_editors_are_told_of_both(
    newsroom: BothChannels,
) -> None:
    person, reader, sandbox = "6100000000000001", 7_000_000_001, newsroom.messenger
    newsroom.telegram.add_virtual_users(reader, 1)
    sandbox.readers.add_person("পাঠক", person_id=person, started=True)
    await newsroom.subscribe([reader], [person])
    async with newsroom.running():
        sandbox.readers.send_text(person, "/help")
        await until(lambda: bool(newsroom.said_to(person)), seconds=PATIENCE)
        await sandbox.order("POST", "/enforcement", {"action": "block", "reason": "Spam"})
        await _until_figure(newsroom, "newsbot_channel_halted", 1)
        await _until_told(newsroom, "মেসেঞ্জার আমাদের অ্যাকাউন্ট", "Spam")
        status, _, err = await newsroom.run("broadcast", "--text", WORDS, "--yes")
        assert status == 0, err
        await until(lambda: newsroom.on_telegram(WORDS)[reader] == 1, seconds=PATIENCE)
        assert newsroom.on_messenger()[person] == 0
        await sandbox.order("POST", "/enforcement", {"action": "unblock"})
        await until(lambda: newsroom.on_messenger()[person] == 1, seconds=PATIENCE)
        await _until_figure(newsroom, "newsbot_channel_halted", 0)
        await _until_told(newsroom, "মেসেঞ্জার", "আবার")


async def test_an_operator_ends_a_block_while_the_program_runs(newsroom: BothChannels) -> None:
    async with newsroom.running():
        newsroom.messenger.readers.add_person("পাঠক", started=True)
        await newsroom.messenger.order("POST", "/enforcement", {"action": "block"})
        await _until_figure(newsroom, "newsbot_channel_halted", 1)
        status, out, err = await newsroom.run("messenger", "resume")
        assert (status, err) == (0, "")
        assert out.endswith("alerts on Messenger now go on.\n")
        await _until_figure(newsroom, "newsbot_channel_halted", 0)
        await _until_told(newsroom, "পরিচালক")


async def _until_told(newsroom: BothChannels, *words: str) -> None:
    """The editor, in one message."""
    await until(lambda: any(all(one in said for one in words) for said in newsroom.told_editor()), seconds=PATIENCE)
