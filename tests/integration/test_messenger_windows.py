"""What may be written to whom and when, through the whole program and the Graph API's sandbox: a window closes, an
alert goes out, the reader comes back and catches up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from newsbot.sandbox.messenger.faults import Fault
from tests.both_channels import PATIENCE, BothChannels, both_channels
from tests.telegram_sandbox import until

WORDS = "ভোট গণনা শেষ হয়েছে"
OFFER = "আপনার জন্য ১টি খবর জমা আছে।"
PERSONS = [f"61000000000000{number:02}" for number in range(6)]
HEARD, UNHEARD = PERSONS[:3], PERSONS[3:]


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[BothChannels]:
    async with both_channels(tmp_path) as newsroom:
        for person in PERSONS:
            newsroom.messenger.readers.add_person("পাঠক", person_id=person, started=True)
        await newsroom.subscribe((), PERSONS)
        yield newsroom


async def hear(newsroom: BothChannels, *persons: str) -> None:
    """They say something, and are answered."""
    before = {person: len(newsroom.said_to(person)) for person in persons}
    for person in persons:
        newsroom.messenger.readers.send_text(person, "/help")
    await until(lambda: all(len(newsroom.said_to(one)) > before[one] for one in persons), seconds=PATIENCE)


async def broadcast(newsroom: BothChannels) -> None:
    status, _, err = await newsroom.run("broadcast", "--text", WORDS, "--yes")
    assert status == 0, err


async def sent(newsroom: BothChannels, count: int) -> None:
    """So many of all readers have got the newest alert, as its figures say."""
    seen = ""
    async with asyncio.timeout(PATIENCE * 2):
        while f"{count} of {len(PERSONS)} sent" not in seen:
            status, seen, err = await newsroom.run("alerts", "list")
            assert status == 0, err
            await asyncio.sleep(1)


async def test_who_wrote_lately_gets_it_and_the_others_are_offered_it_when_they_write(newsroom: BothChannels) -> None:
    async with newsroom.running():
        await hear(newsroom, *HEARD)
        await broadcast(newsroom)
        await until(lambda: set(newsroom.on_messenger()) == set(HEARD), seconds=PATIENCE)
        await sent(newsroom, 3)

        back = UNHEARD[0]
        await hear(newsroom, back)
        await newsroom.answered(back, OFFER)
        newsroom.messenger.readers.tap_quick_reply(back, title="দেখুন")
        await newsroom.answered(back, WORDS)
        await sent(newsroom, 4)

        await hear(newsroom, back)
        assert sum(OFFER in said for said in newsroom.said_to(back)) == 1
        assert sum(WORDS in said for said in newsroom.said_to(back)) == 1
        assert not any(OFFER in said for person in HEARD for said in newsroom.said_to(person))
    assert set(newsroom.on_messenger().values()) == {1}


async def test_a_window_that_only_the_platform_knows_to_be_closed_costs_nothing_but_time(
    newsroom: BothChannels,
) -> None:
    async with newsroom.running():
        await hear(newsroom, *PERSONS)
        shut = PERSONS[0]
        newsroom.messenger.readers.close_window(shut)
        await broadcast(newsroom)
        await until(lambda: set(newsroom.on_messenger()) == set(PERSONS) - {shut}, seconds=PATIENCE)
        await sent(newsroom, 5)
        await hear(newsroom, shut)
        await newsroom.answered(shut, OFFER)
        newsroom.messenger.readers.tap_quick_reply(shut, title="দেখুন")
        await newsroom.answered(shut, WORDS)
        await sent(newsroom, 6)


async def test_what_a_killed_program_left_unknown_is_settled_by_its_echo_and_never_sent_again(
    newsroom: BothChannels,
) -> None:
    async with newsroom.running() as running:
        await hear(newsroom, *PERSONS)
        # Accepted at once, answered late: the program dies without knowing. The echoes come when it lives again.
        newsroom.messenger.state.faults.add(Fault("slow_after", "messages", seconds=60))
        newsroom.messenger.state.faults.add(Fault("event_late", "message_echoes", seconds=30))
        await broadcast(newsroom)
        await until(lambda: set(newsroom.on_messenger()) == set(PERSONS), seconds=PATIENCE)
        running.process.kill()
        await running.process.wait()
    newsroom.messenger.state.faults.clear()
    async with newsroom.running():
        await sent(newsroom, 6)
    assert newsroom.on_messenger() == dict.fromkeys(PERSONS, 1)
