"""Who is of the desk: people with a role, known by address, and what is asked of the storage that keeps them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsbot.desk.audit import Act, Actor, Entry
from newsbot.desk.roles import Right, Role, rights_of
from newsbot.domain.subscriber import Address
from newsbot.errors import NewsbotError

__all__ = ["LastOwner", "OwnerBySettings", "PeopleStore", "Person", "RoleRefused", "refuse_role", "role_entry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    address: Address
    role: Role | None  #: None: had one once
    name: str = ""  #: as their app gave it when they last wrote; '' until then
    since: datetime | None = None  #: when they got the role; None where the settings give it
    by: Address | None = None  #: who gave it
    settled: bool = False  #: an owner by the settings (`NEWSBOT_ADMINS`): nobody can change that on the desk

    def may(self, right: Right) -> bool:
        return right in rights_of(self.role)


class RoleRefused(NewsbotError):
    """This role can't be given or taken."""


class OwnerBySettings(RoleRefused):
    """They are an owner by the settings: only who changes NEWSBOT_ADMINS and starts newsbot anew can change that."""


class LastOwner(RoleRefused):
    """They are the last owner: make somebody else one first."""


class PeopleStore(Protocol):
    """Raises StoreUnavailable when the database is away.

    `settled`: owners by the settings, whatever is stored of them. One contract suite
    (`tests/contracts/test_people_store.py`) runs against every implementation.
    """

    async def all(self) -> tuple[Person, ...]:
        """Everybody who is stored, by address; those who had a role once, too."""
        ...

    async def set_role(
        self,
        address: Address,
        role: Role | None,
        *,
        name: str = "",
        by: Actor,
        settled: Collection[Address],
        now: datetime,
    ) -> Person:
        """Give it, or with None take it, and write that into the audit log, in one transaction. Who has it already
        keeps it, and nothing is written. `name`: what they are called, where nothing is known yet.

        Raises OwnerBySettings, and LastOwner where nobody would be left who may give roles.
        """
        ...

    async def call(self, address: Address, name: str) -> None:
        """They are called so from now on. Gives nobody a role."""
        ...


def refuse_role(before: Person, role: Role | None, known: Iterable[Person], settled: Collection[Address]) -> None:
    """Raises RoleRefused where `before` can't have `role` from now on. Pure; `known`: everybody who is stored."""
    if before.address in settled:
        raise OwnerBySettings
    others = {person.address for person in known if person.role is Role.OWNER} - {before.address}
    if before.role is Role.OWNER and role is not Role.OWNER and not (others or settled):
        raise LastOwner


def role_entry(before: Person, after: Person, by: Actor, now: datetime) -> Entry:
    """What the audit log says of the change."""

    def told(person: Person) -> dict[str, str]:
        return {"role": person.role.value, "name": person.name} if person.role is not None else {}

    return Entry(
        actor=by,
        act=Act.ROLE_GIVEN if after.role is not None else Act.ROLE_TAKEN,
        subject=f"person:{after.address}",
        before=told(before),
        after=told(after),
        at=now,
    )
