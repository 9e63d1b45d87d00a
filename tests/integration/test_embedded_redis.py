"""The embedded server, for real: started, killed, damaged, contended for, and out of disk."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from newsbot.embedded_redis import EmbeddedRedis, connect_or_start
from newsbot.embedded_redis_lock import POLL, Owner
from newsbot.embedded_redis_process import ServerProcess, find_server
from newsbot.errors import StartError, StoreUnavailable
from newsbot.redis_client import connect, store_errors


async def until(condition: Callable[[], Awaitable[bool] | bool], *, within: float = 10.0) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while True:
        holds = condition()
        if not isinstance(holds, bool):
            holds = await holds
        if holds:
            return
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def remember(url: str, key: str, value: str) -> None:
    redis = await connect(url)
    await redis.set(key, value)
    await redis.aclose()


async def recall(url: str, key: str) -> bytes | None:
    redis = await connect(url)
    try:
        return await redis.get(key)
    finally:
        await redis.aclose()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def append_only_file(data_dir: Path) -> Path:
    (found,) = (data_dir / "redis" / "appendonlydir").glob("*.incr.aof")
    return found


async def test_what_was_kept_is_there_after_a_clean_stop(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        await remember(server.url, "reader", "1")
        pid = server.pid
        assert pid is not None
    assert not is_running(pid)
    assert not server.socket.exists()

    async with EmbeddedRedis(tmp_path) as server:
        assert await recall(server.url, "reader") == b"1"


async def test_it_listens_on_no_port_and_only_its_user_reaches_its_socket(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        redis = await connect(server.url)
        assert (await redis.config_get("port"))["port"] == "0"
        assert (await redis.config_get("appendfsync"))["appendfsync"] == "always"
        assert (await redis.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
        await redis.aclose()
        assert server.socket.stat().st_mode & 0o777 == 0o700


async def test_a_killed_server_comes_back_with_everything(tmp_path: Path) -> None:
    restarts: list[int] = []
    async with EmbeddedRedis(tmp_path, on_restart=lambda: restarts.append(1)) as server:
        await remember(server.url, "reader", "1")
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: bool(restarts))
        assert server.pid != first
        assert await recall(server.url, "reader") == b"1"
        assert not server.failed.done()


async def test_a_server_that_keeps_dying_is_given_up_with_its_reason(tmp_path: Path) -> None:
    restarts: list[int] = []
    async with EmbeddedRedis(tmp_path, on_restart=lambda: restarts.append(1), backoff=0.001, restarts=2) as server:
        for death in range(3):
            await until(lambda death=death: len(restarts) == death and server.pid is not None)  # type: ignore[misc]
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
        problem = await asyncio.wait_for(asyncio.shield(server.failed), 10)
    assert "died 3 times in a row" in str(problem)
    assert "server.log" in str(problem)


async def test_a_damaged_file_is_refused_named_and_left_alone(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        for number in range(50):
            await remember(server.url, f"reader-{number}", "x" * 20)
    file = append_only_file(tmp_path)
    content = bytearray(file.read_bytes())
    record = content.index(b"*3\r\n", len(content) // 2)
    content[record : record + 12] = b"x" * 12
    file.write_bytes(content)

    with pytest.raises(StartError) as refused:
        await EmbeddedRedis(tmp_path).__aenter__()

    assert str(file.parent) in str(refused.value)
    assert "damaged" in str(refused.value)
    assert "backup" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert file.read_bytes() == content


@pytest.mark.parametrize(("lost", "said"), [("manifest", "manifest is missing"), ("base", "base file is empty")])
async def test_damage_that_the_server_takes_for_a_new_folder_is_refused_too(
    tmp_path: Path, lost: str, said: str
) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        await remember(server.url, "reader", "1")
    kept = tmp_path / "redis" / "appendonlydir"
    if lost == "manifest":
        next(kept.glob("*.manifest")).unlink()
    else:
        next(kept.glob("*.base.rdb")).write_bytes(b"")
    before = {file.name: file.read_bytes() for file in kept.iterdir()}

    with pytest.raises(StartError, match=f"is damaged .*{said}"):
        await EmbeddedRedis(tmp_path).__aenter__()

    assert {file.name: file.read_bytes() for file in kept.iterdir()} == before


async def test_a_server_that_died_before_its_first_manifest_starts_again(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path):
        pass
    next((tmp_path / "redis" / "appendonlydir").glob("*.manifest")).unlink()
    async with EmbeddedRedis(tmp_path) as server:
        await remember(server.url, "reader", "1")
    async with EmbeddedRedis(tmp_path) as server:
        assert await recall(server.url, "reader") == b"1"


async def test_half_a_record_at_the_end_costs_only_that_record_and_a_copy_is_kept(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        for number in range(20):
            await remember(server.url, f"reader-{number}", "x" * 40)
    file = append_only_file(tmp_path)
    torn = file.read_bytes()[:-17]
    file.write_bytes(torn)

    async with EmbeddedRedis(tmp_path) as server:
        assert await recall(server.url, "reader-18") == b"x" * 40
        assert await recall(server.url, "reader-19") is None
    assert (tmp_path / "redis" / "appendonlydir.torn" / file.name).read_bytes() == torn


async def test_a_second_owner_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        with pytest.raises(StartError, match=rf"process {os.getpid()}.*NEWSBOT_DATA_DIR"):
            await EmbeddedRedis(tmp_path).__aenter__()
        await remember(server.url, "still", "here")


async def test_another_command_uses_the_running_server_and_leaves_it_running(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server:
        await remember(server.url, "reader", "1")
        async with connect_or_start(tmp_path) as url:
            assert await recall(url, "reader") == b"1"
        await remember(server.url, "still", "here")


async def test_another_command_starts_the_server_when_none_runs(tmp_path: Path) -> None:
    async with connect_or_start(tmp_path) as url:
        await remember(url, "reader", "1")
    async with connect_or_start(tmp_path) as url:
        assert await recall(url, "reader") == b"1"


async def test_a_command_that_ends_first_leaves_its_server_to_the_others_until_they_are_done(tmp_path: Path) -> None:
    joined, done = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with connect_or_start(tmp_path):
            await joined.wait()

    async def second() -> bytes | None:
        async with connect_or_start(tmp_path) as url:
            joined.set()
            await done.wait()
            await remember(url, "reader", "1")
            return await recall(url, "reader")

    owner = asyncio.create_task(first())
    while Owner.of(tmp_path / "redis") is None:
        await asyncio.sleep(0.01)
    user = asyncio.create_task(second())
    await joined.wait()
    await asyncio.sleep(3 * POLL)
    assert not owner.done()
    done.set()
    assert await user == b"1"
    await owner
    assert Owner.of(tmp_path / "redis") is None


async def test_a_command_that_is_cancelled_waits_for_nobody(tmp_path: Path) -> None:
    async with AsyncExitStack() as others:

        async def first() -> None:
            async with connect_or_start(tmp_path) as url:
                await remember(url, "ready", "1")
                await asyncio.Event().wait()

        owner = asyncio.create_task(first())
        while Owner.of(tmp_path / "redis") is None:
            await asyncio.sleep(0.01)
        await others.enter_async_context(connect_or_start(tmp_path))
        owner.cancel()
        with pytest.raises(asyncio.CancelledError):
            await owner


async def test_commands_that_begin_at_the_same_moment_share_one_server_each_to_its_end(tmp_path: Path) -> None:
    async def one(number: int) -> None:
        async with connect_or_start(tmp_path) as url:
            await remember(url, str(number), "was here")
            await asyncio.sleep(0.02 * number)
            assert await recall(url, str(number)) == b"was here"

    for _ in range(3):
        await asyncio.gather(*(one(number) for number in range(8)))
    async with connect_or_start(tmp_path) as url:
        assert [await recall(url, str(number)) for number in range(8)] == [b"was here"] * 8


async def test_a_stale_socket_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / "redis"
    folder.mkdir()
    (folder / "redis.sock").write_text("left over")
    async with EmbeddedRedis(tmp_path) as server:
        await remember(server.url, "reader", "1")


async def test_a_data_folder_with_a_long_or_odd_path_works(tmp_path: Path) -> None:
    for name in ("d" * 120, "খবর ও পাঠক % ?"):
        async with EmbeddedRedis(tmp_path / name) as server:
            await remember(server.url, "reader", "1")
            assert len(os.fsencode(server.socket)) <= 107


async def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(StartError, match=r"data folder .*data can't be used .*NEWSBOT_DATA_DIR"):
        await EmbeddedRedis(tmp_path / "data").__aenter__()


async def test_a_system_without_a_server_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsbot.embedded_redis_process.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StartError, match="install valkey-server or redis-server"):
        find_server()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


async def test_a_full_disk_is_told_and_loses_nothing_that_was_acknowledged(small_disk: Path) -> None:
    kept = 0
    async with EmbeddedRedis(small_disk, backoff=0.001, restarts=1) as server:
        redis = await connect(server.url)
        async with asyncio.timeout(30):
            while not server.failed.done():
                try:
                    with store_errors("keeping a reader"):
                        await redis.set(f"reader-{kept}", "x" * 10_000)
                    kept += 1
                except StoreUnavailable:
                    await asyncio.sleep(0.01)
        problem = server.failed.result()
        await redis.aclose()
    assert kept > 50
    assert "make room" in str(problem)

    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    async with EmbeddedRedis(small_disk) as server:
        assert await recall(server.url, f"reader-{kept - 1}") == b"x" * 10_000


OWNER = """
import asyncio, sys
from contextlib import AsyncExitStack
from pathlib import Path
from newsbot.embedded_redis_process import ServerProcess
async def main():
    process = await ServerProcess.start(["/bin/sleep", "60"], inherit=2, watch=sys.argv[1])
    print(process.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("watch", ["kernel", "pipe"])
async def test_a_server_ends_with_a_killed_owner(watch: str) -> None:
    if watch == "kernel" and sys.platform != "linux":
        pytest.skip("only Linux's kernel watches parents")
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, watch, stdout=asyncio.subprocess.PIPE)
    assert owner.stdout is not None
    pid = int(await owner.stdout.readline())
    command = Path(f"/proc/{pid}/cmdline")
    await until(lambda: command.read_bytes().startswith(b"/bin/sleep"))
    owner.kill()
    await owner.wait()
    await until(lambda: not command.exists() or command.read_bytes() == b"")


async def test_a_program_that_cannot_be_executed_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "not-a-server"
    wrong.write_text("nothing")
    with pytest.raises(StartError, match="does not start"):
        await EmbeddedRedis(tmp_path / "data", server=wrong).__aenter__()


async def test_stopping_twice_is_harmless() -> None:
    process = await ServerProcess.start(["/bin/sleep", "60"], inherit=2)
    await process.stop(5)
    await process.stop(5)
    assert process.ended.done()
