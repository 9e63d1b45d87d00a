"""What every storage of bulletins promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.database import Database
from newsbot.desk.bulletins import Bulletin, BulletinKind, BulletinStore
from newsbot.desk.sql_bulletins import SqlBulletinStore
from tests.builders import NOW, an_address

EDITOR = an_address("1")
ANOTHER = an_address("2")
MINUTE = timedelta(minutes=1)
PROGRESS = Bulletin(alert_id=7, editor=EDITOR, kind=BulletinKind.PROGRESS, touched_at=NOW)


@pytest.fixture
def store(database: Database) -> BulletinStore:
    return SqlBulletinStore(database)


async def opened(store: BulletinStore, bulletin: Bulletin = PROGRESS) -> Bulletin:
    assert await store.open(
        bulletin.alert_id, bulletin.editor, bulletin.kind, now=bulletin.touched_at, message_id=bulletin.message_id
    )
    return bulletin


async def test_there_is_one_of_a_kind_for_alert_and_editor(store: BulletinStore) -> None:
    await opened(store)
    assert not await store.open(7, EDITOR, BulletinKind.PROGRESS, now=NOW + MINUTE)
    assert await store.standing() == (PROGRESS,)
    others = [
        await opened(store, replace(PROGRESS, editor=ANOTHER)),
        await opened(store, replace(PROGRESS, kind=BulletinKind.REPORT)),
        await opened(store, replace(PROGRESS, alert_id=6)),
    ]
    assert set(await store.standing()) == {PROGRESS, *others}
    assert set(await store.of_alert(7, BulletinKind.PROGRESS)) == {PROGRESS, others[0]}


async def test_of_all_who_want_to_write_it_at_once_one_may(store: BulletinStore) -> None:
    await opened(store)
    claims = await asyncio.gather(*(store.claim(PROGRESS, now=NOW + MINUTE) for _ in range(5)))
    assert sorted(claims) == [False, False, False, False, True]
    assert await store.standing() == (replace(PROGRESS, touched_at=NOW + MINUTE),)


async def test_of_all_who_want_to_write_it_in_the_moment_in_which_it_was_opened_one_may(store: BulletinStore) -> None:
    await opened(store)
    claims = await asyncio.gather(*(store.claim(PROGRESS, now=PROGRESS.touched_at) for _ in range(5)))
    assert sum(claims) == 1


async def test_what_it_says_is_kept_until_its_last_word(store: BulletinStore) -> None:
    await opened(store)
    await store.written(PROGRESS, message_id="50", shown="a half")
    half = replace(PROGRESS, message_id="50", shown="a half")
    assert await store.standing() == (half,)
    await store.written(half, message_id="50", shown="all", closed=True)
    assert await store.standing() == ()
    assert await store.of_alert(7, BulletinKind.PROGRESS) == (replace(half, shown="all", closed=True),)
    assert not await store.claim(replace(half, shown="all", closed=True), now=NOW)


async def test_shown_in_another_message_it_stands_there_and_is_open_again(store: BulletinStore) -> None:
    before = await opened(store, replace(PROGRESS, message_id="50"))
    await store.close(before)
    assert not await store.open(7, EDITOR, BulletinKind.PROGRESS, now=NOW + MINUTE, message_id="60")
    assert await store.standing() == (replace(before, message_id="60"),)
    # Whoever was about to write into the old one changes nothing of it.
    await store.written(before, message_id="50", shown="a half", closed=True)
    assert await store.standing() == (replace(before, message_id="60"),)
    assert not await store.claim(before, now=NOW)


async def test_what_is_forgotten_may_be_opened_anew(store: BulletinStore) -> None:
    await opened(store, replace(PROGRESS, kind=BulletinKind.PAUSED))
    kept = await opened(store)
    await store.forget(7, BulletinKind.PAUSED, before=NOW)
    assert len(await store.standing()) == 2  # somebody has opened it since
    await store.forget(7, BulletinKind.PAUSED, before=NOW + MINUTE)
    assert await store.standing() == (kept,)
    await opened(store, replace(PROGRESS, kind=BulletinKind.PAUSED))


async def test_old_bulletins_go(store: BulletinStore) -> None:
    await store.open(7, EDITOR, BulletinKind.PROGRESS, now=NOW)
    await store.open(8, EDITOR, BulletinKind.PROGRESS, now=NOW + MINUTE)
    assert await store.retain(keep_since=NOW + MINUTE) == 1
    assert [bulletin.alert_id for bulletin in await store.standing()] == [8]
