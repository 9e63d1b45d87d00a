"""What editors are kept informed of, in messages that outlive a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from newsbot.domain.subscriber import Address


class BulletinKind(StrEnum):
    PROGRESS = "progress"  #: is edited while its alert goes out
    REPORT = "report"  #: what became of everyone, when it has ended
    PAUSED = "paused"  #: the alert paused itself: why, and what to do
    WITHDRAWN = "withdrawn"  #: its article was withdrawn: recall the copies?
    MISSED = "missed"  #: what was scheduled did not go out; `alert_id` is the draft's id
    APPROVAL = "approval"  #: a draft waits for a second person; `alert_id` is the approval's id
    NOTICE = "notice"  #: what happened to our account on a channel; `alert_id` is the notice's id, below zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One message to one editor about one alert."""

    alert_id: int
    editor: Address
    kind: BulletinKind
    message_id: str = ""  #: '' until it was sent
    shown: str = ""  #: a fingerprint of what it says now
    touched_at: datetime  #: when somebody last set about writing it
    closed: bool = False  #: it says its last word


def claimed_at(bulletin: Bulletin, now: datetime) -> datetime:
    """When it is touched, if now: later than before in any case, so that who knows it as it was comes too late."""
    return max(now, bulletin.touched_at + timedelta(microseconds=1))


class BulletinStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_bulletin_store.py`) runs against every implementation.
    """

    async def open(
        self, alert_id: int, editor: Address, kind: BulletinKind, *, now: datetime, message_id: str = ""
    ) -> bool:
        """One of a kind for alert and editor: False if there is one, closed or not.

        With `message_id` it stands in that message from now on, and is open again.
        """
        ...

    async def standing(self) -> tuple[Bulletin, ...]:
        """All that are not closed, oldest alert first."""
        ...

    async def of_alert(self, alert_id: int, kind: BulletinKind) -> tuple[Bulletin, ...]: ...

    async def claim(self, bulletin: Bulletin, *, now: datetime) -> bool:
        """Set about writing it: of all who try at once, one may. False too if it has changed or closed meanwhile."""
        ...

    async def written(self, bulletin: Bulletin, *, message_id: str, shown: str, closed: bool = False) -> None:
        """Keep what it says now, unless it has moved to another message meanwhile."""
        ...

    async def close(self, bulletin: Bulletin) -> None: ...

    async def forget(self, alert_id: int, kind: BulletinKind, *, before: datetime) -> None:
        """There may be a new one of this kind, unless it is there: what was touched since stays."""
        ...

    async def retain(self, *, keep_since: datetime) -> int:
        """Delete bulletins that were touched before; says how many."""
        ...
