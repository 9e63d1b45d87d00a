"""Writing counts of days: a layer's days are replaced as a whole, or added to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.database import insert_into
from newsbot.rollups.days import A_DAY
from newsbot.rollups.figures import Count, Layer
from newsbot.rollups.readership import Step, forgotten
from newsbot.rollups.schema import day_counts, day_marks

__all__ = ["Mark", "add", "count_forgotten", "mark_of", "move_mark", "replace_days", "write"]

ROWS: Final = 500  #: in one statement


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a layer has been counted."""

    zone: str
    through: date | None
    forgets: int


async def mark_of(connection: AsyncConnection, layer: Layer) -> Mark | None:
    query = select(day_marks.c.zone, day_marks.c.through, day_marks.c.forgets).where(day_marks.c.layer == layer.value)
    row = (await connection.execute(query)).first()
    return None if row is None else Mark(row.zone, row.through, row.forgets)


async def move_mark(connection: AsyncConnection, layer: Layer, mark: Mark, *, dialect: str) -> bool:
    """Keep how far it is; False if a reader was forgotten since `mark.forgets` was read, then nothing is changed.

    From here to the end of the transaction nobody is forgotten.
    """
    values = {"zone": mark.zone, "through": mark.through}
    first = insert_into(day_marks, dialect).values(layer=layer.value, forgets=mark.forgets, **values)
    same = day_marks.c.forgets == mark.forgets
    kept = first.on_conflict_do_update(index_elements=["layer"], set_=values, where=same)
    return (await connection.execute(kept)).rowcount == 1


async def replace_days(
    connection: AsyncConnection, layer: Layer, first: date, last: date, counts: Sequence[Count]
) -> None:
    """The layer's counts from the first day to the last are these, and no others."""
    within = day_counts.c.day.between(first, last) & (day_counts.c.layer == layer.value)
    await connection.execute(delete(day_counts).where(within))
    await write(connection, counts)


async def write(connection: AsyncConnection, counts: Iterable[Count]) -> None:
    rows = [_row(one) for one in counts]
    for start in range(0, len(rows), ROWS):
        await connection.execute(insert(day_counts), rows[start : start + ROWS])


async def add(connection: AsyncConnection, counts: Iterable[Count], *, dialect: str) -> None:
    """To what is counted already."""
    insertion = insert_into(day_counts, dialect)
    more = insertion.on_conflict_do_update(
        index_elements=["day", "layer", "channel", "account", "figure", "part"],
        set_={"count": day_counts.c.count + insertion.excluded["count"]},
    )
    # In one order, so that no two who add at once wait for each other.
    rows = sorted((_row(one) for one in counts), key=lambda row: tuple(map(str, row.values())))
    if rows:
        await connection.execute(more, rows)


async def count_forgotten(
    connection: AsyncConnection, history: Sequence[Step], *, at: datetime, left: bool, zone: tzinfo, dialect: str
) -> None:
    """In the transaction that deletes a reader's rows: keep of them, without the reader, what the figures need."""
    ours = day_marks.c.layer == Layer.JOURNAL.value
    if not (await connection.execute(update(day_marks).where(ours).values(forgets=day_marks.c.forgets + 1))).rowcount:
        return  # nothing was ever counted: the first count finds what is left
    mark = await mark_of(connection, Layer.JOURNAL)
    if mark is not None and mark.through is not None:
        await add(connection, forgotten(history, at, zone, since=mark.through + A_DAY, left=left), dialect=dialect)


def _row(count: Count) -> dict[str, Any]:
    series = count.series
    return {
        "day": count.day,
        "layer": count.layer.value,
        "channel": series.channel,
        "account": series.account,
        "figure": series.figure.value,
        "part": series.part,
        "count": count.count,
    }
