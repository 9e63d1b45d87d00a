"""The newsroom's own channel among the subscribers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from newsbot.domain.subscriber import Address, Preferences
from newsbot.subscribers.public_channel import public_channel_slot
from newsbot.subscribers.store import SubscriberCounts
from tests.builders import NOW, an_address
from tests.fakes import MemorySubscriberStore

CHANNEL = Address("telegram", "-1001")


async def test_it_has_a_slot_of_its_own_and_is_no_reader() -> None:
    subscribers = MemorySubscriberStore()
    reader = await subscribers.change(an_address(), "started", lambda known: known, now=NOW)
    slot = await public_channel_slot(subscribers, CHANNEL, now=NOW, language="bn", timezone="Asia/Dhaka")
    assert slot != reader.slot
    assert await subscribers.counts() == SubscriberCounts(subscribers=1, reachable=1, by_topic={})


async def test_each_start_finds_the_same_slot_and_may_write_again() -> None:
    subscribers = MemorySubscriberStore()
    slot = await public_channel_slot(subscribers, CHANNEL, now=NOW, language="bn", timezone="Asia/Dhaka")
    await subscribers.change(CHANNEL, "unreachable", lambda known: replace(known, unreachable=True), now=NOW)
    later = NOW + timedelta(days=1)
    assert await public_channel_slot(subscribers, CHANNEL, now=later, language="en", timezone="UTC") == slot
    known = await subscribers.get(CHANNEL)
    assert known is not None
    assert (known.preferences.unreachable, known.preferences.language) == (False, "bn")


async def test_a_start_that_changes_nothing_writes_nothing() -> None:
    subscribers = MemorySubscriberStore()
    for _ in range(3):
        await public_channel_slot(subscribers, CHANNEL, now=NOW, language="bn", timezone="Asia/Dhaka")
    assert len(await subscribers.history(CHANNEL)) == 1


async def test_a_channel_that_was_subscribed_before_follows_nothing_any_more() -> None:
    subscribers = MemorySubscriberStore()
    before = Preferences(topics=frozenset({"sports"}), extra=(("of later", "x"),))
    old = await subscribers.change(CHANNEL, "topics", lambda known: known, now=NOW, initial=before)
    assert await public_channel_slot(subscribers, CHANNEL, now=NOW, language="bn", timezone="UTC") == old.slot
    known = await subscribers.get(CHANNEL)
    assert known is not None
    assert (known.preferences.topics, known.preferences.stopped) == (frozenset(), True)
    assert known.preferences.extra == (("of later", "x"),)


def test_a_note_is_kept_changed_and_taken_away_beside_the_others() -> None:
    some = Preferences(extra=(("b", "2"),))
    assert some.note("thread") == ""
    noted = some.with_note("thread", "5").with_note("a", "1")
    assert noted.extra == (("a", "1"), ("b", "2"), ("thread", "5"))
    assert noted.with_note("thread", "7").note("thread") == "7"
    assert noted.with_note("thread", "").with_note("a", "") == some
