"""How long the database takes, and how often it fails, for Prometheus: on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from newsbot.database import Database
from newsbot.errors import StoreError
from newsbot.metrics import Metrics


def figure(metrics: Metrics, name: str, doing: str) -> float:
    return metrics.registry.get_sample_value(f"newsbot_database_{name}", {"doing": doing}) or 0


async def test_reads_and_writes_are_timed_and_what_fails_is_counted(database: Database) -> None:
    metrics = Metrics()
    database.tell(metrics)
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))
    async with database.writing():
        pass
    for open_, doing in ((database.reading, "reading"), (database.writing, "writing")):
        with pytest.raises(StoreError):
            async with open_() as connection:
                await connection.execute(text("SELECT nothing FROM nowhere"))
        assert figure(metrics, "seconds_count", doing) == 1
        assert figure(metrics, "failures_total", doing) == 1
