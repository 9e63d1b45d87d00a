"""Which numbers strangers get: the next of their account, in segments that no other account has."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.subscriber import SEGMENT_SIZE
from newsbot.subscribers.schema import subscribers

_ALLOCATION: Final = 0x6E657773_00000002  #: advisory lock of PostgreSQL: numbers are given by one at a time


async def next_numbers(connection: AsyncConnection, channel: str, account: str, count: int) -> list[int]:
    """Those that follow the account's last; nobody else gets them if this transaction is committed."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ALLOCATION})
    newest = select(func.max(subscribers.c.number)).where(subscribers.c.channel == channel)
    of_channel: int | None = await connection.scalar(newest)
    of_account: int | None = await connection.scalar(newest.where(subscribers.c.account == account))
    return following(-1 if of_account is None else of_account, -1 if of_channel is None else of_channel, count)


def following(last: int, highest: int, count: int) -> list[int]:
    """`last`: the account's highest number, `highest`: everybody's; -1: none yet."""
    numbers: list[int] = []
    for _ in range(count):
        last += 1
        if last % SEGMENT_SIZE == 0:
            # A segment is one account's: begin one behind everybody's.
            last = (highest // SEGMENT_SIZE + 1) * SEGMENT_SIZE
        highest = max(highest, last)
        numbers.append(last)
    return numbers
