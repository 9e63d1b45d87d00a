"""Pauses between two requests to a host."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.ingest import host_turns
from newsbot.ingest.fetching import HostBusy
from newsbot.ingest.host_turns import HostTurns

PAUSE = timedelta(milliseconds=50)
NONE = timedelta(0)


async def begin_times(turns: HostTurns, *hosts: str) -> list[float]:
    times = []
    for host in hosts:
        async with turns.turn(host, PAUSE):
            times.append(asyncio.get_running_loop().time())
    return times


async def test_a_host_is_paused_for_after_each_turn() -> None:
    first, second, third = await begin_times(HostTurns(), "a", "a", "a")
    assert second - first >= 0.05
    assert third - second >= 0.05


async def test_other_hosts_do_not_wait() -> None:
    turns = HostTurns()
    async with turns.turn("a", timedelta(hours=1)), asyncio.timeout(1), turns.turn("b", NONE):
        pass


async def test_a_turn_that_fails_is_given_back() -> None:
    turns = HostTurns()
    with pytest.raises(RuntimeError):
        async with turns.turn("a", NONE):
            raise RuntimeError
    async with asyncio.timeout(1), turns.turn("a", NONE):
        pass


async def test_a_closed_host_is_refused_at_once_also_to_those_who_waited() -> None:
    turns = HostTurns()
    async with turns.turn("a", NONE):
        waiting = asyncio.create_task(begin_times(turns, "a"))
        await asyncio.sleep(0)
        turns.close("a", timedelta(minutes=5))
    with pytest.raises(HostBusy) as caught:
        await waiting
    assert caught.value.retry_after is not None
    assert timedelta(minutes=4) < caught.value.retry_after <= timedelta(minutes=5)


async def test_a_shorter_wish_does_not_shorten_a_longer_one() -> None:
    turns = HostTurns()
    turns.close("a", timedelta(minutes=5))
    turns.close("a", timedelta(0))
    with pytest.raises(HostBusy):
        await begin_times(turns, "a")


async def test_idle_hosts_are_forgotten() -> None:
    turns = HostTurns()
    for number in range(host_turns._REMEMBERED + 10):
        async with turns.turn(str(number), NONE):
            pass
    assert len(turns._hosts) <= host_turns._REMEMBERED
