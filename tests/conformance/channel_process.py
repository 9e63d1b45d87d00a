"""A process that takes three deliveries of a channel and is killed in the middle of them.

python -m tests.conformance.channel_process CHANNEL REDIS_URL put|handle

`put`: killed when the third is kept and not yet acknowledged; `handle`: while the first is being handled.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from newsbot.channels.redis_inbox import RedisInbox
from newsbot.domain.message import IncomingMessage
from newsbot.redis_client import connect
from tests.conformance.kits import KITS

TEXTS = ("এক", "দুই", "তিন")


class KilledWhenKept(RedisInbox):
    async def put_many(self, incoming: list[IncomingMessage]) -> int:
        new = await super().put_many(incoming)
        if any(one.text == TEXTS[-1] for one in incoming):
            os.kill(os.getpid(), signal.SIGKILL)
        return new


async def main(channel: str, redis_url: str, when: str) -> None:
    kit = KITS[channel]()
    inbox = (KilledWhenKept if when == "put" else RedisInbox)(await connect(redis_url), f"{channel}:1")
    async with kit.serving(inbox) as deliver:
        for text in TEXTS:
            assert await deliver(kit.body(kit.typed(text))) == 200

    async def handle(incoming: IncomingMessage) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    await inbox.work(handle)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
