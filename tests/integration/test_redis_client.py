"""The client for Redis against real servers, and against a proxy that breaks the line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis

from newsbot.errors import StartError, StoreError, StoreUnavailable
from newsbot.redis_client import CONNECTIONS, Script, client, close, connect, shown, store_errors
from tests.redis_server import RedisServer


@asynccontextmanager
async def a_server_that_answers(answer: bytes) -> AsyncIterator[str]:
    """To everything, with these bytes. The URL has a password."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while await reader.read(65536):
                writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"redis://reader:hunter22@127.0.0.1:{port}/0"


@asynccontextmanager
async def a_line_that_loses_answers(socket: Path, path: Path) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Passes everything on, but for the answer to what contains LOSE: then it hangs up. The URL, and what was lost."""
    lost: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_unix_connection(str(socket))
        while said := await reader.read(65536):
            to.write(said)
            answer = await there.read(65536)
            if b"LOSE" in said:
                lost.append(said)
                break
            writer.write(answer)
        writer.close()
        to.close()

    async with await asyncio.start_unix_server(serve, str(path)):
        yield f"unix://{path}", lost


async def test_a_command_whose_answer_is_lost_is_not_sent_again(redis_url: str, redis: Redis, tmp_path: Path) -> None:
    socket = Path(redis_url.removeprefix("unix://"))
    async with a_line_that_loses_answers(socket, tmp_path / "line.sock") as (url, lost):
        broken = client(url)
        with pytest.raises(StoreUnavailable), store_errors("adding"):
            await broken.xadd("stream", {"LOSE": "this"})
        await broken.aclose()
    assert len(lost) == 1
    assert await redis.xlen("stream") == 1


async def test_an_unreachable_server_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"127.0.0.1:1/0 can't be used") as refused:
        await connect("redis://reader:hunter22@127.0.0.1:1/0")
    assert "hunter22" not in str(refused.value)
    with pytest.raises(StartError, match=r"nowhere\.sock"):
        await connect(f"unix://{tmp_path}/nowhere.sock")


async def test_a_url_that_cannot_be_understood_is_told_without_the_password() -> None:
    with pytest.raises(StartError, match="NEWSBOT_REDIS_URL") as refused:
        client("redis://reader:hunter22@host:port/x")
    assert "hunter22" not in str(refused.value)


async def test_a_wrong_password_is_told(redis_url: str) -> None:
    async with a_server_that_answers(b"-WRONGPASS invalid username-password pair or user is disabled.\r\n") as url:
        with pytest.raises(StartError, match="refuses the user name or password") as refused:
            await connect(url)
    assert "hunter22" not in str(refused.value)


async def test_something_that_is_no_redis_is_told() -> None:
    async with a_server_that_answers(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        with pytest.raises(StartError, match="can't be used"):
            await connect(url)


async def test_a_server_that_is_too_old_is_named_with_its_version(redis_url: str, tmp_path: Path) -> None:
    socket = Path(redis_url.removeprefix("unix://"))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_unix_connection(str(socket))
        while said := await reader.read(65536):
            to.write(said)
            writer.write(re.sub(rb"redis_version:\d", b"redis_version:6", await there.read(65536)))
        writer.close()
        to.close()

    async with await asyncio.start_unix_server(serve, str(tmp_path / "old.sock")):
        with pytest.raises(StartError, match=r"is version 6\.\d+\.\d+; Newsbot needs 7\.0 or newer"):
            await connect(f"unix://{tmp_path}/old.sock")


async def test_scripts_survive_a_server_that_forgot_them(redis: Redis) -> None:
    script = Script("newsbot.channels", "lease_end.lua")
    await redis.script_flush()
    assert await script(redis, ["lease"], ["me", ""]) == 1
    await redis.script_flush()
    assert await script.each(redis, [(["lease"], ["me", ""]), (["lease"], ["you", ""])]) == [1, 1]


async def test_what_may_pass_is_unavailable_and_what_may_not_is_an_error(redis: Redis) -> None:
    await redis.set("text", "a")
    with pytest.raises(StoreError, match="adding") as refused, store_errors("adding"):
        await redis.lpush("text", "b")
    assert not isinstance(refused.value, StoreUnavailable)


async def test_a_cancelled_loop_of_commands_always_ends(redis: Redis) -> None:
    async def loop(begun: asyncio.Event) -> None:
        while True:
            begun.set()
            await redis.xread({"nothing": "$"}, block=50)

    for rounds in range(60):
        begun = asyncio.Event()
        task = asyncio.create_task(loop(begun))
        await begun.wait()
        for _ in range(rounds % 6):
            await asyncio.sleep(0)
        task.cancel()
        _, running = await asyncio.wait([task], timeout=1)
        assert not running


def test_a_shown_url_has_no_secret() -> None:
    assert shown("rediss://user:secret@host:6379/0?password=secret") == "rediss://host:6379/0"
    assert shown("unix:///run/redis.sock?db=1") == "unix:///run/redis.sock"


async def test_more_commands_at_once_than_connections_wait_their_turn(redis_url: str) -> None:
    redis = client(redis_url)
    counts = await asyncio.gather(*(redis.incr("n") for _ in range(10 * CONNECTIONS)))
    assert sorted(counts) == list(range(1, 10 * CONNECTIONS + 1))
    assert len(await redis.client_list()) <= CONNECTIONS + 2
    await redis.aclose()


async def test_a_client_whose_server_hangs_is_closed_without_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsbot.redis_client.CONNECT_TIMEOUT", 0.5)  # what closing in order may take
    with TemporaryDirectory(prefix="newsbot-redis-") as folder:
        server = RedisServer(Path(folder))
        try:
            await server.start()
            redis = await connect(server.url)
            with server.hanging():
                writing = asyncio.create_task(redis.set("large", bytes(50_000_000)))  # more than a socket takes
                await asyncio.wait({writing}, timeout=0.3)
                await close(redis)
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
        finally:
            server.kill()
