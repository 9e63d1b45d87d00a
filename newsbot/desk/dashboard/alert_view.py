"""An alert as its page shows it: figures, outcomes by channel, what can be pressed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from newsbot.desk.actions import Verb
from newsbot.desk.alert_words import name_of, state_of, why_it_paused
from newsbot.desk.figures import OUTCOMES, controls_of
from newsbot.desk.outlets import Outlet, channel_name, channel_names
from newsbot.desk.turn import estimate
from newsbot.desk.watching import Seen
from newsbot.domain.alert import Alert, AlertClass, AlertState, Outcome, Totals
from newsbot.i18n import N_, Translator

__all__ = ["AlertView", "Control", "Pace", "controls", "view_of"]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a channel goes, beside how fast it may."""

    channel: str
    now: int
    most: int
    why: str = ""  #: it stands still


@dataclass(frozen=True, slots=True)
class Control:
    """A button that asks first. `channel`: on which alone; '': everywhere."""

    verb: Verb
    label: str
    ask: str
    yes: str
    channel: str = ""
    grave: bool = False


@dataclass(frozen=True, slots=True)
class AlertView:
    name: str
    state: str
    tone: str  #: of the state: good, warn, bad-state or ''
    breaking: bool
    totals: Totals
    left: int
    time_left: str
    paces: Sequence[Pace]
    halted: str
    why_paused: str
    channels: Sequence[str]  #: as people call them
    rows: Sequence[tuple[str, Sequence[int]]]  #: outcome in words, then how many on each channel, and in all
    open_rows: Sequence[tuple[str, Sequence[int]]]  #: the same for who has none yet


def view_of(seen: Seen, outlets: Mapping[str, Outlet], translate: Translator) -> AlertView:
    _ = translate
    alert = seen.alert
    by_channel = seen.by_channel(outlets)
    each = [*by_channel.values(), seen.totals] if len(by_channel) > 1 else [seen.totals]
    names = [*(channel_name(name, _) for name in by_channel), _("All")] if len(by_channel) > 1 else [_("How many")]
    known = [(Outcome.SENT, _sent_words(alert)), *OUTCOMES.items()]
    rows = [
        (_(words), tuple(own.outcomes.get(outcome, 0) for own in each))
        for outcome, words in known
        if seen.totals.outcomes.get(outcome)
    ]
    still = [
        (_("being sent now"), tuple(own.in_flight for own in each)),
        (_("tried again later"), tuple(own.waiting for own in each)),
        (_("their turn is still to come"), tuple(own.untouched for own in each)),
    ]
    going = alert.state is AlertState.RUNNING
    return AlertView(
        name=name_of(alert, _),
        state=state_of(alert, _),
        tone=_tone(alert),
        breaking=alert.cls is AlertClass.BREAKING and not alert.kind.touches_copies,
        totals=seen.totals,
        left=seen.left,
        time_left=estimate(seen.seconds_left, _) if going and seen.left and seen.seconds_left else "",
        paces=_paces(seen, outlets, by_channel, _) if going else (),
        halted=channel_names(sorted(seen.halted), _),
        why_paused=why_it_paused(alert, _),
        channels=names,
        rows=rows,
        open_rows=[row for row in still if row[1][-1]],
    )


def _sent_words(alert: Alert) -> str:
    if alert.kind.edits:
        return N_("copies changed")
    return N_("copies deleted") if alert.kind.touches_copies else N_("got it")


def _tone(alert: Alert) -> str:
    match alert.state:
        case AlertState.RUNNING if alert.pauses:
            return "bad-state"
        case AlertState.RUNNING | AlertState.PLANNED:
            return "good"
        case AlertState.PAUSED:
            return "warn"
        case AlertState.STOPPED:
            return "bad-state"
        case AlertState.DONE:
            return ""


def _paces(
    seen: Seen, outlets: Mapping[str, Outlet], by_channel: Mapping[str, Totals], translate: Translator
) -> tuple[Pace, ...]:
    _ = translate
    paces = []
    for name, own in by_channel.items():
        if own.left and name in outlets:
            paused = name in seen.alert.pauses
            why = _("halted") if name in seen.halted else _("has paused itself") if paused else ""
            rate = round(seen.rates.get(name, 0.0))
            paces.append(Pace(channel_name(name, _), rate, round(outlets[name].rate), why))
    return tuple(paces)


#: what is asked before it is done, and what the button says that does it
_ASKED: Final[dict[Verb, tuple[str, str, str]]] = {
    Verb.PAUSE: (N_("Pause"), N_("Pause it? Nobody more gets it until you let it go on."), N_("Yes, pause it")),
    Verb.RESUME: (N_("Go on"), N_("Let it go on to those who are still to come?"), N_("Yes, go on")),
    Verb.STOP: (
        N_("Stop"),
        N_("Stop it for good? Who has it keeps it; nobody more gets it."),
        N_("Yes, stop it"),
    ),
}


def controls(alert: Alert, translate: Translator) -> tuple[Control, ...]:
    """What can be done to it now, each with its question."""
    _ = translate
    found = []
    for verb in controls_of(alert):
        label, ask, yes = map(_, _ASKED[verb])
        several = alert.state is AlertState.RUNNING and verb is Verb.RESUME
        if not several:
            found.append(Control(verb, label, ask, yes, grave=verb is Verb.STOP))
            continue
        for channel in alert.pauses:
            where = _("Go on: {channel}", channel=channel_name(channel, _))
            found.append(Control(verb, where, ask, yes, channel=channel))
    return tuple(found)
