"""SIGKILL in the middle of a webhook's call: the platform delivers again, and the reader's event is handled once."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from newsbot.channels.messenger.webhook import PATH
from tests.crash.claims import claims
from tests.messenger_events import SENT, a_body, a_text, an_entry, an_item, signed, wire

ROOT = Path(__file__).parents[2]
PRESS = an_item(postback={"payload": "m:latest"}, timestamp=SENT + 1)  # without an id of the platform's


@asynccontextmanager
async def serving(
    data_dir: Path, moment: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, AsyncIterator[str], str]]:
    """The process, what it claims from now on, and where it listens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.crash.messenger_process",
        str(data_dir),
        moment,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        said = claims(process)
        async with asyncio.timeout(60):
            port = (await anext(said)).removeprefix("port ")
        yield process, said, f"http://127.0.0.1:{port}{PATH}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_event_is_handled_once_whenever_the_process_dies_before_its_answer(
    tmp_path: Path, moment: str
) -> None:
    first = wire(a_body(an_entry(a_text("one", "m_1"), PRESS)))
    again = wire(a_body(an_entry(a_text("one", "m_1"), PRESS, time=SENT + 60_000), an_entry(a_text("two", "m_2"))))
    async with aiohttp.ClientSession() as platform:
        async with serving(tmp_path, moment) as (process, _, url):
            with pytest.raises(aiohttp.ClientConnectionError):
                await platform.post(url, data=first, headers=signed(first))
            assert await process.wait() == -signal.SIGKILL
        async with serving(tmp_path, "never") as (process, said, url):
            for body in (again, again):
                async with platform.post(url, data=body, headers=signed(body)) as answer:
                    assert (answer.status, await answer.text()) == (200, "EVENT_RECEIVED")
            last = wire(a_body(an_entry(a_text("last", "m_3"))))
            async with platform.post(url, data=last, headers=signed(last)) as answer:
                assert answer.status == 200
            handled: list[str] = []
            async with asyncio.timeout(60):
                while "handled m_3 last" not in handled:
                    handled.append(await anext(said))
    kinds = [claim.split()[1].split(":")[0] for claim in handled]
    assert sorted(kinds) == ["m_1", "m_2", "m_3", "postback"]
