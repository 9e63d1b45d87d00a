"""A real Redis-compatible server for tests: every test that takes `redis` gets an empty one.

The server is the one that the bot embeds, or the program that TEST_REDIS_SERVER names, or TEST_REDIS_URL's, whose
database 15 (14, 13… where processes of tests run side by side) is then emptied before each test.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis

from newsbot.embedded_redis_process import find_server, ping
from newsbot.redis_client import connect


class RedisServer:
    """A server of a test's own, that keeps what it has; may be killed and started again. `port`: listened at too, for
    servers that replicate it.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder, self.socket, self.port = folder, folder / "redis.sock", port
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        keep = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        listens = ["--port", str(self.port), "--bind", "127.0.0.1", "--unixsocket", str(self.socket)]
        where = [*listens, "--dir", str(self.folder)]
        command = [_program(), *where, *keep]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=self.environment())
        async with asyncio.timeout(20):
            while await ping(self.socket) != "ready":
                await asyncio.sleep(0.02)

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _program() -> str:
    return os.environ.get("TEST_REDIS_SERVER") or str(find_server())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m redis` is every test that would notice another server."""
    for item in items:
        if "redis_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.redis)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    if given := os.environ.get("TEST_REDIS_URL"):
        # Processes that run side by side (pytest-xdist calls them gw0, gw1…) must not empty each other's.
        neighbour = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        assert neighbour < 16, "a Redis has 16 databases: fewer processes side by side (-n 16)"
        yield f"{given.rstrip('/')}/{15 - neighbour}"
        return
    with TemporaryDirectory(prefix="newsbot-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        options = ["--port", "0", "--unixsocket", str(socket), "--dir", folder, "--save", "", "--appendonly", "no"]
        process = subprocess.Popen([_program(), *options], stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 20
            while asyncio.run(ping(socket)) != "ready":
                assert time.monotonic() < deadline, "the Redis server of the tests does not answer"
            yield f"unix://{socket}"
        finally:
            process.kill()
            process.wait()


@pytest.fixture
async def redis_url(redis_server: str) -> str:
    redis = await connect(redis_server)
    await redis.flushdb()
    # A server forgets its scripts when it restarts; ours must not depend on its memory.
    await redis.script_flush()
    await redis.aclose()
    return redis_server


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = await connect(redis_url)
    yield client
    await client.aclose()
