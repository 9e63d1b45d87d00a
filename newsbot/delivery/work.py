"""What a worker has before it: alerts, the units of them that it owns, and single deliveries on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from newsbot.channels.channel import Recipient
from newsbot.delivery.alerts import Standing
from newsbot.delivery.ledger import Reader, Tier, Unit, delivery_id
from newsbot.delivery.outcomes import Streak, Verdict
from newsbot.domain.alert import PAUSED_MANY_UNREACHABLE, Alert, AlertState, Outcome
from newsbot.domain.attempt import Reason

NEVER: Final = float("inf")


@dataclass(slots=True, eq=False)
class Owned:
    """A unit that is ours. Times are the event loop's."""

    unit: Unit
    begun: set[int] = field(default_factory=set)  #: positions claimed and neither settled nor given up
    due: float = 0.0  #: nobody's turn comes before
    #: the ledger holds more of its readers for begun than we do: a claim's answer was lost, or they were not begun with
    stale: bool = False
    lost: bool = False
    #: held while a claim or a postponement is on its way: a postponement that is repeated after its reader was claimed
    #: anew would free a reader who is being sent to
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def ready(self, now: float) -> bool:
        return self.due <= now and not self.lock.locked()

    def wake(self) -> None:
        """Nobody is on their way any more, or somebody waits now: look again."""
        if self.due == NEVER:
            self.due = 0.0


@dataclass(slots=True, eq=False)
class Work:
    """An alert and what we hold of it."""

    alert: Alert
    resend: bool
    open: bool = False  #: its readers may be claimed and sent to
    over: bool = False  #: stopped, done or gone
    closing: Outcome | None = None  #: there is nothing to send any more: what is left of it is closed so
    units: list[Owned] = field(default_factory=list)
    #: by language, topic and whether many read it together: a `Variant`, which costs more to make than all of this
    prepared: dict[tuple[str, str, bool], Hashable] = field(default_factory=dict)
    take_after: float = 0.0  #: there was no unit to take
    channel_until: float = 0.0  #: the newsroom's own channel gets it first; the others wait until then at most
    waits_since: float = NEVER  #: its turn has come, and it was granted no moment
    hurries_until: float = 0.0  #: it asks for moments like the most urgent
    first_sent: bool = False
    streak: Streak = field(default_factory=Streak)
    answered_at: float = 0.0
    held_back: list[Settlement] = field(default_factory=list)  #: verdicts that nobody believes yet (`breaker`)
    marks: list[tuple[str, Reason]] = field(default_factory=list)  #: the same, of those whose outcome is settled
    pausing: str = ""  #: it pauses itself, and the store doesn't say so yet: why
    paused_at: float = -NEVER  #: when the store did: what was read before is old
    doubted: str = ""  #: why it paused itself, until somebody lets it go on: what is answered now is not believed
    believed: bool = False  #: an editor let it go on after many unreachable readers: they are what they seem

    @property
    def begun(self) -> int:
        return sum(len(owned.begun) for owned in self.units)

    def sees(self, standing: Standing, channel: str, now: datetime) -> None:
        """What the store says of it now, on this channel."""
        if standing.alert.version != self.alert.version:
            self.prepared.clear()
        self.alert = standing.alert
        runs = self.alert.state is AlertState.RUNNING and channel not in self.alert.pauses
        if self.doubted and not self.pausing and runs:
            self.believed = self.believed or self.doubted == PAUSED_MANY_UNREACHABLE
            self.doubted = ""
        self.open = standing.claimable(channel) and not self.pausing
        expired = now >= self.alert.expires_at and self.alert.state in (AlertState.RUNNING, AlertState.PAUSED)
        if expired and not standing.held:
            self.closing = self.closing or Outcome.EXPIRED

    @property
    def working(self) -> bool:
        """Whether there is anything to do on its units."""
        return self.open or (self.closing is not None and not self.over)

    def wants(self, now: float) -> bool:
        if not self.working or (now < self.channel_until and self._channel_is_begun()):
            return False
        return self.take_after <= now or any(owned.ready(now) for owned in self.units)

    def next_unit(self, now: float) -> Owned | None:
        """By tier, then segment."""
        ready = [owned for owned in self.units if owned.ready(now)]
        return min(ready, key=lambda owned: owned.unit, default=None)

    def next_look(self, now: float) -> float:
        """When a unit is due, or may be taken."""
        if not self.working:
            return NEVER
        if self._channel_is_begun() and self.channel_until > now:
            return self.channel_until
        return min([self.take_after, *(owned.due for owned in self.units if not owned.lock.locked())])

    def _channel_is_begun(self) -> bool:
        return any(owned.begun for owned in self.units if owned.unit.tier is Tier.CHANNEL)


@dataclass(slots=True, eq=False)
class Job:
    """One delivery that was claimed."""

    work: Work
    owned: Owned
    position: int
    to: Recipient
    prepared: Hashable
    at: float  #: the moment that pacing granted
    claimed_at: float

    @classmethod
    def of(
        cls,
        work: Work,
        owned: Owned,
        reader: Reader,
        prepared: Hashable,
        at: float,
        claimed_at: float,
        *,
        echoes: bool = False,
    ) -> Job:
        """`echoes`: see `Traits`."""
        to = Recipient(reader.user_id, reader.thread_id, reader.message_id, reader.window_until)
        if echoes:
            to.delivery = delivery_id(owned.unit, reader.position)
        return cls(work, owned, reader.position, to, prepared, at, claimed_at)


@dataclass(slots=True, eq=False)
class Settlement:
    """What became of a delivery, to be kept."""

    job: Job
    verdict: Verdict
