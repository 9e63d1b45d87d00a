"""Brings the Page's profile into line when somebody asks for it: reads first, then writes once, only what differs.

key                          type    what                                                    how long
profile:<account>:calls      zset    when the profile was asked or written, by unix time     10 minutes from the last
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from redis.asyncio import Redis

from newsbot.channels.messenger.graph import GraphApi
from newsbot.channels.messenger.profile import FIELDS, Profile, known_profile, wire
from newsbot.channels.messenger.profile_differences import Difference, differences
from newsbot.errors import DeliveryError
from newsbot.redis_client import store_errors

CALLS: Final = 10  #: of the profile that a Page has…
WITHIN: Final = timedelta(minutes=10)  #: …in any time as long as this
PATH: Final = "me/messenger_profile"


class TooManyCalls(DeliveryError):
    """The platform takes 10 calls about the profile in 10 minutes."""

    def __init__(self, again_after: timedelta) -> None:
        minutes = -(-again_after // timedelta(minutes=1))
        super().__init__(f"{type(self).__doc__} Try again in {minutes} minute{'s' if minutes > 1 else ''}.")


class ProfileCalls:
    """Counts the calls of all processes, so that none is refused in the middle. `account`: `messenger:<page id>`."""

    def __init__(self, redis: Redis, account: str) -> None:
        self._redis = redis
        self._key = f"profile:{account}:calls"

    async def take(self, now: datetime) -> None:
        """One call is made now. Raises TooManyCalls, StoreUnavailable."""
        at, call = now.timestamp(), secrets.token_hex(8)
        with store_errors("counting calls of the profile"):
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zremrangebyscore(self._key, "-inf", at - WITHIN.total_seconds())
                pipe.zadd(self._key, {call: at})
                pipe.zcard(self._key)
                pipe.zrange(self._key, 0, 0, withscores=True)
                pipe.expire(self._key, WITHIN)
                _, _, count, oldest, _ = await pipe.execute()
            if count > CALLS:
                await self._redis.zrem(self._key, call)
                raise TooManyCalls(timedelta(seconds=max(1.0, oldest[0][1] + WITHIN.total_seconds() - at)))


class ProfileSync:
    """Raises GraphRefused, ChannelUnavailable, TooManyCalls, StoreUnavailable."""

    def __init__(self, api: GraphApi, calls: ProfileCalls, *, clock: Callable[[], datetime]) -> None:
        self._api = api
        self._calls = calls
        self._clock = clock

    async def differences(self, wanted: Profile) -> tuple[Difference, ...]:
        """What `write` would change."""
        await self._calls.take(self._clock())
        answer = await self._api.ask("GET", PATH, query={"fields": ",".join(FIELDS)})
        return differences(known_profile(answer), wanted)

    async def write(self, wanted: Profile, found: tuple[Difference, ...]) -> None:
        """Have the differing fields stand as wanted; each is written whole. Repeating it is harmless."""
        written = wire(wanted, (one.field for one in found if not one.removes))
        if written:
            await self._calls.take(self._clock())
            await self._api.ask("POST", PATH, body=written)
        # Afterwards: a menu needs its Get Started button for as long as it stands, and then its commands may go.
        removed = sorted({one.field for one in found if one.removes})
        if removed:
            await self._calls.take(self._clock())
            await self._api.ask("DELETE", PATH, body={"fields": removed})
