"""What every storage of alerts' curves promises, on SQLite, on PostgreSQL and in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.database import Database
from newsbot.delivery.curves import CurveStore, Point
from newsbot.delivery.sql_curves import SqlCurveStore
from tests.builders import NOW
from tests.memory_rollups import MemoryCurveStore

SECOND = timedelta(seconds=1)


@pytest.fixture(params=["sql", "memory"])
def store(request: pytest.FixtureRequest, database: Database) -> CurveStore:
    return SqlCurveStore(database) if request.param == "sql" else MemoryCurveStore()


async def test_points_come_back_by_alert_oldest_first(store: CurveStore) -> None:
    early, late = Point(NOW, 0, 1), Point(NOW + SECOND, 20, 21)
    await store.keep(7, late)
    await store.keep(7, early)
    await store.keep(8, early)
    assert await store.points([7, 8, 9]) == {7: (early, late), 8: (early,)}
    assert await store.points([]) == {}


async def test_the_first_point_of_a_moment_stands(store: CurveStore) -> None:
    await store.keep(7, Point(NOW, 1, 1))
    await store.keep(7, Point(NOW, 2, 2))
    assert await store.points([7]) == {7: (Point(NOW, 1, 1),)}
