"""The long form of the crash tests, a hundred random kills: rehearsals of 20,000 readers at 1,000 a second, in each of
which ten processes that deliver die at moments that its seed draws. Each run's ledger is compared with what the sandbox
saw.

    make crash-long [ARGS="--runs 10 --readers 20000 --rate 1000 --workers 2"]
    make crash-long ARGS="--seeds 4711 12"      # those runs again

Ends with status 1 when a run broke a promise; its seed and what it broke stand in the last lines. What the platform
refused (429) is a warning there: it costs no reader anything, and where all processors are busy who comes back late may
go over the pace for a moment.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.tables import show
from newsbot.rehearsal.report import Report

HEAD = (
    *("seed", "sent", "skipped", "twice", "unknown", "disagree", "kills", "died", "each may leave"),
    *("refused (429)", "seconds", "ended"),
)


def row(report: Report) -> tuple[object, ...]:
    """By HEAD."""
    return (
        report.seed,
        report.sent,
        report.skipped,
        report.duplicates,
        report.unknown,
        report.disagreements,
        report.played.count("kill-worker"),
        report.deaths,
        report.bound,
        report.too_many_requests,
        f"{report.seconds_to_all:.0f}",
        report.ended,
    )


def verdict(broken: Sequence[str], over_the_pace: Sequence[str]) -> tuple[list[str], int]:
    """The last lines, and the status that it ends with."""
    lines = [f"WARNING: {one}." for one in over_the_pace] + [f"NOT GOOD: {one}." for one in broken]
    return (lines, 1) if broken else ([*lines, "Every promise was kept."], 0)


def rehearsed(seed: int, options: argparse.Namespace) -> tuple[Report | None, list[str]]:
    """Its report, None if there is none, and what it broke."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "newsbot", "rehearse", "--json", "--faults", "random-kills"]
        for name in ("readers", "rate", "workers"):
            command += [f"--{name}", str(getattr(options, name))]
        command += ["--seed", str(seed), "--data", str(Path(folder) / "rehearsal")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        return None, [f"the rehearsal ended with {done.returncode}: {done.stderr[-2_000:].strip()}"]
    report = Report(**json.loads(done.stdout))
    return report, report.broken


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="random_kills")
    parser.add_argument("--runs", type=int, default=10, help="each with a random seed")
    parser.add_argument("--seeds", type=int, nargs="+", help="of runs that are to be seen again")
    parser.add_argument("--readers", type=int, default=20_000)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    seeds = options.seeds or [random.SystemRandom().randrange(1, 1_000_000) for _ in range(options.runs)]
    print("seeds:", *seeds, flush=True)
    rows, broken, over_the_pace = [], list[str](), list[str]()
    for number, seed in enumerate(seeds, 1):
        report, broke = rehearsed(seed, options)
        broken += [f"seed {seed}: {problem}" for problem in broke]
        if report is not None:
            rows.append(row(report))
            over_the_pace += [f"seed {seed}: {problem}" for problem in report.over_the_pace]
        print(f"{number} of {len(seeds)}: seed {seed}: {'; '.join(broke) or 'every promise was kept'}", flush=True)
    show(f"{options.readers:,} readers, ten kills each", HEAD, rows)
    lines, status = verdict(broken, over_the_pace)
    print(*lines, sep="\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
