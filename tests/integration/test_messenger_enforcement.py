"""What the platform does to the Page is kept, in the order in which it did it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from newsbot.channels.messenger.enforcement import Action, Enforcement, Measure, measure_of
from newsbot.domain.message import IncomingMessage, Kind
from newsbot.domain.subscriber import Address
from tests.builders import NOW

PAGE = "messenger:106378625516323"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def enforcement(redis: Redis) -> Enforcement:
    return Enforcement(redis, PAGE)


def measure(action: Action, minutes: int = 0, reason: str = "Spam") -> Measure:
    return Measure(action, reason, NOW + minutes * MINUTE)


def an_event(action: str, **more: object) -> IncomingMessage:
    values = {"event_id": "1", "address": Address("messenger", "106378625516323"), "kind": Kind.ENFORCED}
    return IncomingMessage(**values | {"action": action} | more)  # type: ignore[arg-type]


async def test_nothing_is_blocked_at_first(enforcement: Enforcement) -> None:
    assert await enforcement.blocked() is None
    assert await enforcement.last_warning() is None


async def test_a_block_stands_across_a_restart_until_it_is_taken_back(enforcement: Enforcement, redis: Redis) -> None:
    assert await enforcement.note(measure(Action.BLOCK, reason="স্প্যাম"))
    assert await Enforcement(redis, PAGE).blocked() == measure(Action.BLOCK, reason="স্প্যাম")
    assert await enforcement.note(measure(Action.UNBLOCK, 5))
    assert await enforcement.blocked() is None


async def test_another_page_is_not_blocked(enforcement: Enforcement, redis: Redis) -> None:
    await enforcement.note(measure(Action.BLOCK))
    assert await Enforcement(redis, "messenger:7").blocked() is None


async def test_a_warning_neither_blocks_nor_lifts_a_block(enforcement: Enforcement) -> None:
    assert await enforcement.note(measure(Action.WARNING))
    assert await enforcement.blocked() is None
    await enforcement.note(measure(Action.BLOCK, 1))
    assert await enforcement.note(measure(Action.WARNING, 2))
    assert await enforcement.blocked() == measure(Action.BLOCK, 1)
    assert await enforcement.last_warning() == measure(Action.WARNING, 2)


async def test_what_comes_late_changes_nothing(enforcement: Enforcement) -> None:
    await enforcement.note(measure(Action.UNBLOCK, 5))
    assert not await enforcement.note(measure(Action.BLOCK, 4))
    assert await enforcement.blocked() is None


async def test_what_comes_twice_may_be_told_twice_and_changes_nothing(enforcement: Enforcement) -> None:
    assert await enforcement.note(measure(Action.BLOCK))
    assert await enforcement.note(measure(Action.BLOCK))
    assert await enforcement.blocked() == measure(Action.BLOCK)


async def test_an_operator_ends_a_block_and_the_next_one_counts(enforcement: Enforcement) -> None:
    assert await enforcement.resume(NOW) is None
    await enforcement.note(measure(Action.BLOCK, 1))
    assert await enforcement.resume(NOW) == measure(Action.BLOCK, 1)  # our clock is behind the platform's
    assert await enforcement.blocked() is None
    await enforcement.note(measure(Action.BLOCK, 2))
    assert await enforcement.blocked() == measure(Action.BLOCK, 2)


def test_an_event_is_read_with_its_time_and_its_reason_in_one_line() -> None:
    event = an_event("block", text="  The Page\nsent spam. ", received_at=NOW)
    assert measure_of(event, NOW + MINUTE) == Measure(Action.BLOCK, "The Page sent spam.", NOW)
    assert measure_of(an_event("unblock"), NOW) == Measure(Action.UNBLOCK, "", NOW)


def test_an_action_that_we_do_not_know_is_a_warning_that_names_it() -> None:
    assert measure_of(an_event("restrict", text="Spam"), NOW) == Measure(Action.WARNING, "restrict: Spam", NOW)


async def test_lone_surrogates_in_a_reason_are_no_obstacle(enforcement: Enforcement) -> None:
    assert await enforcement.note(measure(Action.BLOCK, reason="\ud800"))
    assert await enforcement.blocked() == measure(Action.BLOCK, reason="?")
