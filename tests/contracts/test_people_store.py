"""What every storage of the desk's people promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.database import Database
from newsbot.desk.audit import Act, Actor, AuditLog, Filter, Place
from newsbot.desk.people import LastOwner, OwnerBySettings, PeopleStore, Person
from newsbot.desk.roles import Role
from newsbot.desk.sql_audit import SqlAuditLog
from newsbot.desk.sql_people import SqlPeopleStore
from newsbot.domain.subscriber import Address
from tests.builders import NOW, an_address

RAHIMA, KARIM, SALMA = an_address("1"), an_address("2"), an_address("3")
SETTLED = frozenset({an_address("9")})
BY = Actor(address=an_address("9"), name="প্রধান", place=Place.CHAT)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def audit(database: Database) -> AuditLog:
    return SqlAuditLog(database)


@pytest.fixture
def store(database: Database, audit: AuditLog) -> PeopleStore:
    return SqlPeopleStore(database, audit)


async def give(store: PeopleStore, to: Address, role: Role | None, *, name: str = "") -> Person:
    return await store.set_role(to, role, name=name, by=BY, settled=SETTLED, now=NOW)


async def test_a_role_is_kept_with_who_gave_it_and_when(store: PeopleStore) -> None:
    given = await give(store, RAHIMA, Role.EDITOR, name="রহিমা")
    assert given == Person(address=RAHIMA, role=Role.EDITOR, name="রহিমা", since=NOW, by=BY.address)
    assert await store.all() == (given,)


async def test_giving_and_taking_are_audited_with_before_and_after(store: PeopleStore, audit: AuditLog) -> None:
    await give(store, RAHIMA, Role.EDITOR, name="রহিমা")
    await give(store, RAHIMA, Role.VIEWER)
    await give(store, RAHIMA, None)
    told = [(entry.act, entry.before, entry.after) for entry in await audit.of(f"person:{RAHIMA}")]
    editor, viewer = {"role": "editor", "name": "রহিমা"}, {"role": "viewer", "name": "রহিমা"}
    assert told == [
        (Act.ROLE_GIVEN, {}, editor),
        (Act.ROLE_GIVEN, editor, viewer),
        (Act.ROLE_TAKEN, viewer, {}),
    ]


async def test_what_changes_nothing_is_not_audited(store: PeopleStore, audit: AuditLog) -> None:
    first = await give(store, RAHIMA, Role.EDITOR)
    again = await store.set_role(RAHIMA, Role.EDITOR, by=BY, settled=SETTLED, now=LATER)
    await give(store, KARIM, None)
    assert again == first
    assert len(await audit.entries(Filter(), limit=10)) == 1


async def test_who_lost_their_role_is_still_known(store: PeopleStore) -> None:
    await give(store, RAHIMA, Role.EDITOR, name="রহিমা")
    await give(store, RAHIMA, None)
    assert [(person.role, person.name) for person in await store.all()] == [(None, "রহিমা")]


async def test_a_name_gives_no_role_and_takes_none(store: PeopleStore) -> None:
    await store.call(KARIM, "করিম")
    await give(store, RAHIMA, Role.EDITOR, name="রহিমা")
    await store.call(RAHIMA, "রহিমা বেগম")
    known = {person.address: (person.role, person.name) for person in await store.all()}
    assert known == {RAHIMA: (Role.EDITOR, "রহিমা বেগম"), KARIM: (None, "করিম")}


async def test_an_owner_by_the_settings_is_one_whatever_is_asked(store: PeopleStore, audit: AuditLog) -> None:
    for role in (None, Role.VIEWER, Role.OWNER):
        with pytest.raises(OwnerBySettings):
            await give(store, an_address("9"), role)
    assert await store.all() == ()
    assert await audit.entries(Filter(), limit=10) == ()


async def test_the_last_owner_stays(store: PeopleStore) -> None:
    async def alone(to: Address, role: Role | None) -> None:
        await store.set_role(to, role, by=BY, settled=(), now=NOW)

    await alone(RAHIMA, Role.OWNER)
    for role in (None, Role.EDITOR):
        with pytest.raises(LastOwner):
            await alone(RAHIMA, role)
    await alone(KARIM, Role.OWNER)
    await alone(RAHIMA, Role.EDITOR)
    roles = {person.address: person.role for person in await store.all()}
    assert roles == {RAHIMA: Role.EDITOR, KARIM: Role.OWNER}


async def test_of_two_owners_who_take_each_others_role_at_once_one_stays(store: PeopleStore) -> None:
    for owner in (RAHIMA, KARIM):
        await store.set_role(owner, Role.OWNER, by=BY, settled=(), now=NOW)
    results = await asyncio.gather(
        *(store.set_role(owner, None, by=BY, settled=(), now=NOW) for owner in (RAHIMA, KARIM)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, LastOwner) for result in results) == 1
    assert [person.role for person in await store.all()].count(Role.OWNER) == 1
