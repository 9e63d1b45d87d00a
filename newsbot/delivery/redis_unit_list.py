"""The list of work in Redis: units that are not closed, and the workers that own them.

    key                                   type    what                                          how long
    {deliver:telegram:123}:beats          hash    worker → its heartbeats                       until it was seen dead
    {deliver:telegram:123}:owners         hash    unit → the worker that was given it           until closed
    {deliver:telegram:123}:free:<alert>   zset    tier:segment of units that nobody was given   until closed
    {deliver:telegram:123}:segments:<alert> set   segments in which the alert was frozen        as the units
    {deliver:telegram:123}:turns          string  counts how often a unit was given             lasting

Who may work on a unit is said by the unit itself, in its segment (`redis_units`); here is only whose turn it is. The
two stand in different hash slots, so that a crash may come between: a unit is offered, given and taken off as often as
one likes, and one that is closed already is taken off by whoever is given it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis

from newsbot.delivery.ledger import Unit
from newsbot.redis_client import Script

_take: Final = Script(__package__, "units_take.lua")
_offer: Final = Script(__package__, "units_offer.lua")
_free: Final = Script(__package__, "units_free.lua")


@dataclass(frozen=True, slots=True)
class Given:
    """`turn` grows: of two workers that were given the same unit, the later one has it. `beats`: of all workers."""

    unit: Unit | None
    turn: int
    beats: dict[str, bytes]


class UnitList:
    """Raises what the Redis client raises."""

    def __init__(self, redis: Redis, account: str) -> None:
        self._redis = redis
        self._prefix = f"{{deliver:{account}}}"

    async def offer(self, alert_id: int, segment: int, tiers: Iterable[int], kept: int) -> None:
        """Kept for so many seconds. Repeated, it changes nothing."""
        await _offer(
            self._redis, [f"{self._prefix}:free:{alert_id}"], [self._prefix, str(alert_id), segment, kept, *tiers]
        )

    async def take(
        self, worker: str, alert_ids: Sequence[int], *, gone: Collection[str], held: Collection[Unit]
    ) -> Given:
        """`gone`: workers that live no more; `held`: units that this one knows it owns."""
        arguments: list[bytes | str | int] = [
            self._prefix,
            worker,
            len(gone),
            *gone,
            len(held),
            *map(str, held),
            *map(str, alert_ids),
        ]
        unit, turn, *beats = await _take(self._redis, [f"{self._prefix}:beats"], arguments)
        names = (name.decode() for name in beats[::2])
        return Given(Unit.parse(unit.decode()) if unit else None, int(turn), dict(zip(names, beats[1::2], strict=True)))

    async def beat(self, worker: str) -> dict[str, bytes]:
        """Everyone's heartbeats then."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hincrby(f"{self._prefix}:beats", worker, 1)
            pipe.hgetall(f"{self._prefix}:beats")
            _, beats = await pipe.execute()
        return {name.decode(): count for name, count in beats.items()}

    async def free(self, unit: Unit, worker: str, kept: int) -> None:
        await _free(
            self._redis,
            [f"{self._prefix}:owners"],
            [self._prefix, str(unit.alert_id), int(unit.tier), unit.segment, worker, kept],
        )

    async def strike_off(self, unit: Unit) -> bool:
        """False: it was not on the list any more."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(f"{self._prefix}:owners", str(unit))
            pipe.zrem(f"{self._prefix}:free:{unit.alert_id}", f"{int(unit.tier)}:{unit.segment}")
            return any(await pipe.execute())

    async def of(self, alert_id: int) -> tuple[Unit, ...]:
        """Those that are on the list, in order."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.zrange(f"{self._prefix}:free:{alert_id}", 0, -1)
            pipe.hkeys(f"{self._prefix}:owners")
            free, owned = await pipe.execute()
        units = {Unit.parse(f"{alert_id}:{member.decode()}") for member in free}
        units |= {Unit.parse(name.decode()) for name in owned}
        return tuple(sorted(unit for unit in units if unit.alert_id == alert_id))

    async def segments(self, alert_id: int) -> list[int]:
        found: Any = await _awaited(self._redis.smembers(f"{self._prefix}:segments:{alert_id}"))
        return sorted(int(one) for one in found)


async def _awaited(command: Any) -> Any:
    # The library types a command for its two clients at once; ours always awaits.
    return await command
