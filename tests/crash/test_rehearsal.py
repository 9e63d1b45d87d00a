"""`newsbot rehearse` as a newsroom runs it: the program killed again and again, with the sandbox as the judge."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path

import aiohttp
import pytest

from newsbot.rehearsal.report import Report
from newsbot.rehearsal.script import load_script, parse_script, shipped
from tests.programs import Program, program, run_to_end

NIGHT = """
[[fault]]
kind = "blocked"
share = 0.05

[[fault]]
kind = "migrations"
at = "5%"
every = "5%"
times = 3

[[fault]]
kind = "flood"
at = "10%"
share = 0.3
wait = "1s"
for = "10%"

[[fault]]
kind = "kill-worker"
at = "25%"

[[fault]]
kind = "lost"
at = "30%"
share = 0.02
for = "10%"

[[fault]]
kind = "restart-redis"
at = "45%"

[[fault]]
kind = "kill-all"
at = "70%"
"""
PATIENCE = 280.0  #: seconds: the program starts a dozen times
TWO_WORKERS = frozenset({"workers-killed", "random-kills"})


@asynccontextmanager
async def a_rehearsal(folder: Path, faults: str, *arguments: str) -> AsyncIterator[Program]:
    # The newsroom's own settings, of servers that must not be touched.
    own = {
        "NEWSBOT_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/newsroom",
        "NEWSBOT_REDIS_URL": "redis://127.0.0.1:1",
    }
    chosen = ["--faults", faults, "--json", "--data", "rehearsal", *arguments]
    async with program("rehearse", *chosen, folder=folder, settings=own) as running:
        yield running


async def reported(running: Program) -> Report:
    async with asyncio.timeout(PATIENCE):
        await running.process.wait()
    await running.ended()
    assert running.out, running.err
    assert "Traceback" not in running.err, running.err
    return Report(**json.loads(running.out))


def keeps_every_promise(report: Report, said: str) -> None:
    """But the pace, which a busy machine does not keep."""
    assert report.broken == [], said
    assert (report.ended, report.skipped, report.disagreements) == ("done", 0, 0), said
    assert report.sent + report.unknown + sum(report.refused.values()) >= report.audience == report.compared


async def test_a_rehearsal_in_which_things_go_wrong_keeps_every_promise(tmp_path: Path) -> None:
    (tmp_path / "night.toml").write_text(NIGHT, "utf-8")
    async with a_rehearsal(tmp_path, "night.toml", "--readers", "400", "--rate", "100") as running:
        report = await reported(running)
    keeps_every_promise(report, running.err)
    assert sorted(report.played) == sorted(fault.kind for fault in parse_script("", NIGHT).playable), running.err
    assert report.audience == 403
    assert report.refused["blocked"] > 0
    assert report.deaths >= 2


async def test_while_the_database_is_away_the_program_says_so_and_sends_nothing(tmp_path: Path) -> None:
    async with a_rehearsal(tmp_path, "database-away", "--readers", "360", "--rate", "30") as running:
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
            while not (found := re.search(r"http://\S+/readyz", running.err)):
                await asyncio.sleep(0.1)
            while "database" not in (problems := await _problems(session, found[0])):
                assert running.process.returncode is None, running.err
                await asyncio.sleep(0.1)
        report = await reported(running)
    assert "no answer" in problems["database"]  # not even to who only reads
    keeps_every_promise(report, running.err)
    assert report.played == ["database-away"]
    silent = [sum(1 for _ in seconds) for nothing, seconds in groupby(report.curve, lambda sent: sent == 0) if nothing]
    assert max(silent, default=0) >= 2, report.curve  # and the last second of a curve is one with a message
    assert (report.sent, report.duplicates, report.unknown) == (360, 0, 0)


async def _problems(session: aiohttp.ClientSession, address: str) -> dict[str, str]:
    try:
        async with session.get(address) as answer:
            problems: dict[str, str] = (await answer.json())["problems"]
            return problems
    except aiohttp.ClientError:
        return {}  # it starts


@pytest.mark.long
@pytest.mark.parametrize("name", shipped())
async def test_each_script_that_ships_is_played_to_its_end_and_every_promise_kept(tmp_path: Path, name: str) -> None:
    workers = "2" if name in TWO_WORKERS else "1"
    async with a_rehearsal(tmp_path, name, "--readers", "300", "--rate", "60", "--workers", workers) as running:
        report = await reported(running)
    keeps_every_promise(report, running.err)
    assert (list(report.failed), list(report.missed)) == ([], [])
    assert sorted(report.played) == sorted(fault.kind for fault in load_script(name).playable)


async def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work", "utf-8")
    status, _, err = await run_to_end("rehearse", "--readers", "10", "--data", ".", folder=tmp_path)
    assert status == 2
    assert "choose another with --data" in err
    assert (tmp_path / "thesis.txt").exists()


async def test_the_scripts_that_ship_are_listed(tmp_path: Path) -> None:
    status, out, _ = await run_to_end("rehearse", "--faults", "list", folder=tmp_path)
    assert status == 0
    assert "workers-killed" in out
