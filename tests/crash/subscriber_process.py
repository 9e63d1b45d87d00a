"""A process to be killed: it changes readers and prints each confirmed change, or works at the inbox and prints that.

python -m tests.crash.subscriber_process subscribers|inbox DATA_DIR SEED
"""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from pathlib import Path

from newsbot.channels.redis_inbox import RedisInbox
from newsbot.database import open_database
from newsbot.domain.message import IncomingMessage, Kind
from newsbot.domain.subscriber import Address, Preferences
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.observability import configure_logging
from newsbot.redis_client import connect
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.builders import NOW
from tests.crash.claims import say

ACCOUNTS = {"telegram": "1"}


async def subscribers(data_dir: Path, seed: int) -> None:
    """Prints `server PID`, then `USER COUNTER` once that count is confirmed as the reader's newest."""
    chance = random.Random(seed)
    database = await open_database(None, data_dir)
    async with EmbeddedRedis(data_dir) as server:
        say("server", server.pid)
        store = RedisSubscriberStore(SqlJournal(database, ACCOUNTS), await connect(server.url))
        await store.replay_recent()

        async def reader(user_id: str) -> None:
            known = await store.get(Address("telegram", user_id))
            counter = int(dict(known.preferences.extra)["counter"]) if known else 0
            while True:
                counter += 1
                extra = (("counter", str(counter)),)

                def count(preferences: Preferences, extra: tuple[tuple[str, str], ...] = extra) -> Preferences:
                    return replace(preferences, extra=extra, topics=frozenset({f"topic-{chance.randrange(5)}"}))

                await store.change(Address("telegram", user_id), "x", count, now=NOW)
                say(user_id, counter)

        await asyncio.gather(*(reader(str(number)) for number in range(1, 9)))


async def inbox(data_dir: Path, seed: int) -> None:
    """Prints `server PID`, `put ID` once an event is kept, `handled ID` when it was handled."""
    async with EmbeddedRedis(data_dir) as server:
        say("server", server.pid)
        kept = RedisInbox(await connect(server.url), "telegram:1")
        chance = random.Random(seed)

        async def handle(incoming: IncomingMessage) -> None:
            await asyncio.sleep(chance.random() / 100)
            say("handled", incoming.event_id)

        async def put_forever() -> None:
            for number in range(seed * 1_000_000, (seed + 1) * 1_000_000):
                address = Address("telegram", str(number % 5))
                await kept.put(IncomingMessage(event_id=str(number), address=address, kind=Kind.TEXT))
                say("put", number)

        if seed < 0:  # the last one: only works off what is left
            work = asyncio.create_task(kept.work(handle))
            while await kept.waiting():
                await asyncio.sleep(0.01)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            say("empty", await kept.failures())
        else:
            await asyncio.gather(kept.work(handle), put_forever())


if __name__ == "__main__":
    configure_logging(level="error")
    part = subscribers if sys.argv[1] == "subscribers" else inbox
    asyncio.run(part(Path(sys.argv[2]), int(sys.argv[3])))
