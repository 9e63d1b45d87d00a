"""What every storage of subscribers promises of a reader on two channels: chosen once, alerted at one address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from newsbot.database import connect_database
from newsbot.domain.subscriber import Address, Preferences, Subscriber
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.linking import CannotLink, WhyNot
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.store import SubscriberStore
from tests.builders import NOW, an_address
from tests.fakes import MemorySubscriberStore

LATER = NOW + timedelta(hours=1)
ACCOUNTS = {"telegram": "1234567", "messenger": "42", "console": "local"}
ORDER = ("telegram", "messenger")
HERE, THERE = an_address("1001"), an_address("7001", channel="messenger")


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
async def store(request: pytest.FixtureRequest, redis: Redis, tmp_path: Path) -> AsyncIterator[SubscriberStore]:
    if request.param == "memory":
        yield MemorySubscriberStore(order=ORDER)
        return
    database = connect_database(request.getfixturevalue(f"{request.param}_url"), tmp_path)
    yield RedisSubscriberStore(SqlJournal(database, ACCOUNTS, ORDER), redis)
    await database.close()


def follow(*topics: str):  # type: ignore[no-untyped-def]
    return lambda preferences: replace(preferences, topics=preferences.topics | set(topics))


def become(**states: bool):  # type: ignore[no-untyped-def]
    return lambda preferences: replace(preferences, **states)


async def at(store: SubscriberStore, address: Address) -> Subscriber:
    found = await store.get(address)
    assert found is not None
    return found


async def two_readers(store: SubscriberStore, **theirs: object) -> None:
    mine = Preferences(language="en", topics=frozenset({"sports"}), onboarded=True)
    other = Preferences(**{"language": "bn", "topics": frozenset({"economy"})} | theirs)  # type: ignore[arg-type]
    await store.change(HERE, "started", lambda _: mine, now=NOW)
    await store.change(THERE, "started", lambda _: other, now=NOW)


async def linked(store: SubscriberStore) -> None:
    await two_readers(store)
    await store.link(HERE, THERE, now=NOW)


async def test_two_who_are_linked_choose_together_and_follow_the_topics_of_both(store: SubscriberStore) -> None:
    await two_readers(store)
    one = await store.link(HERE, THERE, now=LATER)
    other = await at(store, THERE)
    assert one == await at(store, HERE)
    assert (one.preferences.linked_with, other.preferences.linked_with) == (THERE, HERE)
    assert one.preferences.topics == other.preferences.topics == {"sports", "economy"}
    assert one.preferences.language == other.preferences.language == "en"
    assert one.preferences.onboarded is other.preferences.onboarded is True
    for address in (HERE, THERE):
        assert [event.what for event in await store.history(address)] == ["started", "linked"]


@pytest.mark.parametrize("by", [HERE, THERE])
async def test_alerts_go_to_the_channel_that_comes_first_whichever_side_links(
    store: SubscriberStore, by: Address
) -> None:
    await two_readers(store)
    await store.link(by, THERE if by == HERE else HERE, now=LATER)
    assert (await at(store, HERE)).preferences.wants_alerts
    assert (await at(store, THERE)).preferences.elsewhere
    assert not (await at(store, THERE)).preferences.wants_alerts
    counts = await store.counts()
    assert (counts.subscribers, counts.reachable, counts.by_topic) == (2, 1, {"economy": 1, "sports": 1})


@pytest.mark.parametrize("by", [HERE, THERE])
async def test_what_one_side_chooses_the_other_chooses_too(store: SubscriberStore, by: Address) -> None:
    await linked(store)

    def choose(preferences: Preferences) -> Preferences:
        return replace(preferences, language="bn", timezone="UTC", topics=frozenset({"world"}), paused=True)

    await store.change(by, "topics", choose, now=LATER)
    for address in (HERE, THERE):
        chosen = (await at(store, address)).preferences
        assert (chosen.language, chosen.timezone, chosen.topics, chosen.paused) == ("bn", "UTC", {"world"}, True)
        assert (await store.history(address))[-1].what == "topics"
    await store.change(by, "stopped", become(stopped=True, paused=False), now=LATER)
    for address in (HERE, THERE):
        assert (await at(store, address)).preferences.stopped


async def test_who_cannot_be_reached_at_the_first_address_is_alerted_at_the_other_until_they_write_there_again(
    store: SubscriberStore,
) -> None:
    await linked(store)
    await store.change(HERE, "unreachable", become(unreachable=True), now=LATER)
    assert not (await at(store, HERE)).preferences.wants_alerts
    assert (await at(store, THERE)).preferences.wants_alerts
    await store.touch(HERE, now=LATER)
    assert (await at(store, HERE)).preferences.wants_alerts
    assert not (await at(store, THERE)).preferences.wants_alerts
    assert [event.what for event in await store.history(THERE)] == ["started", "linked", "elsewhere", "elsewhere"]


async def test_that_the_other_address_cannot_be_reached_changes_nothing_at_the_first(store: SubscriberStore) -> None:
    await linked(store)
    before = await at(store, HERE)
    await store.change(THERE, "unreachable", become(unreachable=True), now=LATER)
    assert await at(store, HERE) == before
    await store.touch(THERE, now=LATER)
    assert (await at(store, THERE)).preferences.elsewhere


async def test_linking_again_changes_nothing(store: SubscriberStore) -> None:
    await linked(store)
    before = await at(store, HERE), await at(store, THERE)
    assert await store.link(HERE, THERE, now=LATER) == before[0]
    await store.link(THERE, HERE, now=LATER)
    assert (await at(store, HERE), await at(store, THERE)) == before


async def test_a_link_that_cannot_be_is_refused_with_its_reason_and_changes_nothing(store: SubscriberStore) -> None:
    await linked(store)
    third, fourth = an_address("9", channel="console"), an_address("1002")
    before = [one async for one in store.all()]
    for one, other, why in (
        (HERE, HERE, WhyNot.SAME_ADDRESS),
        (HERE, fourth, WhyNot.SAME_CHANNEL),
        (HERE, third, WhyNot.LINKED),
        (third, HERE, WhyNot.OTHER_LINKED),
    ):
        with pytest.raises(CannotLink) as refused:
            await store.link(one, other, now=LATER)
        assert refused.value.reason is why
    assert [one async for one in store.all()] == before


async def test_a_stranger_who_is_linked_is_registered_as_the_other_side_chose(store: SubscriberStore) -> None:
    chosen = Preferences(language="en", topics=frozenset({"sports"}), paused=True, onboarded=True)
    await store.change(HERE, "started", lambda _: chosen, now=NOW)
    await store.link(THERE, HERE, now=LATER)
    for address in (HERE, THERE):
        they = (await at(store, address)).preferences
        assert replace(they, extra=()) == chosen
    assert (await at(store, THERE)).since == LATER


async def test_two_strangers_can_be_linked_and_begin_as_said(store: SubscriberStore) -> None:
    await store.link(THERE, HERE, now=NOW, initial=Preferences(language="en"))
    assert (await at(store, HERE)).preferences.language == (await at(store, THERE)).preferences.language == "en"
    assert (await at(store, THERE)).preferences.elsewhere


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        ({"paused": True}, {}, {}),
        ({}, {"stopped": True}, {}),
        ({"paused": True}, {"paused": True}, {"paused": True}),
        ({"stopped": True}, {"stopped": True}, {"stopped": True}),
        ({"stopped": True}, {"paused": True}, {"paused": True}),
    ],
)
async def test_whoever_was_alerted_at_one_address_still_is_and_nobody_else(
    store: SubscriberStore, mine: dict[str, bool], theirs: dict[str, bool], both: dict[str, bool]
) -> None:
    await two_readers(store, **theirs)
    await store.change(HERE, "changed", become(**mine), now=NOW)
    await store.link(HERE, THERE, now=LATER)
    for address in (HERE, THERE):
        they = (await at(store, address)).preferences
        assert (they.paused, they.stopped) == (both.get("paused", False), both.get("stopped", False))


@pytest.mark.parametrize("by", [HERE, THERE])
async def test_who_parted_keeps_what_was_chosen_and_is_alerted_at_both(store: SubscriberStore, by: Address) -> None:
    await linked(store)
    assert await store.unlink(by, now=LATER) == (THERE if by == HERE else HERE)
    for address in (HERE, THERE):
        they = (await at(store, address)).preferences
        assert they == Preferences(language="en", topics=frozenset({"sports", "economy"}), onboarded=True)
        assert (await store.history(address))[-1].what == "unlinked"
    assert await store.unlink(by, now=LATER) is None
    await store.change(HERE, "topics", follow("world"), now=LATER)
    assert "world" not in (await at(store, THERE)).preferences.topics


async def test_a_stranger_has_no_link_to_undo(store: SubscriberStore) -> None:
    assert await store.unlink(HERE, now=NOW) is None
    assert await store.get(HERE) is None


@pytest.mark.parametrize("by", [HERE, THERE])
async def test_who_is_forgotten_at_one_address_stands_alone_at_the_other(store: SubscriberStore, by: Address) -> None:
    await linked(store)
    other = THERE if by == HERE else HERE
    assert await store.forget(by, now=LATER)
    left = (await at(store, other)).preferences
    assert left.extra == ()
    assert left.wants_alerts
    assert await store.get(by) is None
    assert await store.forget(by, now=LATER) is False


async def test_a_linked_chat_that_gets_a_new_id_stays_linked(store: SubscriberStore) -> None:
    await linked(store)
    new = an_address("-100500")
    await store.move(HERE, new, now=LATER)
    assert (await at(store, THERE)).preferences.linked_with == new
    assert (await at(store, new)).preferences.linked_with == THERE
    await store.change(new, "topics", follow("world"), now=LATER)
    assert "world" in (await at(store, THERE)).preferences.topics


async def test_a_linked_chat_that_moves_onto_a_known_one_leaves_its_link(store: SubscriberStore) -> None:
    await linked(store)
    known = an_address("-100500")
    await store.change(known, "started", follow("world"), now=NOW)
    await store.move(HERE, known, now=LATER)
    assert (await at(store, known)).preferences.topics == {"sports", "economy", "world"}
    assert (await at(store, known)).preferences.extra == ()
    assert (await at(store, THERE)).preferences.extra == ()


async def test_changes_on_both_sides_at_once_all_count(store: SubscriberStore) -> None:
    await linked(store)
    topics = [f"topic-{number}" for number in range(10)]
    await asyncio.gather(
        *(store.change((HERE, THERE)[n % 2], "topics", follow(topic), now=LATER) for n, topic in enumerate(topics))
    )
    for address in (HERE, THERE):
        assert (await at(store, address)).preferences.topics == {"sports", "economy", *topics}


async def test_of_many_who_link_the_same_reader_at_once_one_does(store: SubscriberStore) -> None:
    await store.change(HERE, "started", follow("sports"), now=NOW)
    others = [an_address(str(number), channel="messenger") for number in range(1, 6)]
    outcomes = await asyncio.gather(*(store.link(one, HERE, now=LATER) for one in others), return_exceptions=True)
    done = [outcome for outcome in outcomes if isinstance(outcome, Subscriber)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, CannotLink)]
    assert (len(done), len(refused)) == (1, 4)
    assert (await at(store, HERE)).preferences.linked_with == done[0].address


async def test_changes_and_links_from_both_ends_do_not_wait_for_each_other_for_ever(store: SubscriberStore) -> None:
    for _ in range(4):
        await asyncio.gather(
            store.link(HERE, THERE, now=NOW),
            store.change(THERE, "topics", follow("world"), now=NOW),
            store.change(HERE, "topics", follow("sports"), now=NOW),
            store.unlink(THERE, now=NOW),
        )
        await store.unlink(HERE, now=NOW)
    assert (await at(store, HERE)).preferences.linked_with is None
    assert (await at(store, THERE)).preferences.linked_with is None
