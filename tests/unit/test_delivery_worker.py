"""The delivery worker in virtual time, among memory stores, with a platform that answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from newsbot.channels.channel import Operation, Recipient
from newsbot.delivery.channel_health import MENDED_AFTER
from newsbot.delivery.ledger import Tier, Unit
from newsbot.delivery.notices import Event
from newsbot.delivery.sending import LATE, TICK
from newsbot.domain.alert import AlertClass, AlertKind, AlertState, Audience, Outcome
from newsbot.domain.attempt import Attempt, Reason, Refused, Scope, Sent, TryLater, Unknown, Unreachable
from newsbot.domain.subscriber import Address
from tests.builders import NOW
from tests.delivery_desk import Desk, MemoryPacing, loop_clock, loop_time, stopped
from tests.memory_notices import MemoryNoticeStore
from tests.virtual_time import run

SECONDS = timedelta(seconds=1)
BREAKING, TOPIC = AlertClass.BREAKING, AlertClass.TOPIC
BLOCKED = Unreachable(Reason.BLOCKED)
LOST = Unknown(Reason.NO_ANSWER)

Story = Callable[[], Awaitable[None]]


def in_virtual_time(story: Story) -> Callable[[], None]:
    def test() -> None:
        run(story())  # type: ignore[arg-type]

    test.__name__ = story.__name__
    return test


def sometimes(attempts: dict[int, list[Attempt]]) -> Callable[[Recipient], Attempt]:
    """Those answers to these readers, one after the other; then, and to the others, it is sent."""

    def answer(to: Recipient) -> Attempt:
        waiting = attempts.get(int(to.user_id), [])
        return waiting.pop(0) if waiting else Sent(to.user_id)

    return answer


# --- who gets what -----------------------------------------------------------------------------------------------


@in_virtual_time
async def test_everybody_gets_it_once_at_the_full_pace_and_never_more_are_begun_than_allowed() -> None:
    desk = Desk(rate=30, in_flight=30)
    await desk.readers(range(290))
    await desk.readers(range(290, 300), language="en")
    alert = await desk.alert()
    async with desk.working():
        took = await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 300}
    assert set(desk.platform.times.values()) == {1}
    assert took <= 300 / (30 * 0.96) * 1.02
    assert desk.platform.worst_second() <= 30
    assert [one.text for one in desk.platform.pushed[-10:]] == [f"{alert.id} en sports 1"] * 10
    assert len(desk.composer.composed) == 2  # once for each kind of reader


class SlowAtTimes(MemoryPacing):
    """Every tenth question takes as long as many moments."""

    asked = 0

    async def chats(self, chat_ids: Sequence[str]) -> list[timedelta]:
        self.asked += 1
        if self.asked % 10 == 0:
            await asyncio.sleep(0.4)
        return await super().chats(chat_ids)


@in_virtual_time
async def test_moments_that_passed_while_a_store_was_slow_are_not_made_up_for() -> None:
    desk = Desk(rate=30, in_flight=30)
    desk.pacing = SlowAtTimes(30)
    await desk.readers(range(200))
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 200}
    assert desk.pacing.asked > 20
    gaps = [later.at - one.at for one, later in pairwise(desk.platform.pushed)]
    assert min(gaps) >= desk.pacing.interval.total_seconds() - LATE
    assert desk.platform.worst_second() <= 30


@in_virtual_time
async def test_slow_answers_leave_no_more_readers_begun_than_allowed() -> None:
    desk = Desk(rate=1000, in_flight=8, seconds=1.0)
    await desk.readers(range(40))
    alert = await desk.alert()
    async with desk.working():
        while await desk.ledger.open_units(alert.id):
            assert (await desk.totals(alert)).in_flight <= 8
            await asyncio.sleep(0.01)
    assert desk.platform.most_on_their_way == 8
    assert await desk.outcomes(alert) == {Outcome.SENT: 40}


@in_virtual_time
async def test_who_leaves_in_the_middle_gets_no_more_of_it() -> None:
    desk = Desk(rate=10)
    await desk.readers(range(60))
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 20)
        for number, change in ((50, {"stopped": True}), (51, {"paused": True}), (52, {"topics": frozenset()})):
            await desk.readers([number], **change)
        await desk.subscribers.forget(Address("telegram", "53"), now=NOW)
        await desk.readers([54], paused=True)
        await desk.readers([54], paused=False)
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 56, Outcome.WITHDRAWN: 4}
    assert desk.platform.times["54"] == 1
    assert not {"50", "51", "52", "53"} & set(desk.platform.times)


@in_virtual_time
async def test_unreachable_readers_are_settled_as_what_they_are_and_marked() -> None:
    desk = Desk()
    await desk.readers(range(12))
    answers: dict[int, list[Attempt]] = {
        2: [BLOCKED],
        4: [Unreachable(Reason.DEACTIVATED)],
        6: [Unreachable(Reason.CHAT_NOT_FOUND, strike=True)],
        8: [Sent("80", moved_to="-1008")],
    }
    desk.platform.answer = sometimes(answers)
    first = await desk.alert()
    async with desk.working():
        await desk.closed(first)
        answers[6] = [Unreachable(Reason.CHAT_NOT_FOUND, strike=True)]
        await desk.until(lambda: desk.reader(2).unreachable and desk.reader(4).unreachable)
        assert not desk.reader(6).unreachable
        second = await desk.alert()
        await desk.closed(second)
        await desk.until(lambda: desk.reader(6).unreachable)
    assert await desk.outcomes(first) == {
        Outcome.SENT: 9, Outcome.BLOCKED: 1, Outcome.DEACTIVATED: 1, Outcome.STRIKE: 1
    }  # fmt: skip
    assert await desk.outcomes(second) == {Outcome.SENT: 9, Outcome.CHAT_NOT_FOUND: 1}
    assert desk.platform.times["-1008"] == 1
    assert await desk.subscribers.get(Address("telegram", "8")) is None


@in_virtual_time
async def test_who_forgot_themselves_while_they_were_written_to_is_not_registered_again() -> None:
    desk = Desk()
    await desk.readers(range(3))

    def answer(to: Recipient) -> Attempt:
        if to.user_id != "1":
            return Sent(to.user_id)
        del desk.subscribers._subscribers[Address("telegram", "1")]
        return BLOCKED

    desk.platform.answer = answer
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert)
    assert (await desk.outcomes(alert))[Outcome.BLOCKED] == 1
    assert await desk.subscribers.get(Address("telegram", "1")) is None


@in_virtual_time
async def test_a_group_is_written_to_without_a_readers_buttons() -> None:
    desk = Desk()
    await desk.readers([7, -100])
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert)
    assert sorted(variant.shared for variant in desk.composer.composed) == [False, True]


@in_virtual_time
async def test_a_forum_topic_that_is_gone_is_forgotten_unless_another_was_chosen_meanwhile() -> None:
    desk = Desk()
    await desk.readers([-200, -300, -100], extra=(("thread", "5"),))

    def answer(to: Recipient) -> Attempt:
        assert to.thread_id == "5"
        if to.user_id == "-200":
            known = desk.subscribers._subscribers[Address("telegram", "-200")]
            chosen = known.with_preferences(known.preferences.with_note("thread", "7"))
            desk.subscribers._subscribers[known.address] = chosen
        return Sent(to.user_id, thread_gone=to.user_id != "-300")

    desk.platform.answer = answer
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert)
        await desk.until(lambda: not desk.reader(-100).extra)
    assert await desk.outcomes(alert) == {Outcome.SENT: 3}
    assert [desk.reader(number).note("thread") for number in (-100, -200, -300)] == ["", "7", "5"]


@in_virtual_time
async def test_the_newsrooms_own_channel_gets_it_first() -> None:
    desk = Desk(rate=1000, seconds=0.5)
    await desk.readers([-1001, *range(50)])
    alert = await desk.alert(topic="nobody's")
    for segment in await desk.ledger.segments():
        channel = await desk.subscribers.get(Address("telegram", "-1001"))
        assert channel is not None
        desk.ledger._planned.clear()
        alert = replace(alert, audience=Audience(topics=("sports",)))
        await desk.ledger.freeze(alert, segment, first=channel.slot, now=NOW)
    async with desk.working():
        await desk.closed(alert)
    first, second = desk.platform.pushed[:2]
    assert first.to.user_id == "-1001"
    assert 0.5 <= second.at - first.at <= 0.6
    assert await desk.outcomes(alert) == {Outcome.SENT: 51}


@in_virtual_time
async def test_the_channel_is_not_waited_for_for_ever() -> None:
    desk = Desk(rate=1000, seconds=30)
    await desk.readers([-1001, *range(5)])
    channel = await desk.subscribers.get(Address("telegram", "-1001"))
    assert channel is not None
    alert = await desk.alert(topic="nobody's")
    desk.ledger._planned.clear()
    alert = replace(alert, audience=Audience(topics=("sports",)))
    await desk.ledger.freeze(alert, 0, first=channel.slot, now=NOW)
    async with desk.working():
        await desk.closed(alert)
    first, second = desk.platform.pushed[:2]
    assert first.to.user_id == "-1001"
    assert 2.0 - TICK <= second.at - first.at <= 2.3


# --- several alerts at once --------------------------------------------------------------------------------------


@in_virtual_time
async def test_each_of_several_alerts_reaches_the_most_active_readers_first() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(120))
    today = {str(number) for number in range(60, 120)}
    for user_id in today:
        await desk.subscribers.touch(Address("telegram", user_id), now=loop_clock())
    alerts = [await desk.alert(BREAKING), await desk.alert(), await desk.alert()]
    async with desk.working():
        await desk.closed(*alerts)
    for alert in alerts:
        order = [one.to.user_id for one in desk.platform.pushed if one.text.split()[0] == str(alert.id)]
        assert len(order) == 120
        assert set(order[:60]) == today


@in_virtual_time
async def test_an_older_alert_goes_on_under_a_stream_of_breaking_and_of_newer_ones() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(300))
    for number in range(300, 340):
        await desk.readers([number], topics=frozenset({f"team{number % 10}"}))

    def had(alert_id: int) -> int:
        return sum(one.text.split()[0] == str(alert_id) for one in desk.platform.pushed)

    async with desk.working():
        old = await desk.alert()
        await desk.until(lambda: had(old.id) >= 30)
        began, newer = loop_time(), 0
        breaking = await desk.alert(BREAKING)
        while await desk.ledger.open_units(old.id):
            await desk.alert(topic=f"team{newer % 10}")  # small, newer, and over at once
            newer += 1
            await asyncio.sleep(1)
            if not await desk.ledger.open_units(breaking.id):
                breaking = await desk.alert(BREAKING)
            assert loop_time() - began < 270 / (30 * 0.96) / (3 / 11 / 2) * 1.1  # half of its class's share


@in_virtual_time
async def test_an_alert_that_one_worker_has_is_not_held_up_by_breaking_news_that_another_has() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(900))
    await desk.readers(range(900, 960), topics=frozenset({"cricket"}))
    breaking, topic = await desk.alert(BREAKING), await desk.alert(topic="cricket")
    for unit, it in desk.ledger._units.items():
        it.owner, it.given_back = "one" if unit.alert_id == breaking.id else "two", True
    async with desk.working(name="one"), desk.working(name="two"):
        await desk.closed(topic)
        done = sum((await desk.outcomes(breaking)).values())
        await desk.closed(breaking)
    # It has had about its share of what went out until then, and breaking news the more of it.
    assert 60 <= done <= 600
    assert desk.platform.worst_second() <= 30


# --- several alerts ----------------------------------------------------------------------------------------------


@in_virtual_time
async def test_alerts_share_the_pace_and_a_small_one_is_not_stuck_behind_a_large_one() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(600))
    await desk.readers(range(600, 610), topics=frozenset({"economy"}))
    large = await desk.alert(BREAKING)
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 30)
        small = await desk.alert(topic="economy")
        assert await desk.closed(small) < 5
        took = await desk.closed(large)
    assert await desk.outcomes(small) == {Outcome.SENT: 10}
    assert await desk.outcomes(large) == {Outcome.SENT: 600}
    assert desk.platform.worst_second() <= 30
    assert took <= 610 / (30 * 0.96) * 1.03


@in_virtual_time
async def test_a_chat_that_was_just_written_to_is_left_alone_and_written_to_later() -> None:
    desk = Desk(rate=1000)
    await desk.readers(range(3))
    alerts = [await desk.alert() for _ in range(7)]
    async with desk.working():
        took = await desk.closed(*alerts)
    for alert in alerts:
        assert await desk.outcomes(alert) == {Outcome.SENT: 3}
    times = sorted(one.at for one in desk.platform.pushed if one.to.user_id == "1")
    assert all(times[n + 4] - times[n] >= 0.9 for n in range(len(times) - 4))
    assert took >= 3


# --- editors -----------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_stop_counts_within_a_second_and_the_rest_is_released() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(300))
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 60)
        await desk.turn(alert, AlertState.STOPPED)
        stopped_at = loop_time()
        await desk.closed(alert)
        sent = len(desk.platform.pushed)
        await asyncio.sleep(5)
    assert desk.platform.pushed[-1].at - stopped_at <= 1
    assert await desk.outcomes(alert) == {Outcome.SENT: sent, Outcome.STOPPED: 300 - sent}


@in_virtual_time
async def test_a_paused_alert_goes_on_where_it_was() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(120))
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 40)
        await desk.turn(alert, AlertState.PAUSED)
        await asyncio.sleep(1)
        before = len(desk.platform.pushed)
        assert (await desk.totals(alert)).in_flight == 0
        await asyncio.sleep(60)
        assert len(desk.platform.pushed) == before
        await desk.turn(alert, AlertState.RUNNING)
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 120}
    assert set(desk.platform.times.values()) == {1}


@in_virtual_time
async def test_who_is_still_to_come_gets_the_corrected_text() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(120))
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 40)
        assert await desk.alerts.replace_text(alert.id, alert.text, now=NOW) is not None  # type: ignore[arg-type]
        await desk.closed(alert)
    versions = [one.text[-1] for one in desk.platform.pushed]
    assert versions == sorted(versions)
    assert set(versions) == {"1", "2"}


@in_virtual_time
async def test_copies_are_edited_and_taken_back_in_doubt_again() -> None:
    desk = Desk()
    await desk.readers(range(20))
    sent = await desk.alert()
    async with desk.working():
        await desk.closed(sent)
        desk.platform.answer = sometimes({3: [LOST]})
        correction = await desk.alert(kind=AlertKind.CORRECTION, of=sent.id)
        await desk.closed(correction)
        recall = await desk.alert(kind=AlertKind.RECALL, of=sent.id)
        await desk.closed(recall)
    assert await desk.outcomes(correction) == await desk.outcomes(recall) == {Outcome.SENT: 20}
    edits = [one for one in desk.platform.pushed if one.operation is Operation.EDIT]
    deletions = [one for one in desk.platform.pushed if one.operation is Operation.DELETE]
    assert (len(edits), len(deletions)) == (21, 20)
    assert all(one.to.message_id == one.to.user_id for one in edits + deletions)


@in_virtual_time
async def test_a_withdrawn_article_is_not_sent_and_what_is_left_is_closed() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(50))
    await desk.readers(range(50, 100), language="en")
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 20)
        desk.composer.gone = True
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 50, Outcome.WITHDRAWN: 50}


@in_virtual_time
async def test_what_could_not_be_sent_in_time_is_not_sent() -> None:
    desk = Desk(rate=10)
    await desk.readers(range(100))
    alert = await desk.alert(expires_at=loop_clock() + 5 * SECONDS)
    async with desk.working():
        await desk.closed(alert)
    sent = len(desk.platform.pushed)
    assert desk.platform.pushed[-1].at <= 5.5
    assert await desk.outcomes(alert) == {Outcome.SENT: sent, Outcome.EXPIRED: 100 - sent}


@in_virtual_time
async def test_an_alert_that_is_paused_past_its_time_is_closed() -> None:
    desk = Desk(rate=10)
    await desk.readers(range(100))
    alert = await desk.alert(expires_at=loop_clock() + 60 * SECONDS)
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 10)
        await desk.turn(alert, AlertState.PAUSED)
        await desk.closed(alert, within=90)
    sent = len(desk.platform.pushed)
    assert await desk.outcomes(alert) == {Outcome.SENT: sent, Outcome.EXPIRED: 100 - sent}


# --- when something is wrong -------------------------------------------------------------------------------------


@in_virtual_time
async def test_a_429_pauses_its_chat_and_costs_no_attempt() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(60))
    desk.platform.answer = sometimes({7: [TryLater(5 * SECONDS, Reason.FLOOD)]})
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 60}
    first, second = (one.at for one in desk.platform.pushed if one.to.user_id == "7")
    assert second - first >= 5
    assert desk.pacing.budget.paused_until == 0


@in_virtual_time
async def test_two_chats_429s_pause_everybody_as_long_as_they_say() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(60))
    flood: Attempt = TryLater(20 * SECONDS, Reason.FLOOD)
    desk.platform.answer = sometimes({7: [flood], 8: [flood]})
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 60}
    times = [one.at for one in desk.platform.pushed]
    assert max(after - before for before, after in pairwise(times)) >= 19.5


@in_virtual_time
async def test_lost_answers_are_unknown_and_only_breaking_news_is_sent_again_once() -> None:
    desk = Desk()
    await desk.readers(range(30))
    desk.platform.answer = sometimes({4: [LOST], 20: [LOST]})
    topic = await desk.alert()
    async with desk.working():
        await desk.closed(topic)
        assert await desk.outcomes(topic) == {Outcome.SENT: 28, Outcome.UNKNOWN: 2}
        desk.platform.answer = sometimes({4: [LOST], 20: [LOST, LOST, LOST]})
        breaking = await desk.alert(BREAKING)
        await desk.closed(breaking)
        assert await desk.outcomes(breaking) == {Outcome.SENT: 29, Outcome.UNKNOWN: 1}
    assert desk.platform.times["20"] == 3  # once of the one, twice of the other


def test_an_outage_of_ten_minutes_costs_no_message_but_those_on_their_way() -> None:
    for cls in (TOPIC, BREAKING):
        run(_outage(cls))


async def _outage(cls: AlertClass) -> None:
    desk = Desk(rate=30, in_flight=30)
    await desk.readers(range(300))
    alert = await desk.alert(cls)
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 100)
        desk.platform.well, desk.platform.answer = False, lambda to: LOST
        began = loop_time()
        await asyncio.sleep(600)
        spent = [one for one in desk.platform.pushed if one.at > began]
        assert len(spent) <= 10  # three to notice it, and those who were begun with meanwhile
        assert (await desk.totals(alert)).in_flight == 0
        desk.platform.well, desk.platform.answer = True, lambda to: Sent(to.user_id)
        back = loop_time()
        await desk.closed(alert)
    pauses = [after - before for before, after in pairwise(desk.platform.asked)]
    assert pauses[0] == pytest.approx(2)
    assert max(pauses) == pytest.approx(30)
    assert next(one.at for one in desk.platform.pushed if one.at >= back) - back <= 31
    outcomes = await desk.outcomes(alert)
    unknown = outcomes.get(Outcome.UNKNOWN, 0)
    assert unknown <= (0 if cls is BREAKING else 10)
    assert outcomes[Outcome.SENT] == 300 - unknown


@in_virtual_time
async def test_no_connection_loses_nobody() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(100))
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 30)
        desk.platform.well = False
        desk.platform.answer = lambda to: TryLater(2 * SECONDS, Reason.NO_CONNECTION, Scope.CHANNEL)
        await asyncio.sleep(120)
        desk.platform.well, desk.platform.answer = True, lambda to: Sent(to.user_id)
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 100}


@in_virtual_time
async def test_many_unreachable_readers_in_a_row_pause_the_alert_and_none_of_them_is_marked() -> None:
    desk = Desk(rate=30, in_flight=30)
    await desk.readers(range(200))
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 50)
        desk.platform.answer = lambda to: BLOCKED
        await asyncio.sleep(10)
        assert await desk.paused(alert) == {"telegram": "many_unreachable"}
        assert not any(desk.reader(number).unreachable for number in range(200))
        assert (await desk.totals(alert)).in_flight == 0
        # It was the platform. An editor lets it go on.
        desk.platform.answer = lambda to: Sent(to.user_id)
        await desk.go_on(alert)
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 200}


@in_virtual_time
async def test_who_lets_it_go_on_after_that_is_believed() -> None:
    desk = Desk(rate=30, in_flight=30)
    await desk.readers(range(100))
    desk.platform.answer = lambda to: BLOCKED if int(to.user_id) >= 30 else Sent(to.user_id)
    alert = await desk.alert()
    async with desk.working():
        await asyncio.sleep(10)
        await desk.go_on(alert)
        await desk.closed(alert)
        await desk.until(lambda: desk.reader(99).unreachable)
    assert await desk.outcomes(alert) == {Outcome.SENT: 30, Outcome.BLOCKED: 70}


@in_virtual_time
async def test_a_third_of_the_readers_gone_pauses_nothing() -> None:
    desk = Desk(rate=1000, in_flight=30)
    await desk.readers(range(600))
    desk.platform.answer = lambda to: BLOCKED if int(to.user_id) % 3 == 0 else Sent(to.user_id)
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert)
        await desk.until(lambda: all(desk.reader(number).unreachable == (number % 3 == 0) for number in range(600)))
    assert await desk.outcomes(alert) == {Outcome.SENT: 400, Outcome.BLOCKED: 200}


@in_virtual_time
async def test_a_short_run_at_the_end_is_believed() -> None:
    desk = Desk()
    await desk.readers(range(3))
    desk.platform.answer = lambda to: BLOCKED
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert, within=5)
        await desk.until(lambda: all(desk.reader(number).unreachable for number in range(3)))
    assert await desk.outcomes(alert) == {Outcome.BLOCKED: 3}


@pytest.mark.parametrize("in_flight", [1, 2, 8])
def test_few_places_are_never_all_taken_by_what_is_held_back(in_flight: int) -> None:
    async def story() -> None:
        desk = Desk(in_flight=in_flight)
        await desk.readers(range(100))
        desk.platform.answer = lambda to: BLOCKED if 20 <= int(to.user_id) < 35 else Sent(to.user_id)
        alert = await desk.alert()
        async with desk.working():
            await desk.closed(alert, within=20)
            await desk.until(lambda: all(desk.reader(number).unreachable for number in range(20, 35)))
        assert await desk.outcomes(alert) == {Outcome.SENT: 85, Outcome.BLOCKED: 15}

    run(story())


@in_virtual_time
async def test_a_message_that_nobody_may_have_pauses_its_alert_and_not_the_others() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(100))
    bad = await desk.alert()
    good = await desk.alert()

    desk.platform.refused[str(bad.id)] = Refused(Reason.BAD_MARKUP)
    async with desk.working():
        await desk.closed(good)
        assert await desk.paused(bad) == {"telegram": "message_refused"}
        # Corrected, everybody gets it.
        desk.platform.refused.clear()
        await desk.go_on(bad)
        await desk.closed(bad)
    assert await desk.outcomes(good) == await desk.outcomes(bad) == {Outcome.SENT: 100}


@in_virtual_time
async def test_a_refused_token_halts_the_channel_until_it_is_mended_and_loses_nobody() -> None:
    desk, notices = Desk(rate=30), MemoryNoticeStore()
    await desk.readers(range(50))
    alerts = [await desk.alert(), await desk.alert()]
    async with desk.working(notices=notices):
        await desk.until(lambda: len(desk.platform.pushed) >= 10)
        desk.platform.well, desk.platform.answer = False, lambda to: Refused(Reason.BAD_TOKEN, stop=True)
        await asyncio.sleep(600)
        assert len(desk.platform.pushed) <= 20
        assert [await desk.paused(alert) for alert in alerts] == [{}, {}]
        assert not any(desk.reader(number).unreachable for number in range(50))
        standing = await notices.standing("telegram")
        assert standing is not None
        assert standing.reason == "bad_token"
        desk.platform.well, desk.platform.answer = True, lambda to: Sent(to.user_id)
        await desk.closed(*alerts, within=180)
        pauses = [after - before for before, after in pairwise(desk.platform.asked)]
        assert pauses == pytest.approx([min(2.0**step, 120) for step in range(1, len(pauses) + 1)])
        assert pauses[-1] == pytest.approx(120)
    assert [await desk.outcomes(alert) for alert in alerts] == [{Outcome.SENT: 50}] * 2
    assert [one.event for one in await notices.since(NOW)] == [Event.HALTED, Event.MENDED]


@in_virtual_time
async def test_a_restricted_account_is_mended_when_a_message_is_accepted_and_told_once() -> None:
    desk, notices = Desk(rate=30), MemoryNoticeStore()
    await desk.readers(range(50))
    alert = await desk.alert()
    desk.platform.answer = lambda to: Refused(Reason.RESTRICTED, stop=True)  # while questions are answered
    async with desk.working(notices=notices):
        await asyncio.sleep(600)
        assert len(desk.platform.pushed) <= 60
        assert [one.event for one in await notices.since(NOW)] == [Event.HALTED]
        desk.platform.answer = lambda to: Sent(to.user_id)
        await desk.closed(alert, within=180)
        await asyncio.sleep(MENDED_AFTER + 1)
    assert await desk.outcomes(alert) == {Outcome.SENT: 50}
    assert [one.event for one in await notices.since(NOW)] == [Event.HALTED, Event.MENDED]


@in_virtual_time
async def test_where_some_readers_meet_the_refusal_again_and_again_editors_are_told_once() -> None:
    desk, notices = Desk(rate=30), MemoryNoticeStore()
    await desk.readers(range(30))
    missing: Attempt = Refused(Reason.MISCONFIGURED, stop=True)
    desk.platform.answer = lambda to: missing if int(to.user_id) == 15 else Sent(to.user_id)
    alert = await desk.alert()
    async with desk.working(notices=notices):
        await asyncio.sleep(1800)
        assert desk.platform.times["15"] <= 30
        assert (await desk.outcomes(alert))[Outcome.SENT] == 29
        assert [one.event for one in await notices.since(NOW)] == [Event.HALTED]
        desk.platform.answer = lambda to: Sent(to.user_id)
        await desk.closed(alert, within=180)
        await asyncio.sleep(MENDED_AFTER + 1)
    assert [one.event for one in await notices.since(NOW)] == [Event.HALTED, Event.MENDED]


@in_virtual_time
async def test_a_channel_that_had_halted_before_a_restart_is_asked_before_anybody_is_sent_to() -> None:
    desk, notices = Desk(rate=30), MemoryNoticeStore()
    await desk.readers(range(5))
    await notices.halted("telegram", "bad_token", now=NOW)
    desk.platform.well, desk.platform.answer = False, lambda to: Refused(Reason.BAD_TOKEN, stop=True)
    alert = await desk.alert()
    async with desk.working(notices=notices):
        await asyncio.sleep(60)
        assert desk.platform.pushed == []
        desk.platform.well, desk.platform.answer = True, lambda to: Sent(to.user_id)
        await desk.closed(alert, within=180)
    assert await desk.outcomes(alert) == {Outcome.SENT: 5}


@in_virtual_time
async def test_who_is_barred_sends_nothing_and_goes_on_when_that_is_over() -> None:
    desk, barred = Desk(rate=30), ["blocked"]

    async def why() -> str:
        return barred[0]

    await desk.readers(range(50))
    alert = await desk.alert()
    async with desk.working(barred=why):
        await asyncio.sleep(60)
        assert desk.platform.pushed == []
        barred[0] = ""
        await desk.until(lambda: len(desk.platform.pushed) >= 10)
        barred[0] = "blocked"
        await asyncio.sleep(1)
        sent = len(desk.platform.pushed)
        assert sent < 50
        await asyncio.sleep(60)
        assert len(desk.platform.pushed) == sent
        barred[0] = ""
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 50}


@in_virtual_time
async def test_an_alert_that_nobody_can_stop_does_not_run() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(300))
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 30)
        desk.alerts.away = True
        gone = loop_time()
        await asyncio.sleep(60)
        assert 2 <= desk.platform.pushed[-1].at - gone <= 3.5
        desk.alerts.away = False
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 300}


@in_virtual_time
async def test_while_redis_is_away_nothing_new_is_begun_and_what_is_known_is_kept() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(150))
    alert = await desk.alert()
    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) >= 50)
        desk.ledger.away = desk.pacing.away = True
        gone = loop_time()
        await asyncio.sleep(30)
        assert desk.platform.pushed[-1].at - gone <= 0.2
        desk.ledger.away = desk.pacing.away = False
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 150}
    assert set(desk.platform.times.values()) == {1}


@in_virtual_time
async def test_readers_who_were_claimed_in_a_call_whose_answer_was_lost_are_not_forgotten() -> None:
    desk = Desk(rate=100)
    await desk.readers(range(100))
    alert = await desk.alert()
    lost = 0

    def at(point: str) -> None:
        # As if the answer to the claim had not come: it was made, and the worker hears of an error.
        nonlocal lost
        if point == "after_claim" and lost < 5:
            lost += 1
            desk.pacing.away = True
        elif point == "before_claim":
            desk.pacing.away = False

    async with desk.working(at=at):
        while lost < 5:
            await asyncio.sleep(0.3)
            desk.pacing.away = False
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 100}
    assert set(desk.platform.times.values()) == {1}


@in_virtual_time
async def test_an_article_that_can_not_be_read_now_is_sent_later() -> None:
    desk = Desk()
    await desk.readers(range(20))
    desk.composer.away = True
    alert = await desk.alert()
    async with desk.working():
        await asyncio.sleep(10)
        assert desk.platform.pushed == []
        desk.composer.away = False
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 20}


# --- several workers, and the end --------------------------------------------------------------------------------


@in_virtual_time
async def test_a_clean_stop_waits_for_answers_and_leaves_nobody_unknown() -> None:
    desk = Desk(rate=100, seconds=2.0)
    await desk.readers(range(200))
    alert = await desk.alert()
    first = asyncio.create_task(desk.worker().run())
    await desk.until(lambda: len(desk.platform.pushed) >= 40)
    began = loop_time()
    await stopped(first)
    assert loop_time() - began <= 2.2
    totals = await desk.totals(alert)
    assert (totals.unknown, totals.in_flight) == (0, 0)
    async with desk.working():
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 200}
    assert set(desk.platform.times.values()) == {1}


@in_virtual_time
async def test_answers_that_do_not_come_in_time_are_left_to_the_next_worker() -> None:
    desk = Desk(rate=100, seconds=60, in_flight=10)
    await desk.readers(range(30))
    alert = await desk.alert()
    first = asyncio.create_task(desk.worker(name="first").run())
    await desk.until(lambda: len(desk.platform.pushed) == 10)
    began = loop_time()
    await stopped(first)
    assert loop_time() - began <= 6
    assert (await desk.totals(alert)).in_flight == 10
    desk.ledger.dead.add("first")
    desk.platform.seconds = 0.05
    async with desk.working():
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 20, Outcome.UNKNOWN: 10}


@in_virtual_time
async def test_a_worker_whose_units_were_taken_over_starts_nothing_and_keeps_what_it_knows() -> None:
    desk = Desk(rate=20, seconds=1.0, in_flight=10)
    await desk.readers(range(100))
    alert = await desk.alert()
    async with desk.working(name="slow"):
        await desk.until(lambda: len(desk.platform.pushed) >= 10)
        desk.ledger.dead.add("slow")
        async with desk.working(name="quick"):
            await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 100}
    assert set(desk.platform.times.values()) == {1}


@in_virtual_time
async def test_workers_share_units_and_the_pace() -> None:
    desk = Desk(rate=30)
    await desk.readers(range(100))
    for number in range(100):
        if number % 2:
            await desk.subscribers.touch(Address("telegram", str(number)), now=NOW)
    alert = await desk.alert()
    async with desk.working(name="one"), desk.working(name="two"):
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 100}
    assert set(desk.platform.times.values()) == {1}
    assert desk.platform.worst_second() <= 30


@in_virtual_time
async def test_a_process_that_slept_long_sends_to_nobody_whom_it_had_claimed() -> None:
    desk = Desk(rate=1, in_flight=5)
    await desk.readers(range(10))
    alert = await desk.alert()

    class Asleep(Exception):
        pass

    async with desk.working():
        await desk.until(lambda: len(desk.platform.pushed) == 1)
        loop = asyncio.get_running_loop()
        loop.now += 40  # type: ignore[attr-defined]  # nothing ran meanwhile
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 10}
    assert set(desk.platform.times.values()) == {1}


def test_a_unit_is_sorted_by_tier_before_segment() -> None:
    assert sorted([Unit(1, Tier.REST, 0), Unit(1, Tier.TODAY, 9)])[0].segment == 9
