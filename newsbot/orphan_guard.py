"""Become a program that gets SIGTERM when its parent dies, however the parent dies.

Run as a script, with the standard library only: `python -I -S orphan_guard.py kernel|pipe PARENT_PID PROGRAM
ARGUMENT…`. It executes PROGRAM in its own place, so the process id is the program's.

kernel  PR_SET_PDEATHSIG (Linux). It counts the *thread* that forked us: the parent keeps that thread alive.
pipe    elsewhere: a small forked watcher reads standard input, whose other end only the parent holds, until it ends.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys

PR_SET_PDEATHSIG = 1
CHECK_EVERY = 1.0  #: seconds after which the watcher looks whether the program is still there


def main(mode: str, parent: int, program: str, *arguments: str) -> None:
    if mode == "kernel":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    else:
        _fork_watcher()
    # The parent may have died before we began to watch it.
    if os.getppid() != parent:
        raise SystemExit(1)
    os.execv(program, [program, *arguments])  # noqa: S606 - no shell is wanted


def _fork_watcher() -> None:
    program = os.getpid()
    if os.fork():
        # The program has nothing to read, and must not hold the pipe.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        return
    # Whatever else we inherited (the lock!) belongs to the program alone.
    os.closerange(3, 1024)
    while os.getppid() == program:
        readable, _, _ = select.select([0], [], [], CHECK_EVERY)
        if readable and os.read(0, 1) == b"":
            os.kill(program, signal.SIGTERM)
            break
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
