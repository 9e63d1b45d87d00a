"""A sandbox's memory on disk: one SQLite file of JSON records, so that a restarted demo shows the same phones.

    record   kind, id → body     people, messages, settings …; the newest state of each
    ledger   one row per accepted send, only ever added to; its columns are the fields of the server's ledger entry

Writing lags behind by a fraction of a second and is complete after `close`. People of made-up ranges and what they
were sent are not written: a rehearsal with a hundred thousand of them needs no disk.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Entry = TypeVar("Entry", bound=DataclassInstance)
else:
    Entry = TypeVar("Entry")

__all__ = ["Entry", "SandboxFile"]

BUSY_TIMEOUT: Final = 1.0  #: seconds to wait for another program that reads the file
_TYPES: Final = {"float": "real", "int": "integer", "str": "text"}


class SandboxFile(Generic[Entry]):
    """The file, opened for one sandbox. Its methods are called from one thread at a time.

    `entry`: what a row of the ledger is, a frozen dataclass of numbers and texts.
    """

    def __init__(self, path: Path, entry: type[Entry]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._entry = entry
        self._columns = [one.name for one in fields(entry)]
        self._values = attrgetter(*self._columns)
        self._db = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_TIMEOUT)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")
        columns = ", ".join(f"{one.name} {_TYPES[str(one.type)]} not null" for one in fields(entry))
        self._db.executescript(
            "create table if not exists record"
            " (kind text not null, id text not null, body text not null, primary key (kind, id)) without rowid;"
            f"create table if not exists ledger ({columns});"
        )

    def records(self) -> Iterator[tuple[str, str, Any]]:
        for kind, key, body in self._db.execute("select kind, id, body from record order by kind, id"):
            yield kind, key, json.loads(body)

    def ledger(self) -> list[Entry]:
        rows = self._db.execute(f"select {', '.join(self._columns)} from ledger order by rowid")  # noqa: S608
        texts: dict[str, str] = {}  # the copies of a broadcast share one
        return [
            self._entry(*(texts.setdefault(value, value) if isinstance(value, str) else value for value in row))
            for row in rows
        ]

    def write(self, records: Mapping[tuple[str, str], str | None], ledger: Iterable[Entry]) -> None:
        """Store records (None removes one) and add ledger rows, in one transaction."""
        places = ", ".join("?" * len(self._columns))
        with self._db:
            self._db.executemany(
                "insert into record values (?, ?, ?) on conflict do update set body = excluded.body",
                [(*key, body) for key, body in records.items() if body is not None],
            )
            self._db.executemany(
                "delete from record where kind = ? and id = ?", [key for key, body in records.items() if body is None]
            )
            self._db.executemany(f"insert into ledger values ({places})", map(self._values, ledger))  # noqa: S608

    def clear(self) -> None:
        with self._db:
            self._db.execute("delete from record")
            self._db.execute("delete from ledger")

    def close(self) -> None:
        self._db.close()
