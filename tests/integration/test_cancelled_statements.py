"""A task that is cancelled in the middle of a transaction leaves no lock behind."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from newsbot.database import Database


async def test_a_write_that_is_cancelled_with_rows_unread_holds_nobody_up(database: Database):
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE many (number INTEGER)"))
        await connection.execute(text("INSERT INTO many (number) VALUES (:n)"), [{"n": n} for n in range(500)])
    begun = asyncio.Event()

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(text("INSERT INTO many (number) VALUES (-1)"))
            begun.set()
            while True:
                await connection.execute(text("SELECT number FROM many ORDER BY number"))

    for steps in range(12):
        begun.clear()
        writer = asyncio.create_task(write())
        await begun.wait()
        for _ in range(steps):
            await asyncio.sleep(0)
        writer.cancel()
        await asyncio.wait([writer])
        async with asyncio.timeout(5), database.writing() as connection:
            kept = await connection.execute(text("SELECT count(*) FROM many WHERE number = -1"))
            assert kept.scalar_one() == 0
