"""Whatever is answered, and whatever goes away and comes back, nobody is skipped and nobody is written to twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.channels.channel import Recipient
from newsbot.delivery.outcomes import resends
from newsbot.domain.alert import Alert, AlertClass, AlertState, Outcome
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.subscriber import Address
from tests.builders import NOW
from tests.delivery_desk import Desk, stopped
from tests.virtual_time import run

READERS = 40
GONE = (Reason.BLOCKED, Reason.DEACTIVATED, Reason.NEVER_STARTED, Reason.KICKED)

waits = st.integers(1, 30).map(lambda seconds: timedelta(seconds=seconds))
attempts: st.SearchStrategy[Attempt] = st.one_of(
    st.builds(TryLater, waits, st.just(Reason.FLOOD)),
    st.builds(TryLater, waits, st.just(Reason.NO_CONNECTION), st.just(Scope.CHANNEL)),
    st.builds(Refused, st.sampled_from([Reason.BAD_MARKUP, Reason.BAD_REQUEST, Reason.NO_RIGHTS, Reason.THREAD_GONE])),
    st.builds(Unreachable, st.sampled_from(GONE)),
    st.just(Unreachable(Reason.CHAT_NOT_FOUND, strike=True)),
    st.just(Unknown(Reason.NO_ANSWER)),
    st.just(Refused(Reason.BAD_TOKEN, stop=True)),
)
answers = st.dictionaries(st.integers(0, READERS - 1), st.lists(attempts, min_size=1, max_size=3), max_size=READERS)
EVENTS = ["redis", "database", "articles", "pause", "leave", "restart", "kill"]
events = st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(1, 20)), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(answers, events, st.sampled_from([AlertClass.BREAKING, AlertClass.TOPIC]), st.sampled_from([1, 5, 30]))
def test_every_delivery_gets_its_outcome_and_no_more_than_one_message(
    answers: dict[int, list[Attempt]], events: list[tuple[str, int]], cls: AlertClass, in_flight: int
) -> None:
    run(_a_day(answers, events, cls, in_flight))


async def _a_day(
    answers: dict[int, list[Attempt]], events: list[tuple[str, int]], cls: AlertClass, in_flight: int
) -> None:
    desk = Desk(rate=5, in_flight=in_flight)
    await desk.readers(range(READERS))
    accepted: Counter[str] = Counter()
    said_gone: set[str] = set()
    lost: Counter[str] = Counter()

    def answer(to: Recipient) -> Attempt:
        waiting = answers.get(int(to.user_id), [])
        attempt = waiting.pop(0) if waiting else Sent(to.user_id)
        if isinstance(attempt, Sent):
            accepted[to.user_id] += 1
        if isinstance(attempt, Unknown):
            lost[to.user_id] += 1
        if isinstance(attempt, Unreachable):
            said_gone.add(to.user_id)
        return attempt

    desk.platform.answer = answer
    alert = await desk.alert(cls)
    names = iter(f"worker {number}" for number in range(100))
    name = next(names)
    worker = asyncio.create_task(desk.worker(name=name).run())
    left: set[str] = set()
    for what, seconds in events:
        await asyncio.sleep(1)
        match what:
            case "redis":
                desk.ledger.away = desk.pacing.away = True
                await asyncio.sleep(seconds)
                desk.ledger.away = desk.pacing.away = False
            case "database":
                desk.alerts.away = desk.subscribers.away = True
                await asyncio.sleep(seconds)
                desk.alerts.away = desk.subscribers.away = False
            case "articles":
                desk.composer.away = True
                await asyncio.sleep(seconds)
                desk.composer.away = False
            case "pause":
                await desk.alerts.turn(alert.id, AlertState.PAUSED, of=(AlertState.RUNNING,), now=NOW)
                await asyncio.sleep(seconds)
            case "leave":
                left.add(str(seconds))
                await desk.subscribers.forget(Address("telegram", str(seconds)), now=NOW)
            case _:
                if what == "kill":
                    desk.ledger.dead.add(name)
                await stopped(worker)
                name = next(names)
                worker = asyncio.create_task(desk.worker(name=name).run())
        await _goes_on(desk, alert)
    await _until_closed(desk, alert)
    await asyncio.sleep(5)  # for the marks
    await stopped(worker)

    totals = await desk.totals(alert)
    assert (totals.waiting, totals.in_flight, totals.untouched, totals.skipped) == (0, 0, 0, 0)
    assert desk.platform.most_on_their_way <= in_flight
    assert max(accepted.values(), default=0) <= 1
    assert totals.sent == accepted.total()
    assert totals.unknown <= lost.total()
    if resends(alert, "telegram"):
        assert totals.unknown <= sum(times >= 2 or user_id in left for user_id, times in lost.items())
    for user_id in map(str, range(READERS)):
        subscriber = await desk.subscribers.get(Address("telegram", user_id))
        if subscriber is not None and subscriber.preferences.unreachable:
            assert user_id in said_gone
    for outcome in (Outcome.EXPIRED, Outcome.STOPPED):
        assert outcome not in totals.outcomes


async def _goes_on(desk: Desk, alert: Alert) -> None:
    """An editor lets it go on, whoever paused it."""
    await desk.alerts.turn(alert.id, AlertState.RUNNING, of=(AlertState.PAUSED,), now=NOW)


async def _until_closed(desk: Desk, alert: Alert) -> None:
    async with asyncio.timeout(3600):
        while await desk.ledger.open_units(alert.id):
            await asyncio.sleep(5)
            await _goes_on(desk, alert)
