"""What is installed from a wheel is the whole program: scripts, catalogues, templates and sample articles too."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    listed = subprocess.run(["git", "ls-files", "newsbot"], cwd=ROOT, check=True, capture_output=True, text=True)
    tracked = [line for line in listed.stdout.splitlines() if (ROOT / line).exists()]
    kinds = {Path(line).suffix for line in tracked}
    assert {".py", ".lua", ".po", ".html", ".css", ".js", ".toml", ".typed"} <= kinds
    assert [line for line in tracked if line not in packed] == []


def test_the_source_archive_holds_what_a_newsroom_copies(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {"newsroom.example.toml", ".env.example"} <= set(named)
    assert [path for path in named if path not in names and not any(one.startswith(f"{path}/") for one in names)] == []


def test_the_lock_files_pin_with_hashes_and_name_no_address() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert [lock.name for lock in locks] == [
        "requirements-dev.lock",
        "requirements-postgresql.lock",
        "requirements.lock",
    ]
    for lock in [*locks, ROOT / "tests/node/package-lock.json"]:
        assert "://" not in lock.read_text("utf-8"), lock.name
    for lock in locks:
        requirements = [line for line in lock.read_text("utf-8").splitlines() if line and line[0].isalnum()]
        assert requirements
        assert all("==" in line and line.endswith("\\") for line in requirements), lock.name


def test_the_development_lock_holds_the_same_versions_as_the_one_for_running() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / name).read_text("utf-8").splitlines()
        return {line.rstrip(" \\") for line in lines if line and line[0].isalnum()}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
