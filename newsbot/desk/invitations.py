"""Invitations to the desk: a link that offers a role to whoever opens it first."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from newsbot.desk.roles import Role
from newsbot.domain.subscriber import Address

__all__ = ["LIFE", "PAYLOAD", "Invitation", "InvitationStore", "mark_of", "new_code"]

LIFE: Final = timedelta(hours=24)
PAYLOAD: Final = "role_"  #: and the code: what the link brings to the chat
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"  #: what a button can carry, without what is mistaken for others
LENGTH: Final = 20  #: 100 bits: nobody meets one by chance, however often they try


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`id`: by which it is listed and withdrawn. Its code is kept as a fingerprint only."""

    id: int
    role: Role
    by: Address
    made_at: datetime
    expires_at: datetime


class InvitationStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    One contract suite (`tests/contracts/test_invitation_store.py`) runs against every implementation.
    """

    async def make(self, code: str, role: Role, by: Address, *, now: datetime) -> Invitation:
        """It holds for LIFE and for one."""
        ...

    async def look(self, code: str, *, now: datetime) -> Invitation | None:
        """What the code offers; None where nobody made it, or it no longer holds."""
        ...

    async def take(self, code: str, *, now: datetime) -> Invitation | None:
        """Use it up: of all who come with the same code, one gets it."""
        ...

    async def open(self, *, now: datetime) -> tuple[Invitation, ...]:
        """Those that still hold, oldest first."""
        ...

    async def withdraw(self, invitation_id: int, *, now: datetime) -> Invitation | None:
        """It holds no longer. None if it did not any more."""
        ...


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def mark_of(code: str) -> str:
    """The fingerprint under which a code is kept."""
    return hashlib.blake2b(code.encode(), digest_size=16, person=b"newsbot invite").hexdigest()
