"""Real databases for tests: what takes `database_url` or `database` runs on SQLite and PostgreSQL, with today's tables.

PostgreSQL comes from the wheel (`postgres_server`) or from TEST_POSTGRES_URL, a server whose user may create databases.
Without either the tests fail: a storage that was not tried on both is not tested.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from newsbot.articles import migrations
from newsbot.database import Database, connect_database
from tests.postgres_server import PostgresServer, execute, run


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a server's database for administration."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    server = PostgresServer()
    try:
        server.start()
        yield server.url("postgres")
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated database to copy."""
    name = f"newsbot_template_{secrets.token_hex(6)}"
    run(execute(postgres_url, f"CREATE DATABASE {name}"))
    run(_migrate(with_database(postgres_url, name)))
    yield name
    run(execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    run(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with today's tables, as `NEWSBOT_DATABASE_URL` would name it."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgresql_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """One without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite3"
    else:
        with empty_postgres_database(request.getfixturevalue("postgres_url")) as url:
            yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "newsbot.sqlite3"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    with empty_postgres_database(postgres_url, template=postgres_template) as url:
        yield url


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = connect_database(database_url, tmp_path)
    yield opened
    await opened.close()


@contextmanager
def empty_postgres_database(server: str, template: str = "template0") -> Iterator[str]:
    """A database that is there for the length of a `with`; gives its address."""
    name = f"newsbot_test_{secrets.token_hex(6)}"
    run(execute(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield with_database(server, name)
    run(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return re.sub(r"(//[^/?]*)(/[^?]*)?", rf"\1/{name}", url, count=1)


async def _migrate(url: str) -> None:
    database = connect_database(url, Path())
    await migrations.upgrade(database)
    await database.close()


def migrate_to(connection: Connection, revision: str) -> None:
    """The tables that an older program knew. To be run in its thread: `connection.run_sync(migrate_to, …)`."""
    command.upgrade(_config(connection), revision)


async def go_to(database: Database, revision: str, *, back: bool = False) -> None:
    """To the tables of that version, from older ones or `back` from later ones."""
    go = command.downgrade if back else command.upgrade
    async with database.writing() as connection:
        await connection.run_sync(lambda sync: go(_config(sync), revision))


def _config(connection: Connection) -> Config:
    config = migrations.alembic_config()
    config.attributes["connection"] = connection
    return config
