"""The ledger over what an earlier version has written: outcomes by rank, alerts that are over and alerts under way.

`golden/ledger_by_rank.json` is what that version left in Redis: two alerts to twelve readers, of whom number 8 was
active that day. The first is over; the second was going out when the program was stopped. Once as on Telegram, and once
with windows.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.delivery.ledger import Fate, Settle, Tier, Unit
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import AlertKind, Outcome, Totals
from newsbot.domain.subscriber import Slot
from newsbot.domain.window import Opener, Window
from newsbot.heartbeats import new_name
from tests.builders import NOW, an_alert
from tests.contracts.ledger_worlds import RedisWorld, taken

GOLDEN = Path(__file__).parent.parent / "golden" / "ledger_by_rank.json"
OVER, UNDER_WAY = Unit(1, Tier.REST, 0), Unit(2, Tier.REST, 0)
DAY = 86_400
SENT, UNKNOWN, EXPIRED, WITHDRAWN, HELD = (
    Outcome.SENT,
    Outcome.UNKNOWN,
    Outcome.EXPIRED,
    Outcome.WITHDRAWN,
    Outcome.HELD,
)
BLOCKED = Outcome.BLOCKED


async def left_by_an_earlier_version(redis: Redis, name: str) -> RedisWorld:
    for key, (kind, value) in json.loads(GOLDEN.read_text())[name].items():
        match kind:
            case "string":
                await redis.set(key, value.encode("latin-1"))
            case "hash":
                await redis.hset(key, mapping={field: one.encode("latin-1") for field, one in value.items()})
            case "set":
                await redis.sadd(key, *value)
            case "zset":
                # Who was held was held just now; who waits is due.
                now = {":held": time.time(), "later": time.time() * 1000}.get(key[-5:])
                await redis.zadd(key, value if now is None else dict.fromkeys(value, now))
        if ":alert:" in key:
            await redis.expire(key, 7 * DAY)
            if key.endswith(":state"):
                await redis.hset(key, "until", str(int(time.time()) + 7 * DAY))
    return RedisWorld(redis, windows=name == "windows")


async def fates(world: RedisWorld, alert_id: int) -> list[Fate]:
    return [await world.ledger.fate(alert_id, Slot("telegram", 0, number)) for number in range(13)]


def settled(*outcomes: Outcome) -> list[Fate]:
    return [Fate(True, outcome) for outcome in outcomes]


@pytest.fixture
async def world(redis: Redis) -> RedisWorld:
    return await left_by_an_earlier_version(redis, "plain")


async def test_what_became_of_each_reader_is_known(world: RedisWorld) -> None:
    assert await fates(world, 1) == [
        *settled(SENT, SENT, BLOCKED, UNKNOWN, UNKNOWN, WITHDRAWN, EXPIRED, EXPIRED, SENT, EXPIRED, EXPIRED, EXPIRED),
        Fate(),
    ]
    known = {SENT: 3, UNKNOWN: 2, EXPIRED: 5, WITHDRAWN: 1, BLOCKED: 1}
    assert await world.ledger.totals(1) == Totals(audience=12, outcomes=known)
    untouched = Fate(in_audience=True)
    assert await fates(world, 2) == [
        *settled(SENT, UNKNOWN),
        Fate(in_audience=True, begun=True),
        Fate(in_audience=True, waiting=True),
        *settled(BLOCKED, UNKNOWN),
        *[untouched] * 6,
        Fate(),
    ]
    known = {SENT: 1, UNKNOWN: 2, BLOCKED: 1}
    under_way = Totals(audience=12, outcomes=known, waiting=1, in_flight=1, untouched=6)
    assert await world.ledger.totals(2) == under_way


async def test_late_news_replaces_what_was_unknown_and_nothing_else(world: RedisWorld) -> None:
    for _ in range(2):
        late = [Settle(number, SENT, str(900 + number)) for number in range(13)]
        await world.ledger.settle(OVER, [late[3], late[2], late[5], late[6], late[12]])
        assert await fates(world, 1) == [
            *settled(SENT, SENT, BLOCKED, SENT, UNKNOWN, WITHDRAWN, EXPIRED, EXPIRED, SENT, EXPIRED, EXPIRED, EXPIRED),
            Fate(),
        ]
        known = {SENT: 4, UNKNOWN: 1, EXPIRED: 5, WITHDRAWN: 1, BLOCKED: 1}
        assert await world.ledger.totals(1) == Totals(audience=12, outcomes=known)


async def test_it_can_be_corrected(world: RedisWorld) -> None:
    await world.ledger.settle(OVER, [Settle(3, SENT, "903")])
    correction, worker = an_alert(3, kind=AlertKind.CORRECTION, of=1), new_name()
    assert await world.ledger.freeze_copies(correction, 0, now=NOW) == 4
    copies = {}
    for _ in range(2):
        unit = (await taken(world.ledger, worker, correction)).unit
        claim = await world.ledger.claim(unit, worker, 9, correction)
        copies |= {reader.position: reader.message_id for reader in claim.readers}
    assert copies == {0: "7", 1: "x", 3: "903", 8: "80"}


async def test_what_was_under_way_goes_on_to_its_end(world: RedisWorld) -> None:
    worker, alert = new_name(), an_alert(2)
    ledger = RedisLedger(world.redis, "telegram", "1", life=timedelta(seconds=0.3))
    for _ in range(2):
        found = await taken(ledger, worker, alert)  # from a worker that is silent
        unit = found.unit
        assert found.recovered == (1 if unit == UNDER_WAY else 0)
        claim = await ledger.claim(unit, worker, 3, alert)
        positions = [reader.position for reader in claim.readers]
        if unit == UNDER_WAY:
            assert positions == [3, 6, 7]  # who waited first
            await ledger.settle(unit, [Settle(3, SENT, "93"), Settle(6, BLOCKED), Settle(7, UNKNOWN)])
            await ledger.settle(unit, [Settle(5, SENT, "95"), Settle(0, UNKNOWN)])
        else:
            assert positions == [8]
            await ledger.settle(unit, [Settle(8, SENT, "98")])
        assert await ledger.close(unit, worker, EXPIRED)
    assert await fates(world, 2) == [
        *settled(SENT, UNKNOWN, UNKNOWN, SENT, BLOCKED, SENT, BLOCKED, UNKNOWN, SENT, EXPIRED, EXPIRED, EXPIRED),
        Fate(),
    ]
    known = {SENT: 4, UNKNOWN: 3, EXPIRED: 3, BLOCKED: 2}
    assert await world.ledger.totals(2) == Totals(audience=12, outcomes=known)


async def test_what_was_held_is_offered_and_caught_up_with(redis: Redis) -> None:
    world = await left_by_an_earlier_version(redis, "windows")
    assert [fate.outcome for fate in await fates(world, 1)] == [
        *(SENT, HELD, UNKNOWN, EXPIRED, HELD, HELD, HELD, HELD, HELD, HELD, HELD, HELD, None)
    ]
    slot = Slot("telegram", 0, 4)
    await world.heard_of(4, Window(datetime.now(UTC) + timedelta(hours=5), Opener.MESSAGE))
    assert await world.ledger.offer(slot) == (UNDER_WAY, OVER)
    await world.ledger.settle(OVER, [Settle(4, SENT, "m_4")])
    assert await world.ledger.missed(slot) == (UNDER_WAY,)
    assert (await world.ledger.fate(1, slot)).outcome is SENT
    assert (await world.ledger.totals(1)).outcomes == {SENT: 2, UNKNOWN: 1, EXPIRED: 1, HELD: 8}
