"""The budget of an account in Redis, shared by every process that writes for it.

key                          type    what                                             how long
{pacing:<account>}:budget    hash    next_at, paused_until; who was refused last      lasting
{pacing:<account>}:chat:<id> string  when that chat may be written to                 until then
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from redis.asyncio import Redis

from newsbot.delivery.pacing import (
    FARTHEST,
    GROUP,
    HORIZONS,
    PRIVATE,
    SECOND_CHAT_WITHIN,
    Granted,
    Lane,
    Wait,
    interval_of,
    limit_of,
)
from newsbot.redis_client import Script, store_errors

_grant: Final = Script(__package__, "pacing_grant.lua")
_chats: Final = Script(__package__, "pacing_chats.lua")
_flooded: Final = Script(__package__, "pacing_flooded.lua")
_MICROSECOND: Final = timedelta(microseconds=1)
_NONE: Final = timedelta(0)


class RedisPacing:
    """See `Pacing` and `BulkPacing`. `account`: `telegram:123456`; `rate`: messages a second that are allowed."""

    def __init__(self, redis: Redis, account: str, rate: float) -> None:
        self._redis = redis
        self._prefix = f"{{pacing:{account}}}"
        self._budget = f"{self._prefix}:budget"
        self._interval = interval_of(rate)

    @property
    def interval(self) -> timedelta:
        """Between two sends of one grant."""
        return self._interval * _MICROSECOND

    async def turn(self, chat_id: str, lane: Lane) -> None:
        while True:
            match await self.take(lane, chat_id=chat_id):
                case Granted(after=after):
                    await asyncio.sleep(after / 1_000_000)
                    return
                case Wait(again_after=again_after):
                    await asyncio.sleep(again_after / 1_000_000)

    async def take(self, lane: Lane, count: int = 1, *, chat_id: str = "") -> Granted | Wait:
        """Up to `count` sends to different chats, or one to `chat_id`."""
        limit = limit_of(chat_id) if chat_id else None
        keys = [self._budget, self._chat(chat_id)]
        of_chat = (limit.interval, limit.tolerance) if limit else (0, 0)
        arguments = [HORIZONS[lane], count, self._interval, FARTHEST, *of_chat]
        with store_errors("asking for a turn to send"):
            granted, after = await _grant(self._redis, keys, arguments)
        return Granted(granted, after) if granted else Wait(after)

    async def chats(self, chat_ids: Sequence[str]) -> list[timedelta]:
        kinds = "".join("1" if limit_of(chat_id) is GROUP else "0" for chat_id in chat_ids)
        limits = [number for limit in (PRIVATE, GROUP) for number in (limit.interval, limit.tolerance)]
        # One argument for all: each costs more than the rest of what is done for a chat here.
        arguments: list[bytes | str | int] = [FARTHEST, " ".join(chat_ids), kinds, *limits]
        with store_errors("reserving sends to chats"):
            waits = await _chats(self._redis, [self._chat("")], arguments)
        return [_NONE if wait == 0 else wait * _MICROSECOND for wait in waits]

    async def flooded(self, chat_id: str, after: timedelta) -> None:
        limit = limit_of(chat_id)
        arguments: list[bytes | str | int] = [
            chat_id,
            after // _MICROSECOND,
            FARTHEST,
            SECOND_CHAT_WITHIN,
            limit.tolerance,
        ]
        with store_errors("noting a pause"):
            await _flooded(self._redis, [self._budget, self._chat(chat_id)], arguments)

    def _chat(self, chat_id: str) -> str:
        return f"{self._prefix}:chat:{chat_id}"
