"""The ledger in Redis where things go wrong between its steps: silent workers, late calls, lost answers, a full server;
and how long it keeps what.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.delivery.delivery_lines import NOBODY
from newsbot.delivery.ledger import Fate, Postpone, Reach, Settle, Taken, Tier, Unit, UnitLost
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.delivery.redis_units import CLOSED, SUPERSEDED, Units
from newsbot.domain.alert import Alert, AlertKind, Audience, Outcome, Totals
from newsbot.domain.subscriber import SEGMENT_SIZE, Slot
from newsbot.domain.window import Opener, Window
from newsbot.errors import StoreUnavailable
from newsbot.heartbeats import new_name, retire
from newsbot.redis_client import client, connect
from newsbot.redis_replicas import Replicas
from tests.builders import NOW, a_subscriber, an_address, an_alert
from tests.contracts.ledger_worlds import RedisWorld, frozen, taken
from tests.redis_server import RedisServer

REST = Unit(1, Tier.REST, 0)
DAY = 86_400
LIST = "{deliver:telegram:1}"


@pytest.fixture
def world(redis: Redis) -> RedisWorld:
    return RedisWorld(redis)


async def readers(world: RedisWorld, count: int) -> Alert:
    """So many follow sports, and there is an alert for them."""
    some = [
        a_subscriber("sports", number=number, address=an_address(str(5_000_000_000 + number)))
        for number in range(count)
    ]
    await world.segments.replace("telegram", 0, some)
    alert = an_alert()
    await frozen(world, alert)
    return alert


# --- workers ---------------------------------------------------------------------------------------------------------


async def test_who_beats_keeps_its_units_and_who_is_silent_loses_them(world: RedisWorld) -> None:
    """The two are processes of another machine: nobody can look whether they run."""
    alert = await readers(world, 1)
    quick = timedelta(seconds=0.4)
    silent, observer = (RedisLedger(world.redis, "telegram", "1", life=quick) for _ in range(2))
    await silent.take("elsewhere:1:a", [1])
    for _ in range(20):
        await silent.beat("elsewhere:1:a")
        assert await observer.take("elsewhere:2:b", [1]) is None
        await asyncio.sleep(0.05)
    assert await taken(observer, "elsewhere:2:b", alert) == Taken(REST)
    with pytest.raises(UnitLost):
        await silent.claim(REST, "elsewhere:1:a", 1, alert)


@pytest.mark.redis
async def test_after_an_outage_everyone_gets_their_whole_time_again(world: RedisWorld, tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    await server.start()
    redis = await connect(server.url)
    try:
        there = RedisWorld(redis)
        alert = await readers(there, 1)
        quick = timedelta(seconds=0.4)
        worker, observer = (RedisLedger(redis, "telegram", "1", life=quick) for _ in range(2))
        await worker.take("elsewhere:1:a", [1])
        assert await observer.take("elsewhere:2:b", [1]) is None
        server.kill()
        with pytest.raises(StoreUnavailable):
            await observer.beat("elsewhere:2:b")
        await asyncio.sleep(0.5)
        await server.start()
        await redis.connection_pool.disconnect()
        assert await observer.take("elsewhere:2:b", [1]) is None
        await worker.beat("elsewhere:1:a")
        assert len((await worker.claim(REST, "elsewhere:1:a", 1, alert)).readers) == 1
    finally:
        await redis.aclose()
        server.kill()


async def test_of_two_that_take_a_unit_over_the_later_one_has_it(world: RedisWorld) -> None:
    """The first was given the unit and fell asleep before it told the unit so."""
    await readers(world, 1)
    units = Units(world.redis, "telegram", replicas=Replicas(world.redis, wanted=0))
    assert await units.adopt(REST, "later", 2, number=1, resend=False) == (0, [b""])
    assert await units.adopt(REST, "asleep", 1, number=1, resend=False) == (SUPERSEDED, NOBODY)
    assert await units.claim(REST, "asleep", 2, 1) == (None, NOBODY)
    claim, _ = await units.claim(REST, "later", 2, 1)
    assert claim is not None
    assert len(claim.readers) == 1


async def test_a_claim_that_arrives_after_later_calls_begins_nobody(world: RedisWorld) -> None:
    alert = await readers(world, 3)
    units = Units(world.redis, "telegram", replicas=Replicas(world.redis, wanted=0))
    await units.adopt(REST, "worker", 1, number=1, resend=False)
    assert await units.take_back(REST, "worker", 3, []) == 0
    assert await units.claim(REST, "worker", 2, 3) == (None, NOBODY)
    assert await world.ledger.totals(alert.id) == Totals(audience=3, untouched=3)


async def test_a_unit_whose_taking_was_not_answered_is_taken_again(world: RedisWorld) -> None:
    """The list of work says that it is the worker's, and the worker doesn't know."""
    await readers(world, 1)
    worker = new_name()
    await world.ledger.take(worker, [1])
    unknowing = RedisLedger(world.redis, "telegram", "1")
    assert await unknowing.take(worker, [1]) == Taken(REST)


async def test_the_dead_are_taken_off_the_list_of_workers(world: RedisWorld) -> None:
    await readers(world, 1)
    dead, living = new_name(), new_name()
    await world.ledger.take(dead, [1])
    retire(dead)
    await taken(world.other, living, an_alert())
    await world.other.take(living, [1])
    assert await world.redis.hkeys(f"{LIST}:beats") == [living.encode()]


# --- crashes between two slots ---------------------------------------------------------------------------------------


async def test_what_was_frozen_and_not_offered_is_offered_the_next_time(world: RedisWorld) -> None:
    alert = await readers(world, 1)
    await world.redis.delete(f"{LIST}:free:1", f"{LIST}:segments:1")
    assert await frozen(world, alert) == 1
    assert (await taken(world.ledger, new_name(), alert)).unit == REST
    assert (await world.ledger.totals(1)).audience == 1


async def test_what_was_closed_and_not_taken_off_the_list_is_taken_off_by_the_next(world: RedisWorld) -> None:
    await readers(world, 1)
    worker = new_name()
    await world.ledger.take(worker, [1])
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    await world.redis.zadd(f"{LIST}:free:1", {"3:0": 3})
    assert await world.ledger.open_units(1) == 1
    units = Units(world.redis, "telegram", replicas=Replicas(world.redis, wanted=0))
    assert await units.adopt(REST, "x", 99, number=1, resend=False) == (CLOSED, NOBODY)
    assert await world.other.take(new_name(), [1]) is None
    assert await world.ledger.open_units(1) == 0


@pytest.mark.redis
async def test_nothing_is_lost_when_the_server_is_silent_and_comes_back(tmp_path: Path) -> None:
    """A claim is carried out and its answer given up on."""
    server = RedisServer(tmp_path)
    await server.start()
    redis = client(server.url)
    redis.connection_pool.connection_kwargs["socket_timeout"] = 0.5
    try:
        world, worker = RedisWorld(redis), new_name()
        alert = await readers(world, 4)
        await taken(world.ledger, worker, alert)
        first = await world.ledger.claim(REST, worker, 1, alert)
        with server.hanging(), pytest.raises(StoreUnavailable):
            await world.ledger.claim(REST, worker, 2, alert)
        while (await world.ledger.totals(1)).in_flight == 1:
            await asyncio.sleep(0.01)
        assert await world.ledger.take_back(REST, worker, but=[first.readers[0].position]) == 2
        claim = await world.ledger.claim(REST, worker, 9, alert)
        assert [reader.position for reader in claim.readers] == [1, 2, 3]
        assert (await world.ledger.totals(1)).skipped == 0
    finally:
        await redis.aclose()
        server.kill()


async def test_without_redis_it_says_so() -> None:
    away = client("unix:///nowhere/redis.sock")
    ledger, worker = RedisLedger(away, "telegram", "1"), new_name()
    for asking in (
        ledger.segments(),
        ledger.reach(Audience()),
        ledger.freeze(an_alert(), 0, now=NOW),
        ledger.freeze_copies(an_alert(), 0, now=NOW),
        ledger.beat(worker),
        ledger.take(worker, [1]),
        ledger.settle(REST, []),
        ledger.close(REST, worker, Outcome.EXPIRED),
        ledger.strike(REST, 1),
        ledger.open_units(1),
        ledger.totals(1),
        ledger.fate(1, a_subscriber().slot),
        ledger.release(1),
    ):
        with pytest.raises(StoreUnavailable):
            await asking
    await away.aclose()


# --- a server that is full -------------------------------------------------------------------------------------------


@pytest.fixture
async def full(redis: Redis) -> AsyncIterator[Redis]:
    yield redis
    await redis.config_set("maxmemory", 0)


async def test_when_the_server_is_full_nobody_is_claimed_and_results_are_kept(full: Redis) -> None:
    world, worker = RedisWorld(full), new_name()
    alert = await readers(world, 3)
    await taken(world.ledger, worker, alert)
    await world.ledger.claim(REST, worker, 2, alert)
    await full.config_set("maxmemory", 1)
    with pytest.raises(StoreUnavailable):
        await world.ledger.claim(REST, worker, 1, alert)
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "7"), Postpone(1, timedelta(hours=1))])
    await full.config_set("maxmemory", 0)
    assert await world.ledger.totals(1) == Totals(audience=3, outcomes={Outcome.SENT: 1}, waiting=1, untouched=1)


# --- how much, and how long ------------------------------------------------------------------------------------------


async def test_a_closed_unit_takes_no_more_room_than_it_needs_and_keeps_it_no_longer(world: RedisWorld) -> None:
    count, worker = 5_000, new_name()
    alert = await readers(world, count)
    await taken(world.ledger, worker, alert)
    while (claim := await world.ledger.claim(REST, worker, 300, alert)).readers:
        results = [Settle(one.position, Outcome.SENT, str(1_000 + one.position)) for one in claim.readers]
        await world.ledger.settle(REST, results)
    alert_key, needed = (
        "{telegram:0}:alert:1",
        {"outcome:1": count // 8, "3:copies": count // 8, "3:messages": count * 4},
    )
    until = {name: await world.redis.expiretime(f"{alert_key}:{name}") for name in needed}
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    assert {name: await world.redis.expiretime(f"{alert_key}:{name}") for name in until} == until
    for name, size in needed.items():
        assert await world.redis.strlen(f"{alert_key}:{name}") == size
        assert await world.redis.memory_usage(f"{alert_key}:{name}") < size * 1.25 + 150
    assert (await world.ledger.totals(1)).outcomes == {Outcome.SENT: count}


async def test_a_delivery_takes_at_most_eight_bytes_and_after_two_days_less_than_one(world: RedisWorld) -> None:
    worker, count = new_name(), SEGMENT_SIZE
    alert = await readers(world, count)
    await taken(world.ledger, worker, alert)
    while (claim := await world.ledger.claim(REST, worker, 2_000, alert)).readers:
        results = [Settle(one.position, rarely_refused(one.position), str(one.position)) for one in claim.readers]
        await world.ledger.settle(REST, results)
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    totals = await world.ledger.totals(1)
    now, later = await memory(world.redis, "{telegram:0}:alert:1:", "{telegram:0}:story:")
    assert now / count <= 8
    assert later / count < 1
    await world.forget_copies(REST)
    assert await world.ledger.totals(1) == totals
    some = range(0, count, 97)
    fates = [await world.ledger.fate(1, Slot("telegram", 0, position)) for position in some]
    assert fates == [Fate(True, rarely_refused(position)) for position in some]


def rarely_refused(position: int) -> Outcome:
    refusals = {3: Outcome.BLOCKED, 23: Outcome.DEACTIVATED, 43: Outcome.UNKNOWN, 63: Outcome.BAD_REQUEST}
    return refusals.get(position % 80, Outcome.SENT)


async def memory(redis: Redis, *prefixes: str) -> tuple[int, int]:
    """Bytes of the keys that begin so; and of those among them that last longer than corrections are possible."""
    names = [name async for name in redis.scan_iter(count=1_000) if name.decode().startswith(prefixes)]
    sizes = {name: int(await redis.memory_usage(name, samples=0) or 0) for name in names}
    lasting = [name for name in names if await redis.ttl(name) > 2 * DAY]
    return sum(sizes.values()), sum(sizes[name] for name in lasting)


async def test_a_storys_only_article_takes_no_room_beside_the_story_until_there_is_another(world: RedisWorld) -> None:
    await world.put("sports", number=0)
    await world.put("politics", number=1)
    await world.put("economy", number=2)
    everyone = Audience()
    first, second = an_alert(), an_alert(2, story="article:1", audience=Audience(("sports", "politics")))
    assert await frozen(world, first) == 1
    assert await marks(world.redis) == {"article:1"}
    assert await world.ledger.reach(everyone, story="article:1:1") == Reach(2)
    assert await frozen(world, an_alert(3, story="article:1", article_id=1, audience=Audience(("politics",)))) == 1
    assert await marks(world.redis) == {"article:1"}
    assert await world.ledger.reach(everyone, story="article:1:1") == Reach(1)
    await world.put("politics", number=3)
    assert await frozen(world, second) == 1
    assert await marks(world.redis) == {"article:1", "article:1:1", "article:1:2"}
    reached = [await world.ledger.reach(everyone, story=f"article:1{mark}") for mark in ("", ":1", ":2")]
    assert reached == [Reach(1), Reach(2), Reach(3)]
    await world.ledger.release(2)
    reached = [await world.ledger.reach(everyone, story=f"article:1{mark}") for mark in ("", ":1", ":2")]
    assert reached == [Reach(2), Reach(2), Reach(4)]


async def test_a_retry_of_a_storys_only_article_leaves_the_story_its_one_mark(world: RedisWorld) -> None:
    worker, alert = new_name(), await readers(world, 3)
    await taken(world.ledger, worker, alert)
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    for mark in ("story:article:1", "sole:article:1"):
        await world.redis.expire(f"{{telegram:0}}:{mark}", DAY)
    retry = an_alert(2, kind=AlertKind.RETRY, of=1, story="article:1", article_id=1)
    assert await world.ledger.freeze_again(retry, 0, now=NOW) == 3
    assert await marks(world.redis) == {"article:1"}
    for mark in ("story:article:1", "sole:article:1"):
        assert await world.redis.ttl(f"{{telegram:0}}:{mark}") == pytest.approx(4 * DAY, abs=30)


async def marks(redis: Redis) -> set[str]:
    return {name.decode().partition(":story:")[2] async for name in redis.scan_iter(match="*}:story:*")}


async def test_late_news_moves_readers_between_outcomes_that_few_and_that_many_have(world: RedisWorld) -> None:
    worker, alert = new_name(), await readers(world, SEGMENT_SIZE)
    expected = dict.fromkeys(range(0, 65_500, 18), Outcome.SENT) | dict.fromkeys(range(5, 185, 18), Outcome.UNKNOWN)
    expected |= dict.fromkeys(range(2, 65_500, 9), Outcome.BLOCKED)
    await taken(world.ledger, worker, alert)
    await world.ledger.settle(REST, [Settle(position, outcome) for position, outcome in expected.items()])
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    many = {Outcome.BLOCKED: 0, Outcome.EXPIRED: 0}
    assert await listed(world.redis) == {Outcome.SENT: 3_639, Outcome.UNKNOWN: 10} | many

    async def told_of(*positions: int) -> None:
        await world.ledger.settle(REST, [Settle(position, Outcome.SENT) for position in positions])
        for position in positions:
            if expected.get(position) is Outcome.UNKNOWN:
                expected[position] = Outcome.SENT
        some = {position: expected.get(position, Outcome.EXPIRED) for position in (*range(190), 65_484, 65_502, 65_535)}
        fates = {position: await world.ledger.fate(1, Slot("telegram", 0, position)) for position in some}
        assert fates == {position: Fate(True, outcome) for position, outcome in some.items()}
        counts = {outcome: list(expected.values()).count(outcome) for outcome in sorted(set(expected.values()))}
        counts |= {Outcome.EXPIRED: SEGMENT_SIZE - len(expected)}
        assert (await world.ledger.totals(1)).outcomes == dict(sorted(counts.items()))

    await told_of(5, 167, 77, 2, 3)
    assert await listed(world.redis) == {Outcome.SENT: 3_642, Outcome.UNKNOWN: 7} | many
    await told_of(*range(5, 185, 18))
    assert await listed(world.redis) == {Outcome.SENT: 3_649} | many


async def test_an_outcome_of_few_that_many_have_at_last_takes_no_more_room_than_a_bitmap(world: RedisWorld) -> None:
    worker, alert = new_name(), await readers(world, SEGMENT_SIZE)
    sent, unknown = range(1_528, 65_528, 16), range(5, 65_000, 10)
    await taken(world.ledger, worker, alert)
    await world.ledger.settle(REST, [Settle(position, Outcome.SENT) for position in sent])
    await world.ledger.settle(REST, [Settle(position, Outcome.UNKNOWN) for position in unknown])
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    assert await listed(world.redis) == {Outcome.SENT: 4_000, Outcome.UNKNOWN: 0, Outcome.EXPIRED: 0}
    for size in (96, 1, 50):
        late, unknown = unknown[:size], unknown[size:]
        await world.ledger.settle(REST, [Settle(position, Outcome.SENT) for position in late])
    assert await listed(world.redis) == {Outcome.SENT: 0, Outcome.UNKNOWN: 0, Outcome.EXPIRED: 0}
    outcomes = (await world.ledger.totals(1)).outcomes
    assert outcomes[Outcome.SENT] == 4_147
    assert outcomes[Outcome.UNKNOWN] == len(unknown)
    assert await world.redis.ttl("{telegram:0}:alert:1:outcome:1") == pytest.approx(7 * DAY + 3 * 3_600, abs=60)


async def listed(redis: Redis) -> dict[Outcome, int]:
    """How many are on the list of each outcome; 0: they have a bitmap."""
    found = await redis.hgetall("{telegram:0}:alert:1:outcomes")
    return {Outcome(int(name)): len(found[name]) // 2 for name in sorted(found, key=int)}


async def test_a_full_segment_is_claimed_and_settled_to_its_last_reader(world: RedisWorld) -> None:
    worker, count = new_name(), SEGMENT_SIZE
    alert = await readers(world, count)
    await taken(world.ledger, worker, alert)
    seen: list[int] = []
    while (claim := await world.ledger.claim(REST, worker, 500, alert)).readers:
        assert [reader.user_id for reader in claim.readers] == [str(5_000_000_000 + r.position) for r in claim.readers]
        seen += [reader.position for reader in claim.readers]
        await world.ledger.settle(REST, [Settle(r.position, Outcome.SENT, str(r.position + 1)) for r in claim.readers])
    assert seen == list(range(count))
    assert await world.ledger.totals(1) == Totals(audience=count, outcomes={Outcome.SENT: count})
    recall = an_alert(2, kind=AlertKind.RECALL, of=1)
    assert await world.ledger.freeze_copies(recall, 0, now=NOW) == count
    await taken(world.ledger, worker, recall)
    claim = await world.ledger.claim(Unit(2, Tier.REST, 0), worker, 3, recall)
    assert [reader.message_id for reader in claim.readers] == ["1", "2", "3"]


async def test_everything_of_an_alert_goes_by_itself_and_nothing_is_left_over(world: RedisWorld) -> None:
    await readers(world, 6)
    worker = new_name()
    await taken(world.ledger, worker, an_alert())
    await world.ledger.claim(REST, worker, 5, an_alert())
    await world.ledger.settle(
        REST, [Settle(0, Outcome.SENT, "7"), Settle(1, Outcome.SENT, "x"), Settle(2, Outcome.BLOCKED)]
    )
    await world.ledger.settle(REST, [Postpone(3, timedelta(hours=1)), Postpone(4, timedelta(hours=1), doubtful=True)])
    before = await lifetimes(world.redis)
    await world.ledger.give_back(REST, worker)
    await world.ledger.take(worker, [1])
    await world.ledger.close(REST, worker, Outcome.STOPPED)
    await world.ledger.freeze_copies(an_alert(2, kind=AlertKind.RECALL, of=1), 0, now=NOW)
    await world.ledger.reach(Audience(languages=("bn",)), story="article:1")
    after = await lifetimes(world.redis)
    alerts_life, unit = 7 * DAY + 3 * 3_600, "{telegram:0}:alert:1:3"
    for name in ("audience", "state", "begun", "waiting", "later", "doubtful", "settled"):
        assert before[f"{unit}:{name}"] == pytest.approx(alerts_life, abs=30)
    for name in ("outcomes", "outcome:1", "outcome:16"):
        assert before[f"{{telegram:0}}:alert:1:{name}"] == pytest.approx(alerts_life, abs=30)
    assert after["{telegram:0}:alert:1:outcomes"] == pytest.approx(alerts_life, abs=30)
    for name in ("audience", "copies", "messages", "other_messages"):
        assert after[f"{unit}:{name}"] == pytest.approx(2 * DAY, abs=30)
    for mark in ("story:article:1", "sole:article:1"):
        assert after[f"{{telegram:0}}:{mark}"] == pytest.approx(4 * DAY, abs=30)
    lasting = {f"{LIST}:beats", f"{LIST}:turns", "segments:telegram:1"}
    forever = {name for name, seconds in (before | after).items() if seconds < 0} - lasting
    subscribers = ("ids", "known", "versions", "bitmaps", "profile:0", "lang:bn", "topic:sports")
    assert forever - {f"{LIST}:owners"} == {f"{{telegram:0}}:{name}" for name in subscribers}
    assert f"{LIST}:owners" not in after
    assert not [name for name in after if ":tmp:" in name]


async def test_nothing_of_a_forgotten_reader_is_struck(world: RedisWorld) -> None:
    await world.put("sports", number=0)
    await world.ledger.strike(REST, 0)
    await world.put("politics", number=0)
    assert await world.redis.exists("{telegram:0}:strikes") == 1
    await world.forget(0)
    assert await world.redis.exists("{telegram:0}:strikes") == 0


async def lifetimes(redis: Redis) -> dict[str, int]:
    """Seconds that each key still lives; -1: for ever. Buckets of addresses left out."""
    names = [name.decode() async for name in redis.scan_iter(count=1_000)]
    return {name: await redis.ttl(name) for name in names if not name.startswith("address:")}


# --- windows ---------------------------------------------------------------------------------------------------------


async def with_windows(redis: Redis, count: int, *, ends: datetime) -> tuple[RedisWorld, Alert]:
    """So many whose window ends then, one more whose window is open for hours, and an alert for all of them."""
    world = RedisWorld(redis, windows=True)
    alert = await readers(world, count + 1)
    for number in range(count + 1):
        window = Window(ends if number < count else datetime.now(UTC) + timedelta(hours=5), Opener.MESSAGE)
        address = an_address(str(5_000_000_000 + number))
        await world.segments.touch(address, Slot("telegram", 0, number), datetime.now(UTC), window)
    return world, alert


async def test_a_claim_looks_at_a_bounded_number_of_windows_and_the_next_one_goes_on(redis: Redis) -> None:
    """These are open by the quarter of an hour in which they end, and closed when they are looked at one by one."""
    many = 2_100
    world, alert = await with_windows(redis, many, ends=datetime.now(UTC) + timedelta(seconds=59))
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    claims = [await world.ledger.claim(REST, worker, 5, alert)]
    while not claims[-1].readers:
        assert claims[-1].next_in == timedelta(0), "it would be closed, and who is left would be lost"
        claims.append(await world.ledger.claim(REST, worker, 5, alert))
    assert len(claims) <= 3
    assert [reader.position for reader in claims[-1].readers] == [many]
    totals = await world.ledger.totals(alert.id)
    assert (totals.held, totals.in_flight, totals.skipped) == (many, 1, 0)


async def test_what_is_kept_of_the_held_goes_by_itself(redis: Redis) -> None:
    world, alert = await with_windows(redis, 3, ends=datetime.now(UTC) - timedelta(hours=1))
    worker = world.worker()
    await taken(world.ledger, worker, alert)
    (reader,) = (await world.ledger.claim(REST, worker, 5, alert)).readers
    await world.ledger.settle(REST, [Settle(reader.position, Outcome.HELD, window_until=reader.window_until)])
    await world.ledger.settle(REST, [Settle(0, Outcome.SENT, "m_1")])
    await world.ledger.close(REST, worker, Outcome.EXPIRED)
    for key in await redis.keys("*"):
        name = key.decode()
        if ":alert:" in name or ":ending:" in name or name.endswith((":held", ":story:article:1")):
            assert 0 < await redis.ttl(key) <= 8 * DAY, name
    assert await redis.ttl("{telegram:0}:held") <= 2 * DAY


# --- a server's clock that jumps -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-48, -1, 1, 48])
async def test_a_clock_that_jumps_lets_nobody_wait_longer_than_they_were_told(world: RedisWorld, hours: int) -> None:
    alert = await readers(world, 6)
    await taken(world.ledger, "worker", alert)
    claim = await world.ledger.claim(REST, "worker", 4, alert)
    first, second, third, fourth = (reader.position for reader in claim.readers)
    soon, late = timedelta(seconds=0.2), timedelta(seconds=40)
    await world.ledger.settle(REST, [Postpone(first, soon), Postpone(second, late)])
    # As if all of it had been written before the jump, by the clock of then.
    unit, before = "{telegram:0}:alert:1:3", -hours * 3_600_000
    await world.redis.hincrby(f"{unit}:state", "clock", before)
    for waiting in await world.redis.zrange(f"{unit}:later", 0, -1):
        await world.redis.zincrby(f"{unit}:later", before, waiting)
    await world.ledger.settle(REST, [Postpone(third, late), Settle(fourth, Outcome.SENT, "4")])
    again = await world.ledger.claim(REST, "worker", 0, alert)
    if hours > 0:  # who waits for what is past now is due: earlier than said, and once
        assert again.next_in == timedelta(0)
        due = {first, second}
    else:
        assert again.next_in is not None
        assert timedelta(0) <= again.next_in <= soon
        due = {first}
    await asyncio.sleep(soon.total_seconds())
    claim = await world.ledger.claim(REST, "worker", 6, alert)
    assert {reader.position for reader in claim.readers} == due | {4, 5}
    assert claim.next_in is not None
    assert timedelta(seconds=30) < claim.next_in <= late
    totals = await world.ledger.totals(1)
    assert (totals.in_flight, totals.waiting, totals.skipped) == (len(due) + 2, 3 - len(due), 0)
