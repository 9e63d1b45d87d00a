"""The readers of one unit in Redis: begun, waiting, settled, bit by bit. `redis_ledger` lists the keys.

All of a unit stands in its segment's hash slot, so each step is one script. Which worker owns it stands there too: a
step for another is refused.
"""

from __future__ import annotations

import struct
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from redis.asyncio import Redis

from newsbot.delivery.delivery_lines import NOBODY, Told
from newsbot.delivery.ledger import COPIES_KEPT, MISSED_KEPT, Claim, Fate, Postpone, Reader, Result, Tier, Unit
from newsbot.delivery.permits import MARGIN
from newsbot.delivery.redis_audiences import WINDOWS
from newsbot.domain.alert import Outcome, Totals
from newsbot.domain.subscriber import Slot
from newsbot.redis_client import Script
from newsbot.redis_replicas import Replicas
from newsbot.subscribers import packing
from newsbot.subscribers.redis_segments import prefix

CLOSED: Final = -1  #: of `adopt`
SUPERSEDED: Final = -2

_OUTCOMES: Final = ("ledger_segment.lua", "ledger_outcomes.lua")
_SHARED: Final = (*_OUTCOMES, "ledger_unit.lua")
_WINDOWED: Final = (*_OUTCOMES, "ledger_windows.lua", "ledger_unit.lua")
_adopt: Final = Script(__package__, *_SHARED, "ledger_adopt.lua")
_claim: Final = Script(__package__, WINDOWS, *_WINDOWED, "ledger_claim.lua")
_take_back: Final = Script(__package__, *_SHARED, "ledger_take_back.lua")
_settle: Final = Script(__package__, WINDOWS, *_SHARED, "ledger_by_rank.lua", "ledger_settle.lua", when_full=True)
_close: Final = Script(__package__, WINDOWS, *_WINDOWED, "ledger_close.lua")
_give_back: Final = Script(__package__, *_SHARED, "ledger_give_back.lua")
_totals: Final = Script(__package__, *_OUTCOMES, "ledger_totals.lua")
_fate: Final = Script(__package__, *_OUTCOMES, "ledger_by_rank.lua", "ledger_fate.lua")
_missed: Final = Script(__package__, WINDOWS, *_OUTCOMES, "ledger_missed.lua")

_MILLISECOND: Final = timedelta(milliseconds=1)
_MESSAGE: Final = struct.Struct(">I")
#: in place of a message's id, which where there are windows is long and of no use: nothing is edited there
A_COPY: Final = "1"
_NO_MESSAGE: Final = bytes(4)
_RESULT: Final = struct.Struct(">IbI")
_LARGEST: Final = 2**32 - 1
_RANKS_KEPT: Final = int(max(COPIES_KEPT, MISSED_KEPT).total_seconds())  # and tiers, of a closed unit
_READER: Final = 8  # values of one reader in a claim's answer


@dataclass(frozen=True, slots=True)
class Closed:
    """False: requests are on their way. `outcomes`: of the whole unit, whoever settled them."""

    closed: bool
    told: Told = NOBODY
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.closed


class Units:
    """Raises what the Redis client raises. `number`: grows from call to call of a worker; one that is overtaken by a
    later one does nothing. `replicas` must have each claim, what became of it, and each closing.
    """

    def __init__(self, redis: Redis, channel: str, *, replicas: Replicas, windows: bool = False) -> None:
        self._redis = redis
        self._replicas = replicas
        self._channel = channel
        self._margin: tuple[int, ...] = (int(MARGIN.total_seconds()),) if windows else ()
        self._reader = _reader_with_window if windows else _reader
        self._values = _READER + windows

    async def adopt(self, unit: Unit, worker: str, turn: int, *, number: int, resend: bool) -> tuple[int, Told]:
        """How many readers another worker left begun; CLOSED, or SUPERSEDED by a later turn."""
        recovered, *told = await self._run(_adopt, unit, worker, turn, number, int(resend))
        return recovered, told[0] if told else NOBODY

    async def claim(self, unit: Unit, worker: str, number: int, count: int) -> tuple[Claim | None, Told]:
        """None: the unit is another's."""
        in_flight, *answer = await self._run_kept(_claim, unit, worker, number, count, *self._margin)
        if in_flight < 0:
            return None, NOBODY
        next_in, told, *values = answer
        claim = Claim(
            tuple(self._reader(values[at : at + self._values]) for at in range(0, len(values), self._values)),
            None if next_in < 0 else next_in * _MILLISECOND,
            in_flight,
        )
        return claim, told

    async def take_back(self, unit: Unit, worker: str, number: int, but: Collection[int]) -> int | None:
        """How many wait again; None: the unit is another's."""
        answer = int(await self._run(_take_back, unit, worker, number, *but))
        return None if answer < 0 else answer

    async def settle(self, unit: Unit, results: Sequence[Result], *, lasting: bool) -> Told:
        run = self._run_kept if lasting else self._run
        told: Told = await run(_settle, unit, int(COPIES_KEPT.total_seconds()), *_packed(results, ids=not self._margin))
        return told

    async def close(self, unit: Unit, worker: str, outcome: Outcome) -> Closed | None:
        """None: the unit is another's. Worker '': whoever owns it."""
        answer, *rest = await self._run_kept(_close, unit, worker, int(outcome), _RANKS_KEPT, *self._margin)
        if answer < 0:
            return None
        told, *counts = rest or (NOBODY,)
        outcomes: Counter[Outcome] = Counter()
        for code, many in zip(counts[::2], counts[1::2], strict=True):
            outcomes[Outcome(code)] += many
        return Closed(bool(answer), told, outcomes)

    async def give_back(self, unit: Unit, worker: str) -> bool | None:
        """Whether nobody owns it now; None: the unit is another's."""
        answer = await self._run(_give_back, unit, worker)
        return None if answer < 0 else bool(answer)

    async def strike(self, unit: Unit, position: int) -> bool:
        """Whether an alert before this one struck the reader."""
        key = f"{self._prefix(unit)}:strikes"
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hsetnx(key, str(position), str(unit.alert_id))
            pipe.hget(key, str(position))
            _, struck_by = await pipe.execute()
        return struck_by is not None and int(struck_by) != unit.alert_id

    async def totals(self, alert_id: int, segments: Sequence[int]) -> Totals:
        keys = [prefix(Slot(self._channel, segment, 0)) for segment in segments]
        found = await _totals.each(self._redis, [([f"{key}:alert:{alert_id}:planned"], [key]) for key in keys])
        audience, waiting, begun, untouched = (sum(answer[at] for answer in found) for at in range(4))
        outcomes: Counter[Outcome] = Counter()
        for answer in found:
            for code, many in zip(answer[4::2], answer[5::2], strict=True):
                outcomes[Outcome(code)] += many
        known = {outcome: many for outcome, many in sorted(outcomes.items()) if many}
        return Totals(audience=audience, outcomes=known, waiting=waiting, in_flight=begun, untouched=untouched)

    async def fate(self, alert_id: int, slot: Slot) -> Fate:
        key = prefix(slot)
        found = await _fate(self._redis, [f"{key}:alert:{alert_id}:planned"], [key, slot.position])
        if not found:
            return Fate()
        code, waiting, begun = found
        return Fate(True, Outcome(code) if code else None, waiting=bool(waiting), begun=bool(begun))

    async def missed(self, slot: Slot, what: str) -> tuple[Unit, ...]:
        """`what`: `offer`, `list` or `decline`."""
        key = prefix(slot)
        oldest = int(time.time() - MISSED_KEPT.total_seconds())
        found = await _missed(self._redis, [f"{key}:held"], [key, slot.position, what, oldest])
        units = [Unit(alert, Tier(tier), slot.segment) for alert, tier in zip(found[::2], found[1::2], strict=True)]
        return tuple(sorted(units, key=lambda unit: -unit.alert_id))

    async def _run(self, script: Script, unit: Unit, *arguments: bytes | str | int) -> Any:
        return await script(self._redis, [self._state(unit)], [self._prefix(unit), *arguments])

    async def _run_kept(self, script: Script, unit: Unit, *arguments: bytes | str | int) -> Any:
        """The same, once a promotion can't undo it."""
        return await self._replicas.run(script, [self._state(unit)], [self._prefix(unit), *arguments])

    def _state(self, unit: Unit) -> str:
        return f"{self._prefix(unit)}:alert:{unit.alert_id}:{int(unit.tier)}:state"

    def _prefix(self, unit: Unit) -> str:
        return prefix(Slot(self._channel, unit.segment, 0))


def _reader(values: Sequence[Any]) -> Reader:
    position, id_, other_id, profile, language, topic, message, other_message = values
    user_id = packing.read_id(id_, other_id)
    # The script begins only with readers who have one.
    assert user_id is not None
    return Reader(
        position=position,
        user_id=user_id,
        language=language.decode(),
        topic=topic.decode(),
        thread_id=packing.extra_of(profile).get("thread", ""),
        message_id=_message_id(message, other_message),
    )


def _reader_with_window(values: Sequence[Any]) -> Reader:
    reader = _reader(values[:-1])
    reader.window_until = float(values[-1])
    return reader


def _message_id(packed: bytes, other: bytes) -> str:
    if not packed or packed == _NO_MESSAGE:
        return other.decode()
    return str(_MESSAGE.unpack(packed)[0])


def _packed(results: Sequence[Result], *, ids: bool) -> list[bytes | str | int]:
    """As ledger_settle.lua wants them: one argument for all costs a tenth of what four for each would. `ids`: messages
    are kept by them; else it is kept that there is one.
    """
    packed, others = bytearray(), list[bytes | str | int]()
    for result in results:
        if isinstance(result, Postpone):
            wait = min(max(0, -(-result.after // _MILLISECOND)), _LARGEST)
            packed += _RESULT.pack(result.position, -1 if result.doubtful else 0, wait)
            continue
        if result.outcome is Outcome.HELD:
            packed += _RESULT.pack(result.position, result.outcome, int(result.window_until))
            continue
        message_id = result.message_id if ids or not result.message_id else A_COPY
        number = int(message_id) if len(message_id) < 11 and message_id.isascii() and message_id.isdecimal() else 0
        if message_id and not (0 < number <= _LARGEST and str(number) == message_id):
            others += (result.position, message_id)
            number = 0
        packed += _RESULT.pack(result.position, result.outcome, number)
    return [bytes(packed), *others]
