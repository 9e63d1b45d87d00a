"""Alerts' curves in SQL, on SQLite and PostgreSQL alike (`curves.CurveStore` says what each method promises)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select

from newsbot.database import Database, insert_into
from newsbot.delivery.curves import Point
from newsbot.delivery.schema import alert_points

__all__ = ["SqlCurveStore"]


class SqlCurveStore:
    """`CurveStore` on a Database whose tables are today's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, alert_id: int, point: Point) -> None:
        row = {"alert_id": alert_id, "at": point.at, "sent": point.sent, "settled": point.settled}
        async with self._database.writing() as connection:
            new = insert_into(alert_points, self._database.dialect).values(row)
            await connection.execute(new.on_conflict_do_nothing())

    async def points(self, alert_ids: Collection[int]) -> Mapping[int, tuple[Point, ...]]:
        found: defaultdict[int, list[Point]] = defaultdict(list)
        query = select(alert_points).where(alert_points.c.alert_id.in_(alert_ids))
        async with self._database.reading() as connection:
            ordered = query.order_by(alert_points.c.alert_id, alert_points.c.at)
            for alert_id, at, sent, settled in await connection.execute(ordered):
                found[alert_id].append(Point(at, sent, settled))
        return {alert_id: tuple(points) for alert_id, points in found.items()}
