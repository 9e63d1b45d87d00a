"""Everyone the Page could hear from, and whether they can be written to now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from newsbot.sandbox.messenger.errors import GraphError, no_such_person, not_available
from newsbot.sandbox.messenger.model import DAY, Person, VirtualPeople

__all__ = ["AD_WINDOW", "HUMAN_WINDOW", "WINDOW", "People"]

FIRST_ID: Final = 7_100_000_000_000_001  #: sixteen digits, as they are
WINDOW: Final = DAY  #: seconds that a reader's act opens the window for
AD_WINDOW: Final = 7 * WINDOW  #: for the first message after a click on an ad
HUMAN_WINDOW: Final = 7 * WINDOW  #: in which a person at the Page may answer a message


class People:
    """People by page-scoped id. `changed(id)` is told who must be written down again."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed
        self.people: dict[str, Person] = {}
        self.ranges: list[VirtualPeople] = []
        self._named: set[str] = set()  # who started and is of no range: counted with each call, so not by looking

    def get(self, person_id: str) -> Person | None:
        """The person, or None. People of a made-up range are new objects each time, until one is saved."""
        known = self.people.get(person_id)
        if known is not None or not self.ranges:
            return known
        return next((person for group in self.ranges if (person := group.find(person_id)) is not None), None)

    def is_virtual(self, person_id: str) -> bool:
        return person_id not in self.people

    def lateness(self, person_id: str) -> float:
        """Seconds by which the server's answer about this person is late."""
        return next((group.lateness(person_id) for group in self.ranges if person_id in group), 0.0)

    def count(self) -> int:
        """People whom the Page could write to at some time, of made-up ranges too."""
        return len(self._named) + sum(group.count for group in self.ranges)

    def save(self, person: Person) -> None:
        self.restore(person)
        self._changed(person.id)

    def restore(self, person: Person) -> None:
        self.people[person.id] = person
        if person.started and not any(person.id in group for group in self.ranges):
            self._named.add(person.id)

    def new_id(self) -> str:
        taken = [int(person_id) for person_id in self.people if int(person_id) >= FIRST_ID]
        return str(max(taken, default=FIRST_ID - 1) + 1)

    def reachable(self, person_id: str) -> Person:
        """The person, if messages of the Page could arrive at all. Raises GraphError."""
        person = self.get(person_id)
        if person is None or not person.started:
            raise no_such_person()
        if person.blocked or person.deactivated:
            raise not_available()
        if person.unreachable:
            raise GraphError(10, "(#10) This person can't receive messages right now.", 2018108)
        return person

    def open_window(self, person: Person, cause: str, now: float) -> None:
        """Open it, or keep it open; never shorter than it was (a plain message within an ad's seven days)."""
        until = now + (AD_WINDOW if cause == "AD" else WINDOW)
        person.started = True
        if until >= person.window_until:
            person.window_until, person.opened_by = until, cause
        self.save(person)
