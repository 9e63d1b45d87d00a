"""What every channel promises when the process is killed in the middle: what was delivered is handled, in order."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.channels.redis_inbox import RedisInbox
from newsbot.domain.message import IncomingMessage
from tests.conformance.channel_process import TEXTS
from tests.conformance.kits import KITS
from tests.telegram_sandbox import until

ROOT = Path(__file__).parents[2]


async def killed(channel: str, redis_url: str, when: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.conformance.channel_process", channel, redis_url, when, cwd=ROOT
    )
    async with asyncio.timeout(60):
        assert await process.wait() == -signal.SIGKILL


async def handled_by_the_next(inbox: RedisInbox) -> list[str]:
    texts: list[str] = []

    async def handle(incoming: IncomingMessage) -> None:
        texts.append(incoming.text)

    work = asyncio.create_task(inbox.work(handle))
    try:
        await until(lambda: TEXTS[-1] in texts, seconds=60)
        async with asyncio.timeout(10):
            while await inbox.waiting():
                await asyncio.sleep(0.01)
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
    return texts


@pytest.mark.parametrize("channel", [name for name, kit in KITS.items() if kit.redelivers])
async def test_who_is_killed_between_keeping_and_acknowledging_handles_it_once(
    channel: str, redis: Redis, redis_server: str
) -> None:
    await killed(channel, redis_server, "put")
    inbox, kit = RedisInbox(redis, f"{channel}:1"), KITS[channel]()
    bodies = [kit.body(kit.typed(text)) for text in TEXTS]
    async with kit.serving(inbox) as deliver:
        assert await deliver(bodies[-1]) == 200  # the platform has had no answer to it
        assert await handled_by_the_next(inbox) == list(TEXTS)


@pytest.mark.parametrize("channel", KITS)
async def test_who_is_killed_while_handling_leaves_everything_to_the_next(
    channel: str, redis: Redis, redis_server: str
) -> None:
    await killed(channel, redis_server, "handle")
    assert await handled_by_the_next(RedisInbox(redis, f"{channel}:1")) == list(TEXTS)
