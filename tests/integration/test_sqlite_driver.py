"""The connection to SQLite: what SQLAlchemy asks of a driver, and what a thread that is in the way would break."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from newsbot.database import Database, connect_database
from newsbot.sqlite_driver import open_quickly


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = connect_database(None, tmp_path)
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT UNIQUE)"))
    yield database
    await database.close()


async def test_rows_columns_and_counts_come_back(database: Database) -> None:
    async with database.engine.begin() as connection:
        many = [{"word": f"শব্দ{number}"} for number in range(500)]
        assert (await connection.execute(text("INSERT INTO words (word) VALUES (:word)"), many)).rowcount == 500
        one = await connection.execute(text("INSERT INTO words (word) VALUES ('এক')"))
        assert one.lastrowid == 501
        assert (await connection.execute(text("UPDATE words SET word = word || '!' WHERE id > 400"))).rowcount == 101
        back = await connection.execute(text("DELETE FROM words WHERE id > 499 RETURNING id, word"))
        assert [tuple(row) for row in back] == [(500, "শব্দ499!"), (501, "এক!")]
        found = await connection.execute(text("SELECT id AS number, word FROM words ORDER BY id"))
        assert list(found.keys()) == ["number", "word"]
        assert len(found.all()) == 499
        nothing = await connection.execute(text("SELECT id FROM words WHERE id < 0"))
        assert (list(nothing.keys()), nothing.all()) == (["id"], [])


async def test_errors_are_the_drivers(database: Database) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(OperationalError, match="no such table: sentences"):
            await connection.execute(text("SELECT * FROM sentences"))
        await connection.rollback()
        twice = text("INSERT INTO words (word) VALUES ('এক'), ('এক')")
        with pytest.raises(IntegrityError, match="UNIQUE"):
            await connection.execute(twice)
        await connection.rollback()
        assert (await connection.execute(text("SELECT count(*) FROM words"))).scalar_one() == 0


async def test_what_was_rolled_back_is_gone_and_what_was_committed_stays(database: Database, tmp_path: Path) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(text("INSERT INTO words (word) VALUES ('না')"))
        await connection.rollback()
        await connection.execute(text("INSERT INTO words (word) VALUES ('হ্যাঁ')"))
        await connection.commit()
    with sqlite3.connect(tmp_path / "newsbot.sqlite3") as other:
        assert other.execute("SELECT word FROM words").fetchall() == [("হ্যাঁ",)]
    other.close()


async def test_questions_side_by_side_do_not_wait_for_a_long_one(database: Database) -> None:
    endless = text(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000000) SELECT max(x) FROM n"
    )
    async with database.engine.connect() as one, database.engine.connect() as other:
        slow = asyncio.create_task(one.execute(endless))
        await asyncio.sleep(0)
        assert (await other.execute(text("SELECT 1"))).scalar_one() == 1
        assert not slow.done()
        assert (await slow).scalar_one() == 3_000_000


async def test_a_connection_that_nobody_closed_says_so_and_ends_its_thread(tmp_path: Path) -> None:
    connection = await open_quickly(tmp_path / "x.sqlite3", busy_wait=1)
    thread = connection._thread
    assert thread.daemon
    nobody_holds_it = [connection]
    del connection
    with pytest.warns(ResourceWarning, match="deleted before being closed"):
        nobody_holds_it.clear()
    thread.join(timeout=5)
    assert not thread.is_alive()
