"""The delivery worker on a channel with windows and echoes, in virtual time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from newsbot.channels.channel import Recipient, Traits
from newsbot.delivery.echoes import settle_echo
from newsbot.delivery.ledger import Reach, Tier, Unit
from newsbot.domain.alert import AlertClass, Audience, Outcome
from newsbot.domain.attempt import Attempt, Reason, Refused, Sent, Unknown
from newsbot.domain.subscriber import Slot
from newsbot.domain.window import Opener, Window
from tests.delivery_desk import Desk
from tests.memory_ledger import MemoryLedger
from tests.unit.test_delivery_worker import in_virtual_time

WINDOWED = Traits(windows=True, echoes=True)
REST = Unit(1, Tier.REST, 0)


async def a_desk(readers: int, *, open_: int) -> tuple[Desk, MemoryLedger]:
    """The first so many of the readers can be written to for some hours."""
    desk = Desk()
    await desk.readers(range(readers))
    ends = (datetime.now(UTC) + timedelta(hours=5)).replace(microsecond=0)
    windows = {number: Window(ends, Opener.MESSAGE) for number in range(open_)}
    desk.ledger = MemoryLedger(desk.ledger.readers, clock=desk.ledger._clock, windows=windows)
    return desk, desk.ledger


@in_virtual_time
async def test_who_can_be_written_to_is_and_the_others_are_held() -> None:
    desk, ledger = await a_desk(50, open_=20)
    alert = await desk.alert()
    async with desk.working(traits=WINDOWED):
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 20, Outcome.HELD: 30}
    assert [await ledger.missed(Slot("telegram", 0, number)) for number in (3, 30)] == [(), (REST,)]


@in_virtual_time
async def test_each_message_carries_its_delivery_and_the_end_of_the_readers_window() -> None:
    desk, ledger = await a_desk(3, open_=3)
    alert = await desk.alert()
    async with desk.working(traits=WINDOWED):
        await desk.closed(alert)
    assert ledger.windows is not None
    told = {one.to.user_id: (one.to.delivery, one.to.window_until) for one in desk.platform.pushed}
    assert told == {str(n): (f"{alert.id}:3:0:{n}", ledger.windows[n].expires_at.timestamp()) for n in range(3)}


@in_virtual_time
async def test_elsewhere_messages_carry_neither() -> None:
    desk = Desk()
    await desk.readers(range(3))
    alert = await desk.alert()
    async with desk.working():
        await desk.closed(alert)
    assert {one.to for one in desk.platform.pushed} == {Recipient(str(n)) for n in range(3)}


@in_virtual_time
async def test_who_the_platform_shuts_out_is_held_and_nobody_is_marked_and_the_alert_goes_on() -> None:
    desk, ledger = await a_desk(40, open_=40)

    def answer(to: Recipient) -> Attempt:
        return Sent(to.user_id) if int(to.user_id) >= 30 else Refused(Reason.OUTSIDE_WINDOW)

    desk.platform.answer = answer
    alert = await desk.alert()
    async with desk.working(traits=WINDOWED):
        await desk.closed(alert)
    assert await desk.outcomes(alert) == {Outcome.SENT: 10, Outcome.HELD: 30}
    assert await ledger.reach(Audience()) == Reach(10, 30)
    assert await ledger.offer(Slot("telegram", 0, 5)) == (REST,)
    assert (await desk.subscribers.counts()).reachable == 40


@in_virtual_time
async def test_what_is_unknown_is_never_sent_again_and_settled_by_its_echo() -> None:
    desk, ledger = await a_desk(2, open_=2)
    desk.platform.name = "messenger"
    desk.platform.answer = lambda to: Unknown(Reason.NO_ANSWER) if to.user_id == "0" else Sent("m_1")
    alert = await desk.alert(AlertClass.BREAKING)
    async with desk.working(traits=WINDOWED):
        await desk.closed(alert)
        assert await desk.outcomes(alert) == {Outcome.SENT: 1, Outcome.UNKNOWN: 1}
        await settle_echo(ledger, desk.platform.pushed[0].to.delivery, "m_0")
        await asyncio.sleep(60)
    assert set(desk.platform.times.values()) == {1}
    assert await desk.outcomes(alert) == {Outcome.SENT: 2}
