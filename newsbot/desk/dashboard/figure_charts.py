"""The columns of a table over time as small charts, each with its words: who can't see it reads the same. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from newsbot.desk.dashboard.line_chart import line_and_area
from newsbot.desk.figure_tables import Cell, FigureTable, Unit, written
from newsbot.desk.turn import Speaking

__all__ = ["MOST", "Chart", "charts_of"]

MOST: Final = 12  #: charts of one table; the others are in the table beside them


@dataclass(frozen=True, slots=True)
class Chart:
    """`last`: what it came to; `words`: what it shows. The ground of the chart is at `low`, its top at
    `high`. `line`, `area`: as of `line_and_area`.
    """

    label: str
    last: str
    low: str
    high: str
    words: str
    line: str
    area: str


def charts_of(table: FigureTable, speaking: Speaking) -> tuple[Chart, ...]:
    """One for each column of figures that knows its time at two moments at least; none of a table without time."""
    clock = next((at for at, column in enumerate(table.columns) if column.unit in (Unit.DAY, Unit.TIME)), None)
    if clock is None or table.columns[clock].name == "read":
        return ()
    rows = sorted(
        ((_moment(cell, speaking), row) for row in table.rows if (cell := row[clock]) is not None),
        key=lambda timed: timed[0],
    )
    charts: list[Chart] = []
    for at, column in enumerate(table.columns):
        if not column.unit.right or column.name in _NO_CURVES or len(charts) == MOST:
            continue
        points = [(moment, value) for moment, row in rows if isinstance(value := row[at], int | float)]
        if (chart := _chart(points, column.label, column.unit, speaking)) is not None:
            charts.append(chart)
    return tuple(charts)


_NO_CURVES: Final = frozenset({"alert", "audience"})


def _chart(points: list[tuple[datetime, int | float]], label: str, unit: Unit, speaking: Speaking) -> Chart | None:
    _ = speaking.translate
    if len(points) < 2:
        return None
    values = [value for _at, value in points]
    low, high = min(values), max(values)
    if not high:
        return None
    # What hardly changes beside its size is shown from its lowest on, or nothing would be seen of it.
    ground = low if unit is Unit.COUNT and low * 2 > high > low else 0
    shape = line_and_area([(at, value - ground) for at, value in points], top=high - ground)
    if shape is None:
        return None
    shown = [written(value, unit, speaking) for value in (values[0], values[-1], low, high)]
    words = _(
        "{label}: from {first} to {last}; at least {low}, at most {high}.",
        label=label,
        first=shown[0],
        last=shown[1],
        low=shown[2],
        high=shown[3],
    )
    return Chart(label, shown[1], written(ground, unit, speaking), shown[3], words, *shape)


def _moment(cell: Cell, speaking: Speaking) -> datetime:
    if isinstance(cell, datetime):
        return cell
    assert isinstance(cell, date)
    return datetime.combine(cell, time(12), speaking.zone)
