"""Subscribers: journalled in SQL, kept to work with in Redis. The journal is right whenever the two differ.

A change is committed to the journal, then applied to Redis, then confirmed. A crash between the two leaves Redis
behind until
`replay_recent`; when Redis was lost, it is rebuilt. Who isn't found in Redis is looked for in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from redis.asyncio import Redis

from newsbot.domain.subscriber import Address, Preferences, Subscriber
from newsbot.domain.window import Window
from newsbot.errors import StoreError
from newsbot.redis_client import store_errors
from newsbot.subscribers.journal import ChangePreferences, SqlJournal
from newsbot.subscribers.redis_segments import Segments
from newsbot.subscribers.states import Imported, State
from newsbot.subscribers.store import SubscriberCounts, SubscriberEvent

log = structlog.get_logger()

OVERLAP: Final = (
    500  #: rows that are replayed again: PostgreSQL's rows can become visible in another order than their ids'
)
BATCH: Final = 500  #: states applied in one round trip

#: what is wrong when `lost` says so, and what to do
LOST: Final = (
    "Redis is empty, and the journal knows readers. If it is the wrong server, set NEWSBOT_REDIS_URL; if its data is "
    "gone, write it anew from the journal: newsbot subscribers rebuild"
)

Progress = Callable[[int, int], None]  #: (done, of how many)


def _now() -> datetime:
    return datetime.now(UTC)


def _silent(done: int, total: int) -> None:
    pass


class RedisSubscriberStore:
    """See `SubscriberStore`. `active_at` lives in Redis only: when Redis is lost it starts anew."""

    def __init__(self, journal: SqlJournal, redis: Redis, *, clock: Callable[[], datetime] = _now) -> None:
        self._journal = journal
        self._clock = clock
        self._segments = Segments(redis, journal.accounts)

    async def get(self, address: Address) -> Subscriber | None:
        with store_errors("reading a subscriber"):
            slot = await self._segments.slot_of(address)
            if slot is not None:
                found = await self._segments.read(slot)
                if found is not None and found.address == address:
                    return found
        known = await self._journal.get(address)
        if known is not None:
            return await self._repair(known)
        if slot is not None:
            with store_errors("forgetting an address"):
                await self._segments.forget_address(address)
        return None

    async def change(
        self,
        address: Address,
        what: str,
        change: ChangePreferences,
        *,
        now: datetime,
        initial: Preferences | None = None,
    ) -> Subscriber:
        changed = await self._journal.change(address, what, change, now=now, initial=initial or Preferences())
        # Also when nothing was changed: the last time may have ended between journal and Redis.
        return await self._apply_linked(changed)

    async def link(
        self, address: Address, other: Address, *, now: datetime, initial: Preferences | None = None
    ) -> Subscriber:
        return await self._apply_linked(
            await self._journal.link(address, other, now=now, initial=initial or Preferences())
        )

    async def unlink(self, address: Address, *, now: datetime) -> Address | None:
        other, states = await self._journal.unlink(address, now=now)
        if states:
            await self._apply_linked(states)
        return other

    async def linked_with(self, addresses: Sequence[Address]) -> set[Address]:
        """Whom these readers are linked with, as they say."""
        return await self._journal.linked_with(addresses)

    async def settle_links(self, addresses: Iterable[Address], *, now: datetime) -> None:
        """Have both sides of each link say the same as its first, and one of them be sent alerts; a link that only one
        side knows of ends.
        """
        for address in addresses:
            if await self._journal.get(address) is not None:
                await self.change(address, "linked", lambda preferences: preferences, now=now)

    async def touch(self, address: Address, *, now: datetime, window: Window | None = None) -> None:
        with store_errors("noting that a reader wrote"):
            slot = await self._segments.slot_of(address)
            unreachable = None if slot is None else await self._segments.touch(address, slot, now, window)
        if unreachable is None:
            known = await self._journal.get(address)
            if known is None:
                return
            await self._repair(known)
            with store_errors("noting that a reader wrote"):
                unreachable = await self._segments.touch(address, known.slot, now, window)
        if unreachable:
            await self.change(address, "revived", lambda preferences: replace(preferences, unreachable=False), now=now)

    async def window(self, address: Address) -> Window | None:
        known = await self.get(address)
        if known is None:
            return None
        with store_errors("reading a reader's window"):
            return await self._segments.window(known.slot)

    async def close_window(self, address: Address) -> None:
        known = await self.get(address)
        if known is not None:
            with store_errors("closing a reader's window"):
                await self._segments.close_window(known.slot)

    async def move(self, old: Address, new: Address, *, now: datetime) -> Subscriber | None:
        if old.channel != new.channel:
            raise StoreError(f"{old} can't move to {new}: a reader moves within a channel")
        states = await self._journal.move(old, new, now=now)
        await self._apply_all(states)
        return await self.get(new) if states else None

    async def forget(self, address: Address, *, now: datetime) -> bool:
        states = await self._journal.forget(address, now=now)
        if not states:
            with store_errors("forgetting a subscriber"):
                left_over = await self._segments.slot_of(address) is not None
            if left_over:
                # The last time ended between journal and Redis.
                await self.replay_recent()
                await self.get(address)
            return left_over
        await self._apply_all(states)
        return True

    async def history(self, address: Address) -> tuple[SubscriberEvent, ...]:
        return await self._journal.history(address)

    async def counts(self, channel: str | None = None) -> SubscriberCounts:
        with store_errors("counting subscribers"):
            return await self._segments.counts(sorted(self._journal.accounts) if channel is None else [channel])

    def all(self) -> AsyncIterator[Subscriber]:
        return self._journal.all()

    @property
    def channels(self) -> frozenset[str]:
        """Those that readers can be at."""
        return frozenset(self._journal.accounts)

    async def take_over(self, imported: Sequence[Imported], *, now: datetime, dry_run: bool = False) -> list[str]:
        """`added`, `updated` or `unchanged` for each of these (at most some hundred) readers of different addresses.

        `dry_run`: say it, write nothing.
        """
        outcomes = await self._journal.take_over(imported, now=now, dry_run=dry_run)
        if not dry_run:
            await self._apply_all([state for state, _ in outcomes])
        return [outcome for _, outcome in outcomes]

    async def is_new(self) -> bool:
        """Nobody was ever journalled, and nobody has looked after the working copy."""
        last = await self._journal.last_id()
        with store_errors("looking at the working copy"):
            marks = await self._segments.replayed()
        return last == 0 and all(mark is None for mark in marks)

    async def lost(self) -> bool:
        """Redis has nothing, while the journal knows readers: it was emptied, or it is another server than before."""
        with store_errors("looking at the working copy"):
            marks = await self._segments.replayed()
        return all(mark is None for mark in marks) and bool(await self._journal.last_id())

    async def mark_whole(self) -> None:
        """Nobody else has written since the store was new, and all of the journal is in the working copy."""
        last = await self._journal.last_id()
        with store_errors("noting that the working copy is whole"):
            await self._segments.set_replayed(last)

    async def replay_recent(self) -> int:
        """Apply what the journal has and Redis may lack; rebuild when Redis lost everything. Says how many were behind.

        To be called at the start and every minute.
        """
        last = await self._journal.last_id()
        with store_errors("replaying the journal of subscribers"):
            marks = await self._segments.replayed()
        reached = min((mark for mark in marks if mark is not None), default=0)
        if last and (None in marks or reached > last):
            # Redis is new or came back empty; or the journal is another one than was replayed before.
            log.warning("subscribers are rebuilt from the journal", reason="Redis does not have them")
            rebuilt = await self.rebuild()
            await self._settle_links_of_other_accounts()
            return rebuilt
        behind = await self._apply_all(await self._journal.changed_after(reached - OVERLAP))
        with store_errors("replaying the journal of subscribers"):
            await self._segments.set_replayed(last)
        if behind:
            log.info("subscribers were brought up to the journal", count=behind)
        await self._settle_links_of_other_accounts()
        return behind

    async def _settle_links_of_other_accounts(self) -> None:
        """Where a channel was added, taken out or given another account, its readers' alerts may go another way now."""
        accounts = self._journal.accounts
        ways = ",".join((*self._journal.order, *(f"{name}:{accounts[name]}" for name in sorted(accounts))))
        with store_errors("looking at links"):
            if await self._segments.links_settled(ways):
                return
            linked = [address async for address in self._segments.linked()]
        await self.settle_links(linked, now=self._clock())
        with store_errors("noting that links are settled"):
            await self._segments.set_links_settled(ways)
        if linked:
            log.info("linked subscribers were looked at anew", count=len(linked))

    async def rebuild(self, progress: Progress = _silent) -> int:
        """Write every segment anew from the journal, one at a time; says how many subscribers there are.

        Changes made meanwhile are not lost: what came into the journal since the beginning is applied again at the end.
        `progress`: segments done, of how many. Activity starts anew.
        """
        began_at = await self._journal.last_id()
        segments = await self._journal.segments()
        readers = 0
        for done, (channel, segment) in enumerate(segments):
            progress(done, len(segments))
            states = await self._journal.states_of_segment(channel, segment)
            with store_errors("rebuilding subscribers"):
                await self._segments.replace(channel, segment, states)
            readers += sum(isinstance(state, Subscriber) for state in states)
        with store_errors("rebuilding subscribers"):
            for channel in self._journal.accounts:
                for left_over in set(await self._segments.numbers(channel)) - {n for c, n in segments if c == channel}:
                    await self._segments.replace(channel, left_over, [])
        await self._apply_all(await self._journal.changed_after(began_at - OVERLAP))
        with store_errors("rebuilding subscribers"):
            await self._segments.set_replayed(began_at)
        progress(len(segments), len(segments))
        log.info("subscribers rebuilt", subscribers=readers, segments=len(segments))
        return readers

    async def keep_in_step(self, every: timedelta = timedelta(minutes=1)) -> None:
        """`replay_recent` again and again until cancelled; a storage that is away is told and tried the next time.

        A working copy that was lost meanwhile is not made anew by itself: with it went what alerts have reached whom,
        and a person should know.
        """
        while True:
            await asyncio.sleep(every.total_seconds())
            try:
                if await self.lost():
                    log.error("no alert is planned", reason=LOST)
                else:
                    await self.replay_recent()
            except StoreError as error:
                log.warning("the journal of subscribers can't be replayed now", reason=str(error))

    async def _repair(self, known: Subscriber) -> Subscriber:
        applied = await self._apply(known)
        with store_errors("writing an address"):
            await self._segments.remember_addresses([known])
        return applied

    async def _apply_linked(self, states: Sequence[Subscriber]) -> Subscriber:
        """The first of them, as it is now. Who wants no alerts is written first: nobody is alerted at both."""
        applied = {state.address: await self._apply(state) for state in sorted(states, key=_wants_alerts)}
        return applied[states[0].address]

    async def _apply(self, state: Subscriber) -> Subscriber:
        with store_errors("writing a subscriber"):
            ((_, active_at),) = await self._segments.apply([state])
        return replace(state, active_at=active_at)

    async def _apply_all(self, states: Sequence[State]) -> int:
        """How many of them were newer than what Redis had."""
        newer = 0
        for start in range(0, len(states), BATCH):
            with store_errors("writing subscribers"):
                applied = await self._segments.apply(states[start : start + BATCH])
            newer += sum(one for one, _ in applied)
        return newer


def _wants_alerts(one: Subscriber) -> bool:
    return one.preferences.wants_alerts
