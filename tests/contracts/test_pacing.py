"""The script in Redis decides as the pure function does, and several processes share one budget."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from redis.asyncio import Redis

from newsbot.delivery.pacing import (
    FARTHEST,
    LONGEST_RESTRAINT,
    STOPPED_AGAIN,
    Budget,
    BulkPacing,
    Granted,
    Lane,
    Pace,
    Restraint,
    Stop,
    Wait,
    flooded,
    grant,
    limit_of,
    reserve,
    restrain,
    standstill,
)
from newsbot.delivery.redis_pacing import Answers, RedisPacing
from newsbot.errors import StoreUnavailable
from newsbot.redis_client import client

RATE = 30.0
PACE = Pace.of(RATE)
INTERVAL = PACE.interval
#: the script reads the server's clock, the pure function is given ours: they may differ by what a call takes
NEAR = 400_000

SCRIPT: list[tuple[str, Any, Any]] = [
    *[("take", Lane.REPLY, "1")] * 6,
    ("take", Lane.BREAKING, 10),
    ("take", Lane.TOPIC, 10),
    ("take", Lane.REPLY, "2"),
    ("take", Lane.REPLY, "-100"),
    ("flooded", "5", 3),
    ("take", Lane.REPLY, "5"),
    ("take", Lane.REPLY, "6"),
    ("flooded", "6", 4),
    ("take", Lane.REPLY, "7"),
    ("take", Lane.BREAKING, 1),
    ("take", Lane.DIGEST, 1),
]
SLOWER = Restraint(stretch=400, lasting=timedelta(minutes=1))
PUSHES_STOP = Restraint(Stop.PUSHES, lasting=timedelta(seconds=40))
ALL_STOP = Restraint(Stop.EVERYTHING, lasting=timedelta(minutes=30))
RESTRAINED: list[tuple[str, Any, Any]] = [
    ("restrain", SLOWER, None),
    *[("take", Lane.REPLY, str(chat)) for chat in range(6)],
    ("take", Lane.BREAKING, 10),
    ("restrain", PUSHES_STOP, None),
    ("take", Lane.BREAKING, 10),
    ("take", Lane.DIGEST, 1),
    ("take", Lane.REPLY, "7"),
    ("restrain", ALL_STOP, None),
    ("take", Lane.REPLY, "8"),
    ("restrain", Restraint(Stop.EVERYTHING, lasting=timedelta(0)), None),  # another process's older news
    ("take", Lane.REPLY, "8"),
    ("take", Lane.BREAKING, 1),
]


PAUSED_AGAIN: list[tuple[str, Any, Any]] = [
    *[("flooded", str(chat), seconds) for chat, seconds in enumerate((0, 0, 0, 0, 3, 3))],
    *[("take", Lane.REPLY, str(chat)) for chat in range(10, 15)],
    ("take", Lane.BREAKING, 10),
]


@pytest.mark.parametrize("script", [SCRIPT, RESTRAINED, PAUSED_AGAIN])
async def test_the_scripts_decide_as_the_pure_functions(redis: Redis, script: list[tuple[str, Any, Any]]) -> None:
    budget, chats = Budget(), dict[str, int]()
    for step, first, second in script:
        pacing = RedisPacing(redis, "telegram:1", RATE)  # another process each time: it knows only what Redis says
        before = await micros_of(redis)
        if step == "restrain":
            await pacing.restrain(first)
            budget = restrain(budget, before, first)
            continue
        if step == "flooded":
            await pacing.flooded(first, timedelta(seconds=second))
            budget, chats[first] = flooded(
                budget, chats.get(first, 0), before, chat=first, after=second * 1_000_000, limit=limit_of(first)
            )
            continue
        chat, count = (second, 1) if isinstance(second, str) else ("", second)
        answer = await pacing.take(first, count, chat_id=chat)
        limit = limit_of(chat) if chat else None
        # On a busy machine a wait may end between the two looks at the clock.
        decisions = [
            grant(budget, chats.get(chat, 0), now, lane=first, count=count, pace=PACE, limit=limit)
            for now in (before, await micros_of(redis))
        ]
        fitting = [decision for decision in decisions if type(decision[2]) is type(answer)]
        assert fitting, (step, first, second, answer, decisions)
        budget, chats[chat], expected = fitting[0]
        if isinstance(answer, Granted) and isinstance(expected, Granted):
            assert answer.after == pytest.approx(expected.after, abs=NEAR)
        if isinstance(answer, Wait) and isinstance(expected, Wait):
            assert answer.again_after == pytest.approx(expected.again_after, abs=NEAR)


async def test_chats_are_reserved_as_the_pure_function_decides(redis: Redis) -> None:
    pacing: BulkPacing = RedisPacing(redis, "telegram:1", RATE)
    ids = [*["1"] * 5, *["-100"] * 6, "2", "1", "-100"]
    known = dict[str, int]()
    seconds, micros = await redis.time()
    now = seconds * 1_000_000 + micros
    expected = []
    for chat in ids:
        known[chat], wait = reserve(known.get(chat, 0), now, now, limit_of(chat))
        expected.append(wait)
    waits = [wait // timedelta(microseconds=1) for wait in await pacing.chats(ids)]
    assert [wait > 0 for wait in waits] == [wait > 0 for wait in expected]
    assert [wait > 0 for wait in waits] == [False] * 4 + [True] + [False] * 5 + [True, False, True, True]
    for wait, mine in zip(waits, expected, strict=True):
        assert wait == pytest.approx(mine, abs=NEAR)
    assert await redis.exists("{pacing:telegram:1}:budget") == 0


async def test_a_chat_that_was_refused_is_not_reserved(redis: Redis) -> None:
    pacing = RedisPacing(redis, "telegram:1", RATE)
    await pacing.flooded("5", timedelta(seconds=30))
    waits = await pacing.chats(["4", "5"])
    assert waits[0] == timedelta()
    assert timedelta(seconds=29) < waits[1] <= timedelta(seconds=30)
    assert await pacing.chats([]) == []


async def test_processes_share_one_budget(redis: Redis) -> None:
    """Forty replies over two clients, each due an interval after another's."""
    async with client_of(redis) as other:
        pacings = [RedisPacing(redis, "telegram:1", RATE), RedisPacing(other, "telegram:1", RATE)]
        seconds, micros = await redis.time()
        began = seconds * 1_000_000 + micros
        answers = await asyncio.gather(*(pacings[n % 2].take(Lane.REPLY, chat_id=str(n)) for n in range(40)))
    assert all(isinstance(answer, Granted) for answer in answers)
    budget = await redis.hgetall("{pacing:telegram:1}:budget")
    assert int(budget[b"next_at"]) - began >= 40 * INTERVAL


async def test_what_one_process_knows_of_the_quota_holds_for_all(redis: Redis) -> None:
    async with client_of(redis) as other:
        one, another = RedisPacing(redis, "messenger:1", RATE), RedisPacing(other, "messenger:1", RATE)
        await one.restrain(Restraint(Stop.PUSHES, stretch=200, lasting=timedelta(minutes=1)))
        assert await another.take(Lane.BREAKING) == Wait(STOPPED_AGAIN)
        granted = [await another.take(Lane.REPLY) for _ in range(10)]
    moments = [answer.after for answer in granted if isinstance(answer, Granted)]
    assert len(moments) == 10
    assert moments[-1] > 9 * 1.9 * INTERVAL - NEAR


async def test_who_was_granted_a_moment_stands_still_when_a_pause_comes(redis: Redis) -> None:
    """Thirty replies have their moments in the next second; after a few of them the platform asks all for a pause."""
    async with client_of(redis) as other:
        pacings = [RedisPacing(redis, "telegram:1", RATE), RedisPacing(other, "telegram:1", RATE)]
        clock = asyncio.get_running_loop().time
        turns: list[float] = []

        async def one(number: int) -> None:
            await pacings[number % 2].turn(str(number), Lane.REPLY)
            turns.append(clock())

        waiting = [asyncio.create_task(one(number)) for number in range(30)]
        while len(turns) < 12:
            await asyncio.sleep(0.01)
        for chat in ("100", "101"):
            await pacings[0].flooded(chat, timedelta(seconds=2))
        paused_at = clock()
        await asyncio.gather(*waiting)
    in_the_pause = [turn for turn in turns if paused_at < turn < paused_at + 2]
    # Who looked just before.
    assert len(in_the_pause) <= 1
    assert len(turns) == 30


@pytest.mark.parametrize("lane", [Lane.REPLY, Lane.TOPIC])
@pytest.mark.parametrize(
    "ahead",
    [
        {},
        {"paused_until": 20_000_000},
        {"paused_until": 2 * FARTHEST},  # a clock has jumped back since
        {"pushes_until": 40_000_000},
        {"stopped_until": 50_000_000, "paused_until": 1_000_000},
        {"stopped_until": 2 * LONGEST_RESTRAINT, "pushes_until": -5_000_000},
    ],
)
async def test_who_stands_still_is_decided_as_by_the_pure_function(
    redis: Redis, lane: Lane, ahead: dict[str, int]
) -> None:
    now = await micros_of(redis)
    written = {field: now + span for field, span in ahead.items()}
    if written:
        await redis.hset("{pacing:telegram:1}:budget", mapping=written)
    found = await RedisPacing(redis, "telegram:1", RATE).stands_still(lane)
    assert found == (standstill(Budget(**written), now, lane) > 0)


async def test_a_restraint_that_a_clock_left_behind_is_forgotten(redis: Redis) -> None:
    pacing = RedisPacing(redis, "messenger:1", RATE)
    far = await micros_of(redis) + 2 * LONGEST_RESTRAINT
    await redis.hset(
        "{pacing:messenger:1}:budget",
        mapping={"stopped_until": far, "pushes_until": far, "stretch": 400, "stretched_until": far},
    )
    push, reply = await pacing.take(Lane.BREAKING), await pacing.take(Lane.REPLY)
    assert isinstance(push, Granted)
    assert isinstance(reply, Granted)
    assert reply.after <= INTERVAL
    await pacing.restrain(Restraint(Stop.EVERYTHING, lasting=timedelta(seconds=2)))
    answer = await RedisPacing(redis, "messenger:1", RATE).take(Lane.BREAKING)
    assert isinstance(answer, Wait)
    assert answer.again_after <= 2_000_000


async def test_who_has_filled_the_schedule_asks_again_when_there_is_room(redis: Redis) -> None:
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1

    counted = client(f"unix://{redis.connection_pool.connection_kwargs['path']}", asked=count)
    pacing = RedisPacing(counted, "telegram:1", 1000, replies=30)
    first = await pacing.take(Lane.BREAKING, 500)
    assert isinstance(first, Granted)
    before, waits = asked, 0
    while isinstance(again := await pacing.take(Lane.BREAKING, 500), Wait):
        waits += 1
        await asyncio.sleep(again.again_after / 1_000_000 + 0.001)
    await counted.aclose()
    assert first.count > 100
    assert waits > 0
    assert asked - before <= 2  # where the way there is learnt from the first answer, it may ask too early
    assert again.count >= 28


async def test_another_accounts_budget_is_another(redis: Redis) -> None:
    for _ in range(30):
        await RedisPacing(redis, "telegram:1", RATE).take(Lane.REPLY)
    answer = await RedisPacing(redis, "telegram:2", RATE).take(Lane.REPLY)
    assert isinstance(answer, Granted)
    assert (answer.count, answer.after <= 0) == (1, True)


async def test_what_is_kept_of_a_chat_goes_by_itself(redis: Redis) -> None:
    await RedisPacing(redis, "telegram:1", RATE).take(Lane.REPLY, chat_id="42")
    assert 0 < await redis.pttl("{pacing:telegram:1}:chat:42") <= 2_100


async def test_without_redis_nothing_is_sent_unpaced() -> None:
    away = client("unix:///nowhere/redis.sock")
    with pytest.raises(StoreUnavailable):
        await RedisPacing(away, "telegram:1", RATE).turn("42", Lane.REPLY)
    await away.aclose()


def client_of(redis: Redis) -> Redis:
    """A second client of the same server, as another process has one."""
    return client(f"unix://{redis.connection_pool.connection_kwargs['path']}")


async def test_a_process_that_was_held_up_makes_up_for_nothing(redis: Redis) -> None:
    pacing = RedisPacing(redis, "telegram:1", RATE)
    clock = asyncio.get_running_loop().time
    turns: list[float] = []

    async def one(chat_id: str) -> None:
        await pacing.turn(chat_id, Lane.REPLY)
        turns.append(clock())

    waiting = [asyncio.create_task(one(str(number))) for number in range(15)]
    while len(turns) < 2:
        await asyncio.sleep(0)
    time.sleep(0.3)
    await asyncio.gather(*waiting)
    in_a_fifth = max(sum(begin <= turn < begin + 0.2 for turn in turns) for begin in turns)
    assert in_a_fifth <= 8


def test_answers_that_were_read_late_are_as_old_as_they_are() -> None:
    answers = Answers()
    assert answers.ago(1_000.01, asked_at=5.0, now=5.02) == pytest.approx(0.02)  # no way there would be shorter
    assert answers.ago(1_001.001, asked_at=6.0, now=6.31) == pytest.approx(0.31)
    assert answers.ago(1_002.2, asked_at=7.0, now=7.205) == pytest.approx(0.006)  # it was on its way there for long


def test_moments_never_come_together_while_a_clock_is_learnt() -> None:
    answers, random = Answers(), Random(1)
    moments = []
    for number in range(100):
        there, back = random.uniform(0, 0.3), random.uniform(0, 0.3)
        said_at, asked_at = 1_000 + number / 30, number / 30 - there
        moments.append(number / 30 + back - answers.ago(said_at, asked_at, number / 30 + back))
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 1 / 30 - 1e-9


def test_a_clock_that_jumps_makes_no_answer_older_than_the_call() -> None:
    answers = Answers()
    answers.ago(1_000.0, asked_at=5.0, now=5.01)
    assert answers.ago(400.0, asked_at=6.0, now=6.02) == pytest.approx(0.02)
    assert answers.ago(9_000.0, asked_at=7.0, now=7.02) == 0


def test_the_difference_of_two_clocks_is_learnt_again() -> None:
    answers = Answers()
    answers.ago(1_000.0, asked_at=5.0, now=5.0)
    for minute in (1, 2, 3):  # by then the server's clock has gained a second
        ago = answers.ago(1_001.0 + 61 * minute, asked_at=5.0 + 61 * minute, now=5.1 + 61 * minute)
    assert ago == pytest.approx(0.1)


async def micros_of(redis: Redis) -> int:
    """The server's clock."""
    seconds, micros = await redis.time()
    return int(seconds * 1_000_000 + micros)
