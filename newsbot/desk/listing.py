"""/broadcasts: the last ten, and what can be done about each."""

from __future__ import annotations

from typing import Final

from newsbot.conversation.turn import Replies, Turn, rows, text
from newsbot.desk.actions import Verb, press_button
from newsbot.desk.figures import brief
from newsbot.desk.turn import Desk, subject_of, totals_of
from newsbot.domain.alert import Alert, AlertClass
from newsbot.domain.message import Span
from newsbot.text.dates import relative_time

__all__ = ["list_broadcasts"]

SHOWN: Final = 10
LOOKED_AT: Final = 100  #: of the newest alerts, for breaking ones that no editor made
IN_A_ROW: Final = 5


async def list_broadcasts(desk: Desk, turn: Turn) -> Replies:
    _ = turn.translate
    alerts = await _recent(desk)
    if not alerts:
        return (text(_("Nothing has been broadcast yet. /broadcast begins.")),)
    lines: list[Span] = [Span(_("The latest broadcasts:"), "bold")]
    buttons = []
    for number, alert in enumerate(alerts, start=1):
        shown = turn.translate.number(number)
        when = relative_time(alert.created_at, turn.now, turn.language, turn.zone)
        line = brief(alert, await totals_of(desk, alert), turn.translate)
        lines.append(Span(f"\n\n{shown}. {line} · {when}"))
        if subject := await subject_of(desk, alert):
            lines.append(Span(f"\n{subject}", "italic"))
        buttons.append(press_button(shown, Verb.SHOW, alert.id))
    how = _("Press a number for details, to pause, stop, correct or recall.")
    return (text(tuple(lines), how, buttons=rows(*buttons, columns=IN_A_ROW)),)


async def _recent(desk: Desk) -> list[Alert]:
    """What editors made, and breaking news whoever brought it; newest first."""
    by_editors = await desk.alerts.recent(limit=SHOWN, by_editors=True)
    breaking = [one for one in await desk.alerts.recent(limit=LOOKED_AT) if one.cls is AlertClass.BREAKING]
    found = {alert.id: alert for alert in (*by_editors, *breaking)}
    return [found[alert_id] for alert_id in sorted(found, reverse=True)[:SHOWN]]
