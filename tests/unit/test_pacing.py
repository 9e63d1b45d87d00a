"""The budget's decision: even, never over the limit, replies before pushes, pauses where they belong."""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta
from heapq import heappop, heappush
from itertools import cycle, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.delivery.pacing import (
    FARTHEST,
    GROUP,
    PRIVATE,
    REPLY_WAITS,
    STILL,
    STOPPED_AGAIN,
    Budget,
    ChatLimit,
    Granted,
    Lane,
    Pace,
    Restraint,
    Stop,
    Wait,
    flooded,
    grant,
    limit_of,
    restrain,
)

SECOND = 1_000_000
NOW = 1_768_737_600 * SECOND
RATE = 30
PACE = Pace.of(RATE)
INTERVAL = PACE.interval
SLOWED = INTERVAL * 105 // 100  #: after a pause that all were asked for


class Schedule:
    """Asks the pure decision as a process would, and notes when each send was due."""

    def __init__(self, now: int = NOW, pace: Pace = PACE) -> None:
        self.now, self.budget, self.chats, self.pace = now, Budget(), dict[str, int](), pace
        self.moments: list[int] = []
        self.sent: list[int] = []  #: at the moments, or when they were granted if that was later

    def ask(self, lane: Lane, count: int = 1, *, chat: str = "", limit: ChatLimit | None = None) -> Granted | Wait:
        known = self.chats.get(chat, 0)
        self.budget, self.chats[chat], answer = grant(
            self.budget, known, self.now, lane=lane, count=count, pace=self.pace, limit=limit
        )
        if isinstance(answer, Granted):
            moments = [self.now + answer.after + n * self.pace.interval for n in range(answer.count)]
            self.moments += moments
            self.sent += [max(self.now, moment) for moment in moments]
        return answer

    def restrain(self, seconds: int, stop: Stop = Stop.NOBODY, stretch: int = 100) -> None:
        self.budget = restrain(self.budget, self.now, Restraint(stop, stretch, timedelta(seconds=seconds)))

    def refuse(self, chat: str, after: int) -> None:
        self.budget, self.chats[chat] = flooded(
            self.budget, self.chats.get(chat, 0), self.now, chat=chat, after=after, limit=limit_of(chat)
        )


class Crowd:
    """Processes that have more to send than they may, and ask when they were told to, each time so much `late`."""

    def __init__(self, processes: int, pace: Pace, late: list[int] | None = None) -> None:
        self.schedule = Schedule(pace=pace)
        self.granted = [0] * processes
        self.grants = self.asked = 0
        self._late = cycle(late or [0])
        self._asks = [(NOW + process, process) for process in range(processes)]

    def run(self, seconds: int) -> None:
        until = self.schedule.now + seconds * SECOND
        while self._asks[0][0] < until:
            self.schedule.now, process = heappop(self._asks)
            answer = self.schedule.ask(Lane.BREAKING, 500)
            self.asked += 1
            if isinstance(answer, Granted):
                self.grants += 1
                self.granted[process] += answer.count
            heappush(self._asks, (self.schedule.now + max(1, answer.again_after) + next(self._late), process))
        self.schedule.now = until

    def die(self, *, but: int) -> None:
        self._asks = [one for one in self._asks if one[1] == but]


WISHES = st.lists(
    st.tuples(st.sampled_from(Lane), st.integers(1, 50), st.integers(0, 300_000)), min_size=1, max_size=200
)


@given(WISHES)
def test_no_second_ever_holds_more_than_the_limit(wishes: list[tuple[Lane, int, int]]) -> None:
    schedule = Schedule()
    for lane, count, pause in wishes:
        schedule.ask(lane, count)
        schedule.now += pause
    assert all(later - earlier >= INTERVAL for earlier, later in pairwise(schedule.moments))
    assert most_in_a_second(schedule.sent) <= RATE


@given(WISHES, st.integers(61, 1000))
def test_alerts_and_replies_with_budgets_of_their_own_stay_below_the_limit_together(
    wishes: list[tuple[Lane, int, int]], rate: int
) -> None:
    alerts, replies = Schedule(pace=Pace.of(rate, replies=RATE)), Schedule()
    for lane, count, pause in wishes:
        (replies if lane is Lane.REPLY else alerts).ask(lane, count)
        for schedule in (alerts, replies):
            schedule.now += pause // 10
    assert most_in_a_second(sorted(alerts.sent + replies.sent)) <= rate


def most_in_a_second(sent: list[int]) -> int:
    return max([0, *(bisect_left(sent, moment + SECOND) - at for at, moment in enumerate(sent))])


@pytest.mark.parametrize("lane", [Lane.BREAKING, Lane.TOPIC, Lane.DIGEST])
def test_a_push_that_asks_in_time_leaves_hardly_anything_unused(lane: Lane) -> None:
    schedule = Schedule()
    while schedule.now < NOW + 10 * SECOND:
        answer = schedule.ask(lane, 50)
        schedule.now += max(1, answer.again_after)
    within = [moment for moment in schedule.sent if moment < NOW + 10 * SECOND]
    assert len(within) >= 0.95 * RATE * 10


def test_a_reply_waits_for_no_more_than_what_was_granted_to_pushes() -> None:
    schedule = Schedule()
    schedule.ask(Lane.BREAKING, 1000)
    answer = schedule.ask(Lane.REPLY)
    assert isinstance(answer, Granted)
    assert answer.after <= REPLY_WAITS


def test_a_moment_that_has_just_passed_is_not_lost() -> None:
    schedule = Schedule()
    schedule.ask(Lane.BREAKING)
    schedule.now += INTERVAL + STILL
    assert schedule.ask(Lane.BREAKING) == Granted(1, -STILL)
    schedule.now += INTERVAL + 1
    assert schedule.ask(Lane.BREAKING) == Granted(1, 0)


def test_many_are_granted_at_once_where_replies_have_their_own_budget() -> None:
    schedule = Schedule(pace=Pace.of(1000, replies=30))
    granted = []
    while schedule.now < NOW + SECOND:
        answer = schedule.ask(Lane.BREAKING, 500)
        schedule.now += max(1, answer.again_after)
        granted += [answer.count] if isinstance(answer, Granted) else []
    assert min(granted) >= 28
    assert sum(granted) >= 960


def test_the_last_few_are_granted_without_waiting_for_a_batch() -> None:
    schedule = Schedule(pace=Pace.of(1000, replies=30))
    schedule.ask(Lane.BREAKING, 500)
    schedule.now += 2 * schedule.pace.interval
    assert isinstance(schedule.ask(Lane.BREAKING, 500), Wait)
    answer = schedule.ask(Lane.BREAKING, 2)
    assert isinstance(answer, Granted)
    assert answer.count == 2


@pytest.mark.parametrize("pace", [PACE, Pace.of(250), Pace.of(1000, replies=30)])
@pytest.mark.parametrize("processes", [1, 2, 4, 16])
def test_processes_that_ask_at_their_turns_are_hardly_ever_told_to_wait_and_share_evenly(
    pace: Pace, processes: int
) -> None:
    crowd = Crowd(processes, pace)
    crowd.run(20)
    used, allowed = sum(crowd.granted), 20 * SECOND / pace.interval
    assert used >= 0.99 * allowed
    assert crowd.asked <= crowd.grants + processes
    assert crowd.asked <= 1.1 * allowed * pace.interval / max(pace.batch, pace.interval) + 2 * processes
    assert min(crowd.granted) >= 0.9 * used / processes


@pytest.mark.parametrize("pace", [Pace.of(250), Pace.of(1000, replies=30)])
@given(late=st.lists(st.integers(0, 15_000), min_size=1, max_size=50))
def test_processes_that_are_a_little_late_leave_nothing_unused(pace: Pace, late: list[int]) -> None:
    crowd = Crowd(4, pace, late)
    crowd.run(5)
    assert sum(crowd.granted) >= 0.99 * 5 * SECOND / pace.interval
    assert crowd.asked <= 2 * 1.1 * 5 * SECOND / pace.batch + 8


@pytest.mark.parametrize("rate", [30, 1000])
def test_the_turns_of_processes_that_died_are_over_before_long(rate: int) -> None:
    pace = Pace.of(rate, replies=30 if rate > 60 else 0)
    crowd = Crowd(4, pace)
    crowd.run(5)
    living = crowd.granted[0]
    crowd.die(but=0)
    crowd.run(5)
    assert crowd.granted[0] - living >= 0.97 * 5 * SECOND / pace.interval


def test_replies_queue_and_pushes_wait_for_them() -> None:
    schedule = Schedule()
    waits = [schedule.ask(Lane.REPLY) for _ in range(60)]
    assert waits == [Granted(1, n * INTERVAL) for n in range(60)]
    assert schedule.ask(Lane.BREAKING) == Wait(60 * INTERVAL - PACE.horizon(Lane.BREAKING))


@pytest.mark.parametrize("pace", [PACE, Pace.of(250), Pace.of(1000, replies=30)])
@pytest.mark.parametrize("lane", [Lane.BREAKING, Lane.TOPIC])
def test_a_higher_push_that_asks_in_time_leaves_nothing_to_a_lower_one(lane: Lane, pace: Pace) -> None:
    schedule = Schedule(pace=pace)
    below = [Lane.TOPIC, Lane.DIGEST] if lane is Lane.BREAKING else [Lane.DIGEST]
    while schedule.now < NOW + SECOND:
        answer = schedule.ask(lane, 500)
        assert {type(schedule.ask(one)) for one in below} == {Wait}
        schedule.now += answer.again_after if isinstance(answer, Wait) else 1


@pytest.mark.parametrize(("limit", "most", "window"), [(PRIVATE, 6, 2 * SECOND), (GROUP, 20, 60 * SECOND)])
def test_one_chat_gets_no_more_than_it_bears(limit: ChatLimit, most: int, window: int) -> None:
    schedule = Schedule()
    while schedule.now < NOW + 3 * window:
        answer = schedule.ask(Lane.REPLY, chat="1", limit=limit)
        schedule.now += answer.again_after if isinstance(answer, Wait) else 1
    for index, moment in enumerate(schedule.sent):
        assert len([one for one in schedule.sent[index:] if one < moment + window]) <= most


def test_a_chat_that_must_wait_holds_up_nobody_else() -> None:
    schedule = Schedule()
    for _ in range(PRIVATE.burst + 1):
        schedule.ask(Lane.REPLY, chat="1", limit=PRIVATE)
    assert isinstance(schedule.ask(Lane.REPLY, chat="1", limit=PRIVATE), Wait)
    assert schedule.ask(Lane.REPLY, chat="2", limit=PRIVATE) == Granted(1, (PRIVATE.burst + 1) * INTERVAL)


def test_one_chats_refusal_pauses_that_chat() -> None:
    schedule = Schedule()
    schedule.refuse("1", 7 * SECOND)
    assert schedule.ask(Lane.REPLY, chat="1", limit=PRIVATE) == Wait(7 * SECOND)
    assert schedule.ask(Lane.REPLY, chat="2", limit=PRIVATE) == Granted(1, 0)
    schedule.refuse("1", 7 * SECOND)
    assert schedule.ask(Lane.TOPIC) == Wait(INTERVAL - PACE.horizon(Lane.TOPIC))  # for the reply's sake only


def test_two_chats_refused_within_a_second_pause_everything_for_as_long_as_it_says() -> None:
    schedule = Schedule()
    schedule.refuse("1", 7 * SECOND)
    schedule.now += SECOND
    schedule.refuse("2", 9 * SECOND)
    assert schedule.ask(Lane.REPLY, chat="3", limit=PRIVATE) == Granted(1, 9 * SECOND)
    assert schedule.ask(Lane.BREAKING) == Wait(9 * SECOND + SLOWED - PACE.horizon(Lane.BREAKING))


def test_two_chats_refused_apart_pause_only_themselves() -> None:
    schedule = Schedule()
    schedule.refuse("1", 7 * SECOND)
    schedule.now += SECOND + 1
    schedule.refuse("2", 9 * SECOND)
    assert schedule.ask(Lane.BREAKING) == Granted(1, 0)


@given(st.integers(2 * FARTHEST, 10 * 3600 * SECOND))
def test_a_clock_that_jumps_back_stops_nothing(jump: int) -> None:
    schedule = Schedule()
    schedule.refuse("1", 5 * SECOND)
    schedule.refuse("2", 5 * SECOND)
    schedule.ask(Lane.REPLY, chat="3", limit=PRIVATE)
    schedule.now -= jump
    assert schedule.ask(Lane.REPLY, chat="3", limit=PRIVATE) == Granted(1, 0)
    assert schedule.ask(Lane.REPLY, chat="1", limit=PRIVATE) == Granted(1, SLOWED)


@given(
    st.integers(-10 * 3600 * SECOND, 10 * 3600 * SECOND),
    st.lists(st.sampled_from(Lane), min_size=1, max_size=20),
    st.sampled_from(Lane),
)
def test_a_clock_that_jumps_either_way_holds_nobody_up_for_more_than_a_minute_longer(
    jump: int, before: list[Lane], lane: Lane
) -> None:
    schedule = Schedule()
    for one in before:
        schedule.ask(one, 50)
    schedule.refuse("1", 60 * SECOND)
    schedule.refuse("2", 60 * SECOND)
    schedule.now += jump
    schedule.moments.clear()
    jumped_at = schedule.now
    while isinstance(answer := schedule.ask(lane, 50), Wait):
        schedule.now += answer.again_after
    assert (
        schedule.now + answer.after - jumped_at <= 60 * SECOND + FARTHEST + SECOND
    )  # the pause that was asked for, and a minute
    assert all(later - earlier >= INTERVAL for earlier, later in pairwise(schedule.moments))


def test_a_fuller_quota_makes_all_go_more_slowly_for_a_while() -> None:
    schedule = Schedule()
    schedule.restrain(60, stretch=400)
    waits = [schedule.ask(Lane.REPLY) for _ in range(5)]
    assert waits == [Granted(1, n * 4 * INTERVAL) for n in range(5)]
    schedule.now += 60 * SECOND
    assert [schedule.ask(Lane.REPLY) for _ in range(5)] == [Granted(1, n * INTERVAL) for n in range(5)]


def test_each_pause_of_all_makes_them_go_a_little_more_slowly_and_a_minute_without_one_ends_that() -> None:
    schedule = Schedule()

    def apart() -> int:
        moments = [answer.after for _ in range(2) if isinstance(answer := schedule.ask(Lane.REPLY), Granted)]
        return moments[1] - moments[0]

    found = []
    for number in range(12):
        for chat in range(30):  # of one pause many are told
            schedule.refuse(f"{number}{chat:02}", SECOND)
        schedule.now += 2 * SECOND
        found.append(apart())
    assert found == [INTERVAL * (100 + slower) // 100 for slower in (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 50, 50)]
    schedule.now += 60 * SECOND
    assert apart() == INTERVAL


def test_a_pause_of_all_leaves_a_fuller_quota_as_it_is() -> None:
    schedule = Schedule()
    schedule.restrain(600, stretch=400)
    for chat in ("1", "2"):
        schedule.refuse(chat, 0)
    schedule.now += 300 * SECOND
    assert [schedule.ask(Lane.REPLY) for _ in range(2)] == [Granted(1, 0), Granted(1, 4 * INTERVAL)]


def test_a_chat_alone_that_is_refused_slows_nobody_else() -> None:
    schedule = Schedule()
    for _ in range(3):
        schedule.refuse("1", SECOND)
    assert [schedule.ask(Lane.REPLY) for _ in range(2)] == [Granted(1, 0), Granted(1, INTERVAL)]


def test_a_nearly_full_quota_is_left_to_replies() -> None:
    schedule = Schedule()
    schedule.restrain(60, Stop.PUSHES)
    for lane in (Lane.BREAKING, Lane.TOPIC, Lane.DIGEST):
        assert schedule.ask(lane) == Wait(STOPPED_AGAIN)
    assert schedule.ask(Lane.REPLY) == Granted(1, 0)
    schedule.now += 60 * SECOND
    assert isinstance(schedule.ask(Lane.BREAKING), Granted)


def test_a_full_quota_stops_everything_for_as_long_as_it_says() -> None:
    schedule = Schedule()
    schedule.restrain(1800, Stop.EVERYTHING)
    schedule.restrain(1, Stop.EVERYTHING)  # a process that knows less
    schedule.now += 1798 * SECOND
    assert [schedule.ask(lane) for lane in (Lane.REPLY, Lane.BREAKING)] == [Wait(2 * SECOND)] * 2
    schedule.now += 2 * SECOND
    assert schedule.ask(Lane.BREAKING) == Granted(1, 0)
