"""Figures about what lies in real servers: the pace, the ledger, the inbox, alerts that are not over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from newsbot.channels.redis_inbox import RedisInbox
from newsbot.database import Database
from newsbot.delivery.pacing import Granted, Lane, Restraint, Stop, Wait
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.alert import AlertClass, Outcome
from newsbot.domain.message import IncomingMessage, Kind
from newsbot.gauges import Gauges, Watched
from newsbot.observability import Metrics
from newsbot.redis_client import connect
from tests.builders import an_address
from tests.delivering import answered, begin
from tests.planning_house import House, a_real_house


class Figures:
    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    def __call__(self, name: str, **labels: str) -> float:
        found = self.metrics.registry.get_sample_value(f"newsbot_{name}", labels)
        assert found is not None, (name, labels)
        return found

    def has(self, name: str, **labels: str) -> bool:
        return self.metrics.registry.get_sample_value(f"newsbot_{name}", labels) is not None


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def figure(metrics: Metrics) -> Figures:
    return Figures(metrics)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_what_the_pace_grants_is_counted_by_lane(redis: Redis, metrics: Metrics, figure: Figures) -> None:
    pacing = RedisPacing(redis, "telegram:1", 30, metrics=metrics)
    first = await pacing.take(Lane.TOPIC, 100)
    second = await pacing.take(Lane.TOPIC, 100)
    assert isinstance(first, Granted)
    assert isinstance(second, Wait)
    await pacing.turn("5", Lane.REPLY)
    assert figure("pace_granted_total", channel="telegram", lane="topic") == first.count
    assert figure("pace_granted_total", channel="telegram", lane="reply") == 1
    assert figure("pace_wait_seconds_count", channel="telegram", lane="topic") == 2
    assert figure("pace_wait_seconds_count", channel="telegram", lane="reply") == 1
    assert figure("pace_wait_seconds_sum", channel="telegram", lane="reply") > 0
    assert figure("pace_granted_total", channel="telegram", lane="digest") == 0


async def test_a_refusal_counts_against_its_chat_and_a_second_chats_against_the_account(
    redis: Redis, metrics: Metrics, figure: Figures
) -> None:
    pacing = RedisPacing(redis, "telegram:1", 30, metrics=metrics)
    for chat in ("5", "5", "6"):
        await pacing.flooded(chat, timedelta(seconds=1))
    assert figure("floods_total", channel="telegram", scope="chat") == 2
    assert figure("floods_total", channel="telegram", scope="account") == 1
    await pacing.restrain(Restraint(stop=Stop.PUSHES, lasting=timedelta(seconds=1)))
    assert figure("restraints_total", channel="telegram", stops="pushes") == 1


async def test_requests_to_redis_are_counted_and_a_pipeline_is_one(
    redis_url: str, metrics: Metrics, figure: Figures
) -> None:
    redis = await connect(redis_url, asked=metrics.redis_round_trips.inc)
    await redis.ping()
    before = figure("redis_round_trips_total")
    await redis.set("a", "b")
    async with redis.pipeline(transaction=True) as pipe:
        for number in range(50):
            pipe.set(str(number), "x")
        await pipe.execute()
    assert figure("redis_round_trips_total") == before + 2
    await redis.aclose()


async def test_an_inbox_tells_how_long_its_oldest_event_waits(redis: Redis) -> None:
    inbox = RedisInbox(redis, "telegram:1")
    assert await inbox.oldest_seconds() == 0
    for number in range(2):
        await inbox.put(IncomingMessage(event_id=str(number), address=an_address(str(number)), kind=Kind.TEXT))
    await asyncio.sleep(0.05)
    assert 0.04 < await inbox.oldest_seconds() < 30

    async def empty() -> bool:
        return await inbox.waiting() == 0

    async def handle(_: IncomingMessage) -> None:
        return

    working = asyncio.create_task(inbox.work(handle))
    await until(empty)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert await inbox.oldest_seconds() == 0


def watched(house: House, redis: Redis, metrics: Metrics) -> Gauges:
    return Gauges([Watched("telegram", RedisInbox(redis, "telegram:1"), house.ledger)], house.alerts, redis, metrics)


async def test_gauges_tell_where_the_deliveries_of_standing_alerts_are(
    database: Database, redis: Redis, metrics: Metrics, figure: Figures
) -> None:
    house = await a_real_house(database, redis)
    house.ledger = RedisLedger(redis, "telegram", "1", metrics=metrics)
    house.planner = house.a_planner()
    gauges = watched(house, redis, metrics)
    await gauges.alerts()
    assert {state: figure("alerts", state=state) for state in ("planned", "running", "paused")} == {
        "planned": 0,
        "running": 0,
        "paused": 0,
    }

    await house.article(1, breaking=True)
    await house.planner.round()
    unit, claim = await begin(house.alerts, house.ledger, count=1)
    await answered(house.ledger, unit, claim, Outcome.BLOCKED)
    (standing,) = await house.alerts.standing()
    claim = await house.ledger.claim(unit, "worker", 1, standing.alert)
    await gauges.alerts()
    assert figure("alerts", state="running") == 1
    assert figure("units_open", channel="telegram") == 1
    assert {
        state: figure("alert_deliveries", channel="telegram", state=state)
        for state in ("blocked", "in_flight", "untouched", "waiting")
    } == {"blocked": 1, "in_flight": 1, "untouched": 1, "waiting": 0}
    assert figure("ledger_seconds_count", channel="telegram", doing="claiming readers") == 2
    assert figure("ledger_seconds_count", channel="telegram", doing="settling deliveries") == 1

    await gauges.readers()
    assert figure("readers", channel="telegram", when="now") == 3
    assert figure("readers", channel="telegram", when="later") == 0
    await gauges.memory()
    assert figure("redis_memory_bytes") > 100_000
    await gauges.inboxes()
    assert figure("inbox_waiting", channel="telegram") == 0

    await answered(house.ledger, unit, claim)
    assert await house.ledger.close(unit, "worker", Outcome.EXPIRED)
    await house.rounds()
    await gauges.alerts()
    assert figure("alerts", state="running") == 0
    assert not figure.has("alert_deliveries", channel="telegram", state="blocked")
    assert figure("alert_deliveries", channel="telegram", state="untouched") == 0


async def test_a_planner_tells_how_long_an_audience_took(
    database: Database, redis: Redis, metrics: Metrics, figure: Figures
) -> None:
    house = await a_real_house(database, redis)
    house.planner = house.a_planner(metrics=metrics)
    await house.article(1, breaking=True)
    await house.planner.round()
    assert figure("planning_seconds_count", cls=AlertClass.BREAKING.value) == 1
