"""What the program says when its database can't be used: one line, and nothing lost or overwritten."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text

from newsbot import database as database_module
from newsbot.articles.sql_store import SqlArticleStore
from newsbot.articles.store import Change, Stored
from newsbot.database import (
    PROBE_EVERY,
    SQLITE_FILE,
    Database,
    connect_database,
    open_database,
    refuse_unwritable,
)
from newsbot.errors import StartError, StoreError, StoreUnavailable
from tests.builders import NOW, a_draft
from tests.databases import empty_postgres_database, with_database
from tests.disks import fill
from tests.postgres_server import PostgresServer, execute, run

SECRET = "s3cr%3At-p4ss"  # as an address writes it


async def refusal(url: str | None, folder: Path) -> str:
    """The one line with which the start is refused."""
    with pytest.raises(StartError) as refused:
        await open_database(url, folder)
    line = str(refused.value)
    assert "\n" not in line
    return line


@pytest.fixture
def locked_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is reported after a moment instead of five seconds."""
    monkeypatch.setattr(database_module, "BUSY_WAIT", timedelta(milliseconds=50))


class TestSqlite:
    async def test_a_new_folder_is_made_and_gets_a_database(self, tmp_path):
        database = await open_database(None, tmp_path / "new" / "data")
        await SqlArticleStore(database).put(a_draft(), now=NOW, announce=True)
        await database.check()
        await database.close()
        assert sorted(path.name for path in (tmp_path / "new" / "data").iterdir()) == [SQLITE_FILE]

    async def test_opening_again_finds_what_was_stored(self, tmp_path):
        for count in (0, 1):
            database = await open_database(f"sqlite:///{tmp_path}/other/own.db", tmp_path / "data")
            store = SqlArticleStore(database)
            assert await store.count() == count
            await store.put(a_draft(), now=NOW, announce=True)
            await database.close()
        assert not (tmp_path / "data").exists()

    async def test_writes_are_on_the_disk_when_they_return_and_readers_do_not_wait(self, database_of):
        async with database_of.reading() as connection:
            pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            values = [(await connection.execute(text(f"PRAGMA {name}"))).scalar_one() for name in pragmas]
            assert values == ["wal", 2, 1, 5000]
            await SqlArticleStore(database_of).put(a_draft(), now=NOW, announce=True)

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            (lambda data: b"<html>not a database</html>" * 200, "is not an SQLite database"),
            (lambda data: data[: len(data) // 2], "is damaged"),
            (lambda data: data[:8192] + b"\xa5" * 16384 + data[24576:], "is damaged"),
            (lambda data: data[:100] + b"\0" * 3996 + data[4096:], "is damaged"),
        ],
        ids=["another file", "cut off", "overwritten within", "first page lost"],
    )
    async def test_a_damaged_file_is_refused_and_left_as_it_is(self, sqlite_template, tmp_path, damage, said):
        file = tmp_path / SQLITE_FILE
        file.write_bytes(damaged := damage(sqlite_template.read_bytes()))
        line = await refusal(None, tmp_path)
        assert said in line
        assert str(file) in line
        assert "restore" in line
        assert file.read_bytes() == damaged

    async def test_damage_that_shows_later_is_said_once_it_does(self, sqlite_template, tmp_path):
        file = tmp_path / SQLITE_FILE
        shutil.copy(sqlite_template, file)
        database = await open_database(None, tmp_path)
        await database.check()
        await database.close()
        data = file.read_bytes()
        file.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
        database = connect_database(None, tmp_path)
        with pytest.raises(StoreError, match="is damaged"):
            await database.check()
        with pytest.raises(StoreError, match="is damaged"):
            await SqlArticleStore(database).put(a_draft(), now=NOW, announce=True)
        await database.close()

    async def test_a_folder_within_a_file_is_refused(self, tmp_path):
        (tmp_path / "file").write_text("kept")
        line = await refusal(None, tmp_path / "file" / "data")
        assert f"The data folder {tmp_path}/file/data can't be written to" in line
        assert "NEWSBOT_DATA_DIR" in line
        assert (tmp_path / "file").read_text() == "kept"

    async def test_a_folder_without_the_right_to_write_is_refused(self):
        folder = Path(tempfile.mkdtemp(prefix="newsbot-read-only-"))
        folder.chmod(0o555)
        try:
            with as_nobody():
                line = await refusal(None, folder)
                with pytest.raises(StartError) as seen_from_outside:
                    refuse_unwritable(folder / "deeper" / SQLITE_FILE)
        finally:
            folder.chmod(0o755)
            shutil.rmtree(folder)
        assert str(seen_from_outside.value) == line.replace(str(folder), f"{folder}/deeper")
        assert line.startswith(f"The data folder {folder} can't be written to (Permission denied)")

    async def test_a_file_without_the_right_to_write_is_refused_before_the_first_write(self, sqlite_template):
        folder = Path(tempfile.mkdtemp(prefix="newsbot-read-only-"))
        folder.chmod(0o777)
        file = folder / SQLITE_FILE
        file.write_bytes(kept := sqlite_template.read_bytes())
        file.chmod(0o444)
        try:
            with as_nobody():
                line = await refusal(None, folder)
            assert file.read_bytes() == kept
        finally:
            shutil.rmtree(folder)
        assert line.startswith(f"The database {file} can't be written to (Permission denied)")

    async def test_a_log_that_another_user_left_behind_is_refused_before_the_first_write(self, sqlite_template):
        folder = Path(tempfile.mkdtemp(prefix="newsbot-read-only-"))
        folder.chmod(0o777)
        try:
            for name, mode in ((SQLITE_FILE, 0o666), (f"{SQLITE_FILE}-wal", 0o444), (f"{SQLITE_FILE}-shm", 0o444)):
                (folder / name).write_bytes(sqlite_template.read_bytes() if name == SQLITE_FILE else b"")
                (folder / name).chmod(mode)
            with as_nobody():
                line = await refusal(None, folder)
        finally:
            shutil.rmtree(folder)
        assert line.startswith(f"The database {folder / SQLITE_FILE} ")
        assert "give the program's user the right to" in line or "may be written to" in line

    @pytest.mark.usefixtures("locked_soon")
    async def test_a_locked_database_is_refused(self, tmp_path):
        with sqlite3.connect(tmp_path / SQLITE_FILE, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert "is locked by another program" in await refusal(None, tmp_path)
        other.close()

    @pytest.mark.usefixtures("locked_soon")
    async def test_a_lock_that_passes_costs_only_the_writes_meanwhile(self, sqlite_url):
        database = connect_database(sqlite_url, Path())
        store = SqlArticleStore(database)
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="is locked by another program"):
            await store.put(a_draft(), now=NOW, announce=True)
        assert await store.count() == 0
        other.execute("ROLLBACK")
        await store.put(a_draft(), now=NOW, announce=True)
        assert await store.count() == 1
        other.close()
        await database.close()

    @pytest.mark.parametrize("small_disk", ["128k"], indirect=True)  # the tables need more
    async def test_a_full_disk_at_the_start_is_said(self, small_disk):
        assert "the disk is full" in await refusal(None, small_disk)

    async def test_a_full_disk_loses_nothing_that_was_stored(self, sqlite_url):
        database = connect_database(sqlite_url, Path())
        store = SqlArticleStore(database)
        kept = await store.put(a_draft(), now=NOW, announce=True)
        async with database.reading() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        event.listen(database.engine.sync_engine, "checkout", _limit_pages(pages + 3))
        with pytest.raises(StoreUnavailable, match="the disk is full"):
            await store.put(a_draft(2, body="দীর্ঘ " * 50_000), now=NOW, announce=True)
        assert [article async for article in store.export()] == [kept.article]
        event.listen(database.engine.sync_engine, "checkout", _limit_pages(10**6))
        await store.put(a_draft(2, body="দীর্ঘ " * 50_000), now=NOW, announce=True)
        assert await store.count() == 2
        await database.close()


class TestPostgresql:
    async def test_an_empty_database_gets_its_tables(self, postgres_url, tmp_path):
        with empty_postgres_database(postgres_url) as url:
            database = await open_database(url.replace("postgresql://", "postgres://"), tmp_path)
            await SqlArticleStore(database).put(a_draft(), now=NOW, announce=True)
            await database.check()
            await database.close()
        assert list(tmp_path.iterdir()) == []

    async def test_a_server_that_is_not_there_is_said(self, tmp_path):
        line = await refusal(f"postgresql://newsbot:{SECRET}@127.0.0.1:1/newsbot?application_name={SECRET}", tmp_path)
        assert line.startswith("The PostgreSQL database newsbot on 127.0.0.1:1 can't be reached")
        assert SECRET not in line

    async def test_a_database_that_is_not_there_is_said(self, postgres_url, tmp_path):
        line = await refusal(with_database(postgres_url, "newsbot_nowhere"), tmp_path)
        assert "newsbot_nowhere does not exist" in line

    async def test_a_wrong_password_is_said_without_saying_it(self, password_server, tmp_path):
        line = await refusal(password_server.url("postgres", user="reader", password=SECRET), tmp_path)
        assert "refused the user name or the password: check NEWSBOT_DATABASE_URL" in line
        assert SECRET not in line

    async def test_a_database_that_can_only_be_read_is_said(self, postgres_url, tmp_path):
        with empty_postgres_database(postgres_url) as url:
            database = await open_database(url, tmp_path)
            await database.close()
            read_only = "ALTER ROLE CURRENT_USER IN DATABASE %I SET default_transaction_read_only = on"
            run(execute(url, f"DO $$ BEGIN EXECUTE format('{read_only}', current_database()); END $$"))
            assert "is read-only, a standby perhaps" in await refusal(url, tmp_path)

    async def test_a_user_who_may_not_create_tables_is_told(self, password_server, tmp_path):
        line = await refusal(password_server.url("postgres", user="reader", password="right"), tmp_path)
        assert "does not allow its user to create tables" in line

    @pytest.mark.parametrize("small_disk", ["96m"], indirect=True)
    async def test_a_full_disk_loses_nothing_and_is_full_until_there_is_room(self, small_disk, tmp_path):
        server = PostgresServer(disk=small_disk)
        try:
            server.start()
            database = await open_database(server.url("postgres"), tmp_path)
            store = SqlArticleStore(database)
            kept = await store.put(a_draft(), now=NOW, announce=True)
            filler, large = fill(small_disk), a_draft(2, body=" ".join(map(str, range(100_000))))
            full = "its server's disk is full: free some space"
            with pytest.raises(StoreUnavailable, match=full):
                await store.put(large, now=NOW, announce=True)
            assert await store.put(a_draft(), now=NOW, announce=True) == Stored(kept.article, Change.UNCHANGED)
            for _ in range(2):
                with pytest.raises(StoreUnavailable, match=full):
                    await database.ping()
            assert [article async for article in store.export()] == [kept.article]
            filler.unlink()
            await asyncio.sleep(PROBE_EVERY.total_seconds())
            await database.ping()
            await store.put(large, now=NOW, announce=True)
            assert await store.count() == 2
            await database.close()
        finally:
            server.stop()

    async def test_who_may_make_no_tables_can_write_again_too(self, password_server, tmp_path):
        admin = await open_database(password_server.url("postgres"), tmp_path)
        await admin.close()
        await execute(password_server.url("postgres"), "GRANT SELECT, UPDATE ON alembic_version TO reader")
        database = connect_database(password_server.url("postgres", user="reader", password="right"), tmp_path)
        with pytest.raises(StoreUnavailable):
            async with database.writing() as connection:
                await connection.execute(text("DELETE FROM alembic_version"))
        await database.ping()
        assert database.unwritable == ""
        await database.close()

    @pytest.mark.parametrize("url", ["mysql://u:s3cr@host/x", "postgresql//u:s3cr@host/x", "", "s3cr"])
    async def test_another_kind_of_address_is_refused(self, url, tmp_path):
        line = await refusal(url, tmp_path)
        assert line.startswith("NEWSBOT_DATABASE_URL must begin with postgresql://")
        assert "s3cr" not in line

    @pytest.mark.parametrize("option", ["sslmode=s3cr", "target_session_attrs=s3cr"])
    async def test_an_option_that_is_none_is_refused_without_showing_it(self, option, tmp_path):
        line = await refusal(f"postgresql://127.0.0.1:1/newsbot?{option}", tmp_path)
        assert line == "NEWSBOT_DATABASE_URL has an option that PostgreSQL doesn't know or can't use."

    @pytest.mark.parametrize("rest", ["u:s3cr#t@host/x", "u:s3cr/t@host/x", "u:s3cr@t@host:port/x", "host:99999/s3cr"])
    async def test_an_address_that_cannot_be_read_is_refused_without_showing_it(self, rest, tmp_path):
        line = await refusal(f"postgresql://{rest}", tmp_path)
        assert "NEWSBOT_DATABASE_URL" in line
        if rest.startswith("u:"):
            assert "s3cr" not in line


async def test_a_database_from_a_newer_program_is_refused_and_left_as_it_is(database: Database, database_url, tmp_path):
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999_tomorrow'"))
    line = await refusal(database_url, tmp_path)
    assert "was made by a newer Newsbot (its version is 9999_tomorrow" in line
    async with database.reading() as connection:
        assert (
            await connection.execute(text("SELECT version_num FROM alembic_version"))
        ).scalar_one() == "9999_tomorrow"


@pytest.fixture
async def database_of(sqlite_url: str, tmp_path: Path):
    database = await open_database(sqlite_url, tmp_path)
    yield database
    await database.close()


@pytest.fixture(scope="module")
def password_server() -> Iterator[PostgresServer]:
    """A server of our own, whose user `reader` has the password `right` and the right to nothing."""
    server = PostgresServer()
    try:
        server.start()
        server.allow_only_with_password("reader", "right")
        run(execute(server.url("postgres"), "REVOKE CREATE ON SCHEMA public FROM public"))
        yield server
    finally:
        server.stop()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere, so give its rights up for a moment."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(own)


def _limit_pages(pages: int):
    def limit(connection, _record, _proxy) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count={pages}")
        cursor.close()

    return limit
