"""The one SQL database: SQLite in the data folder, or PostgreSQL by URL.

`open_database` gives a checked database with today's tables or says in one line why not; `Database.reading` and
`.writing` are the only ways to it, and turn whatever the driver throws into our own errors. On SQLite every write is a
`BEGIN IMMEDIATE` behind one lock (one writer, readers go on: WAL); a commit is on the disk when it returns
(synchronous=FULL).
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import BigInteger, Dialect, MetaData, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator, TypeEngine

from newsbot.database_errors import as_store_error, why_not
from newsbot.errors import StartError, StoreError, StoreUnavailable
from newsbot.metrics import Metrics
from newsbot.sqlite_driver import open_quickly

SQLITE_FILE = "newsbot.sqlite3"
BUSY_WAIT = timedelta(seconds=5)  #: how long SQLite waits for another process's write before it says "locked"
CONNECT_WAIT = timedelta(seconds=10)
COMMAND_WAIT = timedelta(seconds=30)  #: after this long without an answer PostgreSQL counts as away
PROBE_EVERY = timedelta(seconds=1)  #: how often a PostgreSQL that refused a write is asked again whether it takes one
OLDEST_POSTGRESQL = 14
QUICK_CHECK_UP_TO = (
    32 * 1024 * 1024
)  #: bytes; a file up to this size is checked page by page at every start (some 0.1 s)

#: every table of the program; `newsbot.articles.schema` and `newsbot.subscribers` add theirs
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\[\]:,@]*)(:\d{1,5})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITES = "newsbot_writes"
_MAY_CREATE = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
_CHANGES_NOTHING = "UPDATE alembic_version SET version_num = version_num"

#: the transaction that `Database.together` has begun, of which database, and for which task: a task that is begun
#: within it inherits the variable, and must not write through a connection that isn't its own
_joined: ContextVar[tuple[Database, AsyncConnection, asyncio.Task[Any] | None] | None] = ContextVar(
    "newsbot_joined", default=None
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, in UTC, to the microsecond: `timestamptz` in PostgreSQL, microseconds since 1970 in SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        if dialect.name == "postgresql":
            return value.astimezone(UTC)
        return (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            # The first and the last moment are PostgreSQL's infinities, and come back without a zone.
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return _EPOCH + timedelta(microseconds=value)


def insert_into(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what is to be done where there is such a row: each of the two has its own.

    `dialect`: see `Database.dialect`.
    """
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


class Database:
    """An open database. Raises StoreUnavailable where it can't be reached, StoreError where it did not do as asked."""

    def __init__(self, engine: AsyncEngine, name: str, file: Path | None = None) -> None:
        self.engine = engine
        self.name = name  #: for people: where it is, without password
        self.file = file  #: of SQLite
        self.dialect = engine.dialect.name  #: `sqlite` or `postgresql`
        self._writers = engine.execution_options(**{_WRITES: True})
        self._one_writer = asyncio.Lock()
        #: why the last write was refused; '' once one is done, on PostgreSQL once one is done that needs room
        self.unwritable = ""
        self._probe = asyncio.Lock()
        self._probed = -inf
        self._metrics = Metrics()

    def tell(self, metrics: Metrics) -> None:
        """Where it is told from now on how long reads and writes take, and how many of them fail."""
        self._metrics = metrics
        for doing in ("reading", "writing"):  # Prometheus sees no growth in a series that begins with 1
            metrics.database_failures.labels(doing)

    @contextmanager
    def _timed(self, doing: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        except StoreError:
            self._metrics.database_failures.labels(doing).inc()
            raise
        self._metrics.database_seconds.labels(doing).observe(time.perf_counter() - began)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose reads see one state of an SQLite file; nothing is to be written through it."""
        with as_store_error(self.name):
            if (joined := self._joined()) is not None:
                yield joined
                return
            with self._timed("reading"), as_store_error(self.name):
                async with self.engine.connect() as connection:
                    yield connection

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """One transaction for everything that this task reads and writes within, through whatever stores: all of it is
        committed at the end, or none. To be short, and free of what waits for others: it holds up every writer of an
        SQLite file.
        """
        async with self.writing() as connection:
            token = _joined.set((self, connection, asyncio.current_task()))
            try:
                yield
            finally:
                _joined.reset(token)

    def _joined(self) -> AsyncConnection | None:
        joined = _joined.get()
        if joined is None or joined[0] is not self or joined[2] is not asyncio.current_task():
            return None
        return joined[1]

    @asynccontextmanager
    async def writing(self, lock: int | None = None) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end of the block, rolled back by any exception.

        `lock`: a number that names what is written; whoever asks for the same one waits, in other processes too. SQLite
        has one writer at a time anyway. Within `together` it is part of that transaction.
        """
        if (joined := self._joined()) is not None:
            with as_store_error(self.name):
                await self._lock(joined, lock)
                yield joined
            return
        try:
            with self._timed("writing"), as_store_error(self.name):
                if self.dialect == "sqlite":
                    async with self._one_writer, self._writers.begin() as connection:
                        yield connection
                else:
                    async with self._writers.begin() as connection:
                        await self._lock(connection, lock)
                        yield connection
        except StoreUnavailable as error:
            self.unwritable = str(error)
            raise
        if self.dialect == "sqlite":
            self.unwritable = ""

    async def _lock(self, connection: AsyncConnection, lock: int | None) -> None:
        if lock is not None and self.dialect != "sqlite":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})

    async def ping(self) -> None:
        """Raises StoreUnavailable unless a question is answered and, as far as is known, a write would be done."""
        async with self.reading() as connection:
            if self.dialect == "sqlite":
                await connection.execute(text("SELECT 1 FROM sqlite_schema"))  # without a table the file isn't read
            elif (await connection.execute(text("SHOW transaction_read_only"))).scalar_one() == "on":
                self.refuse_read_only()
        await self.refuse_unwritable()

    def refuse_read_only(self) -> NoReturn:
        """Raises StoreUnavailable: PostgreSQL has said that it takes no writes."""
        raise StoreUnavailable(f"{self.name[0].upper()}{self.name[1:]} is read-only, a standby perhaps.")

    async def refuse_unwritable(self) -> None:
        """Raises StoreUnavailable if the last write was refused and another, of which nothing stays, is refused too.

        Where the last one was done it costs nothing.
        """
        if not self.unwritable:
            return
        if self.dialect == "sqlite":
            async with self.writing() as connection:
                await connection.execute(text(_CHANGES_NOTHING))
            return
        async with self._probe:
            refused, now = self.unwritable, time.monotonic()
            if refused and now - self._probed < PROBE_EVERY.total_seconds():
                raise StoreUnavailable(refused)
            if refused:
                self._probed = now
                await self._take_room()
                self.unwritable = ""

    async def _take_room(self) -> None:
        """On a full disk PostgreSQL goes on changing pages that it has. So what is written here needs some that it has
        not, where we have the right to make a table.
        """
        async with self.writing() as connection:
            if not (await connection.execute(text(_MAY_CREATE))).scalar_one():
                await connection.execute(text(_CHANGES_NOTHING))
                return
            table = f"newsbot_probe_{secrets.token_hex(6)}"
            rows = "SELECT repeat('x', 1900) AS room FROM generate_series(1, 64)"
            await connection.execute(text(f"CREATE TABLE {table} AS {rows}"))
            await connection.execute(text(f"DROP TABLE {table}"))

    async def check(self) -> None:
        """For `newsbot doctor`: read a whole SQLite file for damage (seconds on a large one); a ping elsewhere.

        Raises StoreError with the first damage found.
        """
        if self.dialect != "sqlite":
            await self.ping()
            return
        async with self.reading() as connection:
            await _quick_check(connection)

    async def close(self) -> None:
        await self.engine.dispose()


def connect_database(url: str | None, data_dir: Path) -> Database:
    """The database that the settings name; nothing is opened yet.

    `url`: `postgresql://…` as libpq understands it (`sslmode`, `host=/socket/dir`…), or None for a file in `data_dir`.
    Raises StartError for another address.
    """
    if url is None:
        return _sqlite(data_dir / SQLITE_FILE)
    if url.startswith(("sqlite:///", "sqlite+aiosqlite:///")):
        return _sqlite(Path(make_url(url).database or ""))
    return _postgresql(url)


async def open_database(url: str | None, data_dir: Path) -> Database:
    """A database that answers, is not damaged and has today's tables. Raises StartError; then nothing was changed."""
    from newsbot.articles import migrations

    database = connect_database(url, data_dir)
    try:
        if database.file is not None:
            _make_folder(database.file.parent)
            refuse_unwritable(database.file)
        with why_not(database.name):
            await _refuse_damage(database)
            await _refuse_too_old(database)
            await migrations.upgrade(database)
            await _refuse_read_only(database)
    except BaseException:
        await database.close()
        raise
    return database


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # SQLite answers "unable to open database file" to all of: no folder, no right, no space.
        probe = folder / f".{SQLITE_FILE}.probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartError(_folder_is_closed(folder, error.strerror)) from error


def refuse_unwritable(file: Path) -> None:
    """Raises StartError if we may not write to this SQLite file, or not make it. Changes nothing.

    SQLite itself opens such a file, reads it, and refuses only the first write. To be asked before it is opened:
    closing a file gives up the locks that SQLite holds on it.
    """
    try:
        if file.exists():
            file.open("r+b").close()
            return
        nearest = next(folder for folder in file.absolute().parents if folder.exists())
    except OSError as error:
        raise StartError(
            f"The database {file} can't be written to ({error.strerror}): give the program's user the right to."
        ) from error
    if not os.access(nearest, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise StartError(_folder_is_closed(file.parent, "Permission denied"))


def _folder_is_closed(folder: Path, reason: str | None) -> str:
    return (
        f"The data folder {folder} can't be written to ({reason}): "
        "give the program's user the right to, or set NEWSBOT_DATA_DIR to another folder."
    )


async def _refuse_damage(database: Database) -> None:
    async with database.engine.connect() as connection:
        if database.file is not None:
            await connection.execute(text("SELECT count(*) FROM sqlite_schema"))
            if database.file.stat().st_size <= QUICK_CHECK_UP_TO:
                await _quick_check(connection)
        else:
            await connection.execute(text("SELECT 1"))


async def _refuse_too_old(database: Database) -> None:
    """Before our tables are made there. Raises StartError."""
    if database.dialect == "sqlite":
        return
    async with database.reading() as connection:
        number = int((await connection.execute(text("SHOW server_version_num"))).scalar_one())
        version = (await connection.execute(text("SHOW server_version"))).scalar_one()
    if number < OLDEST_POSTGRESQL * 10_000:
        name = database.name[0].upper() + database.name[1:]
        raise StartError(
            f"{name} is served by PostgreSQL {version}; Newsbot needs {OLDEST_POSTGRESQL} or newer: upgrade the "
            "server, or name another in NEWSBOT_DATABASE_URL."
        )


async def _refuse_read_only(database: Database) -> None:
    """Raises StartError where everything can be read and nothing written: an SQLite file whose log belongs to another
    user, a standby of PostgreSQL.
    """
    if database.dialect == "sqlite":
        async with database.writing() as connection:  # refused at the statement, whether or not it finds a row
            await connection.execute(text("DELETE FROM alembic_version WHERE version_num IS NULL"))
        return
    async with database.reading() as connection:
        if (await connection.execute(text("SHOW transaction_read_only"))).scalar_one() == "on":
            name = database.name[0].upper() + database.name[1:]
            raise StartError(f"{name} is read-only, a standby perhaps: name the primary in NEWSBOT_DATABASE_URL.")


async def _quick_check(connection: AsyncConnection) -> None:
    found: str = (await connection.execute(text("PRAGMA quick_check(1)"))).scalar_one()
    if found != "ok":
        raise sqlite3.DatabaseError(f"database disk image is malformed: {found}")


def _sqlite(path: Path) -> Database:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        async_creator=partial(open_quickly, path, busy_wait=BUSY_WAIT.total_seconds()),
        hide_parameters=True,
        pool_size=4,
        max_overflow=4,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(engine.sync_engine, "invalidate", _roll_back_sqlite)
    return Database(engine, f"the database {path}", path)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: it leaves reads and DDL outside
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that starts as a reader and then writes can't wait for another writer: SQLite refuses it at once.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _roll_back_sqlite(connection: Any, _record: Any, _error: Any) -> None:
    # A connection is given up when its statement is cancelled. Closed with rows still unread, it would keep the lock of
    # its transaction until Python's garbage collector finds the cursor, and hold up every writer meanwhile.
    with suppress(sqlite3.Error, ValueError):
        connection.rollback()


def _postgresql(url: str) -> Database:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgresql", "postgres", "postgresql+asyncpg"}:
        raise StartError(
            "NEWSBOT_DATABASE_URL must begin with postgresql://, like postgresql://user:password@host/name."
        )
    dsn = f"postgresql://{rest}"
    name = _without_secrets(rest)

    async def connect() -> Any:
        import asyncpg  # type: ignore[import-untyped]

        # The driver reads the address itself: it knows libpq's forms (sslmode, several hosts, socket folders).
        limits = {"timeout": CONNECT_WAIT.total_seconds(), "command_timeout": COMMAND_WAIT.total_seconds()}
        try:
            return await asyncpg.connect(dsn, **limits)
        except asyncpg.ClientConfigurationError:
            raise StartError("NEWSBOT_DATABASE_URL has an option that PostgreSQL doesn't know or can't use.") from None

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        hide_parameters=True,  # an exception's text must not carry what readers wrote
        pool_pre_ping=True,  # else each pooled connection would fail once after a restart of the server
        pool_size=5,
        max_overflow=5,
        pool_timeout=CONNECT_WAIT.total_seconds(),
    )
    return Database(engine, name)


def _without_secrets(rest: str) -> str:
    """What to call the database: its name and host. No user, password or option (a password may stand in those too).

    Raises StartError for an address that a password with special characters has torn apart.
    """
    place, _, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    hosts = place.rpartition("@")[2]
    if "@" in path or not all(_HOST.fullmatch(host) for host in hosts.split(",")):
        raise StartError(
            "NEWSBOT_DATABASE_URL can't be read: it is postgresql://user:password@host:port/name, "
            "with the special characters of the password written like %23 for #."
        )
    return " ".join(filter(None, ("the PostgreSQL database", path, hosts and f"on {hosts}")))
