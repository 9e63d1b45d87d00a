"""Notices in SQL, on SQLite and PostgreSQL alike (`notices.NoticeStore` says what each method promises)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.database import Database, insert_into
from newsbot.delivery.notices import Event, Notice
from newsbot.delivery.schema import channel_notices as notices

_TURNS: Final = (Event.HALTED, Event.MENDED)


class SqlNoticeStore:
    """`NoticeStore` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def halted(self, channel: str, reason: str, *, now: datetime) -> bool:
        return await self._turn(channel, Event.HALTED, reason, now)

    async def mended(self, channel: str, *, now: datetime) -> bool:
        return await self._turn(channel, Event.MENDED, "", now)

    async def _turn(self, channel: str, event: Event, reason: str, now: datetime) -> bool:
        async with self._database.writing() as connection:
            last = await _last_turn(connection, channel)
            halted = last is not None and last.event is Event.HALTED
            if halted is (event is Event.HALTED):
                return False
            # Named after what it follows: of two processes that notice the same, one keeps it.
            origin = f"{channel}:{event}:{last.id if last else 0}"
            return await self._insert(connection, channel, event, reason, origin, now)

    async def standing(self, channel: str) -> Notice | None:
        async with self._database.reading() as connection:
            last = await _last_turn(connection, channel)
        return last if last is not None and last.event is Event.HALTED else None

    async def note(self, channel: str, event: Event, reason: str, *, origin: str, now: datetime) -> bool:
        async with self._database.writing() as connection:
            return await self._insert(connection, channel, event, reason, origin or uuid.uuid4().hex, now)

    async def _insert(
        self, connection: AsyncConnection, channel: str, event: Event, reason: str, origin: str, now: datetime
    ) -> bool:
        values = {"channel": channel, "event": event.value, "reason": reason, "origin": origin, "at": now}
        row = insert_into(notices, self._database.dialect).values(values)
        return (await connection.execute(row.on_conflict_do_nothing(index_elements=["origin"]))).rowcount == 1

    async def since(self, moment: datetime) -> tuple[Notice, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(notices).where(notices.c.at >= moment).order_by(notices.c.id))
            return tuple(Notice(row.id, row.channel, Event(row.event), row.reason, row.at) for row in rows)

    async def retain(self, *, keep_since: datetime) -> int:
        turns = select(func.max(notices.c.id)).where(notices.c.event.in_(_TURNS)).group_by(notices.c.channel)
        old = (notices.c.at < keep_since) & notices.c.id.not_in(turns)
        async with self._database.writing() as connection:
            return (await connection.execute(delete(notices).where(old))).rowcount


async def _last_turn(connection: AsyncConnection, channel: str) -> Notice | None:
    query = select(notices).where(notices.c.channel == channel, notices.c.event.in_(_TURNS))
    row = (await connection.execute(query.order_by(notices.c.id.desc()).limit(1))).first()
    return None if row is None else Notice(row.id, row.channel, Event(row.event), row.reason, row.at)
