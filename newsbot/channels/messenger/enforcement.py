"""What the platform does to our Page for breaking its rules: it warns, blocks, and lets us write again.

A block is obeyed by everyone who writes for the Page, at once and across restarts, until the platform takes it back or
an operator says so (`newsbot messenger resume`: the platform's word may have been lost while we were away). A warning
stops nothing. Events may come late and in any order: the newest by the platform's own time counts.

key                               type    what                                              how long
enforcement:<account>             hash    the last block, unblock or resume: action,        lasting
                                          reason, at (unix milliseconds)
enforcement:<account>:warning     hash    the last warning, the same way                    lasting

What is done with a `Kind.ENFORCED` event::

    measure = measure_of(incoming, now)
    if await enforcement.note(measure):         # False: outdated
        …tell the editors
    await enforcement.blocked()                 # None: pushes may go out
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast

from redis.asyncio import Redis

from newsbot.domain.message import IncomingMessage
from newsbot.redis_client import Script, store_errors

__all__ = ["Action", "Enforcement", "Measure", "measure_of"]

REASON_LIMIT: Final = 500  #: letters of a reason that are kept

_note: Final = Script(__package__, "enforcement_note.lua", when_full=True)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Action(StrEnum):
    WARNING = "warning"
    BLOCK = "block"
    UNBLOCK = "unblock"
    RESUME = "resume"  #: an operator's, not the platform's


@dataclass(frozen=True, slots=True)
class Measure:
    """`reason`: the platform's own words, '' when it gave none."""

    action: Action
    reason: str
    at: datetime


def measure_of(incoming: IncomingMessage, now: datetime) -> Measure:
    """What an ENFORCED event says. Pure. `now` is its time where it names none.

    An action that we don't know is a warning that names it: whoever reads it can look, and readers get their alerts.
    """
    reason = " ".join(incoming.text.split())[:REASON_LIMIT]
    at = incoming.received_at or now
    try:
        return Measure(Action(incoming.action), reason, at)
    except ValueError:
        return Measure(Action.WARNING, f"{incoming.action}: {reason}"[:REASON_LIMIT], at)


class Enforcement:
    """What was done to one account (`messenger:<page id>`). Raises StoreUnavailable when Redis can't be asked."""

    def __init__(self, redis: Redis, account: str) -> None:
        self._redis = redis
        self._standing = f"enforcement:{account}"
        self._warning = f"enforcement:{account}:warning"

    async def note(self, measure: Measure) -> bool:
        """Keep it. False when something newer is known; True for the same once more, so that who died before telling
        the editors tells them now.
        """
        key = self._warning if measure.action is Action.WARNING else self._standing
        at = (measure.at - _EPOCH) // _MILLISECOND
        reason = measure.reason.encode("utf-8", "replace")
        with store_errors("noting what the platform did to the Page"):
            return bool(await _note(self._redis, [key], [measure.action.value, reason, at]))

    async def blocked(self) -> Measure | None:
        """The block that stands; None when we may write."""
        standing = await self._read(self._standing)
        return standing if standing is not None and standing.action is Action.BLOCK else None

    async def last_warning(self) -> Measure | None:
        return await self._read(self._warning)

    async def resume(self, now: datetime) -> Measure | None:
        """An operator says that the Page may write. Returns the block that this ends; None: there was none."""
        ended = await self.blocked()
        if ended is not None:
            # A platform's clock that is ahead of ours must not make its old block newer than this.
            await self.note(Measure(Action.RESUME, "", max(now, ended.at)))
        return ended

    async def _read(self, key: str) -> Measure | None:
        with store_errors("reading what the platform did to the Page"):
            # The library types its commands for both of its clients at once; ours always awaits.
            kept = await cast(Any, self._redis.hgetall(key))
        if not kept:
            return None
        at = _EPOCH + int(kept[b"at"]) * _MILLISECOND
        return Measure(Action(kept[b"action"].decode()), kept[b"reason"].decode(), at)
