"""How a subscriber is written into Redis, byte for byte. Pure; `redis_store` owns the keys.

A reader's topics, language and states are bits in bitmaps of the segment, named `topic:sports`, `lang:bn`, `paused`…;
what isn't a bit is the profile, a few bytes. Platform ids are 8 bytes that only Python looks into: Lua's numbers
round above 2^53.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from newsbot.domain.subscriber import SEGMENT_SIZE, Preferences
from newsbot.subscribers.states import Forgotten, State

KNOWN: Final = "known"  #: bitmap: there is a reader in this slot (stopped or not)
TOPIC: Final = "topic:"
LANGUAGE: Final = "lang:"
STATES: Final = ("paused", "stopped", "unreachable")
#: bitmaps, beside the notes that the profile keeps: has a linked address; and alerts go there
LINKED, ELSEWHERE = "linked", "elsewhere"
NO_ID: Final = bytes(8)  #: in the array of ids: nobody, or an id that stands in `other_ids`
NO_DAY: Final = bytes(2)
ACTIVE: Final = "active:"  #: bitmaps, one a UTC day
PROFILES_IN_BUCKET: Final = 256  #: Redis packs a hash of up to 512 small values tightly

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PROFILE: Final = struct.Struct(">Bq")  # flags, microseconds of `since`
_ID: Final = struct.Struct(">q")
_NOTHING: Final[Mapping[str, str]] = {}
_ONBOARDED: Final = 1
_USUAL: Final = Preferences()


def pack_id(user_id: str) -> bytes | None:
    """8 bytes for a decimal id that comes back to the letter from them, else None: it goes to the side hash."""
    if not user_id.removeprefix("-").isdecimal() or not user_id.isascii() or len(user_id) > 20:
        return None
    number = int(user_id)
    if str(number) != user_id or number == 0 or not -(2**63) <= number < 2**63:
        return None
    return _ID.pack(number)


def unpack_id(packed: bytes) -> str:
    return str(_ID.unpack(packed)[0])


def read_id(packed: bytes, other: bytes | None) -> str | None:
    """The id of whoever is in a slot: from its 8 bytes in the array, or from the side hash; None: nobody."""
    if other:
        return other.decode("utf-8", "surrogatepass")
    return None if not packed or packed == NO_ID else unpack_id(packed)


def bits_of(preferences: Preferences) -> list[str]:
    """The bitmaps in which the reader's bit is 1. In every other bitmap of the segment it is 0."""
    states = [state for state in STATES if getattr(preferences, state)]
    if preferences.linked_with is not None:
        states += [LINKED, ELSEWHERE] if preferences.elsewhere else [LINKED]
    return [KNOWN, LANGUAGE + preferences.language, *states, *(TOPIC + topic for topic in sorted(preferences.topics))]


def pack_profile(preferences: Preferences, since: datetime) -> bytes:
    rare: dict[str, object] = {}
    if preferences.timezone != _USUAL.timezone:
        rare["timezone"] = preferences.timezone
    if preferences.extra:
        rare["extra"] = dict(preferences.extra)
    tail = json.dumps(rare, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") if rare else b""
    flags = _ONBOARDED if preferences.onboarded else 0
    return _PROFILE.pack(flags, (since - _EPOCH) // timedelta(microseconds=1)) + tail


def unpack(profile: bytes, bits: Iterable[str]) -> tuple[Preferences, datetime]:
    """What `pack_profile` and `bits_of` wrote: the preferences and `since`."""
    flags, microseconds = _PROFILE.unpack_from(profile)
    rare = _rare(profile)
    set_bits = set(bits)
    language = next((bit.removeprefix(LANGUAGE) for bit in set_bits if bit.startswith(LANGUAGE)), _USUAL.language)
    preferences = Preferences(
        language=language,
        timezone=rare.get("timezone", _USUAL.timezone),
        topics=frozenset(bit.removeprefix(TOPIC) for bit in set_bits if bit.startswith(TOPIC)),
        paused="paused" in set_bits,
        stopped="stopped" in set_bits,
        unreachable="unreachable" in set_bits,
        onboarded=bool(flags & _ONBOARDED),
        extra=tuple(sorted(rare.get("extra", {}).items())),
    )
    return preferences, _EPOCH + timedelta(microseconds=microseconds)


def extra_of(profile: bytes) -> Mapping[str, str]:
    """`Preferences.extra` alone; of no profile, none."""
    if len(profile) <= _PROFILE.size:  # nearly everybody's
        return _NOTHING
    extra: dict[str, str] = _rare(profile).get("extra", {})
    return extra


def timezone_of(profile: bytes) -> str:
    """`Preferences.timezone` alone."""
    timezone: str = _rare(profile).get("timezone", _USUAL.timezone)
    return timezone


def _rare(profile: bytes) -> dict[str, Any]:
    tail = profile[_PROFILE.size :]
    found: dict[str, Any] = json.loads(tail.decode("utf-8", "surrogatepass")) if tail else {}
    return found


def day_of(moment: datetime) -> bytes:
    """The UTC day in 2 bytes that sort like days, for years 1970 to 2149."""
    return struct.pack(">H", (moment - _EPOCH).days)


def day_from(packed: bytes) -> datetime | None:
    return None if packed in (b"", NO_DAY) else _EPOCH + timedelta(days=struct.unpack(">H", packed)[0])


def active_bitmap(moment: datetime) -> str:
    return f"{ACTIVE}{moment.astimezone(UTC):%Y%m%d}"


@dataclass(frozen=True, slots=True)
class PackedSegment:
    """A whole segment's keys (without their prefix) and values."""

    strings: dict[str, bytes]
    hashes: dict[str, dict[bytes, bytes]]
    bitmaps: frozenset[str]


def pack_segment(states: Sequence[State]) -> PackedSegment:
    """The same as if each state were applied one by one to an empty segment; nobody has been active."""
    if not states:
        return PackedSegment({}, {}, frozenset())
    slots = max(state.number % SEGMENT_SIZE for state in states) + 1
    versions, ids = bytearray(4 * slots), bytearray(8 * slots)
    bits: dict[str, list[int]] = {}
    hashes: dict[str, dict[bytes, bytes]] = {}
    for state in states:
        at = state.number % SEGMENT_SIZE
        versions[4 * at : 4 * at + 4] = state.version.to_bytes(4, "big")
        if isinstance(state, Forgotten):
            continue
        user_id = state.address.user_id
        if packed := pack_id(user_id):
            ids[8 * at : 8 * at + 8] = packed
        else:
            hashes.setdefault("other_ids", {})[str(at).encode()] = user_id.encode("utf-8", "surrogatepass")
        bucket, field = divmod(at, PROFILES_IN_BUCKET)
        hashes.setdefault(f"profile:{bucket}", {})[bytes([field])] = pack_profile(state.preferences, state.since)
        for bit in bits_of(state.preferences):
            bits.setdefault(bit, []).append(at)
    strings = {"versions": bytes(versions), "ids": bytes(ids)}
    strings |= {name: bitmap(positions) for name, positions in bits.items()}
    return PackedSegment(strings, hashes, frozenset(bits))


def bitmap(positions: Iterable[int]) -> bytes:
    """A Redis bitmap with these bits set: bit 0 is the highest of the first byte."""
    found = sorted(positions)
    if not found:
        return b""
    packed = bytearray(found[-1] // 8 + 1)
    for position in found:
        packed[position >> 3] |= 0x80 >> (position & 7)
    return bytes(packed)


def positions(packed: bytes) -> Iterator[int]:
    """The bits that are set in a Redis bitmap, lowest first."""
    for index, byte in enumerate(packed):
        if byte:
            yield from (index * 8 + bit for bit in range(8) if byte & 0x80 >> bit)
