"""A reader known by address, and what is kept of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

SEGMENT_SIZE = 65_536  #: subscribers in a segment: one bitmap of 8 KB

#: names in `Preferences.extra`; they stand in the journal
THREAD: Final = "thread"  #: the forum topic in which a group's administrators subscribed: alerts go there
LINKED: Final = "linked"  #: the same reader's address on another channel; true only when that one says so too
ELSEWHERE: Final = "elsewhere"  #: '1': the linked address can carry alerts, so none go to this one

_ADDRESS = re.compile(r"([a-z]+):(\S{1,64})")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a subscriber can be reached: `telegram:123456`."""

    channel: str
    user_id: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.user_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when `text` is not `channel:user id`."""
        match = _ADDRESS.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not an address: write channel:id, like telegram:123456")
        return cls(match[1], match[2])


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a subscriber's bits stand: a segment of 65,536 within the channel, and a position in it. Never reused."""

    channel: str
    segment: int
    position: int  #: 0 … SEGMENT_SIZE − 1

    @classmethod
    def of(cls, channel: str, number: int) -> Self:
        return cls(channel, *divmod(number, SEGMENT_SIZE))

    @property
    def number(self) -> int:
        return self.segment * SEGMENT_SIZE + self.position


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a reader has chosen. The whole of it is journalled at every change."""

    language: str = "bn"
    timezone: str = "Asia/Dhaka"
    topics: frozenset[str] = frozenset()
    paused: bool = False  #: keeps the topics, gets no alerts until /resume
    stopped: bool = False  #: said /stop: not a subscriber now; preferences are kept until /forgetme
    unreachable: bool = False  #: the platform said, for good, that we can't write to them; cleared when they write
    onboarded: bool = False  #: has finished, or skipped, choosing language and topics
    #: what later features keep, by name; JSON values only. Unknown names survive a round trip.
    extra: tuple[tuple[str, str], ...] = ()

    def note(self, name: str) -> str:
        """What `extra` keeps under this name, or ''."""
        return dict(self.extra).get(name, "")

    @property
    def linked_with(self) -> Address | None:
        """What the note says. Whether the other side agrees, only the journal knows."""
        try:
            return Address.parse(self.note(LINKED)) if self.extra else None
        except ValueError:
            return None

    @property
    def elsewhere(self) -> bool:
        """Alerts go to the linked address, not to this one."""
        return self.linked_with is not None and bool(self.note(ELSEWHERE))

    @property
    def wants_alerts(self) -> bool:
        """Whether an alert on what they follow may be sent to this address."""
        return not (self.stopped or self.paused or self.unreachable or self.elsewhere)

    def with_note(self, name: str, value: str) -> Self:
        """'' takes the note away."""
        notes = {**dict(self.extra), name: value}
        return replace(self, extra=tuple(sorted((key, kept) for key, kept in notes.items() if kept or key != name)))


def as_unreachable(preferences: Preferences) -> Preferences:
    return replace(preferences, unreachable=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A reader at one address. `number` and `version` come from the journal."""

    address: Address
    number: int  #: given once per channel, never reused; `Slot.of(channel, number)`
    version: int  #: grows by one at every change; the newer state wins
    preferences: Preferences
    since: datetime  #: first seen
    active_at: datetime | None = None  #: last wrote to us, to the day

    @property
    def slot(self) -> Slot:
        return Slot.of(self.address.channel, self.number)

    def with_preferences(self, preferences: Preferences) -> Self:
        return replace(self, preferences=preferences)
