"""The desk's tables with a row for each day, and what they are added up from. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from newsbot.desk.figure_tables import Cell, Column, FigureTable, Unit
from newsbot.desk.outlets import channel_name
from newsbot.desk.turn import Speaking
from newsbot.domain.alert import AlertClass
from newsbot.domain.topic import Topics
from newsbot.i18n import N_
from newsbot.i18n.catalog import language_name
from newsbot.rollups.days import days
from newsbot.rollups.figures import Figure, Series, Span

__all__ = ["FIGURES", "Rows", "day_tables", "moves_in_words"]

Rows = tuple[tuple[Cell, ...], ...]
#: who came and who went
_MOVES: Final = {
    Figure.NEW: N_("new"),
    Figure.RETURNED: N_("came back"),
    Figure.LEFT: N_("left"),
    Figure.BLOCKED: N_("blocked us"),
    Figure.UNBLOCKED: N_("reachable again"),
    Figure.IMPORTED: N_("imported"),
}
_OF_ALERTS: Final = (Figure.SENT, Figure.REFUSED, Figure.UNKNOWN, Figure.LEFT, Figure.BLOCKED)
#: the tables in the order in which they are read, and what each is made of
FIGURES: Final[Mapping[str, frozenset[Figure]]] = {
    "readers": frozenset({Figure.SUBSCRIBERS, Figure.REACHABLE, *_MOVES}),
    "channels": frozenset({Figure.SUBSCRIBERS}),
    "topics": frozenset({Figure.TOPIC}),
    "languages": frozenset({Figure.LANGUAGE}),
    "alerts": frozenset({Figure.ALERTS, *_OF_ALERTS}),
}
Sums = Counter[tuple[Figure, str | None]]


def day_tables(
    before: Mapping[Series, int],
    standing: Mapping[date, Mapping[Series, int]],
    own: Mapping[date, Mapping[Series, int]],
    span: Span,
    speaking: Speaking,
    *,
    counted: date | None,
    topics: Topics,
    channels: Collection[str],
) -> tuple[FigureTable, ...]:
    """In the order in which they are read. `before`: standing figures as they were when the span began; `standing`:
    what each day changed of them; `own`: figures of the day alone. `counted`: the last day that
    has been counted: of those after it nothing is known yet. `channels`: ours.
    """
    curves = _cumulated(before, standing, span)
    standing_at = {day: _added_up(series) for day, series in curves.items()}
    moved = {day: _added_up(series) for day, series in own.items()}
    return (
        _as_counted(_readers(standing_at, moved, span, speaking), counted, speaking),
        _by_channel(curves, span, channels, speaking),
        _by_part(standing_at, span, Figure.TOPIC, _topic_names(topics, speaking), speaking),
        _by_part(standing_at, span, Figure.LANGUAGE, language_name, speaking),
        _as_counted(_alerts(moved, span, speaking), counted, speaking),
    )


def _as_counted(table: FigureTable, counted: date | None, speaking: Speaking) -> FigureTable:
    """The same, with nothing in the rows of days that are not yet counted: that is not none."""

    def is_counted(day: Cell) -> bool:
        return counted is not None and isinstance(day, date) and day <= counted

    if all(is_counted(row[0]) for row in table.rows):
        return table
    unknown = (None,) * (len(table.columns) - 1)
    rows: Rows = tuple(row if is_counted(row[0]) else (row[0], *unknown) for row in table.rows)
    return replace(table, rows=rows, note=speaking.translate("–: not yet counted."))


def moves_in_words(speaking: Speaking) -> dict[Figure, str]:
    return {figure: speaking.translate(words) for figure, words in _MOVES.items()}


def _cumulated(
    before: Mapping[Series, int], changes: Mapping[date, Mapping[Series, int]], span: Span
) -> dict[date, Counter[Series]]:
    """What is true at the end of each day."""
    now: Counter[Series] = Counter(before)
    found = {}
    for day in days(span.first, span.last):
        now.update(changes.get(day, {}))
        found[day] = Counter(now)
    return found


def _added_up(series: Mapping[Series, int]) -> Sums:
    """Over all channels; of each figure also over all its parts, under None."""
    sums: Sums = Counter()
    for one, many in series.items():
        sums[one.figure, one.part] += many
        sums[one.figure, None] += many
    return sums


def _sum(sums: Mapping[tuple[Figure, str | None], int], figure: Figure, part: str | None = None) -> int:
    return sums.get((figure, part), 0)


def _readers(
    curves: Mapping[date, Sums],
    of_day: Mapping[date, Sums],
    span: Span,
    speaking: Speaking,
) -> FigureTable:
    _ = speaking.translate
    moves = moves_in_words(speaking)
    columns = (
        _day(speaking),
        Column("subscribers", _("subscribers")),
        Column("reachable", _("can be alerted")),
        *(Column(figure.value, label) for figure, label in moves.items()),
    )
    rows: Rows = tuple(
        (
            day,
            _sum(curves[day], Figure.SUBSCRIBERS),
            _sum(curves[day], Figure.REACHABLE),
            *(_sum(of_day.get(day, {}), figure) for figure in moves),
        )
        for day in days(span.first, span.last)
    )
    return FigureTable("readers", _("Readers by the day"), columns, rows)


def _by_channel(
    curves: Mapping[date, Mapping[Series, int]], span: Span, ours: Collection[str], speaking: Speaking
) -> FigureTable:
    _ = speaking.translate
    had = {one.channel for one in curves[span.last] if one.figure is Figure.SUBSCRIBERS}
    channels = [channel for channel in ours if channel in had]
    columns = (_day(speaking), *(Column(channel, channel_name(channel, _)) for channel in channels))
    rows: Rows = tuple(
        (
            day,
            *(
                sum(n for one, n in curves[day].items() if (one.figure, one.channel) == (Figure.SUBSCRIBERS, channel))
                for channel in channels
            ),
        )
        for day in days(span.first, span.last)
    )
    return FigureTable("channels", _("Subscribers by channel"), columns, rows)


def _by_part(
    curves: Mapping[date, Sums],
    span: Span,
    figure: Figure,
    name: Callable[[str], str],
    speaking: Speaking,
) -> FigureTable:
    """The largest first."""
    _ = speaking.translate
    last = Counter[str]()
    for day in (span.first, span.last):
        for one, part in curves[day]:
            if one is figure and part is not None:
                last[part] = _sum(curves[span.last], figure, part)
    parts = sorted(last, key=lambda part: (-last[part], part))
    columns = (_day(speaking), *(Column(part, name(part)) for part in parts))
    rows: Rows = tuple(
        (day, *(_sum(curves[day], figure, part) for part in parts)) for day in days(span.first, span.last)
    )
    note = _("Of those who can be alerted.")
    if figure is Figure.TOPIC:
        return FigureTable("topics", _("Followers by topic"), columns, rows, note)
    return FigureTable("languages", _("Readers by language"), columns, rows, note)


def _alerts(of_day: Mapping[date, Sums], span: Span, speaking: Speaking) -> FigureTable:
    """Alerts beside who left on the day: the first thing to look at when readers go."""
    _ = speaking.translate
    columns = (
        _day(speaking),
        Column("breaking", _("breaking alerts")),
        Column("ordinary", _("other alerts")),
        Column("sent", _("messages sent")),
        Column("refused", _("not reached")),
        Column("unknown", _("unknown")),
        Column("left", _("left")),
        Column("blocked", _("blocked us")),
    )

    def row(day: date) -> tuple[Cell, ...]:
        found = of_day.get(day, Counter())
        breaking = _sum(found, Figure.ALERTS, AlertClass.BREAKING.value)
        return (day, breaking, _sum(found, Figure.ALERTS) - breaking, *(_sum(found, one) for one in _OF_ALERTS))

    rows: Rows = tuple(row(day) for day in days(span.first, span.last))
    return FigureTable("alerts", _("Alerts, and who left"), columns, rows)


def _topic_names(topics: Topics, speaking: Speaking) -> Callable[[str], str]:
    def name(part: str) -> str:
        topic = topics.get(part)
        return topic.name(speaking.language) if topic is not None else part

    return name


def _day(speaking: Speaking) -> Column:
    return Column("day", speaking.translate("day"), Unit.DAY)
