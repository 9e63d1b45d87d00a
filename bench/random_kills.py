"""The long form of the crash tests, a hundred random kills: rehearsals of 20,000 readers at 1,000 a second, in each of
which ten processes that deliver die at moments that its seed draws. Each run's ledger is compared with what the sandbox
saw.

    make crash-long [ARGS="--runs 10 --readers 20000 --rate 1000 --workers 2"]
    make crash-long ARGS="--seeds 4711 12"      # those runs again

Ends with status 1 when a run broke a promise; its seed and what it broke stand in the last lines.
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
from typing import Any

from bench.tables import show
from newsbot.rehearsal.report import Report

COLUMNS = ("seed", "sent", "skipped", "duplicates", "unknown", "disagreements", "deaths", "bound")


def rehearsed(seed: int, options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Its report, {} if there is none, and what breaks a promise."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "newsbot", "rehearse", "--json", "--faults", "random-kills"]
        for name in ("readers", "rate", "workers"):
            command += [f"--{name}", str(getattr(options, name))]
        command += ["--seed", str(seed), "--data", str(Path(folder) / "rehearsal")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:
        return {}, [f"the rehearsal ended with {done.returncode}: {done.stderr[-2_000:].strip()}"]
    found: dict[str, Any] = json.loads(done.stdout)
    return found, Report(**found).problems


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
    rows, broken = [], list[str]()
    for number, seed in enumerate(seeds, 1):
        report, broke = rehearsed(seed, options)
        broken += [f"NOT GOOD: seed {seed}: {problem}." for problem in broke]
        if report:
            rows.append((*(report[name] for name in COLUMNS), f"{report['seconds_to_all']:.0f}", report["ended"]))
        print(f"{number} of {len(seeds)}: seed {seed}: {'; '.join(broke) or 'every promise was kept'}", flush=True)
    show(
        f"{options.readers:,} readers, ten kills each",
        ["seed", "sent", "skipped", "twice", "unknown", "disagree", "died", "each may leave", "seconds", "ended"],
        rows,
    )
    print(*(broken or ["Every promise was kept."]), sep="\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
