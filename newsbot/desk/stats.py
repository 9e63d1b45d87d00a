"""/stats, and `newsbot stats`: readers, what they follow, and the alerts of the last day in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from newsbot.conversation.turn import Replies, Turn, text
from newsbot.delivery.ending import totals_of
from newsbot.delivery.ledger import Ledger
from newsbot.desk.learning import LONGEST_SPAN, last_days, moves
from newsbot.desk.outlets import channel_name
from newsbot.desk.records import Records
from newsbot.desk.turn import Desk, Speaking
from newsbot.domain.alert import AlertClass, AlertKind
from newsbot.domain.message import Span
from newsbot.domain.topic import Topics
from newsbot.rollups.figures import Span as Days
from newsbot.subscribers.store import SubscriberStore
from newsbot.text.digits import to_ascii_digits

__all__ = ["A_WEEK", "Section", "alerts_of_the_day", "readers_now", "show_stats", "who_came_and_went"]

A_WEEK: Final = 7  #: days
A_DAY: Final = timedelta(hours=24)
MOST: Final = 500  #: alerts of a day that are looked at


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    lines: tuple[str, ...]


async def show_stats(desk: Desk, turn: Turn, arguments: str = "") -> Replies:
    """`arguments`: of how many days the changes are told; those of a week without any."""
    _ = turn.translate
    asked = to_ascii_digits(arguments)
    try:
        span = last_days(int(asked) if asked else A_WEEK, turn)
    except ValueError:
        return (text(_("Write how many days, from 1 to {n}: /stats 30", n=LONGEST_SPAN)),)
    ledgers = [outlet.ledger for outlet in desk.outlets.values()]
    sections = (
        *await readers_now(desk.house.subscribers, tuple(desk.outlets), desk.house.topics, turn),
        await who_came_and_went(desk.records, span, turn),
        await alerts_of_the_day(desk.records, ledgers, turn),
    )
    return (text(*(_shown(section) for section in sections)),)


def _shown(section: Section) -> tuple[Span, ...]:
    return Span(section.heading, "bold"), *(Span(f"\n{line}") for line in section.lines)


async def readers_now(
    subscribers: SubscriberStore, channels: Sequence[str], topics: Topics, speak: Speaking
) -> tuple[Section, Section]:
    """How many there are, and what they follow, most followed first. `channels`: on which there are readers."""
    _ = speak.translate
    counts = await subscribers.counts()
    lines = [_("subscribers: {n}", n=counts.subscribers), _("can be alerted: {n}", n=counts.reachable)]
    for channel in channels if len(channels) > 1 else ():
        own = await subscribers.counts(channel)
        name = channel_name(channel, _)
        lines.append(_("{channel}: {n} ({m} can be alerted)", channel=name, n=own.subscribers, m=own.reachable))
    followed = sorted(topics, key=lambda topic: -counts.by_topic.get(topic.id, 0))
    followers = (f"{topic.label(speak.language)}: {_.number(counts.by_topic.get(topic.id, 0))}" for topic in followed)
    return Section(_("Readers"), tuple(lines)), Section(_("By topic"), tuple(followers))


async def who_came_and_went(records: Records, span: Days, speak: Speaking) -> Section:
    """As the columns of the readers' table say it, added up."""
    _ = speak.translate
    days = (span.last - span.first).days + 1
    if await records.rollups.counted() is None:
        lines: tuple[str, ...] = (_("not yet counted"),)
    else:
        lines = tuple(f"{label}: {_.number(many)}" for label, many in await moves(records, span, speak) if many)
    heading = _.plural("Readers of the last {n} day", "Readers of the last {n} days", days)
    return Section(heading, lines or (_("none came and none left"),))


async def alerts_of_the_day(records: Records, ledgers: Sequence[Ledger], speak: Speaking) -> Section:
    _ = speak.translate
    recent = await records.alerts.recent(limit=MOST)
    alerts = [alert for alert in recent if speak.now - alert.created_at <= A_DAY]
    heading = _("Alerts of the last 24 hours")
    if not alerts:
        return Section(heading, (_("none"),))
    sums: Counter[str] = Counter()
    for alert in alerts:
        if alert.kind.touches_copies:
            sums["updated" if alert.kind is AlertKind.UPDATE else "touched"] += 1
            continue
        totals = alert.totals or await totals_of(ledgers, alert.id)
        sums["breaking" if alert.cls is AlertClass.BREAKING else "ordinary"] += 1
        sums["sent"] += totals.sent
        sums["refused"] += totals.refused
        sums["unknown"] += totals.unknown
        sums["open"] += totals.left
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
    return Section(heading, tuple(filter(None, lines)))
