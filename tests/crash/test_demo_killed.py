"""The demo when its terminal is closed or it is killed: nothing of it stays behind, the next start works."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

import aiohttp

from tests.programs import WITHIN, program, run_to_end


async def test_a_killed_demo_leaves_nothing_running_and_starts_again(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    async with program("demo", "--port", "0", "--data", data, folder=tmp_path) as demo:
        printed = await demo.printed("Ctrl-C")
        demo.process.send_signal(signal.SIGKILL)
        # The sandbox and the bot hold the pipes that were the demo's.
        await asyncio.wait_for(demo.process.wait(), WITHIN)
    await _gone(_address(printed))
    await _gone(_bot_address(data))
    async with program("demo", "--port", "0", "--data", data, folder=tmp_path) as demo:
        await demo.printed("Ctrl-C")
        assert await demo.stop(signal.SIGINT) == 0


async def test_closing_the_terminal_stops_the_demo(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    async with program("demo", "--port", "0", "--data", data, folder=tmp_path) as demo:
        printed = await demo.printed("Ctrl-C")
        assert await demo.stop(signal.SIGHUP) == 0
    await _gone(_address(printed))


def _address(printed: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert found
    return found[0]


def _bot_address(data: Path) -> str:
    found = re.search(r"^NEWSBOT_WEB__PORT=(\d+)$", (data / "demo.env").read_text("utf-8"), re.M)
    assert found
    return f"http://127.0.0.1:{found[1]}"


async def _gone(address: str) -> None:
    async with asyncio.timeout(WITHIN), aiohttp.ClientSession() as http:
        while True:
            try:
                await http.get(address)
            except aiohttp.ClientConnectionError:
                return
            await asyncio.sleep(0.05)


async def test_a_second_demo_in_the_folder_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    async with program("demo", "--port", "0", "--data", data, folder=tmp_path) as demo:
        await demo.printed("Ctrl-C")
        before = {name: (data / name).read_bytes() for name in ("demo.env", "bot.log")}
        status, _, err = await run_to_end("demo", "--port", "0", "--data", data, folder=tmp_path)
        assert (status, err.splitlines()) == (
            2,
            [f"newsbot: another demo runs in the folder {data}: stop it first, or choose another folder with --data"],
        )
        assert all((data / name).read_bytes().startswith(content) for name, content in before.items())
        assert await demo.stop(signal.SIGINT) == 0
