"""Whom an alert is for, in Redis: computed from the segment's bitmaps and frozen beside them. `redis_ledger` lists the
keys.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from redis.asyncio import Redis

from newsbot.delivery.ledger import OUTCOMES_KEPT, STORY_KEPT, Reach
from newsbot.domain.alert import Alert, Audience, Outcome
from newsbot.domain.subscriber import Slot
from newsbot.redis_client import Script
from newsbot.subscribers import packing
from newsbot.subscribers.redis_segments import prefix

RECENT_DAYS: Final = 6  #: before today: who wrote then comes before the rest

#: a segment's windows; first of the files where it is among them
WINDOWS: Final = "newsbot.subscribers:windows.lua"
_AUDIENCE: Final = ("ledger_segment.lua", "ledger_audience.lua")
_reach: Final = Script(__package__, WINDOWS, *_AUDIENCE, "ledger_windows.lua", "ledger_reach.lua")
_freeze: Final = Script(__package__, *_AUDIENCE, "ledger_frozen.lua", "ledger_freeze.lua")
_freeze_copies: Final = Script(__package__, "ledger_segment.lua", "ledger_frozen.lua", "ledger_freeze_copies.lua")
_freeze_again: Final = Script(
    __package__, *_AUDIENCE, "ledger_outcomes.lua", "ledger_frozen.lua", "ledger_freeze_again.lua"
)


class Audiences:
    """Of one channel's segments. Freezing answers (readers, tiers whose unit is open). Raises what the Redis client
    raises.
    """

    def __init__(self, redis: Redis, channel: str) -> None:
        self._redis = redis
        self._channel = channel

    async def reach(self, audience: Audience, segments: Sequence[int], story: str, beyond: int | None) -> Reach:
        """`beyond`: unix seconds at which a window must still be open, where there are windows."""
        asked: list[str | int] = [json.dumps(audience.topics), json.dumps(audience.languages), story]
        asked += () if beyond is None else (beyond,)
        keys = [self._segment(segment) for segment in segments]
        found = await _reach.each(self._redis, [([f"{key}:known"], [key, *asked]) for key in keys])
        return Reach(sum(now for now, _ in found), sum(waiting for _, waiting in found))

    async def freeze(self, alert: Alert, segment: int, first: Slot | None, now: datetime) -> tuple[int, list[int]]:
        readers, *tiers = await _freeze(
            self._redis,
            [self._planned(alert, segment)],
            [
                self._segment(segment),
                seconds_kept(alert, now),
                json.dumps(alert.audience.topics),
                json.dumps(alert.audience.languages),
                " ".join(alert.marks),
                int(STORY_KEPT.total_seconds()),
                first.position if first is not None and first.segment == segment else "",
                *(packing.active_bitmap(now - timedelta(days=days)) for days in range(RECENT_DAYS + 1)),
            ],
        )
        return readers, tiers

    async def freeze_copies(self, alert: Alert, segment: int, now: datetime) -> tuple[int, list[int]] | None:
        """None while requests of `alert.of` are on their way here."""
        readers, *tiers = await _freeze_copies(
            self._redis,
            [self._planned(alert, segment)],
            [
                self._segment(segment),
                seconds_kept(alert, now),
                str(alert.of),
                json.dumps(alert.audience.topics),
            ],
        )
        return None if readers < 0 else (readers, tiers)

    async def freeze_again(self, alert: Alert, segment: int, now: datetime) -> tuple[int, list[int]]:
        readers, *tiers = await _freeze_again(
            self._redis,
            [self._planned(alert, segment)],
            [
                self._segment(segment),
                seconds_kept(alert, now),
                str(alert.of),
                json.dumps(alert.audience.topics),
                " ".join(alert.marks),
                int(STORY_KEPT.total_seconds()),
                json.dumps([int(one) for one in Outcome if one.retriable and not one.refused]),
                json.dumps([int(one) for one in Outcome if one.retriable and one.refused]),
            ],
        )
        return readers, tiers

    def _segment(self, segment: int) -> str:
        return prefix(Slot(self._channel, segment, 0))

    def _planned(self, alert: Alert, segment: int) -> str:
        return f"{self._segment(segment)}:alert:{alert.id}:planned"


def seconds_kept(alert: Alert, now: datetime) -> int:
    """The alert's life, and as long as outcomes are kept."""
    return int((max(alert.expires_at - now, timedelta()) + OUTCOMES_KEPT).total_seconds())
