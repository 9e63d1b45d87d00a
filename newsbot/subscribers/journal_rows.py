"""Reading the journal of subscribers; `journal` writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.database import Database
from newsbot.domain.subscriber import SEGMENT_SIZE, Address, Subscriber
from newsbot.errors import StoreError
from newsbot.rollups.readership import Step
from newsbot.subscribers.preferences_json import from_json
from newsbot.subscribers.schema import subscriber_events as events
from newsbot.subscribers.schema import subscribers
from newsbot.subscribers.states import Forgotten, State
from newsbot.subscribers.store import SubscriberEvent

__all__ = ["JournalRows"]


class JournalRows:
    """`accounts`: channel → the newsroom's account there. Readers of another account (a bot before this one) don't
    exist here; their rows stay. Raises StoreUnavailable and StoreError like the database.
    """

    def __init__(self, database: Database, accounts: Mapping[str, str]) -> None:
        self._database = database
        self.accounts = dict(accounts)

    async def get(self, address: Address) -> Subscriber | None:
        async with self._database.reading() as connection:
            return await self._newest(connection, address)

    async def linked_with(self, addresses: Sequence[Address]) -> set[Address]:
        """Whom these readers say they are linked with, of those that can be here."""
        async with self._database.reading() as connection:
            known = await self._newest_of_addresses(connection, addresses)
        found = (one.preferences.linked_with for one in known.values())
        return {address for address in found if address is not None and address.channel in self.accounts}

    async def history(self, address: Address) -> tuple[SubscriberEvent, ...]:
        async with self._database.reading() as connection:
            rows = await connection.execute(self._states().where(*self._at(address)).order_by(events.c.version))
            return tuple(SubscriberEvent(row.at, row.what, _subscriber(row)) for row in rows)

    async def all(self) -> AsyncIterator[Subscriber]:
        """Everyone who is not forgotten, by channel and number."""
        for channel, segment in await self.segments():
            for state in await self.states_of_segment(channel, segment):
                if isinstance(state, Subscriber):
                    yield state

    async def _steps_of(self, connection: AsyncConnection, channel: str, number: int) -> list[Step]:
        """A reader's rows as what they changed, oldest first."""
        ours = (events.c.channel == channel, events.c.number == number)
        query = select(events.c.at, events.c.what, events.c.state).where(*ours).order_by(events.c.version)
        steps: list[Step] = []
        for row in await connection.execute(query):
            before = steps[-1].after if steps else None
            steps.append(Step(channel, self._account(channel), row.at, row.what, before, from_json(row.state)))
        return steps

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
