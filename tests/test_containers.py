"""There need be no Docker engine to see that the Dockerfile and the compose file speak of things that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from newsbot.cli import app
from newsbot.config import setting_names

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.removeprefix(name).strip() for line in joined.splitlines() if line.startswith(f"{name} ")]


def copied_paths() -> list[str]:
    return [path for line in instructions("COPY") if "--from" not in line for path in shlex.split(line)[:-1]]


def test_every_path_that_is_copied_exists_and_reaches_the_build() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert copied_paths()
    for path in copied_paths():
        assert (ROOT / path).exists(), path
        assert path in allowed, f"{path} is kept out by .dockerignore"


def test_the_build_has_all_that_the_package_needs() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    for named in re.findall(r'readme = "([^"]+)"|license-files = \["([^"]+)"\]', pyproject):
        assert "".join(named) in copied_paths()
    assert "hatchling==" in (ROOT / "requirements.lock").read_text("utf-8")


@pytest.mark.parametrize("instruction", ["CMD", "HEALTHCHECK"])
def test_the_commands_of_the_image_are_commands_of_the_program(instruction: str) -> None:
    words = re.findall(r'"([^"]+)"', instructions(instruction)[-1])
    command = next(word for word in words if word != "newsbot")
    assert command in get_command(app).commands  # type: ignore[attr-defined]


def test_the_settings_that_the_image_and_compose_give_exist() -> None:
    named = set(re.findall(r"NEWSBOT_\w+", DOCKERFILE + COMPOSE))
    assert named
    assert named <= set(setting_names())


def test_the_image_does_not_run_as_root() -> None:
    assert instructions("USER") == ["newsbot"]


def test_compose_has_the_bot_an_append_only_valkey_and_postgresql() -> None:
    services = re.findall(r"^  (\w+):$", COMPOSE.split("\nvolumes:")[0], re.M)
    assert services == ["bot", "valkey", "postgres"]
    assert "--appendonly yes" in COMPOSE
    assert re.findall(r"^      - (\./\S+?):", COMPOSE, re.M) == ["./newsroom.toml"]
    used, declared = (
        set(re.findall(r"- ([\w-]+-data):", COMPOSE)),
        set(re.findall(r"^  ([\w-]+-data):$", COMPOSE, re.M)),
    )
    assert used == declared
    assert (ROOT / "newsroom.example.toml").exists()
    assert (ROOT / ".env.example").exists()
