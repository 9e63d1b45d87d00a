"""What a row of the subscribers' journal changes in the figures of its day. Pure.

Each row is the step from a reader's state before it to the one after it. What a step adds to a figure may be negative,
and a figure's value on a day is the sum of everything up to it, so any day can be counted anew by itself.

Who has had themselves forgotten leaves no rows behind. What they had added stays in the figures of the days that are
closed; their leaving takes out of the figures what was true of them last (`forgotten`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from newsbot.domain.subscriber import Preferences
from newsbot.rollups.days import day_of
from newsbot.rollups.figures import Count, Figure, Layer, Series

__all__ = ["Step", "Trace", "counted", "forgotten", "left_behind"]

IMPORTED: Final = "imported"  #: `SubscriberEvent.what`


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the journal."""

    channel: str
    account: str
    at: datetime
    what: str
    before: Preferences | None  #: None: the reader's first row
    after: Preferences


@dataclass(frozen=True, slots=True)
class Trace:
    """All that is left of a reader who was forgotten."""

    channel: str
    account: str
    since: datetime
    at: datetime


def counted(steps: Iterable[Step], zone: tzinfo) -> tuple[Count, ...]:
    """What these rows add to each day."""
    found: Counter[tuple[date, Series]] = Counter()
    for step in steps:
        day = day_of(step.at, zone)
        for (figure, part), many in _added(step).items():
            found[day, Series(step.channel, step.account, figure, part)] += many
    return _counts(found, Layer.JOURNAL)


def forgotten(
    history: Sequence[Step], at: datetime, zone: tzinfo, *, since: date, left: bool = True
) -> tuple[Count, ...]:
    """What stands in for a reader's rows when they are deleted: their leaving, and what they added from `since` on.

    `history`: their rows, oldest first. `since`: the first day that is not closed. `left`: a
    reader is gone, not known under another number.
    """
    if not history:
        return ()
    last = history[-1]
    found: Counter[tuple[date, Series]] = Counter()
    for one in counted((step for step in history if day_of(step.at, zone) >= since), zone):
        found[one.day, one.series] += one.count
    gone = _true_of(last.after)
    day = day_of(at, zone)
    for (figure, part), many in gone.items():
        found[day, Series(last.channel, last.account, figure, part)] -= many
    if left and gone[Figure.SUBSCRIBERS, ""]:
        found[day, Series(last.channel, last.account, Figure.LEFT, "")] += 1
    return _counts(found, Layer.FORGOTTEN)


def left_behind(traces: Iterable[Trace], zone: tzinfo) -> tuple[Count, ...]:
    """What is known of the forgotten when everything is counted anew: that they came, and that they left."""
    found: Counter[tuple[date, Series]] = Counter()
    for trace in traces:
        for moment, figure, many in (
            (trace.since, Figure.SUBSCRIBERS, 1),
            (trace.since, Figure.NEW, 1),
            (trace.at, Figure.SUBSCRIBERS, -1),
            (trace.at, Figure.LEFT, 1),
        ):
            found[day_of(moment, zone), Series(trace.channel, trace.account, figure, "")] += many
    return _counts(found, Layer.FORGOTTEN)


def _added(step: Step) -> Counter[tuple[Figure, str]]:
    added = Counter(_true_of(step.after))
    if step.before is not None:
        added.subtract(_true_of(step.before))
    added.update(_moves(step))
    return added


def _true_of(reader: Preferences) -> Counter[tuple[Figure, str]]:
    """As /stats counts: topics and languages of those who can be alerted."""
    found: Counter[tuple[Figure, str]] = Counter()
    if not reader.stopped:
        found[Figure.SUBSCRIBERS, ""] = 1
    if reader.wants_alerts:
        found[Figure.REACHABLE, ""] = 1
        found[Figure.LANGUAGE, reader.language] = 1
        found.update((Figure.TOPIC, topic) for topic in reader.topics)
    return found


def _moves(step: Step) -> Iterable[tuple[Figure, str]]:
    before, after = step.before, step.after
    if before is None:
        if not after.stopped:
            yield (Figure.IMPORTED if step.what == IMPORTED else Figure.NEW), ""
        return
    if before.stopped != after.stopped:
        yield (Figure.LEFT if after.stopped else Figure.RETURNED), ""
    if before.unreachable != after.unreachable:
        yield (Figure.BLOCKED if after.unreachable else Figure.UNBLOCKED), ""


def _counts(found: Mapping[tuple[date, Series], int], layer: Layer) -> tuple[Count, ...]:
    return tuple(Count(day, layer, series, many) for (day, series), many in found.items() if many)
