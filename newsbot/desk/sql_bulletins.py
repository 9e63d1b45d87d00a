"""Bulletins in SQL, on SQLite and PostgreSQL alike (`bulletins.BulletinStore` says what each promises)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, select, update

from newsbot.database import Database, insert_into
from newsbot.desk.bulletins import Bulletin, BulletinKind, claimed_at
from newsbot.desk.schema import desk_bulletins as bulletins
from newsbot.domain.subscriber import Address


class SqlBulletinStore:
    """`BulletinStore` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, alert_id: int, editor: Address, kind: BulletinKind, *, now: datetime, message_id: str = ""
    ) -> bool:
        row = {
            "alert_id": alert_id,
            "editor": str(editor),
            "kind": kind.value,
            "message_id": message_id,
            "shown": "",
            "touched_at": now,
            "closed": False,
        }
        new = insert_into(bulletins, self._database.dialect).values(row).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            if (await connection.execute(new)).rowcount == 1:
                return True
            if message_id:
                moved = update(bulletins).where(_key(alert_id, editor, kind))
                await connection.execute(moved.values(message_id=message_id, shown="", closed=False))
            return False

    async def standing(self) -> tuple[Bulletin, ...]:
        return await self._select(~bulletins.c.closed)

    async def of_alert(self, alert_id: int, kind: BulletinKind) -> tuple[Bulletin, ...]:
        return await self._select((bulletins.c.alert_id == alert_id) & (bulletins.c.kind == kind.value))

    async def claim(self, bulletin: Bulletin, *, now: datetime) -> bool:
        as_known = (bulletins.c.touched_at == bulletin.touched_at) & (bulletins.c.message_id == bulletin.message_id)
        touched_at = claimed_at(bulletin, now)
        query = update(bulletins).where(_row(bulletin), as_known, ~bulletins.c.closed).values(touched_at=touched_at)
        async with self._database.writing() as connection:
            return (await connection.execute(query)).rowcount == 1

    async def written(self, bulletin: Bulletin, *, message_id: str, shown: str, closed: bool = False) -> None:
        there = _row(bulletin) & (bulletins.c.message_id == bulletin.message_id)
        await self._update(there, message_id=message_id, shown=shown, closed=closed)

    async def close(self, bulletin: Bulletin) -> None:
        await self._update(_row(bulletin), closed=True)

    async def forget(self, alert_id: int, kind: BulletinKind, *, before: datetime) -> None:
        async with self._database.writing() as connection:
            of_kind = (bulletins.c.alert_id == alert_id) & (bulletins.c.kind == kind.value)
            await connection.execute(delete(bulletins).where(of_kind, bulletins.c.touched_at < before))

    async def retain(self, *, keep_since: datetime) -> int:
        async with self._database.writing() as connection:
            return (await connection.execute(delete(bulletins).where(bulletins.c.touched_at < keep_since))).rowcount

    async def _select(self, condition: ColumnElement[bool]) -> tuple[Bulletin, ...]:
        query = select(bulletins).where(condition)
        ordered = query.order_by(bulletins.c.alert_id, bulletins.c.editor, bulletins.c.kind)
        async with self._database.reading() as connection:
            return tuple(_bulletin(row) for row in (await connection.execute(ordered)).mappings())

    async def _update(self, condition: ColumnElement[bool], **values: Any) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(bulletins).where(condition).values(values))


def _key(alert_id: int, editor: Address, kind: BulletinKind) -> ColumnElement[bool]:
    return (bulletins.c.alert_id == alert_id) & (bulletins.c.editor == str(editor)) & (bulletins.c.kind == kind.value)


def _row(bulletin: Bulletin) -> ColumnElement[bool]:
    return _key(bulletin.alert_id, bulletin.editor, bulletin.kind)


def _bulletin(row: RowMapping) -> Bulletin:
    return Bulletin(
        alert_id=row["alert_id"],
        editor=Address.parse(row["editor"]),
        kind=BulletinKind(row["kind"]),
        message_id=row["message_id"],
        shown=row["shown"],
        touched_at=row["touched_at"],
        closed=row["closed"],
    )
