"""Keeps a server's state on disk: what changed is marked, collected now and then, and written by whoever has the time.

Collecting takes a picture of the marked records in the event loop; writing it may happen in a thread. What could not
be written is marked again.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic

import structlog

from newsbot.sandbox.sandbox_file import Entry, SandboxFile

__all__ = ["Batch", "Saver", "keep_writing"]

WRITE_EVERY: Final = 0.25  #: seconds between two looks at what must go to disk

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Batch(Generic[Entry]):
    """What is to be written: records by kind and id, None for one that is gone, and new ledger rows."""

    records: Mapping[tuple[str, str], str | None]
    ledger: Sequence[Entry]


class Saver(Generic[Entry]):
    """Marks and collects for one state; does nothing at all without a file. A server says what its records are."""

    def __init__(self, file: SandboxFile[Entry] | None) -> None:
        self._file = file
        self._marked: dict[tuple[str, str], None] = {}
        self._ledger_written = 0

    def record(self, kind: str, key: str) -> Any:
        """What is to be written of a record now; None: it is gone."""
        raise NotImplementedError

    def ledger(self) -> list[Entry]:
        """The state's ledger."""
        raise NotImplementedError

    def mark(self, kind: str, key: int | str) -> None:
        if self._file is not None:
            self._marked[(kind, str(key))] = None

    @property
    def pending(self) -> bool:
        return self._file is not None and (bool(self._marked) or self._ledger_written < len(self.ledger()))

    def collect(self) -> Batch[Entry]:
        """Everything that is marked, as it is now; the marks are gone."""
        if self.pending:
            self.mark("meta", "counters")
        ledger = self.ledger()
        batch = Batch({key: self._json(*key) for key in self._marked}, ledger[self._ledger_written :])
        self._marked = {}
        self._ledger_written = len(ledger)
        return batch

    def write(self, batch: Batch[Entry]) -> None:
        """Write it; safe in a thread. Raises sqlite3.Error."""
        if self._file is not None:
            self._file.write(batch.records, batch.ledger)

    def put_back(self, batch: Batch[Entry]) -> None:
        """Mark what could not be written, for the next time."""
        for kind, key in batch.records:
            self.mark(kind, key)
        self._ledger_written = max(0, self._ledger_written - len(batch.ledger))

    def clear(self) -> None:
        """Empty the file; what is marked from now on is all there is."""
        self._marked = {}
        self._ledger_written = 0
        if self._file is not None:
            self._file.clear()
        self.mark("meta", "counters")

    def close(self) -> None:
        """Write what is left and let go of the file; safe to call twice."""
        if self._file is not None:
            self.write(self.collect())
            self._file.close()
            self._file = None

    def _json(self, kind: str, key: str) -> str | None:
        body = self.record(kind, key)
        return json.dumps(body, ensure_ascii=False) if body is not None else None


async def keep_writing(saver: Saver[Entry], stop: asyncio.Event) -> None:
    """Write what is marked, beside the event loop, until told to stop; what is left then is the caller's."""
    while not stop.is_set():
        if saver.pending:
            batch = saver.collect()
            try:
                await asyncio.to_thread(saver.write, batch)
            except sqlite3.Error as error:
                saver.put_back(batch)
                log.warning("sandbox state not written, trying again", reason=str(error))
        try:
            async with asyncio.timeout(WRITE_EVERY):
                await stop.wait()
        except TimeoutError:
            continue
