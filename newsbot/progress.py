"""How far long work is: a bar on a terminal, now and then a plain line elsewhere. On standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LINE_EVERY = 5.0  #: seconds between two plain lines

Progress = Callable[[int], None]  #: how many are done so far


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Progress]:
    """`what`: plural, like 'readers exported'. `total`: None when it isn't known."""
    if not sys.stderr.isatty():
        yield _lines(what, total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _lines(what: str, total: int | None) -> Progress:
    last = time.monotonic()

    def show(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_EVERY:
            last = time.monotonic()
            print(f"{done:,}{f' of {total:,}' if total else ''} {what}", file=sys.stderr, flush=True)

    return show
