"""What is on its way while a network stalls: not so much that the platform counts too many in a second afterwards."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Hashable
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.channels.channel import Recipient
from newsbot.delivery.congestion import LEAST, SPARE, CongestionWindow
from newsbot.delivery.pacing import FREE_RATE, Pace
from newsbot.domain.alert import Alert
from newsbot.domain.attempt import Attempt
from tests.delivery_desk import Desk, Platform, loop_time
from tests.virtual_time import run


class Road:
    """Requests at a pace; each is answered after so many seconds, unless nothing gets through."""

    def __init__(self, rate: float, seconds: float) -> None:
        self.window, self.rate, self.seconds = CongestionWindow(1 / rate), rate, seconds
        self.now, self.held, self.begun = 0.0, 0, 0
        self._open: list[tuple[float, int]] = []

    def drive(self, seconds: float, *, stalled: bool = False) -> None:
        for _ in range(round(seconds * self.rate)):
            self.now += 1 / self.rate
            while self._open and not stalled and self._open[0][0] + self.seconds <= self.now:
                self.window.end(self._open.pop(0)[1])
            if self.window.full(self.now):
                self.held += 1
            else:
                self.begun += 1
                self._open.append((self.now, self.window.begin(self.now)))


RATES, SECONDS = st.sampled_from([1, 10, 17, 30, 100, 1000]), st.floats(0.005, 0.5)


@settings(max_examples=30)
@given(RATES, SECONDS)
def test_a_platform_that_answers_as_usual_never_holds_us_up_once_that_is_known(rate: int, seconds: float) -> None:
    road = Road(rate, seconds)
    road.drive(5)
    road.held = 0
    road.drive(3)
    assert road.held == 0


@settings(max_examples=30)
@given(RATES, SECONDS, st.floats(0.05, 0.24))
def test_a_stall_leaves_little_more_than_usual_on_its_way(rate: int, seconds: float, stall: float) -> None:
    road = Road(rate, seconds)
    road.drive(5)
    before = road.begun
    road.drive(stall, stalled=True)
    # What arrives at its end, less what had been on its way anyhow: by it is learnt that a little more is usual.
    assert road.begun - before <= 1.3 * max(LEAST, rate * SPARE) + 1


def test_answers_that_never_come_do_not_count_once_later_ones_have_come() -> None:
    window = CongestionWindow(0.01)
    lost = [window.begin(0.0) for _ in range(4)]
    for _ in range(50):
        assert not window.full(0.0)
        window.end(window.begin(0.0))
    assert lost == [1, 2, 3, 4]


def test_a_platform_that_has_become_slow_is_sent_more_and_more() -> None:
    road = Road(1000, 0.02)
    road.drive(2)
    road.seconds = 0.3
    sent = []
    for _ in range(3):
        before = road.begun
        road.drive(1)
        sent.append(road.begun - before)
    assert sent == sorted(sent)
    road.held = 0
    road.drive(1)
    assert road.held == 0


def test_after_a_while_without_messages_it_begins_anew() -> None:
    road = Road(1000, 0.2)
    road.drive(20)
    road.now += 3600
    road.window.end(road.window.begin(road.now))
    sent = 0
    while not road.window.full(road.now):
        road.window.begin(road.now)
        sent += 1
    assert 55 <= sent <= 70  # as at first


class Stalling(Platform):
    """Nothing gets through to it between two moments; what was sent meanwhile arrives at the second."""

    def __init__(self, begins: float, ends: float) -> None:
        super().__init__(0.03)
        self.begins, self.ends = begins, ends
        self.arrived: list[float] = []

    async def push(self, prepared: Hashable, to: Recipient) -> Attempt:
        if self.begins <= loop_time() < self.ends:
            await asyncio.sleep(self.ends - loop_time())
        self.arrived.append(loop_time())
        return await super().push(prepared, to)


@pytest.mark.parametrize("stall", [0.03, 0.1, 0.4, 2.0])
@pytest.mark.parametrize(("rate", "count"), [(30, 150), (1000, 3_000)])
def test_after_a_stall_sending_goes_on_at_its_pace(stall: float, rate: int, count: int) -> None:
    async def story() -> None:
        desk = Desk(rate=rate, in_flight=500)
        desk.platform = Stalling(1.0, 1.0 + stall)
        await desk.readers(range(count))
        alert = await desk.alert()
        async with desk.working():
            took = await desk.closed(alert)
        assert took <= count / (rate * 0.95) + 1.2 * stall + 0.4

    run(story())


@pytest.mark.parametrize("stall", [0.05, 0.15, 0.24])
@pytest.mark.parametrize(("workers", "most"), [(1, 1000), (2, 1010)])
def test_a_network_that_stalls_brings_the_platform_no_more_in_a_second_than_it_takes(
    stall: float, workers: int, most: int
) -> None:
    """Two may bring a little more: each must find out for itself, with what it has on its way by then."""

    async def story() -> None:
        desk = Desk(rate=1000, in_flight=500)
        desk.pacing.pace = Pace.of(1000, replies=FREE_RATE)
        roads, alerts = [Stalling(1.0, 1.0 + stall) for _ in range(workers)], list[Alert]()
        async with AsyncExitStack() as working:
            for number, road in enumerate(roads):  # each has an alert of its own, so each has something to send
                first, topic = number * 10_000, f"topic-{number}"
                await desk.readers(range(first, first + 2_500 // workers), topics=frozenset({topic}))
                alerts.append(await desk.alert(topic=topic))
                await working.enter_async_context(desk.working(pusher=road))
                await asyncio.sleep(0.003)
            took = await desk.closed(*alerts)
        assert [len(road.arrived) for road in roads] == [2_500 // workers] * workers
        arrived = sorted(at for road in roads for at in road.arrived)
        assert max(bisect_left(arrived, begin + 1) - place for place, begin in enumerate(arrived)) <= most
        assert took <= 2_500 / 960 + stall + 0.3
        assert max(later - earlier for earlier, later in pairwise(arrived)) >= stall * 0.8

    run(story())
