"""Watches that the platform goes on sending us events, and subscribes again when it has stopped.

It stops after an hour in which our webhook failed, and says so to the app's developers only. Whatever readers write
until we subscribe again is lost: the platform has no history to ask for. So it is looked at every few minutes, by one
of all processes (a lease in Redis: `watchdog:<account>`), and editors are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Final

import structlog
from redis.asyncio import Redis

from newsbot.channels.messenger.graph import GraphApi, GraphRefused
from newsbot.channels.messenger.graph_error import GraphError
from newsbot.channels.messenger.subscription import WANTED, missing_fields, subscribe
from newsbot.channels.redis_lease import Lease
from newsbot.errors import ChannelUnavailable
from newsbot.i18n import Translator
from newsbot.redis_client import AWAY

__all__ = ["Lines", "Subscribed", "Watchdog"]

LOOK_EVERY: Final = timedelta(minutes=10)
SOON_AGAIN: Final = timedelta(minutes=1)  #: where the platform could not be asked
BEAT_EVERY: Final = 3.0  #: seconds between two heartbeats of the lease

#: what editors are told, in the language of each
Lines = Callable[[Translator], tuple[str, ...]]

_log = structlog.get_logger(channel="messenger")


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a look found: `missing` fields, and `refusal`: why they could not be subscribed to; None where they were."""

    missing: tuple[str, ...] = ()
    refusal: GraphError | None = None

    @property
    def well(self) -> bool:
        """We get every event now."""
        return self.refusal is None

    def lines(self, _: Translator) -> tuple[str, ...]:
        """For editors; only where something was missing."""
        if self.refusal is not None:
            return (
                _("Facebook no longer passes on all that readers write to our Page, and refuses to begin again."),
                str(self.refusal),
                _("Have it put right: newsbot doctor"),
            )
        if len(self.missing) < len(WANTED):
            return (_("Facebook did not pass on everything that happens on our Page; now it does again."),)
        return (
            _(
                "Facebook had stopped passing on what readers write to our Page; now it does again. What they wrote "
                "meanwhile has not reached us."
            ),
        )


class Watchdog:
    """`run` is a task of the account. `account`: `messenger:<page id>`.

    `tell` gives editors lines, once each time something changes; what it raises ends the task. `seen` is told of every
    look that had an answer.
    """

    def __init__(
        self,
        api: GraphApi,
        redis: Redis,
        account: str,
        *,
        tell: Callable[[Lines], Awaitable[None]],
        seen: Callable[[Subscribed], None] = lambda found: None,
        app_id: str = "",
        every: timedelta = LOOK_EVERY,
    ) -> None:
        self._api = api
        self._lease = Lease(redis, f"watchdog:{account}")
        self._tell = tell
        self._seen = seen
        self._app_id = app_id
        self._every = every
        self._refusal: tuple[int, int] | None = None  # code and subcode of the one that editors were told of

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._lease.wait()
                await self._watch()
        finally:
            await self._lease.end()

    async def _watch(self) -> None:
        """While the lease is ours."""
        due = monotonic()
        while await self._is_ours():
            if monotonic() >= due:
                found = await self.look()
                due = monotonic() + (SOON_AGAIN if found is None else self._every).total_seconds()
            await asyncio.sleep(min(BEAT_EVERY, self._every.total_seconds()))

    async def _is_ours(self) -> bool:
        try:
            return await self._lease.hold()
        except AWAY:
            return False  # `Lease.wait` says so, and waits

    async def look(self) -> Subscribed | None:
        """Ask once, and subscribe where something is missing. None: it can't be asked now, or not with our token; then
        nothing goes out either, which others tell.
        """
        try:
            missing = await missing_fields(self._api, self._app_id)
            found = await self._mended(missing) if missing else Subscribed()
        except (ChannelUnavailable, GraphRefused) as trouble:
            _log.warning("whether the page is subscribed can't be asked", why=str(trouble))
            return None
        self._seen(found)
        if missing:
            log = _log.warning if found.well else _log.error
            log("the page was not subscribed to all events", missing=missing, refused=str(found.refusal or ""))
        # A refusal stands at every look: it is told once, and again when it is another one.
        kind = (found.refusal.code, found.refusal.subcode) if found.refusal else None
        if missing and (kind is None or kind != self._refusal):
            await self._tell(found.lines)
        self._refusal = kind
        return found

    async def _mended(self, missing: tuple[str, ...]) -> Subscribed:
        try:
            await subscribe(self._api)
        except GraphRefused as refusal:
            return Subscribed(missing, refusal.error)
        return Subscribed(missing)
