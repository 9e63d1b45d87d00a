"""Clients written for Node.js, as processes: scripts of `tests/node` that say one JSON line after the other."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "node"
WITHIN = 20.0  #: seconds for the next line, or for the end


class NodeClient:
    """The running script."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def next(self) -> Any:
        """What it says next."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN):
            line = await self.process.stdout.readline()
        assert line, "the client ended early"
        return json.loads(line)

    async def go_on(self) -> None:
        """Write a line to a script that waits for one."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()


@asynccontextmanager
async def node_client(script: str, library: str, environment: Mapping[str, str]) -> AsyncIterator[NodeClient]:
    """Run a script of `tests/node`; the end of its standard input asks it to end, and it must end well."""
    node = shutil.which("node")
    assert node, "these tests need Node.js"
    assert (FOLDER / "node_modules" / library).is_dir(), "run `npm ci` in tests/node first"
    process = await asyncio.create_subprocess_exec(
        node, str(FOLDER / script), stdin=PIPE, stdout=PIPE, env={"PATH": os.environ["PATH"], **environment}
    )
    try:
        yield NodeClient(process)
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(WITHIN):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
