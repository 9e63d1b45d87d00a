"""The journal of subscribers: SQL, append-only, the truth that the working copy in Redis is rebuilt from.

A change reads the reader's newest row and writes the next one in one transaction, one at a time for each reader, so
nobody works on a state that is no longer true. Both sides of a link are read and written together. Activity
(`active_at`) is not journalled: it is a matter of the working copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from sqlalchemy import delete, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.database import Database
from newsbot.domain.subscriber import ELSEWHERE, LINKED, Address, Preferences, Subscriber
from newsbot.rollups.sql_days import count_forgotten
from newsbot.subscribers.journal_rows import JournalRows
from newsbot.subscribers.linking import alone, check_link, mirrored, settled, united
from newsbot.subscribers.numbering import next_numbers
from newsbot.subscribers.preferences_json import to_json
from newsbot.subscribers.schema import subscriber_events as events
from newsbot.subscribers.schema import subscribers
from newsbot.subscribers.states import Forgotten, Imported, State

ChangePreferences = Callable[[Preferences], Preferences]


@dataclass(frozen=True, slots=True)
class _Work:
    """A transaction on some readers: those who were asked for, and their partners as far as those are ours."""

    connection: AsyncConnection
    known: dict[Address, Subscriber]
    now: datetime

    def partner_of(self, one: Subscriber) -> Subscriber | None:
        """The other side of the link, if it says the same."""
        linked = one.preferences.linked_with
        partner = self.known.get(linked) if linked else None
        if partner is None or partner.address.channel == one.address.channel:
            return None
        return partner if partner.preferences.linked_with == one.address else None


class SqlJournal(JournalRows):
    """`order`: the channels on which a linked reader's alerts are sent, the first where they can be. `zone`: whose days
    readers are counted by.
    """

    def __init__(
        self, database: Database, accounts: Mapping[str, str], order: Sequence[str] = (), *, zone: tzinfo = UTC
    ) -> None:
        super().__init__(database, accounts)
        self.order = tuple(order)
        self._zone = zone

    async def change(
        self, address: Address, what: str, change: ChangePreferences, *, now: datetime, initial: Preferences
    ) -> tuple[Subscriber, ...]:
        """See `SubscriberStore.change`. What is true now: first of the reader, then of a linked address. Committed."""
        async with self._working(now, address) as work:
            return await self._change(work, address, what, change, initial=initial)

    async def link(
        self, address: Address, other: Address, *, now: datetime, initial: Preferences
    ) -> tuple[Subscriber, ...]:
        """See `SubscriberStore.link`. Both as they are now, the one at `address` first. Raises CannotLink."""
        async with self._working(now, address, other) as work:
            mine, theirs = work.known.get(address), work.known.get(other)
            partners = [work.partner_of(one) if one else None for one in (mine, theirs)]
            check_link(address, other, *(one.address if one else None for one in partners))
            if mine and theirs and partners[0] is theirs:
                return mine, theirs
            one, two = (alone(known.preferences) if known else None for known in (mine, theirs))
            if one is None and two is None:
                one = initial
            # A stranger brings nothing along, not even that nothing is paused.
            if one is None:
                wanted = mirrored(two or initial, Preferences())
            else:
                wanted = one if two is None else united(one, two)
            sides = settled(address, wanted, other, two or Preferences(), self.order)
            now_true = [
                await self._write(work, at, known, _in_order(preferences))
                for at, known, preferences in zip((address, other), (mine, theirs), sides, strict=True)
            ]
            await _append(work.connection, now_true, "linked", now)
            return tuple(now_true)

    async def unlink(self, address: Address, *, now: datetime) -> tuple[Address | None, tuple[Subscriber, ...]]:
        """The other address, None for no link; and what is true now, first of the reader; () for a stranger."""
        async with self._working(now, address) as work:
            known = work.known.get(address)
            if known is None:
                return None, ()
            if known.preferences.linked_with is None:
                return None, (known,)
            partner = work.partner_of(known)
            apart = tuple(_alone(one) for one in (known, partner) if one)
            await _append(work.connection, apart, "unlinked", now)
            return known.preferences.linked_with, apart

    async def move(self, old: Address, new: Address, *, now: datetime) -> tuple[State, ...]:
        """What is true now of everyone it concerns, first the reader at `new`; () when `old` is a stranger."""
        async with self._working(now, old, new) as work:
            moving = work.known.get(old)
            if moving is None or old == new:
                return (moving,) if moving else ()
            partner = work.partner_of(moving)
            if new not in work.known:
                await work.connection.execute(
                    update(subscribers)
                    .where(subscribers.c.channel == old.channel, subscribers.c.number == moving.number)
                    .values(user_id=new.user_id)
                )
                moved = replace(moving, address=new, version=moving.version + 1)
                await _append(work.connection, [moved], "moved", now)
                if partner is None:
                    return (moved,)
                theirs = replace(
                    partner,
                    preferences=_in_order(partner.preferences.with_note(LINKED, str(new))),
                    version=partner.version + 1,
                )
                await _append(work.connection, [theirs], "moved", now)
                return moved, theirs
            topics = moving.preferences.topics
            kept = await self._change(
                work,
                new,
                "moved",
                lambda preferences: replace(preferences, topics=preferences.topics | topics),
                initial=Preferences(),
            )
            return *kept, *await self._forget(work, moving, leaves=False)

    async def forget(self, address: Address, *, now: datetime) -> tuple[State, ...]:
        """Delete the reader's rows and address; number and dates stay. () for a stranger, else what is true now: first
        of the forgotten, then of who was linked with them.
        """
        async with self._working(now, address) as work:
            known = work.known.get(address)
            return () if known is None else await self._forget(work, known)

    async def take_over(
        self, imported: Sequence[Imported], *, now: datetime, dry_run: bool = False
    ) -> list[tuple[Subscriber, str]]:
        """In one transaction: each reader's newest state now, and `added`, `updated` or `unchanged`. Addresses differ.

        A link is taken over as one side says it; which side is sent alerts, `change` decides when both are there.
        `dry_run`: the transaction is rolled back.
        """
        outcomes: list[tuple[Subscriber, str]] = []
        async with self._database.writing() as connection:
            await self._lock(connection, *(one.address for one in imported))
            known = await self._newest_of_addresses(connection, [one.address for one in imported])
            imported = [_placed(one, known.get(one.address)) for one in imported]
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

    @asynccontextmanager
    async def _working(self, now: datetime, *addresses: Address) -> AsyncIterator[_Work]:
        """A transaction in which nobody else works on these readers, nor on whom they are linked with."""
        locked = set(addresses)
        while True:
            async with self._database.writing() as connection:
                await self._lock(connection, *locked)
                found = [await self._newest(connection, address) for address in sorted(locked)]
                known = {one.address: one for one in found if one is not None}
                partners = self._partners(known[one] for one in addresses if one in known)
                if partners <= locked:
                    yield _Work(connection, known, now)
                    return
            # Begun anew with all of them: a lock more, out of order, could wait for who waits for us.
            locked = {*addresses, *partners}

    def _partners(self, subscribers: Iterable[Subscriber]) -> set[Address]:
        linked = (one.preferences.linked_with for one in subscribers)
        return {address for address in linked if address is not None and address.channel in self.accounts}

    async def _change(
        self, work: _Work, address: Address, what: str, change: ChangePreferences, *, initial: Preferences
    ) -> tuple[Subscriber, ...]:
        known = work.known.get(address)
        if known is None:
            changed = await self._write(work, address, None, _in_order(change(initial)))
            await _append(work.connection, [changed], what, work.now)
            return (changed,)
        partner = work.partner_of(known)
        chosen = change(known.preferences)
        if partner is not None:
            mine, theirs = settled(address, chosen, partner.address, partner.preferences, self.order)
            wanted = [(known, mine), (partner, theirs)]
        else:
            wanted = [(known, self._without_partner(chosen))]
        now_true = []
        for before, preferences in wanted:
            after = await self._write(work, before.address, before, _in_order(preferences))
            if after != before:
                moved_only = replace(after.preferences, extra=before.preferences.extra) == before.preferences
                why = "elsewhere" if before is partner and moved_only else what
                await _append(work.connection, [after], why, work.now)
            now_true.append(after)
        return tuple(now_true)

    def _without_partner(self, preferences: Preferences) -> Preferences:
        """Of who has none here. Where only the channel isn't configured now, the link is kept for when it is again."""
        linked = preferences.linked_with
        if linked is not None and linked.channel not in self.accounts:
            return preferences.with_note(ELSEWHERE, "")
        return alone(preferences) if preferences.extra else preferences

    async def _write(
        self, work: _Work, address: Address, known: Subscriber | None, preferences: Preferences
    ) -> Subscriber:
        """The reader with these preferences; their row is still to be written, if anything is new."""
        if known is None:
            (registered,) = await self._register(work.connection, [Imported(address, work.now, preferences)])
            return registered
        if preferences == known.preferences:
            return known
        return replace(known, preferences=preferences, version=known.version + 1)

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

    async def _forget(self, work: _Work, known: Subscriber, *, leaves: bool = True) -> tuple[State, ...]:
        """`leaves`: they are gone, not known under another number."""
        channel, number, version = known.address.channel, known.number, known.version + 1
        connection = work.connection
        await count_forgotten(
            connection,
            await self._steps_of(connection, channel, number),
            at=work.now,
            left=leaves,
            zone=self._zone,
            dialect=self._database.dialect,
        )
        await connection.execute(delete(events).where(events.c.channel == channel, events.c.number == number))
        await connection.execute(
            update(subscribers)
            .where(subscribers.c.channel == channel, subscribers.c.number == number)
            .values(user_id=None)
        )
        row = {"channel": channel, "number": number, "version": version, "at": work.now, "what": "forgotten"}
        await connection.execute(insert(events).values(**row))
        forgotten = Forgotten(channel, number, version)
        partner = work.partner_of(known)
        if partner is None:
            return (forgotten,)
        left = _alone(partner)
        await _append(connection, [left], "unlinked", work.now)
        return forgotten, left

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


def _alone(one: Subscriber) -> Subscriber:
    return replace(one, preferences=_in_order(alone(one.preferences)), version=one.version + 1)


def _placed(imported: Imported, known: Subscriber | None) -> Imported:
    """An export doesn't say which of two addresses is sent alerts here: as it was, or both until `change` decides."""
    same = known is not None and known.preferences.linked_with == imported.preferences.linked_with
    elsewhere = known.preferences.note(ELSEWHERE) if known and same else ""
    return replace(imported, preferences=_in_order(imported.preferences.with_note(ELSEWHERE, elsewhere)))


def _in_order(preferences: Preferences) -> Preferences:
    # As it will come back from JSON, so that what is returned now equals what is read later.
    return replace(preferences, extra=tuple(sorted(dict(preferences.extra).items())))


def _lock_of(address: Address) -> int:
    return int.from_bytes(hashlib.blake2b(str(address).encode(), digest_size=8).digest(), "big", signed=True)
