"""A table of figures as a file, as JSON and in the terminal."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest

from newsbot.desk.figure_tables import CSV_MARK, Column, FigureTable, Unit, as_csv, as_json, as_lines, written
from tests.newsdesk import Newsdesk

TABLE = FigureTable(
    "readers",
    "Readers by the day",
    (Column("day", "দিন", Unit.DAY), Column("new", "new"), Column("about", "about", Unit.TEXT)),
    (
        (date(2025, 11, 17), 12345, "পদ্মা সেতু"),
        (date(2025, 11, 18), None, 'a "quote", and\na break'),
    ),
)


def cells(table: FigureTable) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(table).removeprefix(CSV_MARK))))


def test_a_file_begins_with_the_mark_by_which_excel_reads_bengali_and_quotes_what_must_be() -> None:
    assert as_csv(TABLE).encode().startswith(b"\xef\xbb\xbf")
    assert cells(TABLE) == [
        ["দিন", "new", "about"],
        ["2025-11-17", "12345", "পদ্মা সেতু"],
        ["2025-11-18", "", 'a "quote", and a break'],
    ]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n="])
def test_no_cell_is_taken_for_a_formula(begins: str) -> None:
    hostile = f'{begins}HYPERLINK("https://example.org")'
    table = FigureTable("t", "T", (Column("a", hostile, Unit.TEXT),), ((hostile,), (-5,)))
    head, text, number = (row[0] for row in cells(table))
    assert head[0] not in "=+-@\t\r\n"
    assert text[0] not in "=+-@\t\r\n"
    assert number == "-5"


def test_json_has_values_by_the_columns_names() -> None:
    assert as_json([TABLE])["readers"][0] == {"day": "2025-11-17", "new": 12345, "about": "পদ্মা সেতু"}


def test_the_terminal_shows_aligned_columns() -> None:
    lines = as_lines(TABLE, Newsdesk().speech())
    assert lines[0] == "Readers by the day"
    assert lines[2].startswith("  17 November")
    assert "12,345" in lines[2]
    assert "–" in lines[3]


def test_seconds_and_times_are_written_as_people_say_them() -> None:
    speech = Newsdesk().speech("bn")
    assert written(90.4, Unit.SECONDS, speech) == "৯০ সেকেন্ড"
    assert written(600.0, Unit.SECONDS, speech) == "১০ মিনিট"
    assert written(3 * 3600.0, Unit.SECONDS, speech) == "৩ ঘণ্টা"
    assert "১৭ নভেম্বর" in written(datetime(2025, 11, 17, 6, tzinfo=UTC), Unit.TIME, speech)
