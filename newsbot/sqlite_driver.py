"""An SQLite connection that changes threads once a statement.

aiosqlite has a thread for each connection and asks it to make a cursor, to execute, to fetch and to close: four changes
of threads for a statement, which take longer than SQLite takes for most of ours. Here the thread fetches what it has
executed before it answers. Measured: one row takes 0.5 ms instead of 0.75, a search in 100,000 articles a sixth less.

For SQLAlchemy, which reads every row at once anyway. Rows don't come in pieces: nobody here streams.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiosqlite


@dataclass(frozen=True, slots=True)
class _Answer:
    description: Any
    rows: list[Any]
    rowcount: int
    lastrowid: int | None


_NOTHING = _Answer(None, [], -1, None)


class QuickCursor:
    """What SQLAlchemy asks of a cursor. It holds no statement open; closed, it still says what it counted."""

    arraysize = 1

    def __init__(self, connection: QuickConnection) -> None:
        self._connection = connection
        self._answer = _NOTHING

    @property
    def description(self) -> Any:
        return self._answer.description

    @property
    def rowcount(self) -> int:
        return self._answer.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._answer.lastrowid

    async def __aenter__(self) -> QuickCursor:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> QuickCursor:
        self._answer = await self._connection.at_once(statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Iterable[Any]) -> QuickCursor:
        self._answer = await self._connection.many_at_once(statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        return self._answer.rows

    async def close(self) -> None:
        self._answer = replace(self._answer, rows=[])


class QuickConnection(aiosqlite.Connection):
    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connect, iter_chunk_size=64)
        self._thread.daemon = True  # as SQLAlchemy has it: a connection that is still open keeps no program alive

    def cursor(self) -> Any:
        return QuickCursor(self)

    async def at_once(self, statement: str, parameters: Any) -> _Answer:
        answer: _Answer = await self._execute(self._ask, statement, parameters)  # type: ignore[no-untyped-call]
        return answer

    async def many_at_once(self, statement: str, parameters: Any) -> _Answer:
        answer: _Answer = await self._execute(self._ask_many, statement, parameters)  # type: ignore[no-untyped-call]
        return answer

    def _ask(self, statement: str, parameters: Any) -> _Answer:
        cursor = self._conn.execute(statement, parameters)
        rows = cursor.fetchall() if cursor.description else []
        return _Answer(cursor.description, rows, cursor.rowcount, cursor.lastrowid)

    def _ask_many(self, statement: str, parameters: Any) -> _Answer:
        cursor = self._conn.executemany(statement, parameters)
        return _Answer(None, [], cursor.rowcount, cursor.lastrowid)


def open_quickly(path: Path, *, busy_wait: float) -> QuickConnection:
    """To be awaited. `busy_wait`: seconds that SQLite waits for another process's write."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=busy_wait, check_same_thread=False)

    return QuickConnection(connect)
