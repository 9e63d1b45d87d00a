"""Notices in memory (`newsbot.delivery.notices.NoticeStore`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from newsbot.delivery.notices import Event, Notice

_TURNS = (Event.HALTED, Event.MENDED)


@dataclass
class MemoryNoticeStore:
    _notices: list[Notice] = field(default_factory=list)
    _origins: set[str] = field(default_factory=set)
    _last_id: int = 0

    async def halted(self, channel: str, reason: str, *, now: datetime) -> bool:
        return await self.standing(channel) is None and self._add(channel, Event.HALTED, reason, now)

    async def mended(self, channel: str, *, now: datetime) -> bool:
        return await self.standing(channel) is not None and self._add(channel, Event.MENDED, "", now)

    async def standing(self, channel: str) -> Notice | None:
        turns = [one for one in self._notices if one.channel == channel and one.event in _TURNS]
        return turns[-1] if turns and turns[-1].event is Event.HALTED else None

    async def note(self, channel: str, event: Event, reason: str, *, origin: str, now: datetime) -> bool:
        if origin in self._origins:
            return False
        self._origins.add(origin)
        return self._add(channel, event, reason, now)

    async def since(self, moment: datetime) -> tuple[Notice, ...]:
        return tuple(one for one in self._notices if one.at >= moment)

    async def retain(self, *, keep_since: datetime) -> int:
        last = {one.channel: one.id for one in self._notices if one.event in _TURNS}
        old = [one for one in self._notices if one.at < keep_since and one.id not in last.values()]
        self._notices = [one for one in self._notices if one not in old]
        return len(old)

    def _add(self, channel: str, event: Event, reason: str, now: datetime) -> bool:
        self._last_id += 1
        self._notices.append(Notice(self._last_id, channel, event, reason, now))
        return True
