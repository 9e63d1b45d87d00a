import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.sandbox.faults import FaultPlan
from newsbot.sandbox.telegram.errors import ApiError
from newsbot.sandbox.telegram.faults import Fault
from newsbot.sandbox.telegram.limits import FloodLimits, FloodMeter


class Seconds:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Seconds()


def wait(meter, chat_id, **kind):
    """None if the send is admitted, else the seconds to wait."""
    try:
        meter.admit(chat_id, **kind)
        return None
    except ApiError as error:
        refusal = error
    assert refusal.json() == {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {refusal.retry_after}",
        "parameters": {"retry_after": refusal.retry_after},
    }
    return refusal.retry_after


def test_thirty_messages_a_second_go_and_the_next_waits(clock):
    meter = FloodMeter(FloodLimits(), clock)
    assert [wait(meter, chat) for chat in range(1, 31)] == [None] * 30
    assert wait(meter, 31) == 3
    assert meter.counters() == {"accepted": 30, "refused": 1, "worst_second": 30}


def test_who_does_not_wait_out_a_refusal_is_refused_again(clock):
    meter = FloodMeter(FloodLimits(), clock)
    for chat in range(1, 31):
        meter.admit(chat)
    assert wait(meter, 31) == 3
    clock.now += 1.5
    assert wait(meter, 31) == 2
    clock.now += 1.5
    assert wait(meter, 31) is None


@given(st.lists(st.floats(0, 0.4), min_size=40, max_size=200))
def test_no_second_ever_holds_more_than_thirty_wherever_it_begins(pauses):
    clock = Seconds()
    meter = FloodMeter(FloodLimits(chat_per_second=0, retry_after=1), clock)
    accepted = []
    for chat, pause in enumerate(pauses, start=1):
        clock.now += pause / 10
        if wait(meter, chat) is None:
            accepted.append(clock.now)
    assert all(sum(start <= moment < start + 1.0 for moment in accepted) <= 30 for start in accepted)
    assert meter.counters()["worst_second"] <= 30


@given(
    st.lists(st.tuples(st.floats(0, 9), st.integers(1, 3), st.booleans()), min_size=40, max_size=150),
    st.integers(1, 5),
)
def test_every_limit_holds_in_every_window_wherever_it_begins(sends, most):
    clock = Seconds()
    limits = FloodLimits(
        per_second=most, paid_per_second=most + 2, chat_per_second=0, group_per_minute=most, retry_after=1
    )
    meter = FloodMeter(limits, clock)
    accepted = []
    for pause, chat, paid in sends:
        clock.now += pause if pause > 8.5 else pause / 20
        group = -chat if chat == 3 else chat
        if wait(meter, group, paid=paid) is None:
            accepted.append((clock.now, group, paid))
    for start, _, _ in accepted:
        second = [paid for moment, _, paid in accepted if start <= moment < start + 1.0]
        assert second.count(False) <= most
        assert len(second) <= 2 * most + 2
        assert second.count(True) <= most + 2
        assert sum(group < 0 and start <= moment < start + 60.0 for moment, group, _ in accepted) <= most


@given(st.lists(st.floats(0, 2), min_size=20, max_size=100), st.integers(1, 6))
def test_one_chat_never_gets_more_than_its_burst_and_one_a_second(pauses, burst):
    clock = Seconds()
    meter = FloodMeter(FloodLimits(chat_burst=burst), clock)
    accepted = []
    for pause in pauses:
        clock.now += pause
        if wait(meter, 7) is None:
            accepted.append(clock.now)
    for first, start in enumerate(accepted):
        for count, end in enumerate(accepted[first:], start=1):
            assert count <= burst + (end - start) + 1e-6


def test_one_chat_takes_a_short_burst_and_then_one_a_second(clock):
    meter = FloodMeter(FloodLimits(chat_burst=5), clock)
    assert [wait(meter, 7) for _ in range(5)] == [None] * 5
    assert wait(meter, 7) == 1
    assert wait(meter, 8) is None
    clock.now += 1
    assert wait(meter, 7) is None
    assert wait(meter, 7) == 1


def test_a_group_takes_twenty_a_minute(clock):
    meter = FloodMeter(FloodLimits(), clock)
    for _ in range(20):
        assert wait(meter, -5) is None
        clock.now += 1
    assert wait(meter, -5) == 40
    clock.now += 40
    assert wait(meter, -5) is None


def test_paid_messages_have_a_budget_of_their_own(clock):
    meter = FloodMeter(FloodLimits(), clock)
    assert all(wait(meter, chat, paid=True) is None for chat in range(1, 1001))
    assert wait(meter, 1001, paid=True) == 3
    assert meter.counters()["worst_second"] == 1000


def test_limits_can_be_switched_off(clock):
    meter = FloodMeter(FloodLimits(per_second=0, paid_per_second=0, chat_per_second=0, group_per_minute=0), clock)
    assert all(wait(meter, chat) is None for chat in [7] * 500 + [-7] * 500)


def test_a_fault_strikes_the_requests_it_names_and_no_others():
    plan = FaultPlan()
    fault = plan.add(Fault("status", methods="send*", chats=frozenset({7}), skip=1, count=2))
    asked = [("getMe", None), ("sendMessage", 8), *[("sendMessage", 7)] * 2, ("SENDPHOTO", 7), ("sendMessage", 7)]
    struck = [plan.choose(method, lambda chat=chat: chat) is fault for method, chat in asked]
    assert struck == [False, False, False, True, True, False]
    assert (fault.seen, fault.struck) == (4, 2)


def test_a_seed_makes_chance_repeatable():
    def strikes(seed):
        fault = Fault("drop_after", probability=0.3, seed=seed)
        return [fault.strikes("sendMessage", 1) for _ in range(200)]

    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)
    assert 30 < sum(strikes(1)) < 90


def test_an_unknown_fault_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="fault action 'explode' is not one of status, html"):
        Fault("explode")
