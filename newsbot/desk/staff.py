"""Who may do what now: the settings' owners and the stored people, read anew every second by every process.

While the database is away the last known answer counts: nothing can be done on the desk without it anyway, and readers
must not wait to learn that they are none of its people.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

import structlog

from newsbot.desk.audit import Actor
from newsbot.desk.people import PeopleStore, Person
from newsbot.desk.roles import Right, Role
from newsbot.domain.message import ChatKind, IncomingMessage
from newsbot.domain.subscriber import Address
from newsbot.errors import StoreError
from newsbot.text.clipping import Unit, clip
from newsbot.text.normalise import clean

__all__ = ["KNOWN_FOR", "Staff", "called"]

KNOWN_FOR: Final = 1.0  #: seconds until what is known is read anew: a role taken anywhere is gone everywhere by then
WAIT: Final = 2.0  #: seconds to wait for the database before the last known answer counts
LONGEST_NAME: Final = 40  #: graphemes

log = structlog.get_logger()


class Staff:
    """`owners`: by the settings, whatever is stored."""

    def __init__(
        self,
        store: PeopleStore,
        owners: Collection[Address] = (),
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self.owners = frozenset(owners)
        self._timer = timer
        self._known: dict[Address, Person] = {one: _owner(one) for one in self.owners}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def person(self, address: Address) -> Person | None:
        """None for who has no role."""
        found = (await self._people()).get(address)
        return found if found is not None and found.role is not None else None

    async def known(self, address: Address) -> Person | None:
        """Also who has no role, but had one once or is known by name."""
        return (await self._people()).get(address)

    async def in_chat(self, incoming: IncomingMessage) -> Person | None:
        """Who speaks, where they speak for themselves: in a private chat."""
        return await self.person(incoming.address) if incoming.chat_kind is ChatKind.PRIVATE else None

    async def may(self, address: Address, right: Right) -> bool:
        person = await self.person(address)
        return person is not None and person.may(right)

    async def has_lost(self, address: Address, right: Right) -> bool:
        """Whether they certainly may not: then the database was asked. Raises StoreUnavailable."""
        if await self.may(address, right):
            return False
        stored = {person.address: person for person in await self._store.all()}
        return address not in self.owners and not (address in stored and stored[address].may(right))

    async def everybody(self) -> tuple[Person, ...]:
        """All who have a role: owners first, then by address."""
        order = list(Role)
        people = [person for person in (await self._people()).values() if person.role is not None]
        return tuple(sorted(people, key=lambda one: (order.index(one.role) if one.role else 0, one.address)))

    async def who_may(self, right: Right) -> tuple[Person, ...]:
        return tuple(person for person in await self.everybody() if person.may(right))

    async def former(self) -> frozenset[Address]:
        """Who had a role once, and has none now."""
        return frozenset(person.address for person in (await self._people()).values() if person.role is None)

    async def give(self, address: Address, role: Role, *, name: str = "", by: Actor, now: datetime) -> Person:
        """Written into the audit log. Raises RoleRefused. Whether `by` may is the caller's to ask."""
        return await self._set_role(address, role, name, by, now)

    async def take(self, address: Address, *, by: Actor, now: datetime) -> Person:
        """As `give`; who has no role keeps none."""
        return await self._set_role(address, None, "", by, now)

    async def note_name(self, person: Person, name: str) -> None:
        """People are shown to each other by the names that their apps give."""
        name = called(name)
        if name and name != person.name:
            await self._store.call(person.address, name)
            self._read_at = float("-inf")

    async def _set_role(self, address: Address, role: Role | None, name: str, by: Actor, now: datetime) -> Person:
        try:
            return await self._store.set_role(address, role, name=called(name), by=by, settled=self.owners, now=now)
        finally:
            self._read_at = float("-inf")

    async def _people(self) -> dict[Address, Person]:
        if self._timer() - self._read_at >= KNOWN_FOR:
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._read(), name="people of the desk")
            reading = self._reading
            await asyncio.wait({reading}, timeout=WAIT)
            if reading.done():
                reading.result()
        return self._known

    async def _read(self) -> None:
        began = self._timer()
        try:
            stored = await self._store.all()
        except StoreError as error:
            log.warning("people of the desk not read, the last known count", cause=str(error))
        else:
            known = {person.address: person for person in stored}
            for one in self.owners:
                known[one] = _owner(one, known[one].name if one in known else "")
            self._known = known
        self._read_at = began


def called(name: str) -> str:
    """A person's name as it is kept."""
    return clip(clean(name), LONGEST_NAME, unit=Unit.GRAPHEME)


def _owner(address: Address, name: str = "") -> Person:
    return Person(address=address, role=Role.OWNER, name=name, settled=True)
