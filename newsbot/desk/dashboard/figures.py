"""Learning: figures over time, as charts and tables, and each table as a file.

| page | what |
|---|---|
| `GET /desk/figures?days=30` | everything |
| `GET /desk/figures/readers.csv?days=30` | one table for a spreadsheet |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web
from markupsafe import Markup

from newsbot.desk.dashboard.figure_charts import Chart, charts_of
from newsbot.desk.dashboard.refusals import Refusal
from newsbot.desk.dashboard.visit import Route, Visit
from newsbot.desk.figure_tables import Column, FigureTable, Unit, as_csv, written
from newsbot.desk.learning import LONGEST_SPAN, USUAL_SPAN, last_days, table, tables
from newsbot.desk.roles import Right
from newsbot.rollups.figures import Span

__all__ = ["ROUTES"]

SPANS: Final = (7, USUAL_SPAN, 90, LONGEST_SPAN)  #: that can be chosen; others can be written into the address

#: in a table on the page: a year in each would be a page too long for a phone
MOST_DAYS: Final = 31


@dataclass(frozen=True, slots=True)
class _Part:
    """A table as the page shows it, the newest row first."""

    table: FigureTable
    charts: tuple[Chart, ...]
    rows: tuple[Markup, ...]  #: the cells of each
    more: bool  #: its file has further days

    @property
    def by_day(self) -> bool:
        """Long, and mostly read as charts."""
        return _by_day(self.table)


def _by_day(table: FigureTable) -> bool:
    return table.columns[0].unit is Unit.DAY


async def _figures(visit: Visit) -> web.Response:
    days, span = _asked(visit)
    found = await tables(visit.desk.records, span, visit)
    return await visit.page(
        "figures.html",
        days=days,
        spans=SPANS,
        parts=[_part(one, visit) for one in found],
    )


async def _file(visit: Visit) -> web.Response:
    days, span = _asked(visit)
    name = visit.request.match_info["table"]
    found = await table(visit.desk.records, name, span, visit)
    if found is None:
        raise Refusal.missing()
    return web.Response(
        body=as_csv(found).encode("utf-8", "replace"),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{span.last.isoformat()}-{days}.csv"'},
    )


def _part(table: FigureTable, visit: Visit) -> _Part:
    by_day = _by_day(table)
    rows = table.rows[: -MOST_DAYS - 1 : -1] if by_day else table.rows
    # Not in the template: to write the cells of many days took it longer than everything else of the page.
    first, *others = map(_mark, table.columns)
    marks = (f'<th scope="row"{first}>{{}}</th>', *(f"<td{mark}>{{}}</td>" for mark in others))
    form = Markup("".join(marks))  # noqa: S704 - of tags alone; what is filled in is escaped
    units = [column.unit for column in table.columns]
    cells = tuple(
        form.format(*(written(cell, unit, visit) for cell, unit in zip(row, units, strict=True))) for row in rows
    )
    return _Part(table, charts_of(table, visit), cells, by_day and len(table.rows) > MOST_DAYS)


def _mark(column: Column) -> str:
    """How a cell of it is shown: figures to the right, a day or a time on one line."""
    if column.unit.right:
        return ' class="n"'
    return ' class="day"' if column.unit in (Unit.DAY, Unit.TIME) else ""


def _asked(visit: Visit) -> tuple[int, Span]:
    """So many days as the address says; the usual number where it says none that there may be."""
    asked = visit.asked_number("days")
    days = asked if 1 <= asked <= LONGEST_SPAN else USUAL_SPAN
    return days, last_days(days, visit)


ROUTES: Final = (
    Route("GET", "/desk/figures", Right.FIGURES, _figures),
    Route("GET", r"/desk/figures/{table:[a-z]{1,20}}.csv", Right.FIGURES, _file),
)
