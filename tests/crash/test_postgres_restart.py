"""PostgreSQL dies under the program and comes back on its own data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import open_database
from newsbot.errors import StoreUnavailable
from tests.builders import NOW, a_draft
from tests.postgres_server import PostgresServer


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


async def test_a_killed_server_is_unavailable_until_it_is_back_with_all_that_was_stored(server, tmp_path: Path):
    database = await open_database(server.url("postgres"), tmp_path)
    store = SqlArticleStore(database)
    for number in range(3):
        await store.put(a_draft(number), now=NOW, announce=True)
    before = await store.latest(now=NOW)

    server.kill()
    for ask in (store.count, lambda: store.latest(now=NOW), database.ping):
        with pytest.raises(StoreUnavailable, match="can't be reached"):
            await ask()
    with pytest.raises(StoreUnavailable):
        await store.put(a_draft(9), now=NOW, announce=True)

    server.start()
    assert await store.latest(now=NOW) == before
    await store.put(a_draft(9), now=NOW, announce=True)
    assert await store.count() == 4
    await database.close()


async def test_a_server_that_dies_within_a_transaction_stores_none_of_it(server, tmp_path: Path):
    database = await open_database(server.url("postgres"), tmp_path)
    store = SqlArticleStore(database)

    async def write_half() -> None:
        async with database.writing() as connection:
            await connection.exec_driver_sql("INSERT INTO source_states (source) VALUES ('half')")
            server.kill()

    with pytest.raises(StoreUnavailable):
        await write_half()
    server.start()
    assert await store.source_states() == {}
    await database.close()
