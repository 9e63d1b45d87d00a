"""What every inbox promises, with a real Redis."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from redis.asyncio import Redis

from newsbot.channels.inbox import Handle, Inbox
from newsbot.channels.redis_inbox import RedisInbox
from newsbot.domain.message import IncomingMessage
from newsbot.errors import StoreUnavailable
from tests.builders import a_group_message, a_press, an_address, an_incoming

NAME = "telegram:1234567"


@pytest.fixture
def inbox(redis: Redis) -> RedisInbox:
    return RedisInbox(redis, NAME, retry_after=(0.01, 0.01))


@asynccontextmanager
async def working(inbox: Inbox, handle: Handle) -> AsyncIterator[None]:
    work = asyncio.create_task(inbox.work(handle))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def until(condition: Callable[[], Awaitable[bool] | bool], *, within: float = 10.0) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while True:
        holds = condition()
        if holds if isinstance(holds, bool) else await holds:
            return
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


async def is_empty(inbox: Inbox) -> bool:
    return await inbox.waiting() == 0


class Desk:
    """Handles by writing down."""

    def __init__(self) -> None:
        self.handled: list[IncomingMessage] = []

    async def __call__(self, incoming: IncomingMessage) -> None:
        self.handled.append(incoming)


async def test_what_was_put_is_handled_and_gone(inbox: RedisInbox) -> None:
    events = [an_incoming("খবর"), a_press("latest"), a_group_message("hello")]
    for event in events:
        assert await inbox.put(event) is True
    assert await inbox.waiting() == 3
    desk = Desk()
    async with working(inbox, desk):
        await until(lambda: is_empty(inbox))
    assert sorted(desk.handled, key=lambda one: int(one.event_id)) == events


@pytest.mark.parametrize(
    "event_id",
    ["7", "9007199254740993", "99999999999999999999", "007", "m_abc:দুই", "-4", "m_" + "Ab-9" * 40, "দ" * 200],
)
async def test_an_event_that_is_delivered_again_is_kept_once(inbox: RedisInbox, event_id: str) -> None:
    assert await inbox.put(an_incoming(event_id=event_id)) is True
    assert await inbox.put(an_incoming(event_id=event_id)) is False
    desk = Desk()
    async with working(inbox, desk):
        await until(lambda: is_empty(inbox))
    assert await inbox.put(an_incoming(event_id=event_id)) is False
    assert [one.event_id for one in desk.handled] == [event_id]


async def test_neighbouring_ids_are_different_events(inbox: RedisInbox) -> None:
    ids = [str(n) for base in (0, 65_535, 2**53 - 1, 2**63) for n in range(base, base + 3)]
    ids += [prefix + letter for prefix in ("m_", "m_" + "x" * 120) for letter in "aAbB"]
    assert await inbox.put_many([an_incoming(event_id=one) for one in ids]) == len(set(ids))
    assert await inbox.put_many([an_incoming(event_id=one) for one in ids]) == 0


async def test_many_are_kept_in_their_order(inbox: RedisInbox) -> None:
    events = [an_incoming(str(number)) for number in range(500)]
    assert await inbox.put_many([*events, events[0]]) == 500
    desk = Desk()
    async with working(inbox, desk):
        await until(lambda: is_empty(inbox))
    assert desk.handled == events


async def test_those_who_put_at_the_same_time_are_each_told_of_their_own(inbox: RedisInbox) -> None:
    known = [an_incoming(address=an_address(str(number))) for number in range(40)]
    assert await inbox.put_many(known) == 40
    fresh = [an_incoming(address=an_address(str(number))) for number in range(300)]
    told = await asyncio.gather(
        *(inbox.put_many([old, one]) for old, one in zip(known, fresh, strict=False)),
        *(inbox.put(one) for one in fresh[40:]),
        *(inbox.put(one) for one in known),
        inbox.put_many(fresh),
    )
    assert told == [*[1] * 40, *[True] * 260, *[False] * 40, 0]
    assert await inbox.waiting() == 340


async def test_who_gives_up_while_putting_takes_nobody_along(inbox: RedisInbox) -> None:
    tasks = [asyncio.create_task(inbox.put(an_incoming(event_id=f"m_{number}"))) for number in range(30)]
    await asyncio.sleep(0)
    for task in tasks[::3]:
        task.cancel()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in told[::3]] == [asyncio.CancelledError] * 10
    assert told[1::3] + told[2::3] == [True] * 20
    # Whoever gave up doesn't know; to put it again is harmless.
    await inbox.put_many([an_incoming(event_id=f"m_{number}") for number in range(30)])
    assert await inbox.waiting() == 30


async def test_one_readers_events_never_overlap_and_different_readers_do(inbox: RedisInbox) -> None:
    busy: Counter[str] = Counter()
    most_at_once = 0
    order: dict[str, list[str]] = {}

    async def handle(incoming: IncomingMessage) -> None:
        nonlocal most_at_once
        reader = str(incoming.address)
        busy[reader] += 1
        assert busy[reader] == 1
        most_at_once = max(most_at_once, busy.total())
        await asyncio.sleep(0.005)
        order.setdefault(reader, []).append(incoming.text)
        busy[reader] -= 1

    await inbox.put_many([an_incoming(str(n), address=an_address(str(n % 100))) for n in range(400)])
    async with working(inbox, handle):
        await until(lambda: is_empty(inbox))
    assert all(texts == sorted(texts, key=int) and len(texts) == 4 for texts in order.values())
    assert len(order) == 100
    assert 2 <= most_at_once <= 64
    assert await inbox.failures() == 0


async def test_a_slow_reader_does_not_hold_up_the_others(inbox: RedisInbox) -> None:
    release = asyncio.Event()
    handled: list[str] = []

    async def handle(incoming: IncomingMessage) -> None:
        if incoming.text == "slow":
            await release.wait()
        handled.append(incoming.text)

    await inbox.put(an_incoming("slow", address=an_address("1")))
    await inbox.put(an_incoming("after", address=an_address("1")))
    await inbox.put(an_incoming("other", address=an_address("2")))
    async with working(inbox, handle):
        await until(lambda: handled == ["other"])
        release.set()
        await until(lambda: is_empty(inbox))
    assert handled == ["other", "slow", "after"]


async def test_handling_that_fails_is_tried_again_before_the_readers_next_event(inbox: RedisInbox) -> None:
    tries: list[str] = []

    async def handle(incoming: IncomingMessage) -> None:
        tries.append(incoming.text)
        if tries == ["first"]:
            raise RuntimeError("once")

    await inbox.put_many([an_incoming("first"), an_incoming("second")])
    async with working(inbox, handle):
        await until(lambda: is_empty(inbox))
    assert tries == ["first", "first", "second"]
    assert await inbox.failures() == 0


async def test_an_event_that_always_fails_is_set_aside_and_counted(inbox: RedisInbox, redis: Redis) -> None:
    tries: list[str] = []

    async def handle(incoming: IncomingMessage) -> None:
        tries.append(incoming.text)
        if incoming.text == "poison":
            raise RuntimeError("ঠিক নয় \udc80")

    await inbox.put_many([an_incoming("poison"), an_incoming("next")])
    async with working(inbox, handle):
        await until(lambda: is_empty(inbox))
    assert tries == ["poison", "poison", "poison", "next"]
    assert await inbox.failures() == 1
    ((_, kept),) = await redis.xrange(f"{{inbox:{NAME}}}:failed")
    assert b"poison" in kept[b"event"]
    assert kept[b"reason"].startswith(b"RuntimeError: ")


async def test_an_event_waits_as_long_as_a_storage_is_away(inbox: RedisInbox) -> None:
    tries = 0

    async def handle(incoming: IncomingMessage) -> None:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise StoreUnavailable

    await inbox.put(an_incoming())
    async with working(inbox, handle):
        await until(lambda: is_empty(inbox))
    assert tries == 5
    assert await inbox.failures() == 0


async def test_what_cannot_be_read_is_set_aside(inbox: RedisInbox, redis: Redis) -> None:
    await redis.xadd(f"{{inbox:{NAME}}}:events", {"event": b"\xff\x00 not an event"})
    await inbox.put(an_incoming("fine"))
    desk = Desk()
    async with working(inbox, desk):
        await until(lambda: is_empty(inbox))
    assert [one.text for one in desk.handled] == ["fine"]
    assert await inbox.failures() == 1


async def test_who_is_told_to_stop_ends_what_it_began_and_leaves_the_rest(inbox: RedisInbox) -> None:
    begun = asyncio.Event()
    handled: list[str] = []

    async def handle(incoming: IncomingMessage) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        handled.append(incoming.text)

    await inbox.put_many([an_incoming("one"), an_incoming("two")])
    async with working(inbox, handle):
        await begun.wait()
    assert handled == ["one"]
    assert await inbox.waiting() == 1

    desk = Desk()
    async with working(inbox, desk):
        await until(lambda: is_empty(inbox))
    assert [one.text for one in desk.handled] == ["two"]


async def test_only_one_works_at_a_time_and_the_next_takes_over(redis: Redis) -> None:
    first, second = Desk(), Desk()
    one, other = RedisInbox(redis, NAME), RedisInbox(redis, NAME)
    async with working(other, second):
        await other.put(an_incoming("a"))
        await until(lambda: is_empty(other))
        async with working(one, first):
            for n in range(20):
                await one.put(an_incoming(str(n)))
            await until(lambda: is_empty(one))
            assert first.handled == []
    async with working(one, first):
        await one.put(an_incoming("b"))
        await until(lambda: is_empty(one))
    assert [incoming.text for incoming in first.handled] == ["b"]
    assert len(second.handled) == 21


async def test_inboxes_of_different_names_do_not_mix(redis: Redis) -> None:
    one, other = RedisInbox(redis, "telegram:1"), RedisInbox(redis, "telegram:2")
    event = an_incoming()
    assert await one.put(event)
    assert await other.put(event)
    assert (await one.waiting(), await other.waiting()) == (1, 1)


async def test_what_is_new_is_counted_once(redis: Redis) -> None:
    counted: list[int] = []
    inbox = RedisInbox(redis, NAME, kept=counted.append)
    await inbox.put_many([an_incoming("one", event_id="1"), an_incoming("two", event_id="2")])
    await inbox.put(an_incoming("two", event_id="2"))
    assert counted == [2, 0]
