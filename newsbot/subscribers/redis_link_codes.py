"""One-time codes kept in Redis, by their fingerprints.

key                       type    what                                                        how long
link:code:<32 hex>        string  address of who made the code                                15 min, or until taken
link:made:telegram:1001   string  fingerprint of the reader's newest code                     15 min
link:asked:telegram:1001  string  fingerprint and address of who made the code they brought   15 min, or until answered
link:wrong:telegram:1001  string  wrong codes that the reader brought                         1 hour from the first
"""

from __future__ import annotations

from redis.asyncio import Redis

from newsbot.domain.subscriber import Address
from newsbot.redis_client import store_errors
from newsbot.subscribers.link_codes import LIFE, MOST_WRONG, WRONG_FOR, TooManyWrong, fingerprint, new_code

__all__ = ["RedisLinkCodes"]


class RedisLinkCodes:
    """Implements `LinkCodes`. Each step touches one key and may be repeated."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def make(self, address: Address) -> str:
        code = new_code()
        mark = fingerprint(code)
        with store_errors("making a code"):
            await self._redis.set(f"link:code:{mark}", str(address), ex=LIFE)
            before = await self._redis.get(f"link:made:{address}")
            await self._redis.set(f"link:made:{address}", mark, ex=LIFE)
            if before:
                await self._redis.delete(f"link:code:{_text(before)}")
        return code

    async def find(self, address: Address, code: str) -> Address | None:
        mark, wrong = fingerprint(code), f"link:wrong:{address}"
        with store_errors("looking up a code"):
            if int(await self._redis.get(wrong) or 0) >= MOST_WRONG:
                raise TooManyWrong
            maker = await self._redis.get(f"link:code:{mark}") if code else None
            if maker:
                return Address.parse(_text(maker))
            taken, asked = await self._question(address)
            if code and taken == mark:
                return asked
            # With its end first: whoever dies in between locks nobody out for ever.
            await self._redis.set(wrong, 0, ex=WRONG_FOR, nx=True)
            await self._redis.incr(wrong)
        return None

    async def take(self, address: Address, code: str) -> bool:
        mark = fingerprint(code)
        with store_errors("taking a code"):
            maker = await self._redis.get(f"link:code:{mark}")
            if maker is None:
                return (await self._question(address))[0] == mark
            # The question first: who dies in between is handled again, and finds the code as it was.
            await self._redis.set(f"link:asked:{address}", f"{mark} {_text(maker)}", ex=LIFE)
            if await self._redis.delete(f"link:code:{mark}"):
                return True
            await self._redis.delete(f"link:asked:{address}")
        return False

    async def asked(self, address: Address) -> Address | None:
        with store_errors("recalling a question"):
            return (await self._question(address))[1]

    async def answered(self, address: Address) -> None:
        with store_errors("ending a question"):
            await self._redis.delete(f"link:asked:{address}")

    async def forget(self, address: Address) -> None:
        with store_errors("forgetting codes"):
            made = await self._redis.getdel(f"link:made:{address}")
            if made:
                await self._redis.delete(f"link:code:{_text(made)}")
            await self._redis.delete(f"link:asked:{address}")

    async def _question(self, address: Address) -> tuple[str, Address | None]:
        """The fingerprint of the code, and who made it."""
        kept = await self._redis.get(f"link:asked:{address}")
        mark, _, maker = _text(kept).partition(" ") if kept else ("", "", "")
        return mark, Address.parse(maker) if maker else None


def _text(kept: bytes | str) -> str:
    return kept.decode("utf-8", "surrogatepass") if isinstance(kept, bytes) else kept
