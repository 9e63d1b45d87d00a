"""The front page: is everything all right? What isn't comes first, each with the way to where it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from newsbot.delivery.notices import Event, Notice
from newsbot.desk.alert_words import name_of, state_of, why_it_paused
from newsbot.desk.dashboard.alerts import lines_of
from newsbot.desk.dashboard.approval_pages import waiting_of
from newsbot.desk.dashboard.paths import alert_path
from newsbot.desk.dashboard.visit import Route, Visit
from newsbot.desk.notice_words import notice_in_words
from newsbot.desk.outlets import channel_name
from newsbot.desk.oversight import ChannelStanding, Overview, Queue, SourceTrouble, look_over
from newsbot.desk.roles import Right
from newsbot.desk.turn import subject_of, subject_of_draft
from newsbot.domain.alert import Alert

__all__ = ["ROUTES"]

SHOWN: Final = 10  #: alerts that go out


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that is not as it should be: what, then what it means or what to do; `path`: where it is mended."""

    title: str
    words: tuple[str, ...]
    path: str = ""
    to: str = ""  #: what the link says


async def _overview(visit: Visit) -> web.Response:
    dashboard = visit.dashboard
    seen = await look_over(visit.desk, dashboard.sources, dashboard.inboxes)
    return await visit.page(
        "overview.html",
        seen=seen,
        may_write=visit.may(Right.DRAFT),
        waiting=await waiting_of(visit) if visit.may(Right.DRAFT) else [],
        concerns=await _concerns(visit, seen),
        lines=await lines_of(visit, seen.going_out[:SHOWN]),
        more=max(0, len(seen.going_out) - SHOWN),
        channel=lambda name: channel_name(name, visit.translate),
        subjects={draft.id: await subject_of_draft(visit.desk, draft) for draft in seen.scheduled},
    )


async def _concerns(visit: Visit, seen: Overview) -> list[Concern]:
    """The gravest first."""
    withdrawn = [await _withdrawn(visit, alert) for alert in seen.withdrawn]
    halts = [_halt(visit, one) for one in seen.channels if not one.well]
    stuck = [_stuck(visit, alert) for alert in seen.stuck]
    slow = [_slow(visit, queue) for queue in seen.queues if queue.slow]
    return [*halts, *stuck, *withdrawn, *slow, *(_unread(visit, trouble) for trouble in seen.troubles)]


def _halt(visit: Visit, channel: ChannelStanding) -> Concern:
    notice = channel.halt or Notice(0, channel.channel, Event.BLOCK, "", visit.now)
    first, *rest = (words for words in notice_in_words(notice, visit.translate) if words)
    return Concern(first, tuple(rest))


def _stuck(visit: Visit, alert: Alert) -> Concern:
    _ = visit.translate
    why = tuple(why_it_paused(alert, _).splitlines())
    return Concern(f"{name_of(alert, _)} – {state_of(alert, _)}", why, alert_path(alert.id), _("To the alert"))


async def _withdrawn(visit: Visit, alert: Alert) -> Concern:
    _ = visit.translate
    subject = await subject_of(visit.desk, alert)
    copies = _.plural(
        "Its article was withdrawn from the site. {n} reader still has a copy.",
        "Its article was withdrawn from the site. {n} readers still have a copy.",
        alert.totals.sent if alert.totals else 0,
    )
    words = (subject, copies) if subject else (copies,)
    return Concern(name_of(alert, _), words, alert_path(alert.id), _("To the alert"))


def _slow(visit: Visit, queue: Queue) -> Concern:
    _ = visit.translate
    channel, since = channel_name(queue.channel, _), visit.span(queue.oldest)
    title = _("Readers on {channel} wait {time} for an answer.", channel=channel, time=since)
    return Concern(title, (_("Whoever runs the bot should look: its processes may be down, or too few."),))


def _unread(visit: Visit, trouble: SourceTrouble) -> Concern:
    _ = visit.translate
    since = visit.when(trouble.fetched_at) if trouble.fetched_at else _("never")
    title = _("The source “{source}” can't be read. Last read: {when}.", source=trouble.source, when=since)
    return Concern(title, (trouble.error,) if trouble.error else ())


ROUTES: Final = (Route("GET", "/desk", None, _overview),)
