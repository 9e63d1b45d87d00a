"""Both channels in one process, against both platforms' sandboxes: what one meets costs the other nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.both_channels import PATIENCE, BothChannels, both_channels
from tests.telegram_sandbox import until

WORDS = "ভোট গণনা শেষ হয়েছে"
USERS = range(7_000_000_001, 7_000_000_021)
PERSONS = [f"61000000000000{number:02}" for number in range(20)]


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[BothChannels]:
    async with both_channels(tmp_path) as newsroom:
        newsroom.telegram.add_virtual_users(USERS.start, len(USERS))
        for person in PERSONS:
            newsroom.messenger.readers.add_person("পাঠক", person_id=person, started=True)
        await newsroom.subscribe(USERS, PERSONS)
        yield newsroom


async def _all_write(newsroom: BothChannels) -> None:
    """Every reader of the Page says something, and is answered: their windows are open."""
    for person in PERSONS:
        newsroom.messenger.readers.send_text(person, "/help")
    await until(lambda: all(newsroom.said_to(person) for person in PERSONS), seconds=PATIENCE)


async def test_a_reader_of_the_page_is_answered_and_told_once_that_this_is_a_bot(newsroom: BothChannels) -> None:
    person = PERSONS[0]
    async with newsroom.running() as running:
        newsroom.messenger.readers.send_text(person, "/help")
        await newsroom.answered(person, "দৈনিক নমুনা-এর বট")
        newsroom.messenger.readers.send_text(person, "/mytopics")
        await newsroom.answered(person, "খেলা")
        assert sum("-এর বট" in said for said in newsroom.said_to(person)) == 1
        assert await running.stop() == 0


async def test_a_broadcast_reaches_both_channels(newsroom: BothChannels) -> None:
    async with newsroom.running():
        await _all_write(newsroom)
        status, out, err = await newsroom.run("broadcast", "--text", WORDS, "--yes")
        assert status == 0, err
        assert "This goes to 40 readers" in out
        await until(
            lambda: len(newsroom.on_telegram(WORDS)) == len(USERS) and len(newsroom.on_messenger()) == len(PERSONS),
            seconds=PATIENCE,
        )
    assert set(newsroom.on_telegram(WORDS).values()) == set(newsroom.on_messenger().values()) == {1}
