"""A hundred random kills: rehearsals of 20,000 readers at 1,000 a second, in each of which ten processes that deliver
die at moments that the seed draws. Each run's ledger is compared with what the sandbox saw.

    python -m bench.random_kills [--runs 10] [--readers 20000] [--rate 1000] [--workers 2]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.tables import show


def rehearsed(seed: int, readers: int, rate: int, workers: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "newsbot", "rehearse", "--json", "--faults", "random-kills"]
        command += ["--readers", str(readers), "--rate", str(rate), "--workers", str(workers), "--seed", str(seed)]
        done = subprocess.run(
            [*command, "--data", str(Path(folder) / "rehearsal")], stdout=subprocess.PIPE, text=True, check=False
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--readers", type=int, default=20_000)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments or [])
    rows = []
    for seed in range(1, options.runs + 1):
        report = rehearsed(seed, options.readers, options.rate, options.workers)
        columns = ("seed", "sent", "skipped", "duplicates", "unknown", "disagreements", "deaths", "bound")
        rows.append((*(report[name] for name in columns), f"{report['seconds_to_all']:.0f}", report["ended"]))
        print(rows[-1], flush=True)
    show(
        f"{options.readers:,} readers, ten kills each",
        ["seed", "sent", "skipped", "twice", "unknown", "disagree", "died", "each may leave", "seconds", "ended"],
        rows,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
