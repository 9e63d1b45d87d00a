"""Who did what on the desk, when and from where: a log that only grows.

An entry is written in the transaction of what it tells (`AuditLog.together`), so that neither is there without the
other; nobody can change or delete one, the database itself refuses. It is kept for ever, unless
`NEWSBOT_DESK__AUDIT_DAYS` says how long.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from newsbot.domain.subscriber import Address

__all__ = [
    "LEAST_KEPT_DAYS",
    "NEWSBOT",
    "Act",
    "Actor",
    "AuditLog",
    "Entry",
    "Filter",
    "Place",
    "alert_subject",
    "draft_subject",
    "was_done",
]

#: an entry can't be deleted before, whatever the settings say: the database refuses it
LEAST_KEPT_DAYS: Final = 90


class Place(StrEnum):
    """From where it was done."""

    CHAT = "chat"
    DESK = "desk"  #: the web page
    TERMINAL = "terminal"


class Act(StrEnum):
    """What was done, as `kind.verb`. Stored: none changes its meaning."""

    # to an alert
    SENT = "alert.sent"
    PAUSED = "alert.paused"
    RESUMED = "alert.resumed"
    STOPPED = "alert.stopped"
    CORRECTED = "alert.corrected"
    RECALLED = "alert.recalled"
    LEFT = "alert.left"  #: the copies of a withdrawn article stay
    RETRIED = "alert.retried"
    # to a draft
    DRAFT_SAVED = "draft.saved"
    DRAFT_DROPPED = "draft.dropped"
    SCHEDULED = "draft.scheduled"  #: confirmed for a time
    CALLED_OFF = "draft.called_off"
    MISSED = "draft.missed"  #: its time came while everything was down, or it couldn't be sent any more
    APPROVAL_ASKED = "approval.asked"
    APPROVED = "approval.approved"
    REFUSED = "approval.refused"
    APPROVAL_EXPIRED = "approval.expired"
    # to an article
    ARTICLE_CHANGED = "article.changed"  #: its topics, or whether it is breaking news
    ARTICLE_HELD = "article.held"
    ARTICLE_RELEASED = "article.released"
    ARTICLE_ALERTED = "article.alerted"  #: an editor had readers alerted of it
    # to a person
    ROLE_GIVEN = "role.given"
    ROLE_TAKEN = "role.taken"
    INVITED = "role.offered"  #: by a link, to who opens it first
    UNINVITED = "role.offer_withdrawn"
    INVITATION_ACCEPTED = "role.accepted"
    # on the web desk
    SIGNED_IN = "desk.signed_in"
    SIGNED_OUT = "desk.signed_out"
    # to the log
    AUDIT_TRIMMED = "audit.trimmed"  #: entries older than the settings keep were deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something, and from where. In the terminal the address is `console:<user of the machine>`."""

    address: Address
    name: str = ""  #: as their app, or the machine, gives it
    place: Place


#: who did what nobody did
NEWSBOT: Final = Actor(address=Address("console", "newsbot"), name="newsbot", place=Place.TERMINAL)


@dataclass(frozen=True, slots=True)
class Entry:
    """`subject`: what it was done to, like `alert:12`, `draft:3`, `person:telegram:1001`; '' for nothing in particular.
    `before`, `after`: JSON-able; {} where there is nothing to say.
    """

    actor: Actor
    act: str  #: an `Act`; of a newer program perhaps one that this one doesn't know
    subject: str = ""
    _: KW_ONLY
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    at: datetime
    id: int = 0  #: given by the log, growing; 0 until it is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is asked of the log; '' and None: whatever."""

    address: Address | None = None
    act: str = ""  #: one act, or the part before its dot
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None  #: exclusive
    before: int = 0  #: only entries with a smaller id: the next page; 0: from the newest


class AuditLog(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_audit_log.py`) runs against every implementation.
    """

    def together(self) -> AbstractAsyncContextManager[None]:
        """What is written within, in whatever store of the same database, is committed at its end or not at all: an act
        and its entry. To be short, and free of what waits for others.
        """
        ...

    async def write(self, entry: Entry) -> None: ...

    async def of(self, subject: str) -> tuple[Entry, ...]:
        """Everything done to it, oldest first."""
        ...

    async def entries(self, wanted: Filter, *, limit: int) -> tuple[Entry, ...]:
        """Newest first."""
        ...

    async def trim(self, *, keep_since: datetime, now: datetime) -> int:
        """Delete what is older, and write that down; says how many. What is younger than LEAST_KEPT_DAYS stays."""
        ...


def alert_subject(alert_id: int) -> str:
    return f"alert:{alert_id}"


def draft_subject(draft_id: int) -> str:
    return f"draft:{draft_id}"


async def was_done(audit: AuditLog, act: Act, subject: str) -> bool:
    """Whether the log says so. Of several who do the same at once one writes it, if they ask after the write at which
    they wait for each other, and within `together`.
    """
    return any(entry.act == act for entry in await audit.of(subject))
