"""What a process that is going to be killed claims, a line each, and how its claims are read.

A claim is a line with its end. What was being written when the process died is none: `put 1` may be the beginning of
`put 17`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator


def say(*words: object) -> None:
    """Write one line in one piece, as a pipe takes it whole or not at all. `print` writes word by word when Python is
    told not to buffer (PYTHONUNBUFFERED)."""
    os.write(sys.stdout.fileno(), (" ".join(map(str, words)) + "\n").encode())


async def claims(process: asyncio.subprocess.Process) -> AsyncIterator[str]:
    """Each line it wrote to its end, until it closes its output."""
    assert process.stdout is not None
    while (line := await process.stdout.readline()).endswith(b"\n"):
        yield line.decode().rstrip("\n")
