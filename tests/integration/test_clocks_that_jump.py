"""Redis's clock and the programs' clocks jump, while they lead and while an alert goes out: nobody else leads, and
everybody has it once.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from newsbot.channels.redis_lease import Lease
from newsbot.redis_client import connect
from tests.integration.test_leading import Works, leader, until
from tests.integration.test_servers_misbehave import a_house
from tests.jumping_redis import a_jumping_redis

HOURS = (2, -2, 0)


@pytest.mark.parametrize("ends", ["the leader ends", "the leader goes on"])
async def test_a_lease_outlives_its_servers_clock(ends: str) -> None:
    """Whoever leads goes on leading, and whoever waits gets it when its time has come and no sooner."""
    works = Works()
    async with a_jumping_redis() as server:
        redis = await connect(server.url)
        async with leader(redis, works, "first") as first:
            await until(works, ["first"])
            async with leader(redis, works, "second"):
                for hours in HOURS:
                    await server.jump(hours)
                    await asyncio.sleep(0.9)  # for longer than a leader may be silent
                    assert works.ever == ["first"]
                if ends == "the leader ends":
                    await server.jump(-2)
                    first.cancel()
                    await until(works, ["second"])
        assert works.most == 1
        assert await redis.exists("{leader:test}") == 0
        await redis.aclose()


@pytest.mark.parametrize("hours", [2, -2])
async def test_a_leader_that_died_is_followed_as_soon_whatever_the_clock_does(hours: int) -> None:
    async with a_jumping_redis() as server:
        redis = await connect(server.url)
        dead = Lease(redis, "{leader:test}")
        assert await dead.hold()
        works = Works()
        async with leader(redis, works, "second"):
            await asyncio.sleep(0.2)
            await server.jump(hours)
            assert works.ever == []
            await until(works, ["second"])
        await redis.aclose()


async def test_an_alert_goes_on_through_jumps_of_both_clocks(tmp_path: Path) -> None:
    async with a_jumping_redis() as server, a_house(tmp_path, server.url) as house, house.bot():
        for hours in HOURS:
            await server.jump(hours)
            await house.goes_on(few=12)
        for hours in (-2, 2, 0):
            house.shift.write_text(str(-hours * 3600), "utf-8")
            await server.jump(hours)
            await house.goes_on(few=12)
        await house.everybody_has_it_once()
