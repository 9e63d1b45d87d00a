"""What the desk keeps of a broadcast before it is an alert: an editor's draft, in SQL, so that no restart loses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from newsbot.desk.audit import Actor
from newsbot.domain.alert import AlertClass, AlertText, Audience
from newsbot.domain.subscriber import Address

AWAITS_TIME: Final = "time"  #: a draft's `event` while it has its message and waits for the time of sending


class DraftState(StrEnum):
    WRITING = "writing"  #: waits for what the editor writes next: its message, or the time of sending
    READY = "ready"  #: has its message; audience and class may still change
    SCHEDULED = "scheduled"  #: was confirmed for `send_at`, and goes out then unless it is called off
    DUE = "due"  #: its time has come: it is becoming its alert, and can't be called off any more
    SENT = "sent"  #: it was confirmed as it is, and changes no more
    MISSED = "missed"  #: everything was down at its time, and for so long after that it was not sent any more
    DROPPED = "dropped"

    @property
    def open(self) -> bool:
        """Whether what it says can still be changed as it stands."""
        return self in (DraftState.WRITING, DraftState.READY)

    @property
    def final(self) -> bool:
        return self in (DraftState.SENT, DraftState.MISSED, DraftState.DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    id: int
    editor: Address
    state: DraftState = DraftState.WRITING
    #: grows with every change: a button that was made for an earlier one confirms nothing
    revision: int = 1
    #: the event that brought what was written last (or `album:…`), to know it when it is delivered again
    event: str = ""
    text: AlertText | None = None
    article_id: int = 0  #: whose card is sent; 0: `text` is
    audience: Audience = field(default_factory=Audience)
    cls: AlertClass = AlertClass.TOPIC
    silent: bool = False
    corrects: int = 0  #: the alert whose copies are to be changed into this
    send_at: datetime | None = None  #: None: as soon as it is confirmed
    changed_at: datetime
    changed_by: Address | None = None  #: who made it what it is now; None: its editor
    confirmed_by: Actor | None = None  #: who said that it goes out, and from where

    @property
    def awaits_time(self) -> bool:
        return self.state is DraftState.WRITING and self.event == AWAITS_TIME

    @property
    def origin(self) -> str:
        """Of the one alert that it becomes (`NewAlert.origin`)."""
        return f"correction:{self.corrects}:{self.id}" if self.corrects else f"broadcast:{self.id}"


def draft_of(origin: str) -> int:
    """The draft that an alert of this origin was; 0: none."""
    kind, number = origin.partition(":")[0], origin.rpartition(":")[2]
    return int(number) if kind in ("broadcast", "correction") and number.isdecimal() else 0


class DraftStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_draft_store.py`) runs against every implementation.
    """

    async def begin(
        self, editor: Address, *, event: str, corrects: int = 0, waits: bool = True, now: datetime
    ) -> Draft:
        """A new draft that waits for its message in the editor's chat. No other of theirs waits any longer: what has a
        message is ready again, what has none is dropped. The same event begins one draft.

        Not `waits`: it is written elsewhere. It is ready, and those that wait go on waiting.
        """
        ...

    async def get(self, draft_id: int) -> Draft | None: ...

    async def change(self, draft: Draft, *, now: datetime) -> Draft | None:
        """Keep it as the next revision. None if it is final, or not at `draft.revision`, any more."""
        ...

    async def listed(self, *, limit: int) -> tuple[Draft, ...]:
        """Everybody's that have a message, last changed first; what was dropped is left out."""
        ...

    async def due(self, *, now: datetime) -> tuple[Draft, ...]:
        """Those that are scheduled for now or before, and those that are `DUE` already; the earliest first."""
        ...

    async def scheduled(self) -> tuple[Draft, ...]:
        """All that were confirmed for a time and are still to go out, the earliest first."""
        ...

    async def latest(self, editor: Address) -> Draft | None:
        """The one that this editor changed last, whatever its state."""
        ...

    async def waiting(self, editor: Address, *, since: datetime) -> Draft | None:
        """The one that waits for what this editor writes next, if it has begun to since then."""
        ...

    async def retain(self, *, keep_since: datetime) -> int:
        """Delete drafts changed before, but for those that are still to go out; says how many."""
        ...
