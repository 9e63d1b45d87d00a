"""Who did what, when and from where: the audit log, asked by person, kind and time.

| page | what |
|---|---|
| `GET /desk/audit` | the newest; `?person=`, `?kind=`, `?subject=`, `?since=`, `?until=` (days), `?before=` an id |
| `GET /desk/audit.csv` | the same, all of it |
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from newsbot.desk.audit import Entry, Filter
from newsbot.desk.audit_words import (
    COLUMNS,
    KINDS,
    act_in_words,
    change_in_words,
    place_in_words,
    row_of,
    subject_in_words,
)
from newsbot.desk.dashboard.paths import alert_path
from newsbot.desk.dashboard.visit import Route, Visit, whole_number
from newsbot.desk.figure_tables import CSV_MARK, harmless
from newsbot.desk.people import Person
from newsbot.desk.roles import Right
from newsbot.domain.subscriber import Address
from newsbot.text.digits import to_ascii_digits

__all__ = ["ROUTES"]

SHOWN: Final = 50
AT_ONCE: Final = 500  #: entries that a file's next piece is made of


async def _show(visit: Visit) -> web.Response:
    asked = _asked(visit)
    entries = await visit.desk.audit.entries(_filter(visit, asked), limit=SHOWN + 1)
    shown, following = entries[:SHOWN], entries[SHOWN - 1].id if len(entries) > SHOWN else 0
    people = {str(one.address): one.name or str(one.address) for one in await _people(visit)}
    plain = {name: value for name, value in asked.items() if value and name != "before"}
    _ = visit.translate
    return await visit.page(
        "audit.html",
        rows=[_row(visit, entry, people) for entry in shown],
        asked=asked,
        people=list(people.items()),
        kinds=[(kind, _(words)) for kind, words in KINDS.items()],
        file=f"/desk/audit.csv?{urlencode(plain)}" if plain else "/desk/audit.csv",
        older=f"/desk/audit?{urlencode({**plain, 'before': following})}" if following else "",
    )


async def _people(visit: Visit) -> list[Person]:
    """Who has a role, and who had one."""
    former = [await visit.desk.staff.known(address) for address in sorted(await visit.desk.staff.former())]
    return [*await visit.desk.staff.everybody(), *(person for person in former if person is not None)]


def _row(visit: Visit, entry: Entry, people: Mapping[str, str]) -> dict[str, object]:
    _ = visit.translate
    kind, _colon, rest = entry.subject.partition(":")
    return {
        "entry": entry,
        "subject": people.get(rest, rest) if kind == "person" else subject_in_words(entry.subject, _),
        "who": entry.actor.name or str(entry.actor.address),
        "act": act_in_words(entry.act, _),
        "place": place_in_words(entry.actor.place, _),
        "link": alert_path(number) if kind == "alert" and (number := whole_number(rest)) else "",
        "before": change_in_words(entry.before),
        "after": change_in_words(entry.after),
    }


async def _file(visit: Visit) -> web.StreamResponse:
    """Piece by piece: the log may be long."""
    wanted = _filter(visit, _asked(visit))
    response = web.StreamResponse(headers={"Content-Disposition": 'attachment; filename="audit.csv"'})
    response.content_type, response.charset = "text/csv", "utf-8"
    await response.prepare(visit.request)
    await response.write(CSV_MARK.encode() + _lines([COLUMNS]))
    while entries := await visit.desk.audit.entries(wanted, limit=AT_ONCE):
        await response.write(_lines([row_of(entry) for entry in entries]))
        wanted = replace(wanted, before=entries[-1].id)
    await response.write_eof()
    return response


def _lines(rows: list[tuple[str, ...]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8", "replace")


def _asked(visit: Visit) -> dict[str, str]:
    query = visit.request.query
    return {name: query.get(name, "").strip() for name in ("person", "kind", "subject", "since", "until", "before")}


def _filter(visit: Visit, asked: dict[str, str]) -> Filter:
    """What can't be understood asks for nothing."""
    until = _day(visit, asked["until"])
    return Filter(
        address=_address(asked["person"]),
        act=asked["kind"] if asked["kind"] in KINDS else "",
        subject=asked["subject"],
        since=_day(visit, asked["since"]),
        until=until + timedelta(days=1) if until is not None else None,
        before=whole_number(to_ascii_digits(asked["before"])) or 0,
    )


def _address(written: str) -> Address | None:
    try:
        return Address.parse(written) if written else None
    except ValueError:
        return None


def _day(visit: Visit, written: str) -> datetime | None:
    """Its beginning, in the newsroom's zone. None, too, at the ends of the calendar, where no clock can be set."""
    try:
        day = date.fromisoformat(to_ascii_digits(written)) if written else None
    except ValueError:
        return None
    if day is None or not 1 < day.year < 9999:
        return None
    return datetime.combine(day, time(), visit.zone)


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/desk/audit", Right.AUDIT, _show),
    Route("GET", "/desk/audit.csv", Right.AUDIT, _file),
)
