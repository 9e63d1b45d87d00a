"""getUpdates: one poller at a time; a second one ends the first with 409, as it does when two bots run on one token."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from newsbot.sandbox.telegram.errors import ApiError, conflict
from newsbot.sandbox.telegram.update_queue import UpdateQueue

__all__ = ["Poller"]

CONFLICT: Final = 409
CONFLICT_HOLD: Final = 3.0  #: seconds: a conflict within so long after another one is answered this late
REPOLL_WINDOW: Final = 3.0  #: seconds: asking again at the same offset within it is slowed down
BUSY_WINDOW: Final = 0.5  #: seconds: and within this it gets one update only

OTHER_POLLER: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
SET_WEBHOOK: Final = "terminated by setWebhook request"
WEBHOOK_ACTIVE: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Poller:
    """The one long poll that is open, if any."""

    def __init__(self) -> None:
        self._open: asyncio.Future[ApiError] | None = None
        self._last_conflict = float("-inf")
        self._last_offset: int | None = None
        self._last_time = float("-inf")
        self.webhook_set_at = float("-inf")  #: by the wall clock; setting it twice within a second is refused

    def interrupt(self, why: ApiError) -> None:
        """End the open long poll, if there is one, with this refusal."""
        if self._open is not None and not self._open.done():
            self._open.set_result(why)
            self._open = None

    async def poll(self, queue: UpdateQueue, *, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """The updates from `offset` on, at once or when one arrives within `timeout` seconds. Raises ApiError 409."""
        self.interrupt(conflict(OTHER_POLLER))
        now = time.monotonic()
        if offset == self._last_offset and now - self._last_time < REPOLL_WINDOW and offset > 0:
            if now - self._last_time < BUSY_WINDOW:
                limit = 1
            timeout = max(timeout, REPOLL_WINDOW) if timeout > 0 else timeout
        self._last_offset, self._last_time = offset, now
        found = queue.take(offset, limit)
        if found or timeout <= 0:
            return [update.json() for update in found]
        mine: asyncio.Future[ApiError] = asyncio.get_running_loop().create_future()
        self._open = mine
        try:
            deadline = now + timeout
            while not found and (left := deadline - time.monotonic()) > 0:
                arrival = asyncio.ensure_future(queue.arrival.wait())
                waits: set[asyncio.Future[Any]] = {arrival, mine}
                await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                arrival.cancel()
                if mine.done():
                    if mine.result().code == CONFLICT:
                        await self._hold_back()
                    raise mine.result()
                found = queue.take(0, limit)
        finally:
            if self._open is mine:
                self._open = None
        return [update.json() for update in found]

    async def _hold_back(self) -> None:
        now = time.monotonic()
        recent = now - self._last_conflict < CONFLICT_HOLD
        self._last_conflict = now
        if recent:
            await asyncio.sleep(CONFLICT_HOLD)
