"""Millions of subscribers in Redis within seconds: one segment is made, the others are copies with ids of their own.

Each follows three of twelve topics; one in twenty has paused, one in ten can't be reached, one in twenty-five wrote on
each of the last days.
"""

from __future__ import annotations

import random
import struct
from dataclasses import replace
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from bench.ledger import NOW, a_reader
from newsbot.domain.subscriber import SEGMENT_SIZE, Slot
from newsbot.subscribers import packing
from newsbot.subscribers.redis_segments import prefix

FIRST = 5_000_000_000  #: the platform's id of the first
DAYS = 9
WROTE = 0.04  #: of the readers, on each of those days


async def a_crowd(redis: Redis, count: int, *, account: str, topics: int = 0, first: int = 0) -> None:
    """So many subscribers of `telegram`'s account, from the segment `first` on. `topics`: how many more there are, each
    followed by one reader in ten.
    """
    whole, rest = divmod(count, SEGMENT_SIZE)
    if whole:
        await _make(redis, first, SEGMENT_SIZE, topics)
    for segment in range(first + 1, first + whole):
        await _copy(redis, first, segment)
    if rest:
        await _make(redis, first + whole, rest, topics)
    await _awaited(redis.delete(f"segments:telegram:{account}"))
    await _awaited(redis.sadd(f"segments:telegram:{account}", *range(first, first + whole + bool(rest))))


async def _make(redis: Redis, segment: int, count: int, topics: int) -> None:
    chance = random.Random(segment)
    start = segment * SEGMENT_SIZE
    readers = [a_reader(chance, number) for number in range(start, start + count)]
    more = [f"more-{number}" for number in range(topics)]
    if more:
        readers = [
            replace(
                one,
                preferences=replace(
                    one.preferences,
                    topics=one.preferences.topics | {topic for topic in more if chance.random() < 0.1},
                ),
            )
            for one in readers
        ]
    # Without addresses: nobody writes to us here, and a million of them take half a minute.
    content, key = packing.pack_segment(readers), _key(segment)
    strings = dict(content.strings) | {"ids": _ids(segment, count)}
    for days in range(DAYS):
        wrote = packing.bitmap(at for at in range(count) if chance.random() < WROTE)
        strings[packing.active_bitmap(NOW - timedelta(days=days))] = wrote
    async with redis.pipeline(transaction=False) as pipe:
        for name, value in strings.items():
            pipe.set(f"{key}:{name}", value)
        for name, mapping in content.hashes.items():
            pipe.hset(f"{key}:{name}", items=[part for pair in mapping.items() for part in pair])
        pipe.sadd(f"{key}:bitmaps", *content.bitmaps)
        await pipe.execute()


async def _copy(redis: Redis, source: int, segment: int) -> None:
    names = [name async for name in redis.scan_iter(match=f"{_key(source)}:*", count=5000)]
    async with redis.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.copy(name, name.replace(_key(source).encode(), _key(segment).encode(), 1), replace=True)
        pipe.set(f"{_key(segment)}:ids", _ids(segment, SEGMENT_SIZE))
        await pipe.execute()


def _ids(segment: int, count: int) -> bytes:
    start = FIRST + segment * SEGMENT_SIZE
    return struct.pack(f">{count}q", *range(start, start + count))


def _key(segment: int) -> str:
    return prefix(Slot("telegram", segment, 0))


async def _awaited(command: Any) -> Any:
    return await command
