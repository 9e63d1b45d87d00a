"""/stats: readers, what they follow, and the alerts of the last day in figures."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Final

from newsbot.conversation.turn import Replies, Turn, text
from newsbot.desk.learning import LONGEST_SPAN, last_days, tables
from newsbot.desk.outlets import channel_name
from newsbot.desk.turn import Desk, totals_of
from newsbot.domain.alert import AlertClass, AlertKind
from newsbot.domain.message import Span
from newsbot.rollups.figures import Span as Days
from newsbot.text.digits import to_ascii_digits

__all__ = ["show_stats"]

A_WEEK: Final = 7  #: days
MOVES: Final = range(3, 9)  #: columns of the table of readers: who came and who went
A_DAY: Final = timedelta(hours=24)
MOST: Final = 500  #: alerts of a day that are looked at


async def show_stats(desk: Desk, turn: Turn, arguments: str = "") -> Replies:
    """`arguments`: of how many days the changes are told; those of a week without any."""
    _ = turn.translate
    asked = to_ascii_digits(arguments)
    try:
        span = last_days(int(asked) if asked else A_WEEK, turn)
    except ValueError:
        return (text(_("Write how many days, from 1 to {n}: /stats 30", n=LONGEST_SPAN)),)
    counts = await desk.house.subscribers.counts()
    readers = [
        Span(_("Readers"), "bold"),
        Span("\n" + _("subscribers: {n}", n=counts.subscribers)),
        Span("\n" + _("can be alerted: {n}", n=counts.reachable)),
    ]
    for channel in desk.outlets if len(desk.outlets) > 1 else ():
        own = await desk.house.subscribers.counts(channel)
        line = _(
            "{channel}: {n} ({m} can be alerted)", channel=channel_name(channel, _), n=own.subscribers, m=own.reachable
        )
        readers.append(Span(f"\n{line}"))
    topics = [Span(_("By topic"), "bold")]
    for topic in sorted(desk.house.topics, key=lambda topic: -counts.by_topic.get(topic.id, 0)):
        followers = turn.translate.number(counts.by_topic.get(topic.id, 0))
        topics.append(Span(f"\n{topic.label(turn.language)}: {followers}"))
    changes = await _changes(desk, turn, span)
    return (text(tuple(readers), tuple(topics), changes, await _last_day(desk, turn)),)


async def _changes(desk: Desk, turn: Turn, span: Days) -> tuple[Span, ...]:
    """Who came and who went, from the same table as the page's."""
    _ = turn.translate
    readers = (await tables(desk.records, span, turn))[0]
    heading = Span(_.plural("Readers of the last {n} day", "Readers of the last {n} days", len(readers.rows)), "bold")
    lines = []
    for number, column in enumerate(readers.columns):
        if number in MOVES and (many := sum(int(str(row[number])) for row in readers.rows)):
            lines.append(f"\n{column.label}: {_.number(many)}")
    return heading, Span("".join(lines) or "\n" + _("none came and none left"))


async def _last_day(desk: Desk, turn: Turn) -> tuple[Span, ...]:
    _ = turn.translate
    recent = await desk.alerts.recent(limit=MOST)
    alerts = [alert for alert in recent if turn.now - alert.created_at <= A_DAY]
    heading = Span(_("Alerts of the last 24 hours"), "bold")
    if not alerts:
        return heading, Span("\n" + _("none"))
    sums: Counter[str] = Counter()
    for alert in alerts:
        if alert.kind.touches_copies:
            sums["updated" if alert.kind is AlertKind.UPDATE else "touched"] += 1
            continue
        totals = await totals_of(desk, alert)
        sums["breaking" if alert.cls is AlertClass.BREAKING else "ordinary"] += 1
        sums["sent"] += totals.sent
        sums["refused"] += totals.refused
        sums["unknown"] += totals.unknown
        sums["open"] += totals.waiting + totals.in_flight + totals.untouched
    lines = [
        _("breaking: {n}", n=sums["breaking"]),
        _("ordinary: {n}", n=sums["ordinary"]),
        _("corrections and recalls: {n}", n=sums["touched"]) if sums["touched"] else "",
        _("updates of cards: {n}", n=sums["updated"]) if sums["updated"] else "",
        _("messages sent: {n}", n=sums["sent"]),
        _("not reached: {n}", n=sums["refused"]),
        _("unknown: {n}", n=sums["unknown"]) if sums["unknown"] else "",
        _("still open: {n}", n=sums["open"]) if sums["open"] else "",
    ]
    return heading, Span("".join(f"\n{line}" for line in lines if line))
