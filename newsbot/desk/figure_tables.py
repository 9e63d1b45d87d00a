"""A table of figures, and how chat, terminal and files show one. Pure.

A table knows its values, not how they are written: each way of showing it writes them as its readers expect.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from newsbot.desk.turn import Speaking
from newsbot.text.dates import format_date, format_datetime

__all__ = ["CSV_MARK", "Cell", "Column", "FigureTable", "Unit", "as_csv", "as_json", "as_lines", "harmless", "written"]

Cell = date | datetime | str | int | float | None

CSV_MARK: Final = "\ufeff"  #: by which Excel knows a file for UTF-8
#: with one of these a spreadsheet takes a cell's text for a formula, and obeys it
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Unit(StrEnum):
    DAY = "day"
    TIME = "time"
    TEXT = "text"
    COUNT = "count"
    SECONDS = "seconds"

    @property
    def right(self) -> bool:
        """Figures stand to the right."""
        return self in (Unit.COUNT, Unit.SECONDS)


@dataclass(frozen=True, slots=True)
class Column:
    name: str  #: in JSON
    label: str  #: in the language of who reads it
    unit: Unit = Unit.COUNT


@dataclass(frozen=True, slots=True)
class FigureTable:
    """`rows`: a cell for each column; None: not known. `name`: in addresses and JSON."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def written(cell: Cell, unit: Unit, speaking: Speaking) -> str:
    """As people read it."""
    _ = speaking.translate
    match cell:
        case None:
            return "–"
        case datetime():
            return format_datetime(cell, speaking.language, speaking.zone, speaking.now)
        case date():
            noon = datetime.combine(cell, time(12), speaking.zone)
            return format_date(noon, speaking.language, speaking.zone, speaking.now)
        case int():
            return _.number(cell)
        case float():
            return _seconds(cell, speaking)
        case str():
            return cell


def as_csv(table: FigureTable) -> str:
    """For spreadsheets: a line of labels, then one for each row; times by ISO 8601. No cell is taken for a formula."""
    out = io.StringIO()
    out.write(CSV_MARK)
    lines = csv.writer(out)
    lines.writerow([harmless(column.label) for column in table.columns])
    for row in table.rows:
        lines.writerow([_plain(cell) for cell in row])
    return out.getvalue()


def as_json(tables: Sequence[FigureTable]) -> dict[str, list[Mapping[str, Any]]]:
    """Table → its rows, by the columns' names."""
    return {
        table.name: [
            {column.name: _jsonable(cell) for column, cell in zip(table.columns, row, strict=True)}
            for row in table.rows
        ]
        for table in tables
    }


def as_lines(table: FigureTable, speaking: Speaking) -> list[str]:
    """For the terminal: aligned columns under their labels."""
    rows = [[column.label for column in table.columns]]
    for row in table.rows:
        rows.append([written(cell, column.unit, speaking) for cell, column in zip(row, table.columns, strict=True)])
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    rights = [column.unit.right for column in table.columns]

    def line(cells: Sequence[str]) -> str:
        placed = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, rights, strict=True)
        )
        return "  ".join(placed).rstrip()

    return [table.title, *(f"  {line(cells)}" for cells in rows)]


def _seconds(seconds: float, speaking: Speaking) -> str:
    _ = speaking.translate
    if seconds < 120:
        return _("{n} s", n=round(seconds))
    if seconds < 7200:
        return _("{n} min", n=round(seconds / 60))
    return _("{n} h", n=round(seconds / 3600))


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime() | date():
            return cell.isoformat()
        case float():
            return f"{cell:.1f}"
        case int():
            return str(cell)
        case str():
            return harmless(cell)


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    # Line breaks are kept out of cells: not every program that reads the file knows that they may be quoted.
    text = " ".join(text.split()) if "\n" in text or "\r" in text else text
    return f"'{text}" if text.startswith(_FORMULA) else text


def _jsonable(cell: Cell) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell
