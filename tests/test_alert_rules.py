"""The alert rules as Prometheus reads them, and what they say of series that are there or gone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RULES = HERE.parent / "docs/operations/alert-rules.yaml"

pytestmark = pytest.mark.promtool


@pytest.mark.parametrize(
    "arguments", [("check", "rules", str(RULES)), ("test", "rules", str(HERE / "golden/alert_rules.yaml"))]
)
def test_prometheus_understands_the_rules_and_they_fire_when_they_should(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
