"""The audit log in SQL, on SQLite and PostgreSQL alike (`audit.AuditLog` says what each method promises)."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, RowMapping, delete, insert, select, true

from newsbot.database import Database
from newsbot.desk.audit import LEAST_KEPT_DAYS, NEWSBOT, Act, Actor, Entry, Filter, Place
from newsbot.desk.schema import desk_audit as audit
from newsbot.domain.subscriber import Address

#: the database's clock may differ from ours, and refuses what is younger by its own
MARGIN: Final = timedelta(hours=1)


class SqlAuditLog:
    """`AuditLog` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def together(self) -> AbstractAsyncContextManager[None]:
        return self._database.together()

    async def write(self, entry: Entry) -> None:
        row = {
            "at": entry.at,
            "address": str(entry.actor.address),
            "name": entry.actor.name,
            "place": entry.actor.place.value,
            "act": str(entry.act),
            "subject": entry.subject,
            "before": dict(entry.before),
            "after": dict(entry.after),
        }
        async with self._database.writing() as connection:
            await connection.execute(insert(audit).values(row))

    async def of(self, subject: str) -> tuple[Entry, ...]:
        query = select(audit).where(audit.c.subject == subject).order_by(audit.c.id)
        async with self._database.reading() as connection:
            return tuple(_entry(row) for row in (await connection.execute(query)).mappings())

    async def entries(self, wanted: Filter, *, limit: int) -> tuple[Entry, ...]:
        query = select(audit).where(_condition(wanted)).order_by(audit.c.id.desc()).limit(max(limit, 0))
        async with self._database.reading() as connection:
            return tuple(_entry(row) for row in (await connection.execute(query)).mappings())

    async def trim(self, *, keep_since: datetime, now: datetime) -> int:
        keep_since = min(keep_since, now - timedelta(days=LEAST_KEPT_DAYS) - MARGIN)
        async with self.together():
            async with self._database.writing() as connection:
                gone = (await connection.execute(delete(audit).where(audit.c.at < keep_since))).rowcount
            if gone:
                after = {"deleted": gone, "older_than": keep_since.isoformat()}
                await self.write(Entry(actor=NEWSBOT, act=Act.AUDIT_TRIMMED, after=after, at=now))
        return gone


def _condition(wanted: Filter) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = true()
    if wanted.address is not None:
        condition &= audit.c.address == str(wanted.address)
    if wanted.act:
        of_kind = audit.c.act.startswith(f"{wanted.act}.", autoescape=True)
        condition &= (audit.c.act == wanted.act) | of_kind
    if wanted.subject:
        condition &= audit.c.subject == wanted.subject
    if wanted.since is not None:
        condition &= audit.c.at >= wanted.since
    if wanted.until is not None:
        condition &= audit.c.at < wanted.until
    if wanted.before:
        condition &= audit.c.id < wanted.before
    return condition


def _entry(row: RowMapping) -> Entry:
    return Entry(
        id=row["id"],
        at=row["at"],
        actor=Actor(address=Address.parse(row["address"]), name=row["name"], place=Place(row["place"])),
        act=row["act"],
        subject=row["subject"],
        before=row["before"],
        after=row["after"],
    )
