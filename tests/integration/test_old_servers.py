"""Servers that are too old are refused at the start, before anything is written to them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from newsbot.database import open_database
from newsbot.errors import StartError
from tests.newsroom_folder import NEWSROOM, TOKEN
from tests.postgres_server import PostgresServer, execute
from tests.programs import run_to_end
from tests.redis_server import RedisServer


@asynccontextmanager
async def retold(server: Path, at: Path, retell: Callable[[bytes], bytes]) -> AsyncIterator[None]:
    """A socket that leads to `server`, whose words are `retell`ed; as many bytes as before, and none torn apart: they
    are short, and sent at once.
    """

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(str(server))
        await asyncio.gather(_carry(reader, to_server, bytes), _carry(from_server, writer, retell))

    async with await asyncio.start_unix_server(lead, str(at)):
        yield


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, retell: Callable[[bytes], bytes]) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(retell(piece))
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def _start(folder: Path, settings: dict[str, str]) -> tuple[int, str]:
    (folder / "newsroom.toml").write_text(NEWSROOM, "utf-8")
    token = {"NEWSBOT_TELEGRAM__TOKEN": TOKEN}
    status, _, err = await run_to_end("run", folder=folder, settings=token | settings)
    return status, err


async def test_redis_6_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    def older(words: bytes) -> bytes:
        return re.sub(rb"redis_version:\d", b"redis_version:6", words)

    server = RedisServer(tmp_path)
    await server.start()
    try:
        async with retold(server.socket, tmp_path / "older.sock", older):
            status, err = await _start(tmp_path, {"NEWSBOT_REDIS_URL": f"unix://{tmp_path}/older.sock"})
        redis = Redis.from_url(server.url)
        written = await redis.dbsize()
        await redis.aclose()
    finally:
        server.kill()
    assert (status, written) == (2, 0), err
    assert re.search(r"^newsbot: Redis at \S+ is version 6\.\d+\.\d+; Newsbot needs 7\.0 or newer$", err, re.MULTILINE)
    assert "Traceback" not in err


@pytest.fixture
async def postgres() -> AsyncIterator[PostgresServer]:
    server = await asyncio.to_thread(PostgresServer)
    try:
        await asyncio.to_thread(server.start)
        await execute(server.url("postgres"), "CREATE DATABASE newsbot")
        yield server
    finally:
        await asyncio.to_thread(server.stop)


async def test_postgresql_13_is_refused_and_nothing_is_written(tmp_path: Path, postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres.url("newsbot"))
    number, version = (
        await connection.fetchval("SHOW server_version_num"),
        await connection.fetchval("SHOW server_version"),
    )

    def older(words: bytes) -> bytes:
        for told in (number, version):
            words = words.replace(told.encode(), b"13" + told.encode()[2:])
        return words

    url = f"postgresql://postgres@/newsbot?host={tmp_path}"
    async with retold(postgres.folder / ".s.PGSQL.5432", tmp_path / ".s.PGSQL.5432", older):
        with pytest.raises(StartError, match=r"^The PostgreSQL database newsbot is served by PostgreSQL 13"):
            await open_database(url, tmp_path)
        status, err = await _start(tmp_path, {"NEWSBOT_DATABASE_URL": url})
    tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    assert (status, tables) == (2, 0), err
    assert "is served by PostgreSQL 13" in err
    assert "Newsbot needs 14 or newer: upgrade the server" in err
    assert "Traceback" not in err
