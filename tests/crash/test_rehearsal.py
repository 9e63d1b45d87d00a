"""`newsbot rehearse` as a newsroom runs it: the program killed again and again, with the sandbox as the judge."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.programs import program, run_to_end

READERS = 400
NIGHT = """
[[fault]]
kind = "kill-worker"
at = "20%"

[[fault]]
kind = "lost"
at = "30%"
share = 0.02
for = "1s"

[[fault]]
kind = "restart-redis"
at = "45%"

[[fault]]
kind = "kill-all"
at = "70%"
"""
PATIENCE = 400.0  #: seconds: the program starts a dozen times


async def test_a_rehearsal_in_which_things_go_wrong_keeps_every_promise(tmp_path: Path) -> None:
    (tmp_path / "night.toml").write_text(NIGHT, "utf-8")
    arguments = ["--readers", str(READERS), "--rate", "100", "--faults", "night.toml", "--json", "--data", "rehearsal"]
    # The newsroom's own settings, of servers that must not be touched.
    own = {
        "NEWSBOT_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/newsroom",
        "NEWSBOT_REDIS_URL": "redis://127.0.0.1:1",
    }
    async with program("rehearse", *arguments, folder=tmp_path, settings=own) as running:
        async with asyncio.timeout(PATIENCE):
            await running.process.wait()
        await running.ended()
    assert running.out, running.err
    report = json.loads(running.out)
    assert sorted(report["played"]) == ["kill-all", "kill-worker", "lost", "restart-redis"], running.err
    assert report["audience"] == READERS
    assert report["ended"] == "done"
    assert (report["skipped"], report["disagreements"], report["compared"]) == (0, 0, READERS)
    assert report["sent"] + report["unknown"] >= READERS
    assert report["deaths"] >= 2


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
