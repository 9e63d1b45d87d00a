"""What a promoted replica must know is waited for, and where there is none nothing is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.errors import StoreUnavailable
from newsbot.observability import Metrics
from newsbot.redis_client import Script, connect
from newsbot.redis_replicas import COME_WITHIN, GONE_AFTER, LOOK_EVERY, ReplicaBehind, Replicas
from tests.builders import an_alert
from tests.integration.test_servers_misbehave import a_redis, in_step
from tests.programs import free_port, run_to_end
from tests.redis_server import RedisServer

#: any of ours will do
SCRIPT = Script(
    "newsbot.delivery", "ledger_segment.lua", "ledger_outcomes.lua", "ledger_unit.lua", "ledger_give_back.lua"
)
KEYS, ARGS = ["{telegram:1}:alert:1:1:state"], ["{telegram:1}", "worker"]


@dataclass
class Pair:
    primary: RedisServer
    replica: RedisServer
    redis: Redis
    of_replica: Redis
    time: float = 0.0

    def replicas(self, wanted: int | None = None, metrics: Metrics | None = None) -> Replicas:
        return Replicas(self.redis, wanted=wanted, metrics=metrics, clock=lambda: self.time)

    async def follow(self) -> None:
        await self.of_replica.replicaof("127.0.0.1", str(self.primary.port))
        await in_step(self.redis, self.of_replica)

    async def leave(self) -> None:
        await self.of_replica.replicaof("NO", "ONE")
        async with asyncio.timeout(20):
            while (await self.redis.info("replication"))["connected_slaves"]:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def a_pair() -> AsyncIterator[Pair]:
    async with a_redis(free_port()) as primary, a_redis() as replica:
        pair = Pair(primary, replica, await connect(primary.url), await connect(replica.url))
        await pair.follow()
        yield pair
        await pair.redis.aclose()
        await pair.of_replica.aclose()


async def test_a_server_without_replicas_is_asked_nothing_more_but_now_and_then(redis_url: str) -> None:
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1

    redis = await connect(redis_url, asked=count)
    replicas = Replicas(redis, clock=lambda: 0.0)
    await redis.config_resetstat()
    await replicas.run(SCRIPT, KEYS, ARGS)
    before = asked
    for _ in range(5):
        await replicas.follow()
        assert await replicas.run(SCRIPT, KEYS, ARGS) == 1
    assert asked == before + 5
    assert not {"cmdstat_wait", "cmdstat_set"} & (await redis.info("commandstats")).keys()
    await redis.aclose()


async def test_what_a_replica_does_not_confirm_is_told_and_nobody_else_waits() -> None:
    async with a_pair() as pair:
        replicas = pair.replicas()
        assert await replicas.run(SCRIPT, KEYS, ARGS) == 1
        with pair.replica.hanging():
            waiting = asyncio.create_task(replicas.run(SCRIPT, KEYS, ARGS))
            async with asyncio.timeout(20):
                while not (await pair.redis.info("clients"))["blocked_clients"]:
                    await asyncio.sleep(0)
            assert await pair.redis.set("another", "command")
            assert not waiting.done()
            with pytest.raises(ReplicaBehind, match="doesn't follow"):
                await waiting
            with pytest.raises(ReplicaBehind):
                await replicas.follow()
            # On another connection, by a script that changes nothing.
            fresh = await connect(pair.primary.url)
            others = Replicas(fresh)
            with pytest.raises(ReplicaBehind):
                await others.run(SCRIPT, KEYS, ARGS)
            await fresh.aclose()
        async with asyncio.timeout(20):
            while True:
                try:
                    await replicas.follow()
                    break
                except ReplicaBehind:
                    continue
        assert await replicas.run(SCRIPT, KEYS, ARGS) == 1


async def test_a_replica_that_is_gone_is_waited_for_a_while_and_again_when_it_is_back() -> None:
    async with a_pair() as pair:
        metrics = Metrics()
        replicas = pair.replicas(metrics=metrics)
        await replicas.barrier()
        await pair.leave()
        pair.time += LOOK_EVERY
        with pytest.raises(ReplicaBehind, match="it is gone"):
            await replicas.barrier()
        assert replicas.warning == ""
        pair.time += GONE_AFTER - 1
        with pytest.raises(ReplicaBehind):
            await replicas.follow()
        pair.time += 1
        await replicas.follow()
        assert await replicas.run(SCRIPT, KEYS, ARGS) == 1
        assert "no longer waited for" in replicas.warning
        assert metrics.registry.get_sample_value("newsbot_redis_replica_gone") == 1
        assert metrics.registry.get_sample_value("newsbot_redis_replicas_awaited") == 0
        await pair.follow()
        pair.time += LOOK_EVERY
        await replicas.barrier()
        assert (replicas.warning, replicas.needed) == ("", 1)
        assert metrics.registry.get_sample_value("newsbot_redis_replica_gone") == 0


async def test_another_server_is_given_less_time_to_get_a_replica() -> None:
    async with a_pair() as pair:
        replicas = pair.replicas()
        await replicas.barrier()
        pair.primary.kill()
        await pair.primary.start()
        replicas.look_again()
        await pair.of_replica.replicaof("NO", "ONE")
        while (await pair.redis.info("replication"))["connected_slaves"]:
            await asyncio.sleep(0.02)
        with pytest.raises(ReplicaBehind):
            await replicas.barrier()
        pair.time += COME_WITHIN
        await replicas.barrier()
        assert replicas.warning


async def test_as_many_as_the_setting_says_are_waited_for_whatever_happens() -> None:
    async with a_pair() as pair:
        await pair.replicas(wanted=1).barrier()
        two = pair.replicas(wanted=2)
        with pytest.raises(ReplicaBehind, match=r"NEWSBOT_REDIS_REPLICAS\), and 1 follow"):
            await two.barrier()
        pair.time += 10 * GONE_AFTER
        with pytest.raises(ReplicaBehind):
            await two.follow()
        with pair.replica.hanging():
            await pair.replicas(wanted=0).barrier()


async def test_an_audience_is_not_said_to_be_frozen_before_a_replica_knows_it() -> None:
    async with a_pair() as pair:
        ledger = RedisLedger(pair.redis, "telegram", "1", replicas=pair.replicas())
        alert, now = an_alert(1), datetime(2026, 2, 1, tzinfo=UTC)
        with pair.replica.hanging():
            with pytest.raises(StoreUnavailable, match="doesn't follow"):
                await ledger.freeze(alert, 0, now=now)
            with pytest.raises(StoreUnavailable):
                await ledger.replicated()
        await in_step(pair.redis, pair.of_replica)
        assert await ledger.freeze(alert, 0, now=now) == 0
        await ledger.replicated()


@pytest.mark.parametrize(
    ("setting", "level", "words"),
    [
        ("", "ok", "1 replica follows, and is asked before anybody is written to"),
        ("0", "note", "NEWSBOT_REDIS_REPLICAS is 0"),
        ("2", "WRONG", "1 replica follows, and NEWSBOT_REDIS_REPLICAS is 2: no alert is sent"),
    ],
)
async def test_doctor_tells_of_replicas(tmp_path: Path, setting: str, level: str, words: str) -> None:
    async with a_pair() as pair:
        settings = {"NEWSBOT_REDIS_URL": pair.primary.url} | ({"NEWSBOT_REDIS_REPLICAS": setting} if setting else {})
        _, out, _ = await run_to_end("doctor", folder=tmp_path, settings=settings)
        line = next(line for line in out.splitlines() if words in line)
        assert line.split()[:2] == [level, "redis:"]
