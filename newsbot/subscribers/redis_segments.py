"""The working copy of subscribers in Redis: its keys, and what is done to them. Nothing here knows the journal.

A segment is 65,536 slots of one channel account; its keys share a hash tag, so that a script touches one hash slot.

    key                            type    what                                                  how long
    {telegram:12}:versions         string  4 bytes a slot: the version that was applied          lasting
    {telegram:12}:ids              string  8 bytes a slot: the platform's id (`packing`)         until forgotten
    {telegram:12}:other_ids        hash    position → id that doesn't fit into 8 bytes           until forgotten
    {telegram:12}:known            bitmap  there is a reader in the slot                         until forgotten
    {telegram:12}:paused           bitmap  and :stopped, :unreachable                            lasting
    {telegram:12}:linked           bitmap  is the same reader as one on another channel          lasting
    {telegram:12}:elsewhere        bitmap  of them: alerts go to that one                        lasting
    {telegram:12}:lang:<code>      bitmap  the reader's language                                 lasting
    {telegram:12}:topic:<id>       bitmap  follows the topic                                     lasting
    {telegram:12}:profile:<n>      hash    1 byte of position → what isn't a bit; 256 a bucket   until forgotten
    {telegram:12}:bitmaps          set     names of the segment's bitmaps, without prefix        lasting
    {telegram:12}:days             string  2 bytes a slot: the UTC day the reader last wrote     lasting
    {telegram:12}:active:<date>    bitmap  wrote on this UTC day                                 9 days
    {telegram:12}:tmp:<what>       bitmap  within one script                                     the script
    {telegram:12}:windows          string  5 bytes a slot: until when the reader may be written  until forgotten
                                           to (unix seconds, 4 bytes; 0: not now), `Opener`
    {telegram:12}:ending:<n>       bitmap  whose window ends in the nth quarter of an hour       an hour beyond it
                                           since 1970
    {telegram:12}:endings          zset    those quarters of an hour: n → n                      an hour beyond each
    {telegram:12}:asked            bitmap  was asked whether to keep alerts coming               until they are heard of
    {telegram:12}:missed           bitmap  was to get an alert while the window was closed       until seen or declined
    {telegram:12}:offered          bitmap  was offered what they missed                          until a window opens
    address:telegram:<account>:<n> hash    user id → number; 32,768 buckets                      until moved, forgotten
    segments:telegram:<account>    set     the account's segments                                lasting
    replayed:telegram:<account>    string  id of the journal's row up to which all was applied   lasting
    links:telegram:<account>       string  the accounts for which `elsewhere` was settled last   lasting

Without `replayed:…` the working copy is rebuilt. What alerts keep in a segment, `redis_ledger` lists.

From `windows` to `offered` they are there only on channels with windows. The journal doesn't have them: when Redis is
lost, nobody there is written to until they are heard of again, and they are offered then what they missed since.

An entry of `address:…` counts only when the slot that it names holds that id. Every write may be repeated, in any
order.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from redis.asyncio import Redis

from newsbot.domain.subscriber import SEGMENT_SIZE, Address, Slot, Subscriber
from newsbot.domain.window import Opener, Window
from newsbot.errors import StoreError
from newsbot.redis_client import Script
from newsbot.subscribers import packing
from newsbot.subscribers.packing import NO_ID, PROFILES_IN_BUCKET
from newsbot.subscribers.states import Forgotten, State
from newsbot.subscribers.store import SubscriberCounts

ADDRESS_BUCKETS: Final = 32_768  #: at 10 million subscribers 305 in each, which Redis still packs tightly (up to 512)
ACTIVE_FOR: Final = timedelta(days=9)  #: today, and a week of days before it, in any time zone

_WINDOWS: Final = "windows.lua"
_apply: Final = Script(__package__, _WINDOWS, "apply_state.lua")
_read: Final = Script(__package__, "read_state.lua")
_touch: Final = Script(__package__, _WINDOWS, "touch.lua")
_window: Final = Script(__package__, _WINDOWS, "window.lua")
_count: Final = Script(__package__, "count.lua")


class Segments:
    """Raises what the Redis client raises: the caller says what it was doing (`store_errors`)."""

    def __init__(self, redis: Redis, accounts: Mapping[str, str]) -> None:
        self._redis = redis
        self._accounts = accounts

    async def slot_of(self, address: Address) -> Slot | None:
        """Where the address was last written to; whether it still stands there, `read` and `touch` find out."""
        number = await _awaited(self._redis.hget(self._bucket(address), address.user_id))
        return None if number is None else Slot.of(address.channel, int(number))

    async def read(self, slot: Slot) -> Subscriber | None:
        version, packed, other_id, profile, day, *bits = await _read(
            self._redis, [f"{prefix(slot)}:versions"], [prefix(slot), slot.position]
        )
        user_id = packing.read_id(packed, other_id)
        if user_id is None or not profile:
            return None
        preferences, since = packing.unpack(profile, (bit.decode() for bit in bits))
        return Subscriber(
            address=Address(slot.channel, user_id),
            number=slot.number,
            version=int.from_bytes(version, "big"),
            preferences=preferences,
            since=since,
            active_at=packing.day_from(day),
        )

    async def apply(self, states: Sequence[State]) -> list[tuple[bool, datetime | None]]:
        """Write those that are newer than what is there: (whether it was, when the reader was last active) for each."""
        slots = [_slot(state) for state in states]
        before = await self._ids_at(slots)
        # Addresses that no longer lead here go first and new ones come last: what a crash leaves out is found by the
        # journal.
        async with self._redis.pipeline(transaction=False) as pipe:
            for state, slot, there in zip(states, slots, before, strict=True):
                if there is None:
                    pipe.sadd(self.segments_key(slot.channel), slot.segment)
                elif there != _user_id_of(state):
                    pipe.hdel(self._bucket(Address(slot.channel, there)), there)
            await pipe.execute()
        answers = await _apply.each(
            self._redis,
            [
                ([f"{prefix(slot)}:versions"], [prefix(slot), slot.position, *_arguments(state)])
                for state, slot in zip(states, slots, strict=True)
            ],
        )
        await self.remember_addresses(
            state
            for state, there, (applied, _) in zip(states, before, answers, strict=True)
            if applied and isinstance(state, Subscriber) and there != state.address.user_id
        )
        return [(bool(applied), packing.day_from(day)) for applied, day in answers]

    async def remember_addresses(self, subscribers: Iterable[Subscriber]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for one in subscribers:
                pipe.hset(self._bucket(one.address), one.address.user_id, str(one.number))
            await pipe.execute()

    async def forget_address(self, address: Address) -> None:
        await _awaited(self._redis.hdel(self._bucket(address), address.user_id))

    async def touch(self, address: Address, slot: Slot, now: datetime, window: Window | None = None) -> bool | None:
        """Whether the reader is marked as unreachable; None when the slot isn't theirs."""
        packed = packing.pack_id(address.user_id)
        opened = () if window is None else (_seconds(now), _seconds(window.expires_at), int(window.opened_by))
        answer = await _touch(
            self._redis,
            [f"{prefix(slot)}:days"],
            [
                prefix(slot),
                slot.position,
                packed or NO_ID,
                "" if packed else address.user_id,
                packing.day_of(now),
                packing.active_bitmap(now),
                int(ACTIVE_FOR.total_seconds()),
                *opened,
            ],
        )
        return None if answer < 0 else bool(answer)

    async def window(self, slot: Slot) -> Window | None:
        ends, opener = await self._window(slot, close=False)
        return Window(datetime.fromtimestamp(ends, UTC), Opener(opener)) if ends else None

    async def close_window(self, slot: Slot) -> None:
        await self._window(slot, close=True)

    async def _window(self, slot: Slot, *, close: bool) -> tuple[int, int]:
        ends, opener = await _window(
            self._redis, [f"{prefix(slot)}:windows"], [prefix(slot), slot.position, int(close)]
        )
        return ends, opener

    async def counts(self, channels: Iterable[str]) -> SubscriberCounts:
        subscribers = reachable = 0
        by_topic: dict[str, int] = {}
        keys = [prefix(Slot(channel, one, 0)) for channel in channels for one in await self.numbers(channel)]
        for found in await _count.each(self._redis, [([f"{key}:known"], [key]) for key in keys]):
            subscribers, reachable = subscribers + found[0], reachable + found[1]
            for topic, count in zip(found[2::2], found[3::2], strict=True):
                by_topic[topic.decode()] = by_topic.get(topic.decode(), 0) + count
        return SubscriberCounts(subscribers, reachable, {topic: n for topic, n in sorted(by_topic.items()) if n})

    async def numbers(self, channel: str) -> list[int]:
        """Of the segments that the account has here."""
        return sorted(int(one) for one in await _awaited(self._redis.smembers(self.segments_key(channel))))

    async def replace(self, channel: str, segment: int, states: Sequence[State]) -> None:
        """Put these states in place of whatever the segment holds, at once: no script sees it half done."""
        key = prefix(Slot(channel, segment, 0))
        bitmaps = [name.decode() for name in await _awaited(self._redis.smembers(f"{key}:bitmaps"))]
        fixed = ["versions", "ids", "other_ids", "days", "bitmaps"]
        profiles = [f"profile:{n}" for n in range(SEGMENT_SIZE // PROFILES_IN_BUCKET)]
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.unlink(*(f"{key}:{name}" for name in (*bitmaps, *fixed, *profiles)))
            content = packing.pack_segment(states)
            for name, value in content.strings.items():
                pipe.set(f"{key}:{name}", value)
            for name, mapping in content.hashes.items():
                pipe.hset(f"{key}:{name}", items=[part for pair in mapping.items() for part in pair])
            if content.bitmaps:
                pipe.sadd(f"{key}:bitmaps", *content.bitmaps)
            await pipe.execute()
        if states:
            await _awaited(self._redis.sadd(self.segments_key(channel), segment))
        else:
            await _awaited(self._redis.srem(self.segments_key(channel), segment))
        readers = [state for state in states if isinstance(state, Subscriber)]
        for start in range(0, len(readers), 1000):
            await self.remember_addresses(readers[start : start + 1000])

    async def replayed(self) -> list[int | None]:
        """For each account the id of the journal's row up to which all was applied; None: never, or Redis was lost."""
        marks = [await _awaited(self._redis.get(key)) for key in self._marks()]
        return [None if mark is None else int(mark) for mark in marks]

    async def set_replayed(self, event_id: int) -> None:
        for key in self._marks():
            await _awaited(self._redis.set(key, event_id))

    async def linked(self) -> AsyncIterator[Address]:
        """Everyone here who has a linked address."""
        for channel in sorted(self._accounts):
            for segment in await self.numbers(channel):
                there = prefix(Slot(channel, segment, 0))
                for position in packing.positions(await _awaited(self._redis.get(f"{there}:{packing.LINKED}")) or b""):
                    if (found := await self.read(Slot(channel, segment, position))) is not None:
                        yield found.address

    async def links_settled(self, ways: str) -> bool:
        """Whether `set_links_settled` was last told the same."""
        return all([_text(await _awaited(self._redis.get(key))) == ways for key in self._marks("links")])

    async def set_links_settled(self, ways: str) -> None:
        for key in self._marks("links"):
            await _awaited(self._redis.set(key, ways))

    def segments_key(self, channel: str) -> str:
        return f"segments:{channel}:{self._account(channel)}"

    def _marks(self, what: str = "replayed") -> list[str]:
        return [f"{what}:{channel}:{account}" for channel, account in sorted(self._accounts.items())]

    def _bucket(self, address: Address) -> str:
        digest = hashlib.blake2b(address.user_id.encode("utf-8", "surrogatepass"), digest_size=4).digest()
        number = int.from_bytes(digest, "big") % ADDRESS_BUCKETS
        return f"address:{address.channel}:{self._account(address.channel)}:{number}"

    def _account(self, channel: str) -> str:
        if channel not in self._accounts:
            raise StoreError(f"No account of the channel {channel} is configured, so it has no subscribers")
        return self._accounts[channel]

    async def _ids_at(self, slots: Sequence[Slot]) -> list[str | None]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for slot in slots:
                pipe.getrange(f"{prefix(slot)}:ids", slot.position * 8, slot.position * 8 + 7)
                pipe.hget(f"{prefix(slot)}:other_ids", str(slot.position))
            found = await pipe.execute()
        return [packing.read_id(packed, other) for packed, other in zip(found[::2], found[1::2], strict=True)]


def prefix(slot: Slot) -> str:
    """What the names of the segment's keys begin with: the hash tag."""
    return f"{{{slot.channel}:{slot.segment}}}"


async def _awaited(command: Any) -> Any:
    # The library types a command for its two clients at once; ours always awaits.
    return await command


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode()


def _slot(state: State) -> Slot:
    return Slot.of(state.channel, state.number) if isinstance(state, Forgotten) else state.slot


def _user_id_of(state: State) -> str | None:
    return None if isinstance(state, Forgotten) else state.address.user_id


def _arguments(state: State) -> list[bytes | str | int]:
    """Those of apply_state.lua behind prefix and position."""
    if isinstance(state, Forgotten):
        return [state.version, NO_ID, "", ""]
    user_id = state.address.user_id
    packed = packing.pack_id(user_id)
    profile = packing.pack_profile(state.preferences, state.since)
    other = b"" if packed else user_id.encode("utf-8", "surrogatepass")
    return [state.version, packed or NO_ID, other, profile, *packing.bits_of(state.preferences)]
