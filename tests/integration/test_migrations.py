"""The tables: migrations and models agree, processes that start at once migrate once, nothing loads without need."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import newsbot.articles.schema
import newsbot.delivery.schema
import newsbot.desk.schema
import newsbot.rollups.schema
import newsbot.subscribers.journal  # noqa: F401 - adds its tables to the metadata
from newsbot.articles import migrations
from newsbot.articles.migrations.comparison import belongs_to_the_models
from newsbot.database import Database, connect_database, metadata

OPEN = """
import asyncio, sys
from pathlib import Path
from newsbot.database import open_database
async def main():
    database = await open_database(sys.argv[1], Path(sys.argv[1]))
    await database.ping()
    await database.close()
    print("alembic loaded:", "alembic" in sys.modules)
asyncio.run(main())
"""


async def open_in_a_process(url: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPEN, url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_migrations_make_exactly_the_tables_that_the_models_describe(database: Database):
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": belongs_to_the_models, "target_metadata": metadata}
        )
        return compare_metadata(context, metadata)

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


def test_versions_are_one_line_named_by_their_files():
    script = ScriptDirectory.from_config(migrations.alembic_config())
    line = [revision.revision for revision in script.walk_revisions()]
    assert tuple(reversed(line)) == migrations.revisions()
    assert script.get_heads() == [migrations.revisions()[-1]]


async def test_processes_that_start_at_once_migrate_once(empty_url):
    outputs = await asyncio.gather(*(open_in_a_process(empty_url) for _ in range(3)))
    assert "".join(outputs).count("database migrated") == 1
    database = connect_database(empty_url, Path())
    async with database.reading() as connection:
        stored = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().all()
    assert stored == [migrations.revisions()[-1]]
    await database.close()


async def test_migrating_again_changes_nothing_and_loads_nothing(database_url):
    output = await open_in_a_process(database_url)
    assert output == "alembic loaded: False\n"


async def test_every_version_leads_to_todays_tables_and_says_so(empty_url):
    database = connect_database(empty_url, Path())
    last = migrations.revisions()[-1]
    assert await migrations.upgrade(database) == (None, last)
    assert await migrations.upgrade(database) == (last, last)
    await database.close()


async def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_url):
    database = connect_database(empty_url, Path())
    async with database.writing() as connection:  # in the way of the last table that the first version makes
        await connection.execute(text("CREATE TABLE article_search (kept INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        await migrations.upgrade(database)
    async with database.reading() as connection:
        names = await connection.run_sync(lambda sync: sync.dialect.get_table_names(sync))
    assert names == ["article_search"]
    await database.close()
