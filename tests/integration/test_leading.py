"""One process at a time leads, whichever lives: against a real server, with leaders that end, fall silent and sleep."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from newsbot.errors import NewsbotError, StartError
from newsbot.leading import lead
from newsbot.redis_client import connect
from newsbot.shared_database import KEY, refuse_another_machines_file

SHORT = {"life": timedelta(seconds=0.6), "renew_every": timedelta(seconds=0.1)}
WITHIN = 30.0


class Works:
    """Who does the work now, and whether two ever did at once."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self.ever: list[str] = []
        self.most = 0

    async def by(self, name: str) -> None:
        self.now.append(name)
        self.ever.append(name)
        self.most = max(self.most, len(self.now))
        try:
            await asyncio.Event().wait()
        finally:
            self.now.remove(name)


@asynccontextmanager
async def leader(redis: Redis, works: Works, name: str) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(lead(redis, "test", {"planner": lambda: works.by(name)}, **SHORT))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(works: Works, names: list[str]) -> None:
    async with asyncio.timeout(WITHIN):
        while works.now != names:
            await asyncio.sleep(0.02)


async def test_who_leads_says_so_until_it_ends(redis: Redis) -> None:
    works, said = Works(), list[bool]()
    task = asyncio.create_task(lead(redis, "test", {"a": lambda: works.by("a")}, **SHORT, leads=said.append))
    await until(works, ["a"])
    assert said == [False, True]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert said == [False, True, False]


async def test_one_works_and_the_other_takes_over_when_it_ends(redis: Redis) -> None:
    works = Works()
    async with leader(redis, works, "first"):
        await until(works, ["first"])
        async with leader(redis, works, "second"):
            await asyncio.sleep(1.0)
            assert works.now == ["first"]
    assert works.ever == ["first"]
    async with leader(redis, works, "third"):
        await until(works, ["third"])
    assert works.most == 1


async def test_a_leader_that_ends_is_followed_at_once(redis: Redis) -> None:
    works = Works()
    async with leader(redis, works, "second"):
        await until(works, ["second"])
        async with leader(redis, works, "first") as other:
            assert not other.done()
    async with leader(redis, works, "first"):
        await until(works, ["first"])
    assert works.most == 1


async def test_a_leader_that_reaches_no_redis_stops_before_another_begins(redis: Redis, redis_url: str) -> None:
    works = Works()
    cut_off = await connect(redis_url)
    async with leader(cut_off, works, "first"):
        await until(works, ["first"])
        async with leader(redis, works, "second"):
            cut_off.connection_pool.connection_kwargs["socket_timeout"] = 0.2
            await cut_off.aclose()
            cut_off.connection_pool.reset()
            cut_off.connection_pool.connection_kwargs["path" if "unix" in redis_url else "host"] = "/nowhere"
            await until(works, ["second"])
    assert works.most == 1
    assert works.ever[:2] == ["first", "second"]


async def test_a_leader_that_slept_stops_as_it_wakes_and_asks_before_it_goes_on(redis: Redis) -> None:
    steps = list[str]()

    async def works() -> None:
        steps.append("begun")
        await asyncio.sleep(0.3)
        await redis.ping()  # a step waits for an answer, as all do
        steps.append("done")
        await asyncio.Event().wait()

    task = asyncio.create_task(lead(redis, "test", {"planner": works}, **SHORT))
    async with asyncio.timeout(WITHIN):
        while not steps:
            await asyncio.sleep(0.01)
        time.sleep(1.0)
        while "done" not in steps:
            await asyncio.sleep(0.01)
    assert steps == ["begun", "begun", "done"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_the_work_raises_ends_the_leading(redis: Redis) -> None:
    async def fails() -> None:
        raise NewsbotError("no more")

    with pytest.raises(NewsbotError, match="no more"):
        await lead(redis, "test", {"planner": fails}, **SHORT)


async def test_a_database_file_of_another_machine_is_refused(redis: Redis) -> None:
    await refuse_another_machines_file(redis)
    await refuse_another_machines_file(redis)  # ours, at the next start
    await redis.set(KEY, "other-machine")
    with pytest.raises(StartError, match="set NEWSBOT_DATABASE_URL"):
        await refuse_another_machines_file(redis)
