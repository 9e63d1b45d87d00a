"""Readers whose window closes soon are asked once whether to go on, on a real Redis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from newsbot.channels.channel import Recipient
from newsbot.delivery.keeping_open import KeepingOpen, is_night
from newsbot.delivery.redis_closing import LOOKED_AT, RedisClosingWindows
from newsbot.delivery.redis_pacing import RedisPacing
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unreachable
from newsbot.domain.message import Span, TextReply
from newsbot.domain.subscriber import SEGMENT_SIZE, Preferences
from newsbot.domain.window import Opener, Window
from newsbot.subscribers.redis_segments import Segments
from tests.builders import a_subscriber, an_address
from tests.delivery_desk import Platform
from tests.fakes import MemorySubscriberStore

#: of a day to come: what is long past, Redis forgets by its own clock
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=2)
DAY_THERE = {"timezone": "UTC"}


class House:
    """Readers in Redis and on a channel that answers as it is told."""

    def __init__(self, redis: Redis) -> None:
        self.segments = Segments(redis, {"telegram": "1"})
        self.windows = RedisClosingWindows(redis, "telegram", "1")
        self.pacing = RedisPacing(redis, "telegram:1", 1000)
        self.platform = Platform(seconds=0)
        self.subscribers = MemorySubscriberStore()
        self.now = NOON
        self.why_barred = ""

    async def reader(
        self, number: int, *, ends: timedelta | None, topics: tuple[str, ...] = ("sports",), **chosen: Any
    ) -> None:
        they = a_subscriber(*topics, address=an_address(str(1000 + number)), number=number, **(DAY_THERE | chosen))
        await self.segments.apply([they])
        if ends is not None:
            await self.heard_of(number, ends)

    async def heard_of(self, number: int, ends: timedelta) -> None:
        address = an_address(str(1000 + number))
        slot = a_subscriber(address=address, number=number).slot
        await self.segments.touch(address, slot, self.now, Window(self.now + ends, Opener.MESSAGE))

    async def look(self) -> list[str]:
        """Who is asked."""
        before = len(self.platform.pushed)
        await self.keeping().look()
        return [one.to.user_id for one in self.platform.pushed[before:]]

    def keeping(self) -> KeepingOpen:
        async def barred() -> str:
            return self.why_barred

        def question(language: str) -> TextReply:
            return TextReply(paragraphs=((Span(f"{language}?"),),))

        return KeepingOpen(
            self.windows,
            self.platform,
            self.pacing,
            self.subscribers,
            question,
            barred=barred,
            clock=lambda: self.now,
        )


@pytest.fixture
def house(redis: Redis) -> House:
    return House(redis)


HOUR = timedelta(hours=1)


async def test_in_the_last_hours_of_a_window_its_reader_is_asked_once(house: House) -> None:
    await house.reader(0, ends=2 * HOUR)
    await house.reader(1, ends=2 * HOUR, language="en")
    await house.reader(2, ends=5 * HOUR)
    await house.reader(3, ends=timedelta(minutes=4))
    await house.reader(4, ends=-HOUR)
    await house.reader(5, ends=None)
    await house.reader(SEGMENT_SIZE, ends=HOUR)
    assert sorted(await house.look()) == ["1000", "1001", str(1000 + SEGMENT_SIZE)]
    assert {one.text for one in house.platform.pushed if one.to.user_id == "1001"} == {"en?"}
    assert {one.to.window_until for one in house.platform.pushed if one.to.user_id == "1000"} == {
        (NOON + 2 * HOUR).timestamp()
    }
    assert await house.look() == []


async def test_only_who_wants_alerts_here_is_asked(house: House) -> None:
    await house.reader(0, ends=HOUR, topics=())
    await house.reader(1, ends=HOUR, paused=True)
    await house.reader(2, ends=HOUR, stopped=True)
    await house.reader(3, ends=HOUR, unreachable=True)
    await house.reader(4, ends=HOUR, extra=(("elsewhere", "1"), ("linked", "console:7")))
    assert await house.look() == []
    await house.reader(5, ends=HOUR)
    assert await house.look() == ["1005"]


async def test_who_does_not_answer_is_not_asked_again_and_who_is_heard_of_may_be(house: House) -> None:
    await house.reader(0, ends=2 * HOUR)
    assert await house.look() == ["1000"]
    house.now += HOUR
    assert await house.look() == []
    await house.heard_of(0, 24 * HOUR)
    assert await house.look() == []
    house.now += 22 * HOUR
    assert await house.look() == ["1000"]


@pytest.mark.parametrize(("zone", "hour", "night"), [("UTC", 21, False), ("UTC", 22, True), ("UTC", 6, True)])
async def test_nobody_is_asked_at_night(house: House, zone: str, hour: int, night: bool) -> None:
    house.now = NOON.replace(hour=hour)
    await house.reader(0, ends=2 * HOUR, timezone=zone)
    assert bool(await house.look()) is not night
    if night:
        house.now += timedelta(hours=(7 - hour) % 24)
        await house.heard_of(0, 2 * HOUR)
        assert await house.look() == ["1000"]


@pytest.mark.parametrize(
    ("zone", "night"), [("Asia/Dhaka", True), ("UTC", False), ("America/New_York", False), ("nowhere", False)]
)
def test_the_night_is_the_readers_own(zone: str, night: bool) -> None:
    assert is_night(datetime(2026, 11, 30, 17, 0, tzinfo=UTC), zone) is night


async def test_two_processes_ask_each_reader_once(house: House) -> None:
    for number in range(20):
        await house.reader(number, ends=HOUR)
    found, _ = await house.windows.closing(0, after=NOON, until=NOON + 3 * HOUR)
    first, second = await house.windows.ask(found[:15]), await house.windows.ask(found)
    assert (len(first), len(second)) == (15, 5)
    assert not {one.position for one in first} & {one.position for one in second}


async def test_who_was_heard_of_since_they_were_listed_is_not_asked(house: House) -> None:
    await house.reader(0, ends=HOUR)
    found, _ = await house.windows.closing(0, after=NOON, until=NOON + 3 * HOUR)
    await house.heard_of(0, 24 * HOUR)
    assert await house.windows.ask(found) == ()


async def test_many_are_found_a_bounded_number_at_a_time(house: House) -> None:
    many = LOOKED_AT * 2 + 7
    for number in range(many):
        await house.reader(number, ends=HOUR)
    found, next_ = await house.windows.closing(0, after=NOON, until=NOON + 3 * HOUR)
    assert (len(found), next_) == (LOOKED_AT, LOOKED_AT)
    assert len(await house.look()) == many


async def test_while_nothing_may_be_sent_nobody_is_asked_nor_marked(house: House) -> None:
    await house.reader(0, ends=2 * HOUR)
    house.why_barred = "the account is blocked"
    assert await house.look() == []
    house.why_barred, house.platform.well = "", False
    assert await house.look() == []
    house.platform.well = True
    assert await house.look() == ["1000"]


async def test_what_the_channel_answers_is_learnt(house: House) -> None:
    answers: dict[str, Attempt] = {
        "1000": Refused(Reason.OUTSIDE_WINDOW),
        "1001": Unreachable(Reason.NOT_AVAILABLE),
        "1002": Sent("m_1"),
    }
    for number in range(3):
        await house.reader(number, ends=HOUR)
        address = an_address(str(1000 + number))
        await house.subscribers.change(address, "started", lambda known: known, now=NOON, initial=Preferences())
        await house.subscribers.touch(address, now=NOON, window=Window(NOON + HOUR, Opener.MESSAGE))
    house.platform.answer = lambda to: answers[to.user_id]
    assert len(await house.look()) == 3
    known = [await house.subscribers.get(an_address(user_id)) for user_id in answers]
    assert [one.preferences.unreachable for one in known if one] == [False, True, False]
    windows = [await house.subscribers.window(an_address(user_id)) for user_id in answers]
    assert [one is None for one in windows] == [True, False, False]


async def test_a_question_that_the_channel_does_not_take_now_is_tried_again(house: House) -> None:
    await house.reader(0, ends=HOUR)
    left: list[Attempt] = [TryLater(timedelta(milliseconds=1), Reason.SERVER_ERROR, Scope.CHANNEL), Sent("m_1")]
    house.platform.answer = answer_with(left)
    assert await house.look() == ["1000", "1000"]
    assert left == []


def answer_with(attempts: list[Attempt]) -> Callable[[Recipient], Attempt]:
    return lambda to: attempts.pop(0)


@pytest.mark.redis
async def test_a_profile_says_which_zone(house: House) -> None:
    await house.reader(0, ends=HOUR, timezone="Europe/London")
    await house.segments.apply([replace(a_subscriber("sports", address=an_address("1001"), number=1))])
    await house.heard_of(1, HOUR)
    found, _ = await house.windows.closing(0, after=NOON, until=NOON + 3 * HOUR)
    assert [one.timezone for one in found] == ["Europe/London", "Asia/Dhaka"]
