"""`python -m bench [NAME …]`: run the named benchmarks, or all of them; each prints a small table.

A benchmark is a module of this folder with a `main()`.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

_NO_BENCHMARK = {"__main__", "crowd", "desk_year", "sink", "rouge", "tables", "webhook_load"}


def main(wanted: list[str]) -> int:
    known = sorted({module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])} - _NO_BENCHMARK)
    if unknown := [name for name in wanted if name not in known]:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    for name in wanted or known:
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
