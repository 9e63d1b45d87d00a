"""What the ledger says in the log: a line for each delivery that it settles by itself, one for each unit that is done.

What a worker learnt from the platform `settling` says. The others no request tells of: who is withdrawn, held, reached
elsewhere, out of time, stopped, or unknown since a worker died.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import structlog

from newsbot.delivery.ledger import Unit
from newsbot.domain.alert import Outcome

#: as `who_became` of ledger_unit.lua says who has an outcome now: 3 bytes for each, then, of many at once, outcome and
#: bitmap in turn
Told: TypeAlias = Sequence[bytes | int]
NOBODY: Final[Told] = (b"",)
_AT_A_TIME: Final = 500  #: lines after which others may go on

_log = structlog.get_logger()


async def log_deliveries(channel: str, unit: Unit, told: Told, *, but: Collection[int] = ()) -> None:
    """`but`: positions that somebody else speaks of."""
    if (len(told) == 1 and not told[0]) or not _log.is_enabled_for(logging.DEBUG):
        return
    log = _log.bind(alert=unit.alert_id, channel=channel, unit=str(unit))
    for at, (position, outcome) in enumerate(positions(told), start=1):
        if position not in but:
            log.debug("delivery", position=position, outcome=outcome.name.lower())
        if at % _AT_A_TIME == 0:
            await asyncio.sleep(0)


def log_unit(channel: str, unit: Unit, seconds: float | None, outcomes: Mapping[Outcome, int]) -> None:
    """`seconds`: since who closes it took it; None: it was another's."""
    counts = {outcome.name.lower(): many for outcome, many in sorted(outcomes.items()) if many}
    spent = {} if seconds is None else {"seconds": round(seconds, 3)}
    _log.info("a unit is done", channel=channel, unit=str(unit), **spent, **counts)


def positions(told: Told) -> Iterator[tuple[int, Outcome]]:
    one_by_one, *at_once = told
    assert isinstance(one_by_one, bytes)
    for at in range(0, len(one_by_one), 3):
        yield int.from_bytes(one_by_one[at + 1 : at + 3]), Outcome(one_by_one[at])
    for outcome, bitmap in zip(at_once[::2], at_once[1::2], strict=True):
        assert isinstance(outcome, int)
        assert isinstance(bitmap, bytes)
        for place, byte in enumerate(bitmap):
            for bit in range(8 if byte else 0):
                if byte & 128 >> bit:
                    yield place * 8 + bit, Outcome(outcome)
