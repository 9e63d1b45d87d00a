"""What an editor learns from: figures over time, as tables. Chat, page, file and terminal show the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from newsbot.delivery.curves import seconds_to
from newsbot.desk.figure_tables import Cell, Column, FigureTable, Unit
from newsbot.desk.outlets import channel_name
from newsbot.desk.records import Records
from newsbot.desk.turn import LONGEST_SUBJECT, Speaking
from newsbot.domain.alert import Alert, AlertClass
from newsbot.domain.topic import Topics
from newsbot.i18n.catalog import language_name
from newsbot.rollups.days import bounds, day_of, days
from newsbot.rollups.figures import Figure, Series, Span
from newsbot.text.clipping import Unit as Clipped
from newsbot.text.clipping import clip
from newsbot.text.normalise import clean

__all__ = ["LONGEST_SPAN", "USUAL_SPAN", "last_days", "tables"]

USUAL_SPAN: Final = 30  #: days
LONGEST_SPAN: Final = 366
DELIVERIES: Final = 50  #: alerts in the table of deliveries
SEARCHES: Final = 50

Rows = tuple[tuple[Cell, ...], ...]
Sums = Counter[tuple[Figure, str | None]]

_STANDING: Final = tuple(figure for figure in Figure if figure.standing)
_OWN: Final = tuple(figure for figure in Figure if not figure.standing)


def last_days(number: int, speaking: Speaking) -> Span:
    """So many days, today the last of them. Raises ValueError for less than one or more than LONGEST_SPAN."""
    if not 1 <= number <= LONGEST_SPAN:
        raise ValueError(f"the number of days is from 1 to {LONGEST_SPAN}")
    today = day_of(speaking.now, speaking.zone)
    return Span(today - timedelta(days=number - 1), today)


async def tables(records: Records, span: Span, speaking: Speaking) -> tuple[FigureTable, ...]:
    """Every table there is, in the order in which they are read."""
    before = _ours(await records.rollups.before(span.first, _STANDING), records)
    standing = await records.rollups.days(span, _STANDING)
    own = await records.rollups.days(span, _OWN)
    changes = {day: _ours(series, records) for day, series in standing.items()}
    of_day = {day: _ours(series, records) for day, series in own.items()}
    curves = _cumulated(before, changes, span)
    standing_at = {day: _added_up(series) for day, series in curves.items()}
    moved = {day: _added_up(series) for day, series in of_day.items()}
    return (
        _readers(standing_at, moved, span, speaking),
        _by_channel(curves, span, records, speaking),
        _by_part(standing_at, span, Figure.TOPIC, _topic_names(records.topics, speaking), speaking),
        _by_part(standing_at, span, Figure.LANGUAGE, language_name, speaking),
        _alerts(moved, span, speaking),
        await _deliveries(records, span, speaking),
        await _searches(records, span, speaking),
        await _sources(records, of_day, span, speaking),
    )


def _ours(found: Mapping[Series, int], records: Records) -> dict[Series, int]:
    """Without the readers of accounts that we had before."""
    return {
        series: many
        for series, many in found.items()
        if not series.account or records.accounts.get(series.channel) == series.account
    }


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
    moves = {
        Figure.NEW: _("new"),
        Figure.RETURNED: _("came back"),
        Figure.LEFT: _("left"),
        Figure.BLOCKED: _("blocked us"),
        Figure.UNBLOCKED: _("reachable again"),
        Figure.IMPORTED: _("imported"),
    }
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
    curves: Mapping[date, Mapping[Series, int]], span: Span, records: Records, speaking: Speaking
) -> FigureTable:
    _ = speaking.translate
    had = {one.channel for one in curves[span.last] if one.figure is Figure.SUBSCRIBERS}
    channels = [channel for channel in records.accounts if channel in had]
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
        figures = (Figure.SENT, Figure.REFUSED, Figure.UNKNOWN, Figure.LEFT, Figure.BLOCKED)
        return (day, breaking, _sum(found, Figure.ALERTS) - breaking, *(_sum(found, figure) for figure in figures))

    rows: Rows = tuple(row(day) for day in days(span.first, span.last))
    return FigureTable("alerts", _("Alerts, and who left"), columns, rows)


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
    for alert in made:
        points, totals = curves.get(alert.id, ()), alert.totals
        rows.append(
            (
                alert.id,
                alert.created_at,
                await _subject(records, alert),
                totals.audience if totals else None,
                totals.sent if totals else None,
                seconds_to(alert, points, 0.5),
                seconds_to(alert, points, 1),
            )
        )
    title = _("How quickly alerts went out")
    return FigureTable("deliveries", title, columns, tuple(rows), _("The newest {n} of these days.", n=DELIVERIES))


async def _subject(records: Records, alert: Alert) -> str:
    if alert.text is not None:
        words = alert.text.plain
    else:
        article = await records.articles.get(alert.article_id) if alert.article_id else None
        words = article.headline if article is not None else ""
    return clip(clean(words), LONGEST_SUBJECT, unit=Clipped.GRAPHEME)


async def _searches(records: Records, span: Span, speaking: Speaking) -> FigureTable:
    _ = speaking.translate
    found = await records.rollups.vain_searches(span, limit=SEARCHES)
    rows: Rows = tuple((one.words or _("(other searches)"), one.times) for one in found)
    columns = (Column("words", _("searched for"), Unit.TEXT), Column("times", _("times")))
    note = _("Kept for 90 days, without who searched. Long texts and what may be somebody's number are not kept.")
    return FigureTable("searches", _("Searches that found nothing"), columns, rows, note)


async def _sources(
    records: Records, of_day: Mapping[date, Mapping[Series, int]], span: Span, speaking: Speaking
) -> FigureTable:
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


def _topic_names(topics: Topics, speaking: Speaking) -> Callable[[str], str]:
    def name(part: str) -> str:
        topic = topics.get(part)
        return topic.name(speaking.language) if topic is not None else part

    return name


def _day(speaking: Speaking) -> Column:
    return Column("day", speaking.translate("day"), Unit.DAY)
