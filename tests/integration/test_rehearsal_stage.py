"""What a rehearsal plays with: a database that does not answer, faults that don't happen, a group under both ids."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from newsbot.database import SQLITE_FILE
from newsbot.rehearsal.judge import Judge
from newsbot.rehearsal.player import Player
from newsbot.rehearsal.script import Fault, Moment
from newsbot.rehearsal.stage import Stage
from tests.telegram_sandbox import telegram_sandbox

WORDS = "মহড়া"


def a_stage(folder: Path) -> Stage:
    nobody: Any = None
    return Stage(folder, "", {}, nobody, nobody)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A file with a write-ahead log, as the program makes it."""
    (tmp_path / "bot").mkdir()
    return tmp_path / "bot" / SQLITE_FILE


async def test_nobody_reads_or_writes_while_the_database_is_away_and_who_waits_goes_on(
    tmp_path: Path, database: Path
) -> None:
    reader, writer = (sqlite3.connect(database, isolation_level=None, check_same_thread=False) for _ in range(2))
    reader.execute("PRAGMA journal_mode=WAL")
    reader.execute("CREATE TABLE alerts (id INTEGER)")
    async with a_stage(tmp_path).database_away():
        asked = {
            asyncio.create_task(asyncio.to_thread(reader.execute, "SELECT * FROM alerts")),
            asyncio.create_task(asyncio.to_thread(writer.execute, "INSERT INTO alerts VALUES (1)")),
        }
        answered, _ = await asyncio.wait(asked, timeout=1.0)
        assert not answered
    await asyncio.gather(*asked)
    assert reader.execute("SELECT * FROM alerts").fetchall() == [(1,)]
    writer.close()
    reader.close()


async def test_a_fault_that_can_not_be_made_to_happen_is_not_called_played(tmp_path: Path) -> None:
    nobody: Any = None
    said: list[str] = []
    player = Player(a_stage(tmp_path), nobody, share=lambda: 0.0, elapsed=lambda: 1.0, say=said.append, seed=1)
    await player.play((Fault("database-away", Moment(seconds=0.0), lasts=5.0),))  # there is no database
    assert player.played == []
    assert player.failed[0].startswith("database-away (")
    assert "FAILED" in said[0]


async def test_a_fault_whose_moment_never_came_is_told_as_missed(tmp_path: Path) -> None:
    nobody: Any = None
    player = Player(a_stage(tmp_path), nobody, share=lambda: 0.5, elapsed=lambda: 1.0, say=print, seed=1)
    playing = asyncio.create_task(player.play((Fault("kill-all", Moment(share=0.9)),)))
    await asyncio.sleep(0)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)
    assert (player.played, player.missed) == ([], ["kill-all"])


@pytest.mark.parametrize("seen_before", [True, False], ids=["told-late", "told-first"])
async def test_a_migrated_group_with_a_copy_under_each_id_has_one_too_many(seen_before: bool) -> None:
    async with telegram_sandbox() as sandbox, aiohttp.ClientSession() as session:
        judge = Judge(session, sandbox.url, WORDS)
        group = sandbox.readers.add_group("দল", kind="group").id
        await sandbox.api.raw("sendMessage", {"chat_id": group, "text": WORDS})
        supergroup = int((await judge.post(f"/groups/{group}/migrate"))["id"])
        await sandbox.api.raw("sendMessage", {"chat_id": supergroup, "text": WORDS})
        if seen_before:
            await judge.look()
        judge.moved(group, supergroup)
        await judge.look()
    assert judge.copies == {group: 2}
    assert len(judge.reached_at) == 1
    assert judge.ids(group) == (supergroup, group)
