"""What happened to our accounts on the channels, that editors must be told: kept, so that a restart forgets none.

A channel *halts* when the platform refuses our account itself (its token, its settings, the Page as a whole): nobody is
sent anything there until that is mended, no alert pauses, no reader is marked. The last of HALTED and MENDED says how a
channel stands. The other events are what a platform says of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Event(StrEnum):
    HALTED = "halted"  #: the account is refused; `Notice.reason` is a `domain.attempt.Reason`
    MENDED = "mended"  #: and no longer
    #: the platform's own word, `Notice.reason` is what it gave; `RESUME` is an operator's
    WARNING = "warning"
    BLOCK = "block"
    UNBLOCK = "unblock"
    RESUME = "resume"
    #: the platform had stopped sending us events; `Notice.reason` is empty, or names those that were missing
    RESUBSCRIBED = "resubscribed"
    UNSUBSCRIBED = "unsubscribed"  #: and refuses to begin again, for this reason


@dataclass(frozen=True, slots=True)
class Notice:
    id: int
    channel: str
    event: Event
    reason: str
    at: datetime


class NoticeStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_notice_store.py`) runs against every implementation.
    """

    async def halted(self, channel: str, reason: str, *, now: datetime) -> bool:
        """False if it had halted already."""
        ...

    async def mended(self, channel: str, *, now: datetime) -> bool:
        """False if it had not halted, or was mended already."""
        ...

    async def standing(self, channel: str) -> Notice | None:
        """The halt that stands there."""
        ...

    async def note(self, channel: str, event: Event, reason: str, *, origin: str, now: datetime) -> bool:
        """Another event. `origin` is what it came of; False if that was noted before."""
        ...

    async def since(self, moment: datetime) -> tuple[Notice, ...]:
        """Oldest first."""
        ...

    async def retain(self, *, keep_since: datetime) -> int:
        """Delete those from before, but for halts that stand."""
        ...
