"""The alert rules and the dashboard speak of figures that exist, with labels that they have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from newsbot.observability import Metrics

FOLDER = Path(__file__).parents[1] / "docs/operations"
RULES_TEXT = (FOLDER / "alert-rules.yaml").read_text("utf-8")
RULES: list[dict[str, Any]] = [rule for group in yaml.safe_load(RULES_TEXT)["groups"] for rule in group["rules"]]
BOARD: dict[str, Any] = json.loads((FOLDER / "grafana-dashboard.json").read_text("utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
OF_TARGETS = {"job", "instance"}  #: labels that Prometheus adds

_METRIC = re.compile(r"\b(newsbot_\w+)(?:\{([^}]*)\})?")
_AGGREGATION = re.compile(r"\b(?:sum|max|min|count|avg) by \(([^)]*)\) \(")


def series() -> dict[str, tuple[str, set[str]]]:
    """What /metrics has: name of a series → its figure, its labels."""
    found: dict[str, tuple[str, set[str]]] = {}
    for one in vars(Metrics()).values():
        if not isinstance(one, Counter | Gauge | Histogram):
            continue
        (family,) = one.describe()
        endings = {"counter": {"_total": set()}, "gauge": {"": set()}, "histogram": {"_bucket": {"le"}}}[family.type]
        if family.type == "histogram":
            endings |= {"_sum": set(), "_count": set()}
        for ending, more in endings.items():
            found[family.name + ending] = (family.name, set(one._labelnames) | more)
    return found


SERIES = series()


@dataclass(frozen=True)
class Expression:
    text: str

    @property
    def metrics(self) -> list[tuple[str, set[str]]]:
        """Name and labels that are asked for, of each."""
        return [(name, set(re.findall(r"(\w+)\s*[=!]", labels))) for name, labels in _METRIC.findall(self.text)]

    def aggregations(self) -> Iterator[tuple[set[str], str]]:
        """Labels that are kept, and what they are of."""
        for found in _AGGREGATION.finditer(self.text):
            depth, end = 1, found.end()
            while depth:
                depth += {"(": 1, ")": -1}.get(self.text[end], 0)
                end += 1
            yield {label.strip() for label in found[1].split(",")}, self.text[found.end() : end]

    @property
    def labels(self) -> set[str]:
        """What the answer's series may be told apart by."""
        kept = [labels for labels, _ in self.aggregations()]
        if kept:
            return set.union(*kept) - ({"le"} if "histogram_quantile" in self.text else set())
        if re.search(r"\b(sum|max|min|count)\(", self.text):
            return set()
        return set().union(*(SERIES[name][1] for name, _ in self.metrics)) | OF_TARGETS


EXPRESSIONS = {rule["alert"]: Expression(rule["expr"]) for rule in RULES} | {
    f"{panel['title']} {target['refId']}": Expression(target["expr"]) for panel in PANELS for target in panel["targets"]
}


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_every_figure_that_is_asked_for_exists_with_the_labels_that_it_is_asked_by(where: str) -> None:
    expression = EXPRESSIONS[where]
    assert expression.metrics or "up{" in expression.text
    assert expression.text.count("(") == expression.text.count(")")
    for name, asked in expression.metrics:
        assert name in SERIES
        assert asked <= SERIES[name][1] | OF_TARGETS
    for kept, inside in expression.aggregations():
        for name, _ in Expression(inside).metrics:
            assert kept <= SERIES[name][1] | OF_TARGETS, name
        if "_bucket" in inside:
            assert "le" in kept


def test_every_figure_is_shown_or_watched() -> None:
    asked = {SERIES[name][0] for one in EXPRESSIONS.values() for name, _ in one.metrics}
    assert {figure for figure, _ in SERIES.values()} - asked == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_says_in_words_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"Newsbot\w+", rule["alert"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    for words in (rule["annotations"]["summary"], rule["annotations"]["action"]):
        assert re.fullmatch(r"\S.{15,}[.?]", words), words
        assert set(re.findall(r"\$labels\.(\w+)", words)) <= EXPRESSIONS[rule["alert"]].labels
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))


def test_rules_have_names_of_their_own() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_every_panel_has_a_place_and_a_legend_of_labels_that_are_there(panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
    for target in panel["targets"]:
        legend = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        assert legend <= Expression(target["expr"]).labels, target["legendFormat"]


def test_panels_do_not_cover_each_other_and_are_numbered() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
