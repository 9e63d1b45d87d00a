"""A reader on two channels over the real stores: alerted once through planner and ledgers, kept by export and import,
and found again when channels come and go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from newsbot.articles.sql_store import SqlArticleStore
from newsbot.database import Database
from newsbot.delivery.alert_store import SqlAlertStore
from newsbot.delivery.ledger import Reach, Settle
from newsbot.delivery.planner import Planner
from newsbot.delivery.policy import Limits
from newsbot.delivery.redis_ledger import RedisLedger
from newsbot.domain.alert import Alert, Audience, Outcome
from newsbot.domain.subscriber import Address, Preferences
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.transfer import export_lines, import_lines
from tests.builders import NOW, a_draft, an_address, some_topics

ACCOUNTS = {"telegram": "1", "messenger": "2"}
ORDER = ("telegram", "messenger")
HERE, THERE = an_address("1001"), an_address("7001", channel="messenger")
LATER = NOW + timedelta(hours=1)


def a_store(database: Database, redis: Redis, accounts: dict[str, str] | None = None) -> RedisSubscriberStore:
    return RedisSubscriberStore(SqlJournal(database, accounts or ACCOUNTS, ORDER), redis, clock=lambda: LATER)


async def a_linked_reader(store: RedisSubscriberStore) -> None:
    chosen = Preferences(topics=frozenset({"sports"}), onboarded=True)
    await store.change(HERE, "started", lambda _: chosen, now=NOW)
    await store.link(THERE, HERE, now=NOW)


class TwoChannels:
    """One planner over the ledgers of two accounts."""

    def __init__(self, database: Database, redis: Redis) -> None:
        self.articles, self.alerts = SqlArticleStore(database), SqlAlertStore(database)
        self.subscribers = a_store(database, redis)
        self.ledgers = {name: RedisLedger(redis, name, account) for name, account in ACCOUNTS.items()}
        self.planner = Planner(
            self.articles,
            self.alerts,
            list(self.ledgers.values()),
            some_topics(),
            limits=Limits(),
            keep=timedelta(days=30),
            clock=lambda: NOW,
        )

    async def publish(self, number: int = 1) -> Alert:
        stored = await self.articles.put(a_draft(number), now=NOW, announce=True)
        for _ in range(3):
            await self.planner.round()
        alert = await self.alerts.by_origin(f"article:{stored.article.id}")
        assert alert is not None
        return alert

    async def told(self, alert: Alert, *, refuse: Sequence[Address] = ()) -> list[str]:
        """Who is sent the alert on both channels."""
        told: list[str] = []
        for name, ledger in self.ledgers.items():
            await ledger.beat("worker")
            while (taken := await ledger.take("worker", [alert.id])) is not None:
                claim = await ledger.claim(taken.unit, "worker", 100, alert)
                for one in claim.readers:
                    address = Address(name, one.user_id)
                    refused = address in refuse
                    told += [] if refused else [str(address)]
                    outcome = Outcome.UNREACHABLE if refused else Outcome.SENT
                    await ledger.settle(taken.unit, [Settle(one.position, outcome)])
                await ledger.close(taken.unit, "worker", Outcome.WITHDRAWN)
        return told


@pytest.fixture
def two(database: Database, redis: Redis) -> TwoChannels:
    return TwoChannels(database, redis)


async def test_a_reader_on_two_channels_is_alerted_once_on_the_first(two: TwoChannels) -> None:
    await a_linked_reader(two.subscribers)
    await two.subscribers.change(an_address("7002", channel="messenger"), "started", follows_sports, now=NOW)
    alert = await two.publish()
    assert [await ledger.reach(Audience(("sports",))) for ledger in two.ledgers.values()] == [Reach(1), Reach(1)]
    assert await two.told(alert) == ["telegram:1001", "messenger:7002"]


async def test_who_blocked_the_first_channel_is_alerted_once_on_the_other(two: TwoChannels) -> None:
    await a_linked_reader(two.subscribers)
    await two.subscribers.change(HERE, "unreachable", lambda they: replace(they, unreachable=True), now=NOW)
    assert await two.told(await two.publish(1)) == ["messenger:7001"]
    await two.subscribers.touch(HERE, now=LATER)
    assert await two.told(await two.publish(2)) == ["telegram:1001"]


async def test_who_links_while_an_alert_is_on_its_way_to_both_gets_it_once(two: TwoChannels) -> None:
    for address in (HERE, THERE):
        await two.subscribers.change(address, "started", follows_sports, now=NOW)
    alert = await two.publish()
    await two.subscribers.link(THERE, HERE, now=LATER)
    assert await two.told(alert) == ["telegram:1001"]


async def test_who_parted_is_two_readers_again(two: TwoChannels) -> None:
    await a_linked_reader(two.subscribers)
    await two.subscribers.unlink(HERE, now=LATER)
    assert await two.told(await two.publish()) == ["telegram:1001", "messenger:7001"]


async def test_who_stopped_on_one_channel_is_alerted_on_none(two: TwoChannels) -> None:
    await a_linked_reader(two.subscribers)
    await two.subscribers.change(THERE, "stopped", lambda they: replace(they, stopped=True), now=LATER)
    assert await two.told(await two.publish()) == []


# --- out and in -------------------------------------------------------------------------------------------------------


async def test_export_and_import_keep_a_link_and_the_way_of_its_alerts(database: Database, redis: Redis) -> None:
    store = a_store(database, redis)
    await a_linked_reader(store)
    lines = [line async for line in export_lines(store.all())]
    before = {one.address: one.preferences async for one in store.all()}
    for address in (HERE, THERE):
        await store.forget(address, now=LATER)
    report = await import_lines(lines, store, now=LATER)
    assert (report.added, report.refused) == (2, [])
    assert {one.address: one.preferences async for one in store.all()} == before
    assert (await import_lines(lines, store, now=LATER)).unchanged == 2
    assert (await store.counts()).reachable == 1


async def test_a_link_to_somebody_who_is_not_in_the_file_ends_and_silences_nobody(
    database: Database, redis: Redis
) -> None:
    store = a_store(database, redis)
    await a_linked_reader(store)
    header, *lines = [line async for line in export_lines(store.all())]
    for address in (HERE, THERE):
        await store.forget(address, now=LATER)
    await import_lines([header, *(line for line in lines if "messenger:7001" in line[:40])], store, now=LATER)
    left = await store.get(THERE)
    assert left is not None
    assert left.preferences.wants_alerts
    assert left.preferences.extra == ()


async def test_an_import_that_links_somebody_anew_frees_who_was_linked_before(database: Database, redis: Redis) -> None:
    store = a_store(database, redis)
    other = an_address("7002", channel="messenger")
    await store.change(HERE, "started", follows_sports, now=NOW)
    await store.link(other, HERE, now=NOW)
    lines = [line async for line in export_lines(store.all())]
    await store.unlink(HERE, now=NOW)
    await store.link(THERE, HERE, now=NOW)
    await import_lines(lines, store, now=LATER)
    linked = {one.address: one.preferences.linked_with async for one in store.all()}
    assert linked == {HERE: other, other: HERE, THERE: None}
    freed = await store.get(THERE)
    assert freed is not None
    assert freed.preferences.wants_alerts


# --- channels come and go ---------------------------------------------------------------------------------------------


async def test_who_is_linked_with_a_channel_that_is_taken_out_is_alerted_where_they_are_left(
    database: Database, redis: Redis
) -> None:
    store = a_store(database, redis)
    await store.replay_recent()
    await a_linked_reader(store)
    without = a_store(database, redis, {"messenger": "2"})
    await without.replay_recent()
    left = await without.get(THERE)
    assert left is not None
    assert (left.preferences.wants_alerts, left.preferences.linked_with) == (True, HERE)
    await store.replay_recent()  # the channel is back
    again = await store.get(THERE)
    assert again is not None
    assert again.preferences.elsewhere


async def test_who_is_linked_with_another_bots_reader_stands_alone(database: Database, redis: Redis) -> None:
    store = a_store(database, redis)
    await store.replay_recent()
    await a_linked_reader(store)
    another = a_store(database, redis, {"telegram": "99", "messenger": "2"})
    await another.replay_recent()
    left = await another.get(THERE)
    assert left is not None
    assert left.preferences.wants_alerts
    assert left.preferences.linked_with is None


def follows_sports(preferences: Preferences) -> Preferences:
    return replace(preferences, topics=frozenset({"sports"}))
