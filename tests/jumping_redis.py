"""A Redis server whose clock jumps: the one that the bot embeds, with libfaketime before its C library (a package of
Debian's). Its monotonic clock runs on, as a real one does when somebody sets a machine's clock.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from newsbot.redis_client import connect
from tests.redis_server import RedisServer


def _library() -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


class JumpingRedis(RedisServer):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._shift = folder / "shift"
        self._shift.write_text("+0", "utf-8")

    def environment(self) -> dict[str, str]:
        settings = {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._shift),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        return dict(os.environ) | settings

    async def jump(self, hours: float) -> None:
        """Its clock is so far from the right time from now on, ahead or (negative) behind."""
        self._shift.write_text(f"{hours * 3600:+.0f}", "utf-8")
        redis = await connect(self.url)
        try:
            async with asyncio.timeout(20):
                while abs((await redis.time())[0] - time.time() - hours * 3600) > 60:  # it reads the file now and then
                    await asyncio.sleep(0.01)
        finally:
            await redis.aclose()


@asynccontextmanager
async def a_jumping_redis() -> AsyncIterator[JumpingRedis]:
    if _library() is None:
        pytest.skip("a server's clock can't be made to jump here: apt-get install libfaketime")
    with TemporaryDirectory(prefix="newsbot-redis-") as folder:
        server = JumpingRedis(Path(folder))
        try:
            await server.start()
            yield server
        finally:
            server.kill()
