"""What the program can do is written down: settings, commands, figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from newsbot.cli import app
from newsbot.config import setting_names
from newsbot.observability import Metrics

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
ENV_EXAMPLE = (ROOT / ".env.example").read_text("utf-8")


def commands() -> dict[str, str]:
    """Every command as it is typed, with the first line of its help."""
    found = {}
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        for sub_name, sub in getattr(command, "commands", {"": command}).items():
            found[f"{name} {sub_name}".strip()] = sub.help or ""
    return found


def test_env_example_explains_every_setting_and_no_other() -> None:
    explained = re.findall(r"^# (.+)\n#(NEWSBOT_\w+)=(.+)$", ENV_EXAMPLE, re.M)
    expected = [(field.description, name, str(field.examples[0])) for name, field in setting_names().items()]  # type: ignore[index]
    assert explained == expected


def test_the_readme_has_every_setting_with_its_sentence() -> None:
    rows = dict(re.findall(r"^\| `(NEWSBOT_\w+)` \| [^|]+ \| (.+) \|$", README, re.M))
    assert rows == {name: field.description for name, field in setting_names().items()}


def test_the_readme_begins_with_the_two_commands() -> None:
    first_block = README.split("```")[1]
    assert re.findall(r"^make (\w+)", first_block, re.M) == ["demo", "test"]


@pytest.mark.parametrize("command", commands())
def test_every_command_has_a_sentence_of_help_and_stands_in_the_readme(command: str) -> None:
    assert commands()[command].strip()
    first, _, sub = command.partition(" ")
    line = next(line for line in README.splitlines() if line.startswith(f"newsbot {first}"))
    assert sub in line


def test_every_verb_of_make_that_the_readme_names_exists() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = {verb for line in re.findall(r"`make ([a-z -]+)`", README) for verb in line.split()}
    assert named
    assert named <= verbs


def test_every_figure_is_explained() -> None:
    running = (ROOT / "docs/operations/running.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(newsbot_\w+?)(?:_total)?` \|", running, re.M))
    assert explained == {family.name for family in Metrics().registry.collect()}


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
