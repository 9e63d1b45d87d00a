"""What is remembered of a chat for a while, so that the bot keeps its manners in it (`conversation.manners`).

key                              type    what                                              how long
{chat:<account>:<user>}:human    string  a person answers this reader                      HUMAN_TURN from their last
{chat:<account>:<user>}:met      string  the reader has been told that this is a bot       ACQUAINTED from the last
                                                                                           contact
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, cast

from redis.asyncio import Redis

from newsbot.redis_client import store_errors

#: a person's turn ends so long after the last that they wrote, if nobody hands the chat back before
HUMAN_TURN: Final = timedelta(hours=1)
#: a reader who comes back after so long is told again
ACQUAINTED: Final = timedelta(days=30)


class RedisChatMarks:
    """Implements `conversation.manners.ChatMarks`. `account`: `messenger:<page id>`."""

    def __init__(self, redis: Redis, account: str) -> None:
        # The library types its commands for both of its clients at once; ours always awaits.
        self._redis = cast(Any, redis)
        self._account = account

    async def taken_over(self, user_id: str) -> None:
        human, met = self._keys(user_id)
        with store_errors("noting that a person answers"):
            await self._redis.set(human, b"1", px=HUMAN_TURN)
            await self._redis.delete(met)

    async def handed_back(self, user_id: str) -> None:
        human, _ = self._keys(user_id)
        with store_errors("noting that the bot answers again"):
            await self._redis.delete(human)

    async def is_taken(self, user_id: str) -> bool:
        human, _ = self._keys(user_id)
        with store_errors("asking who answers"):
            return bool(await self._redis.exists(human))

    async def has_met(self, user_id: str) -> bool:
        _, met = self._keys(user_id)
        with store_errors("asking whether a reader knows us"):
            return bool(await self._redis.exists(met))

    async def met(self, user_id: str) -> None:
        _, met = self._keys(user_id)
        with store_errors("noting that a reader knows us"):
            await self._redis.set(met, b"1", px=ACQUAINTED)

    def _keys(self, user_id: str) -> tuple[str, str]:
        chat = f"{{chat:{self._account}:{user_id}}}"
        return f"{chat}:human", f"{chat}:met"
