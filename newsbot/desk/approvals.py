"""Approval by a second person: a draft that somebody wants sent waits until somebody else lets it.

An approval is bound to what was asked for: the draft's revision and a fingerprint of what readers would get and of whom
it is for. Whatever changes, the draft or the article that it shows, needs a new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from newsbot.desk.audit import Actor
from newsbot.domain.alert import AlertClass
from newsbot.domain.subscriber import Address

__all__ = ["LIFE", "Approval", "ApprovalState", "ApprovalStore", "Policy", "fingerprint"]

LIFE: Final = timedelta(minutes=60)  #: breaking news that nobody let go for an hour is asked for anew


class Policy(StrEnum):
    """What a second person must approve (`NEWSBOT_DESK__APPROVAL`)."""

    NONE = "none"
    BREAKING = "breaking"
    ALL = "all"

    def asks_for(self, cls: AlertClass) -> bool:
        """Whether an alert of this class waits for a second person."""
        return self is Policy.ALL or (self is Policy.BREAKING and cls is AlertClass.BREAKING)


class ApprovalState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"  #: nobody decided in time
    REPLACED = "replaced"  #: it was asked for anew, with changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    id: int
    draft_id: int
    revision: int  #: of the draft, as it was asked for
    digest: str  #: `fingerprint` of what was asked for
    asked_by: Actor
    asked_at: datetime
    expires_at: datetime
    state: ApprovalState = ApprovalState.WAITING
    decided_by: Address | None = None
    decided_name: str = ""
    decided_at: datetime | None = None

    def waits(self, now: datetime) -> bool:
        return self.state is ApprovalState.WAITING and now < self.expires_at


class ApprovalStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_approval_store.py`) runs against every implementation.
    """

    async def ask(
        self, draft_id: int, revision: int, digest: str, *, by: Actor, now: datetime
    ) -> tuple[Approval, bool]:
        """The one that waits for this very revision and digest, and whether it is new. Of a draft one waits at most:
        what was asked for before is replaced.
        """
        ...

    async def get(self, approval_id: int) -> Approval | None: ...

    async def of_draft(self, draft_id: int) -> Approval | None:
        """The newest."""
        ...

    async def waiting(self, *, now: datetime) -> tuple[Approval, ...]:
        """Those that wait and have not expired, oldest first."""
        ...

    async def decide(self, approval_id: int, state: ApprovalState, *, by: Actor, now: datetime) -> Approval | None:
        """Of all who decide at once, one does. None if it does not wait any more, or has expired."""
        ...

    async def overdue(self, *, now: datetime) -> bool:
        """Whether there is anything to `expire`."""
        ...

    async def expire(self, *, now: datetime) -> tuple[Approval, ...]:
        """Close those that nobody decided in time, and say which."""
        ...

    async def retain(self, *, keep_since: datetime, but_of: Collection[int]) -> int:
        """Delete those asked for before, but for those of the drafts `but_of`; says how many."""
        ...


def fingerprint(content: Mapping[str, Any]) -> str:
    """Of what readers would get and of whom it is for, JSON-able. Pure; the same for the same content."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(
        plain.encode("utf-8", "surrogatepass"), digest_size=16, person=b"newsbot approve"
    ).hexdigest()
