"""The budget of an account in Redis, shared by every process that writes for it.

key                          type    what                                             how long
{pacing:<account>}:budget    hash    next_at, paused_until; who was refused last;     lasting
                                     what the platform said of our quota; whose
                                     turn it is to ask
{pacing:<account>}:chat:<id> string  when that chat may be written to                 until then
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Final

from redis.asyncio import Redis

from newsbot.delivery.pacing import (
    AIM,
    FARTHEST,
    GROUP,
    LONGEST_RESTRAINT,
    LOOKED_AWAY,
    PRIVATE,
    SECOND_CHAT_WITHIN,
    SLOWER,
    SLOWER_FOR,
    SLOWEST,
    STILL,
    STOPPED_AGAIN,
    Granted,
    Lane,
    Pace,
    Restraint,
    Wait,
    limit_of,
)
from newsbot.delivery.pacing_figures import PacingFigures
from newsbot.observability import Metrics
from newsbot.redis_client import Script, store_errors

LATE_TRIES: Final = 3
CLOCKS_AGAIN: Final = 60.0  #: seconds for which the difference of two clocks is believed

_BUDGET: Final = "pacing_budget.lua"
_grant: Final = Script(__package__, _BUDGET, "pacing_grant.lua")
_chats: Final = Script(__package__, _BUDGET, "pacing_chats.lua")
_flooded: Final = Script(__package__, _BUDGET, "pacing_flooded.lua")
_restrain: Final = Script(__package__, _BUDGET, "pacing_restrain.lua")
_standstill: Final = Script(__package__, _BUDGET, "pacing_standstill.lua")
_MICROSECOND: Final = timedelta(microseconds=1)
_NONE: Final = timedelta(0)


class Answers:
    """How long ago a server said something, by its own clock: a busy process reads answers late, some later than
    others, and moments that lie apart on the server would come together here.

    What lies between the two clocks is at least what lies between asking and answering; the most of that lately is
    taken for it. As more is known it only grows, so moments move apart and never together.
    """

    def __init__(self) -> None:
        self._most = self._most_before = -float("inf")
        self._since = -float("inf")

    def ago(self, said_at: float, asked_at: float, now: float) -> float:
        """Seconds. `said_at`: by the server's clock, which may jump; asked and read (`now`) by ours, which may not."""
        if now - self._since > CLOCKS_AGAIN:  # clocks drift
            self._since, self._most, self._most_before = now, -float("inf"), self._most
        self._most = max(self._most, asked_at - said_at)
        return max(0.0, now - said_at - max(self._most, self._most_before))


class RedisPacing:
    """See `Pacing`, `BulkPacing` and `Throttle`. `account`: `telegram:123456`; `rate`: messages that a second
    may hold; `replies`: see `Pace.of`; `metrics`: where it is counted.
    """

    def __init__(
        self, redis: Redis, account: str, rate: float, *, replies: float = 0, metrics: Metrics | None = None
    ) -> None:
        self._redis = redis
        self._prefix = f"{{pacing:{account}}}"
        self._budget = f"{self._prefix}:budget"
        self._pace = Pace.of(rate, replies=replies)
        self._answers = Answers()
        self._figures = PacingFigures(metrics or Metrics(), account.partition(":")[0])
        # As many as we stay below the limit in a second, and one always, may come together. Half of it is the way's.
        self._late = max(self._pace.interval / 1_000_000, 1 - AIM) / 2

    @property
    def interval(self) -> timedelta:
        """See `BulkPacing.interval`."""
        return self._pace.interval * _MICROSECOND

    async def turn(self, chat_id: str, lane: Lane) -> None:
        # What a process that was held up sends at once is too much for a second: who is late asks again. The chat is
        # reserved by then; and where a busy machine is late each time, that must not go on forever.
        began = monotonic()
        chat, late = chat_id, 0
        while late <= LATE_TRIES:
            asked_at = monotonic()
            granted = await self._granted(lane, chat)
            moment, chat = monotonic() + granted, ""
            # The event loop counts from where its round began, so one sleep may be too short.
            while (early := moment - monotonic()) > 0:  # noqa: ASYNC110 - it is time that is waited for
                await asyncio.sleep(early)
            # A queue of replies is as long as it must be; when the platform asks for a pause, all of it stands still.
            if monotonic() - asked_at > LOOKED_AWAY / 1_000_000 and await self.stands_still(lane):
                continue
            if monotonic() - moment <= self._late:
                break
            late += 1
        self._figures.waited(lane, monotonic() - began)

    async def _granted(self, lane: Lane, chat_id: str) -> float:
        """Waits for a grant; in how many seconds its moment is."""
        while True:
            match await self.take(lane, chat_id=chat_id):
                case Granted(after=after):
                    return after / 1_000_000
                case Wait(again_after=again_after):
                    await asyncio.sleep(again_after / 1_000_000)

    async def stands_still(self, lane: Lane) -> bool:
        """Whether nobody of the lane may send now, also who was granted this moment before that was known."""
        arguments = [FARTHEST, int(lane is not Lane.REPLY), LONGEST_RESTRAINT]
        with store_errors("looking whether all must pause"):
            return bool(await _standstill(self._redis, [self._budget], arguments))

    async def take(self, lane: Lane, count: int = 1, *, chat_id: str = "") -> Granted | Wait:
        """Up to `count` sends to different chats, or one to `chat_id`."""
        limit = limit_of(chat_id) if chat_id else None
        keys = [self._budget, self._chat(chat_id)]
        of_chat = (limit.interval, limit.tolerance) if limit else (0, 0)
        pushes = int(lane is not Lane.REPLY)
        arguments = [
            self._pace.horizon(lane),
            count,
            self._pace.interval,
            FARTHEST,
            *of_chat,
            pushes,
            LONGEST_RESTRAINT,
            STOPPED_AGAIN,
            self._pace.batch if pushes else 0,
            STILL,
            lane.value,
        ]
        asked_at = monotonic()
        with store_errors("asking for a turn to send"):
            granted, after, *more = await _grant(self._redis, keys, arguments)
        if not granted:
            return self._told(lane, Wait(after))
        again_after, said_at = more
        ago = round(self._answers.ago(said_at / 1_000_000, asked_at, monotonic()) * 1_000_000)
        self._figures.granted(lane, granted)
        return self._told(lane, Granted(granted, after - ago, again_after - ago))

    def _told(self, lane: Lane, answer: Granted | Wait) -> Granted | Wait:
        if lane is not Lane.REPLY:  # of replies `turn` knows the whole wait
            wait = answer.after if isinstance(answer, Granted) else answer.again_after
            self._figures.waited(lane, wait / 1_000_000)
        return answer

    async def chats(self, chat_ids: Sequence[str]) -> list[timedelta]:
        kinds = "".join("1" if limit_of(chat_id) is GROUP else "0" for chat_id in chat_ids)
        limits = [number for limit in (PRIVATE, GROUP) for number in (limit.interval, limit.tolerance)]
        # One argument for all: each costs more than the rest of what is done for a chat here.
        arguments: list[bytes | str | int] = [FARTHEST, " ".join(chat_ids), kinds, *limits]
        with store_errors("reserving sends to chats"):
            waits = await _chats(self._redis, [self._chat("")], arguments)
        return [_NONE if wait == 0 else wait * _MICROSECOND for wait in waits]

    async def flooded(self, chat_id: str, after: timedelta) -> None:
        limit = limit_of(chat_id)
        arguments: list[bytes | str | int] = [
            chat_id,
            after // _MICROSECOND,
            FARTHEST,
            SECOND_CHAT_WITHIN,
            limit.tolerance,
            LONGEST_RESTRAINT,
            SLOWER,
            SLOWEST,
            SLOWER_FOR,
        ]
        with store_errors("noting a pause"):
            all_pause = await _flooded(self._redis, [self._budget, self._chat(chat_id)], arguments)
        self._figures.flooded(account=bool(all_pause))

    async def restrain(self, restraint: Restraint) -> None:
        """See `Throttle`."""
        lasting = min(restraint.lasting // _MICROSECOND, LONGEST_RESTRAINT)
        with store_errors("noting what is left of a quota"):
            await _restrain(
                self._redis, [self._budget], [restraint.stop.value, restraint.stretch, lasting, LONGEST_RESTRAINT]
            )
        self._figures.restrained(restraint.stop)

    def _chat(self, chat_id: str) -> str:
        return f"{self._prefix}:chat:{chat_id}"
