"""Watching: what goes out and what became of it, live; pause, go on, stop, try again.

| page | what |
|---|---|
| `GET /desk/alerts` | the newest, `?only=broadcasts`, `?before=` an id |
| `GET /desk/alerts/7` | one alert |
| `GET /desk/alerts/7/live` | what of its page changes, as server-sent events |
| `POST /desk/alerts/7/pause`, `resume`, `stop`, `retry` | done once, however often it is pressed |
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from aiohttp import web

from newsbot.delivery.curves import seconds_to
from newsbot.desk.actions import Verb
from newsbot.desk.alert_words import name_of, state_of
from newsbot.desk.controlling import turn_state
from newsbot.desk.dashboard.alert_view import AlertView, controls, view_of
from newsbot.desk.dashboard.line_chart import curve_of
from newsbot.desk.dashboard.live import Parts, stream
from newsbot.desk.dashboard.paths import ALERT, alert_of, alert_path
from newsbot.desk.dashboard.refusals import Refusal
from newsbot.desk.dashboard.visit import Route, Visit
from newsbot.desk.preview import audience_in_words
from newsbot.desk.retrying import retriable, retry
from newsbot.desk.roles import Right
from newsbot.desk.turn import deeds_in_words, last_deed, subject_of, subjects_of
from newsbot.desk.watching import Seen, look_at, look_closely
from newsbot.domain.alert import Alert

__all__ = ["ROUTES", "Line", "lines_of"]

SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Line:
    """An alert in a list."""

    alert: Alert
    view: AlertView
    subject: str
    audience: str


async def lines_of(visit: Visit, alerts: tuple[Alert, ...]) -> list[Line]:
    return [
        Line(
            alert,
            view_of(await look_at(visit.desk, alert), visit.desk.outlets, visit.translate),
            subject,
            audience_in_words(visit.desk, visit, alert.audience),
        )
        for alert, subject in zip(alerts, await subjects_of(visit.desk, alerts), strict=True)
    ]


async def _list(visit: Visit) -> web.Response:
    only, before = visit.request.query.get("only", ""), visit.asked_number("before")
    alerts = await visit.desk.alerts.recent(limit=SHOWN + 1, by_editors=only == "broadcasts", before=before)
    following = alerts[SHOWN - 1].id if len(alerts) > SHOWN else 0
    return await visit.page(
        "alerts.html", lines=await lines_of(visit, alerts[:SHOWN]), only=only, following=following, first=not before
    )


async def _show(visit: Visit) -> web.Response:
    alert = await alert_of(visit)
    seen = await look_closely(visit.desk, visit.dashboard.curves, alert)
    return await visit.page(
        "alert.html",
        alert=alert,
        view=view_of(seen, visit.desk.outlets, visit.translate),
        over=seen.over,
        subject=await subject_of(visit.desk, alert),
        touched=[(one, _how_it_stands(visit, one)) for one in await visit.desk.alerts.copies_touched(alert.id)],
        audience=audience_in_words(visit.desk, visit, alert.audience),
        parts=_parts(visit, seen),
        again=await retriable(visit.desk, alert),
        name_of=lambda one: name_of(one, visit.translate),
    )


async def _live(visit: Visit) -> web.StreamResponse:
    alert = await alert_of(visit)
    return await stream(visit, Right.WATCH, _followed(visit, alert.id))


async def _followed(visit: Visit, alert_id: int) -> AsyncGenerator[Parts, None]:
    could_press: object = None
    async for seen in visit.dashboard.watching.follow(alert_id):
        make = partial(_seen_by_all, visit, seen)
        shared = visit.dashboard.shared.of((alert_id, visit.language), seen, make)
        # Made anew only when something else can be pressed: whoever is about to press keeps their button.
        can_press = seen.alert.state, tuple(seen.alert.pauses)
        own = {} if can_press == could_press else _own(visit, seen)
        could_press = can_press
        yield {**shared, **own}


def _parts(visit: Visit, seen: Seen) -> dict[str, str]:
    """What of the page changes, by the element's id."""
    return {**_seen_by_all(visit, seen), **_own(visit, seen)}


def _own(visit: Visit, seen: Seen) -> dict[str, str]:
    """What only this session's page may show: forms that carry its token."""
    shown = controls(seen.alert, visit.translate) if visit.may(Right.BROADCAST) else ()
    return {"controls": visit.fragment("alert_controls.html", alert=seen.alert, controls=shown)}


def _seen_by_all(visit: Visit, seen: Seen) -> dict[str, str]:
    """What everybody sees who watches it in this language: nothing of this visit but language and clock is in it."""
    alert = seen.alert
    view = view_of(seen, visit.desk.outlets, visit.translate)
    return {
        "standing": visit.fragment("alert_standing.html", alert=alert, view=view),
        "figures": visit.fragment("alert_figures.html", alert=alert, view=view, over=seen.over),
        "outcomes": visit.fragment("alert_outcomes.html", alert=alert, view=view),
        "curve": visit.fragment("alert_curve.html", curve=curve_of(seen), half=_half(visit, seen)),
        "deeds": visit.fragment("alert_deeds.html", deeds=deeds_in_words(seen.deeds, visit)),
    }


def _how_it_stands(visit: Visit, alert: Alert) -> str:
    """'Correction of 1 – is done.'"""
    _ = visit.translate
    return _("{name} – {state}.", name=name_of(alert, _), state=state_of(alert, _))


def _half(visit: Visit, seen: Seen) -> str:
    """How long it took until half of those who got it had it; '' while that isn't known."""
    seconds = seconds_to(seen.alert, seen.points, 0.5)
    return visit.span(timedelta(seconds=seconds)) if seconds is not None else ""


def _turning(verb: Verb) -> Callable[[Visit], Awaitable[web.Response]]:
    async def turn(visit: Visit) -> web.Response:
        desk, alert_id, _ = visit.desk, visit.number("id"), visit.translate
        page = alert_path(alert_id)
        async with visit.once() as first:
            if not first:
                return await visit.back(page, _("That was done already."))
            turned = await turn_state(
                desk.alerts, desk.audit, verb, alert_id, by=visit.actor, now=visit.now, channel=visit.text("channel")
            )
        if turned is None:
            raise Refusal.missing()
        said = _how_it_stands(visit, turned.alert)
        if not turned.done:  # somebody else, or its end, was quicker
            said = f"{said} {await last_deed(desk, visit, turned.alert)}".strip()
        return await visit.back(page, said)

    return turn


async def _retry(visit: Visit) -> web.Response:
    alert, _ = await alert_of(visit), visit.translate
    async with visit.once() as first:
        if not first:
            return await visit.back(alert_path(alert.id), _("That was done already."))
        made = await retry(visit.desk, alert, by=visit.actor, channel=visit.text("channel"))
    if not made:
        return await visit.back(alert_path(alert.id), _("There is nothing to try again."))
    return await visit.back(alert_path(made[-1].id))


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", "/desk/alerts", Right.WATCH, _list),
    Route("GET", ALERT, Right.WATCH, _show),
    Route("GET", f"{ALERT}/live", Right.WATCH, _live),
    Route("POST", f"{ALERT}/pause", Right.BROADCAST, _turning(Verb.PAUSE)),
    Route("POST", f"{ALERT}/resume", Right.BROADCAST, _turning(Verb.RESUME)),
    Route("POST", f"{ALERT}/stop", Right.BROADCAST, _turning(Verb.STOP)),
    Route("POST", f"{ALERT}/retry", Right.BROADCAST, _retry),
)
