"""The journal of subscribers: SQL, append-only, the truth that the working copy in Redis is rebuilt from.

A change reads the reader's newest row and writes the next one in one transaction, one at a time for each reader, so
nobody works on a state that is no longer true. Activity (`active_at`) is not journalled: it is a matter of the
working copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.database import Database
from newsbot.domain.subscriber import SEGMENT_SIZE, Address, Preferences, Subscriber
from newsbot.errors import StoreError
from newsbot.subscribers.numbering import next_numbers
from newsbot.subscribers.preferences_json import from_json, to_json
from newsbot.subscribers.schema import subscriber_events as events
from newsbot.subscribers.schema import subscribers
from newsbot.subscribers.states import Forgotten, Imported, State
from newsbot.subscribers.store import SubscriberEvent

ChangePreferences = Callable[[Preferences], Preferences]


class SqlJournal:
    """`accounts`: channel → the newsroom's account there. Readers of another account (a bot before this one) don't
    exist here; their rows stay. Raises StoreUnavailable and StoreError like the database.
    """

    def __init__(self, database: Database, accounts: Mapping[str, str]) -> None:
        self._database = database
        self.accounts = dict(accounts)

    async def get(self, address: Address) -> Subscriber | None:
        async with self._database.reading() as connection:
            return await self._newest(connection, address)

    async def change(
        self, address: Address, what: str, change: ChangePreferences, *, now: datetime, initial: Preferences
    ) -> Subscriber:
        """See `SubscriberStore.change`. Committed when this returns."""
        async with self._database.writing() as connection:
            await self._lock(connection, address)
            return await self._change(connection, address, what, change, now=now, initial=initial)

    async def move(self, old: Address, new: Address, *, now: datetime) -> tuple[State, ...]:
        """What is true now of everyone it concerns, first the reader at `new`; () when `old` is a stranger."""
        async with self._database.writing() as connection:
            await self._lock(connection, old, new)
            moving = await self._newest(connection, old)
            if moving is None or old == new:
                return (moving,) if moving else ()
            if await self._newest(connection, new) is None:
                await connection.execute(
                    update(subscribers)
                    .where(subscribers.c.channel == old.channel, subscribers.c.number == moving.number)
                    .values(user_id=new.user_id)
                )
                moved = replace(moving, address=new, version=moving.version + 1)
                await _append(connection, [moved], "moved", now)
                return (moved,)
            topics = moving.preferences.topics
            kept = await self._change(
                connection,
                new,
                "moved",
                lambda preferences: replace(preferences, topics=preferences.topics | topics),
                now=now,
                initial=Preferences(),
            )
            return kept, await self._forget(connection, moving, now)

    async def forget(self, address: Address, *, now: datetime) -> Forgotten | None:
        """Delete the reader's rows and address; number and dates stay. None for a stranger."""
        async with self._database.writing() as connection:
            await self._lock(connection, address)
            known = await self._newest(connection, address)
            return None if known is None else await self._forget(connection, known, now)

    async def history(self, address: Address) -> tuple[SubscriberEvent, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(self._states().where(*self._at(address)).order_by(events.c.version))
            return tuple(SubscriberEvent(row.at, row.what, _subscriber(row)) for row in rows)

    async def take_over(
        self, imported: Sequence[Imported], *, now: datetime, dry_run: bool = False
    ) -> list[tuple[Subscriber, str]]:
        """In one transaction: each reader's newest state now, and `added`, `updated` or `unchanged`. Addresses differ.

        `dry_run`: the transaction is rolled back.
        """
        outcomes: list[tuple[Subscriber, str]] = []
        async with self._database.writing() as connection:
            await self._lock(connection, *(one.address for one in imported))
            known = await self._newest_of_addresses(connection, [one.address for one in imported])
            new = [one for one in imported if one.address not in known]
            registered = {state.address: state for state in await self._register(connection, new)}
            for one in imported:
                if one.address in registered:
                    outcomes.append((registered[one.address], "added"))
                    continue
                state = known[one.address]
                if state.preferences == one.preferences:
                    outcomes.append((state, "unchanged"))
                else:
                    changed = replace(state, preferences=one.preferences, version=state.version + 1)
                    outcomes.append((changed, "updated"))
            await _append(connection, [state for state, what in outcomes if what != "unchanged"], "imported", now)
            if dry_run:
                await connection.rollback()
        return outcomes

    async def all(self) -> AsyncIterator[Subscriber]:
        """Everyone who is not forgotten, by channel and number."""
        for channel, segment in await self.segments():
            for state in await self.states_of_segment(channel, segment):
                if isinstance(state, Subscriber):
                    yield state

    async def segments(self) -> tuple[tuple[str, int], ...]:
        """(channel, segment) that the accounts have subscribers in, in order."""
        found: list[tuple[str, int]] = []
        async with self._database.reading() as connection:
            for channel, account in sorted(self.accounts.items()):
                ours = (subscribers.c.channel == channel, subscribers.c.account == account)
                after = -1
                # A segment is one account's: the next one begins at the first number behind this one.
                while (
                    number := await connection.scalar(
                        select(func.min(subscribers.c.number)).where(*ours, subscribers.c.number > after)
                    )
                ) is not None:
                    found.append((channel, number // SEGMENT_SIZE))
                    after = (number // SEGMENT_SIZE + 1) * SEGMENT_SIZE - 1
        return tuple(found)

    async def states_of_segment(self, channel: str, segment: int) -> list[State]:
        """The newest state of each number in the segment, by number."""
        within = (
            events.c.channel == channel,
            events.c.number >= segment * SEGMENT_SIZE,
            events.c.number < (segment + 1) * SEGMENT_SIZE,
        )
        newest = (
            select(events.c.channel, events.c.number, func.max(events.c.version).label("version"))
            .where(*within)
            .group_by(events.c.channel, events.c.number)
            .subquery()
        )
        return await self._newest_of(newest)

    async def changed_after(self, event_id: int) -> list[State]:
        """The newest state of everyone with a row younger than `event_id`."""
        newest = (
            select(events.c.channel, events.c.number, func.max(events.c.version).label("version"))
            .where(events.c.id > event_id)
            .group_by(events.c.channel, events.c.number)
            .subquery()
        )
        return await self._newest_of(newest)

    async def last_id(self) -> int:
        """Of the youngest row; 0 when the journal is empty."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(func.max(events.c.id))) or 0

    async def _newest_of(self, newest: Any) -> list[State]:
        query = (
            self._states()
            .join(
                newest,
                (events.c.channel == newest.c.channel)
                & (events.c.number == newest.c.number)
                & (events.c.version == newest.c.version),
            )
            .order_by(events.c.channel, events.c.number)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return [_state(row) for row in rows if self.accounts.get(row.channel) == row.account]

    async def _newest(self, connection: AsyncConnection, address: Address) -> Subscriber | None:
        query = self._states().where(*self._at(address)).order_by(events.c.version.desc()).limit(1)
        row = (await connection.execute(query)).first()
        return None if row is None else _subscriber(row)

    async def _change(
        self,
        connection: AsyncConnection,
        address: Address,
        what: str,
        change: ChangePreferences,
        *,
        now: datetime,
        initial: Preferences,
    ) -> Subscriber:
        known = await self._newest(connection, address)
        if known is None:
            (changed,) = await self._register(connection, [Imported(address, now, _in_order(change(initial)))])
        else:
            preferences = _in_order(change(known.preferences))
            if preferences == known.preferences:
                return known
            changed = replace(known, preferences=preferences, version=known.version + 1)
        await _append(connection, [changed], what, now)
        return changed

    async def _register(self, connection: AsyncConnection, new: Sequence[Imported]) -> list[Subscriber]:
        """Give each of these strangers a number; their first row is still to be written."""
        registered: list[Subscriber] = []
        for channel in sorted({one.address.channel for one in new}):
            ours = [one for one in new if one.address.channel == channel]
            for one, number in zip(
                ours, await next_numbers(connection, channel, self._account(channel), len(ours)), strict=True
            ):
                registered.append(
                    Subscriber(
                        address=one.address, number=number, version=1, preferences=one.preferences, since=one.since
                    )
                )
        if registered:
            rows = [
                {
                    "channel": one.address.channel,
                    "number": one.number,
                    "account": self._account(one.address.channel),
                    "user_id": one.address.user_id,
                    "since": one.since,
                }
                for one in registered
            ]
            await connection.execute(insert(subscribers), rows)
        return registered

    async def _forget(self, connection: AsyncConnection, known: Subscriber, now: datetime) -> Forgotten:
        channel, number, version = known.address.channel, known.number, known.version + 1
        await connection.execute(delete(events).where(events.c.channel == channel, events.c.number == number))
        await connection.execute(
            update(subscribers)
            .where(subscribers.c.channel == channel, subscribers.c.number == number)
            .values(user_id=None)
        )
        row = {"channel": channel, "number": number, "version": version, "at": now, "what": "forgotten"}
        await connection.execute(insert(events).values(**row))
        return Forgotten(channel, number, version)

    async def _lock(self, connection: AsyncConnection, *addresses: Address) -> None:
        """Until the transaction ends nobody else works on these readers. In one order, so that no two wait for each
        other.
        """
        # SQLite has one writer at a time anyway.
        if self._database.dialect == "postgresql":
            locks = sorted({_lock_of(address) for address in addresses})
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(one) FROM unnest(CAST(:locks AS bigint[])) AS one"), {"locks": locks}
            )

    def _account(self, channel: str) -> str:
        if channel not in self.accounts:
            raise StoreError(f"No account of the channel {channel} is configured, so it has no subscribers")
        return self.accounts[channel]

    async def _newest_of_addresses(
        self, connection: AsyncConnection, addresses: Sequence[Address]
    ) -> dict[Address, Subscriber]:
        found: dict[Address, Subscriber] = {}
        for channel in {address.channel for address in addresses}:
            user_ids = [address.user_id for address in addresses if address.channel == channel]
            query = self._states().where(
                subscribers.c.channel == channel,
                subscribers.c.account == self._account(channel),
                subscribers.c.user_id.in_(user_ids),
            )
            # The newest comes last and stays.
            for row in await connection.execute(query.order_by(events.c.version)):
                found[Address(row.channel, row.user_id)] = _subscriber(row)
        return found

    def _at(self, address: Address) -> tuple[Any, ...]:
        return (
            subscribers.c.channel == address.channel,
            subscribers.c.account == self._account(address.channel),
            subscribers.c.user_id == address.user_id,
        )

    def _states(self) -> Select[Any]:
        return select(
            subscribers.c.channel,
            subscribers.c.account,
            subscribers.c.number,
            subscribers.c.user_id,
            subscribers.c.since,
            events.c.version,
            events.c.at,
            events.c.what,
            events.c.state,
        ).join(events, (events.c.channel == subscribers.c.channel) & (events.c.number == subscribers.c.number))


async def _append(connection: AsyncConnection, states: Sequence[Subscriber], what: str, now: datetime) -> None:
    rows = [
        {
            "channel": state.address.channel,
            "number": state.number,
            "version": state.version,
            "at": now,
            "what": what,
            "state": to_json(state.preferences),
        }
        for state in states
    ]
    if rows:
        await connection.execute(insert(events), rows)


def _in_order(preferences: Preferences) -> Preferences:
    # As it will come back from JSON, so that what is returned now equals what is read later.
    return replace(preferences, extra=tuple(sorted(dict(preferences.extra).items())))


def _lock_of(address: Address) -> int:
    return int.from_bytes(hashlib.blake2b(str(address).encode(), digest_size=8).digest(), "big", signed=True)


def _state(row: Row[Any]) -> State:
    return Forgotten(row.channel, row.number, row.version) if row.state is None else _subscriber(row)


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        address=Address(row.channel, row.user_id),
        number=row.number,
        version=row.version,
        preferences=from_json(row.state),
        since=row.since,
    )
