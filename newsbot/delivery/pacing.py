"""How fast a channel may be written to: one budget for all processes, in lanes, and what each chat bears.

The budget is a cell-rate schedule without bursts (GCRA): a send is granted for the next free moment, and moments lie
one interval apart. What makes replies beat pushes is how far ahead each lane may be granted: pushes only what begins
within a moment, so that a reply never finds more than that before it; and the higher lane keeps the schedule filled
beyond the reach of the lower one. Replies queue as far as they must.

Where alerts are paid for, replies have a budget of their own beside theirs, as large as what is free. No reply waits
for alerts then, so these may be granted further ahead, and many at a time.

A platform may tell how much of its quota we have used. Before it is used up, all go more slowly, and pushes stop before
replies do (`Restraint`).

Times are whole microseconds. The decision is this module's, pure; `redis_pacing` makes it in one script for all
processes, and a test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from math import ceil
from typing import Final, Protocol

#: used of a stated limit: what leaves evenly arrives a little unevenly, and a window may then hold more
AIM: Final = 0.96
#: the same where replies have their part to themselves: they hardly ever need all of it
AIM_OF_ALERTS: Final = 0.99
#: microseconds for which a moment that nobody has asked for may still be had: whoever sends is late now and then
STILL: Final = 5_000
#: a schedule or pause further ahead than anything we grant was written by a clock that has jumped back since
FARTHEST: Final = 60_000_000
#: two chats' refusals within this are the whole bot's
SECOND_CHAT_WITHIN: Final = 1_000_000
#: a platform that has asked all to pause is sent less for a while: an interval grows by so many per cent of the usual
#: one each time, up to `SLOWEST`; so long after the pause we try the usual one again, in microseconds
SLOWER, SLOWEST, SLOWER_FOR = 5, 150, 60_000_000
#: a restraint that lasts longer was written by a clock that has jumped back since: no platform counts in longer windows
LONGEST_RESTRAINT: Final = 86_400_000_000
#: while everything stands still, look again so soon: somebody may have put it right
STOPPED_AGAIN: Final = 5_000_000
#: a moment that was granted so long ago may lie in a pause that was asked for since
LOOKED_AWAY: Final = 250_000


class Lane(StrEnum):
    """Who goes first when several want to send."""

    REPLY = "reply"
    BREAKING = "breaking"
    TOPIC = "topic"
    DIGEST = "digest"


#: microseconds that a reply may find taken by pushes before it
REPLY_WAITS: Final = 50_000
#: microseconds ahead that pushes are granted at least, and where no reply stands behind them
NEAREST, AHEAD = 5_000, 120_000
#: parts of what the highest lane is granted ahead. A batch is smaller than what lies between two lanes, so that the
#: higher one asks again before the schedule is within the reach of the lower one
_PARTS: Final = {Lane.BREAKING: 12, Lane.TOPIC: 8, Lane.DIGEST: 4}
_BATCH: Final = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """What follows from a limit, in microseconds. `interval`: from one moment to the next; `ahead`: how far from now
    the highest lane may be granted.
    """

    interval: int
    ahead: int

    @classmethod
    def of(cls, rate: float, *, replies: float = 0) -> Pace:
        """Aimed a little under `rate` a second. `replies`: so many of them are replies, which have a budget of their
        own; 0: they share this one, and wait for what was granted to pushes.
        """
        if replies:
            return cls(ceil(1_000_000 / ((rate - replies) * AIM_OF_ALERTS)), AHEAD)
        interval = ceil(1_000_000 / (rate * AIM))
        return cls(interval, max(NEAREST, REPLY_WAITS - interval))

    def horizon(self, lane: Lane) -> int:
        """Microseconds ahead that the lane may be granted."""
        return FARTHEST // 2 if lane is Lane.REPLY else self.ahead * _PARTS[lane] // _PARTS[Lane.BREAKING]

    def reach(self, lane: Lane, count: int, interval: int) -> int:
        """Microseconds ahead that the schedule may be filled for `count` to be granted. Where the lane can have many at
        once it waits until there is room for half a batch: each grant costs as much as sending some messages. Who asks
        at their turn finds room for a whole one, or a little less where whoever was before them was late.
        """
        horizon = self.horizon(lane)
        if lane is Lane.REPLY or self.batch <= interval:
            return horizon
        return horizon - min(self.batch // 2, (count - 1) * interval)

    def worth_asking(self, lane: Lane, interval: int) -> int:
        """Microseconds ahead that the schedule is filled when the next of those who take turns should ask."""
        return self.horizon(lane) - (self.batch if self.batch > interval else 0)

    def turn(self, interval: int) -> int:
        """Microseconds from one turn to ask to the next."""
        return max(self.batch, interval)

    @property
    def batch(self) -> int:
        """Microseconds."""
        return self.ahead * _BATCH // _PARTS[Lane.BREAKING]


class Stop(StrEnum):
    """Who must not send."""

    NOBODY = ""
    PUSHES = "pushes"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Restraint:
    """For `lasting`: who stops, and how long an interval is for the others, in per cent of the usual one."""

    stop: Stop = Stop.NOBODY
    stretch: int = 100
    lasting: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class ChatLimit:
    """What one chat bears: a message each `interval`, and `burst` of them early."""

    interval: int
    burst: int

    @property
    def tolerance(self) -> int:
        return self.interval * self.burst


FREE_RATE: Final = 30  #: messages a second that Telegram doesn't charge for (its FAQ)
#: about one a second, short bursts tolerated (Telegram's FAQ)
PRIVATE: Final = ChatLimit(interval=1_000_000, burst=3)
#: 20 in any minute (Telegram's FAQ): 5 early and 15 a minute
GROUP: Final = ChatLimit(interval=4_000_000, burst=4)


def _left(until: int, now: int, longest: int) -> int:
    """How much longer holds what is said to hold until then; 0: not any more. What lies further ahead than `longest`
    was written by a clock that has jumped back since.
    """
    return until - now if now < until <= now + longest else 0


@dataclass(frozen=True, slots=True)
class Budget:
    """The schedule that all share."""

    next_at: int = 0  #: the next moment that is free
    paused_until: int = 0
    flooded_at: int = 0  #: when a chat was refused last, and which
    flooded_chat: str = ""
    stopped_until: int = 0  #: everything; `pushes_until`: only pushes
    pushes_until: int = 0
    stretch: int = 100  #: per cent of the usual interval, until `stretched_until`
    stretched_until: int = 0
    turns: Mapping[Lane, int] = field(default_factory=dict)  #: when whoever comes next is to ask for pushes of a lane

    def stopped_for(self, lane: Lane, now: int) -> int:
        """Microseconds for which the lane stands still; 0: it doesn't."""
        ends = (self.stopped_until,) if lane is Lane.REPLY else (self.stopped_until, self.pushes_until)
        return max(_left(until, now, LONGEST_RESTRAINT) for until in ends)

    def paused_for(self, now: int) -> int:
        """Microseconds for which everybody must pause, as the platform has asked; 0: they needn't."""
        return _left(self.paused_until, now, FARTHEST)

    def next_free(self, now: int) -> int:
        """The next moment that may be had: now at the earliest, or one just before that nobody has asked for."""
        if self.next_at > now + FARTHEST or self.next_at < now - STILL:
            return now
        return self.next_at

    def stretched_for(self, now: int) -> int:
        """Microseconds for which an interval is longer than usual; 0: it isn't."""
        return _left(self.stretched_until, now, LONGEST_RESTRAINT)

    def stretched(self, interval: int, now: int) -> int:
        return interval * self.stretch // 100 if self.stretched_for(now) else interval


@dataclass(frozen=True, slots=True)
class Granted:
    """`count` sends, the first `after` microseconds from now, the others an interval apart. `after` is below 0 where
    the moment has just passed, or the answer took longer than that to be read. Of pushes, more are worth asking for
    after `again_after` microseconds.
    """

    count: int
    after: int
    again_after: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing yet; ask again after so many microseconds."""

    again_after: int


def grant(
    budget: Budget, chat_next_at: int, now: int, *, lane: Lane, count: int, pace: Pace, limit: ChatLimit | None
) -> tuple[Budget, int, Granted | Wait]:
    """Decide on a wish for `count` sends in `lane`.

    `chat_next_at`: of the chat, 0 when it was not written to lately; with `limit` the one send goes to that chat.
    Returns both as they are then, and the answer. A wait changes nothing, but whose turn it is to ask: of many
    processes that want to send pushes each is told a time of its own, or all would ask for what one of them gets.
    """
    if stopped := budget.stopped_for(lane, now):
        return budget, chat_next_at, Wait(min(stopped, STOPPED_AGAIN))
    interval = budget.stretched(pace.interval, now)
    next_at = budget.next_free(now)
    paused_until = 0 if budget.paused_until > now + FARTHEST else budget.paused_until
    start = max(next_at, paused_until)
    horizon = pace.horizon(lane)
    chat_then = chat_next_at
    if limit is not None:
        chat_then, wait = reserve(chat_next_at, now, start, limit)
        if wait:
            return budget, chat_next_at, Wait(wait)
        count = 1
    in_turn = lane is not Lane.REPLY and limit is None
    reach = pace.reach(lane, count, interval)
    if start - now > reach:
        if not in_turn:
            return budget, chat_next_at, Wait(start - now - reach)
        budget, again_after = _turn(budget, now, start, lane, pace, interval)
        return budget, chat_next_at, Wait(again_after)
    granted, again_after = min(count, (horizon - (start - now)) // interval + 1), 0
    then = start + granted * interval
    budget = replace(budget, next_at=then, paused_until=paused_until)
    if in_turn:
        unused = pace.turn(interval) - granted * interval if granted == count else 0
        budget, again_after = _turn(budget, now, then, lane, pace, interval, max(0, unused))
    return budget, chat_then, Granted(granted, start - now, again_after)


def _turn(
    budget: Budget, now: int, filled_until: int, lane: Lane, pace: Pace, interval: int, unused: int = 0
) -> tuple[Budget, int]:
    """Give away the next turn to ask for pushes of this lane; in how many microseconds it is. So much of the last one
    is `unused` where nobody wanted more.
    """
    known = budget.turns.get(lane, 0) - unused
    earliest = max(now, known) if known <= now + FARTHEST else now
    turn = max(earliest, filled_until - pace.worth_asking(lane, interval))
    return replace(budget, turns={**budget.turns, lane: turn + pace.turn(interval)}), turn - now


def standstill(budget: Budget, now: int, lane: Lane) -> int:
    """Microseconds for which nobody of the lane may send, also who was granted a moment before that was known."""
    return max(budget.paused_for(now), budget.stopped_for(lane, now))


def reserve(chat_next_at: int, now: int, start: int, limit: ChatLimit) -> tuple[int, int]:
    """Decide on a send to one chat at `start`: the chat's `next_at` then, and 0 or how long from now to leave it alone.
    A wait changes nothing.
    """
    known = 0 if chat_next_at > now + FARTHEST + limit.tolerance else chat_next_at
    if known - limit.tolerance > start:
        return chat_next_at, known - limit.tolerance - now
    return max(known, start) + limit.interval, 0


def flooded(
    budget: Budget, chat_next_at: int, now: int, *, chat: str, after: int, limit: ChatLimit
) -> tuple[Budget, int]:
    """The platform refused a send to `chat` and asks for a pause: of that chat, or of all when another was refused just
    before. A pause longer than FARTHEST is kept that long; the platform says so again when it is over. After a pause of
    all we send a little less for a while: what it counts may reach it less evenly than we send it.
    """
    until = now + min(after, FARTHEST)
    another = budget.flooded_chat not in ("", chat) and 0 <= now - budget.flooded_at <= SECOND_CHAT_WITHIN
    noted = replace(budget, flooded_at=now, flooded_chat=chat)
    if another:
        if not budget.paused_for(now):  # one pause is asked for by the dozen
            noted = _slowed(noted, now, until + SLOWER_FOR)
        noted = replace(noted, paused_until=max(budget.paused_until, until))
    return noted, max(chat_next_at, until + limit.tolerance)


def _slowed(budget: Budget, now: int, until: int) -> Budget:
    held = budget.stretched_for(now)
    known = budget.stretch if held else 100
    return replace(budget, stretch=max(known, min(known + SLOWER, SLOWEST)), stretched_until=max(now + held, until))


def restrain(budget: Budget, now: int, restraint: Restraint) -> Budget:
    """What the platform said of our quota. A stop is never made shorter: others may know more than who speaks."""
    until = now + min(restraint.lasting // timedelta(microseconds=1), LONGEST_RESTRAINT)
    stopped_until, pushes_until = (
        0 if known > now + LONGEST_RESTRAINT else known for known in (budget.stopped_until, budget.pushes_until)
    )
    if restraint.stretch > 100:
        budget = replace(budget, stretch=restraint.stretch, stretched_until=until)
    match restraint.stop:
        case Stop.EVERYTHING:
            return replace(budget, stopped_until=max(stopped_until, until))
        case Stop.PUSHES:
            return replace(budget, pushes_until=max(pushes_until, until))
        case Stop.NOBODY:
            return budget


def limit_of(chat_id: str) -> ChatLimit:
    """Telegram's groups and channels have negative ids."""
    return GROUP if chat_id.startswith("-") else PRIVATE


class Pacing(Protocol):
    """The budget of one account. Raises StoreUnavailable when it can't be asked."""

    async def turn(self, chat_id: str, lane: Lane) -> None:
        """Returns when one message may be sent to this chat."""
        ...

    async def flooded(self, chat_id: str, after: timedelta) -> None:
        """Tell that the platform refused this chat and asked for a pause."""
        ...


class BulkPacing(Protocol):
    """The same budget for those who write to many. Raises StoreUnavailable when it can't be asked."""

    @property
    def interval(self) -> timedelta:
        """Between two sends of one grant."""
        ...

    async def take(self, lane: Lane, count: int = 1) -> Granted | Wait:
        """Up to `count` sends to different chats. Who asks again before their turn takes one of others'."""
        ...

    async def chats(self, chat_ids: Sequence[str]) -> list[timedelta]:
        """Reserve a send to each of these chats now: zero, or how long that chat must be left alone (then nothing is
        reserved for it). The budget is not touched: `take` was asked before.
        """
        ...

    async def flooded(self, chat_id: str, after: timedelta) -> None: ...


class Throttle(Protocol):
    """The same budget for who knows how much of our quota is used. Raises StoreUnavailable when it can't be told."""

    async def restrain(self, restraint: Restraint) -> None:
        """The account as a whole must send less for a while."""
        ...


class Unpaced:
    """No limits: for channels that have none."""

    async def turn(self, chat_id: str, lane: Lane) -> None:
        return

    async def flooded(self, chat_id: str, after: timedelta) -> None:
        return

    async def restrain(self, restraint: Restraint) -> None:
        return
