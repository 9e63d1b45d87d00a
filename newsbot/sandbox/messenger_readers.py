"""Simulated readers on Messenger: people of a made-up range who open a link to a topic, one after another.

The Page's program must hear from each of them: only what they do opens a window to write in. What a reader follows is
drawn from their id, as on Telegram.
"""

from __future__ import annotations

from typing import Any, Final

from newsbot.sandbox.joining import MOST, Joining, refuse_too_many
from newsbot.sandbox.messenger import ReaderSide
from newsbot.sandbox.messenger.model import LedgerEntry
from newsbot.sandbox.simulated_readers import LANGUAGES, first_topic
from newsbot.sandbox.waves import Waves, beginning_of

FIRST_ID: Final = 7_400_000_000_000_001  #: above people who are added by name
LOCALES: Final = tuple({"bn": "bn_IN", "en": "en_US"}[language] for language in LANGUAGES)


class MessengerReaders:
    """Adds them, and says what they have got. Belongs to the sandbox's event loop."""

    def __init__(self, readers: ReaderSide) -> None:
        self._readers = readers
        self._state = readers.state
        self._joining = Joining(self._open_link)
        self.let_them_come = self._joining.let_them_come
        self._waves = Waves(self._state.clock)
        self._rows_seen = 0

    @property
    def count(self) -> int:
        """Those who have opened their link."""
        return max(0, self._size() - self.joining)

    @property
    def joining(self) -> int:
        """Who will open theirs next."""
        return self._joining.waiting

    def call(self, count: int) -> None:
        """More people, who come one after another. Raises SandboxError for too many."""
        known = self._size()
        refuse_too_many(count, known)
        self._readers.add_virtual_people(FIRST_ID + known, count, locales=LOCALES, outside=1.0)
        self._joining.call(range(FIRST_ID + known, FIRST_ID + known + count))

    def figures(self, waves: int) -> dict[str, Any]:
        """How many there are, and what they have got: see `Waves.json`."""
        ledger = self._state.ledger
        if self._rows_seen > len(ledger):  # the sandbox was reset
            self._waves, self._rows_seen = Waves(self._state.clock), 0
        for row in ledger[self._rows_seen :]:
            self._note(row)
        self._rows_seen = len(ledger)
        return {**self._waves.json(waves), "readers": self.count, "joining": self.joining}

    def _note(self, row: LedgerEntry) -> None:
        reader = int(row.person_id)
        if FIRST_ID <= reader < FIRST_ID + MOST:
            self._waves.sent(beginning_of(row.text), row.text, reader, row.at)

    def _open_link(self, person_id: int) -> None:
        if self._state.people.get(str(person_id)) is not None:  # the sandbox may have been reset
            self._readers.open_link(str(person_id), f"topic-{first_topic(person_id)}")

    def _size(self) -> int:
        return sum(group.count for group in self._state.people.ranges if group.first_id >= FIRST_ID)
