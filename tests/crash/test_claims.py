"""A killed process is believed what it said to the end, and nothing else."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.crash.claims import claims

ROOT = Path(__file__).parents[2]
HALF_A_CLAIM = """
import os, sys
from tests.crash.claims import say
say("put", 16)
os.write(sys.stdout.fileno(), b"put 1")
os.kill(os.getpid(), 9)
"""


async def test_a_line_that_was_cut_off_by_the_kill_is_no_claim() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HALF_A_CLAIM, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        assert [claim async for claim in claims(process)] == ["put 16"]
        await process.wait()
