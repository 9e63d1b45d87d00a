"""Invitations in SQL, on SQLite and PostgreSQL alike (`invitations.InvitationStore` says what each promises)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, delete, insert, select

from newsbot.database import Database
from newsbot.desk.invitations import LIFE, Invitation, mark_of
from newsbot.desk.roles import Role
from newsbot.desk.schema import desk_invitations as invitations
from newsbot.domain.subscriber import Address


class SqlInvitationStore:
    """`InvitationStore` on a Database whose tables are today's. What was used, withdrawn or is over is deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, code: str, role: Role, by: Address, *, now: datetime) -> Invitation:
        row = {
            "mark": mark_of(code),
            "role": role.value,
            "made_by": str(by),
            "made_at": now,
            "expires_at": now + LIFE,
        }
        async with self._database.writing() as connection:
            await connection.execute(delete(invitations).where(invitations.c.expires_at <= now))
            made = await connection.execute(insert(invitations).values(row).returning(*invitations.c))
            return _invitation(made.mappings().one())

    async def look(self, code: str, *, now: datetime) -> Invitation | None:
        query = select(invitations).where(invitations.c.mark == mark_of(code), invitations.c.expires_at > now)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _invitation(row)

    async def take(self, code: str, *, now: datetime) -> Invitation | None:
        return await self._end(invitations.c.mark == mark_of(code), now)

    async def open(self, *, now: datetime) -> tuple[Invitation, ...]:
        query = select(invitations).where(invitations.c.expires_at > now).order_by(invitations.c.id)
        async with self._database.reading() as connection:
            return tuple(_invitation(row) for row in (await connection.execute(query)).mappings())

    async def withdraw(self, invitation_id: int, *, now: datetime) -> Invitation | None:
        return await self._end(invitations.c.id == invitation_id, now) if 0 < invitation_id < 2**63 else None

    async def _end(self, which: ColumnElement[bool], now: datetime) -> Invitation | None:
        gone = delete(invitations).where(which, invitations.c.expires_at > now).returning(*invitations.c)
        async with self._database.writing() as connection:
            row = (await connection.execute(gone)).mappings().first()
        return None if row is None else _invitation(row)


def _invitation(row: RowMapping) -> Invitation:
    return Invitation(
        id=row["id"],
        role=Role(row["role"]),
        by=Address.parse(row["made_by"]),
        made_at=row["made_at"],
        expires_at=row["expires_at"],
    )
