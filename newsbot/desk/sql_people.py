"""People of the desk in SQL, on SQLite and PostgreSQL alike (`people.PeopleStore` says what each method promises)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Executable, RowMapping, select

from newsbot.database import Database, insert_into
from newsbot.desk.audit import Actor, AuditLog
from newsbot.desk.people import Person, refuse_role, role_entry
from newsbot.desk.roles import Role
from newsbot.desk.schema import desk_people as people
from newsbot.domain.subscriber import Address

_WRITERS = 0x6E657773_00000005  #: the lock of those who give and take roles: one owner stays, whoever hurries


class SqlPeopleStore:
    """`PeopleStore` on a Database whose tables are today's; `audit` must write to the same."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database = database
        self._audit = audit

    async def all(self) -> tuple[Person, ...]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(people).order_by(people.c.address))).mappings()
            return tuple(_person(row) for row in rows)

    async def set_role(
        self,
        address: Address,
        role: Role | None,
        *,
        name: str = "",
        by: Actor,
        settled: Collection[Address],
        now: datetime,
    ) -> Person:
        async with self._database.together(), self._database.writing(lock=_WRITERS) as connection:
            known = {person.address: person for person in await self.all()}
            before = known.get(address) or Person(address=address, role=None)
            refuse_role(before, role, known.values(), settled)
            if before.role is role:
                return before
            after = Person(address=address, role=role, name=before.name or name, since=now, by=by.address)
            row = {
                "role": role.value if role is not None else None,
                "name": after.name,
                "since": now,
                "given_by": str(by.address),
            }
            await connection.execute(self._upsert(address, row))
            await self._audit.write(role_entry(before, after, by, now))
        return after

    async def call(self, address: Address, name: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(self._upsert(address, {"name": name}))

    def _upsert(self, address: Address, row: Mapping[str, object]) -> Executable:
        new = insert_into(people, self._database.dialect).values(address=str(address), **row)
        upsert: Executable = new.on_conflict_do_update(index_elements=["address"], set_=dict(row))
        return upsert


def _person(row: RowMapping) -> Person:
    return Person(
        address=Address.parse(row["address"]),
        role=Role(row["role"]) if row["role"] is not None else None,
        name=row["name"],
        since=row["since"],
        by=Address.parse(row["given_by"]) if row["given_by"] is not None else None,
    )
