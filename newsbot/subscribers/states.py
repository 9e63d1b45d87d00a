"""What the journal knows of a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsbot.domain.subscriber import Address, Preferences, Subscriber


@dataclass(frozen=True, slots=True)
class Forgotten:
    """All that is left of a reader who asked to be forgotten."""

    channel: str
    number: int
    version: int


@dataclass(frozen=True, slots=True)
class Imported:
    """A reader as an export has them."""

    address: Address
    since: datetime
    preferences: Preferences


State = Subscriber | Forgotten
