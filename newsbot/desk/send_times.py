"""When a broadcast is to go out: what a person typed, judged, and said back by the newsroom's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from newsbot.desk.turn import Desk, Speaking
from newsbot.text.dates import format_datetime
from newsbot.text.typed_times import typed_time

__all__ = ["moment_in_words", "send_time"]

FURTHEST: Final = timedelta(days=60)  #: how far ahead a draft may be scheduled


def send_time(typed: str, speak: Speaking, zone: ZoneInfo) -> datetime | str:
    """The moment that was meant by the newsroom's clock (`zone`), in UTC; or what is wrong, in words."""
    _ = speak.translate
    at = typed_time(typed, zone=zone, now=speak.now)
    if at is None:
        return _("This is no time. Write one like 20:30, tomorrow 7 am, or 2026-12-01 18:30.")
    if at <= speak.now:
        return _("This time is over: choose one that is still to come.")
    if at - speak.now > FURTHEST:
        return _("This is too far ahead: at most {n} days.", n=FURTHEST.days)
    return at


def moment_in_words(desk: Desk, speak: Speaking, moment: datetime) -> str:
    """'18 November, 5:45 PM' by the newsroom's clock; who goes by another is told so."""
    zone = desk.house.zone
    when = format_datetime(moment, speak.language, zone, speak.now)
    if moment.astimezone(zone).utcoffset() == moment.astimezone(speak.zone).utcoffset():
        return when
    return speak.translate("{when} by the newsroom's clock", when=when)
