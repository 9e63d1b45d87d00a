"""Export and import of subscribers, through the real storage."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from newsbot.database import Database
from newsbot.domain.subscriber import Preferences
from newsbot.subscribers.journal import SqlJournal
from newsbot.subscribers.redis_store import RedisSubscriberStore
from newsbot.subscribers.transfer import ImportReport, NotAnExport, Refused, export_lines, import_lines
from tests.builders import NOW, an_address

HEADER = '{"format": "newsbot-subscribers", "version": 1}'
LATER = NOW + timedelta(days=3)


@pytest.fixture
async def store(database: Database, redis: Redis) -> RedisSubscriberStore:
    return RedisSubscriberStore(SqlJournal(database, {"telegram": "1", "console": "local"}), redis)


def line(user_id: str = "1", **changes: object) -> str:
    preferences = {"language": "bn", "timezone": "Asia/Dhaka", "topics": ["sports"]}
    found = {"address": f"telegram:{user_id}", "since": "2025-01-02T03:04:05+06:00", "preferences": preferences}
    return json.dumps(found | changes)


async def exported(store: RedisSubscriberStore) -> list[str]:
    return [one async for one in export_lines(store.all())]


async def test_what_is_exported_can_be_imported_elsewhere_and_is_the_same(store: RedisSubscriberStore) -> None:
    chosen = Preferences(
        language="en", topics=frozenset({"খেলা"}), paused=True, onboarded=True, extra=(("a", "[1]"), ("b", "\udc80"))
    )
    await store.change(an_address("1"), "imported", lambda _: chosen, now=NOW)
    await store.change(an_address("me", "console"), "started", lambda p: p, now=NOW)
    await store.change(an_address("gone"), "started", lambda p: p, now=NOW)
    await store.forget(an_address("gone"), now=NOW)
    lines = await exported(store)
    assert len(lines) == 3
    assert all(one.encode() and "\n" not in one for one in lines)

    everyone = [one async for one in store.all()]
    for one in everyone:
        await store.forget(one.address, now=LATER)
    report = await import_lines(lines, store, now=LATER)
    assert report == ImportReport(added=2)
    assert [(one.address, one.since, one.preferences) async for one in store.all()] == [
        (one.address, one.since, one.preferences) for one in everyone
    ]
    assert await exported(store) == lines


async def test_a_second_import_changes_nothing(store: RedisSubscriberStore) -> None:
    lines = [HEADER, *(line(str(number)) for number in range(1, 1201))]
    told: list[int] = []
    assert await import_lines(lines, store, now=NOW, progress=told.append) == ImportReport(added=1200)
    assert told == [500, 1000, 1200]
    assert await import_lines(lines, store, now=LATER) == ImportReport(unchanged=1200)
    assert (await store.counts()).by_topic == {"sports": 1200}


async def test_a_known_reader_gets_the_files_preferences_and_keeps_number_and_since(
    store: RedisSubscriberStore,
) -> None:
    known = await store.change(an_address("1"), "started", lambda p: replace(p, paused=True), now=NOW)
    assert await import_lines([HEADER, line("1")], store, now=LATER) == ImportReport(updated=1)
    found = await store.get(an_address("1"))
    assert found == replace(known, version=2, preferences=Preferences(topics=frozenset({"sports"})))


async def test_a_dry_run_reports_the_same_and_writes_nothing(store: RedisSubscriberStore) -> None:
    await store.change(an_address("1"), "started", lambda p: p, now=NOW)
    before = await exported(store)
    report = await import_lines([HEADER, line("1"), line("2"), "?"], store, now=NOW, dry_run=True)
    assert (report.added, report.updated, report.unchanged, len(report.refused)) == (1, 1, 0, 1)
    assert await exported(store) == before
    assert await store.get(an_address("2")) is None
    assert (await store.counts()).subscribers == 1
    assert (await store.change(an_address("3"), "started", lambda p: p, now=NOW)).number == 1


async def test_each_line_that_cannot_be_used_is_told_and_the_others_go_on(store: RedisSubscriberStore) -> None:
    lines = [
        HEADER,
        line("1"),
        "not json",
        "[]",
        line("2", preferences={"language": "bn"}),
        line("3", address="telegram"),
        line("4", address="messenger:4"),
        line("5", since="yesterday"),
        line("6", since="2025-01-02T03:04:05"),
        line("1"),
        line("7", preferences={"language": "bn", "timezone": "Asia/Dhaka", "paused": "yes"}),
        "",
        line("8", since="0001-01-01T00:00:00+14:00"),
        "{" * 200_000,
        line("9"),
    ]
    report = await import_lines(lines, store, now=NOW)
    assert report.added == 2
    assert report.refused == [
        Refused(3, "it is not JSON"),
        Refused(4, "it is not an object with address, since and preferences"),
        Refused(5, "timezone is missing or is not text"),
        Refused(6, "'telegram' is not an address: write channel:id, like telegram:123456"),
        Refused(7, "no account of the channel messenger is configured here"),
        Refused(8, "Invalid isoformat string: 'yesterday'"),
        Refused(9, "since has no time zone"),
        Refused(10, "telegram:1 stands in line 2 already"),
        Refused(11, "paused is neither true nor false"),
        Refused(13, "since is out of range"),
        Refused(14, "it is longer than 100000 characters"),
    ]


@pytest.mark.parametrize("first", ["", "{}", "telegram:1", '{"format": "newsbot-subscribers", "version": 2}', "[]"])
async def test_a_file_that_is_no_export_is_refused_before_anything_is_written(
    store: RedisSubscriberStore, first: str
) -> None:
    with pytest.raises(NotAnExport):
        await import_lines([first, line("1")], store, now=NOW)
    assert await exported(store) == [HEADER]
