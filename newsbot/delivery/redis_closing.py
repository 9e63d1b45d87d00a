"""Windows that close soon, in Redis: read from the segments' own keys. `redis_segments` lists them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from redis.asyncio import Redis

from newsbot.delivery.closing import Closing
from newsbot.delivery.redis_audiences import WINDOWS
from newsbot.domain.subscriber import Slot
from newsbot.domain.window import Opener, Window
from newsbot.redis_client import Script, store_errors
from newsbot.subscribers import packing
from newsbot.subscribers.redis_segments import prefix

LOOKED_AT: Final = 200  #: readers in one call: about a millisecond
_VALUES: Final = 7  # of one reader in the answer

_list: Final = Script(__package__, WINDOWS, "ledger_segment.lua", "closing_list.lua")
_asked: Final = Script(__package__, WINDOWS, "ledger_segment.lua", "closing_asked.lua")


class RedisClosingWindows:
    """Implements `ClosingWindows`."""

    def __init__(self, redis: Redis, channel: str, account: str) -> None:
        self._redis = redis
        self._channel = channel
        self._account = account

    async def segments(self) -> tuple[int, ...]:
        with store_errors("listing segments"):
            found: Any = await _awaited(self._redis.smembers(f"segments:{self._channel}:{self._account}"))
        return tuple(sorted(int(one) for one in found))

    async def closing(
        self, segment: int, *, after: datetime, until: datetime, start: int = 0
    ) -> tuple[tuple[Closing, ...], int | None]:
        key = self._prefix(segment)
        asked: list[bytes | str | int] = [key, int(after.timestamp()), int(until.timestamp()), start, LOOKED_AT]
        with store_errors("looking for windows that close"):
            next_, *values = await _list(self._redis, [f"{key}:known"], asked)
        readers = (values[at : at + _VALUES] for at in range(0, len(values), _VALUES))
        found = [_closing(segment, reader) for reader in readers]
        return tuple(one for one in found if one is not None), None if next_ < 0 else next_

    async def ask(self, found: Sequence[Closing]) -> tuple[Closing, ...]:
        if not found:
            return ()
        key = self._prefix(found[0].segment)
        arguments: list[bytes | str | int] = [key]
        for one in found:
            arguments += (one.position, int(one.window.expires_at.timestamp()))
        with store_errors("noting who is asked"):
            ours = frozenset(await _asked(self._redis, [f"{key}:asked"], arguments))
        return tuple(one for one in found if one.position in ours)

    def _prefix(self, segment: int) -> str:
        return prefix(Slot(self._channel, segment, 0))


def _closing(segment: int, values: Sequence[Any]) -> Closing | None:
    position, id_, other_id, profile, language, ends, opener = values
    user_id = packing.read_id(id_, other_id)
    if user_id is None or not profile:
        return None
    window = Window(datetime.fromtimestamp(ends, UTC), Opener(opener))
    return Closing(segment, position, user_id, language.decode(), packing.timezone_of(profile), window)


async def _awaited(command: Any) -> Any:
    # The library types a command for its two clients at once; ours always awaits.
    return await command
