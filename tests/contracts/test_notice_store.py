"""What every storage of notices promises, on SQLite, on PostgreSQL and in memory."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.database import Database
from newsbot.delivery.notices import Event, NoticeStore
from newsbot.delivery.sql_notices import SqlNoticeStore
from tests.builders import NOW
from tests.memory_notices import MemoryNoticeStore

HOUR = timedelta(hours=1)


@pytest.fixture(params=["sql", "memory"])
def store(request: pytest.FixtureRequest, database: Database) -> NoticeStore:
    return SqlNoticeStore(database) if request.param == "sql" else MemoryNoticeStore()


async def events(store: NoticeStore) -> list[tuple[str, Event, str]]:
    return [(one.channel, one.event, one.reason) for one in await store.since(NOW)]


async def test_a_channel_halts_once_and_is_mended_once(store: NoticeStore) -> None:
    assert not await store.mended("messenger", now=NOW)
    assert await store.halted("messenger", "bad_token", now=NOW)
    assert not await store.halted("messenger", "restricted", now=NOW + HOUR)
    standing = await store.standing("messenger")
    assert standing is not None
    assert (standing.reason, standing.at) == ("bad_token", NOW)
    assert await store.standing("telegram") is None
    assert await store.mended("messenger", now=NOW + HOUR)
    assert not await store.mended("messenger", now=NOW + HOUR)
    assert await store.standing("messenger") is None
    assert await store.halted("messenger", "restricted", now=NOW + 2 * HOUR)
    assert await events(store) == [
        ("messenger", Event.HALTED, "bad_token"),
        ("messenger", Event.MENDED, ""),
        ("messenger", Event.HALTED, "restricted"),
    ]


async def test_of_many_who_notice_a_halt_at_once_one_keeps_it(store: NoticeStore) -> None:
    kept = await asyncio.gather(*(store.halted("messenger", "bad_token", now=NOW) for _ in range(5)))
    assert sorted(kept) == [False, False, False, False, True]


async def test_what_a_platform_says_is_kept_once_per_cause_and_halts_nothing(store: NoticeStore) -> None:
    assert await store.note("messenger", Event.WARNING, "spam", origin="event 1", now=NOW)
    assert not await store.note("messenger", Event.WARNING, "spam", origin="event 1", now=NOW + HOUR)
    assert await store.note("messenger", Event.BLOCK, "spam", origin="event 2", now=NOW + HOUR)
    assert await store.standing("messenger") is None
    assert await events(store) == [("messenger", Event.WARNING, "spam"), ("messenger", Event.BLOCK, "spam")]
    assert [one.event for one in await store.since(NOW + HOUR)] == [Event.BLOCK]


async def test_old_ones_go_but_not_the_halt_that_stands(store: NoticeStore) -> None:
    await store.halted("telegram", "bad_token", now=NOW)
    await store.mended("telegram", now=NOW)
    await store.halted("messenger", "restricted", now=NOW)
    await store.note("messenger", Event.WARNING, "", origin="event 1", now=NOW)
    assert await store.retain(keep_since=NOW + HOUR) == 2
    assert await store.standing("messenger") is not None
    assert await store.standing("telegram") is None
