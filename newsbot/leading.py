"""Work that one process at a time does, whichever of them lives: the leader.

    key                type  what                                                  how long
    {leader:<work>}    hash  who leads, and its heartbeats (`redis_lease`)         while somebody leads

Leadership is told by heartbeats that the others watch on their own monotonic clocks, so no clock that jumps makes two
leaders or none. A leader that hears nothing from Redis stops its work before the others may begin it. One that slept
(a stopped process, a paused machine) stops as it wakes, before it asks; the request that it was at may still be carried
out: what is led is made so that a step done twice does no harm (an audience is frozen once, an alert made once per
cause, an article stored once per address, an update kept once).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from redis.asyncio import Redis

from newsbot.channels.redis_lease import Lease
from newsbot.errors import NewsbotError
from newsbot.heartbeats import LIFE
from newsbot.process_roles import Work
from newsbot.redis_client import AWAY
from newsbot.stopping import By, Stopping

RENEW_EVERY: Final = timedelta(seconds=2)
#: without an answer from Redis for so long we lead no more: well before the others take us for dead
GIVE_UP_AFTER: Final = LIFE * 2 / 3

log = structlog.get_logger()


async def lead(
    redis: Redis,
    name: str,
    work: Mapping[str, Work],
    *,
    life: timedelta = LIFE,
    renew_every: timedelta = RENEW_EVERY,
    leads: Callable[[bool], None] = lambda now: None,
    stopping: Stopping | None = None,
) -> None:
    """Do all of `work`, side by side, whenever this process leads; until cancelled. `leads` is told whether it does.
    `stopping`: by when it must have ended once the process stops. Raises what one of it raises.
    """
    give_up_after = min(GIVE_UP_AFTER, life * 2 / 3)
    stopping = stopping or Stopping()
    lease = Lease(redis, f"{{leader:{name}}}", life=life)
    led_before = False
    try:
        while True:
            leads(False)
            await lease.wait()
            leads(True)
            if led_before:
                log.info("this process leads again", work=name)
            led_before = True
            tasks = {asyncio.create_task(begin(), name=called) for called, begin in work.items()}
            try:
                await _while_held(lease, tasks, renew_every, give_up_after)
            except Exception as error:  # a part of the process failed, and all of it stops
                stopping.begin(error)
                raise
            finally:
                await stopping.end(tasks, By.RESULTS)
            log.warning("another process leads, or none can be sure to", work=name)
    finally:
        leads(False)
        async with stopping.until(By.RETURNS):
            await lease.end()


async def _while_held(
    lease: Lease, tasks: set[asyncio.Task[None]], renew_every: timedelta, give_up_after: timedelta
) -> None:
    """Returns when the lease is lost."""
    clock = asyncio.get_running_loop().time
    held_at = clock()
    while True:
        ended, _ = await asyncio.wait(tasks, timeout=renew_every.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            error = task.exception()
            raise error if error else NewsbotError(f"the task {task.get_name()!r} ended by itself")
        asked_at = clock()
        if asked_at - held_at > give_up_after.total_seconds():
            return  # slept: another may lead by now, and its work goes on while we would ask
        with suppress(*AWAY):
            if not await lease.hold():
                return
            held_at = asked_at
        if clock() - held_at > give_up_after.total_seconds():
            return
