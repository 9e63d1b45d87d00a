"""Both channels in one process, against both platforms' sandboxes: what one meets costs the other nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

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
        assert "  telegram: 20 now\n  messenger: 20 now\n" in out
        await until(
            lambda: len(newsroom.on_telegram(WORDS)) == len(USERS) and len(newsroom.on_messenger()) == len(PERSONS),
            seconds=PATIENCE,
        )
    assert set(newsroom.on_telegram(WORDS).values()) == set(newsroom.on_messenger().values()) == {1}


async def test_a_reader_who_connects_both_chats_is_told_once_where_it_can_be(newsroom: BothChannels) -> None:
    user, person = USERS.stop, PERSONS[0]
    newsroom.telegram.add_user("পাঠক", user_id=user, started=True)
    await newsroom.subscribe([user], [])
    async with newsroom.running():
        await _all_write(newsroom)
        newsroom.telegram.send_text(user, "/link")
        link = await _link(newsroom, user)
        assert link.startswith(f"https://m.me/{newsroom.messenger.state.account.id}?ref=link_")
        newsroom.messenger.readers.open_link(person, link.partition("?ref=")[2])
        await newsroom.answered(person, "আপনার টেলিগ্রাম চ্যাটের সঙ্গে যুক্ত করবেন?")
        newsroom.messenger.readers.tap_quick_reply(person, title="হ্যাঁ")
        await newsroom.answered(person, "এখন এক")

        await _broadcast(newsroom, WORDS, readers=len(USERS) + len(PERSONS))
        await until(lambda: len(newsroom.on_telegram(WORDS)) == len(USERS) + 1, seconds=PATIENCE)
        await until(lambda: len(newsroom.on_messenger()) == len(PERSONS) - 1, seconds=PATIENCE)
        assert (newsroom.on_telegram(WORDS)[user], newsroom.on_messenger()[person]) == (1, 0)

        newsroom.telegram.block(user)
        await until(lambda: _journalled(newsroom, "elsewhere") == 1, seconds=PATIENCE)
        await _broadcast(newsroom, "দ্বিতীয় খবর", readers=len(USERS) + len(PERSONS))
        await until(lambda: len(newsroom.on_messenger(2)) == len(PERSONS), seconds=PATIENCE)
        await until(lambda: len(newsroom.on_telegram("দ্বিতীয় খবর")) == len(USERS), seconds=PATIENCE)
        assert (newsroom.on_telegram("দ্বিতীয় খবর")[user], newsroom.on_messenger(2)[person]) == (0, 1)


async def _broadcast(newsroom: BothChannels, words: str, *, readers: int) -> None:
    status, out, err = await newsroom.run("broadcast", "--text", words, "--yes")
    assert status == 0, err
    assert f"This goes to {readers} readers" in out


async def _link(newsroom: BothChannels, user: int) -> str:
    """Where the button under the bot's newest message leads, once there is one."""

    def links() -> list[str]:
        rows = [row for one in newsroom.telegram.view(user, user) for row in _rows(one)]
        return [button["url"] for row in rows for button in row if "url" in button]

    await until(lambda: bool(links()), seconds=PATIENCE)
    return links()[-1]


def _rows(bubble: dict[str, Any]) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = bubble.get("reply_markup", {}).get("inline_keyboard", [])
    return found


def _journalled(newsroom: BothChannels, what: str) -> int:
    with closing(sqlite3.connect(newsroom.folder / "data" / "newsbot.sqlite3")) as database:
        query = "SELECT count(*) FROM subscriber_events WHERE what = ?"
        return int(database.execute(query, (what,)).fetchone()[0])
