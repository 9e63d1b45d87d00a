"""Simulated readers on Messenger: people of a made-up range who open a link to a topic, one after another.

The Page's program must hear from each of them: only what they do opens a window to write in. What a reader follows is
drawn from their id, as on Telegram.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import web

from newsbot.sandbox.errors import SandboxError
from newsbot.sandbox.messenger import ReaderSide
from newsbot.sandbox.messenger.model import LedgerEntry
from newsbot.sandbox.simulated_readers import JOINING_RATE, LANGUAGES, MOST, MOST_AT_ONCE, first_topic
from newsbot.sandbox.waves import Waves, beginning_of

FIRST_ID: Final = 7_400_000_000_000_001  #: above people who are added by name
LOCALES: Final = tuple({"bn": "bn_IN", "en": "en_US"}[language] for language in LANGUAGES)


class MessengerReaders:
    """Adds them, and says what they have got. Belongs to the sandbox's event loop."""

    def __init__(self, readers: ReaderSide) -> None:
        self._readers = readers
        self._state = readers.state
        self._to_come: deque[int] = deque()
        self._called = asyncio.Event()
        self._waves = Waves(self._state.clock)
        self._rows_seen = 0

    @property
    def count(self) -> int:
        """Those who have opened their link."""
        return max(0, self._size() - len(self._to_come))

    @property
    def joining(self) -> int:
        """Who will open theirs next."""
        return len(self._to_come)

    def call(self, count: int) -> None:
        """More people, who come one after another. Raises SandboxError for too many."""
        known = self._size()
        if not 1 <= count <= MOST_AT_ONCE or known + count > MOST:
            raise SandboxError(f"Between 1 and {MOST_AT_ONCE} readers can be added at once, {MOST} in all")
        self._readers.add_virtual_people(FIRST_ID + known, count, locales=LOCALES, outside=1.0)
        self._to_come.extend(range(FIRST_ID + known, FIRST_ID + known + count))
        self._called.set()

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

    async def let_them_come(self, _: web.Application) -> AsyncIterator[None]:
        """While the application runs: those who were called open their links."""
        coming = asyncio.create_task(self._come())
        yield
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)

    async def _come(self) -> None:
        while True:
            await self._called.wait()
            while self._to_come:
                person_id = self._to_come.popleft()
                if self._state.people.get(str(person_id)) is not None:  # the sandbox may have been reset
                    self._readers.open_link(str(person_id), f"topic-{first_topic(person_id)}")
                await asyncio.sleep(1 / JOINING_RATE)
            self._called.clear()

    def _size(self) -> int:
        return sum(group.count for group in self._state.people.ranges if group.first_id >= FIRST_ID)
