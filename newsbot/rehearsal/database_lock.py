"""Keeps everybody from an SQLite file for as long as it runs: `python -m newsbot.rehearsal.database_lock FILE`.

A transaction of SQLite's own, even `BEGIN EXCLUSIVE`, stops writers only: with a write-ahead log readers go on. So it
takes the locks that SQLite's readers and writers take on the log's index. They wait for them, and are refused after ten
seconds; to the program that is a database that does not answer. Locks are a process's, and those of whoever has the
database open would get lost with them: hence a program of its own. Says `locked` when nobody gets in any more.
"""

from __future__ import annotations

import fcntl
import signal
import sys
from typing import Final

#: of the write-ahead log's index (SQLite's file format, "WAL-Index"): of writers, checkpoints, recovery and readers
FIRST_LOCK: Final = 120
LOCKS: Final = 8


def main(database: str) -> None:
    with open(f"{database}-shm", "r+b") as index:
        # One after the other: they are hardly ever all free at once while many read.
        for lock in range(FIRST_LOCK, FIRST_LOCK + LOCKS):
            fcntl.lockf(index, fcntl.LOCK_EX, 1, lock)
        print("locked", flush=True)  # noqa: T201 - who started it waits for this line
        while True:
            signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
