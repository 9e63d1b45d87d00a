"""Disks that are small and get full: file systems in memory."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest


@pytest.fixture
def small_disk(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The folder of one of a size that the test names as mount understands it.

    `@pytest.mark.parametrize("small_disk", ["16m"], indirect=True)`
    """
    folder = Path(mkdtemp(prefix="newsbot-small-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", folder]
    mounted = subprocess.run(mount, capture_output=True, text=True)
    try:
        if mounted.returncode:
            pytest.skip(f"a small file system can't be mounted here: {mounted.stderr.strip()}")
        yield folder
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def fill(disk: Path) -> Path:
    """To the last page, with a file that may be deleted."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    return filler
