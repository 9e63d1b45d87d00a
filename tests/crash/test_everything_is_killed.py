"""SIGKILL for the bot, its server, or both at once: what was confirmed is there afterwards."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from newsbot.database import connect_database
from newsbot.domain.subscriber import Address
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.redis_client import connect
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from tests.crash.claims import claims

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def a_process(part: str, data_dir: Path, seed: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.crash.subscriber_process",
        part,
        str(data_dir),
        str(seed),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def claims_until_killed(process: asyncio.subprocess.Process, enough: int, victims: str) -> list[str]:
    """What it claims, when it, its server, or both are killed after so many claims."""
    said: list[str] = []
    server = 0
    async with asyncio.timeout(60):
        async for claim in claims(process):
            if not server:
                assert claim.startswith("server ")
                server = int(claim.split()[1])
                continue
            said.append(claim)
            if len(said) == enough:
                if victims in ("server", "both"):
                    os.kill(server, signal.SIGKILL)
                if victims in ("bot", "both"):
                    process.kill()
                if victims == "server":
                    # The supervisor brings it back, but these loops give up at the first error.
                    break
        if victims == "server":
            process.kill()
            said += [claim async for claim in claims(process)]
    await process.wait()
    assert len(said) >= enough, "it ended by itself"
    return said


@pytest.mark.parametrize("victims", ["both", "bot", "server"])
async def test_every_confirmed_subscription_survives(tmp_path: Path, victims: str) -> None:
    chance = random.Random(victims)
    confirmed: dict[str, int] = defaultdict(int)
    for seed in range(2):
        async with a_process("subscribers", tmp_path, seed) as process:
            for claim in await claims_until_killed(process, chance.randrange(50, 200), victims):
                user_id, counter = claim.split()
                confirmed[user_id] = int(counter)
    database = connect_database(None, tmp_path)
    async with EmbeddedRedis(tmp_path) as server:
        redis = await connect(server.url)
        store = RedisSubscriberStore(SqlJournal(database, {"telegram": "1"}), redis)
        await store.replay_recent()
        found = {user_id: await store.get(Address("telegram", user_id)) for user_id in confirmed}
        assert len(found) == 8
        numbers = set()
        for user_id, one in found.items():
            assert one is not None
            numbers.add(one.number)
            # The one that was on its way may have been kept too; its reader has not been told.
            assert int(dict(one.preferences.extra)["counter"]) - confirmed[user_id] in (0, 1)
            history = await store.history(one.address)
            assert [event.state.version for event in history] == list(range(1, one.version + 1))
        assert numbers == set(range(8))
        assert sum((await store.counts()).by_topic.values()) == 8
        await redis.aclose()
    await database.close()


@pytest.mark.parametrize("victims", ["both", "bot"])
async def test_every_event_that_was_kept_is_handled_in_its_readers_order(tmp_path: Path, victims: str) -> None:
    chance = random.Random(victims)
    put: list[int] = []
    handled: list[int] = []

    def note(said: list[str]) -> None:
        for claim in said:
            what, event = claim.split()
            if what != "empty":
                (put if what == "put" else handled).append(int(event))

    for seed in range(2):
        async with a_process("inbox", tmp_path, seed) as process:
            note(await claims_until_killed(process, chance.randrange(100, 400), victims))
    async with a_process("inbox", tmp_path, -1) as process:
        async with asyncio.timeout(60):
            last = [claim async for claim in claims(process)]
    assert last[-1] == "empty 0"
    note(last[1:])

    assert set(put) <= set(handled)
    # Handled again is only what was being handled, or waited for its acknowledgement, when a process died.
    assert len(handled) - len(set(handled)) <= 2 * 200
    for reader in range(5):
        first_time = list(dict.fromkeys(event for event in handled if event % 5 == reader))
        assert first_time == sorted(first_time)
