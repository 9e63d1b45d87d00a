"""What a reader was shown last, kept in Redis.

key                      type    what                                              how long
list:telegram:1001       string  ids of the articles in order, separated by ','    7 days from the last list
search:<16 hex digits>   string  the words of a search, whoever made it            7 days from its last use
"""

from __future__ import annotations

from collections.abc import Sequence

from redis.asyncio import Redis

from newsbot.domain.subscriber import Address
from newsbot.redis_client import store_errors
from newsbot.subscribers.list_memory import REMEMBERED_FOR, token_of

__all__ = ["RedisListMemory"]


class RedisListMemory:
    """Implements `ListMemory`. Every write may be repeated."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def keep_list(self, address: Address, article_ids: Sequence[int]) -> None:
        with store_errors("keeping a list"):
            if article_ids:
                await self._redis.set(_list_key(address), ",".join(map(str, article_ids)), ex=REMEMBERED_FOR)
            else:
                await self._redis.delete(_list_key(address))

    async def last_list(self, address: Address) -> tuple[int, ...]:
        with store_errors("recalling a list"):
            kept = await self._redis.get(_list_key(address))
        return tuple(int(part) for part in _text(kept).split(",")) if kept else ()

    async def keep_words(self, words: str) -> str:
        token = token_of(words)
        with store_errors("keeping a search"):
            await self._redis.set(_search_key(token), words.encode("utf-8", "surrogatepass"), ex=REMEMBERED_FOR)
        return token

    async def words(self, token: str) -> str | None:
        with store_errors("recalling a search"):
            kept = await self._redis.getex(_search_key(token), ex=REMEMBERED_FOR)
        return None if kept is None else _text(kept)

    async def forget(self, address: Address) -> None:
        with store_errors("forgetting a list"):
            await self._redis.delete(_list_key(address))


def _list_key(address: Address) -> str:
    return f"list:{address}"


def _search_key(token: str) -> str:
    return f"search:{token}"


def _text(kept: bytes | str) -> str:
    return kept.decode("utf-8", "surrogatepass") if isinstance(kept, bytes) else kept
