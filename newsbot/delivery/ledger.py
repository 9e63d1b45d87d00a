"""What the rest of the house asks of the ledger: who an alert is for, and what became of each delivery.

An audience is frozen segment by segment, and within a segment split into tiers, so that the readers who were active
last come first. Alert, segment and tier make a *unit*: the piece of work that one worker owns at a time, and all that
the ledger keeps of a unit stands in one hash slot. Of each reader in a unit the ledger knows one of: untouched, begun
(a request may be on its way), waiting (a time when it may be tried again) or an `Outcome`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, Protocol, Self

from newsbot.domain.alert import Alert, Audience, Outcome, Totals
from newsbot.domain.subscriber import SEGMENT_SIZE, Slot
from newsbot.errors import DeliveryError

#: how long a reader is not alerted again for the same story: it takes in articles for three days after it began, and
#: the last of them may be found three hours later, and its alert planned half a day after that
STORY_KEPT: Final = timedelta(days=4)
MISSED_KEPT: Final = timedelta(hours=48)  #: what was held is offered; the scripts know it too
COPIES_KEPT: Final = timedelta(hours=48)  #: message ids, to correct and recall: Telegram deletes no older ones
OUTCOMES_KEPT: Final = timedelta(days=7)  #: who got what


class Tier(IntEnum):
    """In this order."""

    CHANNEL = 0  #: the newsroom's own public channel, which gets breaking news first
    TODAY = 1  #: wrote to us today
    WEEK = 2
    REST = 3


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    alert_id: int
    tier: Tier
    segment: int

    def __str__(self) -> str:
        return f"{self.alert_id}:{int(self.tier)}:{self.segment}"

    @classmethod
    def parse(cls, text: str) -> Self:
        alert_id, tier, segment = map(int, text.split(":"))
        return cls(alert_id, Tier(tier), segment)


def delivery_id(unit: Unit, position: int) -> str:
    """What a message may carry, so that a lost answer can be made up for: `alert:tier:segment:position`."""
    return f"{unit}:{position}"


def parse_delivery_id(text: str) -> tuple[Unit, int] | None:
    """None: it isn't one."""
    parts = text.split(":")
    if len(parts) != 4 or not all(part.isascii() and part.isdecimal() and len(part) <= 19 for part in parts):
        return None
    alert_id, tier, segment, position = map(int, parts)
    if tier > max(Tier) or position >= SEGMENT_SIZE:
        return None
    return Unit(alert_id, Tier(tier), segment), position


@dataclass(slots=True, unsafe_hash=True)  # not frozen: see `Sent`
class Reader:
    """Somebody whose turn has come. They are marked as begun."""

    position: int  #: in the segment
    user_id: str
    language: str = ""
    topic: str = ""  #: the first of the alert's topics that they follow, in the alert's order
    thread_id: str = ""  #: forum topic that a group's administrators subscribed
    message_id: str = ""  #: their copy of the alert that is corrected or recalled; '1' on a channel with windows
    window_until: float = 0.0  #: unix seconds until which they may be written to, on a channel with windows


@dataclass(frozen=True, slots=True)
class Claim:
    """`readers`: at most as many as asked for. `next_in`: when the first of the waiting is due; None: nobody waits.

    Neither readers nor anybody waiting nor in flight: the unit can be closed.
    """

    readers: tuple[Reader, ...] = ()
    next_in: timedelta | None = None
    in_flight: int = 0


@dataclass(slots=True, unsafe_hash=True)  # not frozen: see `Sent`
class Settle:
    """`message_id`: of the new message, where one was sent. `window_until`: of who is HELD because the platform says
    so: the window that we took for open; it is closed.
    """

    position: int
    outcome: Outcome
    message_id: str = ""
    window_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Postpone:
    """The mark is taken back and the reader waits: it certainly was not sent, or (`doubtful`) its answer never came and
    it is to be sent again. That is done once: who is in doubt a second time is `UNKNOWN`.
    """

    position: int
    after: timedelta
    doubtful: bool = False


Result = Settle | Postpone


class UnitLost(DeliveryError):
    """Another worker took this unit over; we record what we know and start nothing."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A unit that is ours now. `recovered`: readers whom the worker before us left begun."""

    unit: Unit
    recovered: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """How many an alert would go to: now, and once they are heard of again (nobody, on channels without windows)."""

    now: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.now + self.waiting

    def __add__(self, other: Reach) -> Reach:
        return Reach(self.now + other.now, self.waiting + other.waiting)


@dataclass(frozen=True, slots=True)
class Fate:
    """What the ledger knows of one subscriber and one alert."""

    in_audience: bool = False
    outcome: Outcome | None = None
    waiting: bool = False
    begun: bool = False


class Ledger(Protocol):
    """Of one channel account (`channel`, `account`). Raises StoreUnavailable when Redis can't do it now: what was asked
    for may then have been done or not, and every method may be called again.

    Where Redis has replicas, an audience that is frozen, a claim, a unit that is closed and results that are to last
    are on a replica too when the method returns; StoreUnavailable where none confirms it. Everything else a promoted
    replica may have forgotten.

    One contract suite (`tests/contracts/test_ledger.py`) runs against every implementation.
    """

    channel: str

    # --- freezing ----------------------------------------------------------------------------------------------------

    async def segments(self) -> tuple[int, ...]:
        """Those of the account that have subscribers."""
        ...

    async def reach(self, audience: Audience, *, story: str = "") -> Reach:
        """How many an alert would go to: without the paused, the stopped, the unreachable, those who get it on their
        other channel and those who bear the mark `story`. Freezes nothing.
        """
        ...

    async def freeze(self, alert: Alert, segment: int, *, first: Slot | None = None, now: datetime) -> int:
        """Fix the alert's audience in this segment, mark it (`Alert.marks`), offer its units to the workers.

        Done once: repeated, it changes nothing and says the same number. `first`: the slot of the newsroom's public
        channel; if it is in this segment it is the whole of the tier CHANNEL, whatever it follows.
        """
        ...

    async def freeze_copies(self, alert: Alert, segment: int, *, now: datetime) -> int | None:
        """The same for a correction or a recall: the audience is whoever has a copy of `alert.of`, in its tiers.

        None, and nothing is frozen, while requests of `alert.of` in this segment are on their way.
        """
        ...

    async def freeze_again(self, alert: Alert, segment: int, *, now: datetime) -> int:
        """The same for a retry: the audience is whoever certainly did not get `alert.of`, for a reason that may be gone
        (`Outcome.retriable`), and is neither told of its story since nor lost to us. All are of the tier REST.
        """
        ...

    # --- working -----------------------------------------------------------------------------------------------------

    async def beat(self, worker: str) -> None:
        """Say that this worker lives, at least every few seconds. Who is silent for long loses its units."""
        ...

    async def take(self, worker: str, alert_ids: Sequence[int], *, resend: Sequence[int] = ()) -> Taken | None:
        """Own the next unit that nobody living owns: by the order of `alert_ids`, then tier, then segment.

        Readers whom a dead owner left begun are settled as `UNKNOWN`; those of alerts in `resend` wait to be sent again
        at once instead (once: a reader who is left begun a second time is `UNKNOWN`).
        """
        ...

    async def replicated(self) -> None:
        """Raises StoreUnavailable while the last write that had to be on a replica isn't there yet: whoever is claimed
        now would only have to be taken back. Else asks nothing.
        """
        ...

    async def claim(self, unit: Unit, worker: str, count: int, alert: Alert) -> Claim:
        """Mark the next `count` readers as begun and say who they are: those who wait and are due, then the untouched.

        Left out is who does not want it or can't be reached *now*: who waited and is due is then `WITHDRAWN`, the
        others are looked at again as long as the unit is open. On channels with windows, who wants it and whose window
        is closed is `HELD`: they keep the alert's marks, and are offered it when they are heard of again (`offer`).
        Raises UnitLost, and marks nobody.
        """
        ...

    async def take_back(self, unit: Unit, worker: str, *, but: Collection[int] = ()) -> int:
        """Take the marks back of everybody who is begun, but for these positions; says of how many. They wait, due at
        once. For readers to whom certainly nothing was sent: claimed and not begun with, or claimed in a call whose
        answer was lost. Raises UnitLost, and changes nothing.
        """
        ...

    async def settle(self, unit: Unit, results: Sequence[Result], *, lasting: bool = False) -> None:
        """Keep what became of begun deliveries; `lasting`: so that no promotion undoes it. Safe to repeat, before the
        next claim of the unit; also from a worker that lost the unit, and from who never had it (an echo; a reader who
        catches up): what is known replaces `UNKNOWN` and `HELD`, and nothing replaces what is known.
        """
        ...

    async def close(self, unit: Unit, worker: str, outcome: Outcome) -> bool:
        """Settle whoever is untouched or waiting, and take the unit off the list of work. False while requests are on
        their way. Raises UnitLost.

        Who no longer wants it is `WITHDRAWN`; who gets it on their other channel `ELSEWHERE`; who waits in doubt is
        `UNKNOWN`; the others are `outcome` (`EXPIRED`, `STOPPED`…), or, at `EXPIRED`, `HELD` if their window is closed.
        Everyone to whom it certainly was not sent loses the alert's marks, but for those they bore before, and for the
        `HELD` and the `ELSEWHERE`.
        """
        ...

    async def give_back(self, unit: Unit, worker: str) -> None:
        """Nobody owns it now; for a clean stop, and for an alert that is paused.

        With requests on their way it stays this worker's, who may take it again; nobody else takes them for lost.
        """
        ...

    async def strike(self, unit: Unit, position: int) -> bool:
        """Count a 'chat not found' against the subscriber; True from the second alert on. A `SENT` takes them back."""
        ...

    # --- what was held -----------------------------------------------------------------------------------------------

    async def offer(self, slot: Slot) -> tuple[Unit, ...]:
        """Where the reader is `HELD`, not longer ago than MISSED_KEPT, the newest alert first, and note that they were
        offered it. () once that was noted, until a window opens anew; () after `decline`, until they miss something
        more.
        """
        ...

    async def missed(self, slot: Slot) -> tuple[Unit, ...]:
        """The same, whatever was offered. Who is shown one of them is settled as `SENT`."""
        ...

    async def decline(self, slot: Slot) -> None: ...

    # --- figures -----------------------------------------------------------------------------------------------------

    async def open_units(self, alert_id: int) -> int:
        """Units that are not closed."""
        ...

    async def totals(self, alert_id: int) -> Totals: ...

    async def fate(self, alert_id: int, slot: Slot) -> Fate: ...

    async def release(self, alert_id: int) -> None:
        """Close what is left of an alert that was stopped, but for units with requests on their way."""
        ...
