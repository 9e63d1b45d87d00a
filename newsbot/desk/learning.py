"""What an editor learns from: figures over time, as tables. Chat, page, file and terminal show the same ones."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

from newsbot.delivery.curves import seconds_to
from newsbot.desk.day_tables import FIGURES, Rows, day_tables, moves_in_words
from newsbot.desk.figure_tables import Cell, Column, FigureTable, Unit
from newsbot.desk.records import Records
from newsbot.desk.turn import Speaking, own_subjects
from newsbot.rollups.days import bounds, day_of
from newsbot.rollups.figures import Figure, Series, Span

__all__ = ["LONGEST_SPAN", "USUAL_SPAN", "last_days", "moves", "table", "tables"]

USUAL_SPAN: Final = 30  #: days
LONGEST_SPAN: Final = 366
DELIVERIES: Final = 50  #: alerts in the table of deliveries
SEARCHES: Final = 50

_STANDING: Final = tuple(figure for figure in Figure if figure.standing)
_OWN: Final = tuple(figure for figure in Figure if not figure.standing)
_OF_SOURCES: Final = (Figure.ARTICLES, Figure.FAILURES)


def last_days(number: int, speaking: Speaking) -> Span:
    """So many days, today the last of them. Raises ValueError for less than one or more than LONGEST_SPAN."""
    if not 1 <= number <= LONGEST_SPAN:
        raise ValueError(f"the number of days is from 1 to {LONGEST_SPAN}")
    today = day_of(speaking.now, speaking.zone)
    return Span(today - timedelta(days=number - 1), today)


async def tables(records: Records, span: Span, speaking: Speaking) -> tuple[FigureTable, ...]:
    """Every table there is, in the order in which they are read."""

    async def counted() -> tuple[tuple[FigureTable, ...], FigureTable]:
        own = await _days(records, span, _OWN)
        return await _by_day(records, span, speaking, _STANDING, own), await _sources(records, own, speaking)

    # At once: while the database adds up one, another is put together.
    (by_day, sources), deliveries, searches = await asyncio.gather(
        counted(), _deliveries(records, span, speaking), _searches(records, span, speaking)
    )
    return (*by_day, deliveries, searches, sources)


async def table(records: Records, name: str, span: Span, speaking: Speaking) -> FigureTable | None:
    """One of them, without asking for what only the others need. None where there is none of this name."""
    match name:
        case "deliveries":
            return await _deliveries(records, span, speaking)
        case "searches":
            return await _searches(records, span, speaking)
        case "sources":
            return await _sources(records, await _days(records, span, _OF_SOURCES), speaking)
    figures = FIGURES.get(name, frozenset())
    own = await _days(records, span, figures.intersection(_OWN))
    found = await _by_day(records, span, speaking, figures.intersection(_STANDING), own)
    return next((one for one in found if one.name == name), None)


async def _by_day(
    records: Records,
    span: Span,
    speaking: Speaking,
    standing: Collection[Figure],
    own: Mapping[date, Mapping[Series, int]],
) -> tuple[FigureTable, ...]:
    before = _ours(await records.rollups.before(span.first, standing), records) if standing else {}
    return day_tables(
        before,
        await _days(records, span, standing),
        own,
        span,
        speaking,
        counted=await records.rollups.counted(),
        topics=records.topics,
        channels=tuple(records.accounts),
    )


async def moves(records: Records, span: Span, speaking: Speaking) -> list[tuple[str, int]]:
    """Who came and who went: what the columns of the readers' table say of them, added up."""
    words = moves_in_words(speaking)
    sums: Counter[Figure] = Counter()
    for series in (await _days(records, span, tuple(words))).values():
        for one, many in series.items():
            sums[one.figure] += many
    return [(label, sums[figure]) for figure, label in words.items()]


async def _days(records: Records, span: Span, figures: Collection[Figure]) -> dict[date, dict[Series, int]]:
    if not figures:
        return {}
    return {day: _ours(series, records) for day, series in (await records.rollups.days(span, figures)).items()}


def _ours(found: Mapping[Series, int], records: Records) -> dict[Series, int]:
    """Without the readers of accounts that we had before."""
    return {
        series: many
        for series, many in found.items()
        if not series.account or records.accounts.get(series.channel) == series.account
    }


async def _deliveries(records: Records, span: Span, speaking: Speaking) -> FigureTable:
    _ = speaking.translate
    columns = (
        Column("alert", _("alert")),
        Column("made", _("made"), Unit.TIME),
        Column("about", _("about"), Unit.TEXT),
        Column("audience", _("for")),
        Column("sent", _("messages sent")),
        Column("to_half", _("until half had it"), Unit.SECONDS),
        Column("to_all", _("until all had it"), Unit.SECONDS),
    )
    since, until = bounds(span.first, speaking.zone)[0], bounds(span.last, speaking.zone)[1]
    made = await records.alerts.made(since, until, limit=DELIVERIES)
    curves = await records.curves.points([alert.id for alert in made])
    rows = []
    for alert, subject in zip(made, await own_subjects(records.articles, made), strict=True):
        points, totals = curves.get(alert.id, ()), alert.totals
        rows.append(
            (
                alert.id,
                alert.created_at,
                subject,
                totals.audience if totals else None,
                totals.sent if totals else None,
                seconds_to(alert, points, 0.5),
                seconds_to(alert, points, 1),
            )
        )
    title = _("How quickly alerts went out")
    return FigureTable("deliveries", title, columns, tuple(rows), _("The newest {n} of these days.", n=DELIVERIES))


async def _searches(records: Records, span: Span, speaking: Speaking) -> FigureTable:
    _ = speaking.translate
    found = await records.rollups.vain_searches(span, limit=SEARCHES)
    rows: Rows = tuple((one.words or _("(other searches)"), one.times) for one in found)
    columns = (Column("words", _("searched for"), Unit.TEXT), Column("times", _("times")))
    note = _("Kept for 90 days, without who searched. Long texts and what may be somebody's number are not kept.")
    return FigureTable("searches", _("Searches that found nothing"), columns, rows, note)


async def _sources(records: Records, of_day: Mapping[date, Mapping[Series, int]], speaking: Speaking) -> FigureTable:
    _ = speaking.translate
    columns = (
        Column("source", _("source"), Unit.TEXT),
        Column("read", _("last read"), Unit.TIME),
        Column("articles", _("articles")),
        Column("failures", _("failed reads")),
        Column("in_a_row", _("failures in a row")),
        Column("error", _("what is wrong"), Unit.TEXT),
    )
    states = await records.articles.source_states()
    sums: Counter[tuple[Figure, str]] = Counter()
    for series in of_day.values():
        for one, many in series.items():
            sums[one.figure, one.part] += many
    names = [source.id for source in records.sources]
    names += sorted({part for figure, part in sums if figure is Figure.ARTICLES} - set(names))
    rows: list[tuple[Cell, ...]] = []
    for name in names:
        state = states.get(name)
        counts = (sums[Figure.ARTICLES, name], sums[Figure.FAILURES, name])
        now: tuple[Cell, ...] = (state.failures, state.error) if state else (0, "")
        rows.append((name, state.fetched_at if state else None, *counts, *now))
    return FigureTable("sources", _("Sources"), columns, tuple(rows))
