"""The inbox when Redis goes away, comes back, is full, or when a process dies at the wrong moment."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.channels import inbox_worker
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.channels.redis_lease import Lease
from newsbot.domain.message import IncomingMessage
from newsbot.embedded_redis import EmbeddedRedis
from newsbot.errors import StoreUnavailable
from newsbot.redis_client import connect
from tests.builders import an_address, an_incoming

EVENTS = "{inbox:telegram:1}:events"


async def until_empty(inbox: RedisInbox, *, within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while True:
            with suppress(StoreUnavailable):
                if await inbox.waiting() == 0:
                    return
            await asyncio.sleep(0.02)


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_server_that_dies_again_and_again_costs_no_event(tmp_path: Path) -> None:
    handled: Counter[str] = Counter()
    kept: list[str] = []

    async def handle(incoming: IncomingMessage) -> None:
        await asyncio.sleep(0.001)
        handled[incoming.event_id] += 1

    restarts: list[int] = []
    async with EmbeddedRedis(tmp_path, backoff=0.01, on_restart=lambda: restarts.append(1)) as server:
        redis = await connect(server.url)
        inbox = RedisInbox(redis, "telegram:1")
        work = asyncio.create_task(inbox.work(handle))
        for number in range(600):
            event = an_incoming(event_id=str(number), address=an_address(str(number % 7)))
            if number in (100, 300, 500):
                assert server.pid is not None
                os.kill(server.pid, signal.SIGKILL)
            async with asyncio.timeout(20):
                while True:
                    try:
                        await inbox.put(event)  # the same event again, as a platform would
                        break
                    except StoreUnavailable:
                        await asyncio.sleep(0.02)
            kept.append(event.event_id)
        await until_empty(inbox)
        await end(work)
        await redis.aclose()
    assert len(restarts) == 3
    assert set(handled) == set(kept)
    # Nothing died here but the server: what was handled is known, whatever the server forgot to be told.
    assert set(handled.values()) == {1}


async def test_a_full_redis_refuses_events_and_still_lets_go_of_those_it_has(redis: Redis) -> None:
    inbox = RedisInbox(redis, "telegram:1")
    await inbox.put_many([an_incoming() for _ in range(20)])
    await redis.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(StoreUnavailable, match="keeping an event"):
            await inbox.put(an_incoming(event_id="77"))
    finally:
        await redis.config_set("maxmemory", "0")
    assert await inbox.waiting() == 20
    assert await inbox.put(an_incoming(event_id="77")) is True


async def test_when_redis_refuses_everyone_who_puts_is_told_and_later_it_takes_it_all(redis: Redis) -> None:
    inbox = RedisInbox(redis, "telegram:1")
    events = [an_incoming(event_id=f"m_{number}") for number in range(50)]
    await redis.config_set("maxmemory", "1mb")
    try:
        told = await asyncio.gather(*(inbox.put(one) for one in events), return_exceptions=True)
    finally:
        await redis.config_set("maxmemory", "0")
    assert {type(one) for one in told} == {StoreUnavailable}
    assert await asyncio.gather(*(inbox.put(one) for one in events)) == [True] * 50


async def test_an_event_at_which_the_process_dies_again_and_again_is_set_aside(redis: Redis) -> None:
    inbox = RedisInbox(redis, "telegram:1")
    await inbox.put(an_incoming("poison"))
    begun = asyncio.Event()

    async def never_ends(incoming: IncomingMessage) -> None:
        begun.set()
        await asyncio.sleep(60)

    for _ in range(1 + inbox_worker.CRASHES):
        begun.clear()
        worker = inbox_worker.InboxWorker(redis, "{inbox:telegram:1}", never_ends, Lease(redis, "lease"))
        # A process that dies: nothing is waited for and nothing acknowledged.
        reading = asyncio.create_task(worker._read_forever())
        await begun.wait()
        for task in (reading, *worker._tasks):
            await end(task)

    handled: list[str] = []

    async def handle(incoming: IncomingMessage) -> None:
        handled.append(incoming.text)

    await inbox.put(an_incoming("fine"))
    work = asyncio.create_task(inbox.work(handle))
    await until_empty(inbox)
    await end(work)
    assert handled == ["fine"]
    assert await inbox.failures() == 1
    ((_, kept),) = await redis.xrange("{inbox:telegram:1}:failed")
    assert kept[b"reason"] == b"the process died 4 times while it was handled"


async def test_memory_is_bounded_however_much_waits(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_worker, "READ_AHEAD", 200)
    inbox = RedisInbox(redis, "telegram:1")
    await inbox.put_many([an_incoming(address=an_address(str(n % 9))) for n in range(2000)])
    most = 0

    async def handle(incoming: IncomingMessage) -> None:
        nonlocal most
        pending = await redis.xpending(EVENTS, "workers")
        most = max(most, pending["pending"])

    work = asyncio.create_task(inbox.work(handle))
    await until_empty(inbox, within=40)
    await end(work)
    assert most <= 200 + 2 * inbox_worker.BATCH


async def test_what_a_dead_process_had_been_handed_comes_first(redis: Redis) -> None:
    inbox = RedisInbox(redis, "telegram:1")
    await inbox.put_many([an_incoming("old 1"), an_incoming("old 2")])
    await redis.xgroup_create(EVENTS, "workers", id="0")
    await redis.xreadgroup("workers", "worker", {EVENTS: ">"})
    await inbox.put(an_incoming("new"))
    handled: list[str] = []

    async def handle(incoming: IncomingMessage) -> None:
        handled.append(incoming.text)

    work = asyncio.create_task(inbox.work(handle))
    await until_empty(inbox)
    await end(work)
    assert handled == ["old 1", "old 2", "new"]
    assert (await redis.xpending(EVENTS, "workers"))["pending"] == 0


async def test_a_dead_holder_of_this_machine_is_not_waited_for(redis: Redis) -> None:
    gone = await asyncio.create_subprocess_exec("/bin/true")
    await gone.wait()
    host = socket.gethostname()
    for dead in (f"{host}:{gone.pid}:abc", f"{host}:{os.getpid()}:of-the-container-before"):
        lease = Lease(redis, "lease")
        await redis.hset("lease", mapping={"holder": dead, "beats": 7})
        assert await lease.hold()
        await lease.end()
    await redis.hset("lease", mapping={"holder": "another-machine:1:abc", "beats": 7})
    assert not await Lease(redis, "lease").hold()


async def test_a_holder_that_beats_keeps_its_lease_and_a_silent_one_loses_it(redis: Redis) -> None:
    holder = Lease(redis, "lease", life=timedelta(seconds=0.1))
    waiter = Lease(redis, "lease", life=timedelta(seconds=0.1))
    assert await holder.hold()
    for _ in range(6):
        assert await holder.hold()
        assert not await waiter.hold()
        await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        while not await waiter.hold():
            await asyncio.sleep(0.02)
    assert not await holder.hold()
