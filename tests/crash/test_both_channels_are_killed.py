"""The whole program is killed again and again while a broadcast goes out on both channels. They are the judges."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.domain.alert import Outcome
from tests.both_channels import PATIENCE, BothChannels, both_channels
from tests.telegram_sandbox import until

WORDS = "ভোট গণনা শেষ হয়েছে"
USERS = range(7_000_000_001, 7_000_000_081)
PERSONS = [f"61000000000000{number:02}" for number in range(80)]
KILLS, IN_FLIGHT = 3, 8


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[BothChannels]:
    rate = {"NEWSBOT_TELEGRAM__RATE": "20", "NEWSBOT_MESSENGER__RATE": "20"}
    async with both_channels(tmp_path, **rate, NEWSBOT_DELIVERY__IN_FLIGHT=str(IN_FLIGHT)) as newsroom:
        newsroom.telegram.add_virtual_users(USERS.start, len(USERS))
        for person in PERSONS:
            newsroom.messenger.readers.add_person("পাঠক", person_id=person, started=True)
        await newsroom.subscribe(USERS, PERSONS)
        yield newsroom


async def test_nobody_is_skipped_and_nobody_has_it_twice_on_either_channel(newsroom: BothChannels) -> None:
    chance = random.Random(5)
    async with newsroom.running():
        for person in PERSONS:
            newsroom.messenger.readers.send_text(person, "/help")
        await until(lambda: all(newsroom.said_to(person) for person in PERSONS), seconds=PATIENCE)
        status, _, err = await newsroom.run("broadcast", "--text", WORDS, "--yes")
        assert status == 0, err
        await until(lambda: len(newsroom.on_messenger()) >= 5, seconds=PATIENCE)

    def reached() -> int:
        return len(newsroom.on_telegram(WORDS)) + len(newsroom.on_messenger())

    for _ in range(KILLS):
        async with newsroom.running() as running:
            before = reached()
            await until(lambda before=before: reached() >= min(before + 10, 150), seconds=PATIENCE)  # type: ignore[misc]
            await asyncio.sleep(chance.random() / 4)
            await running.stop(signal.SIGKILL)
    async with newsroom.running():

        async def over() -> bool:
            status, out, _ = await newsroom.run("alerts", "list")
            return status == 0 and "done" in out

        async with asyncio.timeout(PATIENCE * 2):
            while not await over():
                await asyncio.sleep(1)
    totals = await newsroom.totals()
    assert set(newsroom.on_telegram(WORDS).values()) == set(newsroom.on_messenger().values()) == {1}
    for channel, reached_there in (
        ("telegram", len(newsroom.on_telegram(WORDS))),
        ("messenger", len(newsroom.on_messenger())),
    ):
        own = totals.channels[channel]
        assert (own.audience, own.skipped, own.settled) == (80, 0, 80)
        assert set(own.outcomes) <= {Outcome.SENT, Outcome.UNKNOWN}
        assert own.unknown <= KILLS * IN_FLIGHT
        assert own.sent <= reached_there <= own.sent + own.unknown
    # What Messenger took is known of it by its echo; what is unknown there was never sent.
    assert totals.channels["messenger"].sent == len(newsroom.on_messenger())
