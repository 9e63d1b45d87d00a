"""A draft's last page: what it will do, once more with all that is known of it, and the button that works once."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from newsbot.desk.approving import needs_approval
from newsbot.desk.dashboard.approval_pages import waits
from newsbot.desk.dashboard.draft_view import look_values
from newsbot.desk.dashboard.paths import DRAFT, alert_path, draft_of, draft_path
from newsbot.desk.dashboard.visit import Route, Visit, whole_number
from newsbot.desk.drafts import Draft
from newsbot.desk.drill import drill
from newsbot.desk.handing_over import call_off, hand_over
from newsbot.desk.outlets import channel_name
from newsbot.desk.preview import time_set_in_words
from newsbot.desk.roles import Right
from newsbot.desk.turn import estimate

__all__ = ["ROUTES"]


async def _ask(visit: Visit) -> web.Response:
    draft = await draft_of(visit)
    if not draft.state.open:
        return await visit.back(draft_path(draft.id))
    values = await look_values(visit, draft, links=True)
    second = needs_approval(visit.desk, draft, values["parent"])
    return await visit.page("send.html", **values, time_set=time_set_in_words(visit.desk, draft, visit), second=second)


async def _send(visit: Visit) -> web.Response:
    """Works once however often it is pressed: it is bound to the draft's revision, and the alert to the draft."""
    _ = visit.translate
    draft = await draft_of(visit)
    if draft.corrects and not visit.may(Right.CORRECT):
        return await visit.back(draft_path(draft.id), _("Your role may not correct what was sent."))
    done = await hand_over(visit.desk, visit, draft, revision=whole_number(visit.text("revision")) or 0, by=visit.actor)
    if done.refused:
        return await visit.back(draft_path(draft.id), done.refused)
    if done.waits is not None:
        return await waits(visit, done.waits)
    if done.alert is not None:
        said = _("It goes out.") if done.first else _("This was confirmed already; it is sent once.")
        return await visit.back(alert_path(done.alert.id), said)
    if done.scheduled:
        return await visit.back(draft_path(draft.id), time_set_in_words(visit.desk, done.draft, visit))
    return await visit.back(draft_path(draft.id), _not_sent(visit, done.draft))


def _not_sent(visit: Visit, draft: Draft) -> str:
    _ = visit.translate
    if draft.state.open:
        return _("Somebody else has changed it: this is how it is now.")
    return _("This draft can't be changed any more.")


async def _drill_it(visit: Visit) -> web.Response:
    _ = visit.translate
    draft = await draft_of(visit)
    done = await drill(visit.desk, visit, draft, by=visit.address)
    channels = [(channel_name(name, _), one, estimate(one.seconds, _)) for name, one in done.channels.items()]
    return await visit.page("drill.html", path=draft_path(draft.id), draft=draft, done=done, channels=channels)


async def _call_off(visit: Visit) -> web.Response:
    _ = visit.translate
    draft = await draft_of(visit)
    ready = await call_off(visit.desk, draft, by=visit.actor, now=visit.now)
    said = _("It was called off, and can be changed again.") if ready else _("It was too late to call it off.")
    return await visit.back(draft_path(draft.id), said)


ROUTES: Final = (
    Route("GET", f"{DRAFT}/send", Right.BROADCAST, _ask),
    Route("POST", f"{DRAFT}/send", Right.BROADCAST, _send),
    Route("POST", f"{DRAFT}/drill", Right.DRAFT, _drill_it),
    Route("POST", f"{DRAFT}/call-off", Right.BROADCAST, _call_off),
)
