"""`python -m newsbot.shifted_clock FILE ARGUMENT…`: the program with a clock that can be made to jump.

FILE holds seconds by which the machine's clock is shifted, as it stands there at each look. Nothing else differs.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from newsbot import bootstrap, cli


def main(file: Path, arguments: list[str]) -> None:
    seen = -1
    shift = timedelta()

    def shifted() -> datetime:
        nonlocal seen, shift
        changed = file.stat().st_mtime_ns if file.exists() else -1
        if changed != seen:
            seen = changed
            shift = timedelta(seconds=float(file.read_text("utf-8") or 0)) if changed >= 0 else timedelta()
        return bootstrap.utc_now() + shift

    defaults = bootstrap.Parts.__init__.__kwdefaults__
    assert defaults is not None
    defaults["clock"] = shifted
    sys.argv = ["newsbot", *arguments]
    cli.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
