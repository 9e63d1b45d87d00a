"""The versions of the tables, `versions/NNNN_what.py` in one line, and the way from any of them to today's.

Alembic (150 ms to import) is loaded only when there is something to do: the names of the files are the revisions, in
order.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.errors import StartError

if TYPE_CHECKING:
    from newsbot.database import Database

log = structlog.get_logger()

FOLDER: Final = Path(__file__).parent
_LOCK: Final = 0x6E657773_00000000  #: advisory lock: one process migrates, the others wait and find it done
_PATIENCE: Final = 120_000  #: milliseconds to wait for another process's migration on SQLite


def revisions() -> tuple[str, ...]:
    """Every version, oldest first; the last one is what this program works with."""
    return tuple(sorted(path.stem for path in (FOLDER / "versions").glob("[0-9]*.py")))


async def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the tables to the last version, all or nothing; two processes at once do it once. Says from where to where.

    Raises StartError, without touching anything, for a database that a newer program made.
    """
    known = revisions()
    async with database.engine.connect() as connection:
        before = await _stored(connection)
    if before == known[-1]:
        return before, before
    _refuse_unknown(before, known, database.name)
    if database.dialect == "sqlite":
        before = await _upgrade_sqlite(database, known)
    else:
        async with database.engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            before = await _upgrade_locked(connection, known, database.name)
    if before != known[-1]:
        log.info("database migrated", database=database.name, before=before, now=known[-1])
    return before, known[-1]


async def _upgrade_sqlite(database: Database, known: tuple[str, ...]) -> str | None:
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        # Outside of any transaction, where alone they have an effect. Recreating a table must not empty its children.
        await driver.execute(f"PRAGMA busy_timeout={_PATIENCE}")
        await driver.execute("PRAGMA foreign_keys=OFF")
        try:
            writer = await connection.execution_options(newsbot_writes=True)
            async with writer.begin():
                before = await _upgrade_locked(writer, known, database.name)
                if (orphan := (await writer.execute(text("PRAGMA foreign_key_check"))).first()) is not None:
                    raise StartError(
                        f"Migrating {database.name} would leave rows of {orphan[0]} without their parents."
                    )
            return before
        finally:
            await connection.invalidate()  # its settings are not the ones that others expect


async def _upgrade_locked(connection: AsyncConnection, known: tuple[str, ...], name: str) -> str | None:
    stored = await _stored(connection)
    if stored != known[-1]:
        _refuse_unknown(stored, known, name)
        await connection.run_sync(_run_alembic)
    return stored


def _refuse_unknown(stored: str | None, known: tuple[str, ...], name: str) -> None:
    if stored is not None and stored not in known:
        raise StartError(
            f"{name[0].upper()}{name[1:]} was made by a newer Newsbot (its version is {stored}, this program knows "
            f"{known[-1]}); it was left as it is: install the newer program, or restore a copy from before."
        )


async def _stored(connection: AsyncConnection) -> str | None:
    try:
        async with connection.begin_nested() if connection.in_transaction() else connection.begin():
            return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    except DBAPIError as error:
        if _no_such_table(error.orig):
            return None
        raise


def _no_such_table(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return "no such table" in str(error)
    return getattr(error, "sqlstate", None) == "42P01"


def alembic_config() -> Any:
    """Alembic's settings without a file (`alembic.config.Config`)."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run_alembic(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
