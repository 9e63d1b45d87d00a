"""Taking an alert back: what can be deleted and what can't, and doing it, from wherever it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsbot.delivery.ledger import COPIES_KEPT
from newsbot.desk.audit import Act, Actor, Entry, alert_subject, was_done
from newsbot.desk.follow_ups import copies_of
from newsbot.desk.outlets import channel_name
from newsbot.desk.refusals import untouchable
from newsbot.desk.touched import leaves_copies, recall_of
from newsbot.desk.turn import Desk, Speaking, totals_of
from newsbot.domain.alert import STOPPED_RECALLED, Alert, AlertKind, AlertState, NewAlert
from newsbot.i18n import Translator

__all__ = ["Recall", "recall_copies", "recall_made", "what_is_recalled"]

OPEN = (AlertState.PLANNED, AlertState.RUNNING, AlertState.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What a recall would do. `copies`: that can be deleted; `stuck`: by channel, those that can't; `held`: readers for
    whom it still waits, who are spared it.
    """

    copies: int
    stuck: Mapping[str, int]
    held: int
    goes_on: bool  #: the alert is still going out, and stops for good

    @property
    def does_anything(self) -> bool:
        return bool(self.copies or self.held or self.goes_on or not self.stuck)

    def notes(self, translate: Translator) -> tuple[str, ...]:
        """A line for each thing that the number of copies doesn't say."""
        _ = translate
        lines = []
        for name, count in self.stuck.items():
            channel = channel_name(name, _)
            lines.append(
                _.plural(
                    "{n} copy on {channel} can't be deleted.",
                    "{n} copies on {channel} can't be deleted.",
                    count,
                    channel=channel,
                )
            )
        if self.held:
            lines.append(
                _.plural(
                    "{n} reader for whom it waits no longer gets it.",
                    "{n} readers for whom it waits no longer get it.",
                    self.held,
                )
            )
        return tuple(lines)

    def question(self, translate: Translator) -> tuple[str, str]:
        """What is asked, and what the button says that does it."""
        _ = translate
        if self.copies or not self.notes(_):
            return (
                _.plural("Delete {n} copy from readers' chats?", "Delete {n} copies from readers' chats?", self.copies),
                _.plural("Yes, delete {n} copy", "Yes, delete {n} copies", self.copies),
            )
        return _("Take it back?"), _("Yes, take it back")


async def recall_made(desk: Desk, alert: Alert) -> Alert | None:
    """The recall that is under way or done; None where there is none, or where it left copies and may be repeated."""
    made = await recall_of(desk, alert)
    return made if made is not None and not leaves_copies(made) else None


async def what_is_recalled(desk: Desk, alert: Alert) -> Recall:
    found = await copies_of(desk, alert)
    stuck = {name: count for name, count in found.items() if count and not desk.outlets[name].edits}
    before = await recall_of(desk, alert)
    if before is not None:  # again, for those of which it is not known that they are gone
        copies = (await totals_of(desk, before)).unknown
    elif stuck:
        copies = sum(count for name, count in found.items() if desk.outlets[name].edits)
    else:
        copies = (await totals_of(desk, alert)).sent
    held = 0 if before is not None else (await totals_of(desk, alert)).held
    return Recall(copies=copies, stuck=stuck, held=held, goes_on=not alert.state.final)


async def recall_copies(desk: Desk, speak: Speaking, alert: Alert, *, by: Actor) -> Alert | str:
    """Twice is once: the recall, new or made before. What goes out is stopped first: no copy may come after the recall
    has counted them. Or why it can't be recalled, in words.
    """
    # One that was stopped half way, or lost answers, may be made again. Counted before we ask whether there is one:
    # whoever comes at the same time has counted as many, and makes the same.
    before = sum(one.kind is AlertKind.RECALL for one in await desk.alerts.copies_touched(alert.id))
    if made := await recall_made(desk, alert):
        return made
    if said := await untouchable(desk, speak, alert, to_recall=True):
        return said
    async with desk.audit.together():
        await desk.alerts.turn(alert.id, AlertState.STOPPED, of=OPEN, now=speak.now, reason=STOPPED_RECALLED)
        recall = await desk.alerts.create(
            NewAlert(
                origin=f"recall:{alert.id}:{before}" if before else f"recall:{alert.id}",
                kind=AlertKind.RECALL,
                cls=alert.cls,
                story=alert.story,
                expires_at=speak.now + COPIES_KEPT,
                audience=alert.audience,
                of=alert.id,
                silent=True,
                by=by.address,
            ),
            now=speak.now,
        )
        if await was_done(desk.audit, Act.RECALLED, alert_subject(recall.id)):
            return recall
        state, after = {"state": alert.state.value}, {"recall": recall.id}
        for one in (alert, recall):
            await desk.audit.write(
                Entry(by, Act.RECALLED, alert_subject(one.id), at=speak.now, before=state, after=after)
            )
    return recall
