"""Watches that the platform goes on sending us events, and subscribes again when it has stopped.

It stops after an hour in which our webhook failed, and says so to the app's developers only. Whatever readers write
until we subscribe again is lost: the platform has no history to ask for. So it is looked at every few minutes, and
editors are told. One process is enough (`process_roles`); a second one would do no harm.

The first subscription is an operator's (`newsbot messenger subscribe`): before it, nothing is asked for.

key                      type    what                                                          how long
subscribed:<account>     string  there: the platform was seen to send us the Page's events      lasting
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog
from redis.asyncio import Redis

from newsbot.channels.messenger.graph import GraphApi, GraphRefused
from newsbot.channels.messenger.graph_error import GraphError
from newsbot.channels.messenger.subscription import WANTED, missing_fields, subscribe
from newsbot.errors import ChannelUnavailable, StoreError
from newsbot.redis_client import store_errors

__all__ = ["Subscribed", "SubscriptionMemory", "Watchdog"]

LOOK_EVERY: Final = timedelta(minutes=10)
SOON_AGAIN: Final = timedelta(minutes=1)  #: where something could not be asked or told, or an operator is at it

_log = structlog.get_logger(channel="messenger")


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a look found: `missing` fields, and `refusal`: why they could not be subscribed to; None where they were.
    `never`: we were not subscribed before either, and have asked for nothing.
    """

    missing: tuple[str, ...] = ()
    refusal: GraphError | None = None
    never: bool = False

    @property
    def well(self) -> bool:
        """We get every event now."""
        return self.refusal is None and not self.never

    @property
    def deaf(self) -> bool:
        """Nothing that readers wrote reached us."""
        return len(self.missing) == len(WANTED)


class SubscriptionMemory:
    """Whether the platform ever sent us events, of `account` (`messenger:<page id>`). Raises StoreUnavailable."""

    def __init__(self, redis: Redis, account: str) -> None:
        self._redis = redis
        self._key = f"subscribed:{account}"

    async def note(self) -> None:
        """It does."""
        with store_errors("noting that the page is subscribed"):
            await self._redis.set(self._key, 1)

    async def has(self) -> bool:
        with store_errors("asking whether the page was subscribed"):
            return bool(await self._redis.exists(self._key))


class Watchdog:
    """`run` is a task of the account. `app_id`: our app's, '' where it is not known.

    `tell` is told once of each thing that editors should know; it may raise StoreError and is then told again. `seen`
    is told of every look that had an answer.
    """

    def __init__(
        self,
        api: GraphApi,
        memory: SubscriptionMemory,
        *,
        tell: Callable[[Subscribed], Awaitable[None]],
        seen: Callable[[Subscribed], None] = lambda found: None,
        app_id: str = "",
        every: timedelta = LOOK_EVERY,
    ) -> None:
        self._api = api
        self._memory = memory
        self._tell = tell
        self._seen = seen
        self._app_id = app_id
        self._every = every
        self._untold: list[Subscribed] = []
        self._refusal: tuple[int, int] | None = None  # code and subcode of the one that was told

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            found = await self.look()
            soon = found is None or found.never or bool(self._untold)
            pause = min(SOON_AGAIN, self._every) if soon else self._every
            await asyncio.sleep(pause.total_seconds())

    async def look(self) -> Subscribed | None:
        """Ask once, and subscribe where something is missing. None: it can't be asked now, or not with our token; then
        nothing goes out either, which others tell.
        """
        try:
            found = await self._mended(Subscribed(await missing_fields(self._api, self._app_id)))
        except (ChannelUnavailable, GraphRefused, StoreError) as trouble:
            _log.warning("whether the page is subscribed can't be asked", why=str(trouble))
            return None
        self._seen(found)
        if found.never:
            _log.warning("the page is not subscribed yet: newsbot messenger subscribe")
        elif found.missing:
            log = _log.warning if found.well else _log.error
            log("the page was not subscribed to all events", missing=found.missing, refused=str(found.refusal or ""))
        # A refusal stands at every look: it is told once, and again when it is another one.
        kind = (found.refusal.code, found.refusal.subcode) if found.refusal else None
        if found.missing and not found.never and (kind is None or kind != self._refusal):
            self._untold.append(found)
        self._refusal = kind
        await self._tell_all()
        return found

    async def _mended(self, found: Subscribed) -> Subscribed:
        if not found.deaf:
            await self._memory.note()
        elif not await self._memory.has():
            return replace(found, never=True)
        if not found.missing:
            return found
        try:
            await subscribe(self._api)
        except GraphRefused as refusal:
            return replace(found, refusal=refusal.error)
        return found

    async def _tell_all(self) -> None:
        try:
            while self._untold:
                await self._tell(self._untold[0])
                del self._untold[0]
        except StoreError as error:
            _log.warning("editors can't be told now", reason=str(error))
