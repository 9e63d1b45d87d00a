"""What the desk keeps of a broadcast before it is an alert: an editor's draft, in SQL, so that no restart loses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from newsbot.domain.alert import AlertClass, AlertText, Audience
from newsbot.domain.subscriber import Address


class DraftState(StrEnum):
    WRITING = "writing"  #: waits for what the editor writes next
    READY = "ready"  #: has its message; audience and class may still change
    SENT = "sent"  #: it was confirmed as it is, and changes no more
    DROPPED = "dropped"

    @property
    def open(self) -> bool:
        return self in (DraftState.WRITING, DraftState.READY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    id: int
    editor: Address
    state: DraftState = DraftState.WRITING
    #: grows with every change: a button that was made for an earlier one confirms nothing
    revision: int = 1
    #: the event that brought the message (or `album:…`), to know it when it is delivered again
    event: str = ""
    text: AlertText | None = None
    article_id: int = 0  #: whose card is sent; 0: `text` is
    audience: Audience = field(default_factory=Audience)
    cls: AlertClass = AlertClass.TOPIC
    silent: bool = False
    corrects: int = 0  #: the alert whose copies are to be changed into this
    changed_at: datetime

    @property
    def origin(self) -> str:
        """Of the one alert that it becomes (`NewAlert.origin`)."""
        return f"correction:{self.corrects}:{self.id}" if self.corrects else f"broadcast:{self.id}"


class DraftStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_draft_store.py`) runs against every implementation.
    """

    async def begin(self, editor: Address, *, event: str, corrects: int = 0, now: datetime) -> Draft:
        """A new draft that waits for its message. No other of this editor's waits any longer: what has a message is
        ready again, what has none is dropped. The same event begins one draft.
        """
        ...

    async def get(self, draft_id: int) -> Draft | None: ...

    async def change(self, draft: Draft, *, now: datetime) -> Draft | None:
        """Keep it as the next revision. None if it is not open, or not at `draft.revision`, any more."""
        ...

    async def latest(self, editor: Address) -> Draft | None:
        """The one that this editor changed last, whatever its state."""
        ...

    async def waiting(self, editor: Address, *, since: datetime) -> Draft | None:
        """The one that waits for what this editor writes next, if it has begun to since then."""
        ...

    async def retain(self, *, keep_since: datetime) -> int:
        """Delete drafts changed before; says how many."""
        ...
