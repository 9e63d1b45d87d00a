"""What every storage of invitations promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.database import Database
from newsbot.desk.invitations import LIFE, InvitationStore, new_code
from newsbot.desk.roles import Role
from newsbot.desk.sql_invitations import SqlInvitationStore
from tests.builders import NOW, an_address

OWNER = an_address("1")
JUST_BEFORE = NOW + LIFE - timedelta(seconds=1)


@pytest.fixture
def store(database: Database) -> InvitationStore:
    return SqlInvitationStore(database)


async def test_a_code_offers_what_it_was_made_for_as_long_as_it_holds(store: InvitationStore) -> None:
    code = new_code()
    made = await store.make(code, Role.WRITER, OWNER, now=NOW)
    assert (made.role, made.by, made.made_at, made.expires_at) == (Role.WRITER, OWNER, NOW, NOW + LIFE)
    assert await store.look(code, now=JUST_BEFORE) == made
    assert await store.look(code, now=NOW + LIFE) is None
    assert await store.take(code, now=NOW + LIFE) is None
    assert await store.look(new_code(), now=NOW) is None


async def test_of_all_who_come_with_a_code_one_gets_it(store: InvitationStore) -> None:
    code = new_code()
    made = await store.make(code, Role.EDITOR, OWNER, now=NOW)
    taken = await asyncio.gather(*(store.take(code, now=NOW) for _ in range(8)))
    assert [one for one in taken if one is not None] == [made]
    assert await store.look(code, now=NOW) is None


async def test_what_is_withdrawn_holds_no_more(store: InvitationStore) -> None:
    codes = [new_code(), new_code()]
    first, second = [await store.make(code, Role.VIEWER, OWNER, now=NOW) for code in codes]
    assert await store.open(now=NOW) == (first, second)
    assert await store.withdraw(first.id, now=NOW) == first
    assert await store.withdraw(first.id, now=NOW) is None
    assert await store.open(now=JUST_BEFORE) == (second,)
    assert await store.open(now=NOW + LIFE) == ()
    assert await store.take(codes[0], now=NOW) is None
